// retrieve/vectors_avx512.c - inner products 64 codes at a time, with AVX-512 VNNI. Compiled for
// those instructions and only called after vectors_select found them. vectors_test.c compares it
// with vectors_plain.
//
// vpdpbusd multiplies unsigned by signed bytes: row + 128 takes the row's place, and 128 times the
// sum of the probe is taken off at the end.
#include "retrieve/vectors.h"

#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include <immintrin.h>

// How far ahead rows are asked for: the processor alone reaches 2/3 of what the memory gives.
enum { PREFETCH_BYTES = 8192 };

static __m512i load(const int8_t *at)
{
    return _mm512_loadu_si512((const void *)at);
}

static __m512i add_products(__m512i acc, __m512i row, __m512i probe)
{
    __m512i shifted = _mm512_xor_si512(row, _mm512_set1_epi8((char)0x80)); // row + 128
    return _mm512_dpbusd_epi32(acc, shifted, probe);
}

static __m256i halves(__m512i acc)
{
    return _mm256_add_epi32(_mm512_castsi512_si256(acc), _mm512_extracti64x4_epi64(acc, 1));
}

// The sums of the lanes of four accumulators.
static __m128i sums_of(const __m512i acc[4])
{
    __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(halves(acc[0]), halves(acc[1])),
                                    _mm256_hadd_epi32(halves(acc[2]), halves(acc[3])));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

static void avx512_dots(const VectorProbe *probe, const int8_t *rows, size_t count, int32_t *out)
{
    size_t stride = probe->stride, row = 0;
    const __m128i too_much = _mm_set1_epi32(128 * probe->sum);
    for (; row + 4 <= count; row += 4, rows += 4 * stride) {
        __m512i acc[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                          _mm512_setzero_si512()};
        for (size_t i = 0; i < stride; i += 64) {
            __m512i codes = load(probe->codes + i);
            for (size_t r = 0; r < 4; r++) {
                const int8_t *at = rows + r * stride + i;
                _mm_prefetch((const char *)at + PREFETCH_BYTES, _MM_HINT_T0);
                acc[r] = add_products(acc[r], load(at), codes);
            }
        }
        _mm_storeu_si128((__m128i *)(void *)(out + row), _mm_sub_epi32(sums_of(acc), too_much));
    }
    for (; row < count; row++, rows += stride) {
        __m512i acc = _mm512_setzero_si512();
        for (size_t i = 0; i < stride; i += 64)
            acc = add_products(acc, load(rows + i), load(probe->codes + i));
        out[row] = _mm512_reduce_add_epi32(acc) - _mm_cvtsi128_si32(too_much);
    }
}

const VectorImpl vectors_avx512 = {"avx512", avx512_dots};
#else
const VectorImpl vectors_avx512 = {"none", NULL};
#endif
