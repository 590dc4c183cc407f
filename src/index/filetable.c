// index/filetable.c
#include "index/filetable.h"

#include <errno.h>

_Static_assert(sizeof(FileRow) == 64, "rows lie in files");

static Fail damaged(Ctx *cx)
{
    Fail fail = FAIL(cx->arena, DAMAGED, "the table of files cannot be used; it must be made anew");
    return problem_with_str(cx->arena, fail, "reason", STR("layout"));
}

Fail filetable_open(Ctx *cx, const Segment *segment, FileTable *out)
{
    Str rows = segment_section(segment, FILETABLE_ROWS);
    Str paths = segment_section(segment, FILETABLE_PATHS);
    TRY(segment_intact(cx, segment));
    size_t count = rows.len / sizeof(FileRow);
    if (!rows.ptr || !paths.ptr || rows.len % sizeof(FileRow) || count >= FILE_NONE ||
        segment_section_bytes(segment, FILETABLE_DIGESTS) != count * sizeof(Digest) ||
        (paths.len && paths.ptr[paths.len - 1]))
        return damaged(cx);
    *out = (FileTable){segment, (const void *)rows.ptr, count, paths};
    return NULL;
}

Str filetable_path(const FileTable *table, size_t row)
{
    const FileRow *at = &table->rows[row];
    Str paths = table->paths;
    // Holds for every table that was built here; what is read must not lie outside all the same.
    if (at->path_from >= paths.len || at->path_len >= paths.len - at->path_from) return STR("");
    return (Str){paths.ptr + at->path_from, at->path_len};
}

bool filetable_digest(const FileTable *table, size_t row, Digest *out)
{
    if (!table->rows[row].has_digest) return false;
    Str bytes =
        segment_part(table->segment, FILETABLE_DIGESTS, row * sizeof(Digest), sizeof(Digest));
    if (!bytes.ptr) return false;
    memcpy(out, bytes.ptr, sizeof *out);
    return true;
}

size_t filetable_lower(const FileTable *table, Str path)
{
    size_t from = 0, to = table->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (str_cmp(filetable_path(table, middle), path) < 0) from = middle + 1;
        else to = middle;
    }
    return from;
}

uint32_t filetable_find(const FileTable *table, Str path)
{
    size_t row = filetable_lower(table, path);
    bool found = row < table->count && str_eq(filetable_path(table, row), path);
    return found ? (uint32_t)row : FILE_NONE;
}

void filerow_set_stat(FileRow *row, const OsStat *info)
{
    row->size_bytes = info->size_bytes;
    row->mtime_ns = info->mtime_ns;
    row->ctime_ns = info->ctime_ns;
    row->inode = info->inode;
    row->mode = info->mode;
}

bool filerow_same_stat(const FileRow *row, const OsStat *info)
{
    return row->size_bytes == info->size_bytes && row->mtime_ns == info->mtime_ns &&
           row->ctime_ns == info->ctime_ns && row->inode == info->inode && row->mode == info->mode;
}

FileEntry filetable_entry(const FileTable *table, size_t row)
{
    FileEntry entry = {.path = filetable_path(table, row), .row = table->rows[row]};
    entry.row.has_digest = filetable_digest(table, row, &entry.digest);
    return entry;
}

Fail filetable_build(Ctx *cx, const FileEntry *entries, size_t count,
                     SegmentSection out[FILETABLE_SECTIONS])
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) bytes += entries[i].path.len + 1;
    if (bytes > UINT32_MAX || count >= FILE_NONE)
        return FAIL(cx->arena, TOO_LARGE, "a workspace of %zu files", count);
    FileRow *rows = ARENA_ARRAY(cx->arena, FileRow, count);
    Digest *digests = ARENA_ARRAY(cx->arena, Digest, count);
    char *paths = arena_alloc_raw(cx->arena, (size_t)bytes);
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        Str path = entries[i].path;
        rows[i] = entries[i].row;
        rows[i].path_from = at;
        rows[i].path_len = (uint32_t)path.len;
        digests[i] = entries[i].digest;
        memcpy(paths + at, path.ptr, path.len);
        paths[at + path.len] = 0;
        at += (uint32_t)path.len + 1;
    }
    out[0] = (SegmentSection){FILETABLE_ROWS, {(const char *)rows, count * sizeof *rows}};
    out[1] = (SegmentSection){FILETABLE_DIGESTS, {(const char *)digests, count * sizeof *digests}};
    out[2] = (SegmentSection){FILETABLE_PATHS, {paths, (size_t)bytes}};
    return NULL;
}

static SkipReason skip_of(int error)
{
    if (error == ENOENT || error == ENOTDIR) return SKIP_VANISHED;
    return error == ELOOP ? SKIP_SYMLINK : SKIP_UNREADABLE;
}

static void skip(FileLook *look, SkipReason reason)
{
    look->row.skip = (uint16_t)(1 + reason);
}

static void read_text(Ctx *cx, OsFile file, uint64_t max_bytes, FileLook *out)
{
    size_t cap = (size_t)MIN(out->row.size_bytes, max_bytes) + 1, got = 0; // one more: it may grow
    char *bytes = arena_alloc_raw(cx->arena, cap + 1);
    out->error = os_try_read(file, bytes, cap, false, &got);
    if (out->error) {
        skip(out, SKIP_UNREADABLE);
        return;
    }
    if (got > max_bytes) {
        skip(out, SKIP_TOO_LARGE);
        return;
    }
    bytes[got] = 0;
    out->text = (Str){bytes, got};
}

static void look(Ctx *cx, OsFile dir, const char *path, uint64_t max_bytes, FileLook *out)
{
    OsFile file = OS_FILE_NONE;
    OsStat info;
    *out = (FileLook){.row = {.segment = FILE_NONE, .ordinal = FILE_NONE}};
    int error = os_try_open(dir, path, OS_NOFOLLOW, &file);
    Fail fail = error ? NULL : os_fstat(cx, file, &info);
    if (error || fail) {
        out->error = error ? error : EIO;
        if (os_try_stat(dir, path, OS_NOFOLLOW, &info) == 0) filerow_set_stat(&out->row, &info);
        skip(out, skip_of(out->error));
        os_close(&file);
        return;
    }
    filerow_set_stat(&out->row, &info);
    if (info.type != OS_REGULAR) skip(out, SKIP_SPECIAL);
    else if (info.size_bytes > max_bytes) skip(out, SKIP_TOO_LARGE);
    else read_text(cx, file, max_bytes, out);
    os_close(&file);
}

void file_look(Ctx *cx, OsFile dir, const char *path, uint64_t max_bytes, FileLook *out)
{
    look(cx, dir, path, max_bytes, out);
    if (!out->text.ptr) return;
    out->digest = digest_of(out->text);
    out->row.has_digest = 1;
}
