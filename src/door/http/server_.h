// door/http/server_.h - the inside of the server: server.c (life), conn.c (one connection), guard.c
// (who may ask), reply.c (bytes of an answer).
#ifndef CQ_DOOR_HTTP_SERVER__H
#define CQ_DOOR_HTTP_SERVER__H

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "door/http/call_.h"
#include "door/http/server.h"

enum { SERVER_MOST_LISTENERS = 128, CONN_MOST_CLIENT = 64 };

typedef struct HttpListener {
    HttpServer *server;
    struct evconnlistener *raw;
    HttpAddress address;
} HttpListener;

typedef enum ConnState {
    CONN_HEAD,   // reads a head; idle while nothing of it has come
    CONN_BODY,   // reads a body
    CONN_BUSY,   // a handler works
    CONN_WRITE,  // the answer, or the last of a stream, goes out
    CONN_LINGER, // what the client still sends is thrown away, so that it can read the answer
    CONN_DEAD,   // to be freed
} ConnState;

struct HttpConn { // the loop's
    HttpServer *server;
    const HttpListener *listener;
    HttpConn *before, *after;
    struct event *reads, *writes;
    struct evbuffer *in, *out;
    int fd;
    ConnState state;
    bool trusted;       // by the socket it came through
    bool close, linger; // once `out` is empty; and not before the client has read it
    bool eof;           // the client has ended its side
    bool attended;      // as the route of its call
    bool chunked, head_only, head_sent; // of the answer
    size_t scanned;                     // of `in`, for the end of a head
    int64_t deadline_ns;                // of the state; 0: none
    HttpCall *call;                     // CONN_BODY, CONN_BUSY
    char client[CONN_MOST_CLIENT];
};

typedef struct ClientCount {
    struct ClientCount *next;
    int64_t in_work;
    char name[CONN_MOST_CLIENT];
} ClientCount;

enum { CLIENT_BUCKETS = 256 };

typedef struct HttpLane { // calls of one HttpPlace; the loop's
    int64_t running, waiting, most_running, most_waiting;
    HttpCall *first, *last; // that wait
} HttpLane;

struct HttpServer {
    HttpServerSpec spec; // frozen
    struct event_base *base;
    struct event *bell_event, *tick;
    OsFile bell;
    Flag stop, reload;
    // the loop's
    HttpListener listeners[SERVER_MOST_LISTENERS];
    size_t listener_count;
    HttpConn *conns; // newest first
    ClientCount *clients[CLIENT_BUCKETS];
    HttpLane lanes[HTTP_PLACES];
    int64_t calls;         // in a lane, and not ended
    uint64_t body_bytes;   // announced by the requests that are being read or in work
    uint64_t answer_bytes; // that clients had not taken at the last tick
    int64_t drain_until_ns, next_tick_ns;
    bool stopped; // what ran was asked to end
    Arena scratch;
    int64_t date_s;
    char date[40];
    uint64_t next_id, id_salt;
    // any thread
    Flag draining;
    Mutex mutex;
    // guarded by mutex
    HttpCall *queued;
    HttpStats stats;
};

// conn.c
HttpConn *conn_new(HttpServer *server, const HttpListener *listener, int fd);
void conn_free(HttpConn *conn);
bool conn_is_idle(const HttpConn *conn);
void conn_take_answer(HttpConn *conn);             // of its call, which has ended; frees the call
void conn_take_stream(HttpConn *conn, bool ended); // what its call wrote
// Each of these goes as far as it can and may free the connection.
void conn_step(HttpConn *conn);
void conn_check_deadline(HttpConn *conn, int64_t now_ns);

// server.c
void server_dispatch(HttpServer *server, HttpCall *call); // answers it now, or sets it to work
void server_end_call(HttpServer *server, HttpCall *call); // counts its answer and frees it
const char *server_date(HttpServer *server);

// guard.c: whether the call may be answered; else it has been refused.
bool guard_call(HttpServer *server, HttpCall *call);

// reply.c
void reply_head(Buf *out, const HttpCall *call, const char *date, bool chunked, bool keep_alive);
void reply_compress(HttpCall *call); // when the client likes and it pays

#endif
