// lang/around_test.c - what is cut, and that what is left gives the same answers as the whole file.
#include "lang/around.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/vec.h"
#include "support/check.h"

// Places are marked with '$', which is removed.
static Str kept(Arena *arena, LangId lang, const char *marked)
{
    VEC(uint32_t) offsets = {0};
    Buf text = buf_on(arena), out = buf_on(arena);
    for (const char *c = marked; *c; c++) {
        if (*c == '$') VEC_PUSH(arena, &offsets, (uint32_t)text.len);
        else buf_byte(&text, *c);
    }
    Spans spans = around_spans(arena, lang, buf_str(&text), offsets.items, offsets.len);
    for (size_t i = 0; i < spans.count; i++) {
        if (i) buf_byte(&out, '~');
        buf_add(&out, str_sub(buf_str(&text), spans.items[i].start, spans.items[i].end));
    }
    return buf_str(&out);
}

#define FILLER "/* long enough to be worth a cut, or it would stay */"

static void cuts(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *text, *kept;
    } cases[] = {
        {LANG_bash, "f() { " FILLER "; }\n", "f() { " FILLER "; }\n"},
        {LANG_python,
         "import a\ndef f():\n    x\ndef $g():\n    \"\"\"doc\"\"\"\n    y = (1,\n2)\n    z\n",
         "def g():\n    \"\"\"doc\"\"\"\n~    z\n"},
        {LANG_python, "@d\ndef f():\n    if a:\n        b\n    else:\n        $c\n    d\ne\n",
         "@d\ndef f():\n    if a:\n        b\n    else:\n        c\n    d\n"},
        {LANG_python, "class A:\n    def f(self): pass\n    def g(self):\n        $x\n    # end\n",
         "class A:\n    def f(self): pass\n    def g(self):\n        x\n    # end\n"},
        {LANG_c, "int a;\nint f(void)\n{ " FILLER " }\nint $x;\n", "int a;\n~int x;\n"},
        {LANG_c, "int $f(void)\n{ " FILLER " }\nint x;\n", "int f(void)\n{~}\nint x;\n"},
        {LANG_c, "int f(void)\n{ a(); " FILLER " b(); $c(); }\n", "int f(void)\n{~c(); }\n"},
        {LANG_c, "int f(void)\n{ if (x) { " FILLER " } else { $c(); } }\n",
         "int f(void)\n{ if (x) {~} else { c(); } }\n"},
        {LANG_c, "char *s = \"{\";\nint f(void)\n{ " FILLER " }\nint $x;\n",
         "char *s = \"{\";\n~int x;\n"},
        {LANG_c, "#if A\nint f(void) {\n#else\nint f(int a) {\n#endif\n" FILLER "\n}\nint $x;\n",
         "#if A\nint f(void) {\n#else\nint f(int a) {\n#endif\n" FILLER "\n}\nint x;\n"},
        {LANG_rust, "fn f<'a>(x: &'a str) { " FILLER " }\nfn $g() {}\n", "fn g() {}\n"},
        {LANG_rust, "fn f() { let s = r#\"}\"#; " FILLER " }\nfn $g() {}\n", "fn g() {}\n"},
        {LANG_java, "class A { void f() { " FILLER " } void $g() {} }\n",
         "class A {~void g() {} }\n"},
        {LANG_go, "func f() { s := `}`; " FILLER " }\nfunc $g() {}\n", "func g() {}\n"},
        {LANG_c, "", ""},
        {LANG_c, "}}}{{{ $x", "}}}{{{ x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Str got = kept(&arena, cases[i].lang, cases[i].text);
        if (!str_eq(got, str_from(cases[i].kept)))
            fail_msg("%s\ngives %.*s", cases[i].text, STR_ARG(got));
        arena_fini(&arena);
    }
}

typedef VEC(uint32_t) OffsetVec;

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static OffsetVec places_of(Arena *arena, Str text, Str word)
{
    OffsetVec places = {0};
    for (uint32_t i = 0; i + word.len <= text.len; i++) {
        if (memcmp(text.ptr + i, word.ptr, word.len) != 0) continue;
        bool edges = (i == 0 || !in_name(text.ptr[i - 1])) && !in_name(text.ptr[i + word.len]);
        if (edges) VEC_PUSH(arena, &places, i);
    }
    return places;
}

typedef struct Tally {
    size_t hits, different;
} Tally;

static void compare_word(Parser *parser, const Facts *full, Str text, Str word, Tally *tally)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Facts part = {0};
    OffsetVec places = places_of(&arena, text, word);
    assert_null(
        facts_extract_around(&cx, parser, full->lang, text, places.items, places.len, &part));
    for (size_t i = 0; i < places.len; i++) {
        Span span = {places.items[i], places.items[i] + (uint32_t)word.len};
        int32_t full_def = -1, part_def = -1;
        Category a = facts_classify(full, text, span, &full_def);
        Category b = facts_classify(&part, text, span, &part_def);
        tally->hits++;
        bool differs = a != b || (full_def >= 0) != (part_def >= 0);
        if (!differs && full_def >= 0)
            differs = full->defs[full_def].end_line != part.defs[part_def].end_line;
        tally->different += differs;
    }
    arena_fini(&arena);
}

// Every 200th word of a real file.
static void compare_file(const char *path, Tally *tally)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Str text = {0};
    Facts full = {0};
    Parser *parser = parser_new(NULL);
    assert_null(os_read_file(&cx, OS_CWD, path, 4 << 20, &text));
    assert_null(facts_extract(&cx, parser, lang_detect(str_from(path), text), text, &full));
    size_t words = 0;
    for (size_t i = 1; i < text.len; i++) {
        if (!in_name(text.ptr[i]) || in_name(text.ptr[i - 1]) || words++ % 200) continue;
        size_t end = i;
        while (end < text.len && in_name(text.ptr[end])) end++;
        if (end - i >= 4) compare_word(parser, &full, text, str_sub(text, i, end), tally);
    }
    parser_free(parser);
    arena_fini(&arena);
}

// Recovery from syntax errors may differ with what is around: at most 1 hit in 200.
static void agrees_with_the_whole_file(void **state)
{
    (void)state;
    static const char *const files[] = {
        "src/runtime/pool.c",
        "src/lang/around.c",
        "src/base/json.c",
        "build/third_party/tree-sitter/lib/src/parser.c",
        "build/third_party/tree-sitter/lib/src/query.c",
    };
    Tally tally = {0};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[4096];
        const char *source = getenv("CQ_SOURCE");
        snprintf(path, sizeof path, "%s/%s", source ? source : ".", files[i]);
        compare_file(path, &tally);
    }
    assert_true(tally.hits > 200);
    if (tally.different * 200 > tally.hits)
        fail_msg("%zu of %zu hits differ", tally.different, tally.hits);
}

int lang_around_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts),
        cmocka_unit_test(agrees_with_the_whole_file),
    };
    return RUN_TESTS(tests);
}
