// bench/cell.c - leasing a ready value of a runtime cell, against the ways others share one.
#include <pthread.h>
#include <stdlib.h>

#include "bench.h"
#include "runtime/cell.h"

enum { ROUNDS = 2000000, SMOKE_ROUNDS = 1000 };

static int payload = 42;

static Fail build_payload(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx, (void)build;
    *out = &payload;
    return NULL;
}

static const CellSpec spec = {.name = "bench", .build = build_payload};

typedef struct State {
    CellHost *host;
    Cell *cell;
    int rounds, threads;
    pthread_once_t once;
    Mutex mutex;
    _Alignas(64) Counter references;
    _Alignas(64) Counter sum; // what was read, so that nothing is optimised away
} State;

static Fail setup(const BenchEnv *env, void **out, uint64_t *bytes, int threads)
{
    State *state = aligned_alloc(64, sizeof *state);
    CellHostSpec host = {0};
    *state = (State){.threads = threads, .once = PTHREAD_ONCE_INIT};
    state->rounds = env->smoke ? SMOKE_ROUNDS : ROUNDS;
    mutex_init(&state->mutex, RANK_APP);
    state->host = cell_host_new(&host);
    state->cell = cell_new(state->host, &spec, NULL);
    *out = state;
    *bytes = 0;
    return NULL;
}

static Fail setup_one(const BenchEnv *env, void **out, uint64_t *bytes)
{
    return setup(env, out, bytes, 1);
}

static Fail setup_two(const BenchEnv *env, void **out, uint64_t *bytes)
{
    return setup(env, out, bytes, 2);
}

static void teardown(void *object)
{
    State *state = object;
    cell_free(state->cell);
    cell_host_free(state->host);
    mutex_fini(&state->mutex);
    free(state);
}

static void read_by_lease(void *object)
{
    State *state = object;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    uint64_t sum = 0;
    for (int i = 0; i < state->rounds; i++) {
        Lease lease = {0};
        if (!cell_lease(&cx, state->cell, &lease)) sum += (uint64_t) * (const int *)lease.value;
        lease_release(&lease);
    }
    counter_add(&state->sum, sum);
    arena_fini(&arena);
}

static void do_nothing(void)
{
}

static void read_by_once(void *object)
{
    State *state = object;
    const volatile int *value = &payload;
    uint64_t sum = 0;
    for (int i = 0; i < state->rounds; i++) {
        pthread_once(&state->once, do_nothing);
        sum += (uint64_t)*value;
    }
    counter_add(&state->sum, sum);
}

static void read_by_mutex(void *object)
{
    State *state = object;
    const volatile int *value = &payload;
    uint64_t sum = 0;
    for (int i = 0; i < state->rounds; i++) {
        pthread_mutex_lock(&state->mutex.raw);
        sum += (uint64_t)*value;
        pthread_mutex_unlock(&state->mutex.raw);
    }
    counter_add(&state->sum, sum);
}

static void read_by_count(void *object)
{
    State *state = object;
    const volatile int *value = &payload;
    uint64_t sum = 0;
    for (int i = 0; i < state->rounds; i++) {
        atomic_fetch_add_explicit(&state->references.raw, 1, memory_order_acquire);
        sum += (uint64_t)*value;
        atomic_fetch_sub_explicit(&state->references.raw, 1, memory_order_release);
    }
    counter_add(&state->sum, sum);
}

// Runs fn once a thread; the caller is one of them.
static Fail on_threads(const BenchEnv *env, State *state, void (*fn)(void *))
{
    Thread other;
    if (state->threads > 1 && !thread_start(&other, fn, state, "reader"))
        return FAIL(env->cx->arena, IO, "no thread to be had");
    fn(state);
    if (state->threads > 1) thread_join(&other);
    return NULL;
}

static Fail run_lease(const BenchEnv *env, void *state)
{
    return on_threads(env, state, read_by_lease);
}

static Fail run_once(const BenchEnv *env, void *state)
{
    return on_threads(env, state, read_by_once);
}

static Fail run_mutex(const BenchEnv *env, void *state)
{
    return on_threads(env, state, read_by_mutex);
}

static Fail run_count(const BenchEnv *env, void *state)
{
    return on_threads(env, state, read_by_count);
}

// Times are of 2,000,000 reads a thread: 1 ms is 0.5 ns a read.
const BenchCase bench_cell[] = {
    {"cell-once", "2M ready leases, begun and ended", "pthread_once", setup_one, run_lease,
     run_once, teardown, 30},
    {"cell-mutex", "the same", "uncontended mutex", setup_one, run_lease, run_mutex, teardown, 30},
    {"cell-count", "the same", "atomic reference count", setup_one, run_lease, run_count, teardown,
     30},
    {"cell-2-count", "the same on 2 threads at once", "atomic reference count", setup_two,
     run_lease, run_count, teardown, 30},
    {"cell-2-mutex", "the same on 2 threads at once", "one mutex", setup_two, run_lease, run_mutex,
     teardown, 10},
    {0},
};
