// base/sync.h - threads, locks with ranks, and the few atomics the rest of cq needs.
//
// pthreads underneath: <threads.h> breaks ThreadSanitizer with gcc 12 and clang 14.
// Ranks: a thread may lock a mutex only while every mutex it holds has a lower rank. Checked in
//        every build without NDEBUG; a violation is a bug and aborts.
// Threads: everything here may be called from any thread. Blocks: mutex_lock, cond_wait, join.
#ifndef CQ_BASE_SYNC_H
#define CQ_BASE_SYNC_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/def.h"

typedef enum LockRank { // outermost first
    RANK_APP = 10,
    RANK_SERVICE = 20,
    RANK_LANG = 30,
    RANK_RUN = 35,        // a run of a plan, or what its engine remembers: never both
    RANK_CELL = 36,       // one runtime cell
    RANK_CELL_GRAPH = 37, // who waits for whom, for all cells of a host
    RANK_POOL = 40,
    RANK_POOL_QUEUE = 50,
    RANK_CACHE = 60,  // one shard of the disk cache
    RANK_EMBED = 65,  // requests to an embedding server
    RANK_HTTP = 70,   // idle connections
    RANK_METRIC = 80, // a metric can be looked up under any lock but the log's
    RANK_TRACE = 85,  // a span can end there too
    RANK_OUT = 88,    // messages to a client, one at a time: progress comes from under any lock
    RANK_LOG = 90,    // logging is allowed under any lock
    RANK_MEMORY = 95, // and so is memory
} LockRank;

typedef struct Mutex {
    pthread_mutex_t raw;
    LockRank rank;
} Mutex;

typedef struct Cond {
    pthread_cond_t raw; // on CLOCK_MONOTONIC
} Cond;

void mutex_init(Mutex *mutex, LockRank rank);
void mutex_fini(Mutex *mutex);
void mutex_lock(Mutex *mutex);
void mutex_unlock(Mutex *mutex);
bool mutex_held_by_rank(LockRank rank); // true when this thread holds one of that rank

void cond_init(Cond *cond);
void cond_fini(Cond *cond);
void cond_wait(Cond *cond, Mutex *mutex);
bool cond_wait_until(Cond *cond, Mutex *mutex, int64_t deadline_ns); // false on time-out
void cond_signal(Cond *cond);
void cond_broadcast(Cond *cond);

typedef struct Thread {
    pthread_t raw;
} Thread;
// False when the system refuses another thread.
bool thread_start(Thread *thread, void (*fn)(void *), void *arg, const char *name);
void thread_join(Thread *thread);
void thread_yield(void); // lets others run first

// A small number that is this thread's alone while it lives, for data kept once a thread: 0 ..
// THREAD_SLOTS-1, handed on after its end; THREAD_SLOTS is shared by the threads beyond so many.
enum { THREAD_SLOTS = 128 };
#define THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))
extern THREAD_LOCAL int thread_slot_held; // 1 + the number; 0 before the first call
int thread_slot_take(void);
static inline int thread_slot(void)
{
    return thread_slot_held ? thread_slot_held - 1 : thread_slot_take();
}

// What tells this thread from every other living one, however many there are.
static inline const void *thread_self(void)
{
    return &thread_slot_held;
}

// Fences of unequal cost, for "store mine, then load yours" on both sides: two threads that each
// store, fence and load cannot both miss the other's store, if one of them used the heavy fence.
//   light  a compiler barrier where the kernel offers membarrier(2), else a full fence
//   heavy  makes every running thread of the process pass a full fence (microseconds)
// fence_setup asks the kernel, once; light fences made before it are full ones. That takes
// microseconds while the process has one thread, and 10 ms (a grace period of RCU) when it has
// more.
extern atomic_bool fence_is_asymmetric;
void fence_setup(void);
void fence_full(void);
void fence_heavy(void);
static inline bool fence_is_light(void)
{
    return atomic_load_explicit(&fence_is_asymmetric, memory_order_relaxed);
}
static inline void fence_compiler(void) // a light fence where fence_is_light()
{
    __asm__ volatile("" ::: "memory");
}
static inline void fence_light(void)
{
    if (fence_is_light()) fence_compiler();
    else fence_full();
}

// A one-way or resettable switch, readable anywhere, settable in a signal handler.
typedef struct Flag {
    atomic_int raw;
} Flag;
void flag_set(Flag *flag, int value);
int flag_get(const Flag *flag);

// A shared counter.
typedef struct Counter {
    atomic_uint_fast64_t raw;
} Counter;
uint64_t counter_add(Counter *counter, uint64_t amount); // returns the value before
uint64_t counter_sub(Counter *counter, uint64_t amount); // returns the value before
uint64_t counter_get(const Counter *counter);

#endif
