// op/cell_row.c
#include "op/cell_row.h"

#include "base/vec.h"

static const Field limit_fields[] = {
    FIELD(CellLimits, max_waiters, INT, "that may wait for it; 0: any number"),
    FIELD(CellLimits, wait_timeout_ms, INT, "that one waits; 0: only its own deadline"),
    FIELD(CellLimits, max_concurrency, INT, "leases at once; 0: any number"),
    FIELD(CellLimits, cooldown_ms, INT, "after a failed build; 0: it is tried again at once"),
    FIELD(CellLimits, drain_ms, INT, "that closing waits for leases"),
    {0},
};

static const char *const states[] = {"empty", "initializing", "ready", "failed", "closing", NULL};

const Field cell_row_fields[] = {
    FIELD(CellRow, name, STR, "of the cell"),
    FIELD(CellRow, description, STR, "what it holds"),
    FIELD(CellRow, state, STR, "of the cell", .choices = states),
    FIELD(CellRow, generation, SIZE, "of the value, counted from 1; 0 for none"),
    FIELD(CellRow, leases, INT, "that are out"),
    FIELD(CellRow, waiters, INT, "that wait for the build or a place"),
    FIELD(CellRow, last_init_ms, REAL, "that the last build took; 0 before the first"),
    FIELD(CellRow, cooldown_left_ms, REAL, "until a failed cell is tried again"),
    FIELD(CellRow, limits, RECORD, "how it is used, at most", .sub = limit_fields),
    FIELD(CellRow, inits, SIZE, "builds that succeeded"),
    FIELD(CellRow, failures, SIZE, "builds that failed, and failures that were recorded"),
    FIELD(CellRow, stale, SIZE, "builds that nobody wanted any more when they ended"),
    FIELD(CellRow, seeds, SIZE, "values given from outside"),
    FIELD(CellRow, swaps, SIZE, "values replaced"),
    FIELD(CellRow, disposals, SIZE, "values that are gone"),
    FIELD(CellRow, needs, STRS, "cells it stands on"),
    FIELD(CellRow, last_error, JSON, "the last failure (RFC 9457)", .flags = FIELD_OPTIONAL_OUT),
    {0},
};

double cell_ms(int64_t ns)
{
    return (double)(ns / 1000) / 1000;
}

const Json *cell_problem_json(Arena *arena, Fail fail)
{
    const Json *json = NULL;
    return fail && !json_parse(arena, problem_to_json(arena, fail), &json) ? json : NULL;
}

static StrList needs_of(Arena *arena, const CellSpec *spec)
{
    VEC(Str) names = {0};
    for (const char *const *need = spec->needs; need && *need; need++)
        VEC_PUSH(arena, &names, str_from(*need));
    return (StrList){names.items, names.len};
}

CellRow cell_row(Arena *arena, Cell *cell)
{
    CellSnapshot now;
    cell_snapshot(arena, cell, &now);
    const CellSpec *spec = now.spec;
    return (CellRow){.name = str_from(spec->name),
                     .description = str_from(spec->description),
                     .state = str_from(cell_state_name(now.state)),
                     .generation = now.generation,
                     .leases = now.leases,
                     .waiters = now.waiters,
                     .last_init_ms = cell_ms(now.last_init_ns),
                     .cooldown_left_ms = cell_ms(now.cooldown_left_ns),
                     .limits = {spec->max_waiters, spec->wait_timeout_ms, spec->max_concurrency,
                                spec->cooldown_ms, spec->drain_ms},
                     .inits = now.inits,
                     .failures = now.failures,
                     .stale = now.stale,
                     .seeds = now.seeds,
                     .swaps = now.swaps,
                     .disposals = now.disposals,
                     .needs = needs_of(arena, spec),
                     .last_error = cell_problem_json(arena, now.last_error)};
}

static void add_limit(Buf *out, const char *name, int64_t value, const char *unit)
{
    if (value) buf_addf(out, "%s%s %lld%s", out->len ? ", " : "", name, (long long)value, unit);
}

Str cell_limits_text(Arena *arena, const CellLimits *limits)
{
    Buf buf = buf_on(arena);
    add_limit(&buf, "at once", limits->max_concurrency, "");
    add_limit(&buf, "waiters", limits->max_waiters, "");
    add_limit(&buf, "wait", limits->wait_timeout_ms, " ms");
    add_limit(&buf, "cool-down", limits->cooldown_ms, " ms");
    add_limit(&buf, "drain", limits->drain_ms, " ms");
    return buf_str(&buf);
}
