// train/batch.h - which pairs are compared with each other.
//
//   BatchPlan of an epoch: groups of pairs of one repository, shuffled; a batch is some groups
//
// Negatives come from the same repository, since that is what a search has to tell apart; with
// `near`, runs of so many pairs come from one folder.
//
// Threads: one. Memory: the arena given.
#ifndef CQ_TRAIN_BATCH_H
#define CQ_TRAIN_BATCH_H

#include "train/pairfile.h"
#include "train/table.h"

typedef struct BatchSpec {
    uint32_t batch, group, near; // pairs in a batch, in a group; of one folder in a row
    uint64_t seed;
    const bool *held_out; // by repository
    uint32_t most_pairs;  // 0: all
} BatchSpec;

typedef struct BatchPlan {
    uint32_t *pairs; // of all batches, one after the other
    uint32_t batches;
} BatchPlan;

void batch_plan(Arena *arena, const PairFile *file, const BatchSpec *spec, uint32_t epoch,
                BatchPlan *out);

// Bags side by side: bag i is starts[i] .. starts[i + 1].
typedef struct Bags {
    uint32_t count;
    uint32_t *starts, *terms;
    float *counts;
} Bags;
static inline BagView bags_view(const Bags *bags, uint32_t i)
{
    uint32_t from = bags->starts[i];
    return (BagView){bags->terms + from, bags->counts + from, bags->starts[i + 1] - from};
}

// Queries and bodies of pairs; with dropout each term is left out with that chance, by the seed.
typedef struct BatchDropout {
    float query, body;
    uint64_t seed;
} BatchDropout;
void batch_read(Arena *arena, const PairFile *file, const uint32_t *pairs, uint32_t count,
                BatchDropout dropout, Bags *queries, Bags *bodies);

#endif
