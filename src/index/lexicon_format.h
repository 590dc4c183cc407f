// index/lexicon_format.h - how a lexicon lies in a segment; read it through index/lexicon.h.
//
//   files (sorted by path) > chunks, definitions (file by file)
//   terms, names (sorted by bytes)  index/strtable.h: front-coded, found by text
//   a list a term, a list a name    index/lists.h: postings; definitions and files
//   tokens                          each chunk's terms in order, as units
//
// Where the room goes (Linux, 15 segments): tokens 30 %, postings 26 %, trigrams 11 %, names' lists
// 8 %, the texts of names and of terms 7 % each, definitions 4 %, chunks 3 %.
//
// Threads: plain values. Memory: as they lie in the segment. Blocks: never.
#ifndef CQ_INDEX_LEXICON_FORMAT_H
#define CQ_INDEX_LEXICON_FORMAT_H

#include <stdint.h>

enum {
    LEXICON_VERSION = 3,
    LEXICON_MOST_TEXT = 512 << 20, // bytes; the largest section is about a quarter of the text
};

typedef enum LexField {
    LEX_CODE,
    LEX_COMMENT,
    LEX_DEF,
    LEX_ENCLOSING,
    LEX_STEM,
    LEX_FOLDER,
    LEX_FIELDS,
} LexField;

typedef enum LexiconSection { // ids in the segment
    LEX_SECTION_HEAD = 0x100,
    LEX_SECTION_PATHS,       // bytes
    LEX_SECTION_FILES,       // LexFile
    LEX_SECTION_FOLDERS,     // LexFolder, in the order of their paths
    LEX_SECTION_PATH_TERMS,  // u32: of each file its stem's terms, then its folders'
    LEX_SECTION_INDEGREE,    // u32 a file, of this segment alone
    LEX_SECTION_CHUNKS,      // LexChunk
    LEX_SECTION_LENGTHS,     // LexLengths, by chunk
    LEX_SECTION_DEFS,        // bytes: groups of LEX_DEF_GROUP definitions
    LEX_SECTION_DEF_STARTS,  // u32: where each group begins, and one more
    LEX_SECTION_TERM_TEXT,   // the terms as a StrTable
    LEX_SECTION_TERM_STARTS, //
    LEX_SECTION_TERM_TOPS,   //
    LEX_SECTION_POSTINGS,    // a list a term, as Lists
    LEX_SECTION_POSTING_STARTS,
    LEX_SECTION_BLOCKS,    // LexBlock
    LEX_SECTION_NAME_TEXT, // the names as a StrTable
    LEX_SECTION_NAME_STARTS,
    LEX_SECTION_NAME_TOPS,
    LEX_SECTION_NAME_LISTS, // a list a name, as Lists: its definitions and files
    LEX_SECTION_NAME_LIST_STARTS,
    LEX_SECTION_NAME_FILTER, // 64 bytes a line: which names are not there
    LEX_SECTION_UNIT_STARTS, // u32: where a unit's terms begin, and one more
    LEX_SECTION_UNIT_TERMS,  // u32
    LEX_SECTION_TOKENS,      // bytes: each chunk's units in order
} LexiconSection;
enum { LEX_SECTIONS = LEX_SECTION_TOKENS - LEX_SECTION_HEAD + 1 };

typedef struct LexHead {
    uint32_t version, files, chunks, defs, terms, names, blocks, path_terms;
    uint32_t folders, units, unit_terms, filter_lines;
    uint32_t joined_from, joined_to;  // the terms that begin with '='
    uint64_t bytes;                   // of the files
    uint64_t field_terms[LEX_FIELDS]; // summed over chunks
    float reference[LEX_FIELDS];      // average lengths that bounds were computed with
} LexHead;

typedef struct LexFile {
    uint32_t path_start, path_len;
    uint32_t bytes, lines;
    uint32_t first_chunk, chunk_count;
    uint32_t first_def, def_count;
    uint32_t path_terms;               // where they begin
    uint32_t folder;                   // which it lies in
    uint16_t stem_terms, folder_terms; // distinct ones, joined ones too
    uint8_t lang, form, flags;         // LangId, PathForm, PathFlags
    uint8_t partial;
    uint8_t depth; // '/' in the path, at most 255
    uint8_t unused[3];
} LexFile;

typedef struct LexFolder {
    uint32_t file, files; // one that lies in it: its path names it; how many do
} LexFolder;

typedef struct LexChunk {
    uint32_t tokens_start;
    uint32_t file, first_line, last_line;
} LexChunk;

typedef struct LexLengths {  // beside each other, because each posting that is weighed needs them
    uint16_t of[LEX_FIELDS]; // in terms; 65535 for longer ones
} LexLengths;

// On the disk: kind | flags, name, lines since the definition before in the group (zigzag), then as
// the flags say: lines from start_line to line and from line to end_line; how many definitions
// before this one its parent stands.
enum { LEX_DEF_GROUP = 32 };
typedef struct LexDef {
    uint32_t name, start_line, line, end_line;
    int32_t parent; // definition of this segment, or -1
    uint8_t kind, declaration;
} LexDef;

// A term's list: postings, or, when there are more than LEX_BLOCK, a 0, how many, the number of its
// first block, and the postings. A posting: chunks since the one before (the first from -1), mask
// of fields | how << 6, counts: how 0..2: the first one is how + 1, the others 1; 3: all follow.
enum { LEX_BLOCK = 128 }; // postings
typedef struct LexBlock {
    uint32_t start;      // of its bytes, from the first posting
    uint32_t last_chunk; // of its last posting
    float bound;         // no posting weighs more, at the reference averages
} LexBlock;

// A name's list: the files it stands in, as gaps; or, when it is defined here, a 0, how many
// definitions, their gaps, and the files, which are left out when it stands only in the one file
// of its first definition.

#endif
