// lang/wire.h - Facts as bytes, for a worker process to send.
//
// Strings that are verbatim source go as their place in the text, which both sides have. Numbers
// are LEB128. The reader trusts nothing: every offset lies in the text, every index in its array,
// and parents stand before their children, so that walks over decoded facts end.
//
// Threads: pure. Memory: decoded facts live in the arena and borrow the text and the bytes.
#ifndef CQ_LANG_WIRE_H
#define CQ_LANG_WIRE_H

#include "lang/facts.h"

typedef struct Wire { // reads one value after the other; `bad` stays set after the first wrong one
    const char *at, *end;
    bool bad;
} Wire;

void wire_put(Buf *out, uint64_t value);
uint64_t wire_get(Wire *in, uint64_t most); // 0 and bad when it is larger
void wire_put_str(Buf *out, Str s);
Str wire_get_str(Wire *in); // borrows

// Where the name that begins at `at` ends: behind letters, digits, _ and all beyond ASCII.
uint32_t wire_name_end(Str text, uint32_t at);
static inline uint64_t wire_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}
static inline int64_t wire_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}
// wire_get; most values are small.
static inline uint64_t wire_next(Wire *in, uint64_t most)
{
    if (in->at < in->end && (unsigned char)*in->at < 0x80 && (unsigned char)*in->at <= most)
        return (unsigned char)*in->at++;
    return wire_get(in, most);
}

// Of what is kept of a text, squeezed (base/squeeze.h), no more bytes are taken back than that; it
// is a small part of the text.
static inline size_t wire_most_squeezed(Str text)
{
    return 16 * text.len + 4096;
}

// With `defs_only`, calls, imports and spans are left out.
void facts_encode(Buf *out, const Facts *facts, Str text, bool defs_only);
// `text` is the one that was parsed. False when the bytes are not facts of it.
MUST_CHECK bool facts_decode(Arena *arena, Str bytes, Str text, Facts *out);

#endif
