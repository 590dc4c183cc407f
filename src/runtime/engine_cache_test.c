// runtime/engine_cache_test.c - a result is used again exactly when nothing it depends on changed,
// is computed once however many want it, and a damaged one is never believed.
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/map.h"
#include "base/os.h"
#include "runtime/engine_.h"
#include "runtime/probe.h"
#include "support/check.h"

// An output is text: the operation's stamp, its parameters and its inputs' outputs.
typedef struct World { // PlanCall.env
    Counter computed;
    Flag gate, failing;
    int stamp;          // what "text" writes besides what it declares: shows who computed
    const char *config; // "config" and "other", which operations read
    const char *other;
    const char *meanwhile; // becomes `config` while a cell works
    bool unreadable;
    size_t padding; // bytes that "big" adds
} World;

static Fail run_text(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->computed, 1);
    if (world->meanwhile) world->config = world->meanwhile;
    Buf buf = buf_on(cx->arena);
    buf_addf(&buf, "%s#%d", call->op->name, world->stamp);
    for (size_t i = 0; i < call->inputs; i++) {
        const Str *input = plan_input(call, i).value;
        buf_addf(&buf, "(" STR_FMT ")", STR_ARG(*input));
    }
    Str *text = ARENA_NEW(cx->arena, Str);
    *text = buf_str(&buf);
    *value = text;
    return NULL;
}

// The same output whatever its inputs say.
static Fail run_constant(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->computed, 1);
    Str *text = ARENA_NEW(cx->arena, Str);
    *text = str_format(cx->arena, "constant%*s", (int)world->padding, "");
    *value = text;
    return NULL;
}

static Fail run_gated(Ctx *cx, PlanCall *call, const void **value)
{
    World *world = call->env;
    counter_add(&world->computed, 1);
    while (!flag_get(&world->gate)) {
        TRY(ctx_check(cx));
        thread_yield();
    }
    if (flag_get(&world->failing) == 1) {
        flag_set(&world->failing, 2); // only once
        return FAIL(cx->arena, IO, "broken for once");
    }
    Str *text = ARENA_NEW(cx->arena, Str);
    *text = STR("gated");
    *value = text;
    return NULL;
}

static Fail check_any(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                      const void **args)
{
    (void)arena, (void)op, (void)inputs;
    *args = params;
    return NULL;
}

static Fail encode(Arena *arena, const PlanOp *op, const void *value, Str *bytes)
{
    (void)arena, (void)op;
    *bytes = *(const Str *)value;
    return NULL;
}

static Fail decode(Arena *arena, const PlanOp *op, Str bytes, const void **value)
{
    (void)op;
    Str *text = ARENA_NEW(arena, Str);
    *text = bytes;
    *value = text;
    return bytes.len ? NULL : FAIL(arena, IO, "empty");
}

static const char *const reads[] = {"config", NULL};
#define OP(ver, is_pure, fn)                                                                       \
    .version = (ver), .pure = (is_pure), .check = check_any, .run = (fn), .encode = encode,        \
    .decode = decode
static const PlanOp text_op = {.name = "text", .reads = reads, OP(1, true, run_text)};
static const PlanOp text_two = {.name = "text", .reads = reads, OP(2, true, run_text)};
static const PlanOp plain = {.name = "plain", OP(1, true, run_text)};
static const PlanOp impure = {.name = "impure", OP(1, false, run_text)};
static const PlanOp constant = {.name = "constant", OP(1, false, run_constant)};
static const PlanOp big = {.name = "big", OP(1, true, run_constant)};
static const PlanOp gated = {.name = "gated", OP(1, true, run_gated)};
static const PlanOp dumb = {.name = "dumb", .pure = true, .run = run_text};
static const PlanOp *const all[] = {&text_op, &plain, &impure, &constant, &big, &gated, &dumb};
static const PlanOp *const newer[] = {&text_two, &plain, &impure, &constant, &big, &gated, &dumb};

static Fail read_config(Ctx *cx, void *env, Str name, Digest *out)
{
    const World *world = env;
    if (world->unreadable) return FAIL(cx->arena, IO, "unreadable");
    *out = digest_of(str_from(str_eq(name, STR("config")) ? world->config : world->other));
    return NULL;
}

// ---- a store in memory, which can be damaged

typedef struct Shelf {
    Mutex mutex;
    Arena arena;
    Map map; // key -> Str *
    Counter gets, puts;
    bool broken; // takes and gives nothing
} Shelf;

static bool shelf_get(Ctx *cx, void *self, Str key, Str *value)
{
    Shelf *shelf = self;
    counter_add(&shelf->gets, 1);
    uint64_t found = 0;
    mutex_lock(&shelf->mutex);
    bool there = !shelf->broken && map_get(&shelf->map, key, &found);
    if (there) *value = str_copy(cx->arena, *(const Str *)(uintptr_t)found);
    mutex_unlock(&shelf->mutex);
    return there;
}

static void shelf_put(Ctx *cx, void *self, Str key, Str value, const RunSpec *run)
{
    (void)cx, (void)run;
    Shelf *shelf = self;
    counter_add(&shelf->puts, 1);
    mutex_lock(&shelf->mutex);
    Str *copy = ARENA_NEW(&shelf->arena, Str);
    *copy = str_copy(&shelf->arena, value);
    map_put(&shelf->arena, &shelf->map, str_copy(&shelf->arena, key), (uintptr_t)copy);
    mutex_unlock(&shelf->mutex);
}

typedef struct Bed {
    Arena arena;
    Ctx cx;
    World world;
    Shelf shelf;
    Pool *pool;
    Engine *engine;
    PlanOps ops;
} Bed;

static void bed_engine(Bed *bed, size_t memory_bytes)
{
    engine_free(bed->engine);
    bed->engine = engine_new(&(EngineSpec){.pool = bed->pool,
                                           .env = &bed->world,
                                           .store = {&bed->shelf, shelf_get, shelf_put},
                                           .read = read_config,
                                           .memory_bytes = memory_bytes});
}

static void bed_open(Bed *bed, int threads)
{
    *bed = (Bed){.ops = {all, ARRAY_LEN(all)}, .world = {.config = "x", .other = "y"}};
    bed->cx.arena = &bed->arena;
    mutex_init(&bed->shelf.mutex, RANK_LOG);
    if (threads) bed->pool = pool_new((PoolSpec){.io_workers = threads});
    bed_engine(bed, 1 << 20);
}

static void bed_close(Bed *bed)
{
    engine_free(bed->engine);
    pool_free(bed->pool);
    mutex_fini(&bed->shelf.mutex);
    arena_fini(&bed->shelf.arena);
    arena_fini(&bed->arena);
}

static const Plan *parse(Bed *bed, const char *text)
{
    const Json *document = NULL;
    const Plan *plan = NULL;
    assert_null(json_parse(&bed->arena, str_from(text), &document));
    assert_null(plan_parse(&bed->arena, &bed->ops, NULL, document, &plan));
    return plan;
}

// Runs the plan; returns the output of its last cell and says where each came from: r m s.
static Str run_text_plan(Bed *bed, const char *text, const RunSpec *spec, const char *sources)
{
    const Plan *plan = parse(bed, text);
    Run *run = NULL;
    assert_null(engine_run(&bed->cx, bed->engine, plan, spec, &run));
    for (size_t i = 0; i < plan_len(plan); i++) {
        PlanCellResult result = run_cell(&bed->arena, run, i);
        assert_int_equal(result.state, PLAN_SUCCESS);
        char letter = result_source_name(result.cached)[0];
        if (letter != sources[i]) fail_msg("cell %zu came from %c, not %c", i, letter, sources[i]);
    }
    Str bytes = {0};
    assert_null(run_cell_bytes(&bed->arena, run, plan_len(plan) - 1, &bytes));
    bytes = str_copy(&bed->arena, bytes);
    run_release(run);
    return bytes;
}

#define CELL(id, op, inputs, params)                                                               \
    "{\"id\":\"" id "\",\"op\":\"" op "\",\"inputs\":[" inputs "],\"params\":{" params "}}"
#define PLAN(cells) "{\"cells\":[" cells "]}"

static const char chain[] =
    PLAN(CELL("a", "plain", "", "\"q\":1") "," CELL("b", "text", "\"a\"", "\"r\":[1,2.0]"));

// ---- what makes a result stale

static void each_declared_input_counts(void **state)
{
    (void)state;
    static const char *const sources[] = {"mm", "ss"};
    for (int level = 0; level < 2; level++) { // in memory, in the store
        const char *hit = sources[level];
        char old_first[] = {hit[0], 'r', 0};
        Bed bed;
        bed_open(&bed, 0);
        size_t memory = level ? 0 : 1 << 20;
        bed_engine(&bed, memory);
        Str first = run_text_plan(&bed, chain, NULL, "rr");
        bed.world.stamp = 1; // from now on a computed output differs, so a stale one would show
        CHECK_STR(run_text_plan(&bed, chain, NULL, hit), first);
        // The same parameters, written in another way.
        CHECK_STR(run_text_plan(&bed,
                                PLAN(CELL("x", "plain", "", "\"q\":1.0") "," CELL(
                                    "y", "text", "\"x\"", "\"r\":[1,2]")),
                                NULL, hit),
                  first);
        // Parameters.
        Str other = run_text_plan(
            &bed,
            PLAN(CELL("a", "plain", "", "\"q\":1") "," CELL("b", "text", "\"a\"", "\"r\":[1,3]")),
            NULL, old_first);
        assert_false(str_eq(other, first));
        // Scope.
        other = run_text_plan(&bed, chain, &(RunSpec){.scope = STR("elsewhere")}, "rr");
        assert_false(str_eq(other, first));
        // What it reads; "a" reads nothing.
        bed.world.config = "changed";
        other = run_text_plan(&bed, chain, NULL, old_first);
        assert_false(str_eq(other, first));
        bed.world.config = "x";
        bed.world.other = "changed"; // nobody declares it
        CHECK_STR(run_text_plan(&bed, chain, NULL, hit), first);
        // An input's output.
        other = run_text_plan(
            &bed,
            PLAN(CELL("a", "plain", "", "\"q\":2") "," CELL("b", "text", "\"a\"", "\"r\":[1,2]")),
            NULL, "rr");
        assert_false(str_eq(other, first));
        // The version of the operation.
        bed.ops.items = newer;
        other = run_text_plan(&bed, chain, NULL, old_first);
        assert_false(str_eq(other, first));
        bed.ops.items = all;
        CHECK_STR(run_text_plan(&bed, chain, NULL, hit), first);
        bed_close(&bed);
    }
}

static void the_same_output_stops_the_work(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    const char plan[] = PLAN(CELL("a", "constant", "", "") "," CELL("b", "plain", "\"a\"", ""));
    Str first = run_text_plan(&bed, plan, NULL, "rr");
    bed.world.stamp = 1;
    CHECK_STR(run_text_plan(&bed, plan, NULL, "rm"), first); // "a" ran, "b" did not
    bed_close(&bed);
}

static void what_cannot_be_known_is_not_cached(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    const char impure_plan[] = PLAN(CELL("a", "impure", "", ""));
    run_text_plan(&bed, impure_plan, NULL, "r");
    run_text_plan(&bed, impure_plan, NULL, "r");
    bed.world.unreadable = true;
    run_text_plan(&bed, chain, NULL, "rr");
    run_text_plan(&bed, chain, NULL, "mr");
    assert_int_equal(engine_stats(bed.engine).reads_failed, 2);
    const Plan *plan = parse(&bed, "{\"cells\":[{\"id\":\"a\",\"op\":\"dumb\"},"
                                   "{\"id\":\"b\",\"op\":\"plain\",\"inputs\":[\"a\"]}]}");
    for (int i = 0; i < 2; i++) { // "b" is pure, but nobody can tell what "a" gave it
        Run *run = NULL;
        assert_null(engine_run(&bed.cx, bed.engine, plan, NULL, &run));
        assert_int_equal(run_cell(&bed.arena, run, 1).cached, SOURCE_RUN);
        Str bytes;
        assert_non_null(run_cell_bytes(&bed.arena, run, 0, &bytes));
        run_release(run);
    }
    bed_close(&bed);
}

// The state of before may come back, with a result in the cache that saw another.
static void what_changes_meanwhile_is_not_kept(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    bed.world.meanwhile = "in between";
    run_text_plan(&bed, chain, NULL, "rr");
    assert_int_equal(engine_stats(bed.engine).reads_changed, 1); // "a" reads nothing
    bed.world.meanwhile = NULL;
    bed.world.config = "x";
    run_text_plan(&bed, chain, NULL, "mr");
    run_text_plan(&bed, chain, NULL, "mm");
    bed_engine(&bed, 1 << 20);
    run_text_plan(&bed, chain, NULL, "ss");
    bed_close(&bed);
}

static void modes_of_the_cache(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    Str first = run_text_plan(&bed, chain, NULL, "rr");
    bed.world.stamp = 1;
    Str off = run_text_plan(&bed, chain, &(RunSpec){.cache = RUN_CACHE_OFF}, "rr");
    assert_false(str_eq(off, first));
    CHECK_STR(run_text_plan(&bed, chain, NULL, "mm"), first);
    Str fresh = run_text_plan(&bed, chain, &(RunSpec){.cache = RUN_CACHE_REFRESH}, "rr");
    CHECK_STR(run_text_plan(&bed, chain, NULL, "mm"), fresh);
    bed_engine(&bed, 1 << 20); // the store has the new one too
    CHECK_STR(run_text_plan(&bed, chain, NULL, "ss"), fresh);
    bed_close(&bed);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    bed_engine(&bed, 4000);
    for (int i = 0; i < 100; i++) {
        const char *plan =
            str_format(&bed.arena, PLAN("{\"id\":\"a\",\"op\":\"plain\",\"params\":{\"n\":%d}}"), i)
                .ptr;
        run_text_plan(&bed, plan, NULL, "r");
        EngineStats stats = engine_stats(bed.engine);
        assert_true(stats.memory_bytes <= 4000);
        assert_true(stats.memory_entries >= 1);
    }
    run_text_plan(&bed, PLAN(CELL("a", "plain", "", "\"n\":99")), NULL, "m");
    run_text_plan(&bed, PLAN(CELL("a", "plain", "", "\"n\":0")), NULL, "s");
    bed.world.padding = 5000; // larger than the whole memory
    run_text_plan(&bed, PLAN(CELL("a", "big", "", "")), NULL, "r");
    run_text_plan(&bed, PLAN(CELL("a", "big", "", "")), NULL, "s");
    bed_close(&bed);
}

// ---- the store

static void damage_is_a_miss(void **state)
{
    (void)state;
    for (size_t padding = 0; padding <= 100000; padding += 100000) { // inside, by reference
        Bed bed;
        bed_open(&bed, 0);
        bed.world.padding = padding;
        const char plan[] = PLAN(CELL("a", "big", "", ""));
        Str first = run_text_plan(&bed, plan, NULL, "r");
        assert_int_equal(counter_get(&bed.shelf.puts), padding ? 2 : 1);
        uint64_t bad = 0;
        for (size_t slot = 0; slot < bed.shelf.map.cap; slot++) {
            if (!bed.shelf.map.slots[slot].hash) continue;
            uint64_t *place = &bed.shelf.map.slots[slot].value, kept = *place;
            Str *entry = (Str *)(uintptr_t)kept;
            Str whole = str_copy(&bed.arena, *entry);
            for (size_t bit = 0; bit<whole.len * 8; bit += whole.len> 1000 ? 100003 : 1) {
                *entry = str_copy(&bed.shelf.arena, whole);
                ((char *)(uintptr_t)entry->ptr)[bit / 8] ^= (char)(1 << bit % 8);
                bed_engine(&bed, 0);
                CHECK_STR(run_text_plan(&bed, plan, NULL, "r"), first);
                bad += engine_stats(bed.engine).bad_entries;
                *entry = whole;
                *place = kept; // the run has put a sound one there
            }
            for (size_t len = 0; len < MIN(whole.len, (size_t)60); len++) {
                *entry = str_sub(whole, 0, len);
                bed_engine(&bed, 0);
                CHECK_STR(run_text_plan(&bed, plan, NULL, "r"), first);
                *entry = whole;
                *place = kept; // the run has put a sound one there
            }
        }
        assert_true(bad > 0);
        bed.shelf.broken = true;
        bed_engine(&bed, 0);
        CHECK_STR(run_text_plan(&bed, plan, NULL, "r"), first);
        bed_close(&bed);
    }
}

// ---- computed once

static void equal_cells_are_computed_once(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 2);
    bed_engine(&bed, 0); // nothing is remembered: what is shared was handed over
    bed.shelf.broken = true;
    const Plan *plan = parse(&bed, PLAN(CELL("a", "gated", "", "") "," CELL("b", "gated", "", "")));
    Run *runs[6];
    for (size_t i = 0; i < ARRAY_LEN(runs); i++)
        assert_null(engine_start(&bed.cx, bed.engine, plan, NULL, &runs[i]));
    // Two threads, twelve cells: those that wait take no thread, or the leader's friend would.
    while (counter_get(&bed.world.computed) < 1) thread_yield();
    const Plan *other = parse(&bed, PLAN(CELL("a", "plain", "", "")));
    Run *run = NULL;
    assert_null(engine_run(&bed.cx, bed.engine, other, NULL, &run));
    run_release(run);
    while (engine_waiters(bed.engine) < 11) thread_yield();
    assert_int_equal(counter_get(&bed.world.computed), 2); // with "plain"
    flag_set(&bed.world.gate, 1);
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        assert_null(run_wait(&bed.cx, runs[i]));
        assert_int_equal(run_counts(runs[i]).states[PLAN_SUCCESS], 2);
        run_release(runs[i]);
    }
    assert_int_equal(counter_get(&bed.world.computed), 2);
    assert_int_equal(engine_stats(bed.engine).shared, 11);
    bed_close(&bed);
}

static void a_waiter_takes_over_from_a_failed_leader(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) { // it fails, or its run is canceled
        Bed bed;
        bed_open(&bed, 2);
        const Plan *plan = parse(&bed, PLAN(CELL("a", "gated", "", "")));
        Run *runs[3];
        assert_null(engine_start(&bed.cx, bed.engine, plan, NULL, &runs[0]));
        while (counter_get(&bed.world.computed) < 1) thread_yield();
        for (int i = 1; i < 3; i++)
            assert_null(engine_start(&bed.cx, bed.engine, plan, NULL, &runs[i]));
        while (engine_waiters(bed.engine) < 2) thread_yield();
        if (how) {
            run_cancel(runs[2], STR_NONE); // one that waits
            run_cancel(runs[0], STR_NONE);
            while (counter_get(&bed.world.computed) < 2) thread_yield();
        } else {
            flag_set(&bed.world.failing, 1);
        }
        flag_set(&bed.world.gate, 1);
        for (int i = 0; i < 3; i++) assert_null(run_wait(&bed.cx, runs[i]));
        assert_int_equal(run_state(runs[0]), how ? PLAN_CANCELED : PLAN_FAILED);
        assert_int_equal(run_state(runs[1]), PLAN_SUCCESS);
        assert_int_equal(run_state(runs[2]), how ? PLAN_CANCELED : PLAN_SUCCESS);
        for (int i = 0; i < 3; i++) run_release(runs[i]);
        assert_int_equal(counter_get(&bed.world.computed), 2);
        bed_close(&bed);
    }
}

static void failures_are_not_remembered(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    flag_set(&bed.world.gate, 1);
    flag_set(&bed.world.failing, 1);
    const Plan *plan = parse(&bed, PLAN(CELL("a", "gated", "", "")));
    for (int i = 0; i < 2; i++) {
        Run *run = NULL;
        assert_null(engine_run(&bed.cx, bed.engine, plan, NULL, &run));
        assert_int_equal(run_state(run), i ? PLAN_SUCCESS : PLAN_FAILED);
        run_release(run);
    }
    bed_close(&bed);
}

// ---- what would happen

static void a_probe_tells_what_would_run(void **state)
{
    (void)state;
    Bed bed;
    bed_open(&bed, 0);
    const char text[] =
        PLAN(CELL("a", "plain", "", "") "," CELL("b", "impure", "\"a\"", "") "," CELL(
            "c", "plain", "\"b\"", "") "," CELL("d", "plain", "\"a\"", "\"n\":1"));
    const Plan *plan = parse(&bed, text);
    run_text_plan(&bed, PLAN(CELL("a", "plain", "", "")), NULL, "r");
    Probe probe;
    assert_null(engine_probe(&bed.cx, bed.engine, plan, NULL, &probe));
    static const ProbeCache expected[] = {PROBE_HIT, PROBE_NOT_CACHED, PROBE_UNKNOWN, PROBE_MISS};
    for (size_t i = 0; i < 4; i++) assert_int_equal(probe.cells[i].cache, expected[i]);
    assert_int_equal(probe.waves, 3);
    assert_int_equal(probe.widest, 2);
    assert_int_equal(probe.critical_len, 3);
    assert_int_equal(probe.total_cost, 4);
    assert_true(probe.cells[2].critical && !probe.cells[3].critical);
    assert_int_equal(counter_get(&bed.world.computed), 1); // the probe computed nothing
    bed_close(&bed);
}

// ---- after a crash: the store is a folder of files, one an entry

typedef struct Folder {
    char path[64];
} Folder;

static const char *file_of(Arena *arena, const Folder *folder, Str key)
{
    Digest digest = digest_of(key);
    return str_format(arena, "%s/" STR_FMT, folder->path, STR_ARG(digest_hex(arena, &digest))).ptr;
}

static bool folder_get(Ctx *cx, void *self, Str key, Str *value)
{
    return !os_read_file(cx, OS_CWD, file_of(cx->arena, self, key), 1 << 20, value);
}

static void folder_put(Ctx *cx, void *self, Str key, Str value, const RunSpec *run)
{
    (void)run;
    FILE *file = fopen(file_of(cx->arena, self, key), "wb"); // no care is taken: it may be cut off
    if (!file) return;
    fwrite(value.ptr, 1, value.len, file);
    fclose(file);
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    Arena arena = {0};
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlink(str_format(&arena, "%s/%s", path, entry->d_name).ptr);
    closedir(dir);
    rmdir(path);
    arena_fini(&arena);
}

static void say_finished(void *self, const PlanCellReport *report)
{
    (void)report;
    if (write(*(const int *)self, "x", 1) != 1) _exit(1);
}

static size_t computed_with(Bed *bed, Folder *folder, const Plan *plan)
{
    bed->world.computed = (Counter){0};
    Engine *engine = engine_new(&(EngineSpec){
        .env = &bed->world, .store = {folder, folder_get, folder_put}, .read = read_config});
    Run *run = NULL;
    assert_null(engine_run(&bed->cx, engine, plan, NULL, &run));
    assert_int_equal(run_state(run), PLAN_SUCCESS);
    run_release(run);
    engine_free(engine);
    return counter_get(&bed->world.computed);
}

static const Plan *long_chain(Bed *bed, int cells)
{
    Buf text = buf_on(&bed->arena);
    for (int i = 0; i < cells; i++) {
        buf_addf(&text, "%s{\"id\":\"c%d\",\"op\":\"plain\",\"params\":{\"n\":%d},\"inputs\":[",
                 i ? "," : "{\"cells\":[", i, i);
        if (i % 10) buf_addf(&text, "\"c%d\"", i - 1);
        buf_add(&text, STR("]}"));
    }
    buf_add(&text, STR("]}"));
    return parse(bed, buf_str(&text).ptr);
}

static void a_killed_run_goes_on_where_it_was(void **state)
{
    (void)state;
    enum { CELLS = 200, ROUNDS = 5 };
    Bed bed;
    bed_open(&bed, 0);
    const Plan *plan = long_chain(&bed, CELLS);
    for (int round = 0; round < ROUNDS; round++) {
        Folder folder = {"/tmp/cq-plan-XXXXXX"};
        assert_non_null(mkdtemp(folder.path));
        int told[2];
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (!child) { // says one byte a cell and is killed in the middle
            Engine *engine = engine_new(
                &(EngineSpec){.env = &bed.world,
                              .store = {&folder, folder_get, folder_put},
                              .read = read_config,
                              .hooks = {.self = &told[1], .cell_finished = say_finished}});
            Run *run = NULL;
            if (engine_run(&bed.cx, engine, plan, NULL, &run)) _exit(1);
            for (;;) pause();
        }
        close(told[1]);
        char bytes[CELLS];
        size_t finished = 0, wanted = 20 + (size_t)round * 35;
        while (finished < wanted) {
            ssize_t got = read(told[0], bytes, sizeof bytes);
            assert_true(got > 0);
            finished += (size_t)got;
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(told[0]);
        size_t computed = computed_with(&bed, &folder, plan);
        assert_true(computed <= CELLS - finished); // all that was finished came from the store
        assert_int_equal(computed_with(&bed, &folder, plan), 0);
        remove_folder(folder.path);
    }
    bed_close(&bed);
}

int runtime_engine_cache_test(void);
int runtime_engine_cache_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_declared_input_counts),
        cmocka_unit_test(the_same_output_stops_the_work),
        cmocka_unit_test(what_cannot_be_known_is_not_cached),
        cmocka_unit_test(what_changes_meanwhile_is_not_kept),
        cmocka_unit_test(modes_of_the_cache),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(damage_is_a_miss),
        cmocka_unit_test(equal_cells_are_computed_once),
        cmocka_unit_test(a_waiter_takes_over_from_a_failed_leader),
        cmocka_unit_test(failures_are_not_remembered),
        cmocka_unit_test(a_probe_tells_what_would_run),
        cmocka_unit_test(a_killed_run_goes_on_where_it_was),
    };
    return RUN_TESTS(tests);
}
