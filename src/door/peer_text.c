// door/peer_text.c
#include "door/peer_text.h"

#include "base/json.h"
#include "door/http/message.h"

static bool read_status(Str head, int *out)
{
    const Str version = STR("HTTP/1.1 ");
    int status = 0;
    if (!str_starts(head, version) || head.len < version.len + 4) return false;
    for (size_t i = version.len; i < version.len + 3; i++) {
        if (head.ptr[i] < '0' || head.ptr[i] > '9') return false;
        status = 10 * status + (head.ptr[i] - '0');
    }
    char next = head.ptr[version.len + 3];
    *out = status;
    return status >= 100 && status <= 599 && (next == ' ' || next == '\r' || next == '\n');
}

PeerTaken peer_take_head(Arena *arena, Buf *in, size_t *looked, PeerHead *out)
{
    size_t end = message_head_end((Str){in->ptr, in->len}, looked);
    if (!end) return in->len < MESSAGE_MOST_HEAD ? PEER_PART : PEER_WRONG;
    out->lines = str_copy(arena, (Str){in->ptr, end});
    if (!read_status(out->lines, &out->status)) return PEER_WRONG;
    in->len -= end;
    memmove(in->ptr, in->ptr + end, in->len);
    return PEER_TAKEN;
}

Str peer_header(const PeerHead *head, Str name)
{
    Str rest = head->lines, line;
    while (str_next(&rest, '\n', &line)) {
        size_t colon = str_find(line, ':');
        if (colon < line.len && str_eq_nocase(str_sub(line, 0, colon), name))
            return str_trim(str_sub(line, colon + 1, line.len));
    }
    return STR_NONE;
}

bool peer_take_event(Arena *arena, Str *rest, Str *data)
{
    Str left = *rest;
    Buf lines = buf_on(arena);
    for (size_t end; (end = str_find(left, '\n')) < left.len;) {
        Str line = str_trim(str_sub(left, 0, end));
        left = str_sub(left, end + 1, left.len);
        if (str_starts(line, STR("data:"))) buf_add(&lines, str_trim(str_sub(line, 5, line.len)));
        if (line.len) continue;
        *rest = left;
        *data = buf_str(&lines);
        return true;
    }
    return false;
}

Str peer_why(Arena *arena, Str problem)
{
    const Json *document = NULL, *detail = NULL;
    if (!json_parse(arena, problem, &document)) detail = json_get(document, STR("detail"));
    return detail && detail->kind == JK_STR ? detail->string : STR("the server refused");
}
