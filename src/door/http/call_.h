// door/http/call_.h - the inside of HttpCall, for the server.
#ifndef CQ_DOOR_HTTP_CALL__H
#define CQ_DOOR_HTTP_CALL__H

#include "door/http/call.h"
#include "door/http/message.h"
#include "door/http/sites.h"

enum { CALL_MOST_PARTS = 2, CALL_MOST_AHEAD = 256 << 10 }; // bytes of a stream that wait

typedef struct HttpServer HttpServer;
typedef struct HttpConn HttpConn;

typedef struct CallPiece { // of a stream
    struct CallPiece *next;
    size_t len;
    char bytes[];
} CallPiece;

struct HttpCall {
    // the loop's until it hands the call to a handler, and again after that
    Arena arena;
    HttpServer *server; // frozen
    HttpConn *conn;     // the loop's; NULL: the client has gone
    Message message;
    Body body;
    const HttpRoute *route;
    Str parts[CALL_MOST_PARTS];
    Live live; // all zero before it is leased, and after the handler
    Ctx cx;
    Flag cancel;
    Str request_id, client;
    uint64_t body_bytes; // counted in the server's
    bool trusted;
    bool handed; // put into a lane, so that its handler has or will have it
    HttpCall *next_waiting;
    int64_t started_ns;
    // the handler's
    int status;
    Str type, content;
    Buf headers;
    bool close; // the connection, after the answer
    bool streams;
    // guarded by mutex
    Mutex mutex;
    Cond drained;
    CallPiece *first, *last;
    size_t ahead; // bytes the client has not been sent
    bool gone;    // nobody reads on
    // guarded by the server's mutex
    bool queued, finished;
    HttpCall *next_queued;
};

HttpCall *call_new(HttpServer *server, HttpConn *conn);
void call_free(HttpCall *call);
// What the loop tells a stream: so many bytes wait still; nobody reads on.
void call_note_ahead(HttpCall *call, size_t ahead);
void call_note_gone(HttpCall *call);
CallPiece *call_take_pieces(HttpCall *call); // to be freed with mem_free, each

// server.c: has the loop look at the call.
void server_wake(HttpServer *server, HttpCall *call, bool finished);
bool server_is_draining(const HttpServer *server);

#endif
