// runtime/plan.h - a plan: named pieces of work ("cells") and which of them needs which.
//
//   JSON --plan_parse--.
//                       >--> Plan (frozen, acyclic, every cell's arguments checked) --> engine.h
//   plan_add, ... finish'
//
// A PlanOp is a kind of work as the runtime sees it. Nothing here knows what the work is about.
// Threads: a Plan is frozen; a PlanBuilder belongs to one thread; a PlanOp must allow any thread.
// Memory:  a Plan lives in the arena it was made in (one block, 100 bytes or less a cell besides
//          parameters); it borrows operations and the JSON of parameters.
// Blocks:  never. A PlanOp's check, encode and decode must not block either; run may.
#ifndef CQ_RUNTIME_PLAN_H
#define CQ_RUNTIME_PLAN_H

#include "base/ctx.h"
#include "base/json.h"

typedef struct Plan Plan;
typedef struct PlanOp PlanOp;
typedef struct PlanCall PlanCall; // what a running cell sees: below

struct PlanOp {
    const char *name;
    uint32_t version; // raise it when the same arguments give another output
    bool pure;        // output depends on arguments, inputs, scope and `reads` only: cacheable
    const char *const *reads; // ends with NULL; names for EngineSpec.read, such as "env:LANG"
    // Further such names, by the arguments of the cell; ends with NULL. May be NULL.
    const char *const *(*reads_of)(Arena *arena, const PlanOp *op, const void *args);
    // What such a cell does, in a few words for drawings; empty: nothing to say. May be NULL.
    Str (*label)(Arena *arena, const PlanOp *op, const void *args);
    uint32_t cost;    // weight on the critical path; 0 counts as 1
    const void *self; // for the functions below

    // Checks `params` (an object) and turns them into what `run` is given; NULL: no parameters.
    // Fails: BAD_REQUEST, with ext "pointer" relative to `params` when one member is at fault.
    Fail (*check)(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                  const void **args);
    // Does the work. *value goes to the cells that need it; whatever it points to must lie in
    // cx->arena (lives until the run is released) and is read-only once returned. Stop soon after
    // cx asks to: ctx_check.
    Fail (*run)(Ctx *cx, PlanCall *call, const void **value);
    // The value as bytes, the same bytes for the same value, and back; both or neither. Without
    // them the cell is never cached, nor is any cell that has it as an input.
    // Encode may leave *bytes at STR_NONE: this value is not to be kept (an answer that is not
    // whole), nor is what is made of it. `bytes` given to decode live as long as `arena` and may be
    // borrowed. Decode must tell any damage: its Problem only turns the entry into a miss.
    Fail (*encode)(Arena *arena, const PlanOp *op, const void *value, Str *bytes);
    Fail (*decode)(Arena *arena, const PlanOp *op, Str bytes, const void **value);
};

typedef struct PlanOps { // every operation a plan may name
    const PlanOp *const *items;
    size_t len;
} PlanOps;
const PlanOp *plan_op_find(const PlanOps *ops, Str name); // NULL when there is none

// ---- what PlanOp.run sees

typedef struct PlanInput {
    Str id;            // of the cell that made it
    const PlanOp *op;  // that made it
    const void *value; // its output; NULL when it had nothing to do
} PlanInput;

struct PlanCall {
    const PlanOp *op;
    Str id, scope, run_id;
    const void *args; // of PlanOp.check
    size_t inputs;    // how many
    void *env;        // of the run
    // private
    void *run;
    uint32_t cell;
    const Str *skipped;
};
PlanInput plan_input(const PlanCall *call, size_t index); // in the order of the plan
// Tells whoever follows the run (event.h); at most 4 KiB. Never waits.
void plan_say(PlanCall *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
// There is nothing to do here, and why. When run then succeeds, the cell ends as skipped, what
// needs it goes on and sees NULL as its value, and neither is kept by a cache.
void plan_skip(Ctx *cx, PlanCall *call, const char *fmt, ...) PRINTF_LIKE(3, 4);

// ---- making a plan

typedef struct PlanLimits { // 0 stands for the default
    uint32_t cells;         // 100,000
    uint32_t inputs;        // of all cells together: 1,000,000
    uint32_t id_bytes;      // 128
    uint32_t concurrency;   // 256
    uint32_t timeout_s;     // 86,400
} PlanLimits;

// Version 1 of the document is described in docs/plans.md. Strict and total: it fails before
// anything runs or gives a plan that can run.
// Fails: BAD_REQUEST, TOO_LARGE; ext "pointer" (RFC 6901) is the place of the first mistake,
// ext "errors" [{pointer, detail}] has all that were found in that pass (20 at most).
MUST_CHECK Fail plan_parse(Arena *arena, const PlanOps *ops, const PlanLimits *limits,
                           const Json *document, const Plan **out);

typedef struct PlanCellSpec {
    Str id, op;
    const Str *inputs; // ids
    size_t input_count;
    const Json *params; // object; NULL stands for {}; borrowed by the plan
    double timeout_s;   // 0: the engine's default
} PlanCellSpec;

typedef struct PlanSpec {
    Str scope;                // part of every fingerprint: keeps workspaces apart
    uint32_t max_concurrency; // 0: the engine's
    bool fail_fast;
} PlanSpec;

typedef struct PlanBuilder PlanBuilder;
// Ids and inputs are copied. The builder is gone after plan_finish; plan_drop gives it up instead.
PlanBuilder *plan_builder(const PlanOps *ops, const PlanLimits *limits);
void plan_add(PlanBuilder *builder, const PlanCellSpec *cell);
// Fails: as plan_parse, with the pointers the document would have had.
MUST_CHECK Fail plan_finish(PlanBuilder *builder, Arena *arena, const PlanSpec *spec,
                            const Plan **out);
void plan_drop(PlanBuilder *builder); // NULL is fine

// ---- reading a plan; cells are numbered in the order of the document

size_t plan_len(const Plan *plan);
const PlanSpec *plan_spec(const Plan *plan);
Str plan_id(const Plan *plan, size_t cell);
const PlanOp *plan_op(const Plan *plan, size_t cell);
const Json *plan_params(const Plan *plan, size_t cell);      // NULL when there are none
Str plan_label(Arena *arena, const Plan *plan, size_t cell); // of PlanOp.label
bool plan_find(const Plan *plan, Str id, size_t *cell);
const uint32_t *plan_inputs(const Plan *plan, size_t cell, size_t *count);
const uint32_t *plan_dependants(const Plan *plan, size_t cell, size_t *count);
// Cells in the order in which one thread runs them, longest way to the end first.
void plan_order(const Plan *plan, uint32_t *order); // room for plan_len
// The most costly chain, first cell first. Returns its length; `cost` is the sum of its weights.
size_t plan_critical_path(Arena *arena, const Plan *plan, const uint32_t **path, uint64_t *cost);

// ---- drawing: labels are escaped; with `run` (engine.h), cells are coloured by state, and those
// that had nothing to do say why

typedef enum PlanDrawing { PLAN_DOT, PLAN_MERMAID } PlanDrawing;
typedef struct Run Run;
void plan_draw(Buf *out, const Plan *plan, Run *run, PlanDrawing how); // `run` may be NULL

#endif
