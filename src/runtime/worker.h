// runtime/worker.h - tasks run in other processes, so that a crash there costs one task.
//
//   worker_pool_run --> a worker process, one task at a time --> reply
//        worker lost (crash, hang, killed, garbage) --> once more on another --> UNAVAILABLE
//
//   worker: empty --somebody waits, back-off over--> starting --> idle <--> busy
//             ^------------------- lost (back-off grows), cancelled ----------'
//
// A task is a name and bytes; what they mean is up to the handlers that the worker's main function
// gives worker_serve. Workers start when tasks wait for one, and end with the pool, with this
// process, however it ends, or with a task that is given up.
//
// Threads: worker_pool_run and _ready from any thread; worker_serve from the only one.
// Memory:  a pool is heap; replies live in cx->arena.
// Blocks:  worker_pool_run until there is an answer, or cx asks to stop.
#ifndef CQ_RUNTIME_WORKER_H
#define CQ_RUNTIME_WORKER_H

#include "base/ctx.h"

typedef struct WorkerPool WorkerPool;

typedef struct WorkerSpec {
    // The program and its arguments, NULL-terminated; its main calls worker_serve. Not copied.
    // NULL: there is none, and each task fails.
    const char *const *argv;
    int workers;           // at most at once
    uint64_t memory_bytes; // address space of each; 0: no limit. Not under sanitizers (os_confine).
    int cpu_seconds;       // processor time of one task; 0: no limit
    int64_t task_ms;       // time of one task; 0: no limit but the request's
    int64_t start_ms;      // time to say hello; 0: 10 s
    size_t message_bytes;  // largest request or reply; 0: 256 MiB
    int64_t backoff_ms, backoff_most_ms; // pause after a loss, doubled each time; 0: 10 ms, 2 s
    int64_t (*now)(void *clock);         // for the pauses; NULL: clock_now_ns
    void *clock;
} WorkerSpec;

// Starts nothing yet.
WorkerPool *worker_pool_new(const WorkerSpec *spec);
// Ends all workers. Every run must have returned. NULL is fine.
void worker_pool_free(WorkerPool *pool);

typedef struct WorkerTask {
    Str kind; // names the handler
    Str what; // for people, in problems: "parsing src/a.c"
    Str request;
} WorkerTask;

// Fails: what the handler fails with (kind and detail only); UNAVAILABLE when two workers were lost
// (ext "signal" or "exit_code", "tries") or none can be started; TOO_LARGE; CANCELLED.
MUST_CHECK Fail worker_pool_run(Ctx *cx, WorkerPool *pool, const WorkerTask *task, Str *reply);
// Sees to it that at least one worker is there. Fails: UNAVAILABLE, CANCELLED.
MUST_CHECK Fail worker_pool_ready(Ctx *cx, WorkerPool *pool);

typedef struct WorkerStats {
    int workers, busy;                // now
    uint64_t started, start_failures; // processes
    uint64_t lost;                    // ended in the middle of a task
    uint64_t tasks, retried, failed;  // failed: given up, with UNAVAILABLE
    uint64_t cancelled;               // workers ended because a request was
} WorkerStats;
WorkerStats worker_pool_stats(WorkerPool *pool);
// Looks at spec.now again; for tests with a clock of their own.
void worker_pool_look(WorkerPool *pool);

typedef struct WorkHandler {
    const char *kind;
    // Adds the answer to `reply`. Memory of cx->arena and `request` goes when it returns.
    Fail (*run)(Ctx *cx, void *state, Str request, Buf *reply);
    void *state;
} WorkHandler;

// The main function of a worker: answers tasks on standard input until that ends. Returns the exit
// code: 0, or 1 when standard input is no socket to a WorkerPool.
int worker_serve(const WorkHandler *handlers, size_t count);

#endif
