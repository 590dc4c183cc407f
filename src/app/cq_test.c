// app/cq_test.c - the public library, used as a program would.
#include "cq/cq.h"

#include "base/json.h"
#include "base/os.h"
#include "support/check.h"

static const char *source(void)
{
    return os_env("CQ_SOURCE").len ? os_env("CQ_SOURCE").ptr : ".";
}

typedef struct Case {
    const char *operation, *arguments, *wants; // a detail; NULL: an answer
} Case;

static const Case cases[] = {
    {"outline", "{\"files\":[\"src/app/cq.c\"]}", NULL},
    {"outline", "{\"files\":[\"include/cq/cq.h\"],\"depth\":1}", NULL},
    {"outlin", "{}", "no operation \"outlin\"; did you mean outline?"},
    {"frobnicate", NULL, "no operation \"frobnicate\""},
    {NULL, NULL, "no operation \"\""},
    {"outline", NULL,
     "\"files\" is missing: files to outline; a folder stands for all files of known languages in "
     "it, - for standard input"},
    {"outline", "{\"file\":[]}", "unknown member \"file\"; did you mean files?"},
    {"outline", "{\"files\":[\"-\"],\"lang\":\"c\"}", "standard input cannot be read here"},
    {"outline", "{\"files\":[\"src/app/cq.cc\"]}",
     "no file or folder \"src/app/cq.cc\"; did you mean src/app/cq.c?"},
};

static void test_runs(void **state)
{
    (void)state;
    CqEngine *engine = cq_open(source(), NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        Arena arena = {0};
        CqReply *reply = cq_run(engine, c->operation, c->arguments);
        const Json *json = NULL;
        assert_null(json_parse(&arena, str_from(cq_reply_json(reply)), &json));
        assert_int_equal(cq_reply_ok(reply), c->wants == NULL);
        if (c->wants) {
            CHECK_STR(json_get(json, STR("detail"))->string, str_from(c->wants));
            assert_true(cq_reply_status(reply) >= 2);
        } else {
            assert_true(json_get(json, STR("findings"))->len > 0);
            assert_int_equal(cq_reply_status(reply), 0);
        }
        cq_reply_free(reply);
        arena_fini(&arena);
    }
    cq_close(engine);
}

static void test_bad_json(void **state)
{
    (void)state;
    CqEngine *engine = cq_open(source(), &(CqOptions){.workers = -1});
    CqReply *reply = cq_run(engine, "outline", "{\"files\":");
    assert_false(cq_reply_ok(reply));
    assert_int_equal(cq_reply_status(reply), 2);
    cq_reply_free(reply);
    cq_close(engine);
}

static void test_no_root(void **state)
{
    (void)state;
    assert_null(cq_open(NULL, NULL));
    CqEngine *engine = cq_open("/nonexistent/folder", NULL);
    CqReply *reply = cq_run(engine, "outline", "{\"files\":[\"a.c\"]}");
    assert_false(cq_reply_ok(reply));
    assert_int_equal(cq_reply_status(reply), 3);
    cq_reply_free(reply);
    cq_close(engine);
    cq_close(NULL);
    cq_reply_free(NULL);
    reply = cq_run(NULL, "outline", NULL);
    assert_false(cq_reply_ok(reply));
    cq_reply_free(reply);
}

static void check_reply(CqEngine *engine, const char *key, const char *part)
{
    Arena arena = {0};
    Str args = str_format(&arena, "{\"action\":\"show\",\"key\":\"%s\"}", key);
    CqReply *reply = cq_run(engine, "config", args.ptr);
    if (!strstr(cq_reply_json(reply), part)) fail_msg("no %s in %s", part, cq_reply_json(reply));
    cq_reply_free(reply);
    arena_fini(&arena);
}

// The library reads the settings of its root; what is wrong with them is every answer.
static void test_settings(void **state)
{
    (void)state;
    Arena arena = {0};
    Str root = str_format(&arena, "%s/tests/cli/config/tree", source());
    CqEngine *engine = cq_open(root.ptr, NULL);
    check_reply(engine, "cache.ttl_seconds", "\"value\":\"60\",\"source\":\".cq.yaml:5:16\"");
    check_reply(engine, "parallelism.cpu_workers", "\"value\":\"3\"");
    cq_close(engine);
    engine = cq_open(root.ptr, &(CqOptions){.workers = 2});
    check_reply(engine, "parallelism.cpu_workers", "\"value\":\"2\"");
    cq_close(engine);
    engine = cq_open(root.ptr, &(CqOptions){.workers = 5000});
    for (int i = 0; i < 2; i++) {
        CqReply *reply = cq_run(engine, "outline", "{\"files\":[\"src/a.c\"]}");
        assert_false(cq_reply_ok(reply));
        assert_int_equal(cq_reply_status(reply), 2);
        assert_non_null(strstr(cq_reply_json(reply), "from 0 to 1023, not \\\"5000\\\""));
        cq_reply_free(reply);
    }
    cq_close(engine);
    arena_fini(&arena);
}

static void test_names(void **state)
{
    (void)state;
    for (const char *const *name = cq_operations(); *name; name++) {
        CqReply *reply = cq_schema(*name);
        assert_true(cq_reply_ok(reply));
        assert_non_null(strstr(cq_reply_json(reply), "\"$schema\""));
        cq_reply_free(reply);
    }
    CqReply *reply = cq_schema("frobnicate");
    assert_false(cq_reply_ok(reply));
    cq_reply_free(reply);
    assert_true(strlen(cq_version()) >= 5);
}

// An engine counts over all its runs.
static void test_metrics(void **state)
{
    (void)state;
    CqEngine *engine = cq_open(source(), NULL);
    for (int i = 0; i < 2; i++)
        cq_reply_free(cq_run(engine, "outline", "{\"files\":[\"src/app/cq.c\"]}"));
    cq_reply_free(cq_run(engine, "outline", "{\"files\":[\"no/such/file.c\"]}"));
    CqReply *reply = cq_run(engine, "metrics", "{\"prefix\":\"request\"}");
    static const char *const wanted[] = {
        "{\"labels\":[{\"name\":\"op\",\"value\":\"outline\"},{\"name\":\"outcome\",\"value\":"
        "\"ok\"}],\"value\":2.0}",
        "\"value\":\"not-found\"}],\"value\":1.0}", "\"count\":3,\"buckets\":[{\"at_most\":1e-05,",
        "{\"at_most\":60.0,\"count\":3}]"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (!strstr(cq_reply_json(reply), wanted[i]))
            fail_msg("%s\nis not in %s", wanted[i], cq_reply_json(reply));
    cq_reply_free(reply);
    cq_close(engine);
}

enum { THREADS = 6, RUNS = 4 };

typedef struct Caller {
    Thread thread;
    CqEngine *engine;
    size_t bad;
} Caller;

static void call_often(void *arg)
{
    Caller *caller = arg;
    for (int i = 0; i < RUNS; i++) {
        CqReply *reply = cq_run(caller->engine, "outline",
                                "{\"files\":[\"include\",\"src/base/arena.c\",\"src/base/arena.h\","
                                "\"src/base/map.c\",\"src/base/vec.h\",\"src/base/sync.h\"]}");
        bool good = cq_reply_ok(reply) && cq_reply_status(reply) == 0;
        bool stopped = strstr(cq_reply_json(reply), "\"interrupted\":true") ||
                       strstr(cq_reply_json(reply), "urn:cq:problem:cancelled");
        caller->bad += !good && !stopped;
        cq_reply_free(reply);
    }
}

static void run_callers(bool cancel)
{
    CqEngine *engine = cq_open(source(), &(CqOptions){.workers = 2});
    Caller callers[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        callers[i].engine = engine;
        assert_true(thread_start(&callers[i].thread, call_often, &callers[i], "caller"));
    }
    for (int i = 0; cancel && i < 1000; i++) cq_cancel(engine);
    for (int i = 0; i < THREADS; i++) {
        thread_join(&callers[i].thread);
        assert_int_equal(callers[i].bad, 0);
    }
    CqReply *reply = cq_run(engine, "outline", "{\"files\":[\"src/app/cq.c\"]}");
    assert_int_equal(cq_reply_status(reply), 0); // a run after a cancel runs
    cq_reply_free(reply);
    cq_close(engine);
}

static void test_many_threads(void **state)
{
    (void)state;
    run_callers(false);
}

static void test_cancel(void **state)
{
    (void)state;
    run_callers(true);
}

int app_cq_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),         cmocka_unit_test(test_bad_json),
        cmocka_unit_test(test_no_root),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_many_threads), cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_settings),     cmocka_unit_test(test_metrics),
    };
    return RUN_TESTS(tests);
}
