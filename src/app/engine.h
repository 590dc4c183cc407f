// app/engine.h - the composition root: builds what operations use, and closes it in reverse order.
//
//   engine_new: log, pool --> frozen --> engine_run, as often and from as many threads as wanted
//   engine_free: pool, log
//
// Threads: an Engine is frozen; each request brings its own Ctx and arena.
// Memory:  heap. Blocks: engine_run, for as long as the operation takes.
#ifndef CQ_APP_ENGINE_H
#define CQ_APP_ENGINE_H

#include "base/log.h"
#include "op/answer.h"

typedef struct Engine Engine;

typedef struct EngineSpec {
    int threads;      // in total, the caller's included; 0: one a core, at most 16
    Str root;         // --root; empty: found from the working folder. Copied.
    bool reads_stdin; // Env.stdin_allowed
    bool logs;        // to stderr
    LogLevel log_level;
    bool log_json;
} EngineSpec;

Engine *engine_new(const EngineSpec *spec);
void engine_free(Engine *engine); // every engine_run must have returned; NULL is fine

// What one request carries. `cancel` may be NULL; timeout_s 0 is no limit.
Ctx engine_context(const Engine *engine, Arena *arena, Flag *cancel, double timeout_s);

// Runs an operation. `info` gets command, start, duration. Fails: whatever the operation does.
MUST_CHECK Fail engine_run(Ctx *cx, const Engine *engine, const OpSpec *op, const void *args,
                           RunInfo *info, Result *out);

#endif
