// bench/metric.c - what it costs to count: metrics and spans, each against the plain way.
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "runtime/measure.h"
#include "runtime/span.h"

enum { ADDS = 1000000, THREADS = 4, SPANS = 20000 };

typedef struct State {
    MetricSet *set;
    Metric *counter, *histogram;
    Counter shared;
    Mutex mutex;
    uint64_t guarded;
    Tracer *tracer;
    int adds;
} State;

static Fail setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    State *state = calloc(1, sizeof *state);
    Str op = STR("bench");
    TracerSpec spec = {.file = STR("/dev/null")};
    TRY(tracer_new(env->cx, &spec, &state->tracer));
    state->set = measure_new();
    state->counter = metric_get(state->set, MEASURE_STARTED, &op);
    state->histogram = metric_get(state->set, MEASURE_CELL_SECONDS, &op);
    state->adds = env->smoke ? 1000 : ADDS;
    mutex_init(&state->mutex, RANK_APP);
    *out = state;
    *bytes = 0;
    return NULL;
}

static void teardown(void *object)
{
    State *state = object;
    tracer_free(state->tracer, NS_PER_S);
    metrics_free(state->set);
    mutex_fini(&state->mutex);
    free(state);
}

// Keeps the compiler from adding it all at once.
#define BARRIER() __asm__ volatile("" ::: "memory")

static Fail run_add(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    for (int i = 0; i < state->adds; i++) {
        metric_add(state->counter, 1);
        BARRIER();
    }
    return NULL;
}

static Fail run_atomic(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    for (int i = 0; i < state->adds; i++)
        atomic_fetch_add_explicit(&state->shared.raw, 1, memory_order_relaxed);
    return NULL;
}

static Fail run_mutex(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    for (int i = 0; i < state->adds; i++) {
        pthread_mutex_lock(&state->mutex.raw);
        state->guarded++;
        pthread_mutex_unlock(&state->mutex.raw);
    }
    return NULL;
}

static Fail run_observe(const BenchEnv *env, void *object)
{
    (void)env;
    State *state = object;
    uint64_t ns = 1;
    for (int i = 0; i < state->adds; i++) {
        ns = ns * 6364136223846793005U + 1;
        metric_observe(state->histogram, ns >> (34 + (ns & 15))); // 1 us .. 1 s, at random
        BARRIER();
    }
    return NULL;
}

// What such a histogram costs at least where it is shared: an atomic bucket and an atomic sum.
static Fail run_two_atomics(const BenchEnv *env, void *object)
{
    TRY(run_atomic(env, object));
    return run_atomic(env, object);
}

typedef struct Adder {
    State *state;
    const BenchEnv *env;
    Fail (*run)(const BenchEnv *, void *);
} Adder;

static void adder_main(void *arg)
{
    const Adder *adder = arg;
    Fail fail = adder->run(adder->env, adder->state);
    (void)fail; // it has none
}

static Fail on_threads(const BenchEnv *env, State *state, Fail (*run)(const BenchEnv *, void *))
{
    Thread threads[THREADS];
    Adder adder = {state, env, run};
    for (int i = 0; i < THREADS; i++)
        if (!thread_start(&threads[i], adder_main, &adder, "adder"))
            return FAIL(env->cx->arena, UNAVAILABLE, "no thread");
    for (int i = 0; i < THREADS; i++) thread_join(&threads[i]);
    return NULL;
}

static Fail run_add_threads(const BenchEnv *env, void *object)
{
    return on_threads(env, object, run_add);
}

static Fail run_atomic_threads(const BenchEnv *env, void *object)
{
    return on_threads(env, object, run_atomic);
}

static Fail spans(const Ctx *from, int count)
{
    Ctx cx = *from;
    for (int i = 0; i < count; i++) {
        TraceSpan span;
        span_begin(&cx, &span, "bench");
        span_int(&span, "i", i);
        span_end(&cx, &span, NULL);
        BARRIER();
    }
    return NULL;
}

static Fail run_spans_off(const BenchEnv *env, void *object)
{
    State *state = object;
    return spans(env->cx, state->adds);
}

static Fail run_spans_on(const BenchEnv *env, void *object)
{
    State *state = object;
    Ctx cx = *env->cx;
    cx.trace = tracer_root(state->tracer);
    TRY(spans(&cx, env->smoke ? 100 : SPANS));
    uint64_t lost = tracer_loss(state->tracer).file;
    if (lost) // dropping is cheaper than writing
        return FAIL(env->cx->arena, INTERNAL, "%llu spans are lost", (unsigned long long)lost);
    return NULL;
}

// The least that a span can be: its line, printed.
static Fail run_lines(const BenchEnv *env, void *object)
{
    (void)object;
    FILE *file = fopen("/dev/null", "w");
    for (int i = 0; file && i < (env->smoke ? 100 : SPANS); i++)
        fprintf(file,
                "{\"traceId\":\"%016x%016x\",\"spanId\":\"%016x\",\"name\":\"%s\",\"kind\":%d,"
                "\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\",\"attributes\":"
                "[{\"key\":\"%s\",\"value\":{\"intValue\":\"%d\"}}],\"status\":{}}",
                i, i, i, "bench", 1, 1795273147220067306LL, 1795273147221811591LL, "i", i);
    if (file) fclose(file);
    return NULL;
}

const BenchCase bench_metric[] = {
    {"metric-add", "1,000,000 adds to a counter", "an atomic fetch_add", setup, run_add, run_atomic,
     teardown, 30},
    {"metric-add-mutex", "the same", "a mutex", setup, run_add, run_mutex, teardown, 30},
    {"metric-threads", "4 threads, 1,000,000 adds each", "one atomic for all", setup,
     run_add_threads, run_atomic_threads, teardown, 15},
    {"metric-observe", "1,000,000 observations, 14 buckets", "two atomic fetch_adds", setup,
     run_observe, run_two_atomics, teardown, 30},
    {"span-off", "1,000,000 spans that nobody traces", "an atomic fetch_add", setup, run_spans_off,
     run_atomic, teardown, 30},
    {"span-on", "20,000 spans to /dev/null", "fprintf of the same", setup, run_spans_on, run_lines,
     teardown, 20},
    {0},
};
