// runtime/alarm.h - calls a function when a request asks to stop, for work that cannot look itself.
//
//   alarm_start --cx stops--> ring, again every few milliseconds until alarm_end
//
// DESIGN. A thread of its own, since the caller is inside a library and the pool may have none.
// alarm_end joins it, so ring never runs afterwards and may use what the caller frees then.
//
// Threads: ring runs on the alarm's thread. Memory: heap until alarm_end.
#ifndef CQ_RUNTIME_ALARM_H
#define CQ_RUNTIME_ALARM_H

#include "base/ctx.h"

typedef struct Alarm Alarm;

// *out is NULL when nothing can stop cx. Fails: UNAVAILABLE (no further thread).
MUST_CHECK Fail alarm_start(const Ctx *cx, void (*ring)(void *), void *arg, Alarm **out);
void alarm_end(Alarm *alarm); // NULL is fine

#endif
