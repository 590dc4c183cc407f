// service/sql_worker.c - one question, in a worker process: its crash, its hunger and its endless
// work end with that process.
//
//   {database, query, limit, memory, threads, to, file} --> {columns, rows, total} or {problem}
#include "service/sql.h"

typedef struct Job {
    Str database, query, file, format;
    int64_t limit, memory, threads;
} Job;

static Str text_of(const Json *object, const char *key)
{
    const Json *value = json_get(object, str_from(key));
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

static int64_t number_of(const Json *object, const char *key)
{
    const Json *value = json_get(object, str_from(key));
    return value && value->kind == JK_INT ? value->integer : 0;
}

// --- rows ---

typedef struct Taking {
    JsonWriter *to;
    const DuckAnswer *answer;
    int64_t left;
} Taking;

static void write_cell(JsonWriter *to, DuckKind kind, const DuckCell *cell)
{
    if (cell->is_null) json_write_null(to);
    else if (kind == DUCK_BOOL) json_write_bool(to, cell->integer != 0);
    else if (kind == DUCK_REAL) json_write_real(to, cell->real);
    else if (kind == DUCK_INT && !cell->text.ptr) json_write_int(to, cell->integer);
    else json_write_str(to, cell->text);
}

static bool take_row(void *arg, const DuckCell *row)
{
    Taking *taking = arg;
    if (taking->left-- <= 0) return false;
    json_begin_array(taking->to);
    for (size_t i = 0; i < taking->answer->columns; i++)
        write_cell(taking->to, taking->answer->kinds[i], &row[i]);
    json_end(taking->to);
    return true;
}

// Columns that cannot be read as they are become text: SELECT #1, #2::VARCHAR FROM query('...').
static Str readable(Arena *arena, Str text, const DuckHead *heads, size_t count)
{
    Buf out = buf_on(arena);
    bool needed = false;
    for (size_t i = 0; i < count; i++) {
        bool other = heads[i].kind == DUCK_OTHER;
        buf_addf(&out, other ? "%s CAST(#%zu AS VARCHAR)" : "%s #%zu", i ? "," : "SELECT", i + 1);
        needed |= other;
    }
    if (!needed) return text;
    buf_addf(&out, " FROM query(" STR_FMT ")", STR_ARG(duck_quote(arena, text)));
    return buf_str(&out);
}

static Fail answer_rows(Ctx *cx, DuckDb *db, const Job *job, JsonWriter *to)
{
    DuckHead *heads;
    size_t count;
    DuckAnswer answer;
    TRY(duck_describe(cx, db, job->query, &heads, &count));
    TRY(duck_ask(cx, db, readable(cx->arena, job->query, heads, count), &answer));
    json_key(to, "columns");
    json_begin_array(to);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(to);
        json_member_str(to, "name", heads[i].name);
        json_member_str(to, "type", str_from(heads[i].type));
        json_end(to);
    }
    json_end(to);
    json_key(to, "rows");
    json_begin_array(to);
    duck_each(&answer, take_row, &(Taking){to, &answer, job->limit});
    json_end(to);
    json_member_int(to, "total", (int64_t)answer.rows);
    duck_done(&answer);
    return NULL;
}

// --- a file ---

static bool take_count(void *arg, const DuckCell *row)
{
    *(int64_t *)arg = row[0].integer;
    return false;
}

static Fail write_file(Ctx *cx, DuckDb *db, const Job *job, JsonWriter *to)
{
    DuckAnswer answer;
    DuckHead *heads;
    size_t count;
    int64_t total = 0;
    TRY(duck_describe(cx, db, job->query, &heads, &count)); // says where the user's text is wrong
    Str sql = str_format(cx->arena, "COPY (FROM query(" STR_FMT ")) TO " STR_FMT " (" STR_FMT ")",
                         STR_ARG(duck_quote(cx->arena, job->query)),
                         STR_ARG(duck_quote(cx->arena, job->file)), STR_ARG(job->format));
    TRY(duck_ask(cx, db, sql, &answer));
    duck_each(&answer, take_count, &total);
    duck_done(&answer);
    json_member_int(to, "total", total);
    return NULL;
}

// --- the task ---

static Fail ask(Ctx *cx, const Job *job, JsonWriter *to)
{
    DuckLib *lib;
    DuckDb db;
    const char *file = job->file.len ? str_cstr(cx->arena, job->file) : NULL;
    DuckOpen how = {.path = str_cstr(cx->arena, job->database),
                    .read_only = true,
                    .memory_bytes = (uint64_t)job->memory,
                    .threads = (int)job->threads};
    TRY(duck_load(cx, cx->arena, &lib));
    TRY(duck_open(cx, lib, &how, &db));
    Fail fail = duck_lock(cx, &db, file);
    if (!fail) fail = sql_check(cx, &db, job->query);
    if (!fail) fail = file ? write_file(cx, &db, job, to) : answer_rows(cx, &db, job, to);
    duck_close(&db);
    return fail;
}

// With its members, which a failed task would lose.
static void write_problem(JsonWriter *to, Fail fail)
{
    const Json *position = json_get(fail->ext, STR("position"));
    json_key(to, "problem");
    json_begin_object(to);
    json_member_int(to, "kind", (int64_t)fail->kind);
    json_member_str(to, "detail", fail->detail);
    json_member_str(to, "error", text_of(fail->ext, "error"));
    if (position) json_member_int(to, "position", position->integer);
    json_end(to);
}

Fail sql_work(Ctx *cx, void *state, Str request, Buf *reply)
{
    const Json *from;
    (void)state;
    TRY(json_parse(cx->arena, request, &from));
    Job job = {.database = text_of(from, "database"),
               .query = text_of(from, "query"),
               .file = text_of(from, "file"),
               .format = text_of(from, "format"),
               .limit = number_of(from, "limit"),
               .memory = number_of(from, "memory"),
               .threads = number_of(from, "threads")};
    JsonWriter to = {.out = reply};
    size_t start = reply->len;
    json_begin_object(&to);
    Fail fail = ask(cx, &job, &to);
    if (fail) { // not half an answer before it
        reply->len = start;
        to = (JsonWriter){.out = reply};
        json_begin_object(&to);
        write_problem(&to, fail);
    }
    json_end(&to);
    return NULL;
}
