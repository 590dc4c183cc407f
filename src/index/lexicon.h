// index/lexicon.h - many files' Docs as sections of a segment, readable in place.
//
//   Doc, path --lexicon_add, in the order of paths--> LexiconBuilder --lexicon_finish--> sections
//   sections --lexicon_open--> Lexicon: files > chunks; terms -> postings; names -> files,
//   definitions
//
// Everything is numbered from 0 in its segment: files in the order of their paths, chunks and
// definitions file by file, terms and names in the order of their bytes. Numbers of other segments
// mean nothing; what lasts is (path, content, chunk's number in the file).
//
// A chunk has six fields (Field enum below): its code and comments, the names defined in it, the
// definitions it is inside of, and its file's stem and folders, which come from the path.
//
// Statistics over several segments are sums over their living chunks (index/corpus.h), so
// nothing here depends on them, but for the bounds of posting lists: with other averages a posting
// weighs at most average/reference times as much, for the field where that is most.
//
// Places in a section are 32 bits: a builder takes LEXICON_MOST_TEXT of files, more go into another
// segment.
//
// Threads: a Lexicon is frozen; a builder belongs to one thread.
// Memory:  a Lexicon borrows the sections.
#ifndef CQ_INDEX_LEXICON_H
#define CQ_INDEX_LEXICON_H

#include "index/doc.h"
#include "index/lists.h"
#include "index/strtable.h"

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

// BM25F's weights and length factors of the fields: the one place where they are set.
typedef struct LexWeights {
    float weight[LEX_FIELDS], b[LEX_FIELDS];
} LexWeights;
extern const LexWeights lex_weights;

// --- writing ---

typedef struct LexiconBuilder LexiconBuilder;
LexiconBuilder *lexicon_builder_new(void);
void lexicon_builder_free(LexiconBuilder *builder); // NULL is fine
// Files come in the order of their paths.
void lexicon_add(LexiconBuilder *builder, Str path, const Doc *doc);
// LEX_SECTIONS of them, which live until the builder is freed.
const SegmentSection *lexicon_finish(LexiconBuilder *builder);

// --- reading ---

// Plain views; sizes were checked by lexicon_open. Over a segment, the bytes were not: look at rows
// with the functions below, which give rows of zeros (and no parent) for damaged ones. Who answers
// asks segment_intact.
typedef struct Lexicon {
    const Segment *segment; // NULL: in memory, nothing is to be checked
    const LexHead *head;
    const LexFile *files;
    const LexFolder *folders;
    const LexChunk *chunks;
    const LexLengths *lengths;
    const LexBlock *blocks;
    const uint32_t *path_terms, *indegree, *def_starts, *unit_starts, *unit_terms;
    StrTable terms, names;
    Lists postings, name_lists;
    Str paths, defs, name_filter, tokens;
} Lexicon;

// `section(arg, id)` gives a section's bytes. False when they do not fit together.
MUST_CHECK bool lexicon_open(Str (*section)(void *arg, uint32_t id), void *arg, Lexicon *out);
// The same over a segment, of which only the head is read.
MUST_CHECK bool lexicon_open_segment(const Segment *segment, Lexicon *out);
Str lexicon_find_in(const SegmentSection *sections, uint32_t id); // in what lexicon_finish gave
void lexicon_view(const SegmentSection *sections, Lexicon *out);  // likewise, without a check
uint64_t lexicon_bytes(const Lexicon *lexicon);                   // of all its sections

extern const char lex_nothing[128];
static inline const void *lex_row(const Lexicon *lexicon, const void *at, size_t size)
{
    if (!lexicon->segment || segment_is_sound(lexicon->segment, at, size)) return at;
    return lex_nothing;
}
static inline const LexFile *lex_file(const Lexicon *lexicon, uint32_t file)
{
    return lex_row(lexicon, &lexicon->files[file], sizeof(LexFile));
}
static inline const LexChunk *lex_chunk(const Lexicon *lexicon, uint32_t chunk)
{
    return lex_row(lexicon, &lexicon->chunks[chunk], sizeof(LexChunk));
}
static inline const LexLengths *lex_lengths(const Lexicon *lexicon, uint32_t chunk)
{
    return lex_row(lexicon, &lexicon->lengths[chunk], sizeof(LexLengths));
}
static inline const LexFolder *lex_folder(const Lexicon *lexicon, uint32_t folder)
{
    return lex_row(lexicon, &lexicon->folders[folder], sizeof(LexFolder));
}
static inline uint32_t lex_u32(const Lexicon *lexicon, const uint32_t *at)
{
    return *(const uint32_t *)lex_row(lexicon, at, sizeof *at);
}
// A file's: its stem's, then its folders'. NULL when there are none, or they are damaged.
const uint32_t *lex_path_terms(const Lexicon *lexicon, const LexFile *file);
// Part of one of the texts or byte sections; empty when damaged.
Str lex_part(const Lexicon *lexicon, Str of, size_t from, size_t to);
static inline bool lex_is_joined(const Lexicon *lexicon, uint32_t term)
{
    return term >= lexicon->head->joined_from && term < lexicon->head->joined_to;
}

#define LEX_NONE UINT32_MAX
Str lexicon_path(const Lexicon *lexicon, uint32_t file);
Str lexicon_term_text(Arena *arena, const Lexicon *lexicon, uint32_t term);
Str lexicon_name_text(Arena *arena, const Lexicon *lexicon, uint32_t name);
uint32_t lexicon_term(const Lexicon *lexicon, Str text); // LEX_NONE when there is none
uint32_t lexicon_name(const Lexicon *lexicon, Str text);
// The same for who looks in several lexicons: the hash is the same in all.
uint64_t lex_name_hash(Str text);
uint32_t lexicon_name_hashed(const Lexicon *lexicon, Str text, uint64_t hash);
// The folder of this path, without a '/' at its end; LEX_NONE when no file lies in it itself.
uint32_t lexicon_folder(const Lexicon *lexicon, Str path);

LexDef lex_def(const Lexicon *lexicon, uint32_t def);
uint32_t lex_def_file(const Lexicon *lexicon, uint32_t def);

typedef struct LexDefs { // definitions one after the other: faster than one by one
    const Lexicon *lexicon;
    const uint8_t *at, *group_end;
    uint32_t next, end; // numbers
    LexDef def;         // of number next - 1
} LexDefs;
LexDefs lexicon_defs(const Lexicon *lexicon, uint32_t first, uint32_t count);
bool lex_next_def(LexDefs *defs); // false at the end

typedef struct LexPosting {
    uint32_t chunk;
    uint32_t tf[LEX_FIELDS];
    uint8_t mask; // of the fields it is in; tf of the others is not set
} LexPosting;

typedef struct LexCursor { // over one term's postings, ascending by chunk
    const Lexicon *lexicon;
    const uint8_t *first, *at, *end;
    const LexBlock *blocks;      // of a long list, or NULL
    uint32_t block_count, block; // block: `at` is in it, or behind it
    uint32_t chunks;             // how many postings; 0: not counted
    LexPosting posting;
} LexCursor;

LexCursor lexicon_postings(const Lexicon *lexicon, uint32_t term);
bool lex_next(LexCursor *cursor);                 // false at the end
bool lex_seek(LexCursor *cursor, uint32_t chunk); // the first posting at or behind `chunk`
uint32_t lexicon_chunks(const Lexicon *lexicon, uint32_t term); // in how many it is
// No posting of the list weighs more, at the reference averages; INFINITY: a short list.
float lex_bound(const LexCursor *list);

// Those of all chunks; NULL when some are damaged. For who weighs many postings.
const LexLengths *lex_all_lengths(const Lexicon *lexicon);
// BM25F's weighted frequency of a posting in a chunk, given the fields' average lengths.
float lex_weigh(const LexLengths *lengths, const LexPosting *posting, const float *average);

typedef struct LexNumbers { // ascending numbers
    const uint8_t *at, *end;
    uint32_t value, left;
    bool only; // there is but one, and `value` is it
} LexNumbers;
bool lex_next_number(LexNumbers *numbers); // false at the end

LexNumbers lexicon_name_defs(const Lexicon *lexicon, uint32_t name);
LexNumbers lexicon_name_files(const Lexicon *lexicon, uint32_t name);

// The terms of a chunk in order, joined ones left out, at most `cap`; returns how many.
uint32_t lexicon_tokens(const Lexicon *lexicon, uint32_t chunk, uint32_t *out, uint32_t cap);

#endif
