// retrieve/model_.h - private to model*.c: adding a row times a weight, as processors do it.
#ifndef CQ_RETRIEVE_MODEL__H
#define CQ_RETRIEVE_MODEL__H

#include <stdint.h>

// sums[i] += weight * row[i]; `weight` is 0 or more, `dims` a multiple of MODEL_STEP. All forms
// give the same sums.
typedef void ModelAddRow(int32_t *restrict sums, const int8_t *restrict row, int16_t weight,
                         uint32_t dims);
ModelAddRow model_add_row, model_add_row_avx2;

#endif
