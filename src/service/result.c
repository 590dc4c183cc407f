// service/result.c
#include "service/result.h"

void result_array_finding(const Result *result, size_t index, Finding *out)
{
    *out = ((const Finding *)result->data)[index];
}
