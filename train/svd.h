// train/svd.h - first vectors for the terms: the main directions of the matrix of pairs and terms.
//
// Randomised subspace iteration (Halko, Martinsson, Tropp 2011) on the matrix whose rows are pairs
// (query and body together), weighed by idf and of length 1.
//
// Threads: the caller and the pool. Memory: some 100 bytes a term and dimension while it runs.
#ifndef CQ_TRAIN_SVD_H
#define CQ_TRAIN_SVD_H

#include "runtime/pool.h"
#include "train/batch.h"

// `rows` (terms * dims) becomes V sqrt(S), each row scaled to length 1; terms in none of the pairs
// get a row by chance.
void svd_rows(Ctx *cx, Pool *pool, const PairFile *file, const uint32_t *pairs, uint32_t count,
              const float *idf, uint32_t dims, uint64_t seed, float *rows);

// Eigenvalues, largest first, and eigenvectors (columns) of a symmetric matrix, which is changed.
void symmetric_eigen(double *matrix, uint32_t n, double *values, double *vectors);

// Normal numbers by chance.
void random_rows(uint64_t seed, size_t count, float *rows);

#endif
