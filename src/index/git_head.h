// index/git_head.h - which commit a working tree is at, and what in it is not committed.
//
// Threads: any. Memory: cx->arena. Blocks: git_head on the disk (rarely on the git command);
// git_dirty until git ends.
#ifndef CQ_INDEX_GIT_HEAD_H
#define CQ_INDEX_GIT_HEAD_H

#include "index/universe.h"

typedef struct GitHead {
    Str commit; // hexadecimal; empty: there is none yet
    Str branch; // empty: detached
} GitHead;

// Fails: UNAVAILABLE (no repository, or one that git refuses), IO, CANCELLED.
MUST_CHECK Fail git_head(Ctx *cx, const Workspace *workspace, GitHead *out);

typedef struct GitDirty { // files below the workspace
    uint64_t changed;     // tracked, and not as the commit has them; submodules at another commit
    uint64_t untracked;   // not ignored
} GitDirty;

// As `git status` counts; nothing that the repository's configuration names is run. Fails:
// UNAVAILABLE, CANCELLED, IO.
MUST_CHECK Fail git_dirty(Ctx *cx, const Workspace *workspace, GitDirty *out);

// What `git status --porcelain -z` prints. False when it is not that.
bool git_dirty_parse(Str text, GitDirty *out);
bool git_is_commit_id(Str s); // 40 or 64 hexadecimal digits

#endif
