// runtime/cell.h - a value built on first use, shared by leases, closed or replaced at any time.
//
//   EMPTY --lease--> INITIALIZING --built--> READY --close, invalidate--> EMPTY
//     ^                   |                    |                    (CLOSING while still leased)
//     `---- cancelled ----+-- failed --> FAILED <-- record_failure
//                                          `-- cool-down over, lease --> INITIALIZING
//
// A value is disposed exactly once, by whoever ends its last lease after it was detached.
// docs/runtime-cells.md tells the whole story.
//
// Threads: any thread may call anything; a lease may end on another thread than it began.
// Memory:  cells are heap; what a build puts into CellBuild.arena lives as long as its value.
// Blocks:  cell_lease, cell_get and cell_swap for a build (somebody's or their own) and at a gate;
//          cell_close while it drains. Waits end at cx->deadline_ns and, within 10 ms, by
//          cx->cancel.
#ifndef CQ_RUNTIME_CELL_H
#define CQ_RUNTIME_CELL_H

#include "runtime/cell_event.h"

typedef struct Cell Cell;
typedef struct CellHost CellHost;
typedef struct CellValue CellValue;
typedef struct Tally Tally;

typedef struct CellBuild { // what a build gets
    void *owner;           // of the host
    uint64_t generation;
    Arena *arena;             // the value's own; freed after dispose
    const void *const *needs; // values of CellSpec.needs, in that order, leased like the arena
    Cell *cell;
    void *made; // by cell_build_default, not yet handed over
    const atomic_bool *superseded;
} CellBuild;

// Fails: as it likes; *out is set on success only and must not be NULL.
typedef Fail (*CellBuildFn)(Ctx *cx, CellBuild *build, void **out);

typedef struct CellSpec { // constant data, outlives its cells
    const char *name, *description;
    const char *const *needs; // names of cells, ends with NULL; NULL for none
    CellBuildFn build;
    Fail (*dispose)(Ctx *cx, void *owner, void *value);      // NULL: its arena is all there is
    Fail (*verify)(Ctx *cx, void *owner, const void *value); // NULL: none
    bool verify_builds;  // before every publish, not only before a swap and by cells_check
    int max_waiters;     // for a build or the gate; 0: no limit
    int wait_timeout_ms; // 0: only the caller's deadline
    int max_concurrency; // leases at once; 0: no gate
    int cooldown_ms;     // after a failed build; 0: none
    int drain_ms;        // of cells_close_all and cell_free
} CellSpec;

typedef struct CellHostSpec {       // what the cells of a process share; frozen
    void *owner;                    // given to build, dispose, verify
    int64_t (*now_ns)(void *clock); // NULL: clock_now_ns
    void *clock;
    bool allow_seed, allow_swap;           // CQ_ALLOW_RUNTIME_SEED, CQ_ALLOW_RUNTIME_SWAP
    CellContext (*context)(const Ctx *cx); // NULL: trace_id is cx->request_id
    CellObserver observer;                 // of cells that have none of their own
    Log *log;                              // for disposals; may be NULL
} CellHostSpec;

CellHost *cell_host_new(const CellHostSpec *spec);
void cell_host_free(CellHost *host); // after its cells; NULL is fine
bool cell_guard_is_on(Str value);    // 1 true yes on, in any case, trimmed

// `needs` are the cells of spec->needs, in that order; copied.
Cell *cell_new(CellHost *host, const CellSpec *spec, Cell *const *needs);
// Closes and frees; no thread may be in a function of this cell. False, and the memory is left
// alone, when leases or builds outlast spec->drain_ms. NULL is fine.
bool cell_free(Cell *cell);

typedef struct Lease { // all zero: none
    const void *value; // shared, read-only, alive until lease_release
    CellValue *held;
    Tally *tally; // where it is counted, by threads of this slot
    int slot;     // below -1 when ending it takes more than counting
    bool gated;   // read only then
} Lease;

// The value, built if nobody has. A ready one costs no lock, clock or allocation.
// Fails: what the build failed with (others that waited get it as cause and detail); in a cool-down
// its error; CANCELLED; UNAVAILABLE (wait_timeout, max_waiters, closed while it was built; ext
// "runtime" names the cell); INTERNAL (a build that needs itself, ext "cycle"; built nothing).
MUST_CHECK Fail cell_lease(Ctx *cx, Cell *cell, Lease *out);
void lease_release(Lease *lease); // then it holds nothing; a second call does nothing
void lease_copy(const Lease *lease, Lease *out); // one more on the value, whatever became of the
                                                 // cell; not where there is a gate
uint64_t lease_generation(const Lease *lease);
// The same, released when cx->arena is reset.
MUST_CHECK Fail cell_get(Ctx *cx, Cell *cell, const void **out);
// What is there now, without waiting, building or the gate; after record_failure the last good one.
bool cell_peek(Cell *cell, Lease *out);

// Fails: BAD_REQUEST when not allowed (detail names the variable) or a value is there; the caller
// keeps `value` then. Ends a cool-down; a running build becomes stale.
MUST_CHECK Fail cell_seed(Ctx *cx, Cell *cell, void *value);
// Builds with `build` (NULL: the spec's), verifies, then replaces; until then the old one serves.
// Fails: BAD_REQUEST when not allowed; UNAVAILABLE when another swap runs or the cell was closed
// meanwhile; else from build or verify. After a failure everything is as it was.
MUST_CHECK Fail cell_swap(Ctx *cx, Cell *cell, CellBuildFn build);
// For ttl_ns, get fails with a copy of `fail`; then the next one builds anew. The old value serves
// its leases and peek until it is replaced. A running build goes on, and ends the cool-down when it
// succeeds. ttl_ns <= 0 does nothing.
void cell_record_failure(Cell *cell, Fail fail, int64_t ttl_ns);
// Detaches the value; a build under way starts over. Ends a cool-down.
void cell_invalidate(Ctx *cx, Cell *cell);

typedef struct CellClosed {
    CellStatus status; // OK, ERROR, NOOP, DEFERRED
    bool had_payload, close_called;
    int64_t duration_ns; // of the whole call
    int leases, builds;  // that outlasted the drain
    Fail error;          // of dispose, in cx->arena
} CellClosed;
// Detaches the value at once and waits up to drain_ns until it is disposed and builds have ended.
// Builds under way fail with UNAVAILABLE. The next get starts anew.
void cell_close(Ctx *cx, Cell *cell, int64_t drain_ns, CellClosed *out); // out may be NULL
void cell_reset(Ctx *cx, Cell *cell); // cell_invalidate, and the counts of the snapshot start anew

void cell_configure_observer(Cell *cell, CellObserver observer); // from the next event on
// `adjust` is called in place of the spec's build, with `arg` in adjust_arg, at initialisation
// only; it may call cell_build_default. If it fails after that, the cell disposes what was made.
typedef Fail (*CellAdjustFn)(Ctx *cx, void *arg, CellBuild *build, void **out);
void cell_configure_adjuster(Cell *cell, CellAdjustFn adjust, void *arg); // NULL: none
MUST_CHECK Fail cell_build_default(Ctx *cx, CellBuild *build, void **out);
// True when a long build should give up: cancelled, late, or its result is no longer wanted.
bool cell_build_stopped(const Ctx *cx, const CellBuild *build);

typedef enum CellState {
    CELL_EMPTY,
    CELL_INITIALIZING,
    CELL_READY,
    CELL_FAILED,
    CELL_CLOSING
} CellState;
typedef struct CellSnapshot {
    const CellSpec *spec; // name, description and limits
    CellState state;
    uint64_t generation; // of the value; 0 for none
    int leases, waiters;
    uint64_t inits, failures, stale, swaps, seeds, disposals; // since the start or cell_reset
    int64_t last_init_ns, cooldown_left_ns;
    Fail last_error; // in the arena given, or NULL
} CellSnapshot;
void cell_snapshot(Arena *arena, Cell *cell, CellSnapshot *out);
const char *cell_state_name(CellState state);
const CellSpec *cell_spec(const Cell *cell);

#endif
