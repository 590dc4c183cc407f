#include "retrieve/query.h"

#include "index/path_class.h"
#include "support/check.h"

static Str terms_text(Arena *arena, const Query *query, bool optional)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < query->term_count; i++) {
        if (query->terms[i].optional != optional) continue;
        if (out.len) buf_byte(&out, ' ');
        buf_add(&out, query->terms[i].text);
    }
    return buf_str(&out);
}

static Str names_text(Arena *arena, const Query *query)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < query->name_count; i++)
        buf_addf(&out, "%s" STR_FMT "/" STR_FMT "%s", i ? " " : "", STR_ARG(query->names[i].parent),
                 STR_ARG(query->names[i].name), query->names[i].strength < 1 ? "?" : "");
    return buf_str(&out);
}

static void analyses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *terms, *joins, *names;
        QueryKind kind;
    } cases[] = {
        {"how are retries scheduled", "retri schedul",
         "=retriesscheduled =retries_scheduled retriesschedul", "", QUERY_WORDS},
        {"dictFind", "dict find =dictfind", "", "/dictFind", QUERY_SYMBOL},
        {"App.run", "app run", "=apprun =app_run apprun", "App/run", QUERY_SYMBOL},
        {"x::b::c_d", "x b c d =c_d", "", "b/c_d", QUERY_SYMBOL},
        {"the how", "the how", "", "", QUERY_WORDS},
        {"use HTTPServer and Client", "us http server =httpserver client", "",
         "/HTTPServer /Client?", QUERY_WORDS},
        {"src/net/retry.py", "src net retri py", "", "net/retry.py", QUERY_PATH},
        {"   ", "", "", "", QUERY_SYMBOL},
        {"ValueError: bad thing", "valu error =valueerror bad thing", "", "/ValueError",
         QUERY_ERROR},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Query query = query_analyse(&arena, str_from(cases[i].text));
        CHECK_STR(terms_text(&arena, &query, false), str_from(cases[i].terms));
        if (*cases[i].joins) CHECK_STR(terms_text(&arena, &query, true), str_from(cases[i].joins));
        if (cases[i].kind != QUERY_PATH)
            CHECK_STR(names_text(&arena, &query), str_from(cases[i].names));
        assert_int_equal(query.kind, cases[i].kind);
    }
    arena_fini(&arena);
}

static void hears_wishes(void **state)
{
    (void)state;
    Arena arena = {0};
    assert_int_equal(query_analyse(&arena, STR("tests for the parser")).wanted_paths, PATH_TEST);
    assert_int_equal(query_analyse(&arena, STR("benchmarks of examples")).wanted_paths,
                     PATH_EXAMPLE);
    assert_int_equal(query_analyse(&arena, STR("legacy parser")).wanted_paths, PATH_COMPAT);
    assert_int_equal(query_analyse(&arena, STR("the parser")).wanted_paths, 0);
    assert_true(query_analyse(&arena, STR("README install")).wants_docs);
    arena_fini(&arena);
}

static void has_limits(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf text = buf_on(&arena);
    for (int i = 0; i < 20000; i++) buf_addf(&text, "word%dX_y ", i);
    Query query = query_analyse(&arena, buf_str(&text));
    assert_true(query.text.len <= QUERY_LONGEST);
    assert_int_equal(query.term_count, QUERY_MOST_TERMS);
    assert_int_equal(query.name_count, QUERY_MOST_NAMES);
    arena_fini(&arena);
}

int retrieve_query_test(void);
int retrieve_query_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(analyses),
        cmocka_unit_test(hears_wishes),
        cmocka_unit_test(has_limits),
    };
    return RUN_TESTS(tests);
}
