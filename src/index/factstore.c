// index/factstore.c
#include "index/factstore.h"

typedef struct Head {
    uint32_t version, files;
} Head;

static uint32_t version_of(FactKind kind)
{
    return kind == FACTS_NAMES ? NAMES_VERSION : BRIEF_VERSION;
}

void factstore_pack(Arena *arena, FactKind kind, const Str *values, uint32_t files,
                    SegmentSection out[FACTS_SECTIONS])
{
    Head *head = ARENA_NEW(arena, Head);
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, (size_t)files + 1);
    Buf bytes = buf_on(arena);
    *head = (Head){version_of(kind), files};
    for (uint32_t i = 0; i < files; i++) {
        if (values[i].len <= UINT32_MAX - bytes.len) buf_add(&bytes, values[i]);
        starts[i + 1] = (uint32_t)bytes.len;
    }
    out[0] = (SegmentSection){kind, {(const char *)head, sizeof *head}};
    out[1] = (SegmentSection){kind + FACTS_STARTS,
                              {(const char *)starts, ((size_t)files + 1) * sizeof *starts}};
    out[2] = (SegmentSection){kind + FACTS_BYTES, buf_str(&bytes)};
}

Fail factstore_open(Ctx *cx, const Segment *segment, FactKind kind, FactStore *out)
{
    *out = (FactStore){0};
    if (!segment_section_bytes(segment, kind)) return NULL;
    Str bytes = segment_section(segment, kind);
    Head head = {0};
    if (bytes.len == sizeof head) memcpy(&head, bytes.ptr, sizeof head);
    uint64_t starts = ((uint64_t)head.files + 1) * sizeof(uint32_t);
    if (head.version != version_of(kind) ||
        segment_section_bytes(segment, kind + FACTS_STARTS) != starts)
        return FAIL(cx->arena, DAMAGED, "the facts of a segment do not fit together");
    *out = (FactStore){segment, kind, head.files};
    return NULL;
}

Str factstore_get(const FactStore *store, uint32_t file)
{
    uint32_t starts[2];
    if (file >= store->files) return STR_NONE;
    Str bytes = segment_part(store->segment, store->kind + FACTS_STARTS,
                             (uint64_t)file * sizeof *starts, sizeof starts);
    if (!bytes.ptr) return STR_NONE;
    memcpy(starts, bytes.ptr, sizeof starts);
    if (starts[0] >= starts[1]) return STR_NONE;
    return segment_part(store->segment, store->kind + FACTS_BYTES, starts[0],
                        starts[1] - starts[0]);
}
