// index/ngram_test.c - a file that holds a literal is always marked; naive search is the oracle.
#include "index/ngram.h"

#include "support/check.h"

enum { FILES = 300, WORDS = (FILES + 63) / 64 };

typedef struct World {
    Arena arena;
    Ctx cx;
    uint64_t random;
    Str texts[FILES];
} World;

static uint32_t below(World *world, uint32_t limit)
{
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->random >> 33) % limit;
}

// A few letters, so that trigrams meet; now and then anything.
static Str random_text(World *world, uint32_t len)
{
    Buf buf = buf_on(&world->arena);
    for (uint32_t i = 0; i < len; i++) {
        uint32_t kind = below(world, 40);
        char c = kind == 0 ? '\n' : kind == 1 ? (char)below(world, 256) : "abcAB_"[below(world, 6)];
        buf_byte(&buf, c);
    }
    return buf_str(&buf);
}

static void make_texts(World *world)
{
    for (size_t i = 0; i < FILES; i++)
        world->texts[i] = random_text(world, below(world, i % 3 ? 60 : 2000));
}

static Segment *make_index(World *world)
{
    NgramBuilder *builder = ngram_builder_new();
    NgramTaker *taker = ngram_taker_new();
    for (uint32_t i = 0; i < FILES; i++) ngram_add(builder, i, ngram_take(taker, world->texts[i]));
    ngram_taker_free(taker);
    SegmentSection sections[NGRAM_SECTIONS];
    ngram_finish(&world->arena, builder, FILES, sections);
    Segment *segment = segment_in_memory(sections, NGRAM_SECTIONS);
    ngram_builder_free(builder);
    return segment;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool holds(Str text, Str literal)
{
    for (size_t at = 0; at + literal.len <= text.len; at++) {
        size_t same = 0;
        while (same < literal.len && lower(text.ptr[at + same]) == lower(literal.ptr[same])) same++;
        if (same == literal.len) return true;
    }
    return false;
}

static bool is_marked(const uint64_t *marked, size_t file)
{
    return marked[file / 64] >> file % 64 & 1;
}

static void no_file_is_missed(void **state)
{
    (void)state;
    World world = {.cx = {.arena = &world.arena}, .random = 7};
    make_texts(&world);
    Segment *segment = make_index(&world);
    Ngrams ngrams;
    size_t marks = 0, hits = 0;
    assert_null(ngram_open(&world.cx, segment, &ngrams));
    for (int round = 0; round < check_rounds(2000, 20000); round++) {
        Str from = world.texts[below(&world, FILES)];
        uint32_t start = from.len ? below(&world, (uint32_t)from.len) : 0;
        Str literal = round % 2 ? random_text(&world, 3 + below(&world, 6))
                                : str_sub(from, start, start + 3 + below(&world, 80));
        uint64_t marked[WORDS] = {0};
        if (memchr(literal.ptr, '\n', literal.len)) continue;
        if (!ngram_may_hold(&ngrams, literal, marked)) {
            assert_true(literal.len < NGRAM_SIZE);
            continue;
        }
        for (size_t i = 0; i < FILES; i++) {
            bool there = holds(world.texts[i], literal);
            if (there && !is_marked(marked, i)) fail_msg("round %d: file %zu is missed", round, i);
            marks += is_marked(marked, i);
            hits += there;
        }
    }
    assert_true(hits > 0 && marks < 3 * hits); // it leaves out most of what it can
    segment_close(segment);
    arena_fini(&world.arena);
}

static void what_is_unknown_is_said(void **state)
{
    (void)state;
    World world = {.cx = {.arena = &world.arena}};
    uint64_t marked[WORDS] = {0};
    Ngrams ngrams;
    Segment *empty = segment_in_memory(NULL, 0);
    assert_null(ngram_open(&world.cx, empty, &ngrams));
    assert_false(ngram_may_hold(&ngrams, STR("literal"), marked));
    segment_close(empty);

    make_texts(&world);
    Segment *segment = make_index(&world);
    assert_null(ngram_open(&world.cx, segment, &ngrams));
    assert_false(ngram_may_hold(&ngrams, STR("ab"), marked));
    assert_true(ngram_may_hold(&ngrams, STR("absent_xyz"), marked));
    for (size_t i = 0; i < WORDS; i++) assert_int_equal(marked[i], 0);
    segment_close(segment);
    arena_fini(&world.arena);
}

static void letters_that_fold_to_ascii_are_found(void **state)
{
    (void)state;
    World world = {.cx = {.arena = &world.arena}};
    uint64_t marked[WORDS] = {0};
    Ngrams ngrams;
    world.texts[5] = STR("ma\xC5\xBFt"); // long s
    world.texts[70] = STR("\xE2\x84\xAA"
                          "elvin"); // Kelvin sign
    Segment *segment = make_index(&world);
    assert_null(ngram_open(&world.cx, segment, &ngrams));
    assert_true(ngram_may_hold(&ngrams, STR("MAST"), marked));
    assert_true(ngram_may_hold(&ngrams, STR("kelvin"), marked));
    assert_true(is_marked(marked, 5) && is_marked(marked, 70) && !is_marked(marked, 6));
    assert_true(ngram_may_hold(&ngrams, STR("a\xC5\xBFt"), marked));
    segment_close(segment);
    arena_fini(&world.arena);
}

// Sections whose check sums are right and whose content is not: nothing is read out of bounds.
static void nonsense_is_refused(void **state)
{
    (void)state;
    World world = {.cx = {.arena = &world.arena}, .random = 3};
    make_texts(&world);
    for (int round = 0; round < check_rounds(300, 3000); round++) {
        Segment *good = make_index(&world);
        SegmentSection sections[NGRAM_SECTIONS];
        for (uint32_t i = 0; i < NGRAM_SECTIONS; i++) {
            Str bytes = segment_section(good, NGRAM_HEAD + i);
            char *copy = arena_alloc(&world.arena, bytes.len + 1);
            memcpy(copy, bytes.ptr, bytes.len);
            sections[i] = (SegmentSection){NGRAM_HEAD + i, {copy, bytes.len}};
        }
        segment_close(good);
        SegmentSection *victim = &sections[below(&world, NGRAM_SECTIONS)];
        for (uint32_t i = below(&world, 4); i < 8 && victim->bytes.len; i++)
            ((char *)(uintptr_t)victim->bytes.ptr)[below(&world, (uint32_t)victim->bytes.len)] =
                (char)below(&world, 256);
        if (below(&world, 3) == 0)
            victim->bytes.len = below(&world, (uint32_t)victim->bytes.len + 1);
        Segment *bad = segment_in_memory(sections, NGRAM_SECTIONS);
        Ngrams ngrams;
        uint64_t marked[WORDS] = {0};
        bool fits = !ngram_open(&world.cx, bad, &ngrams) && ngrams.files == FILES;
        for (int i = 0; fits && i < 20; i++)
            (void)ngram_may_hold(&ngrams, random_text(&world, 5), marked);
        segment_close(bad);
        if (round % 100 == 99) {
            arena_reset(&world.arena);
            make_texts(&world);
        }
    }
    arena_fini(&world.arena);
}

int index_ngram_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_missed),
        cmocka_unit_test(what_is_unknown_is_said),
        cmocka_unit_test(letters_that_fold_to_ascii_are_found),
        cmocka_unit_test(nonsense_is_refused),
    };
    return RUN_TESTS(tests);
}
