// runtime/cell_change.c - seeding, swapping, invalidating and closing a cell; peek and snapshot.
// The DESIGN note is in cell_parts.h.
#include <assert.h>

#include "base/clock.h"
#include "runtime/cell_parts.h"

// Tells of a change that is no build and no disposal.
static void tell_change(CellObserver observer, const Cell *cell, CellEvent event)
{
    event.cell = cell->spec->name;
    event.at_ns = cell_now(cell);
    cell_tell(observer, &event);
}

Fail cell_seed(Ctx *cx, Cell *cell, void *value)
{
    const char *name = cell->spec->name;
    assert(value);
    if (!cell->host->spec.allow_seed)
        return FAIL(cx->arena, BAD_REQUEST,
                    "%s may not be seeded: set CQ_ALLOW_RUNTIME_SEED=1 to allow it", name);
    CellValue *dead = NULL;
    mutex_lock(&cell->mutex);
    bool full = cell->value != NULL;
    if (!full) {
        CellValue *head = cell_value_new(cell);
        head->payload = value;
        cell_supersede(&cell->building, CELL_REPLACED);
        cell_put(cell, head, CELL_REPLACED, &dead);
        cell->failed = false;
        cell->cooldown_until_ns = 0;
        cell->counts.seeds++;
        cond_broadcast(&cell->changed);
    }
    CellObserver observer = cell_observer(cell);
    uint64_t generation = cell->generation;
    mutex_unlock(&cell->mutex);
    if (full) return FAIL(cx->arena, BAD_REQUEST, "%s has a value already", name);
    cell_dispose_all(dead);
    tell_change(observer, cell, (CellEvent){.kind = CELL_SEEDED, .generation = generation});
    return NULL;
}

// With the mutex held. *fail is set when the new value was not published.
static CellStatus settle_swap(Ctx *cx, Cell *cell, CellRun *run, CellValue *value, Fail *fail,
                              CellValue **dead)
{
    bool wanted = cell->swapping == run;
    if (wanted) cell->swapping = NULL;
    if (wanted && !*fail) {
        cell_supersede(&cell->building, CELL_REPLACED);
        cell_put(cell, value, CELL_REPLACED, dead);
        cell->failed = false;
        cell->cooldown_until_ns = 0;
        cell->counts.swaps++;
        return CELL_OK;
    }
    cell_give_up(value, dead);
    if (*fail) return CELL_ERROR;
    cell->counts.stale++;
    *fail = FAIL(cx->arena, UNAVAILABLE, "%s was %s while its new value was built",
                 cell->spec->name, run->why == CELL_CLOSED ? "closed" : "invalidated");
    return CELL_STALE;
}

static Fail swap_begin(Ctx *cx, Cell *cell, CellRun *run, CellValue **value)
{
    Fail fail = ctx_check(cx);
    mutex_lock(&cell->mutex);
    if (!fail && cell->swapping)
        fail = FAIL(cx->arena, UNAVAILABLE, "%s is being swapped already; try again later",
                    cell->spec->name);
    if (!fail) fail = cell_run_begin(cx, cell, run, true);
    if (!fail) {
        cell->swapping = run;
        *value = cell_value_new(cell);
    }
    mutex_unlock(&cell->mutex);
    return fail;
}

Fail cell_swap(Ctx *cx, Cell *cell, CellBuildFn build)
{
    CellRun run;
    CellValue *value = NULL, *dead = NULL;
    if (!cell->host->spec.allow_swap)
        return FAIL(cx->arena, BAD_REQUEST,
                    "%s may not be swapped: set CQ_ALLOW_RUNTIME_SWAP=1 to allow it",
                    cell->spec->name);
    TRY(swap_begin(cx, cell, &run, &value));
    CellEvent event = {.kind = CELL_SWAPPED, .generation = value->generation};
    CellMaker maker = {.build = build ? build : cell->spec->build, .verify = true};
    int64_t start_ns = cell_now(cell);
    Fail fail = problem_copy(cx->arena, cell_make(cx, value, &run, &maker));
    event.duration_ns = cell_now(cell) - start_ns;

    mutex_lock(&cell->mutex);
    event.status = settle_swap(cx, cell, &run, value, &fail, &dead);
    CellObserver observer = cell_observer(cell);
    cell_run_end(&run);
    cond_broadcast(&cell->changed);
    mutex_unlock(&cell->mutex);
    cell_dispose_all(dead);
    event.error = fail;
    tell_change(observer, cell, event);
    return fail;
}

void cell_record_failure(Cell *cell, Fail fail, int64_t ttl_ns)
{
    if (ttl_ns <= 0) return;
    mutex_lock(&cell->mutex);
    if (cell->value) { // kept for its leases and for peek until something replaces it
        cell->stale = cell->value;
        cell->value = NULL;
        atomic_store_explicit(&cell->hot, NULL, memory_order_release);
    }
    cell_set_failure(cell, fail, ttl_ns);
    cond_broadcast(&cell->changed);
    mutex_unlock(&cell->mutex);
}

// Detaches everything. `watch`, if any, is told how the disposal of what was there ends.
static void detach(Cell *cell, CellReason why, CellWatch *watch, CellValue **dead)
{
    mutex_lock(&cell->mutex);
    const CellValue *old = cell->value ? cell->value : cell->stale;
    if (watch) {
        watch->generation = old ? old->generation : 0;
        watch->next = cell->watches;
        cell->watches = watch;
    }
    cell_put(cell, NULL, why, dead);
    cell_supersede(&cell->building, why);
    cell_supersede(&cell->swapping, why);
    cell->failed = false;
    cell->cooldown_until_ns = 0;
    cond_broadcast(&cell->changed);
    mutex_unlock(&cell->mutex);
}

void cell_invalidate(Ctx *cx, Cell *cell)
{
    CellValue *dead = NULL;
    detach(cell, CELL_INVALIDATED, NULL, &dead);
    log_event(cx, LOG_DEBUG, "runtime.cell.invalidated",
              LOG_STR("cell", str_from(cell->spec->name)));
    cell_dispose_all(dead);
}

static int leases_out(const Cell *cell)
{
    int leases = 0;
    for (CellValue *at = cell->retired; at; at = at->next) leases += cell_value_leases(at);
    return leases;
}

// Waits until detached values are disposed and builds have ended, or the time is over.
static CellObserver drain(Ctx *cx, Cell *cell, int64_t drain_ns, CellWatch *watch, CellClosed *out)
{
    CellWait wait = {.cx = cx, .give_up_ns = cell_now(cell) + drain_ns};
    mutex_lock(&cell->mutex);
    for (;;) {
        out->builds = cell_runs_elsewhere(cell);
        if (!cell->retired && !cell->disposing && !out->builds) break;
        if (drain_ns <= 0 || cell_wait_change(&wait, cell)) break;
    }
    out->leases = leases_out(cell);
    CellWatch **at = &cell->watches;
    while (*at != watch) at = &(*at)->next;
    *at = watch->next;
    CellObserver observer = cell_observer(cell);
    mutex_unlock(&cell->mutex);
    return observer;
}

void cell_close(Ctx *cx, Cell *cell, int64_t drain_ns, CellClosed *out)
{
    CellClosed closed = {0};
    CellValue *dead = NULL;
    CellWatch watch = {.arena = cx->arena};
    int64_t start_ns = cell_now(cell);
    detach(cell, CELL_CLOSED, &watch, &dead);
    cell_dispose_all(dead);
    CellObserver observer = drain(cx, cell, drain_ns, &watch, &closed);
    closed.had_payload = watch.generation != 0;
    closed.status = !closed.had_payload ? CELL_NOOP : watch.done ? watch.status : CELL_DEFERRED;
    closed.close_called = watch.done && cell->spec->dispose;
    closed.error = watch.error;
    closed.duration_ns = cell_now(cell) - start_ns;
    if (closed.status == CELL_DEFERRED)
        log_event(cx, LOG_WARN, "runtime.cell.not_drained",
                  LOG_STR("cell", str_from(cell->spec->name)), LOG_INT("leases", closed.leases));
    if (!watch.done) // else the disposal told
        tell_change(observer, cell,
                    (CellEvent){.kind = CELL_CLOSE_END,
                                .status = closed.status,
                                .reason = CELL_CLOSED,
                                .generation = watch.generation,
                                .had_payload = closed.had_payload,
                                .duration_ns = closed.duration_ns});
    if (out) *out = closed;
}

void cell_reset(Ctx *cx, Cell *cell)
{
    cell_invalidate(cx, cell);
    mutex_lock(&cell->mutex);
    cell->counts = (CellSnapshot){0};
    stored_fail_set(&cell->last_error, NULL);
    mutex_unlock(&cell->mutex);
}

void cell_configure_observer(Cell *cell, CellObserver observer)
{
    mutex_lock(&cell->mutex);
    cell->observer = observer;
    cell->has_observer = true;
    mutex_unlock(&cell->mutex);
}

void cell_configure_adjuster(Cell *cell, CellAdjustFn adjust, void *arg)
{
    mutex_lock(&cell->mutex);
    cell->adjust = adjust;
    cell->adjust_arg = arg;
    mutex_unlock(&cell->mutex);
}

static CellState state_of(const Cell *cell)
{
    if (cell->value) return CELL_READY;
    if (cell->building) return CELL_INITIALIZING;
    if (cell->failed) return CELL_FAILED;
    return cell->retired || cell->disposing ? CELL_CLOSING : CELL_EMPTY;
}

void cell_snapshot(Arena *arena, Cell *cell, CellSnapshot *out)
{
    mutex_lock(&cell->mutex);
    CellValue *value = cell->value ? cell->value : cell->stale;
    *out = cell->counts;
    out->spec = cell->spec;
    out->state = state_of(cell);
    out->generation = value ? value->generation : 0;
    out->leases = leases_out(cell) + (value ? cell_value_leases(value) : 0);
    out->waiters = cell->waiters;
    if (cell_cooling(cell)) out->cooldown_left_ns = cell->cooldown_until_ns - cell_now(cell);
    out->last_error = problem_copy(arena, cell->last_error.fail);
    mutex_unlock(&cell->mutex);
}
