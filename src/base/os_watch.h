// base/os_watch.h - inotify(7): being told which names in folders changed.
//
// Threads: a queue belongs to one thread. Memory: see each. Fails: as os.h.
#ifndef CQ_BASE_OS_WATCH_H
#define CQ_BASE_OS_WATCH_H

#include "base/os.h"

typedef struct OsWatchEvent {
    int folder;     // what os_watch_add returned; -1 for lost events
    Str name;       // in the folder, NUL-terminated; empty for the folder itself
    bool lost;      // the queue was full: anything may have changed
    bool is_folder; // the name is a folder's (made, gone or moved), or the folder itself went
} OsWatchEvent;

// An empty queue of events: close it with os_close. Fails: IO (too many queues of this user).
MUST_CHECK Fail os_watch_open(Ctx *cx, OsFile *out);
// Watches the names in a folder, not those below. Fails: NOT_FOUND (also: no folder); TOO_LARGE
// (more folders than the system allows this user); IO.
MUST_CHECK Fail os_watch_add(Ctx *cx, OsFile queue, const char *path, int *folder);
// Whether the folder's file system is one that tells of every change by this machine's processes:
// a local one of a known kind. Networks, FUSE and layered file systems change elsewhere, too.
bool os_watch_tells(const char *path);
// Waits until there are events, for patience_ns at most, and puts what is there into `buf`, which
// os_watch_next reads one by one from *at = 0 on. Fails: IO, CANCELLED.
MUST_CHECK Fail os_watch_read(Ctx *cx, OsFile queue, int64_t patience_ns, Buf *buf);
bool os_watch_next(const Buf *buf, size_t *at, OsWatchEvent *out);

#endif
