// index/foldertable_test.c - listings that are taken over are what a new look would have seen.
#include "index/foldertable.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "index/universe.h"
#include "support/check.h"
#include "support/folder.h"

enum { FOLDERS = 6, STEPS = 300 };

typedef struct World {
    Folder home;
    Arena arena;
    Ctx cx;
    Pool *pool;
    Workspace workspace;
    Segment *segment; // of the last look
    FolderTable table;
    uint64_t random, taken;
} World;

static uint64_t draw(World *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

// Names are few, so that things come back as something else.
static const char *any_path(World *world)
{
    const char *middle = draw(world, 2) ? "" : "in/";
    return str_format(&world->arena, "%s/d%d/%sn%d", world->home.path, (int)draw(world, FOLDERS),
                      middle, (int)draw(world, 4))
        .ptr;
}

static void change(World *world)
{
    const char *path = any_path(world), *other = any_path(world);
    int fd = -1;
    switch (draw(world, 6)) {
    case 0:
    case 1:
        fd = open(path, O_WRONLY | O_CREAT, 0644);
        if (fd >= 0) close(fd);
        break;
    case 2: (void)!rename(path, other); break;
    case 3: (void)!remove(path); break;
    case 4: (void)!mkdir(path, 0755); break;
    default: (void)!symlink("nowhere", path); break;
    }
}

static void set_old(const char *path, World *world)
{
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    times[1].tv_nsec = (long)draw(world, 1000000000);
    utimensat(AT_FDCWD, path, times, 0);
}

// Folders whose times are old can be relied on.
static void age(World *world)
{
    set_old(world->home.path, world);
    for (int i = 0; i < FOLDERS; i++) {
        if (!draw(world, 3)) continue;
        set_old(str_format(&world->arena, "%s/d%d", world->home.path, i).ptr, world);
        set_old(str_format(&world->arena, "%s/d%d/in", world->home.path, i).ptr, world);
    }
}

static void check_same(const Universe *a, const Universe *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->folder_count, b->folder_count);
    assert_int_equal(a->skipped_count, b->skipped_count);
    for (size_t i = 0; i < a->count; i++) CHECK_STR(a->files[i].path, b->files[i].path);
    for (size_t i = 0; i < a->skipped_count; i++) CHECK_STR(a->skipped[i].path, b->skipped[i].path);
}

static void remember(World *world, const Universe *seen, int64_t looked_ns)
{
    SegmentSection sections[FOLDERTABLE_SECTIONS];
    OsStat root;
    assert_int_equal(os_try_stat(world->workspace.dir, ".", OS_NOFOLLOW, &root), 0);
    foldertable_build(&world->arena, seen->listings, seen->listing_count, looked_ns, root.device,
                      seen->list_key, sections);
    Segment *segment = segment_in_memory(sections, FOLDERTABLE_SECTIONS);
    segment_close(world->segment);
    world->segment = segment;
    foldertable_open(segment, &world->table);
    world->taken += world->table.count;
}

static void known_names_are_those_there_are(void **state)
{
    (void)state;
    static const Selection all = {0};
    World world = {.random = 88172645463325252U};
    world.cx.arena = &world.arena;
    folder_make(&world.home);
    setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
    world.pool = pool_new((PoolSpec){.cpu_workers = 1});
    Arena keep = {0};
    Ctx cx = {.arena = &keep};
    assert_null(workspace_open(&cx, str_from(world.home.path), true, &world.workspace));
    for (int i = 0; i < FOLDERS; i++) {
        mkdir(str_format(&keep, "%s/d%d", world.home.path, i).ptr, 0755);
        mkdir(str_format(&keep, "%s/d%d/in", world.home.path, i).ptr, 0755);
    }
    for (int step = 0; step < STEPS; step++) {
        Universe plain, known;
        for (uint64_t k = draw(&world, 3); k; k--) change(&world);
        if (draw(&world, 2)) age(&world);
        int64_t looked_ns = os_wall_ns();
        assert_null(universe_list_known(&world.cx, &world.workspace, &all, world.pool, &world.table,
                                        true, &known));
        assert_null(universe_list(&world.cx, &world.workspace, &all, world.pool, &plain));
        check_same(&known, &plain);
        assert_int_equal(known.listing_count, known.folder_count);
        if (draw(&world, 3) == 0) remember(&world, &known, looked_ns);
        arena_reset(&world.arena);
    }
    assert_true(world.taken > STEPS); // else nothing was tested
    segment_close(world.segment);
    workspace_close(&world.workspace);
    pool_free(world.pool);
    arena_fini(&world.arena);
    arena_fini(&keep);
    folder_remove(&world.home);
}

static void young_folders_are_doubtful(void **state)
{
    (void)state;
    Arena arena = {0};
    SegmentSection sections[FOLDERTABLE_SECTIONS];
    OsStat old = {.type = OS_DIR, .mtime_ns = 5, .ctime_ns = 5, .inode = 7, .device = 1};
    OsStat young = {
        .type = OS_DIR, .mtime_ns = 99 * NS_PER_S, .ctime_ns = 99 * NS_PER_S, .device = 1};
    OsStat far = {.type = OS_DIR, .mtime_ns = 5, .ctime_ns = 5, .device = 2};
    FolderListing listings[] = {{.path = STR("a"), .info = old, .names = STR("0x\0")},
                                {.path = STR("b"), .info = young, .names = STR("")},
                                {.path = STR("c"), .info = far, .names = STR("")},
                                {.path = STR(""), .info = old, .names = STR("")}};
    foldertable_build(&arena, listings, ARRAY_LEN(listings), 100 * NS_PER_S, 1, NULL, sections);
    Segment *segment = segment_in_memory(sections, FOLDERTABLE_SECTIONS);
    FolderTable table;
    Str names;
    foldertable_open(segment, &table);
    assert_int_equal(table.count, 4);
    assert_null(table.key);
    assert_false(foldertable_names(&table, foldertable_find(&table, STR("b")), &young, &names));
    assert_false(foldertable_names(&table, foldertable_find(&table, STR("c")), &far, &names));
    assert_non_null(foldertable_find(&table, STR("")));
    assert_null(foldertable_find(&table, STR("d")));
    const FolderRow *row = foldertable_find(&table, STR("a"));
    assert_non_null(row);
    assert_true(foldertable_names(&table, row, &old, &names));
    CHECK_STR(names, STR("0x\0"));
    for (size_t i = 0; i < table.count; i++) {
        static const char *const paths[] = {"", "a", "b", "c"};
        Str path;
        assert_true(foldertable_read(&table, &table.rows[table.order[i]], &path, &names));
        CHECK_STR(path, str_from(paths[i]));
    }
    old.ctime_ns++;
    assert_false(foldertable_names(&table, row, &old, &names));
    segment_close(segment);
    arena_fini(&arena);
}

static void order_of_names_does_not_count(void **state)
{
    (void)state;
    Arena arena = {0};
    assert_true(listing_same(&arena,
                             STR("0x\0"
                                 "1y\0"),
                             STR("1y\0"
                                 "0x\0")));
    assert_true(listing_same(&arena, STR(""), STR("")));
    assert_false(listing_same(&arena,
                              STR("0x\0"
                                  "1y\0"),
                              STR("0x\0"
                                  "0y\0"))); // another type
    assert_false(listing_same(&arena,
                              STR("0x\0"
                                  "1y\0"),
                              STR("0x\0"
                                  "1z\0")));
    assert_false(listing_same(&arena, STR("0x\0"),
                              STR("0x\0"
                                  "0y\0")));
    arena_fini(&arena);
}

int index_foldertable_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_names_are_those_there_are),
        cmocka_unit_test(young_folders_are_doubtful),
        cmocka_unit_test(order_of_names_does_not_count),
    };
    return RUN_TESTS(tests);
}
