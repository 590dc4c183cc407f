// runtime/cache_test.c - what the cache keeps, for how long, and what it drops.
#include "runtime/cache.h"

#include <unistd.h>

#include "support/cached.h"
#include "support/check.h"

typedef struct Rig {
    Folder folder;
    FakeClock clock;
    Arena arena;
    Ctx cx;
    CacheSpec spec;
    Cache *cache;
} Rig;

static void rig_open(Rig *rig)
{
    rig->cache = cache_open(&rig->spec);
}

static void rig_make(Rig *rig, int shards)
{
    *rig = (Rig){.clock.now_ms = 5000000};
    folder_make(&rig->folder);
    rig->cx = (Ctx){.arena = &rig->arena};
    rig->spec = cached_spec(&rig->folder, shards, &rig->clock);
    rig_open(rig);
}

static void rig_reopen(Rig *rig)
{
    cache_close(rig->cache);
    rig_open(rig);
}

static void rig_end(Rig *rig)
{
    CacheVerdict verdict;
    cache_verify(&rig->cx, rig->cache, false, &verdict);
    assert_int_equal(verdict.bad_shards + (int)verdict.bad_entries, 0);
    assert_int_equal(verdict.bad_tags + verdict.bad_spaces, 0);
    cache_close(rig->cache);
    folder_remove(&rig->folder);
    arena_fini(&rig->arena);
}

static bool has(Rig *rig, const char *key)
{
    Str value = {0};
    return cache_get(&rig->cx, rig->cache, str_from(key), &value);
}

static bool put(Rig *rig, const char *key, const char *value, int64_t ttl_s)
{
    CachePut how = {.ttl_s = ttl_s};
    return cache_put(&rig->cx, rig->cache, str_from(key), str_from(value), &how);
}

static uint64_t counted(Rig *rig, CacheCounter counter)
{
    uint64_t counts[CACHE_COUNTERS];
    cache_counts(rig->cache, counts);
    return counts[counter];
}

static void values_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 100, 4095, 4096, 5000, 70000, 120000};
    Rig rig;
    rig_make(&rig, 3);
    rig.spec.size_limit_bytes = 12 << 20;
    rig_reopen(&rig);
    for (int again = 0; again < 3; again++) {
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            Str key = str_format(&rig.arena, "cq:sizes:1:%zu", sizes[i]), got = {0};
            char *bytes = arena_alloc(&rig.arena, sizes[i]);
            memset(bytes, 'a' + again, sizes[i]);
            Str value = {bytes, sizes[i]};
            assert_true(cache_put(&rig.cx, rig.cache, key, value, NULL));
            assert_true(cache_get(&rig.cx, rig.cache, key, &got));
            assert_true(str_eq(value, got));
        }
        rig_reopen(&rig);
    }
    assert_false(has(&rig, "cq:sizes:1:2"));
    assert_true(cache_delete(&rig.cx, rig.cache, STR("cq:sizes:1:100")));
    assert_false(cache_delete(&rig.cx, rig.cache, STR("cq:sizes:1:100")));
    assert_false(has(&rig, "cq:sizes:1:100"));
    assert_true(has(&rig, "cq:sizes:1:1"));
    assert_int_equal(counted(&rig, CACHE_HITS), 1);
    assert_int_equal(counted(&rig, CACHE_MISSES), 2);
    assert_int_equal(counted(&rig, CACHE_DELETES), 1);
    rig_end(&rig);
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 1);
    Str large = {arena_alloc(&rig.arena, (1 << 15) + 1), (1 << 15) + 1};
    assert_false(cache_put(&rig.cx, rig.cache, STR("k"), large, NULL));
    assert_true(cache_put(&rig.cx, rig.cache, STR("k"), str_sub(large, 0, 1 << 15), NULL));
    assert_false(cache_put(&rig.cx, rig.cache, str_sub(large, 0, 1025), STR("v"), NULL));
    assert_true(cache_put(&rig.cx, rig.cache, str_sub(large, 0, 1024), STR("v"), NULL));
    Str got = {0};
    assert_false(cache_get(&rig.cx, rig.cache, str_sub(large, 0, 1025), &got));
    assert_true(cache_get(&rig.cx, rig.cache, str_sub(large, 0, 1024), &got));
    static const Str tags[65];
    CachePut how = {.tags = tags, .tag_count = 65};
    assert_false(cache_put(&rig.cx, rig.cache, STR("k"), STR("v"), &how));
    assert_int_equal(counted(&rig, CACHE_REFUSED), 3);
    rig_end(&rig);
}

static void nothing_on_disk_before_use(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 2);
    CacheStats stats;
    CacheVerdict verdict;
    folder_remove(&rig.folder);
    rig_reopen(&rig);
    cache_stats(&rig.cx, rig.cache, &stats);
    cache_verify(&rig.cx, rig.cache, true, &verdict);
    assert_true(cache_clear(&rig.cx, rig.cache).complete);
    assert_int_equal(cache_evict_tag(&rig.cx, rig.cache, STR("t")), 0);
    assert_true(cache_cull(&rig.cx, rig.cache).complete);
    assert_int_equal(stats.shards + verdict.shards, 0);
    rig_reopen(&rig);
    assert_int_not_equal(access(rig.folder.path, F_OK), 0);
    rig.spec.enabled = false;
    rig_reopen(&rig);
    assert_false(put(&rig, "k", "v", 0));
    assert_false(has(&rig, "k"));
    assert_false(cache_delete(&rig.cx, rig.cache, STR("k")));
    assert_false(cache_touch(&rig.cx, rig.cache, STR("k"), 0));
    assert_int_not_equal(access(rig.folder.path, F_OK), 0);
    rig.spec.enabled = true;
    rig.spec.dir = str_format(&rig.arena, "%s/a/b/c", rig.folder.path);
    rig_reopen(&rig);
    assert_true(put(&rig, "k", "v", 0)); // makes the folders
    rig_end(&rig);
}

static void age_ends_a_value(void **state)
{
    (void)state;
    static const CacheNamespace spaces[] = {
        {.name = {"short", 5}, .ttl_s = 10},
        {.name = {"ever", 4}, .ttl_s = CACHE_TTL_NEVER},
        {.name = {"off", 3}, .off = true},
    };
    static const struct {
        const char *key;
        int64_t put_ttl, lives_s; // -1: for ever; 0: not at all
    } cases[] = {
        {"cq:any:1:a", 0, 900},   {"cq:any:1:b", 5, 5},   {"cq:any:1:c", CACHE_TTL_NEVER, -1},
        {"cq:short:1:a", 0, 10},  {"cq:short:1:b", 7, 7}, {"cq:ever:1:a", 0, -1},
        {"cq:ever:1:b", 3, 3},    {"cq:off:1:a", 0, 0},   {"cq:off:1:b", 100, 0},
        {"not our form", 0, 900}, {"cq:short", 0, 900},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Rig rig;
        rig_make(&rig, 1);
        rig.spec.namespaces = spaces;
        rig.spec.namespace_count = ARRAY_LEN(spaces);
        rig_reopen(&rig);
        int64_t life_ms = cases[i].lives_s * 1000, start = rig.clock.now_ms;
        assert_int_equal(put(&rig, cases[i].key, "v", cases[i].put_ttl), life_ms != 0);
        assert_int_equal(has(&rig, cases[i].key), life_ms != 0);
        rig.clock.now_ms = life_ms < 0 ? start * 1000 : start + life_ms - 1;
        assert_int_equal(has(&rig, cases[i].key), life_ms != 0);
        if (life_ms > 0) rig.clock.now_ms++;
        assert_int_equal(has(&rig, cases[i].key), life_ms < 0);
        rig_end(&rig);
    }
}

static void touch_starts_the_age_anew(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 1);
    assert_false(cache_touch(&rig.cx, rig.cache, STR("k"), 0));
    put(&rig, "k", "value", 10);
    rig.clock.now_ms += 9000;
    assert_true(cache_touch(&rig.cx, rig.cache, STR("k"), 20));
    rig.clock.now_ms += 19999;
    assert_true(has(&rig, "k"));
    rig.clock.now_ms += 1;
    assert_false(has(&rig, "k"));
    assert_false(cache_touch(&rig.cx, rig.cache, STR("k"), 20));
    rig_end(&rig);
}

static void what_comes_from_the_future_is_not_believed(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 1);
    put(&rig, "k", "v", CACHE_TTL_NEVER);
    rig.clock.now_ms -= 60000;
    assert_true(has(&rig, "k"));
    rig.clock.now_ms -= 1;
    assert_false(has(&rig, "k"));
    rig_end(&rig);
}

static void expired_entries_go_with_puts_and_culls(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 1);
    rig.spec.cull_limit = 3;
    rig_reopen(&rig);
    cached_fill(rig.cache, 0, 10, 100);
    rig.clock.now_ms += 900000;
    put(&rig, "k", "v", 0);
    assert_int_equal(counted(&rig, CACHE_EXPIRED), 3);
    CacheRemoved gone = cache_cull(&rig.cx, rig.cache);
    assert_true(gone.complete);
    assert_int_equal(gone.entries, 7);
    assert_int_equal(counted(&rig, CACHE_EXPIRED), 10);
    CacheStats stats;
    cache_stats(&rig.cx, rig.cache, &stats);
    assert_int_equal(stats.entries, 1);
    assert_int_equal(stats.bytes, 2);
    rig_end(&rig);
}

static void tags_evict_what_carries_them(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 4);
    cached_fill(rig.cache, 0, 1000, 50);
    put(&rig, "cq:other:1:a", "v", 0);
    Str odd = STR("odd");
    CachePut how = {.tags = &odd, .tag_count = 1};
    cache_put(&rig.cx, rig.cache, STR("cq:other:1:b"), STR("four"), &how);
    CacheRemoved gone = cache_evict(&rig.cx, rig.cache, odd, STR("other"));
    assert_int_equal(gone.entries, 1);
    assert_int_equal(gone.bytes, 12 + 4);
    assert_int_equal(cache_evict_tag(&rig.cx, rig.cache, STR("none")), 0);
    assert_int_equal(cache_evict_tag(&rig.cx, rig.cache, STR("")), 0);
    assert_int_equal(cache_evict_tag(&rig.cx, rig.cache, odd), 500);
    assert_int_equal(cached_hits(rig.cache, 1000, 50), 500);
    gone = cache_evict(&rig.cx, rig.cache, STR(""), STR("test"));
    assert_int_equal(gone.entries, 500);
    assert_true(gone.complete);
    assert_true(has(&rig, "cq:other:1:a"));
    assert_int_equal(counted(&rig, CACHE_EVICTED), 1001);
    put(&rig, "cq:other:1:a", "v", 0); // the new one has no tags
    rig_end(&rig);
}

static void clear_empties_and_gives_back_the_disk(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 2);
    cached_fill(rig.cache, 0, 300, 4000);
    uint64_t full = folder_bytes(&rig.folder);
    CacheRemoved gone = cache_clear(&rig.cx, rig.cache);
    assert_true(gone.complete);
    assert_int_equal(gone.entries, 300);
    assert_int_equal(cached_hits(rig.cache, 300, 4000), 0);
    cache_close(rig.cache);
    assert_true(folder_bytes(&rig.folder) < full / 4);
    rig_open(&rig);
    cached_fill(rig.cache, 0, 10, 4000);
    assert_int_equal(cached_hits(rig.cache, 10, 4000), 10);
    rig_end(&rig);
}

static void all_of_more_shards_than_now_is_cleared(void **state)
{
    (void)state;
    Rig rig;
    CacheStats stats;
    rig_make(&rig, 8);
    cached_fill(rig.cache, 0, 100, 10);
    rig.spec.shards = 2;
    rig_reopen(&rig);
    cache_stats(&rig.cx, rig.cache, &stats);
    assert_int_equal(stats.entries, 100);
    assert_int_equal(stats.shards, 8);
    assert_int_equal(cache_clear(&rig.cx, rig.cache).entries, 100);
    assert_int_equal(counted(&rig, CACHE_CLEARED), 100);
    rig_end(&rig);
}

// The limit holds for all files together, with journals, at any time; and the room is used.
static void size_stays_in_the_limit(void **state)
{
    (void)state;
    static const size_t sizes[] = {200, 3000, 32768};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        Rig rig;
        rig_make(&rig, 2);
        rig.spec.size_limit_bytes = 2 << 20;
        rig_reopen(&rig);
        int step = (int)((256 << 10) / sizes[i]);
        for (int from = 0; from < 14 * step; from += step) {
            cached_fill(rig.cache, from, from + step, sizes[i]);
            rig.clock.now_ms += 1000;
            uint64_t journals = (uint64_t)2 * 32768; // the -shm files
            assert_in_range(folder_bytes(&rig.folder) - journals, 1, (2 << 20) * 105 / 100);
        }
        CacheStats stats;
        cache_stats(&rig.cx, rig.cache, &stats);
        assert_in_range(stats.disk_bytes, (2 << 20) * 80 / 100, 2 << 20);
        assert_true(counted(&rig, CACHE_CULLED) > 0);
        assert_true(counted(&rig, CACHE_CULLS) > 0);
        assert_true(stats.bytes > (2 << 20) * 3 / 10);
        rig_end(&rig);
    }
}

typedef struct Order {
    CacheEviction eviction;
    bool old_read_lives, new_lives;
} Order;

static void room_is_made_in_the_chosen_order(void **state)
{
    (void)state;
    static const Order cases[] = {
        {CACHE_LRU, true, true},
        {CACHE_LEAST_RECENTLY_STORED, false, true},
        {CACHE_EVICT_NONE, true, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Rig rig;
        rig_make(&rig, 1);
        rig.spec.eviction = cases[i].eviction;
        rig.spec.ttl_s = 0;
        rig_reopen(&rig);
        put(&rig, "old and read", "v", 0);
        int number = 0;
        for (; number < 100; number++) {
            rig.clock.now_ms += 61000;
            cached_fill(rig.cache, number, number + 1, 5000);
        }
        for (; number < 1200; number++) {
            if (number % 20 == 0) has(&rig, "old and read");
            rig.clock.now_ms += 61000;
            cached_fill(rig.cache, number, number + 1, 5000);
        }
        assert_int_equal(has(&rig, "old and read"), cases[i].old_read_lives);
        Str key = cached_key(&rig.arena, number - 1);
        assert_int_equal(has(&rig, key.ptr), cases[i].new_lives);
        assert_int_equal(counted(&rig, CACHE_REFUSED) > 0, !cases[i].new_lives);
        rig_end(&rig);
    }
}

static void reading_does_not_write(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig, 1);
    rig.spec.ttl_s = 0;
    rig_reopen(&rig);
    cached_fill(rig.cache, 0, 50, 100);
    Str before = folder_read(&rig.arena, &rig.folder, "shard-00.db-wal");
    rig.clock.now_ms += 3600000;
    for (int i = 0; i < 5; i++) assert_int_equal(cached_hits(rig.cache, 50, 100), 50);
    assert_true(str_eq(before, folder_read(&rig.arena, &rig.folder, "shard-00.db-wal")));
    rig_end(&rig);
}

static void totals_outlive_the_process(void **state)
{
    (void)state;
    Rig rig;
    CacheStats stats;
    rig_make(&rig, 3);
    for (int i = 0; i < 3; i++) {
        cached_fill(rig.cache, 0, 20, 10);
        cached_hits(rig.cache, 30, 10);
        cache_stats(&rig.cx, rig.cache, &stats);
        assert_int_equal(stats.counts[CACHE_HITS], 20);
        assert_int_equal(stats.totals[CACHE_HITS], 20 * (i + 1));
        assert_int_equal(stats.totals[CACHE_MISSES], 10 * (i + 1));
        assert_int_equal(stats.totals[CACHE_SETS], 20 * (i + 1));
        assert_int_equal(stats.entries, 20);
        assert_int_equal(stats.space_count, 1);
        CHECK_STR(stats.spaces[0].name, STR("test"));
        assert_int_equal(stats.trouble.len, 0);
        rig_reopen(&rig);
    }
    rig.spec.statistics = false;
    rig_reopen(&rig);
    has(&rig, "k");
    rig_reopen(&rig);
    cache_stats(&rig.cx, rig.cache, &stats);
    assert_int_equal(stats.totals[CACHE_MISSES], 30);
    rig_end(&rig);
}

static void keys_and_tags_have_their_form(void **state)
{
    (void)state;
    Arena arena = {0};
    Digest digest = digest_of(STR("x"));
    Str hex = digest_hex(&arena, &digest);
    CHECK_STR(cache_key(&arena, STR("search"), STR("3"), &digest),
              str_format(&arena, "cq:search:3:%s", hex.ptr));
    CHECK_STR(cache_tag_language(&arena, STR("/w"), STR("c")), STR("/w:c"));
    CHECK_STR(cache_tag_file(&arena, STR("/w"), STR("c"), &digest),
              str_format(&arena, "/w:c:file:%s", hex.ptr));
    CHECK_STR(cache_tag_run(&arena, STR("/w"), STR("r1")), STR("/w:run:r1"));
    for (int i = 0; i < CACHE_COUNTERS; i++) {
        assert_true(strlen(cache_counter_name((CacheCounter)i)) > 1);
        assert_true(strlen(cache_counter_help((CacheCounter)i)) > 1);
    }
    arena_fini(&arena);
}

typedef struct Crowd {
    Cache *caches[2]; // two on one folder, as two processes have
    int number;
} Crowd;

static void use_all(void *arg)
{
    Crowd *crowd = arg;
    Cache *cache = crowd->caches[crowd->number % 2];
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheStats stats;
    for (int round = 0; round < 4; round++) {
        cached_fill(cache, crowd->number * 20, crowd->number * 20 + 60, 3000);
        cached_hits(cache, 120, 3000);
        cache_evict_tag(&cx, cache, round % 2 ? STR("odd") : STR("even"));
        cache_stats(&cx, cache, &stats);
        cache_touch(&cx, cache, cached_key(&arena, round), 100);
        if (round == 2) cache_cull(&cx, cache);
        if (round == 3 && crowd->number == 1) cache_clear(&cx, cache);
        cache_delete(&cx, cache, cached_key(&arena, round));
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

static void many_threads_use_it_at_once(void **state)
{
    (void)state;
    Rig rig;
    Thread threads[4];
    Crowd crowds[4];
    rig_make(&rig, 2);
    rig.spec.timeout_s = 5; // slow machines: nothing is busy for so long
    rig.spec.size_limit_bytes = 1 << 20;
    rig_reopen(&rig);
    Cache *other = cache_open(&rig.spec);
    for (int i = 0; i < 4; i++) {
        crowds[i] = (Crowd){{rig.cache, other}, i};
        assert_true(thread_start(&threads[i], use_all, &crowds[i], "test"));
    }
    for (int i = 0; i < 4; i++) thread_join(&threads[i]);
    assert_int_equal(counted(&rig, CACHE_CORRUPT), 0);
    assert_int_equal(counted(&rig, CACHE_RESETS), 0);
    cache_close(other);
    rig_end(&rig);
}

int runtime_cache_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(nothing_on_disk_before_use),
        cmocka_unit_test(age_ends_a_value),
        cmocka_unit_test(touch_starts_the_age_anew),
        cmocka_unit_test(what_comes_from_the_future_is_not_believed),
        cmocka_unit_test(expired_entries_go_with_puts_and_culls),
        cmocka_unit_test(tags_evict_what_carries_them),
        cmocka_unit_test(clear_empties_and_gives_back_the_disk),
        cmocka_unit_test(all_of_more_shards_than_now_is_cleared),
        cmocka_unit_test(size_stays_in_the_limit),
        cmocka_unit_test(room_is_made_in_the_chosen_order),
        cmocka_unit_test(reading_does_not_write),
        cmocka_unit_test(totals_outlive_the_process),
        cmocka_unit_test(keys_and_tags_have_their_form),
        cmocka_unit_test(many_threads_use_it_at_once),
    };
    return RUN_TESTS(tests);
}
