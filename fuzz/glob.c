// fuzz/glob.c - one glob and one path, with a newline between them.
#include <assert.h>
#include <stdint.h>

#include "index/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    GlobSet set = {.fold = size % 2 != 0};
    Str path = {(const char *)data, size}, pattern;
    bool two = str_next(&path, '\n', &pattern) && path.len;
    if (glob_add(&arena, &set, pattern) == NULL && two) {
        size_t slash = str_find_last(path, '/');
        Str name = slash == path.len ? path : str_sub(path, slash + 1, path.len);
        GlobVerdict verdict = glob_match(&set, path, name, size % 3 == 0);
        for (size_t i = 1; i < path.len && verdict == GLOB_MATCH; i++) // never pruned on the way
            assert(path.ptr[i] != '/' || glob_may_match_below(&set, str_sub(path, 0, i)));
    }
    arena_fini(&arena);
    return 0;
}
