// runtime/engine_cache.c - results by fingerprint: in memory, in the store, and in the making.
//
// DESIGN. One mutex guards the table of kept results (least recently used go first) and the list
// of flights. A flight is a fingerprint that one cell, the leader, is computing; cells that want
// the same are noted in it and their runners go away. Whoever ends a flight takes it out of the
// list under the mutex, so its waiters are woken exactly once, then wakes them without the mutex:
// a run's mutex is never taken inside this one. A waiter holds a reference to its run.
// Blobs are frozen and counted; a result can be in use after it left the table.
#include <assert.h>

#include "runtime/engine_.h"

enum { LARGEST_INLINE = 64 << 10 }; // outputs above are stored by content, under a key of their own

struct Kept {
    Digest key;
    Blob *blob;
    Kept *next; // in the bucket
    Kept *newer, *older;
};

typedef struct Waiter {
    Run *run;
    uint32_t cell;
    struct Waiter *next;
} Waiter;

struct Flight {
    Digest key;
    const Run *run; // of the leader
    uint32_t cell;
    Waiter *waiters;
    Flight *next;
};

// ---- blobs

Blob *blob_new(Str bytes, const Digest *digest)
{
    Blob *blob = mem_alloc(sizeof *blob + bytes.len);
    counter_add(&blob->refs, 1);
    blob->digest = *digest;
    blob->len = bytes.len;
    if (bytes.len) memcpy(blob->bytes, bytes.ptr, bytes.len);
    return blob;
}

Blob *blob_hold(Blob *blob)
{
    counter_add(&blob->refs, 1);
    return blob;
}

void blob_drop(Blob *blob)
{
    if (blob && counter_sub(&blob->refs, 1) == 1) mem_free(blob);
}

// ---- in memory; engine->mutex held

static Kept **bucket_of(Engine *engine, const Digest *key)
{
    return &engine->buckets[digest_hash(key) & (engine->bucket_count - 1)];
}

static Kept *find(Engine *engine, const Digest *key)
{
    if (!engine->bucket_count) return NULL;
    Kept *kept = *bucket_of(engine, key);
    while (kept && !digest_eq(&kept->key, key)) kept = kept->next;
    return kept;
}

static void unlink_age(Engine *engine, Kept *kept)
{
    *(kept->newer ? &kept->newer->older : &engine->newest) = kept->older;
    *(kept->older ? &kept->older->newer : &engine->oldest) = kept->newer;
}

static void link_newest(Engine *engine, Kept *kept)
{
    kept->newer = NULL;
    kept->older = engine->newest;
    *(engine->newest ? &engine->newest->newer : &engine->oldest) = kept;
    engine->newest = kept;
}

static size_t size_of(const Kept *kept)
{
    return sizeof *kept + sizeof *kept->blob + kept->blob->len;
}

static void forget(Engine *engine, Kept *kept)
{
    Kept **at = bucket_of(engine, &kept->key);
    while (*at != kept) at = &(*at)->next;
    *at = kept->next;
    unlink_age(engine, kept);
    engine->kept_count--;
    engine->kept_bytes -= size_of(kept);
    blob_drop(kept->blob);
    mem_free(kept);
}

static void grow_buckets(Engine *engine)
{
    if (engine->kept_count < engine->bucket_count) return;
    mem_free(engine->buckets);
    engine->bucket_count = MAX(engine->bucket_count * 2, (size_t)256);
    engine->buckets = mem_alloc(engine->bucket_count * sizeof *engine->buckets);
    for (Kept *kept = engine->newest; kept; kept = kept->older) {
        Kept **bucket = bucket_of(engine, &kept->key);
        kept->next = *bucket;
        *bucket = kept;
    }
}

static Blob *peek_locked(Engine *engine, const Digest *key)
{
    Kept *kept = find(engine, key);
    if (!kept) return NULL;
    unlink_age(engine, kept);
    link_newest(engine, kept);
    return blob_hold(kept->blob);
}

Blob *memory_peek(Engine *engine, const Digest *key)
{
    mutex_lock(&engine->mutex);
    Blob *blob = peek_locked(engine, key);
    mutex_unlock(&engine->mutex);
    return blob;
}

void memory_keep(Engine *engine, const Digest *key, Blob *blob)
{
    size_t limit = engine->spec.memory_bytes;
    if (sizeof(Kept) + sizeof(Blob) + blob->len > limit) return;
    mutex_lock(&engine->mutex);
    Kept *old = find(engine, key);
    if (old) forget(engine, old);
    grow_buckets(engine);
    Kept *kept = mem_alloc(sizeof *kept), **bucket = bucket_of(engine, key);
    *kept = (Kept){.key = *key, .blob = blob_hold(blob), .next = *bucket};
    *bucket = kept;
    link_newest(engine, kept);
    engine->kept_count++;
    engine->kept_bytes += size_of(kept);
    while (engine->kept_bytes > limit) forget(engine, engine->oldest);
    mutex_unlock(&engine->mutex);
}

void memory_clear(Engine *engine)
{
    mutex_lock(&engine->mutex);
    while (engine->oldest) forget(engine, engine->oldest);
    mem_free(engine->buckets);
    engine->buckets = NULL;
    engine->bucket_count = 0;
    assert(!engine->flights);
    mutex_unlock(&engine->mutex);
}

// ---- in the making

static Lookup enter_locked(Engine *engine, Run *run, uint32_t cell, const Digest *key, Blob **blob)
{
    if ((*blob = peek_locked(engine, key))) return LOOKUP_HIT;
    Flight *flight = engine->flights;
    while (flight && !digest_eq(&flight->key, key)) flight = flight->next;
    if (flight) {
        Waiter *waiter = mem_alloc(sizeof *waiter);
        *waiter = (Waiter){run, cell, flight->waiters};
        flight->waiters = waiter;
        return LOOKUP_WAIT;
    }
    flight = mem_alloc(sizeof *flight);
    *flight = (Flight){.key = *key, .run = run, .cell = cell, .next = engine->flights};
    engine->flights = flight;
    return LOOKUP_LEAD;
}

Lookup flight_enter(Engine *engine, Run *run, uint32_t cell, const Digest *key, Blob **blob)
{
    run_hold(run); // for the waiter, should it come to that
    mutex_lock(&engine->mutex);
    Lookup lookup = enter_locked(engine, run, cell, key, blob);
    mutex_unlock(&engine->mutex);
    if (lookup != LOOKUP_WAIT) run_drop(run);
    return lookup;
}

void flight_leave(Engine *engine, Run *run, uint32_t cell, Blob *blob)
{
    mutex_lock(&engine->mutex);
    Flight **at = &engine->flights;
    while (*at && !((*at)->run == run && (*at)->cell == cell)) at = &(*at)->next;
    Flight *flight = *at;
    if (flight) *at = flight->next;
    mutex_unlock(&engine->mutex);
    if (!flight) return;
    for (Waiter *waiter = flight->waiters, *next; waiter; waiter = next) {
        next = waiter->next;
        run_wake(waiter->run, waiter->cell, blob);
        run_drop(waiter->run);
        mem_free(waiter);
    }
    mem_free(flight);
}

size_t engine_waiters(Engine *engine)
{
    size_t count = 0;
    mutex_lock(&engine->mutex);
    for (const Flight *flight = engine->flights; flight; flight = flight->next)
        for (const Waiter *waiter = flight->waiters; waiter; waiter = waiter->next) count++;
    mutex_unlock(&engine->mutex);
    return count;
}

// ---- in the store: "cqc1", 'i' and the output itself or 'r' for "by reference", its digest

static const Str mark = {"cqc1", 4};

static Str key_of(Arena *arena, const char *what, const Digest *digest)
{
    return str_format(arena, "cq:%s:1:" STR_FMT, what, STR_ARG(digest_hex(arena, digest)));
}

enum { HEAD = 4 + 1 + DIGEST_BYTES };

// The output an entry stands for; false when it is damaged or its output is gone.
static bool open_entry(Ctx *cx, const PlanStore *store, Str entry, Digest *digest, Str *bytes)
{
    if (entry.len < HEAD || !str_starts(entry, mark)) return false;
    memcpy(digest->bytes, entry.ptr + 5, DIGEST_BYTES);
    *bytes = str_sub(entry, HEAD, entry.len);
    if (entry.ptr[4] == 'r') {
        bool there = entry.len == HEAD &&
                     store->get(cx, store->self, key_of(cx->arena, "blob", digest), bytes);
        if (!there) return false;
    } else if (entry.ptr[4] != 'i') {
        return false;
    }
    Digest real = digest_of(*bytes);
    return digest_eq(&real, digest);
}

Blob *store_load(Ctx *cx, Engine *engine, const Digest *key)
{
    const PlanStore *store = &engine->spec.store;
    if (!store->get) return NULL;
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    Str entry = {0}, bytes = {0};
    Digest digest;
    Blob *blob = NULL;
    if (store->get(&own, store->self, key_of(&scratch, "cell", key), &entry)) {
        if (open_entry(&own, store, entry, &digest, &bytes)) blob = blob_new(bytes, &digest);
        else counter_add(&engine->bad_entries, 1);
    }
    arena_fini(&scratch);
    return blob;
}

void store_save(Ctx *cx, Engine *engine, const Digest *key, const Blob *blob, const RunSpec *run)
{
    const PlanStore *store = &engine->spec.store;
    if (!store->put) return;
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    bool inside = blob->len <= LARGEST_INLINE;
    Str bytes = {blob->bytes, blob->len};
    Buf entry = buf_on(&scratch);
    buf_add(&entry, mark);
    buf_byte(&entry, inside ? 'i' : 'r');
    buf_add(&entry, (Str){(const char *)blob->digest.bytes, DIGEST_BYTES});
    if (inside) buf_add(&entry, bytes);
    else store->put(&own, store->self, key_of(&scratch, "blob", &blob->digest), bytes, run);
    store->put(&own, store->self, key_of(&scratch, "cell", key), buf_str(&entry), run);
    arena_fini(&scratch);
}
