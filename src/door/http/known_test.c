// door/http/known_test.c - what is known of answers, from many threads: a tag belongs to its state,
// and under load (files change, an index is published, settings are read again, what is open is
// thrown away) two answers of one state are the same.
#include "door/http/known.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/folder.h"

enum { THREADS = 3, STATES = 6000, FILES = 12 };

// ---- slots

typedef struct Slots {
    Known *known;
    uint64_t seed;
    int rounds;
    size_t found, wrong;
} Slots;

static Digest numbered(const char *what, int64_t number)
{
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, str_from(what));
    digester_add_int(&digester, number);
    return digester_end(&digester);
}

static void use_slots(void *arg)
{
    Slots *slots = arg;
    for (int i = 0; i < slots->rounds; i++) {
        slots->seed = slots->seed * 6364136223846793005ULL + 1442695040888963407ULL;
        int64_t number = (int64_t)(slots->seed >> 33) % STATES;
        Digest state = numbered("state", number), tag = numbered("tag", number), got;
        if (known_tag(slots->known, &state, &got)) {
            slots->found++;
            slots->wrong += memcmp(&got, &tag, sizeof got) != 0;
        }
        known_put(slots->known, &state, &tag);
    }
}

static void a_tag_belongs_to_its_state(void **state)
{
    (void)state;
    Known *known = known_new();
    Thread threads[THREADS];
    Slots slots[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        slots[i] = (Slots){.known = known, .seed = i, .rounds = check_rounds(20000, 1000000)};
        assert_true(thread_start(&threads[i], use_slots, &slots[i], "slots"));
    }
    for (size_t i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
        assert_int_equal(slots[i].wrong, 0);
        assert_true(slots[i].found > 0);
    }
    known_free(known);
}

// ---- under load

typedef struct World {
    Folder folder, cache;
    Arena arena;
    Pool *pool;
    Sites *sites;
    Known *known;
    Flag stop;
    Counter asked, told, wrong, failed;
} World;

static void *args_of(Arena *arena, const OpSpec *op, const char *text)
{
    const Json *document = NULL;
    void *args = arena_alloc(arena, op->args_size);
    assert_null(json_parse(arena, str_from(text), &document));
    assert_null(record_from_json(arena, op->args, document, args));
    return args;
}

static Fail run(Ctx *cx, const Live *live, const OpSpec *op, const void *args, Result *out)
{
    RunInfo info = {0};
    *out = (Result){0};
    return context_run(cx, live_context(live), op, args, &info, out);
}

// As a conditional GET: is the answer known? Else it is worked out. Whether it is known or not, it
// is worked out here, and what was known must be that, unless the state is another one by then.
static void ask_once(World *world, Arena *arena, const OpSpec *op, const void *args)
{
    Live live;
    Digest before, after, known, tag;
    Result result;
    assert_true(sites_lease(world->sites, STR_NONE, &live));
    Ctx cx = context_request(live_context(&live), arena, NULL);
    bool has = known_state(&cx, &live, op, args, &before);
    bool told = has && known_tag(world->known, &before, &known);
    Fail fail = run(&cx, &live, op, args, &result);
    counter_add(fail ? &world->failed : &world->asked, 1);
    if (!fail && has && !result.stale && !result.problem) {
        tag = known_answer(arena, op, &result);
        known_keep(&cx, world->known, &live, op, args, &before, &tag);
        bool same =
            known_state(&cx, &live, op, args, &after) && !memcmp(&before, &after, sizeof after);
        if (told && same) counter_add(&world->told, 1);
        if (told && same && memcmp(&known, &tag, sizeof tag) != 0) counter_add(&world->wrong, 1);
    }
    live_release(&live);
}

static void ask_on(void *arg)
{
    World *world = arg;
    static const char *const asks[][2] = {{"search", "{\"pattern\":\"alpha_3\"}"},
                                          {"find", "{\"question\":\"alpha\"}"},
                                          {"outline", "{\"files\":[\"m3.py\"]}"},
                                          {"read", "{\"path\":\"m4.py\"}"}};
    for (size_t i = 0; !flag_get(&world->stop); i++) {
        Arena arena = {0};
        const OpSpec *op = op_named(str_from(asks[i % ARRAY_LEN(asks)][0]));
        ask_once(world, &arena, op, args_of(&arena, op, asks[i % ARRAY_LEN(asks)][1]));
        arena_fini(&arena);
    }
}

static void write_file(const World *world, int index, int version)
{
    Arena arena = {0};
    Str name = str_format(&arena, "m%d.py", index);
    folder_write(&world->folder, name.ptr,
                 str_format(&arena, "def alpha_%d(count):\n    return alpha_3(count) + %d\n", index,
                            version));
    arena_fini(&arena);
}

static void begin(World *world)
{
    *world = (World){.pool = pool_new((PoolSpec){.io_workers = 1, .io_ceiling = 4})};
    Ctx cx = {.arena = &world->arena};
    folder_make(&world->folder);
    folder_make(&world->cache);
    for (int i = 0; i < FILES; i++) write_file(world, i, 0);
    const char **settings = ARENA_ARRAY(&world->arena, const char *, 4);
    settings[0] = str_format(&world->arena, "cache.directory=%s", world->cache.path).ptr;
    settings[1] = str_format(&world->arena, "index.directory=%s/index", world->cache.path).ptr;
    settings[2] = "index.background=off";
    ContextSpec spec = {.config = {.no_file = true, .timeout_s = -1, .overrides = settings}};
    Str root;
    assert_null(os_real_path(&cx, world->folder.path, &root));
    assert_null(sites_new(&cx, &spec, &(StrList){&root, 1}, world->pool, &world->sites));
    world->known = known_new();
}

static void end(World *world)
{
    known_free(world->known);
    pool_drain(world->pool);
    sites_free(world->sites);
    pool_free(world->pool);
    folder_remove(&world->folder);
    folder_remove(&world->cache);
    arena_fini(&world->arena);
}

static void change(World *world, const char *op_name, const char *arguments)
{
    Arena arena = {0};
    Live live;
    Result result;
    const OpSpec *op = op_named(str_from(op_name));
    assert_true(sites_lease(world->sites, STR_NONE, &live));
    Ctx cx = context_request(live_context(&live), &arena, NULL);
    Fail fail = run(&cx, &live, op, args_of(&arena, op, arguments), &result);
    if (fail) fail_msg("%s: " STR_FMT, op_name, STR_ARG(fail->detail));
    live_release(&live);
    arena_fini(&arena);
}

// What is open of the index; who uses it goes on.
static void throw_away(World *world)
{
    Arena arena = {0};
    Live live;
    assert_true(sites_lease(world->sites, STR_NONE, &live));
    Ctx cx = context_request(live_context(&live), &arena, NULL);
    cell_invalidate(&cx, context_env(live_context(&live))->opened);
    live_release(&live);
    arena_fini(&arena);
}

static void reload(World *world)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    assert_null(sites_reload(&cx, world->sites, 0, NULL));
    arena_fini(&arena);
}

static void one_state_has_one_answer(void **state)
{
    (void)state;
    World world;
    Thread threads[THREADS];
    begin(&world);
    change(&world, "index", "{}");
    for (size_t i = 0; i < THREADS; i++)
        assert_true(thread_start(&threads[i], ask_on, &world, "asker"));
    for (int i = 0, rounds = check_rounds(24, 400); i < rounds; i++) {
        uint64_t told = counter_get(&world.told), asked = counter_get(&world.asked);
        if (i % 2) write_file(&world, i % FILES, i);
        else change(&world, "index", i % 6 ? "{}" : "{\"full\":true}");
        if (i % 5 == 4) reload(&world);
        if (i % 4 == 3) throw_away(&world);
        // Until they have seen it; what was asked before an index was published may never be told.
        while (counter_get(&world.asked) < asked + 8 ||
               (i % 6 == 0 && counter_get(&world.told) == told))
            thread_yield();
    }
    flag_set(&world.stop, 1);
    for (size_t i = 0; i < THREADS; i++) thread_join(&threads[i]);
    assert_int_equal(counter_get(&world.wrong), 0);
    assert_int_equal(counter_get(&world.failed), 0);
    assert_true(counter_get(&world.told) > 0);
    end(&world);
}

int door_http_known_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_belongs_to_its_state),
        cmocka_unit_test(one_state_has_one_answer),
    };
    return RUN_TESTS(tests);
}
