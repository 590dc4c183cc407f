// op/readiness.c
#include "op/readiness.h"

#include "base/os.h"
#include "base/vec.h"
#include "runtime/policy.h"

static const Field ready_cell_fields[] = {
    FIELD(ReadyCell, name, STR, "of the cell"),
    FIELD(ReadyCell, state, STR, "of the cell"),
    FIELD(ReadyCell, required, BOOL, "without it the process is not ready"),
    FIELD(ReadyCell, ready, BOOL, "it was built, and its last build did not fail"),
    FIELD(ReadyCell, reason, STR, "why it is not ready; empty when it is"),
    {0},
};

const Field readiness_fields[] = {
    FIELD(Readiness, ready, BOOL, "the process can serve as it was configured to"),
    FIELD(Readiness, reasons, STRS, "why it cannot"),
    FIELD(Readiness, limits, STRS, "what is less than it could be"),
    FIELD(Readiness, preloaded, RECORDS, "cells of server.preload", .sub = ready_cell_fields,
          .sub_size = sizeof(ReadyCell)),
    FIELD(Readiness, cells, RECORDS, "all runtime cells", .sub = cell_row_fields,
          .sub_size = sizeof(CellRow)),
    {0},
};

typedef struct Look {
    Arena *arena;
    const ServerPolicy *policy;
    VEC(Str) reasons, limits;
    VEC(ReadyCell) preloaded;
} Look;

static Str reason_of(Arena *arena, const CellRow *row)
{
    if (str_eq(row->state, STR("failed"))) {
        const Json *detail = json_get(row->last_error, STR("detail"));
        return str_join(arena, row->name, STR(": "), detail ? detail->string : STR("it failed"));
    }
    if (row->inits) return STR(""); // built once; the next use builds it again
    return str_format(arena, STR_FMT ": not built yet", STR_ARG(row->name));
}

static bool names_it(Str list, Str wanted)
{
    Str name;
    if (str_eq(list, STR("all"))) return true;
    while (str_next(&list, ',', &name))
        if (str_eq(name, wanted)) return true;
    return false;
}

// Of `all`, a plug-in that is not there is no failure.
static bool is_missing(const Look *look, Cell *cell)
{
    CellSnapshot now;
    cell_snapshot(look->arena, cell, &now);
    return str_eq(look->policy->preload, STR("all")) && now.last_error &&
           now.last_error->kind == PROBLEM_UNAVAILABLE;
}

static void judge(Look *look, Cell *cell, const CellRow *row)
{
    if (!names_it(look->policy->preload, row->name)) return;
    bool failed = str_eq(row->state, STR("failed"));
    ReadyCell ready = {.name = row->name,
                       .state = row->state,
                       .reason = reason_of(look->arena, row),
                       .required = look->policy->preload_required && !is_missing(look, cell)};
    ready.ready = !ready.reason.len;
    VEC_PUSH(look->arena, &look->preloaded, ready);
    if (ready.ready) return;
    if (failed && !ready.required) VEC_PUSH(look->arena, &look->limits, ready.reason);
    else VEC_PUSH(look->arena, &look->reasons, ready.reason);
}

static void look_at_root(Look *look, Str root)
{
    OsStat stat;
    const char *path = root.len ? str_cstr(look->arena, root) : ".";
    int error = os_try_stat(OS_CWD, path, OS_FOLLOW, &stat);
    if (!error && stat.type == OS_DIR) return;
    VEC_PUSH(look->arena, &look->reasons,
             str_format(look->arena, "the workspace %s: %s", path,
                        error ? os_error_text(error) : "it is no folder"));
}

void readiness_look(Arena *arena, const Env *env, Readiness *out)
{
    Look look = {.arena = arena, .policy = &env->policy->server};
    size_t count = cells_count(env->cells);
    CellRow *rows = ARENA_ARRAY(arena, CellRow, count);
    look_at_root(&look, env->root);
    for (size_t i = 0; i < count; i++) {
        rows[i] = cell_row(arena, cells_at(env->cells, i));
        judge(&look, cells_at(env->cells, i), &rows[i]);
    }
    *out = (Readiness){.ready = !look.reasons.len,
                       .reasons = {look.reasons.items, look.reasons.len},
                       .limits = {look.limits.items, look.limits.len},
                       .preloaded = {look.preloaded.items, look.preloaded.len},
                       .cells = {rows, count}};
}
