// base/os_.h - the inside of os*.c. os_fake.c compiles them again with faults switched on.
#ifndef CQ_BASE_OS__H
#define CQ_BASE_OS__H

#include "base/os.h"

#ifndef OS_FAULT // os_fake.c: the errno to fail this call with, or 0
#define OS_FAULT(call) 0
#endif

extern char **environ;

Fail os_problem_at(Ctx *cx, int error, const char *what, const char *path, const char *where);
#define OS_FAIL(cx, error, what, path) os_problem_at((cx), (error), (what), (path), CQ_WHERE)

#endif
