// runtime/measure.c
#include "runtime/measure.h"

#include "base/os.h"
#include "base/version.h"

#define US 1000ULL
#define MS 1000000ULL
#define S 1000000000ULL
// From a cached answer to a whole index.
static const MetricBounds bounds = {{10 * US, 50 * US, 100 * US, 500 * US, 1 * MS, 5 * MS, 10 * MS,
                                     50 * MS, 100 * MS, 500 * MS, 1 * S, 5 * S, 10 * S, 60 * S}};
// Opening an index, starting a server.
static const MetricBounds slow_bounds = {{100 * US, 1 * MS, 5 * MS, 10 * MS, 50 * MS, 100 * MS,
                                          500 * MS, 1 * S, 5 * S, 10 * S, 30 * S, 60 * S, 300 * S}};

static const MetricFamily table[] = {
#define METRIC(id, family_kind, family_bounds, family_name, family_labels, family_help)            \
    {.name = (family_name),                                                                        \
     .help = (family_help),                                                                        \
     .labels = family_labels,                                                                      \
     .bounds = (family_bounds),                                                                    \
     .kind = METRIC_##family_kind},
#include "runtime/metric.def"
#undef METRIC
};

static void sample(MetricSink *sink, MeasureId id, double value)
{
    metric_sample(sink, id, NULL, value);
}

// What the system does not tell is left out (0 for gauges without labels).
static void collect_process(Ctx *cx, void *arg, MetricSink *sink)
{
    (void)arg;
    OsUsage usage = os_usage(cx);
    Str version = STR(CQ_VERSION);
    sample(sink, MEASURE_RSS, (double)usage.resident_bytes);
    sample(sink, MEASURE_CPU_SECONDS, (double)usage.cpu_ns / (double)NS_PER_S);
    sample(sink, MEASURE_OPEN_FDS, (double)usage.open_files);
    sample(sink, MEASURE_START_TIME, (double)usage.start_wall_ns / (double)NS_PER_S);
    metric_sample(sink, MEASURE_BUILD_INFO, &version, 1);
}

MetricSet *measure_new(void)
{
    MetricSet *set = metrics_new(table, MEASURE_COUNT);
    metrics_collect(set, collect_process, NULL);
    return set;
}

static Metric *one(MetricSet *set, MeasureId id, Str label)
{
    return metric_get(set, id, &label);
}

static Metric *two(MetricSet *set, MeasureId id, Str label, Str other)
{
    return metric_get(set, id, (const Str[]){label, other});
}

CellMeasure cell_measure(MetricSet *set, Str cell)
{
    return (CellMeasure){
        .init_ok = two(set, MEASURE_CELL_INITS, cell, STR("ok")),
        .init_error = two(set, MEASURE_CELL_INITS, cell, STR("error")),
        .init_cancelled = two(set, MEASURE_CELL_INITS, cell, STR("cancelled")),
        .init_seconds = one(set, MEASURE_CELL_INIT_SECONDS, cell),
        .ready = one(set, MEASURE_CELL_READY, cell),
        .close_ok = two(set, MEASURE_CELL_CLOSES, cell, STR("ok")),
        .close_error = two(set, MEASURE_CELL_CLOSES, cell, STR("error")),
        .close_noop = two(set, MEASURE_CELL_CLOSES, cell, STR("noop")),
        .seeds = one(set, MEASURE_CELL_SEEDS, cell),
        .swap_ok = two(set, MEASURE_CELL_SWAPS, cell, STR("ok")),
        .swap_error = two(set, MEASURE_CELL_SWAPS, cell, STR("error")),
    };
}

OpMeasure op_measure(MetricSet *set, Str op)
{
    return (OpMeasure){
        .started = one(set, MEASURE_STARTED, op),
        .finished = one(set, MEASURE_FINISHED, op),
        .failed = one(set, MEASURE_FAILED, op),
        .seconds = one(set, MEASURE_CELL_SECONDS, op),
    };
}

EngineMeasure engine_measure(MetricSet *set)
{
    return (EngineMeasure){
        .in_flight = metric_get(set, MEASURE_IN_FLIGHT, NULL),
        .run_success = one(set, MEASURE_RUNS, STR("success")),
        .run_failed = one(set, MEASURE_RUNS, STR("failed")),
        .run_canceled = one(set, MEASURE_RUNS, STR("canceled")),
        .events_dropped = metric_get(set, MEASURE_EVENTS_DROPPED, NULL),
    };
}

CacheMeasure cache_measure(MetricSet *set, Str level)
{
    return (CacheMeasure){
        .hits = one(set, MEASURE_CACHE_HITS, level),
        .misses = one(set, MEASURE_CACHE_MISSES, level),
    };
}

void measure_request(MetricSet *set, Str op, Str outcome, int64_t took_ns)
{
    metric_add(two(set, MEASURE_REQUESTS, op, outcome), 1);
    metric_observe(one(set, MEASURE_REQUEST_SECONDS, op), (uint64_t)MAX(took_ns, 0));
}
