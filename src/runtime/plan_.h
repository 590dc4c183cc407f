// runtime/plan_.h - the inside of a plan, for plan*.c and the engine.
#ifndef CQ_RUNTIME_PLAN__H
#define CQ_RUNTIME_PLAN__H

#include "base/vec.h"
#include "runtime/plan.h"

enum {
    CELL_CACHEABLE = 1, // pure, encodable, and so are the operations of its inputs
    CELL_DIGESTED = 2,  // a cacheable cell has it as an input
};

typedef struct PlanCell {
    const char *id;
    const Json *params;
    const void *args;
    uint32_t op;          // in Plan.ops
    uint32_t inputs_from; // in Plan.inputs; the next cell's is the end
    uint32_t outs_from;   // in Plan.outs
    uint32_t timeout_ms;  // 0: the engine's
    uint32_t rank;        // place in Plan.order
    uint16_t id_len, flags;
} PlanCell;

struct Plan { // frozen; all in one block
    PlanSpec spec;
    uint32_t len, op_count;
    PlanCell *cells;          // len, and one that only ends the ranges of the last
    uint32_t *inputs;         // cell numbers
    uint32_t *outs;           // ... of the dependants
    uint32_t *order;          // by longest way to the end, then by number: a topological order
    uint32_t *table;          // open addressing by id: 1 + cell number, 0 is free
    uint32_t table_cap;       // a power of two
    const PlanOp *const *ops; // those that are used
};

// ---- plan.c <-> plan_parse.c

enum { MOST_MISTAKES = 20 };

typedef struct Draft {
    Str id;
    const PlanOp *op;
    const Json *params;
    const void *args;
    uint32_t inputs_from, input_count; // in PlanBuilder.names
    uint32_t timeout_ms;
    uint32_t op_index;
} Draft;

struct PlanBuilder {
    Arena scratch;
    PlanOps ops;
    PlanLimits limits; // without zeros
    VEC(Draft) cells;
    VEC(Str) names;   // of inputs
    uint32_t *inputs; // numbers of the same, once resolved
    uint32_t *table;  // as Plan.table
    uint32_t table_cap;
    Fail first;   // mistake
    Json *errors; // all of them
};

// Borrows everything.
void plan_draft(PlanBuilder *builder, const PlanCellSpec *cell);
void plan_mistake(PlanBuilder *builder, ProblemKind kind, Str pointer, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
bool plan_enough(const PlanBuilder *builder);         // as many mistakes as are told
Fail plan_failed(PlanBuilder *builder, Arena *arena); // NULL without mistakes; else drops builder
Str plan_pointer(PlanBuilder *builder, const char *fmt, ...) PRINTF_LIKE(2, 3);

// ---- plan_graph.c

// Numbers of the cells, each after its inputs; false when there is a cycle.
bool graph_sort(Arena *arena, const Plan *plan, uint32_t *sorted);
// One cycle among cells, each needing the next; returns its length.
size_t graph_cycle(Arena *arena, const Plan *plan, uint32_t *path);
// Each cell's cost plus the most costly way from it to an end.
void graph_tails(const Plan *plan, const uint32_t *sorted, uint64_t *tails);

// ---- canon.c

// The one text that all equal values have (docs/plans.md); NULL is {}.
void canon_write(Buf *out, const Json *value);

#endif
