// base/hash.h - non-cryptographic hashing (XXH3, xxhash 0.8; github.com/Cyan4973/xxHash).
#ifndef CQ_BASE_HASH_H
#define CQ_BASE_HASH_H

#include "base/str.h"

uint64_t hash_64(const void *ptr, size_t len);
static inline uint64_t hash_str(Str s)
{
    return hash_64(s.ptr, s.len);
}

#endif
