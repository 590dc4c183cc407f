// service/sql.h - a question in SQL about the facts of a workspace.
//
//   sql_run: tables up to date (service/tables.h) --> worker process: sql_work: opened read-only,
//        locked, sql_check --> rows, or a file under another name, which is renamed
//
// A question is one SELECT (also FROM, WITH, VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE). It reads
// the tables and nothing else: no files, no extensions, no settings, no table functions but those
// that compute (docs/sql.md). It runs in a process of its own, which ends when the time is over.
//
// Threads: one request calls. Memory: the answer lives in cx->arena.
// Blocks:  as tables_refresh, and for the query, until cx asks to stop.
#ifndef CQ_SERVICE_SQL_H
#define CQ_SERVICE_SQL_H

#include "base/json.h"
#include "service/tables.h"

typedef enum SqlExport { SQL_ROWS, SQL_CSV, SQL_PARQUET } SqlExport;

typedef struct SqlQuery {
    Str text;
    SqlExport to;
    Str file;     // unless SQL_ROWS; only a regular file, or none yet
    size_t limit; // rows in the answer; all are counted
    bool stale_ok;
    uint64_t max_file_bytes;
} SqlQuery;

typedef struct SqlAnswer {
    Str root, version;   // of DuckDB
    Tables tables;       // closed
    const Json *columns; // {name, type}; type as DuckDB names it: BIGINT, VARCHAR, LIST; or NULL
    const Json *rows;    // arrays of null, bool, int, real, string (all other types); or NULL
    uint64_t total;      // rows that there are, or that were written to the file
    int64_t refresh_ns, query_ns;
} SqlAnswer;

// Fails: UNAVAILABLE (no DuckDB; no worker process, or the query brought it down: ext "signal");
// BAD_REQUEST with ext "error", "position" (a byte of the text), "line", "column" where DuckDB says
// so; TOO_LARGE (memory limit), CANCELLED (time limit), and as tables_refresh.
MUST_CHECK Fail sql_run(Ctx *cx, const Env *env, const SqlQuery *query, SqlAnswer *out);

// --- in a worker process ---

#define SQL_TASK "sql"
// A WorkHandler's run.
MUST_CHECK Fail sql_work(Ctx *cx, void *state, Str request, Buf *reply);
// Whether the text is a question as above. Fails: BAD_REQUEST.
MUST_CHECK Fail sql_check(Ctx *cx, DuckDb *db, Str text);

#endif
