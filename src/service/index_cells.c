// service/index_cells.c - what the cells of a refresh do.
#include "runtime/cells.h"
#include "runtime/policy.h"
#include "service/index_plan_.h"
#include "service/tables.h"

// --- which files a cell works on

typedef struct CellArgs {
    IndexTarget target;
    size_t files;
    uint64_t bytes;
} CellArgs;

static int64_t number(const Json *params, const char *name)
{
    const Json *value = json_get(params, str_from(name));
    return value ? value->integer : 0;
}

static Fail check_range(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                        const void **args)
{
    (void)op, (void)inputs;
    CellArgs *out = ARENA_NEW(arena, CellArgs);
    bool kept = json_get(params, STR("kept")) != NULL;
    *out = (CellArgs){{kept, (size_t)number(params, kept ? "kept" : "range")},
                      (size_t)number(params, "files"),
                      (uint64_t)number(params, "bytes")};
    *args = out;
    return NULL;
}

static Str label_files(Arena *arena, const PlanOp *op, const void *args)
{
    (void)op;
    const CellArgs *of = args;
    Buf out = buf_on(arena);
    buf_addf(&out, "%zu files, ", of->files);
    buf_add_size(&out, of->bytes);
    return buf_str(&out);
}

static const IndexTarget *target_of(const PlanCall *call)
{
    return &((const CellArgs *)call->args)->target;
}

static void skip_if(Ctx *cx, PlanCall *call, Str why)
{
    if (why.len) plan_skip(cx, call, STR_FMT, STR_ARG(why));
}

static void set_limit(const PlanCall *call, IndexLimit limit, Str text)
{
    IndexWork *work = call->env;
    mutex_lock(&work->mutex);
    if (!work->limits[limit].len) work->limits[limit] = text;
    mutex_unlock(&work->mutex);
}

// Skipped, and the answer says so.
static void do_without(Ctx *cx, PlanCall *call, IndexLimit limit, Str why)
{
    skip_if(cx, call, why);
    if (why.len)
        set_limit(call, limit, str_format(cx->arena, "%s: " STR_FMT, call->op->name, STR_ARG(why)));
}

// --- git.scan

static Fail run_scan(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    const RefreshReport *report = stage_report(work->stage);
    const size_t *counts = report->counts;
    GitHead head = {0};
    *value = work;
    if (work->spec->refresh->workspace->git && git_head(cx, work->spec->refresh->workspace, &head))
        head = (GitHead){0};
    plan_say(call,
             "%zu changed, %zu added, %zu deleted, %zu as before; looked for %.1f ms%s" STR_FMT,
             counts[FILE_CHANGED], counts[FILE_ADDED], counts[FILE_DELETED],
             counts[FILE_SAME] + counts[FILE_TOUCHED], (double)report->fresh_ns / 1e6,
             head.commit.len ? "; at commit " : "", STR_ARG(str_sub(head.commit, 0, 12)));
    return NULL;
}

// --- git.log

static bool is_reading(void *arg)
{
    IndexWork *work = arg;
    return counter_get(&work->ranges_left) > 0;
}

// Nothing that could be told differently from last time.
static bool is_known(Ctx *cx, const IndexWork *work)
{
    GitHead head;
    if (!work->git_before || !stage_report(work->stage)->unchanged) return false;
    if (git_head(cx, work->spec->refresh->workspace, &head)) return false;
    GitLastInfo info = git_last_info(work->git_before);
    return str_eq(info.head.commit, head.commit) && str_eq(info.head.branch, head.branch);
}

static Fail run_log(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    const Workspace *workspace = work->spec->refresh->workspace;
    GitLastInfo git;
    GitLastSpec spec = {.workspace = workspace,
                        .index_folder = stage_folder(work->stage),
                        .more = is_reading,
                        .arg = work};
    *value = work;
    if (!workspace->git) {
        plan_skip(cx, call, "the workspace is not in a git repository");
        return NULL;
    }
    if (is_known(cx, work)) {
        plan_skip(cx, call, "neither commit nor files have changed");
        return NULL;
    }
    Fail fail = git_last_update(cx, &spec, work->git_before, &git);
    if (fail && fail->kind == PROBLEM_CANCELLED) return fail;
    if (fail) {
        do_without(cx, call, INDEX_NO_COMMITS, fail->detail);
        return NULL;
    }
    plan_say(call, "%llu changed, %llu untracked; last commits of %llu files from %llu commits%s",
             (unsigned long long)git.dirty.changed, (unsigned long long)git.dirty.untracked,
             (unsigned long long)git.files, (unsigned long long)git.read,
             git.complete ? "" : "; older ones are not read yet");
    return NULL;
}

// --- chunk.text

static Fail run_chunk(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    size_t count, range = target_of(call)->number;
    Pool *own = NULL;
    bool side_by_side = work->range_count > 1 && !work->spec->alone;
    if (side_by_side) own = pool_new((PoolSpec){0}); // one thread each
    Fail fail = stage_range(cx, work->stage, range, side_by_side ? own : work->spec->refresh->pool);
    pool_free(own);
    counter_sub(&work->ranges_left, 1);
    if (fail) return fail;
    const StageRange *read = &stage_ranges(work->stage, &count)[range];
    plan_say(call, "%zu files, %zu of them parsed", read->taken, read->parsed);
    *value = read;
    return NULL;
}

// --- embed.vectors, vectors.add, faiss.add

static Fail run_embed(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    Str why = STR_NONE;
    TRY(index_embed(cx, work, target_of(call), value, &why));
    if (*value) {
        plan_say(call, STR_FMT, STR_ARG(index_embed_says(cx->arena, *value)));
        why = index_embed_limit(*value);
        if (why.len)
            set_limit(call, INDEX_NO_VECTORS,
                      str_format(cx->arena, "embed.vectors: some chunks have none: " STR_FMT,
                                 STR_ARG(why)));
        return NULL;
    }
    skip_if(cx, call, why);
    return NULL;
}

static Fail run_vectors(Ctx *cx, PlanCall *call, const void **value)
{
    const void *vectors = plan_input(call, 0).value;
    Str why = STR("there are no vectors");
    *value = call->env;
    if (vectors) {
        why = STR_NONE;
        TRY(index_add_vectors(cx, call->env, target_of(call), vectors, &why));
    }
    skip_if(cx, call, why);
    return NULL;
}

static Fail run_faiss(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    Str why = STR_NONE, says = STR_NONE;
    *value = call->env;
    Fail fail = index_add_faiss(cx, work, &says, &why);
    if (fail && fail->kind != PROBLEM_UNAVAILABLE && fail->kind != PROBLEM_BAD_REQUEST) return fail;
    if (fail) do_without(cx, call, INDEX_NO_FAISS, fail->detail);
    else if (why.len) skip_if(cx, call, why);
    else plan_say(call, STR_FMT, STR_ARG(says));
    return NULL;
}

// --- names.resolve

static Fail run_resolve(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    Str why = STR_NONE, says = STR_NONE;
    *value = work;
    TRY(index_resolve(cx, work, &says, &why));
    if (why.len) skip_if(cx, call, why);
    else plan_say(call, STR_FMT, STR_ARG(says));
    return NULL;
}

// --- duckdb.upsert

// In the words of a limit: what cannot be had is no failure of the refresh.
static Fail refresh_tables(Ctx *cx, const IndexWork *work, const DuckLib *lib, Tables *out)
{
    const RefreshSpec *refresh = work->spec->refresh;
    TablesSpec spec = {.lib = lib,
                       .workspace = refresh->workspace,
                       .max_file_bytes = refresh->max_file_bytes,
                       .kept_only = true};
    return tables_refresh(cx, work->spec->env, &spec, out);
}

static Fail upsert(Ctx *cx, const IndexWork *work, Tables *out)
{
    Cell *cell;
    Lease lease;
    TRY(cells_find(cx->arena, work->spec->env->cells, STR("duckdb"), &cell));
    TRY(cell_lease(cx, cell, &lease));
    Fail fail = refresh_tables(cx, work, lease.value, out);
    tables_close(cx, out);
    lease_release(&lease);
    return fail;
}

static Fail run_upsert(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    Tables tables = {0};
    *value = work;
    if (!work->spec->tables && stage_report(work->stage)->unchanged) {
        plan_skip(cx, call, "nothing changed");
        return NULL;
    }
    if (!work->spec->tables &&
        !tables_are_there(cx, work->spec->env, work->spec->refresh->workspace)) {
        plan_skip(cx, call, "there are no tables; cq sql and cq index --tables make them");
        return NULL;
    }
    Fail fail = upsert(cx, work, &tables);
    if (fail && fail->kind == PROBLEM_CANCELLED) return fail;
    if (fail) do_without(cx, call, INDEX_NO_TABLES, fail->detail);
    else
        plan_say(call, "%llu files changed, %llu removed", (unsigned long long)tables.changed,
                 (unsigned long long)tables.removed);
    return NULL;
}

// --- snapshot.publish

static Fail run_publish(Ctx *cx, PlanCall *call, const void **value)
{
    IndexWork *work = call->env;
    const RefreshReport *report = stage_report(work->stage);
    TRY(stage_publish(cx, work->stage));
    *value = work;
    if (report->unchanged) plan_skip(cx, call, "nothing changed");
    else plan_say(call, "version %llu", (unsigned long long)report->generation);
    return NULL;
}

// Weights on the critical path: about how long they take beside each other.
static const PlanOp op_scan = {.name = "git.scan", .run = run_scan};
static const PlanOp op_log = {.name = "git.log", .run = run_log, .cost = 5};
static const PlanOp op_chunk = {
    .name = "chunk.text", .run = run_chunk, .check = check_range, .label = label_files, .cost = 50};
static const PlanOp op_embed = {
    .name = "embed.vectors", .run = run_embed, .check = check_range, .cost = 20};
static const PlanOp op_vectors = {.name = "vectors.add", .run = run_vectors, .check = check_range};
static const PlanOp op_faiss = {.name = "faiss.add", .run = run_faiss, .cost = 10};
static const PlanOp op_resolve = {.name = "names.resolve", .run = run_resolve, .cost = 15};
static const PlanOp op_upsert = {.name = "duckdb.upsert", .run = run_upsert, .cost = 20};
static const PlanOp op_publish = {.name = "snapshot.publish", .run = run_publish, .cost = 2};

static const PlanOp *const all[] = {&op_scan,  &op_log,     &op_chunk,  &op_embed,  &op_vectors,
                                    &op_faiss, &op_resolve, &op_upsert, &op_publish};
const PlanOps index_ops = {all, ARRAY_LEN(all)};
