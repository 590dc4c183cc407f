// index/segment_test.c - what is written is read back; every flipped bit and every cut is noticed.
#include "index/segment.h"

#include "support/check.h"
#include "support/folder.h"

static const char name[] = "one.seg";

typedef struct World {
    Arena arena;
    Ctx cx;
    Folder folder;
    OsFile dir;
} World;

static int setup(void **state)
{
    World *world = mem_alloc(sizeof *world);
    world->cx = (Ctx){.arena = &world->arena};
    folder_make(&world->folder);
    assert_null(os_open(&world->cx, OS_CWD, world->folder.path, OS_FOLLOW, &world->dir));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    os_close(&world->dir);
    folder_remove(&world->folder);
    arena_fini(&world->arena);
    mem_free(world);
    return 0;
}

static Str noise(Arena *arena, size_t len, uint64_t seed)
{
    char *bytes = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (char)(seed >> 56);
    }
    return (Str){bytes, len};
}

enum { MOST = 4 };

// Small ones, one that fills blocks exactly, one over several blocks, an empty one; ids unsorted.
static size_t make_sections(Arena *arena, SegmentSection *out)
{
    out[0] = (SegmentSection){70, noise(arena, SEGMENT_BLOCK - 64, 1)};
    out[1] = (SegmentSection){3, STR("three")};
    out[2] = (SegmentSection){9, STR("")};
    out[3] = (SegmentSection){UINT32_MAX, noise(arena, 3 * SEGMENT_BLOCK + 1, 2)};
    return MOST;
}

static void expect_sections(const Segment *segment, const SegmentSection *sections, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Str got = segment_section(segment, sections[i].id);
        assert_non_null(got.ptr);
        assert_int_equal((uintptr_t)got.ptr % SEGMENT_ALIGN, 0);
        assert_true(str_eq(got, sections[i].bytes));
        assert_int_equal(segment_section_bytes(segment, sections[i].id), got.len);
    }
}

static void test_round_trip(void **state)
{
    World *world = *state;
    Ctx *cx = &world->cx;
    SegmentSection sections[MOST];
    size_t count = make_sections(cx->arena, sections);
    SegmentInfo info;
    Segment *segment;
    assert_null(segment_write(cx, world->dir, name, sections, count, &info));
    assert_int_equal(folder_bytes(&world->folder), info.bytes); // nothing but the file
    assert_null(segment_open(cx, world->dir, name, &segment));
    SegmentInfo seen = segment_info(segment);
    assert_memory_equal(&info, &seen, sizeof info);
    expect_sections(segment, sections, count);
    assert_null(segment_section(segment, 4).ptr);
    assert_null(segment_verify(cx, segment));
    segment_close(segment);

    segment = segment_in_memory(sections, count);
    expect_sections(segment, sections, count);
    seen = segment_info(segment);
    assert_memory_equal(&info, &seen, sizeof info);
    segment_close(segment);

    Segment *copy;
    assert_null(segment_from_bytes(cx, folder_read(cx->arena, &world->folder, name), &copy));
    expect_sections(copy, sections, count);
    segment_close(copy);
    segment_close(NULL);
}

static void test_nothing_in_it(void **state)
{
    World *world = *state;
    Segment *segment = segment_in_memory(NULL, 0);
    assert_null(segment_section(segment, 0).ptr);
    assert_null(segment_verify(&world->cx, segment));
    segment_close(segment);
    segment = segment_in_memory(&(SegmentSection){5, STR_NONE}, 1);
    assert_non_null(segment_section(segment, 5).ptr); // there, and empty
    assert_int_equal(segment_section(segment, 5).len, 0);
    segment_close(segment);
}

static void test_parts(void **state)
{
    World *world = *state;
    SegmentSection sections[MOST];
    size_t count = make_sections(world->cx.arena, sections);
    Segment *segment = segment_in_memory(sections, count);
    for (uint64_t from = 0; from < sections[3].bytes.len; from += 997) {
        uint64_t len = MIN((uint64_t)2000, sections[3].bytes.len - from);
        Str part = segment_part(segment, UINT32_MAX, from, len);
        assert_true(str_eq(part, str_sub(sections[3].bytes, from, from + len)));
    }
    assert_int_equal(segment_part(segment, 3, 5, 0).len, 0);
    assert_null(segment_intact(&world->cx, segment));
    static const struct {
        uint32_t id;
        uint64_t from, len;
    } beyond[] = {{3, 0, 6},          {3, 6, 0},          {3, 5, 1},
                  {3, 1, UINT64_MAX}, {3, UINT64_MAX, 2}, {4, 0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(beyond); i++) {
        Segment *fresh = segment_in_memory(sections, count);
        assert_null(segment_part(fresh, beyond[i].id, beyond[i].from, beyond[i].len).ptr);
        assert_int_equal(segment_intact(&world->cx, fresh)->kind, PROBLEM_DAMAGED);
        segment_close(fresh);
    }
    segment_close(segment);
}

// Opens damaged bytes. True when it was noticed, or nothing that can be asked for was damaged.
static bool is_noticed(Ctx *cx, Str bytes, const SegmentSection *sections, size_t count)
{
    Segment *segment = NULL;
    Fail fail = segment_from_bytes(cx, bytes, &segment);
    if (fail) return fail->kind == PROBLEM_DAMAGED;
    bool lost = false, wrong = false;
    for (size_t i = 0; i < count; i++) {
        Str got = segment_section(segment, sections[i].id);
        if (!got.ptr) lost = true;
        else if (!str_eq(got, sections[i].bytes)) wrong = true;
    }
    bool told = segment_intact(cx, segment) != NULL;
    bool found = segment_verify(cx, segment) != NULL;
    segment_close(segment);
    return !wrong && lost == told && found; // padding is checked by verify, too
}

static void test_every_flip_is_noticed(void **state)
{
    World *world = *state;
    SegmentSection sections[MOST];
    size_t count = make_sections(world->cx.arena, sections);
    SegmentInfo info;
    assert_null(segment_write(&world->cx, world->dir, name, sections, count, &info));
    Str file = folder_read(world->cx.arena, &world->folder, name);
    char *bytes = (char *)(uintptr_t)file.ptr;
    for (size_t at = 0; at < file.len; at += at < 1024 ? 1 : 251) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        char bit = (char)(1 << at % 8);
        bytes[at] ^= bit;
        if (!is_noticed(&cx, file, sections, count)) fail_msg("byte %zu", at);
        bytes[at] ^= bit;
        arena_fini(&arena);
    }
}

static void test_every_cut_is_noticed(void **state)
{
    World *world = *state;
    SegmentSection sections[MOST];
    size_t count = make_sections(world->cx.arena, sections);
    SegmentInfo info;
    assert_null(segment_write(&world->cx, world->dir, name, sections, count, &info));
    Str file = folder_read(world->cx.arena, &world->folder, name);
    for (size_t len = 0; len < file.len; len += len < 1024 ? 1 : 509) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Segment *segment;
        folder_write(&world->folder, "cut.seg", str_sub(file, 0, len));
        Fail fail = segment_open(&cx, world->dir, "cut.seg", &segment);
        assert_non_null(fail);
        assert_int_equal(fail->kind, PROBLEM_DAMAGED);
        arena_fini(&arena);
    }
    Str longer = str_join(world->cx.arena, file, STR("!"), STR("!"));
    Segment *segment;
    assert_non_null(segment_from_bytes(&world->cx, longer, &segment));
}

static void expect_reason(World *world, Str file, size_t at, char byte, Str reason)
{
    char *bytes = (char *)(uintptr_t)file.ptr, kept = bytes[at];
    bytes[at] = byte;
    Segment *segment;
    Fail fail = segment_from_bytes(&world->cx, file, &segment);
    assert_non_null(fail);
    assert_true(str_contains(problem_to_json(world->cx.arena, fail), reason));
    bytes[at] = kept;
}

static void test_reasons(void **state)
{
    World *world = *state;
    SegmentInfo info;
    assert_null(
        segment_write(&world->cx, world->dir, name, &(SegmentSection){1, STR("x")}, 1, &info));
    Str file = folder_read(world->cx.arena, &world->folder, name);
    expect_reason(world, file, 0, 'C', STR("\"reason\":\"magic\""));
    expect_reason(world, file, 8, 1, STR("\"reason\":\"byte-order\""));
    expect_reason(world, file, 12, SEGMENT_VERSION + 1, STR("\"reason\":\"version\""));
    expect_reason(world, file, 70, 1, STR("\"reason\":\"checksum\""));
    Segment *segment;
    assert_int_equal(segment_open(&world->cx, world->dir, "absent", &segment)->kind,
                     PROBLEM_NOT_FOUND);
    assert_int_equal(segment_open(&world->cx, world->dir, ".", &segment)->kind, PROBLEM_DAMAGED);
}

static void test_write_fails_and_leaves_nothing(void **state)
{
    World *world = *state;
    SegmentInfo info;
    OsFile closed = {.fd = 1 << 20};
    assert_non_null(
        segment_write(&world->cx, closed, name, &(SegmentSection){1, STR("x")}, 1, &info));
    assert_null(
        segment_write(&world->cx, world->dir, name, &(SegmentSection){1, STR("x")}, 1, &info));
    Flag stop = {0};
    flag_set(&stop, 1);
    world->cx.cancel = &stop;
    Str big = noise(world->cx.arena, 3 << 20, 5);
    Fail fail = segment_write(&world->cx, world->dir, name, &(SegmentSection){1, big}, 1, &info);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    world->cx.cancel = NULL;
    Segment *segment;
    assert_null(segment_open(&world->cx, world->dir, name, &segment)); // the old one
    CHECK_STR(segment_section(segment, 1), STR("x"));
    segment_close(segment);
    assert_true(folder_bytes(&world->folder) < 1000);
}

int index_segment_test(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_nothing_in_it),
        TEST(test_parts),
        TEST(test_every_flip_is_noticed),
        TEST(test_every_cut_is_noticed),
        TEST(test_reasons),
        TEST(test_write_fails_and_leaves_nothing),
    };
    return RUN_TESTS(tests);
}
