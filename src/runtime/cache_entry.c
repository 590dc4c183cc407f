// runtime/cache_entry.c - the entries of one shard.
//
// The check sum is XXH3-128 of the value, seeded with a hash of all that must belong to it: key,
// times, length. XXH3 and not BLAKE2b: what is to be found are accidents (a torn page, a flipped
// bit); who can write to the folder could make a BLAKE2b sum too, and it costs ten times as much.
#include "base/hash.h"
#include "runtime/cache_.h"

enum { FORMAT = 1, SUM_BYTES = 16 }; // FORMAT: raise it when a sum means something else

enum { COL_ID, COL_KEY, COL_STORED, COL_EXPIRES, COL_SUM, COL_USED, COL_VALUE }; // QUERY_READ

static Hash128 sum_of(Str key, int64_t stored, int64_t expires, Str value)
{
    const uint64_t head[] = {FORMAT,           hash_str(key),     key.len,
                             (uint64_t)stored, (uint64_t)expires, value.len};
    return hash_128(value.ptr, value.len, hash_64(head, sizeof head));
}

static Str column(sqlite3_stmt *row, int at)
{
    const char *ptr = sqlite3_column_blob(row, at); // first: it may convert
    return (Str){ptr ? ptr : "", (size_t)sqlite3_column_bytes(row, at)};
}

bool entry_intact(sqlite3_stmt *row)
{
    Str sum = column(row, COL_SUM), key = column(row, COL_KEY);
    Hash128 wanted = sum_of(key, sqlite3_column_int64(row, COL_STORED),
                            sqlite3_column_int64(row, COL_EXPIRES), column(row, COL_VALUE));
    return sqlite3_column_int64(row, COL_ID) == (int64_t)hash_str(key) && sum.len == SUM_BYTES &&
           memcmp(sum.ptr, &wanted, SUM_BYTES) == 0;
}

static bool is_fresh(sqlite3_stmt *row, int64_t now)
{
    int64_t expires = sqlite3_column_int64(row, COL_EXPIRES);
    return (expires <= 0 || expires > now) &&
           sqlite3_column_int64(row, COL_STORED) <= now + SKEW_MS;
}

// Remembers that the entry was read, to be written by the next put: reading must not write.
static void note_use(Shard *shard, sqlite3_stmt *row, int64_t now)
{
    int64_t id = sqlite3_column_int64(row, COL_ID), used = sqlite3_column_int64(row, COL_USED);
    if (shard->cache->spec.eviction != CACHE_LRU || now - used < TOUCH_AFTER_MS) return;
    for (int i = 0; i < shard->touched_count; i++)
        if (shard->touched[i] == id) return;
    if (shard->touched_count < TOUCHES_MOST) shard->touched[shard->touched_count++] = id;
}

static Found judge(const Place *at, sqlite3_stmt *row, int64_t now)
{
    if (!str_eq(column(row, COL_KEY), at->key)) return FOUND_NONE;
    if (!entry_intact(row)) return FOUND_BAD;
    return is_fresh(row, now) ? FOUND_VALUE : FOUND_NONE;
}

int entry_read(Shard *shard, const Place *at, Arena *arena, Str *value, Found *found)
{
    int rc;
    *found = FOUND_NONE;
    sqlite3_stmt *row = shard_query(shard, QUERY_READ, &rc);
    if (!row) return rc;
    sqlite3_bind_int64(row, 1, at->id);
    rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        int64_t now = cache_now_ms(shard->cache);
        *found = judge(at, row, now);
        if (*found == FOUND_VALUE) {
            *value = str_copy(arena, column(row, COL_VALUE));
            note_use(shard, row, now);
        }
    }
    sqlite3_reset(row);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int entry_flush_touches(Shard *shard)
{
    int rc = SQLITE_OK;
    bool own = shard->touched_count && sqlite3_get_autocommit(shard->db);
    if (own) rc = shard_run(shard, QUERY_BEGIN);
    sqlite3_stmt *use =
        shard->touched_count && rc == SQLITE_OK ? shard_query(shard, QUERY_USE, &rc) : NULL;
    int64_t now = cache_now_ms(shard->cache);
    for (int i = 0; use && i < shard->touched_count && rc == SQLITE_OK; i++) {
        sqlite3_bind_int64(use, 1, shard->touched[i]);
        sqlite3_bind_int64(use, 2, now);
        rc = shard_finish(use);
    }
    shard->touched_count = 0; // written, or not worth a second try
    if (own && rc == SQLITE_OK) rc = shard_run(shard, QUERY_COMMIT);
    return rc;
}

// Steps through a DELETE ... RETURNING size.
static int finish_removal(sqlite3_stmt *removal, Removed *removed)
{
    int rc;
    for (; (rc = sqlite3_step(removal)) == SQLITE_ROW; removed->entries++)
        removed->bytes += (uint64_t)sqlite3_column_int64(removal, 0);
    sqlite3_reset(removal);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int entry_delete(Shard *shard, int64_t id, Removed *removed)
{
    int rc;
    sqlite3_stmt *removal = shard_query(shard, QUERY_REMOVE, &rc);
    if (!removal) return rc;
    sqlite3_bind_int64(removal, 1, id);
    return finish_removal(removal, removed);
}

int entry_remove(Shard *shard, const Choice *choice, int64_t most, Removed *removed)
{
    int rc;
    sqlite3_stmt *removal = shard_query(shard, choice->query, &rc);
    if (!removal) return rc;
    sqlite3_bind_int64(removal, 1, most); // arguments that the query does not have are ignored
    sqlite3_bind_int64(removal, 2, choice->now_ms);
    sqlite3_bind_int64(removal, 3, (int64_t)hash_str(choice->tag));
    sqlite3_bind_text(removal, 4, choice->space.ptr ? choice->space.ptr : "",
                      (int)choice->space.len, SQLITE_STATIC);
    rc = finish_removal(removal, removed);
    sqlite3_clear_bindings(removal);
    return rc;
}

int entry_make_room(Shard *shard, int64_t pages, bool *room)
{
    bool culls = shard->cache->spec.eviction != CACHE_EVICT_NONE;
    Removed removed = {0};
    for (uint64_t before = 0;; before = removed.entries) {
        int64_t used = 0;
        int rc = shard_pages(shard, &used);
        *room = used + pages <= shard->most_pages;
        if (rc != SQLITE_OK || *room || !culls) return rc;
        if (!removed.entries) shard_count(shard, CACHE_CULLS, 1);
        rc = entry_remove(shard, &(Choice){.query = QUERY_REMOVE_UNUSED}, 1, &removed);
        shard_count(shard, CACHE_CULLED, removed.entries - before);
        if (rc != SQLITE_OK || removed.entries == before) return rc;
    }
}

static int insert(Shard *shard, const Place *at, Str value, int64_t now, int64_t ttl_ms)
{
    int rc;
    sqlite3_stmt *put = shard_query(shard, QUERY_WRITE, &rc);
    if (!put) return rc;
    int64_t expires = ttl_ms > 0 ? now + ttl_ms : 0;
    Hash128 sum = sum_of(at->key, now, expires, value);
    sqlite3_bind_int64(put, 1, at->id);
    sqlite3_bind_blob64(put, 2, at->key.ptr, at->key.len, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, at->space.ptr ? at->space.ptr : "", (int)at->space.len,
                      SQLITE_STATIC);
    sqlite3_bind_int64(put, 4, now);
    sqlite3_bind_int64(put, 5, expires);
    sqlite3_bind_int64(put, 6, (int64_t)(at->key.len + value.len));
    sqlite3_bind_blob64(put, 7, &sum, sizeof sum, SQLITE_STATIC);
    sqlite3_bind_blob64(put, 8, value.len ? value.ptr : "", value.len, SQLITE_STATIC);
    rc = shard_finish(put);
    sqlite3_clear_bindings(put);
    return rc;
}

static int insert_tags(Shard *shard, int64_t id, const CachePut *how)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; how && i < how->tag_count && rc == SQLITE_OK; i++) {
        sqlite3_stmt *put = shard_query(shard, QUERY_TAG, &rc);
        if (!put) return rc;
        sqlite3_bind_int64(put, 1, id);
        sqlite3_bind_int64(put, 2, (int64_t)hash_str(how->tags[i]));
        rc = shard_finish(put);
    }
    return rc;
}

// All of a put but BEGIN and COMMIT.
static int replace(Shard *shard, const Place *at, Str value, const CachePut *how, bool *kept)
{
    int64_t now = cache_now_ms(shard->cache);
    int64_t pages =
        (int64_t)value.len / (shard->page_bytes - 4) + 4; // it, and growth of the indexes
    Removed old = {0}, expired = {0};
    int rc = entry_flush_touches(shard);
    if (rc == SQLITE_OK)
        rc = entry_remove(shard, &(Choice){.query = QUERY_REMOVE_OLD, .now_ms = now},
                          shard->cache->spec.cull_limit, &expired);
    shard_count(shard, CACHE_EXPIRED, expired.entries);
    if (rc == SQLITE_OK) rc = entry_delete(shard, at->id, &old);
    if (rc == SQLITE_OK) rc = entry_make_room(shard, pages, kept);
    if (rc != SQLITE_OK || !*kept) return rc;
    rc = insert(shard, at, value, now, at->ttl_ms);
    return rc == SQLITE_OK ? insert_tags(shard, at->id, how) : rc;
}

int entry_write(Shard *shard, const Place *at, Str value, const CachePut *how, bool *kept)
{
    *kept = false;
    int rc = shard_run(shard, QUERY_BEGIN);
    if (rc == SQLITE_OK) rc = replace(shard, at, value, how, kept);
    if (rc == SQLITE_OK) rc = shard_run(shard, QUERY_COMMIT);
    *kept = *kept && rc == SQLITE_OK;
    return rc;
}

// The row of `at`, if it can be trusted, gets new times and the sum that fits them.
static int set_age(Shard *shard, const Place *at, sqlite3_stmt *row, bool *found)
{
    int64_t now = cache_now_ms(shard->cache);
    int rc = sqlite3_step(row);
    *found = rc == SQLITE_ROW && judge(at, row, now) == FOUND_VALUE;
    if (!*found) return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
    int64_t expires = at->ttl_ms > 0 ? now + at->ttl_ms : 0;
    Hash128 sum = sum_of(at->key, now, expires, column(row, COL_VALUE));
    sqlite3_reset(row);
    sqlite3_stmt *age = shard_query(shard, QUERY_AGE, &rc);
    if (!age) return rc;
    sqlite3_bind_int64(age, 1, at->id);
    sqlite3_bind_int64(age, 2, now);
    sqlite3_bind_int64(age, 3, expires);
    sqlite3_bind_blob64(age, 4, &sum, sizeof sum, SQLITE_STATIC);
    rc = shard_finish(age);
    sqlite3_clear_bindings(age);
    return rc;
}

int entry_touch(Shard *shard, const Place *at, bool *found)
{
    *found = false;
    int rc = shard_run(shard, QUERY_BEGIN);
    if (rc != SQLITE_OK) return rc;
    sqlite3_stmt *row = shard_query(shard, QUERY_READ, &rc);
    if (!row) return rc;
    sqlite3_bind_int64(row, 1, at->id);
    rc = set_age(shard, at, row, found);
    sqlite3_reset(row);
    if (rc == SQLITE_OK) rc = shard_run(shard, QUERY_COMMIT);
    *found = *found && rc == SQLITE_OK;
    return rc;
}
