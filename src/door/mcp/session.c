// door/mcp/session.c
//
// DESIGN. mcp_session_take reads one message and either answers it at once (what needs no file) or
// makes a Request and hands it to the pool. A Request is in `requests` from its acceptance until
// its answer was sent; it is freed by the thread that answered it. Its cancel flag is raised by
// notifications/cancelled (then it is also `forgotten`: its answer is thrown away) and by
// mcp_session_close, which waits until the list is empty. The mutex guards the list and what the
// client has told; it is never held while the sink, the host or the pool is called.
#include "door/mcp/session_.h"

#include "base/clock.h"
#include "base/version.h"
#include "door/mcp/roots.h"

#define INSTRUCTIONS                                                                               \
    "Answers come from the files as they are now. Use find to locate code by meaning, search for " \
    "exact text, then read. A cut answer says how to get the rest."
#define PROGRESS_EVERY_NS (NS_PER_S / 10)

enum { MOST_POLLS = 600 };

static const char *const revision_names[] = {"2024-11-05", "2025-03-26", "2025-06-18",
                                             "2025-11-25"};

typedef struct RpcBatch { // of answers, sent together
    Arena arena;          // guarded by mutex
    Mutex mutex;
    // guarded by mutex
    Buf text;
    size_t pending; // requests without an answer, and 1 while the batch is read
    bool requests;  // it has some, so that it ends with an answer
} RpcBatch;

typedef enum RootsState { ROOTS_NONE, ROOTS_ASKED, ROOTS_KNOWN } RootsState;

struct McpSession {
    McpHost host;
    McpSink sink;
    Mutex mutex;
    Cond changed; // roots came, a request ended, the session closes
    // guarded by mutex
    uint64_t asked_id; // of requests of ours
    McpRevision revision;
    bool begun; // initialize was answered
    bool has_roots, closing;
    RootsState roots_state;
    int64_t roots_until_ns;
    Arena roots_arena;
    StrList roots; // of the client, or those of the host that these choose
    Str outside;   // the client's, in words, when they choose none
    LogLevel log_level;
    bool indexed;   // an answer came from a published index
    int polls_left; // of an index that may be built behind an answer that was given without
    bool polling;   // a request of ours that looks for it runs
    Request *requests;
    size_t request_count; // of `requests`
    size_t unanswered;    // of those: not yet answered, and not ours
};

// --- sending ---

static void send_text(McpSession *session, void *origin, Str text, bool last)
{
    session->sink.send(session->sink.self, origin, text, last);
}

static void send_error(McpSession *session, void *origin, const Json *id, RpcError error)
{
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    rpc_write_error(&w, id, &error);
    send_text(session, origin, buf_str(&buf), true);
    arena_fini(&arena);
}

// A part of the batch is done; the last one sends it.
static void batch_settle(McpSession *session, RpcBatch *batch, void *origin, Str text)
{
    mutex_lock(&batch->mutex);
    if (text.len) {
        buf_add(&batch->text, batch->text.len ? STR(",") : STR("["));
        buf_add(&batch->text, text);
    }
    bool last = --batch->pending == 0;
    mutex_unlock(&batch->mutex);
    if (!last) return;
    if (batch->text.len) buf_byte(&batch->text, ']');
    if (batch->requests) send_text(session, origin, buf_str(&batch->text), true);
    mutex_fini(&batch->mutex);
    arena_fini(&batch->arena);
    mem_free(batch);
}

// --- what requests may ask of their session ---

void request_fail(Request *request, int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    request->error = (RpcError){code, str_format_args(&request->arena, fmt, args), NULL};
    va_end(args);
}

const Json *request_param(const Request *request, const char *name)
{
    return json_get(request->params, str_from(name));
}

bool request_string(Request *request, const char *name, Str *out)
{
    const Json *value = request_param(request, name);
    if (value && value->kind == JK_STR) {
        *out = value->string;
        return true;
    }
    request_fail(request, RPC_INVALID_PARAMS, "%s needs \"%s\", a string", request->method.ptr,
                 name);
    return false;
}

// Waits until the client has told its roots, or for so long that it hardly will.
static void await_roots(McpSession *session, const Request *request)
{
    mutex_lock(&session->mutex);
    while (session->roots_state == ROOTS_ASKED && !session->closing &&
           !flag_get(&request->cancel) &&
           cond_wait_until(&session->changed, &session->mutex, session->roots_until_ns))
        ;
    mutex_unlock(&session->mutex);
}

StrList request_roots(Request *request)
{
    McpSession *session = request->session;
    await_roots(session, request);
    mutex_lock(&session->mutex);
    Str *roots = ARENA_ARRAY(&request->arena, Str, session->roots.count);
    StrList list = {roots, session->roots.count};
    for (size_t i = 0; i < list.count; i++)
        roots[i] = str_copy(&request->arena, session->roots.items[i]);
    mutex_unlock(&session->mutex);
    return list;
}

static Fail check_roots(Request *request)
{
    McpSession *session = request->session;
    mutex_lock(&session->mutex);
    Str outside = str_copy(&request->arena, session->outside);
    mutex_unlock(&session->mutex);
    if (!outside.len) return NULL;
    return FAIL(&request->arena, BAD_REQUEST,
                "this server does not serve the client's roots (" STR_FMT
                "); its workspaces are " STR_FMT,
                STR_ARG(outside), STR_ARG(mcp_root_names(&request->arena, &session->host.roots)));
}

Fail request_root(Request *request, Str asked, Str *out)
{
    StrList roots = request_roots(request);
    TRY(check_roots(request));
    *out = roots.count ? roots.items[0] : STR_NONE;
    if (!asked.len) return NULL;
    for (size_t i = 0; i < roots.count; i++) {
        *out = roots.items[i];
        if (str_eq(asked, *out)) return NULL;
    }
    if (!roots.count)
        return FAIL(&request->arena, BAD_REQUEST,
                    "this server has one workspace: leave \"root\" out");
    return FAIL(&request->arena, BAD_REQUEST, "\"root\" must be one of " STR_FMT,
                STR_ARG(mcp_root_names(&request->arena, &roots)));
}

static const char *level_name(LogLevel level)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    return names[level];
}

void request_log(Request *request, LogLevel level, Str text)
{
    McpSession *session = request->session;
    mutex_lock(&session->mutex);
    bool wanted = level >= session->log_level;
    mutex_unlock(&session->mutex);
    if (!wanted) return;
    Buf buf = buf_on(&request->arena);
    JsonWriter w = {.out = &buf};
    rpc_begin_notification(&w, "notifications/message");
    json_member_str(&w, "level", str_from(level_name(level)));
    json_member_str(&w, "logger", STR("cq"));
    json_member_str(&w, "data", text);
    json_end(&w);
    json_end(&w);
    send_text(session, request->origin, buf_str(&buf), false);
}

static void show_progress(void *self, Str line)
{
    Request *request = self;
    int64_t now_ns = clock_now_ns();
    if (now_ns < request->progress_next_ns || flag_get(&request->cancel)) return;
    request->progress_next_ns = now_ns + PROGRESS_EVERY_NS;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    rpc_begin_notification(&w, "notifications/progress");
    json_key(&w, "progressToken");
    json_write(&w, request->progress_token);
    json_member_int(&w, "progress", (int64_t)++request->progress_count);
    if (request->revision >= MCP_2025_03_26) json_member_str(&w, "message", line);
    json_end(&w);
    json_end(&w);
    send_text(request->session, request->origin, buf_str(&buf), false);
    arena_fini(&arena);
}

// --- methods of the session itself ---

bool mcp_revision_is_known(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(revision_names); i++)
        if (str_eq(name, str_from(revision_names[i]))) return true;
    return false;
}

Str mcp_session_revision(McpSession *session)
{
    mutex_lock(&session->mutex);
    Str name = session->begun ? str_from(revision_names[session->revision]) : STR_NONE;
    mutex_unlock(&session->mutex);
    return name;
}

static McpRevision revision_of(Str name)
{
    for (int i = MCP_NEWEST; i >= 0; i--)
        if (str_eq(name, str_from(revision_names[i]))) return (McpRevision)i;
    return str_eq(name, STR("2024-10-07")) ? MCP_2024_11_05 : MCP_NEWEST;
}

static void write_capability(JsonWriter *w, const char *name, const char *flag)
{
    json_key(w, name);
    json_begin_object(w);
    if (flag) json_member_bool(w, flag, true);
    json_end(w);
}

static void write_server(JsonWriter *w, McpRevision revision)
{
    json_key(w, "serverInfo");
    json_begin_object(w);
    json_member_str(w, "name", STR("cq"));
    if (revision >= MCP_2025_06_18) json_member_str(w, "title", STR("cq code intelligence"));
    json_member_str(w, "version", STR(CQ_VERSION));
    json_end(w);
}

static void initialize(Request *request)
{
    McpSession *session = request->session;
    Str name;
    if (!request_string(request, "protocolVersion", &name)) return;
    const Json *capabilities = request_param(request, "capabilities");
    McpRevision revision = revision_of(name);
    mutex_lock(&session->mutex);
    bool again = session->begun;
    if (!again) {
        session->begun = true;
        session->revision = revision;
        session->has_roots = json_get(capabilities, STR("roots")) != NULL;
    }
    mutex_unlock(&session->mutex);
    if (again) {
        request_fail(request, RPC_INVALID_REQUEST, "this session is initialized already");
        return;
    }
    JsonWriter *w = &request->w;
    json_begin_object(w);
    json_member_str(w, "protocolVersion", str_from(revision_names[revision]));
    json_key(w, "capabilities");
    json_begin_object(w);
    write_capability(w, "tools", "listChanged");
    write_capability(w, "resources", "listChanged");
    write_capability(w, "prompts", NULL);
    write_capability(w, "logging", NULL);
    if (revision >= MCP_2025_03_26) write_capability(w, "completions", NULL);
    json_end(w);
    write_server(w, revision);
    json_member_str(w, "instructions", STR(INSTRUCTIONS));
    json_end(w);
}

// Known to the protocol, coarser here.
static bool level_named(Str name, LogLevel *out)
{
    static const struct {
        const char *name;
        LogLevel level;
    } levels[] = {{"debug", LOG_DEBUG},  {"info", LOG_INFO},      {"notice", LOG_INFO},
                  {"warning", LOG_WARN}, {"error", LOG_ERROR},    {"critical", LOG_ERROR},
                  {"alert", LOG_ERROR},  {"emergency", LOG_ERROR}};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!str_eq(name, str_from(levels[i].name))) continue;
        *out = levels[i].level;
        return true;
    }
    return false;
}

static void set_level(Request *request)
{
    McpSession *session = request->session;
    LogLevel level;
    Str name;
    if (!request_string(request, "level", &name)) return;
    if (!level_named(name, &level)) {
        request_fail(request, RPC_INVALID_PARAMS,
                     "level must be debug, info, notice, warning, error, critical, alert or "
                     "emergency");
        return;
    }
    mutex_lock(&session->mutex);
    session->log_level = level;
    mutex_unlock(&session->mutex);
    json_begin_object(&request->w);
    json_end(&request->w);
}

static void ping(Request *request)
{
    json_begin_object(&request->w);
    json_end(&request->w);
}

// --- what the client is told when something has become possible ---

bool mcp_session_indexed(McpSession *session)
{
    mutex_lock(&session->mutex);
    bool indexed = session->indexed;
    mutex_unlock(&session->mutex);
    return indexed;
}

static void notify(McpSession *session, const char *method)
{
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    rpc_begin_notification(&w, method);
    json_end(&w);
    json_end(&w);
    send_text(session, NULL, buf_str(&buf), false);
    arena_fini(&arena);
}

void request_was_cold(Request *request)
{
    mutex_lock(&request->session->mutex);
    request->session->polls_left = MOST_POLLS;
    mutex_unlock(&request->session->mutex);
}

void request_saw_index(Request *request)
{
    McpSession *session = request->session;
    mutex_lock(&session->mutex);
    bool news = !session->indexed;
    session->indexed = true;
    mutex_unlock(&session->mutex);
    if (!news) return;
    notify(session, "notifications/resources/list_changed");
    request_log(request, LOG_INFO, STR("the index is ready: cq://index tells about it"));
}

// --- what is asked of the client: its roots ---

static void ask_roots(McpSession *session)
{
    mutex_lock(&session->mutex);
    bool ask = session->has_roots && !session->host.fixed_root;
    if (ask) {
        session->roots_state = ROOTS_ASKED;
        session->roots_until_ns = clock_now_ns() + session->host.roots_wait_ns;
        session->asked_id++;
    }
    uint64_t id = session->asked_id;
    mutex_unlock(&session->mutex);
    if (!ask) return;
    Arena arena = {0};
    Str text =
        str_format(&arena, "{\"jsonrpc\":\"2.0\",\"id\":\"roots-%llu\",\"method\":\"roots/list\"}",
                   (unsigned long long)id);
    send_text(session, NULL, text, false);
    arena_fini(&arena);
}

static void take_roots(McpSession *session, const Json *result)
{
    Arena arena = {0};
    StrList given, chosen;
    chosen = mcp_choose_roots(&arena, &session->host, json_get(result, STR("roots")), &given);
    bool served = session->host.roots.count, differ = served && given.count && !chosen.count;
    if (served && !given.count) chosen = session->host.roots;
    mutex_lock(&session->mutex);
    arena_reset(&session->roots_arena);
    Str *roots = ARENA_ARRAY(&session->roots_arena, Str, chosen.count);
    for (size_t i = 0; i < chosen.count; i++)
        roots[i] = str_copy(&session->roots_arena, chosen.items[i]);
    session->roots = (StrList){roots, chosen.count};
    session->outside = differ ? mcp_root_names(&session->roots_arena, &given) : STR_NONE;
    session->roots_state = ROOTS_KNOWN;
    cond_broadcast(&session->changed);
    mutex_unlock(&session->mutex);
    arena_fini(&arena);
}

size_t mcp_session_root_count(McpSession *session)
{
    mutex_lock(&session->mutex);
    size_t count = session->roots.count;
    mutex_unlock(&session->mutex);
    return count;
}

static void take_response(McpSession *session, const RpcMessage *message)
{
    mutex_lock(&session->mutex);
    bool asked = session->roots_state == ROOTS_ASKED;
    mutex_unlock(&session->mutex);
    if (asked && message->id && message->id->kind == JK_STR &&
        str_starts(message->id->string, STR("roots-"))) {
        bool several = mcp_session_root_count(session) > 1;
        take_roots(session, message->result);
        if (several != (mcp_session_root_count(session) > 1))
            notify(session, "notifications/tools/list_changed"); // they take a root, or not
    }
}

static void cancel_request(McpSession *session, const Json *params)
{
    const Json *id = json_get(params, STR("requestId"));
    if (!id) return;
    mutex_lock(&session->mutex);
    for (Request *at = session->requests; at; at = at->next) {
        if (at->answered || !rpc_same_id(at->id, id)) continue;
        at->forgotten = true;
        flag_set(&at->cancel, 1);
    }
    cond_broadcast(&session->changed);
    mutex_unlock(&session->mutex);
}

void mcp_session_cancel(McpSession *session, const void *origin)
{
    mutex_lock(&session->mutex);
    for (Request *at = session->requests; at; at = at->next) {
        if (at->answered || (origin && at->origin != origin)) continue;
        at->forgotten = true;
        flag_set(&at->cancel, 1);
    }
    cond_broadcast(&session->changed);
    mutex_unlock(&session->mutex);
}

static void take_notification(McpSession *session, const RpcMessage *message)
{
    if (str_eq(message->method, STR("notifications/initialized")) ||
        str_eq(message->method, STR("notifications/roots/list_changed")))
        ask_roots(session);
    else if (str_eq(message->method, STR("notifications/cancelled")))
        cancel_request(session, message->params);
}

// --- requests ---

typedef struct Method {
    const char *name;
    void (*run)(Request *request);
    bool quick;  // touches no file: answered by the thread that reads
    bool before; // may come before initialize
} Method;

static const Method methods[] = {
    {"initialize", .run = initialize, .quick = true, .before = true},
    {"ping", .run = ping, .quick = true, .before = true},
    {"tools/list", .run = mcp_tools_list, .quick = true},
    {"tools/call", .run = mcp_tools_call},
    {"resources/list", .run = mcp_resources_list, .quick = true},
    {"resources/templates/list", .run = mcp_resources_templates, .quick = true},
    {"resources/read", .run = mcp_resources_read},
    {"prompts/list", .run = mcp_prompts_list, .quick = true},
    {"prompts/get", .run = mcp_prompts_get, .quick = true},
    {"completion/complete", .run = mcp_complete},
    {"logging/setLevel", .run = set_level, .quick = true},
};

static const Method *method_named(Str name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (str_eq(name, str_from(methods[i].name))) return &methods[i];
    return NULL;
}

static void answer(Request *request, bool forgotten)
{
    Str text = STR_NONE;
    if (!request->id) return; // our own
    if (!forgotten && request->error.code) {
        Buf buf = buf_on(&request->arena);
        JsonWriter w = {.out = &buf};
        rpc_write_error(&w, request->id, &request->error);
        text = buf_str(&buf);
    } else if (!forgotten) {
        json_end(&request->w);
        text = buf_str(request->w.out);
    }
    if (request->batch) batch_settle(request->session, request->batch, request->origin, text);
    else send_text(request->session, request->origin, text, true);
}

static void request_free(Request *request)
{
    arena_fini(&request->arena);
    mem_free(request);
}

// The session may be gone when this returns: its end waits for nothing else.
static void end_request(Request *request)
{
    McpSession *session = request->session;
    mutex_lock(&session->mutex);
    Request **at = &session->requests;
    while (*at != request) at = &(*at)->next;
    *at = request->next;
    session->request_count--;
    cond_broadcast(&session->changed);
    mutex_unlock(&session->mutex);
    request_free(request);
}

static void run_request(void *arg, int slot)
{
    (void)slot;
    Request *request = arg;
    McpSession *session = request->session;
    Buf out = buf_on(&request->arena);
    request->w = (JsonWriter){.out = &out};
    rpc_begin_result(&request->w, request->id);
    if (!flag_get(&request->cancel)) request->how->run(request);
    else request_fail(request, RPC_INTERNAL, "cancelled");
    mutex_lock(&session->mutex);
    bool forgotten = request->forgotten || session->closing;
    if (!request->answered) session->unanswered--; // before it is heard: who heard it asks again
    request->answered = true;
    mutex_unlock(&session->mutex);
    answer(request, forgotten);
    end_request(request);
}

static const Json *progress_token(const Json *params)
{
    const Json *token = json_get(json_get(params, STR("_meta")), STR("progressToken"));
    return token && (token->kind == JK_STR || token->kind == JK_INT) ? token : NULL;
}

static Request *new_request(McpSession *session, const Method *how, const RpcMessage *message,
                            void *origin)
{
    Request *request = mem_alloc(sizeof *request);
    Arena *arena = &request->arena;
    request->session = session;
    request->host = &session->host;
    request->how = how;
    request->origin = origin;
    request->id = json_clone(arena, message->id); // NULL: a request of our own
    request->method = str_copy(arena, message->method);
    request->params = json_clone(arena, message->params);
    request->progress_token = progress_token(request->params);
    request->progress = (Progress){show_progress, request};
    request->cx =
        (Ctx){.arena = arena, .cancel = &request->cancel, .session = session->host.session};
    if (request->progress_token) request->cx.progress = &request->progress;
    return request;
}

// NULL: it was taken into the list. Else why not.
static const char *admit_locked(McpSession *session, Request *request, int *code)
{
    *code = RPC_INVALID_REQUEST;
    if (!session->begun && !request->how->before) return "initialize comes first";
    for (const Request *at = session->requests; at; at = at->next)
        if (!at->answered && rpc_same_id(at->id, request->id))
            return "a request with this id is still running";
    *code = RPC_BUSY;
    if (session->unanswered == MCP_MOST_REQUESTS || session->request_count >= MCP_MOST_KEPT)
        return "too many requests are running; wait for one to end";
    request->revision = session->revision;
    request->next = session->requests;
    session->requests = request;
    session->request_count++;
    session->unanswered++;
    return NULL;
}

static void refuse(McpSession *session, const RpcMessage *message, void *origin, RpcBatch *batch,
                   RpcError error)
{
    if (!batch) {
        send_error(session, origin, message->id, error);
        return;
    }
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    rpc_write_error(&w, message->id, &error);
    mutex_lock(&batch->mutex);
    batch->pending++;
    batch->requests = true;
    mutex_unlock(&batch->mutex);
    batch_settle(session, batch, origin, buf_str(&buf));
    arena_fini(&arena);
}

static void take_request(McpSession *session, const RpcMessage *message, void *origin,
                         RpcBatch *batch)
{
    const Method *how = method_named(message->method);
    if (!how) {
        refuse(session, message, origin, batch,
               (RpcError){RPC_NO_METHOD, STR("no such method"), NULL});
        return;
    }
    int code = 0;
    Request *request = new_request(session, how, message, origin);
    mutex_lock(&session->mutex);
    const char *why = admit_locked(session, request, &code);
    mutex_unlock(&session->mutex);
    if (why) {
        request_free(request);
        refuse(session, message, origin, batch, (RpcError){code, str_from(why), NULL});
        return;
    }
    request->batch = batch;
    if (batch) {
        mutex_lock(&batch->mutex);
        batch->pending++;
        batch->requests = true;
        mutex_unlock(&batch->mutex);
    }
    if (how->quick || session->host.in_place) run_request(request, 0);
    else pool_detach_io(session->host.pool, run_request, request);
}

static McpTaken take_one(McpSession *session, const Json *value, void *origin, RpcBatch *batch)
{
    RpcMessage message = rpc_read(value);
    switch (message.kind) {
    case RPC_REQUEST: take_request(session, &message, origin, batch); return MCP_ANSWERS;
    case RPC_NOTIFICATION: take_notification(session, &message); return MCP_ACCEPTED;
    case RPC_RESPONSE: take_response(session, &message); return MCP_ACCEPTED;
    case RPC_BAD: break;
    }
    refuse(session, &message, origin, batch,
           (RpcError){RPC_INVALID_REQUEST, str_from(message.why), NULL});
    return MCP_REFUSED;
}

static const char *check_batch(McpSession *session, const Json *value)
{
    mutex_lock(&session->mutex);
    bool known = session->begun && session->revision == MCP_2025_03_26;
    mutex_unlock(&session->mutex);
    if (!known) return "only revision 2025-03-26 has batches";
    if (!value->len) return "an empty batch";
    return value->len > MCP_MOST_BATCH ? "too many messages in one batch" : NULL;
}

static McpTaken take_batch(McpSession *session, const Json *value, void *origin)
{
    const char *why = check_batch(session, value);
    if (why) {
        send_error(session, origin, NULL, (RpcError){RPC_INVALID_REQUEST, str_from(why), NULL});
        return MCP_REFUSED;
    }
    RpcBatch *batch = mem_alloc(sizeof *batch);
    batch->text = buf_on(&batch->arena);
    batch->pending = 1;
    mutex_init(&batch->mutex, RANK_APP);
    McpTaken taken = MCP_ACCEPTED;
    for (size_t i = 0; i < value->len; i++)
        if (take_one(session, value->items[i], origin, batch) != MCP_ACCEPTED) taken = MCP_ANSWERS;
    batch_settle(session, batch, origin, STR_NONE);
    return taken;
}

McpTaken mcp_session_take(McpSession *session, Str message, void *origin)
{
    Arena arena = {0};
    const Json *value = NULL;
    McpTaken taken = MCP_REFUSED;
    Fail fail = message.len > MCP_MOST_MESSAGE
                    ? FAIL(&arena, TOO_LARGE, "a message has %d bytes at most", MCP_MOST_MESSAGE)
                    : json_parse(&arena, message, &value);
    if (fail) {
        int code = fail->kind == PROBLEM_TOO_LARGE ? RPC_INVALID_REQUEST : RPC_PARSE_ERROR;
        send_error(session, origin, NULL, (RpcError){code, fail->detail, NULL});
    } else if (value->kind == JK_ARRAY) taken = take_batch(session, value, origin);
    else taken = take_one(session, value, origin, NULL);
    arena_fini(&arena);
    return taken;
}

// --- life ---

McpSession *mcp_session_new(const McpHost *host, McpSink sink)
{
    McpSession *session = mem_alloc(sizeof *session);
    session->host = *host;
    session->sink = sink;
    session->revision = MCP_NEWEST;
    session->roots = host->roots;
    session->log_level = LOG_WARN;
    mutex_init(&session->mutex, RANK_APP);
    cond_init(&session->changed);
    return session;
}

// Asks whether the index that is built behind an answer is there.
static void poll_index(Request *request)
{
    mcp_index_poll(request);
    mutex_lock(&request->session->mutex);
    request->session->polling = false;
    mutex_unlock(&request->session->mutex);
}

void mcp_session_tick(McpSession *session)
{
    static const Method poll = {.name = "index/poll", .run = poll_index};
    mutex_lock(&session->mutex);
    bool due =
        session->polls_left > 0 && !session->indexed && !session->polling && !session->closing;
    if (due) {
        session->polling = true;
        session->polls_left--;
    }
    mutex_unlock(&session->mutex);
    if (!due) return;
    Request *request =
        new_request(session, &poll, &(RpcMessage){.method = STR("index/poll")}, NULL);
    request->forgotten = request->answered = true; // nobody asked
    mutex_lock(&session->mutex);
    request->revision = session->revision;
    request->next = session->requests;
    session->requests = request;
    session->request_count++;
    mutex_unlock(&session->mutex);
    pool_detach_io(session->host.pool, run_request, request);
}

bool mcp_session_busy(McpSession *session)
{
    mutex_lock(&session->mutex);
    bool busy = session->request_count > (session->polling ? 1 : 0);
    mutex_unlock(&session->mutex);
    return busy;
}

void mcp_session_close(McpSession *session)
{
    mutex_lock(&session->mutex);
    session->closing = true;
    for (Request *at = session->requests; at; at = at->next) flag_set(&at->cancel, 1);
    cond_broadcast(&session->changed);
    while (session->requests) cond_wait(&session->changed, &session->mutex);
    mutex_unlock(&session->mutex);
}

void mcp_session_free(McpSession *session)
{
    if (!session) return;
    mcp_session_close(session);
    arena_fini(&session->roots_arena);
    cond_fini(&session->changed);
    mutex_fini(&session->mutex);
    mem_free(session);
}
