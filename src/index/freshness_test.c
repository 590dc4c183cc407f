// index/freshness_test.c - random edits to a tree, each state compared with what is really there.
#include "index/freshness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"

enum { NAMES = 400, MOST_TEXT = 64 };

typedef struct File { // what is really there
    bool is_there;
    char text[MOST_TEXT];
    size_t len;
} File;

typedef struct World {
    Arena arena; // of one step
    Ctx cx;
    Folder folder;
    Workspace workspace;
    Pool *pool;
    uint64_t random;
    File files[NAMES], before[NAMES];
    Segment *segment; // of the table
    FileTable table;
    int64_t looked_ns;
} World;

static uint64_t draw(World *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

// Names around the places where sorting is not obvious: "d/x" and "d.c", "d-x".
static const char *name_of(World *world, size_t i)
{
    static const char *const shapes[] = {"d%zu.c", "d%zu/x.c", "d%zu-x.c", "d%zu/e/y", "D%zu"};
    return str_format(&world->arena, shapes[i % ARRAY_LEN(shapes)], i / ARRAY_LEN(shapes)).ptr;
}

static const char *path_of(World *world, size_t i)
{
    return str_format(&world->arena, "%s/%s", world->folder.path, name_of(world, i)).ptr;
}

static void put(World *world, size_t i)
{
    char dir[128];
    const char *path = path_of(world, i), *slash = strrchr(path, '/');
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    assert_null(os_make_dirs(&world->cx, dir, 0755));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, world->files[i].text, world->files[i].len), world->files[i].len);
    close(fd);
}

static void write_new(World *world, size_t i)
{
    File *file = &world->files[i];
    file->len = draw(world, MOST_TEXT);
    for (size_t k = 0; k < file->len; k++) file->text[k] = (char)('a' + draw(world, 26));
    file->is_there = true;
    put(world, i);
}

static void edit_in_place(World *world, size_t i) // the same size, the same second, the same inode
{
    File *file = &world->files[i];
    struct stat st;
    if (!file->len) return;
    assert_int_equal(stat(path_of(world, i), &st), 0);
    file->text[draw(world, file->len)] = (char)('A' + draw(world, 26));
    put(world, i);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    if (draw(world, 2)) utimensat(AT_FDCWD, path_of(world, i), times, 0);
}

static void delete (World *world, size_t i)
{
    world->files[i].is_there = false;
    assert_int_equal(unlink(path_of(world, i)), 0);
}

static void rename_over(World *world, size_t i)
{
    size_t to = draw(world, NAMES);
    if (to == i) return;
    world->files[to] = world->files[i];
    put(world, to); // makes the folder
    assert_int_equal(rename(path_of(world, i), path_of(world, to)), 0);
    world->files[i].is_there = false;
}

static void change_mode(World *world, size_t i)
{
    assert_int_equal(chmod(path_of(world, i), draw(world, 2) ? 0755 : 0644), 0);
}

static void touch(World *world, size_t i)
{
    put(world, i);
}

static void swap_for_symlink(World *world, size_t i)
{
    delete (world, i);
    assert_int_equal(symlink("/dev/null", path_of(world, i)), 0);
}

static void clear_symlink(World *world, size_t i)
{
    struct stat st;
    if (!lstat(path_of(world, i), &st) && S_ISLNK(st.st_mode)) unlink(path_of(world, i));
}

static void edit_once(World *world)
{
    static void (*const edits[])(World *, size_t) = {write_new, edit_in_place,   edit_in_place,
                                                     delete,    rename_over,     change_mode,
                                                     touch,     swap_for_symlink};
    size_t i = draw(world, NAMES);
    if (world->files[i].is_there) {
        edits[draw(world, ARRAY_LEN(edits))](world, i);
        return;
    }
    clear_symlink(world, i);
    write_new(world, i);
}

// Half of the files become what another commit has, as `git switch` does it: unlink and create.
static void switch_branch(World *world)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (!world->files[i].is_there || draw(world, 2)) continue;
        File now = world->files[i];
        delete (world, i);
        if (draw(world, 8) == 0) continue;
        if (draw(world, 2)) write_new(world, i);
        else world->files[i] = now, put(world, i);
    }
}

static int find(World *world, Str path)
{
    for (size_t i = 0; i < NAMES; i++)
        if (str_eq(str_from(name_of(world, i)), path)) return (int)i;
    return -1;
}

static bool same_text(const File *a, const File *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static FileState expected(const World *world, size_t i, FileState found)
{
    const File *now = &world->files[i], *old = &world->before[i];
    if (!now->is_there) return old->is_there ? FILE_DELETED : FILE_SAME;
    if (!old->is_there) return FILE_ADDED;
    if (!same_text(now, old)) return FILE_CHANGED;
    return found == FILE_TOUCHED ? FILE_TOUCHED : FILE_SAME;
}

static void expect_true_states(World *world, const Freshness *fresh)
{
    FileState found[NAMES] = {0};
    size_t same = 0;
    for (size_t k = 0; k < fresh->change_count; k++) {
        const FileChange *change = &fresh->changes[k];
        assert_true(!k || str_cmp(fresh->changes[k - 1].now.path, change->now.path) < 0);
        int i = find(world, change->now.path);
        assert_true(i >= 0);
        found[i] = change->state;
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (found[i] != expected(world, i, found[i]))
            fail_msg("%s: %d, expected %d", name_of(world, i), found[i],
                     expected(world, i, found[i]));
        same += world->files[i].is_there && found[i] == FILE_SAME;
    }
    assert_int_equal(fresh->counts[FILE_SAME], same);
}

static void check(World *world, Freshness *out)
{
    FreshnessSpec spec = {.workspace = &world->workspace,
                          .selection = &(Selection){.hidden = true},
                          .pool = world->pool,
                          .table = &world->table,
                          .looked_ns = world->looked_ns,
                          .max_bytes = 1 << 20};
    assert_null(freshness_check(&world->cx, &spec, out));
}

// What a refresh does, and the next table is the base of the next step.
static void refresh(World *world)
{
    Ctx *cx = &world->cx;
    Freshness fresh;
    FileEntry *entries;
    size_t count;
    SegmentSection sections[FILETABLE_SECTIONS];
    check(world, &fresh);
    expect_true_states(world, &fresh);
    for (size_t i = 0; i < fresh.change_count; i++) {
        FileChange *change = &fresh.changes[i];
        FileLook look;
        if (change->state != FILE_CHANGED && change->state != FILE_ADDED) continue;
        file_look(cx, world->workspace.dir, change->now.path.ptr, 1 << 20, &look);
        assert_int_equal(look.row.skip, 0);
        change->now.row = look.row;
        change->now.digest = look.digest;
    }
    assert_null(freshness_apply(cx, &world->table, &fresh, &entries, &count));
    assert_null(filetable_build(cx, entries, count, sections));
    segment_close(world->segment);
    world->segment = segment_in_memory(sections, FILETABLE_SECTIONS);
    assert_null(filetable_open(cx, world->segment, &world->table));
    world->looked_ns = fresh.looked_ns;
}

static void expect_true_table(World *world)
{
    size_t there = 0;
    for (size_t i = 0; i < NAMES; i++) {
        uint32_t row = filetable_find(&world->table, str_from(name_of(world, i)));
        const File *file = &world->files[i];
        assert_int_equal(row != FILE_NONE, file->is_there);
        there += file->is_there;
        if (!file->is_there) continue;
        Digest digest, truth = digest_of((Str){file->text, file->len});
        assert_true(filetable_digest(&world->table, row, &digest));
        assert_true(digest_eq(&digest, &truth));
        assert_int_equal(world->table.rows[row].size_bytes, file->len);
    }
    assert_int_equal(world->table.count, there);
}

static void open_world(World *world, int workers, uint64_t seed)
{
    *world = (World){.random = seed};
    world->cx = (Ctx){.arena = &world->arena};
    folder_make(&world->folder);
    world->pool = pool_new((PoolSpec){.cpu_workers = workers});
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    assert_null(workspace_open(&cx, str_from(world->folder.path), false, &world->workspace));
    world->workspace.root = str_from(world->folder.path);
    world->workspace.top = world->workspace.root;
    arena_fini(&arena);
}

static void close_world(World *world)
{
    segment_close(world->segment);
    workspace_close(&world->workspace);
    pool_free(world->pool);
    folder_remove(&world->folder);
    arena_fini(&world->arena);
}

static void random_edits(void **state)
{
    (void)state;
    int scripts = getenv("CQ_LONG") ? 200 : 4;
    World *world = mem_alloc(sizeof *world);
    for (int script = 0; script < scripts; script++) {
        open_world(world, script % 3, 0x9e3779b97f4a7c15u * (uint64_t)(script + 1));
        for (int i = 0; i < 150; i++) edit_once(world);
        for (int step = 0; step < 25; step++) {
            refresh(world);
            expect_true_table(world);
            memcpy(world->before, world->files, sizeof world->files);
            if (step % 8 == 7) switch_branch(world);
            for (uint64_t edits = draw(world, 20); edits; edits--) edit_once(world);
            segment_verify(&world->cx, world->segment) ? fail() : (void)0;
            arena_reset(&world->arena);
        }
        close_world(world);
    }
    mem_free(world);
}

static void racy_files_are_read_until_the_look_is_later(void **state)
{
    (void)state;
    Freshness fresh;
    World *world = mem_alloc(sizeof *world);
    open_world(world, 0, 1);
    for (size_t i = 0; i < 10; i++) write_new(world, i);
    refresh(world);
    check(world, &fresh);
    assert_int_equal(fresh.change_count, 0);
    assert_int_equal(fresh.racy_count, 10); // all were written just before
    world->looked_ns += 3 * NS_PER_S;       // as if the table had been made later
    check(world, &fresh);
    assert_int_equal(fresh.change_count, 0);
    assert_int_equal(fresh.racy_count, 0);
    close_world(world);
    mem_free(world);
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    FileLook look;
    World *world = mem_alloc(sizeof *world);
    open_world(world, 0, 1);
    folder_write(&world->folder, "big", STR("0123456789"));
    folder_write(&world->folder, "fits", STR("012345678"));
    assert_int_equal(symlink("fits", path_of(world, 0)), 0);
    OsFile dir = world->workspace.dir;
    file_look(&world->cx, dir, "big", 9, &look);
    assert_int_equal(look.row.skip, 1 + SKIP_TOO_LARGE);
    assert_int_equal(look.row.size_bytes, 10);
    assert_false(look.row.has_digest);
    file_look(&world->cx, dir, "fits", 9, &look);
    assert_int_equal(look.row.skip, 0);
    CHECK_STR(look.text, STR("012345678"));
    file_look(&world->cx, dir, name_of(world, 0), 9, &look);
    assert_int_equal(look.row.skip, 1 + SKIP_SYMLINK);
    file_look(&world->cx, dir, "absent", 9, &look);
    assert_int_equal(look.row.skip, 1 + SKIP_VANISHED);
    file_look(&world->cx, dir, ".", 9, &look);
    assert_int_equal(look.row.skip, 1 + SKIP_SPECIAL);
    close_world(world);
    mem_free(world);
}

static void tables_that_make_no_sense(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    FileTable table;
    FileEntry entry = {.path = STR("a"), .row = {.has_digest = 1}};
    SegmentSection good[FILETABLE_SECTIONS];
    assert_null(filetable_build(&cx, &entry, 1, good));
    for (size_t i = 0; i < FILETABLE_SECTIONS * 2; i++) {
        SegmentSection bad[FILETABLE_SECTIONS];
        memcpy(bad, good, sizeof bad);
        if (i < FILETABLE_SECTIONS) bad[i].bytes.len--;
        else bad[i - FILETABLE_SECTIONS].id = 99;
        Segment *segment = segment_in_memory(bad, FILETABLE_SECTIONS);
        assert_int_equal(filetable_open(&cx, segment, &table)->kind, PROBLEM_DAMAGED);
        segment_close(segment);
    }
    ((FileRow *)(uintptr_t)good[0].bytes.ptr)->path_len = 2; // over the end
    Segment *segment = segment_in_memory(good, FILETABLE_SECTIONS);
    assert_null(filetable_open(&cx, segment, &table));
    CHECK_STR(filetable_path(&table, 0), STR(""));
    segment_close(segment);
    arena_fini(&arena);
}

int index_freshness_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_edits),
        cmocka_unit_test(racy_files_are_read_until_the_look_is_later),
        cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(tables_that_make_no_sense),
    };
    return RUN_TESTS(tests);
}
