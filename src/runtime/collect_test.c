// runtime/collect_test.c - results in submission order; what is late is cancelled and counted.
#include "runtime/collect.h"

#include "base/clock.h"
#include "support/check.h"

static const PoolSpec sizes[] = {
    {0},
    {.cpu_workers = 3, .io_workers = 2},
    {.cpu_workers = 1, .cpu_ceiling = 4, .io_ceiling = 4, .idle_ns = 1},
};

typedef struct Square {
    int of, result;
    Str text;
    // for tasks that wait
    Flag *open;
    Counter *began, *ended, *saw_cancel;
} Square;

static void square(Ctx *cx, void *arg)
{
    Square *task = arg;
    task->result = task->of * task->of;
    task->text = str_format(cx->arena, "%d", task->result);
    if (task->ended) counter_add(task->ended, 1);
}

static void results_come_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Pool *pool = pool_new(sizes[i]);
        Batch *batch = batch_new(pool, &cx);
        for (int j = 0; j < 200; j++) {
            Square task = {.of = j};
            if (j % 2) submit_io(batch, square, &task, sizeof task);
            else submit_cpu(batch, square, &task, sizeof task);
        }
        Collected got = collect_bounded(&cx, batch, -1);
        assert_int_equal(got.count, 200);
        assert_int_equal(got.done, 200);
        pool_free(pool);
        for (int j = 0; j < 200; j++) { // still there: they live in the arena now
            const Square *task = got.values[j];
            assert_int_equal(got.states[j], FUTURE_DONE);
            assert_int_equal(task->result, j * j);
            CHECK_STR(task->text, str_format(&arena, "%d", j * j));
        }
        arena_fini(&arena);
    }
}

static void wait_for_flag(Ctx *cx, void *arg)
{
    Square *task = arg;
    counter_add(task->began, 1);
    while (!flag_get(task->open)) thread_yield();
    if (ctx_stopped(cx) == STOP_CANCEL) counter_add(task->saw_cancel, 1);
    square(cx, arg);
}

static void late_ones_are_cancelled_and_counted(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Flag open = {0};
    Counter began = {0}, ended = {0}, saw_cancel = {0};
    Square quick = {.of = 3}, slow = {.of = 4, .open = &open, .began = &began};
    slow.ended = &ended;
    slow.saw_cancel = &saw_cancel;
    Pool *pool = pool_new((PoolSpec){.io_workers = 2});
    Batch *batch = batch_new(pool, &cx);
    Future *first = submit_io(batch, square, &quick, sizeof quick);
    while (future_state(first) != FUTURE_DONE) thread_yield();
    for (int i = 0; i < 5; i++) submit_io(batch, wait_for_flag, &slow, sizeof slow);
    while (counter_get(&began) < 2) thread_yield();
    Collected got = collect_bounded(&cx, batch, 0);
    assert_int_equal(got.count, 6);
    assert_int_equal(got.done, 1);
    assert_int_equal(got.timed_out, 2);
    assert_int_equal(got.cancelled, 3);
    assert_int_equal(((Square *)got.values[0])->result, 9);
    assert_null(got.values[1]);
    assert_int_equal(got.states[1], FUTURE_TIMED_OUT);
    assert_int_equal(got.states[5], FUTURE_CANCELLED);
    arena_fini(&arena); // those that still run do not need it
    flag_set(&open, 1);
    pool_free(pool);
    assert_int_equal(counter_get(&began), 2);
    assert_int_equal(counter_get(&ended), 2);
    assert_int_equal(counter_get(&saw_cancel), 2);
}

static void a_cancelled_request_collects_what_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        Arena arena = {0};
        Flag cancel = {0};
        Ctx cx = {.arena = &arena, .cancel = &cancel};
        Counter ended = {0};
        Square task = {.of = 2, .ended = &ended};
        Pool *pool = pool_new(sizes[i]);
        Batch *batch = batch_new(pool, &cx);
        for (int j = 0; j < 50; j++) submit_cpu(batch, square, &task, sizeof task);
        flag_set(&cancel, 1);
        Collected got = collect_bounded(&cx, batch, -1);
        assert_int_equal(got.done + got.timed_out + got.cancelled, 50);
        if (!sizes[i].cpu_workers && !sizes[i].cpu_ceiling) assert_int_equal(got.cancelled, 50);
        pool_free(pool);
        assert_int_equal(counter_get(&ended), 50 - got.cancelled);
        arena_fini(&arena);
    }
}

static void an_inline_pool_looks_at_the_time_between_tasks(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Pool *pool = pool_new((PoolSpec){0});
    Batch *batch = batch_new(pool, &cx);
    Square task = {.of = 5};
    Future *cpu = submit_cpu(batch, square, &task, sizeof task);
    Future *io = submit_io(batch, square, &task, sizeof task);
    assert_int_equal(future_state(cpu), FUTURE_QUEUED);
    assert_int_equal(future_state(io), FUTURE_DONE);
    Collected got = collect_bounded(&cx, batch, 0);
    assert_int_equal(got.done, 1);
    assert_int_equal(got.cancelled, 1);
    Batch *empty = batch_new(pool, &cx);
    assert_int_equal(collect_bounded(&cx, empty, -1).count, 0);
    pool_free(pool);
    arena_fini(&arena);
}

int runtime_collect_test(void);
int runtime_collect_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_in_order),
        cmocka_unit_test(late_ones_are_cancelled_and_counted),
        cmocka_unit_test(a_cancelled_request_collects_what_is_there),
        cmocka_unit_test(an_inline_pool_looks_at_the_time_between_tasks),
    };
    return RUN_TESTS(tests);
}
