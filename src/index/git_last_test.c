// index/git_last_test.c - the last commit of each file is what git log says, however it was read:
// at once, in steps, as history grows, merges, or is rewritten.
#include "index/git_last.h"

#include <stdlib.h>

#include "support/check.h"
#include "support/folder.h"

typedef struct World {
    Arena arena;
    Ctx cx;
    Folder repo, index;
    Workspace workspace;
    int steps_left;
} World;

static void shell(World *world, const char *command)
{
    Str line = str_format(&world->arena,
                          "cd %s && export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME='Ada L' "
                          "GIT_AUTHOR_EMAIL=a@x.org GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@x "
                          "&& { %s ; } >>log.out 2>&1",
                          world->repo.path, command);
    if (system(line.ptr)) fail_msg("%s", command);
}

static Str ask(World *world, Str path)
{
    shell(world, str_format(&world->arena,
                            "git log -s --no-renames -1 --format='%%H %%at %%an' -- '" STR_FMT
                            "' >answer.out",
                            STR_ARG(path))
                     .ptr);
    return str_trim(folder_read(&world->arena, &world->repo, "answer.out"));
}

static void start(World *world)
{
    *world = (World){0};
    world->cx = (Ctx){.arena = &world->arena};
    folder_make(&world->repo);
    folder_make(&world->index);
    shell(world, "git init -q -b main . && printf '*.out\n' >.gitignore && mkdir -p sub && "
                 "echo a >a.c && echo b >sub/b.c && echo s >'with space' && "
                 "git add . && git commit -qm one && echo aa >a.c && git commit -qam two");
    assert_null(workspace_open(&world->cx, str_from(world->repo.path), true, &world->workspace));
}

static void stop(World *world)
{
    workspace_close(&world->workspace);
    folder_remove(&world->repo);
    folder_remove(&world->index);
    arena_fini(&world->arena);
}

static bool more(void *arg)
{
    World *world = arg;
    return world->steps_left-- > 0;
}

static GitLastInfo update(World *world, size_t step, int more_steps)
{
    GitLast *before;
    GitLastInfo info;
    GitLastSpec spec = {&world->workspace, str_from(world->index.path), more, world, step};
    world->steps_left = more_steps;
    assert_null(git_last_open(&world->cx, spec.index_folder, &before));
    assert_null(git_last_update(&world->cx, &spec, before, &info));
    git_last_close(before);
    return info;
}

// All that is known is right. Returns how many there are.
static size_t check(World *world)
{
    GitLast *last;
    assert_null(git_last_open(&world->cx, str_from(world->index.path), &last));
    assert_non_null(last);
    size_t count = git_last_info(last).files;
    for (size_t i = 0; i < count; i++) {
        GitCommit commit, found;
        Str path = git_last_at(last, i, &commit);
        assert_true(git_last_of(last, path, &found));
        Str told = str_format(&world->arena, STR_FMT " %lld " STR_FMT, STR_ARG(found.id),
                              (long long)found.time_s, STR_ARG(found.author));
        CHECK_STR(told, ask(world, path));
    }
    GitCommit none;
    assert_false(git_last_of(last, STR("nowhere"), &none));
    git_last_close(last);
    return count;
}

static void it_is_what_git_says(void **state)
{
    (void)state;
    World world;
    start(&world);
    GitLastInfo info = update(&world, 0, 0);
    assert_true(info.complete);
    assert_int_equal(info.read, 2);
    assert_true(str_eq(info.head.branch, STR("main")));
    assert_int_equal(check(&world), 4);
    // it grows, by a branch that is merged with an edit of its own
    shell(&world, "git checkout -qb side && echo c >c.c && git add . && git commit -qm three && "
                  "git checkout -q main && echo d >sub/b.c && git commit -qam four && "
                  "git merge -q --no-commit side && echo m >merged.c && git add . && "
                  "git commit -qm five && git rm -q 'with space' && git commit -qm six");
    info = update(&world, 0, 0);
    assert_true(info.complete);
    assert_int_equal(check(&world), 6);
    // it is rewritten
    shell(&world, "git reset -q --hard HEAD~2 && echo x >x.c && git add . && git commit -qm new && "
                  "echo y >>a.c && echo z >z.c");
    info = update(&world, 0, 0);
    assert_int_equal(info.dirty.changed, 1);
    assert_int_equal(info.dirty.untracked, 1);
    assert_int_equal(info.read, 4);
    assert_int_equal(check(&world), 5);
    stop(&world);
}

static void the_past_is_read_in_steps(void **state)
{
    (void)state;
    World world;
    start(&world);
    for (int i = 0; i < 5; i++)
        shell(&world,
              str_format(&world.arena, "echo x >f%d.c && git add . && git commit -qm n%d --date=%d",
                         i, i, 1700000000 + i)
                  .ptr);
    GitLastInfo info = update(&world, 1, 0); // one of seven
    assert_false(info.complete);
    assert_int_equal(info.read, 1);
    assert_int_equal(check(&world), 1);
    shell(&world, "echo y >f4.c && echo y >g.c && git add . && git commit -qm later");
    info = update(&world, 1, 1); // what is new; one, and two more, of the past
    assert_false(info.complete);
    assert_int_equal(info.read, 5);
    assert_int_equal(check(&world), 5);
    info = update(&world, 100, 0);
    assert_true(info.complete);
    assert_int_equal(info.read, 8);
    assert_int_equal(check(&world), 10);
    shell(&world, "git checkout -q --detach");
    assert_int_equal(update(&world, 0, 0).head.branch.len, 0);
    stop(&world);
}

static void a_folder_below_the_top(void **state)
{
    (void)state;
    World world;
    start(&world);
    workspace_close(&world.workspace);
    Str sub = str_join(&world.arena, str_from(world.repo.path), STR("/"), STR("sub"));
    assert_null(workspace_open(&world.cx, sub, false, &world.workspace));
    update(&world, 0, 0);
    GitLast *last;
    GitCommit commit;
    assert_null(git_last_open(&world.cx, str_from(world.index.path), &last));
    assert_true(git_last_of(last, STR("b.c"), &commit));
    assert_int_equal(git_last_info(last).files, 1);
    git_last_close(last);
    stop(&world);
}

// Packed, detached, unborn; and no repository at all.
static void heads(void **state)
{
    (void)state;
    World world;
    GitHead loose, head;
    start(&world);
    assert_null(git_head(&world.cx, &world.workspace, &loose));
    assert_int_equal(loose.commit.len, 40);
    shell(&world, "git pack-refs --all && ! test -e .git/refs/heads/main");
    assert_null(git_head(&world.cx, &world.workspace, &head));
    CHECK_STR(head.commit, loose.commit);
    CHECK_STR(head.branch, STR("main"));
    shell(&world, "git checkout -q --detach");
    assert_null(git_head(&world.cx, &world.workspace, &head));
    CHECK_STR(head.commit, loose.commit);
    assert_int_equal(head.branch.len, 0);
    shell(&world, "git checkout -q --orphan fresh/one");
    assert_null(git_head(&world.cx, &world.workspace, &head));
    assert_int_equal(head.commit.len, 0);
    CHECK_STR(head.branch, STR("fresh/one"));
    GitLastInfo info;
    GitLastSpec spec = {.workspace = &world.workspace, .index_folder = str_from(world.index.path)};
    assert_int_equal(git_last_update(&world.cx, &spec, NULL, &info)->kind, PROBLEM_UNAVAILABLE);
    world.workspace.git = false;
    assert_int_equal(git_head(&world.cx, &world.workspace, &head)->kind, PROBLEM_UNAVAILABLE);
    stop(&world);
}

// What the repository's configuration wants to be run is not.
static void no_filter_is_run(void **state)
{
    (void)state;
    World world;
    GitDirty dirty;
    OsStat info;
    start(&world);
    shell(&world,
          "echo '*.c filter=evil' >.gitattributes && git add . && git commit -qm attributes "
          "&& git config filter.evil.clean 'touch ran; cat' && git config "
          "filter.evil.required true && echo changed >a.c && touch -d 2001-01-01 sub/b.c");
    assert_null(git_dirty(&world.cx, &world.workspace, &dirty));
    assert_int_equal(dirty.changed, 1);
    assert_int_equal(dirty.untracked, 0);
    assert_int_not_equal(os_try_stat(world.workspace.dir, "ran", OS_FOLLOW, &info), 0);
    stop(&world);
}

// Cut anywhere or with any byte changed, the file is right or not there.
static void damage_is_seen(void **state)
{
    (void)state;
    World world;
    start(&world);
    update(&world, 0, 0);
    Str whole = folder_read(&world.arena, &world.index, "git.commits");
    for (size_t i = 0; i < whole.len; i += 37) {
        GitLast *last;
        Str bytes = str_copy(&world.arena, whole);
        ((char *)(uintptr_t)bytes.ptr)[i] ^= 0x41;
        folder_write(&world.index, "git.commits", i % 2 ? bytes : str_sub(whole, 0, i));
        assert_null(git_last_open(&world.cx, str_from(world.index.path), &last));
        if (last) check(&world);
        git_last_close(last);
    }
    assert_true(update(&world, 0, 0).complete);
    stop(&world);
}

static void status_is_read(void **state)
{
    (void)state;
    GitDirty dirty;
    static const char text[] = " M a.c\0?? new file\0D  gone\0";
    assert_true(git_dirty_parse((Str){text, sizeof text - 1}, &dirty));
    assert_int_equal(dirty.changed, 2);
    assert_int_equal(dirty.untracked, 1);
    assert_true(git_dirty_parse(STR(""), &dirty));
    assert_false(git_dirty_parse(STR("warning"), &dirty));
}

int index_git_last_test(void);
int index_git_last_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_git_says),    cmocka_unit_test(the_past_is_read_in_steps),
        cmocka_unit_test(a_folder_below_the_top), cmocka_unit_test(heads),
        cmocka_unit_test(no_filter_is_run),       cmocka_unit_test(damage_is_seen),
        cmocka_unit_test(status_is_read),
    };
    return RUN_TESTS(tests);
}
