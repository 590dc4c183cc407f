// fuzz/model.c - tables of token vectors: what opens can be walked; texts get finite vectors.
#include <math.h>
#include <stdlib.h>

#include "retrieve/embed.h"

enum { DIMS = 16, MOST = 64 };

static void use(Ctx *cx, Model *model, Str text)
{
    EmbedRows rows;
    for (uint32_t i = 0; i < model_tokens(model) && i < 1000; i++) {
        Str token = model_text(model, i);
        if (token.len) (void)model_token(model, token);
        (void)model_row(model, i);
    }
    uint32_t dims = model_dims(model);
    Embedder *embedder = embed_static_new(model);
    if (embed_texts(cx, embedder, NULL, EMBED_DOCUMENT, &text, 1, &rows)) abort();
    for (uint32_t k = 0; rows.rows && k < dims; k++)
        if (!isfinite(rows.rows[k])) abort();
    embed_free(embedder);
}

// A table of the input's own bytes, then one of them changed.
static void make(Ctx *cx, const uint8_t *data, size_t size)
{
    ModelEntry entries[MOST];
    uint32_t count = 0;
    for (size_t at = 0; at + DIMS + 6 < size && count < MOST; at += DIMS + 6, count++) {
        Str text = {(const char *)data + at, 2};
        uint16_t document, query;
        memcpy(&document, data + at + 2, 2);
        memcpy(&query, data + at + 4, 2);
        entries[count] = (ModelEntry){text, (const int8_t *)data + at + 6, document, query};
    }
    Str bytes = model_bytes(cx, &(ModelImage){DIMS, entries, count, STR("{}")});
    Model *model;
    if (model_from_bytes(cx, bytes, &model)) abort();
    use(cx, model, (Str){(const char *)data, size});
    ((char *)(uintptr_t)bytes.ptr)[((size_t)data[0] | (size_t)data[1] << 8) % bytes.len] ^=
        (char)(data[2] | 1);
    if (!model_from_bytes(cx, bytes, &model)) use(cx, model, (Str){(const char *)data, size});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Model *model;
    if (!model_from_bytes(&cx, (Str){(const char *)data, size}, &model))
        use(&cx, model, STR("read file retry"));
    if (size >= 3) make(&cx, data, size);
    arena_fini(&arena);
    return 0;
}
