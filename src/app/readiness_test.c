// app/readiness_test.c - ready before, while and after cells are preloaded, with and without them.
#include "op/readiness.h"

#include "app/context.h"
#include "support/check.h"

static Flag broken;

static Fail build_part(Ctx *cx, CellBuild *build, void **out)
{
    if (flag_get(&broken)) return FAIL(cx->arena, DAMAGED, "broken on purpose");
    *out = ARENA_NEW(build->arena, int);
    return NULL;
}

static const CellSpec part = {.name = "faiss", .build = build_part};
static const CellSpec *const parts[] = {&part, NULL};
static const ContextOverrides overrides = {.cells = parts};

static Context *open_with(Ctx *cx, const char *preload, bool required)
{
    Context *context = NULL;
    const char *settings[] = {
        preload, required ? "server.preload_required=1" : "server.preload_required=0", NULL};
    ContextSpec spec = {.config = {.no_file = true, .timeout_s = -1, .overrides = settings},
                        .root = {".", 1},
                        .preloads_later = true,
                        .overrides = &overrides};
    assert_null(context_open(cx, &spec, &context));
    return context;
}

static Cell *cell_of(Ctx *cx, const Context *context)
{
    Cell *cell = NULL;
    assert_null(cells_find(cx->arena, context_env(context)->cells, STR("faiss"), &cell));
    return cell;
}

static Readiness look(Ctx *cx, const Context *context)
{
    Readiness readiness;
    readiness_look(cx->arena, context_env(context), &readiness);
    return readiness;
}

static void must_be(const Readiness *now, bool ready, const char *reason, const char *limit)
{
    assert_int_equal(now->ready, ready);
    assert_int_equal(now->reasons.count, reason ? 1 : 0);
    assert_int_equal(now->limits.count, limit ? 1 : 0);
    if (reason) CHECK_STR(now->reasons.items[0], str_from(reason));
    if (limit) CHECK_STR(now->limits.items[0], str_from(limit));
}

// Looking builds nothing, so only preloading makes it ready.
static void after_preloading(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Preloaded preloaded;
    flag_set(&broken, 0);
    Context *context = open_with(&cx, "server.preload=faiss", false);
    for (int i = 0; i < 2; i++) {
        Readiness before = look(&cx, context);
        must_be(&before, false, "faiss: not built yet", NULL);
        assert_true(before.cells.count > 5);
    }
    assert_null(context_preload(&cx, context, &preloaded));
    Readiness after = look(&cx, context);
    must_be(&after, true, NULL, NULL);
    assert_int_equal(after.preloaded.count, 1);
    cell_invalidate(&cx, cell_of(&cx, context)); // the next request builds it again
    after = look(&cx, context);
    must_be(&after, true, NULL, NULL);
    context_free(context);
    arena_fini(&arena);
}

static void with_a_failure(void **state)
{
    (void)state;
    for (int required = 0; required < 2; required++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Preloaded preloaded;
        flag_set(&broken, 1);
        Context *context = open_with(&cx, "server.preload=faiss", required);
        Fail fail = context_preload(&cx, context, &preloaded);
        assert_int_equal(fail ? 1 : 0, required);
        Readiness now = look(&cx, context);
        static const char says[] = "faiss: broken on purpose";
        must_be(&now, !required, required ? says : NULL, required ? NULL : says);
        flag_set(&broken, 0);
        const void *value = NULL;
        Arena request = {0};
        Ctx inside = {.arena = &request};
        assert_null(cell_get(&inside, cell_of(&cx, context), &value));
        now = look(&cx, context); // it came back by itself
        must_be(&now, true, NULL, NULL);
        arena_fini(&request);
        context_free(context);
        arena_fini(&arena);
    }
}

// Nothing is asked for: ready at once. All: plug-ins that are not there do not count.
static void none_and_all(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Preloaded preloaded;
    flag_set(&broken, 0);
    Context *context = open_with(&cx, "server.preload=", true);
    Readiness now = look(&cx, context);
    must_be(&now, true, NULL, NULL);
    context_free(context);
    context = open_with(&cx, "server.preload=all", true);
    now = look(&cx, context);
    assert_false(now.ready);
    assert_int_equal(now.preloaded.count, now.cells.count);
    assert_null(context_preload(&cx, context, &preloaded));
    now = look(&cx, context);
    assert_true(now.ready);
    context_free(context);
    arena_fini(&arena);
}

int app_readiness_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_preloading),
        cmocka_unit_test(with_a_failure),
        cmocka_unit_test(none_and_all),
    };
    return RUN_TESTS(tests);
}
