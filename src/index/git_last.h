// index/git_last.h - of each file the last commit that changed it: a file beside the index.
//
//   git_last_update: HEAD, what was read before --git log--> commits since then, newest first
//        --> some of the older ones that were not reached yet --> INDEX FOLDER/git.commits
//
// Commits that are new since the last update are read always; the past is read in steps, as long
// as the caller likes and at most 4,000 commits, and goes on where it stopped when the next update
// comes. History that was
// rewritten begins anew. A merge counts for the files that it left like none of its parents; a file
// that was renamed begins with that. Files of submodules and nested repositories have no entry.
//
// Threads: a GitLast is frozen; one update at a time (the index's lock). Memory: heap until
// git_last_close. Blocks: on the disk; an update until git ends.
#ifndef CQ_INDEX_GIT_LAST_H
#define CQ_INDEX_GIT_LAST_H

#include "index/git_head.h"
#include "index/git_log.h"

typedef struct GitLast GitLast;

typedef struct GitLastInfo {
    GitHead head;   // when it was updated
    GitDirty dirty; // then
    uint64_t files; // that have a last commit
    uint64_t read;  // commits that were looked at
    bool complete;  // ... which are all of them
} GitLastInfo;

// *out is NULL when there is none, or it cannot be used. Fails: CANCELLED.
MUST_CHECK Fail git_last_open(Ctx *cx, Str index_folder, GitLast **out);
void git_last_close(GitLast *last); // NULL is fine
GitLastInfo git_last_info(const GitLast *last);
// Without subject and email. False when it is not known. Borrowed.
bool git_last_of(const GitLast *last, Str path, GitCommit *out);
// All of them by path: the index of each in 0 .. files-1.
Str git_last_at(const GitLast *last, size_t index, GitCommit *out);

typedef struct GitLastSpec {
    const Workspace *workspace;
    Str index_folder;
    bool (*more)(void *arg); // whether to read another step of the past; NULL: one step
    void *arg;
    size_t step; // commits of the first step; 0: 1000
} GitLastSpec;

// `before` may be NULL. Fails: UNAVAILABLE (no git, no commit), CANCELLED, IO; then what there was
// stays.
MUST_CHECK Fail git_last_update(Ctx *cx, const GitLastSpec *spec, const GitLast *before,
                                GitLastInfo *out);

#endif
