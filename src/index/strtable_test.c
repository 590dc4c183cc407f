// index/strtable_test.c - against a sorted array; and lists against what was put in.
#include "index/strtable.h"

#include "index/lists.h"
#include "support/check.h"

static uint32_t below(uint64_t *random, uint32_t limit)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33) % limit;
}

// Distinct texts, many with long common beginnings, some with bytes 0 and 255.
static uint32_t make_texts(Arena *arena, uint64_t *random, Str *texts, uint32_t most)
{
    uint32_t count = 0;
    while (count < most) {
        Buf text = buf_on(arena);
        buf_repeat(&text, 'x', below(random, 30));
        for (uint32_t len = below(random, 12); len; len--)
            buf_byte(&text, "ab_\0\xFF"[below(random, 5)]);
        bool known = false;
        for (uint32_t i = 0; i < count && !known; i++) known = str_eq(texts[i], buf_str(&text));
        if (!known) texts[count++] = buf_str(&text);
    }
    return count;
}

static void finds_and_gives(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 15, 16, 17, 255, 256, 257, 1000};
    for (size_t round = 0; round < ARRAY_LEN(counts); round++) {
        Arena arena = {0};
        uint64_t random = round;
        uint32_t count = counts[round];
        Str *texts = ARENA_ARRAY(&arena, Str, 2 * (size_t)count + 1);
        uint32_t *order = ARENA_ARRAY(&arena, uint32_t, count);
        StrTable table;
        make_texts(&arena, &random, texts, 2 * count + 1); // the second half is not put in
        strtable_sort(&arena, texts, count, order);
        StrTableSections sections = strtable_make(&arena, texts, order, count);
        assert_true(strtable_open(NULL, &sections, count, &table));
        for (uint32_t i = 0; i < count; i++) {
            if (i) assert_true(str_cmp(texts[order[i - 1]], texts[order[i]]) < 0);
            CHECK_STR(strtable_get(&arena, &table, i), texts[order[i]]);
            assert_int_equal(strtable_find(&table, texts[order[i]]), i);
        }
        for (uint32_t i = count; i < 2 * count + 1; i++)
            assert_int_equal(strtable_find(&table, texts[i]), STRTABLE_NONE);
        CHECK_STR(strtable_get(&arena, &table, count), STR(""));
        sections.starts.len -= 4;
        assert_false(strtable_open(NULL, &sections, count, &table));
        arena_fini(&arena);
    }
}

static void gives_lists(void **state)
{
    (void)state;
    Arena arena = {0};
    uint64_t random = 5;
    for (uint32_t count = 0; count < 50; count++) {
        Str wanted[50];
        ListsBuilder builder = lists_builder(&arena, count, 0);
        for (uint32_t i = 0; i < count; i++) {
            Buf list = buf_on(&arena);
            for (uint32_t len = below(&random, 3) ? below(&random, 4) : below(&random, 300); len;
                 len--)
                buf_byte(&list, (char)below(&random, 256));
            wanted[i] = buf_str(&list);
            lists_add(&builder, wanted[i]);
        }
        lists_finish(&builder);
        Lists lists = {.starts = builder.starts, .count = count, .bytes = buf_str(&builder.bytes)};
        for (uint32_t i = 0; i < count; i++) CHECK_STR(lists_get(&lists, i), wanted[i]);
        CHECK_STR(lists_get(&lists, count), STR(""));
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

// A changed byte is seen by its block's sum, and nothing is given.
static void damage_gives_nothing(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    uint64_t random = 9;
    Str *texts = ARENA_ARRAY(&arena, Str, COUNT);
    uint32_t *order = ARENA_ARRAY(&arena, uint32_t, COUNT);
    make_texts(&arena, &random, texts, COUNT);
    strtable_sort(&arena, texts, COUNT, order);
    StrTableSections sections = strtable_make(&arena, texts, order, COUNT);
    SegmentSection three[] = {{1, sections.text}, {2, sections.starts}, {3, sections.tops}};
    Segment *segment = segment_in_memory(three, ARRAY_LEN(three)), *changed;
    Str image = str_copy(&arena, segment_image(segment));
    segment_close(segment);
    for (int round = 0; round < 200; round++) {
        size_t at = below(&random, (uint32_t)image.len);
        char *byte = (char *)(uintptr_t)image.ptr + at;
        *byte ^= 1;
        if (!segment_from_bytes(&cx, image, &changed)) {
            StrTable table;
            StrTableSections read = {.text = segment_unchecked(changed, 1),
                                     .starts = segment_unchecked(changed, 2),
                                     .tops = segment_unchecked(changed, 3)};
            assert_true(strtable_open(changed, &read, COUNT, &table));
            for (uint32_t i = 0; i < COUNT; i += 29) {
                uint32_t found = strtable_find(&table, texts[order[i]]);
                Str text = strtable_get(&arena, &table, i);
                bool damaged = segment_intact(&cx, changed) != NULL;
                assert_true(damaged || (found == i && str_eq(text, texts[order[i]])));
            }
            segment_close(changed);
        }
        *byte ^= 1;
    }
    arena_fini(&arena);
}

int index_strtable_test(void);
int index_strtable_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_and_gives),
        cmocka_unit_test(gives_lists),
        cmocka_unit_test(damage_gives_nothing),
    };
    return RUN_TESTS(tests);
}
