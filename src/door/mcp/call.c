// door/mcp/call.c - tools/list and tools/call.
#include "door/mcp/answer.h"
#include "door/mcp/session_.h"
#include "door/mcp/tools.h"
#include "runtime/collect.h"

#define WHERE_NS (NS_PER_S / 10) // git may take so much longer than the operation

void mcp_tools_list(Request *request)
{
    ToolListing listing = {.structured = request->revision >= MCP_2025_06_18,
                           .roots = mcp_session_root_count(request->session) > 1};
    mcp_tools_write(&request->w, &listing);
}

static void begin_content(JsonWriter *w, Str text)
{
    json_begin_object(w);
    json_key(w, "content");
    json_begin_array(w);
    json_begin_object(w);
    json_member_str(w, "type", STR("text"));
    json_member_str(w, "text", text);
    json_end(w);
    json_end(w);
}

// The tool could not do it; the model is told why, so that it can do better.
static void write_failure(Request *request, Fail fail)
{
    Arena *arena = &request->arena;
    JsonWriter *w = &request->w;
    const Json *document = NULL;
    begin_content(w, mcp_problem_text(arena, fail));
    json_member_bool(w, "isError", true);
    if (!json_parse(arena, problem_to_json(arena, fail), &document)) {
        json_key(w, "_meta");
        json_begin_object(w);
        json_key(w, "cq/problem");
        json_write(w, document);
        json_end(w);
    }
    json_end(w);
}

// --- where the answer was computed from: what changed there is found while it is computed ---

typedef struct WhereTask { // may go on when the request has ended: all it uses is its own
    McpHost host;
    McpWhere where;
    size_t root_len;
    char root[];
} WhereTask;

static void find_where(Ctx *cx, void *arg)
{
    WhereTask *task = arg;
    const McpHost *host = &task->host;
    void *place = NULL;
    if (host->open(cx, host->self, (Str){task->root, task->root_len}, &place)) return;
    host->where(cx, place, true, &task->where);
    if (host->close) host->close(place);
}

static Batch *begin_where(Request *request, Str root)
{
    Batch *batch = batch_new(request->host->pool, &request->cx);
    size_t bytes = sizeof(WhereTask) + root.len;
    WhereTask *task = arena_alloc(&request->arena, bytes);
    task->host = *request->host;
    task->root_len = root.len;
    if (root.len) memcpy(task->root, root.ptr, root.len);
    submit_io(batch, find_where, task, bytes);
    return batch;
}

// `head`: what is said when git takes too long.
static McpWhere end_where(Request *request, Batch *batch, McpWhere head)
{
    Collected collected = collect_bounded(&request->cx, batch, WHERE_NS);
    const WhereTask *task = collected.values[0];
    return task && task->where.root.len ? task->where : head;
}

// --- answers ---

static void write_answer(Request *request, const ToolCall *call, const Asked *asked,
                         const McpWhere *where)
{
    JsonWriter *w = &request->w;
    Buf text = buf_on(&request->arena);
    AnswerCut cut = {
        .asked = asked, .where = where, .budget_bytes = call->budget_bytes, .from = call->from};
    mcp_answer_text(&text, &cut);
    begin_content(w, buf_str(&text));
    if (request->revision >= MCP_2025_06_18) {
        json_key(w, "structuredContent");
        mcp_answer_write(w, &cut);
    }
    json_member_bool(w, "isError", false);
    json_end(w);
}

// What the answer tells about the index behind it.
static void look_at_index(Request *request, const Asked *asked)
{
    const Json *index = json_get(mcp_answer_summary(&request->arena, asked), STR("index"));
    const Json *generation = json_get(index, STR("generation"));
    if (!generation) return;
    if (generation->integer > 0) request_saw_index(request);
    else request_was_cold(request);
}

static Fail call_tool(Request *request, const ToolCall *call)
{
    Ctx *cx = &request->cx;
    Asked asked;
    void *place = NULL;
    Str root;
    TRY(request_root(request, call->root, &root));
    TRY(request->host->open(cx, request->host->self, root, &place));
    if (request->host->close) arena_defer(&request->arena, request->host->close, place);
    McpWhere head = {0};
    request->host->where(cx, place, false, &head);
    Batch *batch = begin_where(request, root);
    Fail fail = request->host->ask(cx, place, call->op, call->args, &asked);
    McpWhere where = end_where(request, batch, head);
    if (fail) return fail;
    if (!where.root.len) where.root = asked.result.root;
    write_answer(request, call, &asked, &where);
    look_at_index(request, &asked);
    return NULL;
}

static void write_help(Request *request, const ToolCall *call)
{
    Buf text = buf_on(&request->arena);
    JsonWriter args = {.out = &text};
    const Json *name = json_get(call->args, STR("op"));
    const OpSpec *op = name && name->kind == JK_STR ? op_named(name->string) : NULL;
    if (op) {
        buf_addf(&text, "%s: %s\n%s\narguments: ", op->name, op->summary, op->details);
        op_args_schema(&args, op);
    } else {
        buf_add(&text, STR("operations; their arguments: op=help, args={\"op\":NAME}\n"));
        for (const OpSpec *const *at = op_all(); *at; at++)
            buf_addf(&text, "%s: %s\n", (*at)->name, (*at)->summary);
    }
    JsonWriter *w = &request->w;
    begin_content(w, buf_str(&text));
    if (request->revision >= MCP_2025_06_18) {
        json_key(w, "structuredContent");
        json_begin_object(w);
        json_key(w, "at");
        json_begin_object(w);
        json_end(w);
        json_key(w, "summary");
        json_begin_object(w);
        json_member_str(w, "help", buf_str(&text));
        json_end(w);
        json_end(w);
    }
    json_member_bool(w, "isError", false);
    json_end(w);
}

void mcp_tools_call(Request *request)
{
    Str name;
    ToolCall call;
    if (!request_string(request, "name", &name)) return;
    const ToolSpec *tool = mcp_tool_named(name);
    const Json *arguments = request_param(request, "arguments");
    if (!tool) {
        Str near = mcp_tool_nearest(name);
        request_fail(request, RPC_INVALID_PARAMS, "unknown tool \"" STR_FMT "\"%s" STR_FMT,
                     STR_ARG(name), near.len ? "; did you mean " : "", STR_ARG(near));
        return;
    }
    if (arguments && arguments->kind != JK_OBJECT) {
        request_fail(request, RPC_INVALID_PARAMS, "arguments must be an object");
        return;
    }
    Fail fail = mcp_tool_read(&request->arena, tool, arguments, &call);
    if (!fail && call.help) {
        write_help(request, &call);
        return;
    }
    if (!fail) fail = call_tool(request, &call);
    if (!fail) return;
    request_log(
        request, LOG_INFO,
        str_format(&request->arena, STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(fail->detail)));
    write_failure(request, fail);
}
