// index/lexicon.h - many files' Docs as sections of a segment, readable in place.
//
//   Doc, path --lexicon_add, in the order of paths--> LexiconBuilder --lexicon_finish--> sections
//   sections --lexicon_open--> Lexicon: files > chunks; terms -> postings; names -> files,
//   definitions
//
// Everything is numbered from 0 in its segment: files in the order of their paths, chunks and
// definitions file by file, terms and names in the order they first stand. Numbers of other
// segments mean nothing; what lasts is (path, content, chunk's number in the file).
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
#include "index/segment.h"

enum {
    LEXICON_VERSION = 2,
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
    LEX_SECTION_PATHS,      // bytes
    LEX_SECTION_FILES,      // LexFile
    LEX_SECTION_CHUNKS,     // LexChunk
    LEX_SECTION_DEFS,       // LexDef
    LEX_SECTION_TERM_TEXT,  // bytes
    LEX_SECTION_TERMS,      // LexTerm, and one more where the last ends
    LEX_SECTION_TERM_ORDER, // u32: terms sorted by their bytes
    LEX_SECTION_POSTINGS,   // bytes
    LEX_SECTION_BLOCKS,     // LexBlock
    LEX_SECTION_NAME_TEXT,
    LEX_SECTION_NAMES,      // LexName, and one more
    LEX_SECTION_NAME_SLOTS, // u32: a hash table, 1 + a name or 0; a power of two of them
    LEX_SECTION_NAME_MARKS, // a byte a slot: other bits of the hash
    LEX_SECTION_NAME_FILES, // bytes
    LEX_SECTION_NAME_DEFS,  // u32: definitions by name
    LEX_SECTION_PATH_TERMS, // u32: of each file its stem's terms, then its folders'
    LEX_SECTION_TOKENS,     // bytes: each chunk's terms in order
    LEX_SECTION_INDEGREE,   // u32 a file, of this segment alone
} LexiconSection;
enum { LEX_SECTIONS = LEX_SECTION_INDEGREE - LEX_SECTION_HEAD + 1 };

typedef struct LexHead {
    uint32_t version, files, chunks, defs, terms, names, blocks, path_terms;
    uint64_t field_terms[LEX_FIELDS]; // summed over chunks
    float reference[LEX_FIELDS];      // average lengths that bounds were computed with
} LexHead;

typedef struct LexFile {
    uint32_t path_start, path_len;
    uint32_t bytes, lines;
    uint32_t first_chunk, chunk_count;
    uint32_t first_def, def_count;
    uint32_t path_terms;                 // where they begin
    uint16_t stem_terms, folder_terms;   // distinct ones, joined ones too
    uint16_t stem_length, folder_length; // of the fields
    uint8_t lang, form, flags;           // LangId, PathForm, PathFlags
    uint8_t partial;
    uint8_t depth; // '/' in the path, at most 255
    uint8_t unused[3];
} LexFile;

typedef struct LexChunk {
    uint32_t tokens_start;
    uint32_t file, first_line, last_line;
    uint32_t token_count;
    uint16_t lengths[4]; // of the fields LEX_CODE .. LEX_ENCLOSING; 65535 for longer ones
} LexChunk;

typedef struct LexDef {
    uint32_t name, file, start_line, line, end_line;
    int32_t parent; // definition of this segment, or -1
    uint8_t kind, declaration;
    uint8_t unused[2];
} LexDef;

typedef struct LexTerm {
    uint32_t text_start, postings_start;
    uint32_t first_block; // none when it is in at most LEX_BLOCK chunks
    uint32_t chunks;      // in how many it is
    float bound;          // no posting weighs more, at the reference averages
} LexTerm;

enum { LEX_BLOCK = 128 }; // postings
typedef struct LexBlock {
    uint32_t start;      // of its bytes
    uint32_t last_chunk; // of its last posting
    float bound;         // as LexTerm's, of this block
} LexBlock;

typedef struct LexName {
    uint32_t text_start, files_start;
    uint32_t first_def, files; // in LEX_SECTION_NAME_DEFS; in how many files it stands
} LexName;

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
    const LexChunk *chunks;
    const LexDef *defs;
    const LexTerm *terms;
    const LexBlock *blocks;
    const LexName *names;
    const uint32_t *term_order, *name_slots, *name_defs, *path_terms, *indegree;
    uint32_t name_slot_count;
    Str name_marks;
    Str paths, term_text, name_text, postings, name_files, tokens;
} Lexicon;

// `section(arg, id)` gives a section's bytes. False when they do not fit together.
MUST_CHECK bool lexicon_open(Str (*section)(void *arg, uint32_t id), void *arg, Lexicon *out);
// The same over a segment, of which only the head is read.
MUST_CHECK bool lexicon_open_segment(const Segment *segment, Lexicon *out);
Str lexicon_find_in(const SegmentSection *sections, uint32_t id); // in what lexicon_finish gave
void lexicon_view(const SegmentSection *sections, Lexicon *out);  // likewise, without a check

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
const LexDef *lex_def(const Lexicon *lexicon, uint32_t def);
// These two and the row behind.
static inline const LexTerm *lex_term(const Lexicon *lexicon, uint32_t term)
{
    return lex_row(lexicon, &lexicon->terms[term], 2 * sizeof(LexTerm));
}
static inline const LexName *lex_name(const Lexicon *lexicon, uint32_t name)
{
    return lex_row(lexicon, &lexicon->names[name], 2 * sizeof(LexName));
}
static inline uint32_t lex_u32(const Lexicon *lexicon, const uint32_t *at)
{
    return *(const uint32_t *)lex_row(lexicon, at, sizeof *at);
}
static inline uint32_t lex_name_def(const Lexicon *lexicon, uint32_t at)
{
    return lex_u32(lexicon, &lexicon->name_defs[at]);
}
// A file's: its stem's, then its folders'. NULL when there are none, or they are damaged.
const uint32_t *lex_path_terms(const Lexicon *lexicon, const LexFile *file);
// Part of one of the texts or byte sections; empty when damaged.
Str lex_part(const Lexicon *lexicon, Str of, size_t from, size_t to);

uint64_t lexicon_bytes(const Lexicon *lexicon); // of all its sections

Str lexicon_path(const Lexicon *lexicon, uint32_t file);
Str lexicon_term_text(const Lexicon *lexicon, uint32_t term);
Str lexicon_name_text(const Lexicon *lexicon, uint32_t name);
#define LEX_NONE UINT32_MAX
uint32_t lexicon_term(const Lexicon *lexicon, Str text); // LEX_NONE when there is none
uint32_t lexicon_name(const Lexicon *lexicon, Str text);

typedef struct LexPosting {
    uint32_t chunk;
    uint32_t tf[LEX_FIELDS];
    uint8_t mask; // of the fields it is in
} LexPosting;

typedef struct LexCursor { // over one term's postings, ascending by chunk
    const Lexicon *lexicon;
    const uint8_t *at;
    uint32_t term, left; // postings left
    LexPosting posting;
} LexCursor;

LexCursor lexicon_postings(const Lexicon *lexicon, uint32_t term);
bool lex_next(LexCursor *cursor);                 // false at the end
bool lex_seek(LexCursor *cursor, uint32_t chunk); // the first posting at or behind `chunk`

static inline float lex_length(const Lexicon *lexicon, const LexChunk *chunk, LexField field)
{
    if (field < LEX_STEM) return chunk->lengths[field];
    const LexFile *file = lex_file(lexicon, chunk->file);
    return field == LEX_STEM ? file->stem_length : file->folder_length;
}
// BM25F's weighted frequency of a posting, given the fields' average lengths.
float lex_weigh(const Lexicon *lexicon, const LexPosting *posting, const float *average);

uint32_t lexicon_slot_count(uint32_t names);    // of the hash table
static inline char lex_name_mark(uint64_t hash) // never 0, which is a free slot
{
    return (char)(hash >> 56 | 1);
}

// The files in which a name stands, ascending: calls fn for each.
void lexicon_name_files(const Lexicon *lexicon, uint32_t name, void (*fn)(void *arg, uint32_t file),
                        void *arg);

// The terms of a chunk in order, at most `cap`; returns how many.
uint32_t lexicon_tokens(const Lexicon *lexicon, uint32_t chunk, uint32_t *out, uint32_t cap);

#endif
