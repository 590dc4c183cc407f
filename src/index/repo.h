// index/repo.h - what decides which files of one tree belong to the universe: git's index and the
// ignore rules for the whole tree; or, outside git, nothing but the ignore files on the way.
//
// Threads: frozen once loaded. Memory: cx->arena. Blocks: on the disk, rarely for the git command.
#ifndef CQ_INDEX_REPO_H
#define CQ_INDEX_REPO_H

#include "index/git_config.h"
#include "index/git_dir.h"
#include "index/git_index.h"
#include "index/ignore.h"

typedef struct Repo {
    bool git;
    bool by_command; // the index holds untracked files too: what is not in it is left out
    bool fold;       // core.ignoreCase
    size_t base;     // its paths begin at this byte of a path
    GitIndex index;
    const IgnoreRules *rules; // of the whole tree; NULL when there are none
    Str doubt;                // why our own reading was not enough, or empty
    GitInputs inputs;         // what decided all this
} Repo;

typedef struct RepoSpec {
    Str top;        // absolute
    GitDir git_dir; // empty paths outside git
    Str index_file; // absolute, for GIT_INDEX_FILE; empty for the usual one
    Str prefix;     // of the paths below it: "" or "sub/module/"
    bool no_ignore;
    bool by_command; // do not try to read it ourselves
} RepoSpec;

// Never fails: what could not be read is told in `doubt`, and what git lists is used instead; when
// git cannot be asked either, files are found by walking.
void repo_load(Ctx *cx, const RepoSpec *spec, Repo *out);

#endif
