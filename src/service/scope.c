// service/scope.c
//
// DESIGN. An Entry is one session: its scope as JSON (empty: cleared, or none is known), when that
// is forgotten, when Redis was last asked. `mutex` guards all entries and is never held while Redis
// is asked: who asks marks the entry `asking`, and others that want the same session wait for that
// on `changed`, up to their own deadline. An entry that is asked about is not thrown out. What
// Redis was not told (`unsaid`) goes before what it says, and is said by the next who asks. Two
// processes that set the same session at once: the last to reach Redis wins.
#include "service/scope.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/vec.h"
#include "runtime/cell.h"
#include "runtime/redis.h"

enum { MOST_NAME = 128 };

typedef struct Entry {
    Arena arena; // of `session`
    Str session;
    char *json; // heap; NULL: there is none
    size_t json_len;
    int64_t until_ns, asked_ns; // 0: never asked
    bool asking, unsaid;
    struct Entry *newer, *older;
} Entry;

struct ScopeStore {
    ScopeSpec spec; // frozen
    Str prefix;     // of keys in Redis
    Arena arena;
    Mutex mutex;
    Cond changed;
    // guarded by mutex
    Entry *newest, *oldest;
    size_t count;
    ScopeStats stats;
};

static int64_t now_of(const ScopeStore *store)
{
    return store->spec.now_ns ? store->spec.now_ns(store->spec.clock) : clock_now_ns();
}

ScopeStore *scope_store_new(const ScopeSpec *spec)
{
    ScopeStore *store = mem_alloc(sizeof *store);
    Digest digest = digest_of(spec->folder);
    store->spec = *spec;
    store->spec.most_sessions = MAX(spec->most_sessions, 1);
    store->prefix = str_format(&store->arena, "cq:scope:" STR_FMT ":",
                               STR_ARG(str_sub(digest_hex(&store->arena, &digest), 0, 16)));
    mutex_init(&store->mutex, RANK_SERVICE);
    cond_init(&store->changed);
    return store;
}

// --- entries; the mutex is held ---

static void unlink_entry(ScopeStore *store, Entry *entry)
{
    *(entry->newer ? &entry->newer->older : &store->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &store->oldest) = entry->newer;
}

static void link_newest(ScopeStore *store, Entry *entry)
{
    entry->newer = NULL;
    entry->older = store->newest;
    *(store->newest ? &store->newest->newer : &store->oldest) = entry;
    store->newest = entry;
}

static void free_entry(ScopeStore *store, Entry *entry)
{
    unlink_entry(store, entry);
    store->count--;
    mem_free(entry->json);
    arena_fini(&entry->arena);
    mem_free(entry);
}

static void make_room(ScopeStore *store)
{
    for (Entry *entry = store->oldest, *newer; entry; entry = newer) {
        newer = entry->newer;
        if (store->count <= store->spec.most_sessions) return;
        if (!entry->asking && entry != store->newest) free_entry(store, entry);
    }
}

// The session's entry, made if need be; it is the newest from now on.
static Entry *entry_of(ScopeStore *store, Str session)
{
    Entry *entry = store->newest;
    while (entry && !str_eq(entry->session, session)) entry = entry->older;
    if (entry) unlink_entry(store, entry);
    else {
        entry = mem_alloc(sizeof *entry);
        entry->session = str_copy(&entry->arena, session);
        store->count++;
    }
    link_newest(store, entry);
    make_room(store);
    return entry;
}

static void set_json(Entry *entry, Str json, int64_t until_ns)
{
    mem_free(entry->json);
    entry->json = NULL;
    entry->json_len = json.len;
    entry->until_ns = until_ns;
    if (!json.len) return;
    entry->json = mem_alloc(json.len);
    memcpy(entry->json, json.ptr, json.len);
}

static Str json_of(const Entry *entry)
{
    return (Str){entry->json, entry->json_len};
}

void scope_store_free(ScopeStore *store)
{
    if (!store) return;
    while (store->newest) free_entry(store, store->newest);
    cond_fini(&store->changed);
    mutex_fini(&store->mutex);
    arena_fini(&store->arena);
    mem_free(store);
}

ScopeStats scope_stats(ScopeStore *store)
{
    mutex_lock(&store->mutex);
    ScopeStats stats = store->stats;
    mutex_unlock(&store->mutex);
    return stats;
}

// --- as text ---

static void write_texts(JsonWriter *w, const char *key, const ScopeTexts *texts)
{
    json_key(w, key);
    json_begin_array(w);
    for (size_t i = 0; i < texts->count; i++) json_write_str(w, texts->items[i]);
    json_end(w);
}

static Str write_scope(Arena *arena, const Scope *scope, int64_t until_wall_s)
{
    Buf out = buf_on(arena);
    JsonWriter w = {.out = &out};
    json_begin_object(&w);
    write_texts(&w, "lang", &scope->lang);
    write_texts(&w, "in", &scope->in);
    write_texts(&w, "glob", &scope->glob);
    json_member_int(&w, "until", until_wall_s);
    json_end(&w);
    return buf_str(&out);
}

static bool read_texts(Arena *arena, const Json *from, ScopeTexts *out)
{
    VEC(Str) texts = {0};
    if (!from || from->kind != JK_ARRAY || from->len > SCOPE_MOST_ITEMS) return false;
    for (size_t i = 0; i < from->len; i++) {
        if (from->items[i]->kind != JK_STR) return false;
        VEC_PUSH(arena, &texts, from->items[i]->string);
    }
    *out = (ScopeTexts){texts.items, texts.len};
    return true;
}

// False for anything that write_scope does not make.
static bool read_scope(Arena *arena, Str json, Scope *out, int64_t *until_wall_s)
{
    const Json *document = NULL;
    Fail fail = json_parse(arena, json, &document);
    const Json *until = json_get(document, STR("until"));
    if (fail || !until || until->kind != JK_INT) return false;
    *until_wall_s = until->integer;
    return read_texts(arena, json_get(document, STR("lang")), &out->lang) &&
           read_texts(arena, json_get(document, STR("in")), &out->in) &&
           read_texts(arena, json_get(document, STR("glob")), &out->glob);
}

static Fail check_session(Arena *arena, Str session)
{
    bool good = session.len && session.len <= MOST_NAME;
    for (size_t i = 0; i < session.len && good; i++) {
        char c = session.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == ':' || c == '-';
    }
    return good ? NULL
                : FAIL(arena, BAD_REQUEST,
                       "a session's name is 1 to %d letters, digits and . _ : -", MOST_NAME);
}

// --- Redis ---

typedef struct Shared { // one question to Redis, without the mutex
    Str key;
    Str json; // to be said; else, what it says
    int64_t ttl_s;
    bool unsaid, found;
    Fail fail;
} Shared;

static void ask_redis(Ctx *cx, ScopeStore *store, Shared *shared)
{
    Lease lease;
    shared->fail = cell_lease(cx, store->spec.redis, &lease);
    if (shared->fail) return;
    Redis *redis = (Redis *)(uintptr_t)lease.value; // locks itself
    if (!shared->unsaid)
        shared->fail = redis_get(cx, redis, shared->key, &shared->json, &shared->found);
    else if (shared->json.len)
        shared->fail = redis_put(cx, redis, shared->key, shared->json, shared->ttl_s);
    else shared->fail = redis_delete(cx, redis, shared->key);
    lease_release(&lease);
}

// What Redis said, or that it was told; the mutex is held. What is no scope is none.
static void take_answer(Ctx *cx, ScopeStore *store, Entry *entry, const Shared *shared)
{
    Scope scope;
    int64_t until_s = 0, now_ns = now_of(store);
    if (shared->fail) {
        store->stats.outages++;
        return;
    }
    entry->asked_ns = MAX(now_ns, 1);
    entry->unsaid = false; // nobody sets it while it is asked about
    if (shared->unsaid) return;
    bool good = shared->found && read_scope(cx->arena, shared->json, &scope, &until_s);
    int64_t left_s = until_s - clock_wall_ms() / 1000;
    if (good && left_s > 0) set_json(entry, shared->json, now_ns + left_s * NS_PER_S);
    else set_json(entry, STR_NONE, 0);
}

static bool needs_redis(const ScopeStore *store, const Entry *entry)
{
    if (!store->spec.redis) return false;
    return entry->unsaid || !entry->asked_ns ||
           now_of(store) - entry->asked_ns >= SCOPE_FRESH_S * NS_PER_S;
}

static Str limit_of(Arena *arena, const Entry *entry, Fail fail)
{
    const char *what = entry->unsaid
                           ? "only this process knows of the change, until it is there again"
                       : entry->asked_ns ? "the scope is as this process last knew it"
                                         : "no scope is known to this process";
    return str_format(arena, "%s, as the shared store cannot be had: " STR_FMT, what,
                      STR_ARG(fail->detail));
}

// Makes the entry agree with Redis, if it is time to; the mutex is held, and given up meanwhile.
static void agree(Ctx *cx, ScopeStore *store, Entry *entry, Str *limit)
{
    if (!needs_redis(store, entry)) {
        store->stats.local++;
        return;
    }
    int64_t left_ns = entry->until_ns - now_of(store);
    Shared shared = {.key = str_join(cx->arena, store->prefix, STR(""), entry->session),
                     .unsaid = entry->unsaid,
                     .ttl_s = MAX(left_ns / NS_PER_S, 1)};
    if (shared.unsaid) shared.json = str_copy(cx->arena, json_of(entry));
    entry->asking = true;
    mutex_unlock(&store->mutex);
    ask_redis(cx, store, &shared);
    mutex_lock(&store->mutex);
    entry->asking = false;
    take_answer(cx, store, entry, &shared);
    if (shared.fail) *limit = limit_of(cx->arena, entry, shared.fail);
    else store->stats.remote++;
    cond_broadcast(&store->changed);
}

// The session's entry, when nobody asks Redis about it. It is looked up after each wait: nothing
// else keeps an entry that is not asked about. Fails: CANCELLED.
static Fail enter(Ctx *cx, ScopeStore *store, Str session, Entry **out)
{
    Fail fail = NULL;
    bool waited = false;
    while ((*out = entry_of(store, session))->asking && !fail) {
        if (!waited) store->stats.waited++;
        waited = true;
        cond_wait_until(&store->changed, &store->mutex, clock_now_ns() + 10 * NS_PER_MS);
        fail = ctx_check(cx);
    }
    return fail;
}

static void answer(Ctx *cx, ScopeStore *store, const Entry *entry, ScopeAnswer *out)
{
    int64_t until_s, left_ns = entry->until_ns - now_of(store);
    Str json = str_copy(cx->arena, json_of(entry));
    out->found = json.len && left_ns > 0 && read_scope(cx->arena, json, &out->scope, &until_s);
    if (!out->found) store->stats.misses++;
    else out->left_s = (left_ns + NS_PER_S - 1) / NS_PER_S;
}

static Fail talk(Ctx *cx, ScopeStore *store, Str session, const Str *json, int64_t ttl_s,
                 ScopeAnswer *out)
{
    Entry *entry = NULL;
    *out = (ScopeAnswer){0};
    mutex_lock(&store->mutex);
    Fail fail = enter(cx, store, session, &entry);
    if (!fail && json) {
        set_json(entry, *json, json->len ? now_of(store) + ttl_s * NS_PER_S : 0);
        entry->unsaid = store->spec.redis != NULL;
    }
    if (!fail) agree(cx, store, entry, &out->limit);
    if (!fail) answer(cx, store, entry, out);
    mutex_unlock(&store->mutex);
    return fail ? fail : ctx_check(cx);
}

Fail scope_set(Ctx *cx, ScopeStore *store, Str session, const Scope *scope, int64_t ttl_s,
               ScopeAnswer *out)
{
    TRY(check_session(cx->arena, session));
    if (ttl_s <= 0) ttl_s = store->spec.ttl_s;
    Str json = write_scope(cx->arena, scope, clock_wall_ms() / 1000 + ttl_s);
    size_t items = MAX(MAX(scope->lang.count, scope->in.count), scope->glob.count);
    if (items > SCOPE_MOST_ITEMS || json.len > SCOPE_MOST_BYTES)
        return FAIL(cx->arena, TOO_LARGE, "a scope has at most %d items of a kind, and %d bytes",
                    SCOPE_MOST_ITEMS, SCOPE_MOST_BYTES);
    return talk(cx, store, session, &json, ttl_s, out);
}

Fail scope_get(Ctx *cx, ScopeStore *store, Str session, ScopeAnswer *out)
{
    TRY(check_session(cx->arena, session));
    return talk(cx, store, session, NULL, 0, out);
}

Fail scope_clear(Ctx *cx, ScopeStore *store, Str session, ScopeAnswer *out)
{
    Str nothing = STR("");
    TRY(check_session(cx->arena, session));
    return talk(cx, store, session, &nothing, 0, out);
}
