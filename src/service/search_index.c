// service/search_index.c - what a published index saves a search: files that cannot match are not
// read, and hits are told without a parse.
//
// The index is trusted for nothing that is not checked here and now. A file is left out, or skipped
// as before, when it looks as it did when the index was made (index/stamp.h), which is asked when
// its turn comes; it is read otherwise. Facts say themselves which text they are of. So an answer
// is the same with an index and without, but that facts are those of the whole file always.
#include "base/log.h"
#include "index/follow.h"
#include "index/select.h"
#include "index/stamp.h"
#include "retrieve/candidates.h"
#include "runtime/policy.h"
#include "service/find_index.h"
#include "service/search_.h"

static bool is_useful(const Search *search)
{
    const Policy *policy = search->env->policy;
    const SearchQuery *query = search->query;
    if (!policy || !policy->index.enabled || !policy->index.directory.len) return false;
    return candidates_can_tell(search->pattern) ||
           (!query->counts_only && query->classify != CLASSIFY_NONE);
}

// What the process keeps opened between requests. A process of one request does not: it would open
// more than a search needs.
static bool take_opened(Search *search, const OpenedSpec *spec)
{
    const Env *env = search->env;
    SearchIndex *index = &search->index;
    if (env->workspace || !opened_lease(search->cx, env->opened, spec, &index->lease)) return false;
    const Opened *opened = index->lease.value;
    if (opened->trouble)
        log_event(search->cx, LOG_WARN, "index.unusable", LOG_STR("why", opened->trouble->detail));
    index->store = opened->store;
    index->snapshot = opened->snapshot;
    index->table = opened->table;
    return true;
}

// Opens what is published. None is no failure, and neither is one that cannot be used.
static Fail open_published(Search *search)
{
    Ctx *cx = search->cx;
    SearchIndex *index = &search->index;
    if (!is_useful(search)) return NULL;
    OpenedSpec spec = {.cache_dir = search->env->policy->index.directory,
                       .root = search->workspace.root,
                       .max_file_bytes = FIND_INDEXED_FILE_BYTES};
    if (take_opened(search, &spec)) return NULL;
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
    bool own = !search->index.lease.held;
    if (own) snapshot_close(search->index.snapshot);
    if (own) store_close(search->index.store);
    lease_release(&search->index.lease);
    search->index = (SearchIndex){0};
}

// By file of the universe: its row. Both lists are sorted by path.
static void match_rows(Search *search)
{
    SearchIndex *index = &search->index;
    const Universe *universe = &search->universe;
    size_t row = 0;
    index->rows = arena_alloc_raw(search->cx->arena, universe->count * sizeof *index->rows);
    for (size_t i = 0; i < universe->count; i++) {
        Str path = universe->files[i].path;
        int order = -1;
        for (; row < index->table.count; row++)
            if ((order = str_cmp(filetable_path(&index->table, row), path)) >= 0) break;
        index->rows[i] = order ? FILE_NONE : (uint32_t)row;
    }
}

static void open_facts(Search *search)
{
    SearchIndex *index = &search->index;
    size_t parts = index->snapshot->part_count;
    FactStore *facts = ARENA_ARRAY(search->cx->arena, FactStore, parts);
    for (size_t i = 0; i < parts; i++) {
        Fail fail =
            factstore_open(search->cx, index->snapshot->parts[i].segment, FACTS_BRIEFS, &facts[i]);
        if (fail) log_event(search->cx, LOG_WARN, "index.unusable", LOG_STR("why", fail->detail));
    }
    index->facts = facts;
}

// Of what is followed, unless the selection names what may not be in it.
static Fail list_universe(Search *search, const Selection *selection)
{
    Ctx *cx = search->cx;
    SearchIndex *index = &search->index;
    Freshness fresh;
    FolderTable folders = {0};
    bool within = !selection->in_count && !selection->hidden && !selection->no_ignore;
    if (within && index->snapshot && index->lease.held && search->env->follow) {
        Fail fail =
            follow_files(cx, search->env->follow, &search->workspace, &index->lease, &fresh);
        if (fail && fail->kind != PROBLEM_CANCELLED) return fail;
        index->vouched = fail ? NULL : fresh.vouched;
        if (!fail) return select_among(cx, selection, &fresh.universe, &search->universe);
    }
    if (index->snapshot) foldertable_open(index->snapshot->manifest, &folders);
    return universe_list_known(cx, &search->workspace, selection, search->env->pool, &folders,
                               false, &search->universe);
}

Fail search_list_files(Search *search, const Selection *selection)
{
    TRY(open_published(search));
    TRY(list_universe(search, selection));
    if (!search->index.snapshot) return NULL;
    match_rows(search);
    open_facts(search);
    return NULL;
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

void search_mark(Search *search)
{
    SearchIndex *index = &search->index;
    index->marked = NULL;
    if (!index->snapshot || !candidates_can_tell(search->pattern)) return;
    size_t parts = index->snapshot->part_count;
    const uint64_t **marked = ARENA_ARRAY(search->cx->arena, const uint64_t *, parts);
    for (size_t i = 0; i < parts; i++) marked[i] = mark_part(search, &index->snapshot->parts[i]);
    index->marked = marked;
    if (!snapshot_intact(search->cx, index->snapshot)) return;
    log_event(search->cx, LOG_WARN, "index.damaged", LOG_STR("dir", store_folder(index->store)));
    index->marked = NULL; // nothing is known, then
}

// The file's row when its content is in a segment; NULL.
static const FileRow *indexed_row(const Search *search, size_t file)
{
    const SearchIndex *index = &search->index;
    if (!index->snapshot || index->rows[file] == FILE_NONE) return NULL;
    const FileRow *row = &index->table.rows[index->rows[file]];
    const Snapshot *snapshot = index->snapshot;
    bool is_there = row->segment < snapshot->part_count &&
                    row->ordinal < snapshot->parts[row->segment].ordinals;
    return is_there ? row : NULL;
}

// Files that only their text puts into a language count as searched when they are in it.
static bool path_tells_language(Str path)
{
    return lang_detect(path, STR_NONE) != LANG_NONE && !str_ends(path, STR(".h"));
}

// What was no text then is none as long as it is unchanged.
static bool is_no_text(const FileRow *row)
{
    return row->skip == 1 + SKIP_BINARY || row->skip == 1 + SKIP_NOT_UTF8;
}

static bool is_unmarked(const Search *search, size_t file)
{
    const FileRow *row = search->index.marked ? indexed_row(search, file) : NULL;
    const uint64_t *marked = row ? search->index.marked[row->segment] : NULL;
    return marked && !(marked[row->ordinal / 64] >> row->ordinal % 64 & 1);
}

const FileRow *search_rules_out(const Search *search, size_t file)
{
    const SearchIndex *index = &search->index;
    if (!index->snapshot || index->rows[file] == FILE_NONE) return NULL;
    const FileRow *row = &index->table.rows[index->rows[file]];
    if (!is_no_text(row) && !is_unmarked(search, file)) return NULL;
    Str path = search->universe.files[file].path;
    if (search->query->selection.lang_count && !path_tells_language(path)) return NULL;
    if (index->vouched && index->vouched[index->rows[file]]) return row;
    OsStat info;
    if (os_try_stat(search->workspace.dir, path.ptr, OS_NOFOLLOW, &info)) return NULL;
    bool same = info.type == OS_REGULAR && filerow_same_stat(row, &info) &&
                !stamp_is_racy(&info, index->snapshot->head.looked_ns);
    return same ? row : NULL;
}

bool search_stored_facts(const Search *search, Arena *arena, const SearchFile *file, Str text,
                         Brief *out)
{
    const FileRow *row = indexed_row(search, file->listed);
    if (!row) return false;
    Str bytes = factstore_get(&search->index.facts[row->segment], row->ordinal);
    if (!bytes.len) return false;
    Span *asked = ARENA_ARRAY(arena, Span, file->count);
    for (uint32_t i = 0; i < file->count; i++)
        asked[i] = (Span){file->hits[i].start, file->hits[i].start + file->hits[i].len};
    return brief_decode(arena, bytes, file->lang, text, asked, file->count, out);
}
