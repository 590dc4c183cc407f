// op/scoped.h - a session's scope, put into the arguments of an operation that does not name them.
//
// The scope's languages, folders and globs stand for the arguments lang, in and glob, each for
// itself, where the operation has a list of that name and none was given. What it takes of a kind
// that the operation does not have is said, not dropped.
//
// Threads: pure, but for the store. Memory: the arena given.
#ifndef CQ_OP_SCOPED_H
#define CQ_OP_SCOPED_H

#include "op/op.h"
#include "service/scope.h"

// `args`, or a changed copy. *says: what was put in and what could not be; empty: nothing.
const void *scope_apply(Arena *arena, const OpSpec *op, const void *args, const Scope *scope,
                        Str *says);
// What the scope of cx->session does to the cells of plans; empty: nothing. Fails: as scope_get.
MUST_CHECK Fail scope_of_plans(Ctx *cx, const Env *env, Str *says);
// The plan's document with the lists in the parameters of each cell that does not name them, so
// that they are part of what its answer is kept under. What a cell with inputs reads comes from
// those. Not `document` itself, if anything changed. Fails: as scope_get.
MUST_CHECK Fail scope_apply_plan(Ctx *cx, const Env *env, const Json **document);
bool scope_applies(const OpSpec *op); // it has one of these arguments
// The arguments of `cq scope`, about the request's session when they name none. Others: unchanged.
const void *scope_name_session(Arena *arena, const OpSpec *op, const void *args, Str session);
Str scope_text(Arena *arena, const Scope *scope); // "lang c, go; in src"

#endif
