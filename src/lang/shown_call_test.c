#include "lang/shown_call.h"

#include "support/check.h"

static void calls_are_read(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *text, *shown; // of what stands behind f; "" when no call does
    } cases[] = {
        {LANG_c, "f()", "3 args 0"},
        {LANG_c, "f(a, \"b,)\", '(') + 1", "16 args 3"},
        {LANG_c, "f (*a, g(b, c)[d], { e, h })", "28 args 3"},
        {LANG_c, "f(/* a, b */ c, // )\n d)", "24 args 2"},
        {LANG_c, "f(a", ""},
        {LANG_c, "f[a]", ""},
        {LANG_c, "f", ""},
        {LANG_python, "f(a, b=1, *c, **d)", "18 args 1 star star_star b"},
        {LANG_python, "f(a == b, c = 2,)", "17 args 1 c"},
        {LANG_python, "f('''a', (''', # b)\n )", "22 args 1"},
        {LANG_python, "f(don't)", ""},
        {LANG_ruby, "f(a: 1, b: B::C)", "16 args 0 a b"},
        {LANG_javascript, "f(...a, `x\n,${b}`)", "18 args 1 star"},
        {LANG_rust, "f!(a, b)", "8 args 2 macro"},
        {LANG_rust, "f![a; 3]", "8 args 1 macro"},
        {LANG_rust, "f(&'a, 'b', '\\'')", "17 args 3"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Buf out = buf_on(&arena);
        ShownCall call;
        Str text = str_from(cases[i].text);
        if (shown_call(text, cases[i].lang, 1, &call)) {
            buf_addf(&out, "%u args %u%s%s%s", call.end, call.args, call.star ? " star" : "",
                     call.star_star ? " star_star" : "", call.macro ? " macro" : "");
            for (uint32_t k = 0; k < call.keyword_count; k++) {
                Str keyword = str_sub(text, call.keywords[k].start, call.keywords[k].end);
                buf_addf(&out, " " STR_FMT, STR_ARG(keyword));
            }
        }
        CHECK_STR(buf_str(&out), str_from(cases[i].shown));
        arena_fini(&arena);
    }
}

// However far: a call that is too long to be looked at is not read.
static void long_ones_are_not_read(void **state)
{
    (void)state;
    static char text[1 << 16];
    ShownCall call;
    memset(text, '(', sizeof text);
    assert_false(shown_call((Str){text, sizeof text}, LANG_c, 0, &call));
    memset(text, '"', sizeof text);
    text[1] = '(';
    assert_false(shown_call((Str){text, sizeof text}, LANG_c, 1, &call));
    assert_false(shown_call((Str){text, sizeof text}, LANG_c, sizeof text, &call));
}

int lang_shown_call_test(void);
int lang_shown_call_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_read),
        cmocka_unit_test(long_ones_are_not_read),
    };
    return RUN_TESTS(tests);
}
