// app/context.c
#include "app/context.h"

#include "base/clock.h"
#include "lang/parse.h"
#include "runtime/pool.h"

enum {
    MOST_DEFAULT_THREADS = 16,
    WORKER_TASK_MS = 30000, // a file of 16 MiB, the largest, takes a third of that
    WORKER_CPU_S = 30,
};
static const uint64_t worker_memory_bytes = (uint64_t)2 << 30; // a tree is 40 times its text

struct Context { // frozen
    Arena arena;
    Log log;
    bool logs;
    const char *worker_argv[3];
    Env env;
};

static int default_threads(void)
{
    return MIN(os_cpu_count(), (int)MOST_DEFAULT_THREADS);
}

// Starts no process: the first task that wants isolation does.
static WorkerPool *new_workers(Context *context, const ContextSpec *spec, int workers)
{
    WorkerSpec pool = {.workers = workers,
                       .memory_bytes = worker_memory_bytes,
                       .cpu_seconds = WORKER_CPU_S,
                       .task_ms = WORKER_TASK_MS};
    Str program = os_env("CQ_WORKER_PROGRAM");
    if (!program.len) program = str_from(spec->worker_program);
    if (program.len) {
        context->worker_argv[0] = str_cstr(&context->arena, program);
        context->worker_argv[1] = PARSE_WORKER_ARGUMENT;
        pool.argv = context->worker_argv;
    }
    int64_t task_ms; // test hook: how long a worker may hang
    if (str_to_int(os_env("CQ_TEST_WORKER_MS"), &task_ms) && task_ms > 0) pool.task_ms = task_ms;
    return worker_pool_new(&pool);
}

Context *context_new(const ContextSpec *spec)
{
    Context *context = mem_alloc(sizeof *context);
    context->logs = spec->logs;
    if (spec->logs) log_init(&context->log, OS_STDERR, spec->log_level, spec->log_json);
    int threads = spec->threads > 0 ? spec->threads : default_threads();
    context->env = (Env){.pool = pool_new((PoolSpec){.cpu_workers = threads - 1}),
                         .workers = new_workers(context, spec, threads),
                         .root = str_copy(&context->arena, spec->root),
                         .stdin_allowed = spec->reads_stdin};
    return context;
}

void context_free(Context *context)
{
    if (!context) return;
    worker_pool_free(context->env.workers);
    pool_free(context->env.pool);
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
