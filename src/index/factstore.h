// index/factstore.h - the facts of a segment's files: what tells without a parse where a hit
// stands, and what its names mean.
//
//   by ordinal: bytes of brief_encode (lang/brief.h), or of names_encode (lang/names.h)
//       --factstore_pack--> sections of a segment
//   segment --factstore_open--> FactStore --factstore_get--> the bytes of one file
//
// The bytes say themselves which text they are of, so what is found here can be used for a file
// without asking whether it changed: for another text they do not decode.
//
// Threads: a FactStore is frozen. Memory: it borrows the segment. Blocks: reading through its map.
#ifndef CQ_INDEX_FACTSTORE_H
#define CQ_INDEX_FACTSTORE_H

#include "index/segment.h"
#include "lang/brief.h"
#include "lang/names.h"

typedef enum FactKind { // section ids of their heads
    FACTS_BRIEFS = 0x300,
    FACTS_NAMES = 0x400,
} FactKind;
enum {                // from the kind
    FACTS_STARTS = 1, // u32 a file, and one more: where its part of FACTS_BYTES begins
    FACTS_BYTES = 2,
    FACTS_SECTIONS = 3,
};

// The sections, in `arena`; an empty Str is a file without facts. What would make them larger than
// 4 GiB is left out.
void factstore_pack(Arena *arena, FactKind kind, const Str *values, uint32_t files,
                    SegmentSection out[FACTS_SECTIONS]);

typedef struct FactStore { // all zero knows nothing
    const Segment *segment;
    FactKind kind;
    uint32_t files;
} FactStore;

// Fails: DAMAGED. A segment without these sections gives all zero.
MUST_CHECK Fail factstore_open(Ctx *cx, const Segment *segment, FactKind kind, FactStore *out);
// STR_NONE when there is nothing, or it is damaged (segment_intact tells).
Str factstore_get(const FactStore *store, uint32_t file);

#endif
