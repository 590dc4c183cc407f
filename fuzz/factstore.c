// fuzz/factstore.c - stored facts of a segment: what opens gives bytes within it, for any number.
#include <stdlib.h>

#include "index/factstore.h"

static size_t sum(Str s)
{
    size_t total = 0;
    for (size_t i = 0; i < s.len; i++) total += (unsigned char)s.ptr[i];
    return total;
}

static void use(Ctx *cx, const Segment *segment)
{
    FactStore store;
    if (factstore_open(cx, segment, FACTS_NAMES, &store)) return;
    for (uint32_t i = 0; i < 70; i++)
        if (sum(factstore_get(&store, i)) == SIZE_MAX) abort();
    if (sum(factstore_get(&store, UINT32_MAX)) == SIZE_MAX) abort();
}

// As it lies in a segment, cut into head, starts and bytes.
static void try_sections(Ctx *cx, const uint8_t *data, size_t size)
{
    size_t head = MIN(data[0] % 32U, size), starts = MIN(data[1] * 4U, size - head);
    uint32_t *aligned = ARENA_ARRAY(cx->arena, uint32_t, size / 4 + 2);
    uint32_t *head_copy = ARENA_ARRAY(cx->arena, uint32_t, 16);
    memcpy(head_copy, data, head);
    memcpy(aligned, data + head, starts);
    SegmentSection sections[FACTS_SECTIONS] = {
        {FACTS_NAMES, {(const char *)head_copy, head}},
        {FACTS_NAMES + FACTS_STARTS, {(const char *)aligned, starts}},
        {FACTS_NAMES + FACTS_BYTES, {(const char *)data + head + starts, size - head - starts}}};
    Segment *segment = segment_in_memory(sections, FACTS_SECTIONS);
    use(cx, segment);
    segment_close(segment);
}

// Briefs of the input's own bytes come back; with a word changed, nothing outside does.
static void try_packed(Ctx *cx, const uint8_t *data, size_t size)
{
    Str briefs[16];
    uint32_t files = 1 + data[0] % 16;
    SegmentSection sections[FACTS_SECTIONS];
    FactStore store;
    for (uint32_t i = 0; i < files; i++)
        briefs[i] =
            (Str){(const char *)data + size * i / files, size * (i + 1) / files - size * i / files};
    factstore_pack(cx->arena, FACTS_NAMES, briefs, files, sections);
    Segment *segment = segment_in_memory(sections, FACTS_SECTIONS);
    if (factstore_open(cx, segment, FACTS_NAMES, &store)) abort();
    for (uint32_t i = 0; i < files; i++)
        if (briefs[i].len && !str_eq(factstore_get(&store, i), briefs[i])) abort();
    segment_close(segment);
    for (int i = 0; i < FACTS_SECTIONS; i++) {
        Str bytes = str_copy(cx->arena, sections[i].bytes);
        if (bytes.len) ((char *)(uintptr_t)bytes.ptr)[data[1] % bytes.len] ^= (char)(data[2] | 1);
        sections[i].bytes = bytes;
    }
    segment = segment_in_memory(sections, FACTS_SECTIONS);
    use(cx, segment);
    segment_close(segment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    if (size > 3) {
        try_sections(&cx, data, size);
        try_packed(&cx, data, size);
    }
    arena_fini(&arena);
    return 0;
}
