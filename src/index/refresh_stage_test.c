// index/refresh_stage_test.c - the stages of a refresh, driven by hand: in order, given up
// anywhere, only looking, and beside another one.
#include "index/refresh_stage.h"

#include "support/check.h"
#include "support/folder.h"

typedef struct World {
    Arena arena;
    Ctx cx;
    Folder tree, cache;
    Workspace workspace;
    Pool *pool;
    RefreshSpec spec;
    RefreshOptions options;
} World;

static int setup(void **state)
{
    World *world = mem_alloc(sizeof *world);
    world->cx = (Ctx){.arena = &world->arena};
    folder_make(&world->tree);
    folder_make(&world->cache);
    folder_write(&world->tree, "a.c", STR("int ring_step(int n) { return n; }\n"));
    folder_write(&world->tree, "b.md", STR("# Keys\n\nHow keys are built.\n"));
    folder_write(&world->tree, "c.bin", (Str){"a\0b", 3});
    assert_null(workspace_open(&world->cx, str_from(world->tree.path), false, &world->workspace));
    world->pool = pool_new((PoolSpec){.cpu_workers = 1});
    world->spec = (RefreshSpec){.workspace = &world->workspace,
                                .pool = world->pool,
                                .cache_dir = str_from(world->cache.path),
                                .max_file_bytes = 1 << 20};
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    workspace_close(&world->workspace);
    pool_free(world->pool);
    folder_remove(&world->tree);
    folder_remove(&world->cache);
    arena_fini(&world->arena);
    mem_free(world);
    return 0;
}

static RefreshStage *begin(World *world, bool look)
{
    RefreshStage *stage;
    assert_null(stage_begin(&world->cx, &world->spec, &world->options, look, &stage));
    assert_non_null(stage);
    assert_null(stage_scan(&world->cx, stage));
    return stage;
}

static uint64_t current(World *world)
{
    Opened *opened;
    OpenedSpec spec = {world->spec.cache_dir, world->workspace.root, world->spec.max_file_bytes};
    assert_null(opened_new(&world->cx, &spec, &opened));
    uint64_t generation = opened->snapshot ? opened->snapshot->head.generation : 0;
    opened_free(opened);
    return generation;
}

static void they_make_a_version(void **state)
{
    World *world = *state;
    size_t count;
    RefreshStage *stage = begin(world, false);
    const StageRange *ranges = stage_ranges(stage, &count);
    assert_int_equal(count, 1);
    assert_int_equal(ranges[0].files, 3);
    assert_int_equal(ranges[0].part, FILE_NONE);
    assert_false(stage_report(stage)->unchanged);
    assert_null(stage_range(&world->cx, stage, 0, world->pool));
    assert_int_equal(ranges[0].taken, 2);
    assert_int_equal(ranges[0].parsed, 1); // there is nothing to parse in the other
    assert_int_equal(ranges[0].part, 0);
    assert_int_equal(current(world), 0);
    assert_null(stage_publish(&world->cx, stage));
    assert_int_equal(stage_report(stage)->generation, 1);
    assert_int_equal(stage_report(stage)->skipped[SKIP_BINARY], 1);
    stage_end(&world->cx, stage);
    assert_int_equal(current(world), 1);
    // again: there is nothing to read
    stage = begin(world, false);
    stage_ranges(stage, &count);
    assert_int_equal(count, 0);
    assert_true(stage_report(stage)->unchanged);
    assert_null(stage_publish(&world->cx, stage));
    stage_end(&world->cx, stage);
    assert_int_equal(current(world), 1);
}

static void given_up_they_leave_nothing(void **state)
{
    World *world = *state;
    RefreshStage *stage = begin(world, false);
    assert_null(stage_range(&world->cx, stage, 0, world->pool));
    stage_end(&world->cx, stage);
    assert_int_equal(current(world), 0);
    stage = begin(world, false);
    Flag cancel = {0};
    Ctx stopped = world->cx;
    stopped.cancel = &cancel;
    flag_set(&cancel, 1);
    assert_int_equal(stage_range(&stopped, stage, 0, world->pool)->kind, PROBLEM_CANCELLED);
    stage_end(&world->cx, stage);
    assert_int_equal(current(world), 0);
}

static void a_look_takes_no_lock_and_writes_nothing(void **state)
{
    World *world = *state;
    size_t count;
    RefreshStage *stage = begin(world, true), *writer;
    assert_int_equal(stage_ranges(stage, &count)[0].files, 3);
    stage_end(&world->cx, stage);
    assert_int_equal(folder_bytes(&world->cache), 0);
    writer = begin(world, false);
    stage = begin(world, true); // beside a writer
    stage_end(&world->cx, stage);
    RefreshStage *busy;
    assert_null(stage_begin(&world->cx, &world->spec, &world->options, false, &busy));
    assert_null(busy);
    assert_null(stage_range(&world->cx, writer, 0, world->pool));
    assert_null(stage_publish(&world->cx, writer));
    stage_end(&world->cx, writer);
    folder_delete(&world->tree, "b.md");
    stage = begin(world, true);
    assert_int_equal(stage_report(stage)->counts[FILE_DELETED], 1);
    assert_int_equal(stage_report(stage)->generation, 0);
    stage_end(&world->cx, stage);
    assert_int_equal(current(world), 1);
}

int index_refresh_stage_test(void);
int index_refresh_stage_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_make_a_version, setup, teardown),
        cmocka_unit_test_setup_teardown(given_up_they_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_look_takes_no_lock_and_writes_nothing, setup, teardown),
    };
    return RUN_TESTS(tests);
}
