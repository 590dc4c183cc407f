// bench/cache.c - the disk cache: against bare SQLite, and against one file a key.
#include <stdio.h>
#include <stdlib.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "bench.h"
#include "runtime/cache.h"

enum { KEYS = 2000, ROUNDS = 10000 };

typedef struct State {
    char dir[64];
    size_t bytes; // of a value
    int keys;
    char *value, *buffer;
    char (*names)[96];
    Cache *cache;
    sqlite3 *db;
    sqlite3_stmt *get, *put;
    int number; // of the next put
} State;

// Rows of bare SQLite are as scattered as the cache's.
static int64_t row_id(uint64_t number)
{
    return (int64_t)(number * 0x9e3779b97f4a7c15u);
}

static void fill(State *state)
{
    for (int i = 0; i < state->keys; i++) {
        snprintf(state->names[i], sizeof state->names[i], "cq:bench:1:%064x", i * 7919);
        sqlite3_bind_int64(state->put, 1, row_id((uint64_t)i));
        sqlite3_bind_blob64(state->put, 2, state->value, state->bytes, SQLITE_STATIC);
        sqlite3_step(state->put);
        sqlite3_reset(state->put);
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        cache_put(&cx, state->cache, str_from(state->names[i]), (Str){state->value, state->bytes},
                  NULL);
        arena_fini(&arena);
    }
}

static Fail setup(const BenchEnv *env, void **out, uint64_t *bytes, size_t size)
{
    State *state = calloc(1, sizeof *state);
    snprintf(state->dir, sizeof state->dir, "/tmp/cq-bench.XXXXXX");
    if (!mkdtemp(state->dir)) return FAIL(env->cx->arena, IO, "no folder for the benchmark");
    char path[96];
    snprintf(path, sizeof path, "%s/bare", state->dir);
    state->bytes = size;
    state->keys = env->smoke ? 20 : size > 100000 ? 200 : KEYS;
    state->value = malloc(size);
    state->buffer = malloc(size);
    for (size_t i = 0; i < size; i++) state->value[i] = (char)(i * 31);
    state->names = calloc((size_t)state->keys, sizeof *state->names);
    CacheSpec spec = cache_spec_default(str_from(state->dir));
    spec.timeout_s = 10;
    state->cache = cache_open(&spec);
    sqlite3_open_v2(path, &state->db,
                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_exec(state->db,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                 "CREATE TABLE t(id INTEGER PRIMARY KEY, value BLOB)",
                 NULL, NULL, NULL);
    sqlite3_prepare_v2(state->db, "SELECT value FROM t WHERE id = ?1", -1, &state->get, NULL);
    sqlite3_prepare_v2(state->db, "INSERT OR REPLACE INTO t VALUES(?1, ?2)", -1, &state->put, NULL);
    fill(state);
    *out = state;
    *bytes = 0;
    return NULL;
}

static Fail small_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    return setup(env, out, bytes, 1000);
}

static Fail medium_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    return setup(env, out, bytes, 65536);
}

static Fail large_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    return setup(env, out, bytes, 1 << 20);
}

static void file_name(const State *state, int number, char *path, size_t size)
{
    snprintf(path, size, "%s/f%08d", state->dir, number);
}

// The same bytes in one file a key, written on first use.
static Fail files_setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    Fail fail = small_setup(env, out, bytes);
    State *state = *out;
    for (int i = 0; !fail && i < state->keys; i++) {
        char path[96];
        file_name(state, i, path, sizeof path);
        FILE *file = fopen(path, "wb");
        fwrite(state->value, 1, state->bytes, file);
        fclose(file);
    }
    return fail;
}

static void teardown(void *object)
{
    State *state = object;
    char command[128];
    sqlite3_finalize(state->get);
    sqlite3_finalize(state->put);
    sqlite3_close(state->db);
    cache_close(state->cache);
    snprintf(command, sizeof command, "rm -rf %s", state->dir);
    if (system(command)) fprintf(stderr, "%s is left\n", state->dir);
    free(state->value);
    free(state->buffer);
    free(state->names);
    free(state);
}

static int rounds(const BenchEnv *env, const State *state)
{
    return env->smoke ? 20 : state->bytes > 10000 ? ROUNDS / 50 : ROUNDS;
}

static int pick(const State *state, int round)
{
    return (int)((uint32_t)round * 2654435761u % (uint32_t)state->keys);
}

static Fail cache_gets(const BenchEnv *env, void *object)
{
    State *state = object;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (int i = 0; i < rounds(env, state); i++) {
        Str value;
        if (!cache_get(&cx, state->cache, str_from(state->names[pick(state, i)]), &value))
            return FAIL(env->cx->arena, INTERNAL, "a miss");
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

static Fail sqlite_gets(const BenchEnv *env, void *object)
{
    State *state = object;
    for (int i = 0; i < rounds(env, state); i++) {
        sqlite3_bind_int64(state->get, 1, row_id((uint64_t)pick(state, i)));
        if (sqlite3_step(state->get) != SQLITE_ROW) return FAIL(env->cx->arena, INTERNAL, "a miss");
        memcpy(state->buffer, sqlite3_column_blob(state->get, 0), state->bytes);
        sqlite3_reset(state->get);
    }
    return NULL;
}

static Fail file_gets(const BenchEnv *env, void *object)
{
    State *state = object;
    for (int i = 0; i < rounds(env, state); i++) {
        char path[96];
        file_name(state, pick(state, i), path, sizeof path);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? -1 : read(fd, state->buffer, state->bytes);
        close(fd);
        if (got != (ssize_t)state->bytes) return FAIL(env->cx->arena, INTERNAL, "no file");
    }
    return NULL;
}

static Fail cache_misses(const BenchEnv *env, void *object)
{
    State *state = object;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (int i = 0; i < rounds(env, state); i++) {
        Str value;
        char name[32];
        snprintf(name, sizeof name, "cq:bench:2:%d", i);
        cache_get(&cx, state->cache, str_from(name), &value);
    }
    arena_fini(&arena);
    return NULL;
}

static Fail sqlite_misses(const BenchEnv *env, void *object)
{
    State *state = object;
    for (int i = 0; i < rounds(env, state); i++) {
        sqlite3_bind_int64(state->get, 1, i * 2 + 1);
        sqlite3_step(state->get);
        sqlite3_reset(state->get);
    }
    return NULL;
}

static Fail cache_puts(const BenchEnv *env, void *object)
{
    State *state = object;
    Str tags[] = {STR("/w"), STR("/w:c"), STR("/w:run:1")};
    CachePut how = {.tags = tags, .tag_count = 3};
    for (int i = 0; i < rounds(env, state) / 10; i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        char name[32];
        snprintf(name, sizeof name, "cq:bench:3:%d", state->number++);
        cache_put(&cx, state->cache, str_from(name), (Str){state->value, state->bytes}, &how);
        arena_fini(&arena);
    }
    return NULL;
}

static Fail sqlite_puts(const BenchEnv *env, void *object)
{
    State *state = object;
    for (int i = 0; i < rounds(env, state) / 10; i++) {
        sqlite3_bind_int64(state->put, 1, row_id((uint64_t)state->number++));
        sqlite3_bind_blob64(state->put, 2, state->value, state->bytes, SQLITE_STATIC);
        sqlite3_step(state->put);
        sqlite3_reset(state->put);
    }
    return NULL;
}

// What a short command pays: opens the cache, one get, closes it.
static Fail cache_starts(const BenchEnv *env, void *object)
{
    State *state = object;
    for (int i = 0; i < rounds(env, state) / 100; i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Str value;
        CacheSpec spec = cache_spec_default(str_from(state->dir));
        Cache *cache = cache_open(&spec);
        cache_get(&cx, cache, str_from(state->names[i % state->keys]), &value);
        cache_close(cache);
        arena_fini(&arena);
    }
    return NULL;
}

static Fail sqlite_starts(const BenchEnv *env, void *object)
{
    State *state = object;
    char path[96];
    snprintf(path, sizeof path, "%s/bare", state->dir);
    for (int i = 0; i < rounds(env, state) / 100; i++) {
        sqlite3 *db = NULL;
        sqlite3_stmt *get = NULL;
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
        sqlite3_prepare_v2(db, "SELECT value FROM t WHERE id = ?1", -1, &get, NULL);
        sqlite3_bind_int64(get, 1, 1);
        sqlite3_step(get);
        sqlite3_finalize(get);
        sqlite3_close(db);
    }
    return NULL;
}

const BenchCase bench_cache[] = {
    {"cache-get", "10,000 warm gets of 1,000 bytes", "bare prepared SELECT", small_setup,
     cache_gets, sqlite_gets, teardown, 30},
    {"cache-get-file", "10,000 warm gets of 1,000 bytes", "a file a key", files_setup, cache_gets,
     file_gets, teardown, 30},
    {"cache-get-64k", "200 warm gets of 64 KiB", "bare prepared SELECT", medium_setup, cache_gets,
     sqlite_gets, teardown, 30},
    {"cache-get-1m", "200 warm gets of 1 MiB", "bare prepared SELECT", large_setup, cache_gets,
     sqlite_gets, teardown, 20},
    {"cache-miss", "10,000 gets of what is not there", "bare prepared SELECT", small_setup,
     cache_misses, sqlite_misses, teardown, 30},
    {"cache-put", "1,000 puts of 1,000 bytes, three tags", "bare INSERT, no index", small_setup,
     cache_puts, sqlite_puts, teardown, 30},
    {"cache-start", "100 times open, one get, close", "bare SQLite", small_setup, cache_starts,
     sqlite_starts, teardown, 20},
    {0},
};
