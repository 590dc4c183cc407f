// retrieve/ann.h - an index of candidates over a table of vectors, for tables too large to scan.
//
//   ann_build (trains, adds, measures itself against the exact scan) --ann_save--> bytes
//   bytes --ann_load--> Ann --ann_search--> hits --ann_free
//
// FAISS finds candidates, cq scores them as the exact scan would: hits differ from it only by rows
// that were not found. The filter is applied inside FAISS's scan; where FAISS cannot, or few rows
// are wanted, or it finds too few, the exact scan answers instead.
//
// Threads: built and loaded by one; then frozen. Memory: an Ann is heap, its texts included; it
//          borrows the Faiss. Blocks: ann_build for seconds to minutes (cx is looked at between
//          steps); ann_search computes, and FAISS's part of it does not see the deadline.
#ifndef CQ_RETRIEVE_ANN_H
#define CQ_RETRIEVE_ANN_H

#include "retrieve/faiss.h"
#include "retrieve/vectors.h"

typedef enum AnnFamily {
    ANN_AUTO,  // from the number of rows
    ANN_EXACT, // no index: the scan is fast enough
    ANN_FLAT,
    ANN_IVF_FLAT,
    ANN_IVF_PQ, // refined by the int8 rows
    ANN_HNSW,
} AnnFamily;
const char *ann_family_name(AnnFamily family);
AnnFamily ann_choose(VectorShape shape); // what ANN_AUTO stands for

typedef struct AnnSpec {
    AnnFamily family;
    float recall; // the effort is raised until this is reached; 0: 0.95
    int threads;  // 0: one
    bool gpu;     // try to; it is a limit when that fails
} AnnSpec;

typedef struct AnnReport {
    AnnFamily family;
    uint32_t rows, dims;
    uint32_t lists, parts, links; // of IVF, PQ, HNSW
    uint32_t effort;              // lists looked into, or efSearch
    uint32_t trained_on;          // rows
    double imbalance;             // of lists; 1 is best
    double recall; // of the 10 nearest of `queries` sampled rows, against the exact scan; -1: none
    uint32_t queries;
    bool on_gpu;
    Str limit; // what is not as asked for; empty: nothing
} AnnReport;

typedef struct Ann Ann;

// `faiss` may be NULL for ANN_EXACT. Fails: BAD_REQUEST (too few rows to train on); CANCELLED;
// UNAVAILABLE (what FAISS says).
MUST_CHECK Fail ann_build(Ctx *cx, const Faiss *faiss, const Vectors *vectors, const AnnSpec *spec,
                          Ann **out);
void ann_free(Ann *ann); // NULL is fine
AnnReport ann_report(const Ann *ann);

typedef struct AnnHits {
    VectorHits hits;
    Str exact; // why the exact scan answered; empty: the index did
} AnnHits;

// `vectors` are those it was built over. Fails: as vectors_search; UNAVAILABLE (what FAISS says).
MUST_CHECK Fail ann_search(Ctx *cx, Pool *pool, const Ann *ann, const Vectors *vectors,
                           const VectorQuery *query, AnnHits *out);

// In cx->arena, with the report and check sums. Fails: UNAVAILABLE (also for one on a GPU).
MUST_CHECK Fail ann_save(Ctx *cx, const Ann *ann, const Vectors *vectors, Str *out);
// Fails: BAD_REQUEST (damaged, or not of these vectors); UNAVAILABLE.
MUST_CHECK Fail ann_load(Ctx *cx, const Faiss *faiss, const Vectors *vectors, Str bytes, Ann **out);

#endif
