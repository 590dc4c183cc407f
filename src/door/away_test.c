// door/away_test.c
#include "door/away.h"

#include "support/check.h"

#define ASK(text)                                                                                  \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static void ask_comes_back(void **state)
{
    (void)state;
    Arena arena = {0};
    Str words[] = {STR("search"), STR("--limit"), STR(""), STR("a b\n\xff")};
    AwayAsk ask = {.stamp = STR("b-r"),
                   .root = STR("/w"),
                   .folder = STR("/w/src"),
                   .terminal = {.out_is_terminal = true, .out_width = 120, .no_color = true},
                   .log_level = LOG_WARN,
                   .argv = {words, ARRAY_LEN(words)}};
    AwayAsk got;
    Buf buf = buf_on(&arena);
    away_write(&buf, &ask);
    assert_true(away_read(&arena, buf_str(&buf), &got));
    assert_true(str_eq(got.stamp, ask.stamp) && str_eq(got.root, ask.root));
    assert_true(str_eq(got.folder, ask.folder) && got.log_level == LOG_WARN);
    assert_true(got.terminal.out_is_terminal && !got.terminal.err_is_terminal);
    assert_true(got.terminal.out_width == 120 && got.terminal.no_color && !got.terminal.is_dumb);
    assert_true(got.argv.count == ARRAY_LEN(words));
    for (size_t i = 0; i < got.argv.count; i++) assert_true(str_eq(got.argv.items[i], words[i]));
    // Cut anywhere it is none, but between two words.
    for (size_t len = 0; len < buf.len; len++) {
        bool whole = len && !buf.ptr[len - 1];
        bool read = away_read(&arena, (Str){buf.ptr, len}, &got);
        assert_true(!read || (whole && got.argv.count < ARRAY_LEN(words)));
    }
    arena_fini(&arena);
}

static void what_is_no_ask(void **state)
{
    (void)state;
    static const Str cases[] = {
        ASK(""),
        ASK("\0"),
        ASK("s\0/w\0/w\0001\0000\00080\00080\0000\0000\0002\0"),           // no words
        ASK("s\0w\0/w\0001\0000\00080\00080\0000\0000\0002\0find\0"),      // relative root
        ASK("s\0/w\0w\0001\0000\00080\00080\0000\0000\0002\0find\0"),      // relative folder
        ASK("s\0/w\0/w\0002\0000\00080\00080\0000\0000\0002\0find\0"),     // not 0 or 1
        ASK("s\0/w\0/w\0001\0000\00080000\00080\0000\0000\0002\0find\0"),  // too wide
        ASK("s\0/w\0/w\0001\0000\000-1\00080\0000\0000\0002\0find\0"),     // negative
        ASK("s\0/w\0/w\0001\0000\00080\00080\0000\0000\0009\0find\0"),     // no level
        ASK("s\0/w\0/w\0001\0000\00080\00080\0000\0000\0002\0find\0open"), // a word that does not
                                                                           // end
        ASK("s\0/w\0/w\0001\0000\00080x\00080\0000\0000\0002\0find\0"),
    };
    Arena arena = {0};
    AwayAsk got;
    static const Str right = ASK("s\0/w\0/w\0001\0000\00080\00080\0000\0000\0002\0find\0");
    assert_true(away_read(&arena, right, &got));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (away_read(&arena, cases[i], &got)) fail_msg("case %zu was read", i);
    arena_fini(&arena);
}

static void frames(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    AwayKind kind;
    Str rest, bytes;
    char status = 7;
    away_add(&buf, AWAY_OUT, STR("answer"));
    away_add(&buf, AWAY_ERR, STR("note"));
    away_add(&buf, AWAY_OUT, STR_NONE); // nothing is no frame
    away_add(&buf, AWAY_STATUS, (Str){&status, 1});
    rest = buf_str(&buf);
    assert_true(away_take_frame(&rest, &kind, &bytes) == AWAY_TAKEN);
    assert_true(kind == AWAY_OUT && str_eq(bytes, STR("answer")));
    assert_true(away_take_frame(&rest, &kind, &bytes) == AWAY_TAKEN);
    assert_true(kind == AWAY_ERR && str_eq(bytes, STR("note")));
    assert_true(away_take_frame(&rest, &kind, &bytes) == AWAY_TAKEN);
    assert_true(kind == AWAY_STATUS && bytes.ptr[0] == 7 && !rest.len);
    assert_true(away_take_frame(&rest, &kind, &bytes) == AWAY_PART);
    for (size_t len = 0; len < AWAY_HEAD_BYTES + 6; len++) {
        rest = (Str){buf.ptr, len};
        assert_true(away_take_frame(&rest, &kind, &bytes) == AWAY_PART && rest.len == len);
    }
    arena_fini(&arena);
}

static void large_frames_are_cut(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf text = buf_on(&arena), buf = buf_on(&arena), back = buf_on(&arena);
    while (text.len < 2 * AWAY_MOST_FRAME + 10) buf_addf(&text, "line %zu\n", text.len);
    away_add(&buf, AWAY_OUT, buf_str(&text));
    Str rest = buf_str(&buf), bytes;
    AwayKind kind;
    int count = 0;
    for (; away_take_frame(&rest, &kind, &bytes) == AWAY_TAKEN; count++) buf_add(&back, bytes);
    assert_true(count == 3 && !rest.len && str_eq(buf_str(&back), buf_str(&text)));
    arena_fini(&arena);
}

static void what_is_no_frame(void **state)
{
    (void)state;
    static const Str cases[] = {
        ASK("z\1\0\0\0a"),           ASK("o\0\0\0\0"),   ASK("x\0\0\0\0"),
        ASK("x\2\0\0\0ab"),          ASK("o\1\0\20\0"),  ASK("e\xff\xff\xff\xff"),
        ASK("<html>moved</html>\n"), ASK("\0\0\0\0\0\0")};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AwayKind kind;
        Str rest = cases[i], bytes;
        if (away_take_frame(&rest, &kind, &bytes) != AWAY_WRONG) fail_msg("case %zu", i);
    }
}

int door_away_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ask_comes_back),   cmocka_unit_test(what_is_no_ask),
        cmocka_unit_test(frames),           cmocka_unit_test(large_frames_are_cut),
        cmocka_unit_test(what_is_no_frame),
    };
    return RUN_TESTS(tests);
}
