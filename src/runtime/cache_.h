// runtime/cache_.h - what the cache's own files share: one shard, its statements, its errors.
//
//   cache.c         the face: which shard, locks, counting
//   cache_shard.c   one SQLite file: open, schema, errors, emptying it
//   cache_entry.c   what is in it: read, write, remove, make room
//   cache_stats.c, cache_verify.c   look at all of it
//
// Threads: the caller holds shard->mutex for every function that takes a Shard (but shard_init).
// Fails:   functions that return int give an SQLite result code, SQLITE_OK for success; the caller
//          hands others to shard_failed.
#ifndef CQ_RUNTIME_CACHE__H
#define CQ_RUNTIME_CACHE__H

#include <sqlite3.h>

#include "base/vec.h"
#include "runtime/cache.h"

enum {
    TOUCHES_MOST = 64,      // reads remembered before they are written out
    TOUCH_AFTER_MS = 60000, // how exact the age since the last read is
    COOLDOWN_MS = 1000,     // a shard that failed is left alone for so long
    SKEW_MS = 60000,        // an entry from the future is not believed, but clocks differ a little
    REMOVE_BATCH = 256,     // entries removed in one transaction: others wait for it
    PAGE_BYTES = 4096,      // of a shard we make
    KEY_MOST = 1024,
    TAGS_MOST = 64,
    SPACE_MOST = 64,
};

typedef enum Query {
#define CACHE_QUERY(id, sql) QUERY_##id,
#include "runtime/cache_sql.def"
#undef CACHE_QUERY
    QUERIES
} Query;

typedef struct Shard {
    Mutex mutex;
    Cache *cache;
    int index;
    // guarded by mutex
    sqlite3 *db;                    // NULL: not open
    sqlite3_stmt *queries[QUERIES]; // prepared when first used
    int64_t down_since_ms;          // failed then: left alone for COOLDOWN_MS; 0: not
    int64_t page_bytes, most_pages;
    int64_t touched[TOUCHES_MOST]; // entries read since, to be marked as used
    int touched_count;
    uint64_t counts[CACHE_COUNTERS], saved[CACHE_COUNTERS]; // saved: those in the totals on disk
    char trouble[160];                                      // the newest failure
} Shard;

struct Cache {
    CacheSpec spec;                 // frozen
    Arena arena;                    // of the spec
    Counter warned[CACHE_COUNTERS]; // a kind of failure is logged once
    Shard *shards;                  // spec.shards of them
};

// A key, and where it belongs.
typedef struct Place {
    Shard *shard;
    Str key, space;
    int64_t id; // hash of the key: the row; two keys with one hash push each other out
    int64_t ttl_ms;
} Place;

typedef struct Removed {
    uint64_t entries, bytes;
} Removed;

static inline void shard_count(Shard *shard, CacheCounter counter, uint64_t amount)
{
    shard->counts[counter] += amount;
}

int64_t cache_now_ms(const Cache *cache);

void shard_init(Shard *shard, Cache *cache, int index);
void shard_fini(Shard *shard); // closes; takes no lock
const char *shard_path(Arena *arena, const Cache *cache, int index);
bool shard_exists(Ctx *cx, const Cache *cache, int index);
typedef enum ShardUse {
    SHARD_MAKE,     // made when missing, emptied when damaged or of another version
    SHARD_IF_THERE, // not made
    SHARD_AS_IS,    // not made and not emptied
} ShardUse;
// True when the shard can be used, and is open. A failure is counted.
bool shard_ready(Ctx *cx, Shard *shard, ShardUse use);
// Counts and logs a failure, ends an open transaction; empties a corrupt shard, closes a broken
// one.
void shard_failed(Ctx *cx, Shard *shard, int rc, const char *what);
int shard_reset(Ctx *cx, Shard *shard); // empties it, whatever is in it

// A statement, ready to bind; NULL (and *rc) when it cannot be prepared.
sqlite3_stmt *shard_query(Shard *shard, Query which, int *rc);
int shard_run(Shard *shard, Query which);                  // one without arguments and rows
int shard_finish(sqlite3_stmt *statement);                 // steps to the end, resets
int shard_number(Shard *shard, Query which, int64_t *out); // one row, one number
int shard_pages(Shard *shard, int64_t *used);              // free ones not counted
void shard_close(Shard *shard);

typedef enum Found { FOUND_NONE, FOUND_VALUE, FOUND_BAD } Found; // BAD: not as its check sum says
int entry_read(Shard *shard, const Place *at, Arena *arena, Str *value, Found *found);
int entry_write(Shard *shard, const Place *at, Str value, const CachePut *how, bool *kept);
int entry_delete(Shard *shard, int64_t id, Removed *removed);
int entry_touch(Shard *shard, const Place *at, bool *found);
int entry_flush_touches(Shard *shard); // in the open transaction, or in one of its own

typedef struct Choice { // of entries to remove: one of QUERY_REMOVE_*, and its arguments
    Query query;
    Str tag, space;
    int64_t now_ms;
} Choice;
// One transaction (the open one, if any) removes up to `most` of them.
int entry_remove(Shard *shard, const Choice *choice, int64_t most, Removed *removed);
// Removes the least used until `pages` are free, in the open transaction.
int entry_make_room(Shard *shard, int64_t pages, bool *room);
bool entry_intact(sqlite3_stmt *row); // a row of QUERY_READ or QUERY_READ_ALL
void stats_save(Cache *cache);        // adds the counters to the totals on disk

// Calls fn with each shard file that exists, locked; also those of a larger `shards` of before.
// `usable` is false when it could not be opened.
typedef void (*ShardFn)(Ctx *cx, Shard *shard, bool usable, void *arg);
void cache_each_shard(Ctx *cx, Cache *cache, ShardUse use, ShardFn fn, void *arg);

#endif
