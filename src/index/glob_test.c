// index/glob_test.c - the dialect, pattern by pattern. tests/universe.sh compares it with git's
// own.
#include "index/glob.h"

#include "base/json.h"
#include "support/check.h"

static Str name_of(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash == path.len ? path : str_sub(path, slash + 1, path.len);
}

static GlobVerdict ask(const GlobSet *set, const char *path)
{
    Str text = str_from(path);
    bool is_dir = str_ends(text, STR("/"));
    if (is_dir) text.len--;
    return glob_match(set, text, name_of(text), is_dir);
}

static void matches_as_gitignore_says(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path; // a '/' at the end of the path: a folder
        bool match;
    } cases[] = {
        {"a", "a", true},
        {"a", "x/a", true},
        {"a", "ab", false},
        {"a", "a/b", false},
        {"/a", "a", true},
        {"/a", "x/a", false},
        {"a/", "a", false},
        {"a/", "a/", true},
        {"a/b", "a/b", true},
        {"a/b", "x/a/b", false},
        {"a/b/", "a/b/", true},
        {"*.o", "x/y.o", true},
        {"*.o", ".o", true},
        {"*.o", "y.oo", false},
        {"*", ".hidden", true},
        {"*/b", "a/b", true},
        {"*/b", "a/c/b", false},
        {"a*z", "abcz", true},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbYbZd", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"/a?c", "a/c", false},
        {"**", "a/b", true},
        {"**/b", "b", true},
        {"**/b", "a/x/b", true},
        {"**/b", "a/xb", false},
        {"a/**", "a/x/y", true},
        {"a/**", "a", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"a/**/b/**/c", "a/b/x/b/y/c", true},
        {"/a**/c", "ab/c", true},
        {"/a**/c", "ab/b/c", false},
        {"**/*a*/x", "1/2/bab/x", true},
        {"**/a/*/c", "a/a/b/c", true},
        {"***/b", "a/b", true},
        {"[ab]c", "bc", true},
        {"[!ab]c", "bc", false},
        {"[^ab]c", "cc", true},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[]a]", "]", true},
        {"[!]a]", "b", true},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[a\\-c]", "b", false},
        {"[[:digit:]_]", "7", true},
        {"[[:alpha:]]", "\xC3", false},
        {"[![:space:]]", "x", true},
        {"[[:]", ":", true},
        {"a[/]b", "a/b", false},
        {"x/[!a]", "x/b", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"\\!a", "!a", true},
        {"a\\/b", "a/b", true},
        {"**\\/b", "b", false},
        {"**\\/b", "a/b", true},
        {"foo.*", "foo.tar.gz", true},
        {"a b", "a b", true},
        {"\xE9*", "\xE9t\xE9", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        GlobSet set = {0};
        Fail fail = glob_add(&arena, &set, str_from(cases[i].pattern));
        if (fail) fail_msg("%s: " STR_FMT, cases[i].pattern, STR_ARG(fail->detail));
        if ((ask(&set, cases[i].path) == GLOB_MATCH) != cases[i].match)
            fail_msg("%s against %s", cases[i].pattern, cases[i].path);
        arena_fini(&arena);
    }
}

static void refuses_malformed_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        int64_t offset;
    } cases[] = {
        {"", 0},     {"!", 1},         {"/", 1},     {"!/", 2}, {"a[b", 1},       {"!x/[a", 3},
        {"ab\\", 2}, {"[[:foo:]]", 0}, {"\\\\[", 2}, {"[", 0},  {"[a]b/[[:x", 5},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        GlobSet set = {0};
        Fail fail = glob_add(&arena, &set, str_from(cases[i].pattern));
        if (!fail) fail_msg("took %s", cases[i].pattern);
        assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
        const Json *offset = json_get(fail->ext, STR("offset"));
        if (!offset || offset->integer != cases[i].offset)
            fail_msg("%s: offset %d", cases[i].pattern, offset ? (int)offset->integer : -1);
        assert_int_equal(set.len, 0);
        arena_fini(&arena);
    }
}

static void last_match_of_a_file_decides(void **state)
{
    (void)state;
    Arena arena = {0};
    GlobSet set = {0};
    glob_add_file(&arena, &set,
                  STR("\xEF\xBB\xBF*.o\r\n# comment\n\n   \n!keep.o\nbad[\nlost\\\ntail  \n"
                      "kept\\ \n\\#x\nn\0ul\nlast"));
    static const struct {
        const char *path;
        GlobVerdict verdict;
    } cases[] = {
        {"a.o", GLOB_MATCH},      {"keep.o", GLOB_NEGATED}, {"# comment", GLOB_NONE},
        {"bad[", GLOB_NONE},      {"lost", GLOB_NONE},      {"tail", GLOB_MATCH},
        {"tail  ", GLOB_NONE},    {"kept ", GLOB_MATCH},    {"kept", GLOB_NONE},
        {"#x", GLOB_MATCH},       {"n", GLOB_MATCH},        {"last", GLOB_MATCH},
        {"sub/last", GLOB_MATCH},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (ask(&set, cases[i].path) != cases[i].verdict) fail_msg("%s", cases[i].path);
    arena_fini(&arena);
}

static void folds_ascii_case_when_told(void **state)
{
    (void)state;
    Arena arena = {0};
    GlobSet set = {.fold = true};
    glob_add_file(&arena, &set, STR("*.TXT\n/Build/\n[A-C]x\n[[:upper:]]y\nSRC/*.C\n"));
    static const struct {
        const char *path;
        bool match;
    } cases[] = {
        {"a.txt", true}, {"BUILD/", true}, {"build", false},  {"bX", true},
        {"dx", false},   {"ay", true},     {"src/a.c", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if ((ask(&set, cases[i].path) == GLOB_MATCH) != cases[i].match)
            fail_msg("%s", cases[i].path);
    arena_fini(&arena);
}

static void knows_where_nothing_can_match(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *folder;
        bool may;
    } cases[] = {
        {"*.c", "src", true},     {"/src/*.c", "src", true},  {"/src/*.c", "doc", false},
        {"/src/*.c", "s", false}, {"a/b/c", "a", true},       {"a/b/c", "a/b", true},
        {"a/b/c", "a/c", false},  {"a/b", "a/b", false},      {"a*/b", "ax", true},
        {"a*/b", "b", false},     {"**/x", "anything", true}, {"!/src/*.c", "src", false},
        {"a/*/z", "a/b/c", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        GlobSet set = {0};
        assert_null(glob_add(&arena, &set, str_from(cases[i].pattern)));
        if (glob_may_match_below(&set, str_from(cases[i].folder)) != cases[i].may)
            fail_msg("%s below %s", cases[i].pattern, cases[i].folder);
        arena_fini(&arena);
    }
}

static void many_stars_take_no_time(void **state)
{
    (void)state;
    Arena arena = {0};
    GlobSet set = {0};
    Buf pattern = buf_on(&arena), path = buf_on(&arena);
    for (int i = 0; i < 60; i++) buf_add(&pattern, STR("**/*a*"));
    for (int i = 0; i < 60; i++) buf_add(&path, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab/"));
    buf_add(&pattern, STR("/x"));
    buf_add(&path, STR("y"));
    assert_null(glob_add(&arena, &set, buf_str(&pattern)));
    assert_int_equal(glob_match(&set, buf_str(&path), STR("y"), false), GLOB_NONE);
    arena_fini(&arena);
}

int index_glob_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_as_gitignore_says),
        cmocka_unit_test(refuses_malformed_patterns),
        cmocka_unit_test(last_match_of_a_file_decides),
        cmocka_unit_test(folds_ascii_case_when_told),
        cmocka_unit_test(knows_where_nothing_can_match),
        cmocka_unit_test(many_stars_take_no_time),
    };
    return RUN_TESTS(tests);
}
