// runtime/cell.c - cells and their hosts; building a value and publishing it.
// The DESIGN note is in cell_parts.h.
#include "runtime/cell.h"

#include <assert.h>

#include "base/clock.h"
#include "runtime/cell_parts.h"
#include "runtime/span.h"

enum { MOST_BUILDS = 4 }; // by one call, when each is invalidated before it ends

static const char *const event_names[] = {"init_start", "init_end", "seed", "swap", "close_end"};
static const char *const status_names[] = {"ok", "error", "noop", "stale", "deferred"};
static const char *const reason_names[] = {"closed", "invalidated", "replaced", "unpublished"};
static const char *const state_names[] = {"empty", "initializing", "ready", "failed", "closing"};

const char *cell_event_name(CellEventKind kind)
{
    return event_names[kind];
}

const char *cell_status_name(CellStatus status)
{
    return status_names[status];
}

const char *cell_reason_name(CellReason reason)
{
    return reason_names[reason];
}

const char *cell_state_name(CellState state)
{
    return state_names[state];
}

bool cell_guard_is_on(Str value)
{
    static const char *const words[] = {"1", "true", "yes", "on"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(str_trim(value), str_from(words[i]))) return true;
    return false;
}

CellHost *cell_host_new(const CellHostSpec *spec)
{
    fence_setup();
    CellHost *host = mem_alloc(sizeof *host);
    host->spec = *spec;
    mutex_init(&host->graph, RANK_CELL_GRAPH);
    return host;
}

void cell_host_free(CellHost *host)
{
    if (!host) return;
    assert(!host->runs && !host->edges);
    mutex_fini(&host->graph);
    mem_free(host);
}

Cell *cell_new(CellHost *host, const CellSpec *spec, Cell *const *needs)
{
    Cell *cell = mem_alloc(sizeof *cell);
    cell->spec = spec;
    cell->host = host;
    while (spec->needs && spec->needs[cell->need_count]) cell->need_count++;
    cell->needs = mem_alloc(cell->need_count * sizeof(Cell *));
    for (size_t i = 0; i < cell->need_count; i++) cell->needs[i] = needs[i];
    mutex_init(&cell->mutex, RANK_CELL);
    cond_init(&cell->changed);
    cell->gate_last = &cell->gate_first;
    return cell;
}

bool cell_free(Cell *cell)
{
    if (!cell) return true;
    Arena arena = {0};
    Ctx cx = {.arena = &arena, .log = cell->host->spec.log};
    CellClosed closed;
    cell_close(&cx, cell, cell->spec->drain_ms * NS_PER_MS, &closed);
    bool drained = !closed.leases && !closed.builds;
    if (!drained)
        log_event(&cx, LOG_ERROR, "runtime.cell.left_behind",
                  LOG_STR("cell", str_from(cell->spec->name)), LOG_INT("leases", closed.leases),
                  LOG_INT("builds", closed.builds));
    arena_fini(&arena);
    if (!drained) return false;
    while (cell->free) {
        CellValue *next = cell->free->next;
        cell_value_free(cell->free);
        cell->free = next;
    }
    arena_fini(&cell->last_error.arena);
    cond_fini(&cell->changed);
    mutex_fini(&cell->mutex);
    mem_free(cell->needs);
    mem_free(cell);
    return true;
}

const CellSpec *cell_spec(const Cell *cell)
{
    return cell->spec;
}

int64_t cell_now(const Cell *cell)
{
    const CellHostSpec *host = &cell->host->spec;
    return host->now_ns ? host->now_ns(host->clock) : clock_now_ns();
}

CellContext cell_context(const Cell *cell, const Ctx *cx)
{
    if (cell->host->spec.context) return cell->host->spec.context(cx);
    return (CellContext){.trace_id = cx->request_id};
}

void stored_fail_set(StoredFail *stored, Fail fail)
{
    arena_reset(&stored->arena);
    stored->fail = problem_copy(&stored->arena, fail);
}

bool cell_cooling(Cell *cell)
{
    if (cell->cooldown_until_ns && cell_now(cell) >= cell->cooldown_until_ns)
        cell->cooldown_until_ns = 0;
    return cell->cooldown_until_ns != 0;
}

void cell_set_failure(Cell *cell, Fail fail, int64_t ttl_ns)
{
    stored_fail_set(&cell->last_error, fail);
    cell->failed = true;
    cell->fail_serial++;
    cell->cooldown_until_ns = ttl_ns > 0 ? cell_now(cell) + ttl_ns : 0;
}

void cell_supersede(CellRun **run, CellReason why)
{
    if (!*run) return;
    (*run)->why = why;
    atomic_store_explicit(&(*run)->superseded, true, memory_order_release);
    *run = NULL;
}

bool cell_build_stopped(const Ctx *cx, const CellBuild *build)
{
    return atomic_load_explicit(build->superseded, memory_order_acquire) ||
           ctx_stopped(cx) != STOP_NONE;
}

Fail cell_build_default(Ctx *cx, CellBuild *build, void **out)
{
    TRY(build->cell->spec->build(cx, build, &build->made));
    *out = build->made;
    return NULL;
}

// The values this one stands on, leased as long as it lives.
static Fail lease_needs(Ctx *cx, CellValue *value, const void ***out)
{
    Cell *cell = value->cell;
    value->needs = ARENA_ARRAY(&value->arena, Lease, cell->need_count);
    *out = ARENA_ARRAY(&value->arena, const void *, cell->need_count);
    for (size_t i = 0; i < cell->need_count; i++) {
        TRY(cell_lease_slow(cx, cell->needs[i], false, &value->needs[i]));
        (*out)[i] = value->needs[i].value;
        value->need_count = i + 1;
    }
    return NULL;
}

static Fail make_value(Ctx *cx, CellValue *value, CellRun *run, const CellMaker *maker)
{
    Cell *cell = value->cell;
    const CellSpec *spec = cell->spec;
    const void **needs = NULL;
    void *made = NULL;
    TRY(lease_needs(cx, value, &needs));
    CellBuild build = {.owner = cell->host->spec.owner,
                       .generation = value->generation,
                       .arena = &value->arena,
                       .needs = needs,
                       .cell = cell,
                       .superseded = &run->superseded};
    Fail fail = maker->adjust ? maker->adjust(cx, maker->adjust_arg, &build, &made)
                              : maker->build(cx, &build, &made);
    value->payload = fail || !made ? build.made : made;
    if (fail) return fail;
    if (!made) return FAIL(cx->arena, INTERNAL, "the build of %s gave no value", spec->name);
    if (spec->verify && maker->verify) return spec->verify(cx, cell->host->spec.owner, made);
    return NULL;
}

// Inside the span of whoever wants the value, who may be one of many.
Fail cell_make(Ctx *cx, CellValue *value, CellRun *run, const CellMaker *maker)
{
    TraceSpan span;
    span_begin(cx, &span, "cell.init");
    span_str(&span, "cq.cell", str_from(value->cell->spec->name));
    span_int(&span, "cq.generation", (int64_t)value->generation);
    Fail fail = make_value(cx, value, run, maker);
    span_end(cx, &span, fail);
    return fail;
}

static Fail unwanted(Ctx *cx, const Cell *cell, const char *what)
{
    return cell_name_in(cx->arena, cell,
                        FAIL(cx->arena, UNAVAILABLE, "%s was %s while it was built; try again",
                             cell->spec->name, what));
}

static void log_build(Ctx *cx, const CellEvent *event)
{
    Str cell = str_from(event->cell), status = str_from(cell_status_name(event->status));
    if (event->error)
        log_event(cx, LOG_WARN, "runtime.cell.init_failed", LOG_STR("cell", cell),
                  LOG_STR("error", event->error->detail));
    else
        log_event(cx, LOG_DEBUG, "runtime.cell.initialized", LOG_STR("cell", cell),
                  LOG_STR("status", status), LOG_INT("ms", event->duration_ns / NS_PER_MS));
}

// Settles the state after a build; gives the caller a lease when its result was published.
static CellStatus settle_build(Ctx *cx, Cell *cell, CellRun *run, CellValue *value, Fail fail,
                               Lease *out, CellValue **dead)
{
    bool wanted = cell->building == run;
    if (wanted) cell->building = NULL;
    if (wanted && !fail) {
        cell_put(cell, value, CELL_REPLACED, dead);
        cell_value_take(value, out);
        cell->failed = false;
        cell->cooldown_until_ns = 0;
        cell->counts.inits++;
        return CELL_OK;
    }
    cell_give_up(value, dead);
    if (fail) cell->counts.failures++;
    else cell->counts.stale++;
    // A caller that was cancelled or late says nothing of the cell: the next one tries.
    bool gave_up = fail && fail->kind == PROBLEM_CANCELLED && ctx_stopped(cx) != STOP_NONE;
    if (wanted && !gave_up) cell_set_failure(cell, fail, cell->spec->cooldown_ms * NS_PER_MS);
    return fail ? CELL_ERROR : CELL_STALE;
}

// Builds, publishes and tells; the mutex is held at both ends but not between. Success without a
// lease in *out means that the result was not wanted any more and the caller should look again.
static Fail build_value(Ctx *cx, Cell *cell, Lease *out)
{
    CellRun run;
    TRY(ctx_check(cx)); // nobody would be left to use what was built
    TRY(cell_run_begin(cx, cell, &run, false));
    cell->building = &run;
    CellValue *value = cell_value_new(cell), *dead = NULL;
    CellMaker maker = {.build = cell->spec->build,
                       .adjust = cell->adjust,
                       .adjust_arg = cell->adjust_arg,
                       .verify = cell->spec->verify_builds};
    CellContext context = cell_context(cell, cx);
    CellEvent event = {.cell = cell->spec->name,
                       .generation = value->generation,
                       .at_ns = cell_now(cell),
                       .context = &context};
    mutex_unlock(&cell->mutex);
    log_event(cx, LOG_DEBUG, "runtime.cell.init_start", LOG_STR("cell", str_from(event.cell)));
    Fail fail = problem_copy(cx->arena, cell_make(cx, value, &run, &maker));
    int64_t took_ns = cell_now(cell) - event.at_ns;

    mutex_lock(&cell->mutex);
    cell->counts.last_init_ns = took_ns;
    bool wanted = cell->building == &run;
    CellStatus status = settle_build(cx, cell, &run, value, fail, out, &dead);
    CellReason why = run.why;
    CellObserver observer = cell_observer(cell);
    cell_run_end(&run);
    cond_broadcast(&cell->changed);
    mutex_unlock(&cell->mutex);

    event.kind = CELL_INIT_START;
    cell_tell(observer, &event);
    event.kind = CELL_INIT_END;
    event.at_ns += took_ns;
    event.duration_ns = took_ns;
    event.status = status;
    event.error = fail;
    event.had_payload = status == CELL_OK;
    log_build(cx, &event);
    cell_tell(observer, &event);
    cell_dispose_all(dead);
    mutex_lock(&cell->mutex);
    if (wanted || ctx_stopped(cx) != STOP_NONE) return fail;
    return why == CELL_CLOSED ? unwanted(cx, cell, "closed") : NULL;
}

static Fail cooling_problem(Ctx *cx, const Cell *cell)
{
    int64_t left_ns = cell->cooldown_until_ns - cell_now(cell);
    Fail fail = problem_copy(cx->arena, cell->last_error.fail);
    fail = problem_with_int(cx->arena, fail, "retry_after_ms", left_ns / NS_PER_MS + 1);
    return cell_name_in(cx->arena, cell, fail);
}

// With the mutex held: a lease of what is there, or of what somebody builds.
static Fail obtain(CellWait *wait, Cell *cell, bool gate, Lease *out)
{
    Ctx *cx = wait->cx;
    for (int builds = 0;;) {
        bool entered = false;
        if (cell->value || out->held) {
            if (gate) TRY(cell_gate_enter(wait, cell, &entered));
            if (cell->value && !out->held) cell_value_take(cell->value, out);
            if (entered && out->held) cell_lease_gate(out);
            if (out->held) return NULL;
            if (entered) cell_gate_leave(cell);
        } else if (cell_cooling(cell)) {
            return cooling_problem(cx, cell);
        } else if (cell->building) {
            TRY(cell_wait_for_build(wait, cell));
        } else if (builds++ == MOST_BUILDS) {
            return unwanted(cx, cell, "invalidated again and again");
        } else {
            cell_wait_end(wait, cell);
            TRY(build_value(cx, cell, out));
        }
    }
}

Fail cell_lease_slow(Ctx *cx, Cell *cell, bool gate, Lease *out)
{
    CellWait wait = {.cx = cx};
    Lease got = {0};
    mutex_lock(&cell->mutex);
    Fail fail = obtain(&wait, cell, gate, &got);
    cell_wait_end(&wait, cell);
    mutex_unlock(&cell->mutex);
    if (fail) lease_release(&got); // built, but the gate stayed shut
    else *out = got;
    return fail;
}

static void release_deferred(void *lease)
{
    lease_release(lease);
}

Fail cell_get(Ctx *cx, Cell *cell, const void **out)
{
    Lease lease = {0};
    TRY(cell_lease(cx, cell, &lease));
    Lease *kept = ARENA_NEW(cx->arena, Lease);
    *kept = lease;
    arena_defer(cx->arena, release_deferred, kept);
    *out = lease.value;
    return NULL;
}
