// base/sync_test.c - lock ranks, waiting with a deadline, counters under contention; the log.
#include "base/sync.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "support/check.h"

// The signal that ends a child which takes the two locks in this order, or 0.
static int signal_of_order(LockRank first, LockRank second)
{
    pid_t child = fork();
    if (child == 0) {
        Mutex a, b;
        close(STDERR_FILENO);
        mutex_init(&a, first);
        mutex_init(&b, second);
        mutex_lock(&a);
        mutex_lock(&b);
        mutex_unlock(&b);
        mutex_unlock(&a);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void lock_order_is_enforced(void **state)
{
    (void)state;
    assert_int_equal(signal_of_order(RANK_APP, RANK_POOL), 0);
    assert_int_equal(signal_of_order(RANK_POOL, RANK_APP), SIGABRT);
    assert_int_equal(signal_of_order(RANK_POOL, RANK_POOL), SIGABRT);
}

static void held_locks_are_known(void **state)
{
    (void)state;
    Mutex mutex;
    mutex_init(&mutex, RANK_SERVICE);
    assert_false(mutex_held_by_rank(RANK_SERVICE));
    mutex_lock(&mutex);
    assert_true(mutex_held_by_rank(RANK_SERVICE));
    mutex_unlock(&mutex);
    assert_false(mutex_held_by_rank(RANK_SERVICE));
    mutex_fini(&mutex);
}

typedef struct SlotUser {
    Thread thread;
    Counter *here, *leave;
    int slot;
} SlotUser;

static void use_slot(void *arg)
{
    SlotUser *user = arg;
    user->slot = thread_slot();
    counter_add(user->here, 1);
    while (!counter_get(user->leave)) thread_yield();
    assert_int_equal(thread_slot(), user->slot);
}

// More threads than slots, all alive: no number is given twice but the shared one.
static void living_threads_have_numbers_of_their_own(void **state)
{
    (void)state;
    enum { THREADS = THREAD_SLOTS + 8 };
    static SlotUser users[THREADS];
    for (int round = 0; round < 2; round++) {
        Counter here = {0}, leave = {0};
        int times[THREAD_SLOTS + 1] = {0};
        times[thread_slot()]++;
        for (int i = 0; i < THREADS; i++) {
            users[i] = (SlotUser){.here = &here, .leave = &leave};
            assert_true(thread_start(&users[i].thread, use_slot, &users[i], "slot"));
        }
        while (counter_get(&here) < THREADS) thread_yield();
        counter_add(&leave, 1);
        for (int i = 0; i < THREADS; i++) {
            thread_join(&users[i].thread);
            times[users[i].slot]++;
        }
        for (int i = 0; i < THREAD_SLOTS; i++) assert_int_equal(times[i], 1);
        assert_int_equal(times[THREAD_SLOTS], THREADS + 1 - THREAD_SLOTS);
    }
}

static void waiting_ends_at_the_deadline(void **state)
{
    (void)state;
    Mutex mutex;
    Cond cond;
    mutex_init(&mutex, RANK_SERVICE);
    cond_init(&cond);
    mutex_lock(&mutex);
    int64_t deadline = clock_now_ns() + NS_PER_MS;
    while (cond_wait_until(&cond, &mutex, deadline)) {} // nobody signals: only spurious wake-ups
    assert_true(clock_now_ns() >= deadline);
    mutex_unlock(&mutex);
    cond_fini(&cond);
    mutex_fini(&mutex);
}

static void count(void *arg)
{
    for (int i = 0; i < 10000; i++) counter_add(arg, 1);
}

static void counters_lose_nothing(void **state)
{
    (void)state;
    Counter counter = {0};
    Thread threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_true(thread_start(&threads[i], count, &counter, "test"));
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) thread_join(&threads[i]);
    assert_int_equal(counter_get(&counter), 40000);
}

// What a log at level info writes for one event at `level`.
static Str logged(Arena *arena, LogLevel level, bool json)
{
    int ends[2];
    Log log;
    Str text = {0};
    assert_int_equal(pipe(ends), 0);
    log_init(&log, (OsFile){ends[1]}, LOG_INFO, json);
    Ctx cx = {.arena = arena, .log = &log, .request_id = STR("r1")};
    log_event(&cx, level, "git.fallback", LOG_STR("reason", STR("a \"b\"")), LOG_INT("exit", 3));
    log_fini(&log);
    close(ends[1]);
    assert_null(os_read_all(&cx, (OsFile){ends[0]}, 4096, &text));
    close(ends[0]);
    return text;
}

static void events_are_lines(void **state)
{
    (void)state;
    Arena arena = {0};
    const Json *event = NULL;
    CHECK_STR(logged(&arena, LOG_WARN, false),
              STR("cq: warn: git.fallback reason=a \"b\" exit=3\n"));
    CHECK_STR(logged(&arena, LOG_DEBUG, false), STR(""));
    Str line = logged(&arena, LOG_ERROR, true);
    assert_true(str_ends(line, STR("}\n")));
    assert_null(json_parse(&arena, line, &event));
    CHECK_STR(json_get(event, STR("level"))->string, STR("error"));
    CHECK_STR(json_get(event, STR("request_id"))->string, STR("r1"));
    CHECK_STR(json_get(event, STR("reason"))->string, STR("a \"b\""));
    assert_int_equal(json_get(event, STR("exit"))->integer, 3);
    CHECK_STR(clock_rfc3339(&arena, 951782400123), STR("2000-02-29T00:00:00.123Z"));
    arena_fini(&arena);
}

int base_sync_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lock_order_is_enforced),
        cmocka_unit_test(held_locks_are_known),
        cmocka_unit_test(living_threads_have_numbers_of_their_own),
        cmocka_unit_test(waiting_ends_at_the_deadline),
        cmocka_unit_test(counters_lose_nothing),
        cmocka_unit_test(events_are_lines),
    };
    return RUN_TESTS(tests);
}
