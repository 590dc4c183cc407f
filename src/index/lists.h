// index/lists.h - many short byte strings behind each other, found by their number.
//
//   starts: u32, where each group of LISTS_GROUP begins, and one more where the last ends
//   bytes:  of each group first the lengths (varints), then the lists
//
// So a list costs its bytes, one for its length and a quarter for its group, and is found with one
// look at the starts and one at the group.
//
// Threads: frozen; a builder belongs to one thread. Memory: borrows the sections; a builder's live
// in its arena.
#ifndef CQ_INDEX_LISTS_H
#define CQ_INDEX_LISTS_H

#include "index/segment.h"

enum { LISTS_GROUP = 16 };

typedef struct Lists {
    const Segment *segment; // NULL: in memory, nothing is to be checked
    const uint32_t *starts;
    uint32_t count;
    Str bytes;
} Lists;

// How many starts `count` lists have.
static inline size_t lists_starts(uint32_t count)
{
    return ((size_t)count + LISTS_GROUP - 1) / LISTS_GROUP + 1;
}

// Where a list lies, itself not yet checked.
Str lists_find(const Lists *lists, uint32_t number);
// Empty when it is, when there is none, or when it is damaged.
Str lists_get(const Lists *lists, uint32_t number);

typedef struct ListsBuilder {
    uint32_t *starts; // of all: lists_starts(count)
    Buf bytes;        // finished groups
    Buf group;        // the open one
    uint32_t count, written, ended, lengths[LISTS_GROUP];
} ListsBuilder;

// For exactly `count` lists, of `bytes` in all (a guess is enough).
ListsBuilder lists_builder(Arena *arena, uint32_t count, size_t bytes);
void lists_add(ListsBuilder *builder, Str list);
// For a list made in pieces: it is what was added to builder->group since the last one.
void lists_end(ListsBuilder *builder);
void lists_finish(ListsBuilder *builder); // after the last one

#endif
