// service/server_place.h - where a resident server of a workspace is found: its folder, lock and
// socket.
//
//   $XDG_RUNTIME_DIR/cq (else /tmp/cq-USER), mode 0700:   NAME.lock   held by the server
//                                                         NAME.sock   where it listens
//   NAME stands for the set of workspaces that it answers for; when these are several, there is a
//   lock and a socket for each of them, too, which the first server that comes gets
//
// Threads: any. Memory: the arena given. Blocks: for a connection to a local socket.
#ifndef CQ_SERVICE_SERVER_PLACE_H
#define CQ_SERVICE_SERVER_PLACE_H

#include "base/ctx.h"

Str server_folder(Arena *arena);
// `roots` are real paths, in any order.
Str server_name(Arena *arena, const Str *roots, size_t count);
// Where the server that answers for this workspace, alone or among others, is asked.
Str server_socket(Arena *arena, Str root);
Str server_lock(Arena *arena, Str root);

typedef struct ServerPlace {
    Str folder, socket, lock; // of the server for this workspace
    bool running;             // the lock is held
    int pid;                  // by this process; 0: not known
    bool answers;             // something accepts connections on the socket
    bool stale;               // the socket is there, and nobody answers
} ServerPlace;
// Fails: CANCELLED.
MUST_CHECK Fail server_find(Ctx *cx, Str root, ServerPlace *out);

#endif
