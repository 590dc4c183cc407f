// index/filetable.h - the files of a snapshot: what each looked like, and where its content is.
//
//   rows, sorted by path | digests | paths        three sections of a segment, used as they lie
//
// Threads: a FileTable is frozen. Memory: it borrows the segment, entries borrow their paths.
// Blocks: filetable_open and _digest read the disk through the segment's map.
#ifndef CQ_INDEX_FILETABLE_H
#define CQ_INDEX_FILETABLE_H

#include "base/digest.h"
#include "index/foldertable.h"
#include "index/segment.h"
#include "index/universe.h"

enum { // section ids
    FILETABLE_ROWS = 100,
    FILETABLE_DIGESTS,
    FILETABLE_PATHS, // each followed by NUL
    FILETABLE_SECTIONS = 3,
};

#define FILE_NONE UINT32_MAX // no row, no segment

typedef struct FileRow { // 64 bytes
    uint64_t size_bytes;
    int64_t mtime_ns, ctime_ns;
    uint64_t inode;
    uint32_t mode; // permission bits
    uint32_t path_from, path_len;
    uint32_t segment, ordinal; // of its content; FILE_NONE when none has it
    uint16_t skip;             // 1 + SkipReason; 0: not skipped
    uint16_t has_digest;       // 1; 0 when the content could not be read
    uint32_t reserved[2];
} FileRow;

typedef struct FileTable { // all zero is a valid empty table
    const Segment *segment;
    const FileRow *rows;
    size_t count;
    Str paths;
} FileTable;

// Checks rows and paths whole (digests later, where they are used). Fails: DAMAGED.
MUST_CHECK Fail filetable_open(Ctx *cx, const Segment *segment, FileTable *out);
Str filetable_path(const FileTable *table, size_t row); // NUL-terminated
// False when it has none, or that part of the table is damaged (segment_intact tells).
bool filetable_digest(const FileTable *table, size_t row, Digest *out);
uint32_t filetable_find(const FileTable *table, Str path); // FILE_NONE when absent
// The first row whose path does not sort before `path`.
size_t filetable_lower(const FileTable *table, Str path);

// A file for a new table.
typedef struct FileEntry {
    Str path;
    FileRow row; // path_from and path_len are set by filetable_build
    Digest digest;
} FileEntry;

void filerow_set_stat(FileRow *row, const OsStat *info);
bool filerow_same_stat(const FileRow *row, const OsStat *info); // size, times, inode, mode
FileEntry filetable_entry(const FileTable *table, size_t row);

// The sections of a table of `entries`, which are sorted by path, each path once.
// Fails: TOO_LARGE (over 4 GiB of paths).
MUST_CHECK Fail filetable_build(Ctx *cx, const FileEntry *entries, size_t count,
                                SegmentSection out[FILETABLE_SECTIONS]);

// A file as it is now: its state first, then its text, so that a change in between is seen by the
// next comparison. The skip reason is set when it cannot be read, is too large or no regular file.
typedef struct FileLook {
    FileRow row;   // without a path; segment FILE_NONE
    Digest digest; // of `text`
    Str text;      // in cx->arena
    int error;     // errno value of what is SKIP_UNREADABLE
} FileLook;
void file_look(Ctx *cx, OsFile dir, const char *path, uint64_t max_bytes, FileLook *out);

#endif
