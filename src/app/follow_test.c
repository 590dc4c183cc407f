// app/follow_test.c - whoever asks after an edit sees it: edits, questions of several threads,
// builds of the index and reloads at once.
#include <stdlib.h>

#include "app/ask.h"
#include "app/holder.h"
#include "base/json.h"
#include "index/follow.h"
#include "op/plan_ops.h"
#include "support/check.h"
#include "support/fresh_world.h"

enum { ASKERS = 3, FILES = 12, EDITS = 150 };

typedef struct World {
    Fresh fresh;
    Arena arena;
    Holder *holder;
    Flag stop;
    Counter asked;
    Thread threads[ASKERS];
} World;

// How many results an operation has now, asked as a request of a server is.
static size_t count_found(Holder *holder, const char *op, Str arguments)
{
    Held held;
    Arena arena = {0};
    const Json *json = NULL;
    Asked asked;
    assert_true(holder_acquire(holder, &held));
    Ctx cx = context_request(held.context, &arena, NULL);
    assert_null(json_parse(&arena, arguments, &json));
    Fail fail = ask(&cx, held.context, str_from(op), json, &asked);
    if (fail) fail_msg("%s: " STR_FMT, op, STR_ARG(fail->detail));
    size_t count = asked.result.finding_count;
    arena_fini(&arena);
    holder_release(&held);
    return count;
}

static void ask_on(void *arg)
{
    static const char *const ops[] = {"search", "find", "q"};
    static const Str arguments[] = {{"{\"pattern\":\"token_0\"}", 21},
                                    {"{\"question\":\"token_0\"}", 22},
                                    {"{\"query\":[\"entity=any\",\"name=token_0\"]}", 39}};
    World *world = arg;
    for (size_t i = 0; !flag_get(&world->stop); i++) {
        count_found(world->holder, ops[i % 3], arguments[i % 3]);
        counter_add(&world->asked, 1);
    }
}

static Str path_of(World *world, int file)
{
    return str_format(&world->fresh.arena, STR_FMT "/src/f%d.py", STR_ARG(world->fresh.repo), file);
}

// All files have the same size before and after.
static void write_token(World *world, int file, int token)
{
    Str text = str_format(&world->fresh.arena, "def token_%06d():\n    return 1\n", token);
    fresh_write(path_of(world, file).ptr, text);
}

static void setup_world(World *world)
{
    *world = (World){0};
    fresh_start(&world->fresh, 88172645463325252u);
    fresh_shell(&world->fresh, "mkdir src");
    for (int i = 0; i < FILES; i++) write_token(world, i, i);
    fresh_shell(&world->fresh, "git add -A; git commit -qm x; rm -rf .git/info");
    HolderSpec spec = {.context = {.config = {.no_file = true, .timeout_s = -1},
                                   .root = world->fresh.repo,
                                   .follows = true}};
    Ctx cx = {.arena = &world->arena};
    assert_null(holder_new(&cx, &spec, &world->holder));
    count_found(world->holder, "index", STR("{}"));
}

static void end_world(World *world)
{
    assert_true(holder_free(world->holder));
    fresh_end(&world->fresh);
    arena_fini(&world->arena);
}

static size_t count_token(World *world, const char *op, int token)
{
    const char *shape = *op == 's' ? "{\"pattern\":\"token_%06d\"}"
                                   : "{\"query\":[\"entity=any\",\"name=token_%06d\"]}";
    return count_found(world->holder, op, str_format(&world->fresh.arena, shape, token));
}

static void reload(World *world)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Reloaded reloaded;
    assert_null(holder_reload(&cx, world->holder, 60 * NS_PER_S, &reloaded));
    assert_true(reloaded.drained);
    arena_fini(&arena);
}

static FollowState state_of(World *world)
{
    Held held;
    assert_true(holder_acquire(world->holder, &held));
    FollowState state = follow_state(&world->arena, context_env(held.context)->follow);
    holder_release(&held);
    return state;
}

// What a cached answer is known by. Each edit makes another one.
static void check_stamp(World *world, Digest *last)
{
    Held held;
    Arena arena = {0};
    Digest now;
    assert_true(holder_acquire(world->holder, &held));
    Ctx cx = context_request(held.context, &arena, NULL);
    void *env = (void *)(uintptr_t)context_env(held.context);
    assert_null(plan_ops_read(&cx, env, STR("files"), &now));
    assert_memory_not_equal(&now, last, sizeof now);
    *last = now;
    arena_fini(&arena);
    holder_release(&held);
}

static void edit_and_ask(World *world, int edits, bool disturb)
{
    Digest stamp = {0};
    for (int i = 0; i < edits; i++) {
        int file = i % FILES, token = 1000 + i;
        const char *op = i % 2 ? "q" : "search";
        write_token(world, file, token);
        check_stamp(world, &stamp);
        assert_int_equal(count_token(world, op, token), 1);
        if (i % 10 == 3) { // moved away and back again
            Str from = path_of(world, file), to = path_of(world, FILES);
            assert_int_equal(rename(from.ptr, to.ptr), 0);
            assert_int_equal(count_token(world, op, token), 1);
            assert_int_equal(rename(to.ptr, from.ptr), 0);
        }
        if (i % 10 == 6) {
            assert_int_equal(remove(path_of(world, file).ptr), 0);
            assert_int_equal(count_token(world, op, token), 0);
            write_token(world, file, token);
            assert_int_equal(count_token(world, op, token), 1);
        }
        if (disturb && i % 40 == 20) reload(world);
        if (disturb && i % 50 == 30) count_found(world->holder, "index", STR("{}"));
        arena_reset(&world->fresh.arena);
    }
}

static void an_edit_is_seen_at_once(void **state)
{
    (void)state;
    World *world = mem_alloc(sizeof *world);
    setup_world(world);
    edit_and_ask(world, EDITS, false);
    for (int i = 0; i < 20; i++) count_token(world, "search", 1);
    FollowState now = state_of(world);
    print_message("%d looks at everything, %d at some files, %d at none; %s\n", (int)now.whole,
                  (int)now.named, (int)now.none, now.why_not.len ? now.why_not.ptr : "");
    end_world(world);
    mem_free(world);
}

static void all_at_once(void **state)
{
    (void)state;
    World *world = mem_alloc(sizeof *world);
    setup_world(world);
    for (int i = 0; i < ASKERS; i++)
        assert_true(thread_start(&world->threads[i], ask_on, world, "asker"));
    edit_and_ask(world, EDITS, true);
    while (counter_get(&world->asked) < ASKERS) thread_yield();
    flag_set(&world->stop, 1);
    for (int i = 0; i < ASKERS; i++) thread_join(&world->threads[i]);
    end_world(world);
    mem_free(world);
}

int app_follow_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_is_seen_at_once),
        cmocka_unit_test(all_at_once),
    };
    return RUN_TESTS(tests);
}
