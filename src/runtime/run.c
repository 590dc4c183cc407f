// runtime/run.c - the scheduling of one run.
//
// DESIGN. A run has one mutex. A runner is a thread's stay in the run: it takes the mutex, settles
// the cell it had, takes the next and lets go; when nothing is ready it leaves, so no thread ever
// waits inside a run but the one in run_wait (or event_next).
// Enough runners: whoever takes a cell and sees more ready sends for one more runner, one at a
// time: the new one does the same when it comes (`waking`).
// Exactly once: a cell leaves the ready set under the mutex and is HELD by one runner until that
// settles it. Only cells that are not HELD are canceled; a HELD one may be written off, after
// which its runner is `lost`: whatever it brings back is dropped.
// Parked: a cell whose result is being computed elsewhere is not HELD and in no set; the leader's
// run_wake puts it back. It may come before the runner has parked it: then WOKEN is set.
// Late: a runner that was sent for may come when the run is over and released. It finds nothing to
// do and touches neither plan nor starter. Only a lost one still uses the plan (RunSpec.own).
// Alive: `refs` counts the starter, each runner and each parked cell. The engine's group outlives
// all runs, so a runner may drop the last reference to its run.
// The end: nothing remaining and nobody working. The one who sees it calls the hook and then sets
// `ended`, so hooks of a run are over when run_wait returns.
// Time: nobody but a waiting thread looks at the clock for others. It sleeps until the first
// deadline it knows of; a runner that takes a cell with an earlier one wakes it.
#include <assert.h>

#include "base/clock.h"
#include "runtime/engine_.h"

enum { POLL_MS = 20 }; // of the starter's cancel flag, which cannot wake anyone

static bool is_final(const RunCell *cell)
{
    return cell->state >= PLAN_SUCCESS;
}

// ---- the ready set

static void ready_push(ReadySet *set, uint32_t rank)
{
    set->count++;
    for (int level = 0; level < set->levels; level++) {
        uint64_t *word = &set->words[level][rank / 64], before = *word;
        *word |= UINT64_C(1) << (rank % 64);
        if (before) return;
        rank /= 64;
    }
}

static uint32_t ready_pop(ReadySet *set)
{
    uint32_t rank = 0;
    for (int level = set->levels; level-- > 0;)
        rank = rank * 64 + (uint32_t)__builtin_ctzll(set->words[level][rank]);
    uint32_t at = rank;
    for (int level = 0; level < set->levels; level++) {
        uint64_t *word = &set->words[level][at / 64];
        *word &= ~(UINT64_C(1) << (at % 64));
        if (*word) break;
        at /= 64;
    }
    set->count--;
    return rank;
}

// ---- cells change their state

static void make_ready(Run *run, uint32_t number)
{
    ready_push(&run->ready, run->plan->cells[number].rank);
    counter_add(&run->engine->ready, 1);
    if (run->sleepers && run->caller_works) cond_broadcast(&run->changed);
}

static void set_state(Run *run, uint32_t number, PlanCellState state, int64_t now_ns)
{
    RunCell *cell = &run->cells[number];
    assert(!is_final(cell));
    run->states[cell->state]--;
    run->states[state]++;
    cell->state = (uint8_t)state;
    if (is_final(cell)) {
        cell->ended_ns = now_ns - run->start_ns;
        run->remaining--;
    }
    if (run->spec.events) events_state(run, number, state, now_ns);
}

// Dependants of a failed cell, and theirs. `waiting` links those still to be looked at.
static void skip_dependants(Run *run, uint32_t failed, int64_t now_ns)
{
    const Plan *plan = run->plan;
    const uint32_t none = UINT32_MAX;
    uint32_t next = none;
    for (uint32_t at = failed; at != none; at = next) {
        if (at != failed) {
            next = run->cells[at].waiting;
            run->cells[at].culprit = failed;
        }
        const PlanCell *cell = &plan->cells[at];
        for (uint32_t e = cell[0].outs_from; e < cell[1].outs_from; e++) {
            uint32_t out = plan->outs[e];
            if (is_final(&run->cells[out])) continue;
            set_state(run, out, PLAN_SKIPPED, now_ns);
            run->cells[out].waiting = next;
            next = out;
        }
    }
}

static void free_dependants(Run *run, uint32_t number, int64_t now_ns)
{
    const PlanCell *cell = &run->plan->cells[number];
    for (uint32_t e = cell[0].outs_from; e < cell[1].outs_from; e++) {
        uint32_t out = run->plan->outs[e];
        if (is_final(&run->cells[out]) || --run->cells[out].waiting) continue;
        set_state(run, out, PLAN_READY, now_ns);
        make_ready(run, out);
    }
}

static void fail_cell(Run *run, uint32_t number, Fail error, int64_t now_ns)
{
    run->cells[number].error = error;
    set_state(run, number, PLAN_FAILED, now_ns);
    skip_dependants(run, number, now_ns);
    if (!run->plan->spec.fail_fast) return;
    run_begin_stop(run, now_ns, "cell \"" STR_FMT "\" failed and the plan asks for fail_fast",
                   STR_ARG(plan_id(run->plan, number)));
}

static void cancel_cell(Run *run, uint32_t number, int64_t now_ns)
{
    run->cells[number].value = NULL;
    set_state(run, number, PLAN_CANCELED, now_ns);
}

void run_begin(Run *run, int64_t now_ns)
{
    for (uint32_t i = 0; i < run->plan->len; i++) {
        const PlanCell *cell = &run->plan->cells[i];
        run->cells[i].waiting = cell[1].inputs_from - cell[0].inputs_from;
        if (run->cells[i].waiting) continue;
        set_state(run, i, PLAN_READY, now_ns);
        make_ready(run, i);
    }
}

void run_begin_stop(Run *run, int64_t now_ns, const char *fmt, ...)
{
    if (run->stopping || run->ended || !run->remaining) return;
    va_list args;
    va_start(args, fmt);
    run->stop_reason = str_format_args(&run->memory, fmt, args);
    va_end(args);
    run->stopping = true;
    run->stop_ns = now_ns;
    flag_set(&run->stop, 1);
    counter_sub(&run->engine->ready, run->ready.count); // nothing is taken any more
    for (uint32_t i = 0; i < run->plan->len; i++)
        if (!is_final(&run->cells[i]) && !(run->cells[i].flags & HELD)) cancel_cell(run, i, now_ns);
    if (run->sleepers) cond_broadcast(&run->changed);
}

void run_check_limits(Run *run, int64_t now_ns)
{
    if (run->stopping || !run->remaining) return; // the starter may be gone
    if (run->starter_cancel && flag_get(run->starter_cancel))
        run_begin_stop(run, now_ns, "the run was cancelled");
    else if (run->deadline_ns && now_ns >= run->deadline_ns)
        run_begin_stop(run, now_ns, "the time limit of the run is over");
}

// ---- what a runner does under the mutex

static int64_t due_of(const Run *run, const Runner *runner)
{
    int64_t asked_ns = runner->deadline_ns;
    if (run->stopping) asked_ns = MIN(asked_ns, run->stop_ns);
    return asked_ns + run->engine->spec.grace_ns;
}

static void set_deadline(Run *run, Runner *runner, int64_t now_ns)
{
    int64_t timeout_ms = run->plan->cells[runner->cell].timeout_ms;
    int64_t timeout = timeout_ms ? timeout_ms * NS_PER_MS : run->engine->spec.timeout_ns;
    runner->deadline_ns = now_ns + timeout;
    if (run->deadline_ns) runner->deadline_ns = MIN(runner->deadline_ns, run->deadline_ns);
    if (run->sleepers && due_of(run, runner) < run->next_check_ns) cond_broadcast(&run->changed);
}

static bool take(Run *run, Runner *runner, int64_t now_ns)
{
    if (runner->lost) return false;
    run_check_limits(run, now_ns);
    if (run->stopping || !run->ready.count) return false;
    runner->cell = run->plan->order[ready_pop(&run->ready)];
    counter_sub(&run->engine->ready, 1);
    runner->busy = true;
    RunCell *cell = &run->cells[runner->cell];
    cell->flags |= HELD;
    if (cell->state == PLAN_READY) {
        cell->started_ns = now_ns - run->start_ns;
        set_state(run, runner->cell, PLAN_RUNNING, now_ns);
    }
    set_deadline(run, runner, now_ns);
    runner->in_flight = run->working;
    runner->ready = run->ready.count;
    return true;
}

// The cell goes back without a result: an equal one is being computed elsewhere.
static void park(Run *run, Runner *runner, int64_t now_ns)
{
    RunCell *cell = &run->cells[runner->cell];
    if (run->stopping) cancel_cell(run, runner->cell, now_ns);
    else if (cell->flags & WOKEN) make_ready(run, runner->cell);
    cell->flags &= (uint8_t)~WOKEN;
}

static void settle(Run *run, Runner *runner, int64_t now_ns)
{
    uint32_t number = runner->cell;
    RunCell *cell = &run->cells[number];
    runner->late = runner->lost;
    runner->in_flight = run->working - 1;
    if (runner->lost) return;
    runner->busy = false;
    run_check_limits(run, now_ns); // while the cell is HELD, so that its own end counts
    cell->flags &= (uint8_t)~HELD;
    if (runner->parked) {
        park(run, runner, now_ns);
        return;
    }
    cell->cached = (uint8_t)runner->cached;
    bool asked = run->stopping && runner->error && runner->error->kind == PROBLEM_CANCELLED;
    if (asked) {
        runner->state = PLAN_CANCELED;
        cancel_cell(run, number, now_ns);
    } else if (runner->error) {
        fail_cell(run, number, runner->error, now_ns);
    } else if (runner->skipped) {
        cell->idle_why = runner->skipped;
        cell->flags |= IDLE;
        set_state(run, number, PLAN_SKIPPED, now_ns);
        free_dependants(run, number, now_ns);
    } else {
        cell->value = runner->value;
        run->from_memory += runner->cached == SOURCE_MEMORY;
        run->from_store += runner->cached == SOURCE_STORE;
        set_state(run, number, PLAN_SUCCESS, now_ns);
        free_dependants(run, number, now_ns);
    }
}

// ---- runners

static Runner *new_runner(Run *run)
{
    for (Runner *runner = run->runners; runner; runner = runner->next) {
        if (runner->used) continue;
        runner->used = true;
        return runner;
    }
    Runner *runner = ARENA_NEW(&run->memory, Runner);
    *runner = (Runner){.run = run, .next = run->runners, .used = true};
    run->runners = runner;
    return runner;
}

Runner *run_another(Run *run)
{
    bool wanted = run->ready.count && !run->waking && !run->stopping && run->active < run->limit;
    if (!wanted || !run->engine->spec.pool) return NULL;
    run->waking = true;
    run->active++;
    run_hold(run);
    Runner *runner = new_runner(run);
    runner->inline_caller = false;
    return runner;
}

static void report(const Runner *runner, PlanCellState state, Fail error)
{
    const Run *run = runner->run;
    const EngineHooks *hooks = &run->engine->spec.hooks;
    void (*hook)(void *, const PlanCellReport *) =
        state == PLAN_RUNNING ? hooks->cell_started : hooks->cell_finished;
    if (!hook) return;
    const RunCell *cell = &run->cells[runner->cell];
    hook(hooks->self, &(PlanCellReport){
                          .run_id = run->spec.run_id,
                          .cell_id = plan_id(run->plan, runner->cell),
                          .op = plan_op(run->plan, runner->cell),
                          .state = state,
                          .cached = state == PLAN_SUCCESS ? runner->cached : SOURCE_RUN,
                          .error = error,
                          .in_flight = runner->in_flight,
                          .ready = runner->ready,
                          .started_ns = run->start_ns + cell->started_ns,
                          .ended_ns = state == PLAN_RUNNING ? 0 : run->start_ns + cell->ended_ns,
                      });
}

// Cells, one after the other, until nothing is ready. Starts and ends with the mutex held.
static void run_cells(Run *run, Runner *runner)
{
    const EngineHooks *hooks = &run->engine->spec.hooks;
    int64_t now_ns = clock_now_ns();
    while (take(run, runner, now_ns)) {
        Runner *another = run_another(run);
        mutex_unlock(&run->mutex);
        run_submit(another);
        if (hooks->cell_started) report(runner, PLAN_RUNNING, NULL);
        exec_cell(runner);
        now_ns = clock_now_ns();
        mutex_lock(&run->mutex);
        settle(run, runner, now_ns);
        bool finished = !runner->parked && !runner->late;
        bool tell = finished && hooks->cell_finished;
        if (!tell && !runner->blob && !runner->leads) continue;
        mutex_unlock(&run->mutex);
        exec_publish(runner);
        if (tell) report(runner, runner->state, runner->error);
        mutex_lock(&run->mutex);
    }
}

static void runner_main(void *arg, int slot)
{
    (void)slot;
    Runner *runner = arg;
    Run *run = runner->run;
    mutex_lock(&run->mutex);
    run->waking = false;
    run->working++;
    run_cells(run, runner);
    if (!runner->lost) {
        run->working--;
        run->active--;
    }
    runner->used = runner->busy = runner->lost = false;
    run_maybe_end(run);
    mutex_unlock(&run->mutex);
    run_drop(run);
}

void run_submit(Runner *runner)
{
    if (runner) pool_submit_io(&runner->run->engine->group, runner_main, runner);
}

bool run_work(Run *run)
{
    if (!run->ready.count || run->stopping || run->active >= run->limit) return false;
    Runner *runner = new_runner(run);
    runner->inline_caller = true;
    run->active++;
    run->working++;
    run_cells(run, runner);
    if (!runner->lost) {
        run->working--;
        run->active--;
    }
    runner->used = runner->busy = runner->lost = false;
    return true;
}

// ---- what a waiting thread does for all

static Fail too_long(Run *run, const Runner *runner)
{
    int64_t started_ns = run->start_ns + run->cells[runner->cell].started_ns;
    return FAIL(&run->memory, CANCELLED,
                "timed out after %.3f s and did not stop in time; raise timeout_s, or mend the "
                "operation so that it stops when asked",
                (double)(runner->deadline_ns - started_ns) / NS_PER_S);
}

bool run_write_off(Run *run, int64_t now_ns)
{
    Runner *runner = run->runners;
    while (runner && !(runner->busy && !runner->lost && due_of(run, runner) <= now_ns))
        runner = runner->next;
    if (!runner) return false;
    uint32_t number = runner->cell;
    runner->lost = true;
    run->active--; // working, until the hook was called
    run->cells[number].flags &= (uint8_t)~HELD;
    Fail error = run->stopping ? NULL : too_long(run, runner);
    if (error) fail_cell(run, number, error, now_ns);
    else cancel_cell(run, number, now_ns);
    counter_add(&run->engine->written_off, 1);
    Runner told = {.run = run, .cell = number};
    Runner *another = run_another(run); // in place of the lost one
    mutex_unlock(&run->mutex);
    run_submit(another);
    flight_leave(run->engine, run, number, NULL);
    report(&told, error ? PLAN_FAILED : PLAN_CANCELED, error);
    mutex_lock(&run->mutex);
    run->working--;
    return true;
}

void run_maybe_end(Run *run)
{
    if (run->remaining || run->working || run->ending) return;
    run->ending = true;
    run->end_ns = clock_now_ns();
    const EngineHooks *hooks = &run->engine->spec.hooks;
    if (hooks->run_finished) {
        RunCounts counts = run_count(run);
        mutex_unlock(&run->mutex);
        hooks->run_finished(hooks->self, run->spec.run_id, &counts, run->end_ns - run->start_ns);
        mutex_lock(&run->mutex);
    }
    run->ended = true;
    if (run->spec.events) events_state(run, EVENT_OF_RUN, PLAN_SUCCESS, run->end_ns);
    cond_broadcast(&run->changed);
}

static int64_t next_due(const Run *run)
{
    int64_t due = INT64_MAX;
    if (run->deadline_ns && !run->stopping) due = run->deadline_ns;
    for (const Runner *runner = run->runners; runner; runner = runner->next)
        if (runner->busy && !runner->lost) due = MIN(due, due_of(run, runner));
    return due;
}

void run_sleep(Ctx *cx, Run *run, bool for_events)
{
    int64_t until_ns = next_due(run);
    if (cx->deadline_ns && !run->stopping) until_ns = MIN(until_ns, cx->deadline_ns);
    bool flags = cx->cancel || cx->cancel_too || run->starter_cancel;
    if (flags) until_ns = MIN(until_ns, clock_now_ns() + POLL_MS * NS_PER_MS);
    run->next_check_ns = run->sleepers ? MIN(run->next_check_ns, until_ns) : until_ns;
    run->sleepers++;
    run->readers += for_events;
    if (until_ns == INT64_MAX) cond_wait(&run->changed, &run->mutex);
    else cond_wait_until(&run->changed, &run->mutex, until_ns);
    run->sleepers--;
    run->readers -= for_events;
}

void run_wake(Run *run, uint32_t number, Blob *blob)
{
    mutex_lock(&run->mutex);
    RunCell *cell = &run->cells[number];
    Runner *another = NULL;
    if (!is_final(cell)) {
        blob_drop(cell->more->delivered);
        cell->more->delivered = blob ? blob_hold(blob) : NULL;
        if (cell->flags & HELD) cell->flags |= WOKEN;
        else make_ready(run, number);
        another = run_another(run);
    }
    mutex_unlock(&run->mutex);
    run_submit(another);
}

// ---- life

void run_hold(Run *run)
{
    counter_add(&run->refs, 1);
}

static void destroy(Run *run)
{
    for (uint32_t i = 0; run->reads.of_op && i < run->len; i++) { // the plan may be gone
        if (!run->cells[i].more) continue;
        blob_drop(run->cells[i].more->blob);
        blob_drop(run->cells[i].more->delivered);
    }
    for (Runner *runner = run->runners; runner; runner = runner->next) arena_fini(&runner->arena);
    arena_fini(&run->memory);
    events_free(&run->events);
    cond_fini(&run->changed);
    mutex_fini(&run->mutex);
    mem_free(run);
}

void run_drop(Run *run)
{
    if (counter_sub(&run->refs, 1) == 1) destroy(run);
}
