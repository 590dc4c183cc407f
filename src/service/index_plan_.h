// service/index_plan_.h - between index_plan.c (the plan and its run) and index_cells.c (what the
// cells do).
#ifndef CQ_SERVICE_INDEX_PLAN__H
#define CQ_SERVICE_INDEX_PLAN__H

#include "index/git_last.h"
#include "retrieve/dense.h"
#include "service/index_plan.h"

typedef enum IndexLimit { // what was wanted and cannot be had
    INDEX_NO_VECTORS,
    INDEX_NO_FAISS,
    INDEX_NO_TABLES,
    INDEX_NO_COMMITS,
    INDEX_LIMITS
} IndexLimit;

typedef struct IndexVectors {
    Lease lease;
    Embedder *embedder;
    Digest model; // embed_fingerprint
    bool wanted;
    Str why;       // not
    bool is_limit; // it should have been there
    size_t *due;   // of stage_kept: parts without all their vectors
    size_t due_count;
} IndexVectors;

typedef struct IndexTarget { // the part that a cell works on
    bool kept;               // of stage_kept; else of stage_ranges
    size_t number;           // there
} IndexTarget;

typedef struct IndexWork { // PlanCall.env
    const IndexPlanSpec *spec;
    RefreshStage *stage;
    size_t range_count;
    Counter ranges_left; // not yet read
    GitLast *git_before; // as it was published; may be NULL
    IndexVectors vectors;
    Mutex mutex;
    // guarded by mutex; read when the run has ended
    Str limits[INDEX_LIMITS]; // the first of each kind: one says it for all
} IndexWork;

extern const PlanOps index_ops;

// --- index_vectors.c: what becomes of the chunks of a part besides words

// Finds out which model there is, and which kept parts lack its vectors.
void index_vectors_begin(Ctx *cx, IndexWork *work);
void index_vectors_end(IndexWork *work);
// *value, in cx->arena, is NULL, and *why is set, when there is nothing to do.
// Fails: CANCELLED, IO, DAMAGED.
MUST_CHECK Fail index_embed(Ctx *cx, const IndexWork *work, const IndexTarget *target,
                            const void **value, Str *why);
Str index_embed_says(Arena *arena, const void *value); // for people
Str index_embed_limit(const void *value);              // why some are missing; empty: none is
// Puts them beside the segment; *why is set when there is nothing to do.
MUST_CHECK Fail index_add_vectors(Ctx *cx, const IndexWork *work, const IndexTarget *target,
                                  const void *value, Str *why);
// --- index_faiss.c

// After all vectors: indexes of candidates over those of the next snapshot. *why is set when there
// is nothing to do; else *says what was done. Fails: CANCELLED, IO, DAMAGED, UNAVAILABLE (no
// FAISS).
MUST_CHECK Fail index_add_faiss(Ctx *cx, const IndexWork *work, Str *says, Str *why);
// --- index_edges.c

// After all chunks: who uses what, beside each part that has not got it for what is published next.
// Likewise. Fails: CANCELLED, IO, DAMAGED.
MUST_CHECK Fail index_resolve(Ctx *cx, const IndexWork *work, Str *says, Str *why);

#endif
