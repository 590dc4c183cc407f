#!/bin/sh
# The NEON kernel of src/retrieve/vectors_neon.c against a loop, on an emulated processor. Skipped
# where there is no cross compiler (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user).
set -eu
command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null || exit 77
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-neon.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/main.c" <<'C'
#include <stdio.h>
#include <stdlib.h>

#include "retrieve/vectors.h"

enum { ROWS = 9, MOST = 576 };
static int8_t rows[ROWS * MOST], codes[MOST];

int main(void)
{
    for (int round = 0; round < 4000; round++) {
        size_t dims = 1 + (size_t)round % 520, stride = (dims + 63) / 64 * 64;
        size_t count = 1 + (size_t)rand() % ROWS;
        VectorProbe probe = {.codes = codes, .stride = stride};
        int32_t got[ROWS];
        for (size_t i = 0; i < sizeof rows; i++)
            rows[i] = (int8_t)(round % 3 ? rand() : rand() % 2 ? -128 : 127);
        for (size_t i = 0; i < MOST; i++) {
            int code = i >= dims ? 0 : round % 5 ? rand() % 255 - 127 : rand() % 2 ? -127 : 127;
            codes[i] = (int8_t)code;
            probe.sum += code;
        }
        vectors_neon.dots(&probe, rows, count, got);
        for (size_t row = 0; row < count; row++) {
            int32_t want = 0;
            for (size_t i = 0; i < dims; i++) want += codes[i] * rows[row * stride + i];
            if (got[row] == want) continue;
            printf("%zu dims, row %zu: %d, not %d\n", dims, row, got[row], want);
            return 1;
        }
    }
    return 0;
}
C
aarch64-linux-gnu-gcc -std=c17 -D_GNU_SOURCE -O2 -static -I"$CQ_SOURCE/src" -o "$tmp/neon" \
    "$tmp/main.c" "$CQ_SOURCE/src/retrieve/vectors_neon.c"
qemu-aarch64 "$tmp/neon"
echo "4,000 rounds agree"
