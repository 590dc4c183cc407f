// runtime/measure.h - what the runtime measures: the families of metric.def, and their children as
// structs that a cell, an engine or a cache keeps.
//
//   CellMeasure m = cell_measure(env->metrics, STR("grammars"));   // once, when the cell is made
//   metric_add(m.init_ok, 1); metric_observe(m.init_seconds, took_ns); metric_set(m.ready, 1);
//
// Threads: any. Memory: the children belong to the set, which must outlive the structs. A NULL set
//          gives children that measure nothing.
#ifndef CQ_RUNTIME_MEASURE_H
#define CQ_RUNTIME_MEASURE_H

#include "runtime/metric.h"

typedef enum MeasureId {
#define METRIC(id, kind, bounds, name, labels, help) MEASURE_##id,
#include "runtime/metric.def"
#undef METRIC
    MEASURE_COUNT
} MeasureId;

// A set over those families, which samples the process (memory, CPU time, files, version) itself.
MetricSet *measure_new(void);

typedef struct CellMeasure { // one runtime cell
    Metric *init_ok, *init_error, *init_cancelled;
    Metric *init_seconds;
    Metric *ready; // set to 0 or 1
    Metric *close_ok, *close_error, *close_noop;
    Metric *seeds;
    Metric *swap_ok, *swap_error;
} CellMeasure;
CellMeasure cell_measure(MetricSet *set, Str cell);

typedef struct OpMeasure { // plan cells of one operation
    Metric *started, *finished, *failed;
    Metric *seconds;
} OpMeasure;
OpMeasure op_measure(MetricSet *set, Str op);

typedef struct EngineMeasure {
    Metric *in_flight; // moved
    Metric *run_success, *run_failed, *run_canceled;
    Metric *events_dropped;
} EngineMeasure;
EngineMeasure engine_measure(MetricSet *set);

typedef struct CacheMeasure { // one level: "memory", "disk", "shared"
    Metric *hits, *misses;
} CacheMeasure;
CacheMeasure cache_measure(MetricSet *set, Str level);

// One request that ended; outcome is "ok" or the slug of its problem.
void measure_request(MetricSet *set, Str op, Str outcome, int64_t took_ns);

#endif
