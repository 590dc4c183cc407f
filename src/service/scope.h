// service/scope.h - what a session looks at: languages, folders and globs that stand for those
// which a request does not name, kept for a time under the session's name.
//
//   scope_set --> this process (at most so many sessions) --> Redis, when redis.url is set
//   scope_get <-- this process, while it is fresh <-- Redis, asked once for all who wait
//
// Without Redis a scope is known to this process alone. With it, a process believes its own copy
// for SCOPE_FRESH_S seconds. While Redis cannot be had, the copy serves until its time is over, and
// what is set or cleared is told to Redis when it is back; each answer says so (`limit`).
//
// Threads: any. Memory: the store is heap; a Scope is the caller's, in cx->arena.
// Blocks:  for Redis (redis.timeout_ms), and for another thread that asks it for the same session.
#ifndef CQ_SERVICE_SCOPE_H
#define CQ_SERVICE_SCOPE_H

#include "base/ctx.h"

enum { SCOPE_FRESH_S = 2, SCOPE_MOST_ITEMS = 256, SCOPE_MOST_BYTES = 16 << 10 };

typedef struct ScopeStore ScopeStore;
struct Cell;

typedef struct ScopeSpec {
    int64_t ttl_s;                  // of a scope that names no time
    size_t most_sessions;           // in this process; the one used longest ago goes
    struct Cell *redis;             // of a Redis; NULL: there is none
    Str folder;                     // of the workspace: scopes of another are others. Copied.
    int64_t (*now_ns)(void *clock); // NULL: clock_now_ns
    void *clock;
} ScopeSpec;

ScopeStore *scope_store_new(const ScopeSpec *spec);
void scope_store_free(ScopeStore *store); // NULL is fine

typedef struct ScopeTexts {
    const Str *items;
    size_t count;
} ScopeTexts;

typedef struct Scope {
    ScopeTexts lang, in, glob; // each stands for the argument of its name, when that is not given
} Scope;

typedef struct ScopeAnswer {
    bool found;
    Scope scope;
    int64_t left_s; // until it is forgotten
    Str limit;      // what Redis did not do, and what that means; empty: nothing
} ScopeAnswer;

// Fails, all of them: BAD_REQUEST (session is not 1 to 128 letters, digits and ._:-); CANCELLED.
// ttl_s <= 0 takes that of the store. Also fails: TOO_LARGE.
MUST_CHECK Fail scope_set(Ctx *cx, ScopeStore *store, Str session, const Scope *scope,
                          int64_t ttl_s, ScopeAnswer *out);
MUST_CHECK Fail scope_get(Ctx *cx, ScopeStore *store, Str session, ScopeAnswer *out);
MUST_CHECK Fail scope_clear(Ctx *cx, ScopeStore *store, Str session, ScopeAnswer *out);

typedef struct ScopeStats {
    uint64_t local, remote, misses; // gets that were answered here, by Redis, not at all
    uint64_t waited;                // gets that waited for another's question
    uint64_t outages;               // questions that Redis did not answer
} ScopeStats;
ScopeStats scope_stats(ScopeStore *store);

#endif
