// index/refresh.h - a workspace's index as it is now: what is published, and what changed since.
//
//   refresh_view:  published snapshot --freshness--> nothing changed? its segments are the answer
//                  changed: only those files are read into one more part, in memory
//   refresh_index: lock --> freshness on what is current --> changed files into one new segment
//                  --> file table --> publish (index/store.h)
//
// Base and deltas answer as one clean build does: statistics are sums over living files, and ties
// are decided by path and line.
//
// When segments are merged. A refresh that writes takes along the living files of
//   - each segment of which half the files are dead or more (all dead: it is only dropped), and
//   - the newest segments, one after the other, as long as the next one has no more living files
//     than twice what is being written anyway.
// So sizes at least double from the newest to the oldest, n files are in at most log2(n) segments
// and REFRESH_RANGES big ones, and a file is written again log2(n) times at most, its Doc from the
// disk cache.
//
// When a view is worth publishing (refresh_is_due): there is no snapshot; or so much changed, or so
// many files must be read to know that they did not, that the next view is to be spared it. A few
// changed files stay in memory: reading them again is cheaper than syncing a disk.
//
// Threads: one a call; runs on the pool. Memory: cx->arena.
// Blocks: on the disk and the parser.
#ifndef CQ_INDEX_REFRESH_H
#define CQ_INDEX_REFRESH_H

#include "index/corpus.h"
#include "index/follow.h"
#include "index/harvest.h"
#include "index/opened.h"

typedef struct RefreshSpec {
    const Workspace *workspace;
    Pool *pool;
    const Grammars *grammars; // may be NULL
    Cell *docs;               // of a Cache; NULL: none
    Cell *opened;             // of an Opened; NULL: opened for each view
    Follow *follow;           // NULL: all files are looked at
    Str cache_dir;            // empty: nothing is kept on the disk
    uint64_t max_file_bytes;
} RefreshSpec;

typedef struct RefreshPart {
    const Lexicon *lexicon; // its files are numbered as the ordinals
    const Segment *segment; // NULL: in memory, without trigrams
    const uint64_t *live;   // bits by ordinal, as snapshot_is_live reads them; now, not when it was
                            // published
    uint32_t ordinals;
} RefreshPart;

typedef struct RefreshView {
    const Opened *opened; // what it is based on
    Freshness fresh;      // what changed since; nothing when that was not asked
    Harvest delta;        // the changed files; the last parts are made of them
    const RefreshPart *parts;
    size_t part_count;
    Str universe_source;
    uint64_t skipped[SKIP_REASONS];
    bool stale;       // nobody looked whether files changed
    bool published;   // it had to be published to be had: too large for memory
    bool stopped;     // cancelled or past the deadline: some changed files are missing
    int64_t fresh_ns; // how long the look at the files took, of the whole
    int64_t harvest_ns, pack_ns;
    Lease lease; // refresh_close ends them
    Opened *own;
} RefreshView;

typedef enum RefreshHow {
    REFRESH_FRESH,  // look at all files
    REFRESH_STALE,  // take the snapshot as it is, when there is one
    REFRESH_MEMORY, // use no snapshot: it was found to be damaged
} RefreshHow;

// The view keeps what it borrows until refresh_close, which comes before cx->arena is reset.
// Fails: as universe_list; CANCELLED (before the files were listed).
MUST_CHECK Fail refresh_view(Ctx *cx, const RefreshSpec *spec, RefreshHow how, RefreshView *out);
void refresh_close(RefreshView *view); // all zero is fine
// Whether a snapshot is there that can be used.
bool refresh_has_base(Ctx *cx, const RefreshSpec *spec);
// What was harvested as a part in memory, in cx->arena; returns how many that makes: 1, or 0.
size_t refresh_pack(Ctx *cx, const Harvest *harvest, RefreshPart *out);
// The whole of it for ranking, in cx->arena.
void refresh_corpus(Ctx *cx, const RefreshView *view, Corpus *out);
// Fails: DAMAGED when anything that was looked up was damaged. Ask before an answer leaves; then
// make it again with REFRESH_MEMORY.
MUST_CHECK Fail refresh_intact(Ctx *cx, const RefreshView *view);
bool refresh_is_due(const RefreshView *view);

typedef struct RefreshOptions {
    bool full;            // make it from nothing; read and parse everything
    int64_t patience_ns;  // for the lock
    const Harvest *known; // Docs that are here already; may be NULL
    size_t keep;          // snapshots; 0: 3
} RefreshOptions;

typedef struct RefreshReport {
    bool busy;      // another process holds the lock: nothing was done
    bool unchanged; // nothing was to be done
    Fail trouble;   // why what was there could not be used, or NULL
    uint64_t generation;
    size_t counts[FILE_STATES];
    size_t read, parsed;  // files: read, and of these not found in the disk cache
    size_t moved;         // unchanged ones that were read for a merge
    uint64_t bytes;       // of the texts read
    size_t parts_written; // segments
    uint64_t skipped[SKIP_REASONS];
    int64_t fresh_ns, harvest_ns, pack_ns, write_ns; // summed over threads
} RefreshReport;

// Brings what is published up to date.
// Fails: as universe_list; CANCELLED; BAD_REQUEST (no cache_dir); IO (read-only, full).
MUST_CHECK Fail refresh_index(Ctx *cx, const RefreshSpec *spec, const RefreshOptions *options,
                              RefreshReport *out);

#endif
