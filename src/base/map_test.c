// base/map_test.c - the map and the vector, against a plain list.
#include "base/map.h"

#include "base/vec.h"
#include "support/check.h"

static void finds_what_was_put(void **state)
{
    (void)state;
    Arena arena = {0};
    Map map = {0};
    uint64_t value = 0;
    assert_false(map_get(&map, STR("x"), NULL));
    for (int i = 0; i < 5000; i++)
        map_put(&arena, &map, str_format(&arena, "key%d", i), (uint64_t)i * 3);
    map_put(&arena, &map, STR("key17"), 1);
    map_put(&arena, &map, STR(""), 99);
    assert_int_equal(map.len, 5001);
    for (int i = 0; i < 5000; i++) {
        assert_true(map_get(&map, str_format(&arena, "key%d", i), &value));
        assert_int_equal(value, i == 17 ? 1 : i * 3);
    }
    assert_true(map_get(&map, STR(""), &value) && value == 99);
    assert_false(map_get(&map, STR("key5000"), NULL));
    ++*map_at(&arena, &map, STR("counter"), 5);
    ++*map_at(&arena, &map, STR("counter"), 5);
    assert_true(map_get(&map, STR("counter"), &value) && value == 7);
    arena_fini(&arena);
}

static void vector_keeps_order(void **state)
{
    (void)state;
    Arena arena = {0};
    VEC(int) numbers = {0};
    for (int i = 0; i < 10000; i++) {
        VEC_PUSH(&arena, &numbers, i);
        if (i % 100 == 0) arena_alloc(&arena, 3); // so that growth cannot stay in place
    }
    assert_int_equal(numbers.len, 10000);
    for (int i = 0; i < 10000; i++) assert_int_equal(numbers.items[i], i);
    arena_fini(&arena);
}

int base_map_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put),
        cmocka_unit_test(vector_keeps_order),
    };
    return RUN_TESTS(tests);
}
