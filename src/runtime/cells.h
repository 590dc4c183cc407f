// runtime/cells.h - the runtime cells of a process: found by name, built ahead, closed in order.
//
//   cells_new --> cells_find, cells_prewarm, cells_snapshot ... --> cells_close_all --> cells_free
//
// Threads: any, after cells_new; the set itself never changes.
// Memory:  the set owns its cells and their host; specs outlive it.
// Blocks:  cells_prewarm builds; cells_close_all and cells_free drain.
#ifndef CQ_RUNTIME_CELLS_H
#define CQ_RUNTIME_CELLS_H

#include "runtime/cell.h"

typedef struct CellSet CellSet;

// Fails: BAD_REQUEST for a name given twice, a need that is no cell (with the nearest name), or
// cells that need each other in a circle (ext "cycle": "a -> b -> a").
MUST_CHECK Fail cells_new(Arena *errors, const CellHostSpec *host, const CellSpec *const *specs,
                          size_t count, CellSet **out);
// Closes and frees all. False when a cell was left behind (see cell_free): then what it stands on
// is too. NULL is fine.
bool cells_free(CellSet *set);

size_t cells_count(const CellSet *set);
Cell *cells_at(const CellSet *set, size_t index); // in the order of the specs
// Fails: NOT_FOUND, with the nearest name.
MUST_CHECK Fail cells_find(Arena *arena, const CellSet *set, Str name, Cell **out);

typedef struct CellWarmed {
    const char *name;
    bool was_ready;
    int64_t took_ns;
    Fail fail; // NULL: ready
} CellWarmed;
// Builds the named cells (all for count 0), going on after failures; one row each, in cx->arena.
// Fails: NOT_FOUND before anything is built; CANCELLED.
MUST_CHECK Fail cells_prewarm(Ctx *cx, CellSet *set, const Str *names, size_t count,
                              CellWarmed **rows, size_t *row_count);
// A probe: builds the cell, if need be, and has its value verified (CellSpec.verify).
// Fails: NOT_FOUND; with what the build or the verification failed with (ext "runtime" names the
// cell).
MUST_CHECK Fail cells_check(Ctx *cx, CellSet *set, Str name, CellWarmed *out);

typedef struct CellsClosed {
    const char *name;
    CellClosed closed;
} CellsClosed;
// Closes all, those that need others first, within drain_ns together (below 0: each by its spec's
// drain_ms). One row each, in the order of closing. May be called again: rows are NOOP then.
void cells_close_all(Ctx *cx, CellSet *set, int64_t drain_ns, CellsClosed **rows, size_t *count);

// One row a cell, in the order of the specs, in `arena`.
void cells_snapshot(Arena *arena, const CellSet *set, CellSnapshot **rows, size_t *count);

#endif
