// index/foldertable.h - what folders held when a snapshot was published, so that an unchanged one
// need not be listed again.
//
//   walk --FolderListing for each folder--> foldertable_build --> rows, sorted by hash | bytes
//   foldertable_find --> row --the folder's state is the same--> its names, as they were
//
// DESIGN. Whatever comes to a folder, leaves it or becomes something else sets its mtime and ctime
// to the file system's clock. So a listing holds as long as times, inode and device are those that
// were seen before it was made; but not when both times were so young then that a change right
// behind the look could have left them as they are (the clock is coarse). Such folders are left
// out, and so are those on file systems whose times may not tell (os_folder_times_tell), or on
// another device than the root. This is git's untracked cache, without its ignore rules: these are
// applied anew each time.
//
// Threads: a FolderTable is frozen. Memory: it borrows the segment. Blocks: reading its map.
#ifndef CQ_INDEX_FOLDERTABLE_H
#define CQ_INDEX_FOLDERTABLE_H

#include "base/os.h"
#include "index/segment.h"

enum { // section ids
    FOLDERTABLE_ROWS = 110,
    FOLDERTABLE_BYTES,
    FOLDERTABLE_SECTIONS = 2,
};

typedef struct FolderRow { // 56 bytes
    uint64_t hash;         // of the path; they ascend
    int64_t mtime_ns, ctime_ns;
    uint64_t inode, device;
    uint32_t from, path_len, names_len; // in the bytes: the path, then the names
    uint32_t reserved;
} FolderRow;

typedef struct FolderTable { // all zero is a valid empty table
    const Segment *segment;
    const FolderRow *rows;
    size_t count;
    Str bytes;
} FolderTable;

typedef struct FolderListing { // of a folder that was looked at
    Str path;                  // relative to the root; "" is the root
    OsStat info;               // before its names were read
    Str names;                 // listing_pack
} FolderListing;

// What is left in `out` is empty when there is none, or it is damaged.
void foldertable_open(const Segment *segment, FolderTable *out);
const FolderRow *foldertable_find(const FolderTable *table, Str path); // NULL: not known
// Its names, if it is now as it was then.
bool foldertable_names(const FolderTable *table, const FolderRow *row, const OsStat *now,
                       Str *names);
// The sections of a table of those that can be relied on. looked_ns: when the look at them began,
// on the wall clock. `device` is the root's.
void foldertable_build(Arena *arena, const FolderListing *listings, size_t count, int64_t looked_ns,
                       uint64_t device, SegmentSection out[FOLDERTABLE_SECTIONS]);

// An opened folder's raw listing (os_try_list) as names that can be kept: type, name, NUL each.
Str listing_pack(Arena *arena, OsFile dir, const Buf *listing);
bool listing_next(Str names, size_t *at, OsEntry *out); // false at the end

#endif
