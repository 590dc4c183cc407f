// lang/c/condition_test.c - the conditions in front of a mark.
#include "lang/c/condition.h"
#include "support/check.h"

static const struct {
    const char *name, *text, *condition; // of the place of "@"
} cases[] = {
    {"none", "int a;\n@", ""},
    {"ifdef", "#ifdef A\n@\n#endif\n", "defined(A)"},
    {"ifndef", "int b;\n#ifndef A /* not */\n@\n#endif\n", "!defined(A)"},
    {"else", "#ifdef A\n#else\n@\n#endif\n", "!defined(A)"},
    {"else of ifndef", "#ifndef A\nint a;\n#else\n@\n#endif\n", "defined(A)"},
    {"if", "# if A > 1 // so\n@\n#endif\n", "A > 1"},
    {"not if", "#if A > 1\n#else\n@\n#endif\n", "!(A > 1)"},
    {"elif", "#if A\n#elif B\n@\n#endif\n", "B"},
    {"nested", "#ifdef A\n  #if B\n@\n#endif\n#endif\n", "defined(A) && B"},
    {"closed", "#ifdef A\n#endif\n#if B\n#endif\n@", ""},
    {"guard", "/* x */\n#ifndef A_H\n#define A_H\n#if B\n@\n#endif\n#endif\n", "B"},
    {"never", "#if 0\n@\n#endif\n", "0"},
    {"fallback", "#ifndef assert\n#  define assert(c) @0\n#endif\n", "!defined(assert)"},
    {"nothing opened", "#endif\n#else\n@", ""},
};

static void test_conditions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Str text = str_from(cases[i].text);
        Str got = c_condition(&arena, text, (uint32_t)str_find(text, '@'));
        if (!str_eq(got, str_from(cases[i].condition)))
            fail_msg("%s: got \"" STR_FMT "\"", cases[i].name, STR_ARG(got));
        arena_fini(&arena);
    }
}

int lang_c_condition_test(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_conditions)};
    return RUN_TESTS(tests);
}
