// op/runtime_test.c - `cq runtime` on cells that work, fail, and do not bear verification.
#include "op/op.h"
#include "runtime/cells.h"
#include "support/check.h"

typedef struct Rig {
    Arena arena;
    Ctx cx;
    CellSet *set;
    int64_t now_ns;
} Rig;

static Fail build_well(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    *out = ARENA_NEW(build->arena, int);
    return NULL;
}

static Fail build_badly(Ctx *cx, CellBuild *build, void **out)
{
    (void)build, (void)out;
    return FAIL(cx->arena, UNAVAILABLE, "the thing | is not installed");
}

static Fail refuse(Ctx *cx, void *owner, const void *value)
{
    (void)owner, (void)value;
    return FAIL(cx->arena, IO, "it does not work");
}

static const char *const needs_well[] = {"well", NULL};
static const CellSpec well = {.name = "well", .description = "d", .build = build_well},
                      bad = {.name = "bad",
                             .description = "d",
                             .needs = needs_well,
                             .build = build_badly,
                             .cooldown_ms = 5000,
                             .max_waiters = 3},
                      odd = {
                          .name = "odd", .description = "d", .build = build_well, .verify = refuse};

static int64_t fake_now(void *clock)
{
    return *(int64_t *)clock;
}

static void rig_make(Rig *rig)
{
    static const CellSpec *const specs[] = {&well, &bad, &odd};
    *rig = (Rig){.now_ns = NS_PER_S};
    rig->cx = (Ctx){.arena = &rig->arena};
    CellHostSpec host = {.now_ns = fake_now, .clock = &rig->now_ns};
    assert_null(cells_new(&rig->arena, &host, specs, ARRAY_LEN(specs), &rig->set));
}

static void rig_end(Rig *rig)
{
    assert_true(cells_free(rig->set));
    arena_fini(&rig->arena);
}

// The answer to `json`; what it prints for people in *said.
static Fail ask(Rig *rig, const char *json, Result *result, Str *said)
{
    const Json *document = NULL;
    void *args = arena_alloc(&rig->arena, op_runtime.args_size);
    Env env = {.cells = rig->set};
    TextStyle style = {0};
    Buf buf = buf_on(&rig->arena);
    *result = (Result){0};
    assert_null(json_parse(&rig->arena, str_from(json), &document));
    assert_null(record_from_json(&rig->arena, op_runtime.args, document, args));
    TRY(op_runtime.run(&rig->cx, &env, args, result));
    op_runtime.text(&buf, args, result, &style);
    *said = buf_str(&buf);
    return NULL;
}

static Str summary_json(Rig *rig, const Result *result)
{
    Buf buf = buf_on(&rig->arena);
    JsonWriter w = {.out = &buf};
    record_write(&w, op_runtime.result, result->summary);
    return buf_str(&buf);
}

static void must_say(Str said, const char *part)
{
    if (!str_contains(said, str_from(part))) fail_msg("no %s in " STR_FMT, part, STR_ARG(said));
}

static void prewarm_tells_each_failure(void **state)
{
    (void)state;
    Rig rig;
    Result result;
    Str said;
    rig_make(&rig);
    assert_null(ask(&rig, "{\"action\":\"prewarm\"}", &result, &said));
    must_say(said, "well: ready after 0.000 ms\n");
    must_say(said, "bad: not ready: the thing");
    must_say(said, "odd: ready after 0.000 ms\n"); // built; whether it works is for check
    assert_null(result.problem);                   // nobody asked for what is not there
    must_say(summary_json(&rig, &result), "\"ready\":false,\"was_ready\":false,\"took_ms\":0.0,"
                                          "\"problem\":{\"type\":\"urn:cq:problem:unavailable\"");
    assert_null(ask(&rig, "{\"action\":\"prewarm\",\"names\":[\"bad\"]}", &result, &said));
    assert_int_equal(result.problem->kind, PROBLEM_UNAVAILABLE);
    assert_int_equal(result.more_count, 0);
    assert_null(ask(&rig, "{\"action\":\"prewarm\",\"names\":[\"well\"]}", &result, &said));
    CHECK_STR(said, STR("well: was ready\n"));
    assert_null(result.problem);
    rig_end(&rig);
}

static void an_unknown_name_stops_it(void **state)
{
    (void)state;
    static const char *const asks[] = {"{\"action\":\"prewarm\",\"names\":[\"well\",\"wel\"]}",
                                       "{\"action\":\"status\",\"names\":[\"wel\"]}",
                                       "{\"action\":\"check\",\"names\":[\"wel\"]}"};
    for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
        Rig rig;
        Result result;
        Str said;
        rig_make(&rig);
        Fail fail = ask(&rig, asks[i], &result, &said);
        assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
        must_say(fail->detail, "did you mean well?");
        assert_null(ask(&rig, "{\"action\":\"status\"}", &result, &said));
        must_say(said, "| well | empty"); // nothing was built
        rig_end(&rig);
    }
}

static void status_shows_what_happened(void **state)
{
    (void)state;
    Rig rig;
    Result result;
    Str said;
    rig_make(&rig);
    assert_null(ask(&rig, "{\"action\":\"prewarm\"}", &result, &said));
    rig.now_ns += NS_PER_S;
    assert_null(ask(&rig, "{\"action\":\"status\"}", &result, &said));
    must_say(said, "| well | ready  | 1 ");
    must_say(said, "| bad  | failed | 0 ");
    must_say(said, "| waiters 3, cool-down 5000 ms | 4000.000 ms    | the thing \\| is not");
    Str json = summary_json(&rig, &result);
    must_say(json, "\"cooldown_left_ms\":4000.0,");
    must_say(json, "\"needs\":[\"well\"],\"last_error\":{\"type\":\"urn:cq:problem:unavailable\"");
    assert_null(ask(&rig, "{\"action\":\"status\",\"names\":[\"odd\"]}", &result, &said));
    assert_true(str_contains(said, STR("odd")) && !str_contains(said, STR("well")));
    rig_end(&rig);
}

static void check_fails_fast(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int kind; // -1: well
        const char *detail;
    } cases[] = {{"well", -1, ""},
                 {"bad", PROBLEM_UNAVAILABLE, "is not installed"},
                 {"odd", PROBLEM_IO, "it does not work"}};
    Rig rig;
    Result result;
    Str said;
    rig_make(&rig);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str json =
            str_format(&rig.arena, "{\"action\":\"check\",\"names\":[\"%s\"]}", cases[i].name);
        Fail fail = ask(&rig, json.ptr, &result, &said);
        if ((fail ? (int)fail->kind : -1) != cases[i].kind) fail_msg("%s", cases[i].name);
        if (!fail) continue;
        must_say(fail->detail, cases[i].detail);
        CHECK_STR(json_get(fail->ext, STR("runtime"))->string, str_from(cases[i].name));
    }
    rig.cx.deadline_ns = 1; // long over
    Fail late = ask(&rig, "{\"action\":\"prewarm\",\"names\":[\"odd\"]}", &result, &said);
    assert_int_equal(late->kind, PROBLEM_CANCELLED);
    rig_end(&rig);
}

static void names_must_fit_the_action(void **state)
{
    (void)state;
    static const char *const asks[] = {"{\"action\":\"check\"}",
                                       "{\"action\":\"check\",\"names\":[\"well\",\"bad\"]}",
                                       "{\"action\":\"gpu\",\"names\":[\"well\"]}"};
    Rig rig;
    Result result;
    Str said;
    rig_make(&rig);
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        assert_int_equal(ask(&rig, asks[i], &result, &said)->kind, PROBLEM_BAD_REQUEST);
    rig_end(&rig);
}

int op_runtime_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prewarm_tells_each_failure), cmocka_unit_test(an_unknown_name_stops_it),
        cmocka_unit_test(status_shows_what_happened), cmocka_unit_test(check_fails_fast),
        cmocka_unit_test(names_must_fit_the_action),
    };
    return RUN_TESTS(tests);
}
