// retrieve/candidates_test.c - random patterns over random texts: no file with a match is left out.
#include "retrieve/candidates.h"

#include "support/check.h"

enum { FILES = 200, WORDS = (FILES + 63) / 64 };

typedef struct World {
    Arena arena;
    Ctx cx;
    uint64_t random;
    Str texts[FILES]; // with room behind
    Segment *segment;
    Ngrams ngrams;
} World;

static uint32_t below(World *world, uint32_t limit)
{
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->random >> 33) % limit;
}

static const char *const pieces[] = {"foo",      "Bar",      "sk",  "K", "\xE2\x84\xAA",
                                     "\xC5\xBF", "\xC3\xA9", "x",   "_", "42",
                                     " ",        "baz",      "qux", "\n"};

static void make_texts(World *world)
{
    NgramTaker *taker = ngram_taker_new();
    NgramBuilder *builder = ngram_builder_new();
    SegmentSection sections[NGRAM_SECTIONS];
    for (uint32_t i = 0; i < FILES; i++) {
        Buf buf = buf_on(&world->arena);
        for (uint32_t n = below(world, 30); n; n--)
            buf_add(&buf, str_from(pieces[below(world, ARRAY_LEN(pieces))]));
        size_t len = buf.len;
        memset(buf_room(&buf, SCAN_PADDING), 0, SCAN_PADDING);
        world->texts[i] = (Str){buf_str(&buf).ptr, len};
        ngram_add(builder, i, ngram_take(taker, world->texts[i]));
    }
    ngram_finish(&world->arena, builder, FILES, sections);
    world->segment = segment_in_memory(sections, NGRAM_SECTIONS);
    assert_null(ngram_open(&world->cx, world->segment, &world->ngrams));
    ngram_builder_free(builder);
    ngram_taker_free(taker);
}

static Str random_pattern(World *world, bool regex)
{
    static const char *const operators[] = {"|",           ".*", "?", "+", "[ab]",
                                            "(?:foo|bar)", ".",  "^", "$"};
    Buf buf = buf_on(&world->arena);
    for (uint32_t n = 1 + below(world, 4); n; n--) {
        buf_add(&buf, str_from(pieces[below(world, ARRAY_LEN(pieces) - 1)]));
        if (regex && below(world, 2))
            buf_add(&buf, str_from(operators[below(world, ARRAY_LEN(operators))]));
    }
    return buf_str(&buf);
}

static bool stop_at_first(void *arg, Match match)
{
    (void)match;
    *(bool *)arg = true;
    return false;
}

static void no_file_with_a_match_is_left_out(void **state)
{
    (void)state;
    World world = {.cx = {.arena = &world.arena}, .random = 5};
    size_t told = 0, left_out = 0;
    make_texts(&world);
    for (int round = 0; round < 3000; round++) {
        bool regex = below(&world, 2);
        PatternSpec spec = {.text = random_pattern(&world, regex),
                            .mode = regex ? PATTERN_REGEX : PATTERN_LITERAL,
                            .word = below(&world, 3) == 0,
                            .case_mode = (CaseMode)below(&world, 3)};
        const Pattern *pattern = NULL;
        uint64_t marked[WORDS] = {0};
        if (pattern_compile(&world.cx, &spec, &pattern)) continue;
        if (!candidates_mark(pattern, &world.ngrams, marked)) continue;
        Matcher *matcher = matcher_new(&world.arena, pattern);
        told++;
        for (size_t i = 0; i < FILES; i++) {
            bool hit = false, kept = marked[i / 64] >> i % 64 & 1;
            matcher_scan(matcher, world.texts[i].ptr, world.texts[i].len, false, stop_at_first,
                         &hit);
            if (hit && !kept)
                fail_msg("%s (case %d, word %d): file %zu is left out", spec.text.ptr,
                         (int)spec.case_mode, spec.word, i);
            left_out += !kept;
        }
    }
    assert_true(told > 500 && left_out > 0);
    segment_close(world.segment);
    arena_fini(&world.arena);
}

int retrieve_candidates_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_file_with_a_match_is_left_out)};
    return RUN_TESTS(tests);
}
