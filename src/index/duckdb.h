// index/duckdb.h - DuckDB, if its library can be had: databases, statements, rows in and out.
//
//   duck_load (a runtime cell) --> duck_open --> duck_run, duck_ask, duck_write_* --> duck_close
//
// Built without DuckDB's header: duckdb_api.def declares what is called.
//
// Threads: a DuckLib is frozen; a DuckDb belongs to one thread, but duck_interrupt is for any.
//          DuckDB's own threads (`threads` - 1) end with duck_close.
// Memory:  a DuckDb is the caller's storage, closed by duck_close; text of answers is copied.
// Blocks:  everything but duck_interrupt: it computes, or waits for the disk.
// Fails:   what DuckDB refuses is BAD_REQUEST with ext "error", "position" (a byte of the
// statement)
//          as DuckDB says; CANCELLED after duck_interrupt; TOO_LARGE over the memory limit.
#ifndef CQ_INDEX_DUCKDB_H
#define CQ_INDEX_DUCKDB_H

#include "base/ctx.h"

typedef void *DuckHandle;

typedef struct DuckResult { // as in DuckDB's header; only the library looks into it
    uint64_t unused[3];
    void *unused_columns;
    char *unused_error;
    void *internal;
} DuckResult;

typedef struct DuckLib {
#define DUCK(result, name, parameters) result(*name) parameters;
#include "index/duckdb_api.def"
#undef DUCK
    Str path, version; // of the library
} DuckLib;

// Fails: UNAVAILABLE, with ext "hint".
MUST_CHECK Fail duck_load(Ctx *cx, Arena *arena, DuckLib **out);

typedef struct DuckDb {
    const DuckLib *lib;
    DuckHandle db, connection;
} DuckDb;

typedef struct DuckOpen {
    const char *path; // NULL: in memory only
    bool read_only;
    uint64_t memory_bytes; // DuckDB's own limit
    int threads;           // the caller's included; at least 1
} DuckOpen;

// Nothing is ever loaded into it, installed or kept outside the file, whatever is asked later.
// Fails: NOT_FOUND when there is no file; DAMAGED when it is no database.
MUST_CHECK Fail duck_open(Ctx *cx, const DuckLib *lib, const DuckOpen *how, DuckDb *out);
void duck_close(DuckDb *db); // all zero is fine

// From now on statements reach no file but this one (NULL: none), and no setting can be changed.
MUST_CHECK Fail duck_lock(Ctx *cx, DuckDb *db, const char *may_write);

// The Problem for what DuckDB says.
Fail duck_problem(Ctx *cx, Str words);

void duck_interrupt(DuckDb *db); // ends the statement that runs, if any

MUST_CHECK Fail duck_run(Ctx *cx, DuckDb *db, Str sql); // for statements without an answer
Str duck_quote(Arena *arena, Str text);                 // as a literal: 'it''s'

// --- answers ---

typedef enum DuckKind { // what a cell is given as
    DUCK_BOOL,
    DUCK_INT,
    DUCK_REAL,
    DUCK_TEXT,
    DUCK_OTHER, // not readable here: cast it to VARCHAR
} DuckKind;

typedef struct DuckCell {
    bool is_null;
    int64_t integer; // also of DUCK_BOOL
    double real;
    Str text; // DUCK_TEXT; also of an integer beyond int64_t, in decimal, with `integer` 0
} DuckCell;

typedef struct DuckHead { // of a column
    Str name;
    const char *type; // as DuckDB names it: BIGINT, VARCHAR, LIST
    DuckKind kind;
} DuckHead;

// The columns of an answer, without asking for it.
MUST_CHECK Fail duck_describe(Ctx *cx, DuckDb *db, Str sql, DuckHead **out, size_t *count);

typedef struct DuckAnswer {
    DuckDb *db;
    DuckResult result;
    size_t columns;
    uint64_t rows;
    const DuckKind *kinds;
    bool open;
} DuckAnswer;

MUST_CHECK Fail duck_ask(Ctx *cx, DuckDb *db, Str sql, DuckAnswer *out);
void duck_done(DuckAnswer *answer); // all zero is fine
// Rows one after the other; `take` returns false for no more. Cells last for the call.
void duck_each(DuckAnswer *answer, bool (*take)(void *arg, const DuckCell *row), void *arg);

// --- rows ---

typedef struct DuckWriter DuckWriter; // appends to one table, thousands of rows at a time
enum { DUCK_MOST_COLUMNS = 16 };
typedef struct DuckColumn {
    DuckKind kind; // BOOL, INT (an INTEGER), REAL (a FLOAT[dims]), TEXT
    uint32_t dims;
} DuckColumn;

MUST_CHECK Fail duck_writer_new(Ctx *cx, DuckDb *db, const char *table, const DuckColumn *columns,
                                size_t count, DuckWriter **out);
// Each column of a row in turn, then duck_end_row.
void duck_put_null(DuckWriter *writer);
void duck_put_int(DuckWriter *writer, int64_t value); // also of BOOL; cut to 32 bits
void duck_put_text(DuckWriter *writer, Str text); // NULL for no pointer; bytes that are no UTF-8
                                                  // become U+FFFD
void duck_put_floats(DuckWriter *writer, const float *values);
void duck_end_row(DuckWriter *writer);
// Says, too, what went wrong on the way. Frees it in any case; NULL is fine.
MUST_CHECK Fail duck_writer_end(Ctx *cx, DuckWriter *writer);

#endif
