// op/index.c - "index": the index of a workspace on disk; made, shown, checked, rolled back.
#include "service/index.h"

#include <math.h>

#include "base/clock.h"
#include "base/vec.h"
#include "op/op.h"

typedef struct IndexArgs {
    Str action, index_dir, graph, events;
    bool full, background, dry_run, tables;
    int64_t jobs, keep, to, settle_ms, wait;
} IndexArgs;

static const char *const actions[] = {"build",  "status", "versions", "rollback",
                                      "verify", "prune",  "watch",    NULL};

static const char *const graphs[] = {"dot", "mermaid", NULL};

static const Field args[] = {
    FIELD(IndexArgs, action, STR, "what to do", .flags = FIELD_POSITIONAL, .choices = actions,
          .fallback = "build", .value_name = "ACTION"),
    FIELD(IndexArgs, full, BOOL, "build: from nothing; read and parse every file again"),
    FIELD(IndexArgs, wait, INT,
          "build: wait so long for another process that writes the index; 10 at least", .least = 0,
          .most = 86400, .fallback = "0", .value_name = "SECONDS"),
    FIELD(IndexArgs, background, BOOL,
          "build: as find starts it behind an answer; does nothing while another process builds, "
          "and leaves for status why it failed"),
    FIELD(IndexArgs, dry_run, BOOL, "build: show what would be done; write nothing", .letter = 'n'),
    FIELD(IndexArgs, graph, STR, "build: print the plan as a graph; without --dry-run, as it ran",
          .choices = graphs),
    FIELD(IndexArgs, events, PATH, "build: write what happens to this file, one JSON object a line",
          .value_name = "FILE", .flags = FIELD_LOCAL),
    FIELD(IndexArgs, tables, BOOL,
          "build: make the tables of cq sql, too; if they are there, they "
          "are always brought up to date"),
    FIELD(IndexArgs, jobs, INT, "threads; 0: as configured", .letter = 'j', .least = 0,
          .most = 1024, .fallback = "0"),
    FIELD(IndexArgs, keep, INT, "build, prune: how many versions stay", .least = 1, .most = 1000,
          .fallback = "3"),
    FIELD(IndexArgs, to, INT, "rollback: to this version; 0: the newest before the current",
          .least = 0, .fallback = "0", .value_name = "NUMBER"),
    FIELD(IndexArgs, settle_ms, INT, "watch: build when nothing happened for so long", .least = 1,
          .most = 3600000, .fallback = "100"),
    FIELD(IndexArgs, index_dir, PATH, "where indexes are kept, instead of index.directory",
          .value_name = "FOLDER", .flags = FIELD_LOCAL),
    {0},
};

typedef struct VersionRow {
    uint64_t version, files, text_bytes, bytes;
    bool current;
    Str created, trouble;
} VersionRow;

static const Field version_fields[] = {
    FIELD(VersionRow, version, SIZE, "its number"),
    FIELD(VersionRow, current, BOOL, "it is what is used"),
    FIELD(VersionRow, created, STR, "when it was published"),
    FIELD(VersionRow, files, SIZE, "of the workspace"),
    FIELD(VersionRow, text_bytes, SIZE, "of them"),
    FIELD(VersionRow, bytes, SIZE, "of its segments, which versions share"),
    FIELD(VersionRow, trouble, STR, "why it cannot be used; empty when it can"),
    {0},
};

typedef struct CellRow {
    Str id, op, state, reason;
    double started_ms, duration_ms;
    uint64_t files, bytes, cached;
} CellRow;

static const Field cell_fields[] = {
    FIELD(CellRow, id, STR, "of the cell"),
    FIELD(CellRow, op, STR, "what it does"),
    FIELD(CellRow, state, STR, "success, failed, skipped or canceled; planned in a dry run"),
    FIELD(CellRow, reason, STR, "why it was skipped or canceled", .flags = FIELD_OPTIONAL_OUT),
    FIELD(CellRow, started_ms, REAL, "after the plan was made"),
    FIELD(CellRow, duration_ms, REAL, "milliseconds it took"),
    FIELD(CellRow, files, SIZE, "chunk.text: that it reads"),
    FIELD(CellRow, bytes, SIZE, "chunk.text: of them"),
    FIELD(CellRow, cached, SIZE, "chunk.text: files that the disk cache knew, so not parsed"),
    {0},
};

static const Field vector_fields[] = {
    FIELD(IndexVectorStatus, rows, SIZE, "chunks that have one"),
    FIELD(IndexVectorStatus, without, SIZE, "chunks that have none"),
    FIELD(IndexVectorStatus, dims, SIZE, "numbers in each"),
    FIELD(IndexVectorStatus, bytes, SIZE, "on disk, counted in snapshot_bytes too"),
    FIELD(IndexVectorStatus, ann_bytes, SIZE, "of an index over them, likewise; 0: there is none"),
    FIELD(IndexVectorStatus, is_current, BOOL, "made by what embed.* names now; else not used"),
    FIELD(IndexVectorStatus, backend, STR, "that made them, when it is that of now"),
    FIELD(IndexVectorStatus, model, STR, "likewise"),
    {0},
};

typedef struct IndexSummary {
    Str action, folder, created, trouble, background, commit, branch;
    uint64_t dirty, untracked, commit_files, commits_read;
    bool dry_run, commits_complete;
    RecordList cells;
    StrList limits;
    uint64_t version, segments, files, indexed, chunks, definitions, dead_files;
    uint64_t text_bytes, snapshot_bytes, disk_bytes;
    double bytes_per_text_byte;
    IndexVectorStatus vectors;
    CountList languages, skipped, changes;
    bool unchanged, building;
    int64_t holder;
    uint64_t read, parsed, moved, builds, removed;
    double look_ms, read_ms, pack_ms, write_ms;
    RecordList versions;
} IndexSummary;

static const Field result[] = {
    FIELD(IndexSummary, action, STR, "what was done"),
    FIELD(IndexSummary, folder, PATH, "where the index of this workspace is"),
    FIELD(IndexSummary, version, SIZE, "the current one; 0: there is none"),
    FIELD(IndexSummary, created, STR, "when it was published"),
    FIELD(IndexSummary, commit, STR, "the workspace is at; empty outside git"),
    FIELD(IndexSummary, branch, STR, "likewise; empty when detached"),
    FIELD(IndexSummary, dirty, SIZE, "tracked files that are not as that commit has them"),
    FIELD(IndexSummary, untracked, SIZE, "files that git does not know, nor ignore"),
    FIELD(IndexSummary, commit_files, SIZE, "files whose last commit is known"),
    FIELD(IndexSummary, commits_read, SIZE, "commits, the newest, that were looked at for that"),
    FIELD(IndexSummary, commits_complete, BOOL, "these are all; else a later build goes on"),
    FIELD(IndexSummary, segments, SIZE, "files it is made of, besides its table of files"),
    FIELD(IndexSummary, files, SIZE, "of the workspace"),
    FIELD(IndexSummary, indexed, SIZE, "of these; the others are skipped"),
    FIELD(IndexSummary, chunks, SIZE, "pieces of them that are ranked"),
    FIELD(IndexSummary, definitions, SIZE, "in them"),
    FIELD(IndexSummary, dead_files, SIZE, "older states of files that are still in segments"),
    FIELD(IndexSummary, text_bytes, SIZE, "of the files that are indexed"),
    FIELD(IndexSummary, snapshot_bytes, SIZE, "of the current version"),
    FIELD(IndexSummary, bytes_per_text_byte, REAL, "its size for each byte of text"),
    FIELD(IndexSummary, disk_bytes, SIZE, "of all versions together"),
    FIELD(IndexSummary, vectors, RECORD, "of chunks, beside the segments; all zero without",
          .sub = vector_fields),
    FIELD(IndexSummary, languages, COUNTS, "indexed files by language"),
    FIELD(IndexSummary, skipped, COUNTS, "files that were left out, by reason"),
    FIELD(IndexSummary, changes, COUNTS, "status: files since then; build: before it"),
    FIELD(IndexSummary, dry_run, BOOL, "build: nothing was done"),
    FIELD(IndexSummary, cells, RECORDS, "build: of the plan, in its order", .sub = cell_fields,
          .sub_size = sizeof(CellRow)),
    FIELD(IndexSummary, limits, STRS, "build: what was not done, and why"),
    FIELD(IndexSummary, unchanged, BOOL, "build: nothing was to be done"),
    FIELD(IndexSummary, read, SIZE, "build: files that were read"),
    FIELD(IndexSummary, parsed, SIZE, "build: those that had to be parsed"),
    FIELD(IndexSummary, moved, SIZE, "build: unchanged ones that were read to merge segments"),
    FIELD(IndexSummary, look_ms, REAL, "build: what changed?"),
    FIELD(IndexSummary, read_ms, REAL, "build: reading and parsing, summed over ranges of files"),
    FIELD(IndexSummary, pack_ms, REAL, "build: making segments, likewise"),
    FIELD(IndexSummary, write_ms, REAL, "build: writing and syncing them"),
    FIELD(IndexSummary, builds, SIZE, "watch: how often something was published"),
    FIELD(IndexSummary, removed, SIZE, "prune: versions that went"),
    FIELD(IndexSummary, versions, RECORDS, "oldest first", .sub = version_fields,
          .sub_size = sizeof(VersionRow)),
    FIELD(IndexSummary, building, BOOL, "status: a process writes it now"),
    FIELD(IndexSummary, holder, INT, "status: that process; 0 when it is not known"),
    FIELD(IndexSummary, background, STR,
          "status: why the last build behind an answer came to nothing; empty when it did not"),
    FIELD(IndexSummary, trouble, STR, "why what was there could not be used; empty when it could"),
    {0},
};

// --- taking over ---

static Str when(Arena *arena, int64_t ns)
{
    return ns ? clock_rfc3339(arena, ns / 1000000) : STR("");
}

static double in_ms(int64_t ns)
{
    return round((double)ns / 1e3) / 1e3;
}

static CountList count_skips(Arena *arena, const uint64_t *skipped)
{
    VEC(Count) counts = {0};
    for (size_t i = 0; i < SKIP_REASONS; i++) {
        Count count = {str_from(skip_name((SkipReason)i)), skipped[i]};
        if (count.count) VEC_PUSH(arena, &counts, count);
    }
    return (CountList){counts.items, counts.len};
}

static CountList count_languages(Arena *arena, const uint64_t *files)
{
    VEC(Count) counts = {0};
    for (size_t i = 0; i < LANG_COUNT; i++) {
        Count count = {str_from(lang_name((LangId)i)), files[i]};
        if (count.count) VEC_PUSH(arena, &counts, count);
    }
    return (CountList){counts.items, counts.len};
}

static CountList count_changes(Arena *arena, const size_t *changes)
{
    static const char *const names[FILE_STATES] = {"same", "touched", "changed", "added",
                                                   "deleted"};
    Count *counts = ARENA_ARRAY(arena, Count, FILE_STATES);
    for (size_t i = 0; i < FILE_STATES; i++) counts[i] = (Count){str_from(names[i]), changes[i]};
    return (CountList){counts, FILE_STATES};
}

static void take_status(Arena *arena, const IndexStatus *from, IndexSummary *out)
{
    out->folder = from->folder;
    out->version = from->generation;
    out->created = when(arena, from->created_ns);
    out->segments = from->segments;
    out->files = from->files;
    out->indexed = from->indexed;
    out->chunks = from->chunks;
    out->definitions = from->definitions;
    out->dead_files = from->dead_files;
    out->text_bytes = from->text_bytes;
    out->snapshot_bytes = from->snapshot_bytes;
    out->disk_bytes = from->disk_bytes;
    if (from->text_bytes)
        out->bytes_per_text_byte =
            round(1e3 * (double)from->snapshot_bytes / (double)from->text_bytes) / 1e3;
    out->vectors = from->vectors;
    out->languages = count_languages(arena, from->lang_files);
    out->skipped = count_skips(arena, from->skipped);
    out->changes = count_changes(arena, from->changes);
    out->background = from->background;
    out->building = from->building;
    out->holder = from->holder;
    if (from->trouble) out->trouble = from->trouble->detail;
}

static void take_git(const GitLastInfo *from, IndexSummary *out)
{
    out->commit = from->head.commit;
    out->branch = from->head.branch;
    out->dirty = from->dirty.changed;
    out->untracked = from->dirty.untracked;
    out->commit_files = from->files;
    out->commits_read = from->read;
    out->commits_complete = from->complete;
}

static void take_cells(Arena *arena, const IndexRun *from, IndexSummary *out)
{
    CellRow *rows = ARENA_ARRAY(arena, CellRow, from->cell_count);
    for (size_t i = 0; i < from->cell_count; i++) {
        const IndexCell *cell = &from->cells[i];
        rows[i] =
            (CellRow){cell->id,          cell->op,    cell->state, cell->reason, cell->started_ms,
                      cell->duration_ms, cell->files, cell->bytes, cell->cached};
    }
    out->cells = (RecordList){rows, from->cell_count};
    out->limits = (StrList){from->limits, from->limit_count};
}

static void take_report(Arena *arena, const RefreshReport *report, IndexSummary *out)
{
    out->changes = count_changes(arena, report->counts);
    out->unchanged = report->unchanged;
    out->read = report->read;
    out->parsed = report->parsed;
    out->moved = report->moved;
    out->look_ms = in_ms(report->fresh_ns);
    out->read_ms = in_ms(report->harvest_ns);
    out->pack_ms = in_ms(report->pack_ns);
    out->write_ms = in_ms(report->write_ns);
    if (report->trouble) out->trouble = report->trouble->detail;
}

typedef struct Events { // the file they go to
    OsFile file;
    Fail fail; // the first one, in arena
    Arena *arena;
} Events;

static void write_event(void *arg, Ctx *cx, const RuntimeEvent *event)
{
    Events *events = arg;
    Buf line = buf_on(cx->arena);
    JsonWriter w = {.out = &line};
    if (events->fail) return;
    event_write(&w, event);
    buf_byte(&line, '\n');
    events->fail = problem_copy(events->arena, os_write(cx, events->file, buf_str(&line)));
}

static Fail build(Ctx *cx, const Env *env, const IndexArgs *from, IndexQuery *query, Result *answer,
                  IndexSummary *out)
{
    IndexRun run;
    IndexStatus status;
    Events events = {.file = OS_FILE_NONE, .arena = cx->arena};
    if (from->events.len) {
        TRY(os_create(cx, OS_CWD, str_cstr(cx->arena, from->events), &events.file));
        query->event = write_event;
        query->event_arg = &events;
    }
    Fail fail = index_build(cx, env, query, &run, &status);
    os_close(&events.file);
    TRY(fail);
    take_status(cx->arena, &status, out);
    take_report(cx->arena, &run.report, out);
    take_git(&status.git, out);
    take_cells(cx->arena, &run, out);
    out->dry_run = query->look;
    answer->data = ARENA_NEW(cx->arena, Str);
    *(Str *)(uintptr_t)answer->data = run.graph;
    answer->problem = events.fail;
    return NULL;
}

static Fail list_versions(Ctx *cx, const Env *env, const IndexQuery *query, IndexSummary *out)
{
    StoreVersion *versions;
    size_t count;
    TRY(index_versions(cx, env, query, &versions, &count));
    VersionRow *rows = ARENA_ARRAY(cx->arena, VersionRow, count);
    for (size_t i = 0; i < count; i++) {
        const StoreVersion *from = &versions[i];
        rows[i] = (VersionRow){.version = from->generation,
                               .current = from->is_current,
                               .created = when(cx->arena, from->head.created_ns),
                               .files = from->head.file_count,
                               .text_bytes = from->head.text_bytes,
                               .bytes = from->head.segment_bytes + from->manifest_bytes};
        if (from->trouble) rows[i].trouble = from->trouble->detail;
    }
    out->versions = (RecordList){rows, count};
    return NULL;
}

static Fail act(Ctx *cx, const Env *env, const IndexQuery *query, IndexSummary *out)
{
    IndexStatus status;
    size_t count = 0;
    bool look = str_eq(out->action, STR("status"));
    if (str_eq(out->action, STR("rollback"))) TRY(index_rollback(cx, env, query));
    if (str_eq(out->action, STR("verify"))) TRY(index_verify(cx, env, query));
    if (str_eq(out->action, STR("prune"))) TRY(index_prune(cx, env, query, &count));
    out->removed = count;
    if (str_eq(out->action, STR("watch"))) {
        TRY(index_watch(cx, env, query, &count));
        out->builds = count;
        return NULL;
    }
    TRY(list_versions(cx, env, query, out));
    TRY(index_status(cx, env, query, look, &status));
    take_status(cx->arena, &status, out);
    take_git(&status.git, out);
    return NULL;
}

static Fail check_args(Arena *arena, const IndexArgs *from)
{
    bool builds = str_eq(from->action, STR("build")), rolls = str_eq(from->action, STR("rollback"));
    if (from->full && !builds) return FAIL(arena, BAD_REQUEST, "--full goes with build only");
    if (from->background && !builds)
        return FAIL(arena, BAD_REQUEST, "--background goes with build only");
    if (from->wait && !builds) return FAIL(arena, BAD_REQUEST, "--wait goes with build only");
    if ((from->dry_run || from->graph.len || from->events.len || from->tables) && !builds)
        return FAIL(arena, BAD_REQUEST,
                    "--dry-run, --graph, --events and --tables go with build only");
    if (from->dry_run && from->events.len)
        return FAIL(arena, BAD_REQUEST, "in a dry run nothing happens that --events could tell");
    if (from->to && !rolls) return FAIL(arena, BAD_REQUEST, "--to goes with rollback only");
    return NULL;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const IndexArgs *from = arguments;
    IndexSummary *summary = ARENA_NEW(cx->arena, IndexSummary);
    IndexQuery query = {.folder = from->index_dir,
                        .full = from->full,
                        .background = from->background,
                        .wait_ns = from->wait * NS_PER_S,
                        .tables = from->tables,
                        .look = from->dry_run,
                        .jobs = from->jobs,
                        .keep = (size_t)from->keep,
                        .version = (uint64_t)from->to,
                        .settle_ns = from->settle_ms * 1000000};
    TRY(check_args(cx->arena, from));
    if (from->index_dir.len && !str_starts(from->index_dir, STR("/"))) {
        Str here;
        TRY(os_working_dir(cx, &here));
        query.folder = str_join(cx->arena, here, STR("/"), from->index_dir);
    }
    summary->action = from->action;
    if (from->graph.len)
        query.drawing = str_eq(from->graph, STR("dot")) ? INDEX_DOT : INDEX_MERMAID;
    *out = (Result){.summary = summary, .found = true, .root = out->root};
    if (str_eq(from->action, STR("build"))) return build(cx, env, from, &query, out, summary);
    return act(cx, env, &query, summary);
}

// --- for people ---

static void write_counts(Buf *out, const char *title, CountList list)
{
    bool any = false;
    for (size_t i = 0; i < list.count; i++) {
        if (!list.items[i].count) continue;
        buf_addf(out, "%s%s" STR_FMT " %llu", any ? "" : title, any ? ", " : "",
                 STR_ARG(list.items[i].name), (unsigned long long)list.items[i].count);
        any = true;
    }
    if (any) buf_byte(out, '\n');
}

static void write_vectors(Buf *out, const IndexVectorStatus *vectors)
{
    if (!vectors->bytes) return;
    buf_addf(out, "vectors: %llu rows of %llu dimensions, ", (unsigned long long)vectors->rows,
             (unsigned long long)vectors->dims);
    buf_add_size(out, vectors->bytes);
    if (vectors->is_current) {
        buf_addf(out, ", by " STR_FMT, STR_ARG(vectors->backend));
        if (vectors->model.len) buf_addf(out, " " STR_FMT, STR_ARG(vectors->model));
    } else {
        buf_add(out, STR(", of another model than embed.* names now: not used"));
    }
    if (vectors->without)
        buf_addf(out, "; %llu chunks have none", (unsigned long long)vectors->without);
    if (vectors->ann_bytes) {
        buf_add(out, STR("; an index over them, "));
        buf_add_size(out, vectors->ann_bytes);
    }
    buf_byte(out, '\n');
}

static void write_status(Buf *out, const IndexSummary *summary)
{
    if (summary->trouble.len) buf_addf(out, "trouble: " STR_FMT "\n", STR_ARG(summary->trouble));
    if (summary->background.len)
        buf_addf(out, "the last build behind an answer failed: " STR_FMT "\n",
                 STR_ARG(summary->background));
    if (summary->building)
        buf_addf(out, "process %lld is building it\n", (long long)summary->holder);
    if (!summary->version && summary->building) return;
    if (!summary->version) {
        buf_add(out, STR("there is no index; cq index makes one\n"));
        return;
    }
    buf_addf(out,
             "version %llu, made " STR_FMT ": %llu of %llu files, %llu chunks, %llu definitions\n",
             (unsigned long long)summary->version, STR_ARG(summary->created),
             (unsigned long long)summary->indexed, (unsigned long long)summary->files,
             (unsigned long long)summary->chunks, (unsigned long long)summary->definitions);
    buf_add(out, STR("size: "));
    buf_add_size(out, summary->snapshot_bytes);
    buf_add(out, STR(" for "));
    buf_add_size(out, summary->text_bytes);
    buf_addf(out, " of text (%.2f), in %llu segment%s", summary->bytes_per_text_byte,
             (unsigned long long)summary->segments, summary->segments == 1 ? "" : "s");
    if (summary->dead_files)
        buf_addf(out, " with %llu outdated files", (unsigned long long)summary->dead_files);
    buf_add(out, STR("; all versions: "));
    buf_add_size(out, summary->disk_bytes);
    buf_byte(out, '\n');
    write_vectors(out, &summary->vectors);
    write_counts(out, "languages: ", summary->languages);
    write_counts(out, "skipped: ", summary->skipped);
}

static void write_versions(Buf *out, const IndexSummary *summary)
{
    const VersionRow *rows = summary->versions.items;
    for (size_t i = 0; i < summary->versions.count; i++) {
        const VersionRow *row = &rows[i];
        buf_addf(out, "%c %llu  ", row->current ? '*' : ' ', (unsigned long long)row->version);
        if (row->trouble.len) {
            buf_addf(out, "cannot be used: " STR_FMT "\n", STR_ARG(row->trouble));
            continue;
        }
        buf_addf(out, STR_FMT "  %llu files, ", STR_ARG(row->created),
                 (unsigned long long)row->files);
        buf_add_size(out, row->bytes);
        buf_byte(out, '\n');
    }
    if (!summary->versions.count) buf_add(out, STR("there are no versions\n"));
}

static void write_commit(Buf *out, const IndexSummary *summary)
{
    if (!summary->commit.len) return;
    buf_addf(out, "commit: " STR_FMT, STR_ARG(str_sub(summary->commit, 0, 12)));
    if (summary->branch.len) buf_addf(out, " on " STR_FMT, STR_ARG(summary->branch));
    if (!summary->dirty && !summary->untracked) buf_add(out, STR(", nothing uncommitted"));
    if (summary->dirty)
        buf_addf(out, ", %llu files not as committed", (unsigned long long)summary->dirty);
    if (summary->untracked)
        buf_addf(out, ", %llu untracked", (unsigned long long)summary->untracked);
    buf_byte(out, '\n');
    if (!summary->version) return;
    buf_addf(out, "last commits: of %llu of %llu files", (unsigned long long)summary->commit_files,
             (unsigned long long)summary->files);
    if (!summary->commits_complete)
        buf_addf(out, ", from the newest %llu commits; later builds go on",
                 (unsigned long long)summary->commits_read);
    buf_byte(out, '\n');
}

static void write_dry(Buf *out, const IndexSummary *summary)
{
    const CellRow *rows = summary->cells.items;
    for (size_t i = 0; i < summary->cells.count; i++) {
        buf_add(out, rows[i].id);
        if (rows[i].files) {
            buf_addf(out, "  %llu files, ", (unsigned long long)rows[i].files);
            buf_add_size(out, rows[i].bytes);
        }
        buf_byte(out, '\n');
    }
    write_counts(out, "changes: ", summary->changes);
}

static void write_limits(Buf *out, const IndexSummary *summary)
{
    for (size_t i = 0; i < summary->limits.count; i++)
        buf_addf(out, "%s" STR_FMT, i ? "; " : "limits: ", STR_ARG(summary->limits.items[i]));
    if (summary->limits.count) buf_byte(out, '\n');
}

static void write_build(Buf *out, const IndexSummary *summary)
{
    if (summary->dry_run) {
        write_dry(out, summary);
        return;
    }
    if (summary->unchanged) buf_add(out, STR("nothing changed\n"));
    else
        buf_addf(out, "read %llu files, parsed %llu, moved %llu\n",
                 (unsigned long long)summary->read, (unsigned long long)summary->parsed,
                 (unsigned long long)summary->moved);
    write_counts(out, "changes: ", summary->changes);
    write_status(out, summary);
    write_commit(out, summary);
    write_limits(out, summary);
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)style, (void)arguments;
    const IndexSummary *summary = of->summary;
    Str action = summary->action;
    if (str_eq(action, STR("watch"))) {
        buf_addf(out, "published %llu times\n", (unsigned long long)summary->builds);
        return;
    }
    buf_addf(out, STR_FMT "\n", STR_ARG(summary->folder));
    if (str_eq(action, STR("build"))) write_build(out, summary);
    else if (str_eq(action, STR("versions"))) write_versions(out, summary);
    else if (str_eq(action, STR("status"))) {
        write_status(out, summary);
        write_commit(out, summary);
        write_counts(out, "since then: ", summary->changes);
    } else if (str_eq(action, STR("verify"))) {
        buf_addf(out, "version %llu is sound\n", (unsigned long long)summary->version);
    } else if (str_eq(action, STR("prune"))) {
        buf_addf(out, "removed %llu versions\n", (unsigned long long)summary->removed);
        write_versions(out, summary);
    } else {
        buf_addf(out, "version %llu is current\n", (unsigned long long)summary->version);
    }
}

static bool plain(Buf *out, const void *arguments, const Result *of)
{
    (void)arguments;
    const Str *graph = of->data;
    if (!graph || !graph->len) return false;
    buf_add(out, *graph);
    return true;
}

static const OpExample examples[] = {
    {"cq index", "bring the index of this workspace up to date, or make it"},
    {"cq index status", "how large it is, what is in it, what changed since"},
    {"cq index --dry-run --graph mermaid", "what a build would do, as a picture"},
    {"cq index rollback", "use the version before the current one"},
    {"cq index watch", "keep it up to date until interrupted"},
    {0},
};

const OpSpec op_index = {
    .name = "index",
    .summary = "Make, show, check or roll back the index of a workspace",
    .details =
        "Without an ACTION the index is brought up to date: what changed is read into a new "
        "segment, and a new version is published in one step. That is a plan of cells, which "
        "--dry-run and --graph show; stopped at any time, the next build goes on from what is "
        "done. status says what there is, versions "
        "lists what can be rolled back to, verify reads every byte, prune removes older versions, "
        "watch builds whenever files change.\n"
        "find does not need this: it looks what changed by itself, and makes an index where there "
        "is none. After rollback, queries still answer for the files as they are.\n"
        "Indexes are in the folder index of index.directory, one folder a workspace; they can be "
        "removed at any time.\n"
        "Exit status: 0 when it was done; 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(IndexArgs),
    .result = result,
    .result_size = sizeof(IndexSummary),
    .run = run,
    .text = text,
    .plain = plain,
};
