// door/http/text_test.c
#include "door/http/text.h"

#include "support/check.h"

static void decoding(void **state)
{
    (void)state;
    const struct {
        Str from, to; // to.ptr NULL: refused
        bool plus;
    } cases[] = {
        {STR("a%20b%2Fc"), STR("a b/c"), false},
        {STR("a+b"), STR("a+b"), false},
        {STR("a+b"), STR("a b"), true},
        {STR("%C3%A4"), STR("\xC3\xA4"), false},
        {STR("%"), STR_NONE, false},
        {STR("%4"), STR_NONE, false},
        {STR("%4g"), STR_NONE, false},
        {STR("%00"), STR_NONE, false},
        {STR("%ff"), STR_NONE, false},
        {STR(""), STR(""), false},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str out;
        assert_int_equal(text_decode(&arena, cases[i].from, cases[i].plus, &out),
                         cases[i].to.ptr != NULL);
        if (cases[i].to.ptr) assert_true(str_eq(out, cases[i].to));
    }
    arena_fini(&arena);
}

static void queries(void **state)
{
    (void)state;
    Str rest = STR("&a=b=c&&d&=e"), name, value;
    assert_true(text_query_next(&rest, &name, &value));
    assert_true(str_eq(name, STR("a")) && str_eq(value, STR("b=c")));
    assert_true(text_query_next(&rest, &name, &value));
    assert_true(str_eq(name, STR("d")) && !value.len);
    assert_true(text_query_next(&rest, &name, &value));
    assert_true(!name.len && str_eq(value, STR("e")));
    assert_false(text_query_next(&rest, &name, &value));
}

static void qualities(void **state)
{
    (void)state;
    const struct {
        Str list, name;
        int quality;
    } cases[] = {
        {STR("gzip"), STR("gzip"), 1000},
        {STR("GZIP;q=0.25"), STR("gzip"), 250},
        {STR("gzip; q=0"), STR("gzip"), 0},
        {STR("*;q=0.1, gzip;q=0.5"), STR("gzip"), 500},
        {STR("gzip;q=0, *"), STR("gzip"), 0},
        {STR("br"), STR("gzip"), -1},
        {STR(""), STR("gzip"), -1},
        {STR("gzip;q=x"), STR("gzip"), 0},
        {STR("gzip;q=1.000"), STR("gzip"), 1000},
        {STR("text/*;q=0.3, */*;q=0.1"), STR("text/html"), 300},
        {STR("text/*;q=0.3, */*;q=0.1"), STR("image/png"), 100},
        {STR("*"), STR("image/png"), -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(text_quality(cases[i].list, cases[i].name), cases[i].quality);
}

static void tags(void **state)
{
    (void)state;
    assert_true(text_has_tag(STR("\"a\", W/\"b\""), STR("W/\"b\"")));
    assert_true(text_has_tag(STR("\"b\""), STR("W/\"b\"")));
    assert_true(text_has_tag(STR(" * "), STR("\"b\"")));
    assert_false(text_has_tag(STR("\"bc\", b"), STR("\"b\"")));
    assert_false(text_has_tag(STR_NONE, STR("\"b\"")));
}

static void addresses(void **state)
{
    (void)state;
    const struct {
        Str text, shown; // shown.ptr NULL: refused
        bool remote;
    } cases[] = {
        {STR("127.0.0.1:80"), STR("http://127.0.0.1:80"), false},
        {STR("localhost:0"), STR("http://127.0.0.1:0"), false},
        {STR("127.9.9.9:1"), STR("http://127.9.9.9:1"), false},
        {STR("[::1]:80"), STR("http://[::1]:80"), false},
        {STR("0.0.0.0:80"), STR("http://0.0.0.0:80"), true},
        {STR("[::]:80"), STR("http://[::]:80"), true},
        {STR("10.0.0.1:80"), STR("http://10.0.0.1:80"), true},
        {STR("unix:/run/x"), STR("unix:/run/x"), false},
        {STR("unix:"), STR_NONE, false},
        {STR("localhost"), STR_NONE, false},
        {STR("host:80"), STR_NONE, false},
        {STR("127.0.0.1:65536"), STR_NONE, false},
        {STR("::1:80"), STR_NONE, false},
        {STR("[::1"), STR_NONE, false},
        {STR(""), STR_NONE, false},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        HttpAddress address;
        Fail fail = text_read_address(&arena, cases[i].text, &address);
        assert_int_equal(fail == NULL, cases[i].shown.ptr != NULL);
        if (fail) continue;
        assert_true(str_eq(text_show_address(&arena, &address), cases[i].shown));
        assert_int_equal(address.remote, cases[i].remote);
    }
    arena_fini(&arena);
}

int door_http_text_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding), cmocka_unit_test(queries),   cmocka_unit_test(qualities),
        cmocka_unit_test(tags),     cmocka_unit_test(addresses),
    };
    return RUN_TESTS(tests);
}
