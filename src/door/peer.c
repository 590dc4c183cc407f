// door/peer.c
#include "door/peer.h"

#include "base/clock.h"
#include "base/os_disk.h"
#include "base/os_socket.h"
#include "index/universe.h"
#include "service/server_place.h"

enum {
    WAIT_MS = 100, // between two looks at what cannot wake us up
    READ_BYTES = 64 << 10,
};

Fail peer_place(Ctx *cx, Str root, Str *workspace, Str *socket)
{
    Workspace found;
    TRY(workspace_open(cx, root, !root.len, &found));
    workspace_close(&found);
    *workspace = found.root;
    *socket = server_socket(cx->arena, found.root);
    return NULL;
}

Fail peer_find(Ctx *cx, Str root, Str *workspace, Str *socket)
{
    OsStat stat;
    // Where no server ever ran, no time is lost.
    TRY(os_stat(cx, OS_CWD, server_folder(cx->arena).ptr, OS_FOLLOW, &stat));
    return peer_place(cx, root, workspace, socket);
}

Fail peer_open(Ctx *cx, Str socket, Peer *out)
{
    OsFile file = OS_FILE_NONE;
    uint32_t user = 0;
    TRY(os_connect_path(cx, socket, &file));
    if (os_peer_user(file.fd, &user) && user == os_user()) {
        *out = (Peer){.socket = file,
                      .path = socket,
                      .in = buf_on(cx->arena),
                      .heard_ns = clock_now_ns(),
                      .quiet_ms = PEER_QUIET_MS};
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
    if (got) peer->heard_ns = clock_now_ns();
    return NULL;
}

Fail peer_head(Ctx *cx, Peer *peer, PeerHead *out)
{
    OsArrival arrival = OS_BYTES;
    PeerTaken taken = PEER_PART;
    size_t looked = 0;
    while (taken == PEER_PART && arrival != OS_END) {
        TRY(peer_more(cx, peer, WAIT_MS, &arrival));
        taken = peer_take_head(cx->arena, &peer->in, &looked, out);
    }
    if (taken == PEER_TAKEN) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "what the server says is no answer");
}

// Any answer will do: who refuses, lives. Fails: IO when nobody takes the connection.
static Fail ask_health(Ctx *cx, Str path)
{
    Peer peer = {.socket = OS_FILE_NONE};
    PeerHead head;
    TRY(peer_open(cx, path, &peer));
    Fail fail = os_stream_write(cx, peer.socket, STR("GET /healthz HTTP/1.0\r\n\r\n"));
    if (!fail) fail = peer_head(cx, &peer, &head);
    peer_close(&peer);
    if (!fail) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "the server does not answer any more");
}

Fail peer_watch(Ctx *cx, Peer *peer)
{
    int64_t now_ns = clock_now_ns(), silent_ns = now_ns - peer->heard_ns;
    if (silent_ns < (int64_t)peer->quiet_ms * NS_PER_MS) return NULL;
    Arena scratch = {0};
    Ctx asks = ctx_child(cx, &scratch);
    asks.deadline_ns = now_ns + PEER_ALIVE_MS * NS_PER_MS;
    if (cx->deadline_ns) asks.deadline_ns = MIN(asks.deadline_ns, cx->deadline_ns);
    Fail fail = ask_health(&asks, peer->path);
    bool hung = fail && fail->kind == PROBLEM_UNAVAILABLE;
    bool gone = fail && silent_ns > PEER_GONE_MS * NS_PER_MS;
    if (!fail) peer->heard_ns = clock_now_ns();
    arena_fini(&scratch);
    TRY(ctx_check(cx));
    if (!hung && !gone) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "the server has said nothing for %lld s, and does not live",
                (long long)((clock_now_ns() - peer->heard_ns) / NS_PER_S));
}

Fail peer_rest(Ctx *cx, Peer *peer, size_t most, Str *out)
{
    for (OsArrival arrival = OS_BYTES; arrival != OS_END;) {
        TRY(peer_more(cx, peer, WAIT_MS, &arrival));
        if (arrival == OS_NOTHING) TRY(peer_watch(cx, peer));
        if (peer->in.len > most)
            return FAIL(cx->arena, TOO_LARGE, "the server's answer is larger than %zu bytes", most);
    }
    *out = buf_str(&peer->in);
    return NULL;
}
