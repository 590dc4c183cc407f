// index/git_config.h - git's configuration: the few settings that decide which files there are.
//
//   system -> $XDG_CONFIG_HOME/git/config -> ~/.gitconfig -> .git/config -> .git/config.worktree
//
// Source: git-config(1). Includes are followed. What we cannot decide (a conditional include that
// sets one of our keys, GIT_CONFIG_COUNT, "~user/") the git command is asked for.
//
// Threads: any. Memory: cx->arena. Blocks: on the disk, rarely for the git command.
#ifndef CQ_INDEX_GIT_CONFIG_H
#define CQ_INDEX_GIT_CONFIG_H

#include "base/os.h"

// Called for every setting, in order. `key` has a lower-case section and name ("core.bare",
// "includeif.gitdir:~/Work/.path"); `value` is STR_NONE for a bare name, which means true.
typedef void (*GitConfigFn)(void *arg, Str key, Str value);

// Parses a configuration file's text. False when it is malformed (settings before that were given).
bool git_config_parse(Arena *arena, Str text, GitConfigFn fn, void *arg);

// What a repository says of itself (no includes count here).
typedef struct GitFormat {
    bool bare;
    Str worktree; // core.worktree, as written
    size_t hash_bytes;
    bool worktree_config; // config.worktree is read too
    Str doubt;            // why it could not be read, or empty
} GitFormat;

void git_format_read(Ctx *cx, Str git_dir, Str common_dir, GitFormat *out);

typedef struct GitInputs { // files that were looked for, absolute: a VEC
    Str *items;
    size_t len, cap;
} GitInputs;

typedef struct GitConfig {
    Str excludes_file; // absolute; empty when none is to be read
    bool ignore_case;
    Str doubt; // what could not be found out, or empty
    GitInputs files;
} GitConfig;

// `top` is what a relative core.excludesFile is relative to.
void git_config_read(Ctx *cx, Str git_dir, Str common_dir, bool worktree_config, Str top,
                     GitConfig *out);

#endif
