// base/arena_test.c
#include "support/check.h"

static void gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    Arena arena = {0};
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *ptr = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)ptr % 16, 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(ptr[i], 0);
        memset(ptr, 0xAB, size);
    }
    arena_fini(&arena);
}

static void reset_reuses_and_zeroes(void **state)
{
    (void)state;
    Arena arena = {0};
    memset(arena_alloc(&arena, 1000), 1, 1000);
    size_t before = arena.total_bytes;
    arena_reset(&arena);
    unsigned char *again = arena_alloc(&arena, 1000);
    assert_int_equal(again[999], 0);
    assert_int_equal(arena.total_bytes, before);
    arena_fini(&arena);
}

static int order[4], ordered;
static void note(void *object)
{
    order[ordered++] = *(int *)object;
}

static void defers_run_newest_first_before_memory_goes(void **state)
{
    (void)state;
    Arena arena = {0};
    ordered = 0;
    for (int i = 1; i <= 3; i++) {
        int *number = ARENA_NEW(&arena, int);
        *number = i;
        arena_defer(&arena, note, number);
    }
    arena_reset(&arena);
    assert_int_equal(ordered, 3);
    assert_int_equal(order[0], 3);
    assert_int_equal(order[2], 1);
    arena_fini(&arena);
    assert_int_equal(ordered, 3);
}

static void grow_keeps_contents(void **state)
{
    (void)state;
    Arena arena = {0};
    char *text = arena_alloc_raw(&arena, 4);
    memcpy(text, "abcd", 4);
    char *same = arena_grow(&arena, text, 4, 100); // newest: in place
    assert_ptr_equal(same, text);
    arena_alloc(&arena, 1);
    char *moved = arena_grow(&arena, same, 100, 70000);
    assert_ptr_not_equal(moved, same);
    assert_memory_equal(moved, "abcd", 4);
    arena_shrink(&arena, moved, 70000, 10);
    arena_fini(&arena);
}

static void adopt_moves_memory_and_defers(void **state)
{
    (void)state;
    Arena into = {0}, from = {0};
    ordered = 0;
    int *number = ARENA_NEW(&from, int);
    *number = 7;
    arena_defer(&from, note, number);
    char *big = arena_alloc(&from, 1 << 20);
    arena_alloc(&into, 10);
    arena_adopt(&into, &from);
    assert_null(from.block);
    big[1 << 19] = 'x';
    assert_int_equal(ordered, 0);
    arena_fini(&into);
    assert_int_equal(ordered, 1);
    assert_int_equal(order[0], 7);
}

static void nothing_is_left_behind(void **state)
{
    (void)state;
    size_t before = mem_live_count();
    Arena arena = {0}, other = {0};
    for (int i = 0; i < 1000; i++) arena_alloc(&arena, (size_t)i * 97);
    arena_alloc(&other, 5);
    arena_adopt(&other, &arena);
    arena_fini(&other);
    arena_fini(&arena);
    arena_fini(NULL);
    mem_free(mem_resize(mem_alloc(10), 1000));
    assert_int_equal(mem_live_count(), before);
}

static void blocks_are_kept_for_the_next(void **state)
{
    (void)state;
    size_t before = mem_live_count();
    mem_give_back();
    for (int i = 0; i < 100; i++) { // of many sizes, more than is kept
        Arena arenas[8] = {0};
        for (size_t k = 0; k < ARRAY_LEN(arenas); k++) {
            size_t size = (size_t)1 << (10 + (size_t)(i * 7 + (int)k * 3) % 13);
            char *zeroed = arena_alloc(&arenas[k], size), *raw = arena_alloc_raw(&arenas[k], size);
            for (size_t at = 0; at < size; at += 512) assert_int_equal(zeroed[at], 0);
            memset(raw, 0xEE, size);
        }
        arena_reset(&arenas[i % 8]);
        for (size_t k = 0; k < ARRAY_LEN(arenas); k++) arena_fini(&arenas[k]);
    }
    Arena arena = {0};
    char *first = arena_alloc_raw(&arena, 300 << 10);
    arena_fini(&arena);
    char *second = arena_alloc_raw(&arena, 300 << 10);
    assert_ptr_equal(first, second);
    arena_fini(&arena);
    assert_int_equal(mem_live_count(), before);
}

int base_arena_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_memory),
        cmocka_unit_test(reset_reuses_and_zeroes),
        cmocka_unit_test(defers_run_newest_first_before_memory_goes),
        cmocka_unit_test(grow_keeps_contents),
        cmocka_unit_test(adopt_moves_memory_and_defers),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(blocks_are_kept_for_the_next),
    };
    return RUN_TESTS(tests);
}
