// service/tables.h - the facts of a workspace as tables of a DuckDB file, kept up to date.
//
//   INDEX FOLDER/sql.duckdb    what readers open: replaced by one rename, never written to
//                sql.new       the next one while a writer makes it      sql.lock   the one writer
//
//   tables_refresh: universe --read, digest--> changed files --parse, embed--> rows
//        copy of sql.duckdb + in one transaction: rows of changed files out, new ones in --> rename
//
// Rows of a file depend on its content alone. What depends on all files is a view; last_commits is
// what the last build of the index knows, and replaced whole. Killed at any
// time, sql.duckdb is the old one or the new one, whole. Where no file can be kept, the tables are
// made in a temporary folder for one request.
//
// Threads: parses on the pool; one request calls. Memory: cx->arena; close with tables_close.
// Blocks:  on the disk, the parser, another process's refresh, the embedding server.
#ifndef CQ_SERVICE_TABLES_H
#define CQ_SERVICE_TABLES_H

#include "index/duckdb.h"
#include "index/universe.h"
#include "service/result.h"

typedef enum TableId {
    TABLE_FILES,
    TABLE_CHUNKS,
    TABLE_DEFINITIONS,
    TABLE_REFS,
    TABLE_VECTORS,
    TABLE_META, // so far filled file by file, or about the tables
    TABLE_LAST_COMMITS,
    TABLE_EDGES,
    TABLES,
} TableId;

typedef struct TableColumn {
    const char *name;
    DuckKind kind;
    const char *type; // NULL: FLOAT[dims]
    const char *says;
} TableColumn;

typedef struct TableSpec {
    const char *name, *says;
    const TableColumn *columns;
    size_t count;
    const char *view; // what it selects; NULL: a table
} TableSpec;

extern const TableSpec table_specs[TABLES];
Str table_create(Arena *arena, TableId table, uint32_t dims); // the SQL that makes it, empty
MUST_CHECK Fail table_writer(Ctx *cx, DuckDb *db, TableId table, uint32_t dims, DuckWriter **out);

typedef struct TablesSpec {
    const DuckLib *lib;
    const Workspace *workspace;
    uint64_t max_file_bytes; // larger ones are skipped
    bool stale_ok;           // what is there serves, without a look at the files
    bool kept_only;          // UNAVAILABLE where no file can be kept, or another process writes it
} TablesSpec;

typedef struct Tables {
    Str path;                  // of the database
    Str temporary;             // its folder, when it is for this request only
    uint64_t files, skipped;   // in the tables; 0 with `unchecked`
    uint64_t changed, removed; // files, by this refresh
    bool unchecked;            // stale_ok: nobody looked
    Str limits[2]; // why it is temporary; why vectors are missing; empty ones for neither
} Tables;

// Whether a file of them is kept for the workspace.
bool tables_are_there(Ctx *cx, const Env *env, const Workspace *workspace);
struct Embedder; // retrieve/embed.h

typedef struct TablesAbout {
    bool same_code;  // made by this version of cq
    bool same_model; // their vectors are by this embedder
    int64_t dims;    // of their vectors; 0: there are none
} TablesAbout;
// What is said of the kept file itself; `embedder` may be NULL. Fails: NOT_FOUND (no file),
// DAMAGED.
MUST_CHECK Fail tables_about(Ctx *cx, const Env *env, const DuckLib *lib,
                             const Workspace *workspace, const struct Embedder *embedder,
                             TablesAbout *out);
// Fails: CANCELLED (the tables stay as they were), IO, TOO_LARGE (sql.memory_limit_bytes).
MUST_CHECK Fail tables_refresh(Ctx *cx, const Env *env, const TablesSpec *spec, Tables *out);
void tables_close(Ctx *cx, Tables *tables); // all zero is fine

#endif
