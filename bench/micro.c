// bench/micro.c - the small parts, each against the plain way to do the same.
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "bench.h"
#include "retrieve/scan.h"
#include "runtime/pool.h"

enum { TEXT_BYTES = 16 << 20, OBJECTS = 200000, TASKS = 100000, KEYS = 100000 };

typedef struct TextState {
    char *text;
    size_t len;
    NeedleSet set;
    size_t found;
} TextState;

static Fail text_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    static const char line[] = "    if (dictSize(server.db[j].dict) == 0) { return other_name; }\n";
    TextState *state = calloc(1, sizeof *state);
    state->len = env->smoke ? 1 << 16 : TEXT_BYTES;
    state->text = calloc(1, state->len + SCAN_PADDING);
    for (size_t i = 0; i < state->len; i++) state->text[i] = line[i % (sizeof line - 1)];
    state->set.count = 1;
    state->set.needles[0] = (Needle){.bytes = "dictFind", .len = 8};
    needle_set_prepare(&state->set);
    *out = state;
    *bytes = state->len;
    return NULL;
}

static void text_teardown(void *object)
{
    TextState *state = object;
    free(state->text);
    free(state);
}

static Fail scan_find(const BenchEnv *env, void *object)
{
    (void)env;
    TextState *state = object;
    uint32_t which = 0;
    state->found = scan_select()->find(&state->set, state->text, state->len, 0, &which);
    return NULL;
}

static Fail libc_find(const BenchEnv *env, void *object)
{
    (void)env;
    TextState *state = object;
    state->found = (size_t)(uintptr_t)memmem(state->text, state->len, "dictFind", 8);
    return NULL;
}

static Fail scan_class(const BenchEnv *env, void *object)
{
    (void)env;
    TextState *state = object;
    state->found = scan_text_class(scan_select(), state->text, state->len);
    return NULL;
}

static Fail libc_memchr(const BenchEnv *env, void *object)
{
    (void)env;
    TextState *state = object;
    state->found = (size_t)(uintptr_t)memchr(state->text, 0, state->len);
    return NULL;
}

static Fail none_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    (void)env;
    *out = NULL;
    *bytes = 0;
    return NULL;
}

static Fail arena_objects(const BenchEnv *env, void *object)
{
    (void)object;
    Arena arena = {0};
    for (int i = 0; i < (env->smoke ? 100 : OBJECTS); i++) arena_alloc(&arena, 48);
    arena_fini(&arena);
    return NULL;
}

static Fail heap_objects(const BenchEnv *env, void *object)
{
    (void)object;
    int count = env->smoke ? 100 : OBJECTS;
    void **all = calloc((size_t)count, sizeof *all);
    for (int i = 0; i < count; i++) all[i] = calloc(1, 48);
    for (int i = 0; i < count; i++) free(all[i]);
    free(all);
    return NULL;
}

static Fail map_keys(const BenchEnv *env, void *object)
{
    (void)object;
    Arena arena = {0};
    Map map = {0};
    for (int i = 0; i < (env->smoke ? 100 : KEYS); i++)
        ++*map_at(&arena, &map, str_format(&arena, "key%d", i % 5000), 0);
    arena_fini(&arena);
    return NULL;
}

static void no_op(void *arg, int slot)
{
    (void)slot;
    counter_add(arg, 1);
}

static Fail pool_tasks(const BenchEnv *env, void *object)
{
    (void)object;
    Pool *pool = pool_new((PoolSpec){.cpu_workers = 1});
    Counter runs = {0};
    Group group;
    group_init(&group, pool, NULL);
    int count = env->smoke ? 100 : TASKS;
    for (int i = 0; i < count; i++) group_submit(&group, 0, no_op, &runs);
    group_wait(&group);
    pool_free(pool);
    return counter_get(&runs) == (uint64_t)count ? NULL
                                                 : FAIL(env->cx->arena, INTERNAL, "a task is lost");
}

static Fail inline_calls(const BenchEnv *env, void *object)
{
    (void)object;
    Counter runs = {0};
    Mutex mutex; // what handing over costs at least: one uncontended lock a task
    mutex_init(&mutex, RANK_APP);
    for (int i = 0; i < (env->smoke ? 100 : TASKS); i++) {
        mutex_lock(&mutex);
        no_op(&runs, 0);
        mutex_unlock(&mutex);
    }
    mutex_fini(&mutex);
    return NULL;
}

static Fail write_json(const BenchEnv *env, void *object)
{
    (void)object;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    json_begin_array(&w);
    for (int i = 0; i < (env->smoke ? 10 : 20000); i++) {
        json_begin_object(&w);
        json_member_str(&w, "path", STR("src/base/arena.c"));
        json_member_int(&w, "line", i);
        json_end(&w);
    }
    json_end(&w);
    arena_fini(&arena);
    return NULL;
}

static Fail jansson_json(const BenchEnv *env, void *object)
{
    (void)object;
    json_t *array = json_array();
    for (int i = 0; i < (env->smoke ? 10 : 20000); i++) {
        json_t *item = json_object();
        json_object_set_new(item, "path", json_string("src/base/arena.c"));
        json_object_set_new(item, "line", json_integer(i));
        json_array_append_new(array, item);
    }
    free(json_dumps(array, JSON_COMPACT));
    json_decref(array);
    return NULL;
}

const BenchCase bench_micro[] = {
    {"scan-literal", "an absent literal in 16 MB of C", "memmem", text_setup, scan_find, libc_find,
     text_teardown, 50},
    {"scan-text", "is it text: NUL, ASCII, UTF-8", "memchr", text_setup, scan_class, libc_memchr,
     text_teardown, 50},
    {"arena", "200,000 objects of 48 bytes", "calloc + free", none_setup, arena_objects,
     heap_objects, NULL, 20},
    {"map", "100,000 counts over 5,000 keys", NULL, none_setup, map_keys, NULL, NULL, 20},
    {"pool", "100,000 empty tasks, 1 worker and the caller", "a locked call each", none_setup,
     pool_tasks, inline_calls, NULL, 20},
    {"json-write", "20,000 small objects", "jansson", none_setup, write_json, jansson_json, NULL,
     20},
    {0},
};
