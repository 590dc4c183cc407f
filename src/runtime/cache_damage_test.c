// runtime/cache_damage_test.c - files that are cut, flipped, foreign or in the way: right values or
// none, and afterwards the cache works.
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/cache.h"
#include "support/cached.h"
#include "support/check.h"

enum { KEYS = 40, MOST_BYTES = 6000 };

typedef struct Files { // a shard as it lies on disk while it is in use: half of it is in the WAL
    Folder folder;
    Arena arena;
    FakeClock clock;
    CacheSpec spec;
    Str db, wal, shm;
} Files;

static void set_up_files(Files *files)
{
    *files = (Files){0};
    folder_make(&files->folder);
    files->spec = cached_spec(&files->folder, 1, &files->clock);
    files->spec.size_limit_bytes = 4 << 20;
    Cache *cache = cache_open(&files->spec);
    cached_fill(cache, 0, KEYS / 2, MOST_BYTES);
    cache_close(cache);
    cache = cache_open(&files->spec);
    cached_fill(cache, KEYS / 4, KEYS, MOST_BYTES);
    files->db = folder_read(&files->arena, &files->folder, "shard-00.db");
    files->wal = folder_read(&files->arena, &files->folder, "shard-00.db-wal");
    files->shm = folder_read(&files->arena, &files->folder, "shard-00.db-shm");
    cache_close(cache);
    assert_true(files->db.len > 50000 && files->wal.len > 50000 && files->shm.len >= 32768);
}

static void tear_down_files(Files *files)
{
    folder_remove(&files->folder);
    arena_fini(&files->arena);
}

static void lay(const Files *files, Str db, Str wal, Str shm)
{
    folder_write(&files->folder, "shard-00.db", db);
    folder_write(&files->folder, "shard-00.db-wal", wal);
    folder_write(&files->folder, "shard-00.db-shm", shm);
}

static void must_work(Files *files, const char *what, size_t at)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheVerdict verdict;
    Cache *cache = cache_open(&files->spec);
    cache_evict_tag(&cx, cache, STR("odd"));
    cached_fill(cache, 0, KEYS, MOST_BYTES);
    cached_hits(cache, KEYS, MOST_BYTES);
    cache_verify(&cx, cache, true, &verdict);
    cached_fill(cache, 0, KEYS, MOST_BYTES);
    int hits = cached_hits(cache, KEYS, MOST_BYTES);
    cache_verify(&cx, cache, false, &verdict);
    if (hits != KEYS || verdict.trouble.len)
        fail_msg("%s at %zu: %d of %d hits, " STR_FMT, what, at, hits, KEYS,
                 STR_ARG(verdict.trouble));
    cache_close(cache);
    arena_fini(&arena);
}

// What can be read of a damaged shard is right; then it is used, repaired and used again.
static int survivors(Files *files, const char *what, size_t at)
{
    Cache *cache = cache_open(&files->spec);
    int hits = cached_hits(cache, KEYS, MOST_BYTES);
    cache_close(cache);
    must_work(files, what, at);
    return hits;
}

static size_t step_of(size_t len, size_t count)
{
    return len / (getenv("CQ_LONG") ? count * 40 : count) + 1;
}

static void undamaged_all_is_there(void **state)
{
    (void)state;
    Files files;
    set_up_files(&files);
    lay(&files, files.db, files.wal, files.shm);
    assert_int_equal(survivors(&files, "nothing", 0), KEYS);
    tear_down_files(&files);
}

static void files_may_be_cut_anywhere(void **state)
{
    (void)state;
    Files files;
    set_up_files(&files);
    for (size_t at = 0; at < files.db.len; at += at < 200 ? 37 : step_of(files.db.len, 12)) {
        lay(&files, str_sub(files.db, 0, at), files.wal, files.shm);
        survivors(&files, "db cut", at);
        lay(&files, str_sub(files.db, 0, at), STR(""), STR(""));
        survivors(&files, "db cut, no wal", at);
    }
    for (size_t at = 0; at < files.wal.len; at += at < 100 ? 13 : step_of(files.wal.len, 12)) {
        lay(&files, files.db, str_sub(files.wal, 0, at), files.shm);
        survivors(&files, "wal cut", at);
    }
    for (size_t at = 0; at < files.shm.len; at += at < 200 ? 40 : 9000) {
        lay(&files, files.db, files.wal, str_sub(files.shm, 0, at));
        assert_int_equal(survivors(&files, "shm cut", at), KEYS); // it is made anew
    }
    tear_down_files(&files);
}

static Str flipped(Arena *arena, Str bytes, size_t at, uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    Str copy = str_copy(arena, bytes);
    ((char *)(uintptr_t)copy.ptr)[at] ^= (char)(1 << (*random >> 61));
    return copy;
}

static void bits_may_flip_anywhere(void **state)
{
    (void)state;
    Files files;
    uint64_t random = 1;
    set_up_files(&files);
    for (size_t at = 0; at < files.db.len; at += at < 108 ? 3 : step_of(files.db.len, 30)) {
        Arena arena = {0};
        lay(&files, flipped(&arena, files.db, at, &random), STR(""), STR(""));
        survivors(&files, "db flipped", at);
        arena_fini(&arena);
    }
    for (size_t at = 0; at < files.wal.len; at += at < 60 ? 5 : step_of(files.wal.len, 20)) {
        Arena arena = {0};
        lay(&files, files.db, flipped(&arena, files.wal, at, &random), files.shm);
        survivors(&files, "wal flipped", at);
        arena_fini(&arena);
    }
    for (size_t at = 0; at < files.shm.len; at += at < 150 ? 11 : 5000) {
        Arena arena = {0};
        lay(&files, files.db, files.wal, flipped(&arena, files.shm, at, &random));
        assert_int_equal(survivors(&files, "shm flipped", at), KEYS);
        arena_fini(&arena);
    }
    tear_down_files(&files);
}

static uint64_t resets(Cache *cache)
{
    uint64_t counts[CACHE_COUNTERS];
    cache_counts(cache, counts);
    return counts[CACHE_RESETS];
}

static void change_with_sql(const Files *files, const char *sql)
{
    sqlite3 *db = NULL;
    char path[128];
    snprintf(path, sizeof path, "%s/shard-00.db", files->folder.path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

// Another version, another schema, another program's file: emptied, counted, never misread.
static void what_is_not_ours_is_emptied(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "PRAGMA user_version = 99",
        "PRAGMA user_version = 0",
        "ALTER TABLE entry RENAME COLUMN stored TO kept",
        "DROP TRIGGER entry_out",
        "CREATE TABLE more(x)",
        "DROP TABLE entry",
        "PRAGMA journal_mode = DELETE; PRAGMA user_version = 2",
    };
    Files files;
    set_up_files(&files);
    for (size_t i = 0; i <= ARRAY_LEN(changes); i++) {
        lay(&files, files.db, files.wal, files.shm);
        if (i < ARRAY_LEN(changes)) change_with_sql(&files, changes[i]);
        else lay(&files, STR("This is not a database, but a note.\n"), STR(""), STR(""));
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        CacheVerdict verdict;
        Cache *cache = cache_open(&files.spec);
        cache_verify(&cx, cache, false, &verdict); // looks, and changes nothing
        assert_int_equal(verdict.bad_shards, 1);
        assert_int_equal(resets(cache), 0);
        files.clock.now_ms += 2000;
        assert_int_equal(cached_hits(cache, KEYS, MOST_BYTES), 0);
        assert_int_equal(resets(cache), 1);
        cache_close(cache);
        must_work(&files, "change", i);
        arena_fini(&arena);
    }
    tear_down_files(&files);
}

static void a_wrong_value_is_a_miss_and_removed(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE entry SET value = zeroblob(length(value))",
        "UPDATE entry SET value = value || 'x'",
        "UPDATE entry SET value = 7",
        "UPDATE entry SET expires = expires + 1000",
        "UPDATE entry SET stored = stored - 1",
        "UPDATE entry SET sum = 'none'",
    };
    Files files;
    set_up_files(&files);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        CacheVerdict verdict;
        uint64_t counts[CACHE_COUNTERS];
        lay(&files, files.db, files.wal, files.shm);
        change_with_sql(&files, changes[i]);
        Cache *cache = cache_open(&files.spec);
        assert_int_equal(cached_hits(cache, KEYS / 2, MOST_BYTES), 0);
        cache_counts(cache, counts);
        assert_int_equal(counts[CACHE_CORRUPT], KEYS / 2);
        cache_verify(&cx, cache, false, &verdict);
        assert_int_equal(verdict.bad_entries, KEYS - KEYS / 2);
        assert_int_equal(verdict.entries, KEYS - KEYS / 2);
        assert_false(verdict.repaired);
        cache_verify(&cx, cache, true, &verdict);
        assert_int_equal(verdict.bad_entries, KEYS - KEYS / 2);
        assert_true(verdict.repaired);
        cache_verify(&cx, cache, false, &verdict);
        assert_int_equal(verdict.entries + verdict.bad_entries, 0);
        cache_close(cache);
        arena_fini(&arena);
    }
    tear_down_files(&files);
}

static void sums_are_repaired(void **state)
{
    (void)state;
    Files files;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheVerdict verdict;
    set_up_files(&files);
    change_with_sql(&files, "UPDATE space SET bytes = 1; INSERT INTO space VALUES('x', 3, 4);"
                            "INSERT INTO tag VALUES(5, 6), (7, 8)");
    Cache *cache = cache_open(&files.spec);
    cache_verify(&cx, cache, true, &verdict);
    assert_int_equal(verdict.bad_spaces, 2);
    assert_int_equal(verdict.bad_tags, 2);
    assert_true(verdict.repaired);
    cache_verify(&cx, cache, false, &verdict);
    assert_int_equal(verdict.bad_spaces + verdict.bad_tags, 0);
    assert_int_equal(cached_hits(cache, KEYS, MOST_BYTES), KEYS);
    cache_close(cache);
    tear_down_files(&files);
    arena_fini(&arena);
}

// Puts and gets nothing; says why; comes back once the obstacle is gone.
static void what_stands_in_the_way_makes_misses(void **state)
{
    (void)state;
    for (int what = 0; what < 3; what++) {
        Folder folder;
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        CacheStats stats;
        FakeClock clock = {0};
        folder_make(&folder);
        CacheSpec spec = cached_spec(&folder, 1, &clock);
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder.path, what ? "x" : "shard-00.db");
        if (what == 0) assert_int_equal(mkdir(path, 0700), 0); // a folder where the file should be
        else folder_write(&folder, "x", STR("file"));          // a file where the folder should be
        if (what) spec.dir = str_from(path);
        if (what == 2) spec.dir = str_format(&arena, "%s/deeper", path);
        Cache *cache = cache_open(&spec);
        cached_fill(cache, 0, 3, 10);
        assert_int_equal(cached_hits(cache, 3, 10), 0);
        cache_stats(&cx, cache, &stats);
        assert_int_equal(stats.counts[CACHE_IO], 1); // tried once, then left alone
        assert_int_equal(stats.counts[CACHE_MISSES], 3);
        assert_true(stats.trouble.len > 10);
        assert_int_equal(remove(path), 0);
        assert_int_equal(cached_hits(cache, 3, 10), 0);
        clock.now_ms += 1000;
        cached_fill(cache, 0, 3, 10);
        assert_int_equal(cached_hits(cache, 3, 10), 3);
        cache_close(cache);
        folder_remove(&folder);
        arena_fini(&arena);
    }
}

static void a_lock_held_elsewhere_makes_misses(void **state)
{
    (void)state;
    Files files;
    uint64_t counts[CACHE_COUNTERS];
    char path[128];
    sqlite3 *db = NULL;
    set_up_files(&files);
    files.spec.timeout_s = 0;
    snprintf(path, sizeof path, "%s/shard-00.db", files.folder.path);
    Cache *cache = cache_open(&files.spec);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(cached_hits(cache, KEYS, MOST_BYTES), KEYS); // readers do not wait
    cached_fill(cache, 0, 3, MOST_BYTES);
    cache_counts(cache, counts);
    assert_int_equal(counts[CACHE_BUSY], 3);
    assert_int_equal(counts[CACHE_SETS], 0);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    cached_fill(cache, 0, 3, MOST_BYTES);
    cache_counts(cache, counts);
    assert_int_equal(counts[CACHE_SETS], 3);
    sqlite3_close(db);
    cache_close(cache);
    tear_down_files(&files);
}

int runtime_cache_damage_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undamaged_all_is_there),
        cmocka_unit_test(files_may_be_cut_anywhere),
        cmocka_unit_test(bits_may_flip_anywhere),
        cmocka_unit_test(what_is_not_ours_is_emptied),
        cmocka_unit_test(a_wrong_value_is_a_miss_and_removed),
        cmocka_unit_test(sums_are_repaired),
        cmocka_unit_test(what_stands_in_the_way_makes_misses),
        cmocka_unit_test(a_lock_held_elsewhere_makes_misses),
    };
    return RUN_TESTS(tests);
}
