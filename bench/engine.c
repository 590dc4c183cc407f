// bench/engine.c - the plan engine on 100,000 cells that do nothing: 100 ms a run are 1 us a cell.
// The peer runs the same graph, made beforehand as ours is, with as many threads.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os_process.h"
#include "bench.h"
#include "runtime/engine.h"

enum { CELLS = 100000, THREADS = 2, RANDOM_INPUTS = 3 };

typedef enum Shape { CHAIN, FAN, DAG } Shape;

typedef struct Edges {
    uint32_t cells;
    uint32_t *from, *inputs; // of cell i: inputs[from[i] .. from[i + 1])
} Edges;

typedef struct EngineState {
    Arena arena;
    Pool *pool;
    Engine *engine;
    const Plan *plan;
    bool events;
    void *library, *peer;
    void (*peer_run)(void *);
    void (*peer_free)(void *);
    Str text;     // of the plan, for plan-null
    char dir[64]; // with the same as build.ninja
} EngineState;

static Fail run_noop(Ctx *cx, PlanCall *call, const void **value)
{
    (void)cx, (void)call;
    *value = "";
    return NULL;
}

static Fail encode(Arena *arena, const PlanOp *op, const void *value, Str *bytes)
{
    (void)arena, (void)op;
    *bytes = str_from(value);
    return NULL;
}

static Fail decode(Arena *arena, const PlanOp *op, Str bytes, const void **value)
{
    (void)arena, (void)op, (void)bytes;
    *value = "";
    return NULL;
}

static const PlanOp noop = {.name = "noop", .run = run_noop};
static const PlanOp pure = {
    .name = "pure", .run = run_noop, .pure = true, .encode = encode, .decode = decode};
static const PlanOp *const all[] = {&noop, &pure};
static const PlanOps ops = {all, 2};

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*seed >> 33);
}

static Edges make_edges(Arena *arena, Shape shape, uint32_t cells)
{
    Edges edges = {cells, ARENA_ARRAY(arena, uint32_t, cells + 1ULL),
                   ARENA_ARRAY(arena, uint32_t, cells * (size_t)RANDOM_INPUTS)};
    uint32_t count = 0;
    uint64_t seed = 20261121;
    for (uint32_t i = 0; i < cells; i++) {
        edges.from[i] = count;
        bool last = i + 1 == cells;
        if (shape == CHAIN && i) edges.inputs[count++] = i - 1;
        if (shape == FAN && i && !last) edges.inputs[count++] = 0;
        for (uint32_t k = 1; shape == FAN && last && k < i; k++) edges.inputs[count++] = k;
        for (uint32_t k = 0; shape == DAG && i && k < RANDOM_INPUTS; k++)
            edges.inputs[count++] = next_random(&seed) % i;
    }
    edges.from[cells] = count;
    return edges;
}

static Fail make_plan(Arena *arena, const Edges *edges, const Plan **plan)
{
    PlanBuilder *builder = plan_builder(&ops, NULL);
    Arena scratch = {0};
    for (uint32_t i = 0; i < edges->cells; i++) {
        size_t count = edges->from[i + 1] - edges->from[i];
        Str *inputs = ARENA_ARRAY(&scratch, Str, count);
        for (size_t k = 0; k < count; k++)
            inputs[k] = str_format(&scratch, "c%u", edges->inputs[edges->from[i] + k]);
        plan_add(builder, &(PlanCellSpec){.id = str_format(&scratch, "c%u", i),
                                          .op = STR("noop"),
                                          .inputs = inputs,
                                          .input_count = count});
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    return plan_finish(builder, arena, &(PlanSpec){.max_concurrency = THREADS}, plan);
}

// Without the peer's library its side is left out: the case then has only our time.
static void load_peer(const BenchEnv *env, EngineState *state, const Edges *edges)
{
    Str cq = str_from(env->cq);
    size_t slash = str_find_last(cq, '/');
    const char *path = str_format(env->cx->arena, STR_FMT "/tbb_flow.so",
                                  STR_ARG(str_sub(cq, 0, slash == cq.len ? 0 : slash)))
                           .ptr;
    state->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!state->library) return;
    void *(*make)(uint32_t, const uint32_t *, const uint32_t *, uint32_t) = NULL;
    void *found[3] = {dlsym(state->library, "peer_make"), dlsym(state->library, "peer_run"),
                      dlsym(state->library, "peer_free")};
    memcpy(&make, &found[0], sizeof make);
    memcpy(&state->peer_run, &found[1], sizeof state->peer_run);
    memcpy(&state->peer_free, &found[2], sizeof state->peer_free);
    state->peer = make(edges->cells, edges->from, edges->inputs, THREADS);
}

static Fail setup(const BenchEnv *env, Shape shape, void **out)
{
    EngineState *state = calloc(1, sizeof *state);
    *out = state;
    state->pool = pool_new((PoolSpec){.io_workers = THREADS});
    state->engine = engine_new(&(EngineSpec){.pool = state->pool});
    Edges edges = make_edges(&state->arena, shape, env->smoke ? 1000 : CELLS);
    load_peer(env, state, &edges);
    return make_plan(&state->arena, &edges, &state->plan);
}

static Fail chain_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    *bytes = 0;
    return setup(env, CHAIN, out);
}

static Fail fan_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    *bytes = 0;
    return setup(env, FAN, out);
}

static Fail dag_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    *bytes = 0;
    return setup(env, DAG, out);
}

static Fail dag_events_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    TRY(dag_setup(env, out, bytes));
    ((EngineState *)*out)->events = true;
    return NULL;
}

static Fail run_ours(const BenchEnv *env, void *object)
{
    EngineState *state = object;
    Run *run = NULL;
    RunSpec spec = {.events = state->events, .cache = RUN_CACHE_OFF};
    TRY(engine_run(env->cx, state->engine, state->plan, &spec, &run));
    bool whole = run_counts(run).states[PLAN_SUCCESS] == plan_len(state->plan);
    run_release(run);
    return whole ? NULL : FAIL(env->cx->arena, INTERNAL, "not every cell ran");
}

static Fail run_peer(const BenchEnv *env, void *object)
{
    EngineState *state = object;
    if (!state->peer) return FAIL(env->cx->arena, UNAVAILABLE, "oneTBB is not installed");
    state->peer_run(state->peer);
    return NULL;
}

static void teardown(void *object)
{
    EngineState *state = object;
    if (state->peer) state->peer_free(state->peer);
    engine_free(state->engine);
    pool_free(state->pool);
    arena_fini(&state->arena);
    if (state->dir[0]) {
        Arena arena = {0};
        unlink(str_format(&arena, "%s/build.ninja", state->dir).ptr);
        unlink(str_format(&arena, "%s/.ninja_log", state->dir).ptr);
        unlink(str_format(&arena, "%s/.ninja_deps", state->dir).ptr);
        rmdir(state->dir);
        arena_fini(&arena);
    }
    free(state);
}

// ---- nothing to do: ours with every result in memory, ninja with every target up to date

static Fail write_ninja(const BenchEnv *env, EngineState *state, const Edges *edges)
{
    snprintf(state->dir, sizeof state->dir, "/tmp/cq-bench-XXXXXX");
    if (!mkdtemp(state->dir)) return FAIL(env->cx->arena, IO, "no temporary folder");
    FILE *file = fopen(str_format(env->cx->arena, "%s/build.ninja", state->dir).ptr, "w");
    if (!file) return FAIL(env->cx->arena, IO, "cannot write build.ninja");
    for (uint32_t i = 0; i < edges->cells; i++) {
        fprintf(file, "build c%u: phony", i);
        for (uint32_t e = edges->from[i]; e < edges->from[i + 1]; e++)
            fprintf(file, " c%u", edges->inputs[e]);
        fputc('\n', file);
    }
    fclose(file);
    return NULL;
}

static void write_plan(EngineState *state, const Edges *edges)
{
    Buf text = buf_on(&state->arena);
    for (uint32_t i = 0; i < edges->cells; i++) {
        buf_addf(&text, "%s{\"id\":\"c%u\",\"op\":\"pure\",\"inputs\":[",
                 i ? ",\n" : "{\"cells\":[", i);
        for (uint32_t e = edges->from[i]; e < edges->from[i + 1]; e++)
            buf_addf(&text, "%s\"c%u\"", e > edges->from[i] ? "," : "", edges->inputs[e]);
        buf_add(&text, STR("]}"));
    }
    buf_add(&text, STR("]}"));
    state->text = buf_str(&text);
}

static Fail null_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    EngineState *state = calloc(1, sizeof *state);
    *out = state;
    state->pool = pool_new((PoolSpec){.io_workers = THREADS});
    state->engine = engine_new(&(EngineSpec){.pool = state->pool, .memory_bytes = 1 << 30});
    Edges edges = make_edges(&state->arena, DAG, env->smoke ? 1000 : CELLS);
    write_plan(state, &edges);
    *bytes = 0;
    return write_ninja(env, state, &edges);
}

static Fail null_run(const BenchEnv *env, void *object)
{
    (void)env;
    EngineState *state = object;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    const Json *document = NULL;
    const Plan *plan = NULL;
    Run *run = NULL;
    Fail fail = json_parse(&arena, state->text, &document);
    if (!fail) fail = plan_parse(&arena, &ops, NULL, document, &plan);
    if (!fail) fail = engine_run(&cx, state->engine, plan, NULL, &run);
    run_release(run);
    fail = problem_copy(env->cx->arena, fail);
    arena_fini(&arena);
    return fail;
}

static Fail null_peer(const BenchEnv *env, void *object)
{
    EngineState *state = object;
    const char *argv[] = {"ninja", "-C", state->dir, NULL};
    OsRun run = {.argv = argv, .dir = ".", .max_bytes = 1 << 20};
    Str output = {0};
    int code = 0;
    TRY(os_run(env->cx, &run, &output, &code));
    return code ? FAIL(env->cx->arena, INTERNAL, "ninja ended with status %d", code) : NULL;
}

#define CASE(id, says, other, set, ours, theirs, n)                                                \
    {                                                                                              \
        .name = id, .what = says, .peer = other, .setup = set, .run = ours, .run_peer = theirs,    \
        .teardown = teardown, .runs = n                                                            \
    }

const BenchCase bench_engine[] = {
    CASE("plan-chain", "100,000 empty cells, each needs the one before", "oneTBB flow graph",
         chain_setup, run_ours, run_peer, 20),
    CASE("plan-fan", "one, then 99,998 that need it, then one that needs all", "oneTBB flow graph",
         fan_setup, run_ours, run_peer, 20),
    CASE("plan-dag", "100,000 empty cells with three random inputs", "oneTBB flow graph", dag_setup,
         run_ours, run_peer, 20),
    CASE("plan-events", "the same with the event log", "oneTBB flow graph", dag_events_setup,
         run_ours, run_peer, 20),
    CASE("plan-null", "reading 100,000 cells and finding every result in memory",
         "ninja with nothing to do", null_setup, null_run, null_peer, 10),
    {0},
};
