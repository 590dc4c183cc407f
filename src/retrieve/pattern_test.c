// retrieve/pattern_test.c - what a pattern is, what it matches, and what is refused.
#include "retrieve/pattern.h"

#include "base/json.h"
#include "retrieve/regex_text.h"
#include "support/check.h"

typedef struct Found {
    Buf out;
    const char *text;
} Found;

static bool on_match(void *arg, Match match)
{
    Found *found = arg;
    buf_addf(&found->out, "%s%zu-%zu", found->out.len ? " " : "", match.start, match.end);
    return true;
}

static Str matches(Arena *arena, PatternSpec spec, const char *text)
{
    Ctx cx = {.arena = arena};
    const Pattern *pattern = NULL;
    Fail fail = pattern_compile(&cx, &spec, &pattern);
    if (fail) return fail->detail;
    size_t len = strlen(text);
    char *padded = arena_alloc(arena, len + SCAN_PADDING);
    memcpy(padded, text, len);
    bool ascii = true;
    for (size_t i = 0; i < len; i++) ascii = ascii && (signed char)text[i] > 0;
    Found found = {.out = buf_on(arena), .text = text};
    matcher_scan(matcher_new(arena, pattern), padded, len, ascii, on_match, &found);
    return buf_str(&found.out);
}

static void shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        PatternMode mode;
    } cases[] = {
        {"foo", PATTERN_IDENTIFIER}, {"a.b_c", PATTERN_IDENTIFIER},
        {"_x1", PATTERN_IDENTIFIER}, {"gr\xC3\xBCn", PATTERN_IDENTIFIER},
        {"1abc", PATTERN_LITERAL},   {"a b", PATTERN_LITERAL},
        {"a..b", PATTERN_LITERAL},   {"->next", PATTERN_LITERAL},
        {"foo.*", PATTERN_REGEX},    {"a|b", PATTERN_REGEX},
        {"f(", PATTERN_REGEX},       {"a\\b", PATTERN_REGEX},
        {"x[0]", PATTERN_REGEX},     {"a::b", PATTERN_LITERAL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (pattern_shape(str_from(cases[i].text)) != cases[i].mode) fail_msg("%s", cases[i].text);
}

static void finds(void **state)
{
    (void)state;
    enum { I = PATTERN_IDENTIFIER, L = PATTERN_LITERAL, R = PATTERN_REGEX };
    static const struct {
        int mode;
        bool word;
        CaseMode case_mode;
        const char *pattern, *text, *expected;
    } cases[] = {
        {L, false, CASE_SMART, "ab", "abab xab", "0-2 2-4 6-8"},
        {L, false, CASE_SMART, "aa", "aaaaa", "0-2 2-4"},
        {L, false, CASE_SMART, "ab", "AB aB", "0-2 3-5"},
        {L, false, CASE_SMART, "Ab", "AB Ab", "3-5"},
        {L, false, CASE_EXACT, "ab", "AB ab", "3-5"},
        {L, false, CASE_IGNORE, "AB", "ab", "0-2"},
        {I, false, CASE_SMART, "foo", "foo foox xfoo foo_ (foo)", "0-3 20-23"},
        {I, false, CASE_SMART, "a.b", "a.b a.bc xa.b", "0-3"},
        {L, true, CASE_SMART, "foo",
         "\xC3\xBC"
         "foo foo",
         "6-9"}, // a letter before is no edge
        {L, true, CASE_SMART, "foo",
         "\xE2\x82\xAC"
         "foo",
         "3-6"},                                                  // a sign is
        {L, false, CASE_SMART, "k", "\xE2\x84\xAA K", "0-3 4-5"}, // the Kelvin sign folds to k
        {L, false, CASE_IGNORE, "\xC3\x9C", "\xC3\xBC", "0-2"},
        {R, false, CASE_SMART, "a+", "aa b aaa", "0-2 5-8"},
        {R, false, CASE_SMART, "foo|bar|bazz", "bar foo bazz", "0-3 4-7 8-12"},
        {R, false, CASE_SMART, "^foo$", "foo\nfoo \nfoo\r\nfoo", "0-3 9-12 14-17"},
        {R, false, CASE_SMART, "a\\s+b", "a b a\nb a\t b", "0-3 8-12"},
        {R, false, CASE_SMART, "[^x]+", "ab\ncd", "0-2 3-5"},
        {R, false, CASE_SMART, "[^]x]+", "a]b", "0-1 2-3"},
        {R, false, CASE_SMART, "x*", "axb\nb", "1-2 4-4"},
        {R, false, CASE_SMART, "^$", "a\n\nb\n", "2-2"},
        {R, false, CASE_SMART, "$", "a\nb\n", "1-1 3-3"},
        {R, false, CASE_SMART, "foo(?!bar)", "foobar foox foo\nbar", "7-10 12-15"},
        {R, false, CASE_SMART, "(?i)FOO", "foo", "0-3"},
        {R, false, CASE_SMART, "\\bfoo\\w*Err", "foobarErr", "0-9"},
        {R, false, CASE_SMART, "(ab)?cd+e", "abcde cdde", "0-5 6-10"},
        {R, false, CASE_SMART, "colou?r", "color colour", "0-5 6-12"},
        {R, false, CASE_SMART, "a{0}b", "b", "0-1"},
        {R, false, CASE_SMART, "\\Qa.b\\E+", "a.bb axb", "0-4"},
        {R, true, CASE_SMART, "fo+", "foo xfoo", "0-3"},
        {R, false, CASE_SMART, "\xC3\xBC.", "x\xC3\xBCy", "1-4"},
        {R, false, CASE_SMART, "\\w+", "gr\xC3\xBCn", "0-5"},
        {R, false, CASE_SMART, "(a)\\1", "aa ab", "0-2"},
        {R, false, CASE_SMART, "a.c",
         "a\xE2\x82\xAC"
         "c a\nc",
         "0-5"},
        {R, false, CASE_SMART, "x{2,3}", "xxxx", "0-3"},
        {R, false, CASE_SMART, "ab{2,3}c", "abbc abc", "0-4"},
        {R, false, CASE_SMART, "(foo|ba[rz])+!", "foobar!", "0-7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        PatternSpec spec = {.text = str_from(cases[i].pattern),
                            .mode = (PatternMode)cases[i].mode,
                            .word = cases[i].word,
                            .case_mode = cases[i].case_mode};
        Str found = matches(&arena, spec, cases[i].text);
        if (!str_eq(found, str_from(cases[i].expected)))
            fail_msg("%s in \"%s\": got %.*s, expected %s", cases[i].pattern, cases[i].text,
                     STR_ARG(found), cases[i].expected);
        arena_fini(&arena);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        PatternMode mode;
        int64_t offset; // -1: none
    } cases[] = {
        {"", PATTERN_AUTO, -1},       {"a\nb", PATTERN_AUTO, -1}, {"caf\xE9", PATTERN_AUTO, -1},
        {"a(b", PATTERN_AUTO, 3},     {"a[b", PATTERN_REGEX, 3},  {"*a", PATTERN_REGEX, 0},
        {"a\\nb", PATTERN_REGEX, -1}, {"a)", PATTERN_REGEX, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        const Pattern *pattern = NULL;
        PatternSpec spec = {.text = str_from(cases[i].pattern), .mode = cases[i].mode};
        Fail fail = pattern_compile(&cx, &spec, &pattern);
        if (!fail) fail_msg("accepted %s", cases[i].pattern);
        assert_int_equal(fail->kind, PROBLEM_BAD_PATTERN);
        const Json *offset = json_get(fail->ext, STR("offset"));
        if ((offset ? offset->integer : -1) != cases[i].offset)
            fail_msg("%s: offset %d", cases[i].pattern, offset ? (int)offset->integer : -1);
        arena_fini(&arena);
    }
}

static void literals_of_expressions(void **state)
{
    (void)state;
    static const struct {
        const char *regex, *literals; // comma-separated, in order
        bool one_line;
    } cases[] = {
        {"foo", "foo", true},
        {"foo.*barbaz", "barbaz", true},
        {"fo+bar", "obar", true},
        {"(foo)?bar", "bar", true},
        {"foo|bar", "foo,bar", true},
        {"foo|b*", "", true},
        {"[A-Z][a-z]+Error", "Error", true},
        {"\\w+\\s*\\(\\)", "()", true},
        {"(?i)foo", "", false},
        {"x(?=foo)", "", false},
        {"[\\W]foo", "foo", false},
        {"a?b?c?", "", true},
        {"(ab|cd)ef", "ef", true},
        {"\\d+", "", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        RegexText text;
        regex_text_analyse(&arena, str_from(cases[i].regex), false, &text);
        Buf joined = buf_on(&arena);
        for (uint32_t n = 0; n < text.literals.count; n++)
            buf_addf(&joined, "%s%.*s", n ? "," : "", (int)text.literals.needles[n].len,
                     (const char *)text.literals.needles[n].bytes);
        if (!str_eq(buf_str(&joined), str_from(cases[i].literals)) ||
            text.one_line != cases[i].one_line)
            fail_msg("%s: %.*s %d", cases[i].regex, STR_ARG(buf_str(&joined)), text.one_line);
        arena_fini(&arena);
    }
}

static void costly_is_told(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    const Pattern *pattern = NULL;
    PatternSpec spec = {.text = STR("^(a+)+$"), .mode = PATTERN_REGEX};
    assert_null(pattern_compile(&cx, &spec, &pattern));
    char text[64 + SCAN_PADDING] = {0};
    memset(text, 'a', 50);
    text[50] = '!';
    Found found = {.out = buf_on(&arena)};
    ScanEnd end = matcher_scan(matcher_new(&arena, pattern), text, 51, true, on_match, &found);
    assert_int_equal(end, SCAN_TOO_COSTLY);
    arena_fini(&arena);
}

int retrieve_pattern_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),         cmocka_unit_test(finds),
        cmocka_unit_test(refuses),        cmocka_unit_test(literals_of_expressions),
        cmocka_unit_test(costly_is_told),
    };
    return RUN_TESTS(tests);
}
