// lang/shape_test.c - what patterns and rules find, what is refused, and the limits. That they find
// what ast-grep finds is tested by tests/shape.py.
#include "lang/shape.h"

#include <stdlib.h>

#include "base/json.h"
#include "lang/spec.h"
#include "support/check.h"

typedef struct Fixture {
    Arena arena;
    Ctx cx;
    Parser *parser;
} Fixture;

static void fixture_open(Fixture *f)
{
    *f = (Fixture){.parser = parser_new(NULL)};
    f->cx.arena = &f->arena;
}

static void fixture_close(Fixture *f)
{
    arena_fini(&f->arena);
    parser_free(f->parser);
}

static Fail find(Fixture *f, const ShapeQuery *query, Str text, ShapeMatches *out)
{
    const Shape *shape;
    const ShapeTree *tree;
    TRY(shape_compile(&f->cx, f->parser, query, &shape));
    TRY(shape_parse(&f->cx, f->parser, query->lang, text, &tree));
    TRY(shape_find(&f->cx, shape, tree, out));
    if (out->count) assert_true(shape_may_match(shape, text));
    return NULL;
}

static size_t count(Fixture *f, LangId lang, const ShapeRule *rule, const char *text)
{
    ShapeQuery query = {.lang = lang, .rule = rule};
    ShapeMatches matches;
    Fail fail = find(f, &query, str_from(text), &matches);
    if (fail) fail_msg(STR_FMT, STR_ARG(fail->detail));
    return matches.count;
}

// "1:foo(1)[A=1]": where, what and what is held, for all matches.
static Str shown(Fixture *f, Str text, const ShapeMatches *matches)
{
    Buf out = buf_on(&f->arena);
    for (size_t i = 0; i < matches->count; i++) {
        const ShapeMatch *m = &matches->items[i];
        buf_addf(&out, "%s%u:" STR_FMT, i ? " | " : "", m->span.start,
                 STR_ARG(str_sub(text, m->span.start, m->span.end)));
        for (uint32_t c = 0; c < m->capture_count; c++) {
            Span span = m->captures[c].span;
            buf_addf(&out, " " STR_FMT "=" STR_FMT, STR_ARG(m->captures[c].name),
                     STR_ARG(str_sub(text, span.start, span.end)));
        }
    }
    return buf_str(&out);
}

static void finds(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *pattern, *text, *found;
    } cases[] = {
        {LANG_python, "f($A)", "f(1); f(2, 3); g(1)", "0:f(1) A=1"},
        {LANG_python, "f($A, $A)", "f(1, 2); f(2, 2)", "9:f(2, 2) A=2"},
        {LANG_python, "f($A, $A)", "f(a.b, a . b)", "0:f(a.b, a . b) A=a . b"},
        {LANG_python, "f($_, $_)", "f(1, 2)", "0:f(1, 2)"},
        {LANG_python, "f($_A, $_A)", "f(1, 2)", "0:f(1, 2)"},
        {LANG_python, "f($$$A)", "f()", "0:f() A="},
        {LANG_python, "f($$$A)", "f(1, 2)", "0:f(1, 2) A=1, 2"},
        {LANG_python, "f($$$A, 2, $$$B)", "f(1, 2, 2)", "0:f(1, 2, 2) A=1 B=2"},
        {LANG_python, "f($$$A, 2)", "f(1, 2, 2)", ""}, // nothing is taken back
        {LANG_python, "f($$$, $A)", "f(1, 2)", ""},
        {LANG_python, "f($$$)", "g(f(f(1)))", "2:f(f(1)) | 4:f(1)"},
        {LANG_python, "$A + $$B", "x + 1", "0:x + 1 A=x B=1"},
        {LANG_javascript, "[$$A]", "[x]", "0:[x] A=x"},
        {LANG_javascript, "$A", "b", "0:b A=b | 0:b A=b | 0:b A=b"},
        {LANG_rust, "f($A)", "fn m() { f(x); }", "9:f(x) A=x"},
        {LANG_c, "f($A);", "int m() { f(x); }", "10:f(x); A=x"},
        {LANG_go, "if err != nil { $$$B }", "package p\nfunc f() { if err != nil { g() } }",
         "21:if err != nil { g() } B=g()"},
        {LANG_php, "f($A)", "<?php f(1);", "6:f(1) A=1"},
    };
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ShapeRule rule = {.pattern.text = str_from(cases[i].pattern)};
        ShapeQuery query = {.lang = cases[i].lang, .rule = &rule};
        ShapeMatches matches;
        Str text = str_from(cases[i].text);
        Fail fail = find(&f, &query, text, &matches);
        if (fail) fail_msg("%s: " STR_FMT, cases[i].pattern, STR_ARG(fail->detail));
        CHECK_STR(shown(&f, text, &matches), str_from(cases[i].found));
    }
    fixture_close(&f);
}

// Metavariables in each language, whether or not it has names with "$".
static void knows_every_language(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
    } cases[LANG_COUNT] = {
        [LANG_python] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_rust] = {"f($A, $$$B)", "fn m() { f(1, 2) }"},
        [LANG_c] = {"f($A, $$$B);", "void m() { f(1, 2); }"},
        [LANG_cpp] = {"f($A, $$$B);", "void m() { f(1, 2); }"},
        [LANG_javascript] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_typescript] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_tsx] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_go] = {"f($A, $$$B)", "package p\nfunc m() { f(1, 2) }"},
        [LANG_java] = {"f($A, $$$B)", "class A { void m() { f(1, 2); } }"},
        [LANG_bash] = {"echo $A $$$B", "echo a b"},
        [LANG_ruby] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_php] = {"f($A, $$$B)", "<?php f(1, 2);"},
        [LANG_csharp] = {"f($A, $$$B)", "class A { void M() { f(1, 2); } }"},
        [LANG_kotlin] = {"f($A, $$$B)", "fun m() { f(1, 2) }"},
        [LANG_scala] = {"f($A, $$$B)", "object A { f(1, 2) }"},
        [LANG_swift] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_lua] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_elixir] = {"f($A, $$$B)", "f(1, 2)"},
        [LANG_haskell] = {"$A + $B", "x = y + 1"},
        [LANG_zig] = {"const $A = $B;", "const a = 1;"},
    };
    Fixture f;
    fixture_open(&f);
    for (int lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        assert_non_null(cases[lang].pattern);
        ShapeRule rule = {.pattern.text = str_from(cases[lang].pattern)};
        ShapeQuery query = {.lang = (LangId)lang, .rule = &rule};
        ShapeMatches matches;
        Fail fail = find(&f, &query, str_from(cases[lang].text), &matches);
        if (fail) fail_msg("%s: " STR_FMT, lang_name((LangId)lang), STR_ARG(fail->detail));
        if (matches.count != 1 || matches.items[0].capture_count != 2)
            fail_msg("%s: %zu matches", lang_name((LangId)lang), matches.count);
    }
    fixture_close(&f);
}

static void is_strict(void **state)
{
    (void)state;
    // How many of each strictness: smart, cst, ast, relaxed, signature, template.
    static const struct {
        const char *pattern, *text;
        size_t counts[SHAPE_STRICTNESSES];
    } cases[] = {
        {"f(a, b)", "f(a, b)", {1, 1, 1, 1, 1, 1}},
        {"f(a, b)", "f(a, b,)", {1, 0, 1, 1, 1, 1}},
        {"f(a, b,)", "f(a, b)", {0, 0, 1, 1, 1, 0}},
        {"f(a, b)", "f(a, /* x */ b)", {1, 0, 0, 1, 1, 1}},
        {"f(a, b)", "f(a, b /* x */)", {1, 0, 0, 1, 1, 1}},
        {"f(a, b)", "f(x, y)", {0, 0, 0, 0, 1, 0}},
        {"f(a, b)", "f(1, y)", {0, 0, 0, 0, 0, 0}},
        {"f(a, 1)", "f(a, '1')", {0, 0, 0, 0, 0, 0}},
        {"a < b", "a > b", {0, 0, 1, 1, 1, 0}},
        {"import 'a'", "import \"a\"", {0, 0, 1, 1, 1, 0}},
    };
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int s = 0; s < SHAPE_STRICTNESSES; s++) {
            ShapeRule rule = {
                .pattern = {.text = str_from(cases[i].pattern), .strictness = (ShapeStrictness)s}};
            size_t found = count(&f, LANG_javascript, &rule, cases[i].text);
            if (found != cases[i].counts[s])
                fail_msg("%s in %s, %s: %zu", cases[i].pattern, cases[i].text,
                         shape_strictness_name((ShapeStrictness)s), found);
        }
    fixture_close(&f);
}

static void relates(void **state)
{
    (void)state;
    static const char text[] = "def a():\n  x = 1\n  f(x)\n  return g(x)\ndef b(): pass\n";
    const ShapeRule call = {.kind = STR("call")}, nothing = {.kind = STR("lambda")};
    const ShapeRule def = {.kind = STR("function_definition")};
    const ShapeRule block = {.kind = STR("block")}, value = {.kind = STR("return_statement")};
    const ShapeRelation anywhere[] = {{.rule = &nothing, .stop = SHAPE_END}};
    const ShapeRelation end[] = {{.rule = &def, .stop = SHAPE_END}};
    const ShapeRelation near[] = {{.rule = &def}};
    const ShapeRelation until[] = {{.rule = &def, .stop = SHAPE_UNTIL, .until = &block}};
    const ShapeRelation has[] = {{.rule = &call, .stop = SHAPE_END}};
    const ShapeRelation before[] = {{.rule = &value}}, after[] = {{.rule = &def}};
    const struct {
        ShapeRule rule;
        size_t count;
    } cases[] = {
        {{.kind = STR("call")}, 2},
        {{.kind = STR("call"), .inside = anywhere}, 0}, // not everything, when nothing is there
        {{.kind = STR("call"), .has = anywhere}, 0},
        {{.kind = STR("call"), .precedes = anywhere}, 0},
        {{.kind = STR("call"), .follows = anywhere}, 0},
        {{.kind = STR("call"), .inside = end}, 2},
        {{.kind = STR("call"), .inside = near}, 0},
        {{.kind = STR("call"), .inside = until}, 0}, // the block is the end of the search
        {{.kind = STR("block"), .inside = until}, 2},
        {{.kind = STR("function_definition"), .has = has}, 1},
        {{.kind = STR("expression_statement"), .precedes = before}, 1},
        {{.kind = STR("function_definition"), .follows = after}, 1},
        {{.kind = STR("module"), .precedes = end}, 0},
        {{.kind = STR("module"), .inside = end}, 0},
        {{.kind = STR("function_definition"), .nth.position = STR("2")}, 1},
        {{.kind = STR("function_definition"), .nth = {STR("2"), .reverse = true}}, 1},
        {{.kind = STR("module"), .nth.position = STR("1")}, 0},
        {{.kind = STR("call"), .not = &call}, 0},
        {{.all = &call, .all_count = 1}, 2},
        {{.any = &call, .any_count = 0}, 0},
    };
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t found = count(&f, LANG_python, &cases[i].rule, text);
        if (found != cases[i].count) fail_msg("case %zu: %zu", i, found);
    }
    fixture_close(&f);
}

static void constrains(void **state)
{
    (void)state;
    const ShapeRule rule = {.pattern.text = STR("f($A, $$$B)")};
    const ShapeRule word = {.regex = STR("^[a-z]+$")}, no_word = {.not = &word};
    static const struct {
        const char *name;
        bool negated;
        const char *found; // NULL: refused
    } cases[] = {
        {"A", false, "0:f(a, b) A=a B=b"},
        {"$A", true, "9:f(1, b) A=1 B=b"},
        {"B", false, NULL},
        {"$C", false, NULL},
    };
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ShapeConstraint constraint = {str_from(cases[i].name), cases[i].negated ? &no_word : &word};
        ShapeQuery query = {LANG_python, &rule, &constraint, 1, 0};
        ShapeMatches matches;
        Str text = STR("f(a, b); f(1, b)");
        Fail fail = find(&f, &query, text, &matches);
        assert_int_equal(!fail, !!cases[i].found);
        if (!fail) CHECK_STR(shown(&f, text, &matches), str_from(cases[i].found));
        else assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
    }
    fixture_close(&f);
}

static void refuses(void **state)
{
    (void)state;
    const ShapeRule empty = {.all_count = 0}, bad_kind = {.kind = STR("cal")},
                    ok = {.kind = STR("call")};
    const ShapeRule nested[] = {ok, {.not = &bad_kind}};
    const ShapeRelation lost = {.rule = &bad_kind}, field = {.rule = &ok, .field = STR("nam")};
    const ShapeRelation none = {.rule = NULL}, until = {.rule = &ok, .stop = SHAPE_UNTIL};
    const struct {
        ShapeRule rule;
        const char *member, *says;
        int offset; // -1: none
    } cases[] = {
        {{.all_count = 0}, "rule", "empty", -1},
        {{.not = &empty}, "rule.not", "empty", -1},
        {{.pattern.text = STR("")}, "rule.pattern", "empty", -1},
        {{.pattern.text = STR("  ")}, "rule.pattern", "empty", -1},
        {{.pattern.text = STR("f($A b)")}, "rule.pattern", "syntax error", 5},
        {{.pattern.text = STR("a; b")}, "rule.pattern", "more than one node", 1},
        {{.pattern.text = STR("$A; $$BC; d")}, "rule.pattern", "more than one node", 2},
        {{.pattern.text = STR("$$$A")}, "rule.pattern", "any number", -1},
        {{.pattern.text = STR("f(\xff)")}, "rule.pattern", "UTF-8", -1},
        {{.pattern = {STR("f()"), STR("clas"), SHAPE_SMART, false}},
         "rule.pattern.selector",
         "node type",
         -1},
        {{.pattern = {STR("f()"), STR("lambda"), SHAPE_SMART, false}},
         "rule.pattern.selector",
         "no node of the context",
         -1},
        {{.kind = STR("cal")}, "rule.kind", "did you mean call", -1},
        {{.kind = STR("")}, "rule.kind", "node type", -1},
        {{.regex = STR("a(")}, "rule.regex", "wrong at byte 2", 2},
        {{.nth.position = STR("2n+")}, "rule.nthChild", "2n+1", -1},
        {{.nth.position = STR("99999999999")}, "rule.nthChild", "2n+1", -1},
        {{.nth.reverse = true}, "rule.nthChild", "position", -1},
        {{.any = nested, .any_count = 2}, "rule.any[1].not.kind", "did you mean call", -1},
        {{.inside = &lost}, "rule.inside.kind", "did you mean call", -1},
        {{.inside = &none}, "rule.inside", "missing", -1},
        {{.has = &until}, "rule.has.stopBy", "missing", -1},
        {{.has = &field}, "rule.has.field", " name ", -1},
        {{.precedes = &field}, "rule.precedes.field", "inside and has", -1},
    };
    Fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ShapeQuery query = {.lang = LANG_python, .rule = &cases[i].rule};
        const Shape *shape;
        Fail fail = shape_compile(&f.cx, f.parser, &query, &shape);
        if (!fail) fail_msg("case %zu is accepted", i);
        CHECK_STR(json_get(fail->ext, STR("member"))->string, str_from(cases[i].member));
        if (!str_contains(fail->detail, str_from(cases[i].says)))
            fail_msg("case %zu: " STR_FMT, i, STR_ARG(fail->detail));
        const Json *offset = json_get(fail->ext, STR("offset"));
        assert_int_equal(offset ? offset->integer : -1, cases[i].offset);
    }
    fixture_close(&f);
}

static void tells_words(void **state)
{
    (void)state;
    const ShapeRule f = {.pattern.text = STR("fetch(value, $A)")};
    const ShapeRule g = {.pattern.text = STR("value.store($A)")};
    const ShapeRule either[] = {f, g};
    const ShapeRelation inside = {.rule = &g, .stop = SHAPE_END};
    const struct {
        ShapeRule rule;
        const char *words;
    } cases[] = {
        {{.pattern.text = STR("await fetch($A, 'some text', ab)")}, "await fetch some text "},
        {{.pattern = {STR("await fetch(a)"), .strictness = SHAPE_AST}}, "fetch "},
        {{.pattern = {STR("await fetch(a)"), .strictness = SHAPE_SIGNATURE}}, ""},
        {{.pattern.text = STR("try { $$$A } finally { $$$B }")}, "try finally "},
        {{.pattern.text = STR("for ($$$A of data) {}")}, "for data "}, // "of" is behind $$$
        {{.any = either, .any_count = 2}, "value "},
        {{.all = either, .all_count = 2}, "fetch value store "},
        {{.kind = STR("call_expression"), .inside = &inside}, "value store "},
        {{.kind = STR("call_expression"), .not = &f}, ""},
    };
    Fixture x;
    fixture_open(&x);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ShapeQuery query = {.lang = LANG_javascript, .rule = &cases[i].rule};
        const Shape *shape;
        Buf out = buf_on(&x.arena);
        assert_null(shape_compile(&x.cx, x.parser, &query, &shape));
        ShapeWords words = shape_words(shape);
        for (size_t w = 0; w < words.count; w++)
            buf_addf(&out, STR_FMT " ", STR_ARG(words.items[w]));
        CHECK_STR(buf_str(&out), str_from(cases[i].words));
    }
    fixture_close(&x);
}

static Str repeated(Arena *arena, const char *part, size_t times, const char *tail)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < times; i++) buf_add(&out, str_from(part));
    buf_add(&out, str_from(tail));
    return buf_str(&out);
}

// Neither deep code, nor deep patterns and rules, nor what would take for ever.
static void has_limits(void **state)
{
    (void)state;
    enum { DEEP = 20000 };
    Fixture f;
    ShapeMatches matches;
    fixture_open(&f);
    Str deep = repeated(&f.arena, "[", DEEP, "x");
    deep = str_join(&f.arena, deep, STR_NONE, repeated(&f.arena, "]", DEEP, ""));
    const ShapeRule list = {.kind = STR("array")}, x = {.kind = STR("identifier")};
    const ShapeRelation up = {.rule = &list, .stop = SHAPE_END};
    const ShapeRelation down = {.rule = &x, .stop = SHAPE_END};
    const ShapeRule inner = {.kind = STR("identifier"), .inside = &up};
    ShapeQuery query = {.lang = LANG_javascript, .rule = &inner};
    assert_null(find(&f, &query, deep, &matches));
    assert_int_equal(matches.count, 1);

    const ShapeRule outer = {.kind = STR("array"), .has = &down};
    query = (ShapeQuery){.lang = LANG_javascript, .rule = &outer, .max_steps = 100000};
    Fail fail = find(&f, &query, deep, &matches);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_TOO_COSTLY);

    const ShapeRule slow = {.regex = STR("(a+)+$")};
    query = (ShapeQuery){.lang = LANG_javascript, .rule = &slow};
    Str text = repeated(&f.arena, "a", 40, "b");
    fail = find(&f, &query, text, &matches);
    assert_true(!fail || fail->kind == PROBLEM_TOO_COSTLY);

    const ShapeRule nested = {.pattern.text = deep};
    query = (ShapeQuery){.lang = LANG_javascript, .rule = &nested};
    fail = find(&f, &query, deep, &matches);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_TOO_LARGE);

    ShapeRule rules[SHAPE_MAX_DEPTH + 2] = {{.kind = STR("array")}};
    for (size_t i = 1; i < ARRAY_LEN(rules); i++) rules[i].not = &rules[i - 1];
    query.rule = &rules[SHAPE_MAX_DEPTH - 1];
    assert_null(find(&f, &query, STR("[]"), &matches));
    query.rule = &rules[SHAPE_MAX_DEPTH];
    assert_non_null(find(&f, &query, STR("[]"), &matches));
    fixture_close(&f);
}

// A pattern in which each level would be tried twice, were an ellipsis' end matched again.
static void is_not_exponential(void **state)
{
    (void)state;
    enum { LEVELS = 60 };
    Fixture f;
    fixture_open(&f);
    Str pattern = repeated(&f.arena, "[$$$, ", LEVELS, "x");
    Str code = repeated(&f.arena, "[1, ", LEVELS, "y");
    Str close = repeated(&f.arena, "]", LEVELS, "");
    ShapeRule rule = {.pattern.text = str_join(&f.arena, pattern, STR_NONE, close)};
    ShapeQuery query = {.lang = LANG_javascript, .rule = &rule, .max_steps = 1000000};
    ShapeMatches matches;
    assert_null(find(&f, &query, str_join(&f.arena, code, STR_NONE, close), &matches));
    assert_int_equal(matches.count, 0);
    fixture_close(&f);
}

static void stops_when_asked(void **state)
{
    (void)state;
    Fixture f;
    fixture_open(&f);
    const ShapeRule any = {.pattern.text = STR("$A")};
    ShapeQuery query = {.lang = LANG_python, .rule = &any};
    const Shape *shape;
    const ShapeTree *tree;
    ShapeMatches matches;
    Str text = repeated(&f.arena, "f(x)\n", 20000, "");
    assert_null(shape_compile(&f.cx, f.parser, &query, &shape));
    assert_null(shape_parse(&f.cx, f.parser, LANG_python, text, &tree));
    f.cx.deadline_ns = 1;
    Fail fail = shape_find(&f.cx, shape, tree, &matches);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    fixture_close(&f);
}

int lang_shape_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(knows_every_language),
        cmocka_unit_test(is_strict),
        cmocka_unit_test(relates),
        cmocka_unit_test(constrains),
        cmocka_unit_test(refuses),
        cmocka_unit_test(tells_words),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(is_not_exponential),
        cmocka_unit_test(stops_when_asked),
    };
    return RUN_TESTS(tests);
}
