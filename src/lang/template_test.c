// lang/template_test.c - what the expressions of a template use.
#include "lang/template.h"

#include "support/check.h"

static Str uses_of(Arena *arena, Str text)
{
    static const char kinds[] = "cf%s"; // call, filter, tag, string
    Buf out = buf_on(arena);
    TemplateScan scan = {.text = text};
    TemplateUse use;
    while (template_next(&scan, &use)) {
        Str keywords[4];
        buf_addf(&out, "%s%c%s:" STR_FMT, out.len ? " " : "", kinds[use.kind],
                 use.member ? "." : "", STR_ARG(str_sub(text, use.span.start, use.span.end)));
        if (use.kind == TEMPLATE_STRING) buf_addf(&out, "<" STR_FMT, STR_ARG(use.callee));
        if (use.full.end == use.span.end) continue;
        uint32_t count = template_keywords(text, &use, keywords, ARRAY_LEN(keywords));
        buf_addf(&out, "(%u%s%s", use.positional, use.star ? "*" : "", use.star_star ? "**" : "");
        for (uint32_t i = 0; i < count && i < ARRAY_LEN(keywords); i++)
            buf_addf(&out, " " STR_FMT "=", STR_ARG(keywords[i]));
        buf_byte(&out, ')');
    }
    return buf_str(&out);
}

static void uses_are_told_apart(void **state)
{
    static const struct {
        const char *text, *uses;
    } cases[] = {
        {"", ""},
        {"f(x) { f(x) }", ""},
        {"{{ f(x) }}", "c:f(1)"},
        {"{{ f() }}{{g( a , b=1, *c, **d )}}", "c:f(0) c:g(1*** b=)"},
        {"{{ url_for('auth.login', next=f(x, y=1)) }}",
         "c:url_for(1 next=) s:login<url_for c:f(1 y=)"},
        {"{% url 'polls:detail' q.id %}", "%:url s:detail<url"},
        {"{%- url \"detail\" -%}", "%:url s:detail<url"},
        {"{{ x | upper | cut:'a' }}", "f:upper f:cut"},
        {"{{ x|join(', ') }}", "f:join(1)"},
        {"{% if f(x) is even and y in z %}{% endif %}", "c:f(1) f:even %:endif"},
        {"{{ form.render('a) b') }}", "c.:render(1)"},
        {"{# {{ f(x) }} #}{{ g(1) }}", "c:g(1)"},
        {"{% raw %}{{ f(x) }}{% endraw %}{{ g(1) }}", "c:g(1)"},
        {"{% verbatim %}{{ f() }}{% endverbatim %}", ""},
        {"{{ f(x", ""},
        {"{{ 'f(x)' }}", ""},
        {"{{ f(a == b, c != d) }}", "c:f(2)"},
        {"{{ f(]x }}", "c:f(0)"},
        {"{{ f('a", ""},
        {"{{ f('a }}", "c:f(1)"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        CHECK_STR(uses_of(&arena, str_from(cases[i].text)), str_from(cases[i].uses));
        arena_fini(&arena);
    }
}

static void paths_tell(void **state)
{
    (void)state;
    assert_true(template_is_path(STR("a/b.html")));
    assert_true(template_is_path(STR("mail.txt.j2")));
    assert_false(template_is_path(STR("a.py")));
}

static void parts_are_told(void **state)
{
    static const struct {
        const char *text, *parts;
    } cases[] = {
        {"{% extends 'base.html' %}", "extends>base.html"},
        {"{%- include \"a/b.html\" with x='c.html' only -%}", "include>a/b.html"},
        {"{% include ['a.html', \"b.html\"] ignore missing %}", "include>a.html include>b.html"},
        {"{% import 'forms.html' as f %}{% from 'm.html' import x with context %}",
         "import>forms.html from>m.html"},
        {"{% extends 'a' if c else 'b' %}", "extends>a extends>b"},
        {"{% extends layout %}{% include '' %}{{ include('x.html') }}", ""},
        {"{% block title %}{% endblock title %}{% macro f(a) %}", "block:title macro:f"},
        {"{% raw %}{% extends 'x' %}{% endraw %}{# {% block a %} #}{% block", ""},
        {"{% include 'never", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Buf out = buf_on(&arena);
        Str text = str_from(cases[i].text);
        TemplateScan scan = {.text = text};
        TemplatePart part;
        while (template_next_part(&scan, &part))
            buf_addf(&out, "%s" STR_FMT "%c" STR_FMT, out.len ? " " : "", STR_ARG(part.tag),
                     part.file ? '>' : ':', STR_ARG(str_sub(text, part.span.start, part.span.end)));
        CHECK_STR(buf_str(&out), str_from(cases[i].parts));
        arena_fini(&arena);
    }
}

int lang_template_test(void);
int lang_template_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(uses_are_told_apart),
                                       cmocka_unit_test(parts_are_told),
                                       cmocka_unit_test(paths_tell)};
    return RUN_TESTS(tests);
}
