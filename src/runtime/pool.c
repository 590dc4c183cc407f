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
// Stop: `stopping` lets workers leave once nothing is queued; pool_stop joins them. After that,
// and in a pool without workers, a submit queues in slot 0 and group_wait runs it there.
#include "runtime/pool.h"

#include <assert.h>

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

typedef struct Worker { // frozen
    Pool *pool;
    int slot;
    Thread thread;
} Worker;

struct Pool {
    // frozen after pool_new
    Worker *cpu, *io;
    Deque *deques; // of slot 0 .. cpu_slots-1
    Deque io_queue;
    int cpu_slots, cpu_started, io_started;

    atomic_size_t queued;     // CPU tasks in deques
    atomic_size_t sleepers;   // threads waiting on `wake`
    atomic_size_t unfinished; // tasks of both kinds, queued or running

    Mutex mutex;
    Cond wake;    // a CPU task was queued, a group ended, or stop
    Cond wake_io; // an I/O task was queued, or stop
    Cond idle;    // a group ended, or nothing is left at all
    // guarded by mutex
    size_t queued_io;
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
    for (int i = 1; !found && i < pool->cpu_slots; i++)
        found = deque_take(&pool->deques[(slot + i) % pool->cpu_slots], false, task);
    if (found) atomic_fetch_sub(&pool->queued, 1);
    return found;
}

static void run_task(Pool *pool, const Task *task, int slot)
{
    Group *group = task->group;
    if (group->cx && ctx_stopped(group->cx) != STOP_NONE) counter_add(&group->dropped, 1);
    else task->fn(task->arg, slot);
    bool group_ended = counter_sub(&group->pending, 1) == 1;
    bool all_ended = atomic_fetch_sub(&pool->unfinished, 1) == 1;
    if (!group_ended && !all_ended) return;
    mutex_lock(&pool->mutex);
    cond_broadcast(&pool->wake);
    cond_broadcast(&pool->idle);
    mutex_unlock(&pool->mutex);
}

// Sleeps until a CPU task may be there, `group` (if any) has ended, or the pool stops.
static void sleep_until_work(Pool *pool, const Group *group)
{
    mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (!atomic_load(&pool->queued) && !(group && !counter_get(&group->pending)) &&
           !(pool->stopping && !group))
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
    Task task;
    for (;;) {
        if (find_task(self->pool, self->slot, &task)) run_task(self->pool, &task, self->slot);
        else if (should_leave(self->pool)) return;
        else sleep_until_work(self->pool, NULL);
    }
}

static void io_main(void *arg)
{
    Worker *self = arg;
    Pool *pool = self->pool;
    for (;;) {
        mutex_lock(&pool->mutex);
        while (!pool->queued_io && !pool->stopping) cond_wait(&pool->wake_io, &pool->mutex);
        bool found = pool->queued_io > 0;
        if (found) pool->queued_io--;
        mutex_unlock(&pool->mutex);
        Task task;
        if (!found) return;
        if (deque_take(&pool->io_queue, false, &task)) run_task(pool, &task, self->slot);
    }
}

static int start_workers(Pool *pool, Worker *workers, int count, int first_slot, void (*fn)(void *),
                         const char *name)
{
    for (int i = 0; i < count; i++) {
        workers[i] = (Worker){.pool = pool, .slot = first_slot + i};
        if (!thread_start(&workers[i].thread, fn, &workers[i], name)) return i;
    }
    return count;
}

Pool *pool_new(PoolSpec spec)
{
    assert(spec.cpu_workers >= 0 && spec.io_workers >= 0);
    Pool *pool = mem_alloc(sizeof *pool);
    mutex_init(&pool->mutex, RANK_POOL);
    mutex_init(&pool->io_queue.mutex, RANK_POOL_QUEUE);
    cond_init(&pool->wake);
    cond_init(&pool->wake_io);
    cond_init(&pool->idle);
    pool->cpu_slots = spec.cpu_workers + 1;
    pool->deques = mem_alloc((size_t)pool->cpu_slots * sizeof *pool->deques);
    for (int i = 0; i < pool->cpu_slots; i++) mutex_init(&pool->deques[i].mutex, RANK_POOL_QUEUE);
    pool->cpu = mem_alloc((size_t)spec.cpu_workers * sizeof *pool->cpu);
    pool->io = mem_alloc((size_t)spec.io_workers * sizeof *pool->io);
    pool->cpu_started = start_workers(pool, pool->cpu, spec.cpu_workers, 1, cpu_main, "cq-cpu");
    pool->io_started = start_workers(pool, pool->io, spec.io_workers, 0, io_main, "cq-io");
    return pool;
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
    for (int i = 0; i < pool->io_started; i++) thread_join(&pool->io[i].thread);
    for (int i = 0; i < pool->cpu_started; i++) thread_join(&pool->cpu[i].thread);
}

void pool_free(Pool *pool)
{
    if (!pool) return;
    pool_stop(pool);
    assert(!atomic_load(&pool->unfinished)); // every group was waited for
    for (int i = 0; i < pool->cpu_slots; i++) {
        mutex_fini(&pool->deques[i].mutex);
        mem_free(pool->deques[i].tasks);
    }
    mutex_fini(&pool->io_queue.mutex);
    mem_free(pool->io_queue.tasks);
    mem_free(pool->deques);
    mem_free(pool->cpu);
    mem_free(pool->io);
    cond_fini(&pool->wake);
    cond_fini(&pool->wake_io);
    cond_fini(&pool->idle);
    mutex_fini(&pool->mutex);
    mem_free(pool);
}

int pool_slots(const Pool *pool)
{
    return pool->cpu_slots;
}

void pool_drain(Pool *pool)
{
    mutex_lock(&pool->mutex);
    while (atomic_load(&pool->unfinished)) cond_wait(&pool->idle, &pool->mutex);
    mutex_unlock(&pool->mutex);
}

void group_init(Group *group, Pool *pool, const Ctx *cx)
{
    *group = (Group){.pool = pool, .cx = cx};
}

void group_submit(Group *group, int slot, TaskFn fn, void *arg)
{
    Pool *pool = group->pool;
    assert(slot >= 0 && slot < pool->cpu_slots);
    counter_add(&group->pending, 1);
    atomic_fetch_add(&pool->unfinished, 1);
    deque_push(&pool->deques[slot], (Task){fn, arg, group});
    atomic_fetch_add(&pool->queued, 1);
    if (!atomic_load(&pool->sleepers)) return;
    mutex_lock(&pool->mutex);
    cond_signal(&pool->wake);
    mutex_unlock(&pool->mutex);
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

static void help(Pool *pool, const Group *group)
{
    Task task;
    while (counter_get(&group->pending)) {
        if (find_task(pool, 0, &task)) run_task(pool, &task, 0);
        else sleep_until_work(pool, group);
    }
    mutex_lock(&pool->mutex);
    pool->helping = false;
    cond_broadcast(&pool->idle); // another waiter may help now
    mutex_unlock(&pool->mutex);
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
    bool queue = pool->io_started > 0 && !pool->stopping;
    if (queue) {
        deque_push(&pool->io_queue, task);
        pool->queued_io++;
        cond_signal(&pool->wake_io);
    }
    mutex_unlock(&pool->mutex);
    if (!queue) run_task(pool, &task, 0);
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
    size_t tasks = MIN((size_t)pool->cpu_slots, (count + each.batch - 1) / each.batch);
    for (size_t i = 0; i < tasks; i++) group_submit(&group, 0, each_task, &each);
    group_wait(&group);
    return (size_t)counter_get(&each.done);
}
