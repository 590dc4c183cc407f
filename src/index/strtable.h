// index/strtable.h - distinct strings in the order of their bytes, numbered so, found by text.
//
//   text:   groups of STRTABLE_GROUP: the first string whole, of the others what differs from the
//           one before: varint of shared bytes (not of the first), varint of the rest, the rest
//   starts: u32, where each group begins, and one more where the last ends
//   tops:   the first string of every STRTABLE_GROUP'th group: u32 starts of them all, counted from
//           the bytes, and one more, then the bytes
//
// A look-up searches the tops, which are few enough to stay in the caches, then the groups between
// two of them, which lie side by side. Identifiers sorted so share half of their bytes.
//
// Threads: frozen. Memory: borrows the sections. Blocks: reading through the segment's map.
#ifndef CQ_INDEX_STRTABLE_H
#define CQ_INDEX_STRTABLE_H

#include "index/segment.h"

enum { STRTABLE_GROUP = 16 };
#define STRTABLE_NONE UINT32_MAX

typedef struct StrTable {
    const Segment *segment; // NULL: in memory, nothing is to be checked
    uint32_t count;
    const uint32_t *starts, *tops;
    Str text, top_text;
} StrTable;

typedef struct StrTableSections {
    Str text, starts, tops;
} StrTableSections;

// False when they do not fit together.
MUST_CHECK bool strtable_open(const Segment *segment, const StrTableSections *sections,
                              uint32_t count, StrTable *out);
uint64_t strtable_bytes(const StrTable *table); // of its sections
// STRTABLE_NONE when it is not there, or the way to it is damaged.
uint32_t strtable_find(const StrTable *table, Str text);
// In the arena; empty when there is none, or it is damaged.
Str strtable_get(Arena *arena, const StrTable *table, uint32_t number);

typedef struct StrCursor { // over all strings in order: faster than one by one
    const StrTable *table;
    const uint8_t *at, *end; // of the open group
    uint32_t next;           // its number
    Buf text;                // of the string before it
} StrCursor;
StrCursor strtable_cursor(Arena *arena, const StrTable *table);
// False at the end. *text lives until the next call; where the table is damaged it is empty.
bool strtable_next(StrCursor *cursor, Str *text);

// --- writing ---

// The order of texts: order[i] is the number of the i-th smallest.
void strtable_sort(Arena *scratch, const Str *texts, uint32_t count, uint32_t *order);
// texts[order[0]] .. texts[order[count - 1]] ascend.
StrTableSections strtable_make(Arena *arena, const Str *texts, const uint32_t *order,
                               uint32_t count);

#endif
