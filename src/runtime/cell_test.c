// runtime/cell_test.c - the sixteen groups of cases that the original's tests assert, as they hold
// here. Groups 15 and 16 (contexts and gates) are about sets of cells: cells_test.c.
#include "runtime/cell.h"

#include "support/cell_world.h"
#include "support/check.h"

static Fail refuse(Ctx *cx, World *world, CellBuild *build)
{
    (void)build;
    world->on_build = NULL; // the next one succeeds
    return FAIL(cx->arena, IO, "the disk is on fire");
}

static int number_of_a_lease(World *world)
{
    Lease lease = world_lease(world);
    int number = thing_number(&lease);
    lease_release(&lease);
    return number;
}

typedef struct Crowd {
    World *world;
    Counter arrived, failures;
    uint64_t size;
    const void *seen[128];
    Counter next;
} Crowd;

static void crowd_member(void *arg)
{
    Crowd *crowd = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Lease lease = {0};
    counter_add(&crowd->arrived, 1);
    while (counter_get(&crowd->arrived) < crowd->size) thread_yield();
    if (cell_lease(&cx, crowd->world->cell, &lease)) counter_add(&crowd->failures, 1);
    else crowd->seen[counter_add(&crowd->next, 1)] = lease.value;
    lease_release(&lease);
    arena_fini(&arena);
}

static void gather(Crowd *crowd)
{
    Thread threads[128];
    for (size_t i = 0; i < crowd->size; i++)
        assert_true(thread_start(&threads[i], crowd_member, crowd, "crowd"));
    for (size_t i = 0; i < crowd->size; i++) thread_join(&threads[i]);
}

static Fail dawdle(Ctx *cx, World *world, CellBuild *build)
{
    (void)cx, (void)world, (void)build;
    for (int i = 0; i < 200; i++) thread_yield();
    return NULL;
}

static void case_1_a_hundred_threads_build_once(void **state)
{
    (void)state;
    World *world = world_make();
    world->on_build = dawdle;
    world_start(world);
    Crowd crowd = {.world = world, .size = 100};
    gather(&crowd);
    assert_int_equal(counter_get(&crowd.failures), 0);
    assert_int_equal(counter_get(&world->builds), 1);
    for (size_t i = 0; i < 100; i++) assert_ptr_equal(crowd.seen[i], &world->things[0]);
    assert_int_equal(world_count(world, CELL_INIT_START, CELL_OK), 1);
    assert_int_equal(world_count(world, CELL_INIT_END, CELL_OK), 1);
    assert_int_equal(world_last(world, CELL_INIT_END)->generation, 1);
    world_end(world);
}

static void case_2_a_failure_then_a_success(void **state)
{
    (void)state;
    World *world = world_make();
    Lease lease = {0};
    world->on_build = refuse;
    world_start(world);
    Fail fail = cell_lease(&world->cx, world->cell, &lease);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_IO);
    CHECK_STR(fail->detail, STR("the disk is on fire"));
    assert_null(lease.held);
    assert_int_equal(world_last(world, CELL_INIT_END)->status, CELL_ERROR);
    assert_int_equal(world_last(world, CELL_INIT_END)->generation, 1);
    assert_int_equal(number_of_a_lease(world), 1);
    assert_int_equal(world_last(world, CELL_INIT_END)->status, CELL_OK);
    assert_int_equal(world_last(world, CELL_INIT_END)->generation, 2);
    world_end(world);
}

static void case_3_close_then_get_builds_anew(void **state)
{
    (void)state;
    World *world = world_make();
    CellClosed closed;
    world_start(world);
    assert_int_equal(number_of_a_lease(world), 1);
    cell_close(&world->cx, world->cell, 0, &closed);
    assert_int_equal(closed.status, CELL_OK);
    assert_true(closed.had_payload && closed.close_called);
    assert_true(thing_is_disposed(&world->things[0]));
    assert_int_equal(number_of_a_lease(world), 2);
    assert_int_equal(world_last(world, CELL_CLOSE_END)->status, CELL_OK);
    cell_close(&world->cx, world->cell, 0, NULL);
    cell_close(&world->cx, world->cell, 0, &closed);
    assert_int_equal(closed.status, CELL_NOOP);
    assert_false(closed.had_payload || closed.close_called);
    assert_int_equal(world_count(world, CELL_CLOSE_END, CELL_NOOP), 1);
    world_end(world);
}

static void case_4_invalidate_then_get_builds_anew(void **state)
{
    (void)state;
    World *world = world_make();
    world_start(world);
    number_of_a_lease(world);
    cell_invalidate(&world->cx, world->cell);
    Lease lease = world_lease(world);
    assert_int_equal(thing_number(&lease), 2);
    assert_int_equal(lease_generation(&lease), 2);
    lease_release(&lease);
    assert_int_equal(lease_generation(&lease), 0);
    world_end(world);
}

static void case_5_a_recorded_failure_cools_down(void **state)
{
    (void)state;
    World *world = world_make();
    Lease lease = {0};
    world_start(world);
    cell_record_failure(world->cell, FAIL(&world->arena, IO, "no device"), 50 * NS_PER_MS);
    for (int i = 0; i < 2; i++) {
        Fail fail = cell_lease(&world->cx, world->cell, &lease);
        assert_non_null(fail);
        CHECK_STR(fail->detail, STR("no device"));
        assert_int_equal(counter_get(&world->builds), 0);
        world_pass(world, 20);
    }
    world_pass(world, 20);
    number_of_a_lease(world);
    number_of_a_lease(world);
    assert_int_equal(counter_get(&world->builds), 1);
    world_end(world);
}

static void case_6_a_seed_serves_until_close(void **state)
{
    (void)state;
    World *world = world_make();
    world_start(world);
    Thing *seed = thing_make(world), *other = thing_make(world);
    assert_null(cell_seed(&world->cx, world->cell, seed));
    Fail fail = cell_seed(&world->cx, world->cell, other);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
    assert_int_equal(number_of_a_lease(world), 1);
    cell_close(&world->cx, world->cell, 0, NULL);
    assert_int_equal(number_of_a_lease(world), 3); // built
    assert_non_null(cell_seed(&world->cx, world->cell, other));
    cell_close(&world->cx, world->cell, 0, NULL);
    assert_null(cell_seed(&world->cx, world->cell, other));
    assert_int_equal(world_count(world, CELL_SEEDED, CELL_OK), 2);
    world_end(world);
}

static void case_7_a_seed_needs_its_guard(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool on;
    } cases[] = {{"1", true},  {"true", true}, {"YES", true}, {" on ", true},   {"", false},
                 {"0", false}, {"no", false},  {"2", false},  {"truely", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        World *world = world_make();
        static Thing thing;
        world->host_spec.allow_seed = cell_guard_is_on(str_from(cases[i].value));
        world->host_spec.allow_swap = world->host_spec.allow_seed;
        assert_int_equal(world->host_spec.allow_seed, cases[i].on);
        world_start(world);
        if (!cases[i].on) {
            Fail fail = cell_seed(&world->cx, world->cell, &thing);
            assert_non_null(fail);
            assert_true(str_contains(fail->detail, STR("CQ_ALLOW_RUNTIME_SEED")));
            fail = cell_swap(&world->cx, world->cell, NULL);
            assert_non_null(fail);
            assert_true(str_contains(fail->detail, STR("CQ_ALLOW_RUNTIME_SWAP")));
        }
        world_end(world);
    }
}

static void case_8_a_seeded_payload_is_disposed(void **state)
{
    (void)state;
    World *world = world_make();
    world_start(world);
    assert_null(cell_seed(&world->cx, world->cell, thing_make(world)));
    cell_close(&world->cx, world->cell, 0, NULL);
    assert_int_equal(counter_get(&world->disposals), 1);
    assert_int_equal(world_last(world, CELL_CLOSE_END)->status, CELL_OK);
    assert_true(world_last(world, CELL_CLOSE_END)->close_called);
    world_end(world);
}

static void case_9_a_payload_without_dispose_closes_well(void **state)
{
    (void)state;
    World *world = world_make();
    CellClosed closed;
    world->spec.dispose = NULL;
    world_start(world);
    number_of_a_lease(world);
    cell_close(&world->cx, world->cell, 0, &closed);
    assert_int_equal(closed.status, CELL_OK);
    assert_true(closed.had_payload);
    assert_false(closed.close_called || world_last(world, CELL_CLOSE_END)->close_called);
    world_end(world);
}

static void case_10_a_dispose_that_fails_is_told(void **state)
{
    (void)state;
    World *world = world_make();
    CellClosed closed;
    world->dispose_fails = "cannot sync";
    world_start(world);
    number_of_a_lease(world);
    cell_close(&world->cx, world->cell, 0, &closed);
    assert_int_equal(closed.status, CELL_ERROR);
    CHECK_STR(closed.error->detail, STR("cannot sync"));
    assert_int_equal(world_last(world, CELL_CLOSE_END)->status, CELL_ERROR);
    assert_int_equal(number_of_a_lease(world), 2); // empty all the same
    world_end(world);
}

static void case_11_a_snapshot_names_the_cell_and_hides_the_payload(void **state)
{
    (void)state;
    World *world = world_make();
    CellSnapshot snapshot;
    world->spec.description = "for tests";
    world_start(world);
    cell_snapshot(&world->arena, world->cell, &snapshot);
    assert_int_equal(snapshot.state, CELL_EMPTY);
    Lease lease = world_lease(world);
    cell_snapshot(&world->arena, world->cell, &snapshot);
    assert_string_equal(snapshot.spec->name, "thing");
    assert_string_equal(cell_state_name(snapshot.state), "ready");
    assert_int_equal(snapshot.leases, 1);
    assert_int_equal(snapshot.inits, 1);
    assert_int_equal(snapshot.generation, 1);
    cell_close(&world->cx, world->cell, 0, NULL);
    cell_snapshot(&world->arena, world->cell, &snapshot);
    assert_string_equal(cell_state_name(snapshot.state), "closing");
    assert_int_equal(snapshot.leases, 1);
    assert_int_equal(snapshot.generation, 0);
    lease_release(&lease);
    cell_snapshot(&world->arena, world->cell, &snapshot);
    assert_int_equal(snapshot.state, CELL_EMPTY);
    assert_int_equal(snapshot.disposals, 1);
    cell_reset(&world->cx, world->cell);
    cell_snapshot(&world->arena, world->cell, &snapshot);
    assert_int_equal(snapshot.inits + snapshot.disposals, 0);
    world_end(world);
}

// The build goes on until somebody waits for it.
static Fail build_until_one_waits(Ctx *cx, World *world, CellBuild *build)
{
    (void)cx, (void)build;
    CellSnapshot snapshot;
    do {
        Arena arena = {0};
        thread_yield();
        cell_snapshot(&arena, world->cell, &snapshot);
        arena_fini(&arena);
    } while (snapshot.waiters < 1);
    return NULL;
}

static void case_12_waiters_are_limited(void **state)
{
    (void)state;
    World *world = world_make();
    world->spec.max_waiters = 1;
    world->on_build = build_until_one_waits;
    world_start(world);
    Crowd crowd = {.world = world, .size = 3};
    gather(&crowd);
    assert_int_equal(counter_get(&world->builds), 1);
    assert_true(counter_get(&crowd.next) >= 2); // the builder and the one that waited
    assert_int_equal(counter_get(&crowd.next) + counter_get(&crowd.failures), 3);
    world_end(world);
}

static void case_13_close_allows_another_build(void **state)
{
    (void)state;
    World *world = world_make();
    world_start(world);
    number_of_a_lease(world);
    cell_close(&world->cx, world->cell, 0, NULL);
    assert_null(cell_swap(&world->cx, world->cell, thing_build)); // a build of the caller's
    Lease lease = world_lease(world);
    assert_int_equal(thing_number(&lease), 2);
    assert_int_equal(lease_generation(&lease), 2);
    lease_release(&lease);
    world_end(world);
}

typedef struct Tuning {
    int calls, nprobe;
    bool fails;
} Tuning;

static Fail tune(Ctx *cx, void *arg, CellBuild *build, void **out)
{
    Tuning *tuning = arg;
    tuning->calls++;
    TRY(cell_build_default(cx, build, out));
    tuning->nprobe = 64;
    return tuning->fails ? FAIL(cx->arena, INTERNAL, "no such knob") : NULL;
}

static void case_14_an_adjuster_works_at_initialisation_only(void **state)
{
    (void)state;
    World *world = world_make();
    Tuning tuning = {.nprobe = 1};
    world_start(world);
    number_of_a_lease(world);
    assert_int_equal(tuning.nprobe, 1);
    cell_configure_adjuster(world->cell, tune, &tuning);
    assert_int_equal(number_of_a_lease(world), 1); // a hit asks no adjuster
    assert_int_equal(tuning.calls, 0);
    cell_invalidate(&world->cx, world->cell);
    assert_int_equal(number_of_a_lease(world), 2);
    assert_int_equal(number_of_a_lease(world), 2);
    assert_int_equal(tuning.calls, 1);
    assert_int_equal(tuning.nprobe, 64);

    tuning.fails = true; // its failure is one of the initialisation, and leaks nothing
    Lease lease = {0};
    number_of_a_lease(world);
    cell_invalidate(&world->cx, world->cell);
    assert_non_null(cell_lease(&world->cx, world->cell, &lease));
    assert_true(thing_is_disposed(&world->things[2]));
    cell_configure_adjuster(world->cell, NULL, NULL);
    assert_int_equal(number_of_a_lease(world), 4);
    world_end(world);
}

int runtime_cell_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_1_a_hundred_threads_build_once),
        cmocka_unit_test(case_2_a_failure_then_a_success),
        cmocka_unit_test(case_3_close_then_get_builds_anew),
        cmocka_unit_test(case_4_invalidate_then_get_builds_anew),
        cmocka_unit_test(case_5_a_recorded_failure_cools_down),
        cmocka_unit_test(case_6_a_seed_serves_until_close),
        cmocka_unit_test(case_7_a_seed_needs_its_guard),
        cmocka_unit_test(case_8_a_seeded_payload_is_disposed),
        cmocka_unit_test(case_9_a_payload_without_dispose_closes_well),
        cmocka_unit_test(case_10_a_dispose_that_fails_is_told),
        cmocka_unit_test(case_11_a_snapshot_names_the_cell_and_hides_the_payload),
        cmocka_unit_test(case_12_waiters_are_limited),
        cmocka_unit_test(case_13_close_allows_another_build),
        cmocka_unit_test(case_14_an_adjuster_works_at_initialisation_only),
    };
    return RUN_TESTS(tests);
}
