// fuzz/ignore.c - an ignore file, asked about some paths.
#include <stdint.h>

#include "index/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"a", "a/b", "a/b/c.o", "sub/dir/a b", ".x/[y]/*", "a/\xE9"};
    Arena arena = {0};
    Str text = {(const char *)data, size};
    const IgnoreRules *top = ignore_add(&arena, NULL, 0, size % 2 != 0, text, STR_NONE);
    const IgnoreRules *rules = ignore_add(&arena, top, 0, false, STR("!*.o"), text);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        Str path = str_from(paths[i]);
        size_t slash = str_find_last(path, '/');
        Str name = slash == path.len ? path : str_sub(path, slash + 1, path.len);
        ignore_has(rules, path, name, i % 2 != 0);
    }
    arena_fini(&arena);
    return 0;
}
