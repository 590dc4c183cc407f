// index/freshness.c
//
// DESIGN. The universe is cut into runs of BATCH files. A task takes one run, finds its place in
// the table, and walks both in step; it writes its own Run, its slot's arena, and the `seen` mark
// of each row that it meets, which no other run has. Afterwards runs are put together in order, and
// rows without a mark are what was deleted. Nothing is copied for a file that is as it was.
#include "index/freshness.h"

#include <errno.h>
#include <stdlib.h>

#include "base/vec.h"
#include "index/stamp.h"

enum { BATCH = 128 };

typedef struct Run {
    FileChange *items;
    size_t len, cap;
    size_t same, racy, lost;
    struct {
        Str *items;
        size_t len, cap;
    } doubtful;
} Run;

typedef struct Look {
    // frozen
    const Ctx *cx;
    const FreshnessSpec *spec;
    const FileTable *table;
    const Universe *universe;
    // each written by one task
    Run *runs;
    bool *seen;    // for each row
    bool *vouched; // likewise
    Arena *arenas; // one a slot
} Look;

static bool is_gone(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

// Is the content what the row says? Sets what was read.
static bool has_content(const Look *look, size_t row, FileEntry *now)
{
    Arena arena = {0};
    Ctx cx = ctx_child(look->cx, &arena);
    Digest old;
    FileLook seen;
    file_look(&cx, look->spec->workspace->dir, now->path.ptr, look->spec->max_bytes, &seen);
    arena_fini(&arena);
    if (!seen.row.has_digest) return false; // whoever reads it for its content tells why
    now->row = seen.row;
    now->digest = seen.digest;
    return filetable_digest(look->table, row, &old) && digest_eq(&old, &seen.digest);
}

// What could not be read may be readable now, and nothing about it need look different.
static bool can_be_read_now(const Look *look, const FileRow *old, const FileEntry *now)
{
    if (old->skip != 1 + SKIP_UNREADABLE) return false;
    Arena arena = {0};
    Ctx cx = ctx_child(look->cx, &arena);
    FileLook seen;
    file_look(&cx, look->spec->workspace->dir, now->path.ptr, look->spec->max_bytes, &seen);
    arena_fini(&arena);
    return seen.row.skip != 1 + SKIP_UNREADABLE;
}

// With old content: the place of it, and what was found out about it.
static void keep_content(const FileRow *old, FileRow *now)
{
    now->segment = old->segment;
    now->ordinal = old->ordinal;
    now->skip = old->skip;
}

// Left out for its size, then and now: whatever is in it.
static bool stays_too_large(const Look *look, const FileRow *old, const OsStat *info)
{
    return old->skip == 1 + SKIP_TOO_LARGE && info->size_bytes > look->spec->max_bytes;
}

static FileState compare(const Look *look, size_t row, const OsStat *info, Run *run, FileEntry *now)
{
    const FileRow *old = &look->table->rows[row];
    bool same_stat = filerow_same_stat(old, info);
    bool racy = stamp_is_racy(info, look->spec->looked_ns) && !stays_too_large(look, old, info);
    if (same_stat && can_be_read_now(look, old, now)) return FILE_CHANGED;
    if (same_stat && !racy) return FILE_SAME;
    if (old->size_bytes != info->size_bytes || !has_content(look, row, now)) return FILE_CHANGED;
    keep_content(old, &now->row);
    if (!same_stat) return FILE_TOUCHED;
    run->racy++;
    return FILE_SAME;
}

static void look_at(const Look *look, Str path, uint32_t row, Run *run, Arena *arena)
{
    OsStat info;
    FileEntry now = {.path = path, .row = {.segment = FILE_NONE, .ordinal = FILE_NONE}};
    int error = os_try_stat(look->spec->workspace->dir, path.ptr, OS_NOFOLLOW, &info);
    if (is_gone(error) || (!error && info.type != OS_REGULAR)) { // listed, but not there
        run->lost++;
        return;
    }
    if (row != FILE_NONE) look->seen[row] = true;
    FileState state = row == FILE_NONE ? FILE_ADDED : FILE_CHANGED;
    size_t racy = run->racy;
    if (error) {
        now.row.skip = 1 + SKIP_UNREADABLE;
    } else {
        filerow_set_stat(&now.row, &info);
        if (row != FILE_NONE) state = compare(look, row, &info, run, &now);
    }
    if (state == FILE_SAME) run->same++;
    else VEC_PUSH(arena, run, (FileChange){state, row, now});
    bool sure = state == FILE_SAME && run->racy == racy && info.links == 1 &&
                look->table->rows[row].skip != 1 + SKIP_UNREADABLE;
    if (sure) look->vouched[row] = true;
    else VEC_PUSH(arena, &run->doubtful, path);
}

static void look_at_run(void *arg, size_t index, int slot)
{
    const Look *look = arg;
    Run *run = &look->runs[index];
    const UniverseFile *files = look->universe->files;
    size_t from = index * BATCH, to = MIN(from + BATCH, look->universe->count);
    size_t row = filetable_lower(look->table, files[from].path);
    for (size_t i = from; i < to; i++) {
        int order = -1;
        for (; row < look->table->count; row++)
            if ((order = str_cmp(filetable_path(look->table, row), files[i].path)) >= 0) break;
        bool known = row < look->table->count && order == 0;
        look_at(look, files[i].path, known ? (uint32_t)row : FILE_NONE, run, &look->arenas[slot]);
        row += known;
    }
}

// Puts the runs' changes and the rows nobody has seen together, by path.
static void collect(Ctx *cx, const Look *look, size_t run_count, Freshness *out)
{
    const FileTable *table = look->table;
    size_t most = 0, row = 0;
    for (size_t i = 0; i < run_count; i++) most += look->runs[i].len;
    for (size_t i = 0; i < table->count; i++) most += !look->seen[i];
    out->changes = ARENA_ARRAY(cx->arena, FileChange, most);
    FileChange *at = out->changes;
    for (size_t i = 0; i <= run_count; i++) {
        const Run *run = i < run_count ? &look->runs[i] : &(Run){0};
        for (size_t k = 0; k < run->len + (i == run_count); k++) {
            bool last = k == run->len; // of all: what remains was deleted
            for (; row < table->count; row++) {
                Str path = filetable_path(table, row);
                if (!last && str_cmp(path, run->items[k].now.path) >= 0) break;
                if (look->seen[row]) continue;
                *at++ = (FileChange){FILE_DELETED, (uint32_t)row, {.path = path}};
            }
            if (!last) *at++ = run->items[k];
        }
        out->counts[FILE_SAME] += run->same;
        out->racy_count += run->racy;
        out->lost_count += run->lost;
    }
    out->change_count = (size_t)(at - out->changes);
    for (size_t i = 0; i < out->change_count; i++) out->counts[out->changes[i].state]++;
}

static void collect_doubtful(Ctx *cx, const Look *look, size_t run_count, Freshness *out)
{
    size_t count = 0;
    for (size_t i = 0; i < run_count; i++) count += look->runs[i].doubtful.len;
    Str *all = ARENA_ARRAY(cx->arena, Str, count);
    out->doubtful = all;
    out->doubtful_count = count;
    for (size_t i = 0; i < run_count; i++) {
        const Run *run = &look->runs[i];
        if (run->doubtful.len) memcpy(all, run->doubtful.items, run->doubtful.len * sizeof *all);
        all += run->doubtful.len;
    }
}

static Fail look_at_all(Ctx *cx, Look *look, Freshness *out)
{
    Pool *pool = look->spec->pool;
    size_t run_count = (look->universe->count + BATCH - 1) / BATCH;
    size_t slots = (size_t)pool_slots(pool);
    look->runs = ARENA_ARRAY(cx->arena, Run, run_count);
    look->arenas = ARENA_ARRAY(cx->arena, Arena, slots);
    pool_each(pool, cx, run_count, 1, look_at_run, look);
    for (size_t i = 0; i < slots; i++) arena_adopt(cx->arena, &look->arenas[i]);
    TRY(ctx_check(cx));
    collect(cx, look, run_count, out);
    collect_doubtful(cx, look, run_count, out);
    out->vouched = look->vouched;
    return look->table->segment ? segment_intact(cx, look->table->segment) : NULL;
}

Fail freshness_check(Ctx *cx, const FreshnessSpec *spec, Freshness *out)
{
    static const FileTable empty = {0};
    *out = (Freshness){.looked_ns = os_wall_ns()};
    TRY(universe_list_known(cx, spec->workspace, spec->selection, spec->pool, spec->folders,
                            spec->keep_folders, &out->universe));
    if (out->universe.stopped) TRY(ctx_check(cx)); // tells why
    if (out->universe.stopped)
        return FAIL(cx->arena, CANCELLED, "the list of files is not complete");
    Look look = {.cx = cx,
                 .spec = spec,
                 .table = spec->table ? spec->table : &empty,
                 .universe = &out->universe};
    look.seen = ARENA_ARRAY(cx->arena, bool, look.table->count);
    look.vouched = ARENA_ARRAY(cx->arena, bool, look.table->count);
    return look_at_all(cx, &look, out);
}

// --- looks after that one

static bool *copy_bools(Arena *arena, const bool *from, size_t count)
{
    bool *to = arena_alloc_raw(arena, MAX(count, (size_t)1) * sizeof *to);
    if (count) memcpy(to, from, count * sizeof *to);
    return to;
}

static void keep_universe(Arena *arena, const Universe *from, Universe *out)
{
    UniverseFile *files = ARENA_ARRAY(arena, UniverseFile, from->count);
    SkippedFile *skipped = ARENA_ARRAY(arena, SkippedFile, from->skipped_count);
    for (size_t i = 0; i < from->count; i++)
        files[i] = (UniverseFile){str_copy(arena, from->files[i].path), from->files[i].tracked};
    for (size_t i = 0; i < from->skipped_count; i++)
        skipped[i] = (SkippedFile){str_copy(arena, from->skipped[i].path), from->skipped[i].reason};
    *out = (Universe){.files = files,
                      .count = from->count,
                      .skipped = skipped,
                      .skipped_count = from->skipped_count,
                      .source = str_copy(arena, from->source),
                      .fallback_reason = str_copy(arena, from->fallback_reason)};
}

void freshness_keep(Arena *arena, const FileTable *table, const Freshness *fresh, FilesSeen *out)
{
    Str *doubtful = ARENA_ARRAY(arena, Str, fresh->doubtful_count);
    uint32_t *gone = ARENA_ARRAY(arena, uint32_t, fresh->counts[FILE_DELETED]);
    *out = (FilesSeen){.looked_ns = fresh->looked_ns,
                       .vouched = copy_bools(arena, fresh->vouched, table->count),
                       .doubtful = doubtful,
                       .doubtful_count = fresh->doubtful_count,
                       .row_count = table->count,
                       .gone = gone};
    keep_universe(arena, &fresh->universe, &out->universe);
    for (size_t i = 0; i < fresh->doubtful_count; i++)
        doubtful[i] = str_copy(arena, fresh->doubtful[i]);
    for (size_t i = 0; i < fresh->change_count; i++)
        if (fresh->changes[i].state == FILE_DELETED)
            gone[out->gone_count++] = fresh->changes[i].old_row;
}

static int path_order(const void *key, const void *item) // the path is the first of both structs
{
    return str_cmp(*(const Str *)key, *(const Str *)item);
}

static bool is_listed(const Universe *universe, Str path)
{
    return universe->count &&
           bsearch(&path, universe->files, universe->count, sizeof *universe->files, path_order);
}

// Named, though not listed: whether that would now be listed, or was counted as skipped.
static bool is_news(const FreshnessSpec *spec, const Universe *universe, Str path)
{
    OsStat info;
    if (universe->skipped_count && bsearch(&path, universe->skipped, universe->skipped_count,
                                           sizeof *universe->skipped, path_order))
        return true;
    return !is_gone(os_try_stat(spec->workspace->dir, path.ptr, OS_NOFOLLOW, &info));
}

// Doubtful files, and the listed ones among `paths`: two sorted lists made one.
static UniverseFile *choose(Ctx *cx, const FreshnessSpec *spec, const FilesSeen *seen,
                            const Str *paths, size_t count, size_t *chosen, bool *news)
{
    UniverseFile *files = ARENA_ARRAY(cx->arena, UniverseFile, seen->doubtful_count + count);
    size_t old = 0;
    *chosen = 0;
    for (size_t i = 0; i <= count; i++) {
        for (; old < seen->doubtful_count; old++) {
            int order = i < count ? str_cmp(seen->doubtful[old], paths[i]) : -1;
            if (order > 0) break;
            if (order < 0) files[(*chosen)++].path = seen->doubtful[old];
        }
        if (i == count) break;
        Str path = str_copy(cx->arena, paths[i]); // with a NUL
        if (is_listed(&seen->universe, path)) files[(*chosen)++].path = path;
        else *news = *news || is_news(spec, &seen->universe, path);
    }
    return files;
}

Fail freshness_check_again(Ctx *cx, const FreshnessSpec *spec, const FilesSeen *seen,
                           const Str *paths, size_t count, bool *enough, Freshness *out)
{
    size_t chosen = 0, known = 0, rows = seen->row_count;
    bool news = false;
    UniverseFile *files = choose(cx, spec, seen, paths, count, &chosen, &news);
    Universe asked = {.files = files, .count = chosen};
    Look look = {.cx = cx, .spec = spec, .table = spec->table, .universe = &asked};
    look.vouched = copy_bools(cx->arena, seen->vouched, rows);
    look.seen = arena_alloc_raw(cx->arena, MAX(rows, (size_t)1));
    memset(look.seen, true, rows);
    for (size_t i = 0; i < seen->gone_count; i++) look.seen[seen->gone[i]] = false;
    for (size_t i = 0; i < chosen; i++) {
        uint32_t row = filetable_find(spec->table, files[i].path);
        if (row == FILE_NONE) continue;
        look.seen[row] = look.vouched[row] = false;
        known++;
    }
    *out = (Freshness){.looked_ns = seen->looked_ns}; // of the others
    TRY(look_at_all(cx, &look, out));
    out->counts[FILE_SAME] += rows - seen->gone_count - known;
    out->universe = seen->universe;
    *enough = !news && !out->lost_count;
    return NULL;
}

Fail freshness_apply(Ctx *cx, const FileTable *table, const Freshness *fresh, FileEntry **out,
                     size_t *count)
{
    size_t added = fresh->counts[FILE_ADDED], row = 0;
    FileEntry *entries = ARENA_ARRAY(cx->arena, FileEntry, table->count + added), *at = entries;
    for (size_t i = 0; i < fresh->change_count; i++) {
        const FileChange *change = &fresh->changes[i];
        for (; row < table->count; row++) {
            if (str_cmp(filetable_path(table, row), change->now.path) >= 0) break;
            *at++ = filetable_entry(table, row);
        }
        row += change->old_row != FILE_NONE;
        if (change->state != FILE_DELETED) *at++ = change->now;
    }
    for (; row < table->count; row++) *at++ = filetable_entry(table, row);
    *out = entries;
    *count = (size_t)(at - entries);
    return table->segment ? segment_intact(cx, table->segment) : NULL;
}
