// base/ctx_test.c
#include "base/ctx.h"

#include "base/clock.h"
#include "support/check.h"

static void sleeps(void **state)
{
    (void)state;
    Arena arena = {0};
    Flag cancel = {0};
    Ctx cx = {.arena = &arena, .cancel = &cancel};
    int64_t start_ns = clock_now_ns();
    assert_null(ctx_sleep(&cx, 0));
    assert_null(ctx_sleep(&cx, -NS_PER_S));
    assert_null(ctx_sleep(&cx, 2 * NS_PER_MS));
    assert_true(clock_now_ns() >= start_ns + 2 * NS_PER_MS);
    cx.deadline_ns = start_ns + 3 * NS_PER_MS;
    assert_int_equal(ctx_sleep(&cx, 3600 * NS_PER_S)->kind, PROBLEM_CANCELLED);
    cx.deadline_ns = 0;
    flag_set(&cancel, 1);
    assert_int_equal(ctx_sleep(&cx, 3600 * NS_PER_S)->kind, PROBLEM_CANCELLED);
    arena_fini(&arena);
}

int base_ctx_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sleeps)};
    return RUN_TESTS(tests);
}
