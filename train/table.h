// train/table.h - the vectors and weights that are being fitted, and checkpoints of them.
//
// Threads: one writer. Memory: heap until table_fini.
#ifndef CQ_TRAIN_TABLE_H
#define CQ_TRAIN_TABLE_H

#include "train/pairfile.h"

typedef struct Fitted { // numbers with what Adam remembers of them
    float *value, *mean, *square;
} Fitted;

typedef struct TableHead {
    uint32_t version, terms, dims;
    uint32_t seed, batch, group, near, epochs; // what a run must have in common to go on
    uint64_t step, steps;                      // done, planned
    uint64_t pairs_id;                         // of the pair file
    double rate;
    float scale[3];         // ln of the factor on similarities, and its moments
    float best, last;       // measured on held-out repositories
    uint32_t worse, unused; // measurements since the best
} TableHead;

typedef struct Table {
    TableHead head;
    Fitted rows;            // terms * dims
    Fitted document, query; // a weight a term
} Table;

Table table_new(uint32_t terms, uint32_t dims);
void table_fini(Table *table);
Table table_copy(const Table *table);

// The vector of a bag, of length 1 (or zero), and the length that it had.
typedef struct BagView {
    const uint32_t *terms;
    const float *counts; // what model_times says, as 1 for once
    uint32_t len;
} BagView;
float table_embed(const Table *table, const float *weights, BagView bag, float *out);

// All of it, or only the values without the moments (`light`, for export). Fails: IO.
MUST_CHECK Fail table_write(Ctx *cx, const char *path, const Table *table, bool light);
// Fails: NOT_FOUND, IO, DAMAGED.
MUST_CHECK Fail table_read(Ctx *cx, const char *path, Table *out);

#endif
