// base/digest.h - BLAKE2b-256 (RFC 7693; libsodium's crypto_generichash), for fingerprints that
// name content across processes and machines. For hash tables use base/hash.h.
//
// Threads: a Digester belongs to one thread. Memory: values. Fails: never.
#ifndef CQ_BASE_DIGEST_H
#define CQ_BASE_DIGEST_H

#include "base/str.h"

enum { DIGEST_BYTES = 32 };

typedef struct Digest {
    uint8_t bytes[DIGEST_BYTES];
} Digest;

typedef struct Digester { // on the stack; init, add any number of times, end
    _Alignas(64) uint8_t state[384];
} Digester;

// Chooses the instructions that this processor has for it; without that, digests are the same and
// take twice as long. For the start of a program, before it has threads; once is enough.
void digest_prepare(void);

void digester_init(Digester *digester);
// The length goes in before the bytes, so that ("ab","c") and ("a","bc") differ.
void digester_add(Digester *digester, Str part);
void digester_add_int(Digester *digester, int64_t value); // 8 bytes, little-endian
void digester_add_digest(Digester *digester, const Digest *digest);
Digest digester_end(Digester *digester);

Digest digest_of(Str bytes); // plain BLAKE2b-256 of the bytes, as b2sum -l 256 prints it
bool digest_eq(const Digest *a, const Digest *b);
uint64_t digest_hash(const Digest *digest); // its first 8 bytes, for hash tables
Str digest_hex(Arena *arena, const Digest *digest);
bool digest_from_hex(Str hex, Digest *out); // 64 hex digits

#endif
