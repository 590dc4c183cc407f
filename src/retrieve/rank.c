// retrieve/rank.c - candidates, their body scores, the sum and the order.
#include "retrieve/rank.h"

#include <math.h>
#include <stdlib.h>

#include "retrieve/rank_.h"

const double rank_body_decay = .6;

const FeatureSpec feature_specs[FEATURES] = {
#define FEATURE(id, name, weight, with_dense, says) {name, weight, with_dense, says},
#include "retrieve/features.def"
#undef FEATURE
};

Candidate *rank_candidate(Rank *rank, uint32_t file)
{
    uint32_t *index = &rank->candidate_of[file];
    if (!*index) {
        Candidate made = {.file = file, .best_chunk = (uint32_t)CHUNK_NONE};
        VEC_PUSH(rank->arena, &rank->candidates, made);
        *index = (uint32_t)rank->candidates.len;
    }
    return &rank->candidates.items[*index - 1];
}

// A file's best chunks count less and less; the best file has 1.
static void body_features(Rank *rank)
{
    const Lexical *lexical = &rank->lexical;
    double most = 0;
    rank->hit_files = ARENA_ARRAY(rank->arena, uint32_t, lexical->hit_count);
    for (uint32_t i = 0; i < lexical->hit_count; i++) {
        rank->hit_files[i] = corpus_file_of(rank->corpus, lexical->hits[i].chunk);
        Candidate *at = rank_candidate(rank, rank->hit_files[i]);
        if (at->hit_count < RANK_BODY_CHUNKS)
            at->features[FEATURE_BODY] +=
                lexical->hits[i].score * pow(rank_body_decay, at->hit_count);
        if (!at->hit_count++) at->best_chunk = lexical->hits[i].chunk;
        most = MAX(most, at->features[FEATURE_BODY]);
    }
    for (size_t i = 0; most > 0 && i < rank->candidates.len; i++)
        rank->candidates.items[i].features[FEATURE_BODY] /= most;
    rank->body_most = most;
}

typedef struct FileOrder {
    uint32_t file, candidate;
} FileOrder;

static int by_file(const void *a, const void *b)
{
    uint32_t left = ((const FileOrder *)a)->file, right = ((const FileOrder *)b)->file;
    return (left > right) - (left < right);
}

static void comment_features(Rank *rank)
{
    size_t count = rank->candidates.len;
    if (rank->lexical.most <= 0 || !count) return;
    FileOrder *order = ARENA_ARRAY(rank->arena, FileOrder, count);
    uint32_t *files = ARENA_ARRAY(rank->arena, uint32_t, count);
    float *best = ARENA_ARRAY(rank->arena, float, count);
    for (uint32_t i = 0; i < count; i++) order[i] = (FileOrder){rank->candidates.items[i].file, i};
    qsort(order, count, sizeof *order, by_file);
    for (size_t i = 0; i < count; i++) files[i] = order[i].file;
    lexical_comments(rank->arena, &rank->lexical, files, count, best);
    for (size_t i = 0; i < count; i++)
        rank->candidates.items[order[i].candidate].features[FEATURE_COMMENT] =
            best[i] / rank->lexical.most;
}

typedef struct Folder {
    double sum;      // of squares of BODY
    uint32_t others; // living files less one
} Folder;

// Files of one folder speak for each other.
static void sibling_features(Rank *rank)
{
    size_t count = rank->candidates.len;
    Map numbers = {0}; // of folders by path
    Folder *folders = ARENA_ARRAY(rank->arena, Folder, count);
    uint32_t *folder_of = ARENA_ARRAY(rank->arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        const Candidate *at = &rank->candidates.items[i];
        Str path = path_folder(corpus_path(rank->corpus, at->file));
        size_t known = numbers.len;
        uint64_t number = *map_at(rank->arena, &numbers, path, known);
        double body = at->features[FEATURE_BODY];
        if (number == known) folders[number].others = corpus_folder_files(rank->corpus, path) - 1;
        folders[number].sum += body * body;
        folder_of[i] = (uint32_t)number;
    }
    for (size_t i = 0; i < count; i++) {
        Candidate *at = &rank->candidates.items[i];
        const Folder *folder = &folders[folder_of[i]];
        double body = at->features[FEATURE_BODY], others = folder->others;
        at->features[FEATURE_SIBLINGS] =
            MAX(folder->sum - body * body, 0.0) / sqrt(MAX(others, 1.0));
    }
}

static void add_up(Rank *rank, const double weights[FEATURES])
{
    for (size_t i = 0; i < rank->candidates.len; i++) {
        Candidate *at = &rank->candidates.items[i];
        at->score = 0;
        for (int f = 0; f < FEATURES; f++) at->score += weights[f] * at->features[f];
    }
}

// --- the chunks of a file that is shown ---

typedef struct ScoredChunk {
    uint32_t chunk;
    double score;
} ScoredChunk;

static int by_chunk_score(const void *a, const void *b)
{
    const ScoredChunk *left = a, *right = b;
    if (left->score != right->score) return left->score > right->score ? -1 : 1;
    return left->chunk < right->chunk ? -1 : left->chunk > right->chunk;
}

static bool has_chunk(const ScoredChunk *chunks, size_t count, uint32_t chunk)
{
    for (size_t i = 0; i < count; i++)
        if (chunks[i].chunk == chunk) return true;
    return false;
}

static void choose_chunks(const Rank *rank, RankedFile *file, size_t most)
{
    VEC(ScoredChunk) chunks = {0};
    const Lexical *lexical = &rank->lexical;
    for (size_t i = 0; i < lexical->hit_count; i++) {
        uint32_t chunk = lexical->hits[i].chunk;
        if (rank->hit_files[i] != file->file) continue;
        double score = lexical->hits[i].score / lexical->most + rank_chunk_bonus(rank, chunk);
        VEC_PUSH(rank->arena, &chunks, (ScoredChunk){chunk, score});
    }
    for (size_t i = 0; i < rank->defs.len; i++) {
        uint32_t chunk = rank->defs.items[i].chunk;
        if (rank->defs.items[i].file == file->file && !has_chunk(chunks.items, chunks.len, chunk))
            VEC_PUSH(rank->arena, &chunks, (ScoredChunk){chunk, rank_chunk_bonus(rank, chunk)});
    }
    for (size_t i = 0; i < rank->named.len; i++) {
        uint32_t chunk = rank->named.items[i].chunk;
        if (rank->named.items[i].file == file->file && !has_chunk(chunks.items, chunks.len, chunk))
            VEC_PUSH(rank->arena, &chunks, (ScoredChunk){chunk, rank_chunk_bonus(rank, chunk)});
    }
    for (size_t i = 0; rank->dense && i < rank->dense->len; i++) { // behind all that have words
        uint32_t chunk = rank->dense->items[i].chunk;
        if (corpus_file_of(rank->corpus, chunk) == file->file &&
            !has_chunk(chunks.items, chunks.len, chunk))
            VEC_PUSH(rank->arena, &chunks, (ScoredChunk){chunk, -1.0 - (double)i});
    }
    if (chunks.len) qsort(chunks.items, chunks.len, sizeof *chunks.items, by_chunk_score);
    for (size_t i = 0; i < chunks.len && i < most; i++)
        file->chunks[file->chunk_count++] = chunks.items[i].chunk;
}

// The result that a candidate is an old version of, or the same for another platform; NULL when it
// is a result of its own.
static RankedFile *find_original(Rank *rank, Map *keys, const Rated *rated, Ranking *out)
{
    uint64_t index;
    const double *features = rank->candidates.items[rated->candidate].features;
    bool copy = features[FEATURE_OLD_VERSION] > 0 || features[FEATURE_PLATFORM] > 0;
    Str key = rank_sibling_key(rank, rated->path);
    if (!key.len) return NULL;
    if (!map_get(keys, key, &index)) map_put(rank->arena, keys, key, out->count);
    else if (copy) return &out->files[index];
    return NULL;
}

static void take_file(const Rank *rank, const RankSpec *spec, const Candidate *from, RankedFile *to)
{
    to->file = from->file;
    to->score = from->score;
    memcpy(to->features, from->features, sizeof to->features);
    memcpy(to->fused, from->fused, sizeof to->fused);
    choose_chunks(rank, to, MIN(spec->chunks, (size_t)RANK_MOST_CHUNKS));
}

static void take_best(Rank *rank, const RankSpec *spec, Ranking *out)
{
    size_t count = rank->candidates.len;
    const Rated *rated = rank_rate(rank);
    Map keys = {0};
    out->files = ARENA_ARRAY(rank->arena, RankedFile, MIN(count, spec->limit));
    size_t i = 0;
    for (; i < count && out->count < spec->limit; i++) {
        const Candidate *from = &rank->candidates.items[rated[i].candidate];
        RankedFile *original = find_original(rank, &keys, &rated[i], out);
        if (!original) take_file(rank, spec, from, &out->files[out->count++]);
        else if (original->sibling_count++ < RANK_MOST_SIBLINGS)
            original->siblings[original->sibling_count - 1] = from->file;
    }
    out->more = count - i;
}

// Those given; else the built-in ones, which are others with vectors.
static const double *weights_of(const Rank *rank, const RankSpec *spec)
{
    bool dense = rank->dense && rank->dense->len && spec->fusion == FUSE_SCORES;
    double *weights = ARENA_ARRAY(rank->arena, double, FEATURES);
    if (spec->weights) return spec->weights;
    for (int f = 0; f < FEATURES; f++)
        weights[f] = dense ? feature_specs[f].with_dense : feature_specs[f].weight;
    return weights;
}

// How often a file is used is counted where it can make a difference: for the best ones, for those
// that late interaction looks at, and for all when ranks are fused, where each has its place.
static void late_and_use(Rank *rank, const RankSpec *spec, const double *weights)
{
    double weight = weights[FEATURE_INDEGREE];
    if (spec->late || spec->fusion == FUSE_RRF) {
        size_t most = MAX(spec->limit, (size_t)RANK_LATE_FILES);
        rank_count_use(rank, weight, spec->fusion == FUSE_RRF ? SIZE_MAX : most);
        add_up(rank, weights);
        rank_late_features(rank, spec);
        add_up(rank, weights);
    }
    rank_count_use(rank, weight, spec->limit);
    add_up(rank, weights);
}

void rank_files(Arena *arena, const Corpus *corpus, const RankSpec *spec, Ranking *out)
{
    Rank rank = {.arena = arena,
                 .corpus = corpus,
                 .query = spec->query,
                 .candidate_of = ARENA_ARRAY(arena, uint32_t, corpus->files)};
    *out = (Ranking){0};
    lexical_search(arena, corpus, spec->query, spec->allowed_files, &rank.lexical);
    body_features(&rank);
    rank_dense_features(&rank, spec);
    const double *weights = weights_of(&rank, spec);
    rank_find_defs(&rank, spec->allowed_files);
    rank_find_named(&rank, spec->allowed_files);
    comment_features(&rank);
    sibling_features(&rank);
    rank_path_features(&rank);
    rank_sibling_features(&rank);
    rank_near_features(&rank);
    rank_message_features(&rank);
    rank_name_features(&rank);
    rank_outline_features(&rank, spec);
    add_up(&rank, weights);
    late_and_use(&rank, spec, weights);
    if (spec->fusion == FUSE_RRF) rank_fuse(&rank, spec);
    take_best(&rank, spec, out);
    out->candidates = rank.candidates.len;
    out->body_most = rank.body_most;
    out->weights = weights;
    out->named = rank.named.items;
    out->named_count = rank.named.len;
    out->lexical = rank.lexical;
}
