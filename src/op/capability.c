// op/capability.c
#include "op/capability.h"

#include "base/digest.h"
#include "base/os.h"
#include "base/plugin.h"
#include "base/vec.h"
#include "base/version.h"
#include "index/opened.h"
#include "op/op.h"
#include "retrieve/embed.h"
#include "runtime/cells.h"
#include "runtime/policy.h"
#include "service/find_channels.h"

static const char *const kinds[] = {"operation", "channel", "source", "library", "service", NULL};
static const char *const states[] = {"yes", "partly", "no", "off", "unknown", NULL};

static const Field row_fields[] = {
    FIELD(Capability, name, STR, "of what can be asked, or used for it"),
    FIELD(Capability, kind, STR, "what it is", .choices = kinds),
    FIELD(Capability, state, STR, "whether it is there; off: by a setting; unknown: until used",
          .choices = states),
    FIELD(Capability, reason, STR, "why it is not yes; empty when it is"),
    FIELD(Capability, limit, STR, "what it does not do though it is there; or empty"),
    {0},
};

const Field capability_fields[] = {
    FIELD(Capabilities, version, STR, "of cq"),
    FIELD(Capabilities, stamp, STR, "another one when any row is another"),
    FIELD(Capabilities, rows, RECORDS, "in a fixed order", .sub = row_fields,
          .sub_size = sizeof(Capability)),
    {0},
};

typedef struct Look {
    Ctx *cx;
    const Env *env;
    VEC(Capability) rows;
} Look;

static void add(Look *look, const char *name, const char *kind, const char *state, Str reason,
                Str limit)
{
    Capability row = {str_from(name), str_from(kind), str_from(state), reason, limit};
    VEC_PUSH(look->cx->arena, &look->rows, row);
}

static bool is_there(const char *path)
{
    OsStat stat;
    return !os_try_stat(OS_CWD, path, OS_FOLLOW, &stat);
}

static bool is_program(Ctx *cx, Str name)
{
    Str rest = os_env("PATH"), folder;
    while (str_next(&rest, ':', &folder)) {
        Str path = str_format(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));
        if (is_there(path.ptr)) return true;
    }
    return false;
}

// --- what answers stand on ---

static void look_at_index(Look *look)
{
    Lease lease;
    if (!look->env->policy->index.enabled) {
        add(look, "index", "source", "off", STR("index.enabled"), STR(""));
        return;
    }
    if (!cell_peek(look->env->opened, &lease)) {
        add(look, "index", "source", "unknown", STR("not opened yet"), STR(""));
        return;
    }
    const Opened *opened = lease.value;
    Str why = opened->trouble ? str_copy(look->cx->arena, opened->trouble->detail)
                              : STR("not built yet: cq index, or the next cq find, makes it");
    bool there = opened->snapshot != NULL;
    lease_release(&lease);
    add(look, "index", "source", there ? "yes" : "no", there ? STR("") : why, STR(""));
}

static void look_at_git(Look *look)
{
    bool there = is_program(look->cx, STR("git"));
    add(look, "git", "source", there ? "yes" : "no", there ? STR("") : STR("no git in PATH"),
        there ? STR("") : STR("repositories that cq reads without it are still searched"));
}

// --- channels of find ---

static Fail look_at_channels(Look *look)
{
    Lease lease;
    const Policy *policy = look->env->policy;
    const char *late = policy->find.late == CHANNEL_ON ? "yes" : "off";
    const char *sparse = policy->find.sparse == CHANNEL_ON ? "yes" : "off";
    bool is_limit = false;
    add(look, "words", "channel", "yes", STR(""), STR(""));
    Fail fail = cell_lease(look->cx, look->env->embedder, &lease);
    if (fail) {
        TRY(ctx_check(look->cx));
        add(look, "vectors", "channel", "no", fail->detail, STR(""));
    } else {
        Arena *arena = look->cx->arena;
        EmbedModel model = embed_model(lease.value);
        Str why = str_copy(arena, channels_why_no_vectors(policy, lease.value, &is_limit));
        Str limit = str_format(arena, "by " STR_FMT " " STR_FMT "%s", STR_ARG(model.backend),
                               STR_ARG(model.model),
                               model.is_local ? "" : ", a server: late answers are left out");
        lease_release(&lease);
        add(look, "vectors", "channel",
            !why.len   ? "yes"
            : is_limit ? "no"
                       : "off",
            why, why.len ? STR("") : limit);
    }
    add(look, "late", "channel", late, *late == 'o' ? STR("find.late") : STR(""), STR(""));
    add(look, "sparse", "channel", sparse, *sparse == 'o' ? STR("find.sparse") : STR(""), STR(""));
    return NULL;
}

// --- libraries and services ---

static void look_at_plugin(Look *look, const char *name, const char *file, const char *for_what)
{
    Str path = plugin_find(look->cx, file);
    if (path.len) add(look, name, "library", "yes", STR(""), STR(""));
    else
        add(look, name, "library", "no",
            str_format(look->cx->arena, "no %s beside cq or in CQ_PLUGIN_DIR; without it %s", file,
                       for_what),
            STR(""));
}

static void look_at_gpu(Look *look)
{
    bool there = is_there("/dev/nvidiactl");
    add(look, "gpu", "service", there ? "unknown" : "no",
        there ? STR("there is a driver; cq runtime gpu asks it") : STR("no device /dev/nvidiactl"),
        STR(""));
}

static void look_at_workers(Look *look)
{
    bool there = look->env->worker_argv != NULL;
    add(look, "workers", "service", there ? "yes" : "no",
        there ? STR("") : STR("no program for worker processes: CQ_WORKER_PROGRAM"), STR(""));
}

// --- operations ---

static const struct {
    const char *op, *needs;
} op_needs[] = {{"sql", "duckdb"}, {"sql", "workers"}, {"blame", "git"}, {"history", "git"}};

static const Capability *find_row(const Capability *rows, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].name, name) && !str_eq(rows[i].kind, STR("operation"))) return &rows[i];
    return NULL;
}

static void look_at_operation(Look *look, const OpSpec *op)
{
    for (size_t i = 0; i < ARRAY_LEN(op_needs); i++) {
        if (strcmp(op_needs[i].op, op->name) != 0) continue;
        const Capability *need =
            find_row(look->rows.items, look->rows.len, str_from(op_needs[i].needs));
        if (!need || str_eq(need->state, STR("yes"))) continue;
        add(look, op->name, "operation", "no",
            str_join(look->cx->arena, str_from(op_needs[i].needs), STR(": "), need->reason),
            STR(""));
        return;
    }
    add(look, op->name, "operation", "yes", STR(""), STR(""));
}

static Str stamp_of(Arena *arena, const Capabilities *capabilities)
{
    Buf text = buf_on(arena);
    JsonWriter w = {.out = &text};
    record_write(&w, capability_fields, capabilities);
    Digest digest = digest_of(buf_str(&text));
    return str_sub(digest_hex(arena, &digest), 0, 16);
}

Fail capabilities_look(Ctx *cx, const Env *env, Capabilities *out)
{
    Look look = {.cx = cx, .env = env};
    look_at_index(&look);
    look_at_git(&look);
    TRY(look_at_channels(&look));
    look_at_plugin(&look, "duckdb", "libduckdb.so", "there is no cq sql");
    look_at_plugin(&look, "faiss", "cq-faiss.so", "all vectors are scanned");
    add(&look, "language-servers", "service", "no", STR("this version asks none"), STR(""));
    look_at_gpu(&look);
    look_at_workers(&look);
    for (const OpSpec *const *op = op_all(); *op; op++) look_at_operation(&look, *op);
    *out = (Capabilities){.version = STR(CQ_VERSION), .rows = {look.rows.items, look.rows.len}};
    out->stamp = stamp_of(cx->arena, out);
    return NULL;
}

const Capability *capability_named(const Capabilities *capabilities, Str name)
{
    return find_row(capabilities->rows.items, capabilities->rows.count, name);
}
