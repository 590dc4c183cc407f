// op/sql.c - "sql": a question in SQL about definitions, references, calls and files.
#include "service/sql.h"

#include "base/clock.h"
#include "base/vec.h"
#include "op/op.h"
#include "op/table.h"

enum { SHOWN_ROWS = 96, SHOWN_BYTES = 100 }; // with heads and what was cut, at most 100 lines

typedef struct SqlArgs {
    Str query, csv, parquet;
    bool schema, stale_ok;
    int64_t limit;
    uint64_t max_filesize;
} SqlArgs;

static const Field args[] = {
    FIELD(SqlArgs, query, STR, "one SELECT; --schema shows the tables", .flags = FIELD_POSITIONAL),
    FIELD(SqlArgs, schema, BOOL, "show the tables and their columns instead"),
    FIELD(SqlArgs, limit, INT, "most rows in a JSON answer; all are counted", .letter = 'n',
          .least = 0, .most = 1000000, .fallback = "10000"),
    FIELD(SqlArgs, csv, PATH, "write the rows to this file instead, with a line of names",
          .value_name = "FILE", .flags = FIELD_LOCAL),
    FIELD(SqlArgs, parquet, PATH, "write the rows to this Parquet file instead",
          .value_name = "FILE", .flags = FIELD_LOCAL),
    FIELD(SqlArgs, stale_ok, BOOL, "ask the tables that are there; do not look for changed files"),
    FIELD(SqlArgs, max_filesize, SIZE, "leave out larger files", .fallback = "1M"),
    {0},
};

typedef struct ColumnRow {
    Str name, type, says;
} ColumnRow;

static const Field column_fields[] = {
    FIELD(ColumnRow, name, STR, "of the column"),
    FIELD(ColumnRow, type, STR, "in DuckDB"),
    FIELD(ColumnRow, says, STR, "what it means"),
    {0},
};

typedef struct TableRow {
    Str name, says;
    RecordList columns;
} TableRow;

static const Field table_fields[] = {
    FIELD(TableRow, name, STR, "of the table or view"),
    FIELD(TableRow, says, STR, "what its rows are"),
    FIELD(TableRow, columns, RECORDS, "in their order", .sub = column_fields,
          .sub_size = sizeof(ColumnRow)),
    {0},
};

typedef struct SqlSummary {
    const Json *columns, *rows; // arrays; never NULL
    RecordList tables;
    uint64_t row_count, total_rows, files, skipped, changed, removed;
    Str file, database, duckdb;
    bool truncated, unchecked;
    StrList limits;
    double refresh_ms, query_ms;
} SqlSummary;

static const Field result[] = {
    FIELD(SqlSummary, columns, JSON, "of the rows: objects with name and type, as in DuckDB"),
    FIELD(SqlSummary, rows, JSON,
          "one array of values a row; types JSON lacks, and integers beyond 64 bits, are strings"),
    FIELD(SqlSummary, row_count, SIZE, "rows in the answer"),
    FIELD(SqlSummary, total_rows, SIZE, "rows that there are, or that the file got"),
    FIELD(SqlSummary, truncated, BOOL, "--limit left rows out"),
    FIELD(SqlSummary, tables, RECORDS, "--schema: what can be asked", .flags = FIELD_OPTIONAL_OUT,
          .sub = table_fields, .sub_size = sizeof(TableRow)),
    FIELD(SqlSummary, file, PATH, "--csv, --parquet: what was written",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(SqlSummary, files, SIZE, "in the tables"),
    FIELD(SqlSummary, skipped, SIZE, "files that were left out: column skipped of table files"),
    FIELD(SqlSummary, changed, SIZE, "files that were new or changed since the last query"),
    FIELD(SqlSummary, removed, SIZE, "files that were gone"),
    FIELD(SqlSummary, unchecked, BOOL, "--stale-ok: nobody looked for changes",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(SqlSummary, limits, STRS, "what is missing or was done otherwise, and why"),
    FIELD(SqlSummary, database, PATH, "the file of the tables"),
    FIELD(SqlSummary, duckdb, STR, "its version"),
    FIELD(SqlSummary, refresh_ms, REAL, "milliseconds to bring the tables up to date"),
    FIELD(SqlSummary, query_ms, REAL, "milliseconds of the query, DuckDB's start included"),
    {0},
};

// --- the schema ---

static RecordList schema_columns(Arena *arena, const TableSpec *spec)
{
    ColumnRow *rows = ARENA_ARRAY(arena, ColumnRow, spec->count);
    for (size_t i = 0; i < spec->count; i++) {
        const TableColumn *column = &spec->columns[i];
        rows[i] = (ColumnRow){str_from(column->name),
                              str_from(column->type ? column->type : "FLOAT[dimensions]"),
                              str_from(column->says)};
    }
    return (RecordList){rows, spec->count};
}

static void take_schema(Arena *arena, SqlSummary *summary)
{
    TableRow *rows = ARENA_ARRAY(arena, TableRow, TABLES);
    for (size_t i = 0; i < TABLES; i++)
        rows[i] = (TableRow){str_from(table_specs[i].name), str_from(table_specs[i].says),
                             schema_columns(arena, &table_specs[i])};
    summary->tables = (RecordList){rows, TABLES};
    summary->columns = summary->rows = json_new_array(arena);
}

// --- the answer ---

static StrList list_limits(Arena *arena, const Tables *tables)
{
    VEC(Str) limits = {0};
    for (size_t i = 0; i < ARRAY_LEN(tables->limits); i++)
        if (tables->limits[i].len) VEC_PUSH(arena, &limits, tables->limits[i]);
    return (StrList){limits.items, limits.len};
}

static const Json *or_empty(Arena *arena, const Json *array)
{
    return array ? array : json_new_array(arena);
}

static void summarise(Arena *arena, const SqlQuery *query, const SqlAnswer *answer, SqlSummary *out)
{
    const Tables *tables = &answer->tables;
    *out = (SqlSummary){.columns = or_empty(arena, answer->columns),
                        .rows = or_empty(arena, answer->rows),
                        .total_rows = answer->total,
                        .file = query->file,
                        .files = tables->files,
                        .skipped = tables->skipped,
                        .changed = tables->changed,
                        .removed = tables->removed,
                        .unchecked = tables->unchecked,
                        .limits = list_limits(arena, tables),
                        .database = tables->path,
                        .duckdb = answer->version,
                        .refresh_ms = (double)answer->refresh_ns / NS_PER_MS,
                        .query_ms = (double)answer->query_ns / NS_PER_MS};
    out->row_count = out->rows->len;
    out->truncated = query->to == SQL_ROWS && out->row_count < out->total_rows;
}

static Fail read_args(Ctx *cx, const Env *env, const SqlArgs *from, SqlQuery *out)
{
    if (!str_trim(from->query).len)
        return FAIL(cx->arena, BAD_REQUEST, "no query; --schema shows the tables");
    if (from->csv.len && from->parquet.len)
        return FAIL(cx->arena, BAD_REQUEST, "--csv and --parquet cannot be used together");
    *out = (SqlQuery){.text = from->query,
                      .limit = (size_t)from->limit,
                      .stale_ok = from->stale_ok,
                      .max_file_bytes = MIN(from->max_filesize, (uint64_t)FACTS_LARGEST_FILE)};
    if (from->csv.len) out->to = SQL_CSV, out->file = from->csv;
    if (from->parquet.len) out->to = SQL_PARQUET, out->file = from->parquet;
    if (out->file.len && !env->stdin_allowed)
        return FAIL(cx->arena, BAD_REQUEST, "files are written from the command line only");
    return NULL;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const SqlArgs *from = arguments;
    SqlQuery query;
    SqlAnswer answer = {0};
    SqlSummary *summary = ARENA_NEW(cx->arena, SqlSummary);
    if (from->schema) {
        take_schema(cx->arena, summary);
        *out = (Result){.summary = summary, .found = true};
        return NULL;
    }
    TRY(read_args(cx, env, from, &query));
    TRY(sql_run(cx, env, &query, &answer));
    summarise(cx->arena, &query, &answer, summary);
    *out = (Result){.summary = summary, .root = answer.root, .found = answer.total > 0};
    return NULL;
}

// --- for people ---

static void schema_text(Buf *out, const SqlSummary *summary)
{
    static const Str heads[] = {{"column", 6}, {"type", 4}, {"meaning", 7}};
    const TableRow *tables = summary->tables.items;
    for (size_t t = 0; t < summary->tables.count; t++) {
        const ColumnRow *columns = tables[t].columns.items;
        Str *cells = ARENA_ARRAY(out->arena, Str, tables[t].columns.count * ARRAY_LEN(heads));
        for (size_t i = 0; i < tables[t].columns.count; i++) {
            cells[i * 3] = columns[i].name;
            cells[i * 3 + 1] = columns[i].type;
            cells[i * 3 + 2] = columns[i].says;
        }
        buf_addf(out, "%s" STR_FMT ": " STR_FMT "\n\n", t ? "\n" : "", STR_ARG(tables[t].name),
                 STR_ARG(tables[t].says));
        table_write(out, heads, ARRAY_LEN(heads), cells, tables[t].columns.count);
    }
}

static Str cell_text(Arena *arena, const Json *value, size_t *cut)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    Str text = value->string;
    if (value->kind == JK_NULL) return STR("NULL");
    if (value->kind != JK_STR) {
        json_write(&w, value);
        text = buf_str(&buf);
    }
    if (text.len <= SHOWN_BYTES) return text;
    ++*cut;
    return str_format(arena, STR_FMT "...",
                      STR_ARG(str_sub(text, 0, utf8_cut(text, SHOWN_BYTES - 3))));
}

static void rows_text(Buf *out, const SqlSummary *summary)
{
    size_t width = summary->columns->len, cut = 0;
    size_t shown = MIN(summary->rows->len, (size_t)SHOWN_ROWS);
    Str *heads = ARENA_ARRAY(out->arena, Str, width);
    Str *cells = ARENA_ARRAY(out->arena, Str, width * shown);
    for (size_t i = 0; i < width; i++)
        heads[i] = json_get(summary->columns->items[i], STR("name"))->string;
    for (size_t r = 0; r < shown; r++)
        for (size_t i = 0; i < width; i++)
            cells[r * width + i] = cell_text(out->arena, summary->rows->items[r]->items[i], &cut);
    table_write(out, heads, width, cells, shown);
    unsigned long long total = summary->total_rows;
    if (shown < total)
        buf_addf(out, "%zu of %llu rows; ask with LIMIT, or for --format json, --csv FILE\n", shown,
                 total);
    if (cut) buf_addf(out, "%zu long values cut after %d bytes\n", cut, SHOWN_BYTES);
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    (void)style;
    const SqlSummary *summary = of->summary;
    if (summary->tables.count) {
        schema_text(out, summary);
        return;
    }
    if (summary->file.len)
        buf_addf(out, STR_FMT ": %llu rows\n", STR_ARG(summary->file),
                 (unsigned long long)summary->total_rows);
    else rows_text(out, summary);
    if (summary->unchecked) buf_add(out, STR("not checked for changed files (--stale-ok)\n"));
    for (size_t i = 0; i < summary->limits.count; i++)
        buf_addf(out, STR_FMT "\n", STR_ARG(summary->limits.items[i]));
}

static const OpExample examples[] = {
    {"cq sql 'select kind, count(*) from definitions group by all order by 2 desc'",
     "what is defined here"},
    {"cq sql \"select caller, path, line from edges where callee = 'open_file'\"", "who calls it"},
    {"cq sql 'select name, count(distinct path) from refs group by name order by 2 desc limit 20'",
     "the names used in most files"},
    {"cq sql --schema", "the tables and what their columns mean"},
    {"cq sql 'from edges' --parquet edges.parquet", "for other programs"},
    {0},
};

const OpSpec op_sql = {
    .name = "sql",
    .summary = "A question in SQL about files, definitions, references and calls",
    .details =
        "DuckDB answers, if its library is there: `cq runtime check duckdb` tells. The tables are "
        "kept in the cache folder and brought up to date before each query: only changed files "
        "are parsed.\n"
        "A query is one SELECT (also FROM, WITH, VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE). It can "
        "read the tables and nothing else: no files, no extensions, no settings. --timeout ends "
        "it; sql.memory_limit_bytes bounds it.\n"
        "Exit status: 0 when there are rows, 1 when there are none, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(SqlArgs),
    .result = result,
    .result_size = sizeof(SqlSummary),
    .resident = true,
    .run = run,
    .text = text,
};
