// base/squeeze.c
#include "base/squeeze.h"

#include <zstd.h>

enum { AS_IT_IS, FRAME };       // the mark
enum { LEVEL = 1, SHORT = 64 }; // shorter bytes gain nothing

void squeeze_add(Buf *out, Str bytes, size_t most)
{
    size_t before = out->len, got = 0;
    uint32_t len = (uint32_t)bytes.len;
    if (bytes.len >= SHORT && bytes.len <= MIN(most, (size_t)INT32_MAX)) {
        char *to = buf_room(out, 1 + sizeof len + ZSTD_compressBound(bytes.len));
        *to = FRAME;
        memcpy(to + 1, &len, sizeof len);
        got = ZSTD_compress(to + 1 + sizeof len, ZSTD_compressBound(bytes.len), bytes.ptr,
                            bytes.len, LEVEL);
        if (ZSTD_isError(got) || got + sizeof len >= bytes.len) got = 0;
    }
    if (got) {
        out->len = before + 1 + sizeof len + got;
        return;
    }
    buf_byte(out, AS_IT_IS);
    buf_add(out, bytes);
}

bool unsqueeze(Arena *arena, Str bytes, size_t most, Str *out)
{
    uint32_t len = 0;
    if (!bytes.len) return false;
    char mark = bytes.ptr[0];
    bytes = str_sub(bytes, 1, bytes.len);
    if (mark == AS_IT_IS) {
        *out = bytes;
        return true;
    }
    if (mark != FRAME || bytes.len < sizeof len) return false;
    memcpy(&len, bytes.ptr, sizeof len);
    bytes = str_sub(bytes, sizeof len, bytes.len);
    if (!len || len > most) return false;
    char *to = arena_alloc_raw(arena, len);
    size_t got = ZSTD_decompress(to, len, bytes.ptr, bytes.len);
    if (ZSTD_isError(got) || got != len) return false;
    *out = (Str){to, len};
    return true;
}
