// retrieve/rank_channels.c - what the channels beside words add: nearest vectors, late interaction,
// and fusion by rank.
#include <math.h>
#include <stdlib.h>

#include "retrieve/rank_.h"

enum { NEAREST_CHUNKS = 4 };
static const double dense_decay = .5;
// A file without any word of the question must be as near as this to be a candidate.
static const double dense_alone = .4;

const char *rank_channel_name(RankChannel channel)
{
    static const char *const names[CHANNELS] = {"lexical", "dense", "late", "sparse"};
    return names[channel];
}

static const uint32_t *list_files(const Rank *rank)
{
    uint32_t *files = ARENA_ARRAY(rank->arena, uint32_t, rank->candidates.len);
    for (size_t i = 0; i < rank->candidates.len; i++) files[i] = rank->candidates.items[i].file;
    return files;
}

// As the body: a file's nearest chunks count less and less; the best file has 1.
void rank_dense_features(Rank *rank, const RankSpec *spec)
{
    double most = 0;
    if (!spec->dense) return;
    rank->dense = spec->dense(spec->channel_arg, list_files(rank), rank->candidates.len);
    for (size_t i = 0; rank->dense && i < rank->dense->len; i++) {
        const DenseHit *hit = &rank->dense->items[i];
        if (!(hit->score > 0)) break;
        uint32_t file = corpus_file_of(rank->corpus, hit->chunk);
        bool strong = !rank->query->one_word && (double)hit->score >= dense_alone;
        if (!rank->candidate_of[file] && !strong) continue;
        Candidate *at = rank_candidate(rank, file);
        if (at->best_chunk == (uint32_t)CHUNK_NONE) at->best_chunk = hit->chunk;
        if (at->dense_count >= NEAREST_CHUNKS) continue;
        at->features[FEATURE_DENSE] += (double)hit->score * pow(dense_decay, at->dense_count++);
        most = MAX(most, at->features[FEATURE_DENSE]);
    }
    for (size_t i = 0; most > 0 && i < rank->candidates.len; i++)
        rank->candidates.items[i].features[FEATURE_DENSE] /= most;
}

static int by_rating(const void *a, const void *b)
{
    const Rated *left = a, *right = b;
    if (left->score != right->score) return left->score > right->score ? -1 : 1;
    return str_cmp(left->path, right->path);
}

const Rated *rank_rate(const Rank *rank)
{
    size_t count = rank->candidates.len;
    Rated *rated = ARENA_ARRAY(rank->arena, Rated, count);
    for (uint32_t i = 0; i < count; i++) {
        const Candidate *at = &rank->candidates.items[i];
        rated[i] = (Rated){at->score, corpus_path(rank->corpus, at->file), i};
    }
    if (count) qsort(rated, count, sizeof *rated, by_rating);
    return rated;
}

void rank_outline_features(Rank *rank, const RankSpec *spec)
{
    size_t count = rank->candidates.len;
    if (!rank->dense || !spec->outlines || !count) return;
    float *scores = ARENA_ARRAY(rank->arena, float, count);
    spec->outlines(spec->channel_arg, list_files(rank), count, scores);
    for (size_t i = 0; i < count; i++)
        rank->candidates.items[i].features[FEATURE_OUTLINE] = (double)scores[i];
}

void rank_late_features(Rank *rank, const RankSpec *spec)
{
    uint32_t chunks[RANK_LATE_FILES], of[RANK_LATE_FILES];
    float scores[RANK_LATE_FILES];
    size_t count = 0;
    if (!spec->late) return;
    const Rated *rated = rank_rate(rank);
    for (size_t i = 0; i < rank->candidates.len && count < RANK_LATE_FILES; i++) {
        const Candidate *at = &rank->candidates.items[rated[i].candidate];
        if (at->best_chunk == (uint32_t)CHUNK_NONE) continue;
        chunks[count] = at->best_chunk;
        of[count++] = rated[i].candidate;
    }
    if (!count || !spec->late(spec->channel_arg, chunks, count, scores)) return;
    for (size_t i = 0; i < count; i++)
        rank->candidates.items[of[i]].features[FEATURE_LATE] = (double)scores[i];
}

// --- fusion by rank ---

// The candidates that a channel knows, best first.
static FuseChannel list_channel(const Rank *rank, const Rated *rated, RankChannel channel)
{
    static const Feature features[CHANNELS] = {
        [CHANNEL_DENSE] = FEATURE_DENSE, [CHANNEL_LATE] = FEATURE_LATE};
    size_t count = channel == CHANNEL_SPARSE ? 0 : rank->candidates.len, len = 0;
    FuseItem *items = ARENA_ARRAY(rank->arena, FuseItem, count);
    Rated *own = ARENA_ARRAY(rank->arena, Rated, count);
    for (size_t i = 0; i < count; i++) {
        const Candidate *at = &rank->candidates.items[rated[i].candidate];
        double value = at->features[features[channel]];
        if (channel == CHANNEL_LEXICAL) own[len++] = rated[i];
        else if (value > 0) own[len++] = (Rated){value, rated[i].path, rated[i].candidate};
    }
    if (len) qsort(own, len, sizeof *own, by_rating);
    for (size_t i = 0; i < len; i++) items[i] = (FuseItem){own[i].candidate, own[i].score};
    return (FuseChannel){.items = items, .len = len};
}

void rank_fuse(Rank *rank, const RankSpec *spec)
{
    FuseChannel channels[CHANNELS];
    const Rated *rated = rank_rate(rank);
    for (int i = 0; i < CHANNELS; i++) {
        channels[i] = list_channel(rank, rated, (RankChannel)i);
        channels[i].weight = spec->channel_weights[i];
    }
    FuseSpec how = {.method = FUSE_RRF, .k = spec->rrf_k};
    Fused fused = fuse(rank->arena, channels, CHANNELS, &how);
    for (size_t i = 0; i < fused.len; i++) {
        Candidate *at = &rank->candidates.items[fused.items[i].doc];
        at->score = fused.items[i].score;
        memcpy(at->fused, fused.items[i].parts, sizeof at->fused);
    }
}
