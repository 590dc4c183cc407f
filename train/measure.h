// train/measure.h - how well queries of held-out repositories find their own bodies among others of
// the same repository.
//
// Threads: the caller and the pool. Memory: scratch of its own.
#ifndef CQ_TRAIN_MEASURE_H
#define CQ_TRAIN_MEASURE_H

#include "runtime/pool.h"
#include "train/batch.h"

typedef struct Recall {
    double at_1, at_10, mrr;    // means over repositories
    double of_kind[PAIR_KINDS]; // mrr, over pairs
    uint32_t pairs, repos;
} Recall;

// At most `most` pairs a repository, chosen by the seed.
void measure_recall(Ctx *cx, Pool *pool, const PairFile *file, const Table *table,
                    const bool *held_out, uint32_t most, uint64_t seed, Recall *out);

#endif
