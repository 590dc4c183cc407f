// retrieve/embed_kept.c
#include "retrieve/embed_kept.h"

#include "base/vec.h"
#include "retrieve/vectors.h"
#include "runtime/cache.h"

typedef struct Kept { // frozen
    Embedder *embedder;
    Cell *cache;
} Kept;

enum { KEEP_VERSION = 1 };

static void kept_model(void *self, EmbedModel *out)
{
    *out = embed_model(((const Kept *)self)->embedder);
}

static Str key_of(Arena *arena, const Digest *model, EmbedKind kind, Str text)
{
    Digester digester;
    digester_init(&digester);
    digester_add_digest(&digester, model);
    digester_add_int(&digester, kind);
    digester_add(&digester, text);
    Digest digest = digester_end(&digester);
    return cache_key(arena, STR(EMBED_CACHE_SPACE), str_format(arena, "%d", (int)KEEP_VERSION),
                     &digest);
}

// --- a row as bytes: its scale, its codes

static void decode_row(Str bytes, uint32_t dims, float *row)
{
    float scale;
    memcpy(&scale, bytes.ptr, sizeof scale);
    const int8_t *codes = (const int8_t *)bytes.ptr + sizeof scale;
    for (uint32_t i = 0; i < dims; i++) row[i] = (float)codes[i] * scale;
}

static bool is_row(Str bytes)
{
    float scale = -1;
    if (bytes.len > sizeof scale) memcpy(&scale, bytes.ptr, sizeof scale);
    return scale >= 0 && scale <= 1; // rows are of length 1 at most
}

// Makes `row` what the bytes stand for.
static Str encode_row(Arena *arena, float *row, uint32_t dims)
{
    float scale;
    size_t len = sizeof scale + dims;
    char *bytes = ARENA_ARRAY(arena, char, len);
    if (!vectors_quantise(row, dims, (int8_t *)bytes + sizeof scale, &scale)) return STR_NONE;
    memcpy(bytes, &scale, sizeof scale);
    decode_row((Str){bytes, len}, dims, row);
    return (Str){bytes, len};
}

// --- a call

typedef struct Call {
    const Kept *kept;
    Lease lease;
    Cache *cache; // NULL: none
    Str *keys;    // by text
    Str *known;   // by text: its bytes, or STR_NONE
    uint32_t dims;
    const Str *texts;
    uint32_t *asked; // texts that are not known
    size_t asked_count;
} Call;

static void look_up(Ctx *cx, EmbedKind kind, size_t count, Call *call)
{
    Digest model = embed_fingerprint(call->kept->embedder);
    call->dims = embed_model(call->kept->embedder).dims; // 0: not known yet
    call->keys = ARENA_ARRAY(cx->arena, Str, count);
    call->known = ARENA_ARRAY(cx->arena, Str, count);
    call->asked = ARENA_ARRAY(cx->arena, uint32_t, count);
    if (!cell_lease(cx, call->kept->cache, &call->lease))
        call->cache = (Cache *)(uintptr_t)call->lease.value; // locks itself
    for (size_t i = 0; i < count; i++) {
        Str bytes = STR_NONE;
        call->keys[i] = key_of(cx->arena, &model, kind, call->texts[i]);
        bool found =
            call->cache && cache_get(cx, call->cache, call->keys[i], &bytes) && is_row(bytes);
        uint32_t dims = found ? (uint32_t)(bytes.len - sizeof(float)) : 0;
        if (found && !call->dims) call->dims = dims;
        if (found && dims == call->dims) call->known[i] = bytes;
        else call->asked[call->asked_count++] = (uint32_t)i;
    }
}

// What the other one said, between what was known.
static void join(Ctx *cx, Call *call, const EmbedRows *fresh, EmbedRows *out)
{
    out->dims = fresh->dims ? fresh->dims : call->dims;
    float *rows = ARENA_ARRAY(cx->arena, float, out->count * out->dims);
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    size_t next = 0;
    for (size_t i = 0; i < out->count; i++) {
        float *row = rows + i * out->dims;
        bool asked = next < call->asked_count && call->asked[next] == i;
        if (!asked) {
            decode_row(call->known[i], out->dims, row);
        } else {
            missing[i] = !fresh->dims || (fresh->missing && fresh->missing[next]);
            if (!missing[i]) memcpy(row, fresh->rows + next * fresh->dims, out->dims * sizeof *row);
            Str bytes = missing[i] ? STR_NONE : encode_row(cx->arena, row, out->dims);
            if (bytes.ptr && call->cache)
                cache_put(cx, call->cache, call->keys[i], bytes,
                          &(CachePut){.ttl_s = CACHE_TTL_NEVER});
            next++;
        }
        out->missing_count += missing[i];
    }
    out->rows = rows;
    out->missing = out->missing_count ? missing : NULL;
    out->limit = fresh->limit;
    out->cut = fresh->cut;
    out->tokens = fresh->tokens;
    out->requests = fresh->requests;
    out->retries = fresh->retries;
    out->known = out->count - call->asked_count;
}

static Fail kept_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                       EmbedRows *out)
{
    Call call = {.kept = self, .texts = texts};
    EmbedRows fresh = {0};
    if (embed_model(call.kept->embedder).many_rows)
        return embed_texts(cx, call.kept->embedder, pool, kind, texts, out->count, out);
    look_up(cx, kind, out->count, &call);
    Str *unknown = ARENA_ARRAY(cx->arena, Str, call.asked_count);
    for (size_t i = 0; i < call.asked_count; i++) unknown[i] = texts[call.asked[i]];
    Fail fail = call.asked_count ? embed_texts(cx, call.kept->embedder, pool, kind, unknown,
                                               call.asked_count, &fresh)
                                 : NULL;
    if (!fail && fresh.dims && call.dims && fresh.dims != call.dims) {
        // The model is another one than before: what is known of the old one is worth nothing.
        for (size_t i = 0; i < out->count; i++) call.asked[i] = (uint32_t)i;
        call.asked_count = out->count;
        fail = embed_texts(cx, call.kept->embedder, pool, kind, texts, out->count, &fresh);
    }
    if (!fail) join(cx, &call, &fresh, out);
    lease_release(&call.lease);
    return fail;
}

static void kept_free(void *self)
{
    embed_free(((Kept *)self)->embedder);
    mem_free(self);
}

static const EmbedBackend embed_kept = {"kept", kept_model, kept_embed, kept_free};

Embedder *embed_kept_new(Embedder *embedder, Cell *cache)
{
    Kept *kept = mem_alloc(sizeof *kept);
    *kept = (Kept){.embedder = embedder, .cache = cache};
    return embed_new(&embed_kept, kept);
}
