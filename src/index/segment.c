// index/segment.c
#include "index/segment.h"

#include <assert.h>

#include "base/os_disk.h"

// All numbers are the machine's own; `byte_order` tells whose.
typedef struct Head {
    char magic[8];
    uint32_t byte_order;
    uint32_t version;
    uint64_t file_bytes;
    uint64_t head_bytes; // this, the table and the block hashes; the body begins there
    uint32_t section_count;
    uint32_t reserved; // 0
    uint64_t block_count;
    Hash128 digest; // over all of the head but itself
} Head;
_Static_assert(sizeof(Head) == SEGMENT_ALIGN, "the table follows it");

typedef struct Row {
    uint32_t id; // rising
    uint32_t reserved;
    uint64_t from, len; // from the body's beginning; rising, without overlap
} Row;

static const char magic[8] = {'c', 'q', 's', 'e', 'g', '\r', '\n', '\0'};
enum { BYTE_ORDER_MARK = 0x01020304 };
static const uint64_t most_file_bytes = (uint64_t)1 << 40;

struct Segment {
    // frozen
    Str map;    // of a file, or STR_NONE
    char *heap; // what segment_close frees, or NULL
    const Head *head;
    const Row *rows;
    const uint64_t *block_hashes;
    const char *body;
    uint64_t body_bytes, block; // bytes under one checksum
    // shared; each goes from 0 to 1 once
    Flag *sound; // for each block: it was checked and is what was written
    Flag *damaged;
};

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + SEGMENT_ALIGN - 1) & ~(uint64_t)(SEGMENT_ALIGN - 1);
}

// Bytes under one checksum, by version; 0 for one that is not known. Tables that took hours to make
// are segments too, so older versions stay readable.
static uint64_t block_size_of(uint32_t version)
{
    static const uint32_t sizes[] = {0, 16 << 10, SEGMENT_BLOCK};
    return version < ARRAY_LEN(sizes) ? sizes[version] : 0;
}

static uint64_t blocks_of(uint64_t body_bytes, uint64_t block)
{
    return (body_bytes + block - 1) / block;
}

static uint64_t head_bytes_of(uint64_t section_count, uint64_t block_count)
{
    return round_up(sizeof(Head) + section_count * sizeof(Row) + block_count * sizeof(uint64_t));
}

// The block's number goes in, so that blocks cannot change places.
static uint64_t block_hash(const void *bytes, size_t len, uint64_t number)
{
    return hash_128(bytes, len, number).low;
}

static Hash128 head_digest(const Head *head)
{
    uint64_t seed = hash_64(head, offsetof(Head, digest));
    return hash_128(head + 1, (size_t)head->head_bytes - sizeof *head, seed);
}

// ---- writing

typedef struct Plan { // of a file that is about to be written
    const SegmentSection *sections;
    size_t count;
    Head *head; // with rows and block hashes behind it
    Row *rows;
    size_t order[SEGMENT_MOST_SECTIONS]; // row -> section
    uint64_t body_bytes;
} Plan;

static void sort_by_id(Plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        size_t at = i;
        for (; at && plan->sections[plan->order[at - 1]].id > plan->sections[i].id; at--)
            plan->order[at] = plan->order[at - 1];
        plan->order[at] = i;
    }
}

// Body bytes [from, from + len) into `out`; between sections there are zeros.
static void copy_body(const Plan *plan, size_t *row, uint64_t from, size_t len, char *out)
{
    memset(out, 0, len);
    while (*row < plan->count && plan->rows[*row].from + plan->rows[*row].len <= from) ++*row;
    for (size_t i = *row; i < plan->count && plan->rows[i].from < from + len; i++) {
        Str bytes = plan->sections[plan->order[i]].bytes;
        uint64_t begin = MAX(plan->rows[i].from, from);
        uint64_t end = MIN(plan->rows[i].from + bytes.len, from + len);
        if (begin >= end) continue;
        memcpy(out + (begin - from), bytes.ptr + (begin - plan->rows[i].from),
               (size_t)(end - begin));
    }
}

typedef Fail (*BlockFn)(Ctx *cx, void *arg, Str block, uint64_t number);

// Calls fn with one block of the body after the other.
static Fail each_block(Ctx *cx, const Plan *plan, BlockFn fn, void *arg)
{
    char *room = arena_alloc_raw(cx->arena, SEGMENT_BLOCK);
    size_t row = 0;
    for (uint64_t number = 0; number < plan->head->block_count; number++) {
        uint64_t from = number * SEGMENT_BLOCK;
        size_t len = (size_t)MIN((uint64_t)SEGMENT_BLOCK, plan->body_bytes - from);
        copy_body(plan, &row, from, len, room);
        TRY(fn(cx, arg, (Str){room, len}, number));
    }
    return NULL;
}

static Fail note_hash(Ctx *cx, void *arg, Str block, uint64_t number)
{
    (void)cx;
    uint64_t *hashes = arg;
    hashes[number] = block_hash(block.ptr, block.len, number);
    return NULL;
}

static Fail plan_file(Ctx *cx, const SegmentSection *sections, size_t count, Plan *plan)
{
    assert(count <= SEGMENT_MOST_SECTIONS);
    *plan = (Plan){.sections = sections, .count = count};
    sort_by_id(plan);
    for (size_t i = 0; i < count; i++) plan->body_bytes += round_up(sections[i].bytes.len);
    uint64_t blocks = blocks_of(plan->body_bytes, SEGMENT_BLOCK);
    uint64_t head_bytes = head_bytes_of(count, blocks);
    if (plan->body_bytes + head_bytes > most_file_bytes)
        return FAIL(cx->arena, TOO_LARGE, "a segment of %llu bytes",
                    (unsigned long long)plan->body_bytes);
    plan->head = arena_alloc(cx->arena, (size_t)head_bytes);
    plan->rows = (Row *)(plan->head + 1);
    *plan->head = (Head){.byte_order = BYTE_ORDER_MARK,
                         .version = SEGMENT_VERSION,
                         .file_bytes = head_bytes + plan->body_bytes,
                         .head_bytes = head_bytes,
                         .section_count = (uint32_t)count,
                         .block_count = blocks};
    memcpy(plan->head->magic, magic, sizeof magic);
    uint64_t from = 0;
    for (size_t i = 0; i < count; i++) {
        const SegmentSection *section = &sections[plan->order[i]];
        assert(i == 0 || plan->rows[i - 1].id < section->id);
        plan->rows[i] = (Row){.id = section->id, .from = from, .len = section->bytes.len};
        from += round_up(section->bytes.len);
    }
    TRY(each_block(cx, plan, note_hash, plan->rows + count));
    plan->head->digest = head_digest(plan->head);
    return NULL;
}

typedef struct Out {
    OsFile file;
    Buf gathered;
} Out;

static Fail write_block(Ctx *cx, void *arg, Str block, uint64_t number)
{
    (void)number;
    enum { ENOUGH = 1 << 20 };
    Out *out = arg;
    buf_add(&out->gathered, block);
    if (out->gathered.len < ENOUGH) return NULL;
    TRY(os_write(cx, out->file, buf_str(&out->gathered)));
    out->gathered.len = 0;
    return ctx_check(cx);
}

static Fail write_file(Ctx *cx, const Plan *plan, OsFile file)
{
    Out out = {file, buf_on(cx->arena)};
    buf_add(&out.gathered, (Str){(const char *)plan->head, (size_t)plan->head->head_bytes});
    TRY(each_block(cx, plan, write_block, &out));
    TRY(os_write(cx, file, buf_str(&out.gathered)));
    return os_sync(cx, file);
}

static Fail write_and_rename(Ctx *cx, OsFile dir, const char *name, const Plan *plan)
{
    OsFile file = OS_FILE_NONE;
    Str beside = str_format(cx->arena, "%s.tmp", name);
    TRY(os_create(cx, dir, beside.ptr, &file));
    Fail fail = write_file(cx, plan, file);
    os_close(&file);
    if (!fail) fail = os_rename(cx, dir, beside.ptr, name);
    if (fail && os_remove(cx, dir, beside.ptr)) {} // the next writer cleans up what stays
    return fail;
}

Fail segment_write(Ctx *cx, OsFile dir, const char *name, const SegmentSection *sections,
                   size_t count, SegmentInfo *out)
{
    Arena scratch = {0};
    Ctx inner = ctx_child(cx, &scratch);
    Plan plan;
    Fail fail = plan_file(&inner, sections, count, &plan);
    if (!fail) fail = write_and_rename(&inner, dir, name, &plan);
    if (!fail) *out = (SegmentInfo){plan.head->file_bytes, plan.head->digest};
    fail = problem_copy(cx->arena, fail);
    arena_fini(&scratch);
    return fail;
}

// ---- opening

static const char *reason_against_head(const Head *head, size_t bytes)
{
    if (bytes < sizeof *head) return "length";
    if (memcmp(head->magic, magic, sizeof magic) != 0) return "magic";
    if (head->byte_order != BYTE_ORDER_MARK) return "byte-order";
    uint64_t block = block_size_of(head->version);
    if (!block) return "version";
    if (head->file_bytes != bytes) return "length";
    if (head->section_count > SEGMENT_MOST_SECTIONS || head->head_bytes > bytes ||
        head->block_count != blocks_of(bytes - head->head_bytes, block) ||
        head->head_bytes != head_bytes_of(head->section_count, head->block_count))
        return "layout";
    Hash128 digest = head_digest(head);
    bool same = digest.low == head->digest.low && digest.high == head->digest.high;
    return same ? NULL : "checksum";
}

static bool rows_make_sense(const Segment *segment)
{
    uint64_t from = 0;
    for (size_t i = 0; i < segment->head->section_count; i++) {
        const Row *row = &segment->rows[i];
        if (i && segment->rows[i - 1].id >= row->id) return false;
        if (row->from != from || row->len > segment->body_bytes - from) return false;
        from += round_up(row->len);
        if (from > segment->body_bytes) return false;
    }
    return from == segment->body_bytes;
}

// What is wrong with the bytes, or NULL. They must lie at a multiple of 64.
static const char *parse(Str bytes, Segment *out)
{
    const char *reason = reason_against_head((const void *)bytes.ptr, bytes.len);
    if (reason) return reason;
    out->head = (const void *)bytes.ptr;
    out->rows = (const void *)(out->head + 1);
    out->block_hashes = (const void *)(out->rows + out->head->section_count);
    out->body = bytes.ptr + out->head->head_bytes;
    out->body_bytes = bytes.len - out->head->head_bytes;
    out->block = block_size_of(out->head->version);
    if (!rows_make_sense(out)) return "layout";
    size_t blocks = (size_t)out->head->block_count;
    out->sound = mem_alloc((blocks + 1) * sizeof *out->sound);
    out->damaged = out->sound + blocks;
    return NULL;
}

static Fail damage(Ctx *cx, const char *what, const char *reason)
{
    Fail fail =
        FAIL(cx->arena, DAMAGED, "%s cannot be used (%s); it must be made anew", what, reason);
    return problem_with_str(cx->arena, fail, "reason", str_from(reason));
}

static Fail map_file(Ctx *cx, OsFile file, const char *name, Str *out)
{
    OsStat info;
    TRY(os_fstat(cx, file, &info));
    if (info.type != OS_REGULAR || info.size_bytes > most_file_bytes)
        return damage(cx, name, "layout");
    if (info.size_bytes < sizeof(Head)) return damage(cx, name, "length");
    return os_map(cx, file, info.size_bytes, out);
}

Fail segment_open(Ctx *cx, OsFile dir, const char *name, Segment **out)
{
    OsFile file = OS_FILE_NONE;
    Str map = STR_NONE;
    TRY(os_open(cx, dir, name, OS_NOFOLLOW, &file));
    Fail fail = map_file(cx, file, name, &map);
    os_close(&file);
    if (fail) return fail;
    Segment *segment = mem_alloc(sizeof *segment);
    segment->map = map;
    const char *reason = parse(map, segment);
    if (reason) {
        segment_close(segment);
        return damage(cx, name, reason);
    }
    *out = segment;
    return NULL;
}

// An empty segment over `len` bytes of its own, at *room, which lies at a multiple of 64.
static Segment *on_heap(size_t len, char **room)
{
    Segment *segment = mem_alloc(sizeof *segment);
    segment->heap = mem_alloc(len + SEGMENT_ALIGN);
    *room = (char *)(uintptr_t)round_up((uintptr_t)segment->heap);
    return segment;
}

Fail segment_from_bytes(Ctx *cx, Str bytes, Segment **out)
{
    char *room;
    Segment *segment = on_heap(MAX(bytes.len, sizeof(Head)), &room);
    if (bytes.len) memcpy(room, bytes.ptr, bytes.len);
    const char *reason = parse((Str){room, bytes.len}, segment);
    if (reason) {
        segment_close(segment);
        return damage(cx, "a segment", reason);
    }
    *out = segment;
    return NULL;
}

static Fail copy_block(Ctx *cx, void *arg, Str block, uint64_t number)
{
    (void)cx;
    char *body = arg;
    memcpy(body + number * SEGMENT_BLOCK, block.ptr, block.len);
    return NULL;
}

Segment *segment_in_memory(const SegmentSection *sections, size_t count)
{
    Arena scratch = {0};
    Ctx cx = {.arena = &scratch};
    Plan plan;
    Fail fail = plan_file(&cx, sections, count, &plan);
    assert(!fail); // only a terabyte fails
    size_t len = (size_t)plan.head->file_bytes;
    char *room;
    Segment *segment = on_heap(len, &room);
    memcpy(room, plan.head, (size_t)plan.head->head_bytes);
    fail = each_block(&cx, &plan, copy_block, room + plan.head->head_bytes);
    const char *reason = parse((Str){room, len}, segment);
    assert(!fail && !reason);
    (void)reason;
    arena_fini(&scratch);
    return segment;
}

void segment_close(Segment *segment)
{
    if (!segment) return;
    os_unmap(segment->map);
    mem_free(segment->heap);
    mem_free(segment->sound);
    mem_free(segment);
}

SegmentInfo segment_info(const Segment *segment)
{
    return (SegmentInfo){segment->head->file_bytes, segment->head->digest};
}

Str segment_image(const Segment *segment)
{
    return (Str){(const char *)segment->head, (size_t)segment->head->file_bytes};
}

// ---- reading

static const Row *find_row(const Segment *segment, uint32_t id)
{
    size_t from = 0, to = segment->head->section_count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (segment->rows[middle].id < id) from = middle + 1;
        else to = middle;
    }
    bool found = from < segment->head->section_count && segment->rows[from].id == id;
    return found ? &segment->rows[from] : NULL;
}

// Two threads may check the same block at once: they find the same.
static bool block_is_sound(const Segment *segment, uint64_t number)
{
    if (flag_get(&segment->sound[number])) return true;
    uint64_t from = number * segment->block;
    size_t len = (size_t)MIN(segment->block, segment->body_bytes - from);
    if (block_hash(segment->body + from, len, number) == segment->block_hashes[number]) {
        flag_set(&segment->sound[number], 1);
        return true;
    }
    flag_set(segment->damaged, 1);
    return false;
}

static bool is_sound(const Segment *segment, uint64_t from, uint64_t len)
{
    if (!len) return true;
    uint64_t last = (from + len - 1) / segment->block;
    for (uint64_t number = from / segment->block; number <= last; number++)
        if (!block_is_sound(segment, number)) return false;
    return true;
}

Str segment_section(const Segment *segment, uint32_t id)
{
    const Row *row = find_row(segment, id);
    if (!row || !is_sound(segment, row->from, row->len)) return STR_NONE;
    return (Str){segment->body + row->from, (size_t)row->len};
}

uint64_t segment_section_bytes(const Segment *segment, uint32_t id)
{
    const Row *row = find_row(segment, id);
    return row ? row->len : 0;
}

Str segment_part(const Segment *segment, uint32_t id, uint64_t from, uint64_t len)
{
    const Row *row = find_row(segment, id);
    if (!row || from > row->len || len > row->len - from) {
        flag_set(segment->damaged, 1);
        return STR_NONE;
    }
    if (!is_sound(segment, row->from + from, len)) return STR_NONE;
    return (Str){segment->body + row->from + from, (size_t)len};
}

Str segment_unchecked(const Segment *segment, uint32_t id)
{
    const Row *row = find_row(segment, id);
    return row ? (Str){segment->body + row->from, (size_t)row->len} : STR_NONE;
}

bool segment_is_sound(const Segment *segment, const void *at, size_t len)
{
    uint64_t from = (uint64_t)((const char *)at - segment->body);
    if (from <= segment->body_bytes && len <= segment->body_bytes - from)
        return is_sound(segment, from, len);
    flag_set(segment->damaged, 1);
    return false;
}

Fail segment_intact(Ctx *cx, const Segment *segment)
{
    return flag_get(segment->damaged) ? damage(cx, "a segment of the index", "checksum") : NULL;
}

Fail segment_verify(Ctx *cx, const Segment *segment)
{
    for (uint64_t number = 0; number < segment->head->block_count; number++) {
        if (number % 256 == 0) TRY(ctx_check(cx)); // 4 MiB
        (void)block_is_sound(segment, number);
    }
    return segment_intact(cx, segment);
}
