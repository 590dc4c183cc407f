// bench/bench.h - one benchmark case: something of ours, timed in turn with a peer that does the
// same work.
#ifndef CQ_BENCH_BENCH_H
#define CQ_BENCH_BENCH_H

#include "base/ctx.h"

typedef struct BenchEnv {
    Ctx *cx;
    const char *dir;     // the source tree to work on (--dir)
    const char *cq;      // the cq binary beside cq-bench
    const char *pattern; // --pattern, for the search cases
    bool smoke;          // one short run, to see that it works
} BenchEnv;

typedef struct BenchCase {
    const char *name, *what;
    const char *peer; // what `run_peer` is; NULL when there is none
    // Makes the state; *bytes receives the size of the input of one run. Fails: any Problem.
    Fail (*setup)(const BenchEnv *env, void **state, uint64_t *bytes);
    Fail (*run)(const BenchEnv *env, void *state);
    Fail (*run_peer)(const BenchEnv *env, void *state);
    void (*teardown)(void *state); // may be NULL
    int runs;                      // default number of timed runs
} BenchCase;

extern const BenchCase bench_micro[], bench_cell[], bench_metric[], bench_cache[], bench_facts[],
    bench_process[], bench_engine[], bench_vectors[], bench_store[],
    bench_embed[]; // each ends with {0}

#endif
