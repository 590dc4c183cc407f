// index/universe_test.c - whole listings over small trees. tests/universe.sh compares with git.
#include "index/universe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "support/check.h"

typedef struct Tree {
    char dir[64];
    Arena arena;
    Ctx cx;
    Pool *pool;
} Tree;

static const char *at(Tree *tree, const char *name)
{
    return str_format(&tree->arena, "%s/%s", tree->dir, name).ptr;
}

static void write_bytes(Tree *tree, const char *name, Str bytes)
{
    Str path = str_from(at(tree, name));
    for (size_t i = strlen(tree->dir) + 1; i < path.len; i++)
        if (path.ptr[i] == '/') mkdir(str_cstr(&tree->arena, str_sub(path, 0, i)), 0777);
    FILE *out = fopen(path.ptr, "w");
    assert_non_null(out);
    if (bytes.len) assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, out), bytes.len);
    fclose(out);
}

// "a b/c" makes two files.
static void put(Tree *tree, const char *names)
{
    Str rest = str_from(names);
    for (Str name; str_next(&rest, ' ', &name);)
        write_bytes(tree, str_cstr(&tree->arena, name), name);
}

static void begin(Tree *tree, int threads)
{
    *tree = (Tree){.dir = "/tmp/cq-universe-XXXXXX"};
    tree->cx.arena = &tree->arena;
    assert_non_null(mkdtemp(tree->dir));
    setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
    setenv("HOME", tree->dir, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    unsetenv("XDG_CONFIG_HOME");
    tree->pool = pool_new((PoolSpec){.cpu_workers = threads - 1});
}

static void end(Tree *tree)
{
    pool_free(tree->pool);
    Str command = str_format(&tree->arena, "rm -rf %s", tree->dir);
    assert_int_equal(system(command.ptr), 0);
    arena_fini(&tree->arena);
}

// A repository with an index of `names` (sorted, with spaces between; "lib/" is a submodule).
static void make_git(Tree *tree, const char *prefix, const char *names)
{
    Buf index = buf_on(&tree->arena);
    uint32_t count = 0;
    Str rest = str_from(names);
    for (Str name; str_next(&rest, ' ', &name);) {
        size_t start = index.len;
        bool module = str_ends(name, STR("/"));
        if (module) name.len--;
        buf_repeat(&index, '\0', 26);
        buf_byte(&index, module ? (char)0xE0 : (char)0x81);
        buf_byte(&index, module ? 0 : (char)0xA4);
        buf_repeat(&index, '\0', 33);
        buf_byte(&index, (char)name.len);
        buf_add(&index, name);
        do buf_byte(&index, '\0');
        while ((index.len - start) % 8);
        count++;
    }
    buf_repeat(&index, '\0', 20);
    Str head = str_format(&tree->arena, "DIRC%c%c%c\2%c%c%c%c", 0, 0, 0, 0, 0, 0, (int)count);
    Str whole = str_join(&tree->arena, head, STR(""), buf_str(&index));
    const char *git = str_format(&tree->arena, "%s.git", prefix).ptr;
    write_bytes(tree, str_format(&tree->arena, "%s/HEAD", git).ptr, STR("ref: refs/heads/main\n"));
    write_bytes(tree, str_format(&tree->arena, "%s/index", git).ptr, whole);
    mkdir(at(tree, str_format(&tree->arena, "%s/objects", git).ptr), 0777);
    mkdir(at(tree, str_format(&tree->arena, "%s/refs", git).ptr), 0777);
}

// The list as "a b/c", untracked files with a '?' before them, skipped ones as "!reason:path".
static Str list(Tree *tree, const char *root, const Selection *selection, Universe *out)
{
    Workspace workspace;
    Buf text = buf_on(&tree->arena);
    Fail fail = workspace_open(&tree->cx, str_from(at(tree, root)), false, &workspace);
    if (fail) fail_msg(STR_FMT, STR_ARG(fail->detail));
    fail = universe_list(&tree->cx, &workspace, selection, tree->pool, out);
    workspace_close(&workspace);
    if (fail) return str_format(&tree->arena, "%s", problem_spec(fail->kind)->slug);
    for (size_t i = 0; i < out->count; i++) {
        assert_int_equal(out->files[i].path.ptr[out->files[i].path.len], '\0');
        buf_addf(&text, "%s%s" STR_FMT, text.len ? " " : "", out->files[i].tracked ? "" : "?",
                 STR_ARG(out->files[i].path));
    }
    for (size_t i = 0; i < out->skipped_count; i++)
        buf_addf(&text, "%s!%s:" STR_FMT, text.len ? " " : "", skip_name(out->skipped[i].reason),
                 STR_ARG(out->skipped[i].path));
    return buf_str(&text);
}

static void git_trees(void **state)
{
    (void)state;
    static const struct {
        const char *name, *files, *index, *ignore, *root, *want;
    } cases[] = {
        {"tracked and untracked", "a b/c b/d e.o", "a b/c gone/x", "*.o", ".",
         "?.gitignore a b/c ?b/d"},
        {"ignored but tracked", "x.o out/a out/b", "out/a x.o", "*.o out", ".",
         "?.gitignore out/a x.o"},
        {"sorted by path", "a/b a-b a.c a0 a/b.c", "a-b a/b a0", "", ".",
         "?.gitignore a-b ?a.c a/b ?a/b.c a0"},
        {"file became folder", "a/b", "a", "", ".", "?.gitignore ?a/b"},
        {"folder became file", "a", "a/b", "", ".", "?.gitignore ?a"},
        {"a subfolder", "a sub/b sub/c.o sub/d/e", "a sub/b", "*.o", "sub", "b ?d/e"},
        {"inside an ignored folder", "out/a out/b/c", "out/a", "out", "out", "a"},
        {"hidden files", ".a/.b .c", ".c", "", ".", "?.a/.b .c ?.gitignore"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int threads = 1; threads <= 4; threads += 3) {
            Tree tree;
            Universe universe;
            begin(&tree, threads);
            put(&tree, cases[i].files);
            make_git(&tree, "", cases[i].index);
            Buf rules = buf_on(&tree.arena);
            Str rest = str_from(cases[i].ignore);
            for (Str rule; str_next(&rest, ' ', &rule); buf_byte(&rules, '\n'))
                buf_add(&rules, rule);
            write_bytes(&tree, ".gitignore", buf_str(&rules));
            Str got = list(&tree, cases[i].root, &(Selection){0}, &universe);
            if (!str_eq(got, str_from(cases[i].want)))
                fail_msg("%s: got \"" STR_FMT "\"", cases[i].name, STR_ARG(got));
            CHECK_STR(universe.source, STR("git-index"));
            CHECK_STR(universe.fallback_reason, STR(""));
            end(&tree);
        }
}

static void repositories_in_repositories(void **state)
{
    (void)state;
    Tree tree;
    Universe universe;
    begin(&tree, 3);
    put(&tree, "a lib/x lib/y.o lib-z own/p own/q.o empty/x out/r copied/m");
    make_git(&tree, "", "a copied/ empty/ lib/ lib-z");
    make_git(&tree, "lib/", "x");
    make_git(&tree, "own/", "p");
    make_git(&tree, "out/", "r");
    write_bytes(&tree, ".gitignore", STR("*.o\nout\n"));
    write_bytes(&tree, "copied/.git", STR("gitdir: ../.git/modules/copied\n"));
    CHECK_STR(list(&tree, ".", &(Selection){0}, &universe),
              STR("?.gitignore a ?copied/m lib-z lib/x ?lib/y.o own/p ?own/q.o"));
    assert_true(str_contains(universe.fallback_reason, STR("copied/.git")));
    Selection in = {.in = (const Str[]){STR("lib/y.o"), STR("out")}, .in_count = 2};
    CHECK_STR(list(&tree, ".", &in, &universe), STR("?lib/y.o out/r"));
    Selection all = {.no_ignore = true, .globs = (const Str[]){STR("out")}, .glob_count = 1};
    CHECK_STR(list(&tree, ".", &all, &universe), STR("out/r"));
    end(&tree);
}

static void selections(void **state)
{
    (void)state;
    static const struct {
        const char *name, *in, *globs;
        bool hidden, no_ignore;
        const char *want;
    } cases[] = {
        {"all", "", "", false, false, "?a.c ?sub/b.c ?sub/deep/d.h"},
        {"hidden", "", "", true, false, "?.h/x.c ?.ignore ?a.c ?sub/b.c ?sub/deep/d.h"},
        {"no_ignore", "", "", false, true, "?a.c ?out/o.c ?sub/b.c ?sub/deep/d.h"},
        {"in", "sub", "", false, false, "?sub/b.c ?sub/deep/d.h"},
        {"in, twice", "./sub/ sub/deep", "", false, false, "?sub/b.c ?sub/deep/d.h"},
        {"in, a file", "sub/deep/d.h a.c", "", false, false, "?a.c ?sub/deep/d.h"},
        {"in, ignored", "out", "", false, false, "?out/o.c"},
        {"in, hidden", ".h/x.c", "", false, false, "?.h/x.c"},
        {"in, missing", "sub/x", "", false, false, "not-found"},
        {"in, outside", "..", "", false, false, "bad-request"},
        {"glob", "", "*.c", false, false, "?a.c ?sub/b.c"},
        {"glob, anchored", "", "/sub/*.c", false, false, "?sub/b.c"},
        {"glob, folder", "", "deep/", false, false, "?sub/deep/d.h"},
        {"glob, negated", "", "!deep", false, false, "?a.c ?sub/b.c"},
        {"glob, negated folder wins", "", "!sub *.c", false, false, "?a.c"},
        {"glob, last wins", "", "*.c !b.* b.c", false, false, "?a.c ?sub/b.c"},
        {"glob and in", "sub", "*.h", false, false, "?sub/deep/d.h"},
        {"glob and in, a file", "a.c", "*.h", false, false, ""},
        {"glob, malformed", "", "[", false, false, "bad-request"},
    };
    Tree tree;
    begin(&tree, 2);
    put(&tree, "a.c sub/b.c sub/deep/d.h out/o.c .h/x.c");
    write_bytes(&tree, ".ignore", STR("out\n"));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str in[4], globs[4], rest;
        Selection selection = {.hidden = cases[i].hidden, .no_ignore = cases[i].no_ignore};
        rest = str_from(cases[i].in);
        while (rest.len && str_next(&rest, ' ', &in[selection.in_count])) selection.in_count++;
        rest = str_from(cases[i].globs);
        while (rest.len && str_next(&rest, ' ', &globs[selection.glob_count]))
            selection.glob_count++;
        selection.in = in;
        selection.globs = globs;
        Universe universe;
        Str got = list(&tree, ".", &selection, &universe);
        if (!str_eq(got, str_from(cases[i].want)))
            fail_msg("%s: got \"" STR_FMT "\"", cases[i].name, STR_ARG(got));
    }
    end(&tree);
}

static void langs_by_path(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        const char *want;
    } cases[] = {
        {LANG_python, "?a.py ?script"},
        {LANG_c, "?b.h ?c.c ?script"},
        {LANG_cpp, "?b.h ?d.cpp ?script"},
    };
    Tree tree;
    Universe universe;
    begin(&tree, 1);
    put(&tree, "a.py b.h c.c d.cpp script e.unknown");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Selection selection = {.langs = &cases[i].lang, .lang_count = 1};
        CHECK_STR(list(&tree, ".", &selection, &universe), str_from(cases[i].want));
    }
    end(&tree);
}

static void odd_files_are_counted(void **state)
{
    (void)state;
    Tree tree;
    Universe universe;
    begin(&tree, 2);
    put(&tree, "a sub/b");
    assert_int_equal(symlink(".", at(&tree, "sub/loop")), 0);
    assert_int_equal(mkfifo(at(&tree, "pipe"), 0666), 0);
    CHECK_STR(list(&tree, ".", &(Selection){0}, &universe),
              STR("?a ?sub/b !special:pipe !symlink:sub/loop"));
    CHECK_STR(universe.source, STR("walk"));
    Selection in = {.in = (const Str[]){STR("pipe"), STR("sub/loop")}, .in_count = 2};
    CHECK_STR(list(&tree, ".", &in, &universe), STR("?sub/b !special:pipe !symlink:sub/loop"));
    end(&tree);
}

static void names_the_nearest(void **state)
{
    (void)state;
    Tree tree;
    Universe universe;
    Workspace workspace;
    begin(&tree, 1);
    put(&tree, "src/server.c");
    assert_null(workspace_open(&tree.cx, str_from(tree.dir), false, &workspace));
    Selection in = {.in = (const Str[]){STR("src/sever.c")}, .in_count = 1};
    Fail fail = universe_list(&tree.cx, &workspace, &in, tree.pool, &universe);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
    CHECK_STR(json_get(fail->ext, STR("nearest"))->string, STR("src/server.c"));
    workspace_close(&workspace);
    end(&tree);
}

static void stops_when_cancelled(void **state)
{
    (void)state;
    Tree tree;
    Universe universe;
    Flag cancel = {0};
    begin(&tree, 2);
    put(&tree, "a b/c b/d/e");
    flag_set(&cancel, 1);
    tree.cx.cancel = &cancel;
    list(&tree, ".", &(Selection){0}, &universe);
    assert_true(universe.stopped);
    end(&tree);
}

static void workspaces(void **state)
{
    (void)state;
    Tree tree;
    Workspace workspace;
    begin(&tree, 1);
    put(&tree, "repo/sub/a");
    make_git(&tree, "repo/", "sub/a");
    Str sub = str_from(at(&tree, "repo/sub")), file = str_from(at(&tree, "repo/sub/a"));
    assert_null(workspace_open(&tree.cx, file, false, &workspace));
    CHECK_STR(workspace.root, sub);
    CHECK_STR(workspace.prefix, STR("sub/"));
    workspace_close(&workspace);
    assert_null(workspace_open(&tree.cx, sub, true, &workspace));
    CHECK_STR(workspace.root, str_from(at(&tree, "repo")));
    CHECK_STR(workspace.prefix, STR(""));
    assert_true(workspace.git);
    workspace_close(&workspace);
    assert_null(workspace_open(&tree.cx, str_from(tree.dir), true, &workspace));
    assert_false(workspace.git);
    workspace_close(&workspace);
    Fail fail = workspace_open(&tree.cx, STR("/nonexistent"), true, &workspace);
    assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
    end(&tree);
}

int index_universe_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(git_trees),
        cmocka_unit_test(repositories_in_repositories),
        cmocka_unit_test(selections),
        cmocka_unit_test(langs_by_path),
        cmocka_unit_test(odd_files_are_counted),
        cmocka_unit_test(names_the_nearest),
        cmocka_unit_test(stops_when_cancelled),
        cmocka_unit_test(workspaces),
    };
    return RUN_TESTS(tests);
}
