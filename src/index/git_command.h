// index/git_command.h - the git command, for what we do not read ourselves.
//
// It runs without what a repository could make it execute or fetch: no fsmonitor hook, no lazy
// fetching, no locks.
//
// Threads: any. Memory: cx->arena. Blocks: until git ends; a deadline of cx ends git.
#ifndef CQ_INDEX_GIT_COMMAND_H
#define CQ_INDEX_GIT_COMMAND_H

#include "index/git_index.h"

typedef struct GitList {
    Str git_dir, top; // absolute
    Str prefix;       // put before every path
    bool ignored;     // also untracked files that ignore files exclude
    bool nested;      // not the repository that GIT_INDEX_FILE and the like speak of
} GitList;

// Tracked and untracked files as one sorted index; a nested untracked repository is a GIT_MODULE.
// Fails: UNAVAILABLE (no git, or it refuses; the detail tells), CANCELLED, TOO_LARGE, IO.
MUST_CHECK Fail git_command_list(Ctx *cx, const GitList *list, GitIndex *out);

// `git config --get` with a --type. False when git cannot be asked; *exit_code 1 means unset.
bool git_command_config(Ctx *cx, Str git_dir, const char *type, const char *key, Str *value,
                        int *exit_code);

typedef struct GitPlace {
    Str top, git_dir, common_dir; // absolute
} GitPlace;

// Which working tree the folder `dir` is in, by git's own rules and environment.
// Fails: UNAVAILABLE (no git, or not in a working tree), CANCELLED, IO.
MUST_CHECK Fail git_command_place(Ctx *cx, const char *dir, GitPlace *out);

// Any other read-only command: `args` behind "git", in the folder `dir`; what it prints, and its
// exit code. Paths come out unquoted, without pager, colours or external programs. Fails:
// UNAVAILABLE (no git), CANCELLED, TOO_LARGE, IO.
MUST_CHECK Fail git_command_run(Ctx *cx, const char *dir, const char *const *args, Str *text,
                                int *exit_code);

#endif
