// runtime/cache.c - the face of the disk cache.
//
// DESIGN. A key's hash names its shard and its row. Each call locks one shard at a time and never
// calls out (but to the log) while it holds it. What a shard cannot do ends in shard_failed, and
// here as a miss. Shards open at their first use; a Cache that nobody asks costs no system call. It
// stops in cache_close: no other thread may be inside; touches and totals are written, files
// closed.
#include "base/clock.h"
#include "base/hash.h"
#include "base/os.h"
#include "runtime/cache_.h"

enum {
    TTL_MOST_S = INT32_MAX, // 68 years
    LARGEST_PART = 32,      // a value may be so small a part of its shard's limit
};

static const char *const counter_names[] = {
#define CACHE_COUNTER(id, name, help) name,
#include "runtime/cache.def"
#undef CACHE_COUNTER
};

static const char *const counter_helps[] = {
#define CACHE_COUNTER(id, name, help) help,
#include "runtime/cache.def"
#undef CACHE_COUNTER
};

const char *cache_counter_name(CacheCounter counter)
{
    return counter_names[counter];
}

const char *cache_counter_help(CacheCounter counter)
{
    return counter_helps[counter];
}

CacheSpec cache_spec_default(Str dir)
{
    return (CacheSpec){.enabled = true,
                       .dir = dir,
                       .shards = 8,
                       .timeout_s = 0.05,
                       .ttl_s = 900,
                       .size_limit_bytes = UINT64_C(2) << 30,
                       .cull_limit = 10,
                       .eviction = CACHE_LRU,
                       .statistics = true};
}

static void copy_spec(Cache *cache, const CacheSpec *from)
{
    CacheSpec *spec = &cache->spec;
    *spec = *from;
    spec->dir = str_copy(&cache->arena, from->dir);
    spec->enabled = from->enabled && from->dir.len;
    spec->shards = MIN(MAX(from->shards, 1), CACHE_MOST_SHARDS);
    uint64_t least = (uint64_t)spec->shards * CACHE_LEAST_SHARD_BYTES;
    spec->size_limit_bytes = MIN(MAX(from->size_limit_bytes, least), UINT64_C(1) << 50);
    spec->timeout_s = MIN(MAX(from->timeout_s, 0.0), 60.0);
    spec->cull_limit = MAX(from->cull_limit, 0);
    spec->ttl_s = MIN(MAX(from->ttl_s, (int64_t)0), (int64_t)TTL_MOST_S);
    CacheNamespace *spaces = ARENA_ARRAY(&cache->arena, CacheNamespace, from->namespace_count);
    for (size_t i = 0; i < from->namespace_count; i++) {
        spaces[i] = from->namespaces[i];
        spaces[i].name = str_copy(&cache->arena, from->namespaces[i].name);
    }
    spec->namespaces = spaces;
}

Cache *cache_open(const CacheSpec *spec)
{
    Cache *cache = mem_alloc(sizeof *cache);
    copy_spec(cache, spec);
    cache->shards = ARENA_ARRAY(&cache->arena, Shard, (size_t)cache->spec.shards);
    for (int i = 0; i < cache->spec.shards; i++) shard_init(&cache->shards[i], cache, i);
    return cache;
}

void cache_close(Cache *cache)
{
    if (!cache) return;
    stats_save(cache);
    for (int i = 0; i < cache->spec.shards; i++) shard_fini(&cache->shards[i]);
    arena_fini(&cache->arena);
    mem_free(cache);
}

const CacheSpec *cache_spec(const Cache *cache)
{
    return &cache->spec;
}

int64_t cache_now_ms(const Cache *cache)
{
    return cache->spec.clock ? cache->spec.clock(cache->spec.clock_arg) : clock_wall_ms();
}

// "search" of "cq:search:1:00ff".
static Str space_of(Str key)
{
    Str rest = key, head = {0}, space = {0};
    bool ours = str_next(&rest, ':', &head) && str_eq(head, STR("cq")) &&
                str_next(&rest, ':', &space) && rest.len && space.len <= SPACE_MOST;
    return ours ? space : STR("");
}

static int64_t ttl_ms_of(int64_t wanted, int64_t fallback_ms)
{
    if (wanted == CACHE_TTL_DEFAULT) return fallback_ms;
    return wanted < 0 ? 0 : MIN(wanted, (int64_t)TTL_MOST_S) * 1000;
}

// False when the key's namespace is switched off, or the key is too long.
static bool find_place(Cache *cache, Str key, int64_t ttl_s, Place *at)
{
    uint64_t hash = hash_str(key);
    *at = (Place){.key = key, .space = space_of(key), .id = (int64_t)hash};
    at->shard = &cache->shards[hash % (uint64_t)cache->spec.shards];
    at->ttl_ms = cache->spec.ttl_s * 1000;
    bool on = cache->spec.enabled && key.len <= KEY_MOST;
    for (size_t i = 0; i < cache->spec.namespace_count; i++) {
        const CacheNamespace *rule = &cache->spec.namespaces[i];
        if (!str_eq(rule->name, at->space)) continue;
        at->ttl_ms = ttl_ms_of(rule->ttl_s, at->ttl_ms);
        on = on && !rule->off;
    }
    at->ttl_ms = ttl_ms_of(ttl_s, at->ttl_ms);
    return on;
}

static void drop_bad(Ctx *cx, const Place *at)
{
    Removed removed = {0};
    shard_count(at->shard, CACHE_CORRUPT, 1);
    int rc = entry_delete(at->shard, at->id, &removed);
    if (rc != SQLITE_OK) shard_failed(cx, at->shard, rc, "removing a damaged entry");
}

static bool get_locked(Ctx *cx, const Place *at, Str *value)
{
    Found found = FOUND_NONE;
    if (!shard_ready(cx, at->shard, SHARD_MAKE)) return false;
    int rc = entry_read(at->shard, at, cx->arena, value, &found);
    if (rc != SQLITE_OK) shard_failed(cx, at->shard, rc, "reading");
    if (found == FOUND_BAD) drop_bad(cx, at);
    return found == FOUND_VALUE;
}

bool cache_get(Ctx *cx, Cache *cache, Str key, Str *value)
{
    Place at;
    bool on = find_place(cache, key, CACHE_TTL_DEFAULT, &at);
    mutex_lock(&at.shard->mutex);
    bool hit = on && get_locked(cx, &at, value);
    shard_count(at.shard, hit ? CACHE_HITS : CACHE_MISSES, 1);
    mutex_unlock(&at.shard->mutex);
    return hit;
}

static bool put_locked(Ctx *cx, const Place *at, Str value, const CachePut *how)
{
    bool kept = false;
    if (!shard_ready(cx, at->shard, SHARD_MAKE)) return false;
    int rc = entry_write(at->shard, at, value, how, &kept);
    if (rc != SQLITE_OK) shard_failed(cx, at->shard, rc, "writing");
    else shard_count(at->shard, kept ? CACHE_SETS : CACHE_REFUSED, 1);
    return kept;
}

bool cache_put(Ctx *cx, Cache *cache, Str key, Str value, const CachePut *how)
{
    Place at;
    bool on = find_place(cache, key, how ? how->ttl_s : CACHE_TTL_DEFAULT, &at);
    if (!on && key.len <= KEY_MOST) return false;
    uint64_t largest = cache->spec.size_limit_bytes / (uint64_t)cache->spec.shards / LARGEST_PART;
    bool fits = on && value.len <= largest && (!how || how->tag_count <= TAGS_MOST);
    mutex_lock(&at.shard->mutex);
    if (!fits) shard_count(at.shard, CACHE_REFUSED, 1);
    bool kept = fits && put_locked(cx, &at, value, how);
    mutex_unlock(&at.shard->mutex);
    return kept;
}

bool cache_delete(Ctx *cx, Cache *cache, Str key)
{
    Place at;
    Removed removed = {0};
    if (!find_place(cache, key, CACHE_TTL_DEFAULT, &at)) return false;
    mutex_lock(&at.shard->mutex);
    if (shard_ready(cx, at.shard, SHARD_MAKE)) {
        int rc = entry_delete(at.shard, at.id, &removed);
        if (rc != SQLITE_OK) shard_failed(cx, at.shard, rc, "removing");
        shard_count(at.shard, CACHE_DELETES, removed.entries);
    }
    mutex_unlock(&at.shard->mutex);
    return removed.entries > 0;
}

bool cache_touch(Ctx *cx, Cache *cache, Str key, int64_t ttl_s)
{
    Place at;
    bool found = false;
    if (!find_place(cache, key, ttl_s, &at)) return false;
    mutex_lock(&at.shard->mutex);
    if (shard_ready(cx, at.shard, SHARD_MAKE)) {
        int rc = entry_touch(at.shard, &at, &found);
        if (rc != SQLITE_OK) shard_failed(cx, at.shard, rc, "touching");
    }
    mutex_unlock(&at.shard->mutex);
    return found;
}

static void use_shard(Ctx *cx, Shard *shard, ShardUse use, ShardFn fn, void *arg)
{
    mutex_lock(&shard->mutex);
    if (shard->db || shard_exists(cx, shard->cache, shard->index))
        fn(cx, shard, shard_ready(cx, shard, use), arg);
    mutex_unlock(&shard->mutex);
}

// One that a Cache with more shards has left.
static void use_stray(Ctx *cx, Cache *cache, int index, ShardUse use, ShardFn fn, void *arg)
{
    Shard stray, *first = &cache->shards[0];
    if (!shard_exists(cx, cache, index)) return;
    shard_init(&stray, cache, index);
    use_shard(cx, &stray, use, fn, arg);
    mutex_lock(&first->mutex);
    for (int i = 0; i < CACHE_COUNTERS; i++) first->counts[i] += stray.counts[i];
    mutex_unlock(&first->mutex);
    shard_fini(&stray);
}

void cache_each_shard(Ctx *cx, Cache *cache, ShardUse use, ShardFn fn, void *arg)
{
    if (!cache->spec.enabled) return;
    for (int i = 0; i < cache->spec.shards; i++) use_shard(cx, &cache->shards[i], use, fn, arg);
    for (int i = cache->spec.shards; i < CACHE_MOST_SHARDS; i++)
        use_stray(cx, cache, i, use, fn, arg);
}

typedef struct Sweep {
    Choice choice;
    CacheCounter counter;
    CacheRemoved out;
    bool shrink; // give the disk space back
} Sweep;

static int sweep_shard(Ctx *cx, Shard *shard, Sweep *sweep)
{
    for (;;) {
        Removed removed = {0};
        int rc = entry_remove(shard, &sweep->choice, REMOVE_BATCH, &removed);
        if (rc != SQLITE_OK) return rc;
        shard_count(shard, sweep->counter, removed.entries);
        sweep->out.entries += removed.entries;
        sweep->out.bytes += removed.bytes;
        if (removed.entries < REMOVE_BATCH) return SQLITE_OK;
        if (ctx_stopped(cx)) {
            sweep->out.complete = false;
            return SQLITE_OK;
        }
    }
}

static void sweep(Ctx *cx, Shard *shard, bool usable, void *arg)
{
    Sweep *of = arg;
    int rc = usable ? sweep_shard(cx, shard, of) : SQLITE_OK;
    // Best effort: a reader elsewhere keeps the file from shrinking, and nothing else.
    if (usable && rc == SQLITE_OK && of->shrink &&
        sqlite3_exec(shard->db, "VACUUM", NULL, NULL, NULL) == SQLITE_OK)
        sqlite3_wal_checkpoint_v2(shard->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc != SQLITE_OK) shard_failed(cx, shard, rc, "removing");
    if (rc != SQLITE_OK || !usable) of->out.complete = false;
}

CacheRemoved cache_evict(Ctx *cx, Cache *cache, Str tag, Str space)
{
    Query query = !tag.len     ? QUERY_REMOVE_SPACE
                  : !space.len ? QUERY_REMOVE_TAG
                               : QUERY_REMOVE_TAG_SPACE;
    if (!tag.len && !space.len) return cache_clear(cx, cache);
    Sweep evict = {.choice = {.query = query, .tag = tag, .space = space},
                   .counter = CACHE_EVICTED,
                   .out.complete = true};
    cache_each_shard(cx, cache, SHARD_IF_THERE, sweep, &evict);
    return evict.out;
}

uint64_t cache_evict_tag(Ctx *cx, Cache *cache, Str tag)
{
    return tag.len ? cache_evict(cx, cache, tag, STR("")).entries : 0;
}

CacheRemoved cache_clear(Ctx *cx, Cache *cache)
{
    Sweep clear = {.choice.query = QUERY_REMOVE_ALL,
                   .counter = CACHE_CLEARED,
                   .out.complete = true,
                   .shrink = true};
    cache_each_shard(cx, cache, SHARD_IF_THERE, sweep, &clear);
    return clear.out;
}

static void cull_to_limit(Ctx *cx, Shard *shard, bool usable, void *arg)
{
    Sweep *of = arg;
    bool room = false;
    uint64_t before = shard->counts[CACHE_CULLED];
    sweep(cx, shard, usable, arg);
    if (!usable || !shard->db) return;
    int rc = shard_run(shard, QUERY_BEGIN);
    if (rc == SQLITE_OK) rc = entry_flush_touches(shard);
    if (rc == SQLITE_OK) rc = entry_make_room(shard, 0, &room);
    if (rc == SQLITE_OK) rc = shard_run(shard, QUERY_COMMIT);
    of->out.entries += shard->counts[CACHE_CULLED] - before;
    if (rc != SQLITE_OK) shard_failed(cx, shard, rc, "making room");
    if (rc != SQLITE_OK) of->out.complete = false;
}

CacheRemoved cache_cull(Ctx *cx, Cache *cache)
{
    Sweep cull = {.choice = {.query = QUERY_REMOVE_OLD, .now_ms = cache_now_ms(cache)},
                  .counter = CACHE_EXPIRED,
                  .out.complete = true};
    cache_each_shard(cx, cache, SHARD_IF_THERE, cull_to_limit, &cull);
    return cull.out;
}

Str cache_key(Arena *arena, Str space, Str version, const Digest *digest)
{
    return str_format(arena, "cq:" STR_FMT ":" STR_FMT ":" STR_FMT, STR_ARG(space),
                      STR_ARG(version), STR_ARG(digest_hex(arena, digest)));
}

Str cache_tag_language(Arena *arena, Str workspace, Str language)
{
    return str_format(arena, STR_FMT ":" STR_FMT, STR_ARG(workspace), STR_ARG(language));
}

Str cache_tag_file(Arena *arena, Str workspace, Str language, const Digest *path_or_content)
{
    return str_format(arena, STR_FMT ":" STR_FMT ":file:" STR_FMT, STR_ARG(workspace),
                      STR_ARG(language), STR_ARG(digest_hex(arena, path_or_content)));
}

Str cache_tag_run(Arena *arena, Str workspace, Str run)
{
    return str_format(arena, STR_FMT ":run:" STR_FMT, STR_ARG(workspace), STR_ARG(run));
}
