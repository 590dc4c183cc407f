// runtime/cache.h - values kept on disk between runs: key to bytes, with age, tags and a size
// limit.
//
//   cache_open --first use--> shard files <dir>/shard-NN.db (SQLite, WAL) --cache_close--> gone
//       get:  right value, or a miss
//       put:  kept, or not; room is made by dropping what is old
//
// Fail-open: a disk that is locked, full, corrupt, read-only or broken makes misses, counted by
// kind (CacheCounter) and logged once a kind ("cache.degraded"). Nothing here returns a Fail. A
// value is never wrong: a check sum binds it to its key and its times.
//
// Threads: any; processes too: many may use one folder at once. One copy of SQLite a process.
// Memory:  a value lives in cx->arena. A Cache is heap and copies its spec.
// Blocks:  for disk, and up to timeout_s when another process writes. Nothing is touched on disk
//          before the first call that needs it.
#ifndef CQ_RUNTIME_CACHE_H
#define CQ_RUNTIME_CACHE_H

#include "base/ctx.h"
#include "base/digest.h"

typedef struct Cache Cache;

typedef enum CacheEviction {
    CACHE_LRU,                   // drop what was not read for longest (known to a minute)
    CACHE_LEAST_RECENTLY_STORED, // drop what was put first
    CACHE_EVICT_NONE,            // drop nothing that has not expired: a full cache takes no more
} CacheEviction;

enum { CACHE_TTL_DEFAULT = 0, CACHE_TTL_NEVER = -1 }; // for ttl_s of a namespace or a put

typedef struct CacheNamespace { // the <namespace> of cq:<namespace>:<version>:<digest>
    Str name;
    int64_t ttl_s; // CACHE_TTL_DEFAULT: the spec's
    bool off;      // gets miss, puts are dropped
} CacheNamespace;

typedef struct CacheSpec {
    bool enabled;              // false: every get misses, the disk is not touched
    Str dir;                   // made when missing, for its owner only
    int shards;                // files, 1 .. CACHE_MOST_SHARDS
    double timeout_s;          // how long to wait for a lock of another process
    int64_t ttl_s;             // age at which a value is dropped; 0: none
    uint64_t size_limit_bytes; // of all files; at least CACHE_LEAST_SHARD_BYTES a shard
    int cull_limit;            // expired entries that a put removes in passing, at most
    CacheEviction eviction;
    bool statistics; // keep totals of all processes in the cache
    const CacheNamespace *namespaces;
    size_t namespace_count;
    int64_t (*clock)(void *arg); // milliseconds since 1970; NULL: the system's
    void *clock_arg;
    const char *vfs; // SQLite's file layer, for tests; NULL: the system's
} CacheSpec;

enum { CACHE_MOST_SHARDS = 64, CACHE_LEAST_SHARD_BYTES = 256 << 10 };
// 8 shards, 0.05 s, 900 s, 2 GiB, cull 10, LRU, with statistics.
CacheSpec cache_spec_default(Str dir);

Cache *cache_open(const CacheSpec *spec); // numbers out of range are taken to the nearest in it
void cache_close(Cache *cache);           // writes out totals; NULL is fine
const CacheSpec *cache_spec(const Cache *cache); // borrowed

bool cache_get(Ctx *cx, Cache *cache, Str key, Str *value);

typedef struct CachePut {
    int64_t ttl_s; // CACHE_TTL_DEFAULT: the namespace's
    const Str *tags;
    size_t tag_count;
} CachePut;
// Replaces what was there. `how` may be NULL. False when it was not kept: values over 1/32
// of a shard's part of the limit (8 MiB by default), keys over 1 KiB and more than 64 tags are not.
bool cache_put(Ctx *cx, Cache *cache, Str key, Str value, const CachePut *how);
bool cache_delete(Ctx *cx, Cache *cache, Str key);               // true when it was there
bool cache_touch(Ctx *cx, Cache *cache, Str key, int64_t ttl_s); // counts its age from now on

typedef struct CacheRemoved {
    uint64_t entries, bytes;
    bool complete; // false: some could not be removed (see the counters)
} CacheRemoved;
// What carries the tag and is in the namespace; an empty one stands for any.
CacheRemoved cache_evict(Ctx *cx, Cache *cache, Str tag, Str space);
uint64_t cache_evict_tag(Ctx *cx, Cache *cache, Str tag); // entries removed
CacheRemoved cache_clear(Ctx *cx, Cache *cache);          // all; gives the disk space back
CacheRemoved cache_cull(Ctx *cx, Cache *cache);           // all expired, and down to the limit

typedef enum CacheCounter {
#define CACHE_COUNTER(id, name, help) CACHE_##id,
#include "runtime/cache.def"
#undef CACHE_COUNTER
    CACHE_COUNTERS
} CacheCounter;
const char *cache_counter_name(CacheCounter counter);
const char *cache_counter_help(CacheCounter counter);

typedef struct CacheSpace { // what is there of one namespace
    Str name;
    uint64_t entries, bytes;
} CacheSpace;

typedef struct CacheStats {
    uint64_t counts[CACHE_COUNTERS]; // of this Cache
    uint64_t totals[CACHE_COUNTERS]; // of all that are closed, and this one; 0 without statistics
    uint64_t entries, bytes;         // bytes: keys and values
    uint64_t disk_bytes;             // pages in use, with indexes
    int shards;                      // that exist
    const CacheSpace *spaces;        // by name
    size_t space_count;
    Str trouble; // the newest reason for a miss that was no plain miss; empty when all is well
} CacheStats;
void cache_counts(Cache *cache, uint64_t counts[CACHE_COUNTERS]); // reads no disk
void cache_stats(Ctx *cx, Cache *cache, CacheStats *out);

typedef struct CacheVerdict {
    int shards, bad_shards;        // bad: SQLite's own check fails, or it cannot be read
    uint64_t entries, bad_entries; // bad: the check sum does not fit
    uint64_t bad_tags, bad_spaces; // tags without an entry, wrong sums of a namespace
    bool repaired;                 // what was found is gone: entries dropped, shards emptied
    Str trouble;                   // the first thing found
} CacheVerdict;
// Reads everything. With `repair`, what is bad is removed.
void cache_verify(Ctx *cx, Cache *cache, bool repair, CacheVerdict *out);

// cq:<space>:<version>:<hex digest>
Str cache_key(Arena *arena, Str space, Str version, const Digest *digest);
// Tags, coarse to fine. Equal texts are equal tags; nothing is escaped.
Str cache_tag_language(Arena *arena, Str workspace, Str language); // workspace:language
Str cache_tag_file(Arena *arena, Str workspace, Str language, const Digest *path_or_content);
Str cache_tag_run(Arena *arena, Str workspace, Str run); // workspace:run:<run>

#endif
