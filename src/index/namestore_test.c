#include "index/namestore.h"

#include "index/doc.h"
#include "support/check.h"

static const NameRow rows[] = {
    {{"one", 3}, {"\1\2", 2}, {1, UINT64_MAX}},
    {{NULL, 0}, {NULL, 0}, {5, 6}},
    {{"three!", 6}, {"\0", 1}, {0, 0}},
};

static Segment *pack(Arena *arena, uint32_t files)
{
    SegmentSection sections[NAMES_SECTIONS];
    namestore_pack(arena, rows, files, sections);
    return segment_in_memory(sections, NAMES_SECTIONS);
}

static void gives_what_was_packed(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (uint32_t files = 0; files <= ARRAY_LEN(rows); files++) {
        NameStore store;
        Hash128 sum = {0};
        Segment *segment = pack(&arena, files);
        assert_null(namestore_open(&cx, segment, &store));
        assert_int_equal(store.files, files);
        for (uint32_t i = 0; i < files; i++) {
            Hash128 seen = namestore_seen(&store, i);
            CHECK_STR(factstore_get(&store.names, i), rows[i].names);
            CHECK_STR(namestore_unlisted(&store, i), rows[i].unlisted);
            assert_memory_equal(&seen, &rows[i].seen, sizeof seen);
            hash_sum_add(&sum, seen);
        }
        assert_memory_equal(&sum, &store.sum, sizeof sum);
        for (uint32_t i = 0; i < files; i++) hash_sum_subtract(&sum, rows[i].seen);
        assert_true(!sum.low && !sum.high);
        assert_false(namestore_unlisted(&store, files).len);
        assert_null(segment_intact(&cx, segment));
        segment_close(segment);
    }
    arena_fini(&arena);
}

static void a_segment_without_names_knows_nothing(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    NameStore store;
    Segment *segment = segment_in_memory(&(SegmentSection){7, STR("x")}, 1);
    assert_null(namestore_open(&cx, segment, &store));
    assert_int_equal(store.files, 0);
    segment_close(segment);
    arena_fini(&arena);
}

// Whatever byte of the file is another one: what was packed, or nothing and the segment knows.
static void damage_gives_nothing(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Segment *whole = pack(&arena, ARRAY_LEN(rows));
    Str image = str_copy(&arena, segment_image(whole));
    char *bytes = (char *)(uintptr_t)image.ptr;
    for (size_t at = 0; at < image.len; at++) {
        Segment *segment;
        NameStore store;
        bytes[at] ^= 0x11;
        bool opened = !segment_from_bytes(&cx, image, &segment);
        bool fits = opened && !namestore_open(&cx, segment, &store);
        for (uint32_t i = 0; fits && i < ARRAY_LEN(rows); i++) {
            Str names = factstore_get(&store.names, i), unlisted = namestore_unlisted(&store, i);
            Hash128 seen = namestore_seen(&store, i);
            bool same = str_eq(names, rows[i].names) && str_eq(unlisted, rows[i].unlisted) &&
                        memcmp(&seen, &rows[i].seen, sizeof seen) == 0;
            assert_true(same || segment_intact(&cx, segment));
            assert_true(!names.len || str_eq(names, rows[i].names));
        }
        if (opened) segment_close(segment);
        bytes[at] ^= 0x11;
    }
    segment_close(whole);
    arena_fini(&arena);
}

// Every definition of a Doc is found again among the Facts.
static void unlisted_definitions_are_skipped(void **state)
{
    (void)state;
    Arena arena = {0};
    Def defs[200] = {{.kind = DEF_FUNCTION, .name = STR("f"), .parent = -1}};
    Facts facts = {.defs = defs, .def_count = ARRAY_LEN(defs)};
    for (int32_t step = 1; step < 60; step++) {
        for (int32_t i = 1; i < (int32_t)ARRAY_LEN(defs); i++) {
            bool local = i % step == 0 || (step == 7 && i > 20 && i < 180);
            defs[i] = (Def){.kind = local ? DEF_VARIABLE : DEF_FUNCTION, .name = STR("x")};
        }
        Str unlisted = doc_unlisted(&arena, &facts);
        for (uint32_t i = 0, listed = 0; i < facts.def_count; i++)
            if (doc_lists(&facts, i)) assert_int_equal(doc_def_index(unlisted, listed++), i);
    }
    arena_fini(&arena);
}

int index_namestore_test(void);
int index_namestore_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_packed),
        cmocka_unit_test(a_segment_without_names_knows_nothing),
        cmocka_unit_test(damage_gives_nothing),
        cmocka_unit_test(unlisted_definitions_are_skipped),
    };
    return RUN_TESTS(tests);
}
