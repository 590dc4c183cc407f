// fuzz/segment.c - segment files: what opens gives sections within it, and no changed byte is seen.
#include <stdlib.h>

#include "index/segment.h"

enum { MOST_SECTIONS = 8 };

static uint64_t sum;

static void touch(Str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) sum += (unsigned char)bytes.ptr[i];
}

// Reads all there can be.
static void use(Ctx *cx, const Segment *segment)
{
    for (uint32_t id = 0; id < 300; id++) {
        touch(segment_section(segment, id));
        uint64_t bytes = segment_section_bytes(segment, id);
        touch(segment_part(segment, id, bytes / 2, bytes - bytes / 2));
    }
    if (segment_verify(cx, segment)) sum++;
}

// The input as sections, one byte of the file changed: found, or never given.
static void change_one_byte(Ctx *cx, const uint8_t *data, size_t size)
{
    SegmentSection sections[MOST_SECTIONS];
    size_t count = 1 + data[0] % MOST_SECTIONS, each = size / count;
    for (size_t i = 0; i < count; i++)
        sections[i] = (SegmentSection){(uint32_t)i * 7, {(const char *)data + i * each, each}};
    Segment *segment = segment_in_memory(sections, count), *changed = NULL;
    for (size_t i = 0; i < count; i++)
        if (!str_eq(segment_section(segment, sections[i].id), sections[i].bytes)) abort();
    Str image = str_copy(cx->arena, segment_image(segment));
    segment_close(segment);
    size_t at = ((size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3]) % image.len;
    ((char *)(uintptr_t)image.ptr)[at] ^= (char)(data[4] | 1);
    if (segment_from_bytes(cx, image, &changed)) return;
    for (size_t i = 0; i < count; i++) {
        Str got = segment_section(changed, sections[i].id);
        if (got.ptr && !str_eq(got, sections[i].bytes)) abort();
    }
    if (!segment_verify(cx, changed)) abort();
    segment_close(changed);
}

// No guess finds a checksum: a head and table made of the input, signed as segment_write does it.
static void sign(Ctx *cx, const uint8_t *data, size_t size)
{
    enum { HEAD_BYTES_AT = 24, DIGEST_AT = 48, HEAD = 64 };
    SegmentSection section = {1, {(const char *)data, size}};
    Segment *segment = segment_in_memory(&section, 1), *made;
    Str image = str_copy(cx->arena, segment_image(segment));
    segment_close(segment);
    char *bytes = (char *)(uintptr_t)image.ptr;
    uint64_t head_bytes;
    memcpy(&head_bytes, bytes + HEAD_BYTES_AT, sizeof head_bytes);
    for (size_t i = 0; i + 2 < size && i < 60; i += 3) { // place and value of changes
        size_t at = data[i] % (size_t)head_bytes;
        if (at < HEAD_BYTES_AT + 8 && at >= 16) continue; // the sizes decide what is signed
        bytes[at] = (char)data[i + 2];
    }
    Hash128 digest = hash_128(bytes + HEAD, (size_t)head_bytes - HEAD, hash_64(bytes, DIGEST_AT));
    memcpy(bytes + DIGEST_AT, &digest, sizeof digest);
    if (segment_from_bytes(cx, image, &made)) return;
    use(cx, made);
    segment_close(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Segment *segment;
    if (!segment_from_bytes(&cx, (Str){(const char *)data, size}, &segment)) {
        use(&cx, segment);
        segment_close(segment);
    }
    if (size >= 5) change_one_byte(&cx, data, size);
    if (size >= 3) sign(&cx, data, size);
    arena_fini(&arena);
    return 0;
}
