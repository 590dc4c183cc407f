// runtime/plan_test.c - every mistake in a plan is told before anything runs, at its place.
#include "runtime/plan.h"

#include "runtime/plan_.h"
#include "runtime/probe.h"
#include "support/check.h"

static Fail run_nothing(Ctx *cx, PlanCall *call, const void **value)
{
    (void)cx, (void)call;
    *value = NULL;
    return NULL;
}

static Fail check_query(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                        const void **args)
{
    (void)op, (void)inputs;
    const Json *query = json_get(params, STR("query"));
    if (!query) return FAIL(arena, BAD_REQUEST, "no query");
    if (query->kind != JK_STR)
        return problem_with_str(arena, FAIL(arena, BAD_REQUEST, "not a string"), "pointer",
                                STR("/query"));
    *args = query;
    return NULL;
}

static const PlanOp look = {.name = "look", .check = check_query, .run = run_nothing, .cost = 3};
static const PlanOp fold = {.name = "fold", .run = run_nothing};
static const PlanOp *const all[] = {&look, &fold};
static const PlanOps ops = {all, 2};
static const PlanLimits small = {
    .cells = 4, .inputs = 6, .id_bytes = 8, .concurrency = 16, .timeout_s = 60};

static Fail parse(Arena *arena, const char *text, const Plan **plan)
{
    const Json *document = NULL;
    assert_null(json_parse(arena, str_from(text), &document));
    return plan_parse(arena, &ops, &small, document, plan);
}

static void mistakes_are_told_at_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pointer, *part; // of the detail
    } cases[] = {
        {"[]", "", "must be an object"},
        {"3", "", "must be an object"},
        {"{}", "/cells", "no cells"},
        {"{\"cells\":{}}", "/cells", "must be an array"},
        {"{\"cells\":[],\"scopes\":\"x\"}", "/scopes", "did you mean scope?"},
        {"{\"cells\":[],\"a/b~c\":1}", "/a~1b~0c", "no member"},
        {"{\"cells\":[],\"version\":2}", "/version", "must be 1"},
        {"{\"cells\":[],\"version\":\"1\"}", "/version", "must be 1"},
        {"{\"cells\":[],\"scope\":7}", "/scope", "string"},
        {"{\"cells\":[],\"fail_fast\":1}", "/fail_fast", "true or false"},
        {"{\"cells\":[],\"max_concurrency\":0}", "/max_concurrency", "between 1 and 16"},
        {"{\"cells\":[],\"max_concurrency\":17}", "/max_concurrency", "between 1 and 16"},
        {"{\"cells\":[],\"max_concurrency\":1.5}", "/max_concurrency", "between 1 and 16"},
        {"{\"cells\":[7]}", "/cells/0", "must be an object"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"input\":[]}]}", "/cells/0/input",
         "did you mean inputs?"},
        {"{\"cells\":[{\"op\":\"fold\"}]}", "/cells/0/id", "no id"},
        {"{\"cells\":[{\"id\":4,\"op\":\"fold\"}]}", "/cells/0/id", "string"},
        {"{\"cells\":[{\"id\":\"\",\"op\":\"fold\"}]}", "/cells/0/id", "not empty"},
        {"{\"cells\":[{\"id\":\"123456789\",\"op\":\"fold\"}]}", "/cells/0/id", "at most 8"},
        {"{\"cells\":[{\"id\":\"a\\nb\",\"op\":\"fold\"}]}", "/cells/0/id", "control"},
        {"{\"cells\":[{\"id\":\"a\"}]}", "/cells/0/op", "no op"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\"},{\"id\":\"b\",\"op\":\"flod\"}]}",
         "/cells/1/op", "did you mean fold?"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\"},{\"id\":\"b\",\"op\":\"fold\"},"
         "{\"id\":\"a\",\"op\":\"fold\"}]}",
         "/cells/2/id", "/cells/0 and /cells/2"},
        {"{\"cells\":[{\"id\":\"first\",\"op\":\"fold\"},{\"id\":\"b\",\"op\":\"fold\","
         "\"inputs\":[\"first\",\"fist\"]}]}",
         "/cells/1/inputs/1", "did you mean first?"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"inputs\":[\"a\"]}]}", "/cells/0/inputs/0",
         "itself"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"inputs\":\"a\"}]}", "/cells/0/inputs",
         "array"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"inputs\":[1]}]}", "/cells/0/inputs/0", "id"},
        {"{\"cells\":[{\"id\":\"z\",\"op\":\"fold\",\"inputs\":[\"a\"]},"
         "{\"id\":\"a\",\"op\":\"fold\",\"inputs\":[\"b\"]},"
         "{\"id\":\"b\",\"op\":\"fold\",\"inputs\":[\"c\"]},"
         "{\"id\":\"c\",\"op\":\"fold\",\"inputs\":[\"a\"]}]}",
         "/cells/1/inputs/0", "a -> b -> c -> a"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"look\"}]}", "/cells/0/params", "look: no query"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"look\",\"params\":{\"query\":1}}]}",
         "/cells/0/params/query", "look: not a string"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"params\":{\"x\":1}}]}", "/cells/0/params",
         "no parameters"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"params\":[]}]}", "/cells/0/params", "object"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"timeout_s\":0}]}", "/cells/0/timeout_s",
         "at most 60"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"timeout_s\":-1}]}", "/cells/0/timeout_s",
         "at most 60"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"timeout_s\":61}]}", "/cells/0/timeout_s",
         "at most 60"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\",\"timeout_s\":\"1\"}]}", "/cells/0/timeout_s",
         "at most 60"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\"},{\"id\":\"b\",\"op\":\"fold\"},"
         "{\"id\":\"c\",\"op\":\"fold\"},{\"id\":\"d\",\"op\":\"fold\"},"
         "{\"id\":\"e\",\"op\":\"fold\"}]}",
         "/cells", "at most 4 cells"},
        {"{\"cells\":[{\"id\":\"a\",\"op\":\"fold\"},{\"id\":\"b\",\"op\":\"fold\",\"inputs\":"
         "[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}]}",
         "/cells/1/inputs", "at most 6 inputs"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const Plan *plan = NULL;
        Fail fail = parse(&arena, cases[i].text, &plan);
        print_message("  %s\n", cases[i].text);
        assert_non_null(fail);
        assert_null(plan);
        CHECK_STR(json_get(fail->ext, STR("pointer"))->string, str_from(cases[i].pointer));
        if (!str_contains(fail->detail, str_from(cases[i].part)))
            fail_msg("\"%s\" is not in \"%.*s\"", cases[i].part, STR_ARG(fail->detail));
        arena_fini(&arena);
    }
}

static void several_mistakes_are_told_at_once(void **state)
{
    (void)state;
    Arena arena = {0};
    const Plan *plan = NULL;
    Fail fail = parse(&arena,
                      "{\"version\":9,\"cells\":[{\"id\":\"a\",\"op\":\"nope\"},"
                      "{\"id\":\"\",\"op\":\"fold\",\"x\":1}]}",
                      &plan);
    const Json *errors = json_get(fail->ext, STR("errors"));
    assert_int_equal(errors->len, 4);
    static const char *const pointers[] = {"/version", "/cells/0/op", "/cells/1/x", "/cells/1/id"};
    for (size_t i = 0; i < errors->len; i++)
        CHECK_STR(json_get(errors->items[i], STR("pointer"))->string, str_from(pointers[i]));
    arena_fini(&arena);
}

static const char diamond[] =
    "{\"version\":1,\"scope\":\"here\",\"max_concurrency\":3,\"fail_fast\":true,\"cells\":["
    "{\"id\":\"end\",\"op\":\"fold\",\"inputs\":[\"left\",\"right\"]},"
    "{\"id\":\"left\",\"op\":\"fold\",\"inputs\":[\"top\"],\"timeout_s\":1.5},"
    "{\"id\":\"right\",\"op\":\"look\",\"inputs\":[\"top\"],\"params\":{\"query\":\"q\"}},"
    "{\"id\":\"top\",\"op\":\"fold\"}]}";

static void a_plan_reads_back(void **state)
{
    (void)state;
    Arena arena = {0};
    const Plan *plan = NULL;
    assert_null(parse(&arena, diamond, &plan));
    assert_int_equal(plan_len(plan), 4);
    CHECK_STR(plan_spec(plan)->scope, STR("here"));
    assert_int_equal(plan_spec(plan)->max_concurrency, 3);
    assert_true(plan_spec(plan)->fail_fast);
    assert_int_equal(plan->cells[1].timeout_ms, 1500);
    size_t cell = 9, count = 0;
    assert_true(plan_find(plan, STR("right"), &cell));
    assert_int_equal(cell, 2);
    assert_false(plan_find(plan, STR("rig"), &cell));
    assert_ptr_equal(plan_op(plan, 2), &look);
    assert_int_equal(plan_inputs(plan, 0, &count)[1], 2);
    assert_int_equal(count, 2);
    assert_int_equal(plan_dependants(plan, 3, &count)[0], 1);
    assert_int_equal(count, 2);
    uint32_t order[4];
    plan_order(plan, order);
    static const uint32_t expected[] = {3, 2, 1, 0}; // right costs more than left
    assert_memory_equal(order, expected, sizeof order);
    const uint32_t *path = NULL;
    uint64_t cost = 0;
    assert_int_equal(plan_critical_path(&arena, plan, &path, &cost), 3);
    assert_int_equal(path[1], 2);
    assert_int_equal(cost, 5);
    arena_fini(&arena);
}

static void pictures_escape_labels(void **state)
{
    (void)state;
    Arena arena = {0};
    const Plan *plan = NULL;
    Buf dot = buf_on(&arena), mermaid = buf_on(&arena);
    assert_null(parse(&arena,
                      "{\"cells\":[{\"id\":\"a\\\"\\\\\",\"op\":\"fold\"},"
                      "{\"id\":\"<b>\",\"op\":\"fold\",\"inputs\":[\"a\\\"\\\\\"]}]}",
                      &plan));
    plan_draw(&dot, plan, NULL, PLAN_DOT);
    plan_draw(&mermaid, plan, NULL, PLAN_MERMAID);
    CHECK_STR(buf_str(&dot), STR("digraph plan {\n  rankdir=LR;\n  node [shape=box];\n"
                                 "  c0 [label=\"a\\\"\\\\\\nfold\"];\n"
                                 "  c1 [label=\"<b>\\nfold\"];\n  c0 -> c1;\n}\n"));
    CHECK_STR(buf_str(&mermaid), STR("flowchart LR\n  c0[\"a#34;#92;<br/>fold\"]\n"
                                     "  c1[\"#60;b#62;<br/>fold\"]\n  c0 --> c1\n"));
    arena_fini(&arena);
}

static void canonical_text_is_one_for_equal_values(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{ \"b\" : 1, \"a\" : [ true, null ] }", "{\"a\":[true,null],\"b\":1}"},
        {"{\"a\":1.0,\"b\":-0.0,\"c\":1e3,\"d\":0.1}", "{\"a\":1,\"b\":0,\"c\":1000,\"d\":0.1}"},
        {"{\"a\":9007199254740993,\"b\":1e300}", "{\"a\":9007199254740993,\"b\":1e+300}"},
        {"{\"ab\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"ab\":1}"},
        {"[\"\\u00e9\\/\\n\\\"\\\\\"]", "[\"\xc3\xa9/\\u000a\\\"\\\\\"]"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"{}", "{}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const Json *value = NULL;
        assert_null(json_parse(&arena, str_from(cases[i][0]), &value));
        Buf first = buf_on(&arena), again = buf_on(&arena);
        canon_write(&first, value);
        CHECK_STR(buf_str(&first), str_from(cases[i][1]));
        assert_null(json_parse(&arena, buf_str(&first), &value));
        canon_write(&again, value);
        CHECK_STR(buf_str(&again), buf_str(&first));
        arena_fini(&arena);
    }
}

static void the_builder_checks_the_same(void **state)
{
    (void)state;
    Arena arena = {0};
    const Plan *plan = NULL;
    PlanBuilder *builder = plan_builder(&ops, NULL);
    char name[] = "a"; // copied
    plan_add(builder, &(PlanCellSpec){.id = str_from(name), .op = STR("fold")});
    name[0] = 'b';
    Str input = STR("a");
    plan_add(builder,
             &(PlanCellSpec){
                 .id = str_from(name), .op = STR("fold"), .inputs = &input, .input_count = 1});
    assert_null(plan_finish(builder, &arena, NULL, &plan));
    CHECK_STR(plan_id(plan, 0), STR("a"));
    CHECK_STR(plan_id(plan, 1), STR("b"));
    builder = plan_builder(&ops, NULL);
    plan_add(builder, &(PlanCellSpec){.id = STR("a"), .op = STR("fold"), .timeout_s = -1});
    Fail fail = plan_finish(builder, &arena, NULL, &plan);
    CHECK_STR(json_get(fail->ext, STR("pointer"))->string, STR("/cells/0/timeout_s"));
    plan_drop(plan_builder(&ops, NULL));
    plan_drop(NULL);
    builder = plan_builder(&ops, NULL);
    assert_null(plan_finish(builder, &arena, NULL, &plan));
    assert_int_equal(plan_len(plan), 0);
    arena_fini(&arena);
}

int runtime_plan_test(void);
int runtime_plan_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_told_at_their_place),
        cmocka_unit_test(several_mistakes_are_told_at_once),
        cmocka_unit_test(a_plan_reads_back),
        cmocka_unit_test(pictures_escape_labels),
        cmocka_unit_test(canonical_text_is_one_for_equal_values),
        cmocka_unit_test(the_builder_checks_the_same),
    };
    return RUN_TESTS(tests);
}
