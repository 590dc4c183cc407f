// service/sql_check.c - which questions are let through.
//
// DuckDB parses the text into JSON (json_serialize_sql takes nothing but SELECT statements), and
// the names of the functions in it are looked at. Table functions must be known to only compute:
// others read files, read memory (arrow_scan), change the process (enable_logging, from inside a
// SELECT) or take further SQL as text (query), where all that could be hidden.
#include "service/sql.h"

static const char *const table_functions[] = {
    "duckdb_columns", "duckdb_functions",  "duckdb_keywords", "duckdb_tables",
    "duckdb_types",   "duckdb_views",      "generate_series", "json_each",
    "json_tree",      "pragma_table_info", "pragma_version",  "range",
    "repeat",         "repeat_row",        "summary",         "unnest",
};
static const char *const refused[] = {"write_log"}; // of the others: those that do something

static bool has(const char *const *names, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(name, str_from(names[i]))) return true;
    return false;
}

static Str member(const Json *object, const char *key)
{
    const Json *value = json_get(object, str_from(key));
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

static Fail refuse(Ctx *cx, Str name)
{
    return FAIL(cx->arena, BAD_REQUEST,
                "the function " STR_FMT " is not allowed here: a query reads the tables only",
                STR_ARG(name.len ? name : STR("of this kind")));
}

static Fail check_node(Ctx *cx, const Json *node)
{
    if (str_eq(member(node, "type"), STR("TABLE_FUNCTION"))) {
        Str name = member(json_get(node, STR("function")), "function_name");
        if (!has(table_functions, ARRAY_LEN(table_functions), name)) return refuse(cx, name);
    }
    Str name = member(node, "function_name");
    if (name.len && has(refused, ARRAY_LEN(refused), name)) return refuse(cx, name);
    for (size_t i = 0; node->kind == JK_OBJECT && i < node->len; i++)
        TRY(check_node(cx, node->members[i].value));
    for (size_t i = 0; node->kind == JK_ARRAY && i < node->len; i++)
        TRY(check_node(cx, node->items[i]));
    return NULL;
}

typedef struct Parsed {
    Arena *arena;
    Str json;
} Parsed;

static bool take_parsed(void *arg, const DuckCell *row)
{
    Parsed *parsed = arg;
    parsed->json = str_copy(parsed->arena, row[0].text);
    return false;
}

static Fail parse(Ctx *cx, DuckDb *db, Str text, Parsed *out)
{
    DuckAnswer answer;
    Str quoted = duck_quote(cx->arena, text);
    TRY(duck_ask(cx, db,
                 str_format(cx->arena, // numbers that our reader does not take stand for no name
                            "SELECT regexp_replace(json_serialize_sql(" STR_FMT ")::VARCHAR, "
                            "':-?[0-9]{19,}', ':0', 'g')",
                            STR_ARG(quoted)),
                 &answer));
    duck_each(&answer, take_parsed, out);
    duck_done(&answer);
    return NULL;
}

static const char only_select[] =
    "only one SELECT is allowed (also FROM, WITH, VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE): the "
    "tables are read-only";

Fail sql_check(Ctx *cx, DuckDb *db, Str text)
{
    Parsed parsed = {.arena = cx->arena};
    const Json *json;
    if (memchr(text.ptr, 0, text.len) || !utf8_valid(text.ptr, text.len))
        return FAIL(cx->arena, BAD_REQUEST, "the query is not text");
    TRY(parse(cx, db, text, &parsed));
    if (json_parse(cx->arena, parsed.json, &json))
        return FAIL(cx->arena, BAD_REQUEST, "the query cannot be checked: it is nested too deeply");
    const Json *error = json_get(json, STR("error"));
    if (error && error->boolean) {
        if (str_eq(member(json, "error_type"), STR("not implemented")))
            return FAIL(cx->arena, BAD_REQUEST, "%s", only_select);
        return duck_problem(cx, parsed.json);
    }
    const Json *statements = json_get(json, STR("statements"));
    if (!statements || statements->len != 1) return FAIL(cx->arena, BAD_REQUEST, "%s", only_select);
    return check_node(cx, statements);
}
