// service/index_vectors.c - the vectors of a refresh.
#include "service/index_plan_.h"

Fail index_embed(Ctx *cx, const IndexWork *work, size_t range, const void **vectors, Str *why)
{
    (void)cx, (void)work, (void)range;
    *vectors = NULL;
    *why = STR("no embedder is configured");
    return NULL;
}

Fail index_add_vectors(Ctx *cx, const IndexWork *work, size_t range, const void *vectors, Str *why)
{
    (void)cx, (void)work, (void)range, (void)vectors;
    *why = STR("there are no vectors");
    return NULL;
}

Fail index_add_faiss(Ctx *cx, const IndexWork *work, Str *why)
{
    (void)cx, (void)work;
    *why = STR("there are no vectors");
    return NULL;
}
