// door/http/call.c
#include "door/http/call_.h"

#include "base/clock.h"
#include "base/json.h"
#include "door/http/server.h"
#include "door/http/text.h"

HttpCall *call_new(HttpServer *server, HttpConn *conn)
{
    HttpCall *call = mem_alloc(sizeof *call);
    call->server = server;
    call->conn = conn;
    call->headers = buf_on(&call->arena);
    mutex_init(&call->mutex, RANK_HTTP);
    cond_init(&call->drained);
    return call;
}

static void free_pieces(CallPiece *piece)
{
    while (piece) {
        CallPiece *next = piece->next;
        mem_free(piece);
        piece = next;
    }
}

void call_free(HttpCall *call)
{
    if (!call) return;
    free_pieces(call->first);
    cond_fini(&call->drained);
    mutex_fini(&call->mutex);
    arena_fini(&call->arena);
    mem_free(call);
}

Arena *call_arena(HttpCall *call)
{
    return &call->arena;
}

Ctx *call_cx(HttpCall *call)
{
    return &call->cx;
}

const Context *call_context(HttpCall *call)
{
    return live_context(&call->live);
}

Str call_part(const HttpCall *call, size_t index)
{
    return call->parts[index];
}

Str call_path(const HttpCall *call)
{
    return call->message.path;
}

const Live *call_live(const HttpCall *call)
{
    return &call->live;
}

Str call_method(const HttpCall *call)
{
    return call->message.method;
}

Str call_header(const HttpCall *call, Str name)
{
    return message_header(&call->message, name);
}

Str call_query(HttpCall *call, Str wanted)
{
    Str rest = call->message.query, name, value, text;
    while (text_query_next(&rest, &name, &value)) {
        if (!text_decode(&call->arena, name, true, &text) || !str_eq(text, wanted)) continue;
        if (text_decode(&call->arena, value, true, &text)) return text;
    }
    return STR_NONE;
}

Str call_raw_query(const HttpCall *call)
{
    return call->message.query;
}

Str call_body(const HttpCall *call)
{
    return (Str){call->body.data.ptr, call->body.data.len};
}

Str call_client(const HttpCall *call)
{
    return call->client;
}

bool call_trusted(const HttpCall *call)
{
    return call->trusted;
}

bool call_draining(const HttpCall *call)
{
    return server_is_draining(call->server);
}

bool call_gone(HttpCall *call)
{
    return flag_get(&call->cancel);
}

void call_let_go(HttpCall *call)
{
    call->cx.log = server_spec(call->server)->log; // those of the context may go now
    call->cx.trace = NULL;
    live_release(&call->live);
}

Fail call_json(HttpCall *call, const Json **out)
{
    Str body = call_body(call);
    *out = NULL;
    return body.len ? json_parse(&call->arena, body, out) : NULL;
}

// ---- answers

void call_add_header(HttpCall *call, const char *name, Str value)
{
    buf_addf(&call->headers, "%s: " STR_FMT "\r\n", name, STR_ARG(value));
}

void call_reply(HttpCall *call, int status, Str type, Str content)
{
    call->status = status;
    call->type = type;
    call->content = content;
}

void call_fail(HttpCall *call, Fail fail)
{
    Problem named = *fail;
    named.instance = call->request_id;
    for (Fail cause = fail; cause; cause = cause->cause)
        log_event(&call->cx, LOG_DEBUG, "problem", LOG_STR("where", str_from(cause->where)),
                  LOG_STR("kind", str_from(problem_spec(cause->kind)->name)),
                  LOG_STR("detail", cause->detail));
    call_reply(call, problem_spec(fail->kind)->status, STR("application/problem+json"),
               problem_to_json(&call->arena, &named));
}

typedef struct StatusSpec {
    int status;
    const char *slug, *title;
} StatusSpec;

static const StatusSpec *status_spec(int status)
{
    static const StatusSpec specs[] = {
#define STATUS(status, slug, title) {status, slug, title},
#include "door/http/status.def"
#undef STATUS
    };
    for (size_t i = 0; i < ARRAY_LEN(specs); i++)
        if (specs[i].status == status) return &specs[i];
    return &specs[0];
}

void call_refuse(HttpCall *call, int status, const char *fmt, ...)
{
    va_list args;
    Buf buf = buf_on(&call->arena);
    JsonWriter w = {.out = &buf};
    const StatusSpec *spec = status_spec(status);
    va_start(args, fmt);
    Str detail = str_format_args(&call->arena, fmt, args);
    va_end(args);
    json_begin_object(&w);
    json_member_str(&w, "type", str_format(&call->arena, "urn:cq:problem:%s", spec->slug));
    json_member_str(&w, "title", str_from(spec->title));
    json_member_int(&w, "status", status);
    json_member_str(&w, "detail", detail);
    json_member_str(&w, "instance", call->request_id);
    json_end(&w);
    call_reply(call, status, STR("application/problem+json"), buf_str(&buf));
}

// ---- streams

void call_stream(HttpCall *call, Str type)
{
    call->status = 200;
    call->type = type;
    call->streams = true;
    server_wake(call->server, call, false); // sends the head
}

bool call_write(HttpCall *call, Str bytes)
{
    if (!bytes.len) return true;
    CallPiece *piece = mem_alloc(sizeof *piece + bytes.len);
    piece->len = bytes.len;
    memcpy(piece->bytes, bytes.ptr, bytes.len);
    mutex_lock(&call->mutex);
    while (call->ahead >= CALL_MOST_AHEAD && !call->gone) cond_wait(&call->drained, &call->mutex);
    bool gone = call->gone;
    if (gone) free_pieces(piece);
    else {
        if (call->last) call->last->next = piece;
        else call->first = piece;
        call->last = piece;
        call->ahead += bytes.len;
    }
    mutex_unlock(&call->mutex);
    if (!gone) server_wake(call->server, call, false);
    return !gone;
}

CallPiece *call_take_pieces(HttpCall *call)
{
    mutex_lock(&call->mutex);
    CallPiece *pieces = call->first;
    call->first = call->last = NULL;
    mutex_unlock(&call->mutex);
    return pieces;
}

void call_note_ahead(HttpCall *call, size_t ahead)
{
    mutex_lock(&call->mutex);
    for (const CallPiece *piece = call->first; piece; piece = piece->next) ahead += piece->len;
    call->ahead = ahead;
    cond_broadcast(&call->drained);
    mutex_unlock(&call->mutex);
}

void call_note_gone(HttpCall *call)
{
    flag_set(&call->cancel, 1);
    mutex_lock(&call->mutex);
    call->gone = true;
    cond_broadcast(&call->drained);
    mutex_unlock(&call->mutex);
}
