// runtime/cells_test.c - sets of cells: names, needs and circles; groups 15 and 16 of the
// original's cases; cells that need each other at run time; many threads on several cells.
#include "runtime/cells.h"

#include "base/clock.h"
#include "base/json.h"
#include "support/check.h"

enum { KINDS = 6 };

typedef struct Shop { // the owner: what was built and disposed
    Counter builds[KINDS], disposals[KINDS], broken;
    int order[64]; // of disposals
    Counter ordered;
    CellSet *set;
    Counter inside; // of two builds that wait for each other
} Shop;

typedef struct Piece {
    Counter alive;
    int kind;
    const struct Piece *base;
} Piece;

enum { STORE, INDEX, ENGINE, LEFT, RIGHT };

static Fail build_piece(CellBuild *build, int kind, void **out)
{
    Shop *shop = build->owner;
    Piece *piece = ARENA_NEW(build->arena, Piece);
    piece->kind = kind;
    counter_add(&piece->alive, 1);
    counter_add(&shop->builds[kind], 1);
    *out = piece;
    return NULL;
}

static Fail dispose_piece(Ctx *cx, void *owner, void *value)
{
    (void)cx;
    Shop *shop = owner;
    Piece *piece = value;
    if (piece->base && !counter_get(&piece->base->alive)) counter_add(&shop->broken, 1);
    if (counter_sub(&piece->alive, 1) != 1) counter_add(&shop->broken, 1);
    counter_add(&shop->disposals[piece->kind], 1);
    uint64_t at = counter_add(&shop->ordered, 1);
    if (at < ARRAY_LEN(shop->order)) shop->order[at] = piece->kind;
    return NULL;
}

static Fail build_store(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    return build_piece(build, STORE, out);
}

static Fail build_index(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    TRY(build_piece(build, INDEX, out));
    ((Piece *)*out)->base = build->needs[0];
    return NULL;
}

static Fail build_engine(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    TRY(build_piece(build, ENGINE, out));
    ((Piece *)*out)->base = build->needs[1];
    return NULL;
}

static Fail build_absent(Ctx *cx, CellBuild *build, void **out)
{
    (void)build, (void)out;
    return FAIL(cx->arena, UNAVAILABLE, "the faiss library is not installed");
}

static const char *const index_needs[] = {"store", NULL};
static const char *const engine_needs[] = {"index", "store", NULL};
static const CellSpec store = {.name = "store", .build = build_store, .dispose = dispose_piece};
static const CellSpec index_spec = {
    .name = "index", .needs = index_needs, .build = build_index, .dispose = dispose_piece};
static const CellSpec engine = {
    .name = "engine", .needs = engine_needs, .build = build_engine, .dispose = dispose_piece};
static const CellSpec absent = {
    .name = "dense-index", .description = "vectors", .build = build_absent};

static CellSet *open_shop(Shop *shop, const CellSpec *const *specs, size_t count)
{
    Arena errors = {0};
    CellHostSpec host = {.owner = shop, .allow_seed = true, .allow_swap = true};
    CellSet *set = NULL;
    Fail fail = cells_new(&errors, &host, specs, count, &set);
    if (fail) fail_msg("no set: " STR_FMT, STR_ARG(fail->detail));
    arena_fini(&errors);
    shop->set = set;
    return set;
}

static const CellSpec *const shop_specs[] = {&engine, &store, &index_spec, &absent};

static void sets_that_cannot_work_are_refused(void **state)
{
    (void)state;
    static const char *const to_b[] = {"b", NULL}, *const to_c[] = {"c", NULL};
    static const char *const to_a[] = {"x", "a", NULL}, *const to_indx[] = {"indx", NULL};
    static const CellSpec a = {.name = "a", .needs = to_b}, b = {.name = "b", .needs = to_c};
    static const CellSpec c = {.name = "c", .needs = to_a}, x = {.name = "x"};
    static const CellSpec lost = {.name = "lost", .needs = to_indx};
    static const CellSpec *const circle[] = {&x, &a, &b, &c}, *const alone[] = {&x};
    static const CellSpec *const twins[] = {&x, &x};
    static const CellSpec *const unknown[] = {&store, &index_spec, &lost};
    static const struct {
        const CellSpec *const *specs;
        size_t count;
        const char *detail;
    } cases[] = {
        {circle, 4, "cells need each other in a circle: a -> b -> c -> a"},
        {alone, 1, NULL},
        {unknown, 3, "cell lost needs indx, which is no cell; did you mean index?"},
        {twins, 2, "two cells have the name x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        CellSet *set = NULL;
        CellHostSpec host = {0};
        Fail fail = cells_new(&arena, &host, cases[i].specs, cases[i].count, &set);
        if (cases[i].detail) CHECK_STR(fail->detail, str_from(cases[i].detail));
        else assert_null(fail);
        assert_true(cells_free(set));
        arena_fini(&arena);
    }
}

static void cells_are_found_by_name(void **state)
{
    (void)state;
    static Shop shop;
    Arena arena = {0};
    CellSet *set = open_shop(&shop, shop_specs, ARRAY_LEN(shop_specs));
    Cell *cell = NULL;
    assert_null(cells_find(&arena, set, STR("index"), &cell));
    assert_string_equal(cell_spec(cell)->name, "index");
    assert_ptr_equal(cells_at(set, 2), cell);
    Fail fail = cells_find(&arena, set, STR("engin"), &cell);
    assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
    CHECK_STR(fail->detail, STR("there is no runtime cell \"engin\"; did you mean engine?"));
    assert_true(cells_free(set));
    arena_fini(&arena);
}

// Groups 15 and 16: prewarming asks each build once, closing twice disposes once, what is missing
// is an UNAVAILABLE problem that names the cell's trouble.
static void case_15_and_16_prewarm_and_close_all(void **state)
{
    (void)state;
    static Shop shop;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    CellSet *set = open_shop(&shop, shop_specs, ARRAY_LEN(shop_specs));
    CellWarmed *warmed = NULL;
    CellsClosed *closed = NULL;
    CellSnapshot *rows = NULL;
    size_t count = 0;
    const Str bad[] = {STR("store"), STR("stor")};
    assert_non_null(cells_prewarm(&cx, set, bad, 2, &warmed, &count));
    assert_int_equal(counter_get(&shop.builds[STORE]), 0);
    assert_null(cells_prewarm(&cx, set, NULL, 0, &warmed, &count));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(warmed[i].name, "dense-index") != 0) {
            assert_null(warmed[i].fail);
            continue;
        }
        assert_int_equal(warmed[i].fail->kind, PROBLEM_UNAVAILABLE);
        assert_true(str_contains(warmed[i].fail->detail, STR("faiss")));
    }
    cells_snapshot(&arena, set, &rows, &count);
    assert_int_equal(rows[0].state, CELL_READY);
    assert_int_equal(rows[1].leases, 2); // of store: index's and engine's
    assert_int_equal(rows[3].state, CELL_FAILED);
    CHECK_STR(rows[3].last_error->detail, STR("the faiss library is not installed"));

    cells_close_all(&cx, set, 0, &closed, &count);
    static const char *const order[] = {"dense-index", "engine", "index", "store"};
    for (size_t i = 0; i < count; i++) assert_string_equal(closed[i].name, order[i]);
    for (size_t i = 1; i < count; i++) assert_int_equal(closed[i].closed.status, CELL_OK);
    cells_close_all(&cx, set, -1, &closed, &count);
    for (size_t i = 0; i < count; i++) assert_int_equal(closed[i].closed.status, CELL_NOOP);
    for (int kind = STORE; kind <= ENGINE; kind++)
        assert_int_equal(counter_get(&shop.disposals[kind]), 1);
    const void *value = NULL;
    assert_null(cell_get(&cx, cells_at(set, 0), &value)); // builds all anew
    assert_int_equal(counter_get(&shop.builds[STORE]), 2);
    arena_fini(&arena);
    assert_true(cells_free(set));
    assert_int_equal(counter_get(&shop.disposals[ENGINE]), 2);
    assert_int_equal(counter_get(&shop.broken), 0);
}

static void what_a_value_needs_outlives_it(void **state)
{
    (void)state;
    static Shop shop;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Lease lease = {0};
    CellSet *set = open_shop(&shop, shop_specs, ARRAY_LEN(shop_specs));
    assert_null(cell_lease(&cx, cells_at(set, 0), &lease));
    for (size_t i = 0; i < cells_count(set); i++) cell_invalidate(&cx, cells_at(set, i));
    assert_int_equal(counter_get(&shop.disposals[STORE]), 0);
    lease_release(&lease);
    static const int order[] = {ENGINE, INDEX, STORE};
    for (size_t i = 0; i < 3; i++) assert_int_equal(shop.order[i], order[i]);
    assert_true(cells_free(set));
    assert_int_equal(counter_get(&shop.broken), 0);
    arena_fini(&arena);
}

// Two cells that, undeclared, lease each other in their builds.
static Fail build_one_of_two(Ctx *cx, CellBuild *build, void **out)
{
    Shop *shop = build->owner;
    bool left = strcmp(cell_spec(build->cell)->name, "left") == 0;
    Lease lease = {0};
    counter_add(&shop->inside, 1);
    for (int i = 0; i < 100000 && counter_get(&shop->inside) < 2; i++) thread_yield();
    TRY(cell_lease(cx, cells_at(shop->set, left ? 1 : 0), &lease));
    lease_release(&lease);
    return build_piece(build, left ? LEFT : RIGHT, out);
}

static const CellSpec left = {.name = "left", .build = build_one_of_two};
static const CellSpec right = {.name = "right", .build = build_one_of_two};
static const CellSpec *const two_specs[] = {&left, &right};

typedef struct Asker {
    Cell *cell;
    Arena arena;
    Fail fail;
    Thread thread;
} Asker;

static void ask(void *arg)
{
    Asker *asker = arg;
    Ctx cx = {.arena = &asker->arena};
    const void *value = NULL;
    asker->fail = cell_get(&cx, asker->cell, &value);
}

static bool has_cycle(Fail fail)
{
    for (; fail; fail = fail->cause)
        if (fail->ext && json_get(fail->ext, STR("cycle"))) return true;
    return false;
}

static void builds_that_wait_for_each_other_fail_at_once(void **state)
{
    (void)state;
    static Shop shop;
    CellSet *set = open_shop(&shop, two_specs, 2);
    Asker askers[2] = {{.cell = cells_at(set, 0)}, {.cell = cells_at(set, 1)}};
    for (int i = 0; i < 2; i++) assert_true(thread_start(&askers[i].thread, ask, &askers[i], "a"));
    for (int i = 0; i < 2; i++) thread_join(&askers[i].thread);
    assert_true(askers[0].fail && askers[1].fail);
    assert_true(has_cycle(askers[0].fail) || has_cycle(askers[1].fail));
    for (int i = 0; i < 2; i++) arena_fini(&askers[i].arena);

    Asker alone = {.cell = cells_at(set, 0)}; // the same on one thread
    ask(&alone);
    CHECK_STR(json_get(alone.fail->ext, STR("cycle"))->string, STR("left -> right -> left"));
    arena_fini(&alone.arena);
    assert_true(cells_free(set));
}

// Everything at once on three cells that stand on each other.
typedef struct Worker {
    Shop *shop;
    uint64_t random;
    Thread thread;
    uint64_t failures;
} Worker;

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void use_piece(Worker *worker, const Lease *lease)
{
    const Piece *piece = lease->value;
    if (!counter_get(&piece->alive)) counter_add(&worker->shop->broken, 1);
    if (next_random(&worker->random) % 4 == 0) thread_yield();
    if (!counter_get(&piece->alive)) counter_add(&worker->shop->broken, 1);
    if (piece->base && !counter_get(&piece->base->alive)) counter_add(&worker->shop->broken, 1);
}

static void worker_main(void *arg)
{
    Worker *worker = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (int i = 0; i < 3000; i++) {
        Cell *cell = cells_at(worker->shop->set, next_random(&worker->random) % 3);
        uint64_t what = next_random(&worker->random) % 64;
        Lease lease = {0};
        if (what == 0) cell_invalidate(&cx, cell);
        else if (what == 1) cell_close(&cx, cell, 0, NULL);
        else if (what == 2 && cell_swap(&cx, cell, NULL)) worker->failures++;
        else if (what == 3) cell_record_failure(cell, FAIL(&arena, IO, "x"), 1000);
        else if (cell_lease(&cx, cell, &lease)) worker->failures++;
        else use_piece(worker, &lease);
        lease_release(&lease);
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

static void many_threads_do_everything(void **state)
{
    (void)state;
    static Shop shop;
    Worker workers[6];
    CellSet *set = open_shop(&shop, shop_specs, 3);
    for (size_t i = 0; i < ARRAY_LEN(workers); i++) {
        workers[i] = (Worker){.shop = &shop, .random = 88172645463325252ULL + i * 7919};
        assert_true(thread_start(&workers[i].thread, worker_main, &workers[i], "worker"));
    }
    for (size_t i = 0; i < ARRAY_LEN(workers); i++) thread_join(&workers[i].thread);
    assert_true(cells_free(set));
    assert_int_equal(counter_get(&shop.broken), 0);
    for (int kind = STORE; kind <= ENGINE; kind++)
        assert_int_equal(counter_get(&shop.builds[kind]), counter_get(&shop.disposals[kind]));
}

int runtime_cells_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_that_cannot_work_are_refused),
        cmocka_unit_test(cells_are_found_by_name),
        cmocka_unit_test(case_15_and_16_prewarm_and_close_all),
        cmocka_unit_test(what_a_value_needs_outlives_it),
        cmocka_unit_test(builds_that_wait_for_each_other_fail_at_once),
        cmocka_unit_test(many_threads_do_everything),
    };
    return RUN_TESTS(tests);
}
