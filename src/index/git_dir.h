// index/git_dir.h - is this folder the top of a git working tree, and where is its git folder?
//
//   .git/ --> itself      .git "gitdir: ../x" --> ../x      x/commondir --> the shared part
//
// Source: gitrepository-layout(5), setup.c of git.
//
// Threads: any. Memory: cx->arena. Blocks: on the disk.
#ifndef CQ_INDEX_GIT_DIR_H
#define CQ_INDEX_GIT_DIR_H

#include "base/os.h"

typedef struct GitDir {
    Str own;    // absolute path of this working tree's git folder: index, HEAD
    Str common; // ... of the shared one: config, info/exclude; differs in linked worktrees
} GitDir;

typedef enum GitDirState {
    GIT_DIR_NONE, // no .git, or one that git passes over
    GIT_DIR_FOUND,
    GIT_DIR_BROKEN, // a .git that git would refuse, or that cannot be examined
} GitDirState;

// `folder` is absolute. *why is set when the state is GIT_DIR_BROKEN.
GitDirState git_dir_at(Ctx *cx, Str folder, GitDir *out, Str *why);
// Is `folder` itself a git folder (a bare repository, or a ".git")?
GitDirState git_dir_is(Ctx *cx, Str folder, Str *why);

#endif
