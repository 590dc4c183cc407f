// base/hash.c
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_64(const void *ptr, size_t len)
{
    return len ? XXH3_64bits(ptr, len) : 0;
}

Hash128 hash_128(const void *ptr, size_t len, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(len ? ptr : "", len, seed);
    return (Hash128){hash.low64, hash.high64};
}
