// service/eval_sum.h - the figures of an evaluation.
//
// Threads: pure. Memory: arena.
#ifndef CQ_SERVICE_EVAL_SUM_H
#define CQ_SERVICE_EVAL_SUM_H

#include "service/eval.h"

// Means over the queries of a group; of a group that spans repositories, over the repositories'
// means. Repositories that are not checked out are left out.
typedef struct EvalFigures {
    Str name;
    uint64_t queries, repos;
    double ndcg, reciprocal_rank;
    double recall_1, recall_5, recall_10; // share of the targets found so early
} EvalFigures;

typedef struct EvalSums {
    EvalFigures all, dev, test;
    const EvalFigures *categories, *languages, *repos;
    size_t category_count, language_count, repo_count;
    double p50_ms, p95_ms, most_ms; // of one query, in process
} EvalSums;

typedef struct EvalChange { // a query that does better or worse than before
    Str repo, query;
    int64_t id;
    double before, now; // NDCG@10
} EvalChange;
// Against what an earlier run's --results printed; the largest change first. Queries of only one of
// the runs are left out. Fails: NOT_FOUND, IO, BAD_REQUEST for the file.
MUST_CHECK Fail eval_compare(Ctx *cx, Str file, const EvalAnswer *answer, const EvalChange **out,
                             size_t *count);

EvalSums eval_sum(Arena *arena, const EvalAnswer *answer);

#endif
