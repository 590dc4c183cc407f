#include "index/chunk.h"

#include "support/check.h"

static void assert_tiles(const LineStarts *lines, const ChunkVec *chunks)
{
    uint32_t next = 1;
    for (size_t i = 0; i < chunks->len; i++) {
        assert_int_equal(chunks->items[i].first_line, next);
        assert_true(chunks->items[i].last_line >= next);
        next = chunks->items[i].last_line + 1;
    }
    assert_int_equal(next, lines->count + 1);
}

static uint32_t size_of(const LineStarts *lines, Chunk chunk)
{
    return lines->starts[chunk.last_line] - lines->starts[chunk.first_line - 1];
}

static void finds_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t lines;
    } cases[] = {{"", 0}, {"a", 1}, {"a\n", 1}, {"\n", 1}, {"a\nb", 2}, {"\n\n\n", 3}};
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        LineStarts lines = lines_find(&arena, str_from(cases[i].text));
        assert_int_equal(lines.count, cases[i].lines);
        assert_int_equal(lines.starts[lines.count], strlen(cases[i].text));
    }
    LineStarts lines = lines_find(&arena, STR("ab\nc\n\nd"));
    static const uint32_t of[] = {1, 1, 1, 2, 2, 3, 4};
    for (uint32_t i = 0; i < ARRAY_LEN(of); i++) assert_int_equal(lines_at(&lines, i), of[i]);
    arena_fini(&arena);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

// Random texts and boundaries: chunks tile, none is too large unless it is one line, and none but
// pieces of long ones begin off a boundary.
static void tiles_anything(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 300; round++) {
        Arena arena = {0};
        Buf text = buf_on(&arena);
        uint32_t line_count = next_random(&seed) % 200, boundaries[64];
        for (uint32_t i = 0; i < line_count; i++) {
            buf_repeat(&text, 'x', next_random(&seed) % (i % 17 ? 80 : 3000));
            if (i + 1 < line_count || next_random(&seed) % 2) buf_byte(&text, '\n');
        }
        size_t count = next_random(&seed) % ARRAY_LEN(boundaries);
        uint32_t line = 0;
        for (size_t i = 0; i < count; i++) boundaries[i] = line += next_random(&seed) % 9;
        LineStarts lines = lines_find(&arena, buf_str(&text));
        ChunkVec chunks = chunks_cut(&arena, &lines, boundaries, count);
        assert_tiles(&lines, &chunks);
        for (size_t i = 0; i < chunks.len; i++)
            if (chunks.items[i].first_line < chunks.items[i].last_line)
                assert_true(size_of(&lines, chunks.items[i]) <= CHUNK_MOST);
        arena_fini(&arena);
    }
}

static void follows_boundaries(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf text = buf_on(&arena);
    for (int i = 0; i < 60; i++) buf_addf(&text, "%059d\n", i); // 60 bytes a line
    LineStarts lines = lines_find(&arena, buf_str(&text));
    // 10 lines fit with 12 more (1320 bytes), 13 more do not fit; 40 lines are cut after 25
    static const uint32_t boundaries[] = {11, 23, 24};
    ChunkVec chunks = chunks_cut(&arena, &lines, boundaries, ARRAY_LEN(boundaries));
    static const Chunk expected[] = {{1, 23}, {24, 60}};
    assert_int_equal(chunks.len, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(chunks.items[i].first_line, expected[i].first_line);
        assert_int_equal(chunks.items[i].last_line, expected[i].last_line);
    }
    static const uint32_t late[] = {11, 52};
    chunks = chunks_cut(&arena, &lines, late, ARRAY_LEN(late)); // 41 lines: cut at line ends
    assert_int_equal(chunks.len, 3);
    assert_int_equal(chunks.items[1].first_line, 11);
    assert_int_equal(chunks.items[1].last_line, 35);
    assert_int_equal(chunks.items[2].last_line, 60);
    arena_fini(&arena);
}

int index_chunk_test(void);
int index_chunk_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines),
        cmocka_unit_test(tiles_anything),
        cmocka_unit_test(follows_boundaries),
    };
    return RUN_TESTS(tests);
}
