// runtime/metric.c
//
// DESIGN. A child owns a few neighbouring cells (index `first` ..) of a column; a column has one
// block of cells for each thread that ever raised something in it, found by thread_slot. Only the
// thread that holds a slot writes its block, so a raise is a plain load and store; the last slot is
// shared by the threads beyond THREAD_SLOTS and is raised atomically. A slot that passes to another
// thread passes its counts with it (sync.c hands slots on with release and acquire).
// Exactly once: a block is published by compare-and-swap; a child is made under `mutex`.
// Alive: children, columns and blocks live until metrics_free, which the caller calls when no other
// thread uses the set.
// Collectors run outside `mutex`, one reading at a time (`reading`), so they may take any lock;
// metrics_uncollect waits for a reading in progress.
#include "runtime/metric.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"

typedef struct Family {
    VEC(Metric *) children;
    Metric *other;    // the child that stands for all beyond METRIC_MOST_CHILDREN
    uint64_t refused; // metric_get calls that got it
} Family;

typedef struct Collector {
    MetricCollect collect;
    void *arg;
} Collector;

struct MetricSet {
    // frozen
    const MetricFamily *table;
    size_t family_count;

    Mutex mutex;
    Cond read_done;
    // guarded by mutex
    Arena arena;
    Family *families;
    Map by_key; // child_key -> Metric *
    VEC(MetricColumn *) columns;
    uint32_t cells_used; // of the newest column
    VEC(Collector) collectors;
    bool reading;
};

static const MetricFamily refused_family = {
    .name = "metric_labels_refused_total",
    .help = "Look-ups that got the child \"other\" because their family has too many children.",
    .labels = {"family"},
    .kind = METRIC_COUNTER,
};

MetricSet *metrics_new(const MetricFamily *table, size_t count)
{
    MetricSet *set = mem_alloc(sizeof *set);
    set->table = table;
    set->family_count = count;
    set->families = ARENA_ARRAY(&set->arena, Family, count);
    mutex_init(&set->mutex, RANK_METRIC);
    cond_init(&set->read_done);
    return set;
}

static void column_free(MetricColumn *column)
{
    for (int slot = 0; slot <= THREAD_SLOTS; slot++)
        mem_free(atomic_load_explicit(&column->of[slot], memory_order_acquire));
    mem_free(column);
}

void metrics_free(MetricSet *set)
{
    if (!set) return;
    assert(!set->reading);
    for (size_t i = 0; i < set->columns.len; i++) column_free(set->columns.items[i]);
    cond_fini(&set->read_done);
    mutex_fini(&set->mutex);
    arena_fini(&set->arena);
    mem_free(set);
}

MetricCells *metric_cells(MetricColumn *column, int slot)
{
    MetricCells *made = mem_alloc(sizeof *made), *there = NULL;
    if (atomic_compare_exchange_strong_explicit(&column->of[slot], &there, made,
                                                memory_order_acq_rel, memory_order_acquire))
        return made;
    mem_free(made);
    return there;
}

static size_t label_count(const MetricFamily *family)
{
    size_t count = 0;
    while (family->labels[count]) count++;
    return count;
}

// Label values as they are kept: short, valid UTF-8 ('?' for each byte above 127 of what is not),
// without NUL.
static Str clean_label(Arena *arena, Str value)
{
    size_t len = utf8_cut(value, MIN(value.len, (size_t)METRIC_MOST_LABEL_BYTES));
    bool valid = utf8_valid(value.ptr, len);
    char *bytes = arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++) {
        char c = value.ptr[i];
        bytes[i] = !c || (!valid && (unsigned char)c >= 0x80) ? '?' : c;
    }
    return (Str){bytes, len};
}

static void clean_labels(Arena *arena, size_t count, const Str *labels, Str *out)
{
    for (size_t i = 0; i < count; i++) out[i] = clean_label(arena, labels[i]);
}

static Str child_key(Arena *arena, size_t family, size_t count, const Str *labels)
{
    Buf key = buf_on(arena);
    buf_int(&key, (int64_t)family);
    for (size_t i = 0; i < count; i++) {
        buf_byte(&key, ':');
        buf_int(&key, (int64_t)labels[i].len);
        buf_byte(&key, ':');
        buf_add(&key, labels[i]);
    }
    return buf_str(&key);
}

// Room for `count` neighbouring cells.
static void place_locked(MetricSet *set, Metric *metric, uint32_t count)
{
    if (!set->columns.len || set->cells_used + count > METRIC_CELLS) {
        VEC_PUSH(&set->arena, &set->columns, mem_alloc(sizeof(MetricColumn)));
        set->cells_used = 0;
    }
    metric->column = set->columns.items[set->columns.len - 1];
    metric->first = set->cells_used;
    set->cells_used += count;
}

static Metric *make_locked(MetricSet *set, size_t index, const Str *labels)
{
    const MetricFamily *family = &set->table[index];
    Metric *metric = ARENA_NEW(&set->arena, Metric);
    uint32_t cells = 1;
    if (family->kind == METRIC_HISTOGRAM) {
        metric->bounds = family->bounds;
        while (family->bounds->ns[metric->bound_count]) metric->bound_count++;
        cells = metric->bound_count + 2;
    }
    place_locked(set, metric, cells);
    for (size_t i = 0; i < label_count(family); i++)
        metric->labels[i] = str_copy(&set->arena, labels[i]);
    return metric;
}

static Metric *put_locked(MetricSet *set, size_t index, Str key, const Str *labels)
{
    Metric *metric = make_locked(set, index, labels);
    VEC_PUSH(&set->arena, &set->families[index].children, metric);
    map_put(&set->arena, &set->by_key, str_copy(&set->arena, key), (uint64_t)(uintptr_t)metric);
    return metric;
}

static Metric *other_locked(MetricSet *set, size_t index)
{
    Family *family = &set->families[index];
    Str labels[METRIC_MOST_LABELS] = {STR("other"), STR("other")};
    family->refused++;
    if (family->other) return family->other;
    uint64_t found = 0; // somebody may have asked for it by name
    Str key = child_key(&set->arena, index, label_count(&set->table[index]), labels);
    bool there = map_get(&set->by_key, key, &found);
    family->other = there ? (Metric *)(uintptr_t)found : put_locked(set, index, key, labels);
    return family->other;
}

static Metric *get_locked(MetricSet *set, size_t index, Str key, const Str *labels)
{
    uint64_t found = 0;
    if (map_get(&set->by_key, key, &found)) return (Metric *)(uintptr_t)found;
    if (set->families[index].children.len >= METRIC_MOST_CHILDREN) return other_locked(set, index);
    return put_locked(set, index, key, labels);
}

Metric *metric_get(MetricSet *set, size_t family, const Str *labels)
{
    if (!set) return NULL;
    assert(family < set->family_count);
    Arena scratch = {0};
    Str clean[METRIC_MOST_LABELS];
    size_t count = label_count(&set->table[family]);
    clean_labels(&scratch, count, labels, clean);
    Str key = child_key(&scratch, family, count, clean);
    mutex_lock(&set->mutex);
    Metric *metric = get_locked(set, family, key, clean);
    mutex_unlock(&set->mutex);
    arena_fini(&scratch);
    return metric;
}

void metric_set(Metric *gauge, int64_t value)
{
    if (gauge) atomic_store_explicit(&gauge->level, value, memory_order_relaxed);
}

void metrics_collect(MetricSet *set, MetricCollect collect, void *arg)
{
    if (!set) return;
    mutex_lock(&set->mutex);
    VEC_PUSH(&set->arena, &set->collectors, (Collector){collect, arg});
    mutex_unlock(&set->mutex);
}

void metrics_uncollect(MetricSet *set, MetricCollect collect, const void *arg)
{
    if (!set) return;
    mutex_lock(&set->mutex);
    while (set->reading) cond_wait(&set->read_done, &set->mutex);
    Collector *items = set->collectors.items;
    size_t kept = 0;
    for (size_t i = 0; i < set->collectors.len; i++)
        if (items[i].collect != collect || items[i].arg != arg) items[kept++] = items[i];
    set->collectors.len = kept;
    mutex_unlock(&set->mutex);
}

// A reading in the making: the points of each family, in an arena of the reader's.
typedef VEC(MetricPoint) PointVec;

struct MetricSink {
    Arena *arena;
    const MetricSet *set;
    PointVec *points; // by family
    Map by_key;       // of sampled points: child_key -> their place in points
    PointVec refused;
};

static uint64_t sum_cells(const Metric *metric, uint32_t index)
{
    uint64_t sum = 0;
    for (int slot = 0; slot <= THREAD_SLOTS; slot++) {
        MetricCells *cells = atomic_load_explicit(&metric->column->of[slot], memory_order_acquire);
        if (cells)
            sum += atomic_load_explicit(&cells->at[metric->first + index], memory_order_relaxed);
    }
    return sum;
}

static void read_histogram(Arena *arena, const Metric *metric, MetricPoint *point)
{
    uint64_t *buckets = ARENA_ARRAY(arena, uint64_t, metric->bound_count);
    uint64_t below = 0;
    for (uint32_t i = 0; i < metric->bound_count; i++) buckets[i] = below += sum_cells(metric, i);
    point->buckets = buckets;
    point->count = below + sum_cells(metric, metric->bound_count);
    point->value = (double)sum_cells(metric, metric->bound_count + 1) / (double)NS_PER_S;
}

static void read_child(MetricSink *sink, size_t index, const Metric *metric)
{
    const MetricFamily *family = &sink->set->table[index];
    MetricPoint point = {0};
    for (size_t i = 0; i < label_count(family); i++)
        point.labels[i] = str_copy(sink->arena, metric->labels[i]);
    int64_t level = atomic_load_explicit(&metric->level, memory_order_relaxed);
    if (family->kind == METRIC_HISTOGRAM) read_histogram(sink->arena, metric, &point);
    else if (family->kind == METRIC_COUNTER) point.value = (double)sum_cells(metric, 0);
    else point.value = (double)(level + (int64_t)sum_cells(metric, 0));
    Str key = child_key(sink->arena, index, label_count(family), point.labels);
    map_put(sink->arena, &sink->by_key, key, sink->points[index].len);
    VEC_PUSH(sink->arena, &sink->points[index], point);
}

static void read_children_locked(MetricSink *sink, const MetricSet *set)
{
    for (size_t i = 0; i < set->family_count; i++) {
        const Family *family = &set->families[i];
        for (size_t c = 0; c < family->children.len; c++)
            read_child(sink, i, family->children.items[c]);
        MetricPoint refused = {.labels = {str_from(set->table[i].name)},
                               .value = (double)family->refused};
        if (family->refused) VEC_PUSH(sink->arena, &sink->refused, refused);
    }
}

void metric_sample(MetricSink *sink, size_t family, const Str *labels, double value)
{
    assert(family < sink->set->family_count);
    const MetricFamily *row = &sink->set->table[family];
    assert(row->kind != METRIC_HISTOGRAM);
    PointVec *points = &sink->points[family];
    MetricPoint point = {.value = value};
    clean_labels(sink->arena, label_count(row), labels, point.labels);
    Str key = child_key(sink->arena, family, label_count(row), point.labels);
    uint64_t *at = map_at(sink->arena, &sink->by_key, key, points->len);
    if (*at < points->len) points->items[*at].value += value;
    else VEC_PUSH(sink->arena, points, point);
}

static int by_labels(const void *a, const void *b)
{
    const MetricPoint *x = a, *y = b;
    int order = 0;
    for (size_t i = 0; !order && i < METRIC_MOST_LABELS; i++)
        order = str_cmp(x->labels[i], y->labels[i]);
    return order;
}

static MetricReading reading_of(const MetricFamily *family, PointVec *points)
{
    if (points->len > 1) qsort(points->items, points->len, sizeof *points->items, by_labels);
    return (MetricReading){family, points->items, points->len};
}

// One without labels is there from the start, at 0.
static void show_zero(MetricSink *sink, size_t index)
{
    const MetricFamily *family = &sink->set->table[index];
    if (!family->labels[0] && family->kind != METRIC_HISTOGRAM && !sink->points[index].len)
        VEC_PUSH(sink->arena, &sink->points[index], (MetricPoint){0});
}

static void collect(Ctx *cx, MetricSet *set, MetricSink *sink)
{
    mutex_lock(&set->mutex);
    while (set->reading) cond_wait(&set->read_done, &set->mutex);
    set->reading = true;
    read_children_locked(sink, set);
    size_t count = set->collectors.len;
    Collector *collectors = ARENA_ARRAY(cx->arena, Collector, count);
    if (count) memcpy(collectors, set->collectors.items, count * sizeof *collectors);
    mutex_unlock(&set->mutex);
    for (size_t i = 0; i < count; i++) collectors[i].collect(cx, collectors[i].arg, sink);
    mutex_lock(&set->mutex);
    set->reading = false;
    cond_broadcast(&set->read_done);
    mutex_unlock(&set->mutex);
}

void metrics_read(Ctx *cx, MetricSet *set, Str prefix, MetricReadings *out)
{
    *out = (MetricReadings){0};
    if (!set) return;
    MetricSink sink = {.arena = cx->arena, .set = set};
    sink.points = ARENA_ARRAY(cx->arena, PointVec, set->family_count);
    collect(cx, set, &sink);
    VEC(MetricReading) readings = {0};
    for (size_t i = 0; i < set->family_count; i++) {
        if (!str_starts(str_from(set->table[i].name), prefix)) continue;
        show_zero(&sink, i);
        VEC_PUSH(cx->arena, &readings, reading_of(&set->table[i], &sink.points[i]));
    }
    if (str_starts(str_from(refused_family.name), prefix))
        VEC_PUSH(cx->arena, &readings, reading_of(&refused_family, &sink.refused));
    *out = (MetricReadings){readings.items, readings.len};
}

static bool is_whole(double value) // and exact as an integer
{
    return value > -9e15 && value < 9e15 && (double)(int64_t)value == value;
}

void metric_number(Buf *out, double value)
{
    char text[32]; // the shorter of two that read back the same
    if (isnan(value)) buf_add(out, STR("NaN"));
    else if (isinf(value)) buf_add(out, value > 0 ? STR("+Inf") : STR("-Inf"));
    else if (is_whole(value)) buf_int(out, (int64_t)value);
    else {
        snprintf(text, sizeof text, "%.15g", value);
        if (strtod(text, NULL) != value) snprintf(text, sizeof text, "%.17g", value);
        buf_add(out, str_from(text));
    }
}

static void add_escaped(Buf *out, Str text, bool quotes)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n') buf_add(out, STR("\\n"));
        else {
            if (c == '\\' || (c == '"' && quotes)) buf_byte(out, '\\');
            buf_byte(out, c);
        }
    }
}

static void add_label(Buf *out, bool *any, const char *name, Str value)
{
    buf_addf(out, "%c%s=\"", *any ? ',' : '{', name);
    add_escaped(out, value, true);
    buf_byte(out, '"');
    *any = true;
}

// name_suffix{label="value",le="bound"} - `bound` 0 leaves le out.
static void add_head(Buf *out, const MetricFamily *family, const char *suffix,
                     const MetricPoint *point, Str bound)
{
    bool any = false;
    buf_addf(out, "%s%s", family->name, suffix);
    for (size_t i = 0; family->labels[i]; i++)
        add_label(out, &any, family->labels[i], point->labels[i]);
    if (bound.len) add_label(out, &any, "le", bound);
    if (any) buf_byte(out, '}');
    buf_byte(out, ' ');
}

static void add_line(Buf *out, const MetricFamily *family, const char *suffix,
                     const MetricPoint *point, double value)
{
    add_head(out, family, suffix, point, STR_NONE);
    metric_number(out, value);
    buf_byte(out, '\n');
}

static void add_bucket(Buf *out, const MetricFamily *family, const MetricPoint *point, double bound,
                       uint64_t count)
{
    Arena scratch = {0};
    Buf le = buf_on(&scratch);
    metric_number(&le, bound);
    add_head(out, family, "_bucket", point, buf_str(&le));
    buf_addf(out, "%llu\n", (unsigned long long)count);
    arena_fini(&scratch);
}

static void add_point(Buf *out, const MetricFamily *family, const MetricPoint *point)
{
    if (family->kind != METRIC_HISTOGRAM) {
        add_line(out, family, "", point, point->value);
        return;
    }
    for (size_t i = 0; family->bounds->ns[i]; i++)
        add_bucket(out, family, point, (double)family->bounds->ns[i] / (double)NS_PER_S,
                   point->buckets[i]);
    add_bucket(out, family, point, (double)INFINITY, point->count);
    add_line(out, family, "_sum", point, point->value);
    add_line(out, family, "_count", point, (double)point->count);
}

void metrics_text(Buf *out, const MetricReadings *readings)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    for (size_t i = 0; i < readings->count; i++) {
        const MetricReading *reading = &readings->items[i];
        const MetricFamily *family = reading->family;
        buf_addf(out, "# HELP %s ", family->name);
        add_escaped(out, str_from(family->help), false);
        buf_addf(out, "\n# TYPE %s %s\n", family->name, kinds[family->kind]);
        for (size_t p = 0; p < reading->count; p++) add_point(out, family, &reading->points[p]);
    }
}
