// door/http/conn.c - one connection, from its first byte to its end.
//
// DESIGN. Everything here runs in the event loop. conn_step takes the connection as far as it goes
// and is the only one that frees it, so nothing below it calls back up. While a handler works on
// the call (CONN_BUSY) the connection only watches whether the client is still there, and sends
// what a stream writes; a client that goes away raises the call's cancel flag, and the call, which
// has lost its connection, is freed when its handler returns.
#include "door/http/server_.h"

#include <errno.h>

#include "base/clock.h"
#include "base/os_socket.h"

enum {
    MOST_IN = MESSAGE_MOST_HEAD + 4,
    READ_BYTES = 16 << 10,
    MOST_TOGETHER = 16 << 10, // of answers to pipelined requests, before they are sent
    LINGER_S = 2,
};

static void set_deadline(HttpConn *conn, double seconds)
{
    if (conn->attended) return;
    conn->deadline_ns = clock_now_ns() + (int64_t)(seconds * (double)NS_PER_S);
}

static const HttpLimits *limits_of(const HttpConn *conn)
{
    return &conn->server->spec.limits;
}

// ---- reading

static void read_some(HttpConn *conn)
{
    size_t had = evbuffer_get_length(conn->in);
    bool first = conn->state == CONN_HEAD && !had;
    struct evbuffer_iovec room;
    evbuffer_reserve_space(conn->in, READ_BYTES, &room, 1);
    int got = os_take_sent(conn->fd, room.iov_base, READ_BYTES);
    room.iov_len = (size_t)MAX(got, 0);
    if (got > 0) evbuffer_commit_space(conn->in, &room, 1);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) conn->state = CONN_DEAD;
    if (got <= 0) conn->eof = true;
    else if (first) set_deadline(conn, limits_of(conn)->head_s);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    HttpConn *conn = arg;
    read_some(conn);
    conn_step(conn);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    conn_step(arg);
}

// Answers before there is a whole request; nothing more is read from this client.
static void reject(HttpConn *conn, HttpCall *call, MessageFault found)
{
    call_refuse(call, found.status, "%s", found.why);
    call->close = true;
    conn->linger = true;
    conn_take_answer(conn);
}

static void name_request(HttpConn *conn, HttpCall *call)
{
    HttpServer *server = conn->server;
    Str given = message_header(&call->message, STR("x-request-id"));
    bool fits = given.len <= 128 && message_is_token(given);
    if (fits) call->request_id = given;
    else
        call->request_id = str_format(
            &call->arena, "%016llx",
            (unsigned long long)(server->id_salt + 0x9E3779B97F4A7C15U * server->next_id++));
    call->client = str_copy(&call->arena, str_from(conn->client)); // outlives the connection
    call->cx = (Ctx){.arena = &call->arena, .request_id = call->request_id};
    call->started_ns = clock_now_ns();
}

// Counts what the body may take up. False when that is too much, with all the others.
static bool hold_body(HttpServer *server, HttpCall *call)
{
    const HttpLimits *limits = &server->spec.limits;
    uint64_t bytes = call->message.chunked ? limits->body_bytes : call->message.length;
    if (bytes && server->body_bytes + server->answer_bytes + bytes > limits->held_bytes)
        return false;
    call->body_bytes = bytes;
    server->body_bytes += bytes;
    return true;
}

static void begin_body(HttpConn *conn, HttpCall *call)
{
    HttpServer *server = conn->server;
    const Message *message = &call->message;
    bool has_body = message->chunked || message->length;
    conn->state = CONN_BODY;
    if (!guard_call(server, call)) {
        if (has_body) call->close = conn->linger = true;
        conn_take_answer(conn);
        return;
    }
    MessageFault found =
        body_begin(&call->body, message, &call->arena, (size_t)limits_of(conn)->body_bytes);
    if (found.status) {
        reject(conn, call, found);
        return;
    }
    if (!hold_body(server, call)) {
        reject(conn, call, (MessageFault){429, "too much is being sent at once"});
        return;
    }
    set_deadline(conn, limits_of(conn)->body_s);
    if (message->wants_continue && has_body && !evbuffer_get_length(conn->in))
        evbuffer_add_printf(conn->out, "HTTP/1.1 100 Continue\r\n\r\n");
}

// The client ended its side within a request. It may still read the answers to those before.
static void give_up(HttpConn *conn)
{
    HttpCall *call = conn->call;
    conn->close = true;
    conn->state = CONN_WRITE;
    conn->call = NULL;
    server_end_call(conn->server, call);
    set_deadline(conn, limits_of(conn)->write_s);
}

// True when a head was taken.
static bool take_head(HttpConn *conn)
{
    size_t len = evbuffer_get_length(conn->in);
    Str bytes = {(const char *)evbuffer_pullup(conn->in, -1), len};
    size_t end = len ? message_head_end(bytes, &conn->scanned) : 0;
    if (!end && len < MOST_IN) {
        if (conn->eof || conn->close) conn->state = CONN_DEAD;
        return false;
    }
    HttpCall *call = conn->call = call_new(conn->server, conn);
    conn->scanned = 0;
    MessageFault found = {431, "the headers are too large"};
    if (end)
        found = message_read_head(str_copy(&call->arena, str_sub(bytes, 0, end)), &call->message);
    evbuffer_drain(conn->in, end ? end : len);
    name_request(conn, call);
    if (found.status) reject(conn, call, found);
    else begin_body(conn, call);
    return true;
}

// True when the body is complete, or refused.
static bool take_body(HttpConn *conn)
{
    HttpCall *call = conn->call;
    MessageFault found = {0};
    while (call->body.state != BODY_DONE && !found.status) {
        size_t len = evbuffer_get_length(conn->in), used = 0;
        if (!len) break;
        found = body_feed(&call->body, (Str){(char *)evbuffer_pullup(conn->in, -1), len}, &used);
        evbuffer_drain(conn->in, used);
    }
    if (found.status) reject(conn, call, found);
    else if (call->body.state == BODY_DONE) {
        conn->state = CONN_BUSY;
        conn->deadline_ns = 0;
        conn->attended = call->route->attended;
        call->close = call->close || conn->attended;
        server_dispatch(conn->server, call);
    } else if (conn->eof) give_up(conn);
    return found.status || conn->state != CONN_BODY;
}

// ---- writing

static void begin_answer(HttpConn *conn, HttpCall *call)
{
    bool keep = call->message.keep_alive && !call->close && !conn->close &&
                !server_is_draining(conn->server);
    conn->chunked = call->streams && call->message.minor;
    if (call->streams && !conn->chunked) keep = false; // its end is that of the connection
    conn->close = !keep;
    conn->head_only = str_eq(call->message.method, STR("HEAD"));
    conn->head_sent = true;
    // Not in the call's arena, which the handler of a stream goes on using.
    Buf head = buf_on(&conn->server->scratch);
    reply_head(&head, call, server_date(conn->server), conn->chunked, keep);
    evbuffer_add(conn->out, head.ptr, head.len);
    arena_reset(&conn->server->scratch);
}

static void end_answer(HttpConn *conn)
{
    HttpCall *call = conn->call;
    conn->call = NULL;
    conn->head_sent = false;
    conn->state = CONN_WRITE;
    server_end_call(conn->server, call);
}

void conn_take_answer(HttpConn *conn)
{
    HttpCall *call = conn->call;
    begin_answer(conn, call);
    if (!conn->head_only && call->content.len)
        evbuffer_add(conn->out, call->content.ptr, call->content.len);
    set_deadline(conn, limits_of(conn)->write_s);
    end_answer(conn);
}

static void add_piece(HttpConn *conn, const CallPiece *piece)
{
    if (conn->head_only) return;
    if (conn->chunked) evbuffer_add_printf(conn->out, "%zx\r\n", piece->len);
    evbuffer_add(conn->out, piece->bytes, piece->len);
    if (conn->chunked) evbuffer_add(conn->out, "\r\n", 2);
}

void conn_take_stream(HttpConn *conn, bool ended)
{
    HttpCall *call = conn->call;
    if (!conn->head_sent) begin_answer(conn, call);
    for (CallPiece *piece = call_take_pieces(call), *next; piece; piece = next) {
        next = piece->next;
        add_piece(conn, piece);
        mem_free(piece);
    }
    bool waits = evbuffer_get_length(conn->out);
    if (waits && !conn->deadline_ns) set_deadline(conn, limits_of(conn)->write_s);
    if (!ended) return;
    set_deadline(conn, limits_of(conn)->write_s);
    if (conn->chunked && !conn->head_only) evbuffer_add(conn->out, "0\r\n\r\n", 5);
    end_answer(conn);
}

// Sends what it can. False when the connection broke.
static bool send_some(HttpConn *conn)
{
    size_t before = evbuffer_get_length(conn->out);
    if (!before) return true;
    int sent = evbuffer_write(conn->out, conn->fd);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    size_t after = evbuffer_get_length(conn->out);
    if (after < before && conn->state == CONN_WRITE) set_deadline(conn, limits_of(conn)->write_s);
    if (conn->state == CONN_BUSY && conn->call->streams) {
        call_note_ahead(conn->call, after);
        if (!after) conn->deadline_ns = 0;
        else if (after < before) set_deadline(conn, limits_of(conn)->write_s);
    }
    return true;
}

// Whether the client sent a whole head behind the request whose answer is about to be sent: small
// answers to pipelined requests go out together.
static bool has_next(HttpConn *conn)
{
    size_t len = evbuffer_get_length(conn->in);
    if (!len || evbuffer_get_length(conn->out) > MOST_TOGETHER) return false;
    return message_head_end((Str){(const char *)evbuffer_pullup(conn->in, -1), len},
                            &conn->scanned);
}

// What comes after an answer. True when the next request may be looked at.
static bool end_writing(HttpConn *conn)
{
    if (evbuffer_get_length(conn->out) && (conn->close || !has_next(conn))) return false;
    if (!conn->close) {
        conn->state = CONN_HEAD;
        set_deadline(conn, evbuffer_get_length(conn->in) ? limits_of(conn)->head_s
                                                         : limits_of(conn)->idle_s);
        return true;
    }
    if (!conn->linger || conn->eof) {
        conn->state = CONN_DEAD;
        return false;
    }
    os_end_sending(conn->fd);
    conn->state = CONN_LINGER;
    set_deadline(conn, LINGER_S);
    return true;
}

// ---- its life

static bool advance(HttpConn *conn)
{
    switch (conn->state) {
    case CONN_HEAD: return take_head(conn);
    case CONN_BODY: return take_body(conn);
    case CONN_BUSY:
        if (conn->eof && conn->attended) flag_set(&conn->call->cancel, 1);
        else if (conn->eof) conn->state = CONN_DEAD;
        return false;
    case CONN_WRITE: return end_writing(conn);
    case CONN_LINGER:
        evbuffer_drain(conn->in, evbuffer_get_length(conn->in));
        if (conn->eof) conn->state = CONN_DEAD;
        return false;
    case CONN_DEAD: break;
    }
    return false;
}

static void watch(HttpConn *conn)
{
    bool full = evbuffer_get_length(conn->in) >= MOST_IN && conn->state != CONN_BODY;
    if (full || conn->eof) event_del(conn->reads);
    else event_add(conn->reads, NULL);
    if (evbuffer_get_length(conn->out)) event_add(conn->writes, NULL);
    else event_del(conn->writes);
}

void conn_step(HttpConn *conn)
{
    bool sent_all = true;
    do {
        while (advance(conn)) {}
        if (conn->state != CONN_DEAD && !send_some(conn)) conn->state = CONN_DEAD;
        sent_all = !evbuffer_get_length(conn->out);
    } while (conn->state == CONN_WRITE && sent_all);
    if (conn->state == CONN_DEAD) conn_free(conn);
    else watch(conn);
}

void conn_check_deadline(HttpConn *conn, int64_t now_ns)
{
    if (!conn->deadline_ns || now_ns < conn->deadline_ns) return;
    bool begun = conn->state == CONN_HEAD && evbuffer_get_length(conn->in);
    if (begun) {
        conn->call = call_new(conn->server, conn);
        name_request(conn, conn->call);
    }
    if (begun || conn->state == CONN_BODY)
        reject(conn, conn->call, (MessageFault){408, "the request took too long to arrive"});
    else conn->state = CONN_DEAD;
    conn_step(conn);
}

bool conn_is_idle(const HttpConn *conn)
{
    return conn->state == CONN_HEAD && !evbuffer_get_length(conn->in);
}

static void count_connection(HttpServer *server, int by)
{
    mutex_lock(&server->mutex);
    server->stats.connections += by;
    server->stats.connections_total += by > 0;
    mutex_unlock(&server->mutex);
}

HttpConn *conn_new(HttpServer *server, const HttpListener *listener, int fd)
{
    HttpConn *conn = mem_alloc(sizeof *conn);
    *conn = (HttpConn){.server = server,
                       .listener = listener,
                       .fd = fd,
                       .in = evbuffer_new(),
                       .out = evbuffer_new(),
                       .after = server->conns};
    conn->reads = event_new(server->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
    conn->writes = event_new(server->base, fd, EV_WRITE | EV_PERSIST, on_writable, conn);
    if (server->conns) server->conns->before = conn;
    server->conns = conn;
    count_connection(server, 1);
    set_deadline(conn, limits_of(conn)->head_s);
    event_add(conn->reads, NULL);
    os_send_promptly(fd);
    return conn;
}

void conn_free(HttpConn *conn)
{
    HttpServer *server = conn->server;
    HttpCall *call = conn->call;
    if (call) {
        call->conn = NULL;
        if (call->handed) call_note_gone(call);
        else server_end_call(server, call);
    }
    if (conn->before) conn->before->after = conn->after;
    else server->conns = conn->after;
    if (conn->after) conn->after->before = conn->before;
    event_free(conn->reads);
    event_free(conn->writes);
    evbuffer_free(conn->in);
    evbuffer_free(conn->out);
    evutil_closesocket(conn->fd);
    count_connection(server, -1);
    mem_free(conn);
}
