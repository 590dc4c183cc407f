// index/stamp.h - one digest for the state of a workspace's files.
//
// Equal stamps mean equal files: it covers the workspace's root and top, how its files were listed,
// their paths and of each the size, times (mtime and ctime, which nobody can set back), inode and
// mode, and what was skipped and why. A file that changed so lately that a further change could
// leave its times as they are is covered by its content too (git's "racy" entries).
//
// Threads: any; reads on the pool. Memory: cx->arena for scratch. Blocks: on the disk.
#ifndef CQ_INDEX_STAMP_H
#define CQ_INDEX_STAMP_H

#include "base/digest.h"
#include "index/universe.h"

// Could a change after a look that began at looked_ns (wall clock) leave the file's times as they
// are? Then only its content can tell. Time stamps are as coarse as 2 s (FAT). The file system's
// clock must not be further than that behind ours.
bool stamp_is_racy(const OsStat *info, int64_t looked_ns);

// Fails: as universe_list; CANCELLED.
MUST_CHECK Fail stamp_files(Ctx *cx, const Workspace *workspace, const Selection *selection,
                            Pool *pool, Digest *out);

// The same for what a path names: nothing, a file (its path, content, and what is stamped of each
// file), or a folder (as stamp_files with flags->hidden and no_ignore). `path` is absolute.
// Fails: as stamp_files; TOO_LARGE and IO for the file.
MUST_CHECK Fail stamp_path(Ctx *cx, const Workspace *workspace, Str path, const Selection *flags,
                           Pool *pool, Digest *out);

#endif
