// door/http/routes.h - what `cq serve` serves: one table, and what its handlers share.
//
// Threads: the table is constant; a ServeApp is frozen, its parts lock themselves.
#ifndef CQ_DOOR_HTTP_ROUTES_H
#define CQ_DOOR_HTTP_ROUTES_H

#include "door/http/server.h"

typedef struct HttpRuns HttpRuns;
typedef struct HttpAgents HttpAgents;

typedef struct ServeApp { // call_app
    Sites *sites;
    HttpRuns *runs;
    HttpAgents *agents;
    HttpServer *server;
    Pool *pool;
    Log *log;
    Str stamp;    // of this process, for command lines that come through the socket
    Flag tending; // a task looks after the runs and the sessions
} ServeApp;

extern const HttpRoute http_routes[]; // ends with {0}; routes.c

// Handlers, by the file they are in.
void route_op(HttpCall *call);               // routes_op.c
bool route_op_is_harmless(const OpSpec *op); // it only looks: GET will do
// With these arguments it takes something from others, or never ends: it needs the token.
bool route_op_is_admin(const OpSpec *op, const void *args);
void route_run_start(HttpCall *call); // routes_run.c
void route_run_list(HttpCall *call);
void route_run_show(HttpCall *call);
void route_run_cancel(HttpCall *call);
void route_run_events(HttpCall *call);
void route_mcp_post(HttpCall *call); // routes_mcp.c
void route_mcp_get(HttpCall *call);
void route_mcp_delete(HttpCall *call);
void route_readyz(HttpCall *call); // routes_status.c
void route_capz(HttpCall *call);
void route_metrics(HttpCall *call);
void route_reload(HttpCall *call);
void route_cli(HttpCall *call);     // routes_cli.c
void route_openapi(HttpCall *call); // openapi.c
void openapi_write(JsonWriter *w);
void route_static(HttpCall *call); // static.c

#endif
