// train/batch.c
#include "train/batch.h"

#include "retrieve/model.h"
#include "train/random.h"

static void shuffle(Random *random, uint32_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = random_below(random, (uint32_t)i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[other];
        items[other] = kept;
    }
}

typedef struct Sorting { // pairs of a repository, brought together by folder
    uint32_t *order, *heads, *next;
    uint32_t *runs; // where each run of one folder begins in `order`
    uint32_t run_count;
} Sorting;

// Runs of `near` pairs of one folder each, the rest of a folder last.
static void make_runs(Arena *arena, const PairFile *file, const uint32_t *pairs, uint32_t count,
                      uint32_t near, Sorting *out)
{
    uint32_t folders = 0, filled = 0;
    for (uint32_t i = 0; i < count; i++) folders = MAX(folders, file->pairs[pairs[i]].folder + 1);
    out->order = ARENA_ARRAY(arena, uint32_t, count);
    out->heads = ARENA_ARRAY(arena, uint32_t, folders);
    out->next = ARENA_ARRAY(arena, uint32_t, count);
    out->runs = ARENA_ARRAY(arena, uint32_t, count + 1);
    out->run_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *head = &out->heads[file->pairs[pairs[i]].folder];
        out->next[i] = *head;
        *head = i + 1;
    }
    for (uint32_t folder = 0; folder < folders; folder++) {
        uint32_t in_run = 0;
        for (uint32_t i = out->heads[folder]; i; i = out->next[i - 1]) {
            if (in_run++ % near == 0) out->runs[out->run_count++] = filled;
            out->order[filled++] = pairs[i - 1];
        }
    }
    out->runs[out->run_count] = filled;
}

static void order_repo(Arena *arena, const PairFile *file, Random *random, uint32_t *pairs,
                       uint32_t count, uint32_t near)
{
    shuffle(random, pairs, count);
    if (near < 2) return;
    Sorting sorting;
    make_runs(arena, file, pairs, count, near, &sorting);
    uint32_t *runs = ARENA_ARRAY(arena, uint32_t, sorting.run_count), filled = 0;
    for (uint32_t i = 0; i < sorting.run_count; i++) runs[i] = i;
    shuffle(random, runs, sorting.run_count);
    for (uint32_t i = 0; i < sorting.run_count; i++)
        for (uint32_t at = sorting.runs[runs[i]]; at < sorting.runs[runs[i] + 1]; at++)
            pairs[filled++] = sorting.order[at];
}

void batch_plan(Arena *arena, const PairFile *file, const BatchSpec *spec, uint32_t epoch,
                BatchPlan *out)
{
    Random random = {spec->seed * 1000003 + epoch};
    uint32_t groups = 0, filled = 0;
    uint32_t *pairs = ARENA_ARRAY(arena, uint32_t, file->pair_count);
    for (uint32_t r = 0; r < file->repo_count; r++) {
        const PairRepo *repo = &file->repos[r];
        if (spec->held_out[r]) continue;
        uint32_t *own = pairs + filled;
        for (uint32_t i = 0; i < repo->count; i++) own[i] = repo->first + i;
        order_repo(arena, file, &random, own, repo->count, spec->near);
        filled += repo->count / spec->group * spec->group; // the rest has its turn another time
    }
    groups = filled / spec->group;
    if (spec->most_pairs) groups = MIN(groups, MAX(spec->most_pairs / spec->group, 1U));
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, filled / spec->group);
    for (uint32_t i = 0; i < filled / spec->group; i++) order[i] = i;
    shuffle(&random, order, filled / spec->group);
    uint32_t per_batch = MAX(spec->batch / spec->group, 1U);
    out->batches = groups / per_batch;
    out->pairs = ARENA_ARRAY(arena, uint32_t, (size_t)out->batches * per_batch * spec->group);
    for (uint32_t g = 0; g < out->batches * per_batch; g++)
        memcpy(out->pairs + (size_t)g * spec->group, pairs + (size_t)order[g] * spec->group,
               spec->group * sizeof *pairs);
}

// ---- bags

static bool is_kept(Random *random, float dropout)
{
    return dropout <= 0 || random_unit(random) >= dropout;
}

static void read_one(const PairBags *pair, BatchDropout dropout, uint32_t number, Bags *queries,
                     Bags *bodies, uint32_t i)
{
    Random random = {dropout.seed ^ (uint64_t)number * 0x9e3779b97f4a7c15};
    uint32_t at = queries->starts[i], first = at;
    for (uint32_t k = 0; k < pair->query_len; k++) {
        bool last = k + 1 == pair->query_len && at == first; // something must be asked
        if (!last && !is_kept(&random, dropout.query)) continue;
        queries->terms[at] = pair->query[k];
        queries->counts[at++] = 1;
    }
    queries->starts[i + 1] = at;
    at = bodies->starts[i];
    for (uint32_t k = 0; k < pair->body_len; k++) {
        if (!is_kept(&random, dropout.body)) continue;
        bodies->terms[at] = pair->body[k].term;
        bodies->counts[at++] = (float)model_times(pair->body[k].count) / MODEL_ONCE;
    }
    bodies->starts[i + 1] = at;
}

static Bags bags_new(Arena *arena, uint32_t count, size_t room)
{
    return (Bags){count, ARENA_ARRAY(arena, uint32_t, count + 1),
                  ARENA_ARRAY(arena, uint32_t, room), ARENA_ARRAY(arena, float, room)};
}

void batch_read(Arena *arena, const PairFile *file, const uint32_t *pairs, uint32_t count,
                BatchDropout dropout, Bags *queries, Bags *bodies)
{
    PairBags *pair = arena_alloc_raw(arena, sizeof *pair);
    size_t query_room = 0, body_room = 0;
    for (uint32_t i = 0; i < count; i++) {
        pair_read(file, pairs[i], pair);
        query_room += pair->query_len;
        body_room += pair->body_len;
    }
    *queries = bags_new(arena, count, query_room);
    *bodies = bags_new(arena, count, body_room);
    for (uint32_t i = 0; i < count; i++) {
        pair_read(file, pairs[i], pair);
        read_one(pair, dropout, pairs[i], queries, bodies, i);
    }
}
