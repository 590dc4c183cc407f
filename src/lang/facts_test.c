// lang/facts_test.c - classification, the promises of facts.h on broken texts, limits.
#include "lang/facts.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/os.h"
#include "lang/spec.h"
#include "support/check.h"

typedef struct Fixture {
    Arena arena;
    Ctx cx;
    Parser *parser;
} Fixture;

static Fixture fixture_open(void)
{
    return (Fixture){.parser = parser_new(NULL)};
}

static Ctx *ctx_of(Fixture *f)
{
    f->cx.arena = &f->arena;
    return &f->cx;
}

static void fixture_close(Fixture *f)
{
    parser_free(f->parser);
    arena_fini(&f->arena);
}

static Facts extract(Fixture *f, LangId lang, Str text)
{
    Facts facts;
    assert_null(facts_extract(ctx_of(f), f->parser, lang, text, &facts));
    return facts;
}

// The hit stands between two '@', which are removed.
static void classifies(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *text, *category, *def;
    } cases[] = {
        {LANG_python, "def @run@(): pass", "definition", "run"},
        {LANG_python, "@def run@(): pass", "definition", "run"},
        {LANG_python, "x = @run@()", "call", NULL},
        {LANG_python, "x = @a.run@()", "call", NULL},
        {LANG_python, "def f():\n  return @run@", "reference", NULL},
        {LANG_python, "from m import @run@ as r", "import", NULL},
        {LANG_python, "def f(a: @T@): pass", "annotation", NULL},
        {LANG_python, "def f(a: '@T@'): pass", "annotation", NULL},
        {LANG_python, "x = 'a @T@'", "string", NULL},
        {LANG_python, "x = @'a T@'", "string", NULL},
        {LANG_python, "x = f'a {@run@()}'", "call", NULL},
        {LANG_python, "x = f'a {@run@} b'", "reference", NULL},
        {LANG_python, "x = f'a {y} @b@'", "string", NULL},
        {LANG_python, "f()(@run@)", "reference", NULL},
        {LANG_python, "# a @run@ b", "comment", NULL},
        {LANG_python, "def f():\n  '''a @run@'''", "docstring", NULL},
        {LANG_python, "class C:\n  @field@ = 1", "definition", "field"},
        {LANG_python, "def f():\n  @local@ = 1", "reference", NULL},
        {LANG_python, "def r@un@_all(): pass", "definition", "run_all"},
        {LANG_python, "x @+ @y", "reference", NULL},
        {LANG_c, "int @run@(void) { }", "definition", "run"},
        {LANG_c, "static @int run@(void) { }", "definition", "run"},
        {LANG_c, "int @run@(void);", "reference", "run"},
        {LANG_c, "int f(void) { @return run@(); }", "call", NULL},
        {LANG_c, "@foo_t@ f(void) { }", "annotation", NULL},
        {LANG_c, "int f(struct @s@ *p) { }", "annotation", NULL},
        {LANG_c, "int f(void) { return sizeof(struct @s@); }", "reference", NULL},
        {LANG_c, "#include <@stdio@.h>\n", "import", NULL},
        {LANG_c, "#include \"@a@.h\"\n", "import", NULL},
        {LANG_c, "#define X @run@(1)\n", "call", NULL},
        {LANG_c, "#define @X@ 1\n", "definition", "X"},
        {LANG_c, "/** @x@ */ int a;", "docstring", NULL},
        {LANG_c, "/* @x@ */ int a;", "comment", NULL},
        {LANG_c, "int a = 1; @// b@", "comment", NULL},
        {LANG_c, "struct a { int x; } @b@;", "definition", "b"},
        {LANG_c, "typedef struct { int @x@; } b;", "definition", "x"},
    };
    Fixture f = fixture_open();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str marked = str_from(cases[i].text), before, hit, after;
        ctx_of(&f);
        str_next(&marked, '@', &before);
        str_next(&marked, '@', &hit);
        after = marked;
        Str text = str_format(&f.arena, STR_FMT STR_FMT STR_FMT, STR_ARG(before), STR_ARG(hit),
                              STR_ARG(after));
        Facts facts = extract(&f, cases[i].lang, text);
        Span span = {(uint32_t)before.len, (uint32_t)(before.len + hit.len)};
        int32_t def;
        const char *got = category_name(facts_classify(&facts, text, span, &def));
        if (strcmp(got, cases[i].category) != 0) fail_msg("%s: %s", cases[i].text, got);
        if ((def >= 0) != (cases[i].def != NULL)) fail_msg("%s: def %d", cases[i].text, def);
        if (def >= 0) CHECK_STR(facts.defs[def].name, str_from(cases[i].def));
    }
    fixture_close(&f);
}

// --- what facts.h promises of every text

static void check_span(Span span, size_t len)
{
    assert_true(span.start <= span.end && span.end <= len);
}

static void check_defs(const Facts *facts, Str text)
{
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        check_span(def->full, text.len);
        check_span(def->name_span, text.len);
        assert_true(def->name.len && def->line && def->start_line && def->end_line);
        assert_true(def->parent < (int32_t)i);
        if (i) assert_true(facts->defs[i - 1].full.start <= def->full.start);
        if (def->parent >= 0) {
            Span outer = facts->defs[def->parent].full;
            assert_true(outer.start <= def->full.start && def->full.end <= outer.end);
        }
        assert_true(def->signature.len <= 400);
    }
}

static void check_facts(const Facts *facts, Str text)
{
    check_defs(facts, text);
    for (uint32_t i = 0; i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        check_span(call->full, text.len);
        check_span(call->name_span, text.len);
        assert_true(call->callee.len <= 200 && call->line);
        if (i) assert_true(facts->calls[i - 1].name_span.start <= call->name_span.start);
        assert_int_equal(call->enclosing, facts_enclosing(facts, call->name_span.start));
    }
    for (uint32_t i = 0; i < facts->import_count; i++) {
        check_span(facts->imports[i].full, text.len);
        if (i) assert_true(facts->imports[i - 1].full.start <= facts->imports[i].full.start);
    }
    for (uint32_t i = 0; i < facts->span_count; i++) {
        const TextSpan *span = &facts->spans[i];
        check_span(span->span, text.len);
        assert_true(span->outer < (int32_t)i);
        if (i) assert_true(facts->spans[i - 1].span.start <= span->span.start);
    }
}

// Every golden input, cut off everywhere: a file that is being written.
static void survives_cuts(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *path;
    } files[] = {
        {LANG_python, "tests/lang/python/calls/input.py"},
        {LANG_python, "tests/lang/python/strings/input.py"},
        {LANG_python, "tests/lang/python/broken/input.py"},
        {LANG_c, "tests/lang/c/macros/input.c"},
        {LANG_c, "tests/lang/c/types/input.c"},
        {LANG_c, "tests/lang/c/broken/input.c"},
    };
    const char *source = getenv("CQ_SOURCE");
    Fixture f = fixture_open();
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[4096];
        Str text;
        snprintf(path, sizeof path, "%s/%s", source ? source : ".", files[i].path);
        Arena file = {0};
        Ctx cx = {.arena = &file};
        assert_null(os_read_file(&cx, OS_CWD, path, 1 << 20, &text));
        size_t step = 4 / (size_t)check_rounds(4, 4);
        for (size_t len = 0; len <= text.len; len += step) {
            char *exact = mem_alloc(len + 1); // so that ASan sees a read behind the end
            memcpy(exact, text.ptr, len);
            exact = mem_resize(exact, len ? len : 1);
            Facts facts = extract(&f, files[i].lang, (Str){exact, len});
            check_facts(&facts, (Str){exact, len});
            arena_reset(&f.arena);
            mem_free(exact);
        }
        arena_fini(&file);
    }
    fixture_close(&f);
}

static void survives_depth(void **state)
{
    (void)state;
    int depth = check_rounds(20000, 20000);
    Fixture f = fixture_open();
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        static const char *const openers[] = {"(", "[", "{", "f(", "a = (", "\"", "*", "((((int)"};
        for (size_t i = 0; i < ARRAY_LEN(openers); i++) {
            ctx_of(&f);
            Buf text = buf_on(&f.arena);
            for (int n = 0; n < depth; n++) buf_add(&text, str_from(openers[i]));
            f.cx.deadline_ns = clock_now_ns() + NS_PER_S / 5; // some grammars need long for them
            Facts facts;
            Fail fail = facts_extract(ctx_of(&f), f.parser, lang, buf_str(&text), &facts);
            assert_true(!fail || fail->kind == PROBLEM_CANCELLED);
            if (!fail) check_facts(&facts, buf_str(&text));
            arena_reset(&f.arena);
        }
    }
    fixture_close(&f);
}

static void reuses_the_parser(void **state)
{
    (void)state;
    Fixture f = fixture_open();
    Str python = STR("class A:\n  def f(self, x=g(1)): return x\n");
    Str c = STR("/* doc */\nint f(void) { return g(1, \"a\"); }\n");
    for (int i = 0; i < 3; i++) {
        Facts facts = extract(&f, LANG_python, python);
        assert_int_equal(facts.def_count, 2);
        assert_int_equal(facts.call_count, 1);
        CHECK_STR(facts.defs[1].qualified, STR("A.f"));
        facts = extract(&f, LANG_c, c);
        assert_int_equal(facts.def_count, 1);
        CHECK_STR(facts.defs[0].doc, STR("/* doc */"));
        assert_int_equal(facts.calls[0].arg_count, 2);
    }
    fixture_close(&f);
}

static void limits(void **state)
{
    (void)state;
    Fixture f = fixture_open();
    Facts facts;
    Ctx *cx = ctx_of(&f);
    Fail fail = facts_extract(cx, f.parser, LANG_NONE, STR("x"), &facts);
    assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
    char *big = arena_alloc(&f.arena, FACTS_LARGEST_FILE + 1);
    fail = facts_extract(cx, f.parser, LANG_c, (Str){big, FACTS_LARGEST_FILE + 1}, &facts);
    assert_int_equal(fail->kind, PROBLEM_TOO_LARGE);

    Flag cancel = {0};
    Buf text = buf_on(&f.arena);
    for (int i = 0; i < 10000; i++) buf_add(&text, STR("int f(void) { return g(1); }\n"));
    flag_set(&cancel, 1);
    f.cx.cancel = &cancel;
    fail = facts_extract(cx, f.parser, LANG_c, buf_str(&text), &facts);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    f.cx.cancel = NULL;
    f.cx.deadline_ns = clock_now_ns() - 1;
    fail = facts_extract(cx, f.parser, LANG_c, buf_str(&text), &facts);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    f.cx.deadline_ns = 0; // and the parser is as good as new
    facts = extract(&f, LANG_c, buf_str(&text));
    assert_int_equal(facts.def_count, 10000);
    facts = extract(&f, LANG_c, STR(""));
    assert_int_equal(facts.def_count + facts.call_count + facts.span_count, 0);
    fixture_close(&f);
}

static void signatures(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *text, *signature;
    } cases[] = {
        {LANG_python, "def f(a,  # one\n      b):\n  pass", "def f(a, b)"},
        {LANG_python, "def f(\n    a,\n    b,\n) -> int: ...", "def f(a, b,) -> int"},
        {LANG_c, "int\nf(int a,\t/* one */ int b)\n{ }", "int f(int a, int b)"},
        {LANG_c, "struct s { int a; } x = { 1 };", "struct s"},
        {LANG_c, "int a[] = {\n 1,\n};", "int a[]"},
    };
    Fixture f = fixture_open();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Facts facts = extract(&f, cases[i].lang, str_from(cases[i].text));
        CHECK_STR(facts.defs[0].signature, str_from(cases[i].signature));
    }
    Buf text = buf_on(&f.arena);
    buf_add(&text, STR("def f(a"));
    for (int i = 0; i < 300; i++) buf_add(&text, STR(", \xc3\xa4"));
    buf_add(&text, STR("): pass"));
    Facts facts = extract(&f, LANG_python, buf_str(&text));
    Str signature = facts.defs[0].signature;
    assert_true(signature.len <= 400 && str_ends(signature, STR("...")));
    assert_true(utf8_valid(signature.ptr, signature.len));
    fixture_close(&f);
}

int lang_facts_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classifies),     cmocka_unit_test(survives_cuts),
        cmocka_unit_test(survives_depth), cmocka_unit_test(reuses_the_parser),
        cmocka_unit_test(limits),         cmocka_unit_test(signatures),
    };
    return RUN_TESTS(tests);
}
