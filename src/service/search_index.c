// service/search_index.c - what a published index saves a search: files that cannot match are not
// read.
//
// The index is only trusted for files that look as they did when it was made (index/freshness.h);
// changed and new ones are read, as all are without an index. It can do no more than leave out: an
// answer is the same with it and without.
#include "base/log.h"
#include "retrieve/candidates.h"
#include "runtime/policy.h"
#include "service/find_index.h"
#include "service/search_.h"

// Opens what is published. None is no failure, and neither is one that cannot be used.
static Fail open_published(Search *search)
{
    Ctx *cx = search->cx;
    SearchIndex *index = &search->index;
    const Policy *policy = search->env->policy;
    if (!policy || !policy->index.enabled || !candidates_can_tell(search->pattern)) return NULL;
    OpenedSpec spec = {.cache_dir = policy->index.directory,
                       .root = search->workspace.root,
                       .max_file_bytes = FIND_INDEXED_FILE_BYTES};
    if (!spec.cache_dir.len) return NULL;
    Fail fail = opened_store(cx, &spec, &index->store);
    if (!fail) fail = store_read(cx, index->store, &index->snapshot);
    if (!fail && index->snapshot) fail = snapshot_files(cx, index->snapshot, &index->table);
    if (!fail) return NULL;
    search_index_close(search);
    if (fail->kind == PROBLEM_CANCELLED) return fail;
    log_event(cx, LOG_WARN, "index.unusable", LOG_STR("why", fail->detail));
    return NULL;
}

void search_index_close(Search *search)
{
    snapshot_close(search->index.snapshot);
    store_close(search->index.store);
    search->index = (SearchIndex){0};
}

// By file of the universe: its row, unless it changed since. All three lists are sorted by path.
static void match_rows(Search *search, const Freshness *fresh)
{
    SearchIndex *index = &search->index;
    const Universe *universe = &search->universe;
    size_t row = 0, change = 0;
    index->rows = ARENA_ARRAY(search->cx->arena, uint32_t, universe->count);
    for (size_t i = 0; i < universe->count; i++) {
        Str path = universe->files[i].path;
        index->rows[i] = FILE_NONE;
        while (row < index->table.count && str_cmp(filetable_path(&index->table, row), path) < 0)
            row++;
        while (change < fresh->change_count && str_cmp(fresh->changes[change].now.path, path) < 0)
            change++;
        bool known = row < index->table.count && str_eq(filetable_path(&index->table, row), path);
        bool changed = change < fresh->change_count &&
                       str_eq(fresh->changes[change].now.path, path) &&
                       fresh->changes[change].state != FILE_TOUCHED;
        if (known && !changed) index->rows[i] = (uint32_t)row;
    }
}

Fail search_list_files(Search *search, const Selection *selection)
{
    Ctx *cx = search->cx;
    SearchIndex *index = &search->index;
    Freshness fresh;
    TRY(open_published(search));
    if (index->snapshot) {
        FreshnessSpec spec = {.workspace = &search->workspace,
                              .selection = selection,
                              .pool = search->env->pool,
                              .table = &index->table,
                              .looked_ns = index->snapshot->head.looked_ns,
                              .max_bytes = FIND_INDEXED_FILE_BYTES};
        Fail fail = freshness_check(cx, &spec, &fresh);
        if (!fail) {
            search->universe = fresh.universe;
            match_rows(search, &fresh);
            return NULL;
        }
        if (fail->kind != PROBLEM_DAMAGED) return fail;
        search_index_close(search);
    }
    return universe_list(cx, &search->workspace, selection, search->env->pool, &search->universe);
}

// The files of one segment that may hold a match; NULL when that cannot be told.
static const uint64_t *mark_part(Search *search, const SnapshotPart *part)
{
    Ngrams ngrams;
    if (ngram_open(search->cx, part->segment, &ngrams)) return NULL;
    if (ngrams.files != part->ordinals) return NULL; // an index of something else, or none
    uint64_t *marked = ARENA_ARRAY(search->cx->arena, uint64_t, (ngrams.files + 63) / 64 + 1);
    return candidates_mark(search->pattern, &ngrams, marked) ? marked : NULL;
}

void search_rule_out(Search *search)
{
    SearchIndex *index = &search->index;
    index->ruled_out = NULL;
    if (!index->snapshot) return;
    Arena *arena = search->cx->arena;
    size_t parts = index->snapshot->part_count, files = search->universe.count;
    const uint64_t **marked = ARENA_ARRAY(arena, const uint64_t *, parts);
    for (size_t i = 0; i < parts; i++) marked[i] = mark_part(search, &index->snapshot->parts[i]);
    bool *ruled_out = ARENA_ARRAY(arena, bool, files);
    for (size_t i = 0; i < files; i++) {
        if (index->rows[i] == FILE_NONE) continue;
        const FileRow *row = &index->table.rows[index->rows[i]];
        if (row->segment >= parts || !marked[row->segment]) continue; // it has no content there
        if (row->ordinal >= index->snapshot->parts[row->segment].ordinals) continue;
        ruled_out[i] = !(marked[row->segment][row->ordinal / 64] >> row->ordinal % 64 & 1);
    }
    index->ruled_out = ruled_out;
    if (!snapshot_intact(search->cx, index->snapshot)) return;
    log_event(search->cx, LOG_WARN, "index.damaged", LOG_STR("dir", store_folder(index->store)));
    index->ruled_out = NULL; // nothing is known, then
}
