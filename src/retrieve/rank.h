// retrieve/rank.h - which files answer a query best, and where in them.
//
//   query -> lexical (best chunks) -> candidate files -> features -> score -> best chunks of each
//        `-> dense (nearest chunks) --^                       late --^
//
// Dense and late are channels that may be absent (service/find_channels.h). Scores are sums of
// weighted features; or, with FUSE_RRF, each channel ranks the files and the ranks are fused.
//
// Threads: pure but for what the channels do. Memory: arena.
#ifndef CQ_RETRIEVE_RANK_H
#define CQ_RETRIEVE_RANK_H

#include "retrieve/dense.h"
#include "retrieve/fuse.h"
#include "retrieve/lexical.h"

typedef enum Feature {
#define FEATURE(id, name, weight, with_dense, says) FEATURE_##id,
#include "retrieve/features.def"
#undef FEATURE
    FEATURES
} Feature;

typedef struct FeatureSpec {
    const char *name;
    double weight, with_dense; // without and with vectors
    const char *says;
} FeatureSpec;
extern const FeatureSpec feature_specs[FEATURES];

enum {
    RANK_MOST_CHUNKS = 8,
    RANK_MOST_SIBLINGS = 4,
    RANK_BODY_CHUNKS = 5, // how many of a file's chunks make its BODY: each counts rank_body_decay
};                        // times as much as the one before
extern const double rank_body_decay;

// Sparse is the lexical one with more words (retrieve/expand.h).
typedef enum RankChannel {
    CHANNEL_LEXICAL,
    CHANNEL_DENSE,
    CHANNEL_LATE,
    CHANNEL_SPARSE,
    CHANNELS
} RankChannel;
const char *rank_channel_name(RankChannel channel);

typedef struct RankedFile {
    uint32_t file; // of the corpus
    double score;  // FUSE_SCORES: sum over features of weight x value; FUSE_RRF: of `fused`
    double features[FEATURES];
    double fused[CHANNELS];            // FUSE_RRF: what each channel added
    uint32_t chunks[RANK_MOST_CHUNKS]; // best first; at least one
    uint32_t chunk_count;
    uint32_t siblings[RANK_MOST_SIBLINGS]; // the same by version or platform, which would follow
    uint32_t sibling_count;                // all of them, shown or not
} RankedFile;

typedef struct RankSpec {
    const Query *query;
    const bool *allowed_files; // by file of the corpus; NULL: all
    size_t limit;              // most files
    size_t chunks;             // most chunks of each; at most RANK_MOST_CHUNKS
    const double *weights;     // by feature; NULL: feature_specs'
    FuseMethod fusion;
    double rrf_k; // 0: 60
    double channel_weights[CHANNELS];
    // The channels: NULL when there is none. The first gives the nearest chunks, and may wait for
    // them; NULL when there are none. It is told which files words found. The second scores chunks,
    // 0 .. 1; false when it cannot.
    const DenseHits *(*dense)(void *arg, const uint32_t *files, size_t count);
    // What dense gives of files: their outlines' cosines. Asked after it.
    void (*outlines)(void *arg, const uint32_t *files, size_t count, float *scores);
    bool (*late)(void *arg, const uint32_t *chunks, size_t count, float *scores);
    void *channel_arg;
} RankSpec;

typedef struct NamedFile { // that the question names
    uint32_t file, chunk;  // of the corpus; the chunk with the line, or the file's first one
    uint32_t line;         // 0: none was named
    float value;
} NamedFile;

typedef struct Ranking {
    RankedFile *files; // best first; ties by path
    size_t count;
    size_t candidates;     // files that were scored
    size_t more;           // of them that are neither a result nor the copy of one
    double body_most;      // what BODY was divided by: the best file has 1
    const double *weights; // that were used
    const NamedFile *named;
    size_t named_count;
    Lexical lexical;
} Ranking;

void rank_files(Arena *arena, const Corpus *corpus, const RankSpec *spec, Ranking *out);

#endif
