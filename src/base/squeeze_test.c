// base/squeeze_test.c
#include "base/squeeze.h"

#include "support/check.h"

enum { MOST = 1 << 20 };

static Str repeated(Arena *arena, const char *what, size_t times)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < times; i++) buf_add(&out, str_from(what));
    return buf_str(&out);
}

// What nothing can be saved on: every byte from a generator.
static Str noise(Arena *arena, size_t len)
{
    char *out = arena_alloc_raw(arena, len);
    uint64_t state = 7;
    for (size_t i = 0; i < len; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
        out[i] = (char)(state >> 56);
    }
    return (Str){out, len};
}

static void expect_back(Arena *arena, Str bytes, bool smaller)
{
    Buf first = buf_on(arena), second = buf_on(arena);
    Str back;
    buf_add(&first, STR("before")); // what is there stays
    squeeze_add(&first, bytes, MOST);
    squeeze_add(&second, bytes, MOST);
    Str squeezed = str_sub(buf_str(&first), 6, SIZE_MAX);
    assert_true(str_starts(buf_str(&first), STR("before")));
    CHECK_STR(squeezed, buf_str(&second)); // equal bytes, whatever was before
    assert_true(squeezed.len <= bytes.len + 1);
    assert_int_equal(squeezed.len < bytes.len, smaller);
    assert_true(unsqueeze(arena, squeezed, MOST, &back));
    CHECK_STR(back, bytes);
}

static void test_gives_back_what_it_took(void **unused)
{
    (void)unused;
    Arena arena = {0};
    expect_back(&arena, STR(""), false);
    expect_back(&arena, STR("x"), false);
    expect_back(&arena, repeated(&arena, "a", 63), false); // too short to be tried
    expect_back(&arena, repeated(&arena, "a", 64), true);
    expect_back(&arena, noise(&arena, 5000), false);
    expect_back(&arena, repeated(&arena, "abc def ", 20000), true);
    expect_back(&arena, repeated(&arena, "a", MOST), true);
    expect_back(&arena, repeated(&arena, "z", 100), true); // behind a large one
    arena_fini(&arena);
}

static void test_keeps_what_is_too_long_as_it_is(void **unused)
{
    (void)unused;
    Arena arena = {0};
    Buf out = buf_on(&arena);
    Str bytes = repeated(&arena, "a", 101), back;
    squeeze_add(&out, bytes, 100);
    assert_int_equal(buf_str(&out).len, 102);
    assert_true(unsqueeze(&arena, buf_str(&out), 100, &back));
    CHECK_STR(back, bytes);
    arena_fini(&arena);
}

// Cut short, longer than it may be, or of another kind: refused. Whatever one byte is changed to,
// nothing bad happens.
static void test_refuses_what_is_damaged(void **unused)
{
    (void)unused;
    Arena arena = {0};
    Buf out = buf_on(&arena);
    Str back;
    squeeze_add(&out, repeated(&arena, "abc def ", 100), MOST);
    Str whole = buf_str(&out);
    assert_false(unsqueeze(&arena, STR(""), MOST, &back));
    assert_false(unsqueeze(&arena, whole, 799, &back));
    for (size_t len = 1; len < whole.len; len++)
        assert_false(unsqueeze(&arena, str_sub(whole, 0, len), MOST, &back));
    for (size_t i = 0; i < whole.len; i++) {
        Str other = str_copy(&arena, whole);
        ((char *)(uintptr_t)other.ptr)[i] ^= 0x55;
        if (unsqueeze(&arena, other, MOST, &back)) assert_true(back.len <= MOST);
    }
    Str unknown = str_copy(&arena, whole);
    ((char *)(uintptr_t)unknown.ptr)[0] = 2;
    assert_false(unsqueeze(&arena, unknown, MOST, &back));
    arena_fini(&arena);
}

int base_squeeze_test(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gives_back_what_it_took),
        cmocka_unit_test(test_keeps_what_is_too_long_as_it_is),
        cmocka_unit_test(test_refuses_what_is_damaged),
    };
    return RUN_TESTS(tests);
}
