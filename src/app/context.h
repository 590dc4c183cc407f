// app/context.h - the composition root: builds what operations use, and closes it in reverse order.
//
//   context_open: policy, log, metrics, tracer, pools --> frozen --> context_run, as often as
//   wanted,
//                                                                   from as many threads as wanted
//   context_free: the same, backwards; the tracer has FLUSH_S to write what is left
//
// Threads: a Context is frozen; each request brings its own Ctx and arena.
// Memory:  heap. Blocks: context_open, for finding and reading the configuration; context_run, for
//          as long as the operation takes.
#ifndef CQ_APP_CONTEXT_H
#define CQ_APP_CONTEXT_H

#include "app/config.h"
#include "base/log.h"
#include "op/answer.h"

typedef struct Context Context;

typedef struct ContextSpec {
    ConfigOptions config;
    Str root;         // --root; empty: found from the working folder. Copied.
    Str command;      // whose profile sizes the pool; empty: the general settings
    bool one_request; // the workspace found now will do for the request too
    bool reads_stdin; // Env.stdin_allowed
    bool confined;    // Env.confined
    // The program that serves as worker process (it takes WORKER_ARGUMENT). Copied. NULL: the
    // one that CQ_WORKER_PROGRAM names, or none. The variable goes first.
    const char *worker_program;
    const char *own_program; // that is cq, and can be started again. Copied. NULL: none
    bool logs;               // to stderr
    LogLevel log_level;
    bool log_json;
    Str trace_file;       // --trace; empty: as configured
    Str trace_endpoint;   // --trace-endpoint; empty: as configured
    Str default_endpoint; // when the configuration names none either
} ContextSpec;

// Fails: BAD_REQUEST, NOT_FOUND, TOO_LARGE, IO - the configuration, the root, or the file and
// endpoint of a trace; in cx->arena.
MUST_CHECK Fail context_open(Ctx *cx, const ContextSpec *spec, Context **out);
void context_free(Context *context); // every context_run must have returned; NULL is fine

// What one request carries; its time limit is the policy's. `cancel` may be NULL.
Ctx context_request(const Context *context, Arena *arena, Flag *cancel);

// What operations use: for a door that starts plans and shows runtime cells.
const Env *context_env(const Context *context);

// Runs an operation. `info` gets command, start, duration. Fails: whatever the operation does.
MUST_CHECK Fail context_run(Ctx *cx, const Context *context, const OpSpec *op, const void *args,
                            RunInfo *info, Result *out);

// All metrics in Prometheus text format, in cx->arena.
Str context_metrics(Ctx *cx, const Context *context);

#endif
