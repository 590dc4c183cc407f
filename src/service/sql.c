// service/sql.c - the flow of cq sql.
#include "service/sql.h"

#include "base/clock.h"
#include "base/os_disk.h"
#include "base/vec.h"
#include "runtime/alarm.h"
#include "runtime/cells.h"
#include "runtime/policy.h"

typedef struct Sql {
    Ctx *cx;
    const Env *env;
    const SqlQuery *query;
    SqlAnswer *out;
    const DuckLib *lib;
    DuckDb *db; // the tables: those in memory, or
    DuckDb opened;
    const char *temporary; // where the export goes first
    Str target;            // and then; absolute or below the working folder
} Sql;

// --- the file asked for ---

static Fail prepare_file(Sql *sql)
{
    Ctx *cx = sql->cx;
    OsStat stat;
    uint64_t random;
    Str folder;
    if (sql->query->to == SQL_ROWS) return NULL;
    const char *path = str_cstr(cx->arena, sql->query->file);
    if (!os_try_stat(OS_CWD, path, OS_NOFOLLOW, &stat) && stat.type != OS_REGULAR)
        return FAIL(cx->arena, BAD_REQUEST, "%s is there and is no regular file", path);
    size_t slash = str_find_last(sql->query->file, '/');
    Str below = slash == sql->query->file.len ? STR(".") : str_sub(sql->query->file, 0, slash + 1);
    TRY(os_real_path(cx, str_cstr(cx->arena, below), &folder));
    TRY(os_random(cx, &random, sizeof random));
    sql->target = sql->query->file;
    sql->temporary = str_format(cx->arena, STR_FMT "/.cq-sql-%016llx", STR_ARG(folder),
                                (unsigned long long)random)
                         .ptr;
    return NULL;
}

// --- opening ---

static Fail open_tables(Sql *sql)
{
    const Tables *tables = &sql->out->tables;
    const Policy *policy = sql->env->policy;
    sql->db = &sql->out->tables.memory;
    if (tables->path.len) {
        DuckOpen how = {.path = tables->path.ptr,
                        .read_only = true,
                        .memory_bytes = (uint64_t)policy->sql.memory_limit_bytes,
                        .threads = (int)policy_profile(policy, STR("sql")).cpu_workers + 1};
        TRY(duck_open(sql->cx, sql->lib, &how, &sql->opened));
        sql->db = &sql->opened;
    }
    return duck_lock(sql->cx, sql->db, sql->temporary);
}

// --- rows ---

typedef struct Taking {
    Arena *arena;
    const DuckAnswer *answer;
    VEC(const Json *) rows;
    size_t limit;
} Taking;

static const Json *value_of(Arena *arena, DuckKind kind, const DuckCell *cell)
{
    if (cell->is_null) return json_new_null(arena);
    switch (kind) {
    case DUCK_BOOL: return json_new_bool(arena, cell->integer != 0);
    case DUCK_REAL: return json_new_real(arena, cell->real);
    case DUCK_INT:
        if (!cell->text.ptr) return json_new_int(arena, cell->integer);
        break;
    default: break;
    }
    return json_new_str(arena, str_copy(arena, cell->text));
}

static bool take_row(void *arg, const DuckCell *row)
{
    Taking *taking = arg;
    if (taking->rows.len == taking->limit) return false;
    Json *values = json_new_array(taking->arena);
    for (size_t i = 0; i < taking->answer->columns; i++)
        json_push(taking->arena, values,
                  value_of(taking->arena, taking->answer->kinds[i], &row[i]));
    VEC_PUSH(taking->arena, &taking->rows, values);
    return true;
}

// Columns that cannot be read as they are become text: SELECT #1, #2::VARCHAR FROM query('...').
static Str readable(Arena *arena, Str text, const SqlAnswer *answer)
{
    Buf out = buf_on(arena);
    bool needed = false;
    for (size_t i = 0; i < answer->column_count; i++) {
        bool other = answer->columns[i].kind == DUCK_OTHER;
        buf_addf(&out, other ? "%s CAST(#%zu AS VARCHAR)" : "%s #%zu", i ? "," : "SELECT", i + 1);
        needed |= other;
    }
    if (!needed) return text;
    buf_addf(&out, " FROM query(" STR_FMT ")", STR_ARG(duck_quote(arena, text)));
    return buf_str(&out);
}

static Fail take_columns(Sql *sql)
{
    SqlAnswer *out = sql->out;
    return duck_describe(sql->cx, sql->db, sql->query->text, &out->columns, &out->column_count);
}

static Fail ask_rows(Sql *sql)
{
    DuckAnswer answer;
    SqlAnswer *out = sql->out;
    Arena *arena = sql->cx->arena;
    TRY(take_columns(sql));
    TRY(duck_ask(sql->cx, sql->db, readable(arena, sql->query->text, out), &answer));
    Taking taking = {.arena = arena, .answer = &answer, .limit = sql->query->limit};
    duck_each(&answer, take_row, &taking);
    out->rows = taking.rows.items;
    out->row_count = taking.rows.len;
    out->total = answer.rows;
    duck_done(&answer);
    return NULL;
}

// --- a file ---

static bool take_count(void *arg, const DuckCell *row)
{
    *(uint64_t *)arg = (uint64_t)row[0].integer;
    return false;
}

static Fail write_file(Sql *sql)
{
    Ctx *cx = sql->cx;
    DuckAnswer answer;
    TRY(take_columns(sql)); // tells what is wrong, and where, in the user's own text
    sql->out->column_count = 0;
    Str quoted = duck_quote(cx->arena, sql->query->text);
    Str to = duck_quote(cx->arena, str_from(sql->temporary));
    Str text = str_format(cx->arena, "COPY (FROM query(" STR_FMT ")) TO " STR_FMT " (FORMAT %s)",
                          STR_ARG(quoted), STR_ARG(to),
                          sql->query->to == SQL_CSV ? "csv, HEADER" : "parquet");
    Fail fail = duck_ask(cx, sql->db, text, &answer);
    if (!fail) {
        duck_each(&answer, take_count, &sql->out->total);
        duck_done(&answer);
        fail = os_rename(cx, OS_CWD, sql->temporary, str_cstr(cx->arena, sql->target));
    }
    if (fail) {
        Fail ignored = os_remove(cx, OS_CWD, sql->temporary); // perhaps it was never made
        (void)ignored;
    }
    return fail;
}

// --- the flow ---

static void ring(void *db)
{
    duck_interrupt(db);
}

// DuckDB says where in the text, as a byte; people want a line and a column.
static Fail locate(Ctx *cx, Str text, Fail fail)
{
    const Json *position = fail ? json_get(fail->ext, STR("position")) : NULL;
    if (!position || position->integer < 0 || (uint64_t)position->integer > text.len) return fail;
    size_t at = (size_t)position->integer, line = 1, start = 0;
    for (size_t i = 0; i < at; i++)
        if (text.ptr[i] == '\n') line++, start = i + 1;
    size_t column = 1 + utf8_count(str_sub(text, start, at));
    Fail located = FAIL(cx->arena, BAD_REQUEST, "%zu:%zu: " STR_FMT, line, column,
                        STR_ARG(fail->detail));
    located = problem_with_str(cx->arena, located, "type",
                               json_get(fail->ext, STR("type"))->string);
    located = problem_with_int(cx->arena, located, "position", position->integer);
    located = problem_with_int(cx->arena, located, "line", (int64_t)line);
    return problem_with_int(cx->arena, located, "column", (int64_t)column);
}

static Fail explain(Sql *sql, Fail fail)
{
    Ctx *cx = sql->cx;
    if (!fail) return NULL;
    if (fail->kind == PROBLEM_CANCELLED) {
        Fail why = ctx_check(cx);
        return why ? why : fail;
    }
    if (fail->kind == PROBLEM_TOO_LARGE)
        return problem_with_str(cx->arena, fail, "hint",
                                STR("ask for less, or raise sql.memory_limit_bytes"));
    return fail->kind == PROBLEM_BAD_REQUEST ? locate(cx, sql->query->text, fail) : fail;
}

static Fail answer(Sql *sql)
{
    Alarm *alarm;
    int64_t start_ns = clock_now_ns();
    TRY(open_tables(sql));
    TRY(alarm_start(sql->cx, ring, sql->db, &alarm));
    Fail fail = sql_check(sql->cx, sql->db, sql->query->text);
    if (!fail) fail = sql->temporary ? write_file(sql) : ask_rows(sql);
    alarm_end(alarm);
    sql->out->query_ns = clock_now_ns() - start_ns;
    return explain(sql, fail);
}

static Fail run_in_workspace(Sql *sql, const Workspace *workspace)
{
    TablesSpec spec = {.lib = sql->lib,
                       .workspace = workspace,
                       .max_file_bytes = sql->query->max_file_bytes,
                       .stale_ok = sql->query->stale_ok};
    int64_t start_ns = clock_now_ns();
    sql->out->root = workspace->root;
    TRY(prepare_file(sql));
    Fail fail = tables_refresh(sql->cx, sql->env, &spec, &sql->out->tables);
    sql->out->refresh_ns = clock_now_ns() - start_ns;
    if (!fail) fail = answer(sql);
    duck_close(&sql->opened);
    tables_close(&sql->out->tables);
    return fail;
}

Fail sql_run(Ctx *cx, const Env *env, const SqlQuery *query, SqlAnswer *out)
{
    Sql sql = {.cx = cx, .env = env, .query = query, .out = out};
    Workspace workspace;
    Cell *cell;
    Lease lease;
    *out = (SqlAnswer){0};
    TRY(cells_find(cx->arena, env->cells, STR("duckdb"), &cell));
    TRY(cell_lease(cx, cell, &lease));
    sql.lib = lease.value;
    out->version = str_copy(cx->arena, sql.lib->version);
    Fail fail = env_workspace(cx, env, !env->root.len, &workspace);
    if (!fail) {
        fail = run_in_workspace(&sql, &workspace);
        workspace_close(&workspace);
    }
    lease_release(&lease);
    return fail;
}
