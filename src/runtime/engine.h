// runtime/engine.h - runs plans: in order of need, several cells at once, with memory of results.
//
//   engine_start --> running --last cell ends--> ended --run_release--> gone
//                       `--run_cancel, deadline, fail_fast--> stopping --'
//   a cell: pending -> ready -> running -> success | failed
//                 `-------`---------`--> skipped (an input failed, or plan_skip) | canceled
//
// A cell whose operation is pure is looked up under its fingerprint - format, operation and its
// version, canonical parameters, scope, digests of the inputs' outputs, digests of what the
// operation reads - in memory, then in the store; equal cells that run at the same time are
// computed once. Cells that failed or were canceled are never remembered.
//
// Threads: one engine, any number of runs from any threads. Cells run on the pool's I/O threads
//          (they may use its CPU workers and wait for them) or in the thread that waits.
// Memory:  outputs live until run_release. An engine must outlive its runs.
// Blocks:  engine_run, run_wait, engine_free (for cells that do not stop), engine_start and
//          engine_probe (while EngineSpec.read works). Hooks are called without any lock.
//
// What cannot be done: a thread cannot be killed. A cell that ignores its deadline is written off
// after a grace period by whoever waits for the run or reads its events; the run ends on time, but
// thread and memory stay in use until the operation returns, and its late output is thrown away.
// A cell that the waiting thread runs itself (inline_caller) cannot be written off by that thread.
#ifndef CQ_RUNTIME_ENGINE_H
#define CQ_RUNTIME_ENGINE_H

#include "base/digest.h"
#include "runtime/plan.h"
#include "runtime/pool.h"

typedef enum PlanCellState {
    PLAN_PENDING,
    PLAN_READY,
    PLAN_RUNNING,
    PLAN_SUCCESS, // from here on final
    PLAN_FAILED,
    PLAN_SKIPPED,
    PLAN_CANCELED,
    PLAN_STATES
} PlanCellState;
const char *plan_state_name(PlanCellState state); // "pending" ...

typedef enum ResultSource { SOURCE_RUN, SOURCE_MEMORY, SOURCE_STORE } ResultSource;
const char *result_source_name(ResultSource source); // "run", "memory", "store"
// Refresh only writes.
typedef enum RunCache { RUN_CACHE_USE, RUN_CACHE_REFRESH, RUN_CACHE_OFF } RunCache;

typedef struct RunSpec RunSpec;
typedef struct PlanStore { // where results outlive the process; all zero: nowhere
    void *self;
    bool (*get)(Ctx *cx, void *self, Str key, Str *value); // false: a miss
    void (*put)(Ctx *cx, void *self, Str key, Str value, const RunSpec *run);
} PlanStore;

typedef struct RunCounts {
    uint64_t cells, states[PLAN_STATES];
    uint64_t from_memory, from_store; // successes that were not computed
    uint64_t messages_dropped;        // pushed out of the ring
} RunCounts;

typedef struct PlanCellReport { // for hooks
    Str run_id, cell_id;
    const PlanOp *op;
    PlanCellState state; // finished: success, failed, skipped (by itself) or canceled
    ResultSource cached;
    Fail error;
    int64_t started_ns, ended_ns; // clock_now_ns
    uint32_t in_flight, ready;    // cells of this run, just then
} PlanCellReport;

typedef struct EngineHooks { // any may be NULL; called by the thread that does the work
    void *self;
    void (*run_started)(void *self, Str run_id, size_t cells);
    void (*run_finished)(void *self, Str run_id, const RunCounts *counts, int64_t duration_ns);
    void (*cell_started)(void *self, const PlanCellReport *report); // only cells that come to run
    void (*cell_finished)(void *self, const PlanCellReport *report);
} EngineHooks;

typedef struct EngineSpec {
    Pool *pool; // with I/O threads; NULL: whoever waits for a run does its work
    void *env;  // PlanCall.env, unless RunSpec has one
    PlanStore store;
    // Resolves a name in PlanOp.reads to a digest of what it stands for now. Asked once a run and
    // name, by engine_start, and again after each cell that was computed: its result is kept only
    // if nothing changed. When it fails, cells that read the name are not cached in that run.
    Fail (*read)(Ctx *cx, void *env, Str name, Digest *out);
    size_t memory_bytes;      // of results kept in memory; 0: none
    uint32_t max_concurrency; // 0: 8
    int64_t timeout_ns;       // of a cell that names none; 0: 300 s
    int64_t grace_ns;         // between asking a cell to stop and writing it off; 0: 2 s
    bool cache_off;
    EngineHooks hooks;
} EngineSpec;

typedef struct EngineStats {
    uint64_t runs, cells_run, memory_hits, store_hits, misses, shared; // shared: single flight
    uint64_t bad_entries;   // of the store: failed verification, treated as misses
    uint64_t reads_failed;  // EngineSpec.read
    uint64_t reads_changed; // while a cell worked, so that its result was not kept
    uint64_t written_off;   // cells that did not stop in time
    uint64_t ready;         // cells of all runs that wait for a thread, now
    uint64_t memory_bytes, memory_entries;
} EngineStats;
typedef struct Engine Engine;
Engine *engine_new(const EngineSpec *spec);
void engine_free(Engine *engine); // all runs released before; waits for stragglers; NULL is fine
EngineStats engine_stats(Engine *engine);

struct RunSpec { // all zero: an unnamed run with cache, without events
    Str run_id;  // empty: made up
    Str scope;   // empty: the plan's
    Str tag;     // for the store, of what is kept: the workspace; empty: scope
    void *env;   // NULL: the engine's
    RunCache cache;
    bool events;        // keep the log for event.h
    bool spans;         // each cell is a span of its own
    bool inline_caller; // the thread in run_wait works too; a lone cell needs no other thread
    uint32_t messages;  // ring of messages; 0: 1024
    // The plan's memory, taken over on success. NULL: the plan outlives the run, and the engine
    // when
    Arena *own; // cells may ignore that they are asked to stop: they use it after run_release.
};

// Starts a run. cx's deadline and cancel flag bound it. The flag must outlive the run, the log and
// what `env` points to the engine. Fails: CANCELLED, before anything ran.
MUST_CHECK Fail engine_start(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec,
                             Run **run);
// Waits until the run has ended, and works when inline_caller or there is no pool.
// Fails: CANCELLED, when cx asks to stop and is not what the run was started with; it goes on.
MUST_CHECK Fail run_wait(Ctx *cx, Run *run);
MUST_CHECK Fail engine_run(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec,
                           Run **run); // start and wait
void run_cancel(Run *run, Str reason); // any thread; nothing happens when it has ended
void run_release(Run *run);            // cancels first when it still runs; NULL is fine

typedef struct PlanCellResult {
    PlanCellState state;
    const void *value; // success
    Fail error;        // failed
    Str reason;        // skipped, canceled; in the arena given
    ResultSource cached;
    int64_t started_ns, ended_ns;       // since the start of the run; 0 when it did not come to run
    const Digest *fingerprint, *digest; // of the cell, of its output; NULL when not computed
} PlanCellResult;

Str run_id(const Run *run);
const Plan *run_plan(const Run *run);
bool run_ended(Run *run);
// Memory that an ended run keeps: what its cells made, without results it shares with the engine
// and without what a cell still has that was written off. 0 before it ended.
size_t run_bytes(Run *run);
PlanCellState run_state(Run *run); // running; then canceled over failed over success
RunCounts run_counts(Run *run);
PlanCellResult run_cell(Arena *arena, Run *run, size_t cell);
// The output encoded. Fails: BAD_REQUEST when the cell has none or its operation cannot encode.
MUST_CHECK Fail run_cell_bytes(Arena *arena, Run *run, size_t cell, Str *bytes);
// The failure that decides the exit code: the highest code, the first cell of those; a canceled
// run gives CANCELLED unless something failed worse. NULL when all cells succeeded.
Fail run_worst(Arena *arena, Run *run);
#endif
