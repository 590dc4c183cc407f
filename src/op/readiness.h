// op/readiness.h - whether a process that lives on can serve, and why not: /readyz, `cq status`.
//
// The cells of server.preload must have been built once: one that was evicted since is built by the
// next request, which needs no operator. With server.preload_required one that failed makes the
// process not ready; else it is a limit.
//
// Threads: any. Memory: the arena given. Blocks: for one stat of the root; it builds nothing.
#ifndef CQ_OP_READINESS_H
#define CQ_OP_READINESS_H

#include "op/cell_row.h"
#include "service/result.h"

typedef struct ReadyCell {   // of the cells that are preloaded
    Str name, state, reason; // the reason is empty when it is as it should be
    bool required, ready;
} ReadyCell;

typedef struct Readiness {
    bool ready;
    StrList reasons;      // why not
    StrList limits;       // what is less than it could be
    RecordList preloaded; // ReadyCell
    RecordList cells;     // CellRow: all cells
} Readiness;

extern const Field readiness_fields[]; // of Readiness

void readiness_look(Arena *arena, const Env *env, Readiness *out);

#endif
