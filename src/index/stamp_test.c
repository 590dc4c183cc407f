// index/stamp_test.c - a stamp changes with each way in which files can.
#include "index/stamp.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/check.h"

typedef struct Tree {
    char dir[64];
    Arena arena;
    Ctx cx;
} Tree;

static const char *at(Tree *tree, const char *name)
{
    return str_format(&tree->arena, "%s/%s", tree->dir, name).ptr;
}

static void put(Tree *tree, const char *name, const char *text)
{
    FILE *out = fopen(at(tree, name), "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void set_time(Tree *tree, const char *name, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    assert_int_equal(utimensat(AT_FDCWD, at(tree, name), times, 0), 0);
}

static Digest stamp(Tree *tree)
{
    Workspace workspace;
    Digest digest;
    Pool *pool = pool_new((PoolSpec){0});
    assert_null(workspace_open(&tree->cx, str_from(tree->dir), false, &workspace));
    assert_null(stamp_files(&tree->cx, &workspace, &(Selection){0}, pool, &digest));
    workspace_close(&workspace);
    pool_free(pool);
    return digest;
}

static void rewrite_same_size_and_time(Tree *tree)
{
    put(tree, "a.c", "int b;\n");
    set_time(tree, "a.c", 1000000000);
}

static void add_file(Tree *tree)
{
    put(tree, "c.c", "");
}

static void remove_file(Tree *tree)
{
    assert_int_equal(unlink(at(tree, "b.c")), 0);
}

static void rename_file(Tree *tree)
{
    assert_int_equal(rename(at(tree, "b.c"), at(tree, "d.c")), 0);
}

static void change_mode(Tree *tree)
{
    assert_int_equal(chmod(at(tree, "a.c"), 0755), 0);
}

static void grow_file(Tree *tree)
{
    put(tree, "a.c", "int a, b;\n");
}

static void every_change_is_seen(void **state)
{
    (void)state;
    static void (*const changes[])(Tree *) = {
        rewrite_same_size_and_time, add_file, remove_file, rename_file, change_mode, grow_file};
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        Tree tree = {.dir = "/tmp/cq-stamp-XXXXXX"};
        tree.cx.arena = &tree.arena;
        assert_non_null(mkdtemp(tree.dir));
        put(&tree, "a.c", "int a;\n");
        put(&tree, "b.c", "");
        set_time(&tree, "a.c", 1000000000);
        Digest before = stamp(&tree), again = stamp(&tree);
        assert_true(digest_eq(&before, &again));
        changes[i](&tree);
        Digest after = stamp(&tree);
        if (digest_eq(&before, &after)) fail_msg("change %zu is not seen", i);
        assert_int_equal(system(str_format(&tree.arena, "rm -rf %s", tree.dir).ptr), 0);
        arena_fini(&tree.arena);
    }
}

int index_stamp_test(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_seen),
    };
    return RUN_TESTS(tests);
}
