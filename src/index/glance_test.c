// index/glance_test.c - random edits to a tree, in and outside git: whenever a glance says that the
// list of files is the same, it is, and the changes are those that a whole look finds.
#include "index/glance.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"

enum { FOLDERS = 5, STEPS = 120 };

typedef struct World {
    Folder home;
    Arena arena, kept; // of one step; of the tables
    Ctx cx;
    Pool *pool;
    Workspace workspace;
    Segment *segment;
    FileTable table;
    FolderTable folders;
    Universe listed; // when the tables were made
    int64_t looked_ns;
    uint64_t random;
    size_t same, changed, other;
} World;

static uint64_t draw(World *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

static const char *in_home(World *world, const char *name)
{
    return str_format(&world->arena, "%s/%s", world->home.path, name).ptr;
}

static void shell(World *world, const char *command)
{
    Str line =
        str_format(&world->arena, "cd %s && { %s; } >/dev/null 2>&1", world->home.path, command);
    (void)!system(line.ptr);
}

static const char *any_path(World *world)
{
    const char *middle = draw(world, 2) ? "" : "in/";
    return str_format(&world->arena, "%s/d%d/%sn%d", world->home.path, (int)draw(world, FOLDERS),
                      middle, (int)draw(world, 4))
        .ptr;
}

static void write_text(World *world, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    char text[16];
    if (fd < 0) return;
    int len = snprintf(text, sizeof text, "%d", (int)draw(world, 1000));
    (void)!write(fd, text, (size_t)len);
    close(fd);
}

static void write_rules(World *world)
{
    static const char *const names[] = {".gitignore", "d1/.gitignore", "d2/.ignore",
                                        "d3/in/.ignore", ".git/info/exclude"};
    static const char *const rules[] = {"n1\n", "in/\n", "!n1\n", "", "d2/\n*.x\n"};
    const char *path = in_home(world, names[draw(world, ARRAY_LEN(names))]);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const char *text = rules[draw(world, ARRAY_LEN(rules))];
    if (fd < 0) return;
    (void)!write(fd, text, strlen(text));
    close(fd);
}

static void change(World *world)
{
    const char *path = any_path(world), *other = any_path(world);
    switch (draw(world, 12)) {
    case 0: (void)!rename(path, other); break;
    case 1: (void)!remove(path); break;
    case 2: (void)!mkdir(path, 0755); break;
    case 3: (void)!symlink("nowhere", path); break;
    case 4: write_rules(world); break;
    case 5: shell(world, "git add -f d1 d2/n1"); break;
    case 6: shell(world, "git rm -rq --cached d1/n1 d2/in"); break;
    case 7: // as editors save
        write_text(world, in_home(world, "d0/n0"));
        (void)!rename(in_home(world, "d0/n0"), in_home(world, "d0/n1"));
        write_text(world, in_home(world, "d0/n0"));
        break;
    default: write_text(world, path);
    }
}

static void set_old(World *world, const char *path)
{
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    times[1].tv_nsec = (long)draw(world, 1000000000);
    utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static void age(World *world)
{
    set_old(world, world->home.path);
    for (int i = 0; i < FOLDERS; i++) {
        Str folder = str_format(&world->arena, "%s/d%d", world->home.path, i);
        if (draw(world, 3)) set_old(world, folder.ptr);
        if (draw(world, 3)) set_old(world, str_format(&world->arena, "%s/in", folder.ptr).ptr);
    }
}

static FreshnessSpec spec_of(World *world)
{
    static const Selection all = {0};
    return (FreshnessSpec){.workspace = &world->workspace,
                           .selection = &all,
                           .pool = world->pool,
                           .table = &world->table,
                           .looked_ns = world->looked_ns,
                           .folders = &world->folders,
                           .max_bytes = 1 << 20};
}

static void read_changed(World *world, Freshness *fresh)
{
    for (size_t i = 0; i < fresh->change_count; i++) {
        FileChange *at = &fresh->changes[i];
        FileLook look;
        if (at->state != FILE_CHANGED && at->state != FILE_ADDED) continue;
        file_look(&world->cx, world->workspace.dir, at->now.path.ptr, 1 << 20, &look);
        at->now.row = look.row;
        at->now.digest = look.digest;
    }
}

// The tables of a published snapshot.
static void remember(World *world)
{
    SegmentSection sections[FILETABLE_SECTIONS + FOLDERTABLE_SECTIONS];
    OsStat root;
    Freshness fresh;
    FileEntry *entries;
    size_t count;
    FreshnessSpec spec = spec_of(world);
    spec.keep_folders = true;
    arena_reset(&world->kept);
    world->cx.arena = &world->kept; // `listed` borrows
    assert_int_equal(os_try_stat(world->workspace.dir, ".", OS_NOFOLLOW, &root), 0);
    spec.folders = NULL;
    assert_null(freshness_check(&world->cx, &spec, &fresh));
    read_changed(world, &fresh);
    assert_null(freshness_apply(&world->cx, &world->table, &fresh, &entries, &count));
    assert_null(filetable_build(&world->cx, entries, count, sections));
    foldertable_build(&world->kept, fresh.universe.listings, fresh.universe.listing_count,
                      fresh.looked_ns, root.device, fresh.universe.list_key,
                      sections + FILETABLE_SECTIONS);
    Segment *made = segment_in_memory(sections, ARRAY_LEN(sections));
    segment_close(world->segment);
    world->segment = made;
    assert_null(filetable_open(&world->cx, made, &world->table));
    foldertable_open(made, &world->folders);
    world->listed = fresh.universe;
    world->looked_ns = fresh.looked_ns;
    world->cx.arena = &world->arena;
}

static void check_list(const World *world, const Universe *now)
{
    const Universe *then = &world->listed;
    assert_int_equal(now->count, then->count);
    assert_int_equal(now->skipped_count, then->skipped_count);
    for (size_t i = 0; i < now->count; i++) CHECK_STR(now->files[i].path, then->files[i].path);
    for (size_t i = 0; i < now->skipped_count; i++) {
        CHECK_STR(now->skipped[i].path, then->skipped[i].path);
        assert_int_equal(now->skipped[i].reason, then->skipped[i].reason);
    }
}

static void check_changes(const Freshness *a, const Freshness *b)
{
    assert_int_equal(a->change_count, b->change_count);
    assert_memory_equal(a->counts, b->counts, sizeof a->counts);
    assert_int_equal(a->racy_count, b->racy_count);
    for (size_t i = 0; i < a->change_count; i++) {
        assert_int_equal(a->changes[i].state, b->changes[i].state);
        assert_int_equal(a->changes[i].old_row, b->changes[i].old_row);
        CHECK_STR(a->changes[i].now.path, b->changes[i].now.path);
    }
}

static void look(World *world)
{
    FreshnessSpec spec = spec_of(world);
    Freshness seen, whole;
    bool same;
    Glance *glance = glance_begin(&world->cx, &spec);
    if (draw(world, 8) == 0) {
        glance_drop(glance);
        return;
    }
    assert_null(glance_end(&world->cx, glance, &same, &seen));
    spec.folders = NULL;
    assert_null(freshness_check(&world->cx, &spec, &whole));
    world->other += !same;
    if (!same) return;
    check_list(world, &whole.universe);
    check_changes(&seen, &whole);
    world->same += !seen.change_count;
    world->changed += seen.change_count > 0;
}

static void run_world(World *world, bool git, int workers)
{
    world->cx.arena = &world->arena;
    folder_make(&world->home);
    setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
    world->pool = pool_new((PoolSpec){.cpu_workers = workers});
    if (git) shell(world, "git init -q -b main .");
    for (int i = 0; i < FOLDERS; i++)
        shell(world, str_format(&world->arena, "mkdir -p d%d/in", i).ptr);
    Arena keep = {0};
    Ctx cx = {.arena = &keep};
    assert_null(workspace_open(&cx, str_from(world->home.path), true, &world->workspace));
    assert_int_equal(world->workspace.git, git);
    for (int step = 0; step < STEPS; step++) {
        if (step % 4 == 0) age(world);
        if (step % 4 == 0) remember(world);
        if (draw(world, 3)) change(world);
        look(world);
        arena_reset(&world->arena);
    }
    segment_close(world->segment);
    workspace_close(&world->workspace);
    pool_free(world->pool);
    arena_fini(&world->kept);
    arena_fini(&world->arena);
    arena_fini(&keep);
    folder_remove(&world->home);
}

static void what_it_says_is_true(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        World world = {.random = 88172645463325252U + (uint64_t)i};
        run_world(&world, i % 2, i / 2);
        assert_true(world.same && world.changed && world.other); // else not tested
    }
}

// Only repositories in repositories, and what git alone can read, have no key.
static void when_there_is_no_key(void **state)
{
    (void)state;
    World world = {.random = 1};
    Freshness fresh;
    world.cx.arena = &world.arena;
    folder_make(&world.home);
    setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
    world.pool = pool_new((PoolSpec){.cpu_workers = 1});
    assert_null(workspace_open(&world.cx, str_from(world.home.path), true, &world.workspace));
    FreshnessSpec spec = spec_of(&world);
    spec.keep_folders = true;
    assert_null(freshness_check(&world.cx, &spec, &fresh));
    assert_non_null(fresh.universe.list_key);
    Hash128 key;
    assert_true(universe_list_key(&world.cx, &world.workspace, &key));
    assert_memory_equal(&key, fresh.universe.list_key, sizeof key);
    shell(&world, "mkdir sub && git init -q sub");
    assert_null(freshness_check(&world.cx, &spec, &fresh));
    assert_null(fresh.universe.list_key);
    world.folders = (FolderTable){0};
    assert_null(glance_begin(&world.cx, &spec));
    workspace_close(&world.workspace);
    pool_free(world.pool);
    arena_fini(&world.arena);
    folder_remove(&world.home);
}

int index_glance_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_true),
        cmocka_unit_test(when_there_is_no_key),
    };
    return RUN_TESTS(tests);
}
