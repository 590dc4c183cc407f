// index/namestore.h - the names of a segment's files, and what others see of each file.
//
//   by ordinal: NameRow --namestore_pack--> sections of a segment --namestore_open--> NameStore
//
// The digest of files is a sum over what is seen of each, so that it can be kept up to date: a file
// that is gone is taken off, a new one added, and nothing is to be read for it.
//
// Threads: a NameStore is frozen. Memory: it borrows the segment. Blocks: reading through its map.
#ifndef CQ_INDEX_NAMESTORE_H
#define CQ_INDEX_NAMESTORE_H

#include "index/factstore.h"
#include "index/lists.h"

enum { // section ids
    NAMES_HEAD = 0x410,
    NAMES_SEEN,     // Hash128, by file
    NAMES_UNLISTED, // as Lists, by file
    NAMES_UNLISTED_STARTS,
    NAMES_SECTIONS = FACTS_SECTIONS + 4,
};
enum { NAMESTORE_VERSION = 1 };

typedef struct NameRow { // of one file
    Str names;           // of names_encode; empty: it has none
    Str unlisted;        // of doc_unlisted
    Hash128 seen;        // of namestore_seen_of
} NameRow;

// What others see of a file: names_face, and where it is.
Hash128 namestore_seen_of(Str path, LangId lang, Hash128 face);
static inline void hash_sum_add(Hash128 *sum, Hash128 seen)
{
    sum->low += seen.low;
    sum->high += seen.high;
}
static inline void hash_sum_subtract(Hash128 *sum, Hash128 seen)
{
    sum->low -= seen.low;
    sum->high -= seen.high;
}

// The sections, in `arena`.
void namestore_pack(Arena *arena, const NameRow *rows, uint32_t files,
                    SegmentSection out[NAMES_SECTIONS]);

typedef struct NameStore { // all zero knows nothing
    FactStore names;
    Lists unlisted;
    const Segment *segment;
    uint32_t files;
    Hash128 sum; // of what is seen of all its files
} NameStore;

// Fails: DAMAGED. A segment without these sections gives all zero.
MUST_CHECK Fail namestore_open(Ctx *cx, const Segment *segment, NameStore *out);
// Of one file; its names are factstore_get(&store->names, file). Nothing, or all zero, when there
// is nothing or it is damaged (segment_intact tells).
Str namestore_unlisted(const NameStore *store, uint32_t file);
Hash128 namestore_seen(const NameStore *store, uint32_t file);

#endif
