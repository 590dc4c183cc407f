// runtime/pool.c
//
// DESIGN. Each slot owns a deque: its owner pushes and pops at the back (newest first, warm
// cache), thieves take from the front (oldest first, biggest work). A deque has one mutex, which
// is uncontended except while someone steals.
// Exactly once: a task leaves its deque under the deque's mutex, so one thread runs it.
// No lost wake-up: a submit raises `queued`, then looks at `sleepers`; a thread going to sleep
// raises `sleepers` under `mutex`, then looks at `queued` again. Both are sequentially consistent,
// so one of the two sees the other.
// Alive: a Group's `pending` is raised before its task is queued and lowered after it ran; the
// waiter returns only at zero, so arguments and Group outlive every task. Nothing touches the
// Group after lowering `pending`.
// Size: a side has floor..ceiling threads. A submit that finds none idle starts one, under `mutex`;
// an idle one above the floor leaves after idle_ns, under `mutex`, when nothing is queued. A submit
// that saw a sleeper which is leaving looks again under `mutex`, so no task is left without a
// thread. Who starts a thread in the place of one that left joins that first.
// Stop: `stopping` lets workers leave once nothing is queued; pool_stop joins them. After that,
// and in a pool without workers, a submit queues in slot 0 and group_wait runs it there.
#include "runtime/pool.h"

#include <assert.h>

#include "base/clock.h"

typedef struct Task {
    TaskFn fn;
    void *arg;
    Group *group;
} Task;

typedef struct Deque { // a ring
    Mutex mutex;
    // guarded by mutex
    Task *tasks;
    size_t first, len, cap;
} Deque;

typedef struct Tally { // what one thread counts, shares no cache line with another's
    atomic_uint_fast64_t done, dropped, saturated;
    atomic_bool busy;
    char apart[128 - 3 * sizeof(atomic_uint_fast64_t) - sizeof(atomic_bool)];
} Tally;

typedef enum WorkerState { WORKER_OFF, WORKER_ON, WORKER_LEFT } WorkerState; // LEFT: to be joined

typedef struct Worker {
    // frozen
    Pool *pool;
    int slot;
    // guarded by the pool's mutex
    WorkerState state;
    Thread thread;
} Worker;

typedef struct Side { // the CPU threads, or those for I/O
    // frozen
    Worker *workers; // `ceiling` of them
    Tally *tallies;  // by slot; of I/O one more, for what runs inline
    int slots, floor, ceiling;
    void (*main)(void *worker);
    const char *name;
    // written under mutex
    atomic_int alive;
    uint64_t grown, shrunk;
    atomic_size_t queued_most;
} Side;

struct Pool {
    // frozen after pool_new
    Side cpu, io;
    Deque *deques; // of slot 0 .. cpu.slots-1
    Deque io_queue;
    int64_t idle_ns;
    Group loose; // of the detached tasks

    atomic_size_t queued;     // CPU tasks in deques
    atomic_size_t sleepers;   // threads waiting on `wake`
    atomic_size_t unfinished; // tasks of both kinds, queued or running

    Mutex mutex;
    Cond wake;    // a CPU task was queued, a group ended, or stop
    Cond wake_io; // an I/O task was queued, or stop
    Cond idle;    // a group ended, or nothing is left at all
    // guarded by mutex
    size_t queued_io, idle_io;
    bool stopping, stopped;
    bool helping; // some waiting thread works as slot 0
};

static void deque_push(Deque *deque, Task task)
{
    mutex_lock(&deque->mutex);
    if (deque->len == deque->cap) {
        size_t cap = deque->cap ? deque->cap * 2 : 64;
        Task *tasks = mem_alloc(cap * sizeof *tasks);
        for (size_t i = 0; i < deque->len; i++)
            tasks[i] = deque->tasks[(deque->first + i) % deque->cap];
        mem_free(deque->tasks);
        deque->tasks = tasks;
        deque->first = 0;
        deque->cap = cap;
    }
    deque->tasks[(deque->first + deque->len++) % deque->cap] = task;
    mutex_unlock(&deque->mutex);
}

static bool deque_take(Deque *deque, bool newest, Task *task)
{
    mutex_lock(&deque->mutex);
    bool found = deque->len > 0;
    if (found) {
        size_t at = newest ? deque->first + deque->len - 1 : deque->first;
        *task = deque->tasks[at % deque->cap];
        deque->len--;
        if (!newest) deque->first = (deque->first + 1) % deque->cap;
    }
    mutex_unlock(&deque->mutex);
    return found;
}

// Own deque first, then the others'.
static bool find_task(Pool *pool, int slot, Task *task)
{
    if (!atomic_load(&pool->queued)) return false;
    bool found = deque_take(&pool->deques[slot], true, task);
    for (int i = 1; !found && i < pool->cpu.slots; i++)
        found = deque_take(&pool->deques[(slot + i) % pool->cpu.slots], false, task);
    if (found) atomic_fetch_sub(&pool->queued, 1);
    return found;
}

static void run_task(Pool *pool, const Task *task, int slot, Tally *tally)
{
    Group *group = task->group;
    bool drop = group->cx && ctx_stopped(group->cx) != STOP_NONE;
    if (drop) {
        counter_add(&group->dropped, 1);
    } else {
        atomic_store_explicit(&tally->busy, true, memory_order_relaxed);
        task->fn(task->arg, slot);
        atomic_store_explicit(&tally->busy, false, memory_order_relaxed);
    }
    atomic_fetch_add_explicit(drop ? &tally->dropped : &tally->done, 1, memory_order_relaxed);
    bool group_ended = counter_sub(&group->pending, 1) == 1;
    bool all_ended = atomic_fetch_sub(&pool->unfinished, 1) == 1;
    if (!group_ended && !all_ended) return;
    mutex_lock(&pool->mutex);
    cond_broadcast(&pool->wake);
    cond_broadcast(&pool->idle);
    mutex_unlock(&pool->mutex);
}

// --- how many threads ---

static size_t count_busy(const Side *side)
{
    size_t busy = 0;
    for (int i = 0; i < side->slots; i++)
        busy += atomic_load_explicit(&side->tallies[i].busy, memory_order_relaxed);
    return busy;
}

// False when there may be no more, or the system refuses one.
static bool start_worker_locked(Pool *pool, Side *side)
{
    int alive = atomic_load(&side->alive);
    if (alive >= side->ceiling || pool->stopping) return false;
    Worker *worker = side->workers;
    while (worker->state == WORKER_ON) worker++;
    if (worker->state == WORKER_LEFT) thread_join(&worker->thread);
    worker->state = WORKER_OFF;
    if (!thread_start(&worker->thread, side->main, worker, side->name)) return false;
    worker->state = WORKER_ON;
    atomic_store(&side->alive, alive + 1);
    if (alive >= side->floor) side->grown++;
    return true;
}

// Waits until `cond` is signalled; false when a thread above the floor has idled long enough.
static bool idle_locked(Pool *pool, const Side *side, Cond *cond)
{
    if (atomic_load(&side->alive) > side->floor)
        return cond_wait_until(cond, &pool->mutex, clock_now_ns() + pool->idle_ns);
    cond_wait(cond, &pool->mutex);
    return true;
}

static void leave_locked(Side *side, Worker *self)
{
    self->state = WORKER_LEFT;
    atomic_fetch_sub(&side->alive, 1);
    side->shrunk++;
}

static void note_depth(Side *side, size_t queued)
{
    size_t most = atomic_load_explicit(&side->queued_most, memory_order_relaxed);
    while (queued > most &&
           !atomic_compare_exchange_weak_explicit(&side->queued_most, &most, queued,
                                                  memory_order_relaxed, memory_order_relaxed)) {}
}

// Sleeps until a CPU task may be there, or the pool stops. False: this worker has left.
static bool sleep_until_task(Pool *pool, Worker *self)
{
    bool stays = true;
    mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (stays && !atomic_load(&pool->queued) && !pool->stopping) {
        stays = idle_locked(pool, &pool->cpu, &pool->wake);
        if (atomic_load(&pool->cpu.alive) <= pool->cpu.floor || atomic_load(&pool->queued))
            stays = true;
    }
    atomic_fetch_sub(&pool->sleepers, 1);
    if (!stays) leave_locked(&pool->cpu, self);
    mutex_unlock(&pool->mutex);
    return stays;
}

// The same for a thread that waits for its group.
static void sleep_until_ended(Pool *pool, const Group *group)
{
    mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (!atomic_load(&pool->queued) && counter_get(&group->pending))
        cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    mutex_unlock(&pool->mutex);
}

static bool should_leave(Pool *pool)
{
    mutex_lock(&pool->mutex);
    bool leave = pool->stopping && !atomic_load(&pool->queued);
    mutex_unlock(&pool->mutex);
    return leave;
}

static void cpu_main(void *arg)
{
    Worker *self = arg;
    Pool *pool = self->pool;
    Task task;
    for (;;) {
        if (find_task(pool, self->slot, &task))
            run_task(pool, &task, self->slot, &pool->cpu.tallies[self->slot]);
        else if (should_leave(pool) || !sleep_until_task(pool, self)) return;
    }
}

// Waits for an I/O task; false: the pool stops, or this worker has left.
static bool take_io(Pool *pool, Worker *self)
{
    bool stays = true;
    mutex_lock(&pool->mutex);
    pool->idle_io++;
    while (stays && !pool->queued_io && !pool->stopping) {
        stays = idle_locked(pool, &pool->io, &pool->wake_io);
        if (atomic_load(&pool->io.alive) <= pool->io.floor || pool->queued_io) stays = true;
    }
    pool->idle_io--;
    if (!stays) leave_locked(&pool->io, self);
    bool found = stays && pool->queued_io > 0;
    if (found) pool->queued_io--;
    mutex_unlock(&pool->mutex);
    return found;
}

static void io_main(void *arg)
{
    Worker *self = arg;
    Pool *pool = self->pool;
    Task task;
    while (take_io(pool, self))
        if (deque_take(&pool->io_queue, false, &task))
            run_task(pool, &task, self->slot, &pool->io.tallies[self->slot]);
}

static Side make_side(Pool *pool, int floor, int ceiling, int first_slot)
{
    assert(floor >= 0 && ceiling >= 0);
    Side side = {.floor = floor, .ceiling = MAX(floor, ceiling)};
    side.slots = side.ceiling + 1;
    side.workers = mem_alloc((size_t)side.ceiling * sizeof *side.workers);
    side.tallies = mem_alloc((size_t)side.slots * sizeof *side.tallies);
    for (int i = 0; i < side.ceiling; i++)
        side.workers[i] = (Worker){.pool = pool, .slot = first_slot + i};
    return side;
}

Pool *pool_new(PoolSpec spec)
{
    enum { DEFAULT_IDLE_S = 5 };
    Pool *pool = mem_alloc(sizeof *pool);
    mutex_init(&pool->mutex, RANK_POOL);
    mutex_init(&pool->io_queue.mutex, RANK_POOL_QUEUE);
    cond_init(&pool->wake);
    cond_init(&pool->wake_io);
    cond_init(&pool->idle);
    pool->idle_ns = spec.idle_ns ? spec.idle_ns : DEFAULT_IDLE_S * NS_PER_S;
    pool->cpu = make_side(pool, spec.cpu_workers, spec.cpu_ceiling, 1);
    pool->cpu.main = cpu_main;
    pool->cpu.name = "cq-cpu";
    pool->io = make_side(pool, spec.io_workers, spec.io_ceiling, 0);
    pool->io.main = io_main;
    pool->io.name = "cq-io";
    group_init(&pool->loose, pool, NULL);
    pool->deques = mem_alloc((size_t)pool->cpu.slots * sizeof *pool->deques);
    for (int i = 0; i < pool->cpu.slots; i++) mutex_init(&pool->deques[i].mutex, RANK_POOL_QUEUE);
    mutex_lock(&pool->mutex);
    for (int i = 0; i < pool->cpu.floor && start_worker_locked(pool, &pool->cpu); i++) {}
    mutex_unlock(&pool->mutex);
    return pool;
}

static void join_all(Pool *pool, Side *side)
{
    for (int i = 0; i < side->ceiling; i++) {
        mutex_lock(&pool->mutex);
        bool join = side->workers[i].state != WORKER_OFF;
        mutex_unlock(&pool->mutex);
        if (join) thread_join(&side->workers[i].thread);
    }
    atomic_store(&side->alive, 0);
}

void pool_stop(Pool *pool)
{
    mutex_lock(&pool->mutex);
    bool stopped = pool->stopped;
    pool->stopping = pool->stopped = true;
    cond_broadcast(&pool->wake);
    cond_broadcast(&pool->wake_io);
    mutex_unlock(&pool->mutex);
    if (stopped) return;
    join_all(pool, &pool->io);
    join_all(pool, &pool->cpu);
    while (counter_get(&pool->loose.pending) && pool_help(pool)) {}
}

static void free_side(Side *side)
{
    mem_free(side->workers);
    mem_free(side->tallies);
}

void pool_free(Pool *pool)
{
    if (!pool) return;
    pool_stop(pool);
    while (counter_get(&pool->loose.pending) && pool_help(pool)) {}
    assert(!atomic_load(&pool->unfinished)); // every group was waited for
    for (int i = 0; i < pool->cpu.slots; i++) {
        mutex_fini(&pool->deques[i].mutex);
        mem_free(pool->deques[i].tasks);
    }
    mutex_fini(&pool->io_queue.mutex);
    mem_free(pool->io_queue.tasks);
    mem_free(pool->deques);
    free_side(&pool->cpu);
    free_side(&pool->io);
    cond_fini(&pool->wake);
    cond_fini(&pool->wake_io);
    cond_fini(&pool->idle);
    mutex_fini(&pool->mutex);
    mem_free(pool);
}

int pool_slots(const Pool *pool)
{
    return pool->cpu.slots;
}

void pool_drain(Pool *pool)
{
    if (!pool) return;
    mutex_lock(&pool->mutex);
    while (atomic_load(&pool->unfinished)) cond_wait(&pool->idle, &pool->mutex);
    mutex_unlock(&pool->mutex);
}

bool pool_drain_until(Pool *pool, int64_t deadline_ns)
{
    if (!pool) return true;
    bool in_time = true;
    mutex_lock(&pool->mutex);
    while (atomic_load(&pool->unfinished) && in_time)
        in_time = cond_wait_until(&pool->idle, &pool->mutex, deadline_ns);
    bool done = !atomic_load(&pool->unfinished);
    mutex_unlock(&pool->mutex);
    return done;
}

void group_init(Group *group, Pool *pool, const Ctx *cx)
{
    *group = (Group){.pool = pool, .cx = cx};
}

// A task was queued: somebody must see it.
static void wake_or_grow(Pool *pool, int slot)
{
    bool sleepers = atomic_load(&pool->sleepers) > 0;
    if (!sleepers) {
        Tally *tally = &pool->cpu.tallies[slot];
        atomic_fetch_add_explicit(&tally->saturated, 1, memory_order_relaxed);
        if (atomic_load(&pool->cpu.alive) == pool->cpu.ceiling) return;
    }
    mutex_lock(&pool->mutex);
    size_t awake = (size_t)atomic_load(&pool->cpu.alive) + pool->helping,
           busy = count_busy(&pool->cpu);
    if (atomic_load(&pool->sleepers)) cond_signal(&pool->wake);
    else if (atomic_load(&pool->queued) + busy > awake) start_worker_locked(pool, &pool->cpu);
    mutex_unlock(&pool->mutex);
}

void group_submit(Group *group, int slot, TaskFn fn, void *arg)
{
    Pool *pool = group->pool;
    assert(slot >= 0 && slot < pool->cpu.slots);
    counter_add(&group->pending, 1);
    atomic_fetch_add(&pool->unfinished, 1);
    deque_push(&pool->deques[slot], (Task){fn, arg, group});
    note_depth(&pool->cpu, atomic_fetch_add(&pool->queued, 1) + 1);
    wake_or_grow(pool, slot);
}

void pool_detach_cpu(Pool *pool, TaskFn fn, void *arg)
{
    group_submit(&pool->loose, 0, fn, arg);
}

void pool_detach_io(Pool *pool, TaskFn fn, void *arg)
{
    pool_submit_io(&pool->loose, fn, arg);
}

// One waiting thread at a time may act as slot 0.
static bool start_helping(Pool *pool)
{
    mutex_lock(&pool->mutex);
    bool mine = !pool->helping;
    pool->helping = true;
    mutex_unlock(&pool->mutex);
    return mine;
}

static void wait_idle(Pool *pool, const Group *group)
{
    mutex_lock(&pool->mutex);
    while (counter_get(&group->pending) && pool->helping) cond_wait(&pool->idle, &pool->mutex);
    mutex_unlock(&pool->mutex);
}

static void stop_helping(Pool *pool)
{
    mutex_lock(&pool->mutex);
    pool->helping = false;
    cond_broadcast(&pool->idle); // another waiter may help now
    mutex_unlock(&pool->mutex);
}

static void help(Pool *pool, const Group *group)
{
    Task task;
    while (counter_get(&group->pending)) {
        if (find_task(pool, 0, &task)) run_task(pool, &task, 0, &pool->cpu.tallies[0]);
        else sleep_until_ended(pool, group);
    }
    stop_helping(pool);
}

bool pool_help(Pool *pool)
{
    Task task;
    if (atomic_load(&pool->cpu.alive) || !start_helping(pool)) return false;
    bool found = false; // with no thread, tasks may still stand in any slot
    for (int i = 0; !found && i < pool->cpu.slots; i++)
        found = deque_take(&pool->deques[i], false, &task);
    if (found) atomic_fetch_sub(&pool->queued, 1);
    if (found) run_task(pool, &task, 0, &pool->cpu.tallies[0]);
    stop_helping(pool);
    return found;
}

void group_wait(Group *group)
{
    while (counter_get(&group->pending)) {
        if (start_helping(group->pool)) help(group->pool, group);
        else wait_idle(group->pool, group);
    }
}

void pool_submit_io(Group *group, TaskFn fn, void *arg)
{
    Pool *pool = group->pool;
    Task task = {fn, arg, group};
    counter_add(&group->pending, 1);
    atomic_fetch_add(&pool->unfinished, 1);
    mutex_lock(&pool->mutex);
    if (pool->queued_io >= pool->idle_io) {
        atomic_fetch_add_explicit(&pool->io.tallies[0].saturated, 1, memory_order_relaxed);
        start_worker_locked(pool, &pool->io);
    }
    bool queue = atomic_load(&pool->io.alive) > 0 && !pool->stopping;
    if (queue) {
        deque_push(&pool->io_queue, task);
        note_depth(&pool->io, ++pool->queued_io);
        cond_signal(&pool->wake_io);
    }
    mutex_unlock(&pool->mutex);
    if (!queue) run_task(pool, &task, 0, &pool->io.tallies[pool->io.ceiling]);
}

static PoolSide side_stats(const Side *side, uint64_t queued)
{
    PoolSide stats = {.workers = atomic_load(&side->alive),
                      .floor = side->floor,
                      .ceiling = side->ceiling,
                      .busy = (int)count_busy(side),
                      .queued = queued,
                      .queued_most = atomic_load(&side->queued_most),
                      .grown = side->grown,
                      .shrunk = side->shrunk};
    for (int i = 0; i < side->slots; i++) {
        stats.done += atomic_load(&side->tallies[i].done);
        stats.dropped += atomic_load(&side->tallies[i].dropped);
        stats.saturated += atomic_load(&side->tallies[i].saturated);
    }
    return stats;
}

PoolStats pool_stats(Pool *pool)
{
    mutex_lock(&pool->mutex);
    PoolStats stats = {.cpu = side_stats(&pool->cpu, atomic_load(&pool->queued)),
                       .io = side_stats(&pool->io, pool->queued_io)};
    mutex_unlock(&pool->mutex);
    return stats;
}

typedef struct Each {
    const Ctx *cx;
    size_t count, batch;
    EachFn fn;
    void *arg;
    Counter next; // first index nobody has taken
    Counter done;
} Each;

static void each_task(void *arg, int slot)
{
    Each *each = arg;
    for (;;) {
        size_t from = (size_t)counter_add(&each->next, each->batch);
        if (from >= each->count) return;
        size_t to = MIN(from + each->batch, each->count);
        for (size_t i = from; i < to; i++) {
            if (ctx_stopped(each->cx) != STOP_NONE) return;
            each->fn(each->arg, i, slot);
            counter_add(&each->done, 1);
        }
    }
}

size_t pool_each(Pool *pool, const Ctx *cx, size_t count, size_t batch, EachFn fn, void *arg)
{
    Each each = {.cx = cx, .count = count, .batch = MAX(batch, (size_t)1), .fn = fn, .arg = arg};
    Group group;
    group_init(&group, pool, NULL);
    size_t tasks = MIN((size_t)pool->cpu.slots, (count + each.batch - 1) / each.batch);
    for (size_t i = 0; i < tasks; i++) group_submit(&group, 0, each_task, &each);
    group_wait(&group);
    return (size_t)counter_get(&each.done);
}
