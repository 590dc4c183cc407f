// support/cell_world.c
#include "support/cell_world.h"

#include "support/check.h"

bool thing_is_disposed(const Thing *thing)
{
    return counter_get(&thing->disposed) != 0;
}

Thing *thing_make(World *world)
{
    uint64_t index = counter_add(&world->builds, 1);
    assert_true(index < MOST_THINGS);
    Thing *thing = &world->things[index];
    thing->world = world;
    thing->number = (int)index + 1;
    return thing;
}

Fail thing_build(Ctx *cx, CellBuild *build, void **out)
{
    World *world = build->owner;
    if (world->on_build) TRY(world->on_build(cx, world, build));
    *out = world->build_null ? NULL : thing_make(world);
    return NULL;
}

static Fail thing_dispose(Ctx *cx, void *owner, void *value)
{
    World *world = owner;
    Thing *thing = value;
    counter_add(&world->disposals, 1);
    if (world->on_dispose) world->on_dispose(world, thing);
    assert_int_equal(counter_add(&thing->disposed, 1), 0);
    if (world->dispose_fails) return FAIL(cx->arena, IO, "%s", world->dispose_fails);
    return NULL;
}

static int64_t world_now(void *clock)
{
    return (int64_t)counter_get(&((World *)clock)->now_ns);
}

static void world_tell(void *arg, const CellEvent *event)
{
    World *world = arg;
    mutex_lock(&world->mutex);
    assert_true(world->event_count < MOST_EVENTS);
    CellEvent *kept = &world->events[world->event_count++];
    *kept = *event;
    kept->error = NULL;
    kept->context = NULL;
    if (event->kind == CELL_INIT_END && event->context)
        snprintf(world->last_session, sizeof world->last_session, STR_FMT,
                 STR_ARG(event->context->session_id));
    mutex_unlock(&world->mutex);
    if (world->on_event) world->on_event(world, event);
}

World *world_make(void)
{
    World *world = mem_alloc(sizeof *world);
    world->cx.arena = &world->arena;
    world->spec = (CellSpec){.name = "thing", .build = thing_build, .dispose = thing_dispose};
    world->host_spec = (CellHostSpec){.owner = world,
                                      .now_ns = world_now,
                                      .clock = world,
                                      .allow_seed = true,
                                      .allow_swap = true,
                                      .observer = {world_tell, world}};
    counter_add(&world->now_ns, 1000 * (uint64_t)NS_PER_S);
    mutex_init(&world->mutex, RANK_APP);
    return world;
}

void world_start(World *world)
{
    world->host = cell_host_new(&world->host_spec);
    world->cell = cell_new(world->host, &world->spec, NULL);
}

void world_end(World *world)
{
    arena_fini(&world->arena);
    assert_true(cell_free(world->cell));
    cell_host_free(world->host);
    uint64_t builds = counter_get(&world->builds);
    for (uint64_t i = 0; i < builds && world->spec.dispose; i++)
        assert_true(thing_is_disposed(&world->things[i]));
    mutex_fini(&world->mutex);
    mem_free(world);
}

void world_pass(World *world, int64_t ms)
{
    counter_add(&world->now_ns, (uint64_t)(ms * NS_PER_MS));
}

size_t world_count(World *world, CellEventKind kind, CellStatus status)
{
    size_t count = 0;
    mutex_lock(&world->mutex);
    for (size_t i = 0; i < world->event_count; i++)
        count += world->events[i].kind == kind && world->events[i].status == status;
    mutex_unlock(&world->mutex);
    return count;
}

const CellEvent *world_last(World *world, CellEventKind kind)
{
    for (size_t i = world->event_count; i-- > 0;)
        if (world->events[i].kind == kind) return &world->events[i];
    return NULL;
}

Lease world_lease(World *world)
{
    Lease lease = {0};
    Fail fail = cell_lease(&world->cx, world->cell, &lease);
    if (fail) fail_msg("lease failed: " STR_FMT, STR_ARG(fail->detail));
    assert_false(thing_is_disposed(lease.value));
    return lease;
}

int thing_number(const Lease *lease)
{
    return ((const Thing *)lease->value)->number;
}
