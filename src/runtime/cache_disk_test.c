// runtime/cache_disk_test.c - disks of the real system that take no more, or nothing: misses, and
// no wrong value. tests/scripts/cache_full_disk.sh runs it on a small file system too
// (CQ_SMALL_DISK=1).
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/cache.h"
#include "support/cached.h"
#include "support/check.h"

enum { KEYS = 60, MOST_BYTES = 60000 };

static CacheSpec spec_of(const Folder *folder)
{
    CacheSpec spec = cached_spec(folder, 2, NULL);
    spec.size_limit_bytes = 64 << 20;
    return spec;
}

static uint64_t failures(Cache *cache)
{
    uint64_t counts[CACHE_COUNTERS], sum = 0;
    cache_counts(cache, counts);
    for (int i = CACHE_BUSY; i <= CACHE_READONLY; i++) sum += counts[i];
    return sum;
}

// A process of its own, whose exit code is that of `run`.
static int in_child(int (*run)(const Folder *folder), const Folder *folder)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) _exit(run(folder));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int fill_limited_files(const Folder *folder)
{
    struct rlimit limit = {400000, 400000};
    CacheSpec spec = spec_of(folder);
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit)) return 77;
    Cache *cache = cache_open(&spec);
    for (int i = 0; i < 3; i++) {
        cached_fill(cache, 0, KEYS, MOST_BYTES);
        cached_hits(cache, KEYS, MOST_BYTES);
    }
    int code = failures(cache) ? 0 : 1;
    cache_close(cache);
    return code;
}

static int all_right_again(const Folder *folder)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheVerdict verdict;
    CacheSpec spec = spec_of(folder);
    Cache *cache = cache_open(&spec);
    cache_verify(&cx, cache, false, &verdict);
    if (verdict.trouble.len) return 2;
    cached_fill(cache, 0, KEYS, MOST_BYTES);
    int hits = cached_hits(cache, KEYS, MOST_BYTES);
    cache_close(cache);
    return hits == KEYS ? 0 : 3;
}

static void a_file_that_may_not_grow(void **state)
{
    (void)state;
    Folder folder;
    folder_make(&folder);
    int code = in_child(fill_limited_files, &folder);
    if (code != 77) assert_int_equal(code, 0);
    if (!getenv("CQ_SMALL_DISK")) assert_int_equal(in_child(all_right_again, &folder), 0);
    folder_remove(&folder);
    if (code == 77) skip();
}

static int use_as_nobody(const Folder *folder)
{
    CacheSpec spec = spec_of(folder);
    if (getuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534))) return 77;
    Cache *cache = cache_open(&spec);
    cached_hits(cache, KEYS, 500);
    cached_fill(cache, 0, KEYS, 500);
    cached_hits(cache, KEYS, 500);
    uint64_t counts[CACHE_COUNTERS];
    cache_counts(cache, counts);
    int code = !failures(cache) ? 4 : counts[CACHE_SETS] ? 5 : 0;
    cache_close(cache);
    return code;
}

// Nothing may be written: neither files nor the folder, and then not even the folder be looked
// into.
static void a_folder_that_is_read_only(void **state)
{
    (void)state;
    static const mode_t modes[] = {0555, 0000};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        for (int filled = 0; filled < 2; filled++) {
            Folder folder;
            folder_make(&folder);
            CacheSpec spec = spec_of(&folder);
            Cache *cache = cache_open(&spec);
            if (filled) cached_fill(cache, 0, KEYS, 500);
            cache_close(cache);
            for (int j = 0; j < 2 && filled; j++) {
                char path[128];
                snprintf(path, sizeof path, "%s/shard-%02d.db", folder.path, j);
                assert_int_equal(chmod(path, 0444), 0);
            }
            assert_int_equal(chmod(folder.path, modes[i]), 0);
            int code = in_child(use_as_nobody, &folder);
            assert_int_equal(chmod(folder.path, 0700), 0);
            folder_remove(&folder);
            if (code == 77) skip();
            assert_int_equal(code, 0);
        }
}

// On a usual disk all is kept; on a small one what it takes.
static void a_disk_takes_what_it_can(void **state)
{
    (void)state;
    Folder folder;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheVerdict verdict;
    bool small = getenv("CQ_SMALL_DISK") != NULL;
    folder_make(&folder);
    CacheSpec spec = spec_of(&folder);
    FakeClock clock = {.now_ms = 1000000};
    spec.clock = fake_clock;
    spec.clock_arg = &clock;
    Cache *cache = cache_open(&spec);
    for (int i = 0; i < 3; i++) {
        cached_fill(cache, 0, KEYS, MOST_BYTES);
        assert_int_equal(cached_hits(cache, KEYS, MOST_BYTES) < KEYS, small);
        clock.now_ms += 2000;
    }
    assert_int_equal(failures(cache) > 0, small);
    cache_verify(&cx, cache, false, &verdict);
    assert_int_equal(verdict.trouble.len, 0);
    cache_close(cache);
    cache = cache_open(&spec);
    cached_hits(cache, KEYS, MOST_BYTES);
    // Removing needs room in the journal: on a disk without any, only removing the folder helps.
    bool complete = cache_clear(&cx, cache).complete;
    assert_true(complete || small);
    if (!complete) {
        cache_close(cache);
        folder_remove(&folder);
        cache = cache_open(&spec);
    }
    cached_fill(cache, 0, 3, 5000);
    assert_int_equal(cached_hits(cache, 3, 5000), 3);
    cache_close(cache);
    folder_remove(&folder);
    arena_fini(&arena);
}

int runtime_cache_disk_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_may_not_grow),
        cmocka_unit_test(a_folder_that_is_read_only),
        cmocka_unit_test(a_disk_takes_what_it_can),
    };
    return RUN_TESTS(tests);
}
