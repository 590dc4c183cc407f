// base/ctx.c
#include "base/ctx.h"

#include "base/clock.h"

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
