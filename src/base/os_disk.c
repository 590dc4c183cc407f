// base/os_disk.c - what an index on the disk needs: maps, locks, bringing files to the disk.
#include "base/os_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> // renameat
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
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

Fail os_link(Ctx *cx, OsFile dir, const char *from, const char *to)
{
    int error = OS_FAULT("link");
    if (!error && linkat(dir.fd, from, dir.fd, to, 0) != 0) error = errno;
    return error ? OS_FAIL(cx, error, "make", to) : NULL;
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

enum { LOCK_TEXT = 16 };

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

void os_lock_sign(OsFile file)
{
    char text[LOCK_TEXT];
    int len = snprintf(text, sizeof text, "%-*d\n", LOCK_TEXT - 2, getpid());
    if (len > 0 && pwrite(file.fd, text, (size_t)len, 0) < 0) return; // it is only told to people
}

int os_lock_holder(OsFile file)
{
    char text[LOCK_TEXT] = {0};
    ssize_t got = pread(file.fd, text, sizeof text - 1, 0);
    int64_t holder = 0;
    if (got <= 0 || !str_to_int(str_trim(str_from(text)), &holder)) return 0;
    return holder > 0 && holder <= INT32_MAX ? (int)holder : 0;
}

Fail os_free_bytes(Ctx *cx, const char *path, uint64_t *out)
{
    struct statvfs info;
    if (statvfs(path, &info)) return os_problem(cx, errno, "look at", path);
    *out = (uint64_t)info.f_bavail * info.f_frsize;
    return NULL;
}
