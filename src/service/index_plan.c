// service/index_plan.c - the plan of a refresh, and its run.
//
// DESIGN. The plan has an engine of its own. Nothing is written off there: a cell that was asked to
// stop is waited for (engine_free), since all of them work on one RefreshStage, which ends after
// that. At most as many cells run at once as there are workers, so that no more ranges are in
// memory than are being read.
#include "service/index_plan.h"

#include "base/clock.h"
#include "base/vec.h"
#include "service/index_plan_.h"

#define NEVER_NS (1000000000 * NS_PER_S)

// --- the plan

typedef struct Drafting {
    Arena *arena;
    PlanBuilder *builder;
    const StageRange *ranges;
    size_t count;
} Drafting;

// "chunk.text" alone, or "chunk.text 2" of several.
static Str name(const Drafting *d, const char *op, size_t range)
{
    if (d->count < 2) return str_from(op);
    return str_format(d->arena, "%s %zu", op, range + 1);
}

static const Json *params(const Drafting *d, size_t range, bool sizes)
{
    Json *params = json_new_object(d->arena);
    json_set(d->arena, params, STR("range"), json_new_int(d->arena, (int64_t)range));
    if (!sizes) return params;
    const StageRange *of = &d->ranges[range];
    json_set(d->arena, params, STR("files"), json_new_int(d->arena, (int64_t)of->files));
    json_set(d->arena, params, STR("bytes"), json_new_int(d->arena, (int64_t)of->bytes));
    return params;
}

static void add(const Drafting *d, const char *op, const Str *inputs, size_t count)
{
    PlanCellSpec spec = {
        .id = str_from(op), .op = str_from(op), .inputs = inputs, .input_count = count};
    plan_add(d->builder, &spec);
}

static Str add_of_range(const Drafting *d, const char *op, size_t range, Str input, bool sizes)
{
    PlanCellSpec spec = {.id = name(d, op, range),
                         .op = str_from(op),
                         .inputs = &input,
                         .input_count = 1,
                         .params = params(d, range, sizes)};
    plan_add(d->builder, &spec);
    return spec.id;
}

// "embed.vectors kept 2": of the second part that is kept.
static Str add_of_kept(const Drafting *d, const char *op, size_t kept, const Str *input)
{
    Json *params = json_new_object(d->arena);
    json_set(d->arena, params, STR("kept"), json_new_int(d->arena, (int64_t)kept));
    PlanCellSpec spec = {.id = str_format(d->arena, "%s kept %zu", op, kept + 1),
                         .op = str_from(op),
                         .inputs = input,
                         .input_count = 1,
                         .params = params};
    plan_add(d->builder, &spec);
    return spec.id;
}

static Fail make_plan(Ctx *cx, const IndexWork *work, uint32_t most, const Plan **out)
{
    Drafting d = {.arena = cx->arena, .builder = plan_builder(&index_ops, NULL)};
    d.ranges = stage_ranges(work->stage, &d.count);
    const Str scan = STR("git.scan");
    Str *chunks = ARENA_ARRAY(cx->arena, Str, d.count);
    Str *embedded = ARENA_ARRAY(cx->arena, Str, d.count + 1);
    const IndexVectors *of = &work->vectors;
    size_t vector_count = d.count + of->due_count;
    Str *vectors = ARENA_ARRAY(cx->arena, Str, vector_count);
    add(&d, "git.scan", NULL, 0);
    for (size_t i = 0; i < d.count; i++) chunks[i] = add_of_range(&d, "chunk.text", i, scan, true);
    for (size_t i = 0; i < d.count; i++)
        embedded[i] = add_of_range(&d, "embed.vectors", i, chunks[i], false);
    for (size_t i = 0; i < d.count; i++)
        vectors[i] = add_of_range(&d, "vectors.add", i, embedded[i], false);
    for (size_t i = 0; i < of->due_count; i++) {
        Str made = add_of_kept(&d, "embed.vectors", of->due[i], &scan);
        vectors[d.count + i] = add_of_kept(&d, "vectors.add", of->due[i], &made);
    }
    const Str last[] = {STR("faiss.add"), STR("names.resolve"), STR("duckdb.upsert")};
    embedded[d.count] = STR("git.log");
    add(&d, "faiss.add", vector_count ? vectors : &scan, MAX(vector_count, (size_t)1));
    add(&d, "names.resolve", d.count ? chunks : &scan, MAX(d.count, (size_t)1));
    add(&d, "git.log", &scan, 1);
    add(&d, "duckdb.upsert", embedded, d.count + 1);
    add(&d, "snapshot.publish", last, ARRAY_LEN(last));
    PlanSpec spec = {.max_concurrency = most, .fail_fast = true};
    return plan_finish(d.builder, cx->arena, &spec, out);
}

static void draw(Ctx *cx, const IndexPlanSpec *spec, const Plan *plan, Run *run, IndexRun *out)
{
    if (spec->drawing == INDEX_UNDRAWN) return;
    Buf buf = buf_on(cx->arena);
    plan_draw(&buf, plan, run, spec->drawing == INDEX_DOT ? PLAN_DOT : PLAN_MERMAID);
    out->graph = buf_str(&buf);
}

// --- what is told of it

static IndexCell *list_cells(Ctx *cx, const IndexWork *work, const Plan *plan, IndexRun *out)
{
    size_t ranges;
    IndexCell *cells = ARENA_ARRAY(cx->arena, IndexCell, plan_len(plan));
    const StageRange *of = stage_ranges(work->stage, &ranges);
    for (size_t i = 0; i < plan_len(plan); i++) {
        const Json *range = json_get(plan_params(plan, i), STR("range"));
        cells[i] = (IndexCell){.id = plan_id(plan, i),
                               .op = str_from(plan_op(plan, i)->name),
                               .state = STR("planned")};
        if (!json_get(plan_params(plan, i), STR("files"))) continue;
        const StageRange *read = &of[range->integer];
        cells[i].files = read->files;
        cells[i].bytes = read->bytes;
        cells[i].cached = read->taken - read->parsed;
    }
    out->cells = cells;
    out->cell_count = plan_len(plan);
    return cells;
}

static double in_ms(int64_t ns)
{
    return (double)(ns / 1000) / 1000;
}

// Returns the first failure that is not the end of the others.
static Fail take_states(Ctx *cx, const IndexWork *work, Run *run, IndexCell *cells)
{
    Fail first = NULL;
    for (size_t i = 0; i < plan_len(run_plan(run)); i++) {
        PlanCellResult ended = run_cell(cx->arena, run, i);
        cells[i].state = str_from(plan_state_name(ended.state));
        cells[i].reason = ended.reason;
        cells[i].started_ms = in_ms(ended.started_ns);
        cells[i].duration_ms = in_ms(ended.ended_ns - ended.started_ns);
        if (ended.error && !first && ended.error->kind != PROBLEM_CANCELLED) first = ended.error;
    }
    cells[0].duration_ms = in_ms(stage_report(work->stage)->fresh_ns); // before the plan was made
    return first;
}

static void take_limits(Ctx *cx, const IndexWork *work, IndexRun *out)
{
    VEC(Str) limits = {0};
    for (size_t i = 0; i < INDEX_LIMITS; i++)
        if (work->limits[i].len) VEC_PUSH(cx->arena, &limits, str_copy(cx->arena, work->limits[i]));
    out->limits = limits.items;
    out->limit_count = limits.len;
}

// --- the run

static void follow(Ctx *cx, const IndexPlanSpec *spec, Run *run)
{
    Arena arena = {0};
    Ctx scratch = ctx_child(cx, &arena);
    EventCursor cursor = {0};
    RuntimeEvent event;
    bool more = true;
    while (more && !event_next(&scratch, run, &cursor, &event, &more)) {
        if (more) spec->event(spec->arg, &scratch, &event);
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

static Fail end_of(Ctx *cx, Run *run, Fail failed)
{
    if (failed) return problem_copy(cx->arena, failed);
    TRY(ctx_check(cx));
    return problem_copy(cx->arena, run_worst(cx->arena, run));
}

static Fail run_in(Ctx *cx, Engine *engine, IndexWork *work, const Plan *plan, IndexRun *out)
{
    const IndexPlanSpec *spec = work->spec;
    RunSpec how = {.env = work,
                   .cache = RUN_CACHE_OFF,
                   .events = spec->event != NULL,
                   .spans = true,
                   .inline_caller = !spec->event};
    Run *run;
    TRY(engine_start(cx, engine, plan, &how, &run));
    if (spec->event) follow(cx, spec, run);
    Fail stopped = run_wait(cx, run);
    if (!stopped) {
        Fail failed = take_states(cx, work, run, list_cells(cx, work, plan, out));
        draw(cx, spec, plan, run, out);
        take_limits(cx, work, out);
        stopped = end_of(cx, run, failed);
    }
    run_release(run);
    return stopped;
}

static Fail run_cells(Ctx *cx, IndexWork *work, IndexRun *out)
{
    const Plan *plan;
    Pool *pool = work->spec->alone ? NULL : work->spec->env->pool;
    int most = pool_slots(work->spec->refresh->pool);
    EngineSpec engine = {.pool = pool, .timeout_ns = NEVER_NS, .grace_ns = NEVER_NS};
    TRY(make_plan(cx, work, (uint32_t)most, &plan));
    if (work->spec->look) {
        list_cells(cx, work, plan, out);
        draw(cx, work->spec, plan, NULL, out);
        return NULL;
    }
    Engine *own = engine_new(&engine);
    Fail fail = run_in(cx, own, work, plan, out);
    engine_free(own);
    return fail;
}

static Fail refresh(Ctx *cx, IndexWork *work, IndexRun *out)
{
    TRY(stage_scan(cx, work->stage));
    stage_ranges(work->stage, &work->range_count);
    counter_add(&work->ranges_left, work->range_count);
    index_vectors_begin(cx, work);
    if (work->vectors.is_limit)
        work->limits[INDEX_NO_VECTORS] =
            str_format(cx->arena, "embed.vectors: " STR_FMT, STR_ARG(work->vectors.why));
    TRY(git_last_open(cx, stage_folder(work->stage), &work->git_before));
    return run_cells(cx, work, out);
}

Fail index_plan_run(Ctx *cx, const IndexPlanSpec *spec, IndexRun *out)
{
    IndexWork work = {.spec = spec};
    *out = (IndexRun){0};
    TRY(stage_begin(cx, spec->refresh, spec->options, spec->look, &work.stage));
    out->report.busy = !work.stage;
    if (!work.stage) return NULL;
    mutex_init(&work.mutex, RANK_SERVICE);
    Fail fail = refresh(cx, &work, out);
    mutex_fini(&work.mutex);
    out->report = *stage_report(work.stage);
    out->report.trouble = problem_copy(cx->arena, out->report.trouble);
    git_last_close(work.git_before);
    index_vectors_end(&work);
    stage_end(cx, work.stage);
    if (!fail && !spec->look && !out->report.unchanged && spec->refresh->opened)
        cell_invalidate(cx, spec->refresh->opened); // the next one leases what was published
    return fail;
}
