// runtime/engine.c - engines and the life of a run; how cells are scheduled is told in run.c.
#include "runtime/engine.h"

#include <assert.h>

#include "base/clock.h"
#include "runtime/engine_.h"

static const char *const state_names[PLAN_STATES] = {"pending", "ready",   "running", "success",
                                                     "failed",  "skipped", "canceled"};
static const char *const source_names[] = {"run", "memory", "store"};

const char *plan_state_name(PlanCellState state)
{
    return state_names[state];
}

const char *result_source_name(ResultSource source)
{
    return source_names[source];
}

// ---- engines

Engine *engine_new(const EngineSpec *spec)
{
    Engine *engine = mem_alloc(sizeof *engine);
    engine->spec = *spec;
    if (!spec->max_concurrency) engine->spec.max_concurrency = 8;
    if (!spec->timeout_ns) engine->spec.timeout_ns = 300 * NS_PER_S;
    if (!spec->grace_ns) engine->spec.grace_ns = 2 * NS_PER_S;
    if (spec->pool) group_init(&engine->group, spec->pool, NULL);
    mutex_init(&engine->mutex, RANK_RUN);
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine) return;
    if (engine->spec.pool) group_wait(&engine->group);
    memory_clear(engine);
    mutex_fini(&engine->mutex);
    mem_free(engine);
}

EngineStats engine_stats(Engine *engine)
{
    mutex_lock(&engine->mutex);
    size_t bytes = engine->kept_bytes, entries = engine->kept_count;
    mutex_unlock(&engine->mutex);
    return (EngineStats){.runs = counter_get(&engine->runs),
                         .cells_run = counter_get(&engine->cells_run),
                         .memory_hits = counter_get(&engine->memory_hits),
                         .store_hits = counter_get(&engine->store_hits),
                         .misses = counter_get(&engine->misses),
                         .shared = counter_get(&engine->shared),
                         .bad_entries = counter_get(&engine->bad_entries),
                         .reads_failed = counter_get(&engine->reads_failed),
                         .ready = counter_get(&engine->ready),
                         .reads_changed = counter_get(&engine->reads_changed),
                         .written_off = counter_get(&engine->written_off),
                         .memory_bytes = bytes,
                         .memory_entries = entries};
}

// ---- starting

// Two runs of the same plan are two runs: the name tells them apart.
static Str make_run_id(Arena *arena, const Engine *engine, uint64_t number)
{
    Digester digester;
    digester_init(&digester);
    digester_add_int(&digester, clock_wall_ms());
    digester_add_int(&digester, clock_now_ns());
    digester_add_int(&digester, (int64_t)(intptr_t)engine);
    digester_add_int(&digester, (int64_t)number);
    Digest digest = digester_end(&digester);
    return str_sub(digest_hex(arena, &digest), 0, 16);
}

static size_t ready_words(uint32_t cells, ReadySet *set, uint64_t *words)
{
    size_t total = 0, level_words = cells;
    set->levels = 0;
    do {
        level_words = (level_words + 63) / 64;
        assert(set->levels < READY_LEVELS);
        if (words) set->words[set->levels] = words + total;
        set->levels++;
        total += level_words;
    } while (level_words > 1);
    return total;
}

static Run *new_run(const Plan *plan)
{
    ReadySet ready = {0};
    size_t words = ready_words(plan->len, &ready, NULL);
    size_t cells_at = (sizeof(Run) + 15) & ~(size_t)15;
    size_t words_at = cells_at + plan->len * sizeof(RunCell);
    char *block = mem_alloc(words_at + words * sizeof(uint64_t));
    Run *run = (Run *)(void *)block;
    run->plan = plan;
    run->len = plan->len;
    run->cells = (RunCell *)(void *)(block + cells_at);
    ready_words(plan->len, &run->ready, (uint64_t *)(void *)(block + words_at));
    mutex_init(&run->mutex, RANK_RUN);
    cond_init(&run->changed);
    run_hold(run);
    run->remaining = plan->len;
    run->states[PLAN_PENDING] = plan->len;
    return run;
}

static void fill_in(Run *run, const Ctx *cx, Engine *engine, const RunSpec *spec)
{
    const PlanSpec *plan = &run->plan->spec;
    run->engine = engine;
    run->spec = *spec;
    uint64_t number = counter_add(&engine->runs, 1);
    run->spec.run_id = spec->run_id.len ? str_copy(&run->memory, spec->run_id)
                                        : make_run_id(&run->memory, engine, number);
    run->spec.scope = str_copy(&run->memory, spec->scope.len ? spec->scope : plan->scope);
    run->spec.tag = spec->tag.len ? str_copy(&run->memory, spec->tag) : run->spec.scope;
    if (!spec->env) run->spec.env = engine->spec.env;
    if (!spec->messages) run->spec.messages = 1024;
    if (engine->spec.cache_off) run->spec.cache = RUN_CACHE_OFF;
    run->limit = plan->max_concurrency ? plan->max_concurrency : engine->spec.max_concurrency;
    run->caller_works = spec->inline_caller || !engine->spec.pool;
    run->deadline_ns = cx->deadline_ns;
    run->starter_cancel = cx->cancel;
    run->log = cx->log;
    run->progress = cx->progress;
    run->traced = cx->trace != NULL;
    if (run->traced) run->trace = *cx->trace;
    run->start_ns = clock_now_ns();
    run->start_wall_ms = clock_wall_ms();
}

Fail engine_start(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec, Run **out)
{
    static const RunSpec nothing = {0};
    TRY(ctx_check(cx));
    Run *run = new_run(plan);
    fill_in(run, cx, engine, spec ? spec : &nothing);
    if (run->spec.cache != RUN_CACHE_OFF)
        run->reads = exec_reads(cx, engine, plan, run->spec.env, &run->memory);
    if (run->spec.own) arena_adopt(&run->memory, run->spec.own);
    const EngineHooks *hooks = &engine->spec.hooks;
    if (hooks->run_started) hooks->run_started(hooks->self, run->spec.run_id, plan->len);
    mutex_lock(&run->mutex);
    if (run->spec.events) events_state(run, EVENT_OF_RUN, PLAN_RUNNING, run->start_ns);
    run_begin(run, run->start_ns);
    Runner *runner = run->caller_works ? NULL : run_another(run);
    run_maybe_end(run);
    mutex_unlock(&run->mutex);
    run_submit(runner);
    *out = run;
    return NULL;
}

Fail run_tend(Ctx *cx, Run *run, bool for_events)
{
    int64_t now_ns = clock_now_ns();
    run_check_limits(run, now_ns);
    while (run_write_off(run, now_ns)) {}
    run_maybe_end(run);
    if (run->ended || (run->caller_works && run_work(run))) return NULL;
    if (!run->stopping) TRY(ctx_check(cx));
    run_sleep(cx, run, for_events);
    return NULL;
}

Fail run_wait(Ctx *cx, Run *run)
{
    Fail fail = NULL;
    mutex_lock(&run->mutex);
    while (!run->ended && !fail) fail = run_tend(cx, run, false);
    mutex_unlock(&run->mutex);
    return fail;
}

Fail engine_run(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec, Run **run)
{
    TRY(engine_start(cx, engine, plan, spec, run));
    return run_wait(cx, *run);
}

void run_cancel(Run *run, Str reason)
{
    mutex_lock(&run->mutex);
    run_begin_stop(run, clock_now_ns(), STR_FMT,
                   STR_ARG(reason.len ? reason : STR("the run was cancelled")));
    run_maybe_end(run);
    mutex_unlock(&run->mutex);
}

void run_release(Run *run)
{
    if (!run) return;
    run_cancel(run, STR("the run was released"));
    run_drop(run);
}

// ---- reading

Str run_id(const Run *run)
{
    return run->spec.run_id;
}

const Plan *run_plan(const Run *run)
{
    return run->plan;
}

bool run_ended(Run *run)
{
    mutex_lock(&run->mutex);
    bool ended = run->ended;
    mutex_unlock(&run->mutex);
    return ended;
}

size_t run_bytes(Run *run)
{
    size_t bytes = 0;
    mutex_lock(&run->mutex);
    if (run->ended) {
        bytes = run->memory.total_bytes;
        for (const Runner *runner = run->runners; runner; runner = runner->next)
            if (!runner->used) bytes += runner->arena.total_bytes;
    }
    mutex_unlock(&run->mutex);
    return bytes;
}

RunCounts run_count(const Run *run)
{
    RunCounts counts = {
        .cells = run->plan->len, .from_memory = run->from_memory, .from_store = run->from_store};
    memcpy(counts.states, run->states, sizeof counts.states);
    const EventLog *log = &run->events;
    counts.messages_dropped = log->refused + (log->pushed - MIN(log->pushed, log->ring_cap));
    return counts;
}

RunCounts run_counts(Run *run)
{
    mutex_lock(&run->mutex);
    RunCounts counts = run_count(run);
    mutex_unlock(&run->mutex);
    return counts;
}

PlanCellState run_end_state(const RunCounts *counts)
{
    if (counts->states[PLAN_CANCELED]) return PLAN_CANCELED;
    return counts->states[PLAN_FAILED] ? PLAN_FAILED : PLAN_SUCCESS;
}

PlanCellState run_state(Run *run)
{
    if (!run_ended(run)) return PLAN_RUNNING;
    RunCounts counts = run_counts(run);
    return run_end_state(&counts);
}

Str run_reason(Arena *arena, const Run *run, const RunCell *cell)
{
    if (cell->state == PLAN_CANCELED) return str_copy(arena, run->stop_reason);
    if (cell->state != PLAN_SKIPPED) return STR_NONE;
    if (cell->flags & IDLE) return str_copy(arena, *cell->idle_why);
    return str_format(arena, "cell \"" STR_FMT "\" failed",
                      STR_ARG(plan_id(run->plan, cell->culprit)));
}

PlanCellResult run_cell(Arena *arena, Run *run, size_t number)
{
    mutex_lock(&run->mutex);
    const RunCell *cell = &run->cells[number];
    PlanCellResult result = {.state = cell->state,
                             .reason = run_reason(arena, run, cell),
                             .started_ns = cell->started_ns,
                             .ended_ns = cell->ended_ns};
    if (cell->state == PLAN_FAILED) result.error = cell->error;
    if (cell->state == PLAN_SUCCESS) {
        const CellMore *more = cell->more;
        result.value = cell->value;
        result.cached = cell->cached;
        if (more && more->has_fingerprint) result.fingerprint = &more->fingerprint;
        if (more && more->has_output) result.digest = &more->output;
    }
    mutex_unlock(&run->mutex);
    return result;
}

Fail run_cell_bytes(Arena *arena, Run *run, size_t number, Str *bytes)
{
    PlanCellResult result = run_cell(arena, run, number);
    const PlanOp *op = plan_op(run->plan, number);
    Str id = plan_id(run->plan, number);
    if (result.state != PLAN_SUCCESS)
        return FAIL(arena, BAD_REQUEST, "cell \"" STR_FMT "\" has no output: it is %s", STR_ARG(id),
                    plan_state_name(result.state));
    if (result.digest) {
        *bytes = run->cells[number].more->bytes;
        return NULL;
    }
    if (op->encode) return op->encode(arena, op, result.value, bytes);
    return FAIL(arena, BAD_REQUEST, "the output of %s has no form as bytes", op->name);
}

static int exit_code(Fail fail)
{
    return fail ? problem_spec(fail->kind)->exit_code : 0;
}

Fail run_worst(Arena *arena, Run *run)
{
    mutex_lock(&run->mutex);
    Fail worst = NULL;
    size_t at = 0;
    for (size_t i = 0; i < run->plan->len; i++) {
        const RunCell *cell = &run->cells[i];
        if (cell->state != PLAN_FAILED || exit_code(cell->error) <= exit_code(worst)) continue;
        worst = cell->error;
        at = i;
    }
    Fail told = worst ? problem_with_str(arena, worst, "cell", plan_id(run->plan, at)) : NULL;
    if (run->states[PLAN_CANCELED]) {
        Fail canceled = FAIL(arena, CANCELLED, STR_FMT, STR_ARG(run->stop_reason));
        if (exit_code(canceled) > exit_code(told)) told = canceled;
    }
    told = problem_copy(arena, told);
    mutex_unlock(&run->mutex);
    return told;
}
