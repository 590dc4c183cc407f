// index/refresh_write.c - what is published, brought up to date.
//
// DESIGN. One writer holds the store's lock for all of it. What is to be read is cut into ranges,
// each of which becomes a segment. One range is read by all workers. Several are read side by side,
// each by one worker in a pool without threads of its own; they hand in their segment under
// `mutex`. A range writes only the entries of its own files. Nothing counts before store_publish.
#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "index/refresh_.h"

enum { KEEP = 3, RACY_ENOUGH = 16 };

typedef struct Writing {
    Ctx *cx;
    const RefreshSpec *spec;
    const RefreshOptions *options;
    StoreWriter *writer;
    FileTable table; // of the base; empty when it is not used
    const Snapshot *base;
    IndexNote note;
    Freshness fresh;
    FileEntry *entries;
    size_t entry_count;
    uint32_t *kept; // by part of the base: its new number, or FILE_NONE
    size_t *reads;  // entries to be read
    size_t read_count;
    Range *ranges; // of `reads`
    size_t range_count;
    bool side_by_side;
    Mutex mutex;
    // guarded by mutex while ranges are read
    RefreshReport *report;
    size_t ranges_done;
    Fail fail; // the first one, in arena
} Writing;

// --- what is there ---

static Fail choose_base(Ctx *cx, Writing *w)
{
    const Snapshot *base = w->writer->base;
    Fail trouble = w->writer->base_trouble;
    if (base && !w->options->full) {
        trouble = opened_note(cx, base, w->spec->max_file_bytes, &w->note);
        if (!trouble) trouble = snapshot_files(cx, base, &w->table);
        if (!trouble) w->base = base;
        else w->table = (FileTable){0};
    }
    w->report->trouble = trouble;
    return NULL;
}

static Fail look_at_files(Ctx *cx, Writing *w)
{
    static const Selection all = {0};
    int64_t start_ns = clock_now_ns();
    FreshnessSpec fresh = {.workspace = w->spec->workspace,
                           .selection = &all,
                           .pool = w->spec->pool,
                           .table = &w->table,
                           .looked_ns = w->base ? w->base->head.looked_ns : 0,
                           .max_bytes = w->spec->max_file_bytes};
    Fail fail = freshness_check(cx, &fresh, &w->fresh);
    if (!fail) fail = freshness_apply(cx, &w->table, &w->fresh, &w->entries, &w->entry_count);
    w->report->fresh_ns = clock_now_ns() - start_ns;
    memcpy(w->report->counts, w->fresh.counts, sizeof w->report->counts);
    return fail;
}

static bool is_to_read(const FileEntry *entry)
{
    bool unreadable = entry->row.skip == 1 + SKIP_UNREADABLE;
    return entry->row.segment == FILE_NONE && (!entry->row.skip || unreadable);
}

// --- merging ---

static void count_living(const Writing *w, size_t *living, size_t *fresh)
{
    *fresh = 0;
    for (size_t i = 0; i < w->entry_count; i++) {
        const FileEntry *entry = &w->entries[i];
        if (entry->row.segment != FILE_NONE) living[entry->row.segment]++;
        else *fresh += is_to_read(entry);
    }
}

// See the rule in refresh.h. Numbers the parts that stay, in order.
static void choose_parts(Ctx *cx, Writing *w)
{
    size_t count = w->base ? w->base->part_count : 0, writing;
    size_t *living = ARENA_ARRAY(cx->arena, size_t, count);
    bool *taken = ARENA_ARRAY(cx->arena, bool, count);
    count_living(w, living, &writing);
    for (size_t i = 0; i < count; i++) {
        taken[i] = 2 * living[i] <= w->base->parts[i].ordinals;
        writing += taken[i] ? living[i] : 0;
    }
    for (size_t i = count; writing && i-- > 0;) {
        if (taken[i]) continue;
        if (living[i] > 2 * writing) break;
        taken[i] = true;
        writing += living[i];
    }
    w->kept = ARENA_ARRAY(cx->arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        w->kept[i] = FILE_NONE;
        if (!taken[i]) store_keep(w->writer, i, &w->kept[i]);
    }
}

static void list_reads(Ctx *cx, Writing *w)
{
    VEC(size_t) reads = {0};
    for (size_t i = 0; i < w->entry_count; i++) {
        FileRow *row = &w->entries[i].row;
        bool moves = row->segment != FILE_NONE && w->kept[row->segment] == FILE_NONE;
        if (moves || is_to_read(&w->entries[i])) {
            VEC_PUSH(cx->arena, &reads, i);
            w->report->moved += moves;
        } else if (row->segment != FILE_NONE) {
            row->segment = w->kept[row->segment];
        }
    }
    w->reads = reads.items;
    w->read_count = reads.len;
}

static void cut_ranges(Ctx *cx, Writing *w)
{
    uint64_t *sizes = ARENA_ARRAY(cx->arena, uint64_t, w->read_count);
    for (size_t i = 0; i < w->read_count; i++) sizes[i] = w->entries[w->reads[i]].row.size_bytes;
    for (size_t i = 0; i < w->read_count; i++)
        if (sizes[i] > w->spec->max_file_bytes) sizes[i] = 0; // not read
    w->range_count = refresh_cut(cx->arena, sizes, w->read_count, RANGE_BYTES, &w->ranges);
    w->side_by_side = w->range_count > 1;
}

// --- one range ---

static void take_rows(const Writing *w, const Range *range, const Harvest *from, uint32_t number)
{
    uint32_t ordinal = 0;
    for (size_t i = 0; i < from->count; i++) {
        const HarvestFile *file = &from->files[i];
        FileEntry *entry = &w->entries[w->reads[range->from + i]];
        entry->row = file->row;
        entry->digest = file->digest;
        entry->row.segment = file->doc.ptr ? number : FILE_NONE;
        entry->row.ordinal = file->doc.ptr ? ordinal++ : FILE_NONE;
    }
}

static void count_range(Writing *w, const Harvest *harvest, int64_t harvest_ns, int64_t pack_ns)
{
    RefreshReport *report = w->report;
    report->read += harvest->taken;
    report->parsed += harvest->taken - harvest->found;
    report->bytes += harvest->bytes;
    report->harvest_ns += harvest_ns;
    report->pack_ns += pack_ns;
    report->parts_written += harvest->taken > 0;
    w->ranges_done++;
}

static void show_progress(const Writing *w)
{
    const Progress *progress = w->cx->progress;
    if (!progress) return;
    Arena arena = {0};
    progress->show(progress->arg,
                   str_format(&arena, "indexed %zu of %zu files", w->report->read, w->read_count));
    arena_fini(&arena);
}

static Fail hand_in(Ctx *cx, Writing *w, const Range *range, const Harvest *harvest,
                    const SegmentSection *lexicon, const SegmentSection *ngrams)
{
    SegmentSection sections[LEX_SECTIONS + NGRAM_SECTIONS + FACTS_SECTIONS];
    uint32_t number = FILE_NONE;
    int64_t start_ns = clock_now_ns();
    memcpy(sections, lexicon, LEX_SECTIONS * sizeof *sections);
    memcpy(sections + LEX_SECTIONS, ngrams, NGRAM_SECTIONS * sizeof *sections);
    harvest_facts(cx->arena, harvest, sections + LEX_SECTIONS + NGRAM_SECTIONS);
    if (harvest->taken)
        TRY(store_add(cx, w->writer, sections, ARRAY_LEN(sections), (uint32_t)harvest->taken,
                      &number));
    take_rows(w, range, harvest, number);
    w->report->write_ns += clock_now_ns() - start_ns;
    return NULL;
}

static Fail read_range(Ctx *cx, Writing *w, const Range *range, Pool *pool, LexiconBuilder *builder)
{
    const RefreshSpec *spec = w->spec;
    SegmentSection ngrams[NGRAM_SECTIONS];
    Harvest got;
    Str *paths = ARENA_ARRAY(cx->arena, Str, range->count);
    for (size_t i = 0; i < range->count; i++)
        paths[i] = str_copy(cx->arena, w->entries[w->reads[range->from + i]].path);
    HarvestSpec harvest_spec = {.workspace = spec->workspace,
                                .paths = paths,
                                .count = range->count,
                                .pool = pool,
                                .grammars = spec->grammars,
                                .max_file_bytes = spec->max_file_bytes,
                                .docs = w->options->full ? NULL : spec->docs,
                                .known = w->options->known};
    int64_t start_ns = clock_now_ns();
    harvest(cx, &harvest_spec, &got);
    if (got.stopped) TRY(ctx_check(cx));
    harvest_spec.docs = spec->docs;
    harvest_keep(cx, &harvest_spec, &got);
    int64_t harvested_ns = clock_now_ns();
    const SegmentSection *lexicon = harvest_pack(&got, builder);
    TRY(harvest_ngrams(cx, &harvest_spec, &got, ngrams));
    int64_t packed_ns = clock_now_ns();
    mutex_lock(&w->mutex);
    Fail fail = w->fail ? NULL : hand_in(cx, w, range, &got, lexicon, ngrams);
    count_range(w, &got, harvested_ns - start_ns, packed_ns - harvested_ns);
    show_progress(w);
    mutex_unlock(&w->mutex);
    return fail;
}

static void run_range(Writing *w, const Range *range, Pool *pool)
{
    Arena arena = {0};
    Ctx cx = ctx_child(w->cx, &arena);
    LexiconBuilder *builder = lexicon_builder_new();
    Fail fail = ctx_check(&cx);
    if (!fail) fail = read_range(&cx, w, range, pool, builder);
    mutex_lock(&w->mutex);
    if (fail && !w->fail) w->fail = problem_copy(w->cx->arena, fail);
    mutex_unlock(&w->mutex);
    lexicon_builder_free(builder);
    arena_fini(&arena);
}

static void range_task(void *arg, size_t index, int slot)
{
    (void)slot;
    Writing *w = arg;
    Pool *inline_pool = pool_new((PoolSpec){0});
    run_range(w, &w->ranges[index], inline_pool);
    pool_free(inline_pool);
}

static Fail read_ranges(Ctx *cx, Writing *w)
{
    if (w->side_by_side) pool_each(w->spec->pool, cx, w->range_count, 1, range_task, w);
    else if (w->range_count) run_range(w, &w->ranges[0], w->spec->pool);
    if (w->fail) return w->fail;
    return w->ranges_done == w->range_count ? NULL : ctx_check(cx);
}

// --- publishing ---

static IndexNote make_note(const Writing *w)
{
    const Universe *universe = &w->fresh.universe;
    IndexNote note = {.version = INDEX_NOTE_VERSION, .max_file_bytes = w->spec->max_file_bytes};
    for (size_t i = 0; i < universe->skipped_count; i++)
        note.skipped[universe->skipped[i].reason]++;
    note.skipped[SKIP_VANISHED] += universe->count - w->entry_count;
    memcpy(note.source, universe->source.ptr, MIN(universe->source.len, sizeof note.source - 1));
    return note;
}

static bool is_unchanged(const Writing *w, const IndexNote *note)
{
    return w->base && !w->fresh.change_count && w->fresh.racy_count < RACY_ENOUGH &&
           memcmp(note, &w->note, sizeof *note) == 0;
}

static void sum_up(const Writing *w, const IndexNote *note)
{
    RefreshReport *report = w->report;
    memcpy(report->skipped, note->skipped, sizeof report->skipped);
    for (size_t i = 0; i < w->entry_count; i++) {
        uint16_t skip = w->entries[i].row.skip;
        if (skip && skip <= SKIP_REASONS) report->skipped[skip - 1]++;
    }
}

static Fail publish(Ctx *cx, Writing *w, const IndexNote *note)
{
    Snapshot *snapshot;
    int64_t start_ns = clock_now_ns();
    StorePublish publish = {.files = w->entries,
                            .file_count = w->entry_count,
                            .looked_ns = w->fresh.looked_ns,
                            .note = {(const char *)note, sizeof *note},
                            .keep = w->options->keep ? w->options->keep : KEEP};
    TRY(store_publish(cx, w->writer, &publish, &snapshot));
    w->report->generation = snapshot->head.generation;
    w->report->write_ns += clock_now_ns() - start_ns;
    snapshot_close(snapshot);
    return NULL;
}

static Fail write_index(Ctx *cx, Writing *w)
{
    TRY(choose_base(cx, w));
    Fail fail = look_at_files(cx, w);
    if (fail && fail->kind == PROBLEM_DAMAGED) { // the table: make it from nothing
        w->report->trouble = fail;
        w->base = NULL;
        w->table = (FileTable){0};
        fail = look_at_files(cx, w);
    }
    TRY(fail);
    IndexNote note = make_note(w);
    if (is_unchanged(w, &note)) {
        w->report->unchanged = true;
        w->report->generation = w->base->head.generation;
        sum_up(w, &note);
        return NULL;
    }
    choose_parts(cx, w);
    list_reads(cx, w);
    cut_ranges(cx, w);
    TRY(read_ranges(cx, w));
    sum_up(w, &note);
    return publish(cx, w, &note);
}

static Fail write_locked(Ctx *cx, const RefreshSpec *spec, const RefreshOptions *options,
                         const Store *store, RefreshReport *out)
{
    Writing w = {.cx = cx, .spec = spec, .options = options, .report = out};
    TRY(store_begin(cx, store, options->patience_ns, &w.writer));
    out->busy = !w.writer;
    if (out->busy) return NULL;
    mutex_init(&w.mutex, RANK_SERVICE);
    Fail fail = write_index(cx, &w);
    if (out->trouble) out->trouble = problem_copy(cx->arena, out->trouble);
    fail = fail ? problem_copy(cx->arena, fail) : NULL;
    store_end(cx, w.writer);
    mutex_fini(&w.mutex);
    return fail;
}

Fail refresh_index(Ctx *cx, const RefreshSpec *spec, const RefreshOptions *options,
                   RefreshReport *out)
{
    Store *store;
    OpenedSpec opened = {spec->cache_dir, spec->workspace->root, spec->max_file_bytes};
    *out = (RefreshReport){0};
    TRY(opened_store(cx, &opened, &store));
    Fail fail = write_locked(cx, spec, options, store, out);
    store_close(store);
    if (!fail && !out->busy && !out->unchanged && spec->opened)
        cell_invalidate(cx, spec->opened); // the next one leases what was published
    return fail;
}
