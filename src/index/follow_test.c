// index/follow_test.c - after each of many edits, what a follower says of the files is what a look
// at all of them says, and it says it without one when nothing happened.
#include "index/follow.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"

typedef struct World {
    Arena arena; // of one step
    Arena lasting;
    Ctx cx;
    Folder folder;
    Str root;
    Pool *pool;
    Follow *follow;
    Segment *segment;
    FileTable table;
    FollowBase base;
    int64_t now_ns;
    uint64_t random;
} World;

static int64_t now_of(void *clock)
{
    return ((const World *)clock)->now_ns;
}

static void shell(World *world, const char *command)
{
    Str line =
        str_format(&world->arena, "cd %s && { %s; } >/dev/null 2>&1", world->root.ptr, command);
    int status = system(line.ptr);
    (void)status; // an edit that is not possible is none
}

static int setup(void **state)
{
    World *world = mem_alloc(sizeof *world);
    world->cx = (Ctx){.arena = &world->arena};
    world->random = 88172645463325252u;
    world->now_ns = NS_PER_S;
    folder_make(&world->folder);
    Str home = str_format(&world->lasting, "%s/home", world->folder.path);
    world->root = str_format(&world->lasting, "%s/tree", world->folder.path);
    mkdir(home.ptr, 0755);
    mkdir(world->root.ptr, 0755);
    setenv("HOME", home.ptr, 1);
    unsetenv("XDG_CONFIG_HOME");
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_CEILING_DIRECTORIES", world->folder.path, 1);
    world->pool = pool_new((PoolSpec){.io_workers = 1});
    world->follow =
        follow_new(&(FollowSpec){.pool = world->pool, .now_ns = now_of, .clock = world});
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    pool_drain(world->pool);
    arena_fini(&world->arena); // lets go of what was kept
    follow_free(world->follow);
    segment_close(world->segment);
    pool_free(world->pool);
    folder_remove(&world->folder);
    arena_fini(&world->lasting);
    mem_free(world);
    return 0;
}

static void open_workspace(World *world, Workspace *out)
{
    assert_null(workspace_open(&world->cx, world->root, false, out));
}

static void look_at_all(World *world, const Workspace *workspace, Freshness *out)
{
    static const Selection all = {0};
    FreshnessSpec spec = {.workspace = workspace,
                          .selection = &all,
                          .pool = world->pool,
                          .table = world->base.table,
                          .looked_ns = world->base.looked_ns,
                          .max_bytes = 1 << 20};
    assert_null(freshness_check(&world->cx, &spec, out));
}

// Another table, of the files as they are, as if it had been published. `later`: so long ago that
// none of them is racy.
static void publish(World *world, bool later)
{
    Workspace workspace;
    Freshness fresh;
    FileEntry *entries;
    size_t count;
    SegmentSection sections[FILETABLE_SECTIONS];
    open_workspace(world, &workspace);
    world->base = (FollowBase){.table = &(FileTable){0}};
    look_at_all(world, &workspace, &fresh);
    for (size_t i = 0; i < fresh.change_count; i++) {
        FileLook look;
        FileEntry *now = &fresh.changes[i].now;
        file_look(&world->cx, workspace.dir, now->path.ptr, 1 << 20, &look);
        now->row = look.row;
        now->digest = look.digest;
    }
    assert_null(freshness_apply(&world->cx, &(FileTable){0}, &fresh, &entries, &count));
    assert_null(filetable_build(&world->cx, entries, count, sections));
    segment_close(world->segment);
    world->segment = segment_in_memory(sections, FILETABLE_SECTIONS);
    assert_null(filetable_open(&world->cx, world->segment, &world->table));
    world->base = (FollowBase){.table = &world->table,
                               .looked_ns = fresh.looked_ns + (later ? 3 * NS_PER_S : 0),
                               .max_bytes = 1 << 20};
    world->random++;
    world->base.id = digest_of((Str){(const char *)&world->random, sizeof world->random});
    workspace_close(&workspace);
}

static void expect_same_universe(const Universe *got, const Universe *want)
{
    assert_int_equal(got->count, want->count);
    assert_int_equal(got->skipped_count, want->skipped_count);
    CHECK_STR(got->source, want->source);
    for (size_t i = 0; i < want->count; i++) CHECK_STR(got->files[i].path, want->files[i].path);
    for (size_t i = 0; i < want->skipped_count; i++) {
        CHECK_STR(got->skipped[i].path, want->skipped[i].path);
        assert_int_equal(got->skipped[i].reason, want->skipped[i].reason);
    }
}

static void expect_truth(World *world)
{
    Workspace workspace;
    Freshness got, want;
    open_workspace(world, &workspace);
    assert_null(follow_check(&world->cx, world->follow, &workspace, &world->base, &got));
    look_at_all(world, &workspace, &want);
    expect_same_universe(&got.universe, &want.universe);
    assert_memory_equal(got.counts, want.counts, sizeof want.counts);
    assert_int_equal(got.change_count, want.change_count);
    for (size_t i = 0; i < want.change_count; i++) {
        CHECK_STR(got.changes[i].now.path, want.changes[i].now.path);
        assert_int_equal(got.changes[i].state, want.changes[i].state);
        assert_int_equal(got.changes[i].old_row, want.changes[i].old_row);
    }
    for (size_t i = 0; i < world->table.count; i++) assert_true(!got.vouched[i] || want.vouched[i]);
    workspace_close(&workspace);
    arena_reset(&world->arena);
}

static uint64_t draw(World *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

static const char *some_name(World *world)
{
    static const char *const shapes[] = {"f%d", "d0/f%d", "d1/f%d", "d2/e/f%d", "d3/g/h/f%d"};
    const char *shape = shapes[draw(world, ARRAY_LEN(shapes))];
    char name[32];
    snprintf(name, sizeof name, shape, (int)draw(world, 6));
    return str_copy(&world->arena, str_from(name)).ptr;
}

static const char *some_path(World *world)
{
    return str_format(&world->arena, "%s/%s", world->root.ptr, some_name(world)).ptr;
}

static void put(World *world, const char *path, bool in_place)
{
    char text[16];
    int fd = open(path, O_WRONLY | O_CREAT | (in_place ? 0 : O_TRUNC), 0644);
    if (fd < 0) return; // no such folder now
    snprintf(text, sizeof text, "%08d", (int)draw(world, 1000000));
    assert_int_equal(write(fd, text, 8), 8); // always of the same size
    close(fd);
}

static void by_shell(World *world, const char *format)
{
    const char *a = some_name(world), *b = some_name(world);
    shell(world, str_format(&world->arena, format, a, b).ptr);
}

static void edit_folders(World *world)
{
    static const char *const commands[] = {"mkdir -p d0 d1 d2/e d3/g/h",
                                           "mv d1 d2/moved",
                                           "mv d2/moved d1",
                                           "rm -rf d3",
                                           "mv d2 d0/inner",
                                           "chmod 700 d0"};
    shell(world, commands[draw(world, ARRAY_LEN(commands))]);
}

static void edit_rules(World *world)
{
    static const char *const commands[] = {"echo 'f1' > .gitignore", "rm -f .gitignore",
                                           "echo '*' > d1/.gitignore", "rm -f d1/.gitignore"};
    shell(world, commands[draw(world, ARRAY_LEN(commands))]);
}

static void use_git(World *world)
{
    static const char *const commands[] = {
        "git init -q -b main .; git config user.email a@b; git config user.name a",
        "git add -A; git commit -qm x",
        "git add -A; git commit -qm x; git checkout -qb \"b$$\"",
        "git checkout -qf main",
        "git checkout -qf $(git for-each-ref --format='%%(refname:short)' refs/heads | tail -1)",
        "git rm -q --cached f1 f2",
        "git stash -qu",
        "git status"};
    shell(world, commands[draw(world, ARRAY_LEN(commands))]);
}

static void edit_once(World *world)
{
    switch (draw(world, 20)) {
    case 0:
    case 1:
    case 2:
    case 3: put(world, some_path(world), false); break;
    case 4:
    case 5: put(world, some_path(world), true); break;
    case 6: unlink(some_path(world)); break;
    case 7:
    case 8: rename(some_path(world), some_path(world)); break;
    case 9: chmod(some_path(world), draw(world, 2) ? 0755 : 0644); break;
    case 10: by_shell(world, "ln -sf %s %s"); break;
    case 11: by_shell(world, "ln -f %s %s"); break;
    case 12: by_shell(world, "sed -i s/1/2/ %s; touch -d 2020-01-01 %s"); break;
    case 13: edit_folders(world); break;
    case 14: edit_rules(world); break;
    case 15: use_git(world); break;
    default: put(world, some_path(world), true); break;
    }
}

static void random_edits(void **state)
{
    World *world = *state;
    int steps = getenv("CQ_LONG") ? 6000 : 300;
    shell(world, "mkdir -p d0 d1 d2/e d3/g/h; git init -q -b main .; git config user.email a@b;"
                 "git config user.name a; rm -rf .git/info");
    publish(world, true);
    for (int step = 0; step < steps; step++) {
        for (uint64_t edits = draw(world, 4); edits; edits--) edit_once(world);
        expect_truth(world);
        if (step % 60 == 59) publish(world, step % 120 == 59);
        world->now_ns += 2 * NS_PER_S;
    }
    FollowState counts = follow_state(&world->arena, world->follow);
    print_message("%d looks at everything, %d at some files, %d at none; %d events; %s\n",
                  (int)counts.whole, (int)counts.named, (int)counts.none, (int)counts.events,
                  counts.why_not.len ? counts.why_not.ptr : "");
    if (!counts.why_not.len) assert_true(counts.named + counts.none > 20);
}

// Three looks: alone, to set the watch up, and to know.
static void settle(World *world)
{
    for (int i = 0; i < 3; i++) expect_truth(world);
}

static bool follows(World *world)
{
    FollowState now = follow_state(&world->arena, world->follow);
    if (!now.following) print_message("not followed: %s\n", now.why_not.ptr);
    return now.following;
}

static void nothing_happened(void **state)
{
    World *world = *state;
    for (int i = 0; i < 20; i++)
        put(world, str_format(&world->arena, "%s/f%d", world->root.ptr, i).ptr, false);
    publish(world, true);
    settle(world);
    if (!follows(world)) return;
    FollowState before = follow_state(&world->arena, world->follow);
    for (int i = 0; i < 100; i++) expect_truth(world);
    FollowState after = follow_state(&world->arena, world->follow);
    assert_int_equal(after.none, before.none + 100);
    assert_int_equal(after.whole, before.whole);
    for (int i = 0; i < 300; i++) { // an edit, then at once a question
        put(world, str_format(&world->arena, "%s/f%d", world->root.ptr, i % 7).ptr, i % 2);
        expect_truth(world);
    }
    FollowState named = follow_state(&world->arena, world->follow);
    assert_int_equal(named.whole, before.whole);
    assert_int_equal(named.named, after.named + 300);
}

static void another_folder_of_that_name(void **state)
{
    World *world = *state;
    shell(world, "echo 1 > a; echo 2 > b");
    publish(world, true);
    settle(world);
    shell(world, "cd .. && mv tree old && mkdir tree && echo 3 > tree/b");
    settle(world);
    shell(world, "cd .. && rm -rf tree && mv old tree");
    settle(world);
    shell(world, "git init -q . && echo a > .gitignore");
    settle(world);
    shell(world, "rm -rf .git");
    settle(world);
}

// After such an edit nothing is kept for 2 s.
static void rules_outside_the_watched_folders(void **state)
{
    static const char *const commands[] = {
        "mkdir -p .git/info && echo f2 > .git/info/exclude",
        ": > .git/info/exclude",
        "printf '[core]\\nexcludesFile = ~/rules\\n' > ~/.gitconfig; echo f3 > ~/rules",
        "echo f4 > ~/rules",
        "rm -f ~/.gitconfig",
        "git -C nested rm -qf a",
        "git -C nested add -f b",
    };
    World *world = *state;
    shell(world, "git init -q .; git init -q nested; echo 1 > nested/a; echo 2 > nested/b;"
                 "git -C nested add a; echo b > nested/.gitignore; touch f1 f2 f3 f4");
    publish(world, true);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (i % 3 == 0) usleep(2050000);
        settle(world);
        if (i % 3 == 0) follows(world);
        shell(world, commands[i]);
        expect_truth(world);
    }
}

static void too_many_names(void **state)
{
    World *world = *state;
    publish(world, true);
    settle(world);
    shell(world, "for i in $(seq 3000); do : > n$i; done");
    settle(world);
    shell(world, "for i in $(seq 3000); do echo x > n$i; done");
    settle(world);
}

int index_follow_test(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(random_edits),
        TEST(nothing_happened),
        TEST(another_folder_of_that_name),
        TEST(rules_outside_the_watched_folders),
        TEST(too_many_names),
    };
    return RUN_TESTS(tests);
}
