// app/holder_test.c - a context is replaced under load: nobody fails, nobody waits, nothing is
// left. CQ_LONG=1 swaps 10,000 times.
#include "app/holder.h"

#include <stdlib.h>

#include "base/clock.h"
#include "runtime/cells.h"
#include "support/check.h"

enum { READERS = 4, SWAPS = 40, LONG_SWAPS = 10000 };

// What takes the place of the cell `faiss`: counts.
static Counter builds, disposals, broken;

static Fail build_counted(Ctx *cx, CellBuild *build, void **out)
{
    (void)cx;
    Flag *alive = ARENA_NEW(build->arena, Flag);
    flag_set(alive, 1);
    counter_add(&builds, 1);
    *out = alive;
    return NULL;
}

static Fail dispose_counted(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    flag_set(value, 0);
    counter_add(&disposals, 1);
    return NULL;
}

static const CellSpec counted = {
    .name = "faiss", .build = build_counted, .dispose = dispose_counted, .drain_ms = 1000};
static const CellSpec *const instead[] = {&counted, NULL};
static const ContextOverrides overrides = {.cells = instead};
static const char *const settings[] = {"server.preload=faiss", NULL};

static HolderSpec spec_of_tests(void)
{
    return (HolderSpec){
        .context = {.config = {.no_file = true, .timeout_s = -1, .overrides = settings},
                    .root = {".", 1},
                    .overrides = &overrides}};
}

// An operation that uses the counted cell.
static Fail use(Ctx *cx, const Env *env, const void *args, Result *out)
{
    (void)args;
    const void *alive = NULL;
    Cell *cell = NULL;
    TRY(cells_find(cx->arena, env->cells, STR("faiss"), &cell));
    TRY(cell_get(cx, cell, &alive));
    if (!flag_get(alive)) counter_add(&broken, 1);
    out->found = true;
    return NULL;
}

static const OpSpec using = {.name = "use", .run = use};

typedef struct Load {
    Holder *holder;
    Flag stop;
    Counter served, refused, failed;
} Load;

static void read_on(void *arg)
{
    Load *load = arg;
    while (!flag_get(&load->stop)) {
        Held held;
        Arena arena = {0};
        if (!holder_acquire(load->holder, &held)) {
            counter_add(&load->refused, 1);
            continue;
        }
        Ctx cx = context_request(held.context, &arena, NULL);
        RunInfo info = {0};
        Result result = {0};
        Fail fail = context_run(&cx, held.context, &using, NULL, &info, &result);
        counter_add(fail ? &load->failed : &load->served, 1);
        arena_fini(&arena);
        holder_release(&held);
    }
}

static void readers_never_fail(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Load load = {0};
    Thread threads[READERS];
    HolderSpec spec = spec_of_tests();
    size_t swaps = getenv("CQ_LONG") ? LONG_SWAPS : SWAPS;
    builds = disposals = broken = (Counter){0};
    assert_null(holder_new(&cx, &spec, &load.holder));
    for (size_t i = 0; i < READERS; i++)
        assert_true(thread_start(&threads[i], read_on, &load, "reader"));
    for (size_t i = 0; i < swaps; i++) {
        Arena own = {0};
        Ctx inside = {.arena = &own};
        Reloaded reloaded;
        assert_null(holder_reload(&inside, load.holder, 60 * NS_PER_S, &reloaded));
        assert_true(reloaded.drained);
        assert_int_equal(reloaded.generation, i + 2);
        arena_fini(&own);
    }
    assert_int_equal(holder_leased(load.holder), 0);
    assert_int_equal(counter_get(&disposals), swaps); // the old ones are gone, the new one is not
    flag_set(&load.stop, 1);
    for (size_t i = 0; i < READERS; i++) thread_join(&threads[i]);
    assert_int_equal(counter_get(&load.failed), 0);
    assert_int_equal(counter_get(&load.refused), 0);
    assert_int_equal(counter_get(&broken), 0);
    assert_true(counter_get(&load.served) > 0);
    assert_int_equal(holder_close(&cx, load.holder, NS_PER_S), 0);
    assert_true(holder_free(load.holder));
    assert_int_equal(counter_get(&builds), swaps + 1);
    assert_int_equal(counter_get(&disposals), swaps + 1);
    arena_fini(&arena);
}

static Fail refuse(Ctx *cx, void *arg, const Context *context)
{
    (void)context;
    return flag_get(arg) ? FAIL(cx->arena, DAMAGED, "not like this") : NULL;
}

// What cannot serve does not begin to, and the old one goes on.
static void a_bad_one_changes_nothing(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Holder *holder = NULL;
    Held before, after;
    Flag bad = {0};
    Reloaded reloaded;
    HolderSpec spec = spec_of_tests();
    spec.verify = refuse;
    spec.arg = &bad;
    builds = disposals = (Counter){0};
    assert_null(holder_new(&cx, &spec, &holder));
    assert_true(holder_acquire(holder, &before));
    flag_set(&bad, 1);
    Fail fail = holder_reload(&cx, holder, 0, &reloaded);
    assert_int_equal(fail->kind, PROBLEM_DAMAGED);
    CHECK_STR(fail->detail, STR("not like this"));
    assert_true(holder_acquire(holder, &after));
    assert_ptr_equal(before.context, after.context);
    assert_int_equal(counter_get(&disposals), 1); // of the one that was refused
    holder_release(&before);
    holder_release(&after);
    assert_true(holder_free(holder));
    Holder *never = NULL;
    assert_non_null(holder_new(&cx, &spec, &never));
    assert_null(never);
    assert_int_equal(counter_get(&builds), counter_get(&disposals));
    arena_fini(&arena);
}

static void count_retired(void *arg)
{
    counter_add(arg, 1);
}

// One that is in use is told of, keeps working, and is freed when it is let go.
static void an_old_one_lives_while_it_is_used(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Holder *holder = NULL;
    Held old, now;
    Counter retired = {0};
    Reloaded reloaded;
    HolderSpec spec = spec_of_tests();
    spec.retired = count_retired;
    spec.arg = &retired;
    builds = disposals = (Counter){0};
    assert_null(holder_new(&cx, &spec, &holder));
    assert_true(holder_acquire(holder, &old));
    assert_null(holder_reload(&cx, holder, 0, &reloaded));
    assert_false(reloaded.drained);
    assert_int_equal(reloaded.leased, 1);
    assert_int_equal(holder_leased(holder), 1);
    assert_true(holder_acquire(holder, &now));
    assert_int_equal(old.generation + 1, now.generation);
    RunInfo info = {0};
    Result result = {0};
    Arena own = {0};
    Ctx request = context_request(old.context, &own, NULL);
    assert_null(context_run(&request, old.context, &using, NULL, &info, &result));
    arena_fini(&own);
    assert_int_equal(counter_get(&disposals), 0);
    Held copy; // of an old one, too
    holder_copy(&old, &copy);
    assert_ptr_equal(copy.context, old.context);
    holder_release(&old);
    assert_int_equal(counter_get(&retired), 0);
    assert_int_equal(holder_leased(holder), 1);
    holder_release(&copy);
    assert_int_equal(counter_get(&retired), 1);
    assert_int_equal(counter_get(&disposals), 0); // who let it go did not wait
    assert_int_equal(holder_sweep(holder), 1);
    assert_int_equal(counter_get(&disposals), 1);
    assert_int_equal(holder_close(&cx, holder, 0), 1); // `now`
    assert_false(holder_acquire(holder, &old));
    Fail fail = holder_reload(&cx, holder, 0, &reloaded);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    holder_release(&now);
    assert_int_equal(holder_close(&cx, holder, 0), 0);
    assert_true(holder_free(holder));
    assert_int_equal(counter_get(&disposals), 2);
    arena_fini(&arena);
}

// Two that are replaced together: nothing is replaced when one cannot be.
static void prepared_before_it_replaces(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Holder *holder = NULL;
    Held before, now;
    Flag bad = {0};
    Reloaded reloaded;
    HolderSpec spec = spec_of_tests();
    spec.verify = refuse;
    spec.arg = &bad;
    builds = disposals = (Counter){0};
    assert_null(holder_new(&cx, &spec, &holder));
    assert_true(holder_acquire(holder, &before));
    assert_null(holder_prepare(&cx, holder));
    assert_int_equal(counter_get(&builds), 2);
    assert_true(holder_acquire(holder, &now));
    assert_ptr_equal(before.context, now.context);
    holder_release(&now);
    holder_forget(holder);
    assert_int_equal(counter_get(&disposals), 1);
    assert_null(holder_prepare(&cx, holder));
    flag_set(&bad, 1); // does not matter any more
    assert_null(holder_reload(&cx, holder, 0, &reloaded));
    assert_int_equal(counter_get(&builds), 3);
    assert_int_equal(reloaded.generation, 2);
    assert_int_equal(holder_drain(holder, 0), 1);
    holder_release(&before);
    assert_int_equal(holder_drain(holder, 0), 0);
    assert_int_equal(counter_get(&disposals), 2);
    flag_set(&bad, 0);
    assert_null(holder_prepare(&cx, holder));
    assert_true(holder_free(holder)); // with what was prepared
    assert_int_equal(counter_get(&disposals), 4);
    arena_fini(&arena);
}

int app_holder_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_never_fail),
        cmocka_unit_test(a_bad_one_changes_nothing),
        cmocka_unit_test(an_old_one_lives_while_it_is_used),
        cmocka_unit_test(prepared_before_it_replaces),
    };
    return RUN_TESTS(tests);
}
