// base/sync.c
#include "base/sync.h"

#include <assert.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_HELD = 16 };

// The thread-locals of cq: which ranks this thread holds, for the order check, and its number.
static THREAD_LOCAL struct {
    LockRank ranks[MOST_HELD];
    int count;
} held;

static void must(int error, const char *what)
{
    if (!error) return;
    fprintf(stderr, "cq: %s failed with error %d\n", what, error);
    abort();
}

static void push_rank(LockRank rank)
{
    for (int i = 0; i < held.count; i++)
        if (held.ranks[i] >= rank) {
            fprintf(stderr, "cq: lock rank %d taken while holding rank %d\n", (int)rank,
                    (int)held.ranks[i]);
            abort();
        }
    assert(held.count < MOST_HELD);
    held.ranks[held.count++] = rank;
}

static void pop_rank(LockRank rank)
{
    for (int i = held.count - 1; i >= 0; i--) {
        if (held.ranks[i] != rank) continue;
        held.ranks[i] = held.ranks[--held.count];
        return;
    }
    fprintf(stderr, "cq: unlock of a mutex that this thread does not hold\n");
    abort();
}

bool mutex_held_by_rank(LockRank rank)
{
    for (int i = 0; i < held.count; i++)
        if (held.ranks[i] == rank) return true;
    return false;
}

void mutex_init(Mutex *mutex, LockRank rank)
{
    must(pthread_mutex_init(&mutex->raw, NULL), "pthread_mutex_init");
    mutex->rank = rank;
}

void mutex_fini(Mutex *mutex)
{
    if (mutex) must(pthread_mutex_destroy(&mutex->raw), "pthread_mutex_destroy");
}

void mutex_lock(Mutex *mutex)
{
    push_rank(mutex->rank);
    must(pthread_mutex_lock(&mutex->raw), "pthread_mutex_lock");
}

void mutex_unlock(Mutex *mutex)
{
    LockRank rank = mutex->rank; // once unlocked, its next owner may free it
    must(pthread_mutex_unlock(&mutex->raw), "pthread_mutex_unlock");
    pop_rank(rank);
}

void cond_init(Cond *cond)
{
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr), "pthread_condattr_init");
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    must(pthread_cond_init(&cond->raw, &attr), "pthread_cond_init");
    pthread_condattr_destroy(&attr);
}

void cond_fini(Cond *cond)
{
    if (cond) must(pthread_cond_destroy(&cond->raw), "pthread_cond_destroy");
}

void cond_wait(Cond *cond, Mutex *mutex)
{
    must(pthread_cond_wait(&cond->raw, &mutex->raw), "pthread_cond_wait");
}

bool cond_wait_until(Cond *cond, Mutex *mutex, int64_t deadline_ns)
{
    struct timespec at = {.tv_sec = (time_t)(deadline_ns / NS_PER_S),
                          .tv_nsec = (long)(deadline_ns % NS_PER_S)};
    int error = pthread_cond_timedwait(&cond->raw, &mutex->raw, &at);
    if (error == ETIMEDOUT) return false;
    must(error, "pthread_cond_timedwait");
    return true;
}

void cond_signal(Cond *cond)
{
    must(pthread_cond_signal(&cond->raw), "pthread_cond_signal");
}

void cond_broadcast(Cond *cond)
{
    must(pthread_cond_broadcast(&cond->raw), "pthread_cond_broadcast");
}

typedef struct Start {
    void (*fn)(void *);
    void *arg;
    char name[16];
} Start;

static void *thread_main(void *arg)
{
    Start start = *(Start *)arg;
    free(arg);
    pthread_setname_np(pthread_self(), start.name);
    start.fn(start.arg);
    return NULL;
}

bool thread_start(Thread *thread, void (*fn)(void *), void *arg, const char *name)
{
    Start *start = malloc(sizeof *start);
    if (!start) return false;
    *start = (Start){.fn = fn, .arg = arg};
    snprintf(start->name, sizeof start->name, "%s", name);
    if (pthread_create(&thread->raw, NULL, thread_main, start) == 0) return true;
    free(start);
    return false;
}

void thread_join(Thread *thread)
{
    must(pthread_join(thread->raw, NULL), "pthread_join");
}

void thread_yield(void)
{
    sched_yield();
}

// Numbers in use, one bit each; `slot_key` gives a number back when its thread ends.
THREAD_LOCAL int thread_slot_held;
static atomic_uint_fast64_t slots_used[THREAD_SLOTS / 64];
static pthread_key_t slot_key;
static pthread_once_t slot_key_once = PTHREAD_ONCE_INIT;

static void give_slot(void *number)
{
    int slot = (int)(intptr_t)number - 1;
    thread_slot_held = 0; // a destructor that runs later takes one anew
    if (slot == THREAD_SLOTS) return;
    atomic_fetch_and_explicit(&slots_used[slot / 64], ~(UINT64_C(1) << (slot % 64)),
                              memory_order_release);
}

static void make_slot_key(void)
{
    must(pthread_key_create(&slot_key, give_slot), "pthread_key_create");
}

static int find_slot(void)
{
    for (int word = 0; word < THREAD_SLOTS / 64; word++) {
        uint_fast64_t used = atomic_load_explicit(&slots_used[word], memory_order_relaxed);
        while (~used) {
            int bit = __builtin_ctzll(~used);
            if (atomic_compare_exchange_weak_explicit(&slots_used[word], &used,
                                                      used | UINT64_C(1) << bit,
                                                      memory_order_acquire, memory_order_relaxed))
                return word * 64 + bit;
        }
    }
    return THREAD_SLOTS;
}

int thread_slot_take(void)
{
    must(pthread_once(&slot_key_once, make_slot_key), "pthread_once");
    int slot = find_slot();
    thread_slot_held = slot + 1;
    must(pthread_setspecific(slot_key, (void *)(intptr_t)thread_slot_held), "pthread_setspecific");
    return slot;
}

atomic_bool fence_is_asymmetric;
static pthread_once_t fence_once = PTHREAD_ONCE_INIT;

static bool membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

static void register_membarrier(void)
{
    bool done = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    atomic_store_explicit(&fence_is_asymmetric, done, memory_order_release);
}

void fence_setup(void)
{
    must(pthread_once(&fence_once, register_membarrier), "pthread_once");
}

void fence_full(void)
{
#ifdef __SANITIZE_THREAD__ // which knows no fences; an exchange on memory of its own hides no race
    atomic_int own = 0;
    atomic_exchange(&own, 1);
    __asm__ volatile("" ::"r"(&own) : "memory");
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

void fence_heavy(void)
{
    fence_setup(); // so that no light fence can be cheaper than this one expects
    fence_full();
    if (!atomic_load_explicit(&fence_is_asymmetric, memory_order_relaxed)) return;
    if (!membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) must(errno, "membarrier");
}

void flag_set(Flag *flag, int value)
{
    atomic_store_explicit(&flag->raw, value, memory_order_release);
}

int flag_get(const Flag *flag)
{
    return atomic_load_explicit(&flag->raw, memory_order_acquire);
}

uint64_t counter_add(Counter *counter, uint64_t amount)
{
    return atomic_fetch_add_explicit(&counter->raw, amount, memory_order_acq_rel);
}

uint64_t counter_sub(Counter *counter, uint64_t amount)
{
    return atomic_fetch_sub_explicit(&counter->raw, amount, memory_order_acq_rel);
}

uint64_t counter_get(const Counter *counter)
{
    return atomic_load_explicit(&counter->raw, memory_order_acquire);
}
