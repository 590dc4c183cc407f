// runtime/cache_kill_test.c - processes that write one cache together and are killed at any moment:
// after each kill what is left is sound and right. CQ_LONG=1 kills a thousand times and more.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/cache.h"
#include "support/cached.h"
#include "support/check.h"

enum { KEYS = 60, MOST_BYTES = 9000, WRITERS = 3 };

typedef struct Random {
    uint64_t state;
} Random;

static uint64_t next(Random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return random->state >> 8;
}

static CacheSpec spec_of(const Folder *folder)
{
    CacheSpec spec = cached_spec(folder, 2, NULL);
    spec.size_limit_bytes = 1 << 20; // some culling
    return spec;
}

// What a writer does until it is killed, or `steps` times.
static void write_on(const Folder *folder, uint64_t seed, int steps)
{
    Random random = {seed * 2654435761u + 1};
    CacheSpec spec = spec_of(folder);
    while (steps) {
        Cache *cache = cache_open(&spec);
        for (int i = 0; i < 200 && steps; i++, steps--) {
            Arena arena = {0};
            Ctx cx = {.arena = &arena};
            int key = (int)(next(&random) % KEYS);
            cached_fill(cache, key, key + 1, MOST_BYTES);
            if (i % 50 == 10) cache_evict_tag(&cx, cache, i % 100 < 50 ? STR("odd") : STR("even"));
            if (i % 31 == 3) cache_delete(&cx, cache, cached_key(&arena, key));
            if (i % 90 == 80) cache_clear(&cx, cache);
            cached_hits(cache, 5, MOST_BYTES);
            arena_fini(&arena);
        }
        cache_close(cache);
    }
}

static pid_t start_writer(const Folder *folder, uint64_t seed, int steps)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); // when a check fails
    write_on(folder, seed, steps);
    _exit(0); // a wrong value has aborted it before
}

static int end_of(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

// As a process of its own, for the parent must hold no file of SQLite when it forks.
// True when there was something to look at.
static bool check(const Folder *folder)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        CacheVerdict verdict;
        CacheSpec spec = spec_of(folder);
        spec.timeout_s = 30;
        Cache *cache = cache_open(&spec);
        cache_verify(&cx, cache, false, &verdict);
        bool sound = !verdict.trouble.len;
        if (!sound) fprintf(stderr, STR_FMT "\n", STR_ARG(verdict.trouble));
        cached_hits(cache, KEYS, MOST_BYTES);
        cached_fill(cache, KEYS, KEYS + 1, MOST_BYTES);
        cache_close(cache);
        _exit(!sound ? 9 : verdict.entries > 1 ? 0 : 1);
    }
    int status = end_of(pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
    return WEXITSTATUS(status) == 0;
}

static void killed_writers_leave_it_sound(void **state)
{
    (void)state;
    int kills = getenv("CQ_LONG") ? 1200 : 60;
    int filled = 0;
    Random random = {0x9e3779b97f4a7c15u};
    Folder folder;
    pid_t writers[WRITERS];
    folder_make(&folder);
    for (int i = 0; i < WRITERS; i++) writers[i] = start_writer(&folder, (uint64_t)i, -1);
    for (int i = 0; i < kills; i++) {
        int which = i % WRITERS;
        usleep((useconds_t)(next(&random) % 8000));
        bool all = i % 10 == 9; // nobody is left: the next one recovers
        for (int j = 0; j < WRITERS; j++)
            if (all || j == which) kill(writers[j], SIGKILL);
        for (int j = 0; j < WRITERS; j++)
            if (all || j == which) assert_int_equal(end_of(writers[j]), SIGKILL);
        filled += check(&folder);
        for (int j = 0; j < WRITERS; j++)
            if (all || j == which)
                writers[j] = start_writer(&folder, (uint64_t)(i * WRITERS + j + 7), -1);
    }
    for (int i = 0; i < WRITERS; i++) kill(writers[i], SIGKILL);
    for (int i = 0; i < WRITERS; i++) end_of(writers[i]);
    check(&folder);
    print_message("%d kills, %d of them over a filled cache\n", kills, filled);
    assert_true(filled > 0);
    folder_remove(&folder);
}

static void processes_share_it(void **state)
{
    (void)state;
    Folder folder;
    pid_t writers[WRITERS];
    folder_make(&folder);
    for (int i = 0; i < WRITERS; i++) writers[i] = start_writer(&folder, (uint64_t)i + 90, 400);
    for (int i = 0; i < 5; i++) check(&folder);
    for (int i = 0; i < WRITERS; i++) assert_int_equal(end_of(writers[i]), 0);
    check(&folder);
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheStats stats;
    CacheSpec spec = spec_of(&folder);
    Cache *cache = cache_open(&spec);
    cache_stats(&cx, cache, &stats);
    assert_int_equal(stats.totals[CACHE_CORRUPT] + stats.totals[CACHE_RESETS], 0);
    assert_true(stats.totals[CACHE_SETS] > 100);
    cache_close(cache);
    arena_fini(&arena);
    folder_remove(&folder);
}

int runtime_cache_kill_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_writers_leave_it_sound),
        cmocka_unit_test(processes_share_it),
    };
    return RUN_TESTS(tests);
}
