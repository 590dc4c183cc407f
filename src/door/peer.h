// door/peer.h - asking the resident server of a workspace over its socket: HTTP/1.0, one request a
// connection, so that an answer of any length ends with the connection.
//
//   peer_find --> peer_open --> peer_ask --> peer_head --> peer_more ... --> peer_close
//
// Threads: a Peer belongs to one. Memory: cx->arena; the Buf of a Peer lives there.
// Blocks:  as long as cx allows.
#ifndef CQ_DOOR_PEER_H
#define CQ_DOOR_PEER_H

#include "base/os_stream.h"

typedef struct Peer {
    OsFile socket;
    Buf in; // what came and was not taken
} Peer;

// The workspace of --root (empty: around the working folder) and where its server would listen.
// Fails: NOT_FOUND where no server ever ran; as workspace_open.
MUST_CHECK Fail peer_find(Ctx *cx, Str root, Str *workspace, Str *socket);
// Fails: NOT_FOUND, IO: nobody is there, or somebody else than this user.
MUST_CHECK Fail peer_open(Ctx *cx, Str socket, Peer *out);
void peer_close(Peer *peer); // all zero but for the socket OS_FILE_NONE is fine

// `path` gets ?workspace=NAME; `headers` are whole lines. Fails: CANCELLED, IO.
MUST_CHECK Fail peer_ask(Ctx *cx, Peer *peer, const char *verb, const char *path, Str workspace,
                         Str headers, Str body);

typedef struct PeerHead {
    int status;
    Str lines; // all of it
} PeerHead;
// Takes the head of the answer; what follows stays in peer->in. Fails: CANCELLED, IO, UNAVAILABLE
// (that is no answer).
MUST_CHECK Fail peer_head(Ctx *cx, Peer *peer, PeerHead *out);
Str peer_header(const PeerHead *head, Str name); // empty when there is none
// Waits up to wait_ms for more of the answer. Fails: CANCELLED, IO.
MUST_CHECK Fail peer_more(Ctx *cx, Peer *peer, int wait_ms, OsArrival *arrival);
// The rest of the answer. Fails: CANCELLED, IO, TOO_LARGE.
MUST_CHECK Fail peer_rest(Ctx *cx, Peer *peer, size_t most, Str *out);
Str peer_why(Arena *arena, Str problem); // "detail" of an answer that is a problem

#endif
