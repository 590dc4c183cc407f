// index/factstore.h - the facts of a segment's files: what tells without a parse where a hit
// stands.
//
//   by ordinal: bytes of brief_encode (lang/brief.h) --factstore_pack--> sections of a segment
//   segment --factstore_open--> FactStore --factstore_get--> the bytes of one file
//
// A Brief says itself which text it is of, so what is found here can be used for a file without
// asking whether it changed: for another text it does not decode.
//
// Threads: a FactStore is frozen. Memory: it borrows the segment. Blocks: reading through its map.
#ifndef CQ_INDEX_FACTSTORE_H
#define CQ_INDEX_FACTSTORE_H

#include "index/segment.h"
#include "lang/brief.h"

enum { // section ids
    FACTS_HEAD = 0x300,
    FACTS_STARTS, // u32 a file, and one more: where its part of FACTS_BYTES begins
    FACTS_BYTES,
    FACTS_SECTIONS = 3,
};
enum { FACTS_VERSION = BRIEF_VERSION };

// The sections, in `arena`; an empty Str is a file without facts. What would make them larger than
// 4 GiB is left out.
void factstore_pack(Arena *arena, const Str *briefs, uint32_t files,
                    SegmentSection out[FACTS_SECTIONS]);

typedef struct FactStore { // all zero knows nothing
    const Segment *segment;
    uint32_t files;
} FactStore;

// Fails: DAMAGED. A segment without these sections gives all zero.
MUST_CHECK Fail factstore_open(Ctx *cx, const Segment *segment, FactStore *out);
// STR_NONE when there is nothing, or it is damaged (segment_intact tells).
Str factstore_get(const FactStore *store, uint32_t file);

#endif
