// train/table.c
#include "train/table.h"

#include <math.h>

#include "index/segment.h"
#include "train/kernels.h"

enum { // ids in the segment
    SECTION_HEAD = 0x500,
    SECTION_FIRST, // value, mean, square of rows, document, query
    ARRAYS = 9,
    TABLE_VERSION = 1,
};

static void arrays(const Table *table, float **out[ARRAYS], size_t lengths[ARRAYS])
{
    const Fitted *all[] = {&table->rows, &table->document, &table->query};
    for (size_t i = 0; i < 3; i++) {
        Fitted *fitted = (Fitted *)(uintptr_t)all[i];
        float **members[] = {&fitted->value, &fitted->mean, &fitted->square};
        for (size_t k = 0; k < 3; k++) {
            out[3 * i + k] = members[k];
            lengths[3 * i + k] = (size_t)table->head.terms * (i ? 1 : table->head.dims);
        }
    }
}

Table table_new(uint32_t terms, uint32_t dims)
{
    Table table = {.head = {.version = TABLE_VERSION, .terms = terms, .dims = dims}};
    float **members[ARRAYS];
    size_t lengths[ARRAYS];
    arrays(&table, members, lengths);
    for (size_t i = 0; i < ARRAYS; i++) *members[i] = mem_alloc((lengths[i] + 1) * sizeof(float));
    return table;
}

void table_fini(Table *table)
{
    float **members[ARRAYS];
    size_t lengths[ARRAYS];
    arrays(table, members, lengths);
    for (size_t i = 0; i < ARRAYS; i++) mem_free(*members[i]);
    *table = (Table){0};
}

Table table_copy(const Table *table)
{
    Table copy = table_new(table->head.terms, table->head.dims);
    float **from[ARRAYS], **to[ARRAYS];
    size_t lengths[ARRAYS];
    copy.head = table->head;
    arrays(table, from, lengths);
    arrays(&copy, to, lengths);
    for (size_t i = 0; i < ARRAYS; i++) memcpy(*to[i], *from[i], lengths[i] * sizeof(float));
    return copy;
}

float table_embed(const Table *table, const float *weights, BagView bag, float *out)
{
    uint32_t dims = table->head.dims;
    memset(out, 0, dims * sizeof *out);
    for (uint32_t i = 0; i < bag.len; i++)
        row_add(out, table->rows.value + (size_t)bag.terms[i] * dims,
                bag.counts[i] * weights[bag.terms[i]], dims);
    float length = sqrtf(row_dot(out, out, dims));
    if (length > 0) row_scale(out, 1 / length, dims);
    return length;
}

Fail table_write(Ctx *cx, const char *path, const Table *table, bool light)
{
    SegmentSection sections[ARRAYS + 1] = {
        {SECTION_HEAD, {(const char *)&table->head, sizeof table->head}}};
    SegmentInfo info;
    float **members[ARRAYS];
    size_t lengths[ARRAYS], count = 1;
    arrays(table, members, lengths);
    for (size_t i = 0; i < ARRAYS; i++) {
        if (light && i % 3) continue;
        Str bytes = {(const char *)*members[i], lengths[i] * sizeof(float)};
        sections[count++] = (SegmentSection){(uint32_t)(SECTION_FIRST + i), bytes};
    }
    return segment_write(cx, OS_CWD, path, sections, count, &info);
}

static bool take(const Segment *segment, Table *out)
{
    Str head = segment_section(segment, SECTION_HEAD);
    TableHead read;
    if (head.len != sizeof read) return false;
    memcpy(&read, head.ptr, sizeof read);
    if (read.version != TABLE_VERSION || read.terms > 1 << 24 || read.dims > 4096) return false;
    Table table = table_new(read.terms, read.dims);
    float **members[ARRAYS];
    size_t lengths[ARRAYS];
    bool good = read.dims % ROW_STEP == 0;
    table.head = read;
    arrays(&table, members, lengths);
    for (size_t i = 0; i < ARRAYS; i++) {
        Str bytes = segment_section(segment, (uint32_t)(SECTION_FIRST + i));
        if (bytes.len == lengths[i] * sizeof(float)) memcpy(*members[i], bytes.ptr, bytes.len);
        else if (bytes.len || i % 3 == 0) good = false; // moments may be absent
    }
    if (good) *out = table;
    else table_fini(&table);
    return good;
}

Fail table_read(Ctx *cx, const char *path, Table *out)
{
    Segment *segment = NULL;
    TRY(segment_open(cx, OS_CWD, path, &segment));
    bool good = take(segment, out);
    segment_close(segment);
    if (good) return NULL;
    return FAIL(cx->arena, DAMAGED, "%s is no checkpoint of this version", path);
}
