// runtime/engine_.h - the inside of an engine and of a run, for engine*.c, run*.c and event.c.
#ifndef CQ_RUNTIME_ENGINE__H
#define CQ_RUNTIME_ENGINE__H

#include "runtime/engine.h"
#include "runtime/plan_.h"
#include "runtime/span.h"

// ---- results by content

typedef struct Blob { // an output as bytes; frozen
    Counter refs;
    Digest digest;
    size_t len;
    char bytes[];
} Blob;

Blob *blob_new(Str bytes, const Digest *digest);
Blob *blob_hold(Blob *blob);
void blob_drop(Blob *blob); // NULL is fine

typedef struct Kept Kept;     // a result in memory
typedef struct Flight Flight; // a result in the making

struct Engine {
    // frozen
    EngineSpec spec;
    // counters, any thread
    Counter runs, cells_run, memory_hits, store_hits, misses, shared, bad_entries, reads_failed,
        reads_changed, ready, written_off;
    Group group; // of all runners; it outlives every run

    Mutex mutex;
    // guarded by mutex
    Kept **buckets;
    size_t bucket_count, kept_count, kept_bytes;
    Kept *newest, *oldest;
    Flight *flights;
};

// ---- a run

enum {
    HELD = 1,  // a runner has it; without this flag a cell that is not final can be canceled
    WOKEN = 2, // the result it was about to wait for came while a runner still had it
    IDLE = 4,  // skipped by itself: it had nothing to do
};

typedef struct CellMore { // of a cell that has to do with the cache
    Digest fingerprint, output;
    bool has_fingerprint, has_output;
    Str bytes;       // the output, with has_output; of `blob` or of the runner's arena
    Blob *blob;      // held until the run goes
    Blob *delivered; // by an equal cell that was computed elsewhere
} CellMore;

typedef struct RunCell {
    union {
        const void *value;   // success
        Fail error;          // failed
        const Str *idle_why; // skipped by itself (IDLE)
    };
    CellMore *more;
    int64_t started_ns, ended_ns; // since the start of the run
    union {
        uint32_t waiting; // inputs that have not succeeded; while pending
        uint32_t culprit; // skipped, not IDLE: the cell that failed
    };
    uint8_t state, cached, flags;
} RunCell;

typedef struct Runner Runner;

// The cells that may start, by rank: the lowest set bit is the next. Each bit of a level tells
// whether a word of the level below has any.
enum { READY_LEVELS = 6 };
typedef struct ReadySet {
    uint64_t *words[READY_LEVELS];
    int levels;
    uint32_t count;
} ReadySet;

struct Runner { // a thread's place in a run
    Run *run;
    Runner *next;
    Arena arena; // owner thread; whatever its cells return lives here until the run goes
    bool inline_caller;
    CtxWork work; // owner thread
    // guarded by run->mutex
    bool used, busy, lost;
    int64_t deadline_ns; // of the cell, while busy
    uint32_t cell;
    uint32_t in_flight, ready; // of the run when the cell was taken or settled
    // owner thread: the outcome of the cell
    bool parked, leads, late;
    PlanCellState state;
    ResultSource cached;
    const void *value;
    const Str *skipped; // why there was nothing to do, or NULL
    Fail error;
    Blob *blob; // to be remembered
    bool fresh; // ... in the store too
};

typedef struct LogEntry {
    uint32_t cell; // EVENT_OF_RUN: the run
    uint32_t seq;
    uint64_t stamp; // nanoseconds since the start << 8 | state
} LogEntry;

typedef struct Message {
    uint32_t cell, seq;
    int64_t ns;
    Str text; // heap
} Message;

typedef struct EventLog {
    LogEntry **chunks;
    size_t chunk_count, len;
    Message *ring;
    size_t ring_cap, pushed; // ever
    uint32_t last_seq;
    uint64_t refused; // messages for which there was no number left
} EventLog;

typedef struct OpReads { // what an operation reads, as it was when the run started
    Digest digest;
    bool known;
} OpReads;

typedef struct Reads {
    OpReads *of_op;   // by number of the operation in the plan; NULL: no cache
    OpReads *of_cell; // by number of the cell; NULL: no operation reads by its arguments
} Reads;

static inline const OpReads *reads_of(const Reads *reads, const Plan *plan, uint32_t cell)
{
    return reads->of_cell ? &reads->of_cell[cell] : &reads->of_op[plan->cells[cell].op];
}

struct Run {
    // frozen
    Engine *engine;
    const Plan *plan; // gone once the run is released, unless a cell was written off
    uint32_t len;     // cells of it
    RunSpec spec;     // with run_id, scope and env filled in
    int64_t start_ns, start_wall_ms, deadline_ns;
    uint32_t limit; // of runners
    bool caller_works;
    Flag *starter_cancel;
    Log *log;
    const Progress *progress;
    Trace trace; // a copy: a cell that is written off may outlive the starter's
    bool traced;
    Reads reads;
    Flag stop; // asks every cell to stop
    Counter refs;

    Mutex mutex;
    Cond changed;
    // guarded by mutex
    Arena memory;
    RunCell *cells;
    ReadySet ready;
    uint32_t remaining; // cells that are not final
    uint32_t active;    // runners on their way or at work, without those written off
    uint32_t working;   // those at work
    bool waking;        // a runner is on its way
    Runner *runners;
    bool stopping, ending, ended;
    Str stop_reason;
    int64_t stop_ns, end_ns;
    uint32_t sleepers, readers; // threads that wait on `changed`; those that wait for events
    int64_t next_check_ns;      // when the first sleeper wakes by itself
    uint64_t states[PLAN_STATES], from_memory, from_store;
    EventLog events;
};

// ---- run.c: scheduling. All with run->mutex held unless said otherwise.

void run_begin(Run *run, int64_t now_ns); // cells without inputs become ready
void run_begin_stop(Run *run, int64_t now_ns, const char *fmt, ...) PRINTF_LIKE(3, 4);
void run_check_limits(Run *run, int64_t now_ns);   // the starter's flag and deadline
bool run_write_off(Run *run, int64_t now_ns);      // one overdue cell; unlocks for a while
void run_maybe_end(Run *run);                      // unlocks for a while when it ends
bool run_work(Run *run);                           // as this thread; false: nothing to do
Fail run_tend(Ctx *cx, Run *run, bool for_events); // checks, works or sleeps once
RunCounts run_count(const Run *run);
PlanCellState run_end_state(const RunCounts *counts);
Str run_reason(Arena *arena, const Run *run, const RunCell *cell);
void run_sleep(Ctx *cx, Run *run, bool for_events); // until something changes
Runner *run_another(Run *run);                      // to be submitted after unlocking, or NULL
void run_submit(Runner *runner);                    // no lock held; NULL is fine
void run_wake(Run *run, uint32_t cell, Blob *blob); // no lock held; takes a hold on blob
void run_hold(Run *run);
void run_drop(Run *run); // no lock held

// ---- engine_exec.c: one cell, no lock held

void exec_cell(Runner *runner);    // fills in the outcome
void exec_publish(Runner *runner); // afterwards: to the caches and to those who wait
// `digest_of_input`: of the output of that cell.
typedef struct FingerprintSpec {
    const Plan *plan;
    uint32_t cell;
    Str scope;
    const Reads *reads;
    const Digest *(*digest_of_input)(const void *arg, uint32_t cell);
    const void *arg;
} FingerprintSpec;
Digest exec_fingerprint(Arena *scratch, const FingerprintSpec *spec);
// In `arena`. Blocks: while EngineSpec.read works.
Reads exec_reads(Ctx *cx, Engine *engine, const Plan *plan, void *env, Arena *arena);

// ---- engine_cache.c

typedef enum Lookup { LOOKUP_HIT, LOOKUP_LEAD, LOOKUP_WAIT } Lookup;
// HIT: *blob is held. LEAD: the caller computes, and calls flight_leave. WAIT: run_wake will come.
Lookup flight_enter(Engine *engine, Run *run, uint32_t cell, const Digest *key, Blob **blob);
// Ends the flight that (run, cell) leads, if it does; NULL: without a result.
void flight_leave(Engine *engine, Run *run, uint32_t cell, Blob *blob);
void memory_keep(Engine *engine, const Digest *key, Blob *blob); // in memory
Blob *memory_peek(Engine *engine, const Digest *key);            // held, or NULL
Blob *store_load(Ctx *cx, Engine *engine, const Digest *key);    // from the store; held, or NULL
void store_save(Ctx *cx, Engine *engine, const Digest *key, const Blob *blob, const RunSpec *run);
size_t engine_waiters(Engine *engine); // cells in wait for an equal one
void memory_clear(Engine *engine);

// ---- event.c, with run->mutex held

void events_state(Run *run, uint32_t cell, PlanCellState state, int64_t now_ns);
void events_free(EventLog *log);
enum { EVENT_OF_RUN = INT32_MAX }; // as LogEntry.cell

#endif
