// What was embedded once is not asked for again, and is the same.
#include "retrieve/embed_kept.h"

#include "runtime/cache.h"
#include "support/check.h"
#include "support/folder.h"

enum { DIMS = 5 };

typedef struct Fake {
    size_t texts, calls;
    bool down, many;
    uint32_t dims; // 0: DIMS
} Fake;

static void fake_model(void *self, EmbedModel *out)
{
    *out = (EmbedModel){
        .backend = STR("fake"), .model = STR("m"), .many_rows = ((const Fake *)self)->many};
}

static Fail fake_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                       EmbedRows *out)
{
    (void)pool;
    Fake *fake = self;
    uint32_t dims = fake->dims ? fake->dims : DIMS;
    float *rows = ARENA_ARRAY(cx->arena, float, out->count *dims);
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    fake->calls++;
    for (size_t i = 0; i < out->count; i++) {
        missing[i] = fake->down || str_eq(texts[i], STR("never"));
        out->missing_count += missing[i];
        fake->texts++;
        for (size_t k = 0; k < dims; k++)
            rows[i * dims + k] = (float)(texts[i].len % (k + 2)) + .3F * (float)kind + .1F;
        assert_true(embed_normalise(rows + i * dims, dims));
    }
    if (out->missing_count) out->limit = STR("down");
    out->rows = rows;
    out->dims = fake->down ? 0 : dims;
    out->missing = missing;
    return NULL;
}

static const EmbedBackend backend = {"fake", fake_model, fake_embed, NULL};

static Fail build_cache(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    CacheSpec spec = cache_spec_default(*(const Str *)build->owner);
    *out = cache_open(&spec);
    return NULL;
}

static Fail close_cache(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    cache_close(value);
    return NULL;
}

static const CellSpec cache_cell = {
    .name = "cache", .description = "d", .build = build_cache, .dispose = close_cache};

static void known_ones_are_not_asked_for(void **state)
{
    (void)state;
    static const Str texts[] = {{"one", 3}, {"never", 5}, {"three", 5}, {"fourfour", 8}};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Fake fake = {0};
    EmbedRows first, again, more, other;
    Folder folder;
    folder_make(&folder);
    Str dir = str_from(folder.path);
    CellHost *host = cell_host_new(&(CellHostSpec){.owner = &dir});
    Cell *cell = cell_new(host, &cache_cell, NULL);
    Embedder *embedder = embed_kept_new(embed_new(&backend, &fake), cell);
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, texts, 3, &first));
    assert_int_equal(fake.texts, 3);
    assert_int_equal(first.missing_count, 1);
    assert_true(first.missing[1] && first.limit.len);
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, texts, 3, &again));
    assert_int_equal(fake.texts, 4); // the one that failed
    assert_int_equal(again.known, 2);
    assert_memory_equal(first.rows, again.rows, DIMS * sizeof(float));
    assert_memory_equal(first.rows + 2 * DIMS, again.rows + 2 * DIMS, DIMS * sizeof(float));
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, texts + 2, 2, &more));
    assert_int_equal(fake.texts, 5);
    assert_int_equal(more.missing_count, 0);
    assert_memory_equal(more.rows, first.rows + 2 * DIMS, DIMS * sizeof(float));
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_QUERY, texts, 1, &other)); // another kind
    assert_int_equal(fake.texts, 6);
    fake.down = true; // known ones are there all the same
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, texts, 3, &again));
    assert_int_equal(again.missing_count, 1);
    assert_memory_equal(first.rows, again.rows, DIMS * sizeof(float));
    size_t calls = fake.calls;
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, texts + 2, 2, &again));
    assert_int_equal(fake.calls, calls); // all of them known
    fake.down = false; // another model under the old name: nothing known is of any worth
    fake.dims = DIMS + 2;
    Str mixed[] = {texts[0], STR("a new one"), texts[2]};
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, mixed, 3, &again));
    assert_int_equal(again.dims, DIMS + 2);
    assert_true(again.missing_count == 0 && again.known == 0);
    calls = fake.calls;
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, mixed, 3, &more));
    assert_int_equal(fake.calls, calls);
    assert_memory_equal(more.rows, again.rows, 3 * (DIMS + 2) * sizeof(float));
    embed_free(embedder);
    assert_true(cell_free(cell));
    cell_host_free(host);
    folder_remove(&folder);
    arena_fini(&arena);
}

int retrieve_embed_kept_test(void);
int retrieve_embed_kept_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_ones_are_not_asked_for)};
    return RUN_TESTS(tests);
}
