// op/doctor.c - "doctor": tries what cq stands on, and says what to do about what is not well.
#include "base/json.h"
#include "base/os_disk.h"
#include "base/os_process.h"
#include "base/vec.h"
#include "base/version.h"
#include "index/duckdb.h"
#include "op/cell_row.h"
#include "op/op.h"
#include "op/table.h"
#include "retrieve/ann.h"
#include "retrieve/faiss.h"
#include "runtime/gpu.h"
#include "runtime/policy.h"
#include "service/compat.h"
#include "service/index.h"
#include "service/server_place.h"

#define ROOM_BYTES (1ull << 30) // on a disk, below which it warns
#define READ_BYTES (1ull << 30) // of an index, which are all read without --full

typedef struct DoctorArgs {
    bool full;
    StrList only;
} DoctorArgs;

static const char *const names[] = {"version",  "workspace", "git",    "cache",  "disk",
                                    "index",    "fit",       "server", "duckdb", "faiss",
                                    "embedder", "workers",   "watch",  "gpu",    NULL};

static const Field args[] = {
    FIELD(DoctorArgs, only, STRS, "these checks; without one all are made",
          .flags = FIELD_POSITIONAL, .choices = names, .value_name = "CHECK"),
    FIELD(DoctorArgs, full, BOOL, "read every byte of the index, however large it is"),
    {0},
};

typedef struct CheckRow {
    Str name, verdict, says, fix;
    const Json *problem;
} CheckRow;

static const char *const verdicts[] = {"ok", "warn", "fail", "skip", NULL};

static const Field check_fields[] = {
    FIELD(CheckRow, name, STR, "what was looked at", .choices = names),
    FIELD(CheckRow, verdict, STR,
          "warn: less than it could be; skip: not asked for, or not to be had here",
          .choices = verdicts),
    FIELD(CheckRow, says, STR, "what was found"),
    FIELD(CheckRow, fix, STR, "what to do about it; empty when nothing"),
    FIELD(CheckRow, problem, JSON, "what went wrong (RFC 9457)", .flags = FIELD_OPTIONAL_OUT),
    {0},
};

typedef struct DoctorSummary {
    uint64_t ok, warned, failed, skipped;
    RecordList checks;
} DoctorSummary;

static const Field result[] = {
    FIELD(DoctorSummary, ok, SIZE, "checks that found nothing"),
    FIELD(DoctorSummary, warned, SIZE, "that found something to better"),
    FIELD(DoctorSummary, failed, SIZE, "that found something broken"),
    FIELD(DoctorSummary, skipped, SIZE, "that were not made"),
    FIELD(DoctorSummary, checks, RECORDS, "in the order they were made", .sub = check_fields,
          .sub_size = sizeof(CheckRow)),
    {0},
};

typedef struct Doctor {
    Ctx *cx;
    const Env *env;
    const DoctorArgs *args;
    Workspace workspace;
    const char *now; // the check that is made
    VEC(CheckRow) rows;
} Doctor;

enum { OK, WARN, BROKEN, SKIPPED };

static void say(Doctor *doctor, int verdict, Str says, const char *fix)
{
    CheckRow row = {.name = str_from(doctor->now),
                    .verdict = str_from(verdicts[verdict]),
                    .says = says,
                    .fix = str_from(fix)};
    VEC_PUSH(doctor->cx->arena, &doctor->rows, row);
}

// What its ext "hint" says goes before `fix`.
static void say_why(Doctor *doctor, int verdict, Fail fail, const char *fix)
{
    const Json *hint = json_get(fail->ext, STR("hint"));
    CheckRow row = {.name = str_from(doctor->now),
                    .verdict = str_from(verdicts[verdict]),
                    .says = fail->detail,
                    .fix = hint ? hint->string : str_from(fix),
                    .problem = cell_problem_json(doctor->cx->arena, fail)};
    VEC_PUSH(doctor->cx->arena, &doctor->rows, row);
}

// --- the machine ---

static void check_version(Doctor *doctor)
{
    say(doctor, OK, STR("cq " CQ_VERSION), "");
}

static void check_workspace(Doctor *doctor)
{
    Str problem = doctor->workspace.git_problem;
    Str says = str_join(doctor->cx->arena, doctor->workspace.root, STR(": "),
                        problem.len             ? problem
                        : doctor->workspace.git ? STR("a git working tree")
                                                : STR("not in git; files are found by a walk"));
    say(doctor, problem.len ? WARN : OK, says,
        problem.len ? "mend the repository; until then its files are found by a walk" : "");
}

static void check_git(Doctor *doctor)
{
    Str text;
    int code = 0;
    const char *const argv[] = {"git", "--version", NULL};
    Fail fail = os_run(doctor->cx, &(OsRun){.argv = argv, .max_bytes = 4096}, &text, &code);
    if (fail) say_why(doctor, WARN, fail, "apt-get install git");
    else if (code) say(doctor, WARN, STR("git --version fails"), "install git anew");
    else say(doctor, OK, str_trim(text), "");
}

// --- folders ---

static void check_cache(Doctor *doctor)
{
    CellWarmed row;
    Str folder = doctor->env->policy->cache.directory;
    if (!doctor->env->policy->cache.enabled) {
        say(doctor, SKIPPED, STR("switched off by cache.enabled"), "");
        return;
    }
    Fail fail = cells_check(doctor->cx, doctor->env->cells, STR("cache"), &row);
    if (fail) say_why(doctor, BROKEN, fail, "make the folder writable, or set cache.directory");
    else
        say(doctor, OK, str_format(doctor->cx->arena, STR_FMT " keeps results", STR_ARG(folder)),
            "");
}

static void check_disk(Doctor *doctor)
{
    uint64_t free_bytes = 0;
    Arena *arena = doctor->cx->arena;
    Str folder = doctor->env->policy->index.directory;
    const char *at = str_cstr(arena, folder);
    while (folder.len && os_free_bytes(doctor->cx, at, &free_bytes)) { // not made yet
        folder = str_sub(folder, 0, str_find_last(folder, '/'));
        at = str_cstr(arena, folder);
    }
    if (!folder.len) {
        say(doctor, WARN, STR("there is no place for indexes"), "set cache.directory");
        return;
    }
    Buf says = buf_on(arena);
    buf_add_size(&says, free_bytes);
    buf_addf(&says, " free for " STR_FMT, STR_ARG(doctor->env->policy->index.directory));
    bool low = free_bytes < ROOM_BYTES;
    say(doctor, low ? WARN : OK, buf_str(&says), low ? "make room, or set index.directory" : "");
}

// --- the index ---

static void check_bytes(Doctor *doctor, const IndexStatus *status)
{
    Arena *arena = doctor->cx->arena;
    IndexQuery query = {0};
    bool all = doctor->args->full || status->snapshot_bytes <= READ_BYTES;
    Str version = str_format(arena, "version %llu", (unsigned long long)status->generation);
    if (!all) {
        say(doctor, OK,
            str_join(arena, version, STR(" "), STR("can be opened; its bytes were not all read")),
            "cq doctor index --full reads them");
        return;
    }
    Fail fail = index_verify(doctor->cx, doctor->env, &query);
    if (fail) say_why(doctor, BROKEN, fail, "cq index build --full");
    else say(doctor, OK, str_join(arena, version, STR(" "), STR("is sound, every byte of it")), "");
}

static void check_index(Doctor *doctor)
{
    IndexStatus status;
    IndexQuery query = {0};
    Fail fail = index_status(doctor->cx, doctor->env, &query, false, &status);
    if (fail) {
        bool off = !doctor->env->policy->index.enabled;
        say_why(doctor, off ? SKIPPED : BROKEN, fail, off ? "" : "cq index build --full");
        return;
    }
    if (status.background.len)
        say(doctor, WARN,
            str_join(doctor->cx->arena, STR("the last build behind an answer failed"), STR(": "),
                     status.background),
            "cq index build shows why");
    if (status.trouble) say_why(doctor, WARN, status.trouble, "cq index build makes it anew");
    else if (!status.generation)
        say(doctor, WARN, STR("there is none; the first cq find takes longer"), "cq index");
    else check_bytes(doctor, &status);
}

static void check_fit(Doctor *doctor)
{
    Compat compat;
    Fail fail = compat_check(doctor->cx, doctor->env, &compat);
    if (fail) {
        say_why(doctor, BROKEN, fail, "");
        return;
    }
    for (size_t i = 0; i < compat.count; i++)
        say_why(doctor, compat.items[i].is_fatal ? BROKEN : WARN, compat.items[i].problem, "");
    for (size_t i = 0; i < compat.unchecked_count; i++)
        say(doctor, SKIPPED, compat.unchecked[i], "");
    if (!compat.count)
        say(doctor, OK, STR("settings, embedder, index and tables fit together"), "");
}

static void check_server(Doctor *doctor)
{
    ServerPlace place;
    Arena *arena = doctor->cx->arena;
    Fail fail = server_find(doctor->cx, doctor->workspace.root, &place);
    if (fail) say_why(doctor, BROKEN, fail, "");
    else if (place.running && place.answers)
        say(doctor, OK, str_format(arena, "process %d answers", place.pid), "");
    else if (place.running)
        say(doctor, WARN,
            str_format(arena, "process %d holds the lock and does not answer on " STR_FMT,
                       place.pid, STR_ARG(place.socket)),
            "it starts, stops, or listens elsewhere; else end it");
    else if (place.stale)
        say(doctor, WARN,
            str_format(arena, STR_FMT " is left of a server that is gone", STR_ARG(place.socket)),
            "remove it, or start cq serve, which replaces it");
    else say(doctor, OK, STR("none runs for this workspace alone; commands work without"), "");
}

// --- libraries ---

static void check_duckdb(Doctor *doctor)
{
    CellWarmed row;
    Cell *cell = NULL;
    Lease lease;
    Fail fail = cells_check(doctor->cx, doctor->env->cells, STR("duckdb"), &row);
    if (!fail) fail = cells_find(doctor->cx->arena, doctor->env->cells, STR("duckdb"), &cell);
    if (!fail) fail = cell_lease(doctor->cx, cell, &lease);
    if (fail) {
        say_why(doctor, fail->kind == PROBLEM_UNAVAILABLE ? WARN : BROKEN, fail, "");
        return;
    }
    Str version = ((const DuckLib *)lease.value)->version;
    say(doctor, OK, str_join(doctor->cx->arena, STR("DuckDB"), STR(" "), version), "");
    lease_release(&lease);
}

static void check_faiss(Doctor *doctor)
{
    Cell *cell = NULL;
    Lease lease;
    Arena *arena = doctor->cx->arena;
    Fail fail = cells_find(arena, doctor->env->cells, STR("faiss"), &cell);
    if (!fail) fail = cell_lease(doctor->cx, cell, &lease);
    if (fail) {
        bool wanted = doctor->env->policy->ann.family != ANN_EXACT;
        say_why(doctor, wanted ? WARN : SKIPPED, fail, "");
        return;
    }
    const Faiss *faiss = lease.value;
    say(doctor, OK,
        str_format(arena, "FAISS " STR_FMT "; GPU: " STR_FMT, STR_ARG(faiss->version),
                   STR_ARG(faiss->no_gpu.len ? faiss->no_gpu : STR("yes"))),
        "");
    lease_release(&lease);
}

static void check_embedder(Doctor *doctor)
{
    CellWarmed row;
    if (doctor->env->policy->embed.backend == EMBED_NONE) {
        say(doctor, SKIPPED, STR("embed.backend is none"), "");
        return;
    }
    Fail fail = cells_check(doctor->cx, doctor->env->cells, STR("embedder"), &row);
    if (fail) say_why(doctor, WARN, fail, "see embed.* in cq config show; find goes without");
    else say(doctor, OK, STR("it gives a vector for a word"), "");
}

static void check_workers(Doctor *doctor)
{
    if (doctor->env->worker_argv) say(doctor, OK, str_from(doctor->env->worker_argv[0]), "");
    else
        say(doctor, WARN, STR("there is no program for worker processes"),
            "set CQ_WORKER_PROGRAM to cq");
}

// --- limits of the system, devices ---

static bool read_number(Ctx *cx, const char *path, int64_t *out)
{
    Str text;
    Fail fail = os_read_file(cx, OS_CWD, path, 64, &text);
    return !fail && str_to_int(str_trim(text), out);
}

static void check_watch(Doctor *doctor)
{
    static const Selection all = {0};
    Universe universe;
    int64_t watches = 0, queues = 0;
    Ctx *cx = doctor->cx;
    if (!read_number(cx, "/proc/sys/fs/inotify/max_user_watches", &watches) ||
        !read_number(cx, "/proc/sys/fs/inotify/max_user_instances", &queues)) {
        say(doctor, WARN, STR("the system does not tell its limits of watches"), "");
        return;
    }
    Fail fail = universe_list(cx, &doctor->workspace, &all, doctor->env->pool, &universe);
    if (fail) {
        say_why(doctor, BROKEN, fail, "");
        return;
    }
    bool few = (uint64_t)watches < 2 * universe.folder_count || queues < 8;
    say(doctor, few ? WARN : OK,
        str_format(cx->arena, "%lld folders may be watched, and this workspace has %zu",
                   (long long)watches, universe.folder_count),
        few ? "sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512" : "");
}

static void check_gpu(Doctor *doctor)
{
    GpuReport report;
    Fail fail = gpu_probe(doctor->cx, &(GpuSpec){0}, &report);
    if (fail) say_why(doctor, WARN, fail, "");
    else if (!report.available) say(doctor, SKIPPED, report.reason, "");
    else
        say(doctor, OK,
            str_format(doctor->cx->arena, "%zu, driver " STR_FMT, report.device_count,
                       STR_ARG(report.driver_version)),
            "");
}

// --- all ---

static const struct {
    const char *name;
    void (*make)(Doctor *doctor);
} checks[] = {{"version", check_version},   {"workspace", check_workspace},
              {"git", check_git},           {"cache", check_cache},
              {"disk", check_disk},         {"index", check_index},
              {"fit", check_fit},           {"server", check_server},
              {"duckdb", check_duckdb},     {"faiss", check_faiss},
              {"embedder", check_embedder}, {"workers", check_workers},
              {"watch", check_watch},       {"gpu", check_gpu}};

static bool is_wanted(const DoctorArgs *from, const char *name)
{
    for (size_t i = 0; i < from->only.count; i++)
        if (str_eq(from->only.items[i], str_from(name))) return true;
    return !from->only.count;
}

static Fail check_all(Doctor *doctor)
{
    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        if (!is_wanted(doctor->args, checks[i].name)) continue;
        doctor->now = checks[i].name;
        checks[i].make(doctor);
        TRY(ctx_check(doctor->cx));
    }
    return NULL;
}

static void count(DoctorSummary *summary, const CheckRow *row)
{
    if (str_eq(row->verdict, STR("ok"))) summary->ok++;
    else if (str_eq(row->verdict, STR("warn"))) summary->warned++;
    else if (str_eq(row->verdict, STR("fail"))) summary->failed++;
    else summary->skipped++;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    Doctor doctor = {.cx = cx, .env = env, .args = arguments};
    TRY(env_workspace(cx, env, !env->root.len, &doctor.workspace));
    Fail fail = check_all(&doctor);
    Str root = doctor.workspace.root;
    workspace_close(&doctor.workspace);
    TRY(fail);
    DoctorSummary *summary = ARENA_NEW(cx->arena, DoctorSummary);
    summary->checks = (RecordList){doctor.rows.items, doctor.rows.len};
    for (size_t i = 0; i < doctor.rows.len; i++) count(summary, &doctor.rows.items[i]);
    *out = (Result){.summary = summary, .found = !summary->failed, .root = root};
    return NULL;
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments, (void)style;
    const DoctorSummary *summary = of->summary;
    const CheckRow *rows = summary->checks.items;
    for (size_t i = 0; i < summary->checks.count; i++) {
        const CheckRow *row = &rows[i];
        buf_addf(out, "%-4.*s  %-9.*s  " STR_FMT "\n", STR_ARG(row->verdict), STR_ARG(row->name),
                 STR_ARG(row->says));
        if (row->fix.len) buf_addf(out, "                 -> " STR_FMT "\n", STR_ARG(row->fix));
    }
    buf_addf(out, "%llu ok, %llu to better, %llu broken, %llu skipped\n",
             (unsigned long long)summary->ok, (unsigned long long)summary->warned,
             (unsigned long long)summary->failed, (unsigned long long)summary->skipped);
}

static const OpExample examples[] = {
    {"cq doctor", "everything"},
    {"cq doctor cache index --full", "these, and every byte of the index"},
    {0},
};

const OpSpec op_doctor = {
    .name = "doctor",
    .summary = "Try what cq stands on; say what is missing and how to get it",
    .details =
        "Checks: version, workspace, git (the program), cache (something is written and read "
        "back), disk (room), index (every byte up to 1 GiB; --full reads larger ones), fit "
        "(settings, embedder, published vectors and tables), server, duckdb, faiss, embedder (a "
        "word gets a vector), workers, watch (limits of file watches) and gpu. The verdict is ok, "
        "warn (cq works, and could do more), fail, or skip; what to do stands below it.\n"
        "Exit status: 0 when nothing is broken, 1 when something is.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(DoctorArgs),
    .result = result,
    .result_size = sizeof(DoctorSummary),
    .run = run,
    .text = text,
};
