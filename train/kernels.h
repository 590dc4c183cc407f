// train/kernels.h - loops over rows of floats whose length is a multiple of ROW_STEP. Sums are
// taken in a fixed order, so results do not depend on the machine's vectors.
#ifndef CQ_TRAIN_KERNELS_H
#define CQ_TRAIN_KERNELS_H

#include <stdint.h>

enum { ROW_STEP = 16 };

static inline void row_add(float *restrict to, const float *restrict from, float weight,
                           uint32_t dims)
{
    for (uint32_t at = 0; at < dims; at += ROW_STEP)
        for (uint32_t i = 0; i < ROW_STEP; i++) to[at + i] += weight * from[at + i];
}

static inline float row_dot(const float *restrict a, const float *restrict b, uint32_t dims)
{
    float sums[ROW_STEP] = {0}, sum = 0;
    for (uint32_t at = 0; at < dims; at += ROW_STEP)
        for (uint32_t i = 0; i < ROW_STEP; i++) sums[i] += a[at + i] * b[at + i];
    for (uint32_t i = 0; i < ROW_STEP; i++) sum += sums[i];
    return sum;
}

static inline void row_scale(float *row, float by, uint32_t dims)
{
    for (uint32_t i = 0; i < dims; i++) row[i] *= by;
}

#endif
