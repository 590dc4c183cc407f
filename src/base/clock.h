// base/clock.h - time. Monotonic nanoseconds for durations and deadlines; wall time for people.
#ifndef CQ_BASE_CLOCK_H
#define CQ_BASE_CLOCK_H

#include "base/str.h"

int64_t clock_now_ns(void);                       // monotonic, origin unspecified
int64_t clock_wall_ms(void);                      // since 1970-01-01 UTC
Str clock_rfc3339(Arena *arena, int64_t wall_ms); // 2026-11-21T09:54:53.123Z

#endif
