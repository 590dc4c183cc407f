// door/http/agents_test.c - sessions over HTTP without a server: what is kept of streams, who has
// to go. Requests from outside are in tests/http/mcp.py, odd ones in fuzz/mcp_http.c.
#include "door/http/agents.h"
#include "door/http/routes.h"
#include "door/http/server_.h"
#include "support/check.h"

enum { ANSWER_BYTES = 300 << 10, SESSIONS = 2 };

static Fail open_stub(Ctx *cx, void *self, Str root, void **place)
{
    (void)cx, (void)root;
    *place = self;
    return NULL;
}

// Says something before its answer, which is long.
static Fail ask_stub(Ctx *cx, void *place, Str name, const Json *arguments, Asked *out)
{
    (void)place, (void)name, (void)arguments, (void)out;
    Buf text = buf_on(cx->arena);
    buf_repeat(&text, 'x', ANSWER_BYTES);
    if (cx->progress) cx->progress->show(cx->progress->arg, STR("half way"));
    return FAIL(cx->arena, NOT_FOUND, STR_FMT, STR_ARG(buf_str(&text)));
}

static void where_stub(Ctx *cx, void *place, bool dirty, McpWhere *out)
{
    (void)cx, (void)place, (void)dirty;
    *out = (McpWhere){.root = STR("/work")};
}

static Fail host_stub(Ctx *cx, void *self, const AgentWish *wish, Arena *arena, McpHost *out)
{
    (void)cx, (void)wish, (void)arena;
    *out = (McpHost){.self = self,
                     .pool = self,
                     .open = open_stub,
                     .ask = ask_stub,
                     .where = where_stub,
                     .fixed_root = true};
    return NULL;
}

typedef struct World {
    Pool *pool;
    HttpServer server;
    ServeApp app;
    Arena arena;
} World;

static void begin(World *world)
{
    *world = (World){.pool = pool_new((PoolSpec){0}), .server = {.bell = OS_FILE_NONE}};
    world->server.spec.app = &world->app;
    mutex_init(&world->server.mutex, RANK_HTTP);
    world->app.agents = agents_new(&(AgentsSpec){.host = host_stub,
                                                 .self = world->pool,
                                                 .pool = world->pool,
                                                 .most = SESSIONS,
                                                 .idle_s = 3600});
}

static void end(World *world)
{
    agents_free(world->app.agents);
    mutex_fini(&world->server.mutex);
    arena_fini(&world->arena);
    pool_free(world->pool);
}

// A call as a client of `session` made it; who listens has gone once it has what there is.
static HttpCall *make_call(World *world, const char *method, Str session, Str header, Str body)
{
    HttpCall *call = call_new(&world->server, NULL);
    Buf head = buf_on(&call->arena);
    buf_addf(&head, "%s /mcp HTTP/1.1\r\nHost: localhost\r\n" STR_FMT, method, STR_ARG(header));
    if (session.len) buf_addf(&head, "Mcp-Session-Id: " STR_FMT "\r\n", STR_ARG(session));
    buf_add(&head, STR("\r\n"));
    assert_true(message_read_head(buf_str(&head), &call->message).status == 0);
    call->cx = (Ctx){.arena = &call->arena, .cancel = &call->cancel};
    call->body.data = buf_on(&call->arena);
    buf_add(&call->body.data, body);
    flag_set(&call->cancel, str_eq(str_from(method), STR("GET")));
    return call;
}

// What was streamed, or the answer in one piece.
static Str take_answer(World *world, HttpCall *call)
{
    Buf all = buf_on(&world->arena);
    buf_add(&all, call->content);
    for (CallPiece *piece = call_take_pieces(call), *next; piece; piece = next) {
        next = piece->next;
        buf_add(&all, (Str){piece->bytes, piece->len});
        mem_free(piece);
    }
    return buf_str(&all);
}

static Str post(World *world, Str session, Str body, int *status)
{
    HttpCall *call = make_call(world, "POST", session, STR_NONE, body);
    route_mcp_post(call);
    *status = call->status;
    Str answer = take_answer(world, call);
    call_free(call);
    return answer;
}

static Str listen_behind(World *world, Str session, const char *behind)
{
    Str header = str_format(&world->arena, "Last-Event-ID: %s\r\n", behind);
    HttpCall *call = make_call(world, "GET", session, header, STR_NONE);
    route_mcp_get(call);
    assert_int_equal(call->status, 200);
    Str answer = take_answer(world, call);
    call_free(call);
    return answer;
}

static Str begin_session(World *world)
{
    HttpCall *call = make_call(world, "POST", STR_NONE, STR_NONE,
                               STR("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
                                   "\"params\":{\"protocolVersion\":\"2025-11-25\"}}"));
    route_mcp_post(call);
    assert_int_equal(call->status, 200);
    Str headers = buf_str(&call->headers);
    size_t at = 0;
    while (!str_starts(str_sub(headers, at, headers.len), STR("Mcp-Session-Id: "))) at++;
    Str id = str_copy(&world->arena, str_sub(headers, at + 16, at + 16 + AGENT_ID_LEN));
    call_free(call);
    return id;
}

// A session keeps so many bytes of events; the oldest go, and who asks for them is told.
static void kept(void **state)
{
    (void)state;
    World world;
    int status = 0;
    begin(&world);
    Str session = begin_session(&world);
    const Str call =
        STR("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":"
            "\"search\",\"arguments\":{\"pattern\":\"x\"},\"_meta\":{\"progressToken\":1}}}");
    for (int i = 0; i < 5; i++) { // streams 2 to 6; that of initialize was none
        Str all = post(&world, session, call, &status);
        assert_int_equal(status, 200);
        assert_true(str_contains(all, STR("half way")) && all.len > ANSWER_BYTES);
        assert_true(!str_contains(all, STR("not kept")));
    }
    Str first = listen_behind(&world, session, "2-0");
    CHECK_STR(first, STR(": 2 events are not kept any more\n\n"));
    CHECK_STR(listen_behind(&world, session, "2-2"), STR(""));
    Str last = listen_behind(&world, session, "6-0");
    assert_true(last.len > ANSWER_BYTES && str_contains(last, STR("id: 6-2\n")));
    CHECK_STR(listen_behind(&world, session, "6-2"), STR(""));
    end(&world);
}

// One more than there may be: the session that nobody has used for longest ends.
static void most(void **state)
{
    (void)state;
    World world;
    int status = 0;
    const Str ping = STR("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}");
    begin(&world);
    Str one = begin_session(&world), two = begin_session(&world);
    post(&world, one, ping, &status);
    assert_int_equal(status, 200);
    Str three = begin_session(&world);
    assert_int_equal((int)agents_count(world.app.agents), SESSIONS);
    post(&world, two, ping, &status);
    assert_int_equal(status, 404);
    post(&world, three, ping, &status);
    assert_int_equal(status, 200);
    HttpAgent *used = agents_find(world.app.agents, one);
    HttpAgent *used_too = agents_find(world.app.agents, three);
    post(&world, STR_NONE,
         STR("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}"), &status);
    assert_int_equal(status, 503);
    agents_let_go(used);
    agents_let_go(used_too);
    end(&world);
}

int door_http_agents_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept),
        cmocka_unit_test(most),
    };
    return RUN_TESTS(tests);
}
