// retrieve/model.h - a trained table of token vectors, in one memory-mapped file.
//
//   model_open --> model_token("retri") --> row: `dims` small integers, and two weights
//                        |
//      texts: (token, weight) pairs --model_sum--> `dims` integers, the same on every machine
//
// A token is a term as index/terms.h makes them: a stem ("retri") or a joined one
// ("=retry_polici"). The vector of a text is the sum over its tokens of weight * row, where the
// token's part of the weight is model_document or model_query, whichever the text is. Both are
// integers: 65535 for the token of the table that counts most, 0 for one that says nothing. Where a
// token stands several times model_times tells how much more that is; cq-train uses the same
// function.
//
// The file is a segment (index/segment.h): checksums, byte order and version are checked there,
// a page when it is first touched. Something damaged is as if it was not there, and model_intact
// says so: ask it before what was computed leaves.
//
// docs/model.md: the format, and how a table is trained.
//
// Threads: frozen; any. Memory: heap; what is given lives until model_close. Blocks: on the disk.
#ifndef CQ_RETRIEVE_MODEL_H
#define CQ_RETRIEVE_MODEL_H

#include "base/hash.h"
#include "base/os.h"

enum {
    MODEL_VERSION = 1,
    MODEL_MOST_DIMS = 1024, // dims are a multiple of MODEL_STEP
    MODEL_STEP = 16,
    MODEL_MOST_TOKENS = 1 << 22,
};
#define MODEL_NONE UINT32_MAX

typedef struct Model Model;

// Fails: NOT_FOUND, IO; DAMAGED (ext "reason", as segment_open's).
MUST_CHECK Fail model_open(Ctx *cx, OsFile dir, const char *path, Model **out);
// The same from a copy of a file's bytes. Fails: DAMAGED.
MUST_CHECK Fail model_from_bytes(Ctx *cx, Str bytes, Model **out);
void model_close(Model *model); // NULL is fine

uint32_t model_dims(const Model *model);
uint32_t model_tokens(const Model *model); // how many; numbered from 0, frequent ones first
Str model_provenance(const Model *model);  // JSON: repositories, revisions, parameters, seed
Hash128 model_id(const Model *model);      // of all bytes: what tells two tables apart

uint32_t model_token(const Model *model, Str term); // MODEL_NONE when it is not in the table
// Of tokens below model_tokens; "", NULL, 0 when damaged.
Str model_text(const Model *model, uint32_t token);
const int8_t *model_row(const Model *model, uint32_t token);
uint16_t model_document(const Model *model, uint32_t token);
uint16_t model_query(const Model *model, uint32_t token);

// Fails: DAMAGED, when something that was asked for was.
MUST_CHECK Fail model_intact(Ctx *cx, const Model *model);
MUST_CHECK Fail model_verify(Ctx *cx, const Model *model); // all of it

// What `count` times weighs, as 1 + ln(count) but in integers: MODEL_ONCE for once, 0 for never.
enum { MODEL_ONCE = 256 };
uint32_t model_times(uint32_t count);

// The inner product of two rows.
static inline int32_t model_dot(const int8_t *a, const int8_t *b, uint32_t dims)
{
    int32_t sum = 0;
    for (uint32_t i = 0; i < dims; i++) sum += a[i] * b[i];
    return sum;
}

typedef struct ModelTerm {
    uint32_t token;
    uint64_t weight; // in any unit: the sum's direction is what counts
} ModelTerm;

// The weighted sum of the tokens' rows. Weights are scaled down together, by a power of two, when
// one has more than 15 bits or all more than 24; smaller ones are taken as they are. False when
// they say nothing: all sums are 0 then.
bool model_sum(const Model *model, const ModelTerm *terms, size_t count, int32_t *sums);
// Makes it a row of length 1; zeros stay. The same bits on every machine.
void model_normalise(const int32_t *sums, uint32_t dims, float *row);

// --- writing: cq-train, tests ---

typedef struct ModelEntry {
    Str text; // each once
    const int8_t *row;
    uint16_t document, query;
} ModelEntry;

typedef struct ModelImage {
    uint32_t dims;
    const ModelEntry *entries;
    uint32_t count;
    Str provenance;
} ModelImage;

// All or nothing, as segment_write. Fails: IO.
MUST_CHECK Fail model_write(Ctx *cx, OsFile dir, const char *name, const ModelImage *image);
// The bytes that model_write would write, in cx->arena.
Str model_bytes(Ctx *cx, const ModelImage *image);

#endif
