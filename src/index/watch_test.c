// index/watch_test.c - random edits between looks: what is known of the files by the watch alone is
// what a look at everything gives.
#include "index/watch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/freshness.h"
#include "support/check.h"
#include "support/folder.h"

enum { MOST_NAMED = 10000 };

typedef struct World {
    Arena arena;
    Ctx cx;
    Folder folder;
    Workspace workspace;
    Selection selection;
    Pool *pool;
    Watch *watch;
    Segment *segment;
    FileTable table;
    int64_t looked_ns;
    FilesSeen seen; // of the last look at everything
    Freshness now;
    Str named[MOST_NAMED];
    size_t named_count, looks, short_looks;
    uint64_t random;
} World;

static int setup(void **state)
{
    World *world = mem_alloc(sizeof *world);
    world->cx = (Ctx){.arena = &world->arena};
    world->random = 88172645463325252u;
    folder_make(&world->folder);
    world->pool = pool_new((PoolSpec){0});
    assert_null(workspace_open(&world->cx, str_from(world->folder.path), false, &world->workspace));
    assert_null(watch_new(&world->cx, &world->workspace, &world->watch));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    watch_close(world->watch);
    workspace_close(&world->workspace);
    segment_close(world->segment);
    pool_free(world->pool);
    folder_remove(&world->folder);
    arena_fini(&world->arena);
    mem_free(world);
    return 0;
}

static FreshnessSpec spec_of(World *world)
{
    return (FreshnessSpec){.workspace = &world->workspace,
                           .selection = &world->selection,
                           .pool = world->pool,
                           .table = &world->table,
                           .looked_ns = world->looked_ns,
                           .max_bytes = 1 << 20};
}

static void take(World *world, Freshness *fresh)
{
    FileEntry *entries;
    size_t count;
    SegmentSection sections[FILETABLE_SECTIONS];
    for (size_t i = 0; i < fresh->change_count; i++) {
        FileChange *change = &fresh->changes[i];
        FileLook look;
        if (change->state != FILE_CHANGED && change->state != FILE_ADDED) continue;
        file_look(&world->cx, world->workspace.dir, change->now.path.ptr, 1 << 20, &look);
        change->now.row = look.row;
        change->now.digest = look.digest;
    }
    assert_null(freshness_apply(&world->cx, &world->table, fresh, &entries, &count));
    assert_null(filetable_build(&world->cx, entries, count, sections));
    segment_close(world->segment);
    world->segment = segment_in_memory(sections, FILETABLE_SECTIONS);
    assert_null(filetable_open(&world->cx, world->segment, &world->table));
    world->looked_ns = fresh->looked_ns;
}

static int by_path(const void *left, const void *right)
{
    return str_cmp(*(const Str *)left, *(const Str *)right);
}

static void look_at_everything(World *world)
{
    Freshness fresh;
    FreshnessSpec spec = spec_of(world);
    assert_null(freshness_check(&world->cx, &spec, &fresh));
    assert_null(watch_follow(&world->cx, world->watch, &fresh.universe));
    take(world, &fresh);
    spec = spec_of(world);
    assert_null(freshness_check(&world->cx, &spec, &world->now));
    freshness_keep(&world->arena, &world->table, &world->now, &world->seen);
    world->named_count = 0;
    world->looks++;
}

static void add_names(World *world, const WatchChange *change)
{
    for (size_t i = 0; i < change->count; i++) {
        assert_true(world->named_count < MOST_NAMED);
        world->named[world->named_count++] = str_copy(&world->arena, change->paths[i]);
    }
    size_t kept = 0;
    qsort(world->named, world->named_count, sizeof *world->named, by_path);
    for (size_t i = 0; i < world->named_count; i++)
        if (!kept || !str_eq(world->named[kept - 1], world->named[i]))
            world->named[kept++] = world->named[i];
    world->named_count = kept;
}

// What a server does before it answers.
static void bring_up_to_date(World *world)
{
    for (;;) {
        WatchChange change;
        bool enough = false;
        FreshnessSpec spec = spec_of(world);
        assert_null(watch_next(&world->cx, world->watch, 0, &change));
        if (!change.everything && !change.count) return;
        if (!change.everything) {
            add_names(world, &change);
            assert_null(freshness_check_again(&world->cx, &spec, &world->seen, world->named,
                                              world->named_count, &enough, &world->now));
            world->short_looks += enough;
        }
        if (!enough) look_at_everything(world);
    }
}

// As a look at everything from nothing sees it.
static void expect_up_to_date(World *world)
{
    Freshness fresh;
    FreshnessSpec spec = spec_of(world);
    FileTable nothing = {0};
    FileEntry *have;
    size_t count;
    spec.table = &nothing;
    assert_null(freshness_check(&world->cx, &spec, &fresh));
    assert_null(freshness_apply(&world->cx, &world->table, &world->now, &have, &count));
    assert_int_equal(fresh.change_count, count);
    assert_int_equal(world->now.universe.count, count);
    for (size_t i = 0; i < count; i++) {
        FileLook look;
        Str path = fresh.changes[i].now.path;
        CHECK_STR(have[i].path, path);
        CHECK_STR(world->now.universe.files[i].path, path);
        if (have[i].row.segment == FILE_NONE && !have[i].row.has_digest) continue; // to be read
        file_look(&world->cx, world->workspace.dir, path.ptr, 1 << 20, &look);
        assert_true(digest_eq(&have[i].digest, &look.digest));
    }
}

static uint64_t draw(World *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

static const char *some_path(World *world, const char *shape)
{
    Str name = str_format(&world->arena, "%s/%s%d", world->folder.path, shape, (int)draw(world, 6));
    return name.ptr;
}

static const char *some_file(World *world)
{
    static const char *const shapes[] = {"f", "d0/f", "d1/f", "d2/e/f", "d3/f", "d3/g/h/f"};
    return some_path(world, shapes[draw(world, ARRAY_LEN(shapes))]);
}

static void put(World *world, const char *path)
{
    char text[16];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return; // no such folder now
    snprintf(text, sizeof text, "%08d", (int)draw(world, 1000000));
    assert_int_equal(write(fd, text, 8), 8);
    close(fd);
}

static void edit_once(World *world)
{
    switch (draw(world, 9)) {
    case 0:
    case 1:
    case 2:
    case 3: put(world, some_file(world)); break;
    case 4: unlink(some_file(world)); break;
    case 5: rename(some_file(world), some_file(world)); break;
    case 6: mkdir(some_path(world, "d"), 0755); break;
    case 7: rename(some_path(world, "d"), some_path(world, "d")); break;
    default: {
        const char *top = some_path(world, "d");
        mkdir(str_format(&world->arena, "%s/e", top).ptr, 0755);
        mkdir(str_format(&world->arena, "%s/g", top).ptr, 0755);
        mkdir(str_format(&world->arena, "%s/g/h", top).ptr, 0755);
        break;
    }
    }
}

static void random_edits(void **state)
{
    World *world = *state;
    int steps = getenv("CQ_LONG") ? 3000 : 120;
    for (int step = 0; step < steps; step++) {
        bring_up_to_date(world);
        expect_up_to_date(world);
        for (uint64_t edits = draw(world, 6); edits; edits--) edit_once(world);
    }
    bring_up_to_date(world);
    expect_up_to_date(world);
    print_message("%zu looks at everything, %zu at some files\n", world->looks, world->short_looks);
    assert_true(world->short_looks > 0);
}

static void edits_of_known_files_need_no_look_at_everything(void **state)
{
    World *world = *state;
    folder_write(&world->folder, "a", STR("1"));
    folder_write(&world->folder, "b", STR("1"));
    bring_up_to_date(world);
    size_t before = world->looks;
    folder_write(&world->folder, "a", STR("2"));
    folder_write(&world->folder, "passing", STR("an editor's"));
    folder_delete(&world->folder, "passing");
    bring_up_to_date(world);
    expect_up_to_date(world);
    assert_int_equal(world->looks, before);
    folder_delete(&world->folder, "b");
    bring_up_to_date(world);
    expect_up_to_date(world);
    assert_int_equal(world->looks, before + 1); // another list of files
    folder_write(&world->folder, ".gitignore", STR("a\n"));
    bring_up_to_date(world);
    expect_up_to_date(world);
    assert_true(world->looks > before);
    assert_int_equal(world->table.count, 0);
}

static void lost_events(void **state)
{
    World *world = *state;
    char path[128];
    FILE *most = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    int limit = 16384;
    if (most && fscanf(most, "%d", &limit) != 1) limit = 16384;
    if (most) fclose(most);
    if (limit > 20000) skip();
    bring_up_to_date(world);
    size_t before = world->looks;
    snprintf(path, sizeof path, "%s/a", world->folder.path);
    char other[128];
    snprintf(other, sizeof other, "%s/b", world->folder.path);
    folder_write(&world->folder, "a", STR("1"));
    for (int i = 0; i < limit / 2 + 10; i++) rename(i % 2 ? other : path, i % 2 ? path : other);
    WatchChange change;
    assert_null(watch_next(&world->cx, world->watch, 0, &change));
    assert_true(change.everything);
    bring_up_to_date(world);
    expect_up_to_date(world);
    assert_true(world->looks > before);
}

int index_watch_test(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(random_edits),
        TEST(edits_of_known_files_need_no_look_at_everything),
        TEST(lost_events),
    };
    return RUN_TESTS(tests);
}
