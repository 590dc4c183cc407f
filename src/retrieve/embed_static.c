// retrieve/embed_static.c - vectors from a table of token vectors (model.h): a text is the sum of
// the rows of its terms.
//
// A query: each distinct term that is no stop word, once (all of them when nothing else is left).
// A document: each term as often as model_times says. Terms outside the table add nothing, so a
// text of such terms alone has a row of zeros.
#include "base/map.h"
#include "base/plugin.h"
#include "index/terms.h"
#include "retrieve/embed.h"

#define TABLE_NAME "tokens.cqm"

typedef struct Static {
    Model *model; // NULL: the table cannot be used, and `limit` says why
    Arena arena;  // of the texts
    Str id, limit;
} Static;

typedef struct Counts {
    Arena *arena;
    Map terms; // how often
    bool stop_words;
} Counts;

static void count_word(Counts *counts, Str word)
{
    WordTerms terms;
    terms_of_word(word, &terms);
    for (size_t i = 0; i < terms.count; i++) {
        Str term = terms.items[i];
        if (!counts->stop_words && terms_is_stop_word(term)) continue;
        if (!map_get(&counts->terms, term, NULL)) term = str_copy(counts->arena, term);
        ++*map_at(counts->arena, &counts->terms, term, 0);
    }
}

static void count_terms(Counts *counts, Str text)
{
    Str word;
    for (size_t at = 0; terms_next_word(text, &at, &word);) count_word(counts, word);
}

static uint64_t weigh(const Model *model, EmbedKind kind, uint32_t token, uint64_t times)
{
    if (kind == EMBED_QUERY) return model_query(model, token);
    uint32_t count = (uint32_t)MIN(times, (uint64_t)UINT32_MAX);
    return (uint64_t)model_document(model, token) * model_times(count);
}

static void embed_one(Arena *scratch, const Model *model, EmbedKind kind, Str text, float *row)
{
    Counts counts = {.arena = scratch, .stop_words = kind == EMBED_DOCUMENT};
    count_terms(&counts, text);
    if (!counts.terms.len && !counts.stop_words) {
        counts.stop_words = true;
        count_terms(&counts, text);
    }
    ModelTerm *terms = ARENA_ARRAY(scratch, ModelTerm, counts.terms.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < counts.terms.cap; i++) {
        const MapSlot *slot = &counts.terms.slots[i];
        uint32_t token = slot->hash ? model_token(model, slot->key) : MODEL_NONE;
        if (token == MODEL_NONE) continue;
        terms[count++] = (ModelTerm){token, weigh(model, kind, token, slot->value)};
    }
    int32_t sums[MODEL_MOST_DIMS];
    model_sum(model, terms, count, sums);
    model_normalise(sums, model_dims(model), row);
}

static void static_model(void *self, EmbedModel *out)
{
    const Static *table = self;
    *out = (EmbedModel){.backend = STR("static"),
                        .model = STR("cq-static-1"),
                        .variant = table->id,
                        .dtype = STR("float32"),
                        .dims = table->model ? model_dims(table->model) : 0,
                        .is_local = true};
}

// Rows without anything in them, and why.
static void give_none(Ctx *cx, Str limit, EmbedRows *out)
{
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    for (size_t i = 0; i < out->count; i++) missing[i] = true;
    *out = (EmbedRows){.count = out->count, .missing = missing, .missing_count = out->count};
    out->limit = limit;
}

static Fail static_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                         EmbedRows *out)
{
    (void)pool;
    const Static *table = self;
    if (!table->model) {
        give_none(cx, str_copy(cx->arena, table->limit), out);
        return NULL;
    }
    Arena scratch = {0};
    StopReason stop = STOP_NONE;
    uint32_t dims = model_dims(table->model);
    float *rows = ARENA_ARRAY(cx->arena, float, out->count *dims);
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    for (size_t i = 0; i < out->count; i++) {
        if (stop == STOP_NONE) stop = ctx_stopped(cx);
        missing[i] = stop != STOP_NONE;
        if (missing[i]) out->missing_count++;
        else embed_one(&scratch, table->model, kind, texts[i], rows + i * dims);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    if (stop == STOP_CANCEL) return ctx_check(cx);
    if (stop) out->limit = STR("static: the time limit was over before all texts had vectors");
    out->missing = stop ? missing : NULL;
    out->rows = rows;
    out->dims = dims;
    if (model_intact(cx, table->model))
        give_none(cx, STR("static: the table of token vectors is damaged"), out);
    return NULL;
}

static void static_free(void *self)
{
    Static *table = self;
    model_close(table->model);
    arena_fini(&table->arena);
    mem_free(table);
}

const EmbedBackend embed_static = {"static", static_model, static_embed, static_free};

Embedder *embed_static_new(Model *model)
{
    Static *table = mem_alloc(sizeof *table);
    Hash128 id = model_id(model);
    table->model = model;
    table->id = str_format(&table->arena, "%016llx%016llx", (unsigned long long)id.high,
                           (unsigned long long)id.low);
    return embed_new(&embed_static, table);
}

static Embedder *unusable(Str path, Fail why)
{
    Static *table = mem_alloc(sizeof *table);
    table->limit = str_format(&table->arena, "static: no vectors from " STR_FMT ": " STR_FMT,
                              STR_ARG(path), STR_ARG(why->detail));
    return embed_new(&embed_static, table);
}

Embedder *embed_static_open(const EmbedPolicy *policy)
{
    Arena scratch = {0};
    Ctx cx = {.arena = &scratch};
    Model *model = NULL;
    Str path = policy->table.len ? policy->table : plugin_find_data(&cx, TABLE_NAME);
    Fail fail = path.len ? model_open(&cx, OS_CWD, str_cstr(&scratch, path), &model) : NULL;
    Embedder *embedder = model  ? embed_static_new(model)
                         : fail ? unusable(path, fail)
                                : embed_new(&embed_hash, NULL);
    arena_fini(&scratch);
    return embedder;
}

const Model *embed_static_model(const void *self)
{
    return ((const Static *)self)->model;
}
