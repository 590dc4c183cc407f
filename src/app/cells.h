// app/cells.h - the runtime cells of cq: what is heavy, and is built when it is first needed.
//
//   cache           the disk cache of results
//   index           the published index of the workspace (index/opened.h)
//   embedder        makes vectors of texts (retrieve/embed.h)
//   duckdb          DuckDB's library (index/duckdb.h)
//   ann             indexes of candidates of the published index (retrieve/ann_set.h)
//   faiss           the FAISS plug-in (retrieve/faiss.h)
//   grammar.<lang>  the rules of a language (lang/grammars.h)
//
// Threads: any. Memory: the set is the context's.
#ifndef CQ_APP_CELLS_H
#define CQ_APP_CELLS_H

#include "runtime/cells.h"
#include "runtime/engine.h"
#include "runtime/http.h"
#include "runtime/policy.h"

// `host`'s owner must be a CellOwner.
typedef struct CellOwner {
    const Policy *policy;
    const struct Env *env; // frozen before the first cell is built
    HttpClient *http;
} CellOwner;

// `instead` (may be NULL, ends with NULL) take the places of the cells of their names.
// Fails: BAD_REQUEST (one of them is no cell); INTERNAL (the table of cells is wrong).
MUST_CHECK Fail app_cells_new(Arena *errors, const CellHostSpec *host,
                              const CellSpec *const *instead, CellSet **out);

// The disk cache behind the plan engine: keeps cells' results. Misses while the cell cannot be had.
PlanStore app_cache_store(Cell *cache);

#endif
