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

// Of each kind, so many threads are kept (the floor). While tasks find all of them busy, more
// start, up to the ceiling; one that had nothing to do for idle_ns leaves. A ceiling below the
// floor is the floor; a ceiling of 0 runs inline.
typedef struct PoolSpec {
    int cpu_workers, cpu_ceiling; // threads besides the caller; the floor starts at once
    int io_workers, io_ceiling;   // threads for pool_submit_io; none before the first such task
    int64_t idle_ns;              // 0: 5 s
} PoolSpec;

// When the system refuses threads, the pool works with fewer.
Pool *pool_new(PoolSpec spec);
void pool_free(Pool *pool);       // stops first; NULL is fine
int pool_slots(const Pool *pool); // most CPU workers + 1: how many tasks run at once, at most
void pool_drain(Pool *pool);      // waits until nothing is queued or running; NULL is fine
// The same until deadline_ns; false when something is still queued or running then.
bool pool_drain_until(Pool *pool, int64_t deadline_ns);
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

// Tasks that nobody waits for but pool_drain and pool_stop; runtime/collect is made of them.
void pool_detach_cpu(Pool *pool, TaskFn fn, void *arg);
void pool_detach_io(Pool *pool, TaskFn fn, void *arg);
// In a pool without CPU threads: runs the oldest task, here. False when that is not called for.
bool pool_help(Pool *pool);

typedef struct PoolSide {
    int workers, floor, ceiling, busy; // threads; `busy` counts callers that help, too
    uint64_t queued, queued_most;
    uint64_t done, dropped; // tasks
    uint64_t saturated;     // tasks that found no idle thread when they came
    uint64_t grown, shrunk; // threads started above the floor, or gone
} PoolSide;

typedef struct PoolStats {
    PoolSide cpu, io;
} PoolStats;
PoolStats pool_stats(Pool *pool); // exact when nothing runs, else each number for itself

#endif
