// runtime/redis_test.c - a Redis that answers, one that misbehaves in every way, one that comes
// back; the real server where it is installed.
#include "runtime/redis.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/check.h"
#include "support/fake_redis.h"
#include "support/folder.h"

#if __has_include(<hiredis/hiredis.h>)

enum { PATIENCE_MS = 20000, HASTE_MS = 500 };

typedef struct Rig {
    Arena arena;
    Ctx cx;
    FakeRedis *fake;
    Redis *redis;
    int64_t now_ns;
} Rig;

static int64_t fake_ns(void *clock)
{
    return *(const int64_t *)clock;
}

static void rig_make(Rig *rig, int64_t timeout_ms)
{
    *rig = (Rig){.fake = fake_redis_start()};
    rig->cx.arena = &rig->arena;
    RedisSpec spec = {.url = fake_redis_url(&rig->arena, rig->fake),
                      .timeout_ms = timeout_ms,
                      .retry_ms = 1000,
                      .now_ns = fake_ns,
                      .clock = &rig->now_ns};
    assert_null(redis_new(&rig->arena, &spec, &rig->redis));
}

static void rig_end(Rig *rig)
{
    redis_free(rig->redis);
    fake_redis_stop(rig->fake);
    arena_fini(&rig->arena);
}

static void must_hold(Ctx *cx, Redis *redis)
{
    Str value = STR_NONE, odd = {"\0\r\n\xff end", 8};
    bool found = true;
    assert_null(redis_ping(cx, redis));
    assert_null(redis_get(cx, redis, STR("cq:test:a"), &value, &found));
    assert_false(found);
    assert_null(redis_put(cx, redis, STR("cq:test:a"), odd, 60));
    assert_null(redis_get(cx, redis, STR("cq:test:a"), &value, &found));
    assert_true(found);
    CHECK_STR(value, odd);
    assert_null(redis_put(cx, redis, STR("cq:test:a"), STR(""), 0));
    assert_null(redis_get(cx, redis, STR("cq:test:a"), &value, &found));
    assert_true(found);
    assert_int_equal(value.len, 0);
    assert_null(redis_delete(cx, redis, STR("cq:test:a")));
    assert_null(redis_delete(cx, redis, STR("cq:test:a")));
    assert_null(redis_get(cx, redis, STR("cq:test:a"), &value, &found));
    assert_false(found);
}

static void keeps_values(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, PATIENCE_MS);
    must_hold(&rig.cx, rig.redis);
    assert_int_equal(fake_redis_connections(rig.fake), 1); // kept
    assert_int_equal(redis_stats(rig.redis).failures, 0);
    rig_end(&rig);
}

// Each fault is UNAVAILABLE, is not waited for again for retry_ms, and ends by itself.
static void comes_back(void **state)
{
    (void)state;
    for (int fault = FAKE_SILENT; fault <= FAKE_GONE; fault++) {
        Rig rig;
        Str value;
        bool found;
        rig_make(&rig, fault == FAKE_SILENT ? HASTE_MS : PATIENCE_MS);
        assert_null(redis_put(&rig.cx, rig.redis, STR("k"), STR("v"), 60));
        fake_redis_fault(rig.fake, (FakeFault)fault);
        Fail fail = redis_get(&rig.cx, rig.redis, STR("k"), &value, &found);
        assert_non_null(fail);
        assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
        if (fault != FAKE_WRONG) { // an answer, though none that can be used
            uint64_t connections = redis_stats(rig.redis).connections;
            assert_true(redis_stats(rig.redis).down);
            assert_non_null(redis_get(&rig.cx, rig.redis, STR("k"), &value, &found));
            assert_int_equal(redis_stats(rig.redis).spared, 1);
            assert_int_equal(redis_stats(rig.redis).connections, connections);
        }
        fake_redis_fault(rig.fake, FAKE_WELL);
        rig.now_ns += 1001 * NS_PER_MS;
        assert_null(redis_get(&rig.cx, rig.redis, STR("k"), &value, &found));
        CHECK_STR(value, STR("v"));
        assert_false(redis_stats(rig.redis).down);
        rig_end(&rig);
    }
}

// A server that was started again costs no failure: idle connections are tried, then made anew.
static void restart_is_unseen(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, PATIENCE_MS);
    assert_null(redis_ping(&rig.cx, rig.redis));
    fake_redis_fault(rig.fake, FAKE_GONE);
    fake_redis_fault(rig.fake, FAKE_WELL);
    assert_null(redis_ping(&rig.cx, rig.redis));
    assert_int_equal(redis_stats(rig.redis).failures, 0);
    assert_int_equal(redis_stats(rig.redis).connections, 2);
    rig_end(&rig);
}

static void asker(void *arg)
{
    Rig *rig = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (int i = 0; i < 50; i++) {
        Str value, key = str_format(&arena, "key-%d", i % 7);
        bool found;
        assert_null(redis_put(&cx, rig->redis, key, key, 60));
        assert_null(redis_get(&cx, rig->redis, key, &value, &found));
        CHECK_STR(value, key);
    }
    arena_fini(&arena);
}

static void many_threads(void **state)
{
    (void)state;
    Rig rig;
    Thread threads[4];
    rig_make(&rig, PATIENCE_MS);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_true(thread_start(&threads[i], asker, &rig, "asker"));
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) thread_join(&threads[i]);
    assert_true(fake_redis_connections(rig.fake) <= ARRAY_LEN(threads));
    rig_end(&rig);
}

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url, *says; // NULL: it is good
    } cases[] = {
        {"redis://localhost", NULL},
        {"redis://localhost:1/3", NULL},
        {"redis://[::1]:6379", NULL},
        {"redis://[::1]", NULL},
        {"unix:/run/redis.sock", NULL},
        {"http://localhost", "another scheme"},
        {"redis://", "the host is empty"},
        {"redis://:6379", "the host is empty"},
        {"redis://a:x", "a port or a database is no number in range"},
        {"redis://a:70000", "a port or a database is no number in range"},
        {"redis://a/x", "a port or a database is no number in range"},
        {"redis://[::1", "a bracket is open"},
        {"unix:", "the path is empty"},
        {"redis://:secret@a", "a password stands in the variable CQ_REDIS_PASSWORD"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Redis *redis = NULL;
        RedisSpec spec = {.url = str_from(cases[i].url), .timeout_ms = 1, .retry_ms = 1};
        Fail fail = redis_new(&arena, &spec, &redis);
        if (!cases[i].says && fail) fail_msg("%s: " STR_FMT, cases[i].url, STR_ARG(fail->detail));
        if (cases[i].says && (!fail || !str_contains(fail->detail, str_from(cases[i].says))))
            fail_msg("%s", cases[i].url);
        redis_free(redis);
        arena_fini(&arena);
    }
}

// --- the real one

static pid_t start_real(const Folder *folder, const char *socket)
{
    pid_t pid = fork();
    if (pid) return pid;
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--dir",
           folder->path, "--save", "", "--requirepass", "hush", "--logfile", "/dev/null",
           (char *)NULL);
    _exit(127);
}

static Redis *real_client(Arena *arena, const char *socket, const char *password)
{
    Redis *redis = NULL;
    RedisSpec spec = {.url = str_format(arena, "unix:%s", socket),
                      .password = str_from(password),
                      .timeout_ms = 5000,
                      .retry_ms = 1};
    assert_null(redis_new(arena, &spec, &redis));
    return redis;
}

static bool wait_for(Ctx *cx, Redis *redis, const char *socket)
{
    for (int i = 0; i < 1000; i++) {
        if (!access(socket, F_OK) && !redis_ping(cx, redis)) return true;
        poll(NULL, 0, 5);
    }
    return false;
}

static void the_real_one(void **state)
{
    (void)state;
    Folder folder;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    if (system("command -v redis-server >/dev/null 2>&1")) return; // not installed
    folder_make(&folder);
    const char *socket = str_format(&arena, "%s/s", folder.path).ptr;
    Redis *redis = real_client(&arena, socket, "hush");
    pid_t pid = start_real(&folder, socket);
    assert_true(wait_for(&cx, redis, socket));
    must_hold(&cx, redis);
    Redis *stranger = real_client(&arena, socket, "wrong");
    assert_int_equal(redis_ping(&cx, stranger)->kind, PROBLEM_UNAVAILABLE);
    redis_free(stranger);
    kill(pid, SIGKILL); // and back
    waitpid(pid, NULL, 0);
    Fail fail = redis_ping(&cx, redis);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    unlink(socket);
    pid = start_real(&folder, socket);
    assert_true(wait_for(&cx, redis, socket));
    must_hold(&cx, redis);
    redis_free(redis);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    folder_remove(&folder);
    arena_fini(&arena);
}

int runtime_redis_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_values), cmocka_unit_test(comes_back),
        cmocka_unit_test(many_threads), cmocka_unit_test(restart_is_unseen),
        cmocka_unit_test(addresses),    cmocka_unit_test(the_real_one),
    };
    return RUN_TESTS(tests);
}

#else // without hiredis: every call says so

static void says_so(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Redis *redis = NULL;
    RedisSpec spec = {.url = STR("redis://localhost"), .timeout_ms = 1, .retry_ms = 1};
    assert_null(redis_new(&arena, &spec, &redis));
    assert_int_equal(redis_ping(&cx, redis)->kind, PROBLEM_UNAVAILABLE);
    redis_free(redis);
    arena_fini(&arena);
}

int runtime_redis_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_so)};
    return RUN_TESTS(tests);
}

#endif
