// runtime/redis.h - a Redis server: values under keys, each for a time. What a process shares with
// others, when it is there; nobody depends on it.
//
//   redis_new --> redis_get, redis_put, redis_delete --> redis_free
//   after a failure every call fails at once for retry_ms; the next one tries again
//
// hiredis does the protocol; it is opened when first used, and its header is needed to build this.
//
// Threads: any; each call has a connection of its own. Memory: heap; answers in cx->arena.
// Blocks:  every call, for the server: timeout_ms for the connection and again for the answer, or
//          until cx's deadline (not by its cancel flag).
#ifndef CQ_RUNTIME_REDIS_H
#define CQ_RUNTIME_REDIS_H

#include "base/ctx.h"

typedef struct Redis Redis;

typedef struct RedisSpec {
    Str url;      // redis://HOST[:PORT][/DATABASE] or unix:PATH; copied
    Str password; // empty: none; copied
    int64_t timeout_ms, retry_ms;
    int64_t (*now_ns)(void *clock); // NULL: clock_now_ns
    void *clock;
} RedisSpec;

// Connects to nobody. Fails: BAD_REQUEST (url).
MUST_CHECK Fail redis_new(Arena *errors, const RedisSpec *spec, Redis **out);
MUST_CHECK Fail redis_check_url(Arena *errors, Str url); // Fails: BAD_REQUEST
void redis_free(Redis *redis);                           // no call may run; NULL is fine

// Fails, all of them: UNAVAILABLE (no library, no server, no answer in time, or one that is no
// answer; ext "runtime": "redis"). Values and keys are any bytes.
MUST_CHECK Fail redis_get(Ctx *cx, Redis *redis, Str key, Str *value, bool *found);
MUST_CHECK Fail redis_put(Ctx *cx, Redis *redis, Str key, Str value, int64_t ttl_s); // at least 1
MUST_CHECK Fail redis_delete(Ctx *cx, Redis *redis, Str key);
MUST_CHECK Fail redis_ping(Ctx *cx, Redis *redis);

typedef struct RedisStats {
    uint64_t calls, failures; // failures: that waited for a server, or had an answer that is none
    uint64_t spared;          // calls that failed at once, after one of these
    uint64_t connections;     // that were made
    bool down;                // the last call that tried failed
} RedisStats;
RedisStats redis_stats(Redis *redis);

#endif
