// base/digest.c
#include "base/digest.h"

#include <assert.h>
#include <sodium.h>

static_assert(sizeof(crypto_generichash_state) <= sizeof(((Digester *)0)->state),
              "Digester holds the library's state");

static crypto_generichash_state *state_of(Digester *digester)
{
    return (crypto_generichash_state *)(void *)digester->state;
}

static void add(Digester *digester, const void *bytes, size_t len)
{
    if (len) crypto_generichash_update(state_of(digester), bytes, len);
}

void digest_prepare(void)
{
    int ready = sodium_init(); // -1: no random numbers, which nobody asks for
    (void)ready;
}

void digester_init(Digester *digester)
{
    crypto_generichash_init(state_of(digester), NULL, 0, DIGEST_BYTES);
}

void digester_add(Digester *digester, Str part)
{
    digester_add_int(digester, (int64_t)part.len);
    add(digester, part.ptr, part.len);
}

void digester_add_int(Digester *digester, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    add(digester, bytes, sizeof bytes);
}

void digester_add_digest(Digester *digester, const Digest *digest)
{
    add(digester, digest->bytes, DIGEST_BYTES);
}

Digest digester_end(Digester *digester)
{
    Digest digest;
    crypto_generichash_final(state_of(digester), digest.bytes, DIGEST_BYTES);
    return digest;
}

Digest digest_of(Str bytes)
{
    Digest digest;
    static const uint8_t none = 0;
    const uint8_t *from = bytes.len ? (const uint8_t *)bytes.ptr : &none;
    crypto_generichash(digest.bytes, DIGEST_BYTES, from, bytes.len, NULL, 0);
    return digest;
}

bool digest_eq(const Digest *a, const Digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

uint64_t digest_hash(const Digest *digest)
{
    uint64_t hash;
    memcpy(&hash, digest->bytes, sizeof hash);
    return hash;
}

Str digest_hex(Arena *arena, const Digest *digest)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_alloc(arena, (size_t)2 * DIGEST_BYTES + 1);
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest->bytes[i] >> 4];
        hex[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    return (Str){hex, (size_t)2 * DIGEST_BYTES};
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool digest_from_hex(Str hex, Digest *out)
{
    if (hex.len != (size_t)2 * DIGEST_BYTES) return false;
    Digest digest;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        int high = digit_value(hex.ptr[2 * i]), low = digit_value(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        digest.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = digest;
    return true;
}
