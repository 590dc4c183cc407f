// app/holder.c
//
// DESIGN. The context is the value of a runtime cell, which has all that is needed: leases without
// a lock, a swap that builds beside the old value, disposal once, after the last lease. Disposing
// here only puts the context on the list `retired`: freeing one waits for its threads, and whoever
// ends the last lease is a request, or even one of those threads. Threads that may wait take it
// from the list (holder_sweep) and free it, outside the mutex. Alive: `made` - `unused` contexts
// are served or leased; a reload has drained when that is one. Stops: holder_close detaches the
// value, so that no lease begins, and waits for the others.
#include "app/holder.h"

#include "base/clock.h"

typedef struct Retired {
    Context *context;
    struct Retired *next;
} Retired;

struct Holder {
    HolderSpec spec; // frozen, until holder_free
    CellHost *host;
    Cell *cell;
    Mutex mutex;
    Cond changed;
    // guarded by mutex
    Context *next; // opened and verified, for the next reload; or NULL
    Retired *retired;
    size_t made, unused;    // contexts so far; of them, put aside
    bool reloading, opened; // a reload runs; the first context was made
    bool closed;
};

static Fail open_verified(Ctx *cx, Holder *holder, Context **out)
{
    ContextSpec spec = holder->spec.context;
    Context *context = NULL;
    mutex_lock(&holder->mutex);
    if (holder->opened) spec.preloads_later = false; // what it replaces is warm
    mutex_unlock(&holder->mutex);
    TRY(context_open(cx, &spec, &context));
    Fail fail = holder->spec.verify ? holder->spec.verify(cx, holder->spec.arg, context) : NULL;
    if (fail) {
        fail = problem_copy(cx->arena, fail);
        context_free(context);
        return fail;
    }
    *out = context;
    return NULL;
}

static Context *take_next(Holder *holder)
{
    mutex_lock(&holder->mutex);
    Context *next = holder->next;
    holder->next = NULL;
    mutex_unlock(&holder->mutex);
    return next;
}

static Fail open_context(Ctx *cx, CellBuild *build, void **out)
{
    Holder *holder = build->owner;
    Context *context = take_next(holder);
    if (!context) TRY(open_verified(cx, holder, &context));
    mutex_lock(&holder->mutex);
    holder->made++;
    holder->opened = true;
    mutex_unlock(&holder->mutex);
    *out = context;
    return NULL;
}

static Fail put_aside(Ctx *cx, void *owner, void *value)
{
    (void)cx;
    Holder *holder = owner;
    Retired *retired = mem_alloc(sizeof *retired);
    retired->context = value;
    mutex_lock(&holder->mutex);
    retired->next = holder->retired;
    holder->retired = retired;
    holder->unused++;
    cond_broadcast(&holder->changed);
    mutex_unlock(&holder->mutex);
    if (holder->spec.retired) holder->spec.retired(holder->spec.arg);
    return NULL;
}

static const CellSpec context_cell = {.name = "context",
                                      .description = "everything that operations use",
                                      .build = open_context,
                                      .dispose = put_aside};

Fail holder_new(Ctx *cx, const HolderSpec *spec, Holder **out)
{
    Holder *holder = mem_alloc(sizeof *holder);
    CellHostSpec host = {.owner = holder, .allow_swap = true};
    Lease lease = {0};
    holder->spec = *spec;
    mutex_init(&holder->mutex, RANK_APP);
    cond_init(&holder->changed);
    holder->host = cell_host_new(&host);
    holder->cell = cell_new(holder->host, &context_cell, NULL);
    Fail fail = cell_lease(cx, holder->cell, &lease);
    lease_release(&lease);
    if (fail) holder_free(holder);
    else *out = holder;
    return fail;
}

bool holder_free(Holder *holder)
{
    if (!holder) return true;
    holder->spec.retired = NULL; // it is swept here, and gone when others come to that
    if (!cell_free(holder->cell)) return false;
    holder_forget(holder);
    holder_sweep(holder);
    cell_host_free(holder->host);
    cond_fini(&holder->changed);
    mutex_fini(&holder->mutex);
    mem_free(holder);
    return true;
}

bool holder_acquire(Holder *holder, Held *out)
{
    Held held = {0};
    if (!cell_peek(holder->cell, &held.lease)) return false;
    held.context = held.lease.value;
    held.generation = lease_generation(&held.lease);
    *out = held;
    return true;
}

void holder_copy(const Held *held, Held *out)
{
    *out = (Held){.context = held->context, .generation = held->generation};
    lease_copy(&held->lease, &out->lease);
}

void holder_release(Held *held)
{
    lease_release(&held->lease);
    *held = (Held){0};
}

size_t holder_sweep(Holder *holder)
{
    size_t count = 0;
    mutex_lock(&holder->mutex);
    Retired *list = holder->retired;
    holder->retired = NULL;
    mutex_unlock(&holder->mutex);
    while (list) {
        Retired *next = list->next;
        context_free(list->context);
        mem_free(list);
        list = next;
        count++;
    }
    return count;
}

// Contexts that are served or leased.
static size_t in_use_locked(const Holder *holder)
{
    return holder->made - holder->unused;
}

static size_t old_locked(const Holder *holder)
{
    size_t in_use = in_use_locked(holder), served = holder->closed ? 0 : 1;
    return in_use > served ? in_use - served : 0;
}

size_t holder_leased(Holder *holder)
{
    mutex_lock(&holder->mutex);
    size_t count = old_locked(holder);
    mutex_unlock(&holder->mutex);
    return count;
}

static Fail begin_reload(Ctx *cx, Holder *holder)
{
    Fail fail = NULL;
    mutex_lock(&holder->mutex);
    while (!fail && holder->reloading) {
        cond_wait_until(&holder->changed, &holder->mutex, clock_now_ns() + 10 * NS_PER_MS);
        fail = ctx_check(cx);
    }
    if (!fail && holder->closed) fail = FAIL(cx->arena, UNAVAILABLE, "the server is stopping");
    if (!fail) holder->reloading = true;
    mutex_unlock(&holder->mutex);
    return fail;
}

// Until nobody uses an old context, or the time is over.
static size_t wait_for_old(Holder *holder, int64_t drain_ns)
{
    int64_t end_ns = clock_now_ns() + drain_ns;
    mutex_lock(&holder->mutex);
    while (old_locked(holder) && clock_now_ns() < end_ns)
        cond_wait_until(&holder->changed, &holder->mutex, end_ns);
    size_t left = old_locked(holder);
    mutex_unlock(&holder->mutex);
    return left;
}

static void end_reload(Holder *holder)
{
    mutex_lock(&holder->mutex);
    holder->reloading = false;
    cond_broadcast(&holder->changed);
    mutex_unlock(&holder->mutex);
}

Fail holder_reload(Ctx *cx, Holder *holder, int64_t drain_ns, Reloaded *out)
{
    CellSnapshot now;
    TRY(begin_reload(cx, holder));
    int64_t start_ns = clock_now_ns();
    Fail fail = cell_swap(cx, holder->cell, NULL);
    int64_t swapped_ns = clock_now_ns();
    Reloaded reloaded = {.open_ns = swapped_ns - start_ns};
    if (!fail) reloaded.leased = wait_for_old(holder, drain_ns);
    end_reload(holder);
    holder_sweep(holder);
    TRY(fail);
    cell_snapshot(cx->arena, holder->cell, &now);
    reloaded.generation = now.generation;
    reloaded.drained = !reloaded.leased;
    reloaded.drain_ns = clock_now_ns() - swapped_ns;
    *out = reloaded;
    return NULL;
}

Fail holder_prepare(Ctx *cx, Holder *holder)
{
    Context *context = NULL;
    TRY(begin_reload(cx, holder));
    Fail fail = open_verified(cx, holder, &context);
    holder_forget(holder);
    mutex_lock(&holder->mutex);
    holder->next = context;
    mutex_unlock(&holder->mutex);
    end_reload(holder);
    return fail;
}

void holder_forget(Holder *holder)
{
    context_free(take_next(holder));
}

size_t holder_drain(Holder *holder, int64_t drain_ns)
{
    size_t left = wait_for_old(holder, drain_ns);
    holder_sweep(holder);
    return left;
}

size_t holder_close(Ctx *cx, Holder *holder, int64_t drain_ns)
{
    int64_t end_ns = clock_now_ns() + drain_ns;
    mutex_lock(&holder->mutex);
    holder->closed = true;
    mutex_unlock(&holder->mutex);
    holder_forget(holder);
    cell_close(cx, holder->cell, drain_ns, NULL);
    size_t left = wait_for_old(holder, MAX(end_ns - clock_now_ns(), 0));
    holder_sweep(holder);
    return left;
}
