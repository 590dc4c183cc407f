// op/cell_row.h - a runtime cell as a record: for `cq runtime status`, `cq status` and /readyz.
//
// Threads: any. Memory: the arena given. Blocks: never, and builds nothing.
#ifndef CQ_OP_CELL_ROW_H
#define CQ_OP_CELL_ROW_H

#include "op/field.h"
#include "runtime/cells.h"

typedef struct CellLimits {
    int64_t max_waiters, wait_timeout_ms, max_concurrency, cooldown_ms, drain_ms;
} CellLimits;

typedef struct CellRow {
    Str name, description, state;
    uint64_t generation;
    int64_t leases, waiters;
    double last_init_ms, cooldown_left_ms;
    CellLimits limits;
    uint64_t inits, failures, stale, seeds, swaps, disposals;
    StrList needs;
    const Json *last_error;
} CellRow;

extern const Field cell_row_fields[]; // of CellRow

CellRow cell_row(Arena *arena, Cell *cell);
Str cell_limits_text(Arena *arena, const CellLimits *limits); // "at once 4, drain 2000 ms"
const Json *cell_problem_json(Arena *arena, Fail fail);       // NULL for NULL
double cell_ms(int64_t ns);

#endif
