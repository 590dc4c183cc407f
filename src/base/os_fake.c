// base/os_fake.c - os*.c with faults, linked by tests in their place.
//
// CQ_FAULT_AT=N makes the Nth call fail (counted from 1 over all threads); CQ_FAULT_ERRNO names the
// error number (default EIO). The call that failed is named on stderr as "[fault N call]", so a
// driver can raise N until no fault fires any more.
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_long fault_calls;

static int os_fault(const char *call)
{
    const char *at = getenv("CQ_FAULT_AT");
    if (!at) return 0;
    long number = atomic_fetch_add(&fault_calls, 1) + 1;
    if (number != strtol(at, NULL, 10)) return 0;
    fprintf(stderr, "[fault %ld %s]\n", number, call);
    const char *error = getenv("CQ_FAULT_ERRNO");
    return error ? (int)strtol(error, NULL, 10) : EIO;
}

#define OS_FAULT(call) os_fault(call)
#include "base/os.c"
#include "base/os_disk.c"
#include "base/os_process.c"
#include "base/os_socket.c"
#include "base/os_stream.c"
#include "base/os_system.c"
#include "base/os_watch.c"
