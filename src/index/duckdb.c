// index/duckdb.c - the library, databases, and what DuckDB's errors mean.
#include "index/duckdb.h"

#include "base/json.h"
#include "base/os.h"
#include "base/plugin.h"

#define FILE_NAME "libduckdb.so"

static Fail absent(Ctx *cx, Str why)
{
    Fail fail = FAIL(cx->arena, UNAVAILABLE, "no DuckDB: " STR_FMT, STR_ARG(why));
    return problem_with_str(cx->arena, fail, "hint",
                            STR("make fetches it where npm has it; or set CQ_PLUGIN_DIR to the "
                                "folder of " FILE_NAME " (version 1.4 or later)"));
}

Fail duck_load(Ctx *cx, Arena *arena, DuckLib **out)
{
    DuckLib *lib = ARENA_NEW(arena, DuckLib);
    Str why;
    void *library = plugin_open(cx, arena, FILE_NAME, &lib->path, &why);
    if (!library) return absent(cx, why);
#define DUCK(result, name, parameters)                                                             \
    *(void **)&lib->name = os_symbol(library, "duckdb_" #name);                                    \
    if (!lib->name) return absent(cx, STR("the file lacks duckdb_" #name));
#include "index/duckdb_api.def"
#undef DUCK
    lib->version = str_from(lib->library_version());
    *out = lib;
    return NULL;
}

// --- errors ---

static ProblemKind kind_of(Str type)
{
    static const struct {
        const char *type;
        ProblemKind kind;
    } kinds[] = {
        {"INTERRUPT", PROBLEM_CANCELLED},
        {"Out of Memory", PROBLEM_TOO_LARGE},
        {"IO", PROBLEM_IO},
        {"INTERNAL", PROBLEM_INTERNAL},
        {"FATAL", PROBLEM_INTERNAL},
        {"Serialization", PROBLEM_DAMAGED},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(type, str_from(kinds[i].type))) return kinds[i].kind;
    return PROBLEM_BAD_REQUEST;
}

static Str member(const Json *object, const char *key)
{
    const Json *value = json_get(object, str_from(key));
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

// "Parser Error: {json}", "{json}", or plain words where the setting does not reach.
Fail duck_problem(Ctx *cx, Str words)
{
    const Json *json = NULL;
    int64_t position;
    Str says = str_sub(words, str_find(words, '{'), words.len);
    if (!says.len || json_parse(cx->arena, says, &json))
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT, STR_ARG(words));
    Str type = member(json, "exception_type"), message = member(json, "exception_message");
    if (!type.ptr) type = member(json, "error_type"); // as json_serialize_sql says it
    if (!message.ptr) message = member(json, "error_message");
    Fail fail = problem_new(cx->arena, kind_of(type), CQ_WHERE, STR_FMT, STR_ARG(message));
    fail = problem_with_str(cx->arena, fail, "error", type);
    if (str_to_int(member(json, "position"), &position))
        fail = problem_with_int(cx->arena, fail, "position", position);
    return fail;
}

// --- databases ---

static Fail configure(Ctx *cx, const DuckLib *lib, const DuckOpen *how, DuckHandle config)
{
    const char *memory = str_format(cx->arena, "%lluB", (unsigned long long)how->memory_bytes).ptr;
    const char *threads = str_format(cx->arena, "%d", MAX(how->threads, 1)).ptr;
    const char *const settings[][2] = {
        {"access_mode", how->read_only ? "READ_ONLY" : "READ_WRITE"},
        {"memory_limit", memory},
        {"threads", threads},
        {"temp_directory", ""}, // what does not fit into memory fails
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"allow_unsigned_extensions", "false"},
        {"allow_persistent_secrets", "false"},
    };
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        if (lib->set_config(config, settings[i][0], settings[i][1]))
            return FAIL(cx->arena, INTERNAL, "DuckDB " STR_FMT " does not know the setting %s",
                        STR_ARG(lib->version), settings[i][0]);
    return NULL;
}

static Fail open_with(Ctx *cx, const DuckOpen *how, DuckHandle config, DuckDb *db)
{
    char *error = NULL;
    OsStat stat;
    TRY(configure(cx, db->lib, how, config));
    if (how->read_only) TRY(os_stat(cx, OS_CWD, how->path, OS_FOLLOW, &stat));
    if (db->lib->open_ext(how->path, &db->db, config, &error)) {
        Fail fail = FAIL(cx->arena, DAMAGED, "DuckDB cannot open %s: %s",
                         how->path ? how->path : "a database in memory", error ? error : "");
        db->lib->free(error);
        return fail;
    }
    if (db->lib->connect(db->db, &db->connection))
        return FAIL(cx->arena, INTERNAL, "DuckDB refuses a connection");
    return duck_run(cx, db, STR("SET errors_as_json = true"));
}

Fail duck_open(Ctx *cx, const DuckLib *lib, const DuckOpen *how, DuckDb *out)
{
    DuckHandle config = NULL;
    DuckDb db = {.lib = lib};
    if (lib->create_config(&config)) return FAIL(cx->arena, INTERNAL, "DuckDB has no settings");
    Fail fail = open_with(cx, how, config, &db);
    lib->destroy_config(&config);
    if (fail) duck_close(&db);
    else *out = db;
    return fail;
}

void duck_close(DuckDb *db)
{
    if (!db->lib) return;
    db->lib->disconnect(&db->connection);
    db->lib->close(&db->db);
    *db = (DuckDb){0};
}

Fail duck_lock(Ctx *cx, DuckDb *db, const char *may_write)
{
    if (may_write)
        TRY(duck_run(cx, db,
                     str_format(cx->arena, "SET allowed_paths = [" STR_FMT "]",
                                STR_ARG(duck_quote(cx->arena, str_from(may_write))))));
    TRY(duck_run(cx, db, STR("SET enable_external_access = false")));
    return duck_run(cx, db, STR("SET lock_configuration = true"));
}

void duck_interrupt(DuckDb *db)
{
    db->lib->interrupt(db->connection);
}

Str duck_quote(Arena *arena, Str text)
{
    Buf out = buf_on(arena);
    buf_byte(&out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') buf_byte(&out, '\'');
        buf_byte(&out, text.ptr[i]);
    }
    buf_byte(&out, '\'');
    return buf_str(&out);
}
