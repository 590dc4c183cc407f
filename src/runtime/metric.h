// runtime/metric.h - counters, gauges and histograms that cost next to nothing to raise.
//
//   metrics_new --> metric_get (once a child, kept by the caller) --> metric_add ... -->
//   metrics_read
//
// A family (name, kind, label names, help) is a row of a table; a child is a family with label
// values. Each thread adds in memory of its own; reading sums over the threads. Values that live
// elsewhere (the depth of a queue, the size of a cache) are sampled by collectors when read.
//
// Threads: everything from any thread. metric_add and its kin take no lock and, after a thread's
//          first use of a child, allocate nothing.
// Memory:  children belong to the set. Per thread 8 bytes a counter or gauge and, in a histogram,
//          each bucket; taken in blocks of 2 KiB when the thread first needs one.
// Blocks:  metric_get for its mutex, metrics_read for the collectors.
#ifndef CQ_RUNTIME_METRIC_H
#define CQ_RUNTIME_METRIC_H

#include "base/ctx.h"

enum {
    METRIC_MOST_LABELS = 2,
    METRIC_MOST_BOUNDS = 16,
    METRIC_MOST_CHILDREN = 200,   // of a family; what comes later is counted as "other"
    METRIC_MOST_LABEL_BYTES = 128 // longer values are cut
};

typedef enum MetricKind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } MetricKind;

typedef struct MetricBounds { // upper bounds of a histogram's buckets, rising; 0 after the last
    uint64_t ns[METRIC_MOST_BOUNDS + 1];
} MetricBounds;

typedef struct MetricFamily {
    const char *name, *help;
    const char *labels[METRIC_MOST_LABELS + 1]; // names, NULL after the last
    const MetricBounds *bounds;                 // histograms only
    MetricKind kind;
} MetricFamily;

typedef struct MetricSet MetricSet;
typedef struct Metric Metric;

MetricSet *metrics_new(const MetricFamily *table, size_t count); // the table must outlive the set
void metrics_free(MetricSet *set);                               // NULL is fine

// The child of row `family` with these label values, as many as the row has names; made when it is
// new. Lives as long as the set. A NULL set gives NULL, which every function below accepts.
Metric *metric_get(MetricSet *set, size_t family, const Str *labels);

static inline void metric_add(Metric *counter, uint64_t amount);
static inline void metric_move(Metric *gauge, int64_t by);
static inline void metric_observe(Metric *histogram, uint64_t ns); // shown in seconds
// A gauge is either set, by whoever holds its truth, or moved; never both.
void metric_set(Metric *gauge, int64_t value);

// Called by metrics_read, one at a time and with no lock held; gives values with metric_sample.
typedef struct MetricSink MetricSink;
typedef void (*MetricCollect)(Ctx *cx, void *arg, MetricSink *sink);
void metrics_collect(MetricSet *set, MetricCollect collect, void *arg);
// After it returns, collect(arg) is not called any more. Not to be called by a collector.
void metrics_uncollect(MetricSet *set, MetricCollect collect, const void *arg);
// Counters and gauges. The same labels twice (two pools of one name) are added up.
void metric_sample(MetricSink *sink, size_t family, const Str *labels, double value);

typedef struct MetricPoint {
    Str labels[METRIC_MOST_LABELS];
    double value;            // histograms: the sum, in seconds
    uint64_t count;          // histograms
    const uint64_t *buckets; // histograms: for each bound, how many are at or below it
} MetricPoint;

typedef struct MetricReading { // of one family
    const MetricFamily *family;
    const MetricPoint *points; // ordered by label values
    size_t count;
} MetricReading;

typedef struct MetricReadings {
    const MetricReading *items; // in the table's order; a family without children has no points
    size_t count;
} MetricReadings;

// The families whose names begin with `prefix`, in cx->arena. Values raised meanwhile may or may
// not be in; a histogram's count always equals its last bucket.
void metrics_read(Ctx *cx, MetricSet *set, Str prefix, MetricReadings *out);
// Prometheus text exposition format 0.0.4.
void metrics_text(Buf *out, const MetricReadings *readings);
void metric_number(Buf *out, double value); // as that format writes it

// What the inline functions below need to see.
enum { METRIC_CELLS = 256 };
typedef struct MetricCells { // one thread's; padded, so that no two threads share a cache line
    char before[64];
    atomic_uint_fast64_t at[METRIC_CELLS];
    char after[64];
} MetricCells;

typedef struct MetricColumn {
    _Atomic(MetricCells *) of[THREAD_SLOTS + 1]; // by thread_slot; NULL until the thread needs it
} MetricColumn;

struct Metric { // frozen, but for `level`
    MetricColumn *column;
    const MetricBounds *bounds; // histograms: cells first .. are the buckets, +Inf, the sum
    uint32_t first, bound_count;
    atomic_int_fast64_t level; // what metric_set wrote
    Str labels[METRIC_MOST_LABELS];
};

MetricCells *metric_cells(MetricColumn *column, int slot); // makes them

static inline void metric_cell_add(const Metric *metric, uint32_t index, uint64_t amount)
{
    int slot = thread_slot();
    MetricCells *cells = atomic_load_explicit(&metric->column->of[slot], memory_order_acquire);
    if (__builtin_expect(!cells, 0)) cells = metric_cells(metric->column, slot);
    atomic_uint_fast64_t *cell = &cells->at[metric->first + index];
    if (__builtin_expect(slot == THREAD_SLOTS, 0)) { // several threads share it
        atomic_fetch_add_explicit(cell, amount, memory_order_relaxed);
        return;
    }
    uint64_t value = atomic_load_explicit(cell, memory_order_relaxed);
    atomic_store_explicit(cell, value + amount, memory_order_relaxed);
}

static inline void metric_add(Metric *counter, uint64_t amount)
{
    if (counter) metric_cell_add(counter, 0, amount);
}

static inline void metric_move(Metric *gauge, int64_t by)
{
    if (gauge) metric_cell_add(gauge, 0, (uint64_t)by); // wraps; the sum over threads is right
}

static inline void metric_observe(Metric *histogram, uint64_t ns)
{
    if (!histogram) return;
    uint32_t bucket = 0;
    while (bucket < histogram->bound_count && ns > histogram->bounds->ns[bucket]) bucket++;
    metric_cell_add(histogram, bucket, 1);
    metric_cell_add(histogram, histogram->bound_count + 1, ns);
}

#endif
