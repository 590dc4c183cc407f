// retrieve/rank.h - which files answer a query best, and where in them.
//
//   query -> lexical (best chunks) -> candidate files -> features -> score -> best chunks of each
//
// Threads: pure. Memory: arena.
#ifndef CQ_RETRIEVE_RANK_H
#define CQ_RETRIEVE_RANK_H

#include "retrieve/lexical.h"

typedef enum Feature {
#define FEATURE(id, name, weight, says) FEATURE_##id,
#include "retrieve/features.def"
#undef FEATURE
    FEATURES
} Feature;

typedef struct FeatureSpec {
    const char *name;
    double weight;
    const char *says;
} FeatureSpec;
extern const FeatureSpec feature_specs[FEATURES];

enum {
    RANK_MOST_CHUNKS = 8,
    RANK_BODY_CHUNKS = 5, // how many of a file's chunks make its BODY: each counts rank_body_decay
};                        // times as much as the one before
extern const double rank_body_decay;

typedef struct RankedFile {
    uint32_t file; // of the corpus
    double score;  // sum over features of weight x value
    double features[FEATURES];
    uint32_t chunks[RANK_MOST_CHUNKS]; // best first; at least one
    uint32_t chunk_count;
} RankedFile;

typedef struct RankSpec {
    const Query *query;
    const bool *allowed_files; // by file of the corpus; NULL: all
    size_t limit;              // most files
    size_t chunks;             // most chunks of each; at most RANK_MOST_CHUNKS
    const double *weights;     // by feature; NULL: feature_specs'
} RankSpec;

typedef struct Ranking {
    RankedFile *files; // best first; ties by path
    size_t count;
    size_t candidates; // files that were scored
    double body_most;  // what BODY was divided by: the best file has 1
    Lexical lexical;
} Ranking;

void rank_files(Arena *arena, const Corpus *corpus, const RankSpec *spec, Ranking *out);

#endif
