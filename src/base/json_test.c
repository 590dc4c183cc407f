// base/json_test.c - values in and out, and what is refused.
#include "base/json.h"

#include "support/check.h"

static Str rewritten(Arena *arena, const char *text)
{
    const Json *value = NULL;
    Fail fail = json_parse(arena, str_from(text), &value);
    if (fail) return str_format(arena, "problem: " STR_FMT, STR_ARG(fail->detail));
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_write(&w, json_clone(arena, value));
    return buf_str(&buf);
}

static void round_trips(void **state)
{
    (void)state;
    static const struct {
        const char *text, *again;
    } cases[] = {
        {"null", "null"},
        {" [1, -2, 9007199254740993, true] ", "[1,-2,9007199254740993,true]"},
        {"{\"a\":{},\"b\":[[]]}", "{\"a\":{},\"b\":[[]]}"},
        {"1.5", "1.5"},
        {"1e3", "1000.0"},
        {"0.1", "0.1"},
        {"\"\\u00fc\\n\\u0001\\\"\"", "\"\xC3\xBC\\n\\u0001\\\"\""},
        {"\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\""},
        {"\"a\\u0000b\"", "\"a\\u0000b\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        CHECK_STR(rewritten(&arena, cases[i].text), str_from(cases[i].again));
        arena_fini(&arena);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",         "{",     "[1,]",  "{\"a\":1,\"a\":2}",   "nul", "\"\x01\"", "[1] x",
        "\"\xFF\"", "{a:1}", "1e999", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const Json *value = NULL;
        Fail fail = json_parse(&arena, str_from(cases[i]), &value);
        if (!fail) fail_msg("accepted %s", cases[i]);
        assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
        assert_non_null(json_get(fail->ext, STR("line")));
        arena_fini(&arena);
    }
}

static void writer_mends_bad_utf8(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf, .indent = 2};
    json_begin_object(&w);
    json_member_str(&w, "a", STR("x\xE9y\xC3\xBC"));
    json_key(&w, "b");
    json_begin_array(&w);
    json_write_real(&w, 0.5);
    json_write_null(&w);
    json_end(&w);
    json_key(&w, "c");
    json_begin_array(&w);
    json_end(&w);
    json_member_bool(&w, "d", false);
    json_end(&w);
    CHECK_STR(buf_str(&buf), STR("{\n  \"a\": \"x\xEF\xBF\xBDy\xC3\xBC\",\n  \"b\": [\n    0.5,\n"
                                 "    null\n  ],\n  \"c\": [],\n  \"d\": false\n}"));
    arena_fini(&arena);
}

static void problem_document(void **state)
{
    (void)state;
    Arena arena = {0}, other = {0};
    Fail fail = FAIL(&arena, BAD_REQUEST, "no option %s", "--x");
    fail = problem_with_int(&arena, fail, "offset", 3);
    fail = problem_with_str(&arena, fail, "reason", STR("unknown"));
    fail = problem_copy(&other, fail);
    arena_fini(&arena);
    CHECK_STR(
        problem_to_json(&other, fail),
        STR("{\"type\":\"urn:cq:problem:bad-request\",\"title\":\"The request is not valid\","
            "\"status\":400,\"detail\":\"no option --x\",\"offset\":3,\"reason\":\"unknown\"}"));
    assert_int_equal(problem_spec(fail->kind)->exit_code, 2);
    assert_null(problem_copy(&other, NULL));
    arena_fini(&other);
}

static void problem_rows_are_sound(void **state)
{
    (void)state;
    for (int i = 0; i < PROBLEM_KINDS; i++) {
        const ProblemSpec *spec = problem_spec((ProblemKind)i);
        assert_in_range(spec->status, 400, 599);
        assert_true(spec->exit_code >= 2 && spec->exit_code < 126);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(spec->slug, problem_spec((ProblemKind)j)->slug);
    }
}

int base_json_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(refuses),
        cmocka_unit_test(writer_mends_bad_utf8),
        cmocka_unit_test(problem_document),
        cmocka_unit_test(problem_rows_are_sound),
    };
    return RUN_TESTS(tests);
}
