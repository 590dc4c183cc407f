// fuzz/mcp_http.c - requests to /mcp, one a line: whatever they are, each gets one answer of a
// status that HTTP and the protocol have for it, JSON where it says so, and events whose ids grow.
//
//   hNAME: VALUE   a header of the next request      sTEXT  its Mcp-Session-Id, instead of the
//   right one pBODY          POST                              nBODY  POST without a session gTEXT
//   GET behind this Last-Event-ID     d      DELETE b              the next POST's client has gone
//   before it is answered
// Operations are not run.
#include <stdlib.h>

#include "door/http/agents.h"
#include "door/http/routes.h"
#include "door/http/server_.h"
#include "door/mcp/session.h"

enum { MOST_BYTES = 16 << 10, MOST_SESSIONS = 3 };

static void must(bool truth)
{
    if (!truth) abort();
}

static Fail open_stub(Ctx *cx, void *self, Str root, void **place)
{
    (void)cx, (void)root;
    *place = self;
    return NULL;
}

// What is said before an answer makes a stream of it.
static Fail ask_stub(Ctx *cx, void *place, Str name, const Json *arguments, Asked *out)
{
    (void)place, (void)arguments, (void)out;
    if (cx->progress) cx->progress->show(cx->progress->arg, STR("half \xff way"));
    return FAIL(cx->arena, NOT_FOUND, "no " STR_FMT, STR_ARG(name));
}

static void where_stub(Ctx *cx, void *place, McpWhere *out)
{
    (void)cx, (void)place;
    *out = (McpWhere){.root = STR("/work")};
}

static Fail host_stub(Ctx *cx, void *self, const AgentWish *wish, Arena *arena, McpHost *out)
{
    (void)cx;
    Str *roots = ARENA_ARRAY(arena, Str, 2);
    roots[0] = STR("/work");
    roots[1] = STR("/other");
    *out = (McpHost){.self = self,
                     .pool = self,
                     .open = open_stub,
                     .ask = ask_stub,
                     .where = where_stub,
                     .roots = {roots, wish->workspace.len ? 1 : 2},
                     .fixed_root = wish->workspace.len > 0};
    return NULL;
}

typedef struct Client {
    HttpServer *server;
    Buf headers;
    Str session; // of this server's, the newest
    Arena arena;
    bool gone, named;
} Client;

// ---- answers

static void check_message(Arena *arena, Str text)
{
    const Json *message = NULL;
    must(json_parse(arena, text, &message) == NULL);
    if (message->kind == JK_ARRAY) must(message->len > 0);
    else must(str_eq(json_get(message, STR("jsonrpc"))->string, STR("2.0")));
}

static void check_events(Arena *arena, Str stream)
{
    int64_t last = -1, number = 0;
    while (stream.len) {
        size_t end = 0;
        while (end + 1 < stream.len && !(stream.ptr[end] == '\n' && stream.ptr[end + 1] == '\n'))
            end++;
        Str block = str_sub(stream, 0, end), id, data;
        must(end + 1 < stream.len);
        stream = str_sub(stream, end + 2, stream.len);
        if (str_starts(block, STR(": "))) continue;
        must(str_next(&block, '\n', &id) && str_starts(id, STR("id: ")));
        must(str_to_int(str_sub(id, str_find(id, '-') + 1, id.len), &number) && number > last);
        must(str_next(&block, '\n', &data) && str_starts(data, STR("data: ")) && !block.len);
        last = number;
        Str text = str_sub(data, 6, data.len);
        if (text.len) check_message(arena, text);
    }
}

static Str take_stream(HttpCall *call)
{
    Buf buf = buf_on(&call->arena);
    for (CallPiece *piece = call_take_pieces(call), *next; piece; piece = next) {
        next = piece->next;
        buf_add(&buf, (Str){piece->bytes, piece->len});
        mem_free(piece);
    }
    return buf_str(&buf);
}

static void check_answer(HttpCall *call)
{
    Arena *arena = &call->arena;
    if (call->streams) {
        must(call->status == 200);
        check_events(arena, take_stream(call));
        return;
    }
    const Json *value = NULL;
    switch (call->status) {
    case 200: check_message(arena, call->content); break;
    case 202:
    case 204: must(!call->content.len); break;
    case 400:
    case 403:
    case 404:
    case 405:
    case 406:
    case 503: must(json_parse(arena, call->content, &value) == NULL); break;
    default: abort();
    }
}

// ---- requests

static void note_session(Client *client, HttpCall *call)
{
    const Str name = STR("Mcp-Session-Id: ");
    Str rest = buf_str(&call->headers), line;
    while (str_next(&rest, '\n', &line))
        if (str_starts(line, name))
            client->session = str_copy(&client->arena, str_trim(str_sub(line, name.len, line.len)));
}

static void request(Client *client, const char *method, HttpHandler handle, Str body, bool named)
{
    HttpCall *call = call_new(client->server, NULL);
    Buf head = buf_on(&call->arena);
    buf_addf(&head, "%s /mcp HTTP/1.1\r\nHost: localhost\r\n", method);
    buf_add(&head, (Str){client->headers.ptr, client->headers.len});
    if (named && !client->named && client->session.len)
        buf_addf(&head, "Mcp-Session-Id: " STR_FMT "\r\n", STR_ARG(client->session));
    buf_add(&head, STR("\r\n"));
    MessageFault fault = message_read_head(buf_str(&head), &call->message);
    client->headers.len = 0;
    client->named = false;
    if (!fault.status) {
        call->cx = (Ctx){.arena = &call->arena, .cancel = &call->cancel};
        call->body.data = buf_on(&call->arena);
        buf_add(&call->body.data, body);
        // A listener goes as soon as it has what there is; else it would wait.
        bool goes = client->gone || str_eq(str_from(method), STR("GET"));
        flag_set(&call->cancel, goes);
        handle(call);
        check_answer(call);
        note_session(client, call);
        client->gone = false;
    }
    call_free(call);
}

static void take_line(Client *client, Str line)
{
    if (!line.len) return;
    Str rest = str_sub(line, 1, line.len);
    switch (line.ptr[0]) {
    case 'h':
        buf_add(&client->headers, rest);
        buf_add(&client->headers, STR("\r\n"));
        break;
    case 's':
        buf_addf(&client->headers, "Mcp-Session-Id: " STR_FMT "\r\n", STR_ARG(rest));
        client->named = true;
        break;
    case 'b': client->gone = true; break;
    case 'p': request(client, "POST", route_mcp_post, rest, true); break;
    case 'n': request(client, "POST", route_mcp_post, rest, false); break;
    case 'd': request(client, "DELETE", route_mcp_delete, STR_NONE, true); break;
    case 'g':
        if (rest.len) buf_addf(&client->headers, "Last-Event-ID: " STR_FMT "\r\n", STR_ARG(rest));
        request(client, "GET", route_mcp_get, STR_NONE, true);
        break;
    default: break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MOST_BYTES) return 0;
    Pool *pool = pool_new((PoolSpec){0});
    ServeApp app = {.pool = pool};
    HttpServer server = {.spec = {.app = &app}, .bell = OS_FILE_NONE};
    mutex_init(&server.mutex, RANK_HTTP);
    server.queued = (HttpCall *)(void *)&server; // no loop looks: the bell need not ring
    app.agents = agents_new(&(AgentsSpec){
        .host = host_stub, .self = pool, .pool = pool, .most = MOST_SESSIONS, .idle_s = 3600});
    Client client = {.server = &server};
    client.headers = buf_on(&client.arena);
    Str rest = {(const char *)data, size}, line;
    while (str_next(&rest, '\n', &line)) {
        take_line(&client, line);
        agents_tend(app.agents);
    }
    agents_stop(app.agents, true);
    agents_free(app.agents);
    arena_fini(&client.arena);
    mutex_fini(&server.mutex);
    pool_free(pool);
    return 0;
}
