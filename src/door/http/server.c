// door/http/server.c - listeners, the event loop, and calls on their way to handlers and back.
//
// DESIGN. The loop's thread owns connections, counts and timers; nobody else touches them. A call
// goes to a thread of the pool with pool_detach_io and comes back by server_wake: it is put on the
// queue `queued` (once, however often it is woken) and the bell is rung, which the loop listens
// to. Between these two hand-overs the call is the handler's alone, but for what its mutex guards.
// A call is freed by the loop, exactly once: when its answer was taken, or when its handler ended
// and its connection is gone. Signals only set flags and ring the bell.
// It stops so: no new connections, idle ones closed, what runs may end; when drain_s is over, what
// still runs is cancelled and waited for.
#include <time.h>

#include "door/http/server_.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/os_disk.h"
#include "base/os_socket.h"

enum { TICK_MS = 250, FILES_BESIDE = 256, LOOK_THREADS = 2, LOOK_QUEUE = 64 };

bool server_is_draining(const HttpServer *server)
{
    return flag_get(&server->draining);
}

const HttpServerSpec *server_spec(const HttpServer *server)
{
    return &server->spec;
}

HttpServer *call_server(const HttpCall *call)
{
    return call->server;
}

void *call_app(const HttpCall *call)
{
    return call->server->spec.app;
}

HttpStats server_stats(HttpServer *server)
{
    mutex_lock(&server->mutex);
    HttpStats stats = server->stats;
    mutex_unlock(&server->mutex);
    return stats;
}

const char *server_date(HttpServer *server)
{
    int64_t now_s = clock_wall_ms() / 1000;
    if (now_s == server->date_s) return server->date;
    time_t seconds = (time_t)now_s;
    struct tm parts;
    server->date_s = now_s;
    gmtime_r(&seconds, &parts);
    strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return server->date;
}

// ---- calls

static ClientCount **client_slot(HttpServer *server, Str name)
{
    ClientCount **slot = &server->clients[hash_str(name) % CLIENT_BUCKETS];
    while (*slot && !str_eq(str_from((*slot)->name), name)) slot = &(*slot)->next;
    return slot;
}

// Counts a request of this client in or out; false when it has too many.
static bool enter(HttpServer *server, Str client)
{
    ClientCount **slot = client_slot(server, client);
    if (!*slot) {
        *slot = mem_alloc(sizeof **slot);
        memcpy((*slot)->name, client.ptr, client.len);
    }
    if ((*slot)->in_work >= server->spec.limits.per_client) return false;
    (*slot)->in_work++;
    return true;
}

static void leave(HttpServer *server, Str client)
{
    ClientCount **slot = client_slot(server, client), *count = *slot;
    if (--count->in_work) return;
    *slot = count->next;
    mem_free(count);
}

static void work_on(void *arg, int slot)
{
    (void)slot;
    HttpCall *call = arg;
    call->route->handle(call);
    reply_compress(call);
    live_release(&call->live);
    server_wake(call->server, call, true);
}

static void refuse_busy(HttpCall *call, const char *what)
{
    call_add_header(call, "Retry-After", STR("1"));
    call_refuse(call, 429, "%s; try again in a second", what);
}

// Whether there is room for one more.
static bool admit(HttpServer *server, HttpCall *call)
{
    const HttpLane *lane = &server->lanes[call->route->place];
    if (lane->running >= lane->most_running && lane->waiting >= lane->most_waiting) {
        bool stream = call->route->place != HTTP_WORK && call->route->place != HTTP_LOOK;
        refuse_busy(call, stream ? "too many streams are open" : "the queue is full");
        return false;
    }
    if (server->body_bytes + server->answer_bytes > server->spec.limits.held_bytes) {
        refuse_busy(call, "too many answers wait to be read");
        return false;
    }
    if (enter(server, call->client)) return true;
    refuse_busy(call, "this client has too many requests at once");
    return false;
}

static void note_lanes(HttpServer *server)
{
    const HttpLane *work = &server->lanes[HTTP_WORK];
    mutex_lock(&server->mutex);
    server->stats.in_work = work->running + work->waiting;
    server->stats.streams = server->lanes[HTTP_STREAM].running;
    mutex_unlock(&server->mutex);
}

static void start_waiting(HttpServer *server, HttpLane *lane)
{
    while (lane->first && lane->running < lane->most_running) {
        HttpCall *call = lane->first;
        lane->first = call->next_waiting;
        if (!lane->first) lane->last = NULL;
        lane->waiting--;
        lane->running++;
        pool_detach_io(server->spec.pool, work_on, call);
    }
}

static void enter_lane(HttpServer *server, HttpCall *call)
{
    HttpLane *lane = &server->lanes[call->route->place];
    server->calls++;
    call->handed = true;
    if (lane->last) lane->last->next_waiting = call;
    else lane->first = call;
    lane->last = call;
    lane->waiting++;
    start_waiting(server, lane);
    note_lanes(server);
}

static void leave_lane(HttpServer *server, const HttpCall *call)
{
    HttpLane *lane = &server->lanes[call->route->place];
    leave(server, call->client);
    server->calls--;
    lane->running--;
    start_waiting(server, lane);
    note_lanes(server);
}

static bool lease(HttpServer *server, HttpCall *call)
{
    Str name = call_query(call, STR("workspace"));
    if (!sites_lease(server->spec.sites, name, &call->live)) {
        call_refuse(call, 404, "no workspace \"" STR_FMT "\" here; /capz lists them",
                    STR_ARG(name));
        return false;
    }
    call->cx = context_request(live_context(&call->live), &call->arena, &call->cancel);
    call->cx.request_id = call->request_id;
    call->cx.session = call_header(call, STR("x-session-id"));
    return true;
}

static void answer_now(HttpServer *server, HttpCall *call)
{
    (void)server;
    live_release(&call->live);
    conn_take_answer(call->conn);
}

void server_dispatch(HttpServer *server, HttpCall *call)
{
    const HttpRoute *route = call->route;
    bool open = route->access == HTTP_OPEN;
    if (server_is_draining(server) && !open) {
        call_add_header(call, "Retry-After", STR("1"));
        call_refuse(call, 503, "the server is about to end");
        answer_now(server, call);
        return;
    }
    if (!lease(server, call) || (route->place != HTTP_LOOP && !admit(server, call))) {
        answer_now(server, call);
        return;
    }
    if (route->place == HTTP_LOOP) {
        route->handle(call);
        answer_now(server, call);
        return;
    }
    enter_lane(server, call);
}

static void count_answer(HttpServer *server, const HttpCall *call)
{
    mutex_lock(&server->mutex);
    HttpStats *stats = &server->stats;
    stats->requests++;
    stats->refused += call->status == 429;
    stats->by_class[(size_t)call->status / 100 % ARRAY_LEN(stats->by_class)]++;
    mutex_unlock(&server->mutex);
}

void server_end_call(HttpServer *server, HttpCall *call)
{
    count_answer(server, call);
    server->body_bytes -= call->body_bytes;
    if (call->handed) leave_lane(server, call);
    const Ctx cx = {.arena = &call->arena, .log = server->spec.log};
    log_event(&cx, LOG_DEBUG, "http.request", LOG_STR("method", call->message.method),
              LOG_STR("path", call->message.path), LOG_INT("status", call->status),
              LOG_STR("request_id", call->request_id),
              LOG_INT("us", (clock_now_ns() - call->started_ns) / 1000));
    call_free(call);
}

void server_wake(HttpServer *server, HttpCall *call, bool finished)
{
    mutex_lock(&server->mutex);
    bool ring = !server->queued;
    call->finished = finished;
    if (!call->queued) {
        call->next_queued = server->queued;
        server->queued = call;
    }
    call->queued = true;
    mutex_unlock(&server->mutex);
    if (ring) os_bell_ring(server->bell);
}

// Takes the newest call of the queue; NULL when there is none.
static HttpCall *take_queued(HttpServer *server, bool *finished)
{
    mutex_lock(&server->mutex);
    HttpCall *call = server->queued;
    if (call) {
        server->queued = call->next_queued;
        call->queued = false;
        *finished = call->finished;
    }
    mutex_unlock(&server->mutex);
    return call;
}

static void take_calls(HttpServer *server)
{
    bool finished = false;
    for (HttpCall *call; (call = take_queued(server, &finished));) {
        HttpConn *conn = call->conn;
        if (!conn && finished) server_end_call(server, call);
        if (!conn) continue;
        if (call->streams) conn_take_stream(conn, finished);
        else conn_take_answer(conn);
        conn_step(conn);
    }
}

// ---- listening

// Somebody must go before one more can come: the connection that has been idle for longest.
static bool make_room(HttpServer *server)
{
    HttpConn *oldest = NULL;
    for (HttpConn *conn = server->conns; conn; conn = conn->after)
        if (conn_is_idle(conn)) oldest = conn;
    if (oldest) conn_free(oldest);
    return oldest;
}

static void name_client(const HttpListener *listener, int fd, const struct sockaddr *from,
                        HttpConn *conn)
{
    const void *address = &((const struct sockaddr_in *)(const void *)from)->sin_addr;
    uint32_t user = 0;
    if (listener->address.path.len) {
        conn->trusted = os_peer_user(fd, &user) && user == os_user();
        snprintf(conn->client, sizeof conn->client, "user %u", (unsigned)user);
        return;
    }
    if (from->sa_family == AF_INET6)
        address = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    if (!evutil_inet_ntop(from->sa_family, address, conn->client, sizeof conn->client))
        snprintf(conn->client, sizeof conn->client, "unknown");
}

static void on_connection(struct evconnlistener *raw, evutil_socket_t fd, struct sockaddr *from,
                          int len, void *arg)
{
    (void)raw, (void)len;
    const HttpListener *listener = arg;
    HttpServer *server = listener->server;
    if (server->stats.connections >= server->spec.limits.connections && !make_room(server)) {
        evutil_closesocket(fd);
        return;
    }
    HttpConn *conn = conn_new(server, listener, fd);
    name_client(listener, fd, from, conn);
    if (listener->address.path.len && !conn->trusted) conn_free(conn);
}

// Out of descriptors: rest until the next tick.
static void on_accept_error(struct evconnlistener *raw, void *arg)
{
    (void)arg;
    evconnlistener_disable(raw);
}

Fail server_listen(Ctx *cx, HttpServer *server, HttpAddress *address)
{
    OsFile file = OS_FILE_NONE;
    if (server->listener_count == SERVER_MOST_LISTENERS)
        return FAIL(cx->arena, BAD_REQUEST, "at most %d addresses can be listened on",
                    SERVER_MOST_LISTENERS);
    if (address->remote && !server->spec.token.len)
        return FAIL(cx->arena, BAD_REQUEST,
                    "others can reach " STR_FMT ": that needs --token-file, or CQ_TOKEN",
                    STR_ARG(address->host));
    if (address->path.len) TRY(os_listen_path(cx, address->path, &file));
    else TRY(os_listen(cx, address->host, address->port, &file, &address->port));
    HttpListener *listener = &server->listeners[server->listener_count++];
    *listener = (HttpListener){.server = server, .address = *address};
    listener->raw = evconnlistener_new(server->base, on_connection, listener,
                                       LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, file.fd);
    if (!listener->raw) return FAIL(cx->arena, IO, "the event loop takes no more sockets");
    evconnlistener_set_error_cb(listener->raw, on_accept_error);
    return NULL;
}

static void close_listeners(HttpServer *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        HttpListener *listener = &server->listeners[i];
        if (!listener->raw) continue;
        evconnlistener_free(listener->raw);
        listener->raw = NULL;
    }
}

// ---- life

static void check_deadlines(HttpServer *server)
{
    int64_t now_ns = clock_now_ns();
    server->answer_bytes = 0;
    for (HttpConn *conn = server->conns, *next; conn; conn = next) {
        next = conn->after;
        server->answer_bytes += evbuffer_get_length(conn->out);
        conn_check_deadline(conn, now_ns);
    }
}

static void stop_calls(HttpServer *server)
{
    server->stopped = true;
    for (HttpConn *conn = server->conns; conn; conn = conn->after)
        if (conn->call && conn->call->handed) call_note_gone(conn->call);
    server->spec.stopping(server->spec.app, true);
}

static void check_drain(HttpServer *server)
{
    bool late = clock_now_ns() >= server->drain_until_ns;
    if (late && !server->stopped) stop_calls(server);
    bool writes = false;
    for (const HttpConn *conn = server->conns; conn; conn = conn->after)
        writes = writes || conn->state == CONN_WRITE;
    if (server->calls || (writes && !late)) return;
    if (!late && !server->spec.idle(server->spec.app)) return;
    event_base_loopbreak(server->base);
}

static void start_drain(HttpServer *server)
{
    double seconds = server->spec.limits.drain_s;
    flag_set(&server->draining, 1);
    server->drain_until_ns = clock_now_ns() + (int64_t)(seconds * (double)NS_PER_S);
    close_listeners(server);
    for (HttpConn *conn = server->conns, *next; conn; conn = next) {
        next = conn->after;
        if (conn_is_idle(conn)) conn_free(conn);
    }
    server->spec.stopping(server->spec.app, false);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    HttpServer *server = arg;
    check_deadlines(server);
    for (size_t i = 0; i < server->listener_count; i++)
        if (server->listeners[i].raw) evconnlistener_enable(server->listeners[i].raw);
    int64_t now_ns = clock_now_ns();
    if (now_ns >= server->next_tick_ns) {
        server->next_tick_ns = now_ns + NS_PER_S;
        server->spec.tick(server->spec.app);
    }
    if (server_is_draining(server)) check_drain(server);
}

static void reload(void *arg, int slot)
{
    (void)slot;
    HttpServer *server = arg;
    server->spec.reload(server->spec.app);
}

static void on_bell(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    HttpServer *server = arg;
    os_bell_hush(server->bell);
    take_calls(server);
    if (flag_get(&server->stop) && !server_is_draining(server)) start_drain(server);
    if (flag_get(&server->reload)) {
        flag_set(&server->reload, 0);
        if (!server_is_draining(server)) pool_detach_io(server->spec.pool, reload, server);
    }
    if (server_is_draining(server)) check_drain(server);
}

static Fail open_loop(Ctx *cx, HttpServer *server)
{
    const struct timeval tick = {.tv_usec = TICK_MS * 1000};
    TRY(os_bell_open(cx, &server->bell));
    TRY(os_random(cx, &server->id_salt, sizeof server->id_salt));
    server->base = event_base_new();
    if (!server->base) return FAIL(cx->arena, IO, "cannot make an event loop");
    server->bell_event =
        event_new(server->base, server->bell.fd, EV_READ | EV_PERSIST, on_bell, server);
    server->tick = event_new(server->base, -1, EV_PERSIST, on_tick, server);
    event_add(server->bell_event, NULL);
    event_add(server->tick, &tick);
    os_serve_signals(server->bell, &server->stop, &server->reload);
    os_allow_files((uint64_t)server->spec.limits.connections + FILES_BESIDE);
    return NULL;
}

Fail server_new(Ctx *cx, const HttpServerSpec *spec, HttpServer **out)
{
    HttpServer *server = mem_alloc(sizeof *server);
    server->spec = *spec;
    server->bell = OS_FILE_NONE;
    server->lanes[HTTP_LOOK] = (HttpLane){.most_running = LOOK_THREADS, .most_waiting = LOOK_QUEUE};
    server->lanes[HTTP_WORK] =
        (HttpLane){.most_running = spec->limits.work_threads, .most_waiting = spec->limits.queue};
    server->lanes[HTTP_STREAM] =
        (HttpLane){.most_running = spec->limits.streams, .most_waiting = 0};
    server->lanes[HTTP_TALK] = server->lanes[HTTP_STREAM];
    mutex_init(&server->mutex, RANK_HTTP);
    Fail fail = open_loop(cx, server);
    if (fail) server_free(server);
    else *out = server;
    return fail;
}

void server_run(HttpServer *server)
{
    event_base_dispatch(server->base);
    while (server->conns) conn_free(server->conns);
}

void server_free(HttpServer *server)
{
    if (!server) return;
    close_listeners(server);
    if (server->bell_event) event_free(server->bell_event);
    if (server->tick) event_free(server->tick);
    if (server->base) event_base_free(server->base);
    os_close(&server->bell);
    arena_fini(&server->scratch);
    mutex_fini(&server->mutex);
    mem_free(server);
}
