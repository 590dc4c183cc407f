// op/status.c - "status": what cq knows of this workspace, what can be asked of it, and why not.
#include "base/clock.h"
#include "base/json.h"
#include "base/vec.h"
#include "base/version.h"
#include "index/follow.h"
#include "op/capability.h"
#include "op/op.h"
#include "op/readiness.h"
#include "op/table.h"
#include "runtime/policy_spec.h"
#include "service/compat.h"
#include "service/index.h"
#include "service/server_place.h"

typedef struct StatusArgs {
    bool no_files;
} StatusArgs;

static const Field args[] = {
    FIELD(StatusArgs, no_files, BOOL,
          "do not list the workspace, nor look what changed in it and is not committed"),
    {0},
};

typedef struct UniverseRow {
    uint64_t files, skipped, folders;
    Str source, fallback;
} UniverseRow;

static const Field universe_fields[] = {
    FIELD(UniverseRow, files, SIZE, "of the workspace"),
    FIELD(UniverseRow, skipped, SIZE, "names that are no files, or cannot be read"),
    FIELD(UniverseRow, folders, SIZE, "that were looked through; 0 when git's index lists all"),
    FIELD(UniverseRow, source, STR, "of the list: git-index, git-command or walk"),
    FIELD(UniverseRow, fallback, STR, "why git was asked; empty when it was not"),
    {0},
};

typedef struct SnapshotRow {
    uint64_t generation, files, indexed, chunks, segments, text_bytes, bytes, disk_bytes;
    Str created, commit, branch, background, trouble;
    double age_s;
    uint64_t dirty, untracked, outdated;
    bool looked, building;
    int64_t holder;
} SnapshotRow;

static const Field snapshot_fields[] = {
    FIELD(SnapshotRow, generation, SIZE, "of the published index; 0: there is none"),
    FIELD(SnapshotRow, created, STR, "when it was published"),
    FIELD(SnapshotRow, age_s, REAL, "seconds since then"),
    FIELD(SnapshotRow, files, SIZE, "of the workspace, then"),
    FIELD(SnapshotRow, indexed, SIZE, "of these"),
    FIELD(SnapshotRow, chunks, SIZE, "pieces of them that are ranked"),
    FIELD(SnapshotRow, segments, SIZE, "files it is made of"),
    FIELD(SnapshotRow, text_bytes, SIZE, "of the indexed files"),
    FIELD(SnapshotRow, bytes, SIZE, "of this version"),
    FIELD(SnapshotRow, disk_bytes, SIZE, "of all versions"),
    FIELD(SnapshotRow, looked, BOOL,
          "what changed and is not committed; else the next three are 0"),
    FIELD(SnapshotRow, outdated, SIZE, "files that are not in it as they are now"),
    FIELD(SnapshotRow, dirty, SIZE, "tracked files that are not as the commit has them"),
    FIELD(SnapshotRow, untracked, SIZE, "files that git does not know, nor ignore"),
    FIELD(SnapshotRow, commit, STR, "the workspace is at; empty outside git"),
    FIELD(SnapshotRow, branch, STR, "likewise; empty when detached"),
    FIELD(SnapshotRow, building, BOOL, "a process writes it now"),
    FIELD(SnapshotRow, holder, INT, "that process; 0 when it is not known"),
    FIELD(SnapshotRow, background, STR,
          "why the last build behind an answer came to nothing; empty when it did not"),
    FIELD(SnapshotRow, trouble, STR, "why what is there cannot be used; empty when it can"),
    {0},
};

typedef struct ServerRow {
    bool running, answers;
    int64_t pid;
    Str socket, unused;
} ServerRow;

static const Field server_fields[] = {
    FIELD(ServerRow, running, BOOL, "a server for this workspace alone holds its lock"),
    FIELD(ServerRow, answers, BOOL, "the socket accepts connections"),
    FIELD(ServerRow, pid, INT, "its process; 0: not known"),
    FIELD(ServerRow, socket, PATH, "where it listens"),
    FIELD(ServerRow, unused, STR,
          "why commands are not left to it; empty when they are, or there is none"),
    {0},
};

typedef struct WatchRow {
    bool following;
    Str why_not;
    int64_t folders;
} WatchRow;

static const Field watch_fields[] = {
    FIELD(WatchRow, following, BOOL, "the system tells what changes; else files are looked at"),
    FIELD(WatchRow, why_not, STR, "empty also while fewer than three questions were asked"),
    FIELD(WatchRow, folders, INT, "that are watched"),
    {0},
};

typedef struct SettingRow {
    Str key, value, source;
} SettingRow;

static const Field setting_fields[] = {
    FIELD(SettingRow, key, STR, "of the setting"),
    FIELD(SettingRow, value, STR, "in force"),
    FIELD(SettingRow, source, STR, "where it was set"),
    {0},
};

typedef struct ViolationRow {
    Str part;
    bool fatal;
    const Json *problem;
} ViolationRow;

static const Field violation_fields[] = {
    FIELD(ViolationRow, part, STR, "fusion, index, vectors, ann or tables"),
    FIELD(ViolationRow, fatal, BOOL, "a server does not start with it"),
    FIELD(ViolationRow, problem, JSON, "what does not fit, and what to do (RFC 9457)"),
    {0},
};

typedef struct StatusSummary {
    Str version, root, config_file, cache_folder, index_folder, runtime_folder;
    bool git;
    UniverseRow universe;
    SnapshotRow snapshot;
    ServerRow server;
    Capabilities capabilities;
    RecordList violations;
    StrList unchecked;
    Readiness readiness;
    WatchRow watch;
    RecordList settings;
} StatusSummary;

static const Field paths_and_parts[] = {
    FIELD(StatusSummary, version, STR, "of cq"),
    FIELD(StatusSummary, root, PATH, "of the workspace"),
    FIELD(StatusSummary, git, BOOL, "it is in a git working tree"),
    FIELD(StatusSummary, config_file, PATH, "that was read; empty for none"),
    FIELD(StatusSummary, cache_folder, PATH, "of results; empty: there is no place"),
    FIELD(StatusSummary, index_folder, PATH, "of this workspace's index"),
    FIELD(StatusSummary, runtime_folder, PATH, "of sockets and locks of servers"),
    FIELD(StatusSummary, universe, RECORD, "the files of the workspace now",
          .sub = universe_fields),
    FIELD(StatusSummary, snapshot, RECORD, "the published index", .sub = snapshot_fields),
    FIELD(StatusSummary, server, RECORD, "whether one runs for this workspace",
          .sub = server_fields),
    FIELD(StatusSummary, capabilities, RECORD, "what can be asked here", .sub = capability_fields),
    FIELD(StatusSummary, violations, RECORDS, "parts that do not fit together",
          .sub = violation_fields, .sub_size = sizeof(ViolationRow)),
    FIELD(StatusSummary, unchecked, STRS, "parts that could not be looked at, and why"),
    FIELD(StatusSummary, readiness, RECORD, "of this process, with its runtime cells",
          .sub = readiness_fields),
    FIELD(StatusSummary, watch, RECORD, "how this process notices changes of files",
          .sub = watch_fields),
    FIELD(StatusSummary, settings, RECORDS, "that are not left at their defaults",
          .sub = setting_fields, .sub_size = sizeof(SettingRow)),
    {0},
};

// --- its parts ---

static Fail look_at_files(Ctx *cx, const Env *env, bool list, StatusSummary *out)
{
    static const Selection all = {0};
    Workspace workspace;
    Universe universe;
    TRY(env_workspace(cx, env, !env->root.len, &workspace));
    out->root = workspace.root;
    out->git = workspace.git;
    Fail fail = list ? universe_list(cx, &workspace, &all, env->pool, &universe) : NULL;
    if (list && !fail)
        out->universe = (UniverseRow){.files = universe.count,
                                      .skipped = universe.skipped_count,
                                      .folders = universe.folder_count,
                                      .source = universe.source,
                                      .fallback = universe.fallback_reason};
    workspace_close(&workspace);
    return fail;
}

static void take_snapshot(Arena *arena, const IndexStatus *from, bool look, SnapshotRow *out)
{
    *out = (SnapshotRow){.generation = from->generation,
                         .looked = look,
                         .files = from->files,
                         .indexed = from->indexed,
                         .chunks = from->chunks,
                         .segments = from->segments,
                         .text_bytes = from->text_bytes,
                         .bytes = from->snapshot_bytes,
                         .disk_bytes = from->disk_bytes,
                         .commit = from->git.head.commit,
                         .branch = from->git.head.branch,
                         .dirty = look ? from->git.dirty.changed : 0,
                         .untracked = look ? from->git.dirty.untracked : 0,
                         .building = from->building,
                         .holder = from->holder,
                         .background = from->background};
    if (from->trouble) out->trouble = from->trouble->detail;
    if (!from->created_ns) return;
    out->created = clock_rfc3339(arena, from->created_ns / NS_PER_MS);
    out->age_s = (double)(clock_wall_ms() - from->created_ns / NS_PER_MS) / 1e3;
    out->outdated =
        from->changes[FILE_CHANGED] + from->changes[FILE_ADDED] + from->changes[FILE_DELETED];
}

// An index that cannot be had is told, like everything else here.
static Fail look_at_index(Ctx *cx, const Env *env, bool look, StatusSummary *out)
{
    IndexStatus status;
    IndexQuery query = {0};
    Fail fail = index_status(cx, env, &query, look, &status);
    if (fail) {
        TRY(ctx_check(cx));
        out->snapshot.trouble = fail->detail;
        return NULL;
    }
    out->index_folder = status.folder;
    take_snapshot(cx->arena, &status, look, &out->snapshot);
    return NULL;
}

static Fail look_at_server(Ctx *cx, const Env *env, StatusSummary *out)
{
    ServerPlace place;
    TRY(server_find(cx, out->root, &place));
    out->runtime_folder = place.folder;
    out->server =
        (ServerRow){place.running, place.answers, place.pid, place.socket, env->server_why};
    return NULL;
}

static Fail look_at_fit(Ctx *cx, const Env *env, StatusSummary *out)
{
    Compat compat;
    TRY(compat_check(cx, env, COMPAT_ALL, &compat));
    ViolationRow *rows = ARENA_ARRAY(cx->arena, ViolationRow, compat.count);
    for (size_t i = 0; i < compat.count; i++)
        rows[i] = (ViolationRow){str_from(compat.items[i].part), compat.items[i].is_fatal,
                                 cell_problem_json(cx->arena, compat.items[i].problem)};
    out->violations = (RecordList){rows, compat.count};
    out->unchecked = (StrList){compat.unchecked, compat.unchecked_count};
    return NULL;
}

static void look_at_watch(Arena *arena, const Env *env, WatchRow *out)
{
    *out = (WatchRow){.why_not = STR("this process answers one question")};
    if (!env->follow) return;
    FollowState state = follow_state(arena, env->follow);
    *out = (WatchRow){state.following, state.why_not, (int64_t)state.folders};
}

static void list_settings(Arena *arena, const Policy *policy, StatusSummary *out)
{
    VEC(SettingRow) rows = {0};
    for (PolicySetting at = {0}; policy_next(policy, &at);) {
        PolicySource source = policy_source(policy, at);
        if (source.kind == SOURCE_DEFAULT) continue;
        SettingRow row = {policy_key(arena, policy, at), policy_text(arena, policy, at),
                          policy_source_text(arena, &source)};
        VEC_PUSH(arena, &rows, row);
    }
    out->settings = (RecordList){rows.items, rows.len};
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const StatusArgs *from = arguments;
    StatusSummary *summary = ARENA_NEW(cx->arena, StatusSummary);
    summary->version = STR(CQ_VERSION);
    summary->config_file = env->config_file;
    summary->cache_folder = env->policy->cache.directory;
    TRY(look_at_files(cx, env, !from->no_files, summary));
    TRY(look_at_index(cx, env, !from->no_files, summary));
    TRY(look_at_server(cx, env, summary));
    TRY(look_at_fit(cx, env, summary)); // opens what capabilities tell of
    TRY(capabilities_look(cx, env, &summary->capabilities));
    look_at_watch(cx->arena, env, &summary->watch);
    readiness_look(cx->arena, env, &summary->readiness);
    list_settings(cx->arena, env->policy, summary);
    *out = (Result){.summary = summary, .found = true, .root = summary->root};
    return NULL;
}

// --- for people ---

static void write_line(Buf *out, const char *name, Str value)
{
    if (value.len) buf_addf(out, "%-10s " STR_FMT "\n", name, STR_ARG(value));
}

static void write_paths(Buf *out, const StatusSummary *summary)
{
    buf_addf(out, "%-10s " STR_FMT "%s\n", "workspace", STR_ARG(summary->root),
             summary->git ? " (git)" : "");
    write_line(out, "config", summary->config_file);
    write_line(out, "cache", summary->cache_folder);
    write_line(out, "index in", summary->index_folder);
    if (!summary->universe.source.len) return;
    buf_addf(out, "%-10s %llu, listed by " STR_FMT, "files",
             (unsigned long long)summary->universe.files, STR_ARG(summary->universe.source));
    if (summary->universe.skipped)
        buf_addf(out, "; %llu left out", (unsigned long long)summary->universe.skipped);
    if (summary->universe.fallback.len)
        buf_addf(out, " (" STR_FMT ")", STR_ARG(summary->universe.fallback));
    buf_byte(out, '\n');
}

static void write_snapshot(Buf *out, const SnapshotRow *row)
{
    if (row->commit.len) {
        buf_addf(out, "%-10s " STR_FMT, "commit", STR_ARG(str_sub(row->commit, 0, 12)));
        if (row->branch.len) buf_addf(out, " on " STR_FMT, STR_ARG(row->branch));
        if (row->looked)
            buf_addf(out, ", %llu changed, %llu untracked", (unsigned long long)row->dirty,
                     (unsigned long long)row->untracked);
        buf_byte(out, '\n');
    }
    if (row->trouble.len) write_line(out, "index", row->trouble);
    else if (!row->generation) write_line(out, "index", STR("none; cq index makes one"));
    else {
        buf_addf(out, "%-10s version %llu, %.0f s old: %llu of %llu files, ", "index",
                 (unsigned long long)row->generation, row->age_s, (unsigned long long)row->indexed,
                 (unsigned long long)row->files);
        buf_add_size(out, row->bytes);
        if (row->looked) buf_addf(out, "; %llu outdated", (unsigned long long)row->outdated);
        buf_byte(out, '\n');
    }
    if (row->building)
        buf_addf(out, "%-10s process %lld writes the index now\n", "", (long long)row->holder);
    if (row->background.len) write_line(out, "last build", row->background);
}

static void write_server(Buf *out, const ServerRow *row)
{
    if (row->running)
        buf_addf(out, "%-10s process %lld, %s " STR_FMT "\n", "server", (long long)row->pid,
                 row->answers ? "answers on" : "does not answer on", STR_ARG(row->socket));
    else if (row->answers) write_line(out, "server", row->socket);
    else write_line(out, "server", STR("none; cq serve starts one"));
    if (row->unused.len) buf_addf(out, "%-10s not used: " STR_FMT "\n", "", STR_ARG(row->unused));
}

static void write_capabilities(Buf *out, const Capabilities *capabilities)
{
    const Str heads[] = {STR("what"), STR("kind"), STR("there"), STR("why not; limits")};
    const Capability *rows = capabilities->rows.items;
    Arena *arena = out->arena;
    size_t columns = ARRAY_LEN(heads), count = capabilities->rows.count, shown = 0;
    Str *cells = ARENA_ARRAY(arena, Str, count * columns);
    for (size_t i = 0; i < count; i++) {
        bool plain = str_eq(rows[i].kind, STR("operation")) && str_eq(rows[i].state, STR("yes"));
        if (plain) continue;
        Str *to = cells + shown++ * columns;
        to[0] = rows[i].name;
        to[1] = rows[i].kind;
        to[2] = rows[i].state;
        to[3] = str_join(arena, rows[i].reason, STR("; "), rows[i].limit);
    }
    buf_addf(out, "\ncapabilities (stamp " STR_FMT "); operations that are there are not shown\n",
             STR_ARG(capabilities->stamp));
    table_write(out, heads, columns, cells, shown);
}

static void write_violations(Buf *out, const StatusSummary *summary)
{
    const ViolationRow *rows = summary->violations.items;
    for (size_t i = 0; i < summary->violations.count; i++) {
        const Json *detail = json_get(rows[i].problem, STR("detail"));
        const Json *hint = json_get(rows[i].problem, STR("hint"));
        buf_addf(out, "%s does not fit: " STR_FMT "; " STR_FMT "\n",
                 rows[i].fatal ? "fatal: it" : "it", STR_ARG(detail ? detail->string : STR("")),
                 STR_ARG(hint ? hint->string : STR("")));
    }
}

static void write_settings(Buf *out, const RecordList *list)
{
    const SettingRow *rows = list->items;
    if (list->count) buf_add(out, STR("\nsettings that are not defaults\n"));
    for (size_t i = 0; i < list->count; i++)
        buf_addf(out, STR_FMT " = " STR_FMT " (" STR_FMT ")\n", STR_ARG(rows[i].key),
                 STR_ARG(rows[i].value), STR_ARG(rows[i].source));
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments, (void)style;
    const StatusSummary *summary = of->summary;
    write_paths(out, summary);
    write_snapshot(out, &summary->snapshot);
    write_server(out, &summary->server);
    write_violations(out, summary);
    write_capabilities(out, &summary->capabilities);
    write_settings(out, &summary->settings);
}

static const OpExample examples[] = {
    {"cq status", "paths, files, index, server, capabilities, settings"},
    {"cq status --no-files", "the same without looking at the workspace's files"},
    {0},
};

const OpSpec op_status = {
    .name = "status",
    .summary = "What there is: paths, files, index, server, capabilities, settings",
    .details =
        "Tells where things are, how many files the workspace has, the state of its index and of "
        "git, whether a server runs for it, what can be asked and why something cannot, which "
        "parts do not fit together, and which settings are not defaults. The stamp changes when "
        "the capabilities do. --format json adds the runtime cells of this process.\n"
        "Nothing is changed. cq doctor tries what status only looks at.\n"
        "Exit status: 0.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(StatusArgs),
    .result = paths_and_parts,
    .result_size = sizeof(StatusSummary),
    .tells_server = true,
    .run = run,
    .text = text,
};
