// fuzz/embed_answer.c - answers of embedding servers: whatever comes, either a problem with a text
// or rows of finite numbers of length 1 (or zero), as many as asked for.
#include <math.h>
#include <stdlib.h>

#include "retrieve/embed_answer.h"

static void check_row(const float *row, uint32_t dims)
{
    double sum = 0;
    for (uint32_t i = 0; i < dims; i++) {
        if (!isfinite(row[i])) abort();
        sum += (double)row[i] * (double)row[i];
    }
    if (sum != 0 && fabs(sum - 1) > 1e-3) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    if (size < 1) return 0;
    size_t count = data[0] % 4u + 1;
    uint32_t wanted = data[0] / 4u % 4, dims = wanted;
    Str body = {(const char *)data + 1, size - 1};
    const float *rows = NULL;
    Fail fail = embed_answer_read(&arena, body, count, &dims, &rows);
    if (fail && (!fail->detail.len || dims != wanted)) abort();
    if (!fail && (!dims || (wanted && dims != wanted))) abort();
    for (size_t i = 0; !fail && i < count; i++) check_row(rows + i * dims, dims);
    Str error = embed_answer_error(&arena, body);
    for (size_t i = 0; i < error.len; i++)
        if ((unsigned char)error.ptr[i] < ' ') abort();
    if (error.len > 200) abort();
    arena_fini(&arena);
    return 0;
}
