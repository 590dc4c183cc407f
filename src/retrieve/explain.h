// retrieve/explain.h - what a file's score is made of.
//
//   score = sum of parts;   part = weight x feature;   the body's part = sum over terms
//   with FUSE_RRF: score = sum of fused, and the parts make the rank of the lexical channel
//
// Threads: pure. Memory: arena.
#ifndef CQ_RETRIEVE_EXPLAIN_H
#define CQ_RETRIEVE_EXPLAIN_H

#include "retrieve/rank.h"

typedef struct ExplainPart {
    Feature feature;
    double value, weight, part; // part: what it adds to the score
} ExplainPart;

typedef struct ExplainTerm {
    Str text; // a joined one begins with '='
    double idf;
    uint32_t chunks; // of the corpus that have it
    double part;     // of the body's part
} ExplainTerm;

typedef struct Explanation {
    const ExplainPart *parts; // those that count and are not zero, largest first
    size_t part_count;
    const ExplainTerm *terms; // of the query, in its order; those that no chunk has too
    size_t term_count;
    double fused[CHANNELS]; // all zero but with FUSE_RRF
} Explanation;

Explanation explain_file(Arena *arena, const Corpus *corpus, const Ranking *ranking,
                         const RankedFile *file);

#endif
