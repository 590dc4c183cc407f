// door/peer.c
#include "door/peer.h"

#include "base/json.h"
#include "base/os_disk.h"
#include "base/os_socket.h"
#include "door/http/message.h"
#include "index/universe.h"
#include "service/server_place.h"

enum {
    WAIT_MS = 100, // between two looks at what cannot wake us up
    READ_BYTES = 64 << 10,
};

Fail peer_find(Ctx *cx, Str root, Str *workspace, Str *socket)
{
    OsStat stat;
    Workspace found;
    // Where no server ever ran, no time is lost.
    TRY(os_stat(cx, OS_CWD, server_folder(cx->arena).ptr, OS_FOLLOW, &stat));
    TRY(workspace_open(cx, root, !root.len, &found));
    workspace_close(&found);
    *workspace = found.root;
    *socket = server_socket(cx->arena, found.root);
    return NULL;
}

Fail peer_open(Ctx *cx, Str socket, Peer *out)
{
    OsFile file = OS_FILE_NONE;
    uint32_t user = 0;
    TRY(os_connect_path(cx, socket, &file));
    if (os_peer_user(file.fd, &user) && user == os_user()) {
        *out = (Peer){.socket = file, .in = buf_on(cx->arena)};
        return NULL;
    }
    os_close(&file);
    return FAIL(cx->arena, IO, "the server at " STR_FMT " is not this user's", STR_ARG(socket));
}

void peer_close(Peer *peer)
{
    os_close(&peer->socket);
}

// The last part of the root, as servers name their workspaces.
static void add_name(Buf *out, Str root)
{
    Str name = str_sub(root, str_find_last(root, '/') + 1, root.len);
    for (size_t i = 0; i < name.len; i++) buf_addf(out, "%%%02X", (unsigned char)name.ptr[i]);
}

Fail peer_ask(Ctx *cx, Peer *peer, const char *verb, const char *path, Str workspace, Str headers,
              Str body)
{
    Buf text = buf_on(cx->arena);
    buf_addf(&text, "%s %s?workspace=", verb, path);
    add_name(&text, workspace);
    buf_addf(&text, " HTTP/1.0\r\nContent-Length: %zu\r\n", body.len);
    buf_add(&text, headers);
    buf_add(&text, STR("\r\n"));
    buf_add(&text, body);
    return os_stream_write(cx, peer->socket, buf_str(&text));
}

Fail peer_more(Ctx *cx, Peer *peer, int wait_ms, OsArrival *arrival)
{
    size_t got = 0;
    char *room = buf_room(&peer->in, READ_BYTES);
    TRY(os_stream_read(cx, peer->socket, room, READ_BYTES, wait_ms, &got, arrival));
    peer->in.len += got;
    return NULL;
}

Fail peer_head(Ctx *cx, Peer *peer, PeerHead *out)
{
    const Str version = STR("HTTP/1.1 ");
    OsArrival arrival = OS_BYTES;
    size_t end = 0, looked = 0;
    int64_t status = 0;
    while (!end && arrival != OS_END && peer->in.len < MESSAGE_MOST_HEAD) {
        TRY(peer_more(cx, peer, WAIT_MS, &arrival));
        end = message_head_end((Str){peer->in.ptr, peer->in.len}, &looked);
    }
    Str text = str_copy(cx->arena, (Str){peer->in.ptr, end});
    if (!end || !str_starts(text, version) || !str_to_int(str_sub(text, 9, 12), &status))
        return FAIL(cx->arena, UNAVAILABLE, "what the server says is no answer");
    *out = (PeerHead){(int)status, text};
    peer->in.len -= end;
    memmove(peer->in.ptr, peer->in.ptr + end, peer->in.len);
    return NULL;
}

Str peer_header(const PeerHead *head, Str name)
{
    Str rest = head->lines, line;
    while (str_next(&rest, '\n', &line)) {
        size_t colon = str_find(line, ':');
        if (str_eq_nocase(str_sub(line, 0, colon), name))
            return str_trim(str_sub(line, colon + 1, line.len));
    }
    return STR_NONE;
}

Fail peer_rest(Ctx *cx, Peer *peer, size_t most, Str *out)
{
    for (OsArrival arrival = OS_BYTES; arrival != OS_END;) {
        TRY(peer_more(cx, peer, WAIT_MS, &arrival));
        if (peer->in.len > most)
            return FAIL(cx->arena, TOO_LARGE, "the server's answer is larger than %zu bytes", most);
    }
    *out = buf_str(&peer->in);
    return NULL;
}

Str peer_why(Arena *arena, Str problem)
{
    const Json *document = NULL, *detail = NULL;
    if (!json_parse(arena, problem, &document)) detail = json_get(document, STR("detail"));
    return detail && detail->kind == JK_STR ? detail->string : STR("the server refused");
}
