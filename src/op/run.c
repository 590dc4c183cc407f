// op/run.c - "run": a plan of operations, several at once, with memory of what was done before.
#include "op/run.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/os.h"
#include "base/vec.h"
#include "index/universe.h"
#include "op/result_json.h"
#include "runtime/cache.h"
#include "runtime/cell.h"
#include "runtime/event.h"
#include "runtime/policy.h"
#include "runtime/probe.h"

enum { MOST_PLAN_BYTES = 64 << 20, LOOK_MS = 100 };

static const char *const graphs[] = {"dot", "mermaid", NULL};
static const char *const caches[] = {"use", "refresh", "off", NULL};

static const Field args[] = {
    FIELD(RunArgs, plan, PATH, "the plan, a JSON document; - for standard input",
          .flags = FIELD_POSITIONAL | FIELD_LOCAL),
    FIELD(RunArgs, step, STRS,
          "one cell of a plan made on the command line: an operation and its arguments as "
          "key=value words; id=NAME, inputs=ID,ID and timeout_s=N are the cell's own; may be "
          "repeated",
          .flags = FIELD_WORDS | FIELD_LOCAL, .value_name = "OP"),
    FIELD(RunArgs, document, JSON, "the plan itself instead of a file"),
    FIELD(RunArgs, dry_run, BOOL, "show the order, the critical path and what is kept; run nothing",
          .letter = 'n'),
    FIELD(RunArgs, graph, STR, "print the plan as a graph; without --dry-run, as it ran",
          .choices = graphs),
    FIELD(RunArgs, events, PATH, "write what happens to this file, one JSON object a line",
          .value_name = "FILE", .flags = FIELD_LOCAL),
    FIELD(RunArgs, cache, STR, "kept answers: use them, refresh them, or neither read nor write",
          .choices = caches, .fallback = "use"),
    FIELD(RunArgs, fail_fast, BOOL, "stop all cells when one fails, whatever the plan says"),
    FIELD(RunArgs, max_concurrency, INT, "cells at once, whatever the plan says; 0: as it says",
          .letter = 'j', .least = 0, .most = 256, .fallback = "0"),
    FIELD(RunArgs, limit, INT, "findings of each cell in the answer for people; 0 shows all",
          .least = 0, .most = 1000000000, .fallback = "20"),
    {0},
};

static const Field cell_fields[] = {
    FIELD(RunCellRow, id, STR, "of the cell"),
    FIELD(RunCellRow, op, STR, "the operation"),
    FIELD(RunCellRow, inputs, STRS, "the cells it needs", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, state, STR,
          "pending, ready, running, success, failed, skipped or canceled; planned in a dry run"),
    FIELD(RunCellRow, cached, STR,
          "where the answer is from: run, memory or store; in a dry run: hit, miss, unknown or "
          "not cached"),
    FIELD(RunCellRow, reason, STR, "why it was skipped or canceled", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, started_ms, REAL, "after the start of the run"),
    FIELD(RunCellRow, duration_ms, REAL, "milliseconds it took"),
    FIELD(RunCellRow, found, BOOL, "it found something"),
    FIELD(RunCellRow, findings, SIZE, "how many"),
    FIELD(RunCellRow, wave, U32, "dry run: how many cells must run before it, one after the other",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, critical, BOOL, "dry run: it is on the critical path",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, fingerprint, STR, "of all it depends on", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, digest, STR, "of its answer", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, summary, JSON, "the operation's own summary", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunCellRow, problem, JSON, "why it failed (RFC 9457)", .flags = FIELD_OPTIONAL_OUT),
    {0},
};

static const Field result[] = {
    FIELD(RunSummary, run_id, STR, "of this run", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunSummary, state, STR,
          "success, failed or canceled; running, from a server; planned in a dry run"),
    FIELD(RunSummary, scope, STR, "of the plan", .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunSummary, dry_run, BOOL, "nothing was run"),
    FIELD(RunSummary, duration_ms, REAL, "milliseconds"),
    FIELD(RunSummary, total, SIZE, "cells of the plan"),
    FIELD(RunSummary, states, COUNTS, "cells by state"),
    FIELD(RunSummary, from_memory, SIZE, "answers that were kept in memory"),
    FIELD(RunSummary, from_store, SIZE, "answers that were kept on disk"),
    FIELD(RunSummary, messages_dropped, SIZE, "that came faster than they were read"),
    FIELD(RunSummary, waves, SIZE, "dry run: cells on the longest way through the plan",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunSummary, widest, SIZE, "dry run: cells that could run at once, at most",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunSummary, order, STRS, "dry run: cells in the order in which one thread runs them",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunSummary, critical_path, STRS, "dry run: the most costly way through the plan",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(RunSummary, cells, RECORDS, "in the order of the plan", .sub = cell_fields,
          .sub_size = sizeof(RunCellRow)),
    {0},
};

// --- the plan

static Fail read_text(Ctx *cx, const Env *env, Str path, Str *out)
{
    if (!str_eq(path, STR("-")))
        return os_read_file(cx, OS_CWD, str_cstr(cx->arena, path), MOST_PLAN_BYTES, out);
    if (!env->stdin_allowed)
        return FAIL(cx->arena, BAD_REQUEST, "standard input cannot be read here");
    return os_read_all(cx, OS_STDIN, MOST_PLAN_BYTES, out);
}

static Fail read_document(Ctx *cx, const Env *env, const RunArgs *from, const Json **out)
{
    int ways = (from->plan.len > 0) + (from->step.count > 0) + (from->document != NULL);
    if (ways != 1)
        return FAIL(cx->arena, BAD_REQUEST,
                    "%s: name a file (- for standard input), give --step or --document",
                    ways ? "more than one plan" : "no plan");
    if (from->document) *out = from->document;
    if (from->step.count) TRY(run_document_of_steps(cx->arena, &from->step, out));
    if (!from->plan.len) return NULL;
    Str text;
    TRY(read_text(cx, env, from->plan, &text));
    Fail fail = json_parse(cx->arena, text, out);
    if (!fail) return NULL;
    return problem_with_cause(cx->arena,
                              FAIL(cx->arena, BAD_REQUEST, STR_FMT ": " STR_FMT,
                                   STR_ARG(from->plan), STR_ARG(fail->detail)),
                              fail);
}

// `document` with one member set anew.
static const Json *with_member(Arena *arena, const Json *document, Str key, const Json *value)
{
    if (document->kind != JK_OBJECT) return document;
    Json *copy = json_new_object(arena);
    for (size_t i = 0; i < document->len; i++)
        if (!str_eq(document->members[i].key, key))
            json_set(arena, copy, document->members[i].key, document->members[i].value);
    json_set(arena, copy, key, value);
    return copy;
}

// Says where in the document it is, for people who see the detail alone.
static Fail with_place(Arena *arena, Fail fail)
{
    const Json *pointer = fail ? json_get(fail->ext, STR("pointer")) : NULL;
    if (!pointer || !pointer->string.len) return fail;
    Problem *placed = ARENA_NEW(arena, Problem);
    *placed = *fail;
    placed->detail = str_format(arena, "at " STR_FMT ": " STR_FMT, STR_ARG(pointer->string),
                                STR_ARG(fail->detail));
    return placed;
}

// Cells of a server's clients name no files of its machine, either. Fails: BAD_REQUEST.
static Fail check_confined(Arena *arena, const Plan *plan)
{
    for (size_t i = 0; i < plan_len(plan); i++) {
        const OpSpec *op = plan_op(plan, i)->self;
        TRY(fields_refuse_local(arena, op->args, plan_params(plan, i)));
    }
    return NULL;
}

static Fail make_plan(Ctx *cx, const Env *env, const RunArgs *from, const Plan **out)
{
    const Json *document = NULL;
    TRY(read_document(cx, env, from, &document));
    if (from->fail_fast)
        document =
            with_member(cx->arena, document, STR("fail_fast"), json_new_bool(cx->arena, true));
    int64_t most = from->max_concurrency;
    if (!most && from->step.count) most = env->policy->parallelism.run_step_workers;
    if (most)
        document =
            with_member(cx->arena, document, STR("max_concurrency"), json_new_int(cx->arena, most));
    PlanOps ops = plan_ops_new(cx->arena);
    PlanLimits limits = {.cells = (uint32_t)env->policy->engine.max_cells};
    TRY(with_place(cx->arena, plan_parse(cx->arena, &ops, &limits, document, out)));
    return env->confined ? check_confined(cx->arena, *out) : NULL;
}

static RunCache cache_mode(const RunArgs *from)
{
    if (str_eq(from->cache, STR("refresh"))) return RUN_CACHE_REFRESH;
    return str_eq(from->cache, STR("off")) ? RUN_CACHE_OFF : RUN_CACHE_USE;
}

static StrList names_of(Arena *arena, const Plan *plan, const uint32_t *cells, size_t count)
{
    Str *items = ARENA_ARRAY(arena, Str, count);
    for (size_t i = 0; i < count; i++) items[i] = plan_id(plan, cells[i]);
    return (StrList){items, count};
}

static StrList inputs_of(Arena *arena, const Plan *plan, size_t cell)
{
    size_t count = 0;
    const uint32_t *inputs = plan_inputs(plan, cell, &count);
    return names_of(arena, plan, inputs, count);
}

static Str draw(Arena *arena, const Plan *plan, Run *run, Str how)
{
    Buf buf = buf_on(arena);
    plan_draw(&buf, plan, run, str_eq(how, STR("dot")) ? PLAN_DOT : PLAN_MERMAID);
    return buf_str(&buf);
}

// --- a dry run

static Fail run_dry(Ctx *cx, const Env *env, const RunArgs *from, Result *out)
{
    const Plan *plan = NULL;
    TRY(make_plan(cx, env, from, &plan));
    Probe probe;
    RunSpec spec = {.env = (void *)(uintptr_t)env, .cache = cache_mode(from)};
    TRY(engine_probe(cx, env->engine, plan, &spec, &probe));
    RunSummary *summary = ARENA_NEW(cx->arena, RunSummary);
    RunCellRow *rows = ARENA_ARRAY(cx->arena, RunCellRow, plan_len(plan));
    for (size_t i = 0; i < plan_len(plan); i++)
        rows[i] = (RunCellRow){.id = plan_id(plan, i),
                               .op = str_from(plan_op(plan, i)->name),
                               .inputs = inputs_of(cx->arena, plan, i),
                               .state = STR("planned"),
                               .cached = str_from(probe_cache_name(probe.cells[i].cache)),
                               .wave = probe.cells[i].wave,
                               .critical = probe.cells[i].critical};
    *summary =
        (RunSummary){.state = STR("planned"),
                     .scope = plan_spec(plan)->scope,
                     .dry_run = true,
                     .total = plan_len(plan),
                     .waves = probe.waves,
                     .widest = probe.widest,
                     .order = names_of(cx->arena, plan, probe.order, plan_len(plan)),
                     .critical_path = names_of(cx->arena, plan, probe.critical, probe.critical_len),
                     .cells = {rows, plan_len(plan)}};
    RunAnswer *answer = ARENA_NEW(cx->arena, RunAnswer);
    answer->plan = plan;
    if (from->graph.len) answer->graph = draw(cx->arena, plan, NULL, from->graph);
    *out = (Result){.summary = summary, .data = answer, .found = true, .root = env->root};
    return NULL;
}

// --- following a run

typedef struct Follower {
    Ctx *cx;
    OsFile events;
    Fail fail; // the events could not be written
    size_t total, running, states[PLAN_STATES];
} Follower;

static void show_progress(const Follower *follower)
{
    const Ctx *cx = follower->cx;
    if (!cx->progress) return;
    char line[160];
    const size_t *states = follower->states;
    size_t done =
        states[PLAN_SUCCESS] + states[PLAN_FAILED] + states[PLAN_SKIPPED] + states[PLAN_CANCELED];
    int len = snprintf(line, sizeof line, "%zu of %zu cells done, %zu running, %zu failed", done,
                       follower->total, follower->running, states[PLAN_FAILED]);
    cx->progress->show(cx->progress->arg, (Str){line, (size_t)len});
}

static void take_event(Follower *follower, Ctx *scratch, const RuntimeEvent *event)
{
    if (event->kind == EVENT_CELL) {
        bool ended = event->state >= PLAN_SUCCESS;
        if (event->state == PLAN_RUNNING) follower->running++;
        else if (ended && follower->running && event->duration_ns) follower->running--;
        follower->states[event->state]++;
        show_progress(follower);
    }
    if (follower->events.fd < 0 || follower->fail) return;
    Buf line = buf_on(scratch->arena);
    JsonWriter w = {.out = &line};
    event_write(&w, event);
    buf_byte(&line, '\n');
    Fail fail = os_write(scratch, follower->events, buf_str(&line));
    if (fail) follower->fail = problem_copy(follower->cx->arena, fail);
}

// Whoever shows progress looks up now and then though nothing happens.
static int64_t next_look(const Ctx *cx)
{
    if (!cx->progress) return cx->deadline_ns;
    int64_t look_ns = clock_now_ns() + LOOK_MS * NS_PER_MS;
    return cx->deadline_ns ? MIN(cx->deadline_ns, look_ns) : look_ns;
}

static void follow(Follower *follower, Run *run)
{
    Arena arena = {0};
    Ctx scratch = ctx_child(follower->cx, &arena);
    EventCursor cursor = {0};
    bool more = true;
    while (more) {
        RuntimeEvent event;
        scratch.deadline_ns = next_look(follower->cx);
        if (event_next(&scratch, run, &cursor, &event, &more)) {
            if (ctx_stopped(follower->cx) != STOP_NONE) break;
            show_progress(follower); // nothing happened for a while
        } else if (more) {
            take_event(follower, &scratch, &event);
        }
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

// --- the answer

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const RunAnswer *answer = of->data;
    size_t low = 0, high = answer->cells; // the last cell that begins at or before index
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (answer->first[middle] <= index) low = middle;
        else high = middle;
    }
    *out = result_finding(answer->results[low], index - answer->first[low]);
}

static RunCellRow row_of(Arena *arena, Run *run, size_t cell, const Result *answer)
{
    const Plan *plan = run_plan(run);
    PlanCellResult ended = run_cell(arena, run, cell);
    RunCellRow row = {.id = plan_id(plan, cell),
                      .op = str_from(plan_op(plan, cell)->name),
                      .inputs = inputs_of(arena, plan, cell),
                      .state = str_from(plan_state_name(ended.state)),
                      .cached = str_from(result_source_name(ended.cached)),
                      .reason = ended.reason,
                      .started_ms = (double)(ended.started_ns / 1000) / 1000,
                      .duration_ms = (double)((ended.ended_ns - ended.started_ns) / 1000) / 1000};
    if (ended.state == PLAN_SKIPPED || !ended.ended_ns) row.duration_ms = 0;
    if (ended.fingerprint) row.fingerprint = digest_hex(arena, ended.fingerprint);
    if (ended.digest) row.digest = digest_hex(arena, ended.digest);
    if (ended.error && json_parse(arena, problem_to_json(arena, ended.error), &row.problem))
        row.problem = NULL;
    if (!answer) return row;
    row.found = answer->found;
    row.findings = answer->finding_count;
    row.summary = result_summary_json(arena, plan_op(plan, cell)->self, answer);
    return row;
}

static CountList count_states(Arena *arena, const RunCounts *counts)
{
    VEC(Count) list = {0};
    for (int i = 0; i < PLAN_STATES; i++) {
        Count count = {str_from(plan_state_name((PlanCellState)i)), counts->states[i]};
        if (count.count) VEC_PUSH(arena, &list, count);
    }
    return (CountList){list.items, list.len};
}

static void add_sections(Arena *arena, RunAnswer *answer, const Plan *plan, Result *out)
{
    VEC(Section) sections = {0};
    for (size_t i = 0; i < answer->cells; i++) {
        const Result *of = answer->results[i];
        for (size_t j = 0; of && j < of->section_count; j++) {
            const Section *from = &of->sections[j];
            uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, from->count);
            for (size_t k = 0; k < from->count; k++)
                indexes[k] = from->findings[k] + (uint32_t)answer->first[i];
            Str title = str_format(arena, STR_FMT ": " STR_FMT, STR_ARG(plan_id(plan, i)),
                                   STR_ARG(from->title));
            VEC_PUSH(arena, &sections, (Section){title, indexes, from->count});
        }
    }
    out->sections = sections.items;
    out->section_count = sections.len;
}

static void add_problems(Arena *arena, const RunAnswer *answer, Run *run, Fail lost, Result *out)
{
    VEC(Fail) problems = {0};
    Fail worst = run_worst(arena, run);
    if (worst) VEC_PUSH(arena, &problems, worst);
    if (lost) VEC_PUSH(arena, &problems, lost);
    for (size_t i = 0; i < answer->cells; i++) {
        const Result *of = answer->results[i];
        if (!of || !of->problem) continue;
        VEC_PUSH(arena, &problems, of->problem);
        for (size_t j = 0; j < of->more_count; j++)
            VEC_PUSH(arena, &problems, of->more_problems[j]);
    }
    if (!problems.len) return;
    out->problem = problems.items[0];
    out->more_problems = problems.items + 1;
    out->more_count = problems.len - 1;
}

static RunAnswer *collect(Arena *arena, Run *run, Result *out)
{
    const Plan *plan = run_plan(run);
    RunAnswer *answer = ARENA_NEW(arena, RunAnswer);
    size_t cells = plan_len(plan);
    *answer = (RunAnswer){.plan = plan,
                          .results = ARENA_ARRAY(arena, const Result *, cells),
                          .first = ARENA_ARRAY(arena, size_t, cells),
                          .cells = cells};
    for (size_t i = 0; i < cells; i++) {
        PlanCellResult ended = run_cell(arena, run, i);
        answer->first[i] = out->finding_count;
        if (ended.state != PLAN_SUCCESS) continue;
        const Result *of = &((const PlanValue *)ended.value)->result;
        answer->results[i] = of;
        out->finding_count += of->finding_count;
        out->found = out->found || of->found;
        out->interrupted = out->interrupted || of->interrupted;
        if (!out->root.len) out->root = of->root;
    }
    return answer;
}

static void make_answer(Ctx *cx, const RunArgs *from, Run *run, const Follower *follower,
                        int64_t duration_ns, Result *out)
{
    Arena *arena = cx->arena;
    const Plan *plan = run_plan(run);
    RunAnswer *answer = collect(arena, run, out);
    RunCellRow *rows = ARENA_ARRAY(arena, RunCellRow, answer->cells);
    for (size_t i = 0; i < answer->cells; i++) rows[i] = row_of(arena, run, i, answer->results[i]);
    RunCounts counts = run_counts(run);
    RunSummary *summary = ARENA_NEW(arena, RunSummary);
    *summary = (RunSummary){.run_id = run_id(run),
                            .state = str_from(plan_state_name(run_state(run))),
                            .scope = plan_spec(plan)->scope,
                            .duration_ms = (double)(duration_ns / 1000) / 1000,
                            .total = answer->cells,
                            .states = count_states(arena, &counts),
                            .from_memory = counts.from_memory,
                            .from_store = counts.from_store,
                            .messages_dropped = counts.messages_dropped,
                            .cells = {rows, answer->cells}};
    if (from->graph.len) answer->graph = draw(arena, plan, run, from->graph);
    out->summary = summary;
    out->data = answer;
    out->make_finding = make_finding;
    out->interrupted = out->interrupted || ctx_stopped(cx) == STOP_CANCEL;
    add_sections(arena, answer, plan, out);
    add_problems(arena, answer, run, follower->fail, out);
}

static void release_run(void *run)
{
    run_release(run);
}

// What is kept can be removed by it: cq cache evict --tag.
static Fail workspace_name(Ctx *cx, const Env *env, Str *out)
{
    Workspace workspace;
    TRY(env_workspace(cx, env, !env->root.len, &workspace));
    *out = workspace.root;
    workspace_close(&workspace);
    return NULL;
}

void run_forget(const Ctx *cx, const Env *env, Run *run)
{
    Lease lease;
    Str workspace;
    Ctx unlimited = ctx_child(cx, cx->arena); // a run that was stopped stored something, too
    unlimited.cancel = NULL;
    unlimited.deadline_ns = 0;
    if (!env->policy->cache.evict_run_tag_on_exit) return;
    if (workspace_name(&unlimited, env, &workspace)) return;
    if (cell_lease(&unlimited, env->cache, &lease)) return;
    Cache *cache = (Cache *)(uintptr_t)lease.value; // locks itself
    cache_evict_tag(&unlimited, cache, cache_tag_run(cx->arena, workspace, run_id(run)));
    lease_release(&lease);
}

// `own` is the memory of the plan, which the run takes over.
static Fail start_plan(Ctx *cx, const Env *env, const RunArgs *from, const Plan *plan, Arena *own,
                       Run **out)
{
    RunSpec spec = {.env = (void *)(uintptr_t)env,
                    .cache = cache_mode(from),
                    .events = true,
                    .spans = true,
                    .own = own,
                    .messages = (uint32_t)env->policy->engine.event_queue_length};
    TRY(workspace_name(cx, env, &spec.tag));
    Ctx quiet = *cx; // the thread that follows it alone tells how far it is
    quiet.progress = NULL;
    return engine_start(&quiet, env->engine, plan, &spec, out);
}

Fail run_start(Ctx *cx, const Env *env, const RunArgs *from, Run **out)
{
    Arena own = {0};
    Ctx making = ctx_child(cx, &own);
    RunArgs kept = *from;
    const Plan *plan = NULL;
    kept.document = json_clone(&own, from->document);
    Fail fail = make_plan(&making, env, &kept, &plan);
    if (fail) fail = problem_copy(cx->arena, fail);
    else fail = start_plan(cx, env, from, plan, &own, out);
    arena_fini(&own); // empty, if the run took it
    return fail;
}

void run_result(Ctx *cx, Run *run, int64_t duration_ns, Result *out)
{
    *out = (Result){0};
    make_answer(cx, &(RunArgs){0}, run, &(Follower){0}, duration_ns, out);
}

static Fail run_plan_of(Ctx *cx, const Env *env, const RunArgs *from, const Plan *plan, Arena *own,
                        Result *out)
{
    Follower follower = {.cx = cx, .events = OS_FILE_NONE, .total = plan_len(plan)};
    Run *run = NULL;
    int64_t start_ns = os_monotonic_ns();
    if (from->events.len)
        TRY(os_create(cx, OS_CWD, str_cstr(cx->arena, from->events), &follower.events));
    Fail fail = start_plan(cx, env, from, plan, own, &run);
    if (!fail) {
        arena_defer(cx->arena, release_run, run);
        follow(&follower, run);
        Fail stopped = run_wait(cx, run);
        (void)stopped; // the states tell
        make_answer(cx, from, run, &follower, os_monotonic_ns() - start_ns, out);
        run_forget(cx, env, run);
    }
    os_close(&follower.events);
    return fail;
}

static Fail run_for_real(Ctx *cx, const Env *env, const RunArgs *from, Result *out)
{
    Arena own = {0};
    Ctx making = ctx_child(cx, &own);
    const Plan *plan = NULL;
    Fail fail = make_plan(&making, env, from, &plan);
    if (fail) fail = problem_copy(cx->arena, fail);
    else fail = run_plan_of(cx, env, from, plan, &own, out);
    arena_fini(&own); // empty, if the run took it
    return fail;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const RunArgs *from = arguments;
    return from->dry_run ? run_dry(cx, env, from, out) : run_for_real(cx, env, from, out);
}

static bool plain(Buf *out, const void *arguments, const Result *of)
{
    (void)arguments;
    const RunAnswer *answer = of->data;
    if (!answer->graph.len) return false;
    buf_add(out, answer->graph);
    return true;
}

static const OpExample examples[] = {
    {"cq run plan.json", "the cells of a plan, several at once"},
    {"cq run --step search id=s dictFind --step outline inputs=s depth=1",
     "search, then outline the files with hits"},
    {"cq run plan.json --dry-run", "the order, the critical path, what is kept from before"},
    {"cq run plan.json --graph mermaid", "the plan as it ran, as a picture"},
    {0},
};

const OpSpec op_run = {
    .name = "run",
    .summary = "Run a plan: a graph of operations, several at once",
    .details =
        "A plan is a JSON document {\"version\": 1, \"cells\": [{\"id\", \"op\", \"inputs\", "
        "\"params\", \"timeout_s\"}]}: each cell runs an operation, after the cells it names as "
        "inputs, over the files these found. Cells that depend on nothing unfinished run at the "
        "same time. When one fails, those that need it are skipped and the others go on.\n"
        "The answer of a cell is kept, under a fingerprint of everything it depends on: the "
        "operation, its arguments, the answers of its inputs and the state of the files. A run "
        "that was cut short goes on where it stopped.\n"
        "Exit status: that of the worst cell; 1 when no cell found anything.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(RunArgs),
    .result = result,
    .result_size = sizeof(RunSummary),
    .run = run,
    .text = run_text,
    .plain = plain,
};
