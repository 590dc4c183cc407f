// index/lexicon_.h - private to lexicon*.c: how bytes are coded, and the builder.
//
//   lexicon_add.c   Docs, one after the other -> numbered words, terms, counts
//   lexicon_pack.c  -> sections: sorted, renumbered, laid out
//   lexicon_units.c -> the tokens among them
#ifndef CQ_INDEX_LEXICON__H
#define CQ_INDEX_LEXICON__H

#include "base/hash.h"
#include "base/vec.h"
#include "index/lexicon.h"

enum { // the first byte of a definition
    LEX_DEF_KIND = 31,
    LEX_DEF_DECLARATION = 32,
    LEX_DEF_PARENT = 64,
    LEX_DEF_LINES = 128, // it is on more than one line
};
_Static_assert((int)DOC_HEADING <= (int)LEX_DEF_KIND, "kinds have five bits");

// A token is a unit (one term, or those of a word that is frequent) or, of a rare word, a term.
// Units stand by how frequent they are, so that the first ones take one byte and the others two.
enum {
    LEX_UNITS_1 = 160,
    LEX_TOKEN_3 = 240,    // with two more bytes: a term
    LEX_TOKEN_LONG = 255, // a varint follows: a term
    LEX_UNITS = LEX_UNITS_1 + (LEX_TOKEN_3 - LEX_UNITS_1) * 256,
    LEX_TOKEN_3_TERMS = (LEX_TOKEN_LONG - LEX_TOKEN_3) << 16,
};

// A blocked Bloom filter: five bits in one line of it, about 13 bits a name: one miss
// in 200 is not seen.
enum { LEX_FILTER_LINE = 64, LEX_FILTER_NAMES = 40 }; // bytes; names a line
typedef struct LexFilterBits {
    uint32_t line;
    uint16_t bits[5];
} LexFilterBits;
LexFilterBits lex_filter_bits(uint64_t hash, uint32_t lines);

typedef struct Bytes { // grows at its end
    uint32_t len, cap; // cap 0: in `room`
    union {
        uint8_t *at;
        uint8_t room[8];
    };
} Bytes;

typedef struct Strings { // distinct ones, numbered as they come
    Str *texts;
    uint32_t *hashes, *slots; // slots: 1 + a number, or 0; slot_count is a power of two, or 0
    uint32_t count, cap, slot_count;
} Strings;

typedef struct TermBuild {
    Bytes postings;
    uint32_t chunks, last_chunk; // last_chunk: one more than the number of the last posting's
    uint32_t counted_in, count_of;
} TermBuild;

typedef struct NameBuild { // a word, or the name of a definition
    Bytes files;
    uint32_t file_count, last_file; // last_file: one more than the last one's number
    uint32_t first_term;            // in word_terms
    uint32_t term_count : 31;       // joined ones too
    uint32_t joined : 1;            // the last one is
    uint32_t uses;                  // as tokens
    uint32_t counted_in, count_of;  // as a term's
} NameBuild;

typedef struct TermCount {
    uint32_t term, tf[LEX_FIELDS];
} TermCount;

typedef struct NameCount {
    uint32_t name, tf[2]; // LEX_CODE, LEX_COMMENT
} NameCount;

struct LexiconBuilder {
    Arena arena, scratch; // scratch: of one file; then of one section
    Strings term_texts, name_texts;
    TermBuild *terms; // by number; as many as the texts have room for
    NameBuild *names;
    VEC(uint32_t) word_terms;
    VEC(LexFile) files;
    VEC(LexChunk) chunks;
    VEC(LexLengths) lengths; // of these
    VEC(LexDef) defs;
    VEC(uint32_t) path_terms;
    Buf paths, tokens;          // tokens: names as varints
    VEC(TermCount) term_counts; // of a chunk
    VEC(NameCount) name_counts;
    LexHead head;
    // when it is packed: numbers in the order of the bytes
    uint32_t *term_order, *term_ranks; // order: old ones by new; ranks: new ones by old
    uint32_t *name_order, *name_ranks;
    SegmentSection sections[LEX_SECTIONS];
};

static inline Str bytes_str(const Bytes *bytes)
{
    return (Str){(const char *)(bytes->cap ? bytes->at : bytes->room), bytes->len};
}

// The terms of a name in order, the joined one left out.
static inline const uint32_t *lex_parts_of(const LexiconBuilder *builder, const NameBuild *name,
                                           uint32_t *count)
{
    *count = name->term_count - name->joined;
    return *count ? builder->word_terms.items + name->first_term : NULL;
}

// The number of a text, which is added when it is new; `rows`, on the heap, has one of `size` bytes
// for each, zeroed when it is added.
uint32_t lex_number_text(Arena *arena, Strings *strings, Str text, void **rows, size_t size);
void lex_free_strings(Strings *strings);
void lexicon_put(LexiconBuilder *builder, LexiconSection id, const void *at, size_t bytes);
void lexicon_put_tokens(LexiconBuilder *builder); // TOKENS, UNIT_*, and where chunks' begin

#endif
