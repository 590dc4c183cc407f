// runtime/cell_cases_test.c - edge cases: each row of the list of what the original got wrong, and
// what came with leases, gates and swaps.
#include "runtime/cell.h"

#include "base/clock.h"
#include "base/json.h"
#include "runtime/cell_parts.h"
#include "support/cell_world.h"
#include "support/check.h"

static Fail try_lease(World *world)
{
    Lease lease = {0};
    Fail fail = cell_lease(&world->cx, world->cell, &lease);
    lease_release(&lease);
    return fail;
}

static int number_now(World *world)
{
    Lease lease = world_lease(world);
    int number = thing_number(&lease);
    lease_release(&lease);
    return number;
}

static CellState state_now(World *world)
{
    CellSnapshot snapshot;
    cell_snapshot(&world->arena, world->cell, &snapshot);
    return snapshot.state;
}

static void check_kind(Fail fail, ProblemKind kind)
{
    if (!fail) fail_msg("no problem, expected %s", problem_spec(kind)->name);
    assert_string_equal(problem_spec(fail->kind)->name, problem_spec(kind)->name);
}

static Str ext_of(Fail fail, Str key)
{
    const Json *value = fail->ext ? json_get(fail->ext, key) : NULL;
    return value ? value->string : STR_NONE;
}

static void wait_for_waiters(World *world, int count)
{
    CellSnapshot snapshot;
    do {
        Arena arena = {0};
        thread_yield();
        cell_snapshot(&arena, world->cell, &snapshot);
        arena_fini(&arena);
    } while (snapshot.waiters < count);
}

// One caller on a thread of its own.
typedef struct Caller {
    World *world;
    Arena arena;
    Ctx cx;
    Flag cancel;
    Lease lease;
    Fail fail;
    Counter ended, let_go; // keeps its lease until let go
    Thread thread;
} Caller;

static void caller_main(void *arg)
{
    Caller *caller = arg;
    caller->fail = cell_lease(&caller->cx, caller->world->cell, &caller->lease);
    counter_add(&caller->ended, 1);
    while (!counter_get(&caller->let_go)) thread_yield();
    lease_release(&caller->lease);
}

static void caller_start(Caller *caller, World *world)
{
    *caller = (Caller){.world = world};
    caller->cx = (Ctx){.arena = &caller->arena, .cancel = &caller->cancel};
    assert_true(thread_start(&caller->thread, caller_main, caller, "caller"));
}

static void caller_wait(Caller *caller)
{
    while (!counter_get(&caller->ended)) thread_yield();
}

static void caller_end(Caller *caller)
{
    counter_add(&caller->let_go, 1);
    thread_join(&caller->thread);
    arena_fini(&caller->arena);
}

// --- the rows of the list ---

static void a_build_that_gives_nothing_is_an_error(World *world)
{
    world->build_null = true;
    check_kind(try_lease(world), PROBLEM_INTERNAL);
    assert_int_equal(state_now(world), CELL_FAILED);
    check_kind(try_lease(world), PROBLEM_INTERNAL); // not a spin
    world->build_null = false;
    assert_int_equal(number_now(world), 1);
}

static Fail ask_for_itself(Ctx *cx, World *world, CellBuild *build)
{
    (void)build;
    Lease lease = {0};
    return cell_lease(cx, world->cell, &lease);
}

static void a_build_that_asks_for_its_own_cell_fails_at_once(World *world)
{
    world->on_build = ask_for_itself;
    Fail fail = try_lease(world);
    check_kind(fail, PROBLEM_INTERNAL);
    CHECK_STR(ext_of(fail, STR("cycle")), STR("thing -> thing"));
    world->on_build = NULL;
    assert_int_equal(number_now(world), 1);
}

static Fail close_meanwhile(Ctx *cx, World *world, CellBuild *build)
{
    world->on_build = NULL;
    assert_false(cell_build_stopped(cx, build));
    cell_close(cx, world->cell, 0, NULL);
    assert_true(cell_build_stopped(cx, build));
    return NULL;
}

static void a_result_finished_after_close_is_disposed_not_published(World *world)
{
    world->on_build = close_meanwhile;
    Fail fail = try_lease(world);
    check_kind(fail, PROBLEM_UNAVAILABLE);
    CHECK_STR(ext_of(fail, STR("runtime")), STR("thing"));
    assert_true(thing_is_disposed(&world->things[0]));
    assert_int_equal(world_count(world, CELL_INIT_END, CELL_STALE), 1);
    assert_int_equal(world_last(world, CELL_CLOSE_END)->reason, CELL_UNPUBLISHED);
    assert_int_equal(state_now(world), CELL_EMPTY);
    assert_int_equal(number_now(world), 2);
}

static Fail invalidate_meanwhile(Ctx *cx, World *world, CellBuild *build)
{
    if (build->generation > 1) world->on_build = NULL;
    cell_invalidate(cx, world->cell);
    return NULL;
}

static void a_build_invalidated_under_way_starts_over(World *world)
{
    world->on_build = invalidate_meanwhile;
    assert_int_equal(number_now(world), 3);
    assert_true(thing_is_disposed(&world->things[0]) && thing_is_disposed(&world->things[1]));
}

static Fail invalidate_always(Ctx *cx, World *world, CellBuild *build)
{
    (void)build;
    cell_invalidate(cx, world->cell);
    return NULL;
}

static void a_build_invalidated_for_ever_ends_with_an_error(World *world)
{
    world->on_build = invalidate_always;
    check_kind(try_lease(world), PROBLEM_UNAVAILABLE);
    assert_int_equal(counter_get(&world->builds), 4);
    assert_int_equal(counter_get(&world->disposals), 4);
}

static void a_failure_recorded_while_ready_keeps_the_good_value_for_its_users(World *world)
{
    Lease held = world_lease(world), peeked = {0};
    cell_record_failure(world->cell, FAIL(&world->arena, IO, "lost the device"), NS_PER_S);
    assert_int_equal(state_now(world), CELL_FAILED);
    Fail fail = try_lease(world);
    check_kind(fail, PROBLEM_IO);
    assert_int_equal(json_get(fail->ext, STR("retry_after_ms"))->integer, 1001);
    assert_true(cell_peek(world->cell, &peeked));
    assert_int_equal(thing_number(&peeked), 1);
    lease_release(&peeked);
    world_pass(world, 1000);
    assert_int_equal(number_now(world), 2);
    assert_false(thing_is_disposed(&world->things[0])); // held
    lease_release(&held);
    assert_true(thing_is_disposed(&world->things[0]));
    assert_int_equal(world_last(world, CELL_CLOSE_END)->reason, CELL_REPLACED);
}

static void a_failure_recorded_without_a_term_changes_nothing(World *world)
{
    number_now(world);
    cell_record_failure(world->cell, FAIL(&world->arena, IO, "late"), 0);
    assert_int_equal(number_now(world), 1);
}

static void a_seed_ends_the_cool_down(World *world)
{
    cell_record_failure(world->cell, FAIL(&world->arena, IO, "no device"), NS_PER_S);
    check_kind(try_lease(world), PROBLEM_IO);
    assert_null(cell_seed(&world->cx, world->cell, thing_make(world)));
    assert_int_equal(number_now(world), 1);
}

static Fail seed_meanwhile(Ctx *cx, World *world, CellBuild *build)
{
    (void)build;
    return cell_seed(cx, world->cell, thing_make(world));
}

static void a_seed_wins_over_a_build_under_way(World *world)
{
    world->on_build = seed_meanwhile;
    assert_int_equal(number_now(world), 1); // the seed
    assert_true(thing_is_disposed(&world->things[1]));
    assert_int_equal(state_now(world), CELL_READY);
}

static Fail fail_after_cancel(Ctx *cx, World *world, CellBuild *build)
{
    world->on_build = NULL;
    flag_set(cx->cancel, 1);
    assert_true(cell_build_stopped(cx, build));
    return ctx_check(cx);
}

static void a_cancelled_build_settles_and_blames_nobody(World *world)
{
    Flag cancel = {0};
    world->on_build = fail_after_cancel;
    world->cx.cancel = &cancel;
    check_kind(try_lease(world), PROBLEM_CANCELLED);
    assert_int_equal(state_now(world), CELL_EMPTY);
    check_kind(try_lease(world), PROBLEM_CANCELLED); // and starts no build
    assert_int_equal(counter_get(&world->builds), 0);
    world->cx.cancel = NULL;
    assert_int_equal(number_now(world), 1);
}

static Fail refuse(Ctx *cx, World *world, CellBuild *build)
{
    (void)world, (void)build;
    return FAIL(cx->arena, IO, "the disk is on fire");
}

static void a_failed_build_cools_down_and_its_error_is_copied(World *world)
{
    Arena one = {0};
    world->spec.cooldown_ms = 100;
    world->on_build = refuse;
    check_kind(try_lease(world), PROBLEM_IO);
    world->on_build = NULL;
    world->cx.arena = &one;
    Fail first = try_lease(world);
    world->cx.arena = &world->arena;
    Fail second = try_lease(world);
    assert_ptr_not_equal(first->detail.ptr, second->detail.ptr);
    arena_fini(&one);
    CHECK_STR(second->detail, STR("the disk is on fire"));
    world_pass(world, 100);
    assert_int_equal(number_now(world), 1);
}

// The build goes on until its caller's flag is set; that is no cancellation then.
static Fail wait_for_flag(Ctx *cx, World *world, CellBuild *build)
{
    (void)world, (void)build;
    while (!flag_get(cx->cancel)) thread_yield();
    flag_set(cx->cancel, 0);
    return NULL;
}

static Fail wait_and_refuse(Ctx *cx, World *world, CellBuild *build)
{
    TRY(wait_for_flag(cx, world, build));
    return refuse(cx, world, build);
}

static void waiters_can_be_cancelled_and_are_told_of_failures(World *world)
{
    Caller builder, quitter, waiter;
    world->on_build = wait_and_refuse;
    caller_start(&builder, world);
    while (state_now(world) != CELL_INITIALIZING) thread_yield();
    caller_start(&quitter, world);
    caller_start(&waiter, world);
    wait_for_waiters(world, 2);
    flag_set(&quitter.cancel, 1);
    caller_wait(&quitter);
    check_kind(quitter.fail, PROBLEM_CANCELLED);
    flag_set(&builder.cancel, 1);
    caller_wait(&builder);
    caller_wait(&waiter);
    CHECK_STR(builder.fail->detail, STR("the disk is on fire"));
    check_kind(waiter.fail, PROBLEM_IO);
    CHECK_STR(waiter.fail->detail, STR("thing could not be built: the disk is on fire"));
    CHECK_STR(waiter.fail->cause->detail, builder.fail->detail);
    caller_end(&builder);
    caller_end(&quitter);
    caller_end(&waiter);
}

static void waiting_ends_at_the_deadline_and_at_the_wait_timeout(World *world)
{
    Caller builder, waiter;
    world->on_build = wait_for_flag;
    world->spec.wait_timeout_ms = 50;
    caller_start(&builder, world);
    while (state_now(world) != CELL_INITIALIZING) thread_yield();
    world->cx.deadline_ns = clock_now_ns() + NS_PER_MS;
    check_kind(try_lease(world), PROBLEM_CANCELLED);
    world->cx.deadline_ns = 0;
    caller_start(&waiter, world);
    wait_for_waiters(world, 1);
    assert_int_equal(counter_get(&waiter.ended), 0);
    world_pass(world, 50);
    caller_wait(&waiter);
    check_kind(waiter.fail, PROBLEM_UNAVAILABLE);
    CHECK_STR(ext_of(waiter.fail, STR("runtime")), STR("thing"));
    flag_set(&builder.cancel, 1);
    caller_wait(&builder);
    assert_null(builder.fail);
    caller_end(&builder);
    caller_end(&waiter);
}

static void a_failure_recorded_during_a_build_fails_waiters_and_the_build_wins_later(World *world)
{
    Caller builder, waiter;
    world->on_build = wait_for_flag;
    caller_start(&builder, world);
    while (state_now(world) != CELL_INITIALIZING) thread_yield();
    caller_start(&waiter, world);
    wait_for_waiters(world, 1);
    cell_record_failure(world->cell, FAIL(&world->arena, IO, "no device"), NS_PER_S);
    caller_wait(&waiter);
    check_kind(waiter.fail, PROBLEM_IO);
    check_kind(try_lease(world), PROBLEM_IO);
    flag_set(&builder.cancel, 1);
    caller_wait(&builder);
    assert_null(builder.fail);
    assert_int_equal(number_now(world), 1); // the cool-down is over
    caller_end(&builder);
    caller_end(&waiter);
}

static void a_hit_takes_no_lock_reads_no_clock_and_allocates_nothing(World *world)
{
    number_now(world); // this thread's count is there now
    size_t live = mem_live_count();
    size_t bytes = world->arena.total_bytes;
    mutex_lock(&world->cell->mutex); // a hit that locked would abort: the rank is held already
    for (int i = 0; i < 100; i++) {
        Lease lease = {0};
        assert_null(cell_lease(&world->cx, world->cell, &lease));
        lease_release(&lease);
    }
    mutex_unlock(&world->cell->mutex);
    assert_int_equal(mem_live_count(), live);
    assert_int_equal(world->arena.total_bytes, bytes);
}

static void a_closed_value_lives_until_its_last_lease_ends(World *world)
{
    CellClosed closed;
    Lease first = world_lease(world), second = world_lease(world);
    cell_close(&world->cx, world->cell, 0, &closed);
    assert_int_equal(closed.status, CELL_DEFERRED);
    assert_int_equal(closed.leases, 2);
    assert_int_equal(world_last(world, CELL_CLOSE_END)->status, CELL_DEFERRED);
    assert_int_equal(state_now(world), CELL_CLOSING);
    lease_release(&first);
    lease_release(&first); // does nothing
    assert_false(thing_is_disposed(&world->things[0]));
    assert_int_equal(number_now(world), 2); // nobody waits for the old one
    lease_release(&second);
    assert_true(thing_is_disposed(&world->things[0]));
    assert_int_equal(world_last(world, CELL_CLOSE_END)->status, CELL_OK);
}

static void end_lease(void *lease)
{
    lease_release(lease);
}

static void a_lease_may_end_on_another_thread(World *world)
{
    Lease leases[3];
    for (int i = 0; i < 3; i++) leases[i] = world_lease(world);
    cell_invalidate(&world->cx, world->cell);
    for (int i = 0; i < 3; i++) {
        Thread thread;
        assert_false(thing_is_disposed(&world->things[0]));
        assert_true(thread_start(&thread, end_lease, &leases[i], "other"));
        thread_join(&thread);
    }
    assert_true(thing_is_disposed(&world->things[0]));
}

static void a_close_waits_for_its_leases_until_the_drain_is_over(World *world)
{
    Caller holder;
    CellClosed closed;
    caller_start(&holder, world);
    caller_wait(&holder);
    Flag cancel = {0};
    Ctx cx = {.arena = &world->arena, .cancel = &cancel, .deadline_ns = clock_now_ns() + NS_PER_MS};
    cell_close(&cx, world->cell, 3600 * NS_PER_S, &closed);
    assert_int_equal(closed.status, CELL_DEFERRED);
    assert_int_equal(closed.leases, 1);
    counter_add(&holder.let_go, 1); // the second close waits for it
    cell_close(&world->cx, world->cell, 3600 * NS_PER_S, &closed);
    assert_int_equal(closed.status, CELL_NOOP);
    assert_int_equal(closed.leases, 0);
    assert_true(thing_is_disposed(&world->things[0]));
    caller_end(&holder);
}

static void get_gives_back_with_the_arena(World *world)
{
    const void *value = NULL;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    assert_null(cell_get(&cx, world->cell, &value));
    cell_close(&cx, world->cell, 0, NULL);
    assert_false(thing_is_disposed(value));
    arena_fini(&arena);
    assert_true(thing_is_disposed(value));
}

static void peek_builds_nothing(World *world)
{
    Lease lease = {0};
    assert_false(cell_peek(world->cell, &lease));
    assert_null(lease.held);
    number_now(world);
    assert_true(cell_peek(world->cell, &lease));
    lease_release(&lease);
    assert_int_equal(counter_get(&world->builds), 1);
}

// --- swap ---

static Fail verify(Ctx *cx, void *owner, const void *value)
{
    (void)owner;
    return ((const Thing *)value)->number == 2 ? FAIL(cx->arena, IO, "wrong checksum") : NULL;
}

static void a_swap_verifies_before_it_replaces(World *world)
{
    world->spec.verify = verify;
    Lease old = world_lease(world);
    check_kind(cell_swap(&world->cx, world->cell, NULL), PROBLEM_IO);
    assert_true(thing_is_disposed(&world->things[1]));
    assert_int_equal(number_now(world), 1);
    assert_int_equal(world_last(world, CELL_SWAPPED)->status, CELL_ERROR);
    assert_null(cell_swap(&world->cx, world->cell, NULL));
    assert_int_equal(number_now(world), 3);
    assert_false(thing_is_disposed(&world->things[0]));
    lease_release(&old);
    assert_true(thing_is_disposed(&world->things[0]));
    assert_int_equal(world_last(world, CELL_SWAPPED)->status, CELL_OK);
}

static void builds_are_verified_on_request(World *world)
{
    world->spec.verify = verify;
    world->spec.verify_builds = true;
    number_now(world);
    cell_invalidate(&world->cx, world->cell);
    check_kind(try_lease(world), PROBLEM_IO);
    assert_true(thing_is_disposed(&world->things[1]));
    assert_int_equal(number_now(world), 3);
}

static Fail look_at_the_old_one(Ctx *cx, World *world, CellBuild *build)
{
    if (build->generation == 1) return NULL;
    assert_int_equal(number_now(world), 1); // still serves
    check_kind(cell_swap(cx, world->cell, NULL), PROBLEM_UNAVAILABLE);
    return NULL;
}

static void the_old_value_serves_during_a_swap(World *world)
{
    world->on_build = look_at_the_old_one;
    number_now(world);
    assert_null(cell_swap(&world->cx, world->cell, NULL));
    assert_int_equal(number_now(world), 2);
}

static void a_swap_on_a_closed_cell_is_stale(World *world)
{
    number_now(world);
    world->on_build = close_meanwhile;
    check_kind(cell_swap(&world->cx, world->cell, NULL), PROBLEM_UNAVAILABLE);
    assert_true(thing_is_disposed(&world->things[1]));
    assert_int_equal(state_now(world), CELL_EMPTY);
    assert_int_equal(world_last(world, CELL_SWAPPED)->status, CELL_STALE);
}

static void a_swap_ends_the_cool_down(World *world)
{
    number_now(world);
    cell_record_failure(world->cell, FAIL(&world->arena, IO, "bad"), NS_PER_S);
    assert_null(cell_swap(&world->cx, world->cell, NULL));
    assert_int_equal(number_now(world), 2);
    assert_true(thing_is_disposed(&world->things[0]));
}

// --- gate ---

static void a_gate_admits_so_many_in_order(World *world)
{
    Caller callers[4];
    world->spec.max_concurrency = 1;
    Lease mine = world_lease(world);
    for (int i = 0; i < 4; i++) {
        caller_start(&callers[i], world);
        wait_for_waiters(world, i + 1);
    }
    flag_set(&callers[1].cancel, 1); // one in the middle gives up
    caller_wait(&callers[1]);
    check_kind(callers[1].fail, PROBLEM_CANCELLED);
    Lease peeked = {0};
    assert_true(cell_peek(world->cell, &peeked)); // passes by
    lease_release(&peeked);
    lease_release(&mine);
    static const int order[] = {0, 2, 3};
    for (int i = 0; i < 3; i++) {
        caller_wait(&callers[order[i]]);
        assert_null(callers[order[i]].fail);
        for (int j = i + 1; j < 3; j++) assert_int_equal(counter_get(&callers[order[j]].ended), 0);
        caller_end(&callers[order[i]]);
    }
    caller_end(&callers[1]);
}

static void a_gate_lets_go_of_values_that_were_closed(World *world)
{
    Caller waiter;
    world->spec.max_concurrency = 1;
    Lease mine = world_lease(world);
    caller_start(&waiter, world);
    wait_for_waiters(world, 1);
    cell_close(&world->cx, world->cell, 0, NULL);
    lease_release(&mine);
    assert_true(thing_is_disposed(&world->things[0])); // nobody in the queue held it
    caller_wait(&waiter);
    assert_int_equal(thing_number(&waiter.lease), 2);
    caller_end(&waiter);
}

// --- observers ---

static void use_the_cell(World *world, const CellEvent *event)
{
    CellSnapshot snapshot;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    const void *value = NULL;
    cell_snapshot(&arena, world->cell, &snapshot);
    if (event->kind == CELL_INIT_END && event->generation == 1) {
        assert_null(cell_get(&cx, world->cell, &value));
        cell_invalidate(&cx, world->cell);
    }
    arena_fini(&arena);
}

static void an_observer_may_call_the_cell(World *world)
{
    world->on_event = use_the_cell;
    assert_int_equal(number_now(world), 1); // the builder has what it built
    assert_true(thing_is_disposed(&world->things[0]));
    assert_int_equal(number_now(world), 2);
    world->on_event = NULL;
}

static Counter observer_is_slow, observer_may_go;

static void be_slow(World *world, const CellEvent *event)
{
    (void)world;
    if (event->kind != CELL_INIT_START) return;
    counter_add(&observer_is_slow, 1);
    while (!counter_get(&observer_may_go)) thread_yield();
}

static void a_slow_observer_holds_up_only_its_own_thread(World *world)
{
    Caller builder;
    observer_is_slow = observer_may_go = (Counter){0};
    world->on_event = be_slow;
    caller_start(&builder, world);
    while (!counter_get(&observer_is_slow)) thread_yield();
    assert_int_equal(number_now(world), 1);
    cell_invalidate(&world->cx, world->cell);
    assert_int_equal(counter_get(&builder.ended), 0);
    counter_add(&observer_may_go, 1);
    caller_wait(&builder);
    assert_null(builder.fail);
    assert_int_equal(thing_number(&builder.lease), 1);
    caller_end(&builder);
}

static CellContext context_of(const Ctx *cx)
{
    return (CellContext){.session_id = cx->request_id, .trace_id = STR("t")};
}

static void events_carry_the_context_of_the_initialiser(World *world)
{
    world->cx.request_id = STR("session-7");
    number_now(world);
    world->cx.request_id = STR("session-8");
    number_now(world);
    assert_string_equal(world->last_session, "session-7");
}

typedef struct Case {
    const char *name;
    void (*run)(World *world);
} Case;

// clang-format off
#define CASE(fn) {#fn, fn}
// clang-format on
static const Case cases[] = {
    CASE(a_build_that_gives_nothing_is_an_error),
    CASE(a_build_that_asks_for_its_own_cell_fails_at_once),
    CASE(a_result_finished_after_close_is_disposed_not_published),
    CASE(a_build_invalidated_under_way_starts_over),
    CASE(a_build_invalidated_for_ever_ends_with_an_error),
    CASE(a_failure_recorded_while_ready_keeps_the_good_value_for_its_users),
    CASE(a_failure_recorded_without_a_term_changes_nothing),
    CASE(a_seed_ends_the_cool_down),
    CASE(a_seed_wins_over_a_build_under_way),
    CASE(a_cancelled_build_settles_and_blames_nobody),
    CASE(a_failed_build_cools_down_and_its_error_is_copied),
    CASE(waiters_can_be_cancelled_and_are_told_of_failures),
    CASE(waiting_ends_at_the_deadline_and_at_the_wait_timeout),
    CASE(a_failure_recorded_during_a_build_fails_waiters_and_the_build_wins_later),
    CASE(a_hit_takes_no_lock_reads_no_clock_and_allocates_nothing),
    CASE(a_closed_value_lives_until_its_last_lease_ends),
    CASE(a_lease_may_end_on_another_thread),
    CASE(a_close_waits_for_its_leases_until_the_drain_is_over),
    CASE(get_gives_back_with_the_arena),
    CASE(peek_builds_nothing),
    CASE(a_swap_verifies_before_it_replaces),
    CASE(builds_are_verified_on_request),
    CASE(the_old_value_serves_during_a_swap),
    CASE(a_swap_on_a_closed_cell_is_stale),
    CASE(a_swap_ends_the_cool_down),
    CASE(a_gate_admits_so_many_in_order),
    CASE(a_gate_lets_go_of_values_that_were_closed),
    CASE(an_observer_may_call_the_cell),
    CASE(a_slow_observer_holds_up_only_its_own_thread),
    CASE(events_carry_the_context_of_the_initialiser),
};

// Specs may be changed after world_start: the cell reads them through a pointer.
static void run_case(void **state)
{
    const Case *at = *state;
    World *world = world_make();
    world->host_spec.context = context_of;
    world_start(world);
    at->run(world);
    world_end(world);
}

int runtime_cell_cases_test(void)
{
    struct CMUnitTest tests[ARRAY_LEN(cases)];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = run_case,
                                       .initial_state = (void *)(uintptr_t)&cases[i]};
    return RUN_TESTS(tests);
}
