// train/step.h - one step of the fit: how well each query of a batch finds its own body among the
// others, and a move of every vector and weight towards better (InfoNCE both ways; Adam).
//
// Each number is computed by one task, in a fixed order: the result is the same for any number of
// threads.
//
// Threads: the caller and the pool. Memory: a Stepper is heap.
#ifndef CQ_TRAIN_STEP_H
#define CQ_TRAIN_STEP_H

#include "runtime/pool.h"
#include "train/batch.h"

typedef struct Stepper Stepper;
Stepper *stepper_new(Pool *pool, Table *table, uint32_t batch);
void stepper_free(Stepper *stepper);

typedef struct StepRates {
    float rows, weights, scale;
} StepRates;

// `targets`: pairs with the same number are not each other's negatives. Returns the mean loss.
double stepper_run(Ctx *cx, Stepper *stepper, const Bags *queries, const Bags *bodies,
                   const uint64_t *targets, StepRates rates);

#endif
