// How the text of a target reads, and what qualified names and paths it fits.
#include "service/target.h"

#include "service/census.h"
#include "support/check.h"

static void test_reading(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path, *parts; // parts joined by a blank
        uint32_t line, col;
        bool has_col;
    } cases[] = {
        {"save", "save", "save", 0, 0, false},
        {"Store.save", "Store.save", "Store save", 0, 0, false},
        {"a::b::c", "a::b::c", "a b c", 0, 0, false},
        {"A->b", "A->b", "A b", 0, 0, false},
        {"Foo#bar", "Foo#bar", "Foo bar", 0, 0, false},
        {"Ns\\Foo", "Ns\\Foo", "Ns Foo", 0, 0, false},
        {"src/dict.c:dictFind", "src/dict.c:dictFind", "src dict c dictFind", 0, 0, false},
        {"src/a.py:12", "src/a.py", "", 12, 0, false},
        {"src/a.py:12:0", "src/a.py", "", 12, 0, true},
        {"src/a.py:12:34", "src/a.py", "", 12, 34, true},
        {"a:b.py:7", "a:b.py", "", 7, 0, false},
        {"a.py:0", "a.py:0", "a py 0", 0, 0, false},
        {"a.py:99999999999", "a.py:99999999999", "a py 99999999999", 0, 0, false},
        {":12", ":12", "12", 0, 0, false},
        {"two words", "two words", "", 0, 0, false},
        {"f(x)", "f(x)", "", 0, 0, false},
        {"...", "...", "", 0, 0, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        TargetText read = target_read(&arena, str_from(cases[i].text));
        Buf parts = buf_on(&arena);
        for (size_t k = 0; k < read.part_count; k++)
            buf_addf(&parts, "%s" STR_FMT, k ? " " : "", STR_ARG(read.parts[k]));
        CHECK_STR(read.path, str_from(cases[i].path));
        CHECK_STR(buf_str(&parts), str_from(cases[i].parts));
        if (read.line != cases[i].line || read.col != cases[i].col ||
            read.has_col != cases[i].has_col)
            fail_msg("%s: line %u, column %u", cases[i].text, read.line, read.col);
        arena_fini(&arena);
    }
}

static void test_fitting(void **state)
{
    (void)state;
    static const struct {
        const char *path, *qualified, *target;
        bool fits;
    } cases[] = {
        {"pkg/store.py", "Store.save", "save", true},
        {"pkg/store.py", "Store.save", "Store.save", true},
        {"pkg/store.py", "Store.save", "Memo.save", false},
        {"pkg/store.py", "Store.save", "tore.save", false},
        {"pkg/store.py", "Store.save", "store.Store.save", true},
        {"pkg/store.py", "Store.save", "pkg.store.Store.save", true},
        {"pkg/store.py", "Store.save", "store.py:Store.save", true},
        {"pkg/store.py", "Store.save", "other.store.Store.save", false},
        {"pkg/store.py", "Store.save", "pkg.Store.save", false}, // there is a file between them
        {"pkg/__init__.py", "Store", "pkg.Store", true},
        {"src/index.ts", "open", "src.open", true},
        {"a/mod.rs", "x::y", "a::x::y", true},
        {"a/mod.rs", "x::y", "a::y", false},
        {"Makefile", "all", "Makefile:all", true},
        {"src/dict.c", "dictFind", "src/dict.c:dictFind", true},
        {"src/dict.c", "dictFind", "dict:dictFind", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        TargetText read = target_read(&arena, str_from(cases[i].target));
        bool fits = target_fits(str_from(cases[i].path), str_from(cases[i].qualified), read.parts,
                                read.part_count);
        if (fits != cases[i].fits)
            fail_msg("%s for %s in %s", cases[i].target, cases[i].qualified, cases[i].path);
        arena_fini(&arena);
    }
}

static void test_shapes(void **state)
{
    (void)state;
    const Str keywords[] = {STR("a"), STR("b")};
    Arena arena = {0};
    CallSite site = {0};
    CHECK_STR(census_shape(&arena, &site), STR("()"));
    site.positional = 2;
    CHECK_STR(census_shape(&arena, &site), STR("(2)"));
    site.star = site.star_star = true;
    site.keywords = keywords;
    site.keyword_count = 2;
    CHECK_STR(census_shape(&arena, &site), STR("(2, *, a=, b=, **)"));
    site.positional = 0;
    CHECK_STR(census_shape(&arena, &site), STR("(*, a=, b=, **)"));
    arena_fini(&arena);
}

static void test_counts(void **state)
{
    (void)state;
    const Str names[] = {STR("b"), STR("a"), STR("c"), STR("c"), STR("a"), STR("c")};
    Arena arena = {0};
    CensusCounts counts = census_count(&arena, names, ARRAY_LEN(names));
    Buf out = buf_on(&arena);
    for (size_t i = 0; i < counts.count; i++)
        buf_addf(&out, STR_FMT "%llu ", STR_ARG(counts.items[i].name),
                 (unsigned long long)counts.items[i].count);
    CHECK_STR(buf_str(&out), STR("c3 a2 b1 "));
    assert_int_equal(census_count(&arena, NULL, 0).count, 0);
    arena_fini(&arena);
}

int service_target_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_fitting),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_counts),
    };
    return RUN_TESTS(tests);
}
