// retrieve/dense_.h - private to retrieve/dense*.c: the rows of a part while they are made.
#ifndef CQ_RETRIEVE_DENSE__H
#define CQ_RETRIEVE_DENSE__H

#include "retrieve/dense.h"
#include "retrieve/model.h"

typedef struct DenseRows {
    Arena *arena;
    DenseHead *head;
    Str section;     // STR_NONE until the dimensions are known
    Vectors vectors; // of it
    int64_t *sums;
    bool *missing; // by chunk
} DenseRows;

static const double dense_sum_step = 1073741824; // 2^30: what sums count in

void dense_rows_begin(DenseRows *rows, uint32_t dims);
// NULL: the chunk has nothing to say. False when the row cannot be used.
bool dense_rows_put(DenseRows *rows, uint32_t chunk, const float *row);

// From a table of token vectors. Fails: CANCELLED, DAMAGED (the table).
MUST_CHECK Fail dense_make_terms(Ctx *cx, const Model *model, const Lexicon *lexicon,
                                 const bool *dead, DenseRows *rows);

#endif
