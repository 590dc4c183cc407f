// index/refresh_.h - private to index/refresh*.c.
#ifndef CQ_INDEX_REFRESH__H
#define CQ_INDEX_REFRESH__H

#include "index/refresh.h"

enum {
    RANGE_BYTES = 64 << 20,      // of texts that become one segment
    IN_MEMORY_BYTES = 64 << 20,  // more is published first and read from the disk then
    MOST_RANGE_BYTES = 256 << 20 // of one part in memory, when nothing can be published
};
_Static_assert((int)MOST_RANGE_BYTES <= (int)LEXICON_MOST_TEXT, "places in a lexicon are 32 bits");

typedef struct Range { // of paths
    size_t from, count;
} Range;

// Cuts files with these sizes into ranges of at most so many bytes each, a file at least.
size_t refresh_cut(Arena *arena, const uint64_t *sizes, size_t count, uint64_t most, Range **out);

#endif
