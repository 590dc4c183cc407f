// runtime/cells.c
#include "runtime/cells.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/nearest.h"

typedef enum Mark { UNSEEN, OPEN, DONE } Mark;

struct CellSet { // frozen
    CellHost *host;
    CellHostSpec host_spec;
    size_t count;
    const CellSpec **specs;
    Cell **cells;
    size_t *order; // indexes; whatever a cell needs stands before it
};

static size_t index_of(const CellSet *set, Str name)
{
    size_t i = 0;
    while (i < set->count && !str_eq(str_from(set->specs[i]->name), name)) i++;
    return i;
}

static const char *meant(Arena *arena, const CellSet *set, Str name)
{
    Nearest nearest = nearest_to(name);
    for (size_t i = 0; i < set->count; i++) nearest_offer(&nearest, str_from(set->specs[i]->name));
    return nearest_phrase(arena, &nearest, "");
}

typedef struct Visit { // the way down from a cell to what it needs
    size_t at;
    struct Visit *above;
} Visit;

static Fail circle(Arena *errors, const CellSet *set, const Visit *visit)
{
    Str path = str_from(set->specs[visit->at]->name);
    const Visit *at = visit->above;
    for (;; at = at->above) {
        path = str_format(errors, "%s -> " STR_FMT, set->specs[at->at]->name, STR_ARG(path));
        if (at->at == visit->at) break;
    }
    Fail fail =
        FAIL(errors, BAD_REQUEST, "cells need each other in a circle: " STR_FMT, STR_ARG(path));
    return problem_with_str(errors, fail, "cycle", path);
}

// Puts a cell into the order, behind all that it needs.
static Fail visit_cell(Arena *errors, CellSet *set, Mark *marks, size_t *ordered, Visit *visit)
{
    const CellSpec *spec = set->specs[visit->at];
    if (marks[visit->at] == DONE) return NULL;
    if (marks[visit->at] == OPEN) return circle(errors, set, visit);
    marks[visit->at] = OPEN;
    for (const char *const *need = spec->needs; need && *need; need++) {
        Visit below = {index_of(set, str_from(*need)), visit};
        if (below.at == set->count)
            return FAIL(errors, BAD_REQUEST, "cell %s needs %s, which is no cell%s", spec->name,
                        *need, meant(errors, set, str_from(*need)));
        TRY(visit_cell(errors, set, marks, ordered, &below));
    }
    marks[visit->at] = DONE;
    set->order[(*ordered)++] = visit->at;
    return NULL;
}

static Fail find_order(Arena *errors, CellSet *set)
{
    Arena scratch = {0};
    Mark *marks = ARENA_ARRAY(&scratch, Mark, set->count);
    size_t ordered = 0;
    Fail fail = NULL;
    for (size_t i = 0; i < set->count && !fail; i++) {
        Visit visit = {i, NULL};
        if (index_of(set, str_from(set->specs[i]->name)) != i)
            fail = FAIL(errors, BAD_REQUEST, "two cells have the name %s", set->specs[i]->name);
        else fail = visit_cell(errors, set, marks, &ordered, &visit);
    }
    arena_fini(&scratch);
    return fail;
}

static void make_cells(CellSet *set)
{
    set->host = cell_host_new(&set->host_spec);
    for (size_t i = 0; i < set->count; i++) {
        Arena scratch = {0};
        const CellSpec *spec = set->specs[set->order[i]];
        size_t count = 0;
        while (spec->needs && spec->needs[count]) count++;
        Cell **needs = ARENA_ARRAY(&scratch, Cell *, count);
        for (size_t j = 0; j < count; j++)
            needs[j] = set->cells[index_of(set, str_from(spec->needs[j]))];
        set->cells[set->order[i]] = cell_new(set->host, spec, needs);
        arena_fini(&scratch);
    }
}

static void free_set(CellSet *set)
{
    mem_free(set->specs);
    mem_free(set->cells);
    mem_free(set->order);
    mem_free(set);
}

Fail cells_new(Arena *errors, const CellHostSpec *host, const CellSpec *const *specs, size_t count,
               CellSet **out)
{
    CellSet *set = mem_alloc(sizeof *set);
    set->host_spec = *host;
    set->count = count;
    set->specs = mem_alloc(count * sizeof *set->specs);
    set->cells = mem_alloc(count * sizeof *set->cells);
    set->order = mem_alloc(count * sizeof *set->order);
    for (size_t i = 0; i < count; i++) set->specs[i] = specs[i];
    Fail fail = find_order(errors, set);
    if (fail) {
        free_set(set);
        return fail;
    }
    make_cells(set);
    *out = set;
    return NULL;
}

bool cells_free(CellSet *set)
{
    if (!set) return true;
    for (size_t i = set->count; i-- > 0;)
        if (!cell_free(set->cells[set->order[i]])) return false;
    cell_host_free(set->host);
    free_set(set);
    return true;
}

size_t cells_count(const CellSet *set)
{
    return set->count;
}

Cell *cells_at(const CellSet *set, size_t index)
{
    return set->cells[index];
}

Fail cells_find(Arena *arena, const CellSet *set, Str name, Cell **out)
{
    size_t at = index_of(set, name);
    if (at == set->count)
        return FAIL(arena, NOT_FOUND, "there is no runtime cell \"" STR_FMT "\"%s", STR_ARG(name),
                    meant(arena, set, name));
    *out = set->cells[at];
    return NULL;
}

static int64_t time_of(const CellSet *set)
{
    const CellHostSpec *host = &set->host_spec;
    return host->now_ns ? host->now_ns(host->clock) : clock_now_ns();
}

static Fail build_and_verify(Ctx *cx, const CellSet *set, Cell *cell, bool verify)
{
    Lease lease = {0};
    const CellSpec *spec = cell_spec(cell);
    Fail fail = cell_lease(cx, cell, &lease);
    if (!fail && verify && spec->verify) fail = spec->verify(cx, set->host_spec.owner, lease.value);
    lease_release(&lease);
    return fail;
}

static void warm(Ctx *cx, const CellSet *set, Cell *cell, bool verify, CellWarmed *row)
{
    int64_t start_ns = time_of(set);
    CellSnapshot snapshot;
    cell_snapshot(cx->arena, cell, &snapshot);
    row->name = cell_spec(cell)->name;
    row->was_ready = snapshot.state == CELL_READY;
    row->fail = build_and_verify(cx, set, cell, verify);
    row->took_ns = time_of(set) - start_ns;
}

Fail cells_prewarm(Ctx *cx, CellSet *set, const Str *names, size_t count, CellWarmed **rows,
                   size_t *row_count)
{
    size_t wanted = count ? count : set->count;
    Cell **cells = ARENA_ARRAY(cx->arena, Cell *, wanted);
    CellWarmed *out = ARENA_ARRAY(cx->arena, CellWarmed, wanted);
    for (size_t i = 0; i < wanted; i++) {
        if (count) TRY(cells_find(cx->arena, set, names[i], &cells[i]));
        else cells[i] = set->cells[set->order[i]];
    }
    for (size_t i = 0; i < wanted; i++) {
        TRY(ctx_check(cx));
        warm(cx, set, cells[i], false, &out[i]);
    }
    *rows = out;
    *row_count = wanted;
    return NULL;
}

Fail cells_check(Ctx *cx, CellSet *set, Str name, CellWarmed *out)
{
    Cell *cell = NULL;
    TRY(cells_find(cx->arena, set, name, &cell));
    warm(cx, set, cell, true, out);
    if (!out->fail || json_get(out->fail->ext, STR("runtime"))) return out->fail;
    return problem_with_str(cx->arena, out->fail, "runtime", str_from(out->name));
}

void cells_close_all(Ctx *cx, CellSet *set, int64_t drain_ns, CellsClosed **rows, size_t *count)
{
    int64_t end_ns = clock_now_ns() + MAX(drain_ns, 0);
    CellsClosed *out = ARENA_ARRAY(cx->arena, CellsClosed, set->count);
    for (size_t i = 0; i < set->count; i++) {
        Cell *cell = set->cells[set->order[set->count - 1 - i]];
        int64_t left_ns =
            drain_ns < 0 ? cell_spec(cell)->drain_ms * NS_PER_MS : MAX(end_ns - clock_now_ns(), 0);
        out[i].name = cell_spec(cell)->name;
        cell_close(cx, cell, left_ns, &out[i].closed);
    }
    if (rows) *rows = out;
    if (count) *count = set->count;
}

void cells_snapshot(Arena *arena, const CellSet *set, CellSnapshot **rows, size_t *count)
{
    *rows = ARENA_ARRAY(arena, CellSnapshot, set->count);
    *count = set->count;
    for (size_t i = 0; i < set->count; i++) cell_snapshot(arena, set->cells[i], &(*rows)[i]);
}
