// runtime/redis.c
//
// DESIGN. hiredis is opened by name once a Redis, under `mutex`; its functions are then frozen in
// `api`. A call takes an idle connection or makes one, uses it without the mutex, and gives it back
// if it is whole. An idle one may have died with its server, so what fails on one is tried again,
// once, on a new one: every command may be said twice. A failure on a new connection closes the
// gate (`down_until_ns`): who comes meanwhile does not wait for a server that is not there.
// One that is late is not tried again. A broken pipe is no signal here: os_pipe_guard.
#include "runtime/redis.h"

#include "base/clock.h"
#include "base/os.h"

#include <errno.h>

#if __has_include(<hiredis/hiredis.h>)
#include <hiredis/hiredis.h>
#include <sys/time.h>
#define CQ_HAS_HIREDIS 1
#else
#define CQ_HAS_HIREDIS 0
#endif

enum { MOST_IDLE = 8, DEFAULT_PORT = 6379, MOST_DATABASE = 1 << 20, MOST_ARGS = 5 };

typedef struct Address {
    const char *host, *path; // one of them
    int port, database;
} Address;

#if CQ_HAS_HIREDIS
#define REDIS_FUNCTIONS(X)                                                                         \
    X(redisConnectWithTimeout)                                                                     \
    X(redisConnectUnixWithTimeout)                                                                 \
    X(redisSetTimeout)                                                                             \
    X(redisCommandArgv)                                                                            \
    X(redisFree)                                                                                   \
    X(freeReplyObject)

typedef struct Api { // the functions; redisFree of them is p_redisFree
#define MEMBER(name) __typeof__(&name) p_##name;
    REDIS_FUNCTIONS(MEMBER)
#undef MEMBER
} Api;
#endif

struct Redis {
    Arena arena; // frozen
    RedisSpec spec;
    Address address;
    Mutex mutex;
    // guarded by mutex
    bool tried, loaded;
    Str why_not, why_down;
    Arena library_arena, down_arena;
    int64_t down_until_ns;
    RedisStats stats;
#if CQ_HAS_HIREDIS
    redisContext *idle[MOST_IDLE];
    size_t idle_count;
    Api api; // frozen once `loaded`
#endif
};

// --- the address ---

static Fail bad_url(Arena *errors, const char *why)
{
    return FAIL(errors, BAD_REQUEST,
                "redis.url: %s; it is redis://HOST[:PORT][/DATABASE] or unix:PATH", why);
}

static Fail read_number(Arena *errors, Str text, int64_t most, int *out)
{
    int64_t number;
    if (!str_to_int(text, &number) || number < 0 || number > most)
        return bad_url(errors, "a port or a database is no number in range");
    *out = (int)number;
    return NULL;
}

static Fail read_address(Arena *errors, Redis *redis, Address *out)
{
    static const Str tcp = {"redis://", 8}, local = {"unix:", 5};
    Str url = redis->spec.url;
    *out = (Address){.port = DEFAULT_PORT};
    if (str_find(url, '@') < url.len)
        return bad_url(errors, "a password stands in the variable CQ_REDIS_PASSWORD");
    if (str_starts(url, local)) {
        out->path = str_cstr(&redis->arena, str_sub(url, local.len, url.len));
        return *out->path ? NULL : bad_url(errors, "the path is empty");
    }
    if (!str_starts(url, tcp)) return bad_url(errors, "another scheme");
    Str rest = str_sub(url, tcp.len, url.len);
    size_t slash = str_find(rest, '/');
    Str host = str_sub(rest, 0, slash), database = str_sub(rest, slash + 1, rest.len);
    size_t colon = str_find_last(host, ':');
    bool brackets = str_starts(host, STR("["));
    size_t close = str_find(host, ']');
    if (brackets && close == host.len) return bad_url(errors, "a bracket is open");
    if (colon < host.len && (!brackets || colon > close)) {
        TRY(read_number(errors, str_sub(host, colon + 1, host.len), 65535, &out->port));
        host = str_sub(host, 0, colon);
    }
    if (brackets) host = str_sub(host, 1, close);
    if (!host.len) return bad_url(errors, "the host is empty");
    if (database.len) TRY(read_number(errors, database, MOST_DATABASE, &out->database));
    out->host = str_cstr(&redis->arena, host);
    return NULL;
}

Fail redis_new(Arena *errors, const RedisSpec *spec, Redis **out)
{
    Redis *redis = mem_alloc(sizeof *redis);
    redis->spec = *spec;
    redis->spec.url = str_copy(&redis->arena, spec->url);
    redis->spec.password = str_copy(&redis->arena, spec->password);
    mutex_init(&redis->mutex, RANK_HTTP);
    Fail fail = read_address(errors, redis, &redis->address);
    if (fail) redis_free(redis);
    else *out = redis;
    return fail;
}

Fail redis_check_url(Arena *errors, Str url)
{
    Redis *redis = NULL;
    RedisSpec spec = {.url = url};
    Fail fail = redis_new(errors, &spec, &redis);
    if (!fail) redis_free(redis);
    return fail;
}

static Fail unavailable(Ctx *cx, Str why)
{
    Fail fail = FAIL(cx->arena, UNAVAILABLE, "Redis: " STR_FMT, STR_ARG(why));
    return problem_with_str(cx->arena, fail, "runtime", STR("redis"));
}

RedisStats redis_stats(Redis *redis)
{
    mutex_lock(&redis->mutex);
    RedisStats stats = redis->stats;
    mutex_unlock(&redis->mutex);
    return stats;
}

#if CQ_HAS_HIREDIS

void redis_free(Redis *redis)
{
    if (!redis) return;
    for (size_t i = 0; i < redis->idle_count; i++) redis->api.p_redisFree(redis->idle[i]);
    mutex_fini(&redis->mutex);
    arena_fini(&redis->library_arena);
    arena_fini(&redis->down_arena);
    arena_fini(&redis->arena);
    mem_free(redis);
}

// --- the library ---

#define TEXT_OF_(number) #number
#define TEXT_OF(number) TEXT_OF_(number)

// Only the version of the header: structs of another may be laid out otherwise.
static bool load_locked(Redis *redis)
{
    static const char name[] = "libhiredis.so." TEXT_OF(HIREDIS_SONAME);
    if (redis->tried) return redis->loaded;
    Ctx own = {.arena = &redis->library_arena};
    redis->tried = true;
    void *library = os_library(&own, name, &redis->why_not);
    if (!library) return false;
    bool all = true;
#define FIND(function)                                                                             \
    *(void **)&redis->api.p_##function = os_symbol(library, #function);                            \
    all = all && redis->api.p_##function;
    REDIS_FUNCTIONS(FIND)
#undef FIND
    if (!all) redis->why_not = STR("the library lacks a function");
    redis->loaded = all;
    return all;
}

// --- connections ---

typedef struct Talk { // one call
    Ctx *cx;
    Redis *redis;
    redisContext *connection;
    bool was_idle, late;
    const char *argv[MOST_ARGS];
    size_t lengths[MOST_ARGS];
    int argc;
    redisReply *reply;
    Str why; // it failed
} Talk;

static void say(Talk *talk, Str word)
{
    talk->argv[talk->argc] = word.ptr ? word.ptr : "";
    talk->lengths[talk->argc++] = word.len;
}

static struct timeval patience(const Talk *talk)
{
    int64_t us = talk->redis->spec.timeout_ms * 1000;
    if (talk->cx->deadline_ns) {
        int64_t left_us = (talk->cx->deadline_ns - clock_now_ns()) / 1000;
        us = MAX(MIN(us, left_us), 1000);
    }
    return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

static void drop(Talk *talk)
{
    if (talk->connection) talk->redis->api.p_redisFree(talk->connection);
    talk->connection = NULL;
}

// The reply of a command, whose error is a failure too; false with `why`.
static bool ask(Talk *talk, int argc, const char **argv, const size_t *lengths)
{
    const Api *api = &talk->redis->api;
    redisContext *connection = talk->connection;
    talk->reply = api->p_redisCommandArgv(connection, argc, argv, lengths);
    if (!talk->reply) {
        talk->late = connection->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
        talk->why = str_copy(talk->cx->arena, str_from(connection->errstr));
        return false;
    }
    if (talk->reply->type != REDIS_REPLY_ERROR) return true;
    talk->why = str_copy(talk->cx->arena, (Str){talk->reply->str, talk->reply->len});
    api->p_freeReplyObject(talk->reply);
    talk->reply = NULL;
    return false;
}

static bool greet(Talk *talk, const char *word, const char *argument)
{
    const char *argv[] = {word, argument};
    const size_t lengths[] = {strlen(word), strlen(argument)};
    if (!ask(talk, 2, argv, lengths)) return false;
    talk->redis->api.p_freeReplyObject(talk->reply);
    talk->reply = NULL;
    return true;
}

static bool connect_anew(Talk *talk)
{
    Redis *redis = talk->redis;
    const Address *address = &redis->address;
    struct timeval wait = patience(talk);
    talk->was_idle = false;
    talk->connection =
        address->path ? redis->api.p_redisConnectUnixWithTimeout(address->path, wait)
                      : redis->api.p_redisConnectWithTimeout(address->host, address->port, wait);
    if (!talk->connection || talk->connection->err) {
        talk->why = talk->connection ? str_copy(talk->cx->arena, str_from(talk->connection->errstr))
                                     : STR("no connection");
        return false;
    }
    mutex_lock(&redis->mutex);
    redis->stats.connections++;
    mutex_unlock(&redis->mutex);
    redis->api.p_redisSetTimeout(talk->connection, wait);
    Str password = redis->spec.password;
    if (password.len && !greet(talk, "AUTH", str_cstr(talk->cx->arena, password))) return false;
    return !address->database ||
           greet(talk, "SELECT", str_format(talk->cx->arena, "%d", address->database).ptr);
}

// --- one call ---

static int64_t now_of(const Redis *redis)
{
    return redis->spec.now_ns ? redis->spec.now_ns(redis->spec.clock) : clock_now_ns();
}

static Fail begin(Talk *talk)
{
    Redis *redis = talk->redis;
    Str why = STR_NONE;
    mutex_lock(&redis->mutex);
    redis->stats.calls++;
    if (!load_locked(redis))
        why = str_join(talk->cx->arena, STR("no hiredis: "), redis->why_not, STR(""));
    else if (redis->stats.down && now_of(redis) < redis->down_until_ns) {
        why = str_copy(talk->cx->arena, redis->why_down);
        redis->stats.spared++;
    } else if (redis->idle_count) talk->connection = redis->idle[--redis->idle_count];
    bool loaded = redis->loaded;
    mutex_unlock(&redis->mutex);
    talk->was_idle = talk->connection != NULL;
    if (!why.ptr) return NULL;
    Fail fail = unavailable(talk->cx, why);
    if (loaded) return fail;
    return problem_with_str(talk->cx->arena, fail, "hint",
                            STR("install hiredis (Debian: libhiredis" TEXT_OF(HIREDIS_SONAME) ")"));
}

static Fail end(Talk *talk, bool done)
{
    Redis *redis = talk->redis;
    mutex_lock(&redis->mutex);
    redis->stats.down = !done;
    if (!done) {
        redis->stats.failures++;
        redis->down_until_ns = now_of(redis) + redis->spec.retry_ms * NS_PER_MS;
        arena_reset(&redis->down_arena);
        redis->why_down = str_copy(&redis->down_arena, talk->why);
    } else if (redis->idle_count < MOST_IDLE) {
        redis->idle[redis->idle_count++] = talk->connection;
        talk->connection = NULL;
    }
    mutex_unlock(&redis->mutex);
    drop(talk);
    return done ? NULL : unavailable(talk->cx, talk->why);
}

// The reply is in talk->reply, to be freed by the caller.
static Fail speak(Talk *talk)
{
    OsPipeGuard guard;
    TRY(begin(talk));
    os_pipe_guard(&guard);
    bool done = false;
    if (talk->was_idle) {
        talk->redis->api.p_redisSetTimeout(talk->connection, patience(talk));
        done = ask(talk, talk->argc, talk->argv, talk->lengths);
        if (!done) drop(talk); // its server is gone, or it is another one now
    }
    if (!done && !talk->late) // who did not answer in time is there
        done = connect_anew(talk) && ask(talk, talk->argc, talk->argv, talk->lengths);
    os_pipe_unguard(&guard);
    return end(talk, done);
}

static void finish(Talk *talk)
{
    if (talk->reply) talk->redis->api.p_freeReplyObject(talk->reply);
}

// An answer of another kind than the command has: whatever answers is no Redis.
static Fail odd(Talk *talk)
{
    Fail fail = unavailable(talk->cx, STR("the answer is of another kind than was asked for"));
    finish(talk);
    return fail;
}

Fail redis_get(Ctx *cx, Redis *redis, Str key, Str *value, bool *found)
{
    Talk talk = {.cx = cx, .redis = redis};
    say(&talk, STR("GET"));
    say(&talk, key);
    TRY(speak(&talk));
    *found = talk.reply->type == REDIS_REPLY_STRING;
    if (!*found && talk.reply->type != REDIS_REPLY_NIL) return odd(&talk);
    if (*found) *value = str_copy(cx->arena, (Str){talk.reply->str, talk.reply->len});
    finish(&talk);
    return NULL;
}

// For commands whose answer is +OK, +PONG or a number.
static Fail command(Talk *talk)
{
    TRY(speak(talk));
    if (talk->reply->type != REDIS_REPLY_STATUS && talk->reply->type != REDIS_REPLY_INTEGER)
        return odd(talk);
    finish(talk);
    return NULL;
}

Fail redis_put(Ctx *cx, Redis *redis, Str key, Str value, int64_t ttl_s)
{
    Talk talk = {.cx = cx, .redis = redis};
    say(&talk, STR("SET"));
    say(&talk, key);
    say(&talk, value);
    say(&talk, STR("EX"));
    say(&talk, str_format(cx->arena, "%lld", (long long)MAX(ttl_s, 1)));
    return command(&talk);
}

Fail redis_delete(Ctx *cx, Redis *redis, Str key)
{
    Talk talk = {.cx = cx, .redis = redis};
    say(&talk, STR("DEL"));
    say(&talk, key);
    return command(&talk);
}

Fail redis_ping(Ctx *cx, Redis *redis)
{
    Talk talk = {.cx = cx, .redis = redis};
    say(&talk, STR("PING"));
    return command(&talk);
}

#else // built without hiredis

void redis_free(Redis *redis)
{
    if (!redis) return;
    mutex_fini(&redis->mutex);
    arena_fini(&redis->arena);
    mem_free(redis);
}

static Fail absent(Ctx *cx)
{
    return problem_with_str(cx->arena, unavailable(cx, STR("cq was built without hiredis")), "hint",
                            STR("build it with libhiredis-dev installed"));
}

Fail redis_get(Ctx *cx, Redis *redis, Str key, Str *value, bool *found)
{
    (void)redis, (void)key, (void)value, (void)found;
    return absent(cx);
}

Fail redis_put(Ctx *cx, Redis *redis, Str key, Str value, int64_t ttl_s)
{
    (void)redis, (void)key, (void)value, (void)ttl_s;
    return absent(cx);
}

Fail redis_delete(Ctx *cx, Redis *redis, Str key)
{
    (void)redis, (void)key;
    return absent(cx);
}

Fail redis_ping(Ctx *cx, Redis *redis)
{
    (void)redis;
    return absent(cx);
}

#endif
