// index/refresh_stage.h - a refresh that writes, as stages that others drive.
//
//   stage_begin (lock, base) --> stage_scan (what changed; what is to be read, cut into ranges)
//        --> stage_range 0 .. n-1, in any order, side by side: read, pack, add to the store
//        --> stage_publish --> stage_end
//
// refresh_index (index/refresh.h) drives them one after the other; service/index_plan.h makes them
// the cells of a plan. Given up anywhere, what is published stays as it was, and what was parsed is
// in the disk cache.
//
// Threads: stage_range from any threads, for different ranges; the rest from one at a time.
// Memory:  a stage is heap until stage_end and owns what it tells; failures are in cx->arena.
// Blocks:  on the lock, the disk and the parser; all of it stops when cx says so.
#ifndef CQ_INDEX_REFRESH_STAGE_H
#define CQ_INDEX_REFRESH_STAGE_H

#include "index/refresh.h"

typedef struct RefreshStage RefreshStage;

typedef struct StageRange { // of files that become one segment
    size_t files;
    uint64_t bytes; // of them, as they were seen by the scan
    // after stage_range
    size_t taken, parsed; // files with content; of these, not found in the disk cache
    uint32_t part;        // of the next snapshot; FILE_NONE when no file had content
} StageRange;

// `look`: neither takes the lock nor writes anything; only stage_scan may follow. Keeps copies of
// spec and options, and what they point to must outlive it. *out is NULL when another process holds
// the lock for longer than options->patience_ns.
// Fails: BAD_REQUEST (no cache_dir), IO, CANCELLED; with `look` also DAMAGED, never.
MUST_CHECK Fail stage_begin(Ctx *cx, const RefreshSpec *spec, const RefreshOptions *options,
                            bool look, RefreshStage **out);
// Fails: as universe_list; CANCELLED.
MUST_CHECK Fail stage_scan(Ctx *cx, RefreshStage *stage);
// Reads range `index` on `pool` and adds its segment. Fails: CANCELLED, IO.
MUST_CHECK Fail stage_range(Ctx *cx, RefreshStage *stage, size_t index, Pool *pool);
// After all ranges; when nothing changed it does nothing. Fails: CANCELLED, IO, DAMAGED.
MUST_CHECK Fail stage_publish(Ctx *cx, RefreshStage *stage);
void stage_end(Ctx *cx, RefreshStage *stage); // NULL is fine

// --- what stands beside segments (index/snapshot.h), between stage_scan and stage_publish

typedef struct StagePart { // kept from the snapshot before
    uint32_t part;         // of the next one
    const SnapshotPart *was;
} StagePart;
const StagePart *stage_kept(const RefreshStage *stage, size_t *count);
typedef struct StageContent { // of an ordinal of a part
    bool live;                // a file has it
    bool known;               // `digest` is set
    Digest digest;
} StageContent;
// By ordinal of a part of the next snapshot, in cx->arena.
const StageContent *stage_contents(Ctx *cx, RefreshStage *stage, uint32_t part, size_t ordinals);
// The segment of a part of the next snapshot; the caller closes it. Fails: IO, DAMAGED.
MUST_CHECK Fail stage_open(Ctx *cx, RefreshStage *stage, uint32_t part, Segment **out);
// What is attached to it; *out is NULL when nothing is. Likewise.
MUST_CHECK Fail stage_attached(Ctx *cx, RefreshStage *stage, uint32_t part, Attachment kind,
                               Segment **out);
// In place of what it had of that kind; none when `count` is 0. From any thread. Then there is
// something to publish, whatever changed. Fails: IO, CANCELLED.
MUST_CHECK Fail stage_attach(Ctx *cx, RefreshStage *stage, uint32_t part, Attachment kind,
                             const SegmentSection *sections, size_t count);

const StageRange *stage_ranges(const RefreshStage *stage, size_t *count);
const RefreshReport *stage_report(const RefreshStage *stage); // so far
const Freshness *stage_fresh(const RefreshStage *stage);      // after stage_scan
Str stage_folder(const RefreshStage *stage);                  // of the index

#endif
