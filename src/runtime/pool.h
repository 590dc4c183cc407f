// runtime/pool.h - worker threads: a work-stealing CPU pool and a queue for blocking I/O.
//
//   pool_new --> running --pool_drain--> running, idle --pool_stop--> stopped --pool_free--> gone
//
// A Group collects tasks; group_wait lets the calling thread work too until all have ended, so a
// pool of N workers keeps N + 1 cores busy and a pool of 0 runs everything in the caller, in
// order of submission when stealing cannot happen.
//
// Threads: pool_* and group_submit from any thread; group_wait from the thread that made the
//          group, never from inside a task (tasks do not wait: they submit more tasks).
// Memory:  a Pool is heap; a Group is the caller's storage; task arguments belong to the caller
//          until the task ends.
// Blocks:  group_wait, pool_drain, pool_stop.
#ifndef CQ_RUNTIME_POOL_H
#define CQ_RUNTIME_POOL_H

#include "base/ctx.h"

typedef struct Pool Pool;

typedef struct PoolSpec {
    int cpu_workers; // threads besides the caller; 0 runs inline
    int io_workers;  // threads for pool_submit_io; 0 runs it inline
} PoolSpec;

// Starts the threads; when the system refuses some, the pool works with fewer.
Pool *pool_new(PoolSpec spec);
void pool_free(Pool *pool);       // stops first; NULL is fine
int pool_slots(const Pool *pool); // CPU workers + 1: how many tasks run at once, at most
void pool_drain(Pool *pool);      // waits until nothing is queued or running
void pool_stop(Pool *pool); // runs what is queued, then ends the threads; later tasks run inline

// `slot` is in 0 .. pool_slots-1 and no two running tasks share one: index per-slot scratch by it.
// The caller's slot is 0.
typedef void (*TaskFn)(void *arg, int slot);

typedef struct Group {
    Pool *pool;
    Counter pending;
    const Ctx *cx; // when it asks to stop, queued tasks are dropped (counted in `dropped`)
    Counter dropped;
} Group;

void group_init(Group *group, Pool *pool, const Ctx *cx);
// `slot` is the caller's own: 0 in the thread that made the group, its own number in a task.
void group_submit(Group *group, int slot, TaskFn fn, void *arg);
void group_wait(Group *group);

// Runs fn(arg, index, slot) for index 0 .. count-1, handing out `batch` indexes at a time, and
// waits. Indexes not begun when cx asks to stop are left out; returns how many were run.
typedef void (*EachFn)(void *arg, size_t index, int slot);
size_t pool_each(Pool *pool, const Ctx *cx, size_t count, size_t batch, EachFn fn, void *arg);

// Runs fn on an I/O thread; slot is the I/O worker's number.
void pool_submit_io(Group *group, TaskFn fn, void *arg);

#endif
