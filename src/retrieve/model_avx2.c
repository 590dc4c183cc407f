// retrieve/model_avx2.c - a row times a weight, 8 numbers at a time. Compiled with -mavx2 and only
// called where the processor has it. model_test.c compares it with model_add_row.
//
// vpmaddwd adds the products of two 16-bit halves: the upper halves, signs of the row's numbers,
// are multiplied by 0.
#include "retrieve/model_.h"

#if defined(__AVX2__)
#include <immintrin.h>

void model_add_row_avx2(int32_t *restrict sums, const int8_t *restrict row, int16_t weight,
                        uint32_t dims)
{
    __m256i weights = _mm256_set1_epi32(weight);
    for (uint32_t i = 0; i < dims; i += 8) {
        __m256i *at = (__m256i *)(void *)(sums + i);
        __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)(row + i));
        __m256i products = _mm256_madd_epi16(_mm256_cvtepi8_epi32(bytes), weights);
        _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), products));
    }
}
#endif
