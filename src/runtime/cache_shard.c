// runtime/cache_shard.c - one SQLite file of the cache: opening, schema, errors, emptying.
//
// DESIGN. One connection a process, used under the shard's mutex (so SQLite's own are off). WAL, so
// that readers never wait for a writer. synchronous=OFF: a crash of the process loses nothing that
// was committed, and after a power cut a damaged file is emptied: a lost entry is only a miss.
// (NORMAL doubles the mean time of a put.) No mmap: a file that shrinks would be a SIGBUS. A shard
// that is damaged, or not as `schema` says, is emptied in place with SQLite's own reset, which is
// one transaction for all processes. Renaming it away is not safe: others have it open, and its WAL
// would be taken for that of the new file.
#include "base/clock.h"
#include "base/log.h"
#include "base/os.h"
#include "runtime/cache_.h"

enum {
    SCHEMA_VERSION = 1, // user_version of a shard; raise it with every change of `schema`
    WAL_LEAST = 16,
    WAL_MOST = 1000, // pages
};

// As SQLite gives them back from sqlite_schema.
static const char *const schema[] = {
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, key BLOB NOT NULL, space TEXT NOT NULL, "
    "stored INTEGER NOT NULL, used INTEGER NOT NULL, expires INTEGER NOT NULL, "
    "size INTEGER NOT NULL, sum BLOB NOT NULL, value BLOB NOT NULL)",
    "CREATE INDEX entry_used ON entry(used)",
    "CREATE INDEX entry_expires ON entry(expires) WHERE expires > 0",
    "CREATE TABLE tag(tag INTEGER, entry INTEGER, PRIMARY KEY(tag, entry)) WITHOUT ROWID",
    "CREATE INDEX tag_entry ON tag(entry)",
    "CREATE TABLE space(name TEXT PRIMARY KEY, entries INTEGER, bytes INTEGER) WITHOUT ROWID",
    "CREATE TABLE total(name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID",
    "CREATE TRIGGER entry_in AFTER INSERT ON entry BEGIN "
    "INSERT INTO space(name, entries, bytes) VALUES(new.space, 1, new.size) ON CONFLICT(name) "
    "DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes; END",
    "CREATE TRIGGER entry_out AFTER DELETE ON entry BEGIN "
    "DELETE FROM tag WHERE entry = old.id; "
    "UPDATE space SET entries = entries - 1, bytes = bytes - old.size WHERE name = old.space; END",
};

static const char *const sql_of[] = {
#define CACHE_QUERY(id, sql) sql,
#include "runtime/cache_sql.def"
#undef CACHE_QUERY
};

const char *shard_path(Arena *arena, const Cache *cache, int index)
{
    return str_format(arena, STR_FMT "/shard-%02d.db", STR_ARG(cache->spec.dir), index).ptr;
}

bool shard_exists(Ctx *cx, const Cache *cache, int index)
{
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    OsStat info;
    bool there = !os_stat(&own, OS_CWD, shard_path(&scratch, cache, index), OS_FOLLOW, &info);
    arena_fini(&scratch);
    return there;
}

void shard_init(Shard *shard, Cache *cache, int index)
{
    *shard = (Shard){.cache = cache, .index = index};
    mutex_init(&shard->mutex, RANK_CACHE);
}

static void drop_queries(Shard *shard)
{
    for (int i = 0; i < QUERIES; i++) {
        sqlite3_finalize(shard->queries[i]);
        shard->queries[i] = NULL;
    }
}

void shard_close(Shard *shard)
{
    drop_queries(shard);
    sqlite3_close_v2(shard->db);
    shard->db = NULL;
}

void shard_fini(Shard *shard)
{
    shard_close(shard);
    mutex_fini(&shard->mutex);
}

sqlite3_stmt *shard_query(Shard *shard, Query which, int *rc)
{
    *rc = SQLITE_OK;
    if (!shard->queries[which])
        *rc = sqlite3_prepare_v3(shard->db, sql_of[which], -1, SQLITE_PREPARE_PERSISTENT,
                                 &shard->queries[which], NULL);
    return *rc == SQLITE_OK ? shard->queries[which] : NULL;
}

int shard_finish(sqlite3_stmt *statement)
{
    int rc;
    do rc = sqlite3_step(statement);
    while (rc == SQLITE_ROW);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int shard_run(Shard *shard, Query which)
{
    int rc;
    sqlite3_stmt *statement = shard_query(shard, which, &rc);
    return statement ? shard_finish(statement) : rc;
}

int shard_number(Shard *shard, Query which, int64_t *out)
{
    int rc;
    sqlite3_stmt *statement = shard_query(shard, which, &rc);
    if (!statement) return rc;
    *out = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    return shard_finish(statement);
}

int shard_pages(Shard *shard, int64_t *used)
{
    int64_t all = 0, unused = 0;
    int rc = shard_number(shard, QUERY_PAGES, &all);
    if (rc == SQLITE_OK) rc = shard_number(shard, QUERY_FREE_PAGES, &unused);
    *used = all - unused;
    return rc;
}

// One number that `sql`, used too seldom to be kept, gives.
static int number_of(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        *out = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
        rc = shard_finish(statement);
    }
    sqlite3_finalize(statement);
    return rc;
}

static int run_format(sqlite3 *db, const char *format, int64_t number)
{
    char sql[128];
    sqlite3_snprintf(sizeof sql, sql, format, number);
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

// The size limit: pages of this shard's file, and a WAL of 1/50 of them (at most SQLite's usual
// 1000).
static int set_limits(Shard *shard)
{
    const CacheSpec *spec = &shard->cache->spec;
    int64_t bytes = (int64_t)(spec->size_limit_bytes / (uint64_t)spec->shards);
    int rc = number_of(shard->db, "PRAGMA page_size", &shard->page_bytes);
    if (rc != SQLITE_OK) return rc;
    shard->page_bytes = MAX(shard->page_bytes, (int64_t)512);
    int64_t pages = bytes / shard->page_bytes;
    int64_t wal_pages = MIN(MAX(pages / 64, (int64_t)WAL_LEAST), (int64_t)WAL_MOST);
    shard->most_pages = pages - wal_pages - WAL_LEAST;
    rc = run_format(shard->db, "PRAGMA wal_autocheckpoint = %lld", wal_pages);
    if (rc == SQLITE_OK)
        rc = run_format(shard->db, "PRAGMA journal_size_limit = %lld",
                        wal_pages * (shard->page_bytes + 24));
    return rc;
}

static int set_modes(Shard *shard)
{
    static const char modes[] = "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; "
                                "PRAGMA synchronous = OFF; PRAGMA cell_size_check = ON; "
                                "PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0";
    int rc = sqlite3_exec(shard->db, modes, NULL, NULL, NULL);
    return rc == SQLITE_OK ? set_limits(shard) : rc;
}

typedef enum SchemaState { SCHEMA_EMPTY, SCHEMA_OURS, SCHEMA_OTHER } SchemaState;

static bool in_schema(Str sql)
{
    for (size_t i = 0; i < ARRAY_LEN(schema); i++)
        if (str_eq(sql, str_from(schema[i]))) return true;
    return false;
}

// Compares every statement of the schema (a damaged one could still be valid SQL), in whatever
// order: VACUUM changes it.
static int look_at_schema(sqlite3 *db, SchemaState *out)
{
    sqlite3_stmt *statement = NULL;
    int64_t version = 0;
    int rc = number_of(db, "PRAGMA user_version", &version);
    if (rc != SQLITE_OK) return rc;
    rc =
        sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
                           -1, &statement, NULL);
    if (rc != SQLITE_OK) return rc;
    size_t count = 0, same = 0;
    for (; (rc = sqlite3_step(statement)) == SQLITE_ROW; count++)
        same += in_schema(str_from((const char *)sqlite3_column_text(statement, 0)));
    sqlite3_finalize(statement);
    bool ours = version == SCHEMA_VERSION && count == same && same == ARRAY_LEN(schema);
    *out = ours ? SCHEMA_OURS : !version && !count ? SCHEMA_EMPTY : SCHEMA_OTHER;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int make_schema(sqlite3 *db)
{
    for (size_t i = 0; i < ARRAY_LEN(schema); i++) {
        int rc = sqlite3_exec(db, schema[i], NULL, NULL, NULL);
        if (rc != SQLITE_OK) return rc;
    }
    return run_format(db, "PRAGMA user_version = %lld", SCHEMA_VERSION);
}

// Looks in one transaction: between two, another process may empty the shard.
static int see_schema(sqlite3 *db, SchemaState *out)
{
    int rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    if (rc != SQLITE_OK) return rc;
    rc = look_at_schema(db, out);
    int end = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    return rc == SQLITE_OK ? end : rc;
}

// In one transaction, in which another process may turn out to have been faster.
static int fill_empty(Shard *shard)
{
    SchemaState state = SCHEMA_EMPTY;
    int rc = sqlite3_exec(shard->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc != SQLITE_OK) return rc;
    rc = look_at_schema(shard->db, &state);
    if (rc == SQLITE_OK && state == SCHEMA_EMPTY) rc = make_schema(shard->db);
    int end = sqlite3_exec(shard->db, rc == SQLITE_OK ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
    return rc == SQLITE_OK ? end : rc;
}

int shard_reset(Ctx *cx, Shard *shard)
{
    drop_queries(shard);
    if (!sqlite3_get_autocommit(shard->db)) sqlite3_exec(shard->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_db_config(shard->db, SQLITE_DBCONFIG_RESET_DATABASE, 1, 0);
    int rc = sqlite3_exec(shard->db, "VACUUM", NULL, NULL, NULL);
    sqlite3_db_config(shard->db, SQLITE_DBCONFIG_RESET_DATABASE, 0, 0);
    if (rc == SQLITE_OK) rc = set_modes(shard);
    if (rc == SQLITE_OK) rc = fill_empty(shard);
    if (rc != SQLITE_OK) return rc;
    shard->touched_count = 0;
    shard_count(shard, CACHE_RESETS, 1);
    log_event(cx, LOG_WARN, "cache.reset", LOG_STR("dir", shard->cache->spec.dir),
              LOG_INT("shard", shard->index));
    return SQLITE_OK;
}

static bool is_damage(int rc)
{
    return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

static int open_file(Shard *shard, ShardUse use)
{
    const CacheSpec *spec = &shard->cache->spec;
    Arena scratch = {0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    if (use == SHARD_MAKE) flags |= SQLITE_OPEN_CREATE;
    const char *path = shard_path(&scratch, shard->cache, shard->index);
    int rc = sqlite3_open_v2(path, &shard->db, flags, spec->vfs);
    arena_fini(&scratch);
    if (rc != SQLITE_OK) return rc;
    sqlite3_extended_result_codes(shard->db, 1);
    return sqlite3_busy_timeout(shard->db, (int)(spec->timeout_s * 1000 + 0.5));
}

static CacheCounter kind_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return CACHE_BUSY;
    case SQLITE_FULL:
    case SQLITE_TOOBIG: return CACHE_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM: return CACHE_READONLY;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOLFS:
    case SQLITE_NOMEM: return CACHE_IO;
    default: return CACHE_CORRUPT;
    }
}

// Two processes that make one file at once would wait for each other for ever, so SQLite refuses
// one of them at once, whatever its time-out.
static int set_modes_patiently(Ctx *cx, Shard *shard)
{
    int64_t end_ns = clock_now_ns() + (int64_t)(shard->cache->spec.timeout_s * NS_PER_S);
    int rc = set_modes(shard);
    while ((rc & 0xff) == SQLITE_BUSY && clock_now_ns() < end_ns && !ctx_sleep(cx, NS_PER_MS))
        rc = set_modes(shard);
    return rc;
}

static int open_shard(Ctx *cx, Shard *shard, ShardUse use)
{
    SchemaState state = SCHEMA_OTHER;
    int rc = open_file(shard, use);
    if (rc == SQLITE_OK) rc = set_modes_patiently(cx, shard);
    if (rc == SQLITE_OK) rc = see_schema(shard->db, &state);
    // A header of nonsense is no CORRUPT to SQLite but an ERROR (unsupported format).
    bool reset = rc == SQLITE_OK ? state == SCHEMA_OTHER : kind_of(rc) == CACHE_CORRUPT;
    if (reset && use == SHARD_AS_IS) return SQLITE_NOTADB;
    if (reset) return shard_reset(cx, shard);
    if (rc == SQLITE_OK && state == SCHEMA_EMPTY) rc = fill_empty(shard);
    return rc;
}

static void note_failure(Ctx *cx, Shard *shard, CacheCounter kind, const char *what, Str reason)
{
    Cache *cache = shard->cache;
    shard_count(shard, kind, 1);
    sqlite3_snprintf(sizeof shard->trouble, shard->trouble, "shard %d: %s: %.*s", shard->index,
                     what, STR_ARG(reason));
    if (counter_add(&cache->warned[kind], 1)) return;
    log_event(cx, LOG_WARN, "cache.degraded", LOG_STR("kind", str_from(cache_counter_name(kind))),
              LOG_STR("dir", cache->spec.dir), LOG_INT("shard", shard->index),
              LOG_STR("what", str_from(what)), LOG_STR("reason", reason));
}

static void take_down(Shard *shard)
{
    shard_close(shard);
    shard->down_since_ms = cache_now_ms(shard->cache);
}

void shard_failed(Ctx *cx, Shard *shard, int rc, const char *what)
{
    CacheCounter kind = kind_of(rc);
    note_failure(cx, shard, kind, what, str_from(sqlite3_errstr(rc)));
    for (int i = 0; i < QUERIES; i++) sqlite3_reset(shard->queries[i]);
    if (!sqlite3_get_autocommit(shard->db)) sqlite3_exec(shard->db, "ROLLBACK", NULL, NULL, NULL);
    if (is_damage(rc)) {
        rc = shard_reset(cx, shard);
        if (rc == SQLITE_OK) return;
        note_failure(cx, shard, kind_of(rc), "emptying it", str_from(sqlite3_errstr(rc)));
        take_down(shard);
    } else if (kind == CACHE_IO) take_down(shard);
    else if (kind == CACHE_CORRUPT) shard_close(shard); // opening it again looks at the schema
}

static bool make_folder(Ctx *cx, Shard *shard)
{
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    Fail fail = os_make_dirs(&own, str_cstr(&scratch, shard->cache->spec.dir), 0700);
    if (fail) note_failure(cx, shard, CACHE_IO, "the folder", fail->detail);
    arena_fini(&scratch);
    return !fail;
}

static bool is_down(const Shard *shard)
{
    if (!shard->down_since_ms) return false;
    int64_t since = cache_now_ms(shard->cache) - shard->down_since_ms;
    return since >= 0 && since < COOLDOWN_MS;
}

bool shard_ready(Ctx *cx, Shard *shard, ShardUse use)
{
    if (shard->db) return true;
    if (is_down(shard)) return false;
    shard->down_since_ms = 0;
    if (use == SHARD_MAKE && !shard_exists(cx, shard->cache, shard->index) &&
        !make_folder(cx, shard)) {
        take_down(shard);
        return false;
    }
    int rc = open_shard(cx, shard, use);
    if (rc == SQLITE_OK) return true;
    note_failure(cx, shard, kind_of(rc), "opening it", str_from(sqlite3_errstr(rc)));
    if (kind_of(rc) == CACHE_BUSY) shard_close(shard);
    else take_down(shard);
    return false;
}
