// runtime/cache_verify.c - reads all of the cache and says what is wrong.
#include "runtime/cache_.h"

typedef VEC(int64_t) Ids;

typedef struct Check {
    CacheVerdict *out;
    bool repair;
} Check;

static void note(Ctx *cx, CacheVerdict *out, const Shard *shard, const char *what, const char *why)
{
    if (out->trouble.len) return;
    out->trouble =
        str_format(cx->arena, "shard %d: %s%s%s", shard->index, what, *why ? ": " : "", why);
}

// SQLite's own check of trees and indexes; *why in cx->arena is NULL when all is well.
static int check_file(Ctx *cx, Shard *shard, const char **why)
{
    sqlite3_stmt *row = NULL;
    int rc = sqlite3_prepare_v2(shard->db, "PRAGMA integrity_check(1)", -1, &row, NULL);
    if (rc != SQLITE_OK) return rc;
    rc = sqlite3_step(row);
    const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : "no answer";
    *why = text && strcmp(text, "ok") == 0 ? NULL : str_cstr(cx->arena, str_from(text));
    sqlite3_finalize(row);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int check_entries(Ctx *cx, Shard *shard, CacheVerdict *out, Ids *bad)
{
    int rc;
    sqlite3_stmt *row = shard_query(shard, QUERY_READ_ALL, &rc);
    if (!row) return rc;
    while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        out->entries++;
        if (entry_intact(row)) continue;
        out->bad_entries++;
        note(cx, out, shard, "an entry does not fit its check sum", "");
        VEC_PUSH(cx->arena, bad, sqlite3_column_int64(row, 0));
    }
    sqlite3_reset(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int check_sums(Ctx *cx, Shard *shard, CacheVerdict *out, bool *wrong)
{
    int64_t tags = 0, spaces = 0;
    int rc = shard_number(shard, QUERY_BAD_TAGS, &tags);
    if (rc == SQLITE_OK) rc = shard_number(shard, QUERY_BAD_SPACES, &spaces);
    if (tags) note(cx, out, shard, "a tag without an entry", "");
    if (spaces) note(cx, out, shard, "the sums of a namespace are wrong", "");
    out->bad_tags += (uint64_t)tags;
    out->bad_spaces += (uint64_t)spaces;
    *wrong = tags || spaces;
    return rc;
}

static int mend(Shard *shard, const Ids *bad, bool sums)
{
    Removed removed = {0};
    int rc = shard_run(shard, QUERY_BEGIN);
    for (size_t i = 0; i < bad->len && rc == SQLITE_OK; i++)
        rc = entry_delete(shard, bad->items[i], &removed);
    if (sums && rc == SQLITE_OK) rc = shard_run(shard, QUERY_DROP_BAD_TAGS);
    if (sums && rc == SQLITE_OK) rc = shard_run(shard, QUERY_DROP_SPACES);
    if (sums && rc == SQLITE_OK) rc = shard_run(shard, QUERY_COUNT_SPACES);
    if (rc == SQLITE_OK) rc = shard_run(shard, QUERY_COMMIT);
    return rc;
}

static int check_shard(Ctx *cx, Shard *shard, Check *check, const char **why)
{
    Ids bad = {0};
    bool sums = false;
    int rc = check_file(cx, shard, why);
    if (rc != SQLITE_OK || *why) return rc;
    rc = check_entries(cx, shard, check->out, &bad);
    if (rc == SQLITE_OK) rc = check_sums(cx, shard, check->out, &sums);
    if (rc != SQLITE_OK || !check->repair || (!bad.len && !sums)) return rc;
    shard_count(shard, CACHE_CORRUPT, bad.len);
    return mend(shard, &bad, sums);
}

// One that cannot be opened as it is: opening it for use empties it, if that is what it needs.
static bool reopen(Ctx *cx, Shard *shard)
{
    shard->down_since_ms = 0;
    return shard_ready(cx, shard, SHARD_IF_THERE);
}

static void check(Ctx *cx, Shard *shard, bool usable, void *arg)
{
    Check *of = arg;
    const char *why = NULL;
    of->out->shards++;
    int rc = usable ? check_shard(cx, shard, of, &why) : SQLITE_OK;
    if (usable && rc == SQLITE_OK && !why) return;
    of->out->bad_shards++;
    if (!usable) note(cx, of->out, shard, "it cannot be used", shard->trouble);
    else note(cx, of->out, shard, "it is damaged", why ? why : sqlite3_errstr(rc));
    bool mended = of->repair && (usable || reopen(cx, shard));
    if (usable && of->repair)
        shard_failed(cx, shard, rc == SQLITE_OK ? SQLITE_CORRUPT : rc, "verifying");
    else if (usable) shard_close(shard);
    if (!mended || !shard->db) of->out->repaired = false;
}

void cache_verify(Ctx *cx, Cache *cache, bool repair, CacheVerdict *out)
{
    Check of = {out, repair};
    *out = (CacheVerdict){.repaired = repair};
    cache_each_shard(cx, cache, SHARD_AS_IS, check, &of);
    bool found = out->bad_shards || out->bad_entries || out->bad_tags || out->bad_spaces;
    out->repaired = out->repaired && found;
}
