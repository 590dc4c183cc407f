// app/context.c
#include "app/context.h"

#include "base/clock.h"
#include "runtime/cache.h"
#include "runtime/pool.h"

enum { MOST_DEFAULT_THREADS = 16 };

struct Context { // frozen
    Arena arena;
    Log log;
    bool logs;
    Env env;
};

static int default_threads(void)
{
    return MIN(os_cpu_count(), (int)MOST_DEFAULT_THREADS);
}

// $CQ_CACHE_DIR, $XDG_CACHE_HOME/cq or ~/.cache/cq, and in it "results". Empty without any of them.
static Str cache_dir(Arena *arena)
{
    Str own = os_env("CQ_CACHE_DIR"), xdg = os_env("XDG_CACHE_HOME"), home = os_env("HOME");
    if (own.len) return str_format(arena, STR_FMT "/results", STR_ARG(own));
    if (xdg.len && xdg.ptr[0] == '/') return str_format(arena, STR_FMT "/cq/results", STR_ARG(xdg));
    if (home.len) return str_format(arena, STR_FMT "/.cache/cq/results", STR_ARG(home));
    return STR("");
}

// Touches no disk: that is left to the first use.
static Cache *open_cache(Arena *arena)
{
    CacheSpec spec = cache_spec_default(cache_dir(arena));
    return cache_open(&spec);
}

Context *context_new(const ContextSpec *spec)
{
    Context *context = mem_alloc(sizeof *context);
    context->logs = spec->logs;
    if (spec->logs) log_init(&context->log, OS_STDERR, spec->log_level, spec->log_json);
    int threads = spec->threads > 0 ? spec->threads : default_threads();
    context->env = (Env){.pool = pool_new((PoolSpec){.cpu_workers = threads - 1}),
                         .cache = open_cache(&context->arena),
                         .root = str_copy(&context->arena, spec->root),
                         .stdin_allowed = spec->reads_stdin};
    return context;
}

void context_free(Context *context)
{
    if (!context) return;
    pool_free(context->env.pool);
    cache_close(context->env.cache);
    if (context->logs) log_fini(&context->log);
    arena_fini(&context->arena);
    mem_free(context);
}

Ctx context_request(const Context *context, Arena *arena, Flag *cancel, double timeout_s)
{
    Ctx cx = {.arena = arena, .cancel = cancel};
    if (context->logs) cx.log = (Log *)(uintptr_t)&context->log; // locks itself
    if (timeout_s > 0) cx.deadline_ns = clock_now_ns() + (int64_t)(timeout_s * (double)NS_PER_S);
    return cx;
}

Fail context_run(Ctx *cx, const Context *context, const OpSpec *op, const void *args, RunInfo *info,
                 Result *out)
{
    int64_t start = clock_now_ns();
    info->command = str_from(op->name);
    info->started = clock_rfc3339(cx->arena, clock_wall_ms());
    *out = (Result){.root = context->env.root};
    TRY(op->run(cx, &context->env, args, out));
    int64_t elapsed_us = (clock_now_ns() - start) / 1000;
    info->elapsed_ms = (double)elapsed_us / 1000;
    log_event(cx, LOG_INFO, "op.done", LOG_STR("op", info->command),
              LOG_INT("findings", (int64_t)out->finding_count), LOG_INT("elapsed_us", elapsed_us));
    return NULL;
}
