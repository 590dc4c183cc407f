// retrieve/vectors.h - vectors as rows of int8 with a scale each, and the exact scan over them.
//
//   vectors_new, vectors_put ... --> section (bytes, for a file) --vectors_open--> Vectors
//                                                                   --vectors_search--> hits
//
// Section: a header of 64 bytes, the codes (rows padded with zeros to multiples of 64 bytes), the
// scales, and perhaps the rows as given (float, padded likewise); each part begins at a multiple
// of 64. Little-endian. A row's value is code * scale.
// The scan multiplies int8 by int8 into int32, with AVX-512 VNNI, AVX2 or NEON where the processor
// has them (CQ_SIMD=off or =avx2 holds it back); the sums are exact, so all give the same answers.
//
// Threads: a section is written by one thread; Vectors are frozen. Memory: Vectors borrow the
//          section; hits live in cx->arena.
// Blocks:  vectors_search computes until done or cx's deadline.
#ifndef CQ_RETRIEVE_VECTORS_H
#define CQ_RETRIEVE_VECTORS_H

#include "runtime/pool.h"

enum { VECTOR_DIMS_MOST = 16384, VECTOR_ALIGN = 64 };

typedef struct VectorShape {
    uint32_t dims, rows;
    bool exact; // keeps the rows as given too, for re-scoring
} VectorShape;

typedef struct Vectors {
    VectorShape shape;
    size_t stride; // bytes from one row of codes to the next
    const int8_t *codes;
    const float *scales;
    const float *exact; // NULL, or rows of `exact_stride` floats
    size_t exact_stride;
} Vectors;

uint64_t vectors_bytes(VectorShape shape); // of a section
// A section of zero rows, aligned. The shape must be valid: 1 .. VECTOR_DIMS_MOST dims.
Str vectors_new(Arena *arena, VectorShape shape);
// Fails: BAD_REQUEST (a number that is not finite), and the row stays as it was.
MUST_CHECK Fail vectors_put(Arena *errors, Str section, uint32_t row, const float *vector);
// Looks at the header only. `section` must be aligned to 4 bytes; scans are faster at 64.
// Fails: BAD_REQUEST (not a section, or cut off).
MUST_CHECK Fail vectors_open(Arena *errors, Str section, Vectors *out);

typedef struct VectorQuery {
    const float *vector;    // `dims` of them
    uint32_t k;             // how many hits
    const uint64_t *filter; // one bit a row, the lowest first; NULL: all rows
    uint32_t rescore;       // so many of the best are scored by the exact rows; 0 or none there: no
} VectorQuery;

typedef struct VectorHit {
    uint32_t row;
    float score; // the inner product: the cosine when rows and query have length 1
} VectorHit;

typedef struct VectorHits {
    const VectorHit *items; // best first; equal scores in the order of rows
    size_t len;
    uint64_t wanted, scanned; // rows the filter lets through; those of them that were compared
    bool cut;                 // at the deadline: scanned < wanted
    bool rescored;
} VectorHits;

// `pool` may be NULL. The hits do not depend on the number of threads. Rows whose scale is not
// finite (a damaged section) are never hits.
// Fails: BAD_REQUEST (k is 0; a number that is not finite); CANCELLED (cx->cancel; a deadline that
// has passed cuts instead).
MUST_CHECK Fail vectors_search(Ctx *cx, Pool *pool, const Vectors *vectors,
                               const VectorQuery *query, VectorHits *out);

// The same for some rows only (each once, below shape.rows): what an index of candidates found.
MUST_CHECK Fail vectors_score(Ctx *cx, const Vectors *vectors, const VectorQuery *query,
                              const uint32_t *rows, size_t count, VectorHits *out);

// The inner product, summed in a fixed order: the same bits on every machine.
float vectors_dot(const float *a, const float *b, size_t dims);
// Writes `dims` codes in -127..127 and gives their scale; 0 for a row of (nearly) nothing.
// False, and nothing is written, for a number that is not finite.
bool vectors_quantise(const float *vector, size_t dims, int8_t *codes, float *scale);

// --- the kernels

typedef struct VectorProbe { // a query, quantised
    const int8_t *codes;     // padded like a row, aligned to 64 bytes, none of them -128
    size_t stride;
    int32_t sum; // of the codes
} VectorProbe;

typedef struct VectorImpl {
    const char *name;
    // out[i]: the inner product of the probe and row i of `rows`, which may hold any bytes.
    void (*dots)(const VectorProbe *probe, const int8_t *rows, size_t count, int32_t *out);
} VectorImpl;
extern const VectorImpl vectors_plain, vectors_avx2, vectors_avx512, vectors_neon;

// Those that this processor can run, best first; ends with vectors_plain and NULL.
typedef struct VectorImpls {
    const VectorImpl *items[4];
} VectorImpls;
VectorImpls vectors_impls(void);
const VectorImpl *vectors_select(void); // the best one that CQ_SIMD allows

#endif
