// app/context_test.c - what the policy does to the pool and the time limit of a request.
#include "app/context.h"

#include <stdlib.h>

#include "runtime/cells.h"
#include "runtime/pool.h"
#include "support/check.h"

static Fail take_slots(Ctx *cx, const Env *env, const void *args, Result *out)
{
    (void)cx;
    (void)args;
    out->finding_count = (size_t)pool_slots(env->pool); // CPU workers and the caller
    return NULL;
}

static const OpSpec counting = {.name = "count", .run = take_slots};

static void test_pool(void **state)
{
    (void)state;
    static const struct {
        int64_t workers;
        size_t slots;
    } cases[] = {{0, 1}, {1, 2}, {3, 4}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Context *context = NULL;
        RunInfo info = {0};
        Result result = {0};
        ContextSpec spec = {.config = {.no_file = true, .cpu_workers = cases[i].workers},
                            .root = {".", 1},
                            .command = {"search", 6}};
        assert_null(context_open(&cx, &spec, &context));
        assert_null(context_run(&cx, context, &counting, NULL, &info, &result));
        assert_int_equal(result.finding_count, cases[i].slots);
        context_free(context);
        arena_fini(&arena);
    }
}

static void test_timeout(void **state)
{
    (void)state;
    static const double seconds[] = {0, 1000};
    for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Context *context = NULL;
        ContextSpec spec = {.config = {.no_file = true, .timeout_s = seconds[i]}, .root = {".", 1}};
        assert_null(context_open(&cx, &spec, &context));
        Ctx request = context_request(context, &arena, NULL);
        assert_int_equal(request.deadline_ns > 0, seconds[i] > 0);
        context_free(context);
        arena_fini(&arena);
    }
}

// The Problem outlives the context that could not be opened.
static void test_fails(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Context *context = NULL;
    ContextSpec spec = {.config = {.file = {"/nonexistent/file", 17}}, .root = {".", 1}};
    Fail fail = context_open(&cx, &spec, &context);
    assert_null(context);
    assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
    CHECK_STR(fail->detail, STR("option --config: cannot open /nonexistent/file: No such file or "
                                "directory"));
    spec = (ContextSpec){.config = {.no_file = true, .cpu_workers = 1024}, .root = {".", 1}};
    fail = context_open(&cx, &spec, &context);
    CHECK_STR(fail->detail, STR("option --threads: parallelism.cpu_workers must be a whole number "
                                "from 0 to 1023, not \"1024\""));
    context_free(NULL);
    arena_fini(&arena);
}

static Fail take_cells(Ctx *cx, const Env *env, const void *args, Result *out)
{
    (void)args;
    CellSnapshot *rows = NULL;
    size_t count = 0;
    cells_snapshot(cx->arena, env->cells, &rows, &count);
    for (size_t i = 0; i < count; i++) out->finding_count += rows[i].state == CELL_READY;
    return NULL;
}

static const OpSpec watching = {.name = "watch", .run = take_cells};

// What is to be built at the start is, unless the process ends after one request.
static void test_preload(void **state)
{
    (void)state;
    for (int one = 0; one < 2; one++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Context *context = NULL;
        RunInfo info = {0};
        Result result = {0};
        ContextSpec spec = {.config = {.no_file = true}, .root = {".", 1}, .one_request = one};
        assert_int_equal(setenv("CQ_RUNTIME_PRELOAD", "cache,grammar.c", 1), 0);
        assert_null(context_open(&cx, &spec, &context));
        assert_null(context_run(&cx, context, &watching, NULL, &info, &result));
        assert_int_equal(result.finding_count, one ? 0 : 2);
        context_free(context);
        assert_int_equal(setenv("CQ_RUNTIME_PRELOAD", "grammar.d", 1), 0);
        Fail fail = context_open(&cx, &spec, &context);
        unsetenv("CQ_RUNTIME_PRELOAD");
        if (one) context_free(context);
        else
            CHECK_STR(fail->detail, STR("runtime.preload: there is no runtime cell \"grammar.d\"; "
                                        "did you mean grammar.c?"));
        arena_fini(&arena);
    }
}

int app_context_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_fails),
        cmocka_unit_test(test_preload),
    };
    return RUN_TESTS(tests);
}
