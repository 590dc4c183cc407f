// app/context.h - the composition root: builds what operations use, and closes it in reverse order.
//
//   context_open: policy, log, metrics, tracer, pools, cells --> frozen
//   context_preload: builds the cells of server.preload        (context_open does it, unless asked
//                                                               to leave it for later)
//   context_run, as often as wanted, from as many threads as wanted
//   context_close: background work ends, cells are closed, what needs others first
//   context_free: the same, and the rest, backwards; the tracer has FLUSH_S to write what is left
//
// app/holder.h keeps one that is replaced while it is used.
//
// Threads: a Context is frozen; each request brings its own Ctx and arena.
// Memory:  heap. Blocks: context_open, for finding and reading the configuration; context_run, for
//          as long as the operation takes; context_preload for its builds; context_close until its
//          deadline, context_free for what still runs after that.
#ifndef CQ_APP_CONTEXT_H
#define CQ_APP_CONTEXT_H

#include "app/config.h"
#include "base/log.h"
#include "op/answer.h"
#include "runtime/cells.h"

typedef struct Context Context;

// Parts to replace, for tests: everything else is as without. Settings: ConfigOptions.overrides.
typedef struct ContextOverrides {
    const CellSpec *const *cells;   // each in place of the runtime cell of its name; ends with NULL
    int64_t (*now_ns)(void *clock); // of the cells: time limits, cool-downs; NULL: the real one
    void *clock;
} ContextOverrides;

typedef struct ContextSpec {
    ConfigOptions config;
    Str root;         // --root; empty: found from the working folder. Copied.
    Str command;      // whose profile sizes the pool; empty: the general settings
    bool one_request; // the workspace found now will do for the request too; nothing is preloaded
    bool preloads_later;               // the caller calls context_preload, _verify
    const ContextOverrides *overrides; // NULL: none
    bool reads_stdin;                  // Env.stdin_allowed
    bool confined;                     // Env.confined
    bool follows;                      // Env.follow: it answers many requests
    // The program that serves as worker process (it takes WORKER_ARGUMENT). Copied. NULL: the
    // one that CQ_WORKER_PROGRAM names, or none. The variable goes first.
    const char *worker_program;
    const char *own_program; // that is cq, and can be started again. Copied. NULL: none
    Str server_why;          // Env.server_why. Copied.
    bool logs;               // to stderr
    LogLevel log_level;
    bool log_json;
    Str trace_file;       // --trace; empty: as configured
    Str trace_endpoint;   // --trace-endpoint; empty: as configured
    Str default_endpoint; // when the configuration names none either
} ContextSpec;

// Fails: BAD_REQUEST, NOT_FOUND, TOO_LARGE, IO - the configuration, the root, or the file and
// endpoint of a trace; as context_preload; in cx->arena.
MUST_CHECK Fail context_open(Ctx *cx, const ContextSpec *spec, Context **out);

typedef struct Preloaded { // in cx->arena
    CellWarmed *rows;      // one a cell of server.preload
    size_t count;
    size_t failed; // of them, without those of `all` that are plug-ins which are not there
} Preloaded;
// Builds them, going on after failures. Fails: BAD_REQUEST for a name that is no cell, before
// anything is built; CANCELLED; with server.preload_required what the first of them failed with.
MUST_CHECK Fail context_preload(Ctx *cx, const Context *context, Preloaded *out);

// Whether its parts fit together (service/compat.h): the settings, and what is built already.
// context_open does it, unless context_preload is left for later. What is not fatal is logged.
// Fails: the first fatal violation; as compat_check.
MUST_CHECK Fail context_verify(Ctx *cx, const Context *context);

typedef struct ContextClosed { // in cx->arena
    CellsClosed *rows;         // one a cell, in the order of closing
    size_t count;
    size_t leased; // cells that were still leased at the end
    bool busy;     // background work (publishing an index) still ran at the end
} ContextClosed;
// Lets background work end and closes the runtime cells, those that need others first, all within
// drain_ns. Every context_run must have returned, and none may come. May be called again: rows are
// NOOP then.
void context_close(Ctx *cx, Context *context, int64_t drain_ns, ContextClosed *out);
void context_free(Context *context); // every context_run must have returned; NULL is fine

// What one request carries; its time limit is the policy's. `cancel` may be NULL.
Ctx context_request(const Context *context, Arena *arena, Flag *cancel);

// What its operations get, for a door that starts plans and shows runtime cells. Frozen.
const Env *context_env(const Context *context);

// Runs an operation. `info` gets command, start, duration. Fails: whatever the operation does.
MUST_CHECK Fail context_run(Ctx *cx, const Context *context, const OpSpec *op, const void *args,
                            RunInfo *info, Result *out);

// Whether the file of settings is still the one that was read, or still absent.
bool context_is_current(const Context *context);

// The same for the user whose process this is, who sits somewhere else: no file is out of bounds.
// Without `rooted` the workspace is looked for from cx->folder on, as without --root; else it is
// that of the context.
MUST_CHECK Fail context_run_owner(Ctx *cx, const Context *context, bool rooted, const OpSpec *op,
                                  const void *args, RunInfo *info, Result *out);

// Waits, as long as cx allows, for what a process would wait for before it ends: with
// index.background "thread", for the index that is published behind an answer.
void context_settle(Ctx *cx, const Context *context);

// All metrics in Prometheus text format, in cx->arena.
Str context_metrics(Ctx *cx, const Context *context);

#endif
