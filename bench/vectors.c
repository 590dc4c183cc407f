// bench/vectors.c - the exact scan over int8 rows against what the memory gives, a plain loop, and
// FAISS's exact index over the same rows as floats.
#include <dlfcn.h>
#include <stdlib.h>

#include "bench.h"
#include "retrieve/ann.h"

enum { DIMS = 256, SMALL = 20000, INDEXED = 100000, LARGE = 500000, K = 10 };

typedef struct State {
    Arena arena, scratch;
    Vectors vectors;
    float query[DIMS];
    uint64_t *filter;
    Pool *pool;
    Ann *ann;
    uint64_t sum; // of what the peer read, so that it must
    void *library, *peer;
    void (*peer_run)(void *, const float *, uint32_t, float *, int64_t *);
    void (*peer_free)(void *);
} State;

static float next_float(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (float)(int32_t)(*seed >> 32) / 2147483648.0F;
}

static Fail make(const BenchEnv *env, uint32_t rows, State **out, uint64_t *bytes)
{
    State *state = calloc(1, sizeof *state);
    uint64_t seed = 1;
    float vector[DIMS];
    rows = env->smoke ? 500 : rows;
    *out = state;
    Str section = vectors_new(&state->arena, (VectorShape){.dims = DIMS, .rows = rows});
    for (uint32_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < DIMS; i++) vector[i] = next_float(&seed);
        TRY(vectors_put(env->cx->arena, section, row, vector));
    }
    for (size_t i = 0; i < DIMS; i++) state->query[i] = next_float(&seed);
    *bytes = (uint64_t)rows * DIMS;
    return vectors_open(env->cx->arena, section, &state->vectors);
}

static Fail setup_small(const BenchEnv *env, void **state, uint64_t *bytes)
{
    return make(env, SMALL, (State **)state, bytes);
}

static Fail setup_large(const BenchEnv *env, void **state, uint64_t *bytes)
{
    return make(env, LARGE, (State **)state, bytes);
}

static Fail setup_pool(const BenchEnv *env, void **state, uint64_t *bytes)
{
    TRY(setup_large(env, state, bytes));
    ((State *)*state)->pool = pool_new((PoolSpec){.cpu_workers = 1});
    return NULL;
}

// One row in ten.
static Fail setup_filter(const BenchEnv *env, void **out, uint64_t *bytes)
{
    TRY(setup_large(env, out, bytes));
    State *state = *out;
    uint64_t seed = 2;
    state->filter = ARENA_ARRAY(&state->arena, uint64_t, state->vectors.shape.rows / 64 + 1);
    for (uint32_t row = 0; row < state->vectors.shape.rows; row++)
        if (next_float(&seed) > 0.8F) state->filter[row / 64] |= 1ULL << row % 64;
    return NULL;
}

// Without the library the peer's side is left out: run_faiss then does nothing.
static Fail setup_faiss(const BenchEnv *env, void **out, uint64_t *bytes)
{
    TRY(setup_small(env, out, bytes));
    State *state = *out;
    const Vectors *v = &state->vectors;
    Str cq = str_from(env->cq);
    size_t slash = str_find_last(cq, '/');
    Str folder = str_sub(cq, 0, slash == cq.len ? 0 : slash);
    Str path = str_format(&state->arena, STR_FMT "/faiss_flat.so", STR_ARG(folder));
    state->library = dlopen(path.ptr, RTLD_NOW | RTLD_LOCAL);
    if (!state->library)
        return FAIL(env->cx->arena, UNAVAILABLE, "no FAISS: faiss_flat.so is not there");
    void *(*make_peer)(uint32_t, uint32_t, const float *) = NULL;
    *(void **)&make_peer = dlsym(state->library, "peer_make");
    *(void **)&state->peer_run = dlsym(state->library, "peer_run");
    *(void **)&state->peer_free = dlsym(state->library, "peer_free");
    float *rows = calloc((size_t)v->shape.rows * DIMS, sizeof *rows);
    for (size_t i = 0; i < (size_t)v->shape.rows * DIMS; i++)
        rows[i] = (float)v->codes[i] * v->scales[i / DIMS];
    state->peer = make_peer(DIMS, v->shape.rows, rows);
    free(rows);
    return NULL;
}

// Rows around a thousand centres, as those of texts are; noise alone has no neighbours to find.
static Fail setup_ann(const BenchEnv *env, void **out, uint64_t *bytes)
{
    State *state = calloc(1, sizeof *state);
    uint64_t seed = 3;
    uint32_t rows = env->smoke ? 1000 : INDEXED;
    float vector[DIMS], *centres = ARENA_ARRAY(&state->arena, float, 1000 * DIMS);
    Faiss *faiss = NULL;
    *out = state;
    *bytes = (uint64_t)rows * DIMS;
    TRY(faiss_open(env->cx, &state->arena, &faiss));
    for (size_t i = 0; i < (size_t)1000 * DIMS; i++) centres[i] = next_float(&seed);
    Str section = vectors_new(&state->arena, (VectorShape){.dims = DIMS, .rows = rows});
    for (uint32_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < DIMS; i++)
            vector[i] = centres[row % 1000 * DIMS + i] + next_float(&seed);
        TRY(vectors_put(env->cx->arena, section, row, vector));
    }
    memcpy(state->query, vector, sizeof vector);
    TRY(vectors_open(env->cx->arena, section, &state->vectors));
    AnnSpec spec = {.family = ANN_IVF_FLAT, .threads = 2};
    return ann_build(env->cx, faiss, &state->vectors, &spec, &state->ann);
}

static Fail run_ann(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    Ctx cx = {.arena = &state->scratch};
    AnnHits hits;
    VectorQuery query = {.vector = state->query, .k = K};
    TRY(ann_search(&cx, NULL, state->ann, &state->vectors, &query, &hits));
    arena_reset(&state->scratch);
    return NULL;
}

static Fail run(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    Ctx cx = {.arena = &state->scratch};
    VectorHits hits;
    VectorQuery query = {.vector = state->query, .k = K, .filter = state->filter};
    TRY(vectors_search(&cx, state->pool, &state->vectors, &query, &hits));
    arena_reset(&state->scratch);
    return NULL;
}

static Fail run_faiss(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    float scores[K];
    int64_t rows[K];
    state->peer_run(state->peer, state->query, K, scores, rows);
    return NULL;
}

// What the memory gives: reads all codes once, in order.
__attribute__((optimize("O3"), target("avx2"))) static Fail run_read(const BenchEnv *env,
                                                                     void *object)
{
    (void)env;
    State *state = object;
    const uint64_t *words = (const void *)state->vectors.codes;
    uint64_t sum = 0;
    size_t count = (size_t)state->vectors.shape.rows * DIMS / sizeof *words;
    for (size_t i = 0; i < count; i++) sum += words[i];
    state->sum = sum;
    return NULL;
}

// The plain kernel as gcc vectorises it for AVX2, and the best score.
__attribute__((optimize("O3"), target("avx2"))) static Fail run_loop(const BenchEnv *env,
                                                                     void *object)
{
    (void)env;
    State *state = object;
    const Vectors *v = &state->vectors;
    int8_t query[DIMS];
    float scale = 0, best = 0;
    if (!vectors_quantise(state->query, DIMS, query, &scale)) return NULL;
    for (uint32_t row = 0; row < v->shape.rows; row++) {
        const int8_t *codes = v->codes + (size_t)row * DIMS;
        int32_t dot = 0;
        for (size_t i = 0; i < DIMS; i++) dot += query[i] * codes[i];
        best = MAX(best, (float)dot * v->scales[row]);
    }
    state->sum = (uint64_t)best;
    return NULL;
}

static void teardown(void *object)
{
    State *state = object;
    ann_free(state->ann);
    if (state->peer) state->peer_free(state->peer);
    pool_free(state->pool);
    arena_fini(&state->arena);
    arena_fini(&state->scratch);
    free(state);
}

const BenchCase bench_vectors[] = {
    {"vectors", "the 10 best of 500,000 rows of 256, one thread", "reading them", setup_large, run,
     run_read, teardown, 30},
    {"vectors-loop", "the 10 best of 20,000 rows of 256, one thread", "a loop that gcc vectorised",
     setup_small, run, run_loop, teardown, 200},
    {"vectors-faiss", "the 10 best of 20,000 rows of 256, one thread", "FAISS IndexFlatIP",
     setup_faiss, run, run_faiss, teardown, 100},
    {"vectors-filter", "the same of 500,000 rows, one in ten wanted", "reading them all",
     setup_filter, run, run_read, teardown, 30},
    {"vectors-pool", "the same of 500,000 rows, two threads", "reading them on one", setup_pool,
     run, run_read, teardown, 30},
    {"vectors-ivf", "FAISS IVF at recall 0.95, 100,000 rows, one thread", "the exact scan",
     setup_ann, run_ann, run, teardown, 200},
    {0},
};
