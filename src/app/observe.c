// app/observe.c
#include "app/observe.h"

#include "base/log.h"

// --- the plan engine

static void run_finished(void *self, Str run_id, const RunCounts *counts, int64_t duration_ns)
{
    const Observer *observer = self;
    const EngineMeasure *measure = &observer->runs;
    if (counts->states[PLAN_CANCELED]) metric_add(measure->run_canceled, 1);
    else if (counts->states[PLAN_FAILED]) metric_add(measure->run_failed, 1);
    else metric_add(measure->run_success, 1);
    metric_add(measure->events_dropped, counts->messages_dropped);
    Ctx cx = {.log = observer->log};
    log_event(&cx, LOG_DEBUG, "run.done", LOG_STR("run_id", run_id),
              LOG_INT("cells", (int64_t)counts->cells),
              LOG_INT("failed", (int64_t)counts->states[PLAN_FAILED]),
              LOG_INT("elapsed_us", duration_ns / 1000));
}

static void cell_started(void *self, const PlanCellReport *report)
{
    const Observer *observer = self;
    metric_add(op_measure(observer->metrics, str_from(report->op->name)).started, 1);
    metric_move(observer->runs.in_flight, 1);
}

static void cell_finished(void *self, const PlanCellReport *report)
{
    const Observer *observer = self;
    OpMeasure measure = op_measure(observer->metrics, str_from(report->op->name));
    metric_move(observer->runs.in_flight, -1);
    bool well = report->state == PLAN_SUCCESS || report->state == PLAN_SKIPPED;
    metric_add(well ? measure.finished : measure.failed, 1);
    metric_observe(measure.seconds, (uint64_t)(report->ended_ns - report->started_ns));
    if (well) return;
    Ctx cx = {.log = observer->log};
    log_event(&cx, LOG_DEBUG, "cell.failed", LOG_STR("run_id", report->run_id),
              LOG_STR("cell_id", report->cell_id), LOG_STR("op", str_from(report->op->name)),
              LOG_STR("detail", report->error ? report->error->detail : STR("canceled")));
}

EngineHooks observe_engine(Observer *observer)
{
    return (EngineHooks){.self = observer,
                         .run_finished = run_finished,
                         .cell_started = cell_started,
                         .cell_finished = cell_finished};
}

// --- runtime cells

static void count_cell_event(const CellMeasure *measure, const CellEvent *event)
{
    bool ok = event->status == CELL_OK;
    switch (event->kind) {
    case CELL_INIT_END:
        metric_add(ok                            ? measure->init_ok
                   : event->status == CELL_STALE ? measure->init_cancelled
                                                 : measure->init_error,
                   1);
        metric_observe(measure->init_seconds, (uint64_t)event->duration_ns);
        if (ok) metric_set(measure->ready, 1);
        break;
    case CELL_SEEDED:
        metric_add(measure->seeds, 1);
        metric_set(measure->ready, 1);
        break;
    case CELL_SWAPPED: metric_add(ok ? measure->swap_ok : measure->swap_error, 1); break;
    case CELL_CLOSE_END:
        if (event->status == CELL_DEFERRED) break; // a second one tells the end
        metric_add(ok                           ? measure->close_ok
                   : event->status == CELL_NOOP ? measure->close_noop
                                                : measure->close_error,
                   1);
        if (event->reason == CELL_CLOSED || event->reason == CELL_INVALIDATED)
            metric_set(measure->ready, 0);
        break;
    default: break;
    }
}

static void tell_cell(void *arg, const CellEvent *event)
{
    const Observer *observer = arg;
    CellMeasure measure = cell_measure(observer->metrics, str_from(event->cell));
    count_cell_event(&measure, event);
    Ctx cx = {.log = observer->log};
    log_event(&cx, LOG_DEBUG, "runtime.cell", // cells log what went wrong themselves
              LOG_STR("event", str_from(cell_event_name(event->kind))),
              LOG_STR("cell", str_from(event->cell)),
              LOG_STR("status", str_from(cell_status_name(event->status))),
              LOG_INT("generation", (int64_t)event->generation),
              LOG_INT("duration_us", event->duration_ns / 1000),
              LOG_STR("error", event->error ? event->error->detail : STR_NONE));
}

CellObserver observe_cells(Observer *observer)
{
    return (CellObserver){tell_cell, observer};
}

// --- sampled

static void sample_side(MetricSink *sink, Str name, const PoolSide *side)
{
    metric_sample(sink, MEASURE_POOL_WORKERS, &name, side->workers);
    metric_sample(sink, MEASURE_POOL_BUSY, &name, side->busy);
    metric_sample(sink, MEASURE_POOL_QUEUE, &name, (double)side->queued);
    metric_sample(sink, MEASURE_POOL_TASKS, &name, (double)side->done);
    metric_sample(sink, MEASURE_POOL_SATURATION, &name, (double)side->saturated);
}

static void sample_workers(MetricSink *sink, WorkerPool *workers)
{
    Str name = STR("process");
    WorkerStats stats = worker_pool_stats(workers);
    metric_sample(sink, MEASURE_POOL_WORKERS, &name, stats.workers);
    metric_sample(sink, MEASURE_POOL_BUSY, &name, stats.busy);
    metric_sample(sink, MEASURE_POOL_TASKS, &name, (double)stats.tasks);
    metric_sample(sink, MEASURE_WORKER_RESTARTS, NULL, (double)stats.lost);
}

static void sample_cache(Ctx *cx, MetricSink *sink, Cache *cache)
{
    static const struct {
        MeasureId family;
        CacheCounter counter;
        const char *label;
    } rows[] = {
        {MEASURE_CACHE_HITS, CACHE_HITS, "disk"},
        {MEASURE_CACHE_MISSES, CACHE_MISSES, "disk"},
        {MEASURE_CACHE_EVICTIONS, CACHE_EXPIRED, "ttl"},
        {MEASURE_CACHE_EVICTIONS, CACHE_CULLED, "size"},
        {MEASURE_CACHE_EVICTIONS, CACHE_EVICTED, "tag"},
        {MEASURE_CACHE_EVICTIONS, CACHE_CLEARED, "clear"},
        {MEASURE_CACHE_ERRORS, CACHE_BUSY, "busy"},
        {MEASURE_CACHE_ERRORS, CACHE_FULL, "full"},
        {MEASURE_CACHE_ERRORS, CACHE_CORRUPT, "corrupt"},
        {MEASURE_CACHE_ERRORS, CACHE_IO, "io"},
        {MEASURE_CACHE_ERRORS, CACHE_READONLY, "readonly"},
    };
    CacheStats stats;
    cache_stats(cx, cache, &stats);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Str label = str_from(rows[i].label);
        metric_sample(sink, rows[i].family, &label, (double)stats.counts[rows[i].counter]);
    }
    metric_sample(sink, MEASURE_CACHE_ENTRIES, NULL, (double)stats.entries);
    metric_sample(sink, MEASURE_CACHE_SIZE, NULL, (double)stats.bytes);
}

static void sample_scopes(MetricSink *sink, ScopeStore *scopes)
{
    ScopeStats stats = scope_stats(scopes);
    Str local = STR("local"), redis = STR("redis"), none = STR("none");
    metric_sample(sink, MEASURE_SCOPE_GETS, &local, (double)stats.local);
    metric_sample(sink, MEASURE_SCOPE_GETS, &redis, (double)stats.remote);
    metric_sample(sink, MEASURE_SCOPE_GETS, &none, (double)stats.misses);
    metric_sample(sink, MEASURE_SCOPE_WAITS, NULL, (double)stats.waited);
    metric_sample(sink, MEASURE_SCOPE_OUTAGES, NULL, (double)stats.outages);
}

static void sample_redis(MetricSink *sink, Cell *cell)
{
    Lease lease;
    if (!cell_peek(cell, &lease)) return;
    RedisStats stats = redis_stats((Redis *)(uintptr_t)lease.value); // locks itself
    lease_release(&lease);
    Str answered = STR("answered"), failed = STR("failed"), spared = STR("spared");
    metric_sample(sink, MEASURE_REDIS_CALLS, &answered, (double)(stats.calls - stats.failures));
    metric_sample(sink, MEASURE_REDIS_CALLS, &failed, (double)stats.failures);
    metric_sample(sink, MEASURE_REDIS_CALLS, &spared, (double)stats.spared);
    metric_sample(sink, MEASURE_REDIS_CONNECTIONS, NULL, (double)stats.connections);
    metric_sample(sink, MEASURE_REDIS_DOWN, NULL, stats.down);
}

static void sample_follow(Ctx *cx, MetricSink *sink, Follow *follow)
{
    FollowState state = follow_state(cx->arena, follow);
    Str all = STR("all"), named = STR("named"), none = STR("none");
    metric_sample(sink, MEASURE_WATCHED_FOLDERS, NULL, (double)state.folders);
    metric_sample(sink, MEASURE_WATCH_EVENTS, NULL, (double)state.events);
    metric_sample(sink, MEASURE_WATCH_OVERFLOWS, NULL, (double)state.overflows);
    metric_sample(sink, MEASURE_FILE_LOOKS, &all, (double)state.whole);
    metric_sample(sink, MEASURE_FILE_LOOKS, &named, (double)state.named);
    metric_sample(sink, MEASURE_FILE_LOOKS, &none, (double)state.none);
}

static void sample(Ctx *cx, void *arg, MetricSink *sink)
{
    const Observer *observer = arg;
    if (observer->pool) {
        PoolStats stats = pool_stats(observer->pool);
        sample_side(sink, STR("cpu"), &stats.cpu);
        sample_side(sink, STR("io"), &stats.io);
    }
    if (observer->workers) sample_workers(sink, observer->workers);
    if (observer->engine) {
        Str memory = STR("memory");
        EngineStats stats = engine_stats(observer->engine);
        metric_sample(sink, MEASURE_QUEUE_DEPTH, NULL, (double)stats.ready);
        metric_sample(sink, MEASURE_CACHE_HITS, &memory, (double)stats.memory_hits);
        metric_sample(sink, MEASURE_CACHE_MISSES, &memory,
                      (double)(stats.misses + stats.store_hits));
    }
    if (observer->scopes) sample_scopes(sink, observer->scopes);
    if (observer->follow) sample_follow(cx, sink, observer->follow);
    if (observer->redis) sample_redis(sink, observer->redis);
    Lease cache;
    if (!observer->cache || !cell_peek(observer->cache, &cache)) return;
    sample_cache(cx, sink, (Cache *)(uintptr_t)cache.value); // locks itself
    lease_release(&cache);
}

void observe_begin(Observer *observer)
{
    metrics_collect(observer->metrics, sample, observer);
}

void observe_end(Observer *observer)
{
    metrics_uncollect(observer->metrics, sample, observer);
}
