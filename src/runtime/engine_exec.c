// runtime/engine_exec.c - one cell: its fingerprint, the caches, the operation. No lock is held;
// the runner owns the cell, and its inputs are final.
#include <assert.h>

#include "base/clock.h"
#include "runtime/engine_.h"

static const char format_name[] = "cq cell 1";

Digest exec_fingerprint(Arena *scratch, const FingerprintSpec *spec)
{
    const PlanCell *cell = &spec->plan->cells[spec->cell];
    const PlanOp *op = spec->plan->ops[cell->op];
    Buf params = buf_on(scratch);
    canon_write(&params, cell->params);
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, str_from(format_name));
    digester_add(&digester, str_from(op->name));
    digester_add_int(&digester, op->version);
    digester_add(&digester, buf_str(&params));
    digester_add(&digester, spec->scope);
    digester_add_int(&digester, cell[1].inputs_from - cell[0].inputs_from);
    for (uint32_t e = cell[0].inputs_from; e < cell[1].inputs_from; e++)
        digester_add_digest(&digester, spec->digest_of_input(spec->arg, spec->plan->inputs[e]));
    if (op->reads || op->reads_of)
        digester_add_digest(&digester, &reads_of(spec->reads, spec->plan, spec->cell)->digest);
    return digester_end(&digester);
}

// ---- what operations read

typedef struct Read {
    Str name;
    Digest digest;
    bool known;
} Read;
typedef VEC(Read) ReadVec;

static const Read *read_once(Ctx *cx, Engine *engine, void *env, ReadVec *reads, Str name)
{
    for (size_t i = 0; i < reads->len; i++)
        if (str_eq(reads->items[i].name, name)) return &reads->items[i];
    Read read = {.name = name};
    if (engine->spec.read) read.known = !engine->spec.read(cx, env, name, &read.digest);
    if (!read.known) counter_add(&engine->reads_failed, 1);
    VEC_PUSH(cx->arena, reads, read);
    return &reads->items[reads->len - 1];
}

static void add_reads(Ctx *cx, Engine *engine, void *env, ReadVec *reads, const char *const *names,
                      Digester *digester, bool *known)
{
    for (; names && *names; names++) {
        const Read *read = read_once(cx, engine, env, reads, str_from(*names));
        *known &= read->known;
        digester_add(digester, read->name);
        digester_add_digest(digester, &read->digest);
    }
}

static OpReads read_all(Ctx *cx, Engine *engine, void *env, ReadVec *reads, const PlanOp *op,
                        const PlanCell *cell)
{
    OpReads out = {.known = true};
    Digester digester;
    if (!op->pure) return out;
    digester_init(&digester);
    add_reads(cx, engine, env, reads, op->reads, &digester, &out.known);
    if (cell && op->reads_of)
        add_reads(cx, engine, env, reads, op->reads_of(cx->arena, op, cell->args), &digester,
                  &out.known);
    out.digest = digester_end(&digester);
    return out;
}

Reads exec_reads(Ctx *cx, Engine *engine, const Plan *plan, void *env, Arena *arena)
{
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    ReadVec reads = {0};
    Reads out = {.of_op = ARENA_ARRAY(arena, OpReads, plan->op_count)};
    bool by_cell = false;
    for (uint32_t i = 0; i < plan->op_count; i++) {
        out.of_op[i] = read_all(&own, engine, env, &reads, plan->ops[i], NULL);
        by_cell |= plan->ops[i]->pure && plan->ops[i]->reads_of;
    }
    if (by_cell) out.of_cell = ARENA_ARRAY(arena, OpReads, plan->len);
    for (uint32_t i = 0; by_cell && i < plan->len; i++) {
        const PlanCell *cell = &plan->cells[i];
        out.of_cell[i] = read_all(&own, engine, env, &reads, plan->ops[cell->op], cell);
    }
    arena_fini(&scratch);
    return out;
}

// ---- the cell

static const Digest *output_digest(const void *arg, uint32_t cell)
{
    const Run *run = arg;
    const CellMore *more = run->cells[cell].more;
    assert(more && more->has_output);
    return &more->output;
}

static CellMore *more_of(Runner *runner)
{
    RunCell *cell = &runner->run->cells[runner->cell];
    if (!cell->more) cell->more = ARENA_NEW(&runner->arena, CellMore);
    return cell->more;
}

static void fingerprint(Runner *runner, CellMore *more)
{
    const Run *run = runner->run;
    Arena scratch = {0};
    more->fingerprint =
        exec_fingerprint(&scratch, &(FingerprintSpec){.plan = run->plan,
                                                      .cell = runner->cell,
                                                      .scope = run->spec.scope,
                                                      .reads = &run->reads,
                                                      .digest_of_input = output_digest,
                                                      .arg = run});
    more->has_fingerprint = true;
    arena_fini(&scratch);
}

static Ctx cell_context(Runner *runner)
{
    Run *run = runner->run;
    return (Ctx){.arena = &runner->arena,
                 .deadline_ns = runner->deadline_ns,
                 .cancel = &run->stop,
                 // The starter is in run_wait, so its flag is alive; other threads may outlive it.
                 .cancel_too = runner->inline_caller ? run->starter_cancel : NULL,
                 .request_id = run->spec.run_id,
                 .progress = run->progress,
                 .log = run->log,
                 .work = &runner->work,
                 .trace = run->traced ? &run->trace : NULL};
}

// Takes `blob` (held) as the output, when it can be read.
static bool use_blob(Runner *runner, CellMore *more, Blob *blob, ResultSource source)
{
    Engine *engine = runner->run->engine;
    const PlanOp *op = plan_op(runner->run->plan, runner->cell);
    Str bytes = {blob->bytes, blob->len};
    const void *value = NULL;
    if (op->decode(&runner->arena, op, bytes, &value)) {
        counter_add(&engine->bad_entries, 1);
        blob_drop(blob);
        return false;
    }
    counter_add(source == SOURCE_STORE ? &engine->store_hits : &engine->memory_hits, 1);
    more->blob = blob;
    more->bytes = bytes;
    more->output = blob->digest;
    more->has_output = true;
    runner->value = value;
    runner->cached = source;
    return true;
}

// True when the cell has its output, or is parked until an equal cell has.
static bool look_up(Ctx *cx, Runner *runner, CellMore *more)
{
    Run *run = runner->run;
    Engine *engine = run->engine;
    Blob *blob = more->delivered;
    more->delivered = NULL;
    if (blob) {
        counter_add(&engine->shared, 1);
        if (use_blob(runner, more, blob, SOURCE_MEMORY)) return true;
    }
    Lookup lookup = flight_enter(engine, run, runner->cell, &more->fingerprint, &blob);
    if (lookup == LOOKUP_WAIT) return runner->parked = true;
    if (lookup == LOOKUP_HIT) return use_blob(runner, more, blob, SOURCE_MEMORY);
    runner->leads = true;
    blob = store_load(cx, engine, &more->fingerprint);
    if (blob && use_blob(runner, more, blob, SOURCE_STORE)) {
        runner->blob = blob_hold(blob);
        return true;
    }
    counter_add(&engine->misses, 1);
    return false;
}

static Fail timed_out(Runner *runner, Fail fail)
{
    const Run *run = runner->run;
    if (fail->kind != PROBLEM_CANCELLED || flag_get(&run->stop)) return fail;
    int64_t now_ns = clock_now_ns();
    if (now_ns < runner->deadline_ns || runner->deadline_ns == run->deadline_ns) return fail;
    double seconds =
        (double)(now_ns - run->start_ns - run->cells[runner->cell].started_ns) / NS_PER_S;
    Fail told = FAIL(&runner->arena, CANCELLED, "timed out after %.3f s; raise timeout_s", seconds);
    return problem_with_cause(&runner->arena, told, fail);
}

static void call(Ctx *cx, Runner *runner)
{
    Run *run = runner->run;
    const PlanCell *cell = &run->plan->cells[runner->cell];
    PlanCall told = {.op = run->plan->ops[cell->op],
                     .id = plan_id(run->plan, runner->cell),
                     .scope = run->spec.scope,
                     .run_id = run->spec.run_id,
                     .args = cell->args,
                     .inputs = cell[1].inputs_from - cell[0].inputs_from,
                     .env = run->spec.env,
                     .run = run,
                     .cell = runner->cell};
    counter_add(&run->engine->cells_run, 1);
    runner->error = told.op->run(cx, &told, &runner->value);
    if (runner->error) runner->error = timed_out(runner, runner->error);
    else runner->skipped = told.skipped;
}

static void encode(Runner *runner, CellMore *more)
{
    const PlanOp *op = plan_op(runner->run->plan, runner->cell);
    runner->error = op->encode(&runner->arena, op, runner->value, &more->bytes);
    if (runner->error || !more->bytes.ptr) return;
    more->output = digest_of(more->bytes);
    more->has_output = true;
}

// What changed while the cell worked may be in its output, whose fingerprint tells of the state
// before; and that state may come back.
static bool reads_hold(Ctx *cx, const Runner *runner)
{
    const Run *run = runner->run;
    const PlanCell *cell = &run->plan->cells[runner->cell];
    const PlanOp *op = run->plan->ops[cell->op];
    if (!op->reads && !op->reads_of) return true;
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    ReadVec reads = {0};
    const OpReads *before = reads_of(&run->reads, run->plan, runner->cell);
    bool by_cell = run->reads.of_cell;
    OpReads now = read_all(&own, run->engine, run->spec.env, &reads, op, by_cell ? cell : NULL);
    bool hold = now.known && digest_eq(&now.digest, &before->digest);
    if (!hold) counter_add(&run->engine->reads_changed, 1);
    arena_fini(&scratch);
    return hold;
}

static void compute(Ctx *cx, Runner *runner, bool cacheable)
{
    const Run *run = runner->run;
    bool digested = run->reads.of_op && run->plan->cells[runner->cell].flags & CELL_DIGESTED;
    call(cx, runner);
    if (runner->error || runner->skipped || !(cacheable || digested)) return;
    CellMore *more = more_of(runner);
    encode(runner, more);
    if (runner->error || !cacheable || !more->has_output || !reads_hold(cx, runner)) return;
    runner->blob = blob_new(more->bytes, &more->output);
    runner->fresh = true;
}

static bool is_cacheable(const Run *run, uint32_t number)
{
    const PlanCell *cell = &run->plan->cells[number];
    if (!run->reads.of_op || !(cell->flags & CELL_CACHEABLE)) return false;
    for (uint32_t e = cell[0].inputs_from; e < cell[1].inputs_from; e++) {
        const CellMore *more = run->cells[run->plan->inputs[e]].more;
        if (!more || !more->has_output) return false;
    }
    return reads_of(&run->reads, run->plan, number)->known;
}

static void find_or_compute(Ctx *cx, Runner *runner)
{
    const Run *run = runner->run;
    bool cacheable = is_cacheable(run, runner->cell);
    bool found = false;
    if (cacheable) {
        CellMore *more = more_of(runner);
        if (!more->has_fingerprint) fingerprint(runner, more);
        if (run->spec.cache == RUN_CACHE_USE) found = look_up(cx, runner, more);
    }
    if (!found) compute(cx, runner, cacheable);
}

void exec_cell(Runner *runner)
{
    Run *run = runner->run;
    const PlanCell *cell = &run->plan->cells[runner->cell];
    runner->parked = runner->leads = runner->fresh = false;
    runner->cached = SOURCE_RUN;
    runner->value = NULL;
    runner->skipped = NULL;
    runner->error = NULL;
    runner->blob = NULL;
    runner->work = (CtxWork){.op = str_from(run->plan->ops[cell->op]->name),
                             .run_id = run->spec.run_id,
                             .cell_id = plan_id(run->plan, runner->cell)};
    Ctx cx = cell_context(runner);
    TraceSpan span;
    span.self.tracer = NULL;
    if (run->spec.spans) span_begin(&cx, &span, "plan.cell");
    find_or_compute(&cx, runner);
    span_str(&span, "cq.run_id", run->spec.run_id);
    span_str(&span, "cq.cell_id", runner->work.cell_id);
    span_str(&span, "cq.op", runner->work.op);
    span_str(&span, "cq.from", str_from(result_source_name(runner->cached)));
    if (!runner->parked) span_end(&cx, &span, runner->error); // else it comes again
    runner->state = runner->error ? PLAN_FAILED : runner->skipped ? PLAN_SKIPPED : PLAN_SUCCESS;
}

void exec_publish(Runner *runner)
{
    Run *run = runner->run;
    Blob *blob = runner->late ? NULL : runner->blob;
    if (blob) {
        const Digest *key = &run->cells[runner->cell].more->fingerprint;
        memory_keep(run->engine, key, blob);
        if (runner->leads) flight_leave(run->engine, run, runner->cell, blob);
        Ctx cx = cell_context(runner);
        if (runner->fresh) store_save(&cx, run->engine, key, blob, &run->spec);
    } else if (runner->leads) {
        flight_leave(run->engine, run, runner->cell, NULL);
    }
    blob_drop(runner->blob);
    runner->blob = NULL;
}

PlanInput plan_input(const PlanCall *told, size_t index)
{
    const Run *run = told->run;
    const PlanCell *cell = &run->plan->cells[told->cell];
    assert(index < told->inputs);
    uint32_t input = run->plan->inputs[cell->inputs_from + index];
    const RunCell *made = &run->cells[input]; // it has ended
    return (PlanInput){plan_id(run->plan, input), plan_op(run->plan, input),
                       made->flags & IDLE ? NULL : made->value};
}

void plan_skip(Ctx *cx, PlanCall *told, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Str *why = ARENA_NEW(cx->arena, Str);
    *why = str_format_args(cx->arena, fmt, args);
    va_end(args);
    told->skipped = why;
}
