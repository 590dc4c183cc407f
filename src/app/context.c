// app/context.c
#include "app/context.h"

#include "base/clock.h"
#include "index/universe.h"
#include "runtime/pool.h"

struct Context { // frozen
    Arena arena;
    Log log;
    bool logs;
    Workspace workspace; // found on the way to its configuration; closed
    Env env;
};

// The configuration of the workspace lies in its root, which is found for that as search finds it.
static Fail load_workspace_policy(Ctx *cx, const ContextSpec *spec, ConfigFile *file,
                                  Context *context)
{
    Workspace *workspace = &context->workspace;
    TRY(workspace_open(cx, spec->root, !spec->root.len, workspace));
    Fail fail = config_load(cx, &spec->config, file, workspace->dir, &context->env.policy);
    workspace_close(workspace);
    if (spec->one_request) context->env.workspace = workspace;
    return fail;
}

static Fail load_policy(Ctx *cx, const ContextSpec *spec, Context *context)
{
    ConfigFile file;
    TRY(config_choose(cx->arena, &spec->config, &file));
    if (file.kind == CONFIG_WORKSPACE) TRY(load_workspace_policy(cx, spec, &file, context));
    else TRY(config_load(cx, &spec->config, &file, OS_FILE_NONE, &context->env.policy));
    context->env.config_file = file.name;
    return NULL;
}

Fail context_open(Ctx *cx, const ContextSpec *spec, Context **out)
{
    Context *context = mem_alloc(sizeof *context);
    Ctx own = ctx_child(cx, &context->arena); // the policy lives as long as the context
    context->env =
        (Env){.root = str_copy(&context->arena, spec->root), .stdin_allowed = spec->reads_stdin};
    Fail fail = load_policy(&own, spec, context);
    if (fail) {
        fail = problem_copy(cx->arena, fail);
        context_free(context);
        return fail;
    }
    context->logs = spec->logs;
    if (spec->logs) log_init(&context->log, OS_STDERR, spec->log_level, spec->log_json);
    PolicyProfile profile = policy_profile(context->env.policy, spec->command);
    context->env.pool = pool_new((PoolSpec){.cpu_workers = (int)profile.cpu_workers});
    *out = context;
    return NULL;
}

void context_free(Context *context)
{
    if (!context) return;
    pool_free(context->env.pool);
    if (context->logs) log_fini(&context->log);
    arena_fini(&context->arena);
    mem_free(context);
}

Ctx context_request(const Context *context, Arena *arena, Flag *cancel)
{
    Ctx cx = {.arena = arena, .cancel = cancel};
    double timeout_s = context->env.policy->engine.request_timeout_s;
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
