// app/shared_test.c - results that machines share: what one keeps another finds; damage, and a
// Redis that is away, are misses.
#include "app/cells.h"

#include "runtime/redis.h"
#include "support/check.h"
#include "support/fake_redis.h"

#if __has_include(<hiredis/hiredis.h>)

typedef struct Local { // a disk cache of one value
    Str value;
    size_t puts;
} Local;

static bool local_get(Ctx *cx, void *self, Str key, Str *value)
{
    (void)cx, (void)key;
    const Local *local = self;
    if (local->value.ptr) *value = local->value;
    return local->value.ptr != NULL;
}

static void local_put(Ctx *cx, void *self, Str key, Str value, const RunSpec *run)
{
    (void)cx, (void)key, (void)value, (void)run;
    ((Local *)self)->puts++;
}

static Fail build_redis(Ctx *cx, CellBuild *build, void **out)
{
    RedisSpec spec = {.url = *(const Str *)build->owner, .timeout_ms = 20000, .retry_ms = 1};
    return redis_new(cx->arena, &spec, (Redis **)out);
}

static Fail close_redis(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    redis_free(value);
    return NULL;
}

static const CellSpec redis_spec = {.name = "redis", .build = build_redis, .dispose = close_redis};

static void shared_by_two(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    FakeRedis *fake = fake_redis_start();
    Str url = fake_redis_url(&arena, fake), value = STR_NONE, kept = STR_NONE;
    CellHostSpec host_spec = {.owner = &url};
    CellHost *host = cell_host_new(&host_spec);
    Cell *cell = cell_new(host, &redis_spec, NULL);
    Local locals[2] = {0};
    SharedStore stores[2];
    PlanStore plans[2];
    for (size_t i = 0; i < 2; i++) {
        stores[i] = (SharedStore){{&locals[i], local_get, local_put}, cell, 60};
        plans[i] = app_shared_store(&stores[i]);
    }
    RunSpec run = {0};
    Str key = STR("cq:cell:1:abc"), text = {"a\0result", 8};
    assert_false(plans[0].get(&cx, plans[0].self, key, &value));
    plans[0].put(&cx, plans[0].self, key, text, &run);
    assert_int_equal(locals[0].puts, 1);
    assert_true(plans[1].get(&cx, plans[1].self, key, &value));
    CHECK_STR(value, text);
    locals[1].value = STR("nearer");
    assert_true(plans[1].get(&cx, plans[1].self, key, &value));
    CHECK_STR(value, STR("nearer"));
    locals[1].value = STR_NONE;

    assert_true(fake_redis_peek(&arena, fake, "abc", &kept));
    char *damaged = (char *)(uintptr_t)kept.ptr;
    damaged[kept.len - 1] ^= 1;
    fake_redis_poke(fake, "abc", kept);
    assert_false(plans[1].get(&cx, plans[1].self, key, &value));
    fake_redis_poke(fake, "abc", STR("short"));
    assert_false(plans[1].get(&cx, plans[1].self, key, &value));

    fake_redis_fault(fake, FAKE_GONE);
    assert_false(plans[1].get(&cx, plans[1].self, key, &value));
    plans[1].put(&cx, plans[1].self, key, text, &run); // kept here, at least
    assert_int_equal(locals[1].puts, 1);

    SharedStore alone = {.local = {&locals[0], local_get, local_put}};
    assert_ptr_equal(app_shared_store(&alone).self, &locals[0]);
    assert_true(cell_free(cell));
    cell_host_free(host);
    fake_redis_stop(fake);
    arena_fini(&arena);
}

int app_shared_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shared_by_two)};
    return RUN_TESTS(tests);
}

#else

int app_shared_test(void)
{
    return 0; // nothing is shared without hiredis
}

#endif
