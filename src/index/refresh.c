// index/refresh.c - views. See refresh_write.c for what is published.
#include "index/refresh.h"

#include "base/clock.h"
#include "base/vec.h"
#include "index/refresh_.h"

enum { DUE_FILES = 16, DUE_BYTES = 512 << 10, LONG_S = 3600 };

size_t refresh_cut(Arena *arena, const uint64_t *sizes, size_t count, uint64_t most, Range **out)
{
    VEC(Range) ranges = {0};
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ranges.len || bytes + sizes[i] > most) {
            VEC_PUSH(arena, &ranges, (Range){.from = i});
            bytes = 0;
        }
        bytes += sizes[i];
        ranges.items[ranges.len - 1].count++;
    }
    *out = ranges.items;
    return ranges.len;
}

// --- what is published ---

static Fail open_published(Ctx *cx, const RefreshSpec *spec, RefreshView *out)
{
    OpenedSpec opened = {spec->cache_dir, spec->workspace->root, spec->max_file_bytes};
    if (opened_lease(cx, spec->opened, &opened, &out->lease)) {
        out->opened = out->lease.value;
        return NULL;
    }
    TRY(opened_new(cx, &opened, &out->own));
    out->opened = out->own;
    return NULL;
}

static void let_go(Ctx *cx, RefreshView *view)
{
    lease_release(&view->lease);
    opened_free(view->own);
    view->own = NULL;
    view->opened = ARENA_NEW(cx->arena, Opened);
}

void refresh_close(RefreshView *view)
{
    lease_release(&view->lease);
    opened_free(view->own);
    *view = (RefreshView){0};
}

// --- what changed ---

static bool is_to_read(const FileChange *change)
{
    return change->state == FILE_CHANGED || change->state == FILE_ADDED;
}

static void list_changed(Ctx *cx, const Freshness *fresh, Str **paths, uint64_t **sizes,
                         size_t *count)
{
    size_t most = fresh->counts[FILE_CHANGED] + fresh->counts[FILE_ADDED];
    *paths = ARENA_ARRAY(cx->arena, Str, most);
    *sizes = ARENA_ARRAY(cx->arena, uint64_t, most);
    *count = 0;
    for (size_t i = 0; i < fresh->change_count; i++) {
        if (!is_to_read(&fresh->changes[i])) continue;
        (*paths)[*count] = fresh->changes[i].now.path;
        (*sizes)[(*count)++] = fresh->changes[i].now.row.size_bytes;
    }
}

static void free_builder(void *builder)
{
    lexicon_builder_free(builder);
}

typedef VEC(RefreshPart) PartVec;

size_t refresh_pack(Ctx *cx, const Harvest *range, RefreshPart *out)
{
    if (!range->taken) return 0;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon *lexicon = ARENA_NEW(cx->arena, Lexicon);
    arena_defer(cx->arena, free_builder, builder);
    lexicon_view(harvest_pack(range, builder), lexicon);
    uint32_t words = (lexicon->head->files + 63) / 64;
    uint64_t *live = ARENA_ARRAY(cx->arena, uint64_t, words);
    memset(live, 0xFF, words * sizeof *live);
    *out = (RefreshPart){.lexicon = lexicon, .live = live, .ordinals = lexicon->head->files};
    return 1;
}

static void read_changed(Ctx *cx, const RefreshSpec *spec, RefreshView *view, PartVec *parts)
{
    Range *ranges;
    uint64_t *sizes;
    Str *paths;
    size_t count;
    list_changed(cx, &view->fresh, &paths, &sizes, &count);
    HarvestSpec harvest_spec = {.workspace = spec->workspace,
                                .paths = paths,
                                .count = count,
                                .pool = spec->pool,
                                .grammars = spec->grammars,
                                .max_file_bytes = spec->max_file_bytes,
                                .docs = spec->docs};
    int64_t start_ns = clock_now_ns();
    harvest(cx, &harvest_spec, &view->delta);
    int64_t harvested_ns = clock_now_ns();
    size_t range_count = refresh_cut(cx->arena, sizes, count, MOST_RANGE_BYTES, &ranges);
    for (size_t i = 0; i < range_count; i++) {
        Harvest range = {.files = view->delta.files + ranges[i].from, .count = ranges[i].count};
        for (size_t k = 0; k < range.count; k++) range.taken += range.files[k].taken;
        RefreshPart part;
        if (refresh_pack(cx, &range, &part)) VEC_PUSH(cx->arena, parts, part);
    }
    view->stopped = view->delta.stopped;
    view->harvest_ns = harvested_ns - start_ns;
    view->pack_ns = clock_now_ns() - harvested_ns;
}

// --- what of the snapshot still counts ---

static uint64_t *copy_live(Ctx *cx, const SnapshotPart *part)
{
    size_t words = (part->ordinals + 63) / 64;
    uint64_t *live = ARENA_ARRAY(cx->arena, uint64_t, words);
    if (words) memcpy(live, part->live, words * sizeof *live);
    return live;
}

static void bury(Ctx *cx, const Snapshot *snapshot, const FileRow *row, RefreshPart *parts)
{
    if (row->segment >= snapshot->part_count) return; // it has no content
    RefreshPart *part = &parts[row->segment];
    const SnapshotPart *from = &snapshot->parts[row->segment];
    if (row->ordinal >= from->ordinals) return;
    if (part->live == from->live) part->live = copy_live(cx, from);
    uint64_t *live = (uint64_t *)(uintptr_t)part->live; // our copy
    live[row->ordinal / 64] &= ~(UINT64_C(1) << row->ordinal % 64);
}

static void add_published_parts(Ctx *cx, const RefreshView *view, PartVec *parts)
{
    const Opened *opened = view->opened;
    const Snapshot *snapshot = opened->snapshot;
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotPart *from = &snapshot->parts[i];
        RefreshPart part = {&opened->lexicons[i], from->segment, from->live, from->ordinals};
        VEC_PUSH(cx->arena, parts, part);
    }
    for (size_t i = 0; i < view->fresh.change_count; i++) {
        const FileChange *change = &view->fresh.changes[i];
        if (change->state != FILE_CHANGED && change->state != FILE_DELETED) continue;
        bury(cx, snapshot, &opened->table.rows[change->old_row], parts->items);
    }
}

// --- counting ---

static void count_skip(uint64_t *skipped, const FileRow *row, int by)
{
    if (row->skip && row->skip <= SKIP_REASONS) skipped[row->skip - 1] += (uint64_t)by;
}

static void count_skipped(RefreshView *view)
{
    const FileTable *table = &view->opened->table;
    const Universe *universe = &view->fresh.universe;
    size_t gone = 0;
    for (size_t i = 0; i < table->count; i++) count_skip(view->skipped, &table->rows[i], 1);
    for (size_t i = 0; i < view->fresh.change_count; i++) {
        const FileChange *change = &view->fresh.changes[i];
        bool counted = change->state == FILE_CHANGED || change->state == FILE_DELETED;
        if (counted) count_skip(view->skipped, &table->rows[change->old_row], -1);
    }
    for (size_t i = 0; i < view->delta.count; i++)
        count_skip(view->skipped, &view->delta.files[i].row, 1);
    if (view->stale) {
        for (size_t i = 0; i < SKIP_REASONS; i++) view->skipped[i] += view->opened->note.skipped[i];
        return;
    }
    for (size_t i = 0; i < universe->skipped_count; i++)
        view->skipped[universe->skipped[i].reason]++;
    for (size_t i = 0; i < FILE_STATES; i++)
        if (i != FILE_DELETED) gone += view->fresh.counts[i];
    view->skipped[SKIP_VANISHED] += universe->count - gone; // in git's index, but not there
}

// --- the view ---

static Fail look_at_files(Ctx *cx, const RefreshSpec *spec, RefreshView *out)
{
    static const Selection all = {0};
    const Snapshot *snapshot = out->opened->snapshot;
    int64_t start_ns = clock_now_ns();
    FreshnessSpec fresh = {.workspace = spec->workspace,
                           .selection = &all,
                           .pool = spec->pool,
                           .table = &out->opened->table,
                           .looked_ns = snapshot ? snapshot->head.looked_ns : 0,
                           .folders = &out->opened->folders,
                           .max_bytes = spec->max_file_bytes};
    bool follows = spec->follow && snapshot && out->lease.held;
    if (follows) TRY(follow_files(cx, spec->follow, spec->workspace, &out->lease, &out->fresh));
    else TRY(freshness_check(cx, &fresh, &out->fresh));
    out->fresh_ns = clock_now_ns() - start_ns;
    return NULL;
}

static bool is_too_large(const Freshness *fresh)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < fresh->change_count; i++)
        if (is_to_read(&fresh->changes[i])) bytes += fresh->changes[i].now.row.size_bytes;
    return bytes > IN_MEMORY_BYTES;
}

// Publishes first. True when there is something new to look at.
static bool publish_first(Ctx *cx, const RefreshSpec *spec, RefreshView *out)
{
    RefreshReport report;
    RefreshOptions options = {.patience_ns = LONG_S * NS_PER_S};
    if (out->published || !spec->cache_dir.len || !is_too_large(&out->fresh)) return false;
    out->published = true;
    return !refresh_index(cx, spec, &options, &report) && !report.busy;
}

static Fail look(Ctx *cx, const RefreshSpec *spec, RefreshHow how, RefreshView *out)
{
    let_go(cx, out);
    if (how != REFRESH_MEMORY) TRY(open_published(cx, spec, out));
    out->stale = how == REFRESH_STALE && out->opened->snapshot;
    if (out->stale) return NULL;
    Fail fail = look_at_files(cx, spec, out);
    if (!fail || fail->kind != PROBLEM_DAMAGED) return fail;
    let_go(cx, out); // the table cannot be read
    return look_at_files(cx, spec, out);
}

static Fail look_and_publish(Ctx *cx, const RefreshSpec *spec, RefreshHow how, RefreshView *out)
{
    TRY(look(cx, spec, how, out));
    return how != REFRESH_MEMORY && publish_first(cx, spec, out) ? look(cx, spec, how, out) : NULL;
}

Fail refresh_view(Ctx *cx, const RefreshSpec *spec, RefreshHow how, RefreshView *out)
{
    PartVec parts = {0};
    *out = (RefreshView){0};
    Fail fail = look_and_publish(cx, spec, how, out);
    if (fail) {
        refresh_close(out);
        return fail;
    }
    if (out->opened->snapshot) add_published_parts(cx, out, &parts);
    if (!out->stale) read_changed(cx, spec, out, &parts);
    out->parts = parts.items;
    out->part_count = parts.len;
    out->universe_source =
        out->stale ? str_from(out->opened->note.source) : out->fresh.universe.source;
    count_skipped(out);
    return NULL;
}

static bool *list_dead(Ctx *cx, const RefreshPart *part)
{
    bool *dead = NULL;
    for (uint32_t i = 0; i < part->ordinals; i++) {
        if (part->live[i / 64] == UINT64_MAX && i % 64 == 0) {
            i += 63;
            continue;
        }
        if (part->live[i / 64] >> i % 64 & 1) continue;
        if (!dead) dead = ARENA_ARRAY(cx->arena, bool, part->ordinals);
        dead[i] = true;
    }
    return dead;
}

// Those of a part's files that lived when it was published; NULL when all of them still do.
static const bool *list_gone(Ctx *cx, const SnapshotPart *was, const RefreshPart *now)
{
    bool *gone = NULL;
    if (was->live == now->live) return NULL;
    for (uint32_t i = 0; i < was->ordinals; i++) {
        if (!snapshot_is_live(was, i) || now->live[i / 64] >> i % 64 & 1) continue;
        if (!gone) gone = ARENA_ARRAY(cx->arena, bool, was->ordinals);
        gone[i] = true;
    }
    return gone;
}

// What the snapshot knows of its files' use.
static void take_use(Ctx *cx, const RefreshView *view, Corpus *out)
{
    const Snapshot *snapshot = view->opened->snapshot;
    if (!snapshot || !snapshot->part_count || !snapshot->parts[0].indegree) return;
    CorpusUse *use = ARENA_NEW(cx->arena, CorpusUse);
    const uint32_t **indegree = ARENA_ARRAY(cx->arena, const uint32_t *, snapshot->part_count);
    const bool **gone = ARENA_ARRAY(cx->arena, const bool *, snapshot->part_count);
    for (size_t i = 0; i < snapshot->part_count; i++) {
        indegree[i] = snapshot->parts[i].indegree;
        gone[i] = list_gone(cx, &snapshot->parts[i], &view->parts[i]);
        use->any_gone = use->any_gone || gone[i];
    }
    use->indegree = indegree;
    use->part_count = snapshot->part_count;
    use->segment = snapshot->manifest;
    use->gone = gone;
    out->use = use;
}

void refresh_corpus(Ctx *cx, const RefreshView *view, Corpus *out)
{
    static const LexHead no_head = {.version = LEXICON_VERSION};
    Lexicon *lexicons = ARENA_ARRAY(cx->arena, Lexicon, view->part_count + 1);
    const bool **dead = ARENA_ARRAY(cx->arena, const bool *, view->part_count + 1);
    for (size_t i = 0; i < view->part_count; i++) {
        lexicons[i] = *view->parts[i].lexicon;
        dead[i] = list_dead(cx, &view->parts[i]);
    }
    lexicons[view->part_count].head = &no_head; // so that there is one
    corpus_init(cx->arena, lexicons, dead, MAX(view->part_count, (size_t)1), out);
    take_use(cx, view, out);
}

bool refresh_has_base(Ctx *cx, const RefreshSpec *spec)
{
    RefreshView view = {.opened = NULL};
    Fail fail = open_published(cx, spec, &view);
    bool has = !fail && view.opened->snapshot;
    refresh_close(&view);
    return has;
}

Fail refresh_intact(Ctx *cx, const RefreshView *view)
{
    return view->opened->snapshot ? snapshot_intact(cx, view->opened->snapshot) : NULL;
}

bool refresh_is_due(const RefreshView *view)
{
    size_t touched = view->fresh.counts[FILE_TOUCHED] + view->fresh.racy_count;
    size_t changed = view->delta.count + view->fresh.counts[FILE_DELETED];
    if (view->stale || view->stopped) return false;
    if (!view->opened->snapshot) return true;
    return touched >= DUE_FILES || changed >= DUE_FILES || view->delta.bytes >= DUE_BYTES;
}
