// door/http/server.h - a strict HTTP/1.1 server: one event loop, handlers on threads of a pool.
//
//   server_new --> server_listen ... --> server_run --server_stop--> draining --> returns
//   a connection: head --> body --> handler --> answer --> head ...
//                   `-- late, malformed, too large: an answer that closes it
//
// Threads: server_new, _listen, _run, _free one thread, the loop's; server_stop any.
// Memory:  heap; bounded by connections x 16 KiB of head, held_bytes, and the answers in work.
// Blocks:  server_run, until drained.
#ifndef CQ_DOOR_HTTP_SERVER_H
#define CQ_DOOR_HTTP_SERVER_H

#include "door/http/call.h"
#include "door/http/sites.h"
#include "door/http/text.h"

typedef struct HttpServer HttpServer;
enum { SERVER_OTHER_THREADS = 8 };

typedef struct HttpLimits {
    int64_t connections, per_client; // open at once; requests at once of one client
    int64_t work_threads, queue;     // requests in work; waiting for that
    int64_t streams;                 // streams and long polls at once; and as many HTTP_TALK
    uint64_t body_bytes, answer_bytes;
    uint64_t held_bytes;                    // of all bodies and answers together
    double head_s, body_s, idle_s, write_s; // to arrive, to arrive, between requests, without
                                            // progress
    double drain_s;                         // for what runs when the server is asked to end
} HttpLimits;

typedef struct HttpServerSpec {
    HttpLimits limits;
    const HttpRoute *routes; // ends with {0}
    Sites *sites;
    Pool *pool;    // its I/O threads: SERVER_OTHER_THREADS more than work_threads + 2 x streams
    Str token;     // empty: there is none
    StrList hosts; // names besides localhost that a Host header may have
    StrList origins;
    void *app; // call_app
    Log *log;  // of the server; that of a context may be gone when its answer is sent
    // Called by the loop when the server drains and when the drain's time is over.
    void (*stopping)(void *app, bool at_once);
    bool (*idle)(void *app);   // whether nothing is left that a drain should wait for
    void (*tick)(void *app);   // about once a second, by the loop
    void (*reload)(void *app); // on a thread of the pool, after a SIGHUP
} HttpServerSpec;

// Fails: IO.
MUST_CHECK Fail server_new(Ctx *cx, const HttpServerSpec *spec, HttpServer **out);
void server_free(HttpServer *server); // NULL is fine
// address->port is filled in. Fails: as os_listen, os_listen_path; BAD_REQUEST for an address that
// others can reach without a token.
MUST_CHECK Fail server_listen(Ctx *cx, HttpServer *server, HttpAddress *address);
// Serves until a SIGINT or SIGTERM, and until what then ran has ended or was stopped.
void server_run(HttpServer *server);

typedef struct HttpStats {
    uint64_t requests, refused, connections_total;
    int64_t connections, in_work, streams;
    uint64_t by_class[6]; // answers 1xx .. 5xx
} HttpStats;
HttpStats server_stats(HttpServer *server); // any thread
void *call_app(const HttpCall *call);
const Live *call_live(const HttpCall *call); // of its workspace; while the handler runs
HttpServer *call_server(const HttpCall *call);
const HttpServerSpec *server_spec(const HttpServer *server);

#endif
