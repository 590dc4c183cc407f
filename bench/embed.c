// bench/embed.c - a question's vector from the table that comes with cq (docs/model.md), against
// the least that it can take: the same rows, found beforehand, added up.
#include <stdlib.h>

#include "bench.h"
#include "retrieve/embed.h"
#include "retrieve/query.h"
#include "retrieve/vectors.h"

// From one word to the longest that people write.
static const char *const questions[] = {
    "dictFind",
    "how are retries scheduled with exponential backoff",
    "where is the LRU cache evicted when memory runs out",
    "parse a URL into host, port and path and check that it has no user name",
    "which component decides whether an incoming request is answered from the cache, and how does "
    "it learn that a file on disk was changed since the response was stored",
    "WebSocketHandler.on_close",
};

typedef struct EmbedState {
    Arena arena, scratch;
    Embedder *embedder;
    const Model *model;
    uint32_t *tokens[ARRAY_LEN(questions)]; // in the table
    size_t counts[ARRAY_LEN(questions)];
    size_t next, next_peer;
    int8_t codes[MODEL_MOST_DIMS];
    float scale, row[MODEL_MOST_DIMS];
} EmbedState;

static void find_tokens(EmbedState *state, size_t number)
{
    Query query = query_analyse(&state->arena, str_from(questions[number]));
    state->tokens[number] = ARENA_ARRAY(&state->arena, uint32_t, query.term_count);
    for (size_t i = 0; i < query.term_count; i++) {
        if (query.terms[i].optional) continue;
        uint32_t token = model_token(state->model, query.terms[i].text);
        if (token != MODEL_NONE) state->tokens[number][state->counts[number]++] = token;
    }
}

static Fail setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    EmbedState *state = calloc(1, sizeof *state);
    *out = state;
    *bytes = 0;
    state->embedder = embed_static_open(&(EmbedPolicy){.backend = EMBED_STATIC});
    state->model = embed_table(state->embedder);
    if (!state->model)
        return FAIL(env->cx->arena, UNAVAILABLE, "the table that comes with cq is not there");
    for (size_t i = 0; i < ARRAY_LEN(questions); i++) find_tokens(state, i);
    return NULL;
}

static void teardown(void *object)
{
    EmbedState *state = object;
    embed_free(state->embedder);
    arena_fini(&state->arena);
    arena_fini(&state->scratch);
    free(state);
}

static Fail embed(EmbedState *state, Embedder *embedder, const float **row)
{
    Ctx cx = {.arena = &state->scratch};
    Str text = str_from(questions[state->next++ % ARRAY_LEN(questions)]);
    EmbedRows rows;
    TRY(embed_texts(&cx, embedder, NULL, EMBED_QUERY, &text, 1, &rows));
    *row = rows.rows;
    return NULL;
}

static Fail run(const BenchEnv *env, void *object)
{
    (void)env;
    EmbedState *state = object;
    const float *row;
    TRY(embed(state, state->embedder, &row));
    arena_reset(&state->scratch);
    return NULL;
}

// As find does it: what the question asks for, its vector, and that as the scan takes it.
static Fail run_whole(const BenchEnv *env, void *object)
{
    (void)env;
    EmbedState *state = object;
    const float *row;
    query_analyse(&state->scratch, str_from(questions[state->next % ARRAY_LEN(questions)]));
    TRY(embed(state, state->embedder, &row));
    vectors_quantise(row, model_dims(state->model), state->codes, &state->scale);
    arena_reset(&state->scratch);
    return NULL;
}

// In a process that just began: the table is opened, and what is touched of it checked.
static Fail run_first(const BenchEnv *env, void *object)
{
    (void)env;
    EmbedState *state = object;
    const float *row;
    Embedder *embedder = embed_static_open(&(EmbedPolicy){.backend = EMBED_STATIC});
    Fail fail = embed(state, embedder, &row);
    embed_free(embedder);
    arena_reset(&state->scratch);
    return fail;
}

// The rows of known tokens as gcc vectorises it, summed, and scaled to length 1.
__attribute__((optimize("O3"), target("avx2"))) static Fail run_sum(const BenchEnv *env,
                                                                    void *object)
{
    (void)env;
    EmbedState *state = object;
    size_t number = state->next_peer++ % ARRAY_LEN(questions);
    uint32_t dims = model_dims(state->model);
    int32_t sums[MODEL_MOST_DIMS] = {0};
    for (size_t i = 0; i < state->counts[number]; i++) {
        uint32_t token = state->tokens[number][i];
        const int8_t *row = model_row(state->model, token);
        int32_t weight = model_query(state->model, token);
        for (uint32_t k = 0; k < dims; k++) sums[k] += weight * row[k];
    }
    model_normalise(sums, dims, state->row);
    return NULL;
}

const BenchCase bench_embed[] = {
    {"embed-query", "one question into its vector", "its rows alone, summed", setup, run, run_sum,
     teardown, 6000},
    {"embed-question", "the same, analysed before and quantised after", "its rows alone, summed",
     setup, run_whole, run_sum, teardown, 6000},
    {"embed-first", "the same with the table opened before", "its rows alone, summed", setup,
     run_first, run_sum, teardown, 600},
    {0},
};
