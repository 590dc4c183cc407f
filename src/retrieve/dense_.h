// retrieve/dense_.h - private to retrieve/dense*.c: the rows of a part while they are made.
#ifndef CQ_RETRIEVE_DENSE__H
#define CQ_RETRIEVE_DENSE__H

#include "retrieve/dense.h"
#include "retrieve/model.h"

typedef struct DenseRows { // one table
    Str section;           // STR_NONE until the dimensions are known
    Vectors vectors;       // of it
    int64_t *sums;
    bool *missing; // by row
    DenseCounts counts;
} DenseRows;

typedef struct DenseMaking {
    Arena *arena; // of the rows
    const DenseSpec *spec;
    const Lexicon *lexicon;
    DenseReport *report;
    uint32_t dims; // 0: not known yet
    bool mixed;    // rows of several dimensions came
    DenseRows tables[DENSE_KINDS];
} DenseMaking;

static const double dense_sum_step = 1073741824; // 2^30: what sums count in

void dense_begin(DenseMaking *making, uint32_t dims);
// False when the row cannot be used.
bool dense_put(DenseMaking *making, DenseKind kind, uint32_t index, const float *row);

// From texts, by the embedder. Fails: CANCELLED.
MUST_CHECK Fail dense_make_texts(Ctx *cx, DenseMaking *making);
// From a table of token vectors. Fails: CANCELLED, DAMAGED (the table).
MUST_CHECK Fail dense_make_terms(Ctx *cx, const Model *model, DenseMaking *making);

#endif
