// retrieve/rank_.h - private to rank*.c: the candidates on their way through the features.
#ifndef CQ_RETRIEVE_RANK__H
#define CQ_RETRIEVE_RANK__H

#include "base/map.h"
#include "base/vec.h"
#include "retrieve/rank.h"

typedef struct Candidate {
    uint32_t file;
    uint32_t hit_count; // chunks of it among the best ones
    uint32_t dense_count;
    uint32_t best_chunk; // where words match best, or else vectors; CHUNK_NONE: neither
    bool use_counted;    // rank_count_use
    double features[FEATURES], score;
    double fused[CHANNELS];
} Candidate;
enum { CHUNK_NONE = -1, RANK_LATE_FILES = 50 };

typedef struct NamedDef { // a definition of a name that the query holds
    uint32_t file, chunk; // of the corpus
    DefClass class;
    uint32_t lines;
    bool in_parent; // the definition around it is the one the query names
    float strength;
} NamedDef;

typedef struct MessageChunk { // where words of the message follow each other
    uint32_t chunk;
    float value;
} MessageChunk;

typedef struct Rank {
    Arena *arena;
    const Corpus *corpus;
    const Query *query;
    Lexical lexical;
    uint32_t *hit_files;    // by hit of `lexical`
    const DenseHits *dense; // NULL: none
    double body_most;
    VEC(Candidate) candidates;
    uint32_t *candidate_of; // by file: one more than its index
    VEC(NamedDef) defs;
    VEC(NamedFile) named;
    VEC(MessageChunk) messages;
    Map path_terms; // of several parts: in how many chunks a term is
} Rank;

typedef struct Rated { // a candidate, to be put in order
    double score;
    Str path;
    uint32_t candidate;
} Rated;
const Rated *rank_rate(const Rank *rank); // all of them, best first; ties by path

Candidate *rank_candidate(Rank *rank, uint32_t file); // made when new; valid until the next one
// Fills `defs`, and makes their files candidates.
void rank_find_defs(Rank *rank, const bool *allowed_files);
void rank_sibling_features(Rank *rank); // OLD_VERSION, PLATFORM
Str rank_sibling_key(const Rank *rank, Str path);
void rank_name_features(Rank *rank); // EXACT_*, FUNCTION
void rank_path_features(Rank *rank); // STEM, FOLDER, TEST ... DEPTH, INDEGREE
// INDEGREE of a corpus that does not know it, for those candidates that can be among the `limit`
// best by it; their other features are added up already.
void rank_count_use(Rank *rank, double weight, size_t limit);
void rank_near_features(Rank *rank); // NEAR
// Fills `named`, and makes these files candidates: NAMED.
void rank_find_named(Rank *rank, const bool *allowed_files);
void rank_message_features(Rank *rank); // MESSAGE, of questions that are one
// The chunk of a file (of the part) that has a line.
uint32_t rank_chunk_at(const CorpusPart *part, const LexFile *file, uint32_t line);
void rank_dense_features(Rank *rank, const RankSpec *spec); // DENSE; its files become candidates
// OUTLINE, of all candidates.
void rank_outline_features(Rank *rank, const RankSpec *spec);
// LATE, of the best files so far.
void rank_late_features(Rank *rank, const RankSpec *spec);
// Scores are replaced by fused ranks.
void rank_fuse(Rank *rank, const RankSpec *spec);
// What is added to the score of a chunk for the definitions in it.
double rank_chunk_bonus(const Rank *rank, uint32_t chunk);

#endif
