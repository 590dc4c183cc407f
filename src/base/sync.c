// base/sync.c
#include "base/sync.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_HELD = 16 };

// The one thread-local in cq: which ranks this thread holds, for the order check.
static _Thread_local struct {
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
    must(pthread_mutex_unlock(&mutex->raw), "pthread_mutex_unlock");
    pop_rank(mutex->rank);
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
