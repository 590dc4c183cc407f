// train/measure.c
#include "train/measure.h"

#include <cblas.h>

#include "train/random.h"

typedef struct Measured { // one repository
    double at_1, at_10, mrr, of_kind[PAIR_KINDS];
    uint32_t count, kinds[PAIR_KINDS];
} Measured;

typedef struct Measuring {
    const PairFile *file;
    const Table *table;
    const bool *held_out;
    uint32_t most;
    uint64_t seed;
    Measured *repos;
} Measuring;

static uint32_t choose(Arena *arena, const Measuring *measuring, uint32_t repo, uint32_t **out)
{
    const PairRepo *row = &measuring->file->repos[repo];
    Random random = {measuring->seed + repo};
    uint32_t need = MIN(row->count, measuring->most), kept = 0;
    *out = ARENA_ARRAY(arena, uint32_t, need + 1);
    for (uint32_t i = 0; i < row->count && kept < need; i++)
        if (random_below(&random, row->count - i) < need - kept) (*out)[kept++] = row->first + i;
    return kept;
}

// How many bodies are nearer to the query than its own; ones with the same target do not count.
static uint32_t rank_of(const Measuring *measuring, const uint32_t *pairs, uint32_t count,
                        const float *similar, uint32_t own)
{
    uint32_t rank = 0, target = measuring->file->pairs[pairs[own]].target;
    for (uint32_t i = 0; i < count; i++) {
        bool nearer = similar[i] > similar[own] || (similar[i] >= similar[own] && i < own);
        rank += nearer && measuring->file->pairs[pairs[i]].target != target;
    }
    return rank;
}

static void measure_repo(void *arg, size_t repo, int slot)
{
    (void)slot;
    Measuring *measuring = arg;
    if (!measuring->held_out[repo]) return;
    Arena arena = {0};
    Measured *out = &measuring->repos[repo];
    uint32_t *pairs, dims = measuring->table->head.dims;
    uint32_t n = choose(&arena, measuring, (uint32_t)repo, &pairs);
    Bags queries, bodies;
    batch_read(&arena, measuring->file, pairs, n, (BatchDropout){0}, &queries, &bodies);
    float *q = ARENA_ARRAY(&arena, float, (size_t)n *dims);
    float *d = ARENA_ARRAY(&arena, float, (size_t)n *dims);
    float *similar = ARENA_ARRAY(&arena, float, (size_t)n *n);
    for (uint32_t i = 0; i < n; i++) {
        table_embed(measuring->table, measuring->table->query.value, bags_view(&queries, i),
                    q + (size_t)i * dims);
        table_embed(measuring->table, measuring->table->document.value, bags_view(&bodies, i),
                    d + (size_t)i * dims);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n, (int)dims, 1, q, (int)dims,
                d, (int)dims, 0, similar, (int)n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t rank = rank_of(measuring, pairs, n, similar + (size_t)i * n, i);
        PairKind kind = (PairKind)measuring->file->pairs[pairs[i]].kind;
        out->at_1 += rank == 0;
        out->at_10 += rank < 10;
        out->mrr += 1.0 / (rank + 1);
        out->of_kind[kind] += 1.0 / (rank + 1);
        out->kinds[kind]++;
    }
    out->count = n;
    arena_fini(&arena);
}

void measure_recall(Ctx *cx, Pool *pool, const PairFile *file, const Table *table,
                    const bool *held_out, uint32_t most, uint64_t seed, Recall *out)
{
    Arena arena = {0};
    Measuring measuring = {file, table, held_out,
                           most, seed,  ARENA_ARRAY(&arena, Measured, file->repo_count)};
    uint32_t kinds[PAIR_KINDS] = {0};
    pool_each(pool, cx, file->repo_count, 1, measure_repo, &measuring);
    *out = (Recall){0};
    for (uint32_t r = 0; r < file->repo_count; r++) {
        const Measured *repo = &measuring.repos[r];
        if (!repo->count) continue;
        out->repos++;
        out->pairs += repo->count;
        out->at_1 += repo->at_1 / repo->count;
        out->at_10 += repo->at_10 / repo->count;
        out->mrr += repo->mrr / repo->count;
        for (int k = 0; k < PAIR_KINDS; k++) {
            out->of_kind[k] += repo->of_kind[k];
            kinds[k] += repo->kinds[k];
        }
    }
    for (int k = 0; k < PAIR_KINDS; k++) out->of_kind[k] /= MAX(kinds[k], 1U);
    double repos = MAX(out->repos, 1U);
    out->at_1 /= repos, out->at_10 /= repos, out->mrr /= repos;
    arena_fini(&arena);
}
