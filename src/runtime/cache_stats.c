// runtime/cache_stats.c - what the cache holds, and what was asked of it.
#include <stdlib.h>

#include "runtime/cache_.h"

void cache_counts(Cache *cache, uint64_t counts[CACHE_COUNTERS])
{
    memset(counts, 0, CACHE_COUNTERS * sizeof *counts);
    for (int i = 0; i < cache->spec.shards; i++) {
        Shard *shard = &cache->shards[i];
        mutex_lock(&shard->mutex);
        for (int j = 0; j < CACHE_COUNTERS; j++) counts[j] += shard->counts[j];
        mutex_unlock(&shard->mutex);
    }
}

// Takes what was counted since the last time.
static bool take_unsaved(Cache *cache, uint64_t amounts[CACHE_COUNTERS])
{
    bool any = false;
    memset(amounts, 0, CACHE_COUNTERS * sizeof *amounts);
    for (int i = 0; i < cache->spec.shards; i++) {
        Shard *shard = &cache->shards[i];
        mutex_lock(&shard->mutex);
        for (int j = 0; j < CACHE_COUNTERS; j++) {
            amounts[j] += shard->counts[j] - shard->saved[j];
            shard->saved[j] = shard->counts[j];
            any = any || amounts[j];
        }
        mutex_unlock(&shard->mutex);
    }
    return any;
}

static int add_totals(Shard *shard, const uint64_t amounts[CACHE_COUNTERS])
{
    int rc = shard_run(shard, QUERY_BEGIN);
    for (int i = 0; i < CACHE_COUNTERS && rc == SQLITE_OK; i++) {
        sqlite3_stmt *add = amounts[i] ? shard_query(shard, QUERY_ADD_TOTAL, &rc) : NULL;
        if (!add) continue;
        sqlite3_bind_text(add, 1, cache_counter_name((CacheCounter)i), -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 2, (int64_t)amounts[i]);
        rc = shard_finish(add);
    }
    return rc == SQLITE_OK ? shard_run(shard, QUERY_COMMIT) : rc;
}

// All totals go into one shard, the first that is open: one transaction a process.
void stats_save(Cache *cache)
{
    Ctx cx = {0};
    uint64_t amounts[CACHE_COUNTERS];
    bool wanted = take_unsaved(cache, amounts) && cache->spec.statistics;
    for (int i = 0; i < cache->spec.shards; i++) {
        Shard *shard = &cache->shards[i];
        mutex_lock(&shard->mutex);
        int rc = shard->db ? entry_flush_touches(shard) : SQLITE_OK;
        if (rc == SQLITE_OK && shard->db && wanted) {
            rc = add_totals(shard, amounts);
            wanted = rc != SQLITE_OK;
        }
        if (rc != SQLITE_OK) shard_failed(&cx, shard, rc, "saving");
        mutex_unlock(&shard->mutex);
    }
}

typedef struct Look {
    CacheStats *out;
    VEC(CacheSpace) spaces;
} Look;

static void add_space(Ctx *cx, Look *look, sqlite3_stmt *row)
{
    const char *text = (const char *)sqlite3_column_text(row, 0);
    uint64_t entries = (uint64_t)sqlite3_column_int64(row, 1);
    uint64_t bytes = (uint64_t)sqlite3_column_int64(row, 2);
    Str name = str_from(text ? text : "");
    look->out->entries += entries;
    look->out->bytes += bytes;
    size_t at = 0;
    while (at < look->spaces.len && !str_eq(look->spaces.items[at].name, name)) at++;
    if (at == look->spaces.len)
        VEC_PUSH(cx->arena, &look->spaces, (CacheSpace){.name = str_copy(cx->arena, name)});
    look->spaces.items[at].entries += entries;
    look->spaces.items[at].bytes += bytes;
}

static void add_total(CacheStats *out, sqlite3_stmt *row)
{
    Str name = str_from((const char *)sqlite3_column_text(row, 0));
    for (int i = 0; i < CACHE_COUNTERS; i++)
        if (str_eq(name, str_from(cache_counter_name((CacheCounter)i))))
            out->totals[i] += (uint64_t)sqlite3_column_int64(row, 1);
}

static int look_at_shard(Ctx *cx, Shard *shard, Look *look)
{
    int rc;
    int64_t pages = 0;
    sqlite3_stmt *row = shard_query(shard, QUERY_SPACES, &rc);
    while (row && (rc = sqlite3_step(row)) == SQLITE_ROW) add_space(cx, look, row);
    if (row) sqlite3_reset(row);
    if (rc != SQLITE_DONE) return rc;
    row = shard_query(shard, QUERY_TOTALS, &rc);
    while (row && (rc = sqlite3_step(row)) == SQLITE_ROW) add_total(look->out, row);
    if (row) sqlite3_reset(row);
    if (rc != SQLITE_DONE) return rc;
    rc = shard_pages(shard, &pages);
    look->out->disk_bytes += (uint64_t)(pages * shard->page_bytes);
    return rc;
}

static void look(Ctx *cx, Shard *shard, bool usable, void *arg)
{
    Look *of = arg;
    of->out->shards++;
    int rc = usable ? look_at_shard(cx, shard, of) : SQLITE_OK;
    if (rc != SQLITE_OK) shard_failed(cx, shard, rc, "counting");
    if (!of->out->trouble.len && shard->trouble[0])
        of->out->trouble = str_copy(cx->arena, str_from(shard->trouble));
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const CacheSpace *)a)->name, ((const CacheSpace *)b)->name);
}

static void add_unsaved(Ctx *cx, Cache *cache, CacheStats *out)
{
    for (int i = 0; i < cache->spec.shards; i++) {
        Shard *shard = &cache->shards[i];
        mutex_lock(&shard->mutex);
        for (int j = 0; j < CACHE_COUNTERS && cache->spec.statistics; j++)
            out->totals[j] += shard->counts[j] - shard->saved[j];
        if (!out->trouble.len) // of a shard that has no file
            out->trouble = str_copy(cx->arena, str_from(shard->trouble));
        mutex_unlock(&shard->mutex);
    }
}

void cache_stats(Ctx *cx, Cache *cache, CacheStats *out)
{
    Look of = {.out = out};
    *out = (CacheStats){0};
    cache_each_shard(cx, cache, SHARD_IF_THERE, look, &of);
    cache_counts(cache, out->counts);
    add_unsaved(cx, cache, out);
    if (of.spaces.len) qsort(of.spaces.items, of.spaces.len, sizeof *of.spaces.items, by_name);
    out->spaces = of.spaces.items;
    out->space_count = of.spaces.len;
}
