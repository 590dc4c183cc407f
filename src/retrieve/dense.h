// retrieve/dense.h - a vector for each chunk and for the outline of each file, and what is nearest
// to a question.
//
//   texts of a part's chunks --dense_make (an Embedder)--> sections, for an attachment or in memory
//   sections --dense_open--> DensePart, one a part of the corpus --dense_search--> DenseHits
//
// Vectors are taken from their common mean before they are compared: what all chunks of a
// repository share says nothing of any of them (docs/vectors.md). The mean is over all living
// chunks, summed in whole numbers, so it does not depend on how they are spread over parts.
//
// What has no vector (a server that did not answer, a part of another model) is counted, never an
// error.
//
// Threads: DensePart is frozen; the rest is pure. Memory: sections and hits live in cx->arena.
// Blocks:  dense_make computes, or waits for a server; dense_search computes.
#ifndef CQ_RETRIEVE_DENSE_H
#define CQ_RETRIEVE_DENSE_H

#include "index/corpus.h"
#include "retrieve/ann.h"
#include "retrieve/embed.h"
#include "retrieve/vectors.h"

enum { // ids in the attachment ATTACH_VECTORS
    DENSE_SECTION_HEAD = 0x400,
    DENSE_SECTION_ROWS, // of each table: vectors (retrieve/vectors.h), a row a chunk or file. One
                        // of zeros where there is nothing to say; with a scale below 0 where none
                        // could be had
    DENSE_SECTION_SUMS, // ... and i64 a dimension: of all rows, in steps of 2^-30
    DENSE_SECTIONS = 5,
};
enum { DENSE_VERSION = 2, DENSE_MOST_HITS = 300 };

// An outline: a file's name, its folders, and the names that it defines.
typedef enum DenseKind { DENSE_CHUNKS, DENSE_FILES, DENSE_KINDS } DenseKind;

typedef struct DenseCounts {
    uint32_t rows;
    uint32_t with_row; // that are not zero
    uint32_t missing;  // that the embedder could not give: to be tried again
    uint32_t unused;
} DenseCounts;

typedef struct DenseHead {
    uint32_t version;
    uint32_t dims; // 0: no row could be made
    Digest model;  // embed_fingerprint
    DenseCounts of[DENSE_KINDS];
} DenseHead;

// The text of a file of the part, as it was chunked; false when it cannot be had.
typedef bool (*DenseReadFn)(Ctx *cx, void *arg, uint32_t file, Str path, Str *text);

typedef struct DenseSpec {
    Embedder *embedder;
    Pool *pool; // may be NULL
    DenseReadFn read;
    void *read_arg;
    const bool *dead; // by file; their chunks get no row. May be NULL
} DenseSpec;

typedef struct DenseReport {
    uint64_t made, missing;
    uint64_t known; // rows that an earlier call had kept
    Str limit;      // why rows are missing; empty: none is
} DenseReport;

// Fails: CANCELLED.
MUST_CHECK Fail dense_make(Ctx *cx, const DenseSpec *spec, const Lexicon *lexicon,
                           SegmentSection out[DENSE_SECTIONS], DenseReport *report);

typedef struct DenseTable { // all zero: nothing has a vector
    Vectors vectors;        // by chunk or file of the part; unchecked
    const Segment *segment; // that they lie in; NULL: in memory
    const int64_t *sums;
    DenseCounts counts;
} DenseTable;

typedef struct DensePart {
    DenseTable tables[DENSE_KINDS];
    const Ann *ann; // finds candidates instead of a scan; NULL: none
} DensePart;

// False when there is nothing for this model in it, or not for so many chunks.
MUST_CHECK bool dense_open(const Segment *segment, const Digest *model, uint32_t chunks,
                           DensePart *out);
bool dense_open_sections(const SegmentSection *sections, DensePart *out); // what dense_make gave

typedef struct DenseHit {
    uint32_t chunk; // of the corpus
    float score;    // the cosine, the mean taken off
} DenseHit;

typedef struct DenseHits {
    const DenseHit *items; // best first; ties by path, then line; at most DENSE_MOST_HITS
    size_t len;
    uint64_t without; // living chunks, filters aside, that have no vector
    bool by_index;    // FAISS found candidates: some that are as near may be missing
    bool cut;         // at the deadline
} DenseHits;

typedef struct DenseQuery {
    const Corpus *corpus;
    const DensePart *parts; // by part of the corpus
    const float *vector;    // of length 1
    uint32_t dims;
    const bool *allowed_files; // by file of the corpus; NULL: all
    // Only chunks of these files are compared, without reading the rest; NULL: all are scanned.
    const uint32_t *only_files;
    size_t only_count;
} DenseQuery;

// The cosines of the question and the outlines of some files of the corpus, means taken off; 0
// where there is none.
void dense_outlines(Arena *arena, const DenseQuery *query, const uint32_t *files, size_t count,
                    float *scores);

// Fails: CANCELLED.
MUST_CHECK Fail dense_search(Ctx *cx, Pool *pool, const DenseQuery *query, DenseHits *out);

#endif
