// index/ignore_test.c - the chain of rules, and reading ignore files.
#include "index/ignore.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

static Str name_of(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash == path.len ? path : str_sub(path, slash + 1, path.len);
}

static void nearest_rules_decide(void **state)
{
    (void)state;
    Arena arena = {0};
    const IgnoreRules *top = ignore_add(&arena, NULL, 0, false, STR("*.o\n/a\n*.log"), STR_NONE);
    const IgnoreRules *sub = ignore_add(&arena, top, 4, false, STR("!keep.o\n/a\n"), STR_NONE);
    static const struct {
        const char *path;
        bool in_top, in_sub;
    } cases[] = {
        {"sub/x.o", true, true}, {"sub/keep.o", true, false}, {"sub/a", false, true},
        {"sub/b", false, false}, {"sub/d/a", false, false},   {"sub/d/x.log", true, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str path = str_from(cases[i].path);
        if (ignore_has(top, path, name_of(path), false) != cases[i].in_top ||
            ignore_has(sub, path, name_of(path), false) != cases[i].in_sub)
            fail_msg("%s", cases[i].path);
    }
    assert_false(ignore_has(NULL, STR("a"), STR("a"), false));
    arena_fini(&arena);
}

static void plain_files_come_first(void **state)
{
    (void)state;
    Arena arena = {0};
    const IgnoreRules *top = ignore_add(&arena, NULL, 0, false, STR_NONE, STR("!x\ny"));
    const IgnoreRules *sub = ignore_add(&arena, top, 4, false, STR("x\n!y\nz"), STR_NONE);
    assert_true(sub->any_plain);
    assert_false(ignore_has(sub, STR("sub/x"), STR("x"), false));
    assert_true(ignore_has(sub, STR("sub/y"), STR("y"), false));
    assert_true(ignore_has(sub, STR("sub/z"), STR("z"), false));
    arena_fini(&arena);
}

static void empty_files_add_no_link(void **state)
{
    (void)state;
    Arena arena = {0};
    const IgnoreRules *top = ignore_add(&arena, NULL, 0, false, STR("a"), STR_NONE);
    assert_ptr_equal(ignore_add(&arena, top, 4, false, STR("# nothing\n\n"), STR_NONE), top);
    assert_null(ignore_add(&arena, NULL, 0, false, STR_NONE, STR_NONE));
    arena_fini(&arena);
}

static void unknown_rules_are_inherited(void **state)
{
    (void)state;
    Arena arena = {0};
    const IgnoreRules *top = ignore_add_unknown(&arena, NULL, STR("a/.gitignore"));
    const IgnoreRules *sub = ignore_add(&arena, top, 4, false, STR("x"), STR_NONE);
    CHECK_STR(sub->unknown, STR("a/.gitignore"));
    assert_true(ignore_has(sub, STR("a/b/x"), STR("x"), false));
    arena_fini(&arena);
}

static void reads_files_of_any_size(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    char path[] = "/tmp/cq-ignore-XXXXXX";
    assert_non_null(mkdtemp(path));
    Str file = str_format(&arena, "%s/rules", path), text = STR_NONE;
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        FILE *out = fopen(file.ptr, "w");
        assert_non_null(out);
        for (size_t n = 0; n < sizes[i]; n++) fputc('a' + (int)(n % 26), out);
        fclose(out);
        assert_int_equal(ignore_read(&cx, OS_CWD, file.ptr, OS_NOFOLLOW, &text), 0);
        assert_int_equal(text.len, sizes[i]);
        if (text.len) assert_int_equal(text.ptr[text.len - 1], 'a' + (int)((sizes[i] - 1) % 26));
    }
    text = STR_NONE;
    assert_int_equal(ignore_read(&cx, OS_CWD, path, OS_NOFOLLOW, &text), 0); // a folder
    assert_int_equal(ignore_read(&cx, OS_CWD, "/nonexistent/x", OS_NOFOLLOW, &text), 0);
    Str link = str_format(&arena, "%s/link", path);
    assert_int_equal(symlink(file.ptr, link.ptr), 0);
    assert_int_equal(ignore_read(&cx, OS_CWD, link.ptr, OS_NOFOLLOW, &text), 0);
    assert_int_equal(text.len, 0);
    unlink(link.ptr);
    unlink(file.ptr);
    rmdir(path);
    arena_fini(&arena);
}

int index_ignore_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_rules_decide),    cmocka_unit_test(plain_files_come_first),
        cmocka_unit_test(empty_files_add_no_link), cmocka_unit_test(unknown_rules_are_inherited),
        cmocka_unit_test(reads_files_of_any_size),
    };
    return RUN_TESTS(tests);
}
