// index/children.h - the names that git's index expects in one folder, to be found by name.
//
// Threads: one at a time; reuse one for many folders. Memory: in its arena, growing to the largest
// folder; names are borrowed from the index.
#ifndef CQ_INDEX_CHILDREN_H
#define CQ_INDEX_CHILDREN_H

#include "index/git_index.h"

typedef struct Child {
    const char *name;
    uint32_t len;
    bool is_dir; // the index has files below it: [from, to); else it is the entry `from`
    bool seen;   // set by the caller: it is on the disk, as `type`
    OsType type;
    size_t from, to;
} Child;

typedef struct Children { // set `arena`, leave the rest zero
    Arena *arena;
    Child *items; // in the order of the index
    size_t len, cap;
    uint32_t *slots;             // hash table: position in items + 1, 0 when free
    size_t slot_count, slot_cap; // used for this folder; allocated
    bool fold;                   // names are compared without regard to ASCII case
} Children;

// Replaces the contents by the children among entries [from, to), which share the first `skip`
// bytes of their paths.
void children_fill(Children *children, const GitIndex *index, size_t from, size_t to, size_t skip,
                   bool fold);
Child *children_find(const Children *children, Str name, bool is_dir); // NULL when there is none

#endif
