// door/mcp/host.h - what a session asks of the process it runs in: workspaces, and operations on
// them. Tests and the fuzzer bring their own.
//
// Threads: any, at the same time. Memory: answers live in cx->arena; a place as long as the host.
// Blocks:  open (for the configuration), ask and where (as operations and git do).
#ifndef CQ_DOOR_MCP_HOST_H
#define CQ_DOOR_MCP_HOST_H

#include "app/ask.h"
#include "runtime/pool.h"

// What an answer was computed from.
typedef struct McpWhere {
    Str root;           // absolute
    Str commit, branch; // empty: no repository, no commit, or detached
    bool dirty_known;
    uint64_t changed, untracked; // files
} McpWhere;

typedef struct McpHost {
    void *self;
    Pool *pool; // requests run on its I/O threads; of none: within session_take
    // The workspace of a folder, until close; an empty root is the default one. Fails: as
    // context_open.
    Fail (*open)(Ctx *cx, void *self, Str root, void **place);
    void (*close)(void *place); // NULL: places live as long as the host
    // Fails: as app/ask.
    Fail (*ask)(Ctx *cx, void *place, Str op, const Json *arguments, Asked *out);
    void (*where)(Ctx *cx, void *place, McpWhere *out);
    // The default workspace is fixed: roots of a client are not asked for.
    bool fixed_root;
    int64_t roots_wait_ns; // how long the first request waits for a client's roots
    // The workspaces there are, the default first, of which a client's roots choose; none: its
    // roots are the workspaces.
    StrList roots;
    Str session;   // whose scope applies (service/scope.h); empty: nobody's
    bool in_place; // requests run within mcp_session_take, whatever the pool
} McpHost;

// What is known of the workspace of a root; what git does not say is left out.
void mcp_where(Ctx *cx, Str root, McpWhere *out);

// Contexts, opened one a root when they are first needed.
typedef struct McpWorkspaces McpWorkspaces;
// `spec` is what all contexts have in common; its root, if any, is the default workspace. Borrowed,
// and must outlive it.
McpWorkspaces *mcp_workspaces_new(const ContextSpec *spec);
// Every session must have ended. NULL is fine.
void mcp_workspaces_free(McpWorkspaces *workspaces);
McpHost mcp_workspaces_host(McpWorkspaces *workspaces, Pool *pool);

#endif
