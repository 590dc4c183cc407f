// index/git_index.h - reads .git/index: the names git tracks.
//
//   "DIRC" version count, entries sorted by name, extensions, checksum
// Source: gitformat-index(5). Versions 2, 3 and 4, SHA-1 and SHA-256. The file is read in pieces;
// only the names are kept. The checksum is not verified (git does not either), the structure is.
//
// Threads: a GitIndex is frozen. Memory: in the arena given. Blocks: git_index_read, on the disk.
#ifndef CQ_INDEX_GIT_INDEX_H
#define CQ_INDEX_GIT_INDEX_H

#include "base/os.h"

typedef enum GitKind {
    GIT_FILE,
    GIT_SYMLINK,
    GIT_MODULE,     // a submodule's folder
    GIT_SPARSE_DIR, // a folder outside a sparse checkout, its files not listed
} GitKind;

typedef struct GitEntry {
    const char *path; // NUL-terminated, no slash at the end
    uint32_t len;
    uint8_t kind; // GitKind
    bool skipped; // outside the sparse checkout (skip-worktree)
    bool tracked; // false only for entries that the git command listed as untracked
} GitEntry;

typedef struct GitIndex {    // all zero is a valid empty index
    const GitEntry *entries; // sorted by path, bytewise; conflict stages are one entry
    size_t count;
} GitIndex;

typedef struct GitIndexSpec {
    size_t hash_bytes; // 20 or 32
    Str prefix;        // put before every path
} GitIndexSpec;

// Reads the index file.
// Fails: NOT_FOUND (no such file), IO, UNAVAILABLE (damaged, or a kind only git itself can read: a
// split index, an unknown version or extension); the detail says which.
MUST_CHECK Fail git_index_read(Ctx *cx, const char *path, GitIndexSpec spec, GitIndex *out);
// The same from memory.
MUST_CHECK Fail git_index_parse(Arena *arena, Str bytes, GitIndexSpec spec, GitIndex *out);

// The first entry in [from, to) whose path is not below `path`; from itself when none is.
size_t git_index_end(const GitIndex *index, size_t from, size_t to, Str path);
// The entries below the folder `path`, as [*from, *to). Empty when there is none.
void git_index_below(const GitIndex *index, Str path, size_t *from, size_t *to);
// The entry of exactly this path, or NULL.
const GitEntry *git_index_find(const GitIndex *index, Str path);

#endif
