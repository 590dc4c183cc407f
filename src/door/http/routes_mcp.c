// door/http/routes_mcp.c - /mcp: the Model Context Protocol as streamable HTTP, revisions
// 2025-03-26 to 2025-11-25.
//
//   POST    one message; its answer as JSON, or as the last event of a stream
//   GET     the stream of the session itself, or with Last-Event-ID the rest of another
//   DELETE  ends the session
#include "base/json.h"
#include "door/http/agents.h"
#include "door/http/routes.h"
#include "door/http/text.h"
#include "door/mcp/rpc.h"
#include "door/mcp/session.h"

static const Str json_type = {"application/json", 16}, event_type = {"text/event-stream", 17};

static HttpAgents *agents_of(HttpCall *call)
{
    return ((ServeApp *)call_app(call))->agents;
}

// Whether the client can read all that may come. False: it was refused.
static bool check_accept(HttpCall *call, bool answers)
{
    Str accept = call_header(call, STR("accept"));
    bool fits = !accept.ptr || (text_quality(accept, event_type) > 0 &&
                                (!answers || text_quality(accept, json_type) > 0));
    if (!fits)
        call_refuse(call, 406, "send the header \"Accept: %stext/event-stream\"",
                    answers ? "application/json, " : "");
    return fits;
}

static bool check_revision(HttpCall *call)
{
    Str revision = call_header(call, STR("mcp-protocol-version"));
    if (!revision.ptr || mcp_revision_is_known(revision)) return true;
    call_refuse(call, 400, "the protocol's revision \"" STR_FMT "\" is not spoken here",
                STR_ARG(revision));
    return false;
}

// The session that the request names. NULL: it was refused.
static HttpAgent *find(HttpCall *call)
{
    Str id = call_header(call, STR("mcp-session-id"));
    if (!id.ptr) {
        call_refuse(call, 400, "send the header Mcp-Session-Id that initialize was answered with");
        return NULL;
    }
    HttpAgent *agent = agents_find(agents_of(call), id);
    if (!agent) call_refuse(call, 404, "this session has ended; begin with initialize");
    if (!agent || !agent_trusted(agent) || call_trusted(call)) return agent;
    call_refuse(call, 403, "this session was begun with the token: send it");
    agents_let_go(agent);
    return NULL;
}

// ---- POST

static void answer_error(HttpCall *call, int code, Str message)
{
    Buf buf = buf_on(call_arena(call));
    JsonWriter w = {.out = &buf};
    rpc_write_error(&w, NULL, &(RpcError){code, message, NULL});
    call_reply(call, 400, json_type, buf_str(&buf));
}

// A message without a session can only begin one.
static bool check_first(HttpCall *call)
{
    const Json *body = NULL;
    Fail fail = call_json(call, &body);
    if (fail) {
        answer_error(call, RPC_PARSE_ERROR, fail->detail);
        return false;
    }
    const Json *method = json_get(body, STR("method"));
    if (method && method->kind == JK_STR && str_eq(method->string, STR("initialize"))) return true;
    answer_error(call, RPC_INVALID_REQUEST,
                 STR("begin with initialize, or send the header Mcp-Session-Id"));
    return false;
}

static void begin(HttpCall *call)
{
    HttpAgent *agent = NULL;
    AgentWish wish = {.trusted = call_trusted(call),
                      .workspace = call_query(call, STR("workspace")),
                      .scope = call_header(call, STR("x-session-id"))};
    if (!check_first(call)) return;
    Fail fail = agents_open(call_cx(call), agents_of(call), &wish, &agent);
    if (fail) {
        call_fail(call, fail);
        return;
    }
    agent_answer(agent, call);
    if (agent_begun(agent))
        call_add_header(call, "Mcp-Session-Id", str_copy(call_arena(call), agent_id(agent)));
    else agent_end(agent);
    agents_let_go(agent);
}

void route_mcp_post(HttpCall *call)
{
    if (!check_accept(call, true) || !check_revision(call)) return;
    call_let_go(call);
    if (!call_header(call, STR("mcp-session-id")).ptr) {
        begin(call);
        return;
    }
    HttpAgent *agent = find(call);
    if (agent) agent_answer(agent, call);
    agents_let_go(agent);
}

// ---- GET, DELETE

void route_mcp_get(HttpCall *call)
{
    if (str_eq(call_method(call), STR("HEAD"))) {
        call_refuse(call, 405, "HEAD is not offered there");
        return;
    }
    if (!check_accept(call, false) || !check_revision(call)) return;
    HttpAgent *agent = find(call);
    if (agent) agent_listen(agent, call, call_header(call, STR("last-event-id")));
    agents_let_go(agent);
}

void route_mcp_delete(HttpCall *call)
{
    if (!check_revision(call)) return;
    HttpAgent *agent = find(call);
    if (!agent) return;
    agent_end(agent);
    agents_let_go(agent);
    call_reply(call, 204, STR_NONE, STR_NONE);
}
