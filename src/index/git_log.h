// index/git_log.h - who wrote which lines, and the commits that changed a path; from the git
// command.
//
// Threads: any. Memory: cx->arena. Blocks: until git ends; a deadline of cx ends git.
#ifndef CQ_INDEX_GIT_LOG_H
#define CQ_INDEX_GIT_LOG_H

#include "index/universe.h"

typedef struct GitCommit {
    Str id; // hexadecimal; all zeros: not committed yet
    Str author, email, subject;
    int64_t time_s; // when it was written, since 1970
} GitCommit;

typedef struct BlameRange {         // consecutive lines that one commit wrote
    uint32_t first_line, last_line; // now, from 1
    uint32_t was_line;              // the first of them, in that commit
    Str was_path;                   // there
    uint32_t commit;                // in Blame.commits
    Str text;                       // of the first line
} BlameRange;

typedef struct Blame {
    const GitCommit *commits; // in the order they come
    const BlameRange *ranges; // by line
    size_t commit_count, range_count;
} Blame;

// `path` is relative to the workspace. Lines from 1; last_line 0: to the end.
// Fails: NOT_FOUND (no such line, or git does not know the path), UNAVAILABLE (no git, no
// repository), CANCELLED, IO.
MUST_CHECK Fail git_blame(Ctx *cx, const Workspace *workspace, Str path, uint32_t first_line,
                          uint32_t last_line, Blame *out);

typedef struct HistoryChange { // of one file by one commit
    Str path, was_path;        // was_path: before a rename, else empty
    uint64_t added, deleted;   // lines
    bool binary;               // then no lines are counted
} HistoryChange;

typedef struct HistoryEntry {
    GitCommit commit;
    const HistoryChange *changes; // below the path asked for; none when lines were asked for
    size_t change_count;
} HistoryEntry;

typedef struct HistoryQuery {
    Str path;                       // relative to the workspace; empty: all of it
    bool file;                      // follow its renames
    uint32_t first_line, last_line; // of a file: only what changed these; 0: all
    uint32_t most;                  // commits
} HistoryQuery;

typedef struct History {
    const HistoryEntry *entries; // newest first
    size_t count;
    bool more; // there are older ones
} History;

// Fails: as git_blame.
MUST_CHECK Fail git_history(Ctx *cx, const Workspace *workspace, const HistoryQuery *query,
                            History *out);

// What git prints. False when it is not that.
bool blame_parse(Arena *arena, Str text, Blame *out);
bool history_parse(Arena *arena, Str text, History *out);

#endif
