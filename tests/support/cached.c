// support/cached.c
#include "support/cached.h"

#include <stdlib.h>

#include "base/hash.h"
#include "support/check.h"

Str cached_key(Arena *arena, int number)
{
    Digest digest = digest_of((Str){(const char *)&number, sizeof number});
    return cache_key(arena, STR("test"), STR("1"), &digest);
}

Str cached_value(Arena *arena, Str key, size_t most)
{
    uint64_t state = hash_str(key) | 1;
    size_t len = (size_t)(state % (most + 1));
    char *bytes = arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        bytes[i] = (char)state;
    }
    return (Str){bytes, len};
}

int cached_hits(Cache *cache, int count, size_t most)
{
    int hits = 0;
    for (int i = 0; i < count; i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Str key = cached_key(&arena, i), value = {0};
        bool hit = cache_get(&cx, cache, key, &value);
        bool right = hit && str_eq(value, cached_value(&arena, key, most));
        arena_fini(&arena);
        if (hit && !right) { // not fail_msg: the caller may be a forked process
            fprintf(stderr, "key %d has a wrong value\n", i);
            abort();
        }
        hits += hit;
    }
    return hits;
}

void cached_fill(Cache *cache, int from, int to, size_t most)
{
    for (int i = from; i < to; i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Str key = cached_key(&arena, i);
        Str tags[] = {STR("all"), i % 2 ? STR("odd") : STR("even")};
        CachePut how = {.tags = tags, .tag_count = 2};
        cache_put(&cx, cache, key, cached_value(&arena, key, most), &how);
        arena_fini(&arena);
    }
}

int64_t fake_clock(void *clock)
{
    return ((FakeClock *)clock)->now_ms;
}

CacheSpec cached_spec(const Folder *folder, int shards, FakeClock *clock)
{
    CacheSpec spec = cache_spec_default(str_from(folder->path));
    spec.shards = shards;
    spec.size_limit_bytes = (uint64_t)shards << 20;
    if (clock) {
        if (!clock->now_ms) clock->now_ms = 1000000000;
        spec.clock = fake_clock;
        spec.clock_arg = clock;
    }
    return spec;
}
