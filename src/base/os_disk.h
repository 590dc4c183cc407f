// base/os_disk.h - what files that must survive need of the system: maps, syncs, renames, locks.
//
// Threads: any. Memory: a map belongs to the caller until os_unmap. Blocks: on the disk; os_lock
// waits for other processes.
// Fails:   as os.h; the functions say what else.
#ifndef CQ_BASE_OS_DISK_H
#define CQ_BASE_OS_DISK_H

#include "base/os.h"

// Maps the first `bytes` (> 0) of the file, read-only and shared: page-aligned. The file may be
// closed, renamed and removed; if somebody cuts it short, reading beyond its end kills (SIGBUS).
MUST_CHECK Fail os_map(Ctx *cx, OsFile file, uint64_t bytes, Str *out);
void os_unmap(Str map); // STR_NONE is fine

// Waits until the file's content, or the folder's names, are on the disk.
MUST_CHECK Fail os_sync(Ctx *cx, OsFile file);
// Replaces what has the new name, at once.
MUST_CHECK Fail os_rename(Ctx *cx, OsFile dir, const char *from, const char *to);
// A second name for a file, which must not be there yet: IO with ext "errno" EEXIST.
MUST_CHECK Fail os_link(Ctx *cx, OsFile dir, const char *from, const char *to);
MUST_CHECK Fail os_remove(Ctx *cx, OsFile dir, const char *path);                 // a file
MUST_CHECK Fail os_remove_dir(Ctx *cx, OsFile dir, const char *path);             // an empty one
MUST_CHECK Fail os_open_lock(Ctx *cx, OsFile dir, const char *path, OsFile *out); // made if absent

// Locks an open file against other descriptors of it, in this process or another; waits for
// patience_ns at most, and no longer than cx allows. The lock ends with the descriptor, so with
// the process however it ends. *got tells whether it is ours. Fails: IO, CANCELLED.
MUST_CHECK Fail os_lock(Ctx *cx, OsFile file, int64_t patience_ns, bool *got);
// Who holds a lock writes its process number into the file. Of a lock that nobody holds it means
// nothing. 0: not known.
void os_lock_sign(OsFile file);
int os_lock_holder(OsFile file);

// Bytes that this user can still write to the file system that `path` is on. Fails: NOT_FOUND, IO.
MUST_CHECK Fail os_free_bytes(Ctx *cx, const char *path, uint64_t *out);

#endif
