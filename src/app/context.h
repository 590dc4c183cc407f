// app/context.h - the composition root: builds what operations use, and closes it in reverse order.
//
//   context_new: log, cache, pool --> frozen --> context_run, as often and from as many threads as
//   wanted context_free: pool, cache, log
//
// Threads: an Context is frozen; each request brings its own Ctx and arena.
// Memory:  heap. Blocks: context_run, for as long as the operation takes.
#ifndef CQ_APP_CONTEXT_H
#define CQ_APP_CONTEXT_H

#include "base/log.h"
#include "op/answer.h"

typedef struct Context Context;

typedef struct ContextSpec {
    int threads;      // in total, the caller's included; 0: one a core, at most 16
    Str root;         // --root; empty: found from the working folder. Copied.
    bool reads_stdin; // Env.stdin_allowed
    bool logs;        // to stderr
    LogLevel log_level;
    bool log_json;
} ContextSpec;

Context *context_new(const ContextSpec *spec);
void context_free(Context *context); // every context_run must have returned; NULL is fine

// What one request carries. `cancel` may be NULL; timeout_s 0 is no limit.
Ctx context_request(const Context *context, Arena *arena, Flag *cancel, double timeout_s);

// Runs an operation. `info` gets command, start, duration. Fails: whatever the operation does.
MUST_CHECK Fail context_run(Ctx *cx, const Context *context, const OpSpec *op, const void *args,
                            RunInfo *info, Result *out);

#endif
