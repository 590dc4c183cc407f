// base/hash.h - non-cryptographic hashing (XXH3, xxhash 0.8; github.com/Cyan4973/xxHash).
#ifndef CQ_BASE_HASH_H
#define CQ_BASE_HASH_H

#include "base/str.h"

typedef struct Hash128 {
    uint64_t low, high;
} Hash128;

uint64_t hash_64(const void *ptr, size_t len);
// For check sums: finds every accident, but not what somebody made on purpose.
Hash128 hash_128(const void *ptr, size_t len, uint64_t seed);
static inline uint64_t hash_str(Str s)
{
    return hash_64(s.ptr, s.len);
}

#endif
