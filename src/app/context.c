// app/context.c
#include "app/context.h"

#include "app/cells.h"
#include "app/observe.h"
#include "app/worker.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/vec.h"
#include "index/follow.h"
#include "index/universe.h"
#include "lang/grammars.h"
#include "op/plan_ops.h"
#include "op/scoped.h"
#include "runtime/measure.h"
#include "runtime/pool.h"
#include "runtime/redis.h"
#include "runtime/span.h"
#include "service/compat.h"

enum {
    CLOSE_S = 2, // for leases that nobody should hold any more
    FLUSH_S = 2,
    LONGEST_S = 1000000000, // as good as no limit
    OWN_ARGV = 6,
    WORKER_TASK_MS = 30000, // a file of 16 MiB, the largest, takes a third of that
};

struct Context { // frozen
    Arena arena;
    Log log;
    bool logs;
    HttpClient *http;
    Tracer *tracer; // NULL: nothing is traced
    const char *worker_argv[3];
    const char *own_argv[OWN_ARGV];
    Observer observer;
    CellOwner owner; // of the runtime cells
    SharedStore results;
    Grammars grammars;
    Workspace workspace; // found on the way to its configuration; closed
    Str settings;        // path of the file of settings that counts; empty: none can
    OsStat settings_stat;
    bool settings_there;
    Env env;
    Env owner_env, owner_rooted_env; // of context_run_owner
};

static bool same_file(const OsStat *a, const OsStat *b)
{
    return a->device == b->device && a->inode == b->inode && a->size_bytes == b->size_bytes &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

// Before it is read, so that a change meanwhile is seen later.
static void note_settings(Context *context, Str path)
{
    context->settings = path;
    context->settings_there = !os_try_stat(OS_CWD, path.ptr, OS_FOLLOW, &context->settings_stat);
}

bool context_is_current(const Context *context)
{
    OsStat now;
    if (!context->settings.len) return true;
    bool there = !os_try_stat(OS_CWD, context->settings.ptr, OS_FOLLOW, &now);
    return there == context->settings_there && (!there || same_file(&now, &context->settings_stat));
}

// The configuration of the workspace lies in its root, which is found for that as search finds it.
static Fail load_workspace_policy(Ctx *cx, const ContextSpec *spec, ConfigFile *file,
                                  Context *context)
{
    Workspace *workspace = &context->workspace;
    TRY(workspace_open(cx, spec->root, !spec->root.len, workspace));
    note_settings(context,
                  str_format(cx->arena, STR_FMT "/" CONFIG_NAME, STR_ARG(workspace->root)));
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
    else {
        if (file.kind == CONFIG_NAMED) note_settings(context, str_copy(cx->arena, file.name));
        TRY(config_load(cx, &spec->config, &file, OS_FILE_NONE, &context->env.policy));
    }
    context->env.config_file = file.name;
    return NULL;
}

static void collect_trace(Ctx *cx, void *arg, MetricSink *sink)
{
    (void)cx;
    TracerLoss loss = tracer_loss(arg);
    Str file = STR("file"), endpoint = STR("endpoint");
    metric_sample(sink, MEASURE_SPANS_DROPPED, &file, (double)loss.file);
    metric_sample(sink, MEASURE_SPANS_DROPPED, &endpoint, (double)loss.endpoint);
}

static Log *log_of(Context *context)
{
    return context->logs ? &context->log : NULL;
}

static Str first_of(Str a, Str b, Str c)
{
    if (a.len) return a;
    return b.len ? b : c;
}

static Fail start_trace(Ctx *cx, Context *context, const ContextSpec *spec)
{
    const TracePolicy *policy = &context->env.policy->trace;
    TracerSpec tracer = {
        .file = first_of(spec->trace_file, policy->file, STR_NONE),
        .endpoint = first_of(spec->trace_endpoint, policy->otlp_endpoint, spec->default_endpoint),
        .http = context->http,
        .log = log_of(context)};
    if (!tracer.file.len && !tracer.endpoint.len) return NULL;
    Fail fail = tracer_new(cx, &tracer, &context->tracer);
    Ctx own = *cx;
    own.log = tracer.log;
    if (fail && fail->kind == PROBLEM_UNAVAILABLE) { // no thread: the command is worth more
        log_event(&own, LOG_WARN, "trace.off", LOG_STR("why", fail->detail));
        return NULL;
    }
    TRY(fail);
    metrics_collect(context->env.metrics, collect_trace, context->tracer);
    return NULL;
}

// Starts no process: the first task that wants isolation does.
static WorkerPool *new_workers(Context *context, const ContextSpec *spec, int workers)
{
    const WorkerPolicy *policy = &context->env.policy->workers;
    WorkerSpec pool = {.workers = workers,
                       .memory_bytes = (uint64_t)policy->memory_mb << 20,
                       .cpu_seconds = (int)policy->cpu_seconds,
                       .task_ms = WORKER_TASK_MS,
                       .backoff_ms = policy->restart_backoff_ms,
                       .backoff_most_ms = policy->restart_backoff_max_ms};
    Str program = os_env("CQ_WORKER_PROGRAM");
    if (!program.len) program = str_from(spec->worker_program);
    if (program.len) {
        context->worker_argv[0] = str_cstr(&context->arena, program);
        context->worker_argv[1] = WORKER_ARGUMENT;
        pool.argv = context->env.worker_argv = context->worker_argv;
    }
    int64_t task_ms; // test hook: how long a worker may hang
    if (str_to_int(os_env("CQ_TEST_WORKER_MS"), &task_ms) && task_ms > 0) pool.task_ms = task_ms;
    return worker_pool_new(&pool);
}

static void set_own_program(Context *context, const ContextSpec *spec)
{
    const ConfigOptions *config = &spec->config;
    size_t count = 0;
    if (!spec->own_program) return;
    context->own_argv[count++] = str_cstr(&context->arena, str_from(spec->own_program));
    if (config->no_file) context->own_argv[count++] = "--no-config";
    if (config->file.len) {
        context->own_argv[count++] = "--config";
        context->own_argv[count++] = str_cstr(&context->arena, config->file);
    }
    if (config->cpu_workers >= 0)
        context->own_argv[count++] =
            str_format(&context->arena, "--threads=%lld", (long long)config->cpu_workers + 1).ptr;
    context->env.own_argv = context->own_argv;
}

static Fail new_cells(Ctx *cx, Context *context, const ContextOverrides *overrides)
{
    static const ContextOverrides none = {0};
    if (!overrides) overrides = &none;
    const RuntimePolicy *policy = &context->env.policy->runtime;
    context->owner =
        (CellOwner){.policy = context->env.policy, .env = &context->env, .http = context->http};
    CellHostSpec host = {.owner = &context->owner,
                         .now_ns = overrides->now_ns,
                         .clock = overrides->clock,
                         .allow_seed = policy->allow_seed,
                         .allow_swap = policy->allow_swap,
                         .observer = observe_cells(&context->observer),
                         .log = log_of(context)};
    TRY(app_cells_new(cx->arena, &host, overrides->cells, &context->env.cells));
    TRY(cells_find(cx->arena, context->env.cells, STR("cache"), &context->env.cache));
    TRY(cells_find(cx->arena, context->env.cells, STR("index"), &context->env.opened));
    TRY(cells_find(cx->arena, context->env.cells, STR("embedder"), &context->env.embedder));
    TRY(cells_find(cx->arena, context->env.cells, STR("ann"), &context->env.ann));
    TRY(cells_find(cx->arena, context->env.cells, STR("redis"), &context->env.redis));
    grammars_find(context->env.cells, &context->grammars);
    context->env.grammars = &context->grammars;
    return NULL;
}

// Of a workspace, when its scopes are shared with other processes. Fails: BAD_REQUEST (redis.url),
// NOT_FOUND, IO.
static Fail new_scopes(Ctx *cx, Context *context)
{
    const Policy *policy = context->env.policy;
    bool shared = policy->redis.url.len > 0;
    ScopeSpec spec = {.ttl_s = policy->scope.ttl_seconds,
                      .most_sessions = (size_t)policy->scope.most_sessions,
                      .redis = shared ? context->env.redis : NULL};
    Workspace workspace = {.dir = OS_FILE_NONE};
    if (shared) TRY(redis_check_url(cx->arena, policy->redis.url)); // a mistake stops the start
    if (shared) TRY(env_workspace(cx, &context->env, !context->env.root.len, &workspace));
    spec.folder = workspace.root;
    context->env.scopes = scope_store_new(&spec);
    if (shared) workspace_close(&workspace);
    context->results = (SharedStore){.local = app_cache_store(context->env.cache),
                                     .ttl_s = policy->cache.shared_ttl_seconds};
    if (shared && policy->cache.shared) context->results.redis = context->env.redis;
    return NULL;
}

static Engine *new_engine(Context *context, const PolicyProfile *profile)
{
    const Policy *policy = context->env.policy;
    double timeout_s = policy->engine.default_timeout_s;
    EngineSpec spec = {.pool = context->env.pool,
                       .env = &context->env,
                       .store = app_shared_store(&context->results),
                       .read = plan_ops_read,
                       .memory_bytes = (size_t)policy->engine.memory_cache_bytes,
                       .max_concurrency = (uint32_t)profile->max_concurrency,
                       .timeout_ns = (int64_t)(timeout_s * (double)NS_PER_S),
                       .cache_off = !policy->cache.enabled,
                       .hooks = observe_engine(&context->observer)};
    if (timeout_s <= 0) spec.timeout_ns = LONGEST_S * NS_PER_S;
    return engine_new(&spec);
}

static void make_owner_envs(Context *context)
{
    Env env = context->env;
    env.confined = env.stdin_allowed = false;
    env.workspace = NULL;
    context->owner_rooted_env = env;
    env.root = STR_NONE;
    context->owner_env = env;
}

// The observer is told of things from the start; what it samples is there only now.
static void begin_observing(Context *context)
{
    Env *env = &context->env;
    context->observer = (Observer){.metrics = env->metrics,
                                   .runs = engine_measure(env->metrics),
                                   .log = log_of(context),
                                   .pool = env->pool,
                                   .engine = env->engine,
                                   .workers = env->workers,
                                   .cache = env->cache,
                                   .redis = env->redis,
                                   .scopes = env->scopes,
                                   .follow = env->follow};
    observe_begin(&context->observer);
}

static Fail build(Ctx *cx, const ContextSpec *spec, Context *context)
{
    Ctx own = ctx_child(cx, &context->arena); // the policy lives as long as the context
    context->env = (Env){.root = str_copy(&context->arena, spec->root),
                         .server_why = str_copy(&context->arena, spec->server_why),
                         .stdin_allowed = spec->reads_stdin,
                         .confined = spec->confined};
    fence_setup(); // before there are threads, which would make it slow
    digest_prepare();
    TRY(load_policy(&own, spec, context));
    if (spec->logs) log_init(&context->log, OS_STDERR, spec->log_level, spec->log_json);
    context->logs = spec->logs;
    context->env.metrics = measure_new();
    context->http = http_new();
    TRY(start_trace(&own, context, spec));
    PolicyProfile profile = policy_profile(context->env.policy, spec->command);
    context->env.pool = pool_new((PoolSpec){.cpu_workers = (int)profile.cpu_workers_min,
                                            .cpu_ceiling = (int)profile.cpu_workers,
                                            .io_workers = (int)profile.io_workers_min,
                                            .io_ceiling = (int)profile.io_workers});
    context->env.workers = new_workers(context, spec, (int)profile.cpu_workers + 1);
    set_own_program(context, spec);
    TRY(new_cells(&own, context, spec->overrides));
    if (spec->follows) context->env.follow = follow_new(&(FollowSpec){.pool = context->env.pool});
    TRY(new_scopes(&own, context));
    context->env.engine = new_engine(context, &profile);
    make_owner_envs(context);
    begin_observing(context);
    if (spec->one_request || spec->preloads_later) return NULL;
    Preloaded preloaded;
    own.log = log_of(context);
    TRY(context_preload(&own, context, &preloaded));
    return context_verify(&own, context);
}

Fail context_open(Ctx *cx, const ContextSpec *spec, Context **out)
{
    Context *context = mem_alloc(sizeof *context);
    Fail fail = build(cx, spec, context);
    if (!fail) {
        *out = context;
        return NULL;
    }
    fail = problem_copy(cx->arena, fail);
    context_free(context);
    return fail;
}

// --- before it serves ---

static Fail judge_fit(Ctx *cx, const Compat *compat)
{
    Fail fatal = NULL;
    for (size_t i = compat->count; i-- > 0;) {
        const Violation *found = &compat->items[i];
        log_event(cx, LOG_WARN, "context.does_not_fit", LOG_STR("part", str_from(found->part)),
                  LOG_STR("detail", found->problem->detail));
        if (found->is_fatal) fatal = found->problem;
    }
    return fatal;
}

Fail context_verify(Ctx *cx, const Context *context)
{
    Compat compat;
    TRY(compat_check(cx, &context->env, COMPAT_BUILT, &compat));
    return judge_fit(cx, &compat);
}

// --- preloading ---

static Fail bad_preload(Arena *arena, const Policy *policy, Fail fail)
{
    PolicySetting at;
    if (!policy_find(policy, STR("server.preload"), &at)) return fail;
    PolicySource source = policy_source(policy, at);
    Fail bad = policy_problem(arena, &source, STR("server.preload"), policy->server.preload,
                              STR("names of runtime cells (cq runtime status), or all"),
                              str_join(arena, STR("server.preload"), STR(": "), fail->detail));
    return problem_with_cause(arena, bad, fail);
}

static Fail preload_failed(Arena *arena, const CellWarmed *row)
{
    Fail fail = problem_new(arena, row->fail->kind, CQ_WHERE,
                            "server.preload_required: %s cannot be had: " STR_FMT, row->name,
                            STR_ARG(row->fail->detail));
    fail = problem_with_str(arena, fail, "runtime", str_from(row->name));
    return problem_with_cause(arena, fail, row->fail);
}

Fail context_preload(Ctx *cx, const Context *context, Preloaded *out)
{
    const ServerPolicy *policy = &context->env.policy->server;
    Str rest = policy->preload, name;
    VEC(Str) names = {0};
    *out = (Preloaded){0};
    if (!rest.len) return NULL;
    bool all = str_eq(rest, STR("all"));
    const CellWarmed *first = NULL;
    while (!all && str_next(&rest, ',', &name)) VEC_PUSH(cx->arena, &names, name);
    Fail fail =
        cells_prewarm(cx, context->env.cells, names.items, names.len, &out->rows, &out->count);
    if (fail && fail->kind == PROBLEM_NOT_FOUND)
        return bad_preload(cx->arena, context->env.policy, fail);
    TRY(fail);
    for (size_t i = 0; i < out->count; i++) { // each was logged, and counted
        fail = out->rows[i].fail;
        if (!fail || (all && fail->kind == PROBLEM_UNAVAILABLE)) continue;
        if (!out->failed++) first = &out->rows[i];
    }
    return first && policy->preload_required ? preload_failed(cx->arena, first) : NULL;
}

// --- closing ---

// What samples the engine and the cells, and what the engine remembers of their values.
static void close_engine(Context *context)
{
    if (!context->env.engine) return;
    observe_end(&context->observer);
    engine_free(context->env.engine);
    context->env.engine = NULL;
}

void context_close(Ctx *cx, Context *context, int64_t drain_ns, ContextClosed *out)
{
    int64_t end_ns = clock_now_ns() + drain_ns;
    *out = (ContextClosed){0};
    // What goes on behind an answer uses all the rest.
    out->busy = !pool_drain_until(context->env.pool, end_ns);
    if (!out->busy) close_engine(context);
    if (!context->env.cells) return;
    cells_close_all(cx, context->env.cells, MAX(end_ns - clock_now_ns(), 0), &out->rows,
                    &out->count);
    for (size_t i = 0; i < out->count; i++)
        out->leased += out->rows[i].closed.status == CELL_DEFERRED;
}

const Env *context_env(const Context *context)
{
    return &context->env;
}

void context_free(Context *context)
{
    if (!context) return;
    Arena arena = {0};
    Ctx cx = {.arena = &arena, .log = log_of(context)};
    ContextClosed closed;
    pool_drain(context->env.pool);
    context_close(&cx, context, CLOSE_S * NS_PER_S, &closed);
    arena_fini(&arena);
    follow_free(context->env.follow);
    scope_store_free(context->env.scopes);
    cells_free(context->env.cells);
    worker_pool_free(context->env.workers);
    pool_free(context->env.pool);
    metrics_uncollect(context->env.metrics, collect_trace, context->tracer);
    tracer_free(context->tracer, FLUSH_S * NS_PER_S);
    http_free(context->http);
    metrics_free(context->env.metrics);
    if (context->logs) log_fini(&context->log);
    arena_fini(&context->arena);
    mem_free(context);
}

Ctx context_request(const Context *context, Arena *arena, Flag *cancel)
{
    double timeout_s = context->env.policy->engine.request_timeout_s;
    Ctx cx = {.arena = arena, .cancel = cancel, .trace = tracer_root(context->tracer)};
    if (context->logs) cx.log = (Log *)(uintptr_t)&context->log; // locks itself
    if (timeout_s > 0) cx.deadline_ns = clock_now_ns() + (int64_t)(timeout_s * (double)NS_PER_S);
    return cx;
}

static void release_run(void *run)
{
    run_release(run);
}

// A plan of one cell, run by this thread.
static Fail run_as_plan(Ctx *cx, const Context *context, const Env *env, const OpSpec *op,
                        const void *args, Result *out)
{
    const Plan *plan = plan_ops_single(cx, op, args);
    Ctx unlimited = *cx; // the operation minds the limits itself
    unlimited.deadline_ns = 0;
    unlimited.cancel = NULL;
    RunSpec spec = {.env = (Env *)(uintptr_t)env, // is only read
                    .cache = RUN_CACHE_OFF,
                    .inline_caller = true};
    Run *run = NULL;
    TRY(engine_start(&unlimited, context->env.engine, plan, &spec, &run));
    arena_defer(cx->arena, release_run, run);
    TRY(run_wait(&unlimited, run));
    PlanCellResult ended = run_cell(cx->arena, run, 0);
    if (ended.state == PLAN_FAILED) return ended.error;
    if (ended.state != PLAN_SUCCESS)
        return FAIL(cx->arena, CANCELLED, STR_FMT, STR_ARG(ended.reason));
    *out = ((const PlanValue *)ended.value)->result;
    return NULL;
}

// Runs it inside a span of its own, and counts it.
static Fail run_measured(Ctx *cx, const Context *context, const Env *env, const OpSpec *op,
                         const void *args, Result *out)
{
    TraceSpan span;
    Str name = str_from(op->name);
    int64_t start_ns = clock_now_ns();
    span_begin(cx, &span, op->name);
    span.is_request = true;
    Fail fail = run_as_plan(cx, context, env, op, args, out);
    Fail told = fail ? fail : out->problem;
    span_int(&span, "cq.findings", fail ? 0 : (int64_t)out->finding_count);
    span_end(cx, &span, told);
    measure_request(context->env.metrics, name,
                    str_from(told ? problem_spec(told->kind)->slug : "ok"),
                    clock_now_ns() - start_ns);
    return fail;
}

// What the session's scope makes of the arguments, said in `info`.
static Fail apply_scope(Ctx *cx, const Context *context, const OpSpec *op, const void **args,
                        RunInfo *info)
{
    ScopeAnswer answer;
    *args = scope_name_session(cx->arena, op, *args, cx->session);
    if (cx->session.len && op == op_named(STR("run"))) {
        info->session = cx->session;
        return scope_of_plans(cx, &context->env, &info->scope);
    }
    if (!cx->session.len || !scope_applies(op)) return NULL;
    TRY(scope_get(cx, context->env.scopes, cx->session, &answer));
    info->session = cx->session;
    if (answer.found) *args = scope_apply(cx->arena, op, *args, &answer.scope, &info->scope);
    info->scope = str_join(cx->arena, info->scope, STR("; "), answer.limit);
    return NULL;
}

static Fail run_in(Ctx *cx, const Context *context, const Env *env, const OpSpec *op,
                   const void *args, RunInfo *info, Result *out)
{
    int64_t start = clock_now_ns();
    info->command = str_from(op->name);
    info->started = clock_rfc3339(cx->arena, clock_wall_ms());
    *out = (Result){.root = env->root};
    CtxWork work = {.op = info->command};
    Ctx inside = *cx; // its own, so that `work` need not outlive this call
    inside.work = &work;
    TRY(apply_scope(&inside, context, op, &args, info));
    TRY(run_measured(&inside, context, env, op, args, out));
    int64_t elapsed_us = (clock_now_ns() - start) / 1000;
    info->elapsed_ms = (double)elapsed_us / 1000;
    log_event(&inside, LOG_INFO, "op.done", LOG_INT("findings", (int64_t)out->finding_count),
              LOG_INT("elapsed_us", elapsed_us));
    return NULL;
}

Fail context_run(Ctx *cx, const Context *context, const OpSpec *op, const void *args, RunInfo *info,
                 Result *out)
{
    return run_in(cx, context, &context->env, op, args, info, out);
}

Fail context_run_owner(Ctx *cx, const Context *context, bool rooted, const OpSpec *op,
                       const void *args, RunInfo *info, Result *out)
{
    const Env *env = rooted ? &context->owner_rooted_env : &context->owner_env;
    return run_in(cx, context, env, op, args, info, out);
}

void context_settle(Ctx *cx, const Context *context)
{
    enum { STEP_NS = 20000000 };
    if (context->env.policy->index.background != BACKGROUND_THREAD) return;
    while (ctx_stopped(cx) == STOP_NONE)
        if (pool_drain_until(context->env.pool, clock_now_ns() + STEP_NS)) return;
}

Str context_metrics(Ctx *cx, const Context *context)
{
    MetricReadings readings;
    Buf out = buf_on(cx->arena);
    metrics_read(cx, context->env.metrics, STR_NONE, &readings);
    metrics_text(&out, &readings);
    return buf_str(&out);
}
