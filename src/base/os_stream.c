// base/os_stream.c
#include "base/os_stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/os_.h"

enum { PATIENCE_MS = 50 }; // how late a cancel may be seen

Fail os_stream_read(Ctx *cx, OsFile file, void *buf, size_t cap, int wait_ms, size_t *got,
                    OsArrival *arrival)
{
    struct pollfd wait = {.fd = file.fd, .events = POLLIN};
    *got = 0;
    *arrival = OS_NOTHING;
    TRY(ctx_check(cx));
    int ready = poll(&wait, 1, wait_ms);
    TRY(ctx_check(cx));
    if (ready <= 0) return NULL; // a signal, too
    int error = OS_FAULT("read");
    ssize_t n = error ? -1 : read(file.fd, buf, cap);
    if (n < 0 && !error) error = errno;
    if (error == EINTR || error == EAGAIN) return NULL;
    if (error) return OS_FAIL(cx, error, "read", "the input");
    *got = (size_t)n;
    *arrival = n ? OS_BYTES : OS_END;
    return NULL;
}

// A pipe that poll calls writable has room for PIPE_BUF bytes, so that the write does not wait.
Fail os_stream_write(Ctx *cx, OsFile file, Str data)
{
    while (data.len) {
        struct pollfd wait = {.fd = file.fd, .events = POLLOUT};
        TRY(ctx_check(cx));
        if (poll(&wait, 1, PATIENCE_MS) <= 0) continue;
        int error = OS_FAULT("write");
        ssize_t n = error ? -1 : write(file.fd, data.ptr, MIN(data.len, (size_t)PIPE_BUF));
        if (n < 0 && !error) error = errno;
        if (error == EINTR || error == EAGAIN) continue;
        if (error) return OS_FAIL(cx, error, "write", "the output");
        data = str_sub(data, (size_t)n, data.len);
    }
    return NULL;
}

bool os_stream_broken(OsFile file)
{
    struct pollfd wait = {.fd = file.fd};
    return poll(&wait, 1, 0) > 0 && (wait.revents & (POLLERR | POLLNVAL));
}
