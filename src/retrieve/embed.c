// retrieve/embed.c - the port, and the backend that is none.
#include "retrieve/embed.h"

#include <math.h>

#include "retrieve/embed_http.h"

struct Embedder {
    const EmbedBackend *backend;
    void *self;
};

static void none_model(void *self, EmbedModel *out)
{
    (void)self;
    *out = (EmbedModel){.backend = STR("none"), .dtype = STR("float32")};
}

static Fail none_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                       EmbedRows *out)
{
    (void)self, (void)pool, (void)kind, (void)texts;
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    for (size_t i = 0; i < out->count; i++) missing[i] = true;
    out->missing = missing;
    out->missing_count = out->count;
    out->limit = STR("no vectors: embed.backend is none");
    return NULL;
}

const EmbedBackend embed_none = {"none", none_model, none_embed, NULL};

Embedder *embed_new(const EmbedBackend *backend, void *self)
{
    Embedder *embedder = mem_alloc(sizeof *embedder);
    *embedder = (Embedder){.backend = backend, .self = self};
    return embedder;
}

Embedder *embed_open(const EmbedPolicy *policy, HttpClient *http)
{
    switch ((EmbedBackendChoice)policy->backend) {
    case EMBED_HTTP: return embed_new(&embed_http, embed_http_new(policy, http));
    case EMBED_HASH: return embed_new(&embed_hash, NULL);
    case EMBED_STATIC: return embed_static_open(policy);
    case EMBED_NONE: break;
    }
    return embed_new(&embed_none, NULL);
}

void embed_free(Embedder *embedder)
{
    if (!embedder) return;
    if (embedder->backend->free) embedder->backend->free(embedder->self);
    mem_free(embedder);
}

const Model *embed_table(const Embedder *embedder)
{
    return embedder->backend == &embed_static ? embed_static_model(embedder->self) : NULL;
}

EmbedModel embed_model(const Embedder *embedder)
{
    EmbedModel model = {0};
    embedder->backend->model(embedder->self, &model);
    return model;
}

Digest embed_fingerprint(const Embedder *embedder)
{
    EmbedModel model = embed_model(embedder);
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, STR("cq embed 2"));
    digester_add(&digester, model.backend);
    digester_add(&digester, model.model);
    digester_add(&digester, model.variant);
    digester_add_int(&digester, model.max_tokens);
    return digester_end(&digester);
}

Fail embed_texts(Ctx *cx, Embedder *embedder, Pool *pool, EmbedKind kind, const Str *texts,
                 size_t count, EmbedRows *out)
{
    EmbedRows rows = {.count = count};
    TRY(embedder->backend->embed(cx, embedder->self, pool, kind, texts, &rows));
    *out = rows;
    return NULL;
}

bool embed_normalise(float *row, size_t dims)
{
    double sum = 0; // of squares; cannot overflow
    for (size_t i = 0; i < dims; i++) {
        if (!isfinite(row[i])) return false;
        sum += (double)row[i] * (double)row[i];
    }
    if (!(sum > 0)) return true;
    double length = sqrt(sum);
    for (size_t i = 0; i < dims; i++) row[i] = (float)((double)row[i] / length);
    return true;
}
