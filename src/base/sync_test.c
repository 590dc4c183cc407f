// base/sync_test.c - lock ranks, fences, waiting with a deadline, counters under contention; the
// log.
#include "base/sync.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

// "Store mine, then load yours", with a light fence on one side and a heavy one on the other: that
// both load the old value must never happen.
enum { FENCE_ROUNDS = 10000 };

typedef struct Duel {
    atomic_int light, heavy; // the round each has stored last
    int light_saw[FENCE_ROUNDS + 1];
    Counter arrived;
} Duel;

// Both leave together, each after a little while of its own.
static void meet(Duel *duel, int round, int pause)
{
    counter_add(&duel->arrived, 1);
    for (int i = 0; counter_get(&duel->arrived) < 2 * (uint64_t)round; i++)
        if (i > 2000) thread_yield();
    for (volatile int i = 0; i < pause; i++) {}
}

static void duel_light(void *arg)
{
    Duel *duel = arg;
    for (int round = 1; round <= FENCE_ROUNDS; round++) {
        meet(duel, round, round % 61);
        atomic_store_explicit(&duel->light, round, memory_order_relaxed);
        fence_light();
        duel->light_saw[round] = atomic_load_explicit(&duel->heavy, memory_order_relaxed);
    }
}

static int lost_duels(void)
{
    static Duel duel;
    static int heavy_saw[FENCE_ROUNDS + 1];
    Thread thread;
    int lost = 0;
    memset(&duel, 0, sizeof duel);
    fence_setup();
    if (!thread_start(&thread, duel_light, &duel, "light")) return -1;
    for (int round = 1; round <= FENCE_ROUNDS; round++) {
        meet(&duel, round, round % 67);
        atomic_store_explicit(&duel.heavy, round, memory_order_relaxed);
        fence_heavy();
        heavy_saw[round] = atomic_load_explicit(&duel.light, memory_order_relaxed);
    }
    thread_join(&thread);
    for (int round = 1; round <= FENCE_ROUNDS; round++)
        lost += heavy_saw[round] < round && duel.light_saw[round] < round;
    return lost;
}

// Takes membarrier(2) away from this process, as some containers do.
static bool forbid_membarrier(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = ARRAY_LEN(filter), .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void a_light_and_a_heavy_fence_order_stores_and_loads(void **state)
{
    (void)state;
    pid_t child = fork(); // before this process asks for membarrier
    if (child == 0) {
        if (!forbid_membarrier()) _exit(77);
        int lost = lost_duels();
        _exit(fence_is_light() ? 2 : lost != 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
    assert_int_equal(lost_duels(), 0);
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
        cmocka_unit_test(a_light_and_a_heavy_fence_order_stores_and_loads),
        cmocka_unit_test(counters_lose_nothing),
        cmocka_unit_test(events_are_lines),
    };
    return RUN_TESTS(tests);
}
