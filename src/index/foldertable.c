// index/foldertable.c - DESIGN is in the header.
#include "index/foldertable.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/vec.h"

_Static_assert(sizeof(FolderRow) == 64, "rows lie in files");

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

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

// The entries with their types, sorted.
static Str *sort_entries(Arena *arena, Str names, size_t *count)
{
    VEC(Str) entries = {0};
    OsEntry entry;
    for (size_t at = 0, from = 0; listing_next(names, &at, &entry); from = at)
        VEC_PUSH(arena, &entries, str_sub(names, from, at));
    if (entries.len) qsort(entries.items, entries.len, sizeof *entries.items, by_bytes);
    *count = entries.len;
    return entries.items;
}

bool listing_same(Arena *arena, Str a, Str b)
{
    if (a.len != b.len) return false;
    if (str_eq(a, b)) return true;
    size_t count, other;
    Str *left = sort_entries(arena, a, &count), *right = sort_entries(arena, b, &other);
    if (count != other) return false;
    for (size_t i = 0; i < count; i++)
        if (!str_eq(left[i], right[i])) return false;
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
    Str order = segment_section(segment, FOLDERTABLE_ORDER);
    Str key = segment_section(segment, FOLDERTABLE_KEY);
    if (order.len == out->count * sizeof *out->order) out->order = (const void *)order.ptr;
    if (key.len == sizeof *out->key) out->key = (const void *)key.ptr;
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
    bool same = !row->doubtful && now->type == OS_DIR && row->mtime_ns == now->mtime_ns &&
                row->ctime_ns == now->ctime_ns && row->inode == now->inode &&
                row->device == now->device;
    if (!same) return false;
    *names = part_of(table, (uint64_t)row->from + row->path_len + 1, row->names_len);
    return names->ptr != NULL;
}

bool foldertable_read(const FolderTable *table, const FolderRow *row, Str *path, Str *names)
{
    Str all = part_of(table, row->from, row->path_len + 1 + row->names_len);
    if (!all.ptr || all.ptr[row->path_len]) return false;
    *path = str_sub(all, 0, row->path_len);
    *names = str_sub(all, row->path_len + 1, all.len);
    return true;
}

// --- building ---

static bool is_reliable(const FolderListing *listing, int64_t looked_ns, uint64_t device)
{
    const OsStat *info = &listing->info;
    int64_t older_ns = MIN(info->mtime_ns, info->ctime_ns); // a change sets both
    return info->device == device && older_ns < looked_ns - RACY_S * NS_PER_S;
}

// `listings` holds pointers, so that their order is not the caller's.
static int by_path(const void *a, const void *b)
{
    const FolderListing *left = *(const FolderListing *const *)a;
    const FolderListing *right = *(const FolderListing *const *)b;
    return str_cmp(left->path, right->path);
}

typedef struct Draft { // of a row
    FolderRow row;
    uint32_t number; // in order of paths
} Draft;

static int by_hash(const void *a, const void *b)
{
    const Draft *left = a, *right = b;
    if (left->row.hash != right->row.hash) return left->row.hash > right->row.hash ? 1 : -1;
    return (left->number > right->number) - (left->number < right->number);
}

static FolderRow make_row(const FolderListing *from, bool doubtful, Buf *bytes)
{
    FolderRow row = {.hash = hash_64(from->path.ptr, from->path.len),
                     .mtime_ns = from->info.mtime_ns,
                     .ctime_ns = from->info.ctime_ns,
                     .inode = from->info.inode,
                     .device = from->info.device,
                     .rules_sum = from->rules_sum,
                     .from = (uint32_t)bytes->len,
                     .path_len = (uint32_t)from->path.len,
                     .names_len = (uint32_t)from->names.len,
                     .rules = from->rules,
                     .doubtful = doubtful};
    buf_add(bytes, from->path);
    buf_byte(bytes, 0);
    buf_add(bytes, from->names);
    return row;
}

void foldertable_build(Arena *arena, const FolderListing *listings, size_t count, int64_t looked_ns,
                       uint64_t device, const Hash128 *key,
                       SegmentSection out[FOLDERTABLE_SECTIONS])
{
    const FolderListing **sorted = ARENA_ARRAY(arena, const FolderListing *, count);
    Draft *drafts = ARENA_ARRAY(arena, Draft, count);
    Buf bytes = buf_on(arena);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) sorted[i] = &listings[i];
    if (count) qsort(sorted, count, sizeof *sorted, by_path);
    for (; kept < count; kept++) {
        const FolderListing *from = sorted[kept];
        if (bytes.len + from->path.len + from->names.len >= UINT32_MAX) break;
        bool doubtful = !is_reliable(from, looked_ns, device);
        drafts[kept] = (Draft){make_row(from, doubtful, &bytes), (uint32_t)kept};
    }
    if (kept) qsort(drafts, kept, sizeof *drafts, by_hash);
    FolderRow *rows = ARENA_ARRAY(arena, FolderRow, kept);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, kept);
    for (size_t i = 0; i < kept; i++) {
        rows[i] = drafts[i].row;
        order[drafts[i].number] = (uint32_t)i;
    }
    bool tells = key && kept == count;
    out[0] = (SegmentSection){FOLDERTABLE_ROWS, {(const char *)rows, kept * sizeof *rows}};
    out[1] = (SegmentSection){FOLDERTABLE_BYTES, {bytes.ptr, bytes.len}};
    out[2] = (SegmentSection){FOLDERTABLE_ORDER, {(const char *)order, kept * sizeof *order}};
    out[3] = (SegmentSection){FOLDERTABLE_KEY, {(const char *)key, tells ? sizeof *key : 0}};
}
