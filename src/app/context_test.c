// app/context_test.c - what the policy does to the pool and the time limit of a request;
// preloading, closing, parts replaced.
#include "app/context.h"

#include <stdlib.h>

#include "index/opened.h"
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
        assert_int_equal(setenv("CQ_PRELOAD", "cache,grammar.c", 1), 0);
        assert_null(context_open(&cx, &spec, &context));
        assert_null(context_run(&cx, context, &watching, NULL, &info, &result));
        assert_int_equal(result.finding_count, one ? 0 : 2);
        context_free(context);
        assert_int_equal(setenv("CQ_PRELOAD", "grammar.d", 1), 0);
        Fail fail = context_open(&cx, &spec, &context);
        unsetenv("CQ_PRELOAD");
        if (one) context_free(context);
        else
            CHECK_STR(fail->detail, STR("environment CQ_PRELOAD: server.preload: there is no "
                                        "runtime cell \"grammar.d\"; "
                                        "did you mean grammar.c?"));
        arena_fini(&arena);
    }
}

// --- closing; parts replaced

enum { PARTS = 3 };
static Counter closed_at[PARTS], closings;

static Fail build_part(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    *out = ARENA_NEW(build->arena, Opened); // without a snapshot
    return NULL;
}

static Fail close_part(size_t part)
{
    counter_add(&closed_at[part], counter_add(&closings, 1) + 1);
    return NULL;
}

static Fail close_index(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner, (void)value;
    return close_part(0);
}

static Fail close_faiss(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner, (void)value;
    return close_part(1);
}

static Fail close_ann(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner, (void)value;
    return close_part(2);
}

static int64_t fake_ns(void *clock)
{
    return *(const int64_t *)clock;
}

static const char *const ann_needs[] = {"index", "faiss", NULL};
static const CellSpec index_part = {.name = "index", .build = build_part, .dispose = close_index};
static const CellSpec faiss_part = {.name = "faiss", .build = build_part, .dispose = close_faiss};
static const CellSpec ann_part = {
    .name = "ann", .needs = ann_needs, .build = build_part, .dispose = close_ann};
static const CellSpec *const parts[] = {&index_part, &faiss_part, &ann_part, NULL};

static const ContextClosed *close_now(Ctx *cx, Context *context)
{
    ContextClosed *closed = ARENA_NEW(cx->arena, ContextClosed);
    context_close(cx, context, 0, closed);
    return closed;
}

static CellClosed row_of(const ContextClosed *closed, const char *name)
{
    for (size_t i = 0; i < closed->count; i++)
        if (!strcmp(closed->rows[i].name, name)) return closed->rows[i].closed;
    fail_msg("no row %s", name);
    return (CellClosed){0};
}

// What needs others goes first; a lease outlasts the close and is told of; again closes nothing.
static void test_close(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Context *context = NULL;
    int64_t now_ns = 5;
    Lease lease = {0};
    const char *const settings[] = {"server.preload=ann", NULL};
    ContextOverrides overrides = {.cells = parts, .now_ns = fake_ns, .clock = &now_ns};
    ContextSpec spec = {.config = {.no_file = true, .timeout_s = -1, .overrides = settings},
                        .root = {".", 1},
                        .overrides = &overrides};
    for (size_t i = 0; i < PARTS; i++) closed_at[i] = (Counter){0};
    closings = (Counter){0};
    assert_null(context_open(&cx, &spec, &context));
    assert_null(cell_lease(&cx, context_env(context)->opened, &lease));
    const ContextClosed *first = close_now(&cx, context);
    assert_false(first->busy);
    assert_int_equal(first->leased, 1);
    assert_int_equal(row_of(first, "ann").status, CELL_OK);
    assert_int_equal(row_of(first, "faiss").status, CELL_OK);
    assert_int_equal(row_of(first, "index").status, CELL_DEFERRED);
    assert_int_equal(row_of(first, "index").leases, 1);
    assert_int_equal(row_of(first, "cache").status, CELL_NOOP);
    assert_int_equal(counter_get(&closed_at[2]), 1); // before what it stands on
    assert_int_equal(counter_get(&closed_at[1]), 2);
    assert_int_equal(counter_get(&closed_at[0]), 0);
    lease_release(&lease);
    assert_int_equal(counter_get(&closed_at[0]), 3);
    const ContextClosed *second = close_now(&cx, context);
    assert_int_equal(second->leased, 0);
    for (size_t i = 0; i < second->count; i++)
        assert_int_equal(second->rows[i].closed.status, CELL_NOOP);
    context_free(context);
    assert_int_equal(counter_get(&closings), PARTS);
    arena_fini(&arena);
}

// Parts that are not there are mistakes of the test.
static void test_overrides(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Context *context = NULL;
    static const CellSpec stray = {.name = "indx", .build = build_part};
    static const CellSpec *const strays[] = {&stray, NULL};
    ContextOverrides overrides = {.cells = strays};
    const char *const settings[] = {"server.prelod=ann", NULL};
    ContextSpec spec = {
        .config = {.no_file = true, .timeout_s = -1}, .root = {".", 1}, .overrides = &overrides};
    Fail fail = context_open(&cx, &spec, &context);
    CHECK_STR(fail->detail,
              STR("there is no runtime cell \"indx\" to replace; did you mean index?"));
    spec.config.overrides = settings;
    fail = context_open(&cx, &spec, &context);
    CHECK_STR(fail->detail, STR("option override: no such setting"));
    arena_fini(&arena);
}

static Fail build_nothing(Ctx *cx, CellBuild *build, void **out)
{
    (void)build, (void)out;
    return FAIL(cx->arena, DAMAGED, "broken on purpose");
}

// A failure is told; it is fatal when it is configured to be.
static void test_preload_fails(void **state)
{
    (void)state;
    static const CellSpec bad = {.name = "embedder", .build = build_nothing};
    static const CellSpec *const cells[] = {&bad, NULL};
    ContextOverrides overrides = {.cells = cells};
    for (int required = 0; required < 2; required++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Context *context = NULL;
        Preloaded preloaded;
        const char *const settings[] = {
            "server.preload=embedder,grammar.c",
            required ? "server.preload_required=true" : "server.preload_required=false", NULL};
        ContextSpec spec = {.config = {.no_file = true, .timeout_s = -1, .overrides = settings},
                            .root = {".", 1},
                            .overrides = &overrides};
        Fail fail = context_open(&cx, &spec, &context);
        if (required)
            CHECK_STR(fail->detail, STR("server.preload_required: embedder cannot be had: broken "
                                        "on purpose"));
        else assert_null(fail);
        spec.preloads_later = true;
        if (required) assert_null(context_open(&cx, &spec, &context));
        fail = context_preload(&cx, context, &preloaded);
        assert_int_equal(fail ? 1 : 0, required);
        assert_int_equal(preloaded.count, 2);
        assert_int_equal(preloaded.failed, 1);
        assert_null(preloaded.rows[1].fail);
        context_free(context);
        arena_fini(&arena);
    }
}

// Settings that contradict each other do not serve; a single command says so in its answer.
static void test_verify(void **state)
{
    (void)state;
    static const char *const settings[] = {"find.dense=on", "embed.backend=none", NULL};
    for (int one = 0; one < 2; one++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Context *context = NULL;
        ContextSpec spec = {.config = {.no_file = true, .timeout_s = -1, .overrides = settings},
                            .root = {".", 1},
                            .one_request = one};
        Fail fail = context_open(&cx, &spec, &context);
        assert_int_equal(fail ? 1 : 0, !one);
        if (fail) assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
        context_free(context);
        arena_fini(&arena);
    }
}

int app_context_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool),          cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_fails),         cmocka_unit_test(test_preload),
        cmocka_unit_test(test_preload_fails), cmocka_unit_test(test_close),
        cmocka_unit_test(test_overrides),     cmocka_unit_test(test_verify),
    };
    return RUN_TESTS(tests);
}
