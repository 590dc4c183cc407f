// fuzz/frame.c - messages between processes: what decodes encodes to the same bytes.
#include <stdlib.h>

#include "runtime/frame.h"

enum { MOST = 1 << 16 };

static void check(Str whole)
{
    Arena arena = {0};
    Frame frame;
    const char *why = NULL;
    if (frame_decode(whole, MOST, &frame, &why)) {
        Buf buf = buf_on(&arena);
        frame_encode_head(&buf, &frame);
        buf_add(&buf, frame.payload);
        if (!str_eq(buf_str(&buf), whole)) abort();
    } else if (!why) {
        abort();
    }
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str bytes = {(const char *)data, size};
    check(bytes);
    if (size < 12) return 0;
    // No guess finds a checksum: a frame made of the input, then one byte of it changed.
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    Frame made = {(FrameType)(1 + data[0] % (FRAME_TYPES - 1)), data[1],
                  str_sub(bytes, 12, 12 + data[2] % (FRAME_LONGEST_NAME + 1)), bytes};
    frame_encode_head(&buf, &made);
    buf_add(&buf, made.payload);
    Frame back;
    const char *why;
    bool fits = size <= MOST;
    if (frame_decode(buf_str(&buf), MOST, &back, &why) != fits) abort();
    size_t at = ((size_t)data[3] << 8 | data[4]) % buf.len;
    buf.ptr[at] ^= (char)data[5];
    if (data[5] && frame_decode(buf_str(&buf), MOST, &back, &why)) abort();
    check(buf_str(&buf));
    arena_fini(&arena);
    return 0;
}
