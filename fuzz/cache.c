// fuzz/cache.c - a shard file with bytes changed: every get is right or a miss, and after a repair
// the cache is sound and works.
//
// Input: groups of five bytes - three for an offset, one that is XORed there, one for how many
// bytes are set so. A first byte with its lowest bit set cuts the file at the first offset.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/cache.h"

enum { KEYS = 12, GROUP = 5 };

static char dir[] = "/tmp/cq-fuzz.XXXXXX", path[64];
static char *shard; // as the cache made it
static size_t shard_len;

static int64_t still(void *arg)
{
    (void)arg;
    return 1000000;
}

static Cache *open_cache(void)
{
    CacheSpec spec = cache_spec_default(str_from(dir));
    spec.shards = 1;
    spec.timeout_s = 0;
    spec.clock = still;
    return cache_open(&spec);
}

static Str key_of(Arena *arena, int number)
{
    return str_format(arena, "cq:fuzz:1:%d", number);
}

static Str value_of(Arena *arena, int number)
{
    Buf buf = buf_on(arena);
    for (int i = 0; i < number * number * 8; i++) buf_addf(&buf, "%d;", number * 1000 + i);
    return buf_str(&buf);
}

static void fill(Ctx *cx, Cache *cache)
{
    Str tag = STR("tag");
    CachePut how = {.tags = &tag, .tag_count = 1};
    for (int i = 0; i < KEYS; i++)
        cache_put(cx, cache, key_of(cx->arena, i), value_of(cx->arena, i), &how);
}

static int hits(Ctx *cx, Cache *cache)
{
    int count = 0;
    for (int i = 0; i < KEYS; i++) {
        Str value = {0};
        if (!cache_get(cx, cache, key_of(cx->arena, i), &value)) continue;
        if (!str_eq(value, value_of(cx->arena, i))) abort();
        count++;
    }
    return count;
}

static void remove_files(void)
{
    char wal[80], shm[80];
    snprintf(wal, sizeof wal, "%s-wal", path);
    snprintf(shm, sizeof shm, "%s-shm", path);
    remove(path);
    remove(wal);
    remove(shm);
}

static void tidy(void)
{
    remove_files();
    remove(dir);
    free(shard);
}

static void make_shard(void)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    if (!mkdtemp(dir)) abort();
    snprintf(path, sizeof path, "%s/shard-00.db", dir);
    atexit(tidy);
    Cache *cache = open_cache();
    fill(&cx, cache);
    cache_close(cache);
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) abort();
    shard_len = (size_t)ftell(file);
    shard = malloc(shard_len);
    rewind(file);
    if (fread(shard, 1, shard_len, file) != shard_len) abort();
    fclose(file);
    arena_fini(&arena);
}

static void write_changed(const uint8_t *data, size_t size)
{
    char *bytes = malloc(shard_len);
    size_t len = shard_len;
    memcpy(bytes, shard, len);
    for (size_t i = 1; i + GROUP <= size; i += GROUP) {
        size_t at = ((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % shard_len;
        if (i == 1 && data[0] & 1) len = at;
        for (size_t j = at; j < at + data[i + 4] % 16 + 1 && j < shard_len; j++)
            bytes[j] ^= (char)data[i + 3];
    }
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file)) abort();
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    if (!shard) make_shard();
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CacheVerdict verdict;
    CacheStats stats;
    remove_files();
    write_changed(data, size);
    Cache *cache = open_cache();
    hits(&cx, cache);
    cache_stats(&cx, cache, &stats);
    cache_evict_tag(&cx, cache, STR("tag"));
    hits(&cx, cache);
    fill(&cx, cache);
    hits(&cx, cache);
    cache_verify(&cx, cache, true, &verdict);
    fill(&cx, cache);
    if (hits(&cx, cache) != KEYS) abort();
    cache_verify(&cx, cache, false, &verdict);
    if (verdict.trouble.len) abort();
    cache_close(cache);
    arena_fini(&arena);
    return 0;
}
