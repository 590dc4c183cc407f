// base/os_watch.c - inotify.
#include "base/os_watch.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/os_.h"

Fail os_watch_open(Ctx *cx, OsFile *out)
{
    int error = OS_FAULT("inotify_init"), fd = -1;
    if (!error && (fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) < 0) error = errno;
    if (error) return os_problem(cx, error, "watch", "folders");
    *out = (OsFile){fd};
    return NULL;
}

Fail os_watch_add(Ctx *cx, OsFile queue, const char *path, int *folder)
{
    const uint32_t mask = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                          IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                          IN_DONT_FOLLOW | IN_EXCL_UNLINK;
    int error = OS_FAULT("inotify_add_watch");
    *folder = error ? -1 : inotify_add_watch(queue.fd, path, mask);
    if (*folder >= 0) return NULL;
    if (!error) error = errno;
    if (error == ENOSPC)
        return FAIL(cx->arena, TOO_LARGE,
                    "the system watches no more folders; raise fs.inotify.max_user_watches");
    return os_problem(cx, error, "watch", path);
}

bool os_watch_tells(const char *path)
{
    static const uint32_t local[] = {
        0xEF53,     0x58465342, 0x9123683E, 0x01021994, // ext, XFS, Btrfs, tmpfs
        0xF2F52010, 0x2FC12FC1, 0xCA451A4E, 0x858458F6, // F2FS, ZFS, bcachefs, ramfs
        0x3153464A, 0x52654973, 0x2011BAB0, 0x4D44,     // JFS, ReiserFS, exFAT, FAT
    };
    struct statfs info;
    if (OS_FAULT("statfs") || statfs(path, &info)) return false;
    for (size_t i = 0; i < ARRAY_LEN(local); i++)
        if ((uint32_t)info.f_type == local[i]) return true;
    return false;
}

Fail os_watch_read(Ctx *cx, OsFile queue, int64_t patience_ns, Buf *buf)
{
    enum { STEP_MS = 50, ROOM = 64 << 10 };
    int64_t until_ns = os_monotonic_ns() + patience_ns;
    buf->len = 0;
    for (;;) {
        int error = OS_FAULT("read");
        ssize_t got = error ? -1 : read(queue.fd, buf_room(buf, ROOM), ROOM);
        if (got > 0) {
            buf->len += (size_t)got;
            return NULL;
        }
        if (got < 0 && !error) error = errno;
        if (error && error != EAGAIN && error != EINTR)
            return os_problem(cx, error, "read", "the changes of watched folders");
        int64_t left_ns = until_ns - os_monotonic_ns();
        if (left_ns <= 0) return NULL;
        TRY(ctx_check(cx));
        struct pollfd wait = {.fd = queue.fd, .events = POLLIN};
        poll(&wait, 1, (int)MIN((left_ns + NS_PER_MS - 1) / NS_PER_MS, (int64_t)STEP_MS));
    }
}

bool os_watch_next(const Buf *buf, size_t *at, OsWatchEvent *out)
{
    if (*at >= buf->len) return false;
    const struct inotify_event *event = (const void *)(buf->ptr + *at);
    *at += sizeof *event + event->len;
    const uint32_t self = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
    *out = (OsWatchEvent){
        .folder = event->wd,
        .name = event->len ? str_from(event->name) : STR(""),
        .lost = (event->mask & IN_Q_OVERFLOW) != 0,
        .is_folder = (event->mask & (IN_ISDIR | self)) != 0,
    };
    return true;
}
