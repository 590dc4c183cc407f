// index/foldertable.c - DESIGN is in the header.
#include "index/foldertable.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"

_Static_assert(sizeof(FolderRow) == 56, "rows lie in files");

enum { RACY_S = 2 };

// --- names ---

Str listing_pack(Arena *arena, OsFile dir, const Buf *listing)
{
    Buf out = buf_on(arena);
    OsEntry entry;
    for (size_t at = 0; os_list_next(dir, listing, &at, &entry);) {
        buf_byte(&out, (char)('0' + (int)entry.type));
        buf_add(&out, (Str){entry.name, strlen(entry.name) + 1});
    }
    return out.len ? buf_str(&out) : STR("");
}

bool listing_next(Str names, size_t *at, OsEntry *out)
{
    if (*at >= names.len) return false;
    const char *name = names.ptr + *at + 1;
    const char *end = memchr(name, 0, names.len - *at - 1);
    if (!end) return false; // never in what was packed
    *out = (OsEntry){.name = name, .type = (OsType)(names.ptr[*at] - '0')};
    *at = (size_t)(end - names.ptr) + 1;
    return true;
}

// --- reading ---

void foldertable_open(const Segment *segment, FolderTable *out)
{
    Str rows = segment_section(segment, FOLDERTABLE_ROWS);
    *out = (FolderTable){0};
    if (!rows.len || rows.len % sizeof(FolderRow)) return;
    *out = (FolderTable){.segment = segment,
                         .rows = (const void *)rows.ptr,
                         .count = rows.len / sizeof(FolderRow),
                         .bytes = segment_unchecked(segment, FOLDERTABLE_BYTES)};
}

static Str part_of(const FolderTable *table, uint64_t from, uint32_t len)
{
    if (from > table->bytes.len || len > table->bytes.len - from) return STR_NONE;
    const char *at = table->bytes.ptr + from;
    if (!segment_is_sound(table->segment, at, len)) return STR_NONE;
    return (Str){at, len};
}

const FolderRow *foldertable_find(const FolderTable *table, Str path)
{
    uint64_t hash = hash_64(path.ptr, path.len);
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->rows[middle].hash < hash) low = middle + 1;
        else high = middle;
    }
    for (; low < table->count && table->rows[low].hash == hash; low++) {
        const FolderRow *row = &table->rows[low];
        Str known = part_of(table, row->from, row->path_len);
        if (known.ptr && str_eq(known, path)) return row;
    }
    return NULL;
}

bool foldertable_names(const FolderTable *table, const FolderRow *row, const OsStat *now,
                       Str *names)
{
    bool same = now->type == OS_DIR && row->mtime_ns == now->mtime_ns &&
                row->ctime_ns == now->ctime_ns && row->inode == now->inode &&
                row->device == now->device;
    if (!same) return false;
    *names = part_of(table, (uint64_t)row->from + row->path_len, row->names_len);
    return names->ptr != NULL;
}

// --- building ---

static bool is_reliable(const FolderListing *listing, int64_t looked_ns, uint64_t device)
{
    const OsStat *info = &listing->info;
    int64_t older_ns = MIN(info->mtime_ns, info->ctime_ns); // a change sets both
    return info->device == device && older_ns < looked_ns - RACY_S * NS_PER_S;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t left = ((const FolderRow *)a)->hash, right = ((const FolderRow *)b)->hash;
    return (left > right) - (left < right);
}

void foldertable_build(Arena *arena, const FolderListing *listings, size_t count, int64_t looked_ns,
                       uint64_t device, SegmentSection out[FOLDERTABLE_SECTIONS])
{
    FolderRow *rows = ARENA_ARRAY(arena, FolderRow, count);
    Buf bytes = buf_on(arena);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const FolderListing *from = &listings[i];
        if (!is_reliable(from, looked_ns, device)) continue;
        if (bytes.len + from->path.len + from->names.len > UINT32_MAX) break;
        rows[kept++] = (FolderRow){.hash = hash_64(from->path.ptr, from->path.len),
                                   .mtime_ns = from->info.mtime_ns,
                                   .ctime_ns = from->info.ctime_ns,
                                   .inode = from->info.inode,
                                   .device = from->info.device,
                                   .from = (uint32_t)bytes.len,
                                   .path_len = (uint32_t)from->path.len,
                                   .names_len = (uint32_t)from->names.len};
        buf_add(&bytes, from->path);
        buf_add(&bytes, from->names);
    }
    if (kept) qsort(rows, kept, sizeof *rows, by_hash);
    out[0] = (SegmentSection){FOLDERTABLE_ROWS, {(const char *)rows, kept * sizeof *rows}};
    out[1] = (SegmentSection){FOLDERTABLE_BYTES, {bytes.ptr, bytes.len}};
}
