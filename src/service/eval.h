// service/eval.h - how well find ranks, measured on judged queries.
//
//   queries (JSON lines), repositories (JSON) --eval_read--> EvalSet
//   for each repository: index of CHECKOUTS/<name>/<root>, every query, rank of every target
//
// Metric: NDCG@10 where every target counts once, at the first result that matches it; paths match
// when they are equal or one ends with the other at a '/'; a target with lines needs overlap.
// The official figure is the mean over repositories of each one's mean over its queries.
//
// Threads: one repository after the other, each indexed on the pool. Memory: cx->arena.
#ifndef CQ_SERVICE_EVAL_H
#define CQ_SERVICE_EVAL_H

#include "base/json.h"
#include "retrieve/rank.h"
#include "service/result.h"

enum { EVAL_DEPTH = 10 };

typedef struct EvalSpec {
    Str queries, repos; // files
    Str checkouts;      // folder
    const Str *only;    // names of repositories; empty: all that are checked out
    size_t only_count;
    const double *weights; // by feature; NULL: as built in
    size_t repeats;        // times each query runs, for latency; the fastest counts
    bool cold;             // as find answers where there is no index
    bool candidates;       // keep every candidate's features, to fit weights
} EvalSpec;

typedef struct EvalResult {
    Str path; // relative to the checkout
    uint32_t first_line, last_line;
    double score;
} EvalResult;

typedef struct EvalCandidate {
    double features[FEATURES];
    uint32_t targets; // bit i: it matches target i
} EvalCandidate;

typedef struct EvalQuery {
    Str repo, category, language, text;
    int64_t id;
    const Json *targets;
    double ndcg, reciprocal_rank; // of the first target found; 0 when none is
    uint32_t target_count;
    uint32_t found_1, found_5, found; // targets among the first 1, 5, EVAL_DEPTH results
    int64_t elapsed_ns;
    const EvalResult *results;
    size_t result_count;
    const EvalCandidate *candidates;
    size_t candidate_count;
    bool ran; // the repository was there
} EvalQuery;

typedef struct EvalRepo {
    Str name, root, language;
    bool unwanted;           // EvalSpec.only names others
    bool present, test_half; // by its place among the names in order: even ones are "dev"
    uint64_t files, bytes, chunks, index_bytes;
    uint64_t covered_bytes; // of them that lie in a chunk: all, as chunks tile
    int64_t build_ns, pack_ns;
} EvalRepo;

typedef struct EvalAnswer {
    EvalQuery *queries;
    size_t query_count;
    EvalRepo *repos;
    size_t repo_count;
} EvalAnswer;

// Fails: NOT_FOUND, IO, BAD_REQUEST for the two files; what find_index_build fails with.
MUST_CHECK Fail eval_run(Ctx *cx, const Env *env, const EvalSpec *spec, EvalAnswer *out);

#endif
