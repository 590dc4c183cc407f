// index/refresh_stage.c - what is published, brought up to date, stage by stage.
//
// DESIGN. One writer holds the store's lock from stage_begin to stage_end. What is to be read is
// cut into ranges, each of which becomes a segment. stage_range may be called for several at a
// time: each has scratch memory of its own, writes only the entries of its own files, and hands in
// its segment under `mutex`; all else is called by one thread at a time, and between the two there
// is whoever drives the stages (a plan's edges, a pool_each). Nothing counts before store_publish.
// A range that is stopped leaves the Docs that it made in the disk cache: the next refresh goes on
// from there.
#include "index/refresh_stage.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "index/refresh_.h"

enum { KEEP = 3, RACY_ENOUGH = 16 };

struct RefreshStage {
    Arena arena;
    RefreshSpec spec;
    RefreshOptions options;
    Store *store;
    StoreWriter *writer; // NULL: only looks
    Snapshot *seen;      // its base then
    FileTable table;     // of the base; empty when it is not used
    FolderTable folders; // likewise
    const Snapshot *base;
    IndexNote note, next_note;
    Freshness fresh;
    FileEntry *entries;
    size_t entry_count;
    uint32_t *kept; // by part of the base: its new number, or FILE_NONE
    StagePart *kept_parts;
    size_t kept_count;
    size_t *reads; // entries to be read
    size_t read_count;
    Range *cuts; // of `reads`
    StageRange *ranges;
    size_t range_count;
    Mutex mutex;
    // guarded by mutex while ranges are read
    RefreshReport report;
    bool attached; // something beside a segment is new
};

// --- what is there ---

static void choose_base(Ctx *cx, RefreshStage *w)
{
    const Snapshot *base = w->writer ? w->writer->base : w->seen;
    Fail trouble = w->writer ? w->writer->base_trouble : w->report.trouble;
    if (base && !w->options.full) {
        trouble = opened_note(cx, base, w->spec.max_file_bytes, &w->note);
        if (!trouble) trouble = snapshot_files(cx, base, &w->table);
        if (!trouble) w->base = base;
        else w->table = (FileTable){0};
        if (!trouble) foldertable_open(base->manifest, &w->folders);
    }
    w->report.trouble = trouble;
}

static Fail look_at_files(Ctx *cx, RefreshStage *w)
{
    static const Selection all = {0};
    int64_t start_ns = clock_now_ns();
    FreshnessSpec fresh = {.workspace = w->spec.workspace,
                           .selection = &all,
                           .pool = w->spec.pool,
                           .table = &w->table,
                           .looked_ns = w->base ? w->base->head.looked_ns : 0,
                           .folders = &w->folders,
                           .keep_folders = os_folder_times_tell(w->spec.workspace->dir),
                           .max_bytes = w->spec.max_file_bytes};
    Fail fail = freshness_check(cx, &fresh, &w->fresh);
    if (!fail) fail = freshness_apply(cx, &w->table, &w->fresh, &w->entries, &w->entry_count);
    w->report.fresh_ns = clock_now_ns() - start_ns;
    memcpy(w->report.counts, w->fresh.counts, sizeof w->report.counts);
    return fail;
}

static bool is_to_read(const FileEntry *entry)
{
    bool unreadable = entry->row.skip == 1 + SKIP_UNREADABLE;
    return entry->row.segment == FILE_NONE && (!entry->row.skip || unreadable);
}

// --- merging ---

static void count_living(const RefreshStage *w, size_t *living, size_t *fresh)
{
    *fresh = 0;
    for (size_t i = 0; i < w->entry_count; i++) {
        const FileEntry *entry = &w->entries[i];
        if (entry->row.segment != FILE_NONE) living[entry->row.segment]++;
        else *fresh += is_to_read(entry);
    }
}

// Numbers the parts that are not taken, in order.
static void keep_parts(Ctx *cx, RefreshStage *w, const bool *taken)
{
    size_t count = w->base ? w->base->part_count : 0;
    w->kept = ARENA_ARRAY(cx->arena, uint32_t, count);
    w->kept_parts = ARENA_ARRAY(cx->arena, StagePart, count);
    for (size_t i = 0; i < count; i++) {
        w->kept[i] = FILE_NONE;
        if (taken && taken[i]) continue;
        if (w->writer) store_keep(w->writer, i, &w->kept[i]);
        else w->kept[i] = (uint32_t)i; // nobody will use it
        w->kept_parts[w->kept_count++] = (StagePart){w->kept[i], &w->base->parts[i]};
    }
}

// See the rule in refresh.h.
static void choose_parts(Ctx *cx, RefreshStage *w)
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
    keep_parts(cx, w, taken);
}

static void list_reads(Ctx *cx, RefreshStage *w)
{
    VEC(size_t) reads = {0};
    for (size_t i = 0; i < w->entry_count; i++) {
        FileRow *row = &w->entries[i].row;
        bool moves = row->segment != FILE_NONE && w->kept[row->segment] == FILE_NONE;
        if (moves || is_to_read(&w->entries[i])) {
            VEC_PUSH(cx->arena, &reads, i);
            w->report.moved += moves;
            row->segment = FILE_NONE; // until its range is read
        } else if (row->segment != FILE_NONE) {
            row->segment = w->kept[row->segment];
        }
    }
    w->reads = reads.items;
    w->read_count = reads.len;
}

static void cut_ranges(Ctx *cx, RefreshStage *w)
{
    uint64_t *sizes = ARENA_ARRAY(cx->arena, uint64_t, w->read_count);
    for (size_t i = 0; i < w->read_count; i++) sizes[i] = w->entries[w->reads[i]].row.size_bytes;
    for (size_t i = 0; i < w->read_count; i++)
        if (sizes[i] > w->spec.max_file_bytes) sizes[i] = 0; // not read
    w->range_count = refresh_cut(cx->arena, sizes, w->read_count, RANGE_BYTES, &w->cuts);
    w->ranges = ARENA_ARRAY(cx->arena, StageRange, w->range_count);
    for (size_t i = 0; i < w->range_count; i++) {
        const Range *cut = &w->cuts[i];
        w->ranges[i] = (StageRange){.files = cut->count, .part = FILE_NONE};
        for (size_t k = 0; k < cut->count; k++) w->ranges[i].bytes += sizes[cut->from + k];
    }
}

// --- one range ---

static void take_rows(const RefreshStage *w, const Range *range, const Harvest *from,
                      uint32_t number)
{
    uint32_t ordinal = 0;
    for (size_t i = 0; i < from->count; i++) {
        const HarvestFile *file = &from->files[i];
        FileEntry *entry = &w->entries[w->reads[range->from + i]];
        entry->row = file->row;
        entry->digest = file->digest;
        entry->row.segment = file->taken ? number : FILE_NONE;
        entry->row.ordinal = file->taken ? ordinal++ : FILE_NONE;
    }
}

static void count_range(RefreshStage *w, const Harvest *harvest, int64_t harvest_ns,
                        int64_t pack_ns)
{
    RefreshReport *report = &w->report;
    report->read += harvest->taken;
    report->parsed += harvest->taken - harvest->found;
    report->bytes += harvest->bytes;
    report->harvest_ns += harvest_ns;
    report->pack_ns += pack_ns;
    report->parts_written += harvest->taken > 0;
}

static void show_progress(Ctx *cx, const RefreshStage *w)
{
    const Progress *progress = cx->progress;
    if (!progress) return;
    Arena arena = {0};
    progress->show(progress->arg,
                   str_format(&arena, "indexed %zu of %zu files", w->report.read, w->read_count));
    arena_fini(&arena);
}

static Fail hand_in(Ctx *cx, RefreshStage *w, size_t index, const Harvest *harvest,
                    const SegmentSection *lexicon, const SegmentSection *ngrams)
{
    SegmentSection sections[LEX_SECTIONS + NGRAM_SECTIONS + HARVEST_FACTS];
    StageRange *range = &w->ranges[index];
    int64_t start_ns = clock_now_ns();
    memcpy(sections, lexicon, LEX_SECTIONS * sizeof *sections);
    memcpy(sections + LEX_SECTIONS, ngrams, NGRAM_SECTIONS * sizeof *sections);
    harvest_facts(cx->arena, harvest, sections + LEX_SECTIONS + NGRAM_SECTIONS);
    if (harvest->taken)
        TRY(store_add(cx, w->writer, sections, ARRAY_LEN(sections), (uint32_t)harvest->taken,
                      &range->part));
    take_rows(w, &w->cuts[index], harvest, range->part);
    range->taken = harvest->taken;
    range->parsed = harvest->taken - harvest->found;
    w->report.write_ns += clock_now_ns() - start_ns;
    return NULL;
}

// What was made of it so far, so that the next refresh has it.
static void keep_docs(Ctx *cx, const HarvestSpec *spec, const Harvest *got)
{
    Ctx unlimited = *cx; // also when we are asked to stop
    unlimited.cancel = unlimited.cancel_too = NULL;
    unlimited.deadline_ns = 0;
    harvest_keep(&unlimited, spec, got);
}

static Fail read_range(Ctx *cx, RefreshStage *w, size_t index, Pool *pool, const HarvestPack *pack)
{
    const Range *range = &w->cuts[index];
    const RefreshSpec *spec = &w->spec;
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
                                .docs = w->options.full ? NULL : spec->docs,
                                .known = w->options.known,
                                .pack = pack};
    int64_t start_ns = clock_now_ns();
    harvest(cx, &harvest_spec, &got);
    harvest_spec.docs = spec->docs;
    keep_docs(cx, &harvest_spec, &got);
    if (got.stopped) TRY(ctx_check(cx));
    int64_t harvested_ns = clock_now_ns();
    const SegmentSection *lexicon;
    TRY(harvest_packed(cx, &harvest_spec, &got, &lexicon, ngrams));
    int64_t packed_ns = clock_now_ns();
    mutex_lock(&w->mutex);
    Fail fail = hand_in(cx, w, index, &got, lexicon, ngrams);
    count_range(w, &got, harvested_ns - start_ns, packed_ns - harvested_ns);
    show_progress(cx, w);
    mutex_unlock(&w->mutex);
    return fail;
}

Fail stage_range(Ctx *cx, RefreshStage *w, size_t index, Pool *pool)
{
    Arena arena = {0};
    Ctx own = ctx_child(cx, &arena);
    HarvestPack pack = {lexicon_builder_new(), ngram_builder_new()};
    Fail fail = ctx_check(&own);
    if (!fail) fail = read_range(&own, w, index, pool, &pack);
    fail = problem_copy(cx->arena, fail);
    lexicon_builder_free(pack.lexicon);
    ngram_builder_free(pack.ngrams);
    arena_fini(&arena);
    mem_trim();
    return fail;
}

// --- publishing ---

static IndexNote make_note(const RefreshStage *w)
{
    const Universe *universe = &w->fresh.universe;
    IndexNote note = {.version = INDEX_NOTE_VERSION, .max_file_bytes = w->spec.max_file_bytes};
    for (size_t i = 0; i < universe->skipped_count; i++)
        note.skipped[universe->skipped[i].reason]++;
    note.skipped[SKIP_VANISHED] += universe->count - w->entry_count;
    memcpy(note.source, universe->source.ptr, MIN(universe->source.len, sizeof note.source - 1));
    return note;
}

static bool is_unchanged(const RefreshStage *w)
{
    return w->base && !w->fresh.change_count && w->fresh.racy_count < RACY_ENOUGH &&
           memcmp(&w->next_note, &w->note, sizeof w->note) == 0;
}

static void sum_up(RefreshStage *w)
{
    RefreshReport *report = &w->report;
    memcpy(report->skipped, w->next_note.skipped, sizeof report->skipped);
    for (size_t i = 0; i < w->entry_count; i++) {
        uint16_t skip = w->entries[i].row.skip;
        if (skip && skip <= SKIP_REASONS) report->skipped[skip - 1]++;
    }
}

// Opens the parts of the next snapshot and marks which of their files will live.
static Fail open_parts(Ctx *cx, RefreshStage *w, Segment **segments, size_t count, Corpus *out)
{
    Lexicon *lexicons = ARENA_ARRAY(cx->arena, Lexicon, count);
    bool **dead = ARENA_ARRAY(cx->arena, bool *, count);
    for (size_t i = 0; i < count; i++) {
        TRY(store_staged(cx, w->writer, (uint32_t)i, &segments[i]));
        TRY(opened_lexicon(cx, segments[i], &lexicons[i]));
        dead[i] = arena_alloc_raw(cx->arena, lexicons[i].head->files + (size_t)1);
        memset(dead[i], true, lexicons[i].head->files);
    }
    for (size_t i = 0; i < w->entry_count; i++) {
        const FileRow *row = &w->entries[i].row;
        if (row->segment < count && row->ordinal < lexicons[row->segment].head->files)
            dead[row->segment][row->ordinal] = false;
    }
    for (size_t i = 0; i < count; i++)
        if (!memchr(dead[i], true, lexicons[i].head->files)) dead[i] = NULL;
    corpus_init(cx->arena, lexicons, (const bool *const *)dead, count, out);
    return NULL;
}

// What the base knows, when only something beside its segments is new; NULL: it must be counted.
static const uint32_t *keep_use(const RefreshStage *w)
{
    const Snapshot *base = w->base;
    size_t ordinals = 0;
    if (!base || w->fresh.change_count || w->read_count || w->kept_count != base->part_count)
        return NULL;
    for (size_t i = 0; i < base->part_count; i++) ordinals += base->parts[i].ordinals;
    const uint32_t *at = base->part_count ? base->parts[0].indegree : NULL;
    return at && segment_is_sound(base->manifest, at, ordinals * sizeof *at) ? at : NULL;
}

// What find asks of each file, once for all that ask. Not being able to tell is no failure: it is
// counted then when it is asked for.
static const uint32_t *count_use(Ctx *cx, RefreshStage *w)
{
    size_t count = store_parts(w->writer);
    const uint32_t *kept = keep_use(w);
    if (kept || !count) return kept;
    Segment **segments = ARENA_ARRAY(cx->arena, Segment *, count);
    Corpus corpus;
    uint32_t *indegree = NULL;
    Fail fail = open_parts(cx, w, segments, count, &corpus);
    if (!fail) {
        indegree = ARENA_ARRAY(cx->arena, uint32_t, corpus.files);
        if (corpus.use) memcpy(indegree, corpus.use->indegree[0], corpus.files * sizeof *indegree);
        else corpus_count_all_indegree(&corpus, indegree);
    }
    for (size_t i = 0; i < count; i++) {
        if (!fail) fail = segment_intact(cx, segments[i]);
        segment_close(segments[i]);
    }
    if (fail) log_event(cx, LOG_WARN, "index.indegree", LOG_STR("why", fail->detail));
    return fail ? NULL : indegree;
}

static Fail publish(Ctx *cx, RefreshStage *w)
{
    Snapshot *snapshot;
    int64_t start_ns = clock_now_ns();
    StorePublish publish = {.files = w->entries,
                            .file_count = w->entry_count,
                            .looked_ns = w->fresh.looked_ns,
                            .note = {(const char *)&w->next_note, sizeof w->next_note},
                            .indegree = count_use(cx, w),
                            .listings = w->fresh.universe.listings,
                            .listing_count = w->fresh.universe.listing_count,
                            .keep = w->options.keep ? w->options.keep : KEEP};
    TRY(store_publish(cx, w->writer, &publish, &snapshot));
    w->report.generation = snapshot->head.generation;
    w->report.write_ns += clock_now_ns() - start_ns;
    snapshot_close(snapshot);
    return NULL;
}

Fail stage_publish(Ctx *cx, RefreshStage *w)
{
    Ctx own = ctx_child(cx, &w->arena);
    sum_up(w);
    if (w->report.unchanged && !w->attached) return NULL;
    w->report.unchanged = false;
    return problem_copy(cx->arena, publish(&own, w));
}

// --- the stages ---

static Fail scan(Ctx *cx, RefreshStage *w)
{
    choose_base(cx, w);
    Fail fail = look_at_files(cx, w);
    if (fail && fail->kind == PROBLEM_DAMAGED) { // the table: make it from nothing
        w->report.trouble = fail;
        w->base = NULL;
        w->table = (FileTable){0};
        w->folders = (FolderTable){0};
        fail = look_at_files(cx, w);
    }
    TRY(fail);
    w->next_note = make_note(w);
    w->report.unchanged = is_unchanged(w);
    if (w->report.unchanged) {
        w->report.generation = w->base->head.generation;
        keep_parts(cx, w, NULL); // for what may be put beside them
        return NULL;
    }
    choose_parts(cx, w);
    list_reads(cx, w);
    cut_ranges(cx, w);
    return NULL;
}

Fail stage_scan(Ctx *cx, RefreshStage *w)
{
    Ctx own = ctx_child(cx, &w->arena);
    return problem_copy(cx->arena, scan(&own, w));
}

static Fail begin(Ctx *cx, RefreshStage *w, bool look)
{
    OpenedSpec opened = {w->spec.cache_dir, w->spec.workspace->root, w->spec.max_file_bytes};
    TRY(opened_store(cx, &opened, &w->store));
    if (!look) return store_begin(cx, w->store, w->options.patience_ns, &w->writer);
    w->report.trouble = store_read(cx, w->store, &w->seen);
    return ctx_check(cx);
}

Fail stage_begin(Ctx *cx, const RefreshSpec *spec, const RefreshOptions *options, bool look,
                 RefreshStage **out)
{
    RefreshStage *w = mem_alloc(sizeof *w);
    Ctx own = ctx_child(cx, &w->arena);
    *out = NULL;
    w->spec = *spec;
    w->options = *options;
    mutex_init(&w->mutex, RANK_SERVICE);
    Fail fail = problem_copy(cx->arena, begin(&own, w, look));
    if (!fail && (w->writer || look)) *out = w;
    else stage_end(cx, w);
    return fail;
}

void stage_end(Ctx *cx, RefreshStage *w)
{
    if (!w) return;
    store_end(cx, w->writer);
    snapshot_close(w->seen);
    store_close(w->store);
    mutex_fini(&w->mutex);
    arena_fini(&w->arena);
    mem_free(w);
}

const StagePart *stage_kept(const RefreshStage *w, size_t *count)
{
    *count = w->kept_count;
    return w->kept_parts;
}

const StageContent *stage_contents(Ctx *cx, RefreshStage *w, uint32_t part, size_t ordinals)
{
    StageContent *contents = ARENA_ARRAY(cx->arena, StageContent, ordinals);
    mutex_lock(&w->mutex);
    for (size_t i = 0; i < w->entry_count; i++) {
        const FileEntry *entry = &w->entries[i];
        if (entry->row.segment != part || entry->row.ordinal >= ordinals) continue;
        contents[entry->row.ordinal] = (StageContent){true, entry->row.has_digest, entry->digest};
    }
    mutex_unlock(&w->mutex);
    return contents;
}

Fail stage_open(Ctx *cx, RefreshStage *w, uint32_t part, Segment **out)
{
    mutex_lock(&w->mutex);
    Fail fail = store_staged(cx, w->writer, part, out);
    mutex_unlock(&w->mutex);
    return fail;
}

Fail stage_attached(Ctx *cx, RefreshStage *w, uint32_t part, Attachment kind, Segment **out)
{
    mutex_lock(&w->mutex);
    Fail fail = store_attached(cx, w->writer, part, kind, out);
    mutex_unlock(&w->mutex);
    return fail;
}

Fail stage_attach(Ctx *cx, RefreshStage *w, uint32_t part, Attachment kind,
                  const SegmentSection *sections, size_t count)
{
    mutex_lock(&w->mutex);
    Fail fail = store_attach(cx, w->writer, part, kind, sections, count);
    if (!fail) w->attached = true;
    mutex_unlock(&w->mutex);
    return fail;
}

const StageRange *stage_ranges(const RefreshStage *w, size_t *count)
{
    *count = w->range_count;
    return w->ranges;
}

const RefreshReport *stage_report(const RefreshStage *w)
{
    return &w->report;
}

const Freshness *stage_fresh(const RefreshStage *w)
{
    return &w->fresh;
}

Str stage_folder(const RefreshStage *w)
{
    return store_folder(w->store);
}
