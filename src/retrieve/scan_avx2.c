// retrieve/scan_avx2.c - the same passes, 32 bytes at a time. Compiled with -mavx2 and only called
// after scan_select found the instructions. scan_test.c compares it with scan_plain.
//
// One needle: compare its two rarest bytes at their offsets (after Mula, "SIMD-friendly algorithms
// for substring searching"). Several: Teddy's nibble tables over the first bytes (Hyperscan).
#include "retrieve/scan.h"

#if defined(__AVX2__)
#include <immintrin.h>

static __m256i load(const char *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

static uint32_t mask_of(__m256i equal)
{
    return (uint32_t)_mm256_movemask_epi8(equal);
}

static size_t find_one(const NeedleSet *set, const char *text, size_t len, size_t from)
{
    size_t needle_len = set->needles[0].len;
    if (len < needle_len) return len;
    const __m256i a = _mm256_set1_epi8((char)set->rare_a_byte[0]);
    const __m256i b = _mm256_set1_epi8((char)set->rare_b_byte[0]);
    size_t last = len - needle_len; // the last place it can begin
    for (size_t i = from; i <= last; i += 32) {
        __m256i is_a = _mm256_cmpeq_epi8(load(text + i + set->rare_a), a);
        __m256i is_b = _mm256_cmpeq_epi8(load(text + i + set->rare_b), b);
        for (uint32_t mask = mask_of(_mm256_and_si256(is_a, is_b)); mask; mask &= mask - 1) {
            size_t at = i + (size_t)__builtin_ctz(mask);
            if (at <= last && needle_at(set, 0, text, len, at)) return at;
        }
    }
    return len;
}

static __m256i is_either(__m256i bytes, const unsigned char pair[2])
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)pair[0])),
                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)pair[1])));
}

static size_t find_one_folded(const NeedleSet *set, const char *text, size_t len, size_t from)
{
    size_t needle_len = set->needles[0].len;
    if (len < needle_len) return len;
    size_t last = len - needle_len;
    for (size_t i = from; i <= last; i += 32) {
        __m256i is_a = is_either(load(text + i + set->rare_a), set->rare_a_byte);
        __m256i is_b = is_either(load(text + i + set->rare_b), set->rare_b_byte);
        for (uint32_t mask = mask_of(_mm256_and_si256(is_a, is_b)); mask; mask &= mask - 1) {
            size_t at = i + (size_t)__builtin_ctz(mask);
            if (at <= last && needle_at(set, 0, text, len, at)) return at;
        }
    }
    return len;
}

static __m256i table(const unsigned char nibbles[16])
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)nibbles));
}

// Which buckets the bytes may belong to, one bit each.
static __m256i buckets(__m256i bytes, __m256i low, __m256i high)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i from_low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
    return _mm256_and_si256(from_low, _mm256_shuffle_epi8(high, upper));
}

static size_t find_many(const NeedleSet *set, const char *text, size_t len, size_t from,
                        uint32_t *which)
{
    __m256i low[3], high[3];
    for (uint32_t p = 0; p < 3; p++) {
        uint32_t used = MIN(p, set->prints - 1); // repeats the last one when there are fewer
        low[p] = table(set->low[used]);
        high[p] = table(set->high[used]);
    }
    size_t second = MIN(1u, set->prints - 1), third = MIN(2u, set->prints - 1);
    for (size_t i = from; i + set->shortest <= len; i += 32) {
        __m256i found = buckets(load(text + i), low[0], high[0]);
        found = _mm256_and_si256(found, buckets(load(text + i + second), low[1], high[1]));
        found = _mm256_and_si256(found, buckets(load(text + i + third), low[2], high[2]));
        uint32_t mask = ~mask_of(_mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
        for (; mask; mask &= mask - 1) {
            size_t at = i + (size_t)__builtin_ctz(mask);
            if (at + set->shortest > len) break;
            for (uint32_t n = 0; n < set->count; n++)
                if (needle_at(set, n, text, len, at)) {
                    *which = n;
                    return at;
                }
        }
    }
    return len;
}

static size_t avx2_find(const NeedleSet *set, const char *text, size_t len, size_t from,
                        uint32_t *which)
{
    *which = 0;
    if (from >= len) return len;
    if (set->count > 1) return find_many(set, text, len, from, which);
    return set->fold ? find_one_folded(set, text, len, from) : find_one(set, text, len, from);
}

static size_t avx2_first_odd(const char *text, size_t len)
{
    const __m256i zero = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 128 <= len; i += 128) { // signed minimum: 0 and 0x80.. are the ones not above zero
        __m256i least = _mm256_min_epi8(_mm256_min_epi8(load(text + i), load(text + i + 32)),
                                        _mm256_min_epi8(load(text + i + 64), load(text + i + 96)));
        if (mask_of(_mm256_cmpgt_epi8(least, zero)) != UINT32_MAX) break;
    }
    return i + scan_plain.first_odd(text + i, len - i);
}

static size_t avx2_count_byte(const char *text, size_t len, char byte)
{
    const __m256i wanted = _mm256_set1_epi8(byte);
    size_t count = 0, i = 0;
    for (; i + 32 <= len; i += 32)
        count += (size_t)__builtin_popcount(mask_of(_mm256_cmpeq_epi8(load(text + i), wanted)));
    return count + scan_plain.count_byte(text + i, len - i, byte);
}

// UTF-8 by three nibble tables: each says which errors a pair of neighbouring bytes may be part of,
// and what all three agree on is one (Keiser and Lemire, "Validating UTF-8 in less than one
// instruction per byte", 2021, table 8).
enum {
    TOO_SHORT = 1 << 0,  // a lead byte, then no continuation
    TOO_LONG = 1 << 1,   // ASCII, then a continuation
    OVERLONG_3 = 1 << 2, // E0 80..9F
    TOO_LARGE = 1 << 3,  // F4 90.., F5..
    SURROGATE = 1 << 4,  // ED A0..
    OVERLONG_2 = 1 << 5, // C0, C1
    OVERLONG_4 = 1 << 6, // F0 80..8F; and F5.. 80..8F
    TWO_CONTINUE = 1 << 7,
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTINUE,
    LARGE = CARRY | TOO_LARGE | OVERLONG_4,
};

static const unsigned char first_high[16] = {TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TWO_CONTINUE,
                                             TWO_CONTINUE,
                                             TWO_CONTINUE,
                                             TWO_CONTINUE,
                                             TOO_SHORT | OVERLONG_2,
                                             TOO_SHORT,
                                             TOO_SHORT | OVERLONG_3 | SURROGATE,
                                             TOO_SHORT | TOO_LARGE | OVERLONG_4};
static const unsigned char first_low[16] = {CARRY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4,
                                            CARRY | OVERLONG_2,
                                            CARRY,
                                            CARRY,
                                            CARRY | TOO_LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE | SURROGATE,
                                            LARGE,
                                            LARGE};
enum { CONTINUES = TOO_LONG | OVERLONG_2 | TWO_CONTINUE };
static const unsigned char second_high[16] = {TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              CONTINUES | OVERLONG_3 | OVERLONG_4,
                                              CONTINUES | OVERLONG_3 | TOO_LARGE,
                                              CONTINUES | SURROGATE | TOO_LARGE,
                                              CONTINUES | SURROGATE | TOO_LARGE,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT};

static __m256i table_unaligned(const unsigned char nibbles[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)nibbles));
}

// Non-zero bytes are errors. `before` is the block that precedes `block`.
static __m256i utf8_errors(__m256i block, __m256i before)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i across = _mm256_permute2x128_si256(before, block, 0x21);
    __m256i one_back = _mm256_alignr_epi8(block, across, 15);
    __m256i two_back = _mm256_alignr_epi8(block, across, 14);
    __m256i three_back = _mm256_alignr_epi8(block, across, 13);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(one_back, 4), nibble);
    __m256i low = _mm256_and_si256(one_back, nibble);
    __m256i next = _mm256_and_si256(_mm256_srli_epi16(block, 4), nibble);
    __m256i pair =
        _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(table_unaligned(first_high), high),
                                          _mm256_shuffle_epi8(table_unaligned(first_low), low)),
                         _mm256_shuffle_epi8(table_unaligned(second_high), next));
    __m256i third = _mm256_subs_epu8(two_back, _mm256_set1_epi8((char)(0xE0 - 0x80)));
    __m256i fourth = _mm256_subs_epu8(three_back, _mm256_set1_epi8((char)(0xF0 - 0x80)));
    __m256i continues =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(continues, pair);
}

static bool avx2_valid_utf8(const char *text, size_t len)
{
    __m256i before = _mm256_setzero_si256(), errors = before;
    size_t i = 0;
    for (; i + 32 <= len; i += 32) {
        __m256i block = load(text + i);
        if (mask_of(_mm256_or_si256(block, before))) // else both are ASCII
            errors = _mm256_or_si256(errors, utf8_errors(block, before));
        before = block;
    }
    char last[32] = {0}; // the zeros behind the end close an unfinished sequence
    memcpy(last, text + i, len - i);
    errors = _mm256_or_si256(errors, utf8_errors(load(last), before));
    return _mm256_testz_si256(errors, errors) != 0;
}

const ScanImpl scan_avx2 = {"avx2", avx2_find, avx2_first_odd, avx2_count_byte, avx2_valid_utf8};
#else
const ScanImpl scan_avx2 = {"none", NULL, NULL, NULL, NULL};
#endif
