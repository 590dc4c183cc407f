// index/git_index_test.c - index files made here, byte by byte, good and bad.
#include "index/git_index.h"

#include <stdlib.h>
#include <unistd.h>

#include "support/check.h"

typedef struct Row {
    const char *path;
    uint32_t mode;
    uint16_t flags; // stage and the extended bit
    uint16_t more;  // with the extended bit
} Row;

enum { FILE_MODE = 0100644, LINK_MODE = 0120000, MODULE_MODE = 0160000, DIR_MODE = 0040000 };

static void put_u16(Buf *out, uint32_t value)
{
    buf_byte(out, (char)(value >> 8 & 0xff));
    buf_byte(out, (char)(value & 0xff));
}

static void put_u32(Buf *out, uint32_t value)
{
    put_u16(out, value >> 16);
    put_u16(out, value);
}

static void put_name(Buf *out, uint32_t version, size_t start, Str last, Str name)
{
    if (version == 4) { // drop the whole last name, in git's own number format
        size_t drop = last.len;
        if (drop >= 128) buf_byte(out, (char)(0x80 | ((drop >> 7) - 1)));
        buf_byte(out, (char)(drop & 0x7f));
    }
    buf_add(out, name);
    buf_byte(out, '\0');
    if (version < 4)
        while ((out->len - start) % 8) buf_byte(out, '\0');
}

static Str make(Arena *arena, uint32_t version, size_t hash_bytes, const Row *rows, size_t count,
                const char *extension)
{
    Buf out = buf_on(arena);
    Str last = STR("");
    buf_add(&out, STR("DIRC"));
    put_u32(&out, version);
    put_u32(&out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        Str name = str_from(rows[i].path);
        size_t start = out.len;
        buf_repeat(&out, '\1', 24);
        put_u32(&out, rows[i].mode);
        buf_repeat(&out, '\1', 12 + hash_bytes);
        put_u16(&out, rows[i].flags | (uint32_t)MIN(name.len, (size_t)0xfff));
        if (rows[i].flags & 0x4000) put_u16(&out, rows[i].more);
        put_name(&out, version, start, last, name);
        last = name;
    }
    if (extension) {
        buf_add(&out, str_from(extension));
        put_u32(&out, 5);
        buf_add(&out, STR("12345"));
    }
    buf_repeat(&out, '\2', hash_bytes);
    return buf_str(&out);
}

static const Row rows[] = {
    {".gitignore", FILE_MODE, 0x4000, 0x4000}, // outside the sparse checkout
    {"a", FILE_MODE, 0, 0},
    {"a-b", LINK_MODE, 0, 0},
    {"a/b", FILE_MODE, 0x1000, 0}, // a conflict
    {"a/b", FILE_MODE, 0x2000, 0},
    {"a/b", FILE_MODE, 0x3000, 0},
    {"a/c/d", FILE_MODE, 0x4000, 0x2000}, // to be added
    {"lib", MODULE_MODE, 0, 0},
    {"z", FILE_MODE, 0x8000, 0}, // assumed unchanged
};

static void check_rows(const GitIndex *index)
{
    static const char *const paths[] = {".gitignore", "a", "a-b", "a/b", "a/c/d", "lib", "z"};
    assert_int_equal(index->count, ARRAY_LEN(paths));
    for (size_t i = 0; i < index->count; i++) {
        CHECK_STR(((Str){index->entries[i].path, index->entries[i].len}), str_from(paths[i]));
        assert_int_equal(index->entries[i].path[index->entries[i].len], '\0');
        assert_true(index->entries[i].tracked);
    }
    assert_true(index->entries[0].skipped);
    assert_false(index->entries[4].skipped);
    assert_int_equal(index->entries[2].kind, GIT_SYMLINK);
    assert_int_equal(index->entries[5].kind, GIT_MODULE);
}

static void reads_every_version_and_hash(void **state)
{
    (void)state;
    for (uint32_t version = 3; version <= 4; version++)
        for (size_t hash = 20; hash <= 32; hash += 12) {
            Arena arena = {0};
            GitIndex index = {0};
            Str bytes = make(&arena, version, hash, rows, ARRAY_LEN(rows), "TREE");
            GitIndexSpec spec = {.hash_bytes = hash};
            assert_null(git_index_parse(&arena, bytes, spec, &index));
            check_rows(&index);
            arena_fini(&arena);
        }
}

static void every_cut_is_noticed(void **state)
{
    (void)state;
    Arena arena = {0};
    for (uint32_t version = 3; version <= 4; version++) {
        Str bytes = make(&arena, version, 20, rows, ARRAY_LEN(rows), "TREE");
        for (size_t len = 0; len < bytes.len; len++) {
            Arena scratch = {0};
            GitIndex index = {0};
            char *cut = malloc(len + 1); // so that sanitizers see one byte too far
            assert_non_null(cut);
            memcpy(cut, bytes.ptr, len);
            Fail fail =
                git_index_parse(&scratch, (Str){cut, len}, (GitIndexSpec){20, STR_NONE}, &index);
            if (!fail && len == bytes.len - 13) check_rows(&index); // just the extension is gone
            else if (!fail) fail_msg("version %u, %zu of %zu bytes", version, len, bytes.len);
            else assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
            free(cut);
            arena_fini(&scratch);
        }
    }
    arena_fini(&arena);
}

static void refuses_what_only_git_can_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t version;
        const char *extension;
        Row rows[2];
    } cases[] = {
        {"version 1", 1, NULL, {{"a", FILE_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}}},
        {"version 5", 5, NULL, {{"a", FILE_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}}},
        {"split", 2, "link", {{"a", FILE_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}}},
        {"unknown extension", 2, "what", {{"a", FILE_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}}},
        {"not sorted", 2, NULL, {{"b", FILE_MODE, 0, 0}, {"a", FILE_MODE, 0, 0}}},
        {"twice", 2, NULL, {{"a", FILE_MODE, 0, 0}, {"a", FILE_MODE, 0, 0}}},
        {"newer flags", 2, NULL, {{"a", FILE_MODE, 0x4000, 0}, {"b", FILE_MODE, 0, 0}}},
        {"mode", 2, NULL, {{"a", 0010000, 0, 0}, {"b", FILE_MODE, 0, 0}}},
        {"folder, not announced", 2, NULL, {{"a/", DIR_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}}},
        {"empty name", 2, NULL, {{"", FILE_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        GitIndex index = {0};
        Str bytes = make(&arena, cases[i].version, 20, cases[i].rows, 2, cases[i].extension);
        Fail fail = git_index_parse(&arena, bytes, (GitIndexSpec){20, STR_NONE}, &index);
        if (!fail) fail_msg("took: %s", cases[i].name);
        assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
        assert_int_equal(index.count, 0);
        arena_fini(&arena);
    }
}

static void reads_folders_of_a_sparse_index(void **state)
{
    (void)state;
    Arena arena = {0};
    GitIndex index = {0};
    static const Row sparse[] = {{"a/", DIR_MODE, 0, 0}, {"b", FILE_MODE, 0, 0}};
    Str bytes = make(&arena, 3, 20, sparse, 2, "sdir");
    assert_null(git_index_parse(&arena, bytes, (GitIndexSpec){20, STR("sub/")}, &index));
    assert_int_equal(index.entries[0].kind, GIT_SPARSE_DIR);
    CHECK_STR(str_from(index.entries[0].path), STR("sub/a/"));
    CHECK_STR(str_from(index.entries[1].path), STR("sub/b"));
    arena_fini(&arena);
}

static void finds_ranges_and_entries(void **state)
{
    (void)state;
    Arena arena = {0};
    GitIndex index = {0};
    static const struct {
        const char *path;
        size_t from, to;
    } cases[] = {
        {"", 0, 7}, {"a", 3, 5}, {"a/c", 4, 5}, {"a-b", 3, 3}, {"lib", 6, 6}, {"nothing", 6, 6},
    };
    Str bytes = make(&arena, 3, 20, rows, ARRAY_LEN(rows), NULL);
    assert_null(git_index_parse(&arena, bytes, (GitIndexSpec){20, STR_NONE}, &index));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t from, to;
        git_index_below(&index, str_from(cases[i].path), &from, &to);
        if (from != cases[i].from || to != cases[i].to)
            fail_msg("%s: %zu to %zu", cases[i].path, from, to);
    }
    assert_ptr_equal(git_index_find(&index, STR("a/b")), &index.entries[3]);
    assert_null(git_index_find(&index, STR("a/c")));
    assert_null(git_index_find(&(GitIndex){0}, STR("a")));
    arena_fini(&arena);
}

// Larger than the pieces it is read in, with long names; versions must agree.
static void reads_large_files_in_pieces(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Row *many = ARENA_ARRAY(&arena, Row, COUNT);
    for (int i = 0; i < COUNT; i++) {
        Str name = str_format(&arena, "dir%04d/%04d%0*d", i / 10, i, i % 97 ? 30 : 5000, 0);
        many[i] = (Row){name.ptr, FILE_MODE, 0, 0};
    }
    for (uint32_t version = 2; version <= 4; version += 2) {
        char path[] = "/tmp/cq-index-XXXXXX";
        int fd = mkstemp(path);
        Str bytes = make(&arena, version, 20, many, COUNT, "TREE");
        assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
        close(fd);
        GitIndex index = {0};
        assert_null(git_index_read(&cx, path, (GitIndexSpec){20, STR_NONE}, &index));
        assert_int_equal(index.count, COUNT);
        for (int i = 0; i < COUNT; i++)
            CHECK_STR(str_from(index.entries[i].path), str_from(many[i].path));
        assert_int_equal(truncate(path, (off_t)bytes.len - 1), 0);
        assert_non_null(git_index_read(&cx, path, (GitIndexSpec){20, STR_NONE}, &index));
        unlink(path);
        Fail fail = git_index_read(&cx, path, (GitIndexSpec){20, STR_NONE}, &index);
        assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
    }
    arena_fini(&arena);
}

int index_git_index_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_version_and_hash),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(refuses_what_only_git_can_read),
        cmocka_unit_test(reads_folders_of_a_sparse_index),
        cmocka_unit_test(finds_ranges_and_entries),
        cmocka_unit_test(reads_large_files_in_pieces),
    };
    return RUN_TESTS(tests);
}
