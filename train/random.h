// train/random.h - numbers by chance, the same for a seed everywhere (splitmix64, S. Vigna 2015).
#ifndef CQ_TRAIN_RANDOM_H
#define CQ_TRAIN_RANDOM_H

#include <stdint.h>

typedef struct Random {
    uint64_t state;
} Random;

static inline uint64_t random_next(Random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline uint32_t random_below(Random *random, uint32_t limit) // limit > 0
{
    return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

static inline float random_unit(Random *random) // in [0, 1)
{
    return (float)(random_next(random) >> 40) * 0x1p-24F;
}

#endif
