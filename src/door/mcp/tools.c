// door/mcp/tools.c
#include "door/mcp/tools.h"

#include "base/nearest.h"
#include "door/mcp/session.h" // limits

static const ToolArg search_args[] = {{"pattern", "name, text or regex"},
                                      {"in", "files or folders"},
                                      {"lang", NULL},
                                      {"regex", NULL},
                                      {0}};
static const ToolArg find_args[] = {{"question", "or words, an error message"},
                                    {"like", "PATH:LINE: similar code instead"},
                                    {"in", NULL},
                                    {"lang", NULL},
                                    {"only", NULL},
                                    {0}};
static const ToolArg symbols_args[] = {
    {"entity", "function, method, class, callsite, import, test ..."},
    {"name", "name, glob or ~regex"},
    {"calls", "whose body calls this name"},
    {"pattern", "instead: code with $X and $$$ARGS"},
    {"in", NULL},
    {0}};
static const ToolArg calls_args[] = {{"target", "name, Class.method or PATH:LINE"},
                                     {"depth", "callers of callers"},
                                     {"callees", "also what it calls"},
                                     {"in", NULL},
                                     {0}};
static const ToolArg read_args[] = {{"path", "PATH, PATH:LINE or PATH:FIRST-LAST"}, {0}};

const ToolSpec mcp_tools[] = {
    {.name = "search",
     .says = "Every place where a name, text or regex stands: exact counts, each hit classified "
             "(definition, call, comment) with the definition around it. Use it instead of grep.",
     .op = "search",
     .args = search_args},
    {.name = "find",
     .says = "The files and places that answer a question, best first. Use it when you do not "
             "know the name. Works at once, indexed or not.",
     .op = "find",
     .args = find_args},
    {.name = "symbols",
     .says = "Definitions, calls and imports by kind, name and what they call; or code of a "
             "given shape.",
     .op = "q",
     .args = symbols_args},
    {.name = "calls",
     .says = "Who calls or uses a definition, with how sure each is. Ask before changing or "
             "deleting it.",
     .op = "calls",
     .args = calls_args},
    {.name = "read",
     .says = "Lines of a file of the workspace, or its outline.",
     .op = "read",
     .args = read_args,
     .flag = "outline",
     .flag_from = "path",
     .flag_to = "files"},
    {.name = "run",
     .says = "Any other operation (history, blame, sql, index, plans ...): its name and args. "
             "Without op: the list; op \"help\", args {\"op\":NAME}: its arguments."},
    {0},
};

bool mcp_tool_offered(const ToolSpec *tool)
{
    return !tool->op || op_named(str_from(tool->op));
}

const ToolSpec *mcp_tool_named(Str name)
{
    for (const ToolSpec *tool = mcp_tools; tool->name; tool++)
        if (str_eq(name, str_from(tool->name)) && mcp_tool_offered(tool)) return tool;
    return NULL;
}

Str mcp_tool_nearest(Str name)
{
    Nearest nearest = nearest_to(name);
    for (const ToolSpec *tool = mcp_tools; tool->name; tool++)
        if (mcp_tool_offered(tool)) nearest_offer(&nearest, str_from(tool->name));
    return nearest.name;
}

// --- the list ---

static const Field *field_named(const OpSpec *op, Str name)
{
    for (const Field *field = op->args; field->name; field++)
        if (str_eq(name, str_from(field->name))) return field;
    return NULL;
}

static const char *type_of(const Field *field)
{
    switch (field->type) {
    case FIELD_INT:
    case FIELD_U32:
    case FIELD_SIZE: return "integer";
    case FIELD_BOOL: return "boolean";
    case FIELD_REAL: return "number";
    case FIELD_STRS:
    case FIELD_PATHS: return "array";
    default: return "string";
    }
}

static void write_type(JsonWriter *w, const char *type, const char *says)
{
    json_begin_object(w);
    json_member_str(w, "type", str_from(type));
    if (says) json_member_str(w, "description", str_from(says));
}

static void write_property(JsonWriter *w, const Field *field, const char *says)
{
    json_key(w, field->name);
    write_type(w, type_of(field), says);
    if (field_is_list(field)) {
        json_key(w, "items");
        write_type(w, "string", NULL);
        json_end(w);
    }
    if (field->choices && !field_is_list(field)) {
        json_key(w, "enum");
        json_begin_array(w);
        for (const char *const *choice = field->choices; *choice; choice++)
            json_write_str(w, str_from(*choice));
        json_end(w);
    }
    json_end(w);
}

static void write_plain_property(JsonWriter *w, const char *name, const char *type,
                                 const char *says)
{
    json_key(w, name);
    write_type(w, type, says);
    json_end(w);
}

static void write_properties(JsonWriter *w, const ToolSpec *tool, const ToolListing *listing)
{
    json_key(w, "properties");
    json_begin_object(w);
    const OpSpec *op = tool->op ? op_named(str_from(tool->op)) : NULL;
    for (const ToolArg *arg = tool->args; op && arg->name; arg++) {
        const Field *field = field_named(op, str_from(arg->name));
        if (field) write_property(w, field, arg->says);
    }
    if (tool->flag) write_plain_property(w, tool->flag, "boolean", NULL);
    if (!op) {
        write_plain_property(w, "op", "string", NULL);
        write_plain_property(w, "args", "object", NULL);
    }
    write_plain_property(w, "from", "integer", NULL);
    write_plain_property(w, "budget_tokens", "integer", NULL);
    if (listing->roots) write_plain_property(w, "root", "string", NULL);
    json_end(w);
}

static void write_required(JsonWriter *w, const ToolSpec *tool)
{
    const OpSpec *op = tool->op ? op_named(str_from(tool->op)) : NULL;
    bool begun = false;
    for (const ToolArg *arg = tool->args; op && arg->name; arg++) {
        const Field *field = field_named(op, str_from(arg->name));
        if (!field || !(field->flags & FIELD_REQUIRED)) continue;
        if (!begun) {
            json_key(w, "required");
            json_begin_array(w);
        }
        begun = true;
        json_write_str(w, str_from(arg->name));
    }
    if (begun) json_end(w);
}

// The same for all: what answer.c writes, in short.
static void write_output_schema(JsonWriter *w)
{
    json_key(w, "outputSchema");
    json_begin_object(w);
    json_member_str(w, "type", STR("object"));
    json_key(w, "properties");
    json_begin_object(w);
    write_plain_property(w, "summary", "object", NULL);
    write_plain_property(w, "findings", "array", NULL);
    json_end(w);
    json_key(w, "required");
    json_begin_array(w);
    json_write_str(w, STR("at"));
    json_write_str(w, STR("summary"));
    json_end(w);
    json_end(w);
}

static void write_tool(JsonWriter *w, const ToolSpec *tool, const ToolListing *listing)
{
    json_begin_object(w);
    json_member_str(w, "name", str_from(tool->name));
    json_member_str(w, "description", str_from(tool->says));
    json_key(w, "inputSchema");
    json_begin_object(w);
    json_member_str(w, "type", STR("object"));
    write_properties(w, tool, listing);
    write_required(w, tool);
    json_end(w);
    if (listing->structured) write_output_schema(w);
    if (tool->op) {
        json_key(w, "annotations");
        json_begin_object(w);
        json_member_bool(w, "readOnlyHint", true);
        json_end(w);
    }
    json_end(w);
}

void mcp_tools_write(JsonWriter *w, const ToolListing *listing)
{
    json_begin_object(w);
    json_key(w, "tools");
    json_begin_array(w);
    for (const ToolSpec *tool = mcp_tools; tool->name; tool++)
        if (mcp_tool_offered(tool)) write_tool(w, tool, listing);
    json_end(w);
    json_end(w);
}

// --- a call ---

static Fail wrong(Arena *arena, const char *name, const char *wanted)
{
    return problem_with_str(arena, FAIL(arena, BAD_REQUEST, "/%s must be %s", name, wanted),
                            "pointer", str_format(arena, "/%s", name));
}

static Fail read_count(Arena *arena, const Json *value, const char *name, int64_t least,
                       int64_t most, size_t *out)
{
    int64_t number = value->integer;
    bool fits =
        value->kind == JK_INT || (value->kind == JK_STR && str_to_int(value->string, &number));
    if (!fits || number < least || number > most)
        return wrong(
            arena, name,
            str_format(arena, "a whole number, %lld to %lld", (long long)least, (long long)most)
                .ptr);
    *out = (size_t)number;
    return NULL;
}

// As a model may write it: what it can only mean.
static const Json *as_field_takes(Arena *arena, const Field *field, const Json *value)
{
    int64_t number;
    if (field_is_list(field) && value->kind == JK_STR) {
        Json *list = json_new_array(arena);
        json_push(arena, list, value);
        return list;
    }
    if (value->kind != JK_STR) return value;
    bool whole = str_eq(str_from(type_of(field)), STR("integer"));
    if (whole && str_to_int(value->string, &number)) return json_new_int(arena, number);
    if (field->type != FIELD_BOOL) return value;
    if (str_eq(value->string, STR("true"))) return json_new_bool(arena, true);
    return str_eq(value->string, STR("false")) ? json_new_bool(arena, false) : value;
}

static Json *op_arguments(Arena *arena, const OpSpec *op, const Json *from)
{
    Json *out = json_new_object(arena);
    for (size_t i = 0; from && i < from->len; i++) {
        const JsonMember *member = &from->members[i];
        const Field *field = field_named(op, member->key);
        if (member->value->kind == JK_NULL) continue; // an argument not given
        json_set(arena, out, member->key,
                 field ? as_field_takes(arena, field, member->value) : member->value);
    }
    return out;
}

// What is not the operation's goes to `out`, the rest into *rest.
static Fail take_own(Arena *arena, const ToolSpec *tool, const Json *from, ToolCall *out,
                     Json *rest)
{
    for (size_t i = 0; from && i < from->len; i++) {
        Str key = from->members[i].key;
        const Json *value = from->members[i].value;
        size_t tokens;
        if (str_eq(key, STR("budget_tokens"))) {
            TRY(read_count(arena, value, "budget_tokens", 100, MCP_LARGEST_BUDGET, &tokens));
            out->budget_bytes = tokens * MCP_TOKEN_BYTES;
        } else if (str_eq(key, STR("from"))) {
            TRY(read_count(arena, value, "from", 0, INT32_MAX, &out->from));
        } else if (str_eq(key, STR("root"))) {
            if (value->kind != JK_STR) return wrong(arena, "root", "a string");
            out->root = value->string;
        } else if (!tool->op && str_eq(key, STR("op"))) {
            if (value->kind != JK_STR) return wrong(arena, "op", "the name of an operation");
            out->op = value->string;
        } else if (!tool->op && str_eq(key, STR("args"))) {
            if (value->kind != JK_OBJECT) return wrong(arena, "args", "an object");
            out->args = value;
        } else if (tool->op) json_set(arena, rest, key, value);
        else
            return problem_with_str(arena,
                                    FAIL(arena, BAD_REQUEST,
                                         "unknown argument \"" STR_FMT
                                         "\"; put the operation's own into \"args\"",
                                         STR_ARG(key)),
                                    "pointer", str_format(arena, "/" STR_FMT, STR_ARG(key)));
    }
    return NULL;
}

// The arguments without the tool's flag; with it raised, those of the operation it stands for.
static const Json *take_flag(Arena *arena, const ToolSpec *tool, const Json *args, Str *op)
{
    if (!tool->flag) return args;
    const Json *flag = json_get(args, str_from(tool->flag));
    bool raised =
        flag && (flag->boolean || (flag->kind == JK_STR && str_eq(flag->string, STR("true"))));
    Json *rest = json_new_object(arena);
    for (size_t i = 0; i < args->len; i++) {
        Str key = args->members[i].key;
        if (str_eq(key, str_from(tool->flag))) continue;
        if (raised && str_eq(key, str_from(tool->flag_from))) key = str_from(tool->flag_to);
        json_set(arena, rest, key, args->members[i].value);
    }
    if (raised) *op = str_from(tool->flag);
    return rest;
}

Fail mcp_tool_read(Arena *arena, const ToolSpec *tool, const Json *from, ToolCall *out)
{
    *out =
        (ToolCall){.op = str_from(tool->op), .budget_bytes = MCP_DEFAULT_BUDGET * MCP_TOKEN_BYTES};
    Json *rest = json_new_object(arena);
    TRY(take_own(arena, tool, from, out, rest));
    if (tool->op) out->args = take_flag(arena, tool, rest, &out->op);
    out->help = !tool->op && (!out->op.len || str_eq(out->op, STR("help")));
    if (out->help) return NULL;
    const OpSpec *op = NULL;
    Ctx cx = {.arena = arena};
    TRY(ask_find(&cx, out->op, &op));
    Json *args = op_arguments(arena, op, out->args);
    const Field *most = field_named(op, STR("max_bytes")); // it knows where to go on
    if (most && !json_get(args, STR("max_bytes")))
        json_set(arena, args, STR("max_bytes"),
                 json_new_int(arena, (int64_t)(out->budget_bytes / 3 * 2)));
    out->args = args;
    return NULL;
}
