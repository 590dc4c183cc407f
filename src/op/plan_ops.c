// op/plan_ops.c
#include "op/plan_ops.h"

#include <assert.h>

#include "base/map.h"
#include "base/vec.h"
#include "index/follow.h"
#include "index/stamp.h"
#include "op/result_json.h"
#include "runtime/policy.h"
#include "service/find_index.h"

enum { LONGEST_S = 1000000000 }; // as good as no limit

// --- arguments

static const Field *files_field(const OpSpec *op)
{
    for (const Field *field = op->args; field->name; field++)
        if (str_eq(str_from(field->name), str_from(op->cell->files))) return field;
    return NULL; // op_test.c looks that there is one
}

static StrList *files_of(const OpSpec *op, void *args)
{
    return (StrList *)(void *)((char *)args + files_field(op)->offset);
}

// The files come from the cells it needs, so the parameters may lack them.
static const Json *with_files(Arena *arena, const OpSpec *op, const Json *params)
{
    Str name = str_from(op->cell->files);
    if (!(files_field(op)->flags & FIELD_REQUIRED) || json_get(params, name)) return params;
    Json *copy = json_new_object(arena), *files = json_new_array(arena);
    for (size_t i = 0; params && i < params->len; i++)
        json_set(arena, copy, params->members[i].key, params->members[i].value);
    json_push(arena, files, json_new_str(arena, STR(".")));
    json_set(arena, copy, name, files);
    return copy;
}

static Fail refuse_stdin(Arena *arena, const OpSpec *op, const Json *params)
{
    const Json *files = json_get(params, str_from(op->cell->files));
    for (size_t i = 0; files && i < files->len; i++) {
        if (!str_eq(files->items[i]->string, STR("-"))) continue;
        Fail fail = FAIL(arena, BAD_REQUEST, "a cell of a plan cannot read standard input");
        Str pointer = str_format(arena, "/%s/%zu", op->cell->files, i);
        return problem_with_str(arena, fail, "pointer", pointer);
    }
    return NULL;
}

typedef struct CellArgs {
    void *record;
    bool own_files; // the parameters name files
} CellArgs;

static Fail check(Arena *arena, const PlanOp *plan_op, const Json *params, size_t inputs,
                  const void **args)
{
    const OpSpec *op = plan_op->self;
    CellArgs *out = ARENA_NEW(arena, CellArgs);
    out->record = arena_alloc(arena, op->args_size);
    out->own_files = json_get(params, str_from(op->cell->files)) != NULL;
    if (inputs) params = with_files(arena, op, params);
    TRY(record_from_json(arena, op->args, params, out->record));
    TRY(refuse_stdin(arena, op, params));
    *args = out;
    return NULL;
}

// --- what it reads

typedef VEC(const char *) CellNames;

static const char *flag_names(Arena *arena, const Selection *selection)
{
    return str_format(arena, "%s%s", selection->hidden ? "+hidden" : "",
                      selection->no_ignore ? "+no_ignore" : "")
        .ptr;
}

static const char *const *names_of(Arena *arena, const OpSpec *op, const void *record,
                                   bool own_files)
{
    CellNames names = {0};
    Selection selection = {0};
    if (op->cell->selection) op->cell->selection(arena, record, &selection);
    const char *flags = flag_names(arena, &selection);
    VEC_PUSH(arena, &names, str_format(arena, "files%s", flags).ptr);
    for (size_t i = 0; own_files && i < selection.in_count; i++)
        VEC_PUSH(arena, &names,
                 str_format(arena, "path%s:" STR_FMT, flags, STR_ARG(selection.in[i])).ptr);
    VEC_PUSH(arena, &names, NULL);
    return names.items;
}

static const char *const *reads_of(Arena *arena, const PlanOp *plan_op, const void *args)
{
    const CellArgs *cell = args;
    return names_of(arena, plan_op->self, cell->record, cell->own_files);
}

// All that a name in an argument may stand for: below the working folder, below --root, below the
// top of the workspace.
static Fail stamp_name(Ctx *cx, const Env *env, const Workspace *workspace, Str path,
                       const Selection *flags, Digest *out)
{
    Str folders[3] = {STR("/"), env->root, workspace->root};
    Digester digester;
    digester_init(&digester);
    bool absolute = str_starts(path, STR("/"));
    if (!absolute) TRY(os_working_dir(cx, &folders[0]));
    if (!absolute && env->root.len)
        TRY(os_real_path(cx, str_cstr(cx->arena, env->root), &folders[1]));
    for (size_t i = 0; i < (absolute ? 1 : ARRAY_LEN(folders)); i++) {
        Digest digest;
        if (!folders[i].len) continue;
        Str full = absolute ? path
                            : str_format(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(folders[i]),
                                         STR_ARG(path));
        TRY(stamp_path(cx, workspace, full, flags, env->pool, &digest));
        digester_add_digest(&digester, &digest);
    }
    *out = digester_end(&digester);
    return NULL;
}

// A workspace that is followed need not be looked at file by file while its files are the index's.
static bool read_followed(Ctx *cx, const Env *env, const Workspace *workspace, Digest *out)
{
    Lease lease;
    if (!env->follow || !env->policy) return false;
    OpenedSpec spec = {env->policy->index.directory, workspace->root, FIND_INDEXED_FILE_BYTES};
    if (!env->policy->index.enabled || !opened_lease(cx, env->opened, &spec, &lease)) return false;
    const Opened *opened = lease.value;
    bool known = opened->snapshot && follow_stamp(cx, env->follow, workspace, &lease, out);
    lease_release(&lease);
    return known;
}

static Fail read_all(Ctx *cx, const Env *env, const Workspace *workspace, const Selection *flags,
                     Digest *out)
{
    bool usual = !flags->hidden && !flags->no_ignore;
    if (usual && read_followed(cx, env, workspace, out)) return NULL;
    return stamp_files(cx, workspace, flags, env->pool, out);
}

Fail plan_ops_read(Ctx *cx, void *env_ptr, Str name, Digest *out)
{
    const Env *env = env_ptr;
    Workspace workspace;
    size_t colon = str_find(name, ':');
    Str kind = str_sub(name, 0, colon);
    Selection flags = {.hidden = str_contains(kind, STR("+hidden")),
                       .no_ignore = str_contains(kind, STR("+no_ignore"))};
    TRY(workspace_open(cx, env->root, !env->root.len, &workspace));
    Fail fail = colon < name.len ? stamp_name(cx, env, &workspace,
                                              str_sub(name, colon + 1, name.len), &flags, out)
                                 : read_all(cx, env, &workspace, &flags, out);
    workspace_close(&workspace);
    return fail;
}

Fail plan_ops_state(Ctx *cx, const Env *env, const OpSpec *op, const void *args, Digest *out)
{
    if (!op->cell) return FAIL(cx->arena, BAD_REQUEST, "%s is no operation of plans", op->name);
    Buf text = buf_on(cx->arena);
    JsonWriter w = {.out = &text};
    Digester digester;
    digester_init(&digester);
    buf_addf(&text, "%s %u ", op->name, (unsigned)op->cell->version);
    record_write(&w, op->args, args);
    digester_add(&digester, buf_str(&text));
    for (const char *const *name = names_of(cx->arena, op, args, true); *name; name++) {
        Digest digest;
        TRY(plan_ops_read(cx, (void *)(uintptr_t)env, str_from(*name), &digest));
        digester_add_digest(&digester, &digest);
    }
    *out = digester_end(&digester);
    return NULL;
}

// Names and digests of what is not plainly the workspace's files. They belong to the cell's
// bytes, so that cells which need this one, and read the files it found, are told apart too.
static Fail describe_reads(Ctx *cx, const PlanCall *call, Str *out)
{
    Buf buf = buf_on(cx->arena);
    const char *const *names = reads_of(cx->arena, call->op, call->args);
    for (; *names; names++) {
        Digest digest;
        if (str_eq(str_from(*names), STR("files"))) continue;
        TRY(plan_ops_read(cx, call->env, str_from(*names), &digest));
        buf_addf(&buf, "%s=" STR_FMT " ", *names, STR_ARG(digest_hex(cx->arena, &digest)));
    }
    *out = buf_str(&buf);
    return NULL;
}

// --- running

static void add_found_files(Arena *arena, const OpCell *cell, const Result *result, Map *seen,
                            StrList *files, Str *items)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        Str path = result_finding(result, i).path;
        size_t before = seen->len;
        map_put(arena, seen, path, 1);
        if (seen->len == before || (cell->takes && !cell->takes(path))) continue;
        bool absolute = str_starts(path, STR("/"));
        items[files->count++] =
            absolute ? path
                     : str_format(arena, STR_FMT "/" STR_FMT, STR_ARG(result->root), STR_ARG(path));
    }
}

// Adds the files of the inputs to those that the parameters name; false when there are none.
static bool take_inputs(Arena *arena, const PlanCall *call, void *args)
{
    const OpSpec *op = call->op->self;
    const CellArgs *cell = call->args;
    StrList *files = files_of(op, args);
    size_t most = cell->own_files ? files->count : 0;
    for (size_t i = 0; i < call->inputs; i++)
        most += ((const PlanValue *)plan_input(call, i).value)->result.finding_count;
    Str *items = ARENA_ARRAY(arena, Str, most);
    StrList all = {.items = items};
    Map seen = {0};
    for (size_t i = 0; cell->own_files && i < files->count; i++)
        items[all.count++] = files->items[i];
    for (size_t i = 0; i < call->inputs; i++) {
        const PlanValue *value = plan_input(call, i).value;
        add_found_files(arena, op->cell, &value->result, &seen, &all, items);
    }
    *files = all;
    return all.count > 0;
}

static Fail run(Ctx *cx, PlanCall *call, const void **out)
{
    const OpSpec *op = call->op->self;
    const CellArgs *cell = call->args;
    Env env = *(const Env *)call->env;
    PlanValue *value = ARENA_NEW(cx->arena, PlanValue);
    void *args = arena_alloc(cx->arena, op->args_size);
    memcpy(args, cell->record, op->args_size);
    env.stdin_allowed = false;
    TRY(describe_reads(cx, call, &value->reads));
    if (call->inputs && !take_inputs(cx->arena, call, args)) {
        value->result.summary = arena_alloc(cx->arena, op->result_size);
        value->result.root = ((const PlanValue *)plan_input(call, 0).value)->result.root;
        plan_say(call, "the cells it needs found no files");
    } else {
        TRY(op->run(cx, &env, args, &value->result));
    }
    *out = value;
    return NULL;
}

// An answer that is not whole, or not of now, has no bytes, and so is not kept.
static Fail encode(Arena *arena, const PlanOp *plan_op, const void *value, Str *bytes)
{
    const PlanValue *cell = value;
    if (cell->result.problem || cell->result.interrupted || cell->result.stale) return NULL;
    Str result = result_encode(arena, plan_op->self, &cell->result);
    *bytes = str_format(arena, "%zu " STR_FMT STR_FMT, cell->reads.len, STR_ARG(cell->reads),
                        STR_ARG(result));
    return NULL;
}

static Fail decode(Arena *arena, const PlanOp *plan_op, Str bytes, const void **value)
{
    PlanValue *cell = ARENA_NEW(arena, PlanValue);
    Str head;
    int64_t reads_len = 0;
    if (!str_next(&bytes, ' ', &head) || !str_to_int(head, &reads_len) || reads_len < 0 ||
        (uint64_t)reads_len > bytes.len)
        return FAIL(arena, BAD_REQUEST, "kept bytes are no cell");
    cell->reads = str_sub(bytes, 0, (size_t)reads_len);
    TRY(result_decode(arena, plan_op->self, str_sub(bytes, (size_t)reads_len, bytes.len),
                      &cell->result));
    *value = cell;
    return NULL;
}

PlanOps plan_ops_new(Arena *arena)
{
    VEC(const PlanOp *) ops = {0};
    for (const OpSpec *const *row = op_all(); *row; row++) {
        if (!(*row)->cell) continue;
        PlanOp *op = ARENA_NEW(arena, PlanOp);
        *op = (PlanOp){.name = (*row)->name,
                       .version = (*row)->cell->version,
                       .pure = true,
                       .reads_of = reads_of,
                       .self = *row,
                       .check = check,
                       .run = run,
                       .encode = encode,
                       .decode = decode};
        VEC_PUSH(arena, &ops, op);
    }
    return (PlanOps){ops.items, ops.len};
}

// --- one operation, called directly

typedef struct Direct {
    const Ctx *limits;
    const OpSpec *op;
    const void *args;
} Direct;

static Fail run_direct(Ctx *cx, PlanCall *call, const void **out)
{
    const Direct *direct = call->op->self;
    PlanValue *value = ARENA_NEW(cx->arena, PlanValue);
    Ctx own = *cx;
    own.deadline_ns = direct->limits->deadline_ns;
    own.cancel = direct->limits->cancel;
    own.session = direct->limits->session;
    own.folder = direct->limits->folder;
    TRY(direct->op->run(&own, call->env, direct->args, &value->result));
    *out = value;
    return NULL;
}

static Fail check_direct(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                         const void **args)
{
    (void)arena, (void)op, (void)params, (void)inputs, (void)args;
    return NULL;
}

const Plan *plan_ops_single(const Ctx *cx, const OpSpec *op, const void *args)
{
    Arena *arena = cx->arena;
    Direct *direct = ARENA_NEW(arena, Direct);
    PlanOp *plan_op = ARENA_NEW(arena, PlanOp);
    const PlanOp **items = ARENA_NEW(arena, const PlanOp *);
    PlanOps *ops = ARENA_NEW(arena, PlanOps);
    *direct = (Direct){cx, op, args};
    *plan_op = (PlanOp){.name = op->name, .self = direct, .check = check_direct, .run = run_direct};
    *items = plan_op;
    *ops = (PlanOps){items, 1};
    const Plan *plan = NULL;
    // The request has its own limit.
    PlanBuilder *builder = plan_builder(ops, &(PlanLimits){.timeout_s = LONGEST_S});
    plan_add(builder,
             &(PlanCellSpec){.id = STR("main"), .op = str_from(op->name), .timeout_s = LONGEST_S});
    Fail fail = plan_finish(builder, arena, &(PlanSpec){0}, &plan);
    assert(!fail); // one cell without inputs is a plan
    (void)fail;
    return plan;
}
