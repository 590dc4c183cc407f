// index/snapshot.h - one state of a workspace's index: segments, what of them still counts, files.
//
//   manifest (itself a segment): head | parts: names, sizes, digests | live bits | file table |
//   note | how many files use what each one defines
//        `--> segment, segment, ...                     checked against size and digest when opened
//             each perhaps with attachments: further files, made from its content alone, that come
//             and go without it (vectors of another model)
//
// An ordinal of a segment is live while the file table names it; the others are tombstones.
//
// Threads: frozen. A reader that has a Snapshot keeps all its files, whatever is published, rolled
//          back or pruned meanwhile by whom ever: they are mapped, so removing only takes the
//          names.
// Memory:  heap, until snapshot_close. Blocks: on the disk.
#ifndef CQ_INDEX_SNAPSHOT_H
#define CQ_INDEX_SNAPSHOT_H

#include "index/filetable.h"

enum { SNAPSHOT_MOST_PARTS = 256 };

typedef enum Attachment { ATTACH_VECTORS, ATTACH_ANN, ATTACH_EDGES, ATTACHMENTS } Attachment;

typedef struct SnapshotHead {
    uint32_t manifest_version;
    uint32_t schema;             // of what is in the segments: StoreSpec.schema
    uint64_t generation, parent; // parent 0: made from nothing
    int64_t created_ns;          // wall clock
    int64_t looked_ns;           // when the look at the files began: freshness needs it
    uint64_t file_count, live_count, skipped_count; // files; with content; skipped
    uint64_t text_bytes;                            // of the files
    uint64_t segment_bytes;                         // of the parts on disk
} SnapshotHead;

typedef struct SnapshotFile {
    char name[32]; // NUL-terminated; empty: there is none
    SegmentInfo info;
} SnapshotFile;

typedef struct SnapshotNewPart { // as it lies in a manifest
    SnapshotFile file, attached[ATTACHMENTS];
    uint32_t ordinals;
} SnapshotNewPart;

typedef struct SnapshotPart {
    Segment *segment;
    Segment *attached[ATTACHMENTS]; // NULL: it has none
    const uint64_t *live;           // bit i of word i / 64: ordinal i counts
    uint32_t ordinals, live_count;
    const uint32_t *indegree;   // by ordinal, in the manifest and not checked; NULL: not known
    const SnapshotNewPart *row; // in the manifest
} SnapshotPart;

typedef struct Snapshot {
    SnapshotHead head;
    SnapshotPart *parts;
    size_t part_count;
    Str root;          // of the workspace
    Str note;          // whatever the writer of the content wanted to keep with it
    Segment *manifest; // the file table's
} Snapshot;

static inline bool snapshot_is_live(const SnapshotPart *part, uint32_t ordinal)
{
    return part->live[ordinal / 64] >> ordinal % 64 & 1;
}

void snapshot_close(Snapshot *snapshot); // NULL is fine
// The table of files, checked when it is first asked for. Fails: DAMAGED.
MUST_CHECK Fail snapshot_files(Ctx *cx, const Snapshot *snapshot, FileTable *out);
// Fails: DAMAGED when anything asked for so far, in any part, was damaged: ask before an answer
// made from it leaves.
MUST_CHECK Fail snapshot_intact(Ctx *cx, const Snapshot *snapshot);
// Checks every byte. Fails: DAMAGED, CANCELLED.
MUST_CHECK Fail snapshot_verify(Ctx *cx, const Snapshot *snapshot);

// --- for index/store ---

typedef struct SnapshotDraft {
    SnapshotHead head; // the counts are made here
    Str root, note;
    const SnapshotNewPart *parts;
    size_t part_count;
    const FileEntry *files; // sorted by path
    size_t file_count;
    const uint32_t *indegree; // by ordinal, part by part; NULL: not known
    const FolderListing *listings;
    size_t listing_count;
    const Hash128 *list_key; // of Universe; NULL: none
} SnapshotDraft;

enum { SNAPSHOT_SECTIONS = 6 + FOLDERTABLE_SECTIONS + FILETABLE_SECTIONS };
// The sections of a manifest. Fails: INTERNAL (a file names no ordinal there is, or one named
// already; files not sorted), TOO_LARGE.
MUST_CHECK Fail snapshot_build(Ctx *cx, const SnapshotDraft *draft,
                               SegmentSection out[SNAPSHOT_SECTIONS]);
// Reads a manifest; takes it over, and closes it on failure. Segments are not opened yet.
// Fails: DAMAGED.
MUST_CHECK Fail snapshot_parse(Ctx *cx, Segment *manifest, Snapshot **out);
// Opens the segments. Fails: DAMAGED (another size or digest), NOT_FOUND, IO.
MUST_CHECK Fail snapshot_open_parts(Ctx *cx, OsFile dir, Snapshot *snapshot);

#endif
