// retrieve/vectors_avx2.c - inner products 32 codes at a time. Compiled with -mavx2 and only called
// after vectors_select found the instructions. vectors_test.c compares it with vectors_plain.
//
// vpmaddubsw multiplies unsigned by signed bytes, so it gets |row| and the probe with row's sign.
// A sum of two such products is at most 2 * 128 * 127, which fits its 16 bits.
#include "retrieve/vectors.h"

#if defined(__AVX2__)
#include <immintrin.h>

enum { PREFETCH_BYTES = 8192 }; // as in vectors_avx512.c

static __m256i load(const int8_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

static __m256i products(__m256i probe, __m256i row) // 8 sums of 4
{
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(row), _mm256_sign_epi8(probe, row));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

// The sums of the lanes of four accumulators.
static __m128i sums_of(const __m256i acc[4])
{
    __m256i all =
        _mm256_hadd_epi32(_mm256_hadd_epi32(acc[0], acc[1]), _mm256_hadd_epi32(acc[2], acc[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

static void avx2_dots(const VectorProbe *probe, const int8_t *rows, size_t count, int32_t *out)
{
    size_t stride = probe->stride, row = 0;
    for (; row + 4 <= count; row += 4, rows += 4 * stride) {
        __m256i acc[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(),
                          _mm256_setzero_si256()};
        for (size_t i = 0; i < stride; i += 32) {
            __m256i codes = load(probe->codes + i);
            for (size_t r = 0; r < 4; r++) {
                const int8_t *at = rows + r * stride + i;
                _mm_prefetch((const char *)at + PREFETCH_BYTES, _MM_HINT_T0);
                acc[r] = _mm256_add_epi32(acc[r], products(codes, load(at)));
            }
        }
        _mm_storeu_si128((__m128i *)(void *)(out + row), sums_of(acc));
    }
    for (; row < count; row++, rows += stride) {
        __m256i acc[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(),
                          _mm256_setzero_si256()};
        for (size_t i = 0; i < stride; i += 32)
            acc[0] = _mm256_add_epi32(acc[0], products(load(probe->codes + i), load(rows + i)));
        out[row] = _mm_cvtsi128_si32(sums_of(acc));
    }
}

const VectorImpl vectors_avx2 = {"avx2", avx2_dots};
#else
const VectorImpl vectors_avx2 = {"none", NULL};
#endif
