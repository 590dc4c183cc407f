// runtime/frame_test.c - what was encoded decodes the same; whatever is changed or cut is refused.
#include "runtime/frame.h"

#include "support/check.h"

static Str encode(Arena *arena, const Frame *frame)
{
    Buf buf = buf_on(arena);
    frame_encode_head(&buf, frame);
    buf_add(&buf, frame->payload);
    return buf_str(&buf);
}

static void round_trip(void **state)
{
    (void)state;
    static const Frame cases[] = {
        {FRAME_HELLO, 0, {NULL, 0}, {"1 2", 3}},
        {FRAME_READY, 0, {NULL, 0}, {NULL, 0}},
        {FRAME_TASK, 7, {"parse", 5}, {"\0\1\2", 3}},
        {FRAME_REPLY, UINT64_MAX, {NULL, 0}, {"x", 1}},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Frame out;
        const char *why;
        Str whole = encode(&arena, &cases[i]);
        assert_true(frame_decode(whole, 100, &out, &why));
        assert_int_equal(out.type, cases[i].type);
        assert_true(out.id == cases[i].id);
        CHECK_STR(out.name, cases[i].name);
        CHECK_STR(out.payload, cases[i].payload);
    }
    arena_fini(&arena);
}

static void every_changed_bit_is_refused(void **state)
{
    (void)state;
    Arena arena = {0};
    Frame frame = {FRAME_TASK, 7, STR("parse"), STR("some bytes to be parsed")}, out;
    const char *why;
    Str whole = encode(&arena, &frame);
    char *bytes = (char *)(uintptr_t)whole.ptr;
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        assert_false(frame_decode(whole, 1 << 20, &out, &why));
        assert_non_null(why);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t len = 0; len < whole.len; len++)
        assert_false(frame_decode(str_sub(whole, 0, len), 1 << 20, &out, &why));
    assert_false(frame_decode(whole, frame.payload.len - 1, &out, &why));
    assert_string_equal(why, "a message over the size limit");
    arena_fini(&arena);
}

int runtime_frame_test(void);
int runtime_frame_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(every_changed_bit_is_refused),
    };
    return RUN_TESTS(tests);
}
