// fuzz/git_log.c - what git prints of blame and log: every place it gives lies in the answer.
#include <stdlib.h>

#include "index/git_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Str text = {(const char *)data, size};
    Blame blame;
    History history;
    if (blame_parse(&arena, text, &blame))
        for (size_t i = 0; i < blame.range_count; i++) {
            const BlameRange *range = &blame.ranges[i];
            if (range->commit >= blame.commit_count) abort();
            if (range->last_line < range->first_line) abort();
        }
    if (history_parse(&arena, text, &history))
        for (size_t i = 0; i < history.count; i++)
            if (!history.entries[i].commit.id.len) abort();
    arena_fini(&arena);
    return 0;
}
