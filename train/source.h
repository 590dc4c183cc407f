// train/source.h - what a repository gives a trainer: the files of one revision and the subjects of
// its commits. Bare repositories will do; everything comes from the git command.
//
// Threads: any. Memory: cx->arena. Blocks: until git ends.
#ifndef CQ_TRAIN_SOURCE_H
#define CQ_TRAIN_SOURCE_H

#include "base/ctx.h"
#include "base/vec.h"

typedef struct SourceFile {
    Str path, text;
} SourceFile;
typedef VEC(SourceFile) SourceFiles;

// Regular files of a revision, those that `wanted` (NULL: all) says yes to, by path.
// Fails: UNAVAILABLE (git refuses), TOO_LARGE, IO.
MUST_CHECK Fail source_files(Ctx *cx, const char *git_dir, Str revision,
                             bool (*wanted)(const void *arg, Str path), const void *arg,
                             SourceFiles *out);

typedef struct SourceCommit {
    Str subject;
    Str paths; // changed files, each with a line end behind it
    uint32_t path_count;
} SourceCommit;
typedef VEC(SourceCommit) SourceCommits;

// The newest `most` commits that are no merges. Fails: as source_files.
MUST_CHECK Fail source_commits(Ctx *cx, const char *git_dir, Str revision, int most,
                               SourceCommits *out);

// The full name of a revision. Fails: UNAVAILABLE.
MUST_CHECK Fail source_revision(Ctx *cx, const char *git_dir, Str name, Str *out);

// The regular files in a tar archive as `git archive` writes it; stops at what it does not know.
void source_read_tar(Arena *arena, Str tar, bool (*wanted)(const void *arg, Str path),
                     const void *arg, SourceFiles *out);

#endif
