// runtime/engine_test.c - every cell runs once, in order of need, within the limits; and how runs
// end when cells fail, hang, or are told to stop. No assertion here depends on how long things
// take.
#include "runtime/engine.h"

#include <malloc.h>

#include "base/clock.h"
#include "runtime/engine_.h"
#include "support/check.h"

enum { MOST = 400 };

typedef struct World { // PlanCall.env
    Counter runs[MOST], done[MOST];
    Counter in_flight, started, stopped;
    Flag gate;     // open: blocked cells go on
    Flag too_many; // more cells at once than allowed
    uint64_t limit;
    int thread; // of the last cell
} World;

static Fail run_note(Ctx *cx, PlanCall *call, const void **value)
{
    (void)cx;
    World *world = call->env;
    counter_add(&world->runs[call->cell], 1);
    if (counter_add(&world->in_flight, 1) >= world->limit) flag_set(&world->too_many, 1);
    for (size_t i = 0; i < call->inputs; i++) {
        const Counter *done = plan_input(call, i).value;
        if (counter_get(done) != 1) flag_set(&world->too_many, 2);
    }
    if (world->limit == 1) world->thread = thread_slot();
    counter_add(&world->done[call->cell], 1);
    *value = &world->done[call->cell];
    counter_sub(&world->in_flight, 1);
    return NULL;
}

static Fail run_fail(Ctx *cx, PlanCall *call, const void **value)
{
    (void)value;
    return FAIL(cx->arena, IO, "%.*s is broken", STR_ARG(call->id));
}

// Until the gate opens or the run asks to stop.
static Fail run_block(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->started, 1);
    while (!flag_get(&world->gate)) {
        Fail fail = ctx_check(cx);
        if (fail) {
            counter_add(&world->stopped, 1);
            return fail;
        }
        thread_yield();
    }
    *value = world;
    return NULL;
}

// Until the gate opens, whatever anyone asks.
static Fail run_deaf(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->started, 1);
    while (!flag_get(&world->gate)) thread_yield();
    *value = arena_alloc(cx->arena, 100000); // into memory that must still be there
    counter_add(&world->stopped, 1);
    return NULL;
}

// It has nothing to do.
static Fail run_idle(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->runs[call->cell], 1);
    plan_skip(cx, call, "no %s is needed", "idle");
    *value = world; // nobody sees it
    return NULL;
}

// What it needs has no value.
static Fail run_alone(Ctx *cx, PlanCall *call, const void **value)
{
    for (size_t i = 0; i < call->inputs; i++)
        if (plan_input(call, i).value) return FAIL(cx->arena, INTERNAL, "a value");
    *value = call->env;
    return NULL;
}

static const PlanOp note = {.name = "note", .run = run_note};
static const PlanOp broken = {.name = "broken", .run = run_fail};
static const PlanOp block = {.name = "block", .run = run_block};
static const PlanOp deaf = {.name = "deaf", .run = run_deaf};
static const PlanOp idle = {.name = "idle", .run = run_idle};
static const PlanOp alone = {.name = "alone", .run = run_alone};
static const PlanOp *const all[] = {&note, &broken, &block, &deaf, &idle, &alone};
static const PlanOps ops = {all, 6};

typedef struct Bed { // what each test needs
    Arena arena;
    Ctx cx;
    Pool *pool;
    Engine *engine;
    World *world;
} Bed;

static void bed_open(Bed *bed, int threads)
{
    *bed = (Bed){0};
    bed->cx = (Ctx){.arena = &bed->arena};
    bed->world = mem_alloc(sizeof *bed->world);
    bed->world->limit = MOST;
    if (threads) bed->pool = pool_new((PoolSpec){.io_workers = threads});
    bed->engine =
        engine_new(&(EngineSpec){.pool = bed->pool, .env = bed->world, .grace_ns = 5 * NS_PER_MS});
}

static void bed_close(Bed *bed)
{
    assert_int_equal(engine_stats(bed->engine).ready, 0);
    engine_free(bed->engine);
    pool_free(bed->pool);
    mem_free(bed->world);
    arena_fini(&bed->arena);
}

static const Plan *parse(Bed *bed, const char *text)
{
    const Json *document = NULL;
    const Plan *plan = NULL;
    assert_null(json_parse(&bed->arena, str_from(text), &document));
    assert_null(plan_parse(&bed->arena, &ops, NULL, document, &plan));
    return plan;
}

static void check_states(Bed *bed, Run *run, const char *expected) // one letter a cell
{
    for (size_t i = 0; i < plan_len(run_plan(run)); i++) {
        char letter = plan_state_name(run_cell(&bed->arena, run, i).state)[0];
        if (letter == 's' && run_cell(&bed->arena, run, i).state == PLAN_SKIPPED) letter = 'k';
        if (letter != expected[i]) fail_msg("cell %zu is %c, not %c", i, letter, expected[i]);
    }
}

// ---- order

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*seed >> 33);
}

static const Plan *random_plan(Bed *bed, uint64_t *seed, uint32_t limit)
{
    PlanBuilder *builder = plan_builder(&ops, NULL);
    size_t cells = 1 + next_random(seed) % MOST;
    Str *ids = ARENA_ARRAY(&bed->arena, Str, cells);
    for (size_t i = 0; i < cells; i++) {
        Str inputs[5];
        size_t count = i ? next_random(seed) % 6 : 0;
        ids[i] = str_format(&bed->arena, "c%zu", i);
        for (size_t k = 0; k < count; k++) inputs[k] = ids[next_random(seed) % i];
        plan_add(builder,
                 &(PlanCellSpec){
                     .id = ids[i], .op = STR("note"), .inputs = inputs, .input_count = count});
    }
    const Plan *plan = NULL;
    assert_null(plan_finish(builder, &bed->arena, &(PlanSpec){.max_concurrency = limit}, &plan));
    return plan;
}

static void every_cell_runs_once_after_its_inputs(void **state)
{
    (void)state;
    uint64_t seed = 20261121;
    static const int threads[] = {0, 1, 4};
    for (size_t t = 0; t < ARRAY_LEN(threads); t++)
        for (int round = 0; round < 12; round++) {
            Bed bed;
            bed_open(&bed, threads[t]);
            uint32_t limit = 1 + next_random(&seed) % 5;
            bed.world->limit = limit;
            const Plan *plan = random_plan(&bed, &seed, limit);
            RunSpec spec = {.inline_caller = round % 2, .events = round % 3};
            Run *run = NULL;
            assert_null(engine_run(&bed.cx, bed.engine, plan, &spec, &run));
            assert_int_equal(flag_get(&bed.world->too_many), 0);
            for (size_t i = 0; i < plan_len(plan); i++)
                assert_int_equal(counter_get(&bed.world->runs[i]), 1);
            RunCounts counts = run_counts(run);
            assert_int_equal(counts.states[PLAN_SUCCESS], plan_len(plan));
            assert_int_equal(run_state(run), PLAN_SUCCESS);
            assert_null(run_worst(&bed.arena, run));
            run_release(run);
            bed_close(&bed);
        }
}

static void a_lone_cell_stays_in_its_thread(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 2);
    bed.world->limit = 1;
    const Plan *plan = parse(&bed, "{\"cells\":[{\"id\":\"a\",\"op\":\"note\"}]}");
    Run *run = NULL;
    assert_null(engine_run(&bed.cx, bed.engine, plan, &(RunSpec){.inline_caller = true}, &run));
    assert_int_equal(bed.world->thread, thread_slot());
    Run *again = NULL;
    assert_null(engine_run(&bed.cx, bed.engine, plan, NULL, &again));
    assert_int_not_equal(bed.world->thread, thread_slot());
    assert_false(str_eq(run_id(run), run_id(again)));
    run_release(run);
    run_release(again);
    run_release(NULL);
    assert_null(engine_run(&bed.cx, bed.engine, parse(&bed, "{\"cells\":[]}"), NULL, &run));
    run_release(run);
    bed_close(&bed);
}

// ---- failures

static const char broken_in_the_middle[] =
    "{\"fail_fast\":%s,\"max_concurrency\":1,\"cells\":["
    "{\"id\":\"a\",\"op\":\"note\"},"
    "{\"id\":\"bad\",\"op\":\"broken\"},"
    "{\"id\":\"c\",\"op\":\"note\",\"inputs\":[\"a\",\"bad\"]},"
    "{\"id\":\"d\",\"op\":\"note\",\"inputs\":[\"c\"]},"
    "{\"id\":\"e\",\"op\":\"note\",\"inputs\":[\"a\"]}]}";

static void a_failure_skips_what_needs_it(void **state)
{
    (void)state;
    for (int threads = 0; threads < 2; threads++) {
        Bed bed;
        bed_open(&bed, threads);
        Run *run = NULL;
        const char *text = str_format(&bed.arena, broken_in_the_middle, "false").ptr;
        assert_null(engine_run(&bed.cx, bed.engine, parse(&bed, text), NULL, &run));
        check_states(&bed, run, "sfkks");
        CHECK_STR(run_cell(&bed.arena, run, 3).reason, STR("cell \"bad\" failed"));
        CHECK_STR(run_cell(&bed.arena, run, 1).error->detail, STR("bad is broken"));
        assert_int_equal(run_state(run), PLAN_FAILED);
        Fail worst = run_worst(&bed.arena, run);
        assert_int_equal(worst->kind, PROBLEM_IO);
        CHECK_STR(json_get(worst->ext, STR("cell"))->string, STR("bad"));
        run_release(run);
        bed_close(&bed);
    }
}

static void fail_fast_stops_the_rest(void **state)
{
    (void)state;
    for (int threads = 0; threads < 2; threads++) {
        Bed bed;
        bed_open(&bed, threads);
        Run *run = NULL;
        const char *text = str_format(&bed.arena, broken_in_the_middle, "true").ptr;
        assert_null(engine_run(&bed.cx, bed.engine, parse(&bed, text), NULL, &run));
        check_states(&bed, run, "sfkkc"); // longest way first: a, bad, then the rest
        assert_true(str_contains(run_cell(&bed.arena, run, 4).reason, STR("\"bad\" failed")));
        assert_int_equal(run_state(run), PLAN_CANCELED);
        assert_int_equal(run_worst(&bed.arena, run)->kind, PROBLEM_IO);
        run_release(run);
        bed_close(&bed);
    }
}

// ---- stopping

static const char blocked[] = "{\"cells\":[{\"id\":\"a\",\"op\":\"block\"},"
                              "{\"id\":\"b\",\"op\":\"note\",\"inputs\":[\"a\"]}]}";

static void until(const Counter *counter, uint64_t value)
{
    while (counter_get(counter) < value) thread_yield();
}

static void a_run_can_be_canceled(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 2);
    Run *run = NULL;
    assert_null(engine_start(&bed.cx, bed.engine, parse(&bed, blocked), NULL, &run));
    until(&bed.world->started, 1);
    assert_int_equal(run_state(run), PLAN_RUNNING);
    run_cancel(run, STR("enough"));
    assert_null(run_wait(&bed.cx, run));
    check_states(&bed, run, "cc");
    CHECK_STR(run_cell(&bed.arena, run, 1).reason, STR("enough"));
    assert_int_equal(counter_get(&bed.world->stopped), 1);
    assert_int_equal(run_worst(&bed.arena, run)->kind, PROBLEM_CANCELLED);
    run_cancel(run, STR("too late"));
    run_release(run);
    assert_null(engine_start(&bed.cx, bed.engine, parse(&bed, blocked), NULL, &run));
    run_release(run); // while it runs
    bed_close(&bed);
}

static void waiting_cells_are_counted(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0); // nobody works before somebody waits
    Run *runs[2];
    for (size_t i = 0; i < ARRAY_LEN(runs); i++)
        assert_null(engine_start(&bed.cx, bed.engine, parse(&bed, blocked), NULL, &runs[i]));
    assert_int_equal(engine_stats(bed.engine).ready, 2); // of four; two need another
    run_release(runs[0]);
    assert_int_equal(engine_stats(bed.engine).ready, 1);
    assert_int_equal(run_bytes(runs[1]), 0); // not before its end
    flag_set(&bed.world->gate, 1);
    assert_null(run_wait(&bed.cx, runs[1]));
    assert_true(run_bytes(runs[1]) > 0);
    run_release(runs[1]);
    bed_close(&bed); // there must be none
}

static void the_starters_limits_bound_the_run(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) { // flag or deadline, on a pool's thread or in this one
        Bed bed;
        bed_open(&bed, how & 1);
        Flag cancel = {0};
        Ctx cx = bed.cx;
        if (how & 2) cx.cancel = &cancel;
        else cx.deadline_ns = clock_now_ns() + 20 * NS_PER_MS;
        Run *run = NULL;
        assert_null(engine_start(&cx, bed.engine, parse(&bed, blocked), NULL, &run));
        if (how & 1) until(&bed.world->started, 1);
        flag_set(&cancel, 1);
        assert_null(run_wait(&cx, run));
        check_states(&bed, run, "cc");
        run_release(run);
        Fail fail = engine_start(&cx, bed.engine, parse(&bed, blocked), NULL, &run);
        assert_int_equal(fail->kind, PROBLEM_CANCELLED);
        bed_close(&bed);
    }
}

static void a_waiter_can_give_up_alone(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 1);
    Run *run = NULL;
    assert_null(engine_start(&bed.cx, bed.engine, parse(&bed, blocked), NULL, &run));
    Ctx hasty = bed.cx;
    hasty.deadline_ns = clock_now_ns();
    assert_int_equal(run_wait(&hasty, run)->kind, PROBLEM_CANCELLED);
    assert_int_equal(run_state(run), PLAN_RUNNING);
    flag_set(&bed.world->gate, 1);
    assert_null(run_wait(&bed.cx, run));
    check_states(&bed, run, "ss");
    run_release(run);
    bed_close(&bed);
}

static void a_cell_has_a_deadline(void **state)
{
    (void)state;
    for (int threads = 0; threads < 2; threads++) {
        Bed bed;
        bed_open(&bed, threads);
        Run *run = NULL;
        const Plan *plan = parse(&bed, "{\"cells\":[{\"id\":\"a\",\"op\":\"block\",\"timeout_s\":"
                                       "0.002},{\"id\":\"b\",\"op\":\"note\",\"inputs\":[\"a\"]},"
                                       "{\"id\":\"c\",\"op\":\"note\"}]}");
        Engine *patient = engine_new(
            &(EngineSpec){.pool = bed.pool, .env = bed.world, .grace_ns = 600 * NS_PER_S});
        assert_null(engine_run(&bed.cx, patient, plan, NULL, &run));
        check_states(&bed, run, "fks");
        Fail error = run_cell(&bed.arena, run, 0).error;
        assert_int_equal(error->kind, PROBLEM_CANCELLED);
        assert_true(str_starts(error->detail, STR("timed out after")));
        run_release(run);
        engine_free(patient);
        bed_close(&bed);
    }
}

static void a_deaf_cell_is_written_off(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) { // its own deadline, or the run's cancel
        Bed bed;
        bed_open(&bed, 2);
        Run *run = NULL;
        const Plan *plan =
            parse(&bed, how ? "{\"cells\":[{\"id\":\"a\",\"op\":\"deaf\"},"
                              "{\"id\":\"b\",\"op\":\"note\",\"inputs\":[\"a\"]}]}"
                            : "{\"cells\":[{\"id\":\"a\",\"op\":\"deaf\",\"timeout_s\":0.001},"
                              "{\"id\":\"b\",\"op\":\"note\",\"inputs\":[\"a\"]}]}");
        assert_null(engine_start(&bed.cx, bed.engine, plan, &(RunSpec){.events = true}, &run));
        until(&bed.world->started, 1);
        if (how) run_cancel(run, STR("enough"));
        assert_null(run_wait(&bed.cx, run));
        check_states(&bed, run, how ? "cc" : "fk");
        if (!how)
            assert_true(str_contains(run_cell(&bed.arena, run, 0).error->detail,
                                     STR("did not stop in time")));
        assert_int_equal(engine_stats(bed.engine).written_off, 1);
        assert_int_equal(counter_get(&bed.world->stopped), 0);
        run_release(run);
        flag_set(&bed.world->gate, 1); // only now does it return, into a released run
        bed_close(&bed);
    }
}

static void a_written_off_thread_is_replaced(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 2);
    Run *run = NULL;
    const Plan *plan = parse(&bed, "{\"max_concurrency\":1,\"cells\":["
                                   "{\"id\":\"a\",\"op\":\"deaf\",\"timeout_s\":0.001},"
                                   "{\"id\":\"b\",\"op\":\"note\"}]}");
    assert_null(engine_run(&bed.cx, bed.engine, plan, NULL, &run));
    check_states(&bed, run, "fs");
    run_release(run);
    flag_set(&bed.world->gate, 1);
    bed_close(&bed);
}

static void a_plan_may_go_with_its_run(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 3);
    for (int i = 0; i < 300; i++) {
        Arena arena = {0};
        PlanBuilder *builder = plan_builder(&ops, NULL);
        for (int k = 0; k < 6; k++) {
            char id[2] = {(char)('a' + k), 0};
            plan_add(builder, &(PlanCellSpec){.id = str_from(id), .op = STR("note")});
        }
        const Plan *plan = NULL;
        Run *run = NULL;
        RunSpec spec = {.inline_caller = i % 2, .own = i % 3 ? NULL : &arena};
        assert_null(plan_finish(builder, &arena, NULL, &plan));
        memset(bed.world->done, 0, sizeof bed.world->done);
        assert_null(engine_run(&bed.cx, bed.engine, plan, &spec, &run));
        run_release(run);
        arena_fini(&arena); // while a thread that was sent for may still be on its way
    }
    bed_close(&bed);
}

// ---- several runs, hooks, memory

typedef struct Told {
    Counter runs_started, runs_finished, started, finished;
} Told;

static void told_run_started(void *self, Str id, size_t cells)
{
    (void)id, (void)cells;
    counter_add(&((Told *)self)->runs_started, 1);
}

static void told_run_finished(void *self, Str id, const RunCounts *counts, int64_t duration_ns)
{
    Told *told = self;
    (void)id;
    // All hooks of its cells are over.
    if (counts->cells == 5 && duration_ns >= 0) counter_add(&told->runs_finished, 1);
}

static void told_started(void *self, const PlanCellReport *report)
{
    (void)report;
    assert_false(mutex_held_by_rank(RANK_RUN));
    counter_add(&((Told *)self)->started, 1);
}

static void told_finished(void *self, const PlanCellReport *report)
{
    assert_false(mutex_held_by_rank(RANK_RUN));
    if (report->ended_ns >= report->started_ns && report->in_flight < 8)
        counter_add(&((Told *)self)->finished, 1);
}

static void hooks_hear_of_everything(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 3);
    Told told = {0};
    Engine *engine = engine_new(&(EngineSpec){
        .pool = bed.pool,
        .env = bed.world,
        .hooks = {&told, told_run_started, told_run_finished, told_started, told_finished}});
    const char *text = str_format(&bed.arena, broken_in_the_middle, "false").ptr;
    Run *runs[8];
    for (size_t i = 0; i < ARRAY_LEN(runs); i++)
        assert_null(engine_start(&bed.cx, engine, parse(&bed, text), NULL, &runs[i]));
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        assert_null(run_wait(&bed.cx, runs[i]));
        assert_true(counter_get(&told.runs_finished) >= 1);
        run_release(runs[i]);
    }
    assert_int_equal(counter_get(&told.runs_started), 8);
    assert_int_equal(counter_get(&told.runs_finished), 8);
    assert_int_equal(counter_get(&told.started), 8 * 3);
    assert_int_equal(counter_get(&told.finished), 8 * 3);
    engine_free(engine);
    bed_close(&bed);
}

static Fail run_noop(Ctx *cx, PlanCall *call, const void **value)
{
    (void)cx, (void)call;
    *value = NULL;
    return NULL;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static void a_cell_costs_little_memory(void **state)
{
    (void)state;
    if (SANITIZED) skip(); // mallinfo knows nothing of their heaps
    enum { CELLS = 100000 };
    static const PlanOp noop = {.name = "noop", .run = run_noop};
    static const PlanOp *const one[] = {&noop};
    const PlanOps only = {one, 1};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Engine *engine = engine_new(&(EngineSpec){0});
    struct mallinfo2 before = mallinfo2();
    PlanBuilder *builder = plan_builder(&only, NULL);
    uint64_t seed = 1;
    for (uint32_t i = 0; i < CELLS; i++) {
        char id[16], names[3][16];
        Str inputs[3];
        snprintf(id, sizeof id, "c%u", i);
        size_t count = i ? next_random(&seed) % 4 : 0;
        for (size_t k = 0; k < count; k++) {
            snprintf(names[k], sizeof names[k], "c%u", next_random(&seed) % i);
            inputs[k] = str_from(names[k]);
        }
        plan_add(builder, &(PlanCellSpec){str_from(id), STR("noop"), inputs, count, NULL, 0});
    }
    const Plan *plan = NULL;
    Run *run = NULL;
    assert_null(plan_finish(builder, &arena, NULL, &plan));
    assert_null(engine_run(&cx, engine, plan, &(RunSpec){.events = true}, &run));
    struct mallinfo2 after = mallinfo2();
    double bytes = (double)(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd);
    print_message("  %.1f bytes a cell, plan, run and event log\n", bytes / CELLS);
    assert_true(bytes / CELLS <= 200);
    run_release(run);
    engine_free(engine);
    arena_fini(&arena);
}

// Under cache or not, a cell without work is no failure, and nobody is given its value.
static void a_cell_may_have_nothing_to_do(void **state)
{
    (void)state;
    static const int threads[] = {0, 3};
    for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
        Bed bed;
        bed_open(&bed, threads[t]);
        const Plan *plan = parse(&bed, "{\"cells\":["
                                       "{\"id\":\"first\",\"op\":\"idle\"},"
                                       "{\"id\":\"next\",\"op\":\"alone\",\"inputs\":[\"first\"]},"
                                       "{\"id\":\"bad\",\"op\":\"broken\"},"
                                       "{\"id\":\"no\",\"op\":\"idle\",\"inputs\":[\"bad\"]}]}");
        Run *run = NULL;
        RunSpec spec = {.events = true};
        assert_null(engine_run(&bed.cx, bed.engine, plan, &spec, &run));
        check_states(&bed, run, "ksfk");
        assert_true(str_eq(run_cell(&bed.arena, run, 0).reason, STR("no idle is needed")));
        assert_true(str_eq(run_cell(&bed.arena, run, 3).reason, STR("cell \"bad\" failed")));
        assert_null(run_cell(&bed.arena, run, 0).value);
        assert_int_equal(counter_get(&bed.world->runs[3]), 0);
        assert_int_equal(run_state(run), PLAN_FAILED);
        run_release(run);
        bed_close(&bed);
    }
}

int runtime_engine_test(void);
int runtime_engine_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_runs_once_after_its_inputs),
        cmocka_unit_test(a_lone_cell_stays_in_its_thread),
        cmocka_unit_test(a_failure_skips_what_needs_it),
        cmocka_unit_test(a_cell_may_have_nothing_to_do),
        cmocka_unit_test(fail_fast_stops_the_rest),
        cmocka_unit_test(a_run_can_be_canceled),
        cmocka_unit_test(waiting_cells_are_counted),
        cmocka_unit_test(the_starters_limits_bound_the_run),
        cmocka_unit_test(a_waiter_can_give_up_alone),
        cmocka_unit_test(a_cell_has_a_deadline),
        cmocka_unit_test(a_deaf_cell_is_written_off),
        cmocka_unit_test(a_written_off_thread_is_replaced),
        cmocka_unit_test(a_plan_may_go_with_its_run),
        cmocka_unit_test(hooks_hear_of_everything),
        cmocka_unit_test(a_cell_costs_little_memory),
    };
    return RUN_TESTS(tests);
}
