// door/mcp/resources.c - files of the workspace, and what cq itself can tell, as resources.
//
//   file:///abs/path/in/the/workspace[#L10-20]   its text, at most MOST_LINES lines
//   cq://op/NAME                                 an operation: what it does, its arguments' schema
//   cq://status                                  the runtime: cells, pools, cache
#include "door/mcp/answer.h"
#include "door/mcp/session_.h"
#include "door/mcp/uri.h"

enum { MOST_LINES = 20000 };

static void write_resource(JsonWriter *w, Str uri, Str name, Str says, const char *type)
{
    json_begin_object(w);
    json_member_str(w, "uri", uri);
    json_member_str(w, "name", name);
    json_member_str(w, "description", says);
    json_member_str(w, "mimeType", str_from(type));
    json_end(w);
}

// The roots, and what has a fixed name; files are found with the tools, and read by the template.
void mcp_resources_list(Request *request)
{
    JsonWriter *w = &request->w;
    json_begin_object(w);
    json_key(w, "resources");
    json_begin_array(w);
    write_resource(w, STR("cq://status"), STR("status"),
                   STR("What is built, open and running in this server"), "application/json");
    if (mcp_session_indexed(request->session))
        write_resource(w, STR("cq://index"), STR("index"),
                       STR("The published index: generation, sizes, how fresh it is"),
                       "application/json");
    json_end(w);
    json_end(w);
}

static void write_template(JsonWriter *w, const char *template, const char *name, const char *says,
                           const char *type)
{
    json_begin_object(w);
    json_member_str(w, "uriTemplate", str_from(template));
    json_member_str(w, "name", str_from(name));
    json_member_str(w, "description", str_from(says));
    if (type) json_member_str(w, "mimeType", str_from(type));
    json_end(w);
}

void mcp_resources_templates(Request *request)
{
    JsonWriter *w = &request->w;
    json_begin_object(w);
    json_key(w, "resourceTemplates");
    json_begin_array(w);
    write_template(w, "file:///{+path}", "file",
                   "A text file inside the workspace; #L10-20 behind it: these lines", NULL);
    write_template(w, "cq://op/{name}", "operation",
                   "What an operation does, and the JSON Schema of its arguments",
                   "application/json");
    json_end(w);
    json_end(w);
}

static void no_resource(Request *request, Str uri, Str why)
{
    Json *data = json_new_object(&request->arena);
    json_set(&request->arena, data, STR("uri"), json_new_str(&request->arena, uri));
    request_fail(request, RPC_NO_RESOURCE, "no resource " STR_FMT ": " STR_FMT, STR_ARG(uri),
                 STR_ARG(why));
    request->error.data = data;
}

static void write_contents(JsonWriter *w, Str uri, const char *type, Str text)
{
    json_begin_object(w);
    json_key(w, "contents");
    json_begin_array(w);
    json_begin_object(w);
    json_member_str(w, "uri", uri);
    json_member_str(w, "mimeType", str_from(type));
    json_member_str(w, "text", text);
    json_end(w);
    json_end(w);
    json_end(w);
}

// --- files ---

// The root that holds the path. Fails: BAD_REQUEST when none does.
static Fail root_of(Request *request, Str path, Str *root)
{
    StrList roots = request_roots(request);
    TRY(request_root(request, STR_NONE, root));
    *root = STR_NONE;
    for (size_t i = 0; i < roots.count; i++) {
        Str at = roots.items[i];
        bool below = str_starts(path, at) && (path.len == at.len || path.ptr[at.len] == '/');
        if (below && at.len > root->len) *root = at;
    }
    if (!roots.count || root->len) return NULL;
    return FAIL(&request->arena, BAD_REQUEST, STR_FMT " is outside of the workspace",
                STR_ARG(path));
}

static Fail read_file(Request *request, Str path, Str lines, Asked *asked)
{
    Arena *arena = &request->arena;
    void *place = NULL;
    Str root;
    TRY(root_of(request, path, &root));
    const McpHost *host = request->host;
    TRY(host->open(&request->cx, host->self, root, &place));
    if (host->close) arena_defer(arena, host->close, place);
    Json *args = json_new_object(arena);
    Str what =
        lines.len ? str_format(arena, STR_FMT ":" STR_FMT, STR_ARG(path), STR_ARG(lines)) : path;
    json_set(arena, args, STR("path"), json_new_str(arena, what));
    json_set(arena, args, STR("limit"), json_new_int(arena, MOST_LINES));
    json_set(arena, args, STR("around"), json_new_int(arena, 0));
    return host->ask(&request->cx, place, STR("read"), args, asked);
}

static Str summary_text(Arena *arena, const Asked *asked, const char *member)
{
    const Json *text = json_get(mcp_answer_summary(arena, asked), str_from(member));
    return text && text->kind == JK_STR ? text->string : STR_NONE;
}

static void read_file_resource(Request *request, Str uri)
{
    Asked asked;
    size_t hash = str_find(uri, '#');
    Str lines = str_sub(uri, hash + 1, uri.len);
    if (str_starts(lines, STR("L"))) lines = str_sub(lines, 1, lines.len);
    Str path = mcp_uri_path(&request->arena, str_sub(uri, 0, hash));
    if (!path.len) {
        no_resource(request, uri, STR("not the URI of a file of this machine"));
        return;
    }
    Fail fail = read_file(request, path, lines, &asked);
    if (fail) no_resource(request, uri, fail->detail);
    else
        write_contents(&request->w, uri, "text/plain",
                       summary_text(&request->arena, &asked, "text"));
}

// --- what cq tells of itself ---

static void read_op(Request *request, Str uri, Str name)
{
    const OpSpec *op = op_named(name);
    if (!op) {
        no_resource(request, uri, STR("no such operation"));
        return;
    }
    Buf text = buf_on(&request->arena);
    JsonWriter w = {.out = &text};
    json_begin_object(&w);
    json_member_str(&w, "name", str_from(op->name));
    json_member_str(&w, "summary", str_from(op->summary));
    json_member_str(&w, "details", str_from(op->details));
    json_key(&w, "arguments");
    op_args_schema(&w, op);
    json_end(&w);
    write_contents(&request->w, uri, "application/json", buf_str(&text));
}

static Fail ask_default(Request *request, Str op, const Json *args, Asked *asked)
{
    void *place = NULL;
    Str root;
    const McpHost *host = request->host;
    TRY(request_root(request, STR_NONE, &root));
    TRY(host->open(&request->cx, host->self, root, &place));
    if (host->close) arena_defer(&request->arena, host->close, place);
    return host->ask(&request->cx, place, op, args, asked);
}

static void read_answer(Request *request, Str uri, Str op, const Json *args)
{
    Asked asked;
    Fail fail = ask_default(request, op, args, &asked);
    if (fail) {
        no_resource(request, uri, fail->detail);
        return;
    }
    Buf text = buf_on(&request->arena);
    ask_write(&text, &asked);
    write_contents(&request->w, uri, "application/json", buf_str(&text));
}

static const Json *status_args(Arena *arena)
{
    Json *args = json_new_object(arena);
    json_set(arena, args, STR("action"), json_new_str(arena, STR("status")));
    return args;
}

void mcp_index_poll(Request *request)
{
    Asked asked;
    if (ask_default(request, STR("index"), status_args(&request->arena), &asked)) return;
    const Json *summary = mcp_answer_summary(&request->arena, &asked);
    const Json *version = json_get(summary, STR("version"));
    if (version && version->integer > 0) request_saw_index(request);
}

void mcp_resources_read(Request *request)
{
    Str uri, prefix = STR("cq://op/");
    if (!request_string(request, "uri", &uri)) return;
    if (str_starts(uri, STR("file:"))) read_file_resource(request, uri);
    else if (str_starts(uri, prefix)) read_op(request, uri, str_sub(uri, prefix.len, uri.len));
    else if (str_eq(uri, STR("cq://status")))
        read_answer(request, uri, STR("runtime"), status_args(&request->arena));
    else if (str_eq(uri, STR("cq://index")))
        read_answer(request, uri, STR("index"), status_args(&request->arena));
    else no_resource(request, uri, STR("file:/// and cq:// are known"));
}
