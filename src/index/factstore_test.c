#include "index/factstore.h"

#include "support/check.h"

static const Str briefs[] = {{"one", 3}, {NULL, 0}, {"three!", 6}, {"", 0}, {"5", 1}};

static Segment *pack(Arena *arena, uint32_t files)
{
    SegmentSection sections[FACTS_SECTIONS];
    factstore_pack(arena, FACTS_NAMES, briefs, files, sections);
    return segment_in_memory(sections, FACTS_SECTIONS);
}

static void gives_what_was_packed(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (uint32_t files = 0; files <= ARRAY_LEN(briefs); files++) {
        FactStore store;
        Segment *segment = pack(&arena, files);
        assert_null(factstore_open(&cx, segment, FACTS_NAMES, &store));
        assert_int_equal(store.files, files);
        for (uint32_t i = 0; i < files; i++) CHECK_STR(factstore_get(&store, i), briefs[i]);
        assert_null(factstore_get(&store, files).ptr);
        assert_null(segment_intact(&cx, segment));
        segment_close(segment);
    }
    arena_fini(&arena);
}

static void a_segment_without_facts_knows_nothing(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    FactStore store;
    Segment *segment = segment_in_memory(&(SegmentSection){7, STR("x")}, 1);
    assert_null(factstore_open(&cx, segment, FACTS_NAMES, &store));
    assert_null(factstore_get(&store, 0).ptr);
    segment_close(segment);
    arena_fini(&arena);
}

// Whatever byte of the file is another one: what was packed, or nothing.
static void damage_gives_nothing(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Segment *whole = pack(&arena, ARRAY_LEN(briefs));
    Str image = str_copy(&arena, segment_image(whole));
    char *bytes = (char *)(uintptr_t)image.ptr;
    for (size_t at = 0; at < image.len; at++) {
        Segment *segment;
        FactStore store;
        bytes[at] ^= 0x11;
        bool opened = !segment_from_bytes(&cx, image, &segment);
        if (opened && !factstore_open(&cx, segment, FACTS_NAMES, &store))
            for (uint32_t i = 0; i < ARRAY_LEN(briefs); i++) {
                Str got = factstore_get(&store, i);
                assert_true(!got.len || str_eq(got, briefs[i]));
            }
        if (opened) segment_close(segment);
        bytes[at] ^= 0x11;
    }
    segment_close(whole);
    arena_fini(&arena);
}

int index_factstore_test(void);
int index_factstore_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_packed),
        cmocka_unit_test(a_segment_without_facts_knows_nothing),
        cmocka_unit_test(damage_gives_nothing),
    };
    return RUN_TESTS(tests);
}
