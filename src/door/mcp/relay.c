// door/mcp/relay.c
//
// DESIGN. The thread that reads the client's messages sends each to the server, on a connection of
// its own; answers are read by tasks of the pool, one a request, and one more reads what the server
// says by itself. Whoever sees that the server does not answer as it should calls go_here: the
// first of them, under `mutex`, tells the session of this process what began the session, and from
// then on `state` is HERE and messages go there. Each of them hands over the message it had, so
// that every request is answered once: by the server when its response came whole, else here.
// It stops so: `stop` is raised, which all tasks watch, and relay_free waits until `tasks` is 0.
#include "door/mcp/relay.h"

#include "base/clock.h"
#include "door/mcp/rpc.h"
#include "door/mcp/uri.h"
#include "door/peer.h"

enum {
    SAY_MS = 1000,  // for a server to take a message; for initialize, to answer it
    WAIT_MS = 100,  // between two looks at `stop`
    REST_MS = 200,  // before a stream that ended is asked for again
    MOST_SAYS = 16, // messages kept that began the session
    MOST_ANSWER = 64 << 20,
};

const char relay_silent[] = "silent";
static const Str roots_id = {"cq-roots", 8};

typedef enum RelayState { ASKING, AWAY, HERE } RelayState;

struct Relay {
    RelaySpec spec; // frozen
    Flag stop;
    // the reading thread's
    bool asks_roots;
    // guarded by mutex
    Mutex mutex;
    Cond changed;
    Arena arena;
    RelayState state;
    Str id;              // of the server's session
    Str says[MOST_SAYS]; // that this process must know, too, when it goes on
    size_t say_count;
    struct Task *first;    // of those that run
    size_t tasks, waiting; // how many; requests among them
};

typedef struct Task { // one answer
    Relay *relay;
    struct Task *next, *before; // guarded by the relay's mutex
    Arena arena;
    Ctx cx;
    Peer peer;
    Str message;    // of the client; empty: what the server says by itself
    const Json *id; // of that request
    Flag settled;   // it was answered, or the client wants no answer any more
} Task;

// ---- here

static RelayState state_of(Relay *relay)
{
    mutex_lock(&relay->mutex);
    RelayState state = relay->state;
    mutex_unlock(&relay->mutex);
    return state;
}

static void remember(Relay *relay, Str message)
{
    mutex_lock(&relay->mutex);
    if (relay->say_count < MOST_SAYS)
        relay->says[relay->say_count++] = str_copy(&relay->arena, message);
    mutex_unlock(&relay->mutex);
}

// The session goes on in this process, with this message first; empty: none.
static void go_here(Relay *relay, Str message)
{
    if (flag_get(&relay->stop)) return;
    mutex_lock(&relay->mutex);
    if (relay->state != HERE)
        for (size_t i = 0; i < relay->say_count; i++)
            (void)mcp_session_take(relay->spec.here, relay->says[i],
                                   (void *)(uintptr_t)relay_silent);
    relay->state = HERE;
    mutex_unlock(&relay->mutex);
    if (message.len) (void)mcp_session_take(relay->spec.here, message, NULL);
}

// ---- the server

static Ctx short_cx(Relay *relay, Arena *arena)
{
    return (Ctx){.arena = arena,
                 .cancel = &relay->stop,
                 .deadline_ns = clock_now_ns() + (int64_t)SAY_MS * 1000000};
}

static Fail say(Ctx *cx, Relay *relay, Peer *peer, const char *verb, Str body)
{
    Buf headers = buf_on(cx->arena);
    buf_addf(&headers, "X-Cq-Stamp: " STR_FMT "\r\nContent-Type: application/json\r\n",
             STR_ARG(relay->spec.stamp));
    mutex_lock(&relay->mutex);
    if (relay->id.len) buf_addf(&headers, "Mcp-Session-Id: " STR_FMT "\r\n", STR_ARG(relay->id));
    mutex_unlock(&relay->mutex);
    if (relay->spec.session.len)
        buf_addf(&headers, "X-Session-ID: " STR_FMT "\r\n", STR_ARG(relay->spec.session));
    TRY(peer_open(cx, relay->spec.socket, peer));
    return peer_ask(cx, peer, verb, "/mcp", relay->spec.workspace, buf_str(&headers), body);
}

static bool is_response(Arena *arena, Str message)
{
    const Json *document = NULL;
    if (json_parse(arena, message, &document)) return false;
    return document->kind == JK_ARRAY || rpc_read(document).kind == RPC_RESPONSE;
}

static void pass_on(Task *task, Str message)
{
    Relay *relay = task->relay;
    if (flag_get(&relay->stop) || !message.len) return;
    Arena scratch = {0};
    if (task->message.len && is_response(&scratch, message)) flag_set(&task->settled, 1);
    arena_fini(&scratch);
    relay->spec.send(relay->spec.self, message);
}

// Takes whole events off what came: lines, of which those of "data:" count, and an empty one.
static void take_events(Task *task)
{
    Buf *in = &task->peer.in;
    Str rest = {in->ptr, in->len}, line;
    Arena scratch = {0};
    Buf data = buf_on(&scratch);
    size_t used = 0;
    for (size_t end; (end = str_find(rest, '\n')) < rest.len;) {
        line = str_trim(str_sub(rest, 0, end));
        rest = str_sub(rest, end + 1, rest.len);
        if (str_starts(line, STR("data:"))) buf_add(&data, str_trim(str_sub(line, 5, line.len)));
        if (line.len) continue;
        pass_on(task, buf_str(&data));
        data.len = 0;
        used = in->len - rest.len;
    }
    arena_fini(&scratch);
    if (used && used < in->len) memmove(in->ptr, in->ptr + used, in->len - used);
    in->len -= used;
}

static Fail read_events(Task *task)
{
    for (OsArrival arrival = OS_BYTES; arrival != OS_END;) {
        TRY(peer_more(&task->cx, &task->peer, WAIT_MS, &arrival));
        take_events(task);
    }
    return NULL;
}

// The answer to a request. Fails: when it does not come whole, or is none of the protocol's.
static Fail read_answer(Task *task)
{
    Ctx *cx = &task->cx;
    PeerHead head;
    int64_t length = -1;
    Str body;
    TRY(peer_head(cx, &task->peer, &head));
    Str type = peer_header(&head, STR("content-type"));
    if (head.status == 200 && str_starts(type, STR("text/event-stream"))) return read_events(task);
    TRY(peer_rest(cx, &task->peer, MOST_ANSWER, &body));
    (void)str_to_int(peer_header(&head, STR("content-length")), &length);
    bool whole = length == (int64_t)body.len;
    bool protocol = head.status == 200 || head.status == 400;
    if (whole && protocol && str_eq(type, STR("application/json"))) pass_on(task, body);
    return NULL;
}

static const Json *id_of(Arena *arena, Str message)
{
    const Json *document = NULL;
    if (!message.len || json_parse(arena, message, &document)) return NULL;
    return rpc_read(document).id;
}

// A request that the client takes back is not answered, here or there.
static void settle(Relay *relay, const Json *id)
{
    mutex_lock(&relay->mutex);
    for (Task *task = relay->first; id && task; task = task->next)
        if (task->id && rpc_same_id(task->id, id)) flag_set(&task->settled, 1);
    mutex_unlock(&relay->mutex);
}

static Task *task_new(Relay *relay, Str message)
{
    Task *task = mem_alloc(sizeof *task);
    task->relay = relay;
    task->cx = (Ctx){.arena = &task->arena, .cancel = &relay->stop};
    task->peer = (Peer){.socket = OS_FILE_NONE};
    task->message = str_copy(&task->arena, message);
    task->id = id_of(&task->arena, task->message);
    mutex_lock(&relay->mutex);
    task->next = relay->first;
    if (task->next) task->next->before = task;
    relay->first = task;
    relay->tasks++;
    relay->waiting += message.len > 0;
    mutex_unlock(&relay->mutex);
    return task;
}

static void task_end(Task *task)
{
    Relay *relay = task->relay;
    bool waited = task->message.len;
    mutex_lock(&relay->mutex);
    if (task->before) task->before->next = task->next;
    else relay->first = task->next;
    if (task->next) task->next->before = task->before;
    mutex_unlock(&relay->mutex);
    peer_close(&task->peer);
    arena_fini(&task->arena);
    mem_free(task);
    mutex_lock(&relay->mutex);
    relay->tasks--;
    relay->waiting -= waited;
    cond_broadcast(&relay->changed);
    mutex_unlock(&relay->mutex);
}

static void wait_for_answer(void *arg, int slot)
{
    (void)slot;
    Task *task = arg;
    Fail fail = read_answer(task);
    (void)fail; // what counts is whether there was an answer
    if (!flag_get(&task->settled)) go_here(task->relay, task->message);
    task_end(task);
}

// What the server says by itself, for as long as the session is there.
static void listen(void *arg, int slot)
{
    (void)slot;
    Task *task = arg;
    Relay *relay = task->relay;
    while (!flag_get(&relay->stop) && state_of(relay) == AWAY) {
        PeerHead head = {0};
        Fail fail = say(&task->cx, relay, &task->peer, "GET", STR_NONE);
        if (!fail) fail = peer_head(&task->cx, &task->peer, &head);
        if (fail || head.status != 200) go_here(relay, STR_NONE);
        else fail = read_events(task);
        peer_close(&task->peer);
        if (!fail) fail = ctx_sleep(&task->cx, (int64_t)REST_MS * 1000000);
        arena_reset(&task->arena);
    }
    task_end(task);
}

// ---- messages of the client

// To a server that answers it at once, or else to this process.
static void begin(Relay *relay, Str message, const Json *params)
{
    Task *task = task_new(relay, message);
    const Json *capabilities = params ? json_get(params, STR("capabilities")) : NULL;
    task->cx = short_cx(relay, &task->arena);
    Fail fail = say(&task->cx, relay, &task->peer, "POST", message);
    PeerHead head;
    Str body = STR_NONE, id = STR_NONE;
    if (!fail) fail = peer_head(&task->cx, &task->peer, &head);
    if (!fail) fail = peer_rest(&task->cx, &task->peer, MOST_ANSWER, &body);
    if (!fail && head.status == 200) id = peer_header(&head, STR("mcp-session-id"));
    relay->asks_roots =
        !relay->spec.fixed_root && capabilities && json_get(capabilities, STR("roots"));
    if (id.len) {
        mutex_lock(&relay->mutex);
        relay->id = str_copy(&relay->arena, id);
        relay->state = AWAY;
        mutex_unlock(&relay->mutex);
        remember(relay, message);
        relay->spec.send(relay->spec.self, str_trim(body));
        pool_detach_io(relay->spec.pool, listen, task_new(relay, STR_NONE));
    } else go_here(relay, message);
    task_end(task);
}

// Nothing is answered to it.
static void notify(Relay *relay, Str message)
{
    Arena arena = {0};
    Ctx cx = short_cx(relay, &arena);
    Peer peer = {.socket = OS_FILE_NONE};
    PeerHead head = {0};
    Fail fail = say(&cx, relay, &peer, "POST", message);
    if (!fail) fail = peer_head(&cx, &peer, &head);
    peer_close(&peer);
    arena_fini(&arena);
    if (fail || head.status != 202) go_here(relay, message);
}

static void request(Relay *relay, Str message)
{
    Task *task = task_new(relay, message);
    Ctx whole = task->cx;
    task->cx = short_cx(relay, &task->arena);
    Fail fail = say(&task->cx, relay, &task->peer, "POST", message);
    task->cx = whole;
    if (!fail) {
        pool_detach_io(relay->spec.pool, wait_for_answer, task);
        return;
    }
    go_here(relay, message);
    task_end(task);
}

static void ask_roots(Relay *relay)
{
    if (relay->asks_roots)
        relay->spec.send(
            relay->spec.self,
            STR("{\"jsonrpc\":\"2.0\",\"id\":\"cq-roots\",\"method\":\"roots/list\"}"));
}

// Whether a client's only root is the workspace that the server answers for.
static bool roots_fit(Relay *relay, const Json *result)
{
    Arena arena = {0};
    Ctx cx = short_cx(relay, &arena);
    const Json *roots = result ? json_get(result, STR("roots")) : NULL;
    Str real = STR_NONE;
    if (roots && roots->kind == JK_ARRAY && roots->len == 1) {
        const Json *uri = json_get(roots->items[0], STR("uri"));
        if (uri && uri->kind == JK_STR) real = mcp_uri_path(&arena, uri->string);
        if (real.len && os_real_path(&cx, str_cstr(&arena, real), &real)) real = STR_NONE;
    }
    bool fit =
        !roots || (roots->kind == JK_ARRAY && !roots->len) || str_eq(real, relay->spec.workspace);
    arena_fini(&arena);
    return fit;
}

static bool changes_state(Str method)
{
    return str_eq(method, STR("notifications/initialized")) ||
           str_eq(method, STR("logging/setLevel"));
}

static void take_away(Relay *relay, Str message, const RpcMessage *rpc)
{
    Str method = rpc->method;
    bool ours = rpc->kind == RPC_RESPONSE && rpc->id && rpc->id->kind == JK_STR &&
                str_eq(rpc->id->string, roots_id);
    if (ours) {
        if (!roots_fit(relay, rpc->result)) go_here(relay, STR_NONE);
        return;
    }
    if (rpc->kind == RPC_NOTIFICATION && str_eq(method, STR("notifications/cancelled")) &&
        rpc->params)
        settle(relay, json_get(rpc->params, STR("requestId")));
    if (rpc->kind == RPC_NOTIFICATION || rpc->kind == RPC_RESPONSE) notify(relay, message);
    else request(relay, message);
    if (rpc->kind != RPC_BAD && changes_state(method)) remember(relay, message);
    if (str_eq(method, STR("notifications/initialized")) ||
        str_eq(method, STR("notifications/roots/list_changed")))
        ask_roots(relay);
}

void relay_take(Relay *relay, Str message)
{
    Arena arena = {0};
    const Json *document = NULL;
    RpcMessage rpc = {.kind = RPC_BAD};
    RelayState state = state_of(relay);
    if (state != HERE && message.len <= MCP_MOST_MESSAGE && !json_parse(&arena, message, &document))
        rpc = rpc_read(document);
    bool begins = rpc.kind == RPC_REQUEST && str_eq(rpc.method, STR("initialize"));
    if (state == HERE || message.len > MCP_MOST_MESSAGE)
        (void)mcp_session_take(relay->spec.here, message, NULL);
    else if (state == AWAY) take_away(relay, message, &rpc);
    else if (begins) begin(relay, message, rpc.params);
    else (void)mcp_session_take(relay->spec.here, message, NULL); // a ping, or a mistake
    arena_fini(&arena);
}

// ---- life

Relay *relay_new(const RelaySpec *spec)
{
    Relay *relay = mem_alloc(sizeof *relay);
    relay->spec = *spec;
    mutex_init(&relay->mutex, RANK_APP - 1);
    cond_init(&relay->changed);
    return relay;
}

bool relay_busy(Relay *relay)
{
    mutex_lock(&relay->mutex);
    bool busy = relay->waiting > 0;
    mutex_unlock(&relay->mutex);
    return busy;
}

// So that the server need not wait until the session has been idle for long.
static void end_session(Relay *relay)
{
    Arena arena = {0};
    Ctx cx = short_cx(relay, &arena);
    Peer peer = {.socket = OS_FILE_NONE};
    PeerHead head;
    cx.cancel = NULL;
    Fail fail = say(&cx, relay, &peer, "DELETE", STR_NONE);
    if (!fail) fail = peer_head(&cx, &peer, &head);
    (void)fail; // it ends by itself
    peer_close(&peer);
    arena_fini(&arena);
}

void relay_free(Relay *relay)
{
    if (!relay) return;
    flag_set(&relay->stop, 1);
    mutex_lock(&relay->mutex);
    while (relay->tasks) cond_wait(&relay->changed, &relay->mutex);
    bool away = relay->state == AWAY;
    mutex_unlock(&relay->mutex);
    if (away) end_session(relay);
    cond_fini(&relay->changed);
    mutex_fini(&relay->mutex);
    arena_fini(&relay->arena);
    mem_free(relay);
}
