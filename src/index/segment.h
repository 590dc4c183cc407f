// index/segment.h - named sections of bytes in one file: immutable, checksummed, memory-mapped.
//
//   head: magic, byte order, version, sizes, section table, one hash for each 4 KiB of the body
//   body: the sections, each beginning at a multiple of 64 bytes
//
// What is checked when, and what that costs:
//   segment_open     magic, byte order, version, the file's length, the hash over the whole head,
//                    the sense of the table. 0.2 % of the file is read: microseconds for redis,
//                    about 0.3 ms for a gigabyte.
//   segment_section  all blocks of the section, when it is first asked for (10 GB/s and more).
//   segment_part     the blocks that the part lies in, when each is first touched: 0.3 us a block,
//                    afterwards one load. For sections too large to be read whole.
// So bytes that were not checked are never seen. Something damaged is given as empty, and the
// segment remembers: whoever answers from segments calls segment_intact before the answer leaves,
// and a wrong answer from flipped bits is impossible. (A disk that changes a page after it was
// checked and dropped from memory is not noticed; a file cut short while it is mapped kills.)
//
// The digest covers the head, and so, through the block hashes, every byte: a manifest that holds
// it holds the content.
//
// Threads: segments are frozen, but for what was checked so far, which any threads may share.
// Memory:  heap; sections live until segment_close. Blocks: on the disk.
#ifndef CQ_INDEX_SEGMENT_H
#define CQ_INDEX_SEGMENT_H

#include "base/hash.h"
#include "base/os.h"

enum {
    SEGMENT_VERSION = 2, // of this container, as written; 1 had larger blocks, and is still read.
                         // What is in the sections has versions of its own
    SEGMENT_MOST_SECTIONS = 64,
    SEGMENT_ALIGN = 64,
    SEGMENT_BLOCK = 4 << 10, // bytes under one checksum
};

typedef struct Segment Segment;

typedef struct SegmentSection {
    uint32_t id; // each at most once in a segment
    Str bytes;
} SegmentSection;

typedef struct SegmentInfo {
    uint64_t bytes; // of the file
    Hash128 digest;
} SegmentInfo;

// Writes the file: under NAME.tmp first, brought to the disk, then renamed. The rename itself is
// on the disk after os_sync of `dir`. On failure nothing is left. Fails: IO (also: disk full).
MUST_CHECK Fail segment_write(Ctx *cx, OsFile dir, const char *name, const SegmentSection *sections,
                              size_t count, SegmentInfo *out);

// Fails: NOT_FOUND, IO; DAMAGED, with ext "reason": "magic", "byte-order", "version", "length",
// "checksum" or "layout".
MUST_CHECK Fail segment_open(Ctx *cx, OsFile dir, const char *name, Segment **out);
// The same from a copy of a file's bytes. Fails: DAMAGED.
MUST_CHECK Fail segment_from_bytes(Ctx *cx, Str bytes, Segment **out);
// Copies the sections: for tests, and for answers before anything is on the disk.
Segment *segment_in_memory(const SegmentSection *sections, size_t count);
void segment_close(Segment *segment); // NULL is fine

SegmentInfo segment_info(const Segment *segment);
Str segment_image(const Segment *segment); // the file's bytes, unchecked

// A whole section, beginning at a multiple of 64 bytes. STR_NONE when there is none, or when it
// is damaged.
Str segment_section(const Segment *segment, uint32_t id);
// Its length, without reading it; 0 when there is none.
uint64_t segment_section_bytes(const Segment *segment, uint32_t id);
// A part of it. STR_NONE when it is damaged; and when it reaches beyond the end or there is no
// such section, which counts as damage too: whoever asked had that from somewhere.
Str segment_part(const Segment *segment, uint32_t id, uint64_t from, uint64_t len);

// For readers that know their way about a section of this segment: its bytes, unchecked (STR_NONE
// when there is none), and whether some of them are what was written; false is remembered as
// damage.
Str segment_unchecked(const Segment *segment, uint32_t id);
bool segment_is_sound(const Segment *segment, const void *at, size_t len);

// Fails: DAMAGED when anything asked for so far was damaged.
MUST_CHECK Fail segment_intact(Ctx *cx, const Segment *segment);
// Checks every block. Fails: DAMAGED.
MUST_CHECK Fail segment_verify(Ctx *cx, const Segment *segment);

#endif
