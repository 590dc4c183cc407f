// base/clock.c
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/os.h"

int64_t clock_now_ns(void)
{
    return os_monotonic_ns();
}

int64_t clock_wall_ms(void)
{
    return os_wall_ns() / NS_PER_MS;
}

Str clock_rfc3339(Arena *arena, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return str_format(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                      parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                      (int)(wall_ms % 1000));
}
