// service/scope_test.c - scopes of sessions: in one process, in two through Redis, while that is
// away.
#include "service/scope.h"

#include <poll.h>

#include "base/clock.h"
#include "runtime/cell.h"
#include "runtime/redis.h"
#include "support/check.h"
#include "support/fake_redis.h"

enum { ASKERS = 6 };

static const Str langs[] = {{"go", 2}, {"c", 1}};
static const Str folders[] = {{"server", 6}};
static const Scope some = {.lang = {langs, 2}, .in = {folders, 1}};
static const Scope other = {.glob = {folders, 1}};

typedef struct Rig {
    Arena arena;
    Ctx cx;
    int64_t now_ns;
    Str url;
    FakeRedis *fake;
    CellHost *host;
    Cell *cell;
    ScopeStore *stores[2]; // of two processes
} Rig;

static int64_t fake_ns(void *clock)
{
    return *(const int64_t *)clock;
}

static Fail build_redis(Ctx *cx, CellBuild *build, void **out)
{
    Rig *rig = build->owner;
    RedisSpec spec = {.url = rig->url,
                      .timeout_ms = 20000,
                      .retry_ms = 1000,
                      .now_ns = fake_ns,
                      .clock = &rig->now_ns};
    return redis_new(cx->arena, &spec, (Redis **)out);
}

static Fail close_redis(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    redis_free(value);
    return NULL;
}

static const CellSpec redis_spec = {.name = "redis", .build = build_redis, .dispose = close_redis};

static void rig_make(Rig *rig, bool shared)
{
    *rig = (Rig){.now_ns = NS_PER_S};
    rig->cx.arena = &rig->arena;
    ScopeSpec spec = {.ttl_s = 100,
                      .most_sessions = 3,
                      .folder = STR("/w"),
                      .now_ns = fake_ns,
                      .clock = &rig->now_ns};
    if (shared) {
        CellHostSpec host = {.owner = rig};
        rig->fake = fake_redis_start();
        rig->url = fake_redis_url(&rig->arena, rig->fake);
        rig->host = cell_host_new(&host);
        rig->cell = cell_new(rig->host, &redis_spec, NULL);
        spec.redis = rig->cell;
    }
    for (size_t i = 0; i < 2; i++) rig->stores[i] = scope_store_new(&spec);
}

static void rig_end(Rig *rig)
{
    for (size_t i = 0; i < 2; i++) scope_store_free(rig->stores[i]);
    if (rig->cell) {
        assert_true(cell_free(rig->cell));
        cell_host_free(rig->host);
        fake_redis_stop(rig->fake);
    }
    arena_fini(&rig->arena);
}

static ScopeAnswer get(Rig *rig, size_t store, const char *session)
{
    ScopeAnswer answer;
    assert_null(scope_get(&rig->cx, rig->stores[store], str_from(session), &answer));
    return answer;
}

static ScopeAnswer set(Rig *rig, size_t store, const char *session, const Scope *scope)
{
    ScopeAnswer answer;
    assert_null(scope_set(&rig->cx, rig->stores[store], str_from(session), scope, 0, &answer));
    return answer;
}

static ScopeAnswer clear(Rig *rig, size_t store, const char *session)
{
    ScopeAnswer answer;
    assert_null(scope_clear(&rig->cx, rig->stores[store], str_from(session), &answer));
    return answer;
}

static void must_be_some(const ScopeAnswer *answer)
{
    assert_true(answer->found);
    assert_int_equal(answer->scope.lang.count, 2);
    CHECK_STR(answer->scope.lang.items[0], langs[0]);
    CHECK_STR(answer->scope.lang.items[1], langs[1]);
    assert_int_equal(answer->scope.in.count, 1);
    CHECK_STR(answer->scope.in.items[0], folders[0]);
    assert_int_equal(answer->scope.glob.count, 0);
}

static void in_one_process(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, false);
    assert_false(get(&rig, 0, "a").found);
    ScopeAnswer answer = set(&rig, 0, "a", &some);
    must_be_some(&answer);
    assert_int_equal(answer.left_s, 100);
    rig.now_ns += 99 * NS_PER_S;
    answer = get(&rig, 0, "a");
    must_be_some(&answer);
    assert_int_equal(answer.left_s, 1);
    assert_int_equal(answer.limit.len, 0);
    rig.now_ns += NS_PER_S;
    assert_false(get(&rig, 0, "a").found);
    set(&rig, 0, "a", &some);
    assert_false(get(&rig, 1, "a").found); // another process
    assert_false(clear(&rig, 0, "a").found);
    assert_false(get(&rig, 0, "a").found);
    rig_end(&rig);
}

// The session that was used longest ago goes.
static void most_sessions(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, false);
    set(&rig, 0, "a", &some);
    set(&rig, 0, "b", &some);
    set(&rig, 0, "c", &some);
    assert_true(get(&rig, 0, "a").found);
    set(&rig, 0, "d", &some);
    assert_true(get(&rig, 0, "a").found);
    assert_true(get(&rig, 0, "c").found);
    assert_true(get(&rig, 0, "d").found);
    assert_false(get(&rig, 0, "b").found);
    rig_end(&rig);
}

static void bad_ones(void **state)
{
    (void)state;
    Rig rig;
    ScopeAnswer answer;
    static const char *const names[] = {"", "a b", "a/b", "a\n", "\xc3\xa4"};
    rig_make(&rig, false);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Fail fail = scope_get(&rig.cx, rig.stores[0], str_from(names[i]), &answer);
        assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
    }
    Str *many = ARENA_ARRAY(&rig.arena, Str, SCOPE_MOST_ITEMS + 1);
    Scope large = {.lang = {many, SCOPE_MOST_ITEMS + 1}};
    Fail fail = scope_set(&rig.cx, rig.stores[0], STR("a"), &large, 0, &answer);
    assert_int_equal(fail->kind, PROBLEM_TOO_LARGE);
    rig_end(&rig);
}

// What one process sets another sees; what it knows it believes for SCOPE_FRESH_S.
static void in_two_processes(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, true);
    set(&rig, 0, "a", &some);
    ScopeAnswer answer = get(&rig, 1, "a");
    must_be_some(&answer);
    assert_in_range(answer.left_s, 98, 100); // by the wall clock
    set(&rig, 0, "a", &other);
    answer = get(&rig, 1, "a");
    must_be_some(&answer); // its own copy
    rig.now_ns += SCOPE_FRESH_S * NS_PER_S;
    answer = get(&rig, 1, "a");
    assert_int_equal(answer.scope.glob.count, 1);
    assert_false(clear(&rig, 1, "a").found);
    rig.now_ns += SCOPE_FRESH_S * NS_PER_S;
    assert_false(get(&rig, 0, "a").found);
    rig_end(&rig);
}

// What is no scope is none.
static void rubbish(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "{\"lang\":1}",
                                        "{\"lang\":[],\"in\":[]}",
                                        "\xff\xfe",
                                        "{\"lang\":[1],\"in\":[],\"glob\":[],\"until\":9}"};
    Rig rig;
    rig_make(&rig, true);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        set(&rig, 0, "a", &some);
        fake_redis_poke(rig.fake, ":a", str_from(texts[i]));
        rig.now_ns += SCOPE_FRESH_S * NS_PER_S;
        ScopeAnswer answer = get(&rig, 0, "a");
        assert_false(answer.found);
        assert_int_equal(answer.limit.len, 0);
    }
    rig_end(&rig);
}

static void must_say(Str text, const char *part)
{
    if (!str_contains(text, str_from(part))) fail_msg("no %s in " STR_FMT, part, STR_ARG(text));
}

// Redis goes: what was known is used, and said to be so. It comes back: it is told what it missed.
static void an_outage(void **state)
{
    (void)state;
    Rig rig;
    Str kept;
    rig_make(&rig, true);
    set(&rig, 0, "a", &some);
    set(&rig, 0, "b", &some);
    fake_redis_fault(rig.fake, FAKE_GONE);
    rig.now_ns += SCOPE_FRESH_S * NS_PER_S;
    ScopeAnswer answer = get(&rig, 0, "a");
    must_be_some(&answer);
    must_say(answer.limit, "the scope is as this process last knew it");
    answer = set(&rig, 0, "a", &other);
    assert_int_equal(answer.scope.glob.count, 1);
    must_say(answer.limit, "only this process knows of the change");
    answer = clear(&rig, 0, "b");
    assert_false(answer.found);
    must_say(answer.limit, "only this process knows of the change");
    assert_false(get(&rig, 1, "a").found); // never knew it
    must_say(get(&rig, 1, "a").limit, "no scope is known to this process");
    fake_redis_fault(rig.fake, FAKE_WELL);
    rig.now_ns += 1001 * NS_PER_MS;
    answer = get(&rig, 0, "a");
    assert_int_equal(answer.scope.glob.count, 1);
    assert_int_equal(answer.limit.len, 0);
    assert_int_equal(get(&rig, 1, "a").scope.glob.count, 1);
    assert_false(get(&rig, 0, "b").found);
    assert_false(fake_redis_peek(&rig.arena, rig.fake, ":b", &kept));
    assert_true(scope_stats(rig.stores[0]).outages >= 3);
    rig_end(&rig);
}

typedef struct Asker {
    Rig *rig;
    Thread thread;
    bool found;
} Asker;

static void ask_once(void *arg)
{
    Asker *asker = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    ScopeAnswer answer;
    Fail fail = scope_get(&cx, asker->rig->stores[1], STR("a"), &answer);
    asker->found = !fail && answer.found;
    arena_fini(&arena);
}

// Many ask at once: one question.
static void one_question(void **state)
{
    (void)state;
    Rig rig;
    Asker askers[ASKERS];
    rig_make(&rig, true);
    set(&rig, 0, "a", &some);
    rig.url = STR_NONE; // its cell is built already
    uint64_t before = fake_redis_requests(rig.fake, "GET");
    fake_redis_hold(rig.fake, true);
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i] = (Asker){.rig = &rig};
        assert_true(thread_start(&askers[i].thread, ask_once, &askers[i], "asker"));
    }
    while (!fake_redis_held(rig.fake) || scope_stats(rig.stores[1]).waited < ASKERS - 1)
        poll(NULL, 0, 1);
    fake_redis_hold(rig.fake, false);
    for (size_t i = 0; i < ASKERS; i++) {
        thread_join(&askers[i].thread);
        assert_true(askers[i].found);
    }
    assert_int_equal(fake_redis_requests(rig.fake, "GET") - before, 1);
    rig_end(&rig);
}

int service_scope_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_one_process),
        cmocka_unit_test(most_sessions),
        cmocka_unit_test(bad_ones),
#if __has_include(<hiredis/hiredis.h>)
        cmocka_unit_test(in_two_processes),
        cmocka_unit_test(rubbish),
        cmocka_unit_test(an_outage),
        cmocka_unit_test(one_question),
#endif
    };
    return RUN_TESTS(tests);
}
