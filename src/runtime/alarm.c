// runtime/alarm.c
#include "runtime/alarm.h"

#include "base/clock.h"

enum { LOOK_MS = 5 };

struct Alarm {
    // frozen
    Ctx cx;
    void (*ring)(void *);
    void *arg;
    Thread thread;
    // guarded by mutex
    Mutex mutex;
    Cond ended;
    bool end;
};

static void alarm_main(void *arg)
{
    Alarm *alarm = arg;
    mutex_lock(&alarm->mutex);
    while (!alarm->end) {
        mutex_unlock(&alarm->mutex);
        if (ctx_stopped(&alarm->cx) != STOP_NONE) alarm->ring(alarm->arg);
        mutex_lock(&alarm->mutex);
        if (!alarm->end)
            cond_wait_until(&alarm->ended, &alarm->mutex, clock_now_ns() + LOOK_MS * NS_PER_MS);
    }
    mutex_unlock(&alarm->mutex);
}

static void free_alarm(Alarm *alarm)
{
    cond_fini(&alarm->ended);
    mutex_fini(&alarm->mutex);
    mem_free(alarm);
}

Fail alarm_start(const Ctx *cx, void (*ring)(void *), void *arg, Alarm **out)
{
    *out = NULL;
    if (!cx->deadline_ns && !cx->cancel && !cx->cancel_too) return NULL;
    Alarm *alarm = mem_alloc(sizeof *alarm);
    *alarm = (Alarm){.cx = *cx, .ring = ring, .arg = arg};
    mutex_init(&alarm->mutex, RANK_ALARM);
    cond_init(&alarm->ended);
    if (!thread_start(&alarm->thread, alarm_main, alarm, "cq-alarm")) {
        free_alarm(alarm);
        return FAIL(cx->arena, UNAVAILABLE, "no thread to watch the time limit with");
    }
    *out = alarm;
    return NULL;
}

void alarm_end(Alarm *alarm)
{
    if (!alarm) return;
    mutex_lock(&alarm->mutex);
    alarm->end = true;
    cond_signal(&alarm->ended);
    mutex_unlock(&alarm->mutex);
    thread_join(&alarm->thread);
    free_alarm(alarm);
}
