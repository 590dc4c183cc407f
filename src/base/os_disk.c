// base/os_disk.c - what an index on the disk needs: maps, locks, bringing files to the disk.
#include "base/os_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> // renameat
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os_.h"

Fail os_map(Ctx *cx, OsFile file, uint64_t bytes, Str *out)
{
    int error = OS_FAULT("mmap");
    void *at = error ? MAP_FAILED : mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, file.fd, 0);
    if (at == MAP_FAILED) return os_problem(cx, error ? error : errno, "map", "an index file");
    *out = (Str){at, (size_t)bytes};
    return NULL;
}

void os_unmap(Str map)
{
    if (map.ptr) munmap((void *)(uintptr_t)map.ptr, map.len);
}

Fail os_sync(Ctx *cx, OsFile file)
{
    int error = OS_FAULT("fsync");
    if (!error && fsync(file.fd) != 0) error = errno;
    return error ? os_problem(cx, error, "bring to the disk", "an index file") : NULL;
}

Fail os_rename(Ctx *cx, OsFile dir, const char *from, const char *to)
{
    int error = OS_FAULT("rename");
    if (!error && renameat(dir.fd, from, dir.fd, to) != 0) error = errno;
    return error ? os_problem(cx, error, "replace", to) : NULL;
}

Fail os_remove(Ctx *cx, OsFile dir, const char *path)
{
    int error = OS_FAULT("unlink");
    if (!error && unlinkat(dir.fd, path, 0) != 0) error = errno;
    return error ? os_problem(cx, error, "remove", path) : NULL;
}

Fail os_remove_dir(Ctx *cx, OsFile dir, const char *path)
{
    int error = OS_FAULT("rmdir");
    if (!error && unlinkat(dir.fd, path, AT_REMOVEDIR) != 0) error = errno;
    return error ? os_problem(cx, error, "remove", path) : NULL;
}

Fail os_open_lock(Ctx *cx, OsFile dir, const char *path, OsFile *out)
{
    int error = OS_FAULT("open"), fd = -1;
    if (!error && (fd = openat(dir.fd, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666)) < 0)
        error = errno;
    if (error) return os_problem(cx, error, "open", path);
    *out = (OsFile){fd};
    return NULL;
}

Fail os_lock(Ctx *cx, OsFile file, int64_t patience_ns, bool *got)
{
    enum { FIRST_NAP_NS = 200000, LONGEST_NAP_NS = 20000000 };
    int64_t until_ns = os_monotonic_ns() + patience_ns;
    for (long nap_ns = FIRST_NAP_NS;; nap_ns = MIN(nap_ns * 2, (long)LONGEST_NAP_NS)) {
        int error = OS_FAULT("flock");
        *got = !error && flock(file.fd, LOCK_EX | LOCK_NB) == 0;
        if (*got) return NULL;
        if (!error) error = errno;
        if (error != EWOULDBLOCK && error != EINTR)
            return os_problem(cx, error, "lock", "the index");
        TRY(ctx_check(cx));
        if (os_monotonic_ns() >= until_ns) return NULL;
        struct timespec nap = {.tv_nsec = nap_ns};
        nanosleep(&nap, NULL);
    }
}
