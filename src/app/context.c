// app/context.c
#include "app/context.h"

#include "base/clock.h"
#include "runtime/measure.h"
#include "runtime/pool.h"
#include "runtime/span.h"

enum { MOST_DEFAULT_THREADS = 16, FLUSH_S = 2 };

struct Context { // frozen
    Arena arena;
    Log log;
    bool logs;
    HttpClient *http;
    Tracer *tracer; // NULL: nothing is traced
    Env env;
};

static int default_threads(void)
{
    return MIN(os_cpu_count(), (int)MOST_DEFAULT_THREADS);
}

static void collect_trace(Ctx *cx, void *arg, MetricSink *sink)
{
    (void)cx;
    TracerLoss loss = tracer_loss(arg);
    Str file = STR("file"), endpoint = STR("endpoint");
    metric_sample(sink, MEASURE_SPANS_DROPPED, &file, (double)loss.file);
    metric_sample(sink, MEASURE_SPANS_DROPPED, &endpoint, (double)loss.endpoint);
}

static Fail start_trace(Ctx *cx, Context *context, const ContextSpec *spec)
{
    if (!spec->trace_file.len && !spec->trace_endpoint.len) return NULL;
    TracerSpec tracer = {.file = spec->trace_file,
                         .endpoint = spec->trace_endpoint,
                         .http = context->http,
                         .log = context->logs ? &context->log : NULL};
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

Fail context_new(Ctx *cx, const ContextSpec *spec, Context **out)
{
    Context *context = mem_alloc(sizeof *context);
    context->logs = spec->logs;
    if (spec->logs) log_init(&context->log, OS_STDERR, spec->log_level, spec->log_json);
    int threads = spec->threads > 0 ? spec->threads : default_threads();
    context->env = (Env){.metrics = measure_new(),
                         .root = str_copy(&context->arena, spec->root),
                         .stdin_allowed = spec->reads_stdin};
    context->http = http_new();
    Fail fail = start_trace(cx, context, spec);
    if (fail) {
        context_free(context);
        return fail;
    }
    context->env.pool = pool_new((PoolSpec){.cpu_workers = threads - 1});
    *out = context;
    return NULL;
}

void context_free(Context *context)
{
    if (!context) return;
    pool_free(context->env.pool);
    metrics_uncollect(context->env.metrics, collect_trace, context->tracer);
    tracer_free(context->tracer, FLUSH_S * NS_PER_S);
    http_free(context->http);
    metrics_free(context->env.metrics);
    if (context->logs) log_fini(&context->log);
    arena_fini(&context->arena);
    mem_free(context);
}

Ctx context_request(const Context *context, Arena *arena, Flag *cancel, double timeout_s)
{
    Ctx cx = {.arena = arena, .cancel = cancel, .trace = tracer_root(context->tracer)};
    if (context->logs) cx.log = (Log *)(uintptr_t)&context->log; // locks itself
    if (timeout_s > 0) cx.deadline_ns = clock_now_ns() + (int64_t)(timeout_s * (double)NS_PER_S);
    return cx;
}

// Runs it inside a span of its own, and counts it.
static Fail run_measured(Ctx *cx, const Context *context, const OpSpec *op, const void *args,
                         Result *out)
{
    TraceSpan span;
    Str name = str_from(op->name);
    int64_t start_ns = clock_now_ns();
    span_begin(cx, &span, op->name);
    span.is_request = true;
    Fail fail = op->run(cx, &context->env, args, out);
    Fail told = fail ? fail : out->problem;
    span_int(&span, "cq.findings", fail ? 0 : (int64_t)out->finding_count);
    span_end(cx, &span, told);
    measure_request(context->env.metrics, name,
                    str_from(told ? problem_spec(told->kind)->slug : "ok"),
                    clock_now_ns() - start_ns);
    return fail;
}

Fail context_run(Ctx *cx, const Context *context, const OpSpec *op, const void *args, RunInfo *info,
                 Result *out)
{
    int64_t start = clock_now_ns();
    info->command = str_from(op->name);
    info->started = clock_rfc3339(cx->arena, clock_wall_ms());
    *out = (Result){.root = context->env.root};
    CtxWork work = {.op = info->command};
    Ctx inside = *cx; // its own, so that `work` need not outlive this call
    inside.work = &work;
    TRY(run_measured(&inside, context, op, args, out));
    int64_t elapsed_us = (clock_now_ns() - start) / 1000;
    info->elapsed_ms = (double)elapsed_us / 1000;
    log_event(&inside, LOG_INFO, "op.done", LOG_INT("findings", (int64_t)out->finding_count),
              LOG_INT("elapsed_us", elapsed_us));
    return NULL;
}

Str context_metrics(Ctx *cx, const Context *context)
{
    MetricReadings readings;
    Buf out = buf_on(cx->arena);
    metrics_read(cx, context->env.metrics, STR_NONE, &readings);
    metrics_text(&out, &readings);
    return buf_str(&out);
}
