// runtime/event_test.c - one order for all readers, no state lost, drops announced, nobody held up.
#include "runtime/event.h"

#include "base/clock.h"
#include "support/check.h"

typedef struct World { // PlanCall.env
    Counter started;
    Flag gate;
    int messages;
} World;

static Fail run_talk(Ctx *cx, PlanCall *call, const void **value)
{
    (void)cx;
    World *world = call->env;
    for (int i = 0; i < world->messages; i++) plan_say(call, "message %d", i);
    *value = NULL;
    return NULL;
}

static Fail run_wait_for_gate(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->started, 1);
    while (!flag_get(&world->gate)) {
        TRY(ctx_check(cx));
        thread_yield();
    }
    *value = NULL;
    return NULL;
}

static Fail run_fail(Ctx *cx, PlanCall *call, const void **value)
{
    (void)call, (void)value;
    return FAIL(cx->arena, NOT_FOUND, "no \"such\" thing");
}

static const PlanOp talk = {.name = "talk", .run = run_talk};
static const PlanOp gate = {.name = "gate", .run = run_wait_for_gate};
static const PlanOp broken = {.name = "broken", .run = run_fail};
static const PlanOp *const all[] = {&talk, &gate, &broken};
static const PlanOps ops = {all, 3};

typedef struct Bed {
    Arena arena;
    Ctx cx;
    World world;
    Pool *pool;
    Engine *engine;
} Bed;

static void bed_open(Bed *bed, int threads)
{
    *bed = (Bed){0};
    bed->cx.arena = &bed->arena;
    if (threads) bed->pool = pool_new((PoolSpec){.io_workers = threads});
    bed->engine = engine_new(&(EngineSpec){.pool = bed->pool, .env = &bed->world});
}

static void bed_close(Bed *bed)
{
    engine_free(bed->engine);
    pool_free(bed->pool);
    arena_fini(&bed->arena);
}

static Run *start(Bed *bed, const char *text, uint32_t messages)
{
    const Json *document = NULL;
    const Plan *plan = NULL;
    Run *run = NULL;
    assert_null(json_parse(&bed->arena, str_from(text), &document));
    assert_null(plan_parse(&bed->arena, &ops, NULL, document, &plan));
    RunSpec spec = {.events = true, .messages = messages, .run_id = STR("run-1")};
    assert_null(engine_start(&bed->cx, bed->engine, plan, &spec, &run));
    return run;
}

static bool next_event(Bed *bed, Run *run, EventCursor *cursor, RuntimeEvent *event)
{
    bool more = false;
    assert_null(event_next(&bed->cx, run, cursor, event, &more));
    return more;
}

static const char three[] = "{\"cells\":[{\"id\":\"a\",\"op\":\"talk\"},"
                            "{\"id\":\"b\",\"op\":\"broken\"},"
                            "{\"id\":\"c\",\"op\":\"talk\",\"inputs\":[\"b\"]}]}";

static void events_come_in_one_order(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    bed.world.messages = 2;
    Run *run = start(&bed, three, 0);
    assert_null(run_wait(&bed.cx, run));
    static const char *const expected[] = {
        "run running", "a ready",      "b ready",      "b running", "b failed",   "c skipped",
        "a running",   "a: message 0", "a: message 1", "a success", "run failed",
    };
    // The ready ones come in the order of the plan, the running ones by the longest way.
    EventCursor cursor = {0};
    RuntimeEvent event;
    size_t count = 0;
    for (; next_event(&bed, run, &cursor, &event); count++) {
        assert_int_equal(event.seq, count + 1);
        Str name = event.kind == EVENT_RUN ? STR("run") : event.cell_id;
        const char *text = plan_state_name(event.state);
        Str got = str_format(&bed.arena, STR_FMT " %s", STR_ARG(name), text);
        if (event.kind == EVENT_MESSAGE)
            got =
                str_format(&bed.arena, STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(event.message));
        CHECK_STR(got, str_from(expected[count]));
    }
    assert_int_equal(count, ARRAY_LEN(expected));
    cursor.after = 9; // a reader that comes back
    bool more = false;
    assert_null(event_next(&bed.cx, run, &cursor, &event, &more));
    assert_true(more && event.seq == 10 && event.state == PLAN_SUCCESS);
    run_release(run);
    bed_close(&bed);
}

static void an_event_is_one_object(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    Run *run = start(&bed, three, 0);
    assert_null(run_wait(&bed.cx, run));
    EventCursor cursor = {0};
    RuntimeEvent event;
    while (next_event(&bed, run, &cursor, &event)) {
        Buf line = buf_on(&bed.arena);
        JsonWriter w = {.out = &line};
        const Json *back = NULL;
        event_write(&w, &event);
        assert_null(json_parse(&bed.arena, buf_str(&line), &back));
        assert_int_equal(json_get(back, STR("seq"))->integer, event.seq);
        CHECK_STR(json_get(back, STR("run_id"))->string, STR("run-1"));
        CHECK_STR(json_get(back, STR("kind"))->string, str_from(event_kind_name(event.kind)));
        assert_true(str_ends(json_get(back, STR("ts"))->string, STR("Z")));
        const Json *error = json_get(back, STR("error"));
        assert_int_equal(error != NULL, event.state == PLAN_FAILED && event.kind == EVENT_CELL);
        if (error) CHECK_STR(json_get(error, STR("detail"))->string, STR("no \"such\" thing"));
        const Json *counts = json_get(back, STR("counts"));
        if (counts) assert_int_equal(json_get(counts, STR("skipped"))->integer, 1);
        if (event.state == PLAN_SKIPPED) CHECK_STR(event.message, STR("cell \"b\" failed"));
    }
    run_release(run);
    bed_close(&bed);
}

static void a_slow_reader_holds_nobody_up(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    bed.world.messages = 1000;
    Run *run = start(&bed, "{\"cells\":[{\"id\":\"a\",\"op\":\"talk\"}]}", 10);
    assert_null(run_wait(&bed.cx, run)); // nobody reads, and it ends
    assert_int_equal(run_counts(run).messages_dropped, 990);
    EventCursor cursor = {0};
    RuntimeEvent event;
    size_t states = 0, messages = 0, dropped = 0;
    uint64_t last = 0;
    while (next_event(&bed, run, &cursor, &event)) {
        assert_true(event.seq > last);
        last = event.seq;
        states += event.kind == EVENT_CELL || event.kind == EVENT_RUN;
        messages += event.kind == EVENT_MESSAGE;
        dropped += event.dropped;
    }
    assert_int_equal(states, 5);
    assert_int_equal(messages, 10);
    assert_int_equal(dropped, 990);
    run_release(run);
    bed_close(&bed);
}

typedef struct Reader {
    Run *run;
    Thread thread;
    uint64_t states, seen, dropped;
    bool ordered;
} Reader;

static void read_all(void *arg)
{
    Reader *reader = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    EventCursor cursor = {0};
    RuntimeEvent event;
    bool more = true;
    reader->ordered = true;
    while (!event_next(&cx, reader->run, &cursor, &event, &more) && more) {
        reader->seen++;
        reader->dropped += event.dropped;
        reader->states += event.kind == EVENT_CELL || event.kind == EVENT_RUN;
        bool next = event.seq == reader->seen + reader->dropped - (event.dropped > 0);
        if (event.kind != EVENT_DROPPED && !next) reader->ordered = false;
        if (event.kind == EVENT_DROPPED) reader->seen--;
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

static void readers_follow_a_run(void **state)
{
    (void)state;
    enum { CELLS = 300, READERS = 3 };
    Bed bed;
    bed_open(&bed, 2);
    bed.world.messages = 20;
    Buf text = buf_on(&bed.arena);
    for (int i = 0; i < CELLS; i++)
        buf_addf(&text, "%s{\"id\":\"c%d\",\"op\":\"%s\"}", i ? "," : "{\"cells\":[", i,
                 i ? "talk" : "gate");
    buf_add(&text, STR("]}"));
    Run *run = start(&bed, buf_str(&text).ptr, 50);
    Reader readers[READERS];
    for (int i = 0; i < READERS; i++) {
        readers[i] = (Reader){.run = run};
        assert_true(thread_start(&readers[i].thread, read_all, &readers[i], "reader"));
    }
    flag_set(&bed.world.gate, 1);
    assert_null(run_wait(&bed.cx, run));
    for (int i = 0; i < READERS; i++) {
        thread_join(&readers[i].thread);
        assert_true(readers[i].ordered);
        assert_int_equal(readers[i].states, CELLS * 3 + 2);
        assert_int_equal(readers[i].seen + readers[i].dropped, CELLS * 3 + 2 + (CELLS - 1) * 20);
    }
    run_release(run);
    bed_close(&bed);
}

static void reading_ends_when_it_should(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 1);
    Run *run = start(&bed, "{\"cells\":[{\"id\":\"a\",\"op\":\"gate\"}]}", 0);
    EventCursor cursor = {.after = 3};
    RuntimeEvent event;
    bool more = true;
    while (!counter_get(&bed.world.started)) thread_yield();
    Ctx hasty = bed.cx;
    hasty.deadline_ns = clock_now_ns();
    assert_int_equal(event_next(&hasty, run, &cursor, &event, &more)->kind, PROBLEM_CANCELLED);
    flag_set(&bed.world.gate, 1);
    assert_null(event_next(&bed.cx, run, &cursor, &event, &more));
    assert_true(more && event.seq == 4);
    assert_null(event_next(&bed.cx, run, &cursor, &event, &more));
    assert_true(more && event.kind == EVENT_RUN && event.counts);
    assert_null(event_next(&bed.cx, run, &cursor, &event, &more));
    assert_false(more);
    run_release(run);
    const Plan *plan = NULL;
    assert_null(plan_finish(plan_builder(&ops, NULL), &bed.arena, NULL, &plan));
    assert_null(engine_run(&bed.cx, bed.engine, plan, NULL, &run));
    assert_int_equal(event_next(&bed.cx, run, &cursor, &event, &more)->kind, PROBLEM_BAD_REQUEST);
    run_release(run);
    bed_close(&bed);
}

int runtime_event_test(void);
int runtime_event_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_one_order),      cmocka_unit_test(an_event_is_one_object),
        cmocka_unit_test(a_slow_reader_holds_nobody_up), cmocka_unit_test(readers_follow_a_run),
        cmocka_unit_test(reading_ends_when_it_should),
    };
    return RUN_TESTS(tests);
}
