// index/harvest_test.c - what is packed while files are read is what is packed behind it, by any
// number of threads; a harvest that is stopped leaves nothing.
#include "index/harvest.h"

#include "support/check.h"
#include "support/folder.h"

enum { FILES = 120 };

typedef struct World {
    Arena arena;
    Ctx cx;
    Folder tree;
    Workspace workspace;
    Str paths[FILES];
} World;

static int setup(void **state)
{
    World *world = mem_alloc(sizeof *world);
    world->cx = (Ctx){.arena = &world->arena};
    folder_make(&world->tree);
    for (int i = 0; i < FILES; i++) {
        Buf text = buf_on(&world->arena);
        world->paths[i] = str_format(&world->arena, "f%03d.%s", i, i % 3 ? "txt" : "c");
        buf_addf(&text, "int step_%d(int n) { return n + step_%d(n); }\n", i, i / 2);
        for (int k = 0; k < i % 7 * 100; k++) buf_addf(&text, "// line %d of %d\n", k, i);
        Str bytes = i % 10 == 5 ? (Str){"a\0b", 3} : buf_str(&text); // some are skipped
        folder_write(&world->tree, world->paths[i].ptr, bytes);
    }
    assert_null(workspace_open(&world->cx, str_from(world->tree.path), false, &world->workspace));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    workspace_close(&world->workspace);
    folder_remove(&world->tree);
    arena_fini(&world->arena);
    mem_free(world);
    return 0;
}

static HarvestSpec spec_of(World *world, Pool *pool, const HarvestPack *pack)
{
    return (HarvestSpec){.workspace = &world->workspace,
                         .paths = world->paths,
                         .count = FILES,
                         .pool = pool,
                         .max_file_bytes = 1 << 20,
                         .pack = pack};
}

static void packed_beside_or_behind_is_the_same(void **state)
{
    World *world = *state;
    Harvest plain;
    Pool *none = pool_new((PoolSpec){0});
    HarvestSpec spec = spec_of(world, none, NULL);
    harvest(&world->cx, &spec, &plain);
    LexiconBuilder *builder = lexicon_builder_new();
    const SegmentSection *wanted = harvest_pack(&plain, builder);
    for (int threads = 0; threads < 4; threads++) {
        Harvest got;
        const SegmentSection *sections;
        SegmentSection ngrams[NGRAM_SECTIONS];
        HarvestPack pack = {lexicon_builder_new(), ngram_builder_new()};
        Pool *pool = pool_new((PoolSpec){.cpu_workers = threads});
        spec = spec_of(world, pool, &pack);
        harvest(&world->cx, &spec, &got);
        assert_false(got.stopped);
        assert_int_equal(got.taken, FILES - FILES / 10);
        assert_null(harvest_packed(&world->cx, &spec, &got, &sections, ngrams));
        for (size_t i = 0; i < LEX_SECTIONS; i++)
            assert_true(str_eq(sections[i].bytes, wanted[i].bytes));
        for (size_t i = 0; i < FILES; i++) {
            assert_int_equal(got.files[i].taken, plain.files[i].taken);
            assert_int_equal(got.files[i].doc.len, 0);
        }
        pool_free(pool);
        lexicon_builder_free(pack.lexicon);
        ngram_builder_free(pack.ngrams);
    }
    lexicon_builder_free(builder);
    pool_free(none);
}

static void what_is_stopped_leaves_nothing(void **state)
{
    World *world = *state;
    Flag stop = {0};
    Harvest got;
    const SegmentSection *sections;
    SegmentSection ngrams[NGRAM_SECTIONS];
    size_t before = mem_live_count();
    Arena arena = {0};
    Ctx cx = {.arena = &arena, .cancel = &stop};
    HarvestPack pack = {lexicon_builder_new(), ngram_builder_new()};
    Pool *pool = pool_new((PoolSpec){.cpu_workers = 1});
    HarvestSpec spec = spec_of(world, pool, &pack);
    flag_set(&stop, 1);
    harvest(&cx, &spec, &got);
    assert_true(got.stopped);
    assert_non_null(harvest_packed(&cx, &spec, &got, &sections, ngrams));
    pool_free(pool);
    lexicon_builder_free(pack.lexicon);
    ngram_builder_free(pack.ngrams);
    arena_fini(&arena);
    assert_int_equal(mem_live_count(), before);
}

int index_harvest_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(packed_beside_or_behind_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_stopped_leaves_nothing, setup, teardown),
    };
    return RUN_TESTS(tests);
}
