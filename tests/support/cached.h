// support/cached.h - values that can be told from their keys, for tests of the cache: whatever a
// cache answers for a key is right or it is not.
#ifndef CQ_SUPPORT_CACHED_H
#define CQ_SUPPORT_CACHED_H

#include "runtime/cache.h"
#include "support/folder.h"

Str cached_key(Arena *arena, int number); // cq:test:1:<digest>
// The value of a key: up to `most` bytes that follow from it.
Str cached_value(Arena *arena, Str key, size_t most);
// Gets keys 0 .. count-1: how many are there. Aborts when one has a wrong value.
int cached_hits(Cache *cache, int count, size_t most);
void cached_fill(Cache *cache, int from, int to, size_t most);

typedef struct FakeClock {
    int64_t now_ms;
} FakeClock;
int64_t fake_clock(void *clock);

// Small, with a clock that stands: shards of 1 MiB.
CacheSpec cached_spec(const Folder *folder, int shards, FakeClock *clock);

#endif
