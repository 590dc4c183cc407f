// fuzz/git_config.c - a git configuration file.
#include <assert.h>
#include <stdint.h>

#include "index/git_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *arg, Str key, Str value)
{
    assert(key.len && key.ptr[key.len] == '\0' && (!value.ptr || value.ptr[value.len] == '\0'));
    ++*(size_t *)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    size_t count = 0;
    git_config_parse(&arena, (Str){(const char *)data, size}, take, &count);
    assert(count <= size);
    arena_fini(&arena);
    return 0;
}
