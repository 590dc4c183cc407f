// door/mcp/relay.c
//
// DESIGN. The thread that reads the client's messages sends each to the server, on a connection of
// its own; answers are read by tasks of the pool, one a request, and one more reads what the server
// says by itself. Whoever sees that the server does not answer as it should calls go_here: the
// first of them, under `mutex`, tells the session of this process what began the session, and from
// then on `state` is HERE and messages go there. Each of them hands over the message it had, so
// that every request is answered once: by the server when its response came whole, else here.
// While it is HERE, relay_tick looks for a server now and then: a task begins a session there with
// what began this one. `state` changes to it under `mutex`, between two messages of the client,
// unless one that belongs to the beginning came meanwhile; then it is tried again. What runs here
// by then is answered here, and a cancellation is told to both. `era` counts the sessions at
// servers, so that who comes late with the failure of an old one leaves the new one alone.
// It stops so: `stop` is raised, which all tasks watch, and relay_free waits until `tasks` is 0.
#include "door/mcp/relay.h"

#include "base/clock.h"
#include "door/mcp/rpc.h"
#include "door/mcp/uri.h"
#include "door/peer.h"

enum {
    SAY_MS = 1000,        // for a server to take a message; for initialize, to answer it
    WAIT_MS = 100,        // between two looks at `stop`
    REST_MS = 200,        // before a stream that ended is asked for again
    FULL_MS = 5000,       // ... that the server had no place for
    LOOK_MS = 1000,       // between two looks for a server
    MOST_LOOK_MS = 60000, // ... up to which it doubles while one is there that does not take us
    QUIET_MS = 30000,     // a stream that lives says so in half of that
    MOST_ANSWER = 64 << 20,
    MOST_ID = 128,
};

const char relay_silent[] = "silent";
static const Str roots_id = {"cq-roots", 8}, here_roots_id = {"roots-", 6};

typedef enum RelayState { ASKING, AWAY, HERE } RelayState;
// What begins a session, and must be said again to whoever goes on with it.
typedef enum RelaySay { SAY_INITIALIZE, SAY_INITIALIZED, SAY_LEVEL, SAYS } RelaySay;
typedef enum RelayRoots { ROOTS_OPEN, ROOTS_FIT, ROOTS_DIFFER } RelayRoots;

typedef struct Said { // the last of each; empty: it was not said
    Str text[SAYS];
    uint64_t count;
} Said;

struct Relay {
    RelaySpec spec; // frozen
    Flag stop;
    // the reading thread's
    bool asks_roots;
    RelayRoots roots; // of the client
    // guarded by mutex
    Mutex mutex;
    Cond changed;
    RelayState state;
    uint64_t era;         // sessions at servers so far
    char id[MOST_ID + 1]; // of the last of them
    Said said;
    Arena said_in[SAYS];
    bool looking; // a task looks for a server
    int64_t look_ns, pause_ms;
    struct Task *first;    // of those that run
    size_t tasks, waiting; // how many; requests among them
};

typedef struct Task { // one answer
    Relay *relay;
    struct Task *next, *before; // guarded by the relay's mutex
    Arena arena;
    Ctx cx;
    Peer peer;
    uint64_t era; // whose session it belongs to
    char id[MOST_ID + 1];
    Str message;         // of the client; empty: what the server says by itself
    const Json *request; // the id of that message
    Flag settled;        // it was answered, or the client wants no answer any more
} Task;

// ---- here

static RelayState state_of(Relay *relay)
{
    mutex_lock(&relay->mutex);
    RelayState state = relay->state;
    mutex_unlock(&relay->mutex);
    return state;
}

static uint64_t era_of(Relay *relay)
{
    mutex_lock(&relay->mutex);
    uint64_t era = relay->era;
    mutex_unlock(&relay->mutex);
    return era;
}

static void remember(Relay *relay, RelaySay which, Str message)
{
    mutex_lock(&relay->mutex);
    arena_reset(&relay->said_in[which]);
    relay->said.text[which] = str_copy(&relay->said_in[which], message);
    relay->said.count++;
    mutex_unlock(&relay->mutex);
}

static void remember_changes(Relay *relay, const RpcMessage *rpc, Str message)
{
    if (rpc->kind == RPC_BAD) return;
    if (str_eq(rpc->method, STR("notifications/initialized")))
        remember(relay, SAY_INITIALIZED, message);
    if (str_eq(rpc->method, STR("logging/setLevel"))) remember(relay, SAY_LEVEL, message);
}

static void look_later_locked(Relay *relay, int64_t pause_ms)
{
    relay->pause_ms = pause_ms;
    relay->look_ns = clock_now_ns() + pause_ms * NS_PER_MS;
}

// The session of `era` goes on in this process, with this message first; empty: none.
static void go_here(Relay *relay, uint64_t era, Str message)
{
    if (flag_get(&relay->stop)) return;
    mutex_lock(&relay->mutex);
    bool first = relay->state == AWAY && relay->era == era;
    for (size_t i = 0; first && i < SAYS; i++)
        if (relay->said.text[i].len)
            (void)mcp_session_take(relay->spec.here, relay->said.text[i],
                                   (void *)(uintptr_t)relay_silent);
    if (first) {
        relay->state = HERE;
        look_later_locked(relay, LOOK_MS);
    }
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

// On a connection that is open; an empty id: of no session yet.
static Fail say_on(Ctx *cx, const Relay *relay, Peer *peer, const char *verb, const char *id,
                   Str body)
{
    Buf headers = buf_on(cx->arena);
    buf_addf(&headers, "X-Cq-Stamp: " STR_FMT "\r\nContent-Type: application/json\r\n",
             STR_ARG(relay->spec.stamp));
    if (*id) buf_addf(&headers, "Mcp-Session-Id: %s\r\n", id);
    if (relay->spec.session.len)
        buf_addf(&headers, "X-Session-ID: " STR_FMT "\r\n", STR_ARG(relay->spec.session));
    return peer_ask(cx, peer, verb, "/mcp", relay->spec.workspace, buf_str(&headers), body);
}

static Fail say(Task *task, const char *verb)
{
    TRY(peer_open(&task->cx, task->relay->spec.socket, &task->peer));
    return say_on(&task->cx, task->relay, &task->peer, verb, task->id, task->message);
}

// Says it, and waits for the head of the answer.
static Fail post(Ctx *cx, const Relay *relay, const char *verb, const char *id, Str body,
                 PeerHead *head)
{
    Peer peer = {.socket = OS_FILE_NONE};
    Fail fail = peer_open(cx, relay->spec.socket, &peer);
    if (!fail) fail = say_on(cx, relay, &peer, verb, id, body);
    if (!fail) fail = peer_head(cx, &peer, head);
    peer_close(&peer);
    return fail;
}

static bool read_session_id(const PeerHead *head, char *out)
{
    Str id = peer_header(head, STR("mcp-session-id"));
    if (head->status != 200 || !id.len || id.len > MOST_ID) return false;
    memcpy(out, id.ptr, id.len);
    out[id.len] = '\0';
    return true;
}

// So that the server need not wait until the session has been idle for long.
static void end_session(Relay *relay, const char *id)
{
    Arena arena = {0};
    Ctx cx = short_cx(relay, &arena);
    PeerHead head;
    cx.cancel = NULL;
    Fail fail = post(&cx, relay, "DELETE", id, STR_NONE, &head);
    (void)fail; // it ends by itself
    arena_fini(&arena);
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

static void take_events(Task *task)
{
    Buf *in = &task->peer.in;
    Str rest = {in->ptr, in->len}, data;
    Arena scratch = {0};
    while (peer_take_event(&scratch, &rest, &data)) pass_on(task, data);
    arena_fini(&scratch);
    if (rest.len && rest.len < in->len) memmove(in->ptr, rest.ptr, rest.len);
    in->len = rest.len;
}

static Fail read_events(Task *task)
{
    take_events(task);
    for (OsArrival arrival = OS_BYTES; arrival != OS_END;) {
        TRY(peer_more(&task->cx, &task->peer, WAIT_MS, &arrival));
        if (arrival == OS_NOTHING) TRY(peer_watch(&task->cx, &task->peer));
        take_events(task);
        if (task->peer.in.len > MOST_ANSWER)
            return FAIL(&task->arena, TOO_LARGE, "an event is larger than %d bytes", MOST_ANSWER);
    }
    return NULL;
}

// As peer_head, for as long as the server lives.
static Fail await_head(Task *task, PeerHead *head)
{
    PeerTaken taken = PEER_PART;
    size_t looked = 0;
    for (OsArrival arrival = OS_BYTES; taken == PEER_PART && arrival != OS_END;) {
        TRY(peer_more(&task->cx, &task->peer, WAIT_MS, &arrival));
        if (arrival == OS_NOTHING) TRY(peer_watch(&task->cx, &task->peer));
        taken = peer_take_head(&task->arena, &task->peer.in, &looked, head);
    }
    if (taken == PEER_TAKEN) return NULL;
    return FAIL(&task->arena, UNAVAILABLE, "what the server says is no answer");
}

// The answer to a request. Fails: when it does not come whole, or is none of the protocol's.
static Fail read_answer(Task *task)
{
    Ctx *cx = &task->cx;
    PeerHead head;
    int64_t length = -1;
    Str body;
    TRY(await_head(task, &head));
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
        if (task->request && rpc_same_id(task->request, id)) flag_set(&task->settled, 1);
    mutex_unlock(&relay->mutex);
}

static Task *task_new(Relay *relay, Str message)
{
    Task *task = mem_alloc(sizeof *task);
    task->relay = relay;
    task->cx = (Ctx){.arena = &task->arena, .cancel = &relay->stop};
    task->peer = (Peer){.socket = OS_FILE_NONE};
    task->message = str_copy(&task->arena, message);
    task->request = id_of(&task->arena, task->message);
    mutex_lock(&relay->mutex);
    task->era = relay->era;
    memcpy(task->id, relay->id, sizeof task->id);
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
    if (!flag_get(&task->settled)) go_here(task->relay, task->era, task->message);
    task_end(task);
}

static bool is_current(const Task *task)
{
    Relay *relay = task->relay;
    mutex_lock(&relay->mutex);
    bool current = relay->state == AWAY && relay->era == task->era;
    mutex_unlock(&relay->mutex);
    return current && !flag_get(&relay->stop);
}

// Begins the stream. Fails: when there is none to be had; *full: not now.
static Fail open_stream(Task *task, bool *full)
{
    Ctx whole = task->cx;
    PeerHead head = {0};
    task->cx = short_cx(task->relay, &task->arena);
    Fail fail = say(task, "GET");
    if (!fail) fail = peer_head(&task->cx, &task->peer, &head);
    task->cx = whole;
    *full = !fail && (head.status == 429 || head.status == 503);
    if (fail || head.status == 200) return fail;
    return FAIL(&task->arena, UNAVAILABLE, "the server answers %d", head.status);
}

// What the server says by itself, for as long as the session is there.
static void listen(void *arg, int slot)
{
    (void)slot;
    Task *task = arg;
    while (is_current(task)) {
        bool full = false;
        Fail fail = open_stream(task, &full);
        task->peer.quiet_ms = QUIET_MS;
        if (!fail) fail = read_events(task);
        else if (!full) go_here(task->relay, task->era, STR_NONE);
        peer_close(&task->peer);
        fail = ctx_sleep(&task->cx, (full ? FULL_MS : REST_MS) * NS_PER_MS);
        (void)fail; // is_current sees it
        arena_reset(&task->arena);
    }
    task_end(task);
}

// ---- coming back

static Said copy_said(Arena *arena, Relay *relay)
{
    mutex_lock(&relay->mutex);
    Said said = relay->said;
    for (size_t i = 0; i < SAYS; i++) said.text[i] = str_copy(arena, said.text[i]);
    mutex_unlock(&relay->mutex);
    return said;
}

// Begins a session at the server. Fails: when it does not take all that was said.
static Fail begin_there(Task *task, const Said *said, bool *there)
{
    Ctx *cx = &task->cx;
    PeerHead head;
    TRY(peer_open(cx, task->relay->spec.socket, &task->peer));
    *there = true;
    TRY(say_on(cx, task->relay, &task->peer, "POST", "", said->text[SAY_INITIALIZE]));
    TRY(peer_head(cx, &task->peer, &head));
    peer_close(&task->peer);
    if (!read_session_id(&head, task->id))
        return FAIL(cx->arena, UNAVAILABLE, "the server answers %d", head.status);
    TRY(post(cx, task->relay, "POST", task->id, said->text[SAY_INITIALIZED], &head));
    if (head.status != 202)
        return FAIL(cx->arena, UNAVAILABLE, "the server answers %d", head.status);
    if (!said->text[SAY_LEVEL].len) return NULL;
    return post(cx, task->relay, "POST", task->id, said->text[SAY_LEVEL], &head);
}

// The session goes on at the server, unless more was said meanwhile. *old: the session before.
static bool go_away(Task *task, const Said *said, char *old)
{
    Relay *relay = task->relay;
    mutex_lock(&relay->mutex);
    bool goes = relay->state == HERE && relay->said.count == said->count;
    if (goes) {
        memcpy(old, relay->id, sizeof relay->id);
        memcpy(relay->id, task->id, sizeof relay->id);
        relay->state = AWAY;
        task->era = ++relay->era;
    }
    mutex_unlock(&relay->mutex);
    return goes;
}

static void look(void *arg, int slot)
{
    Task *task = arg;
    Relay *relay = task->relay;
    char old[MOST_ID + 1] = "";
    bool there = false;
    Ctx whole = task->cx;
    task->cx = short_cx(relay, &task->arena);
    task->id[0] = '\0';
    Said said = copy_said(&task->arena, relay);
    Fail fail = begin_there(task, &said, &there);
    bool away = !fail && go_away(task, &said, old);
    peer_close(&task->peer);
    if (!away && task->id[0]) end_session(relay, task->id);
    if (away && old[0]) end_session(relay, old); // it may have been stopped, and go on
    mutex_lock(&relay->mutex);
    relay->looking = false;
    if (!away) look_later_locked(relay, there ? MIN(2 * relay->pause_ms, MOST_LOOK_MS) : LOOK_MS);
    mutex_unlock(&relay->mutex);
    task->cx = whole;
    arena_reset(&task->arena);
    if (away) listen(task, slot);
    else task_end(task);
}

void relay_tick(Relay *relay)
{
    if (relay->asks_roots && relay->roots != ROOTS_FIT) return;
    mutex_lock(&relay->mutex);
    bool due = relay->state == HERE && !relay->looking && relay->said.text[SAY_INITIALIZED].len &&
               clock_now_ns() >= relay->look_ns;
    if (due) relay->looking = true;
    mutex_unlock(&relay->mutex);
    if (due) pool_detach_io(relay->spec.pool, look, task_new(relay, STR_NONE));
}

// ---- messages of the client

static void stay_here(Relay *relay, Str message)
{
    mutex_lock(&relay->mutex);
    relay->state = HERE;
    look_later_locked(relay, LOOK_MS);
    mutex_unlock(&relay->mutex);
    (void)mcp_session_take(relay->spec.here, message, NULL);
}

// To a server that answers it at once, or else to this process.
static void begin(Relay *relay, Str message, const Json *params)
{
    Task *task = task_new(relay, message);
    const Json *capabilities = params ? json_get(params, STR("capabilities")) : NULL;
    task->cx = short_cx(relay, &task->arena);
    Fail fail = say(task, "POST");
    PeerHead head;
    Str body = STR_NONE;
    if (!fail) fail = peer_head(&task->cx, &task->peer, &head);
    if (!fail) fail = peer_rest(&task->cx, &task->peer, MOST_ANSWER, &body);
    relay->asks_roots =
        !relay->spec.fixed_root && capabilities && json_get(capabilities, STR("roots"));
    remember(relay, SAY_INITIALIZE, message);
    if (!fail && read_session_id(&head, task->id)) {
        mutex_lock(&relay->mutex);
        memcpy(relay->id, task->id, sizeof relay->id);
        relay->state = AWAY;
        relay->era++;
        mutex_unlock(&relay->mutex);
        relay->spec.send(relay->spec.self, str_trim(body));
        pool_detach_io(relay->spec.pool, listen, task_new(relay, STR_NONE));
    } else stay_here(relay, message);
    task_end(task);
}

// Nothing is answered to it.
static void notify(Relay *relay, Str message)
{
    PeerHead head = {0};
    Task *task = task_new(relay, message);
    task->cx = short_cx(relay, &task->arena);
    Fail fail = post(&task->cx, relay, "POST", task->id, message, &head);
    if (fail || head.status != 202) go_here(relay, task->era, message);
    task_end(task);
}

static void request(Relay *relay, Str message)
{
    Task *task = task_new(relay, message);
    Ctx whole = task->cx;
    task->cx = short_cx(relay, &task->arena);
    Fail fail = say(task, "POST");
    task->cx = whole;
    if (!fail) {
        pool_detach_io(relay->spec.pool, wait_for_answer, task);
        return;
    }
    go_here(relay, task->era, message);
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

// Whether it answers what was asked of the client about its roots; then it is known what they are.
static bool take_roots(Relay *relay, const RpcMessage *rpc)
{
    if (rpc->kind != RPC_RESPONSE || !rpc->id || rpc->id->kind != JK_STR) return false;
    bool ours = str_eq(rpc->id->string, roots_id);
    if (!ours && !str_starts(rpc->id->string, here_roots_id)) return false;
    relay->roots = roots_fit(relay, rpc->result) ? ROOTS_FIT : ROOTS_DIFFER;
    return ours;
}

static void take_away(Relay *relay, Str message, const RpcMessage *rpc)
{
    Str method = rpc->method;
    if (take_roots(relay, rpc)) {
        if (relay->roots == ROOTS_DIFFER) go_here(relay, era_of(relay), STR_NONE);
        return;
    }
    if (rpc->kind == RPC_NOTIFICATION && str_eq(method, STR("notifications/cancelled")) &&
        rpc->params) {
        settle(relay, json_get(rpc->params, STR("requestId")));
        (void)mcp_session_take(relay->spec.here, message, NULL); // it may have begun here
    }
    if (rpc->kind == RPC_NOTIFICATION || rpc->kind == RPC_RESPONSE) notify(relay, message);
    else request(relay, message);
    remember_changes(relay, rpc, message);
    if (str_eq(method, STR("notifications/initialized")) ||
        str_eq(method, STR("notifications/roots/list_changed")))
        ask_roots(relay);
}

static void take_here(Relay *relay, Str message, const RpcMessage *rpc)
{
    bool ours = take_roots(relay, rpc); // asked for before
    if (rpc->kind == RPC_NOTIFICATION &&
        str_eq(rpc->method, STR("notifications/roots/list_changed")))
        relay->roots = ROOTS_OPEN;
    if (rpc->kind == RPC_NOTIFICATION && str_eq(rpc->method, STR("notifications/cancelled")) &&
        rpc->params)
        settle(relay, json_get(rpc->params, STR("requestId")));
    remember_changes(relay, rpc, message);
    if (!ours) (void)mcp_session_take(relay->spec.here, message, NULL);
}

void relay_take(Relay *relay, Str message)
{
    Arena arena = {0};
    const Json *document = NULL;
    RpcMessage rpc = {.kind = RPC_BAD};
    RelayState state = state_of(relay);
    bool fits = message.len <= MCP_MOST_MESSAGE;
    if (fits && !json_parse(&arena, message, &document)) rpc = rpc_read(document);
    bool begins = rpc.kind == RPC_REQUEST && str_eq(rpc.method, STR("initialize"));
    if (!fits) (void)mcp_session_take(relay->spec.here, message, NULL);
    else if (state == AWAY) take_away(relay, message, &rpc);
    else if (state == ASKING && begins) begin(relay, message, rpc.params);
    else take_here(relay, message, &rpc);
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

void relay_free(Relay *relay)
{
    if (!relay) return;
    flag_set(&relay->stop, 1);
    mutex_lock(&relay->mutex);
    while (relay->tasks) cond_wait(&relay->changed, &relay->mutex);
    bool away = relay->state == AWAY;
    mutex_unlock(&relay->mutex);
    if (away) end_session(relay, relay->id);
    cond_fini(&relay->changed);
    mutex_fini(&relay->mutex);
    for (size_t i = 0; i < SAYS; i++) arena_fini(&relay->said_in[i]);
    mem_free(relay);
}
