// base/digest_test.c
#include "base/digest.h"

#include "support/check.h"

static void test_known_values(void **unused)
{
    (void)unused;
    Arena arena = {0};
    Digest empty = digest_of(STR_NONE), abc = digest_of(STR("abc"));
    // printf '' | b2sum -l 256; printf abc | b2sum -l 256
    CHECK_STR(digest_hex(&arena, &empty),
              STR("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"));
    CHECK_STR(digest_hex(&arena, &abc),
              STR("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"));
    arena_fini(&arena);
}

static Digest of_two(Str a, Str b)
{
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, a);
    digester_add(&digester, b);
    return digester_end(&digester);
}

static void test_parts_are_told_apart(void **unused)
{
    (void)unused;
    Digest one = of_two(STR("ab"), STR("c")), other = of_two(STR("a"), STR("bc"));
    Digest same = of_two(STR("ab"), STR("c"));
    assert_false(digest_eq(&one, &other));
    assert_true(digest_eq(&one, &same));
    assert_true(digest_hash(&one) == digest_hash(&same));
}

static void test_hex_round_trip(void **unused)
{
    (void)unused;
    Arena arena = {0};
    Digest digest = digest_of(STR("x")), back;
    Str hex = digest_hex(&arena, &digest);
    assert_true(digest_from_hex(hex, &back));
    assert_true(digest_eq(&digest, &back));
    assert_false(digest_from_hex(str_sub(hex, 1, hex.len), &back));
    assert_false(digest_from_hex(str_format(&arena, "%.63sg", hex.ptr), &back));
    arena_fini(&arena);
}

int base_digest_test(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_parts_are_told_apart),
        cmocka_unit_test(test_hex_round_trip),
    };
    return RUN_TESTS(tests);
}
