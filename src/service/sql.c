// service/sql.c - the flow of cq sql.
#include "service/sql.h"

#include "base/clock.h"
#include "base/os_disk.h"
#include "runtime/cells.h"
#include "runtime/policy.h"
#include "runtime/worker.h"

enum { HEAD_ROOM = 1 << 30 }; // address space of a worker besides what DuckDB counts

typedef struct Sql {
    Ctx *cx;
    const Env *env;
    const SqlQuery *query;
    SqlAnswer *out;
    Str temporary; // where an export goes first; absolute
} Sql;

// --- the file asked for ---

static Fail prepare_file(Sql *sql)
{
    Ctx *cx = sql->cx;
    OsStat stat;
    uint64_t random;
    Str folder, file = sql->query->file;
    if (sql->query->to == SQL_ROWS) return NULL;
    if (!os_try_stat(OS_CWD, str_cstr(cx->arena, file), OS_NOFOLLOW, &stat) &&
        stat.type != OS_REGULAR)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is there and is no regular file",
                    STR_ARG(file));
    size_t slash = str_find_last(file, '/');
    Str below = slash == file.len ? STR(".") : str_sub(file, 0, slash + 1);
    TRY(os_real_path(cx, str_cstr(cx->arena, below), &folder));
    TRY(os_random(cx, &random, sizeof random));
    sql->temporary = str_format(cx->arena, STR_FMT "/.cq-sql-%016llx", STR_ARG(folder),
                                (unsigned long long)random);
    return NULL;
}

static Fail finish_file(Sql *sql, Fail fail)
{
    Ctx *cx = sql->cx;
    if (!sql->temporary.len) return fail;
    if (!fail)
        fail = os_rename(cx, OS_CWD, sql->temporary.ptr, str_cstr(cx->arena, sql->query->file));
    if (fail) {
        Fail ignored = os_remove(cx, OS_CWD, sql->temporary.ptr); // perhaps it was never made
        (void)ignored;
    }
    return fail;
}

// --- the worker ---

static Str request(const Sql *sql)
{
    const Policy *policy = sql->env->policy;
    Buf out = buf_on(sql->cx->arena);
    JsonWriter w = {.out = &out};
    json_begin_object(&w);
    json_member_str(&w, "database", sql->out->tables.path);
    json_member_str(&w, "query", sql->query->text);
    json_member_str(&w, "file", sql->temporary);
    json_member_str(&w, "format",
                    sql->query->to == SQL_CSV ? STR("FORMAT csv, HEADER") : STR("FORMAT parquet"));
    json_member_int(&w, "limit", (int64_t)sql->query->limit);
    json_member_int(&w, "memory", policy->sql.memory_limit_bytes);
    json_member_int(&w, "threads", policy_profile(policy, STR("sql")).cpu_workers + 1);
    json_end(&w);
    return buf_str(&out);
}

static Fail ask_worker(const Sql *sql, Str *reply)
{
    const Policy *policy = sql->env->policy;
    WorkerSpec spec = {.argv = sql->env->worker_argv,
                       .workers = 1,
                       .memory_bytes = (uint64_t)policy->sql.memory_limit_bytes + HEAD_ROOM};
    WorkerPool *pool = worker_pool_new(&spec);
    WorkerTask task = {STR(SQL_TASK), STR("the query"), request(sql)};
    Fail fail = worker_pool_run(sql->cx, pool, &task, reply);
    worker_pool_free(pool);
    return fail;
}

// --- its answer ---

static Str text_of(const Json *object, const char *key)
{
    const Json *value = json_get(object, str_from(key));
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

// DuckDB says where in the text, as a byte; people want a line and a column.
static Fail locate(Arena *arena, Str text, size_t at, Str detail)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < at; i++)
        if (text.ptr[i] == '\n') line++, start = i + 1;
    size_t column = 1 + utf8_count(str_sub(text, start, at));
    Fail fail = FAIL(arena, BAD_REQUEST, "%zu:%zu: " STR_FMT, line, column, STR_ARG(detail));
    fail = problem_with_int(arena, fail, "position", (int64_t)at);
    fail = problem_with_int(arena, fail, "line", (int64_t)line);
    return problem_with_int(arena, fail, "column", (int64_t)column);
}

static Fail explain(const Sql *sql, const Json *problem)
{
    Arena *arena = sql->cx->arena;
    const Json *kind = json_get(problem, STR("kind"));
    const Json *position = json_get(problem, STR("position"));
    Str detail = text_of(problem, "detail"), type = text_of(problem, "error");
    bool bad = kind->integer == PROBLEM_BAD_REQUEST;
    Fail fail;
    if (kind->integer == PROBLEM_TOO_LARGE) // the rest is advice on DuckDB's own settings
        detail = str_sub(detail, 0, str_find(detail, ')') + 1);
    if (bad && position && position->integer >= 0 &&
        (uint64_t)position->integer <= sql->query->text.len)
        fail = locate(arena, sql->query->text, (size_t)position->integer, detail);
    else fail = problem_new(arena, (ProblemKind)kind->integer, CQ_WHERE, STR_FMT, STR_ARG(detail));
    if (type.len) fail = problem_with_str(arena, fail, "error", type);
    if (kind->integer == PROBLEM_TOO_LARGE)
        fail = problem_with_str(arena, fail, "hint",
                                STR("ask for less, or raise sql.memory_limit_bytes"));
    return fail;
}

static Fail read_reply(const Sql *sql, Str reply)
{
    const Json *json;
    SqlAnswer *out = sql->out;
    TRY(json_parse(sql->cx->arena, reply, &json));
    const Json *problem = json_get(json, STR("problem")), *total = json_get(json, STR("total"));
    if (problem) return explain(sql, problem);
    out->columns = json_get(json, STR("columns"));
    out->rows = json_get(json, STR("rows"));
    if (total) out->total = (uint64_t)total->integer;
    return NULL;
}

// --- the flow ---

static Fail answer(Sql *sql)
{
    Str reply;
    int64_t start_ns = clock_now_ns();
    Fail fail = ask_worker(sql, &reply);
    if (!fail) fail = read_reply(sql, reply);
    sql->out->query_ns = clock_now_ns() - start_ns;
    return finish_file(sql, fail);
}

static Fail run_in_workspace(Sql *sql, const DuckLib *lib, const Workspace *workspace)
{
    TablesSpec spec = {.lib = lib,
                       .workspace = workspace,
                       .max_file_bytes = sql->query->max_file_bytes,
                       .stale_ok = sql->query->stale_ok};
    int64_t start_ns = clock_now_ns();
    sql->out->root = workspace->root;
    TRY(prepare_file(sql));
    Fail fail = tables_refresh(sql->cx, sql->env, &spec, &sql->out->tables);
    sql->out->refresh_ns = clock_now_ns() - start_ns;
    if (!fail) fail = answer(sql);
    tables_close(sql->cx, &sql->out->tables);
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
    const DuckLib *lib = lease.value;
    out->version = str_copy(cx->arena, lib->version);
    Fail fail = env_workspace(cx, env, !env->root.len, &workspace);
    if (!fail) {
        fail = run_in_workspace(&sql, lib, &workspace);
        workspace_close(&workspace);
    }
    lease_release(&lease);
    return fail;
}
