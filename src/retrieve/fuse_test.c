// retrieve/fuse_test.c - against the definition, document by document.
#include "retrieve/fuse.h"

#include <math.h>
#include <stdlib.h>

#include "support/check.h"

enum { DOCS = 60, MOST = 50, CHANNELS = 4, ROUNDS = 400 };

static uint32_t random_state = 31;
static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

// What the channel adds to the document, straight from the definition.
static double slow_part(const FuseChannel *channel, const FuseSpec *spec, uint32_t doc)
{
    double most = 0;
    for (size_t i = 0; i < channel->len; i++)
        if (isfinite(channel->items[i].score)) most = fmax(most, channel->items[i].score);
    for (size_t i = 0; i < channel->len; i++) {
        double score = channel->items[i].score;
        if (channel->items[i].doc != doc) continue;
        if (spec->method == FUSE_RRF)
            return channel->weight * (1 / ((spec->k > 0 ? spec->k : 60) + (double)i + 1));
        if (!isfinite(score) || score <= 0 || most <= 0) return 0;
        return channel->weight * (score / most);
    }
    return 0;
}

static bool has(const FuseChannel *channels, size_t count, uint32_t doc)
{
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < channels[c].len; i++)
            if (channels[c].items[i].doc == doc) return true;
    return false;
}

static void check_hits(const Fused *fused, const FuseChannel *channels, size_t count,
                       const FuseSpec *spec)
{
    size_t wanted = 0;
    for (uint32_t doc = 0; doc < DOCS; doc++) wanted += has(channels, count, doc);
    assert_int_equal(fused->len, spec->limit ? MIN(wanted, spec->limit) : wanted);
    for (size_t i = 0; i < fused->len; i++) {
        const FuseHit *hit = &fused->items[i];
        double sum = 0;
        for (size_t c = 0; c < count; c++) {
            assert_true(hit->parts[c] == slow_part(&channels[c], spec, hit->doc));
            sum += hit->parts[c];
        }
        assert_true(sum == hit->score);
        if (!i) continue;
        const FuseHit *before = hit - 1;
        assert_true(before->score > hit->score ||
                    (before->score == hit->score && before->doc < hit->doc));
    }
    // Nothing left out is better than the last one.
    for (uint32_t doc = 0; doc < DOCS && fused->len && fused->len < wanted; doc++) {
        double score = 0;
        bool there = false;
        for (size_t c = 0; c < count; c++) score += slow_part(&channels[c], spec, doc);
        for (size_t i = 0; i < fused->len; i++) there |= fused->items[i].doc == doc;
        if (!there && has(channels, count, doc))
            assert_true(score <= fused->items[fused->len - 1].score);
    }
}

static void as_defined(void **state)
{
    (void)state;
    static const double odd[] = {0, -1, NAN, INFINITY, -INFINITY, 1e-300, 1e300};
    Arena arena = {0};
    for (int round = 0; round < ROUNDS; round++) {
        FuseChannel channels[CHANNELS];
        size_t count = random_below(CHANNELS + 1);
        for (size_t c = 0; c < count; c++) {
            FuseItem *items = ARENA_ARRAY(&arena, FuseItem, MOST);
            channels[c] = (FuseChannel){
                .items = items, .len = random_below(MOST + 1), .weight = random_below(5) / 2.0};
            for (size_t i = 0; i < channels[c].len; i++)
                items[i] = (FuseItem){.doc = random_below(DOCS), // some twice
                                      .score = random_below(10) ? random_below(20) / 4.0
                                                                : odd[random_below(7)]};
        }
        FuseSpec spec = {.method = random_below(2) ? FUSE_RRF : FUSE_SCORES,
                         .k = random_below(3) * 10,
                         .limit = random_below(3) ? 0 : 1 + random_below(20)};
        Fused fused = fuse(&arena, channels, count, &spec);
        check_hits(&fused, channels, count, &spec);
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

static void by_hand(void **state)
{
    (void)state;
    Arena arena = {0};
    const FuseItem words[] = {{7, 8}, {3, 4}, {5, 2}}, vectors[] = {{3, 0.9}, {9, 0.45}};
    const FuseChannel channels[] = {{words, 3, 1}, {vectors, 2, 2}};
    Fused rrf = fuse(&arena, channels, 2, &(FuseSpec){.method = FUSE_RRF});
    assert_int_equal(rrf.len, 4);
    assert_int_equal(rrf.items[0].doc, 3);
    assert_true(fabs(rrf.items[0].score - (1.0 / 62 + 2.0 / 61)) < 1e-15);
    Fused scores = fuse(&arena, channels, 2, &(FuseSpec){.method = FUSE_SCORES});
    static const struct {
        uint32_t doc;
        double score;
    } want[] = {{3, 2.5}, {7, 1}, {9, 1}, {5, 0.25}}; // 7 and 9 tie
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_int_equal(scores.items[i].doc, want[i].doc);
        assert_true(scores.items[i].score == want[i].score);
    }
    assert_int_equal(fuse(&arena, NULL, 0, &(FuseSpec){0}).len, 0);
    arena_fini(&arena);
}

int retrieve_fuse_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_defined), cmocka_unit_test(by_hand)};
    return RUN_TESTS(tests);
}
