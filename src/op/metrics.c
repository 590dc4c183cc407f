// op/metrics.c - "metrics": what this process has counted.
#include "base/vec.h"
#include "op/op.h"
#include "runtime/metric.h"

typedef struct MetricsArgs {
    Str prefix;
} MetricsArgs;

static const Field args[] = {
    FIELD(MetricsArgs, prefix, STR, "only families whose names begin with this",
          .flags = FIELD_POSITIONAL),
    {0},
};

typedef struct LabelRow {
    Str name, value;
} LabelRow;

static const Field label_fields[] = {
    FIELD(LabelRow, name, STR, "of the label"),
    FIELD(LabelRow, value, STR, "of the label"),
    {0},
};

typedef struct BucketRow {
    double at_most;
    uint64_t count;
} BucketRow;

static const Field bucket_fields[] = {
    FIELD(BucketRow, at_most, REAL, "upper bound, in seconds"),
    FIELD(BucketRow, count, SIZE, "observations at or below it"),
    {0},
};

typedef struct SampleRow {
    RecordList labels;
    double value;
    uint64_t count;
    RecordList buckets;
} SampleRow;

static const Field sample_fields[] = {
    FIELD(SampleRow, labels, RECORDS, "what it is the value of", .sub = label_fields,
          .sub_size = sizeof(LabelRow)),
    FIELD(SampleRow, value, REAL, "of the counter or gauge; the sum of a histogram, in seconds"),
    FIELD(SampleRow, count, SIZE, "observations of a histogram", .flags = FIELD_OPTIONAL_OUT),
    FIELD(SampleRow, buckets, RECORDS, "of a histogram", .flags = FIELD_OPTIONAL_OUT,
          .sub = bucket_fields, .sub_size = sizeof(BucketRow)),
    {0},
};

typedef struct FamilyRow {
    Str name, type, help;
    RecordList samples;
} FamilyRow;

static const char *const types[] = {"counter", "gauge", "histogram", NULL};

static const Field family_fields[] = {
    FIELD(FamilyRow, name, STR, "of the family"),
    FIELD(FamilyRow, type, STR, "of the family", .choices = types),
    FIELD(FamilyRow, help, STR, "what it counts"),
    FIELD(FamilyRow, samples, RECORDS, "one for each set of labels", .sub = sample_fields,
          .sub_size = sizeof(SampleRow)),
    {0},
};

typedef struct MetricsSummary {
    RecordList families;
} MetricsSummary;

static const Field result[] = {
    FIELD(MetricsSummary, families, RECORDS, "in a fixed order", .sub = family_fields,
          .sub_size = sizeof(FamilyRow)),
    {0},
};

static RecordList labels_of(Arena *arena, const MetricFamily *family, const MetricPoint *point)
{
    VEC(LabelRow) rows = {0};
    for (size_t i = 0; family->labels[i]; i++)
        VEC_PUSH(arena, &rows, (LabelRow){str_from(family->labels[i]), point->labels[i]});
    return (RecordList){rows.items, rows.len};
}

static RecordList buckets_of(Arena *arena, const MetricFamily *family, const MetricPoint *point)
{
    VEC(BucketRow) rows = {0};
    for (size_t i = 0; family->bounds && family->bounds->ns[i]; i++) {
        double seconds = (double)family->bounds->ns[i] / (double)NS_PER_S;
        VEC_PUSH(arena, &rows, (BucketRow){seconds, point->buckets[i]});
    }
    return (RecordList){rows.items, rows.len};
}

static FamilyRow family_of(Arena *arena, const MetricReading *reading)
{
    const MetricFamily *family = reading->family;
    SampleRow *samples = ARENA_ARRAY(arena, SampleRow, reading->count);
    for (size_t i = 0; i < reading->count; i++) {
        const MetricPoint *point = &reading->points[i];
        samples[i] = (SampleRow){labels_of(arena, family, point), point->value, point->count,
                                 buckets_of(arena, family, point)};
    }
    return (FamilyRow){str_from(family->name),
                       str_from(types[family->kind]),
                       str_from(family->help),
                       {samples, reading->count}};
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const MetricsArgs *from = arguments;
    MetricReadings *readings = ARENA_NEW(cx->arena, MetricReadings);
    metrics_read(cx, env->metrics, from->prefix, readings);
    FamilyRow *rows = ARENA_ARRAY(cx->arena, FamilyRow, readings->count);
    for (size_t i = 0; i < readings->count; i++)
        rows[i] = family_of(cx->arena, &readings->items[i]);
    MetricsSummary *summary = ARENA_NEW(cx->arena, MetricsSummary);
    summary->families = (RecordList){rows, readings->count};
    out->summary = summary;
    out->data = readings;
    out->found = readings->count > 0;
    return NULL;
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    (void)style;
    metrics_text(out, of->data);
}

static const OpExample examples[] = {
    {"cq metrics", "every metric, for Prometheus"},
    {"cq metrics process_", "memory, CPU time and open files of this process"},
    {"cq search main --metrics cq.prom", "what one command counted, for the textfile collector"},
    {0},
};

const OpSpec op_metrics = {
    .name = "metrics",
    .summary = "What this process has counted, as Prometheus text",
    .details =
        "Counters, gauges and histograms of runtime cells, plans, caches, pools and the process, "
        "in "
        "the Prometheus text exposition format 0.0.4; --format json gives the same as records. A "
        "command is a process of its own and counts from zero, so this shows mostly the names; "
        "--metrics FILE writes what any other command counted.\n"
        "Exit status: 0, or 1 when no family has such a name.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(MetricsArgs),
    .result = result,
    .result_size = sizeof(MetricsSummary),
    .run = run,
    .text = text,
};
