// service/index.c
#include "service/index.h"

#include "base/clock.h"
#include "index/watch.h"
#include "retrieve/dense.h"
#include "runtime/cell.h"
#include "runtime/policy.h"
#include "service/index_behind.h"

enum { PATIENCE_S = 10 };

typedef struct Place {
    Workspace workspace;
    RefreshSpec spec;
    Pool *own_pool;
    Store *store;
} Place;

static void leave(Place *place)
{
    pool_free(place->own_pool);
    store_close(place->store);
    workspace_close(&place->workspace);
}

static Fail open_place(Ctx *cx, const Env *env, const IndexQuery *query, Place *place)
{
    find_index_spec(env, &place->workspace, FIND_INDEXED_FILE_BYTES, query->folder, &place->spec);
    if (!env->policy->index.enabled)
        return FAIL(cx->arena, BAD_REQUEST, "the index is switched off by index.enabled");
    OpenedSpec spec = {place->spec.cache_dir, place->workspace.root, FIND_INDEXED_FILE_BYTES};
    TRY(opened_store(cx, &spec, &place->store));
    if (query->jobs > 0) {
        int workers = (int)query->jobs - 1;
        place->own_pool = pool_new((PoolSpec){.cpu_workers = workers, .cpu_ceiling = workers});
        place->spec.pool = place->own_pool;
    }
    return NULL;
}

static Fail enter(Ctx *cx, const Env *env, const IndexQuery *query, Place *place)
{
    *place = (Place){0};
    TRY(env_workspace(cx, env, !env->root.len, &place->workspace));
    Fail fail = open_place(cx, env, query, place);
    if (fail) leave(place);
    return fail;
}

static Fail busy(Ctx *cx, const Store *store)
{
    bool held = false;
    int holder = 0;
    Str who = STR("another process");
    TRY(store_probe(cx, store, 0, &held, &holder));
    if (holder) who = str_format(cx->arena, "process %d", holder);
    return FAIL(cx->arena, UNAVAILABLE,
                STR_FMT " writes the index; cq index build --wait SECONDS waits for it",
                STR_ARG(who));
}

// --- status ---

static void count_part(const Lexicon *lexicon, const SnapshotPart *part, IndexStatus *out)
{
    for (uint32_t i = 0; i < part->ordinals; i++) {
        const LexFile *file = lex_file(lexicon, i);
        if (!snapshot_is_live(part, i)) {
            out->dead_files++;
            continue;
        }
        out->indexed++;
        out->chunks += file->chunk_count;
        out->definitions += file->def_count;
        out->text_bytes += file->bytes;
        out->lang_files[file->lang]++;
    }
}

// Vectors of one model count: the one that most recently was added to.
static bool find_vectors(const Snapshot *snapshot, Digest *model, uint64_t *dims)
{
    for (size_t i = snapshot->part_count; i-- > 0;) {
        const Segment *attached = snapshot->parts[i].attached[ATTACH_VECTORS];
        DenseHead head;
        if (!attached) continue;
        Str bytes = segment_section(attached, DENSE_SECTION_HEAD);
        if (bytes.len != sizeof head) continue;
        memcpy(&head, bytes.ptr, sizeof head);
        *model = head.model;
        *dims = head.dims;
        return true;
    }
    return false;
}

static void count_vectors(const Opened *opened, const Digest *model, IndexVectorStatus *out)
{
    const Snapshot *snapshot = opened->snapshot;
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotPart *part = &snapshot->parts[i];
        const Segment *vectors = part->attached[ATTACH_VECTORS], *ann = part->attached[ATTACH_ANN];
        uint32_t chunks = opened->lexicons[i].head->chunks;
        DensePart dense = {0};
        if (vectors) out->bytes += segment_info(vectors).bytes;
        if (ann) out->ann_bytes += segment_info(ann).bytes;
        bool has = vectors && dense_open(vectors, model, chunks, &dense);
        out->rows += has ? dense.tables[DENSE_CHUNKS].counts.with_row : 0;
        out->without += has ? dense.tables[DENSE_CHUNKS].counts.missing : chunks;
    }
}

// Which model they are of is known only when it is the one of now.
static Fail look_at_vectors(Ctx *cx, const Env *env, const Opened *opened, IndexStatus *status)
{
    IndexVectorStatus *out = &status->vectors;
    Digest model, now;
    Lease lease;
    if (!find_vectors(opened->snapshot, &model, &out->dims)) return NULL;
    count_vectors(opened, &model, out);
    if (!env->embedder || cell_lease(cx, env->embedder, &lease)) return ctx_check(cx);
    const Embedder *embedder = lease.value;
    now = embed_fingerprint(embedder);
    out->is_current = digest_eq(&model, &now);
    if (out->is_current) {
        out->backend = str_copy(cx->arena, embed_model(embedder).backend);
        out->model = str_copy(cx->arena, embed_model(embedder).model);
    }
    lease_release(&lease);
    return NULL;
}

static Fail count_snapshot(Ctx *cx, const Opened *opened, IndexStatus *out)
{
    const Snapshot *snapshot = opened->snapshot;
    out->generation = snapshot->head.generation;
    out->created_ns = snapshot->head.created_ns;
    out->segments = snapshot->part_count;
    out->files = snapshot->head.file_count;
    out->snapshot_bytes = snapshot->head.segment_bytes + segment_info(snapshot->manifest).bytes;
    for (size_t i = 0; i < snapshot->part_count; i++)
        count_part(&opened->lexicons[i], &snapshot->parts[i], out);
    memcpy(out->skipped, opened->note.skipped, sizeof out->skipped);
    for (size_t i = 0; i < opened->table.count; i++) {
        uint16_t skip = opened->table.rows[i].skip;
        if (skip && skip <= SKIP_REASONS) out->skipped[skip - 1]++;
    }
    return snapshot_intact(cx, snapshot);
}

static Fail look_for_changes(Ctx *cx, const Place *place, const Opened *opened, IndexStatus *out)
{
    static const Selection all = {0};
    Freshness fresh;
    FreshnessSpec spec = {.workspace = &place->workspace,
                          .selection = &all,
                          .pool = place->spec.pool,
                          .table = &opened->table,
                          .looked_ns = opened->snapshot->head.looked_ns,
                          .max_bytes = place->spec.max_file_bytes};
    TRY(freshness_check(cx, &spec, &fresh));
    memcpy(out->changes, fresh.counts, sizeof out->changes);
    return NULL;
}

// A folder that cannot be written to has no writer.
static Fail look_who_writes(Ctx *cx, const Place *place, IndexStatus *out)
{
    OsStat info;
    if (os_stat(cx, OS_CWD, out->folder.ptr, OS_FOLLOW, &info)) return NULL;
    if (store_probe(cx, place->store, 0, &out->building, &out->holder)) out->building = false;
    return ctx_check(cx);
}

static uint64_t count_known(const GitLast *last, const FileTable *table)
{
    uint64_t known = 0;
    GitCommit commit;
    for (size_t i = 0; i < table->count; i++)
        known += git_last_of(last, filetable_path(table, i), &commit);
    return known;
}

// What is not there, or cannot be asked, is not told. Without `look`, as the last build saw it.
static Fail look_at_git(Ctx *cx, const Place *place, const FileTable *table, bool look,
                        IndexStatus *out)
{
    GitLast *last;
    GitLastInfo *git = &out->git;
    if (!place->workspace.git) return NULL;
    TRY(git_last_open(cx, out->folder, &last));
    if (last) {
        *git = git_last_info(last);
        git->files = count_known(last, table);
    }
    if (git_head(cx, &place->workspace, &git->head)) git->head = (GitHead){0};
    git->head.branch = str_copy(cx->arena, git->head.branch);
    if (look && git_dirty(cx, &place->workspace, &git->dirty)) git->dirty = (GitDirty){0};
    git_last_close(last);
    return ctx_check(cx);
}

static Fail take_status(Ctx *cx, const Env *env, const Place *place, bool look, IndexStatus *out)
{
    Opened *opened;
    OpenedSpec spec = {place->spec.cache_dir, place->workspace.root, place->spec.max_file_bytes};
    out->root = place->workspace.root;
    out->folder = str_copy(cx->arena, store_folder(place->store));
    if (look) TRY(look_who_writes(cx, place, out));
    out->background = index_behind_trouble(cx, place->store);
    TRY(store_bytes(cx, place->store, &out->disk_bytes));
    TRY(opened_new(cx, &spec, &opened));
    Fail fail = opened->snapshot ? count_snapshot(cx, opened, out) : opened->trouble;
    if (!fail && opened->snapshot) fail = look_at_vectors(cx, env, opened, out);
    if (!fail && opened->snapshot && look) fail = look_for_changes(cx, place, opened, out);
    if (!fail) fail = look_at_git(cx, place, &opened->table, look, out);
    fail = problem_copy(cx->arena, fail);
    opened_free(opened);
    if (!fail || fail->kind != PROBLEM_DAMAGED) return fail;
    out->trouble = fail;
    return NULL;
}

Fail index_status(Ctx *cx, const Env *env, const IndexQuery *query, bool look, IndexStatus *out)
{
    Place place;
    *out = (IndexStatus){0};
    TRY(enter(cx, env, query, &place));
    Fail fail = take_status(cx, env, &place, look, out);
    leave(&place);
    return fail;
}

// --- building ---

static void tell_waiting(Ctx *cx, const Store *store, int64_t since_ns)
{
    bool held = false;
    int holder = 0;
    if (!cx->progress || store_probe(cx, store, 0, &held, &holder) || !held) return;
    int64_t seconds = (clock_now_ns() - since_ns) / NS_PER_S;
    Str line = str_format(cx->arena, "waiting for process %d, which writes the index: %lld s",
                          holder, (long long)seconds);
    cx->progress->show(cx->progress->arg, line);
}

static Fail build_when_free(Ctx *cx, const Place *place, const IndexPlanSpec *spec,
                            RefreshOptions *options, IndexRun *run)
{
    int64_t start_ns = clock_now_ns(), most_ns = options->patience_ns;
    do {
        int64_t left_ns = most_ns - (clock_now_ns() - start_ns);
        options->patience_ns = MAX(MIN(left_ns, NS_PER_S), 0);
        TRY(index_plan_run(cx, spec, run));
        if (run->report.busy) tell_waiting(cx, place->store, start_ns);
    } while (run->report.busy && clock_now_ns() - start_ns < most_ns);
    return run->report.busy ? busy(cx, place->store) : NULL;
}

static Fail build(Ctx *cx, const Env *env, const Place *place, const IndexQuery *query,
                  IndexRun *run)
{
    RefreshOptions options = {.full = query->full,
                              .patience_ns = MAX(query->wait_ns, PATIENCE_S * NS_PER_S),
                              .keep = query->keep};
    IndexPlanSpec spec = {.env = env,
                          .refresh = &place->spec,
                          .options = &options,
                          .tables = query->tables,
                          .look = query->look,
                          .drawing = query->drawing,
                          .event = query->event,
                          .arg = query->event_arg};
    if (query->background) return index_build_behind(cx, &spec, place->store, run);
    return build_when_free(cx, place, &spec, &options, run);
}

Fail index_build(Ctx *cx, const Env *env, const IndexQuery *query, IndexRun *run,
                 IndexStatus *status)
{
    Place place;
    *status = (IndexStatus){0};
    TRY(enter(cx, env, query, &place));
    Fail fail = build(cx, env, &place, query, run);
    if (!fail) fail = take_status(cx, env, &place, false, status);
    leave(&place);
    return fail;
}

static Fail follow(Ctx *cx, Watch *watch, const Place *place)
{
    static const Selection all = {0};
    Universe universe;
    TRY(universe_list(cx, &place->workspace, &all, place->spec.pool, &universe));
    return watch_follow(cx, watch, &universe);
}

// One round: waits for changes, and until nothing more happens for a while; builds.
static Fail watch_round(Ctx *cx, const Env *env, Watch *watch, const Place *place,
                        const IndexQuery *query, size_t *builds)
{
    enum { LONG_S = 3600 };
    WatchChange change, more;
    IndexRun run;
    TRY(watch_next(cx, watch, LONG_S * NS_PER_S, &change));
    if (!change.everything && !change.count) return NULL;
    do TRY(watch_next(cx, watch, query->settle_ns, &more));
    while (!more.everything && more.count);
    if (change.everything || more.everything) TRY(follow(cx, watch, place));
    TRY(build(cx, env, place, query, &run));
    *builds += !run.report.unchanged;
    return NULL;
}

static Fail watch_on(Ctx *cx, const Env *env, const Place *place, const IndexQuery *query,
                     size_t *builds)
{
    Watch *watch;
    Fail fail = NULL;
    TRY(watch_new(cx, &place->workspace, &watch));
    while (!fail) {
        Arena arena = {0};
        Ctx inner = ctx_child(cx, &arena);
        fail = watch_round(&inner, env, watch, place, query, builds);
        fail = problem_copy(cx->arena, fail);
        arena_fini(&arena);
    }
    watch_close(watch);
    return fail->kind == PROBLEM_CANCELLED ? NULL : fail;
}

Fail index_watch(Ctx *cx, const Env *env, const IndexQuery *query, size_t *builds)
{
    Place place;
    *builds = 0;
    TRY(enter(cx, env, query, &place));
    Fail fail = watch_on(cx, env, &place, query, builds);
    leave(&place);
    return fail;
}

// --- what is kept ---

Fail index_versions(Ctx *cx, const Env *env, const IndexQuery *query, StoreVersion **out,
                    size_t *count)
{
    Place place;
    TRY(enter(cx, env, query, &place));
    Fail fail = store_versions(cx, place.store, out, count);
    leave(&place);
    return fail;
}

static Fail verify(Ctx *cx, const Store *store)
{
    Snapshot *snapshot;
    TRY(store_read(cx, store, &snapshot));
    if (!snapshot) return FAIL(cx->arena, NOT_FOUND, "there is no index; cq index makes one");
    Fail fail = snapshot_verify(cx, snapshot);
    snapshot_close(snapshot);
    return fail;
}

Fail index_verify(Ctx *cx, const Env *env, const IndexQuery *query)
{
    Place place;
    TRY(enter(cx, env, query, &place));
    Fail fail = verify(cx, place.store);
    leave(&place);
    return fail;
}

static Fail with_writer(Ctx *cx, const Env *env, const IndexQuery *query, size_t *removed)
{
    Place place;
    StoreWriter *writer = NULL;
    TRY(enter(cx, env, query, &place));
    Fail fail = store_begin(cx, place.store, PATIENCE_S * NS_PER_S, &writer);
    if (!fail && !writer) fail = busy(cx, place.store);
    else if (!fail && removed) fail = store_prune(cx, writer, query->keep, removed);
    else if (!fail) fail = store_rollback(cx, writer, query->version);
    store_end(cx, writer);
    leave(&place);
    return fail;
}

Fail index_prune(Ctx *cx, const Env *env, const IndexQuery *query, size_t *removed)
{
    return with_writer(cx, env, query, removed);
}

Fail index_rollback(Ctx *cx, const Env *env, const IndexQuery *query)
{
    return with_writer(cx, env, query, NULL);
}
