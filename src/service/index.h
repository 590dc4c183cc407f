// service/index.h - what a user does with the published index of a workspace.
//
//   build: service/index_plan.h   status, versions, verify: look   rollback, prune: change what is
//   kept watch: build whenever something changed, until cancelled
//
// Memory: cx->arena. Threads: one a call. Blocks: on the disk; index_watch for changes.
#ifndef CQ_SERVICE_INDEX_H
#define CQ_SERVICE_INDEX_H

#include "index/git_last.h"
#include "index/store.h"
#include "service/find_index.h"
#include "service/index_plan.h"

typedef struct IndexQuery {
    Str folder;  // --index-dir; empty: as configured
    bool full;   // build: from nothing
    bool tables; // build: the tables of cq sql too
    bool look;   // build: only plan
    IndexDrawing drawing;
    void (*event)(void *arg, Ctx *cx, const RuntimeEvent *event); // build; may be NULL
    void *event_arg;
    int64_t jobs;      // threads; 0: the pool of the process
    size_t keep;       // snapshots
    bool background;   // build: behind an answer (service/index_behind.h)
    int64_t wait_ns;   // build: for another process that writes the index; at least PATIENCE_S
    uint64_t version;  // rollback: which; 0: the one before
    int64_t settle_ns; // watch: how long nothing must happen before it builds
} IndexQuery;

typedef struct IndexVectorStatus { // what is attached to the segments; all zero: nothing
    uint64_t rows, dims;           // chunks that have a vector
    uint64_t without;              // chunks that have none: of no part, or the embedder gave none
    uint64_t bytes, ann_bytes;     // on disk: vectors; an index of candidates over them
    bool is_current;               // made by what embed.* names now
    Str backend, model;            // if so
} IndexVectorStatus;

typedef struct IndexStatus {
    Str root, folder;
    Str background;      // what became of the last build behind an answer, if not what it should
    bool building;       // a process writes it now
    int holder;          // that process, when it is known
    Fail trouble;        // why what is there cannot be used, or NULL
    uint64_t generation; // 0: there is none
    int64_t created_ns;
    size_t segments;
    uint64_t files, indexed, chunks, definitions, dead_files;
    uint64_t text_bytes, snapshot_bytes, disk_bytes; // disk: with older snapshots
    IndexVectorStatus vectors;
    uint64_t lang_files[LANG_COUNT];
    uint64_t skipped[SKIP_REASONS];
    size_t changes[FILE_STATES]; // since it was published
    GitLastInfo git; // the commit of now, all else as of the last build; with `look`, dirty of now.
                     // `files`: of these. Empty outside git
} IndexStatus;

// Fails: BAD_REQUEST (no place for an index), as refresh_index; UNAVAILABLE (another process
// writes it).
MUST_CHECK Fail index_build(Ctx *cx, const Env *env, const IndexQuery *query, IndexRun *run,
                            IndexStatus *status);
// `look`: also what changed since.
MUST_CHECK Fail index_status(Ctx *cx, const Env *env, const IndexQuery *query, bool look,
                             IndexStatus *out);
MUST_CHECK Fail index_versions(Ctx *cx, const Env *env, const IndexQuery *query, StoreVersion **out,
                               size_t *count);
MUST_CHECK Fail index_rollback(Ctx *cx, const Env *env, const IndexQuery *query);
// Every byte of the current snapshot. Fails: DAMAGED, NOT_FOUND (there is none).
MUST_CHECK Fail index_verify(Ctx *cx, const Env *env, const IndexQuery *query);
MUST_CHECK Fail index_prune(Ctx *cx, const Env *env, const IndexQuery *query, size_t *removed);
// Returns when cx asks it to stop. `builds`: how often something was published.
MUST_CHECK Fail index_watch(Ctx *cx, const Env *env, const IndexQuery *query, size_t *builds);

#endif
