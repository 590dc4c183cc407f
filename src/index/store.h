// index/store.h - where a workspace's index lies, how it is read, and how the next one is
// published.
//
//   CACHE/index/NAME-0123456789abcdef/     one folder a workspace root, never in the user's tree
//     current              "generation digest": the one in use, replaced by one rename
//     00000012.manifest    a snapshot (index/snapshot.h)        00000012-3.seg   a segment of it,
//                                                               -3.vec  -3.ann  -3.edg   with
//                                                               attachments
//     lock                 held by the one writer, gone with its process        README
//
//   refresh: store_open --> store_begin (lock) --> writer->base, its files --> freshness_check
//        --> store_keep the old segments, store_add new ones --> store_publish --> store_end
//            stage: files synced --> verify: read back --> publish: rename `current`, sync the
//            folder
//
// Crash only: whatever kills a writer, `current` names the old snapshot or the new one, whole; what
// else lies about is removed by the next writer. Nothing a writer does disturbs readers: they map
// all files of their snapshot at once (that holds them, though their names go), and if names go
// while they do so, they find `current` changed and begin again. Readers take no lock and write
// nothing, so a read-only folder serves them. Not for network file systems that lose removed files.
//
// Threads: a Store is frozen; a StoreWriter belongs to one thread. Memory: heap until closed.
// Blocks: on the disk (syncs: milliseconds); store_begin on the lock.
#ifndef CQ_INDEX_STORE_H
#define CQ_INDEX_STORE_H

#include "index/snapshot.h"

typedef struct StoreSpec {
    Str cache_dir;   // absolute: CachePolicy.directory or what --index-dir says
    Str root;        // of the workspace: absolute, real
    uint32_t schema; // of what is in the segments; snapshots of another are DAMAGED ("version")
} StoreSpec;

typedef struct Store Store;

// Touches nothing on the disk. Fails: BAD_REQUEST (no cache_dir).
MUST_CHECK Fail store_open(Ctx *cx, const StoreSpec *spec, Store **out);
void store_close(Store *store);       // NULL is fine
Str store_folder(const Store *store); // absolute; it need not be there

// The current snapshot; *out is NULL when there is none. Fails: DAMAGED (make it anew), IO.
MUST_CHECK Fail store_read(Ctx *cx, const Store *store, Snapshot **out);
// Whether `current` names this snapshot; NULL: none. What cannot be read is none.
bool store_is_current(Ctx *cx, const Store *store, const Snapshot *snapshot);
// One of them by number. Fails: NOT_FOUND, DAMAGED, IO.
MUST_CHECK Fail store_read_version(Ctx *cx, const Store *store, uint64_t generation,
                                   Snapshot **out);

typedef struct StoreVersion {
    uint64_t generation;
    bool is_current;
    uint64_t manifest_bytes;
    Fail trouble; // why it cannot be opened; then the rest is zero
    SnapshotHead head;
} StoreVersion;
// What there is, oldest first, in cx->arena. Fails: IO.
MUST_CHECK Fail store_versions(Ctx *cx, const Store *store, StoreVersion **out, size_t *count);
// Bytes of all its files. Fails: IO.
MUST_CHECK Fail store_bytes(Ctx *cx, const Store *store, uint64_t *out);

// --- writing ---

// Whether a writer could begin: makes the folder if need be, and tries the lock. *busy: somebody
// holds it for longer than patience_ns; *holder is then that process, 0 when that is not known.
// Fails: IO (read-only, full).
MUST_CHECK Fail store_probe(Ctx *cx, const Store *store, int64_t patience_ns, bool *busy,
                            int *holder);

typedef struct StoreWriter {
    Snapshot *base;    // what is current, or NULL; closed by store_end
    Fail base_trouble; // why there is no base though something is there, or NULL
} StoreWriter;

// Makes the folder if need be, takes the lock, removes what killed writers left. *out is NULL when
// somebody else holds the lock for longer than patience_ns (answer from memory, then).
// Fails: IO (read-only, full), CANCELLED.
MUST_CHECK Fail store_begin(Ctx *cx, const Store *store, int64_t patience_ns, StoreWriter **out);
// Unlocks; what was added and not published is removed. NULL is fine.
void store_end(Ctx *cx, StoreWriter *writer);

// The next snapshot has part `part` of the base, with its attachments. *number is what
// FileRow.segment calls it from now on: keep all parts in order, and their numbers stay as they
// are. Keep nothing of a base that snapshot_intact found damaged: publish all anew.
void store_keep(StoreWriter *writer, size_t part, uint32_t *number);
// Writes a segment with so many ordinals (files). Fails: IO (disk full too), CANCELLED; TOO_LARGE
// (over SNAPSHOT_MOST_PARTS: merge instead).
MUST_CHECK Fail store_add(Ctx *cx, StoreWriter *writer, const SegmentSection *sections,
                          size_t count, uint32_t ordinals, uint32_t *number);

// Gives a part, new or kept, a further file of this kind in place of the one it had; none when
// count is 0. Fails: IO (disk full too), CANCELLED.
MUST_CHECK Fail store_attach(Ctx *cx, StoreWriter *writer, uint32_t number, Attachment kind,
                             const SegmentSection *sections, size_t count);

size_t store_parts(const StoreWriter *writer); // so far, of the next snapshot
// A part of the next snapshot, new or kept, to be read, and what is attached to it: *out is NULL
// when nothing is. The caller closes them. Fails: IO, DAMAGED.
MUST_CHECK Fail store_staged(Ctx *cx, const StoreWriter *writer, uint32_t number, Segment **out);
MUST_CHECK Fail store_attached(Ctx *cx, const StoreWriter *writer, uint32_t number, Attachment kind,
                               Segment **out);

typedef struct StorePublish {
    const FileEntry *files; // sorted by path; each with content names an ordinal of its own
    size_t file_count;
    int64_t looked_ns; // Freshness.looked_ns
    Str note;
    const uint32_t *indegree;      // by ordinal, part by part; NULL: not known
    const FolderListing *listings; // of folders, by the look at looked_ns
    size_t listing_count;
    const Hash128 *list_key; // of Universe; NULL: none
    size_t keep;             // how many snapshots stay, this one included; at least 1
} StorePublish;

// At most once a writer. *out is the new snapshot, the caller's. On failure the old one stays
// current. Fails: INTERNAL, IO, DAMAGED (what was written is not what is read back).
MUST_CHECK Fail store_publish(Ctx *cx, StoreWriter *writer, const StorePublish *publish,
                              Snapshot **out);
// Makes an older snapshot current, after checking every byte of it; generation 0 is the newest one
// older than the current. Fails: NOT_FOUND, DAMAGED, IO.
MUST_CHECK Fail store_rollback(Ctx *cx, StoreWriter *writer, uint64_t generation);
// Removes all but the current snapshot and the `keep` - 1 newest others, with the segments that
// only they had. Fails: IO.
MUST_CHECK Fail store_prune(Ctx *cx, StoreWriter *writer, size_t keep, size_t *removed);

#endif
