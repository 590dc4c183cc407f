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
#include "index/lexicon_format.h"
#include "index/lists.h"
#include "index/strtable.h"

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
