// door/http/message.c
#include "door/http/message.h"

enum { MOST_METHOD = 16, MOST_TRAILER = 4 << 10, MOST_LENGTH_DIGITS = 15, MOST_SIZE_DIGITS = 7 };

static MessageFault fault(int status, const char *why)
{
    return (MessageFault){status, why};
}

static const MessageFault fine;

size_t message_head_end(Str bytes, size_t *from)
{
    size_t at = *from;
    while (at < bytes.len) {
        const char *end = memchr(bytes.ptr + at, '\n', bytes.len - at);
        if (!end) break;
        size_t i = (size_t)(end - bytes.ptr);
        size_t before = i && bytes.ptr[i - 1] == '\r' ? i - 1 : i; // where the line's text ends
        if (before && bytes.ptr[before - 1] == '\n') return i + 1;
        at = i + 1;
    }
    *from = bytes.len;
    return 0;
}

static bool is_tchar(unsigned char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
    return c && strchr("!#$%&'*+-.^_`|~", c);
}

bool message_is_token(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_tchar((unsigned char)s.ptr[i])) return false;
    return s.len > 0;
}

static bool is_field_text(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7F) return false;
    }
    return true;
}

static bool is_target(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c >= 0x7F || c == '#') return false;
    }
    return s.len > 0;
}

// Only space and tab are white space in a head.
static Str trim(Str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s = str_sub(s, 1, s.len);
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
    return s;
}

// The next line without its CR LF; false when it does not end so.
static bool next_line(Str *rest, Str *line)
{
    size_t end = str_find(*rest, '\n');
    if (end == rest->len || !end || rest->ptr[end - 1] != '\r') return false;
    *line = str_sub(*rest, 0, end - 1);
    *rest = str_sub(*rest, end + 1, rest->len);
    return str_find(*line, '\r') == line->len;
}

static MessageFault read_version(Str version, Message *out)
{
    if (version.len != 8 || !str_starts(version, STR("HTTP/")) || version.ptr[6] != '.')
        return fault(400, "the request line does not end in an HTTP version");
    if (version.ptr[5] != '1') return fault(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    if (version.ptr[7] != '0' && version.ptr[7] != '1')
        return fault(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    out->minor = version.ptr[7] - '0';
    return fine;
}

static MessageFault read_target(Message *out)
{
    Str rest = out->target;
    const Str scheme = STR("http://");
    if (rest.len > MESSAGE_MOST_TARGET) return fault(414, "the target is too long");
    if (!is_target(rest)) return fault(400, "the target holds a byte that must be encoded");
    if (rest.len > scheme.len && str_eq_nocase(str_sub(rest, 0, scheme.len), scheme)) {
        rest = str_sub(rest, scheme.len, rest.len);
        size_t slash = str_find(rest, '/');
        out->host = str_sub(rest, 0, slash);
        rest = slash < rest.len ? str_sub(rest, slash, rest.len) : STR("/");
        if (!out->host.len) return fault(400, "the target names no host");
    } else if (rest.ptr[0] != '/' &&
               !(str_eq(rest, STR("*")) && str_eq(out->method, STR("OPTIONS"))))
        return fault(400, "the target must begin with /");
    size_t mark = str_find(rest, '?');
    out->path = str_sub(rest, 0, mark);
    out->query = str_sub(rest, mark + 1, rest.len);
    return fine;
}

static MessageFault read_request_line(Str line, Message *out)
{
    size_t first = str_find(line, ' '), last = str_find_last(line, ' ');
    if (first == line.len || first == last)
        return fault(400, "the request line must be METHOD TARGET HTTP/1.1");
    out->method = str_sub(line, 0, first);
    out->target = str_sub(line, first + 1, last);
    if (!message_is_token(out->method) || out->method.len > MOST_METHOD)
        return fault(400, "the method is no token");
    MessageFault found = read_version(str_sub(line, last + 1, line.len), out);
    return found.status ? found : read_target(out);
}

static MessageFault read_field(Str line, Message *out)
{
    size_t colon = str_find(line, ':');
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t') return fault(400, "a header line is folded");
    if (colon == line.len || !message_is_token(str_sub(line, 0, colon)))
        return fault(400, "a header line is not \"name: value\"");
    Str value = trim(str_sub(line, colon + 1, line.len));
    if (!is_field_text(value)) return fault(400, "a header holds a control character");
    if (out->header_count == MESSAGE_MOST_HEADERS) return fault(431, "too many headers");
    out->headers[out->header_count++] = (MessageHeader){str_sub(line, 0, colon), value};
    return fine;
}

Str message_header(const Message *message, Str name)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (str_eq_nocase(message->headers[i].name, name)) return message->headers[i].value;
    return STR_NONE;
}

size_t message_header_count(const Message *message, Str name)
{
    size_t count = 0;
    for (size_t i = 0; i < message->header_count; i++)
        count += str_eq_nocase(message->headers[i].name, name);
    return count;
}

bool message_has_token(Str list, Str token)
{
    Str item;
    while (str_next(&list, ',', &item)) {
        Str name = trim(str_sub(item, 0, str_find(item, ';')));
        if (str_eq_nocase(name, token)) return true;
    }
    return false;
}

// Decimal or hexadecimal digits only: no sign, no space, no prefix.
static bool read_number(Str digits, unsigned base, size_t most, uint64_t *out)
{
    *out = 0;
    if (!digits.len || digits.len > most) return false;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned char c = (unsigned char)digits.ptr[i];
        unsigned digit = 99;
        if (c >= '0' && c <= '9') digit = (unsigned)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f') digit = (unsigned)((c | 32) - 'a' + 10);
        if (digit >= base) return false;
        *out = *out * base + digit;
    }
    return true;
}

static MessageFault read_length(Message *out)
{
    size_t lengths = message_header_count(out, STR("content-length"));
    size_t codings = message_header_count(out, STR("transfer-encoding"));
    if (lengths && codings) return fault(400, "both Content-Length and Transfer-Encoding");
    if (lengths > 1 || codings > 1) return fault(400, "the length of the body is given twice");
    if (codings) {
        if (!out->minor) return fault(400, "HTTP/1.0 has no Transfer-Encoding");
        if (!str_eq_nocase(message_header(out, STR("transfer-encoding")), STR("chunked")))
            return fault(501, "the only Transfer-Encoding known here is chunked");
        out->chunked = true;
    }
    out->has_length = lengths;
    Str digits = message_header(out, STR("content-length"));
    if (lengths && !read_number(digits, 10, MOST_LENGTH_DIGITS, &out->length))
        return fault(400, "Content-Length is not a number");
    return fine;
}

static MessageFault read_host(Message *out)
{
    size_t count = message_header_count(out, STR("host"));
    Str host = message_header(out, STR("host"));
    if (count > 1 || (!count && out->minor)) return fault(400, "there must be one Host header");
    if (out->host.len && count && !str_eq_nocase(out->host, host))
        return fault(400, "the target and the Host header name different hosts");
    if (!out->host.len) out->host = host;
    return fine;
}

static MessageFault read_connection(Message *out)
{
    Str expect = message_header(out, STR("expect"));
    out->keep_alive = out->minor > 0;
    for (size_t i = 0; i < out->header_count; i++) {
        if (!str_eq_nocase(out->headers[i].name, STR("connection"))) continue;
        if (message_has_token(out->headers[i].value, STR("keep-alive"))) out->keep_alive = true;
    }
    for (size_t i = 0; i < out->header_count; i++) {
        if (!str_eq_nocase(out->headers[i].name, STR("connection"))) continue;
        if (message_has_token(out->headers[i].value, STR("close"))) out->keep_alive = false;
    }
    if (!expect.ptr || !out->minor) return fine;
    if (!str_eq_nocase(expect, STR("100-continue")))
        return fault(417, "the only expectation met here is 100-continue");
    out->wants_continue = true;
    return fine;
}

MessageFault message_read_head(Str head, Message *out)
{
    Str line;
    *out = (Message){0};
    if (str_starts(head, STR("\r\n"))) head = str_sub(head, 2, head.len); // RFC 9112, 2.2
    if (head.len > MESSAGE_MOST_HEAD) return fault(431, "the headers are too large");
    if (!next_line(&head, &line)) return fault(400, "a line does not end in CR LF");
    MessageFault found = read_request_line(line, out);
    while (!found.status) {
        if (!next_line(&head, &line)) return fault(400, "a line does not end in CR LF");
        if (!line.len) break;
        found = read_field(line, out);
    }
    if (!found.status && head.len) found = fault(400, "the head has an empty line in it");
    if (!found.status) found = read_length(out);
    if (!found.status) found = read_host(out);
    if (!found.status) found = read_connection(out);
    return found;
}

// ---- bodies

MessageFault body_begin(Body *body, const Message *message, Arena *arena, size_t most)
{
    *body = (Body){.most = most, .left = message->length, .data = buf_on(arena)};
    if (message->chunked) body->state = BODY_SIZE;
    else body->state = message->length ? BODY_DATA : BODY_DONE;
    return message->length > most ? fault(413, "the body is too large") : fine;
}

static MessageFault take_data(Body *body, Str bytes, size_t *used)
{
    size_t count = (size_t)MIN((uint64_t)(bytes.len - *used), body->left);
    buf_add(&body->data, (Str){bytes.ptr + *used, count});
    *used += count;
    body->left -= count;
    if (!body->left) body->state = body->state == BODY_DATA ? BODY_DONE : BODY_CRLF;
    return fine;
}

static MessageFault end_size_line(Body *body, Str line)
{
    size_t digits = str_find(line, ';');
    if (!read_number(str_sub(line, 0, digits), 16, MOST_SIZE_DIGITS, &body->left))
        return fault(400, "the size of a chunk is not a number");
    if (!is_field_text(line)) return fault(400, "a chunk extension holds a control character");
    if (body->left > body->most - body->data.len) return fault(413, "the body is too large");
    body->state = body->left ? BODY_CHUNK : BODY_TRAILER;
    return fine;
}

static MessageFault end_trailer_line(Body *body, Str line)
{
    size_t colon = str_find(line, ':');
    if (!line.len) {
        body->state = BODY_DONE;
        return fine;
    }
    if (colon == line.len || !message_is_token(str_sub(line, 0, colon)) || !is_field_text(line))
        return fault(400, "a trailer line is not \"name: value\"");
    return fine;
}

// Collects a line and ends it at CR LF.
static MessageFault take_line(Body *body, Str bytes, size_t *used)
{
    char c = bytes.ptr[(*used)++];
    bool after_cr = body->line_len && body->line[body->line_len - 1] == '\r';
    if (body->state == BODY_TRAILER && ++body->trailer_bytes > MOST_TRAILER)
        return fault(431, "the trailer is too large");
    if (after_cr != (c == '\n')) return fault(400, "a line of the body does not end in CR LF");
    if (c != '\n') {
        if (body->line_len == sizeof body->line)
            return fault(400, "a line of the body is too long");
        body->line[body->line_len++] = c;
        return fine;
    }
    Str line = {body->line, body->line_len - 1};
    body->line_len = 0;
    if (body->state == BODY_SIZE) return end_size_line(body, line);
    if (body->state == BODY_TRAILER) return end_trailer_line(body, line);
    if (line.len) return fault(400, "a chunk is longer than its size says");
    body->state = BODY_SIZE;
    return fine;
}

MessageFault body_feed(Body *body, Str bytes, size_t *used)
{
    MessageFault found = fine;
    *used = 0;
    while (!found.status && body->state != BODY_DONE && *used < bytes.len) {
        bool data = body->state == BODY_DATA || body->state == BODY_CHUNK;
        found = data ? take_data(body, bytes, used) : take_line(body, bytes, used);
    }
    return found;
}
