// base/hash.c
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_64(const void *ptr, size_t len)
{
    return len ? XXH3_64bits(ptr, len) : 0;
}
