// index/store_test.c - a snapshot is published whole or not at all, kept by who reads it, and never
// wrong: damage, leftovers, rollback, prune, locks.
#include "index/store_.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"

enum { SCHEMA = 7, CONTENT = 1 };

typedef struct World {
    Arena arena;
    Ctx cx;
    Folder folder; // the cache
    Store *store;
} World;

static int setup(void **state)
{
    World *world = mem_alloc(sizeof *world);
    world->cx = (Ctx){.arena = &world->arena};
    folder_make(&world->folder);
    StoreSpec spec = {str_from(world->folder.path), STR("/home/me/proj"), SCHEMA};
    assert_null(store_open(&world->cx, &spec, &world->store));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    store_close(world->store);
    chmod(world->folder.path, 0700);
    folder_remove(&world->folder);
    arena_fini(&world->arena);
    mem_free(world);
    return 0;
}

// The folder of the store, as support/folder wants it.
static Folder inside(const World *world)
{
    Folder folder = {0};
    Str path = store_folder(world->store);
    assert_true(path.len < sizeof folder.path);
    memcpy(folder.path, path.ptr, path.len);
    return folder;
}

static StoreWriter *begin(World *world)
{
    StoreWriter *writer;
    assert_null(store_begin(&world->cx, world->store, 0, &writer));
    assert_non_null(writer);
    return writer;
}

// Publishes `text` as the content of one file, in a segment of its own beside those of the base.
static Snapshot *publish_beside(World *world, StoreWriter *writer, Str text, size_t keep)
{
    Ctx *cx = &world->cx;
    uint32_t number;
    Snapshot *out;
    SegmentSection section = {CONTENT, text};
    assert_null(store_add(cx, writer, &section, 1, 1, &number));
    FileEntry file = {.path = STR("a.c"), .row = {.segment = number, .size_bytes = text.len}};
    StorePublish publish = {.files = &file, .file_count = 1, .note = text, .keep = keep};
    assert_null(store_publish(cx, writer, &publish, &out));
    return out;
}

static void publish(World *world, const char *text, size_t keep)
{
    StoreWriter *writer = begin(world);
    snapshot_close(publish_beside(world, writer, str_from(text), keep));
    store_end(&world->cx, writer);
}

static Str content(const Snapshot *snapshot)
{
    assert_int_equal(snapshot->part_count, 1);
    assert_true(snapshot_is_live(&snapshot->parts[0], 0));
    return segment_section(snapshot->parts[0].segment, CONTENT);
}

static void expect_current(World *world, const char *text)
{
    Snapshot *snapshot;
    FileTable files;
    assert_null(store_read(&world->cx, world->store, &snapshot));
    if (!text) {
        assert_null(snapshot);
        return;
    }
    assert_non_null(snapshot);
    CHECK_STR(content(snapshot), str_from(text));
    CHECK_STR(snapshot->note, str_from(text));
    assert_null(snapshot_files(&world->cx, snapshot, &files));
    assert_int_equal(filetable_find(&files, STR("a.c")), 0);
    assert_int_equal(filetable_find(&files, STR("a.b")), FILE_NONE);
    assert_null(snapshot_verify(&world->cx, snapshot));
    snapshot_close(snapshot);
}

static size_t version_count(World *world)
{
    StoreVersion *versions;
    size_t count, current = 0;
    assert_null(store_versions(&world->cx, world->store, &versions, &count));
    for (size_t i = 0; i < count; i++) {
        assert_null(versions[i].trouble);
        assert_int_equal(versions[i].head.generation, versions[i].generation);
        current += versions[i].is_current;
    }
    assert_int_equal(current, count ? 1 : 0);
    return count;
}

static void test_nothing_there(void **state)
{
    World *world = *state;
    uint64_t bytes;
    expect_current(world, NULL);
    assert_int_equal(version_count(world), 0);
    assert_null(store_bytes(&world->cx, world->store, &bytes));
    assert_int_equal(bytes, 0);
    Store *none;
    assert_non_null(store_open(&world->cx, &(StoreSpec){.root = STR("/x")}, &none));
}

static void test_publish_and_read(void **state)
{
    World *world = *state;
    publish(world, "one", 2);
    expect_current(world, "one");
    publish(world, "two", 2);
    expect_current(world, "two");
    publish(world, "three", 2);
    expect_current(world, "three");
    assert_int_equal(version_count(world), 2);
    uint64_t bytes;
    assert_null(store_bytes(&world->cx, world->store, &bytes));
    assert_true(bytes > 0);
}

static void test_readers_keep_what_they_have(void **state)
{
    World *world = *state;
    Snapshot *old;
    publish(world, "one", 1);
    assert_null(store_read(&world->cx, world->store, &old));
    publish(world, "two", 1);
    assert_int_equal(version_count(world), 1); // its files have no names any more
    CHECK_STR(content(old), STR("one"));
    assert_null(snapshot_verify(&world->cx, old));
    snapshot_close(old);
}

static void test_kept_segments(void **state)
{
    World *world = *state;
    Ctx *cx = &world->cx;
    SegmentSection section = {CONTENT, STR("first three")};
    StoreWriter *writer = begin(world);
    uint32_t number;
    Snapshot *snapshot;
    assert_null(store_add(cx, writer, &section, 1, 3, &number));
    FileEntry files[] = {{.path = STR("a"), .row = {.segment = 0, .ordinal = 0}},
                         {.path = STR("b"), .row = {.segment = 0, .ordinal = 2}},
                         {.path = STR("c"), .row = {.segment = FILE_NONE, .skip = 1}}};
    StorePublish spec = {.files = files, .file_count = 3, .keep = 1};
    assert_null(store_publish(cx, writer, &spec, &snapshot));
    assert_int_equal(snapshot->head.live_count, 2);
    assert_int_equal(snapshot->head.skipped_count, 1);
    assert_int_equal(snapshot->parts[0].live[0], 5);
    snapshot_close(snapshot);
    store_end(cx, writer);

    writer = begin(world);
    store_keep(writer, 0, &number);
    section.bytes = STR("another b");
    assert_null(store_add(cx, writer, &section, 1, 1, &number));
    files[1].row = (FileRow){.segment = number, .ordinal = 0};
    assert_null(store_publish(cx, writer, &spec, &snapshot));
    store_end(cx, writer);
    assert_int_equal(snapshot->part_count, 2);
    assert_int_equal(snapshot->parts[0].live_count, 1);
    assert_int_equal(snapshot->parts[0].live[0], 1);
    assert_int_equal(snapshot->head.parent, 1);
    assert_null(snapshot_verify(cx, snapshot)); // the old segment outlived the pruned manifest
    snapshot_close(snapshot);
}

static Snapshot *attach_vectors(World *world, const char *text)
{
    Ctx *cx = &world->cx;
    uint32_t number;
    Snapshot *out;
    StoreWriter *writer = begin(world);
    SegmentSection section = {CONTENT, text ? str_from(text) : STR("")};
    store_keep(writer, 0, &number);
    assert_null(store_attach(cx, writer, number, ATTACH_VECTORS, &section, text != NULL));
    FileEntry file = {.path = STR("a.c"), .row = {.segment = number}};
    StorePublish spec = {.files = &file, .file_count = 1, .note = STR("n"), .keep = 1};
    assert_null(store_publish(cx, writer, &spec, &out));
    store_end(cx, writer);
    return out;
}

static size_t count_files(World *world)
{
    OsFile dir = OS_FILE_NONE;
    OsEntry *entries;
    size_t count;
    assert_null(store_open_folder(&world->cx, world->store, &dir));
    assert_null(store_list(&world->cx, dir, &entries, &count));
    os_close(&dir);
    return count;
}

static void test_attachments_come_and_go(void **state)
{
    enum { LEAST = 5 }; // README, lock, current, manifest, segment
    World *world = *state;
    publish(world, "text", 1);
    assert_int_equal(count_files(world), LEAST);
    for (int i = 0; i < 2; i++) {
        const char *text = i ? "others" : "vectors";
        Snapshot *snapshot = attach_vectors(world, text);
        const SnapshotPart *part = &snapshot->parts[0];
        CHECK_STR(segment_section(part->attached[ATTACH_VECTORS], CONTENT), str_from(text));
        assert_null(part->attached[ATTACH_ANN]);
        assert_true(snapshot->head.segment_bytes > segment_info(part->segment).bytes);
        assert_null(snapshot_verify(&world->cx, snapshot));
        snapshot_close(snapshot);
        assert_int_equal(count_files(world), LEAST + 1); // the one before went
    }
    StoreWriter *writer = begin(world); // nothing is published: what was staged goes again
    uint32_t number;
    store_keep(writer, 0, &number);
    SegmentSection section = {CONTENT, STR("lost")};
    assert_null(store_attach(&world->cx, writer, number, ATTACH_ANN, &section, 1));
    assert_null(store_attach(&world->cx, writer, number, ATTACH_VECTORS, &section, 1));
    store_end(&world->cx, writer);
    assert_int_equal(count_files(world), LEAST + 1);
    snapshot_close(attach_vectors(world, NULL));
    assert_int_equal(count_files(world), LEAST);
}

static void test_wrong_tables_are_refused(void **state)
{
    World *world = *state;
    Ctx *cx = &world->cx;
    publish(world, "one", 1);
    static const FileEntry wrong[][2] = {
        {{.path = {"a", 1}, .row = {.segment = 1}}, {.path = {"b", 1}, .row = {.ordinal = 1}}},
        {{.path = {"a", 1}, .row = {.ordinal = 2}}, {.path = {"b", 1}, .row = {.ordinal = 1}}},
        {{.path = {"a", 1}}, {.path = {"b", 1}}},
        {{.path = {"b", 1}}, {.path = {"a", 1}, .row = {.ordinal = 1}}},
        {{.path = {"a", 1}}, {.path = {"a", 1}, .row = {.ordinal = 1}}},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        StoreWriter *writer = begin(world);
        Snapshot *out;
        uint32_t number;
        assert_null(store_add(cx, writer, &(SegmentSection){CONTENT, STR("x")}, 1, 2, &number));
        StorePublish spec = {.files = wrong[i], .file_count = 2, .keep = 1};
        assert_int_equal(store_publish(cx, writer, &spec, &out)->kind, PROBLEM_INTERNAL);
        store_end(cx, writer);
        expect_current(world, "one");
    }
}

static void test_what_is_not_published_goes(void **state)
{
    World *world = *state;
    Folder in;
    publish(world, "one", 1);
    in = inside(world);
    uint64_t before = folder_bytes(&in);
    StoreWriter *writer = begin(world);
    uint32_t number;
    assert_null(
        store_add(&world->cx, writer, &(SegmentSection){CONTENT, STR("two")}, 1, 1, &number));
    store_end(&world->cx, writer);
    assert_int_equal(folder_bytes(&in), before);
}

static void test_leftovers_go(void **state)
{
    World *world = *state;
    publish(world, "one", 1);
    Folder in = inside(world);
    uint64_t before = folder_bytes(&in);
    folder_write(&in, "00000009-0.seg", STR("killed"));
    folder_write(&in, "00000009-1.seg.tmp", STR("killed"));
    folder_write(&in, "00000009.manifest.tmp", STR("killed"));
    folder_write(&in, "current.tmp", STR("killed"));
    folder_write(&in, "notes.txt", STR("somebody's"));
    expect_current(world, "one");
    store_end(&world->cx, begin(world));
    assert_int_equal(folder_bytes(&in), before + strlen("somebody's"));
    expect_current(world, "one");
}

static void test_rollback(void **state)
{
    World *world = *state;
    Ctx *cx = &world->cx;
    StoreWriter *writer;
    publish(world, "one", 3);
    publish(world, "two", 3);
    publish(world, "three", 3);
    writer = begin(world);
    assert_null(store_rollback(cx, writer, 0));
    expect_current(world, "two");
    assert_null(store_rollback(cx, writer, 1));
    expect_current(world, "one");
    assert_int_equal(store_rollback(cx, writer, 0)->kind, PROBLEM_NOT_FOUND);
    assert_int_equal(store_rollback(cx, writer, 9)->kind, PROBLEM_NOT_FOUND);
    assert_null(store_rollback(cx, writer, 3));
    expect_current(world, "three");
    assert_null(store_rollback(cx, writer, 1));
    store_end(cx, writer);
    assert_int_equal(version_count(world), 3);

    writer = begin(world);
    size_t removed;
    assert_null(store_prune(cx, writer, 1, &removed)); // the current one stays, old as it is
    store_end(cx, writer);
    assert_int_equal(removed, 2);
    expect_current(world, "one");
    publish(world, "four", 2);
    expect_current(world, "four");
}

static void test_one_writer(void **state)
{
    World *world = *state;
    StoreWriter *first = begin(world), *second = (void *)first;
    assert_null(store_begin(&world->cx, world->store, 2 * NS_PER_MS, &second));
    assert_null(second);
    store_end(&world->cx, first);
    second = begin(world);
    store_end(&world->cx, second);
}

static void test_other_schema_and_root(void **state)
{
    World *world = *state;
    Store *other;
    Snapshot *snapshot;
    publish(world, "one", 1);
    StoreSpec spec = {str_from(world->folder.path), STR("/home/me/proj"), SCHEMA + 1};
    assert_null(store_open(&world->cx, &spec, &other));
    assert_int_equal(store_read(&world->cx, other, &snapshot)->kind, PROBLEM_DAMAGED);
    StoreWriter *writer;
    assert_null(store_begin(&world->cx, other, 0, &writer)); // it makes the next one
    assert_null(writer->base);
    assert_non_null(writer->base_trouble);
    snapshot_close(publish_beside(world, writer, STR("new"), 1));
    store_end(&world->cx, writer);
    assert_null(store_read(&world->cx, other, &snapshot));
    snapshot_close(snapshot);
    store_close(other);
    spec.root = STR("/home/me/Proj");
    assert_null(store_open(&world->cx, &spec, &other));
    assert_null(store_read(&world->cx, other, &snapshot)); // a folder of its own
    assert_null(snapshot);
    store_close(other);
}

static void test_read_only_folder(void **state)
{
    World *world = *state;
    if (geteuid() == 0) skip(); // who may write everywhere
    Folder in;
    StoreWriter *writer;
    publish(world, "one", 1);
    in = inside(world);
    assert_int_equal(chmod(in.path, 0500), 0);
    expect_current(world, "one");
    Fail fail = store_begin(&world->cx, world->store, 0, &writer);
    chmod(in.path, 0700);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_IO);
}

// Whatever happens to a file: the right answer, or none and a Problem that says so; and the next
// writer makes it good.
static void expect_right_or_damaged(World *world, const char *name)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Snapshot *snapshot = NULL;
    FileTable files;
    Fail fail = store_read(&cx, world->store, &snapshot);
    if (!fail && snapshot) {
        Str got = content(snapshot), note = snapshot->note;
        bool has_files = !snapshot_files(&cx, snapshot, &files);
        Str path = has_files ? filetable_path(&files, 0) : STR("a.c");
        fail = snapshot_intact(&cx, snapshot);
        bool right = str_eq(got, STR("the content")) && str_eq(note, STR("the content")) &&
                     str_eq(path, STR("a.c"));
        if (!fail && !right) fail_msg("%s: a wrong answer", name);
    }
    if (fail && fail->kind != PROBLEM_DAMAGED)
        fail_msg("%s: " STR_FMT, name, STR_ARG(fail->detail));
    snapshot_close(snapshot);
    arena_fini(&arena);
}

static void test_any_damage(void **state)
{
    static const char *const names[] = {"current", "00000001.manifest", "00000001-0.seg"};
    World *world = *state;
    publish(world, "the content", 1);
    Folder in = inside(world);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Str file = folder_read(world->cx.arena, &in, names[i]);
        char *bytes = (char *)(uintptr_t)file.ptr;
        for (size_t at = 0; at < file.len; at++) {
            bytes[at] ^= (char)(1 << at % 8);
            folder_write(&in, names[i], file);
            expect_right_or_damaged(world, names[i]);
            bytes[at] ^= (char)(1 << at % 8);
        }
        for (size_t len = 0; len < file.len; len += len < 100 ? 1 : 37) {
            folder_write(&in, names[i], str_sub(file, 0, len));
            expect_right_or_damaged(world, names[i]);
        }
        folder_delete(&in, names[i]);
        expect_right_or_damaged(world, names[i]);
        folder_write(&in, names[i], file);
        expect_current(world, "the content");
    }
}

static void test_damage_is_made_good(void **state)
{
    static const char *const names[] = {"current", "00000001.manifest", "00000001-0.seg"};
    World *world = *state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        publish(world, "one", 1);
        Folder in = inside(world);
        folder_write(&in, names[i], STR("not what it was"));
        StoreWriter *writer = begin(world);
        assert_null(writer->base);
        assert_non_null(writer->base_trouble);
        snapshot_close(publish_beside(world, writer, STR("again"), 1));
        store_end(&world->cx, writer);
        expect_current(world, "again");
        assert_int_equal(version_count(world), 1);
        folder_remove(&in);
    }
}

int index_store_test(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_there),
        TEST(test_publish_and_read),
        TEST(test_readers_keep_what_they_have),
        TEST(test_kept_segments),
        TEST(test_attachments_come_and_go),
        TEST(test_wrong_tables_are_refused),
        TEST(test_what_is_not_published_goes),
        TEST(test_leftovers_go),
        TEST(test_rollback),
        TEST(test_one_writer),
        TEST(test_other_schema_and_root),
        TEST(test_read_only_folder),
        TEST(test_any_damage),
        TEST(test_damage_is_made_good),
    };
    return RUN_TESTS(tests);
}
