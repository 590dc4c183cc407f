// runtime/span_test.c - what is written is OTLP/JSON, nests as the spans did, and nothing is lost
// without being counted. (A collector over HTTP: tests/scripts/otlp.sh.)
#include "runtime/span.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/vec.h"
#include "support/check.h"

#include <stdlib.h>
#include <unistd.h>

static int make_path(void **state)
{
    char *path = calloc(1, 64);
    snprintf(path, 64, "/tmp/cq-span.XXXXXX");
    int fd = mkstemp(path);
    close(fd);
    *state = path;
    return fd < 0;
}

static int remove_path(void **state)
{
    unlink(*state);
    free(*state);
    return 0;
}

typedef VEC(const Json *) JsonVec;

// All spans of the file, whichever lines they are in.
static JsonVec spans_of(Ctx *cx, const char *path)
{
    JsonVec spans = {0};
    Str text = {0}, line;
    assert_null(os_read_file(cx, OS_CWD, path, 1 << 28, &text));
    while (str_next(&text, '\n', &line)) {
        const Json *document = NULL;
        if (!line.len) continue;
        assert_null(json_parse(cx->arena, line, &document));
        const Json *resource = json_get(document, STR("resourceSpans"))->items[0];
        const Json *scope = json_get(resource, STR("scopeSpans"))->items[0];
        CHECK_STR(json_get(json_get(scope, STR("scope")), STR("name"))->string, STR("cq"));
        const Json *list = json_get(scope, STR("spans"));
        for (size_t i = 0; i < list->len; i++) VEC_PUSH(cx->arena, &spans, list->items[i]);
    }
    return spans;
}

static const Json *span_named(const JsonVec *spans, const char *name)
{
    for (size_t i = 0; i < spans->len; i++)
        if (str_eq(json_get(spans->items[i], STR("name"))->string, str_from(name)))
            return spans->items[i];
    fail_msg("no span %s", name);
    return NULL;
}

static Str member(const Json *span, const char *key)
{
    const Json *value = json_get(span, str_from(key));
    return value ? value->string : STR_NONE;
}

static Str attribute(const Json *span, const char *key)
{
    const Json *all = json_get(span, STR("attributes"));
    for (size_t i = 0; i < all->len; i++)
        if (str_eq(member(all->items[i], "key"), str_from(key)))
            return json_get(all->items[i], STR("value"))->members[0].value->string;
    return STR_NONE;
}

static int64_t time_of(const Json *span, const char *key)
{
    int64_t ns = 0;
    assert_true(str_to_int(member(span, key), &ns));
    return ns;
}

static Tracer *trace_to(Ctx *cx, const char *path)
{
    Tracer *tracer = NULL;
    TracerSpec spec = {.file = str_from(path)};
    assert_null(tracer_new(cx, &spec, &tracer));
    cx->trace = tracer_root(tracer);
    return tracer;
}

static void nesting(void **state)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    TraceSpan outer, inner, second;
    Tracer *tracer = trace_to(&cx, *state);
    const Trace *root = cx.trace;
    span_begin(&cx, &outer, "outer");
    outer.is_request = true;
    span_str(&outer, "text", STR("a \"b\"\n\xFF"));
    span_int(&outer, "number", -7);
    span_begin(&cx, &inner, "inner");
    for (int i = 0; i < SPAN_MOST_ATTRIBUTES + 3; i++) span_int(&inner, "n", i);
    span_end(&cx, &inner, FAIL(&arena, NOT_FOUND, "no such \"thing\""));
    span_end(&cx, &outer, NULL);
    assert_ptr_equal(cx.trace, root);
    span_begin(&cx, &second, "second");
    span_end(&cx, &second, NULL);
    tracer_free(tracer, NS_PER_S);

    JsonVec spans = spans_of(&cx, *state);
    assert_int_equal(spans.len, 3);
    const Json *o = span_named(&spans, "outer"), *i = span_named(&spans, "inner");
    const Json *s = span_named(&spans, "second");
    assert_int_equal(member(o, "traceId").len, 32);
    assert_int_equal(member(o, "spanId").len, 16);
    assert_null(json_get(o, STR("parentSpanId")));
    CHECK_STR(member(i, "traceId"), member(o, "traceId"));
    CHECK_STR(member(i, "parentSpanId"), member(o, "spanId"));
    assert_false(str_eq(member(s, "traceId"), member(o, "traceId")));
    assert_int_equal(json_get(o, STR("kind"))->integer, 2);
    assert_int_equal(json_get(i, STR("kind"))->integer, 1);
    assert_true(time_of(o, "startTimeUnixNano") <= time_of(i, "startTimeUnixNano"));
    assert_true(time_of(i, "startTimeUnixNano") <= time_of(i, "endTimeUnixNano"));
    assert_true(time_of(i, "endTimeUnixNano") <= time_of(o, "endTimeUnixNano"));
    assert_true(llabs(time_of(o, "startTimeUnixNano") - os_wall_ns()) < 600 * NS_PER_S);
    CHECK_STR(attribute(o, "text"), STR("a \"b\"\n\xEF\xBF\xBD"));
    CHECK_STR(attribute(o, "number"), STR("-7"));
    CHECK_STR(attribute(i, "error.type"), STR("not-found"));
    assert_int_equal(json_get(i, STR("droppedAttributesCount"))->integer, 3);
    assert_int_equal(json_get(json_get(i, STR("status")), STR("code"))->integer, 2);
    CHECK_STR(member(json_get(i, STR("status")), "message"), STR("no such \"thing\""));
    assert_int_equal(json_get(o, STR("status"))->len, 0);
    arena_fini(&arena);
}

static void off(void **state)
{
    (void)state;
    Ctx cx = {0};
    TraceSpan span;
    span_begin(&cx, &span, "nothing");
    span_str(&span, "a", STR("b"));
    span_int(&span, "a", 1);
    span_end(&cx, &span, NULL);
    assert_null(cx.trace);
    assert_null(tracer_root(NULL));
    tracer_free(NULL, 0);
    assert_int_equal(tracer_loss(NULL).file, 0);
}

enum { WORKERS = 6, SPANS = 1000 };

typedef struct Work {
    Thread thread;
    const Ctx *cx;
} Work;

static void worker_main(void *arg)
{
    const Work *work = arg;
    Arena arena = {0};
    Ctx cx = ctx_child(work->cx, &arena);
    for (int i = 0; i < SPANS; i++) {
        TraceSpan span;
        span_begin(&cx, &span, "work");
        span_int(&span, "i", i);
        span_end(&cx, &span, NULL);
    }
    arena_fini(&arena);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static void many_threads(void **state)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Work work[WORKERS];
    TraceSpan outer;
    Tracer *tracer = trace_to(&cx, *state);
    span_begin(&cx, &outer, "outer");
    for (int i = 0; i < WORKERS; i++) {
        work[i].cx = &cx;
        assert_true(thread_start(&work[i].thread, worker_main, &work[i], "worker"));
    }
    for (int i = 0; i < WORKERS; i++) thread_join(&work[i].thread);
    span_end(&cx, &outer, NULL);
    size_t lost = (size_t)tracer_loss(tracer).file;
    tracer_free(tracer, 100 * NS_PER_S);
    JsonVec spans = spans_of(&cx, *state);
    assert_int_equal(spans.len + lost, WORKERS * SPANS + 1);
    Str *ids = ARENA_ARRAY(&arena, Str, spans.len);
    Str parent = lost ? STR_NONE : member(span_named(&spans, "outer"), "spanId");
    for (size_t i = 0; i < spans.len; i++) {
        ids[i] = member(spans.items[i], "spanId");
        Str over = member(spans.items[i], "parentSpanId");
        if (over.len && parent.len) CHECK_STR(over, parent);
    }
    qsort(ids, spans.len, sizeof *ids, by_text);
    for (size_t i = 1; i < spans.len; i++) assert_false(str_eq(ids[i], ids[i - 1]));
    arena_fini(&arena);
}

// A file that takes nothing: everything is counted, told once, and nobody waits.
static void full_disk(void **state)
{
    Arena arena = {0};
    Log log;
    OsFile file = OS_FILE_NONE;
    Ctx cx = {.arena = &arena};
    Tracer *tracer = NULL;
    TraceSpan span;
    Str text = {0};
    assert_null(os_create(&cx, OS_CWD, *state, &file));
    log_init(&log, file, LOG_WARN, true);
    TracerSpec spec = {.file = STR("/dev/full"), .log = &log};
    assert_null(tracer_new(&cx, &spec, &tracer));
    cx.trace = tracer_root(tracer);
    for (int i = 0; i < 5; i++) {
        span_begin(&cx, &span, "lost");
        span_end(&cx, &span, NULL);
    }
    tracer_free(tracer, NS_PER_S);
    log_fini(&log);
    os_close(&file);
    assert_null(os_read_file(&cx, OS_CWD, *state, 1 << 20, &text));
    const Json *event = NULL;
    assert_null(json_parse(&arena, text, &event)); // one line
    CHECK_STR(member(event, "event"), STR("trace.lost"));
    assert_int_equal(json_get(event, STR("spans"))->integer, 5);
    assert_true(str_contains(member(event, "why"), STR("No space left")));
    arena_fini(&arena);
}

// Nobody answers: more spans than it can keep waiting, and no time left in the end.
static void dead_endpoint(void **state)
{
    enum { MANY = 20000 };
    Arena arena = {0};
    Log log;
    OsFile file = OS_FILE_NONE;
    Ctx cx = {.arena = &arena};
    Tracer *tracer = NULL;
    TraceSpan span;
    Str text = {0};
    HttpClient *http = http_new();
    assert_null(os_create(&cx, OS_CWD, *state, &file));
    log_init(&log, file, LOG_WARN, true);
    TracerSpec spec = {.endpoint = STR("http://127.0.0.1:1/"), .http = http, .log = &log};
    assert_null(tracer_new(&cx, &spec, &tracer));
    cx.trace = tracer_root(tracer);
    for (int i = 0; i < MANY; i++) {
        span_begin(&cx, &span, "lost");
        span_end(&cx, &span, NULL);
    }
    tracer_free(tracer, 0);
    log_fini(&log);
    os_close(&file);
    http_free(http);
    assert_null(os_read_file(&cx, OS_CWD, *state, 1 << 20, &text));
    const Json *event = NULL;
    assert_null(json_parse(&arena, text, &event)); // one line
    CHECK_STR(member(event, "to"), STR("endpoint"));
    assert_int_equal(json_get(event, STR("spans"))->integer, MANY);
    arena_fini(&arena);
}

static void bad_destinations(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Tracer *tracer = NULL;
    TracerSpec spec = {.file = STR("/no/such/folder/x")};
    assert_int_equal(tracer_new(&cx, &spec, &tracer)->kind, PROBLEM_NOT_FOUND);
    spec = (TracerSpec){.endpoint = STR("localhost:4318")};
    assert_int_equal(tracer_new(&cx, &spec, &tracer)->kind, PROBLEM_BAD_REQUEST);
    assert_null(tracer);
    arena_fini(&arena);
}

// Log lines say what work they are about.
static void log_lines_name_the_work(void **state)
{
    static const struct {
        bool json;
        const char *line;
    } cases[] = {{false, "cq: warn: test op=search run_id=r1 n=1\n"
                         "cq: warn: test run_id=r1 op=own\n"},
                 {true, "\"event\":\"test\",\"op\":\"search\",\"run_id\":\"r1\",\"n\":1}\n"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        CtxWork work = {.op = STR("search"), .run_id = STR("r1")};
        Ctx cx = {.arena = &arena, .work = &work};
        Log log;
        OsFile file = OS_FILE_NONE;
        Str text = {0};
        assert_null(os_create(&cx, OS_CWD, *state, &file));
        log_init(&log, file, LOG_INFO, cases[i].json);
        cx.log = &log;
        log_event(&cx, LOG_WARN, "test", LOG_INT("n", 1));
        if (!cases[i].json) log_event(&cx, LOG_WARN, "test", LOG_STR("op", STR("own")));
        assert_null(os_read_file(&cx, OS_CWD, *state, 1 << 20, &text));
        assert_true(str_ends(text, str_from(cases[i].line)));
        log_fini(&log);
        os_close(&file);
        arena_fini(&arena);
    }
}

#define WITH_PATH(test) cmocka_unit_test_setup_teardown(test, make_path, remove_path)

int runtime_span_test(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PATH(nesting),
        cmocka_unit_test(off),
        WITH_PATH(many_threads),
        WITH_PATH(full_disk),
        WITH_PATH(dead_endpoint),
        cmocka_unit_test(bad_destinations),
        WITH_PATH(log_lines_name_the_work),
    };
    return RUN_TESTS(tests);
}
