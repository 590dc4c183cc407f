// runtime/collect.h - tasks with a result each, collected in the order they were submitted, for no
// longer than a given time.
//
//   batch_new --> submit_cpu, submit_io, ... --> collect_bounded: the batch is gone
//
//   future: queued --> running --> done
//              `--------`---- at the deadline: cancelled / timed out
//
// Threads: a batch belongs to one thread; its tasks run on the pool's.
// Memory:  a task's argument is copied into its future, and each future has an arena of its own. At
//          collection, what is done moves to the collector's arena; what still runs keeps the batch
//          alive until it ends, and then all of that is freed. So nothing dangles, but what an
//          argument *points to* must outlive the task: copy it, or drain the pool first.
// Blocks:  collect_bounded, until its deadline at most; submit_io in a pool without I/O threads. In
//          a pool without CPU threads collect_bounded runs CPU tasks itself, in order, and looks at
//          the time between them.
#ifndef CQ_RUNTIME_COLLECT_H
#define CQ_RUNTIME_COLLECT_H

#include "runtime/pool.h"

typedef struct Batch Batch;
typedef struct Future Future;

// Computes, in cx->arena, and writes its result into the copied argument. cx has the deadline of
// the batch; its cancel flag is raised when nobody waits any more.
typedef void (*FutureFn)(Ctx *cx, void *arg);

typedef enum FutureState {
    FUTURE_QUEUED,
    FUTURE_RUNNING,
    FUTURE_DONE,
    FUTURE_CANCELLED, // at the deadline it had not begun
    FUTURE_TIMED_OUT, // ... had not ended
} FutureState;

// `cx` gives deadline, log and request id (copied). End it with collect_bounded.
Batch *batch_new(Pool *pool, const Ctx *cx);
// A handle on a copy of `arg`, valid until collect_bounded.
Future *submit_cpu(Batch *batch, FutureFn fn, const void *arg, size_t arg_bytes);
Future *submit_io(Batch *batch, FutureFn fn, const void *arg, size_t arg_bytes);
FutureState future_state(Future *future);

typedef struct Collected {
    void **values;             // by submission: the argument copies of done tasks, NULL for others
    const FutureState *states; // DONE, CANCELLED or TIMED_OUT
    size_t count, done, timed_out, cancelled; // the last three sum up to count
} Collected;

// Waits until all have ended, timeout_ns is over (negative: no limit; 0: takes what is there), or
// cx asks to stop. Results live in cx->arena. The batch is gone afterwards.
Collected collect_bounded(Ctx *cx, Batch *batch, int64_t timeout_ns);

#endif
