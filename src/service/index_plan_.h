// service/index_plan_.h - between index_plan.c (the plan and its run) and index_cells.c (what the
// cells do).
#ifndef CQ_SERVICE_INDEX_PLAN__H
#define CQ_SERVICE_INDEX_PLAN__H

#include "index/git_last.h"
#include "service/index_plan.h"

typedef enum IndexLimit { // what was wanted and cannot be had
    INDEX_NO_VECTORS,
    INDEX_NO_FAISS,
    INDEX_NO_TABLES,
    INDEX_NO_COMMITS,
    INDEX_LIMITS
} IndexLimit;

typedef struct IndexWork { // PlanCall.env
    const IndexPlanSpec *spec;
    RefreshStage *stage;
    size_t range_count;
    Counter ranges_left;      // not yet read
    GitLast *git_before;      // as it was published; may be NULL
    Str limits[INDEX_LIMITS]; // each written by one cell, read when the run has ended
} IndexWork;

extern const PlanOps index_ops;

// --- index_vectors.c: what becomes of the chunks of range `range` besides words. *why is set, and
// nothing else done, when there is nothing to do.

// Makes them; *vectors is in cx->arena.
MUST_CHECK Fail index_embed(Ctx *cx, const IndexWork *work, size_t range, const void **vectors,
                            Str *why);
// Puts them beside the segment of the range (StageRange.part).
MUST_CHECK Fail index_add_vectors(Ctx *cx, const IndexWork *work, size_t range, const void *vectors,
                                  Str *why);
// After all ranges: an index of candidates over all vectors of the next snapshot.
MUST_CHECK Fail index_add_faiss(Ctx *cx, const IndexWork *work, Str *why);

#endif
