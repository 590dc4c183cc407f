// door/http/reply.c - the bytes of an answer.
#include <zlib.h>
#include <zstd.h>

#include "door/http/server_.h"
#include "door/http/text.h"

enum { WORTH_BYTES = 1024, ZSTD_LEVEL = 1, GZIP_LEVEL = 1, GZIP_WINDOW = 15 + 16 };

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
    }
}

void reply_head(Buf *out, const HttpCall *call, const char *date, bool chunked, bool keep_alive)
{
    bool bare = call->status == 204 || call->status == 304;
    buf_addf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", call->status, reason(call->status), date);
    if (call->type.len)
        buf_addf(out, "Content-Type: " STR_FMT "\r\nX-Content-Type-Options: nosniff\r\n",
                 STR_ARG(call->type));
    if (chunked) buf_add(out, STR("Transfer-Encoding: chunked\r\nX-Accel-Buffering: no\r\n"));
    else if (!call->streams && !bare) buf_addf(out, "Content-Length: %zu\r\n", call->content.len);
    buf_addf(out, "X-Request-Id: " STR_FMT "\r\n", STR_ARG(call->request_id));
    buf_add(out, (Str){call->headers.ptr, call->headers.len});
    if (!keep_alive) buf_add(out, STR("Connection: close\r\n"));
    else if (!call->message.minor) buf_add(out, STR("Connection: keep-alive\r\n"));
    buf_add(out, STR("\r\n"));
}

static bool to_zstd(Arena *arena, Str from, Str *out)
{
    size_t room = ZSTD_compressBound(from.len);
    char *to = arena_alloc_raw(arena, room);
    size_t len = ZSTD_compress(to, room, from.ptr, from.len, ZSTD_LEVEL);
    *out = (Str){to, len};
    return !ZSTD_isError(len);
}

static bool to_gzip(Arena *arena, Str from, Str *out)
{
    z_stream stream = {0};
    if (from.len > UINT32_MAX ||
        deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t room = deflateBound(&stream, from.len);
    char *to = arena_alloc_raw(arena, room);
    stream.next_in = (Bytef *)(uintptr_t)from.ptr;
    stream.avail_in = (uInt)from.len;
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)room;
    bool ended = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    *out = (Str){to, (size_t)stream.total_out};
    deflateEnd(&stream);
    return ended;
}

void reply_compress(HttpCall *call)
{
    Str wanted = message_header(&call->message, STR("accept-encoding")), packed;
    if (call->streams || call->content.len < WORTH_BYTES) return;
    call_add_header(call, "Vary", STR("Accept-Encoding"));
    int zstd = text_quality(wanted, STR("zstd")), gzip = text_quality(wanted, STR("gzip"));
    bool use_zstd = zstd > 0 && zstd >= gzip;
    if (!use_zstd && gzip <= 0) return;
    bool done = use_zstd ? to_zstd(&call->arena, call->content, &packed)
                         : to_gzip(&call->arena, call->content, &packed);
    if (!done || packed.len >= call->content.len) return;
    call->content = packed;
    call_add_header(call, "Content-Encoding", use_zstd ? STR("zstd") : STR("gzip"));
}
