// op/run.h - the records behind "run", its parts, and runs that go on while others look at them.
//
// Threads: any; a Run locks itself. Memory: cx->arena.
#ifndef CQ_OP_RUN_H
#define CQ_OP_RUN_H

#include "op/plan_ops.h"

typedef struct RunArgs {
    Str plan, graph, events, cache;
    StrList step;
    const Json *document;
    bool dry_run, fail_fast;
    int64_t max_concurrency, limit;
} RunArgs;

typedef struct RunCellRow {
    Str id, op, state, cached, reason, fingerprint, digest;
    StrList inputs;
    double started_ms, duration_ms;
    uint64_t findings;
    uint32_t wave;
    bool found, critical;
    const Json *summary, *problem;
} RunCellRow;

typedef struct RunSummary {
    Str run_id, state, scope;
    bool dry_run;
    double duration_ms;
    uint64_t total, from_memory, from_store, messages_dropped, waves, widest;
    CountList states;
    StrList order, critical_path;
    RecordList cells;
} RunSummary;

typedef struct RunAnswer { // Result.data of "run"
    const Plan *plan;
    Str graph; // replaces every format when not empty
    // By cell: its answer or NULL, and how many findings the cells before it have.
    const Result **results;
    size_t *first;
    size_t cells;
} RunAnswer;

// run_steps.c: the document that --step options stand for, each "OP\nkey=value\n...".
// Fails: BAD_REQUEST.
MUST_CHECK Fail run_document_of_steps(Arena *arena, const StrList *steps, const Json **out);

// For a door that starts runs and lets clients look at them. Neither cx's deadline nor its cancel
// flag may be set: the run outlives the request. Release it with run_release.
// Fails: BAD_REQUEST, TOO_LARGE: as plan_parse.
MUST_CHECK Fail run_start(Ctx *cx, const Env *env, const RunArgs *from, Run **out);
// The answer of "run" for what there is of it now.
void run_result(Ctx *cx, Run *run, int64_t duration_ns, Result *out);
// As the settings may ask: what the run stored is of no use to a later one.
void run_forget(const Ctx *cx, const Env *env, Run *run);

// run_text.c
void run_text(Buf *out, const void *args, const Result *result, const TextStyle *style);

#endif
