// bench/soak_plans.c - cq-soak plans: random plans. What must hold: every run ends, every cell is
// final, counts add up, a value that succeeded is the one its parameters and inputs give (so no
// stale or foreign result was used), skipped cells have a failed one among what they need, events
// are in order and complete, and memory is what it was.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "runtime/event.h"
#include "soak.h"

enum { MOST_CELLS = 120, AT_ONCE = 3, KINDS = 12, WARM_ROUNDS = 20 };

typedef struct Soak {
    Pool *pool;
    Thread thread;
    Flag stop;
    Counter runs, cells, broken;
    // of the thread
    uint64_t seed, events, dropped, canceled_runs;
    Engine *engine;
} Soak;

static void must(Soak *soak, bool truth, const char *what)
{
    if (truth) return;
    if (counter_add(&soak->broken, 1) < 20) printf("soak plans: BROKEN: %s\n", what);
}

static uint32_t chance(Soak *soak, uint32_t below)
{
    soak->seed = soak->seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(soak->seed >> 33) % below;
}

// ---- operations; a value is a number that tells where it came from

static uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * 0x9E3779B97F4A7C15ULL;
    return a ^ a >> 29;
}

static int64_t number_of(const Json *params)
{
    const Json *n = json_get(params, STR("n"));
    return n ? n->integer : 0;
}

static Fail give(Ctx *cx, const PlanCall *call, const void **value)
{
    uint64_t *sum = ARENA_NEW(cx->arena, uint64_t);
    *sum = (uint64_t)number_of(call->args);
    for (size_t i = 0; i < call->inputs; i++)
        *sum = mix(*sum, *(const uint64_t *)plan_input(call, i).value);
    *value = sum;
    return NULL;
}

static Fail run_sum(Ctx *cx, PlanCall *call, const void **value)
{
    return give(cx, call, value);
}

static Fail run_shaky(Ctx *cx, PlanCall *call, const void **value)
{
    if (number_of(call->args) % 5 == 0) return FAIL(cx->arena, IO, "shaky");
    return give(cx, call, value);
}

static Fail run_talk(Ctx *cx, PlanCall *call, const void **value)
{
    for (int64_t i = 0; i < number_of(call->args); i++) plan_say(call, "%d", (int)i);
    return give(cx, call, value);
}

static Fail run_hang(Ctx *cx, PlanCall *call, const void **value)
{
    (void)call, (void)value;
    for (;;) {
        TRY(ctx_check(cx));
        thread_yield();
    }
}

static Fail run_deaf(Ctx *cx, PlanCall *call, const void **value)
{
    for (int64_t until_ns = clock_now_ns() + 3 * NS_PER_MS; clock_now_ns() < until_ns;)
        thread_yield();
    return give(cx, call, value);
}

static Fail check(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                  const void **args)
{
    (void)arena, (void)op, (void)inputs;
    *args = params;
    return NULL;
}

static Fail encode(Arena *arena, const PlanOp *op, const void *value, Str *bytes)
{
    (void)arena, (void)op;
    *bytes = (Str){value, sizeof(uint64_t)};
    return NULL;
}

static Fail decode(Arena *arena, const PlanOp *op, Str bytes, const void **value)
{
    (void)op;
    if (bytes.len != sizeof(uint64_t)) return FAIL(arena, IO, "not a number");
    uint64_t *copy = ARENA_NEW(arena, uint64_t);
    memcpy(copy, bytes.ptr, sizeof *copy);
    *value = copy;
    return NULL;
}

#define OP(id, is_pure, fn)                                                                        \
    {                                                                                              \
        .name = id, .pure = (is_pure), .version = 1, .check = check, .run = (fn),                  \
        .encode = encode, .decode = decode                                                         \
    }
static const PlanOp table[] = {OP("sum", true, run_sum),     OP("impure", false, run_sum),
                               OP("shaky", true, run_shaky), OP("talk", true, run_talk),
                               OP("hang", false, run_hang),  OP("deaf", true, run_deaf)};
static const PlanOp *const all[] = {&table[0], &table[1], &table[2],
                                    &table[3], &table[4], &table[5]};
static const PlanOps ops = {all, ARRAY_LEN(all)};
// How often each comes.
static const uint8_t kinds[KINDS] = {0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 5};

// ---- plans

static const Plan *random_plan(Soak *soak, Arena *arena)
{
    PlanBuilder *builder = plan_builder(&ops, NULL);
    size_t cells = 1 + chance(soak, MOST_CELLS);
    bool calm = chance(soak, 3) > 0; // most plans have no cells that hang
    for (size_t i = 0; i < cells; i++) {
        Str inputs[4];
        size_t count = i ? chance(soak, 4) : 0;
        for (size_t k = 0; k < count; k++)
            inputs[k] = str_format(arena, "c%u", chance(soak, (uint32_t)i));
        uint32_t kind = kinds[chance(soak, calm ? KINDS - 2 : KINDS)];
        Json *params = json_new_object(arena);
        json_set(arena, params, STR("n"), json_new_int(arena, 1 + chance(soak, 40)));
        PlanCellSpec cell = {.id = str_format(arena, "c%zu", i),
                             .op = str_from(table[kind].name),
                             .inputs = inputs,
                             .input_count = count,
                             .params = params,
                             .timeout_s = kind >= 4 ? 0.001 : 0};
        plan_add(builder, &cell);
    }
    const Plan *plan = NULL;
    PlanSpec spec = {.fail_fast = chance(soak, 8) == 0, .max_concurrency = 1 + chance(soak, 6)};
    Fail fail = plan_finish(builder, arena, &spec, &plan);
    must(soak, !fail, "a good plan was refused");
    return plan;
}

// ---- what must hold of a run that ended

static void check_cell(Soak *soak, Arena *arena, Run *run, uint32_t cell)
{
    const Plan *plan = run_plan(run);
    PlanCellResult result = run_cell(arena, run, cell);
    size_t count = 0;
    const uint32_t *inputs = plan_inputs(plan, cell, &count);
    uint64_t sum = (uint64_t)number_of(plan_params(plan, cell));
    bool blocked = false;
    for (size_t k = 0; k < count; k++) {
        PlanCellResult input = run_cell(arena, run, inputs[k]);
        blocked |= input.state == PLAN_FAILED || input.state == PLAN_SKIPPED;
        if (input.state == PLAN_SUCCESS) sum = mix(sum, *(const uint64_t *)input.value);
        else must(soak, result.state != PLAN_SUCCESS, "a cell ran without an input");
    }
    must(soak, result.state >= PLAN_SUCCESS, "a cell is not final");
    if (result.state == PLAN_SUCCESS)
        must(soak, *(const uint64_t *)result.value == sum, "a wrong result");
    must(soak, (result.state == PLAN_SKIPPED) == (blocked && result.state != PLAN_CANCELED),
         "a cell was skipped, or not, without a reason");
    must(soak, (result.error != NULL) == (result.state == PLAN_FAILED), "an error is missing");
}

static void check_run(Soak *soak, Arena *arena, Run *run)
{
    RunCounts counts = run_counts(run);
    uint64_t sum = 0;
    for (int i = PLAN_SUCCESS; i < PLAN_STATES; i++) sum += counts.states[i];
    must(soak, sum == counts.cells && counts.cells == plan_len(run_plan(run)), "counts differ");
    for (uint32_t i = 0; i < counts.cells; i++) check_cell(soak, arena, run, i);
    counter_add(&soak->cells, counts.cells);
    soak->canceled_runs += counts.states[PLAN_CANCELED] > 0;
}

static void read_events(Soak *soak, Ctx *cx, Run *run)
{
    EventCursor cursor = {0};
    RuntimeEvent event = {0};
    uint64_t last = 0, finals = 0;
    bool more = true;
    while (!event_next(cx, run, &cursor, &event, &more) && more) {
        uint64_t step = event.seq - last;
        must(soak, step == (event.dropped ? event.dropped : 1), "events are not in order");
        last = event.seq;
        finals += event.kind == EVENT_CELL && event.state >= PLAN_SUCCESS;
        soak->events++;
        soak->dropped += event.dropped;
    }
    must(soak, event.kind == EVENT_RUN && event.counts, "the last event is not the run's end");
    must(soak, finals == plan_len(run_plan(run)), "a state event was lost");
}

// ---- rounds

typedef struct Slot {
    Arena arena;
    Run *run;
    bool events;
} Slot;

static void start_one(Soak *soak, Slot *slot)
{
    Ctx cx = {.arena = &slot->arena};
    if (chance(soak, 10) == 0) cx.deadline_ns = clock_now_ns() + NS_PER_MS;
    slot->events = chance(soak, 2);
    RunSpec spec = {.events = slot->events,
                    .inline_caller = chance(soak, 3) == 0,
                    .cache = (RunCache)chance(soak, 3),
                    .messages = 1 + chance(soak, 50)};
    Arena own = {0}; // the run takes it
    spec.own = &own;
    const Plan *plan = random_plan(soak, &own);
    if (engine_start(&cx, soak->engine, plan, &spec, &slot->run)) slot->run = NULL;
    arena_fini(&own);
    counter_add(&soak->runs, 1);
}

static void end_one(Soak *soak, Slot *slot)
{
    Ctx cx = {.arena = &slot->arena};
    uint32_t how = chance(soak, 8);
    if (slot->run && how == 0) run_cancel(slot->run, STR("by the soak"));
    if (slot->run && how != 1) { // 1: released while it may still run
        if (slot->events && how < 5) read_events(soak, &cx, slot->run);
        must(soak, !run_wait(&cx, slot->run), "waiting failed");
        check_run(soak, &slot->arena, slot->run);
    }
    run_release(slot->run); // a cell that was written off may still go on
    slot->run = NULL;
    arena_reset(&slot->arena);
}

static void round_of_runs(Soak *soak)
{
    Slot slots[AT_ONCE] = {0};
    soak->engine = engine_new(&(EngineSpec){.pool = chance(soak, 6) ? soak->pool : NULL,
                                            .memory_bytes = chance(soak, 20000),
                                            .grace_ns = NS_PER_MS});
    for (int turn = 0; turn < 10; turn++) {
        for (int i = 0; i < AT_ONCE; i++) start_one(soak, &slots[i]);
        for (int i = 0; i < AT_ONCE; i++) end_one(soak, &slots[i]);
    }
    engine_free(soak->engine);
    for (int i = 0; i < AT_ONCE; i++) arena_fini(&slots[i].arena);
}

static void rounds(void *arg)
{
    Soak *soak = arg;
    size_t live = 0;
    for (int i = 0; !flag_get(&soak->stop); i++) {
        round_of_runs(soak);
        if (i < WARM_ROUNDS) live = mem_live_count(); // threads come when they are needed, and stay
        else must(soak, mem_live_count() == live, "an allocation was left behind");
    }
}

// ---- the mode

static void *start(int threads)
{
    Soak *soak = mem_alloc(sizeof *soak);
    soak->seed = (uint64_t)clock_wall_ms();
    printf("seed %llu\n", (unsigned long long)soak->seed);
    soak->pool = pool_new((PoolSpec){.io_workers = threads});
    if (!thread_start(&soak->thread, rounds, soak, "soak")) abort();
    return soak;
}

static void look(void *arg, SoakReport *report)
{
    Soak *soak = arg;
    *report = (SoakReport){.operations = counter_get(&soak->runs),
                           .builds = counter_get(&soak->cells),
                           .disposals = counter_get(&soak->cells),
                           .faults = counter_get(&soak->broken)};
}

static void stop(void *arg, SoakReport *report)
{
    Soak *soak = arg;
    flag_set(&soak->stop, 1);
    thread_join(&soak->thread);
    pool_free(soak->pool);
    look(soak, report);
    printf("%llu runs (%llu with canceled cells), %llu cells, %llu events, %llu messages dropped\n",
           (unsigned long long)counter_get(&soak->runs), (unsigned long long)soak->canceled_runs,
           (unsigned long long)counter_get(&soak->cells), (unsigned long long)soak->events,
           (unsigned long long)soak->dropped);
    mem_free(soak);
}

const SoakMode soak_plans = {"plans", "random plans on one engine: cells that fail, hang, talk",
                             start, look, stop};
