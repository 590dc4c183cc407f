// index/chunk.c
#include "index/chunk.h"

LineStarts lines_find(Arena *arena, Str text)
{
    VEC(uint32_t) starts = {0};
    for (size_t at = 0; at < text.len;) {
        VEC_PUSH(arena, &starts, (uint32_t)at);
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        at = end ? (size_t)(end - text.ptr) + 1 : text.len;
    }
    VEC_PUSH(arena, &starts, (uint32_t)text.len);
    return (LineStarts){starts.items, (uint32_t)starts.len - 1};
}

Str lines_between(Str text, const LineStarts *lines, uint32_t first, uint32_t last)
{
    last = MIN(last, lines->count);
    if (!first || first > last) return STR_NONE;
    return str_sub(text, lines->starts[first - 1], lines->starts[last]);
}

uint32_t lines_at(const LineStarts *lines, uint32_t offset)
{
    uint32_t low = 0, high = lines->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (lines->starts[middle] <= offset) low = middle;
        else high = middle;
    }
    return low + 1;
}

typedef struct Cutter {
    Arena *arena;
    const LineStarts *lines;
    ChunkVec chunks;
    uint32_t open; // first line of the chunk being filled, from 1
} Cutter;

// Bytes of the lines [from, to).
static uint32_t size_of(const Cutter *cutter, uint32_t from, uint32_t to)
{
    return cutter->lines->starts[to - 1] - cutter->lines->starts[from - 1];
}

// Ends the open chunk before line `next`.
static void close_chunk(Cutter *cutter, uint32_t next)
{
    if (next == cutter->open) return;
    VEC_PUSH(cutter->arena, &cutter->chunks, (Chunk){cutter->open, next - 1});
    cutter->open = next;
}

// The lines [from, to), too many for one chunk, in pieces.
static void cut_long(Cutter *cutter, uint32_t from, uint32_t to)
{
    close_chunk(cutter, from);
    for (uint32_t line = from + 1; line < to; line++)
        if (size_of(cutter, cutter->open, line + 1) > CHUNK_AIM) close_chunk(cutter, line);
}

static void add_piece(Cutter *cutter, uint32_t from, uint32_t to)
{
    if (from == to) return;
    if (size_of(cutter, from, to) > CHUNK_MOST) cut_long(cutter, from, to);
    else if (size_of(cutter, cutter->open, to) > CHUNK_AIM) close_chunk(cutter, from);
}

ChunkVec chunks_cut(Arena *arena, const LineStarts *lines, const uint32_t *boundaries, size_t count)
{
    Cutter cutter = {.arena = arena, .lines = lines, .open = 1};
    uint32_t from = 1, end = lines->count + 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t line = boundaries[i];
        if (line <= from || line >= end) continue;
        add_piece(&cutter, from, line);
        from = line;
    }
    add_piece(&cutter, from, end);
    close_chunk(&cutter, end);
    return cutter.chunks;
}
