// runtime/pool_test.c - every task runs exactly once, whatever the number of workers.
#include "runtime/pool.h"

#include "base/clock.h"
#include "support/check.h"

static const PoolSpec sizes[] = {
    {0},
    {.cpu_workers = 1, .io_workers = 1},
    {.cpu_workers = 3, .io_workers = 2},
    {.cpu_workers = 7},
    {.cpu_workers = 1, .cpu_ceiling = 4, .io_ceiling = 3, .idle_ns = 1},
    {.cpu_ceiling = 3, .idle_ns = 1},
};

typedef struct Tree {
    Group group;
    Counter runs;
    Counter slots_in_use[16];
    int fan_out;
} Tree;

typedef struct Node {
    Tree *tree;
    int depth;
    struct Node *children;
} Node;

static Node *grow_tree(Arena *arena, Tree *tree, int depth)
{
    Node *node = ARENA_NEW(arena, Node);
    *node = (Node){.tree = tree, .depth = depth};
    if (!depth) return node;
    node->children = ARENA_ARRAY(arena, Node, (size_t)tree->fan_out);
    for (int i = 0; i < tree->fan_out; i++) node->children[i] = *grow_tree(arena, tree, depth - 1);
    return node;
}

static void visit(void *arg, int slot)
{
    Node *node = arg;
    assert_int_equal(counter_add(&node->tree->slots_in_use[slot], 1), 0); // no slot runs two tasks
    counter_add(&node->tree->runs, 1);
    for (int i = 0; i < (node->depth ? node->tree->fan_out : 0); i++)
        group_submit(&node->tree->group, slot, visit, &node->children[i]);
    counter_sub(&node->tree->slots_in_use[slot], 1);
}

static void tasks_that_submit_tasks_run_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        Arena arena = {0};
        Tree tree = {.fan_out = 6};
        Ctx cx = {.arena = &arena};
        Pool *pool = pool_new(sizes[i]);
        group_init(&tree.group, pool, &cx);
        group_submit(&tree.group, 0, visit, grow_tree(&arena, &tree, 4));
        group_wait(&tree.group);
        assert_int_equal(counter_get(&tree.runs), 1 + 6 + 36 + 216 + 1296);
        pool_free(pool);
        arena_fini(&arena);
    }
}

typedef struct Marks {
    Counter seen[5000];
    Flag *cancel;
    size_t cancel_at;
} Marks;

static void mark(void *arg, size_t index, int slot)
{
    (void)slot;
    Marks *marks = arg;
    counter_add(&marks->seen[index], 1);
    if (marks->cancel && index == marks->cancel_at) flag_set(marks->cancel, 1);
}

static void each_covers_every_index_once(void **state)
{
    (void)state;
    static Marks marks;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (size_t batch = 0; batch < 100; batch += 33) {
            Ctx cx = {0};
            Pool *pool = pool_new(sizes[i]);
            memset(&marks, 0, sizeof marks);
            assert_int_equal(pool_each(pool, &cx, 5000, batch, mark, &marks), 5000);
            for (size_t j = 0; j < 5000; j++) assert_int_equal(counter_get(&marks.seen[j]), 1);
            assert_int_equal(pool_each(pool, &cx, 0, 1, mark, &marks), 0);
            pool_free(pool);
        }
}

static void each_stops_when_cancelled(void **state)
{
    (void)state;
    static Marks marks;
    Flag cancel = {0};
    Ctx cx = {.cancel = &cancel};
    Pool *pool = pool_new((PoolSpec){.cpu_workers = 2});
    memset(&marks, 0, sizeof marks);
    marks.cancel = &cancel;
    marks.cancel_at = 10;
    assert_true(pool_each(pool, &cx, 5000, 1, mark, &marks) < 5000);
    pool_free(pool);
}

static void count_task(void *arg, int slot)
{
    (void)slot;
    counter_add(arg, 1);
}

static void cancelled_group_drops_and_counts(void **state)
{
    (void)state;
    Flag cancel = {0};
    Ctx cx = {.cancel = &cancel};
    Counter runs = {0};
    Pool *pool = pool_new((PoolSpec){0});
    Group group;
    group_init(&group, pool, &cx);
    for (int i = 0; i < 10; i++) group_submit(&group, 0, count_task, &runs);
    flag_set(&cancel, 1);
    group_wait(&group);
    assert_int_equal(counter_get(&runs), 0);
    assert_int_equal(counter_get(&group.dropped), 10);
    pool_free(pool);
}

static void deadline_stops(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena, .deadline_ns = clock_now_ns() - 1};
    assert_int_equal(ctx_stopped(&cx), STOP_DEADLINE);
    Fail fail = ctx_check(&cx);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    arena_fini(&arena);
}

static void io_tasks_and_drain(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        Ctx cx = {0};
        Counter runs = {0};
        Pool *pool = pool_new(sizes[i]);
        Group io, cpu;
        group_init(&io, pool, &cx);
        group_init(&cpu, pool, &cx);
        for (int j = 0; j < 200; j++) pool_submit_io(&io, count_task, &runs);
        for (int j = 0; j < 200; j++) group_submit(&cpu, 0, count_task, &runs);
        group_wait(&cpu);
        pool_drain(pool);
        assert_int_equal(counter_get(&runs), 400);
        group_wait(&io);
        pool_free(pool);
    }
}

static void stop_runs_what_is_queued_and_later_tasks_inline(void **state)
{
    (void)state;
    Ctx cx = {0};
    Counter runs = {0};
    Pool *pool = pool_new((PoolSpec){.cpu_workers = 2, .io_workers = 1});
    Group group;
    group_init(&group, pool, &cx);
    for (int i = 0; i < 100; i++) group_submit(&group, 0, count_task, &runs);
    pool_stop(pool);
    pool_stop(pool);
    assert_int_equal(counter_get(&runs), 100);
    group_submit(&group, 0, count_task, &runs);
    pool_submit_io(&group, count_task, &runs);
    group_wait(&group);
    assert_int_equal(counter_get(&runs), 102);
    pool_free(pool);
    pool_free(NULL);
}

typedef struct Caller {
    Pool *pool;
    Counter *runs;
} Caller;

static void call_each(void *arg)
{
    Caller *caller = arg;
    Ctx cx = {0};
    for (int round = 0; round < 50; round++) {
        Group group;
        group_init(&group, caller->pool, &cx);
        for (int i = 0; i < 20; i++) group_submit(&group, 0, count_task, caller->runs);
        group_wait(&group);
    }
}

static void many_threads_may_wait_at_once(void **state)
{
    (void)state;
    for (int workers = 0; workers < 3; workers++) {
        Counter runs = {0};
        Pool *pool = pool_new((PoolSpec){.cpu_workers = workers});
        Caller caller = {pool, &runs};
        Thread threads[4];
        for (size_t i = 0; i < ARRAY_LEN(threads); i++)
            assert_true(thread_start(&threads[i], call_each, &caller, "test"));
        for (size_t i = 0; i < ARRAY_LEN(threads); i++) thread_join(&threads[i]);
        assert_int_equal(counter_get(&runs), 4 * 50 * 20);
        pool_free(pool);
    }
}

static void wait_for_workers(Pool *pool, int cpu, int io)
{
    for (;;) {
        PoolStats stats = pool_stats(pool);
        if (stats.cpu.workers == cpu && stats.io.workers == io) return;
        thread_yield();
    }
}

typedef struct Gate { // tasks that end when they are let
    Counter inside;
    Flag open;
} Gate;

static void wait_at_gate(void *arg, int slot)
{
    (void)slot;
    Gate *gate = arg;
    counter_add(&gate->inside, 1);
    while (!flag_get(&gate->open)) thread_yield();
}

static void threads_come_with_tasks_and_leave_when_idle(void **state)
{
    (void)state;
    enum { TASKS = 12 };
    PoolSpec spec = {.cpu_workers = 1, .cpu_ceiling = 4, .io_workers = 1, .io_ceiling = 3};
    spec.idle_ns = 1; // gone as soon as there is nothing to do
    Pool *pool = pool_new(spec);
    assert_int_equal(pool_slots(pool), 5);
    assert_int_equal(pool_stats(pool).cpu.workers, 1);
    assert_int_equal(pool_stats(pool).io.workers, 0); // none before the first task
    Gate gate = {0};
    Group group;
    group_init(&group, pool, NULL);
    for (int i = 0; i < TASKS; i++) group_submit(&group, 0, wait_at_gate, &gate);
    for (int i = 0; i < TASKS; i++) pool_submit_io(&group, wait_at_gate, &gate);
    wait_for_workers(pool, 4, 3);
    while (counter_get(&gate.inside) < 7) thread_yield();
    PoolStats full = pool_stats(pool);
    assert_int_equal(full.cpu.busy, 4);
    assert_int_equal(full.io.busy, 3);
    assert_int_equal(full.cpu.queued, TASKS - 4);
    assert_int_equal(full.io.queued, TASKS - 3);
    assert_int_equal(full.cpu.grown, 3);
    assert_int_equal(full.io.grown, 2);
    assert_true(full.cpu.saturated > 0 && full.cpu.saturated <= TASKS);
    assert_true(full.io.saturated >= 3 && full.io.saturated <= TASKS);
    flag_set(&gate.open, 1);
    group_wait(&group);
    wait_for_workers(pool, 1, 1);
    PoolStats after = pool_stats(pool);
    assert_int_equal(after.cpu.done, TASKS);
    assert_int_equal(after.io.done, TASKS);
    assert_int_equal(after.cpu.shrunk, 3);
    assert_int_equal(after.io.shrunk, 2);
    assert_true(after.cpu.queued_most >= TASKS - 4);
    assert_int_equal(after.cpu.queued + after.io.queued, 0);
    for (int i = 0; i < TASKS; i++) pool_submit_io(&group, wait_at_gate, &gate); // and again
    group_wait(&group);
    assert_int_equal(pool_stats(pool).io.done, 2 * TASKS);
    pool_free(pool);
}

static void detached_tasks_run_before_the_pool_is_gone(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        Counter runs = {0};
        Pool *pool = pool_new(sizes[i]);
        for (int j = 0; j < 100; j++) pool_detach_cpu(pool, count_task, &runs);
        for (int j = 0; j < 100; j++) pool_detach_io(pool, count_task, &runs);
        pool_stop(pool);
        assert_int_equal(counter_get(&runs), 200);
        pool_detach_cpu(pool, count_task, &runs);
        pool_free(pool);
        assert_int_equal(counter_get(&runs), 201);
    }
}

int runtime_pool_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_that_submit_tasks_run_once),
        cmocka_unit_test(each_covers_every_index_once),
        cmocka_unit_test(each_stops_when_cancelled),
        cmocka_unit_test(cancelled_group_drops_and_counts),
        cmocka_unit_test(deadline_stops),
        cmocka_unit_test(io_tasks_and_drain),
        cmocka_unit_test(stop_runs_what_is_queued_and_later_tasks_inline),
        cmocka_unit_test(many_threads_may_wait_at_once),
        cmocka_unit_test(threads_come_with_tasks_and_leave_when_idle),
        cmocka_unit_test(detached_tasks_run_before_the_pool_is_gone),
    };
    return RUN_TESTS(tests);
}
