// index/opened.h - the published index of one workspace, opened: what a process keeps between
// requests, in a runtime cell. A newer one takes its place there when somebody publishes.
//
// Threads: frozen. Memory: heap, until opened_free. Blocks: opened_new and _is_current, on the
// disk.
#ifndef CQ_INDEX_OPENED_H
#define CQ_INDEX_OPENED_H

#include "index/lexicon.h"
#include "index/store.h"
#include "runtime/cell.h"

typedef struct IndexNote { // kept with each snapshot
    uint32_t version, unused;
    uint64_t max_file_bytes;        // larger files were skipped
    uint64_t skipped[SKIP_REASONS]; // of what is no file of the table: symlinks and the like
    char source[24];                // Universe.source
} IndexNote;
enum { INDEX_NOTE_VERSION = 1 };

typedef struct OpenedSpec {
    Str cache_dir; // empty: no place
    Str root;
    uint64_t max_file_bytes; // a snapshot with another limit is of no use
} OpenedSpec;

typedef struct Opened {
    Arena arena;
    OpenedSpec spec;
    Store *store;        // NULL: there is no place for an index
    Snapshot *snapshot;  // NULL: there is none that can be used
    FileTable table;     // of the snapshot; empty without one
    FolderTable folders; // likewise
    IndexNote note;
    const Lexicon *lexicons; // by part
    Fail trouble;            // why there is no snapshot though something is there, or NULL
} Opened;

// What cannot be read is `trouble`, not a failure. Fails: CANCELLED.
MUST_CHECK Fail opened_new(Ctx *cx, const OpenedSpec *spec, Opened **out);
void opened_free(Opened *opened); // NULL is fine
bool opened_is_for(const Opened *opened, const OpenedSpec *spec);
// Whether what is published now is what was opened.
bool opened_is_current(Ctx *cx, const Opened *opened);
// From the cell (NULL: false) when that holds what is current and fits. An outdated value is
// replaced, which leaves it to those who still use it.
bool opened_lease(Ctx *cx, Cell *cell, const OpenedSpec *spec, Lease *out);

// The store for a workspace. Fails: BAD_REQUEST (no cache_dir).
MUST_CHECK Fail opened_store(Ctx *cx, const OpenedSpec *spec, Store **out);
// Whether this process can use what is in a snapshot. Fails: DAMAGED.
MUST_CHECK Fail opened_note(Ctx *cx, const Snapshot *snapshot, uint64_t max_file_bytes,
                            IndexNote *out);
// Fails: DAMAGED.
MUST_CHECK Fail opened_lexicon(Ctx *cx, const Segment *segment, Lexicon *out);

#endif
