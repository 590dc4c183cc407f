// app/engine.c
#include "app/engine.h"

#include "base/clock.h"
#include "runtime/pool.h"

enum { MOST_DEFAULT_THREADS = 16 };

struct Engine { // frozen
    Arena arena;
    Log log;
    bool logs;
    Env env;
};

static int default_threads(void)
{
    return MIN(os_cpu_count(), (int)MOST_DEFAULT_THREADS);
}

Engine *engine_new(const EngineSpec *spec)
{
    Engine *engine = mem_alloc(sizeof *engine);
    engine->logs = spec->logs;
    if (spec->logs) log_init(&engine->log, OS_STDERR, spec->log_level, spec->log_json);
    int threads = spec->threads > 0 ? spec->threads : default_threads();
    engine->env = (Env){.pool = pool_new((PoolSpec){.cpu_workers = threads - 1}),
                        .root = str_copy(&engine->arena, spec->root),
                        .stdin_allowed = spec->reads_stdin};
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine) return;
    pool_free(engine->env.pool);
    if (engine->logs) log_fini(&engine->log);
    arena_fini(&engine->arena);
    mem_free(engine);
}

Ctx engine_context(const Engine *engine, Arena *arena, Flag *cancel, double timeout_s)
{
    Ctx cx = {.arena = arena, .cancel = cancel};
    if (engine->logs) cx.log = (Log *)(uintptr_t)&engine->log; // locks itself
    if (timeout_s > 0) cx.deadline_ns = clock_now_ns() + (int64_t)(timeout_s * (double)NS_PER_S);
    return cx;
}

Fail engine_run(Ctx *cx, const Engine *engine, const OpSpec *op, const void *args, RunInfo *info,
                Result *out)
{
    int64_t start = clock_now_ns();
    info->command = str_from(op->name);
    info->started = clock_rfc3339(cx->arena, clock_wall_ms());
    *out = (Result){.root = engine->env.root};
    TRY(op->run(cx, &engine->env, args, out));
    int64_t elapsed_us = (clock_now_ns() - start) / 1000;
    info->elapsed_ms = (double)elapsed_us / 1000;
    log_event(cx, LOG_INFO, "op.done", LOG_STR("op", info->command),
              LOG_INT("findings", (int64_t)out->finding_count), LOG_INT("elapsed_us", elapsed_us));
    return NULL;
}
