// lang/lexer_test.c - lexers go on from one ASCII character to the next by
// cmake/grammars/advance.c; where a text comes in pieces of one byte they cannot, and have to find
// the same.
#include "lang/grammar.h"
#include "lang/spec.h"
#include "support/check.h"

static const struct {
    LangId lang;
    const char *text;
} cases[] = {
    {LANG_c, ""},
    {LANG_c,
     "\xEF\xBB\xBFint a;\r\n\tint b; /* \xC3\xA9t\xC3\xA9 */ char *s = \"\xE2\x84\xAA\\n\";\n"},
    {LANG_c, "int f(\n  {{ ]] \"open\n#define X(a) \\\n  a ## 1\n'\xFF' \xC3"},
    {LANG_cpp, "auto s = R\"x(raw \xC3\xA9\n)x\"; a::b<c> d{1'000};\n"},
    {LANG_python, "def f(\xC3\xA9):\n    if a:\n\treturn f'{b!r:>{c}}'\n\n  # odd\nx = "
                  "'''\n\xF0\x9F\x98\x80'''\n"},
    {LANG_haskell, "f x\n  | x > 0 = g\n  where\n    g = 1\n"},
    {LANG_bash, "cat <<EOF | b\n$x \xC3\xA9\nEOF\n"},
    {LANG_javascript, "let \xC3\xA9 = `a${b}\n`; /re/g\n// end"},
};

typedef struct Input {
    Str text;
    size_t piece;
} Input;

static const char *read_piece(void *payload, uint32_t offset, TSPoint point, uint32_t *len)
{
    const Input *input = payload;
    (void)point;
    *len = offset < input->text.len ? (uint32_t)MIN(input->piece, input->text.len - offset) : 0;
    return *len ? input->text.ptr + offset : "";
}

static void log_nothing(void *payload, TSLogType type, const char *text)
{
    (void)payload, (void)type, (void)text;
}

static TSTree *parse(LangId lang, Str text, size_t piece, Span inside, bool plainly)
{
    Arena arena = {0};
    Input input = {text, piece};
    TSParser *parser = ts_parser_new();
    TSRange range = {.start_byte = inside.start, .end_byte = inside.end};
    assert_true(ts_parser_set_language(parser, grammar_new(&arena, lang_spec(lang))->language));
    if (inside.end) assert_true(ts_parser_set_included_ranges(parser, &range, 1));
    if (plainly) ts_parser_set_logger(parser, (TSLogger){.log = log_nothing});
    TSTree *tree = ts_parser_parse(
        parser, NULL,
        (TSInput){.payload = &input, .read = read_piece, .encoding = TSInputEncodingUTF8});
    assert_non_null(tree);
    ts_parser_delete(parser);
    arena_fini(&arena);
    return tree;
}

static void expect_same(const TSTree *tree, const TSTree *other)
{
    TSTreeCursor a = ts_tree_cursor_new(ts_tree_root_node(tree));
    TSTreeCursor b = ts_tree_cursor_new(ts_tree_root_node(other));
    for (bool more = true; more;) {
        TSNode one = ts_tree_cursor_current_node(&a), two = ts_tree_cursor_current_node(&b);
        TSPoint start = ts_node_start_point(one), end = ts_node_end_point(one);
        TSPoint other_start = ts_node_start_point(two), other_end = ts_node_end_point(two);
        assert_int_equal(ts_node_symbol(one), ts_node_symbol(two));
        assert_int_equal(ts_node_start_byte(one), ts_node_start_byte(two));
        assert_int_equal(ts_node_end_byte(one), ts_node_end_byte(two));
        assert_true(memcmp(&start, &other_start, sizeof start) == 0);
        assert_true(memcmp(&end, &other_end, sizeof end) == 0);
        more = ts_tree_cursor_goto_first_child(&a);
        assert_int_equal(ts_tree_cursor_goto_first_child(&b), more);
        while (!more) {
            more = ts_tree_cursor_goto_next_sibling(&a);
            assert_int_equal(ts_tree_cursor_goto_next_sibling(&b), more);
            if (more || !ts_tree_cursor_goto_parent(&a)) break;
            assert_true(ts_tree_cursor_goto_parent(&b));
        }
    }
    ts_tree_cursor_delete(&a);
    ts_tree_cursor_delete(&b);
}

static void both_ways_find_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str text = str_from(cases[i].text);
        Span insides[] = {{0}, {(uint32_t)text.len / 4, (uint32_t)text.len * 3 / 4}};
        for (size_t k = 0; k < ARRAY_LEN(insides); k++) {
            TSTree *wanted = parse(cases[i].lang, text, SIZE_MAX, insides[k], true);
            TSTree *whole = parse(cases[i].lang, text, SIZE_MAX, insides[k], false);
            TSTree *pieces = parse(cases[i].lang, text, 5, insides[k], false);
            expect_same(wanted, whole);
            expect_same(wanted, pieces);
            ts_tree_delete(wanted);
            ts_tree_delete(whole);
            ts_tree_delete(pieces);
        }
    }
}

int lang_lexer_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways_find_the_same)};
    return RUN_TESTS(tests);
}
