// runtime/cell_parts.h - what cell.c, cell_value.c, cell_wait.c and cell_change.c share. Private to
// them.
//
// DESIGN. A lease is counted where only its own thread writes: each value has a Tally for each
// thread slot. Taking one: count it begun, light fence, look whether the value is still the cell's;
// if not, undo, which is ending it. Ending one: count it ended, light fence, look whether the value
// is retired; if so, add up all counts under the mutex. Retiring: set `retired` and change `hot`,
// heavy fence, add up. Of a reader's "count, look" and a writer's "retire, look", the fences let at
// least one see the other, so a value is never disposed under a lease, and never forgotten. The sum
// is of genuine leases and of readers about to undo; each ends with a look at `retired`, so whoever
// ends last sees zero. Adding up is not one step, but the ends are read after the beginnings
// (`ended_elsewhere` last), so a sum can be too large for a moment, never too small.
// Exactly once: the mutex guards RETIRED -> DISPOSING; who makes that step disposes.
// Alive: heads and counts are reused but not freed before cell_free, so a reader that comes late to
// a head touches valid memory, and its undo is harmless whatever value the head now carries.
// Who builds: `building` names the build whose result will be published; a close, seed or swap
// clears it, and a build that finds itself not named disposes what it made.
// Nothing is called while a lock is held: builds, disposals and observers run without.
// Stops: cell_close detaches, then waits for leases and builds; cell_free after that.
#ifndef CQ_RUNTIME_CELL_PARTS_H
#define CQ_RUNTIME_CELL_PARTS_H

#include "base/log.h"
#include "runtime/cell.h"

#ifndef CELL_POINT
#define CELL_POINT() ((void)0) // where the schedule test lets another thread go on
#endif

enum { CACHE_LINE = 64, TALLY_CHUNK = 8, TALLY_CHUNKS = THREAD_SLOTS / TALLY_CHUNK + 1 };

struct Tally {                         // of one value and one thread slot; a cache line
    atomic_uint_fast64_t begun, ended; // leases; two counts are faster than one that goes both ways
    char pad[CACHE_LINE - 2 * sizeof(atomic_uint_fast64_t)];
};

typedef enum ValueState {
    VALUE_FREE,      // on the cell's list, for the next value
    VALUE_NEW,       // being built
    VALUE_LIVE,      // the cell's `value` or `stale`
    VALUE_RETIRED,   // detached, still leased
    VALUE_DISPOSING, // somebody calls dispose
} ValueState;

struct CellValue {
    Cell *cell; // frozen
    // frozen while the value lives
    void *payload;
    uint64_t generation;
    Arena arena;
    Lease *needs; // in `arena`
    size_t need_count;

    atomic_bool retired;
    _Atomic(Tally *) chunks[TALLY_CHUNKS]; // made when first counted in
    void *chunk_memory[TALLY_CHUNKS];      // guarded by cell->mutex
    char pad[CACHE_LINE];
    atomic_uint_fast64_t ended_elsewhere; // leases ended by a thread of another slot
    char pad_end[CACHE_LINE];

    // guarded by cell->mutex
    ValueState state;
    CellReason reason;
    CellValue *next; // in `retired`, `free`, or a list to dispose
};

// A build under way; on the stack of its thread.
typedef struct CellRun {
    Cell *cell;
    const void *thread;
    uint64_t id;
    bool swap;              // not of a lease: nobody waits for it
    atomic_bool superseded; // its result is not wanted any more
    CellReason why;         // guarded by cell->mutex
    struct CellRun *next;   // guarded by host->graph
} CellRun;

typedef struct CellEdge { // a thread that waits for a build; on its stack
    const void *thread;
    uint64_t run_id;
    struct CellEdge *next;
} CellEdge;

struct CellHost {
    CellHostSpec spec; // frozen
    Mutex graph;
    // guarded by graph
    CellRun *runs;
    CellEdge *edges;
    uint64_t last_run;
};

typedef struct StoredFail {
    Arena arena;
    Fail fail;
} StoredFail;

// One who closes, and wants to know how the disposal of a value ended; on its stack.
typedef struct CellWatch {
    uint64_t generation;
    bool done;
    CellStatus status;
    Arena *arena; // of the closer, which does not touch it while it waits
    Fail error;
    struct CellWatch *next;
} CellWatch;

typedef struct GateWaiter {
    struct GateWaiter *next;
} GateWaiter;

struct Cell {
    _Atomic(CellValue *) hot; // `value`, unless the cell has a gate
    char pad[CACHE_LINE];

    // frozen
    const CellSpec *spec;
    CellHost *host;
    Cell **needs;
    size_t need_count;

    Mutex mutex;
    Cond changed; // a build, disposal or lease at the gate ended, or the value changed
    // guarded by mutex
    CellValue *value; // what a lease gets
    CellValue *stale; // after record_failure: for peek, until it is replaced; then `value` is NULL
    CellValue *retired; // still leased
    int disposing;      // values whose disposal runs
    CellValue *free;
    CellRun *building, *swapping; // whose results are wanted
    uint64_t generation;          // the newest given out
    bool failed;
    uint64_t fail_serial; // raised with each failure
    int64_t cooldown_until_ns;
    StoredFail last_error;
    CellWatch *watches;
    int waiters, gate_used;
    GateWaiter *gate_first, **gate_last;
    CellObserver observer;
    bool has_observer;
    CellAdjustFn adjust;
    void *adjust_arg;
    CellSnapshot counts; // inits ... disposals, last_init_ns
};

// How long one call may wait; filled in at its first wait.
typedef struct CellWait {
    Ctx *cx;
    int64_t give_up_ns; // on the host's clock; 0: not by wait_timeout
    bool started;       // counted in cell->waiters
} CellWait;

typedef struct CellMaker {
    CellBuildFn build;
    CellAdjustFn adjust; // in place of build, or NULL
    void *adjust_arg;
    bool verify;
} CellMaker;

int64_t cell_now(const Cell *cell);
void stored_fail_set(StoredFail *stored, Fail fail);
Fail cell_name_in(Arena *arena, const Cell *cell, Fail fail); // with ext "runtime"

// cell_value.c
CellValue *cell_value_new(Cell *cell) REQUIRES(mutex); // with the next generation, state NEW
void cell_value_take(CellValue *value, Lease *out) REQUIRES(mutex);
void cell_lease_gate(Lease *lease); // ending it leaves the gate
int cell_value_leases(CellValue *value) REQUIRES(mutex);
// Makes `value` (NULL: none) the cell's; what was there is retired. Lists in *dead what the caller
// must hand to cell_dispose_all after unlocking.
void cell_put(Cell *cell, CellValue *value, CellReason reason, CellValue **dead) REQUIRES(mutex);
void cell_give_up(CellValue *value, CellValue **dead) REQUIRES(mutex); // a NEW one
void cell_dispose_all(CellValue *dead);
void cell_value_free(CellValue *value);
CellObserver cell_observer(Cell *cell) REQUIRES(mutex);
void cell_tell(CellObserver observer, const CellEvent *event);

// cell_wait.c; all with the mutex held.
Fail cell_wait_begin(CellWait *wait, Cell *cell);
void cell_wait_end(CellWait *wait, Cell *cell);
Fail cell_wait_change(CellWait *wait, Cell *cell);
Fail cell_wait_for_build(CellWait *wait, Cell *cell);
Fail cell_gate_enter(CellWait *wait, Cell *cell, bool *entered);
void cell_gate_leave(Cell *cell);
Fail cell_run_begin(Ctx *cx, Cell *cell, CellRun *run, bool swap);
void cell_run_end(CellRun *run);
int cell_runs_elsewhere(const Cell *cell); // builds of this cell by other threads

// cell.c
bool cell_cooling(Cell *cell) REQUIRES(mutex);
void cell_set_failure(Cell *cell, Fail fail, int64_t ttl_ns) REQUIRES(mutex);
void cell_supersede(CellRun **run, CellReason why) REQUIRES(mutex);
// Leases the needs, builds and verifies; no lock held. Whatever came of it is in `value`.
Fail cell_make(Ctx *cx, CellValue *value, CellRun *run, const CellMaker *maker);
Fail cell_lease_slow(Ctx *cx, Cell *cell, bool gate, Lease *out);
CellContext cell_context(const Cell *cell, const Ctx *cx);

#endif
