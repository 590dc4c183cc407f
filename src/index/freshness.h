// index/freshness.h - what changed in a workspace since its table of files was made.
//
//   universe_list --> one lstat a file, on the pool --> same size, times, inode, mode?
//       yes, and not racy: same      racy, or only the times etc. differ: read it, compare digests
//   freshness_keep --> FilesSeen --> freshness_check_again: only what was named, and what a look
//                                    can never be sure of
//
// Racy (git's word): changed so shortly before the table's look began that a further change may
// have left the times as they are (index/stamp.h). Such files are read each time, until a table
// with a later look is published: a refresh that finds many may do that though nothing changed.
//
// Threads: freshness_check is called by one thread and runs on the pool. Memory: cx->arena.
// Blocks: on the disk.
#ifndef CQ_INDEX_FRESHNESS_H
#define CQ_INDEX_FRESHNESS_H

#include "index/filetable.h"

typedef enum FileState {
    FILE_SAME,    // not listed
    FILE_TOUCHED, // other times, inode or mode, same content (a skipped file: never)
    FILE_CHANGED,
    FILE_ADDED,
    FILE_DELETED,
    FILE_STATES
} FileState;

typedef struct FileChange {
    FileState state;
    uint32_t old_row; // FILE_NONE for what was added
    // The next table's entry (not for what was deleted). TOUCHED: complete, with the old content.
    // CHANGED, ADDED: the look's stat, segment FILE_NONE, a digest if the content had to be read;
    // the caller reads the file (file_look) and fills in the rest.
    FileEntry now;
} FileChange;

typedef struct Freshness {
    int64_t looked_ns;   // when the look began, on the wall clock: part of the next table
    FileChange *changes; // sorted by path
    size_t change_count;
    size_t counts[FILE_STATES];
    size_t racy_count;     // same files that had to be read to know
    Universe universe;     // what was listed
    const bool *vouched;   // by row of the table: listed, the same, and nothing to doubt
    const Str *doubtful;   // of what was listed, the others: changed, racy, not readable, or files
    size_t doubtful_count; // with several names, which change through another one. Sorted
    size_t lost_count;     // listed, but gone, or no file: the list is not quite what is there
} Freshness;

typedef struct FreshnessSpec {
    const Workspace *workspace;
    const Selection *selection;
    Pool *pool;
    const FileTable *table;     // NULL or empty: everything was added
    int64_t looked_ns;          // of that table
    const FolderTable *folders; // of the same snapshot; may be NULL
    bool keep_folders;          // sets universe.listings
    uint64_t max_bytes;         // larger files are not read: they count as changed when in doubt
} FreshnessSpec;

// Fails: as universe_list; CANCELLED; DAMAGED (the table).
MUST_CHECK Fail freshness_check(Ctx *cx, const FreshnessSpec *spec, Freshness *out);

// What is kept of a look at everything for those that come after it. Frozen.
typedef struct FilesSeen {
    int64_t looked_ns;
    Universe universe; // without folders and listings
    const bool *vouched;
    const Str *doubtful;
    size_t doubtful_count;
    size_t row_count;     // of the table
    const uint32_t *gone; // rows of it that are not in the universe
    size_t gone_count;
} FilesSeen;
// In `arena`, borrowing nothing.
void freshness_keep(Arena *arena, const FileTable *table, const Freshness *fresh, FilesSeen *out);

// As freshness_check, against the table of that look, when all that may have changed since is among
// `paths` (sorted, each once), as a watch named them. *enough is false when the list of files may
// be another one now: then only freshness_check can tell. `out` borrows from `seen`.
// Fails: CANCELLED; DAMAGED.
MUST_CHECK Fail freshness_check_again(Ctx *cx, const FreshnessSpec *spec, const FilesSeen *seen,
                                      const Str *paths, size_t count, bool *enough, Freshness *out);

// The entries of the next table: the old ones with the changes applied, sorted. Those of `table`
// keep their segments. Entries still without content (segment FILE_NONE) are kept as they are.
// Fails: DAMAGED (the table).
MUST_CHECK Fail freshness_apply(Ctx *cx, const FileTable *table, const Freshness *fresh,
                                FileEntry **out, size_t *count);

#endif
