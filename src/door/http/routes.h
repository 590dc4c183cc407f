// door/http/routes.h - what `cq serve` serves: one table, and what its handlers share.
//
// Threads: the table is constant; a ServeApp is frozen, its parts lock themselves.
#ifndef CQ_DOOR_HTTP_ROUTES_H
#define CQ_DOOR_HTTP_ROUTES_H

#include "door/http/server.h"

typedef struct HttpRuns HttpRuns;

typedef struct ServeApp { // call_app
    Sites *sites;
    HttpRuns *runs;
    HttpServer *server;
    Pool *pool;
    Log *log;
    int64_t started_ms;
} ServeApp;

extern const HttpRoute http_routes[]; // ends with {0}; routes.c

// Handlers, by the file they are in.
void route_op(HttpCall *call); // routes_op.c

#endif
