// base/str_test.c
#include "support/check.h"

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-17", true, -17},
        {"+5", true, 5},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"", false, 0},
        {"-", false, 0},
        {"12x", false, 0},
        {" 1", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t value = 0;
        bool ok = str_to_int(str_from(cases[i].text), &value);
        if (ok != cases[i].ok || (ok && value != cases[i].value)) fail_msg("%s", cases[i].text);
    }
}

static void sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},   {"64K", true, 65536}, {"1M", true, 1 << 20}, {"2g", true, 2ULL << 30},
        {"-1", false, 0}, {"K", false, 0},      {"1T", false, 0},      {"99999999999G", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t value = 0;
        bool ok = str_to_size(str_from(cases[i].text), &value);
        if (ok != cases[i].ok || (ok && value != cases[i].value)) fail_msg("%s", cases[i].text);
    }
}

static void distances(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"abc", "ABC", 0},
        {"abc", "abd", 1},
        {"abc", "acb", 1},
        {"dictFind", "dictFnid", 1},
        {"kitten", "sitting", 3},
        {"serach", "search", 1},
        {"a", "abcdefgh", 5},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t found = str_distance(str_from(cases[i].a), str_from(cases[i].b), 4);
        if (found != cases[i].distance) fail_msg("%s %s: %zu", cases[i].a, cases[i].b, found);
    }
}

static void utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"plain ascii, longer than eight bytes", true},
        {"gr\xC3\xBC\xC3\x9F"
         "e",
         true},
        {"\xE2\x82\xAC", true},
        {"\xF0\x9F\x98\x80", true},
        {"\xC0\x80", false},         // overlong
        {"\xE0\x80\x80", false},     // overlong
        {"\xED\xA0\x80", false},     // surrogate
        {"\xF4\x90\x80\x80", false}, // above U+10FFFF
        {"caf\xE9", false},          // Latin-1
        {"abcdefgh\xE2\x82", false}, // cut off
        {"\x80", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (utf8_valid(cases[i].text, strlen(cases[i].text)) != cases[i].valid)
            fail_msg("case %zu", i);
    assert_int_equal(utf8_count(STR("a\xC3\xBC\xE2\x82\xAC")), 3);
    assert_int_equal(utf8_cut(STR("a\xC3\xBC"), 2), 1);
    assert_int_equal(utf8_cut(STR("abc"), 2), 2);
}

static void pieces(void **state)
{
    (void)state;
    Str rest = STR("a,,b"), part;
    const char *expected[] = {"a", "", "b"};
    size_t count = 0;
    while (str_next(&rest, ',', &part)) CHECK_STR(part, str_from(expected[count++]));
    assert_int_equal(count, 3);
    CHECK_STR(str_trim(STR(" \t x y\n")), STR("x y"));
    CHECK_STR(str_sub(STR("abc"), 1, 99), STR("bc"));
    CHECK_STR(str_sub(STR("abc"), 5, 9), STR(""));
    assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
    assert_int_equal(str_find_last(STR("a/b/c"), '/'), 3);
    assert_true(str_cmp(STR("ab"), STR("abc")) < 0 && str_cmp(STR("b"), STR("abc")) > 0);
}

static void sizes_for_people(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0 bytes"},       {1023, "1023 bytes"},    {1536, "1.5 KiB"},
                 {20 << 20, "20 MiB"}, {3ULL << 40, "3.0 TiB"}, {5000ULL << 40, "5000 TiB"}};
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Buf buf = buf_on(&arena);
        buf_add_size(&buf, cases[i].bytes);
        assert_true(str_eq(buf_str(&buf), str_from(cases[i].text)));
    }
    arena_fini(&arena);
}

static void builder(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    for (int i = 0; i < 1000; i++) buf_addf(&buf, "%d,", i);
    buf_repeat(&buf, '-', 3);
    buf_int(&buf, INT64_MIN);
    Str all = buf_str(&buf);
    assert_true(str_starts(all, STR("0,1,2,")));
    assert_true(str_ends(all, STR("999,----9223372036854775808")));
    assert_int_equal(all.ptr[all.len], 0);
    CHECK_STR(str_join(&arena, STR("a"), STR("."), STR("b")), STR("a.b"));
    CHECK_STR(str_join(&arena, STR(""), STR("."), STR("b")), STR("b"));
    CHECK_STR(str_format(&arena, "%s-%d", "x", 5), STR("x-5"));
    arena_fini(&arena);
}

int base_str_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),          cmocka_unit_test(sizes),
        cmocka_unit_test(distances),        cmocka_unit_test(utf8),
        cmocka_unit_test(pieces),           cmocka_unit_test(builder),
        cmocka_unit_test(sizes_for_people),
    };
    return RUN_TESTS(tests);
}
