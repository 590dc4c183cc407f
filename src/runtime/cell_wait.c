// runtime/cell_wait.c - waiting for a build or a place at the gate, and who waits for whom.
#include <assert.h>

#include "base/clock.h"
#include "runtime/cell_parts.h"

enum { POLL_MS = 10 }; // how late a cancellation is noticed, at most

Fail cell_name_in(Arena *arena, const Cell *cell, Fail fail)
{
    return problem_with_str(arena, fail, "runtime", str_from(cell->spec->name));
}

Fail cell_wait_begin(CellWait *wait, Cell *cell)
{
    if (wait->started) return NULL;
    const CellSpec *spec = cell->spec;
    if (spec->max_waiters && cell->waiters >= spec->max_waiters)
        return cell_name_in(wait->cx->arena, cell,
                            FAIL(wait->cx->arena, UNAVAILABLE,
                                 "%s is busy: %d requests wait for it already; try again later",
                                 spec->name, cell->waiters));
    if (spec->wait_timeout_ms)
        wait->give_up_ns = cell_now(cell) + spec->wait_timeout_ms * NS_PER_MS;
    wait->started = true;
    cell->waiters++;
    return NULL;
}

void cell_wait_end(CellWait *wait, Cell *cell)
{
    if (wait->started) cell->waiters--;
    wait->started = false;
}

// Sleeps until something of the cell may have changed.
Fail cell_wait_change(CellWait *wait, Cell *cell)
{
    Ctx *cx = wait->cx;
    Fail fail = ctx_check(cx);
    int64_t left = wait->give_up_ns ? wait->give_up_ns - cell_now(cell) : INT64_MAX;
    if (!fail && left <= 0)
        fail = FAIL(cx->arena, UNAVAILABLE, "%s was not ready within %d ms; try again later",
                    cell->spec->name, cell->spec->wait_timeout_ms);
    if (fail) return cell_name_in(cx->arena, cell, fail);
    if (!cx->cancel && !cx->deadline_ns && !wait->give_up_ns) {
        cond_wait(&cell->changed, &cell->mutex);
        return NULL;
    }
    int64_t until = clock_now_ns() + MIN(left, POLL_MS * NS_PER_MS);
    if (cx->deadline_ns) until = MIN(until, cx->deadline_ns);
    cond_wait_until(&cell->changed, &cell->mutex, until);
    return NULL;
}

static CellRun *find_run(const CellHost *host, uint64_t id)
{
    CellRun *run = host->runs;
    while (run && run->id != id) run = run->next;
    return run;
}

static CellEdge *find_edge(const CellHost *host, const void *thread)
{
    CellEdge *edge = host->edges;
    while (edge && edge->thread != thread) edge = edge->next;
    return edge;
}

// A build that this thread has under way and that, through others, waits for `run`; or NULL.
// The edges are followed as they are added, one at a time, so they never hold a cycle themselves.
static CellRun *find_cycle(const CellHost *host, CellRun *run)
{
    while (run && run->thread != thread_self()) {
        CellEdge *edge = find_edge(host, run->thread);
        run = edge ? find_run(host, edge->run_id) : NULL;
    }
    return run;
}

// The name of `run`, and of the builds that its thread began inside it.
static void add_names(Buf *path, const CellHost *host, const CellRun *run)
{
    const CellRun *next = run;
    while (next) {
        buf_addf(path, "%s%s", path->len ? " -> " : "", next->cell->spec->name);
        const CellRun *last = next;
        next = NULL;
        for (const CellRun *at = host->runs; at; at = at->next)
            if (at->thread == run->thread && at->id > last->id && (!next || at->id < next->id))
                next = at;
    }
}

// "a -> b -> a"; `run` is what was asked for, `mine` the build that asks.
static Fail cycle_problem(Ctx *cx, const CellHost *host, const CellRun *run, const CellRun *mine)
{
    Buf path = buf_on(cx->arena);
    const char *name = mine->cell->spec->name;
    add_names(&path, host, mine);
    for (; run != mine; run = find_run(host, find_edge(host, run->thread)->run_id))
        add_names(&path, host, run);
    buf_addf(&path, " -> %s", name);
    Fail fail = FAIL(cx->arena, INTERNAL, "the build of %s needs itself: " STR_FMT, name,
                     STR_ARG(buf_str(&path)));
    return problem_with_str(cx->arena, fail, "cycle", buf_str(&path));
}

// Adds the edge "this thread waits for that build", unless that closes a cycle.
static Fail add_edge(Ctx *cx, CellHost *host, CellEdge *edge)
{
    Fail fail = NULL;
    mutex_lock(&host->graph);
    CellRun *run = find_run(host, edge->run_id);
    CellRun *mine = find_cycle(host, run);
    if (mine) {
        fail = cycle_problem(cx, host, run, mine);
    } else {
        edge->next = host->edges;
        host->edges = edge;
    }
    mutex_unlock(&host->graph);
    return fail;
}

static void drop_edge(CellHost *host, const CellEdge *edge)
{
    mutex_lock(&host->graph);
    CellEdge **at = &host->edges;
    while (*at != edge) at = &(*at)->next;
    *at = edge->next;
    mutex_unlock(&host->graph);
}

// What one who waited gets when the build failed: the initialiser has the error itself.
static Fail failed_meanwhile(Ctx *cx, const Cell *cell)
{
    Fail cause = problem_copy(cx->arena, cell->last_error.fail);
    Fail fail = problem_new(cx->arena, cause->kind, CQ_WHERE, "%s could not be built: " STR_FMT,
                            cell->spec->name, STR_ARG(cause->detail));
    fail = problem_with_cause(cx->arena, fail, cause);
    return cell_name_in(cx->arena, cell, fail);
}

Fail cell_wait_for_build(CellWait *wait, Cell *cell)
{
    Ctx *cx = wait->cx;
    uint64_t serial = cell->fail_serial;
    CellEdge edge = {.thread = thread_self(), .run_id = cell->building->id};
    TRY(add_edge(cx, cell->host, &edge));
    Fail fail = cell_wait_begin(wait, cell);
    while (!fail && !cell->value && cell->fail_serial == serial && cell->building &&
           cell->building->id == edge.run_id)
        fail = cell_wait_change(wait, cell);
    drop_edge(cell->host, &edge);
    if (!fail && !cell->value && cell->fail_serial != serial) fail = failed_meanwhile(cx, cell);
    return fail;
}

static void gate_drop(Cell *cell, const GateWaiter *waiter)
{
    GateWaiter **at = &cell->gate_first;
    while (*at != waiter) at = &(*at)->next;
    *at = waiter->next;
    if (cell->gate_last == &waiter->next) cell->gate_last = at;
    cond_broadcast(&cell->changed); // there is a new first one
}

// First come, first served: a place is taken by the first in the queue only.
Fail cell_gate_enter(CellWait *wait, Cell *cell, bool *entered)
{
    int places = cell->spec->max_concurrency;
    *entered = false;
    if (!places) return NULL;
    Fail fail = NULL;
    if (cell->gate_first || cell->gate_used >= places) {
        TRY(cell_wait_begin(wait, cell));
        GateWaiter waiter = {0};
        *cell->gate_last = &waiter;
        cell->gate_last = &waiter.next;
        while (!fail && (cell->gate_first != &waiter || cell->gate_used >= places))
            fail = cell_wait_change(wait, cell);
        gate_drop(cell, &waiter);
    }
    if (fail) return fail;
    cell->gate_used++;
    *entered = true;
    return NULL;
}

void cell_gate_leave(Cell *cell)
{
    assert(cell->gate_used > 0);
    cell->gate_used--;
    cond_broadcast(&cell->changed);
}

Fail cell_run_begin(Ctx *cx, Cell *cell, CellRun *run, bool swap)
{
    CellHost *host = cell->host;
    Fail fail = NULL;
    *run = (CellRun){.cell = cell, .thread = thread_self()};
    mutex_lock(&host->graph);
    for (CellRun *other = host->runs; other && !swap && !fail; other = other->next)
        if (other->cell == cell && other->thread == run->thread && !other->swap)
            fail = cycle_problem(cx, host, other, other);
    if (!fail) {
        run->swap = swap;
        run->id = ++host->last_run;
        run->next = host->runs;
        host->runs = run;
    }
    mutex_unlock(&host->graph);
    return fail;
}

void cell_run_end(CellRun *run)
{
    CellHost *host = run->cell->host;
    mutex_lock(&host->graph);
    CellRun **at = &host->runs;
    while (*at != run) at = &(*at)->next;
    *at = run->next;
    mutex_unlock(&host->graph);
}

int cell_runs_elsewhere(const Cell *cell)
{
    int count = 0;
    mutex_lock(&cell->host->graph);
    for (const CellRun *run = cell->host->runs; run; run = run->next)
        count += run->cell == cell && run->thread != thread_self();
    mutex_unlock(&cell->host->graph);
    return count;
}
