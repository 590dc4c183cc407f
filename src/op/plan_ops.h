// op/plan_ops.h - operations as cells of a plan.
//
// A cell's parameters are the operation's arguments in JSON. A cell that needs others takes the
// files which they found as its own (OpCell.files); when they found none, it finds nothing.
//
// What a cell reads is named, so that a kept answer is used only while all of it is the same:
//   "files", "files+hidden", ...   the files of the workspace (index/stamp.h)
//   "path:src", "path+hidden:src"  what a path in its arguments names
//
// Threads: frozen once made. Memory: the arena they were made in.
#ifndef CQ_OP_PLAN_OPS_H
#define CQ_OP_PLAN_OPS_H

#include "op/op.h"
#include "runtime/engine.h"

typedef struct PlanValue { // what PlanInput.value and PlanCellResult.value point to
    Result result;
    Str reads; // names and digests of what it read besides "files": part of its bytes
} PlanValue;

PlanOps plan_ops_new(Arena *arena); // of all rows of ops.def that have OpSpec.cell

// EngineSpec.read; env is a const Env *.
Fail plan_ops_read(Ctx *cx, void *env, Str name, Digest *out);

// Tells apart what the answer of an operation with OpSpec.cell is made of: the operation, its
// arguments and the files it reads. Two answers of one state, by one process with one index, are
// equal. Fails: BAD_REQUEST for an operation without; as EngineSpec.read.
MUST_CHECK Fail plan_ops_state(Ctx *cx, const Env *env, const OpSpec *op, const void *args,
                               Digest *out);

// A plan of one cell, "main", over arguments that were read already. It works under the limits of
// `cx`, whatever those of the run are: an operation knows how to answer with what it has when its
// time is over, and a run does not. Never cached.
const Plan *plan_ops_single(const Ctx *cx, const OpSpec *op, const void *args);

#endif
