// runtime/collect.c
//
// DESIGN. Each future is a detached pool task. It begins and ends under the batch's mutex, so a
// future is either begun by a worker or cancelled by the collector, never both, and its arena is
// the worker's while it runs and the collector's once it is done. Alive: the batch counts
// references: one for its owner, given up by collect_bounded, one for each task that has not left
// the pool. Whoever gives up the last one frees it, futures and arenas included. A task touches
// only its own future and the batch. Stop: a cancelled task stays in the pool's queue and does
// nothing when its turn comes.
#include "runtime/collect.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"

enum { WATCH_MS = 20 }; // how often the collector looks at its cancel flag

struct Future {
    Batch *batch; // frozen, as are fn and arg
    FutureFn fn;
    void *arg;
    Arena arena; // owner thread: see above
    Flag cancel;
    FutureState state; // guarded by the batch's mutex
};

struct Batch {
    // frozen
    Pool *pool;
    Ctx limits;
    // owner thread; tasks only look at their own future
    Arena arena;
    VEC(Future *) futures;

    Counter references; // not under mutex, which goes with the last one

    Mutex mutex;
    Cond changed; // a future ended
    // guarded by mutex
    size_t unfinished;
};

Batch *batch_new(Pool *pool, const Ctx *cx)
{
    Batch *batch = mem_alloc(sizeof *batch);
    batch->pool = pool;
    batch->limits = (Ctx){.deadline_ns = cx->deadline_ns,
                          .log = log_lasting(cx->log),
                          .request_id = str_copy(&batch->arena, cx->request_id)};
    counter_add(&batch->references, 1);
    mutex_init(&batch->mutex, RANK_POOL);
    cond_init(&batch->changed);
    return batch;
}

static void let_go(Batch *batch)
{
    if (counter_sub(&batch->references, 1) > 1) return;
    for (size_t i = 0; i < batch->futures.len; i++) arena_fini(&batch->futures.items[i]->arena);
    cond_fini(&batch->changed);
    mutex_fini(&batch->mutex);
    arena_fini(&batch->arena);
    mem_free(batch);
}

static bool begin(Future *future)
{
    Batch *batch = future->batch;
    mutex_lock(&batch->mutex);
    bool mine = future->state == FUTURE_QUEUED;
    if (mine) future->state = FUTURE_RUNNING;
    mutex_unlock(&batch->mutex);
    return mine;
}

static void end(Future *future)
{
    Batch *batch = future->batch;
    mutex_lock(&batch->mutex);
    if (future->state == FUTURE_RUNNING) future->state = FUTURE_DONE; // else it is late
    batch->unfinished--;
    cond_signal(&batch->changed);
    mutex_unlock(&batch->mutex);
}

static void run_future(void *arg, int slot)
{
    (void)slot;
    Future *future = arg;
    Batch *batch = future->batch;
    if (begin(future)) {
        Ctx cx = ctx_child(&batch->limits, &future->arena);
        cx.cancel = &future->cancel;
        future->fn(&cx, future->arg);
        end(future);
    }
    let_go(batch);
}

static Future *add_future(Batch *batch, FutureFn fn, const void *arg, size_t arg_bytes)
{
    Future *future = ARENA_NEW(&batch->arena, Future);
    *future = (Future){.batch = batch, .fn = fn};
    future->arg = arena_alloc(&future->arena, arg_bytes);
    if (arg_bytes) memcpy(future->arg, arg, arg_bytes);
    VEC_PUSH(&batch->arena, &batch->futures, future);
    counter_add(&batch->references, 1);
    mutex_lock(&batch->mutex);
    batch->unfinished++;
    mutex_unlock(&batch->mutex);
    return future;
}

Future *submit_cpu(Batch *batch, FutureFn fn, const void *arg, size_t arg_bytes)
{
    Future *future = add_future(batch, fn, arg, arg_bytes);
    pool_detach_cpu(batch->pool, run_future, future);
    return future;
}

Future *submit_io(Batch *batch, FutureFn fn, const void *arg, size_t arg_bytes)
{
    Future *future = add_future(batch, fn, arg, arg_bytes);
    pool_detach_io(batch->pool, run_future, future);
    return future;
}

FutureState future_state(Future *future)
{
    mutex_lock(&future->batch->mutex);
    FutureState state = future->state;
    mutex_unlock(&future->batch->mutex);
    return state;
}

static void wait_changed(const Ctx *limits, Batch *batch)
{
    int64_t until_ns = limits->deadline_ns, look_ns = clock_now_ns() + WATCH_MS * NS_PER_MS;
    if (limits->cancel && (!until_ns || look_ns < until_ns)) until_ns = look_ns;
    mutex_lock(&batch->mutex);
    if (batch->unfinished && until_ns) cond_wait_until(&batch->changed, &batch->mutex, until_ns);
    else if (batch->unfinished) cond_wait(&batch->changed, &batch->mutex);
    mutex_unlock(&batch->mutex);
}

static bool all_ended(Batch *batch)
{
    mutex_lock(&batch->mutex);
    bool ended = !batch->unfinished;
    mutex_unlock(&batch->mutex);
    return ended;
}

static void settle(Batch *batch, FutureState *states, Collected *out)
{
    mutex_lock(&batch->mutex);
    for (size_t i = 0; i < out->count; i++) {
        Future *future = batch->futures.items[i];
        if (future->state == FUTURE_QUEUED) future->state = FUTURE_CANCELLED;
        if (future->state == FUTURE_RUNNING) {
            future->state = FUTURE_TIMED_OUT;
            flag_set(&future->cancel, 1);
        }
        states[i] = future->state;
        out->done += future->state == FUTURE_DONE;
        out->timed_out += future->state == FUTURE_TIMED_OUT;
        out->cancelled += future->state == FUTURE_CANCELLED;
    }
    mutex_unlock(&batch->mutex);
}

Collected collect_bounded(Ctx *cx, Batch *batch, int64_t timeout_ns)
{
    Collected out = {.count = batch->futures.len};
    Ctx limits = *cx;
    int64_t end_ns = clock_now_ns() + timeout_ns;
    if (timeout_ns >= 0 && (!limits.deadline_ns || end_ns < limits.deadline_ns))
        limits.deadline_ns = end_ns;
    while (!all_ended(batch) && ctx_stopped(&limits) == STOP_NONE)
        if (!pool_help(batch->pool)) wait_changed(&limits, batch);
    FutureState *states = ARENA_ARRAY(cx->arena, FutureState, out.count);
    out.values = ARENA_ARRAY(cx->arena, void *, out.count);
    settle(batch, states, &out);
    out.states = states;
    for (size_t i = 0; i < out.count; i++) {
        if (states[i] != FUTURE_DONE) continue;
        out.values[i] = batch->futures.items[i]->arg;
        arena_adopt(cx->arena, &batch->futures.items[i]->arena);
    }
    let_go(batch);
    return out;
}
