// support/fake_redis.h - speaks Redis' protocol on a socket of 127.0.0.1, and misbehaves when told.
//
// Threads: one of its own; fake_redis_* from the test's. Memory: heap.
#ifndef CQ_SUPPORT_FAKE_REDIS_H
#define CQ_SUPPORT_FAKE_REDIS_H

#include "base/str.h"

typedef enum FakeFault {
    FAKE_WELL,
    FAKE_SILENT,  // never answers
    FAKE_HANG_UP, // closes instead of answering
    FAKE_ERROR,   // -ERR broken
    FAKE_GARBAGE, // what no Redis says
    FAKE_HALF,    // half an answer, then closes
    FAKE_WRONG,   // an answer of another kind
    FAKE_GONE,    // nobody listens, all connections are closed
} FakeFault;

typedef struct FakeRedis FakeRedis;

FakeRedis *fake_redis_start(void);
void fake_redis_stop(FakeRedis *fake);
Str fake_redis_url(Arena *arena, const FakeRedis *fake);
void fake_redis_fault(FakeRedis *fake, FakeFault fault); // from the next request on
// GET requests are held back until it is false; how many are.
void fake_redis_hold(FakeRedis *fake, bool hold);
uint64_t fake_redis_held(FakeRedis *fake);
uint64_t fake_redis_requests(FakeRedis *fake, const char *command); // "GET"
uint64_t fake_redis_connections(FakeRedis *fake);
bool fake_redis_peek(Arena *arena, FakeRedis *fake, const char *key_end, Str *value);
// Sets the value of the key that ends so; it must be there.
void fake_redis_poke(FakeRedis *fake, const char *key_end, Str value);

#endif
