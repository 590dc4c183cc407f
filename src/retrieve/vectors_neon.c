// retrieve/vectors_neon.c - inner products 16 codes at a time, for every 64-bit ARM.
// vectors_test.c compares it with vectors_plain.
//
// A sum of two products is at most 2 * 128 * 127, which fits 16 bits.
#include "retrieve/vectors.h"

#if defined(__aarch64__)
#include <arm_neon.h>

static int32x4_t add_products(int32x4_t acc, int8x16_t probe, int8x16_t row)
{
    int16x8_t pairs = vmull_s8(vget_low_s8(probe), vget_low_s8(row));
    return vpadalq_s16(acc, vmlal_high_s8(pairs, probe, row));
}

static void neon_dots(const VectorProbe *probe, const int8_t *rows, size_t count, int32_t *out)
{
    size_t stride = probe->stride, row = 0;
    for (; row + 4 <= count; row += 4, rows += 4 * stride) {
        int32x4_t acc[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
        for (size_t i = 0; i < stride; i += 16) {
            int8x16_t codes = vld1q_s8(probe->codes + i);
            for (size_t r = 0; r < 4; r++)
                acc[r] = add_products(acc[r], codes, vld1q_s8(rows + r * stride + i));
        }
        for (size_t r = 0; r < 4; r++) out[row + r] = vaddvq_s32(acc[r]);
    }
    for (; row < count; row++, rows += stride) {
        int32x4_t acc = vdupq_n_s32(0);
        for (size_t i = 0; i < stride; i += 16)
            acc = add_products(acc, vld1q_s8(probe->codes + i), vld1q_s8(rows + i));
        out[row] = vaddvq_s32(acc);
    }
}

const VectorImpl vectors_neon = {"neon", neon_dots};
#else
const VectorImpl vectors_neon = {"none", NULL};
#endif
