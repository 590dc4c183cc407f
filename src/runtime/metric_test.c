// runtime/metric_test.c - sums are exact however many threads add; the text is what Prometheus
// reads.
#include "runtime/metric.h"

#include "runtime/measure.h"
#include "support/check.h"

static const MetricBounds few = {{1000000, 2500000, 1000000000}};

enum { REQUESTS, DEPTH, TOOK, ODD, PLAIN, FAMILIES };
static const MetricFamily table[FAMILIES] = {
    [REQUESTS] = {"test_requests_total", "Requests.", {"op", "code"}, NULL, METRIC_COUNTER},
    [DEPTH] = {"test_depth", "Depth.", {"queue"}, NULL, METRIC_GAUGE},
    [TOOK] = {"test_took_seconds", "Time.", {"op"}, &few, METRIC_HISTOGRAM},
    [ODD] = {"test_odd", "A \\ and a\nline \"end\".", {"text"}, NULL, METRIC_GAUGE},
    [PLAIN] = {"test_plain_total", "Plain.", {NULL}, NULL, METRIC_COUNTER},
};

static Metric *child(MetricSet *set, size_t family, const char *a, const char *b)
{
    return metric_get(set, family, (const Str[]){str_from(a), str_from(b)});
}

static Str text_of(Ctx *cx, MetricSet *set, const char *prefix)
{
    Buf out = buf_on(cx->arena);
    MetricReadings readings;
    metrics_read(cx, set, str_from(prefix), &readings);
    metrics_text(&out, &readings);
    return buf_str(&out);
}

static double value_of(Ctx *cx, MetricSet *set, const char *name)
{
    MetricReadings readings;
    double sum = 0;
    metrics_read(cx, set, str_from(name), &readings);
    for (size_t i = 0; i < readings.items[0].count; i++) sum += readings.items[0].points[i].value;
    return sum;
}

static void exposition(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    MetricSet *set = metrics_new(table, FAMILIES);
    metric_add(child(set, REQUESTS, "search", "200"), 3);
    metric_add(child(set, REQUESTS, "outline", "500"), 1);
    metric_add(child(set, REQUESTS, "search", "200"), 4);
    metric_move(child(set, DEPTH, "io", NULL), 5);
    metric_move(child(set, DEPTH, "io", NULL), -7);
    metric_set(child(set, DEPTH, "cpu", NULL), 12);
    Metric *took = child(set, TOOK, "search", NULL);
    static const uint64_t times[] = {0, 1000000, 1000001, 2500000, 999999999, 5000000000};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) metric_observe(took, times[i]);
    metric_set(child(set, ODD, "a\\b\"c\nd\xFF", NULL), 1);
    CHECK_STR(text_of(&cx, set, ""), STR("# HELP test_requests_total Requests.\n"
                                         "# TYPE test_requests_total counter\n"
                                         "test_requests_total{op=\"outline\",code=\"500\"} 1\n"
                                         "test_requests_total{op=\"search\",code=\"200\"} 7\n"
                                         "# HELP test_depth Depth.\n"
                                         "# TYPE test_depth gauge\n"
                                         "test_depth{queue=\"cpu\"} 12\n"
                                         "test_depth{queue=\"io\"} -2\n"
                                         "# HELP test_took_seconds Time.\n"
                                         "# TYPE test_took_seconds histogram\n"
                                         "test_took_seconds_bucket{op=\"search\",le=\"0.001\"} 2\n"
                                         "test_took_seconds_bucket{op=\"search\",le=\"0.0025\"} 4\n"
                                         "test_took_seconds_bucket{op=\"search\",le=\"1\"} 5\n"
                                         "test_took_seconds_bucket{op=\"search\",le=\"+Inf\"} 6\n"
                                         "test_took_seconds_sum{op=\"search\"} 6.0045\n"
                                         "test_took_seconds_count{op=\"search\"} 6\n"
                                         "# HELP test_odd A \\\\ and a\\nline \"end\".\n"
                                         "# TYPE test_odd gauge\n"
                                         "test_odd{text=\"a\\\\b\\\"c\\nd?\"} 1\n"
                                         "# HELP test_plain_total Plain.\n"
                                         "# TYPE test_plain_total counter\n"
                                         "test_plain_total 0\n"
                                         "# HELP metric_labels_refused_total Look-ups that got the "
                                         "child \"other\" because their family has too many "
                                         "children.\n"
                                         "# TYPE metric_labels_refused_total counter\n"));
    CHECK_STR(text_of(&cx, set, "test_p"), STR("# HELP test_plain_total Plain.\n"
                                               "# TYPE test_plain_total counter\n"
                                               "test_plain_total 0\n"));
    CHECK_STR(text_of(&cx, set, "none"), STR(""));
    metrics_free(set);
    arena_fini(&arena);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-2, "-2"},
                 {0.1, "0.1"},
                 {1e300 * 1e300, "+Inf"},
                 {-1e300 * 1e300, "-Inf"},
                 {123456789012345, "123456789012345"},
                 {1.0 / 3, "0.33333333333333331"},
                 {1e22, "1e+22"},
                 {0.00001, "1e-05"}};
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Buf out = buf_on(&arena);
        metric_number(&out, cases[i].value);
        CHECK_STR(buf_str(&out), str_from(cases[i].text));
    }
    Buf out = buf_on(&arena);
    metric_number(&out, __builtin_nan(""));
    CHECK_STR(buf_str(&out), STR("NaN"));
    arena_fini(&arena);
}

static void children_are_kept_and_capped(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    MetricSet *set = metrics_new(table, FAMILIES);
    Metric *first = child(set, DEPTH, "0", NULL);
    assert_ptr_equal(first, child(set, DEPTH, "0", NULL));
    for (int i = 0; i < METRIC_MOST_CHILDREN; i++)
        metric_set(child(set, DEPTH, str_format(&arena, "%d", i).ptr, NULL), 1);
    assert_int_equal((int)value_of(&cx, set, "metric_labels"), 0);
    assert_int_equal((int)value_of(&cx, set, "test_depth"), METRIC_MOST_CHILDREN);
    Metric *more = child(set, DEPTH, "one more", NULL);
    assert_ptr_equal(more, child(set, DEPTH, "and another", NULL));
    assert_ptr_equal(more, child(set, DEPTH, "other", NULL));
    assert_ptr_equal(first, child(set, DEPTH, "0", NULL));
    MetricReadings readings;
    metrics_read(&cx, set, STR("test_depth"), &readings);
    assert_int_equal(readings.items[0].count, METRIC_MOST_CHILDREN + 1);
    metrics_read(&cx, set, STR("metric_labels"), &readings);
    CHECK_STR(readings.items[0].points[0].labels[0], STR("test_depth"));
    assert_int_equal((int)readings.items[0].points[0].value, 2);
    // Values are cut, on a boundary; what differs behind the cut is the same child.
    char longer[METRIC_MOST_LABEL_BYTES + 8];
    memset(longer, 'a', sizeof longer);
    memcpy(longer + METRIC_MOST_LABEL_BYTES - 1, "\xC3\xA9z", 4);
    Metric *cut = child(set, ODD, longer, NULL);
    assert_int_equal(cut->labels[0].len, METRIC_MOST_LABEL_BYTES - 1);
    // Parts of a label do not run into each other.
    assert_ptr_not_equal(child(set, REQUESTS, "a", "b:1:c"), child(set, REQUESTS, "a:5:b", "c"));
    metrics_free(set);
    arena_fini(&arena);
}

static void nothing_measures_nothing(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    MetricReadings readings = {.count = 1};
    assert_null(child(NULL, DEPTH, "a", NULL));
    metric_add(NULL, 1);
    metric_move(NULL, 1);
    metric_set(NULL, 1);
    metric_observe(NULL, 1);
    metrics_collect(NULL, NULL, NULL);
    metrics_read(&cx, NULL, STR_NONE, &readings);
    assert_int_equal(readings.count, 0);
    metrics_free(NULL);
    measure_request(NULL, STR("x"), STR("ok"), 1);
    arena_fini(&arena);
}

typedef struct Depth {
    int64_t value;
    MetricSet *set;
} Depth;

static void collect_depth(Ctx *cx, void *arg, MetricSink *sink)
{
    (void)cx;
    Depth *depth = arg;
    Str label = STR("shared");
    child(depth->set, DEPTH, "made meanwhile", NULL); // no lock is held
    metric_sample(sink, DEPTH, &label, (double)depth->value);
}

static void collectors_are_sampled(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    MetricSet *set = metrics_new(table, FAMILIES);
    Depth a = {3, set}, b = {4, set};
    metrics_collect(set, collect_depth, &a);
    metrics_collect(set, collect_depth, &b);
    assert_int_equal((int)value_of(&cx, set, "test_depth"), 7); // one point: they add up
    metrics_uncollect(set, collect_depth, &a);
    assert_int_equal((int)value_of(&cx, set, "test_depth"), 4);
    metric_set(child(set, DEPTH, "shared", NULL), 10);
    assert_int_equal((int)value_of(&cx, set, "test_depth"), 14);
    metrics_uncollect(set, collect_depth, &b);
    assert_int_equal((int)value_of(&cx, set, "test_depth"), 10);
    metrics_free(set);
    arena_fini(&arena);
}

// Threads that come and go, more at once than there are slots for, while others read.
enum { ADDERS = 150, WAVES = 3, ADDS = 500 };

typedef struct Stress {
    MetricSet *set;
    Metric *counter, *gauge, *took;
    Counter waiting;
    Flag go, stop;
} Stress;

static void adder(void *arg)
{
    Stress *stress = arg;
    counter_add(&stress->waiting, 1);
    while (!flag_get(&stress->go)) thread_yield(); // all hold a slot at the same time
    for (int i = 0; i < ADDS; i++) {
        metric_add(stress->counter, 2);
        metric_move(stress->gauge, i % 2 ? -1 : 1);
        metric_observe(stress->took, 1000000);
        if (i % 100 == 0) metric_add(child(stress->set, REQUESTS, "late", "1"), 1);
    }
}

static void reader(void *arg)
{
    Stress *stress = arg;
    double before = 0;
    while (!flag_get(&stress->stop)) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        double now = value_of(&cx, stress->set, "test_plain");
        assert_true(now >= before); // counters never fall
        before = now;
        arena_fini(&arena);
        thread_yield();
    }
}

static void sums_are_exact(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Stress stress = {.set = metrics_new(table, FAMILIES)};
    stress.counter = child(stress.set, PLAIN, NULL, NULL);
    stress.gauge = child(stress.set, DEPTH, "a", NULL);
    stress.took = child(stress.set, TOOK, "a", NULL);
    Thread watcher, threads[ADDERS];
    assert_true(thread_start(&watcher, reader, &stress, "reader"));
    for (int wave = 0; wave < WAVES; wave++) {
        stress.waiting = (Counter){0};
        flag_set(&stress.go, 0);
        for (int i = 0; i < ADDERS; i++)
            assert_true(thread_start(&threads[i], adder, &stress, "add"));
        while (counter_get(&stress.waiting) < ADDERS) thread_yield();
        flag_set(&stress.go, 1);
        for (int i = 0; i < ADDERS; i++) thread_join(&threads[i]);
    }
    flag_set(&stress.stop, 1);
    thread_join(&watcher);
    const int adds = ADDERS * WAVES * ADDS;
    assert_int_equal((int)value_of(&cx, stress.set, "test_plain"), 2 * adds);
    assert_int_equal((int)value_of(&cx, stress.set, "test_depth"), 0);
    assert_int_equal((int)value_of(&cx, stress.set, "test_requests"), adds / 100);
    MetricReadings readings;
    metrics_read(&cx, stress.set, STR("test_took"), &readings);
    assert_int_equal(readings.items[0].points[0].count, adds);
    assert_int_equal((int)(readings.items[0].points[0].value * 1000 + 0.5), adds);
    metrics_free(stress.set);
    arena_fini(&arena);
}

// The real table: every family has what an exposition needs, and a name of its own.
static void the_table(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    MetricSet *set = measure_new();
    MetricReadings readings;
    metrics_read(&cx, set, STR_NONE, &readings);
    assert_int_equal(readings.count, MEASURE_COUNT + 1);
    for (size_t i = 0; i < readings.count; i++) {
        const MetricFamily *family = readings.items[i].family;
        Str name = str_from(family->name), help = str_from(family->help);
        if (!str_ends(help, STR("."))) fail_msg("%s: help", family->name);
        if ((family->kind == METRIC_COUNTER) != str_ends(name, STR("_total")))
            fail_msg("%s: only counters end in _total", family->name);
        if ((family->kind == METRIC_HISTOGRAM) != (family->bounds != NULL))
            fail_msg("%s: bounds", family->name);
        for (size_t b = 1; family->bounds && family->bounds->ns[b]; b++)
            assert_true(family->bounds->ns[b] > family->bounds->ns[b - 1]);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(family->name, readings.items[other].family->name);
    }
    assert_true(value_of(&cx, set, "process_resident_memory_bytes") > 1e5);
    assert_true(value_of(&cx, set, "process_start_time_seconds") > 1.6e9);
    assert_true(value_of(&cx, set, "process_open_fds") >= 3);
    assert_true(value_of(&cx, set, "process_cpu_seconds_total") > 0);
    metric_add(cell_measure(set, STR("grammars")).init_ok, 2);
    metric_add(op_measure(set, STR("search")).started, 2);
    metric_move(engine_measure(set).in_flight, 2);
    metric_add(cache_measure(set, STR("memory")).hits, 2);
    measure_request(set, STR("search"), STR("ok"), 2000000);
    static const char *const names[] = {"runtime_cell_init_total", "cells_started_total",
                                        "cells_in_flight", "cache_hits_total"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_int_equal((int)value_of(&cx, set, names[i]), 2);
    assert_int_equal((int)value_of(&cx, set, "requests_total"), 1);
    metrics_free(set);
    arena_fini(&arena);
}

int runtime_metric_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exposition),
        cmocka_unit_test(numbers),
        cmocka_unit_test(children_are_kept_and_capped),
        cmocka_unit_test(nothing_measures_nothing),
        cmocka_unit_test(collectors_are_sampled),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(the_table),
    };
    return RUN_TESTS(tests);
}
