// door/peer.h - asking the resident server of a workspace over its socket: HTTP/1.0, one request a
// connection, so that an answer of any length ends with the connection.
//
//   peer_find --> peer_open --> peer_ask --> peer_head --> peer_more, peer_watch ... --> peer_close
//
// A server that lives may be silent for as long as its work takes; one that does not live is silent
// for ever. They are told apart by asking /healthz on a second connection.
//
// Threads: a Peer belongs to one. Memory: cx->arena; the Buf of a Peer lives there.
// Blocks:  as long as cx allows.
#ifndef CQ_DOOR_PEER_H
#define CQ_DOOR_PEER_H

#include "base/os_stream.h"
#include "door/peer_text.h"

enum {
    PEER_QUIET_MS = 2000, // of silence, after which a server is asked whether it lives
    PEER_ALIVE_MS = 3000, // ... and has so long to say so
    PEER_GONE_MS = 60000, // of silence of a server that takes no connections: it may be draining
};

typedef struct Peer {
    OsFile socket;
    Str path;         // of the socket
    Buf in;           // what came and was not taken
    int64_t heard_ns; // when something came last, or it was known to live
    int quiet_ms;     // PEER_QUIET_MS, unless the caller sets another after peer_open
} Peer;

// The workspace of --root (empty: around the working folder) and where its server would listen.
// Fails: NOT_FOUND where no server ever ran; as workspace_open.
MUST_CHECK Fail peer_find(Ctx *cx, Str root, Str *workspace, Str *socket);
// The same where no server ever ran: one may come. Fails: as workspace_open.
MUST_CHECK Fail peer_place(Ctx *cx, Str root, Str *workspace, Str *socket);
// Fails: NOT_FOUND, IO: nobody is there, or somebody else than this user.
MUST_CHECK Fail peer_open(Ctx *cx, Str socket, Peer *out);
void peer_close(Peer *peer); // all zero but for the socket OS_FILE_NONE is fine

// `path` gets ?workspace=NAME; `headers` are whole lines. Fails: CANCELLED, IO.
MUST_CHECK Fail peer_ask(Ctx *cx, Peer *peer, const char *verb, const char *path, Str workspace,
                         Str headers, Str body);

// Takes the head of the answer; what follows stays in peer->in. Fails: CANCELLED, IO, UNAVAILABLE
// (that is no answer).
MUST_CHECK Fail peer_head(Ctx *cx, Peer *peer, PeerHead *out);
// Waits up to wait_ms for more of the answer. Fails: CANCELLED, IO.
MUST_CHECK Fail peer_more(Ctx *cx, Peer *peer, int wait_ms, OsArrival *arrival);
// Asks whether the server lives when it has been quiet for long. Fails: UNAVAILABLE when it does
// not say so in time; CANCELLED.
MUST_CHECK Fail peer_watch(Ctx *cx, Peer *peer);
// The rest of the answer, of a server that is watched. Fails: CANCELLED, IO, TOO_LARGE,
// UNAVAILABLE.
MUST_CHECK Fail peer_rest(Ctx *cx, Peer *peer, size_t most, Str *out);

#endif
