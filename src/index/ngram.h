// index/ngram.h - which files hold which three bytes in a row: what lets a search leave files out.
//
//   text --ngram_take--> one file's trigrams --ngram_add, by file--> NgramBuilder
//   NgramBuilder --ngram_finish--> sections of a segment
//   segment --ngram_open--> Ngrams --ngram_may_hold(literal)--> files
//
// ASCII letters are folded, so one index serves searches that keep case and those that do not.
// A file that is marked may lack the literal; one that is not marked cannot hold it. Two letters
// that Unicode folds to ASCII ones, the Kelvin sign and the long s, count as k and s too.
//
// Format: keys ascending, as pairs of first bytes and where their third bytes begin; for each key a
// list (index/lists.h) of ascending file numbers: the first and then the gaps, each less one, as
// varints, or, where that would be as long or longer, a bit a file.
// Source of the idea: R. Cox, "Regular Expression Matching with a Trigram
// Index" (2012).
//
// Threads: Ngrams is frozen; a builder and an NgramTaker belong to one thread.
// Memory:  builders are heap, about 1.2 bytes for each pair of file and trigram; Ngrams borrows the
//          segment. Blocks: reading through the segment's map.
#ifndef CQ_INDEX_NGRAM_H
#define CQ_INDEX_NGRAM_H

#include "index/lists.h"

enum { // section ids
    NGRAM_HEAD = 0x200,
    NGRAM_PAIRS, // NgramPair, ascending, and one more where the last ends
    NGRAM_LASTS, // the third byte of each key
    NGRAM_LISTS,
    NGRAM_STARTS, // of the lists
    NGRAM_SECTIONS = 5,
};
enum { NGRAM_VERSION = 2, NGRAM_SIZE = 3 };

typedef struct NgramTaker NgramTaker; // 2 MiB of scratch
NgramTaker *ngram_taker_new(void);
void ngram_taker_free(NgramTaker *taker); // NULL is fine

typedef struct NgramPair {
    uint32_t bytes; // the first two of the keys: 256 * first + second
    uint32_t first; // the number of the first of these keys
} NgramPair;

typedef struct NgramSet { // of one file: each once
    const uint32_t *keys;
    size_t count;
} NgramSet;
// Those that lie within one line. The set lives until the taker is used again.
NgramSet ngram_take(NgramTaker *taker, Str text);

typedef struct NgramBuilder NgramBuilder;
NgramBuilder *ngram_builder_new(void);
void ngram_builder_free(NgramBuilder *builder);                     // NULL is fine
void ngram_add(NgramBuilder *builder, uint32_t file, NgramSet set); // files in ascending order
// The sections for `files` files, in `arena`; nothing can be added any more.
void ngram_finish(Arena *arena, NgramBuilder *builder, uint32_t files,
                  SegmentSection out[NGRAM_SECTIONS]);

typedef struct Ngrams { // all zero knows nothing: every file may hold anything
    const Segment *segment;
    const NgramPair *pairs;
    uint32_t pair_count, files;
    Str lasts;
    Lists lists;
} Ngrams;

// Fails: DAMAGED. A segment without these sections gives all zero.
MUST_CHECK Fail ngram_open(Ctx *cx, const Segment *segment, Ngrams *out);

// Sets the bits (file / 64, file % 64) of the files that may hold the literal, and returns true;
// false, and no bit set, when that cannot be told: it is too short, the index knows nothing, or a
// list is damaged (segment_intact tells). `marked` has room for `files` bits.
bool ngram_may_hold(const Ngrams *ngrams, Str literal, uint64_t *marked);

#endif
