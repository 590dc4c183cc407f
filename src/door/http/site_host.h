// door/http/site_host.h - the workspaces of the server, as sessions of the Model Context Protocol
// use them: each leased for as long as a request needs it, and so many operations at once.
//
// Threads: any. Memory: heap. Blocks: an operation, until it is its turn.
#ifndef CQ_DOOR_HTTP_SITE_HOST_H
#define CQ_DOOR_HTTP_SITE_HOST_H

#include "door/http/sites.h"
#include "door/mcp/host.h"

typedef struct SiteHost SiteHost;

typedef struct SiteWish {
    Str workspace; // by its name; empty: all of them, the first by default
    bool trusted;  // may do what needs the token
} SiteWish;

SiteHost *site_host_new(Sites *sites, Pool *pool, int64_t most_working);
void site_host_free(SiteHost *host); // its pool drained before; NULL is fine
// `out` lives as long as `arena`. Fails: NOT_FOUND (no such workspace).
MUST_CHECK Fail site_host_get(Ctx *cx, SiteHost *host, const SiteWish *wish, Arena *arena,
                              McpHost *out);

#endif
