// fuzz/git_index.c - an index file; what is read from it must hold together.
#include <assert.h>
#include <stdint.h>

#include "index/children.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t hash = 20; hash <= 32; hash += 12) {
        Arena arena = {0};
        GitIndex index = {0};
        GitIndexSpec spec = {.hash_bytes = hash, .prefix = size % 2 ? STR("p/") : STR("")};
        Children children = {.arena = &arena};
        if (git_index_parse(&arena, (Str){(const char *)data, size}, spec, &index) == NULL) {
            for (size_t i = 0; i < index.count; i++) {
                Str path = {index.entries[i].path, index.entries[i].len};
                assert(git_index_find(&index, path) == &index.entries[i]);
            }
            children_fill(&children, &index, 0, index.count, spec.prefix.len, size % 3 == 0);
            for (size_t i = 0; i < children.len; i++) {
                Str name = {children.items[i].name, children.items[i].len};
                assert(children_find(&children, name, children.items[i].is_dir));
            }
        }
        arena_fini(&arena);
    }
    return 0;
}
