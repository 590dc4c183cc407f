// lang/flat_test.c - flat trees against what a cursor of tree-sitter visits.
#include "lang/flat.h"

#include "lang/walk.h"
#include "support/check.h"

static const struct {
    LangId lang;
    const char *text;
} cases[] = {
    {LANG_c, ""},
    {LANG_c, "int a; // end\n\n"},
    {LANG_c, "struct s { int a, *b; } /* x */ c = {.a = 1, .b = 0};\n"
             "static int f(int n, char **v)\n{\n\tif (n) return f(n - 1, v) + 2; /* é */\n"
             "\telse for (;;) g(v[0], \"a\\n\");\n}\n"},
    {LANG_c, "int f( { ]] struct; \n #if 1\nint g(\n"},
    {LANG_cpp,
     "template <class T> struct A : B { A() : x(1) {} T *x; };\nauto l = [](int a) { };\n"},
    {LANG_python, "@d\nclass A(B):\n    'doc'\n    def f(self, *a, b: int = 1) -> None:\n"
                  "        return [x for x in a if x], f'{b!r:>{a}}'  # c\n"},
    {LANG_javascript,
     "export const {a, b: [c]} = f`x${1}`; class A extends B { static #p = 1; get x() { } }\n"},
    {LANG_tsx, "type A<T> = {a?: T} & B; const e = <div id='x'>{a as any}</div>;\n"},
    {LANG_bash, "if a; then b=\"$(c | d)\" e <<EOF\nx $f\nEOF\nfi\n"},
    {LANG_haskell, "module A where\nf :: Int -> Int\nf 0 = 1\nf n = n * g where g = f (n - 1)\n"},
    {LANG_ruby, "class A < B\n  def f(*a, b: 1) = a.map { |x| x + b }\nend\n"},
    {LANG_rust, "impl<T> A for B<T> { fn f(&self) -> u8 { m!(a, b)?; 0 } }\n"},
};

static void expect_node(const FlatTree *flat, uint32_t at, const TSTreeCursor *cursor, uint32_t up)
{
    const FlatNode *node = &flat->nodes[at];
    TSNode wanted = ts_tree_cursor_current_node(cursor);
    assert_true(ts_node_eq(node->node, wanted));
    assert_true(memcmp(node->node.context, wanted.context, sizeof wanted.context) == 0);
    assert_true(node->symbol == ts_node_symbol(wanted));
    assert_true(node->named == ts_node_is_named(wanted));
    assert_true(node->field == ts_tree_cursor_current_field_id(cursor));
    assert_true(node->parent == up);
}

// In the order of a walk; what is inside node `at` ends where its `end` says.
static void expect_tree(const FlatTree *flat, const TSTree *tree)
{
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
    uint32_t at = 0, up = 0;
    bool more = true;
    while (more && at < flat->count) {
        expect_node(flat, at, &cursor, up);
        if (ts_tree_cursor_goto_first_child(&cursor)) {
            up = at++;
            continue;
        }
        assert_true(flat->nodes[at].end == at + 1);
        at++;
        while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
            more = ts_tree_cursor_goto_parent(&cursor);
            if (!more) break;
            assert_true(flat->nodes[up].end == at);
            up = flat->nodes[up].parent;
        }
    }
    assert_true(!more);
    assert_true(at == flat->count);
    ts_tree_cursor_delete(&cursor);
}

static void expect_flat(Parser *parser, FlatTree *flat, LangId lang, Str text)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    TSTree *tree = NULL;
    assert_true(!parser_tree(&cx, parser, lang, text, &tree));
    flat_make(flat, tree);
    expect_tree(flat, tree);
    ts_tree_delete(tree);
    flat_clear(flat);
    arena_fini(&arena);
}

static void test_visits_what_a_cursor_does(void **unused)
{
    (void)unused;
    Parser *parser = parser_new(NULL);
    FlatTree flat = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_flat(parser, &flat, cases[i].lang, str_from(cases[i].text));
    flat_fini(&flat);
    parser_free(parser);
}

// Deeper and longer than the memory that it begins with.
static void test_grows(void **unused)
{
    (void)unused;
    enum { DEPTH = 3000 };
    Arena arena = {0};
    Buf text = buf_on(&arena);
    for (int i = 0; i < DEPTH; i++) buf_add(&text, STR("{ int a; f(1); "));
    for (int i = 0; i < DEPTH; i++) buf_add(&text, STR("} "));
    Parser *parser = parser_new(NULL);
    FlatTree flat = {0};
    expect_flat(parser, &flat, LANG_c, buf_str(&text));
    expect_flat(parser, &flat, LANG_c, STR("int a;"));
    flat_fini(&flat);
    parser_free(parser);
    arena_fini(&arena);
}

int lang_flat_test(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visits_what_a_cursor_does),
        cmocka_unit_test(test_grows),
    };
    return RUN_TESTS(tests);
}
