// index/foldertable.h - what folders held when a snapshot was published, so that an unchanged one
// need not be listed again.
//
//   walk --FolderListing for each folder--> foldertable_build --> rows, sorted by hash | bytes |
//   ... foldertable_find --> row --the folder's state is the same--> its names, as they were all
//   rows hold, and the key is the same --> the list of all files is the same (index/glance.h)
//
// DESIGN. Whatever comes to a folder, leaves it or becomes something else sets its mtime and ctime
// to the file system's clock. So a listing holds as long as times, inode and device are those that
// were seen before it was made; but not when both times were so young then that a change right
// behind the look could have left them as they are (the clock is coarse). The rows of such folders
// are `doubtful`: their names must be listed again to know. So are those on another device than
// the root; where times may not tell (os_folder_times_tell) there is no table. This is git's
// untracked cache, without its ignore rules: these are applied anew each time.
//
// The key stands for whatever else the list of files was made from: git's index, its settings, the
// rules for the whole tree. A folder's own ignore files are in its row, as a sum.
//
// Threads: a FolderTable is frozen. Memory: it borrows the segment. Blocks: reading its map.
#ifndef CQ_INDEX_FOLDERTABLE_H
#define CQ_INDEX_FOLDERTABLE_H

#include "base/hash.h"
#include "base/os.h"
#include "index/segment.h"

enum { // section ids
    FOLDERTABLE_ROWS = 112,
    FOLDERTABLE_BYTES, // of each folder in order of paths: its path, NUL, its names
    FOLDERTABLE_ORDER, // the rows' numbers, sorted by path
    FOLDERTABLE_KEY,   // a Hash128; empty when the rows and a key do not tell all
    FOLDERTABLE_SECTIONS = 4,
};

enum { // which ignore files a folder's rules were read from
    FOLDER_GIT_RULES = 1,
    FOLDER_PLAIN_RULES = 2,
};

typedef struct FolderRow { // 64 bytes
    uint64_t hash;         // of the path; they ascend
    int64_t mtime_ns, ctime_ns;
    uint64_t inode, device;
    uint64_t rules_sum;                 // of its ignore files
    uint32_t from, path_len, names_len; // in the bytes: the path, NUL, then the names
    uint16_t rules;                     // FOLDER_GIT_RULES ...: those that were read
    uint16_t doubtful;                  // 1: its times say nothing
} FolderRow;

typedef struct FolderTable { // all zero is a valid empty table
    const Segment *segment;
    const FolderRow *rows;
    size_t count;
    Str bytes;
    const uint32_t *order; // NULL: not known
    const Hash128 *key;    // NULL: none
} FolderTable;

typedef struct FolderListing { // of a folder that was looked at
    Str path;                  // relative to the root; "" is the root
    OsStat info;               // before its names were read
    Str names;                 // listing_pack
    uint64_t rules_sum;        // of its ignore files, when they were read
    uint16_t rules;            // which ones were: FOLDER_GIT_RULES ...
} FolderListing;

// What is left in `out` is empty when there is none, or it is damaged.
void foldertable_open(const Segment *segment, FolderTable *out);
const FolderRow *foldertable_find(const FolderTable *table, Str path); // NULL: not known
// Its names, if it is now as it was then.
bool foldertable_names(const FolderTable *table, const FolderRow *row, const OsStat *now,
                       Str *names);
// What a row says, with a NUL behind the path. False when it is damaged.
bool foldertable_read(const FolderTable *table, const FolderRow *row, Str *path, Str *names);
// The sections of a table. looked_ns: when the look at the folders began, on the wall clock.
// `device` is the root's. `key` may be NULL.
void foldertable_build(Arena *arena, const FolderListing *listings, size_t count, int64_t looked_ns,
                       uint64_t device, const Hash128 *key,
                       SegmentSection out[FOLDERTABLE_SECTIONS]);

// An opened folder's raw listing (os_try_list) as names that can be kept: type, name, NUL each.
Str listing_pack(Arena *arena, OsFile dir, const Buf *listing);
bool listing_next(Str names, size_t *at, OsEntry *out); // false at the end
bool listing_same(Arena *arena, Str a, Str b);          // the same names, in whatever order

#endif
