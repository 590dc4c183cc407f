// base/ctx.c
#include "base/ctx.h"

#include "base/clock.h"

enum { LOOK_NS = 20000000 }; // how often ctx_sleep looks at the flags

Ctx ctx_child(const Ctx *cx, Arena *arena)
{
    Ctx child = *cx;
    child.arena = arena;
    return child;
}

StopReason ctx_stopped(const Ctx *cx)
{
    if (cx->cancel && flag_get(cx->cancel)) return STOP_CANCEL;
    if (cx->cancel_too && flag_get(cx->cancel_too)) return STOP_CANCEL;
    if (cx->deadline_ns && clock_now_ns() >= cx->deadline_ns) return STOP_DEADLINE;
    return STOP_NONE;
}

Fail ctx_check(const Ctx *cx)
{
    switch (ctx_stopped(cx)) {
    case STOP_CANCEL: return FAIL(cx->arena, CANCELLED, "the request was cancelled");
    case STOP_DEADLINE: return FAIL(cx->arena, CANCELLED, "the time limit is over; raise it");
    case STOP_NONE: break;
    }
    return NULL;
}

Fail ctx_sleep(const Ctx *cx, int64_t ns)
{
    int64_t until_ns = clock_now_ns() + ns, now_ns;
    Mutex mutex;
    Cond never;
    Fail fail = NULL;
    mutex_init(&mutex, RANK_LOG); // held with nothing else, so any rank will do
    cond_init(&never);
    mutex_lock(&mutex);
    while (!(fail = ctx_check(cx)) && (now_ns = clock_now_ns()) < until_ns)
        cond_wait_until(&never, &mutex, MIN(until_ns, now_ns + LOOK_NS));
    mutex_unlock(&mutex);
    cond_fini(&never);
    mutex_fini(&mutex);
    return fail;
}
