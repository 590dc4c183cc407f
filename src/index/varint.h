// index/varint.h - numbers in as few bytes as they need: seven bits a byte, the lowest first.
//
// Threads: pure. Memory: the caller's. Blocks: never.
#ifndef CQ_INDEX_VARINT_H
#define CQ_INDEX_VARINT_H

#include "base/str.h"

enum { VARINT_LONGEST = 5 };

// Writes at most VARINT_LONGEST bytes; returns how many.
static inline size_t varint_put(uint8_t *to, uint32_t value)
{
    size_t len = 0;
    for (; value >= 0x80; value >>= 7) to[len++] = (uint8_t)(value | 0x80);
    to[len++] = (uint8_t)value;
    return len;
}

// The number at *at, which moves behind it. What the bytes end in the middle of is cut: it never
// reads at `end`.
static inline uint32_t varint_get(const uint8_t **at, const uint8_t *end)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 35 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) break;
    }
    return value;
}

static inline void varint_add(Buf *out, uint32_t value)
{
    out->len += varint_put((uint8_t *)buf_room(out, VARINT_LONGEST), value);
}

#endif
