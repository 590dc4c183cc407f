// service/compat.c
#include "service/compat.h"

#include "base/vec.h"
#include "index/duckdb.h"
#include "index/opened.h"
#include "retrieve/ann_set.h"
#include "retrieve/dense.h"
#include "runtime/cells.h"
#include "runtime/policy.h"
#include "service/tables.h"

typedef struct Check {
    Ctx *cx; // NULL: settings only
    Arena *arena;
    const Env *env;
    const Policy *policy;
    VEC(Violation) found;
    VEC(Str) unchecked;
} Check;

static void add(Check *check, const char *part, bool is_fatal, Fail problem, const char *hint)
{
    problem = problem_with_str(check->arena, problem, "hint", str_from(hint));
    VEC_PUSH(check->arena, &check->found, (Violation){part, problem, is_fatal});
}

static void differs(Check *check, const char *part, const char *what, Str expected, Str found,
                    const char *hint)
{
    Fail fail = FAIL(check->arena, DAMAGED, "%s: " STR_FMT ", not " STR_FMT, what, STR_ARG(found),
                     STR_ARG(expected));
    fail = problem_with_str(check->arena, fail, "expected", expected);
    add(check, part, false, problem_with_str(check->arena, fail, "found", found), hint);
}

static void leave_out(Check *check, const char *what, Str why)
{
    VEC_PUSH(check->arena, &check->unchecked,
             str_join(check->arena, str_from(what), STR(": "), why));
}

static Str number(Arena *arena, uint64_t value)
{
    return str_format(arena, "%llu", (unsigned long long)value);
}

// --- settings ---

static bool asks_for_vectors(const Policy *policy)
{
    const FindPolicy *find = &policy->find;
    return find->dense == CHANNEL_ON || find->late == CHANNEL_ON || find->sparse == CHANNEL_ON;
}

static void check_settings(Check *check)
{
    const Policy *policy = check->policy;
    const FindPolicy *find = &policy->find;
    if (find->fusion && find->weight_lexical + find->weight_dense + find->weight_late <= 0)
        add(check, "fusion", true,
            FAIL(check->arena, BAD_REQUEST,
                 "find.fusion is ranks, and the weights of all channels are 0"),
            "set find.weight_lexical above 0");
    if (asks_for_vectors(policy) && policy->embed.backend == EMBED_NONE)
        add(check, "fusion", true,
            FAIL(check->arena, BAD_REQUEST,
                 "find.dense, find.late or find.sparse is on, and embed.backend is none"),
            "set embed.backend, or the channel to auto");
    if ((find->late == CHANNEL_ON || find->sparse == CHANNEL_ON) &&
        policy->embed.backend != EMBED_STATIC && policy->embed.backend != EMBED_NONE)
        add(check, "fusion", false,
            FAIL(check->arena, BAD_REQUEST,
                 "find.late and find.sparse need the token vectors of embed.backend static"),
            "set embed.backend to static, or both channels to auto");
    if (policy->embed.backend == EMBED_HTTP && !policy->embed.url.len)
        add(check, "vectors", true,
            FAIL(check->arena, BAD_REQUEST, "embed.backend is http, and embed.url is empty"),
            "set embed.url");
}

// --- the index and what is attached to it ---

static void check_dims(Check *check, const EmbedModel *model, const Vectors *vectors,
                       const DenseHead *head)
{
    if (model->dims && model->dims != head->dims)
        differs(check, "vectors", "dimensions of the published vectors",
                number(check->arena, model->dims), number(check->arena, head->dims),
                "cq index build --full");
    if (vectors->shape.dims && vectors->shape.dims != head->dims)
        differs(check, "vectors", "dimensions of a section of vectors",
                number(check->arena, head->dims), number(check->arena, vectors->shape.dims),
                "cq index build --full");
}

// False when there is nothing to go on with.
static bool check_head(Check *check, const Segment *attached, const Digest *now, DenseHead *head)
{
    Str bytes = segment_section(attached, DENSE_SECTION_HEAD);
    if (bytes.len != sizeof *head) {
        differs(check, "vectors", "bytes of the head of the vectors",
                number(check->arena, sizeof *head), number(check->arena, bytes.len),
                "cq index build --full");
        return false;
    }
    memcpy(head, bytes.ptr, sizeof *head);
    if (head->version != DENSE_VERSION) {
        differs(check, "vectors", "version of the vectors", number(check->arena, DENSE_VERSION),
                number(check->arena, head->version), "cq index build --full");
        return false;
    }
    if (!digest_eq(&head->model, now))
        differs(check, "vectors", "the model of the published vectors",
                str_sub(digest_hex(check->arena, now), 0, 16),
                str_sub(digest_hex(check->arena, &head->model), 0, 16),
                "cq index build makes them anew; until then find goes without");
    return true;
}

static void check_ann(Check *check, const SnapshotPart *part, const DensePart *dense)
{
    AnnHead head;
    if (!part->attached[ATTACH_ANN]) return;
    if (!ann_head(part, &head)) {
        add(check, "ann", false,
            FAIL(check->arena, DAMAGED, "an index of candidates has no head of this version"),
            "cq index build --full");
        return;
    }
    uint32_t rows = dense->tables[DENSE_CHUNKS].counts.rows;
    if (head.rows != rows)
        differs(check, "ann", "rows of an index of candidates", number(check->arena, rows),
                number(check->arena, head.rows), "cq index build --full");
    if (head.asked != (uint32_t)check->policy->ann.family)
        differs(check, "ann", "the family that an index of candidates was made for (ann.family)",
                number(check->arena, (uint64_t)check->policy->ann.family),
                number(check->arena, head.asked), "cq index build");
    if (head.recall >= 0 && head.recall < check->policy->ann.recall)
        differs(check, "ann", "recall of an index of candidates (ann.recall)",
                str_format(check->arena, "%g", check->policy->ann.recall),
                str_format(check->arena, "%g", head.recall),
                "another ann.family, or a lower recall");
}

static void check_parts(Check *check, const Opened *opened, const Embedder *embedder)
{
    EmbedModel model = embed_model(embedder);
    Digest now = embed_fingerprint(embedder);
    const Snapshot *snapshot = opened->snapshot;
    size_t before = check->found.len;
    if (model.dtype.len && !str_eq(model.dtype, STR("float32")))
        differs(check, "vectors", "numbers of the embedder", STR("float32"), model.dtype,
                "another embed.backend");
    // Parts are made alike: what is wrong with one need not be said of all.
    for (size_t i = 0; i < snapshot->part_count && check->found.len == before; i++) {
        const SnapshotPart *part = &snapshot->parts[i];
        const Segment *attached = part->attached[ATTACH_VECTORS];
        DenseHead head;
        DensePart dense = {0};
        if (!attached || !check_head(check, attached, &now, &head)) continue;
        bool open = dense_open(attached, &head.model, opened->lexicons[i].head->chunks, &dense);
        if (!open && head.dims)
            add(check, "vectors", false,
                FAIL(check->arena, DAMAGED, "the vectors of segment %zu do not fit its chunks", i),
                "cq index build --full");
        check_dims(check, &model, &dense.tables[DENSE_CHUNKS].vectors, &head);
        check_ann(check, part, &dense);
    }
}

static Fail check_index(Check *check, const Embedder *embedder)
{
    Lease lease;
    if (!check->policy->index.enabled) return NULL;
    Fail fail = cell_lease(check->cx, check->env->opened, &lease);
    if (fail) {
        leave_out(check, "index", fail->detail);
        return ctx_check(check->cx);
    }
    const Opened *opened = lease.value;
    if (opened->trouble)
        add(check, "index", false, problem_copy(check->arena, opened->trouble),
            "the next cq find or cq index makes it anew");
    if (opened->snapshot && embedder) check_parts(check, opened, embedder);
    lease_release(&lease);
    return NULL;
}

// --- the tables of cq sql ---

static Fail look_at_tables(Check *check, const Workspace *workspace, const Embedder *embedder)
{
    Cell *cell;
    Lease lease;
    TablesAbout about;
    TRY(cells_find(check->arena, check->env->cells, STR("duckdb"), &cell));
    Fail fail = cell_lease(check->cx, cell, &lease);
    if (fail) {
        leave_out(check, "tables", fail->detail);
        return ctx_check(check->cx);
    }
    fail = tables_about(check->cx, check->env, lease.value, workspace, embedder, &about);
    lease_release(&lease);
    if (fail) {
        TRY(ctx_check(check->cx));
        add(check, "tables", false, fail, "the next cq sql makes them anew");
        return NULL;
    }
    if (!about.same_code)
        differs(check, "tables", "the version of cq that made the tables of cq sql",
                STR("this one"), STR("another"), "the next cq sql makes them anew");
    if (!about.same_model)
        differs(check, "tables", "the model of the vectors in the tables of cq sql",
                STR("that of embed.*"), STR("another"), "the next cq sql makes them anew");
    uint32_t dims = embedder ? embed_model(embedder).dims : 0;
    if (about.dims && dims && (uint64_t)about.dims != dims)
        differs(check, "tables", "dimensions of the vectors in the tables of cq sql",
                number(check->arena, dims), number(check->arena, (uint64_t)about.dims),
                "the next cq sql makes them anew");
    return NULL;
}

static Fail check_tables(Check *check, const Embedder *embedder)
{
    Workspace workspace;
    TRY(env_workspace(check->cx, check->env, !check->env->root.len, &workspace));
    Fail fail = NULL;
    if (tables_are_there(check->cx, check->env, &workspace))
        fail = look_at_tables(check, &workspace, embedder);
    workspace_close(&workspace);
    return fail;
}

// --- all ---

static void finish(const Check *check, Compat *out)
{
    *out = (Compat){.items = check->found.items,
                    .count = check->found.len,
                    .unchecked = check->unchecked.items,
                    .unchecked_count = check->unchecked.len};
    for (size_t i = 0; i < out->count; i++) out->fatal += out->items[i].is_fatal;
}

void compat_check_settings(Arena *arena, const Policy *policy, Compat *out)
{
    Check check = {.arena = arena, .policy = policy};
    check_settings(&check);
    finish(&check, out);
}

Fail compat_check(Ctx *cx, const Env *env, Compat *out)
{
    Check check = {.cx = cx, .arena = cx->arena, .env = env, .policy = env->policy};
    Lease lease = {0};
    check_settings(&check);
    Fail fail = cell_lease(cx, env->embedder, &lease);
    if (fail) {
        TRY(ctx_check(cx));
        leave_out(&check, "vectors", fail->detail);
    }
    const Embedder *embedder = lease.value;
    bool none = !embedder || env->policy->embed.backend == EMBED_NONE;
    fail = check_index(&check, none ? NULL : embedder);
    if (!fail) fail = check_tables(&check, none ? NULL : embedder);
    lease_release(&lease);
    TRY(fail);
    finish(&check, out);
    return NULL;
}
