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

static void finds_files(void **state)
{
    (void)state;
    static const struct {
        const char *text, *refs;
        QueryKind kind;
    } cases[] = {
        {"src/expire.c", "src/expire.c:0", QUERY_PATH},
        {"expire.c:120", "expire.c:120", QUERY_PATH},
        {"App.run", "App.run:0", QUERY_SYMBOL},
        {"net/http", "net/http:0", QUERY_SYMBOL},
        {"what breaks in ./a/b.c, line 7?", "a/b.c:7", QUERY_WORDS},
        {"the end. Next one.", "", QUERY_WORDS},
        {"error: C:\\x\\y.cs:line 12", "x/y.cs:12", QUERY_ERROR},
        {"Traceback (most recent call last):\n  File \"/l/p/a.py\", line 3, in f\nKeyError: x",
         "l/p/a.py:3", QUERY_TRACE},
        {"Error: x\n    at f (/app/x.js:10:5)\n    at g (file:///app/y.js#L4)",
         "app/x.js:10 app/y.js:4", QUERY_TRACE},
        {"#0 /x/y.php(12): f()\n#1 z.php(3)\n", "x/y.php:12 z.php:3", QUERY_TRACE},
        {"a.c:99999999999999999999", "a.c:999999999", QUERY_PATH},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Query query = query_analyse(&arena, str_from(cases[i].text));
        Buf refs = buf_on(&arena);
        for (size_t k = 0; k < query.ref_count; k++)
            buf_addf(&refs, "%s" STR_FMT ":%u", k ? " " : "", STR_ARG(query.refs[k].path),
                     query.refs[k].line);
        CHECK_STR(buf_str(&refs), str_from(cases[i].refs));
        assert_int_equal(query.kind, cases[i].kind);
    }
    arena_fini(&arena);
}

static double weight_of(const Query *query, const char *term)
{
    for (size_t i = 0; i < query->term_count; i++)
        if (str_eq(query->terms[i].text, str_from(term))) return (double)query->terms[i].weight;
    return -1;
}

static void weakens_what_says_little(void **state)
{
    (void)state;
    Arena arena = {0};
    Query error = query_analyse(&arena, STR("x.RuntimeError: outside of the error context"));
    assert_true(weight_of(&error, "runtim") < 1);
    assert_true(weight_of(&error, "error") >= 1); // stands in the message, too
    assert_true(weight_of(&error, "context") >= 1);
    Query trace = query_analyse(&arena, STR("Traceback (most recent call last):\n"
                                            "  File \"/usr/lib/app.py\", line 33, in serve\n"));
    assert_true(weight_of(&trace, "usr") < 1 && weight_of(&trace, "33") < 1);
    assert_true(weight_of(&trace, "serv") >= 1);
    assert_true(trace.inner_last && !error.inner_last);
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
        cmocka_unit_test(finds_files),
        cmocka_unit_test(weakens_what_says_little),
        cmocka_unit_test(hears_wishes),
        cmocka_unit_test(has_limits),
    };
    return RUN_TESTS(tests);
}
