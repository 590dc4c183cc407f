// door/mcp/session_.h - private to door/mcp: a request, and the methods that answer it.
//
//   mcp_session_take --> Request --quick--> answered at once
//                           `--else---> on a thread of the pool
//
// Threads: a Request belongs to the thread that answers it; `cancel` is raised from others.
#ifndef CQ_DOOR_MCP_SESSION__H
#define CQ_DOOR_MCP_SESSION__H

#include "door/mcp/rpc.h"
#include "door/mcp/session.h"

typedef enum McpRevision {
    MCP_2024_11_05,
    MCP_2025_03_26, // batches; progress has a message
    MCP_2025_06_18, // no batches; structured content, titles, resource links
    MCP_2025_11_25,
    MCP_NEWEST = MCP_2025_11_25
} McpRevision;

typedef struct Request {
    McpSession *session;
    const McpHost *host;
    Arena arena;
    Ctx cx; // arena, cancel, progress
    Flag cancel;
    McpRevision revision;
    const Json *id;
    Str method;
    const Json *params; // or NULL
    // The answer: the method writes one value to `w`, or sets `error`.
    JsonWriter w;
    RpcError error;
    // private to session.c
    const struct Method *how;
    void *origin;
    struct RpcBatch *batch; // or NULL
    Progress progress;
    const Json *progress_token; // NULL: not wanted
    int64_t progress_next_ns;
    uint64_t progress_count;
    bool answered;        // guarded by the session's mutex: its id is free again
    bool forgotten;       // guarded by the session's mutex: cancelled by the client, no answer
    struct Request *next; // guarded by the session's mutex
} Request;

void request_fail(Request *request, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
// The member of params; NULL when there is none.
const Json *request_param(const Request *request, const char *name);
// A string. False when it is missing or none: the error is set.
bool request_string(Request *request, const char *name, Str *out);
// The workspace that a tool's or resource's `root` means; empty: the default one. Waits for the
// client's roots. Fails: BAD_REQUEST (not one of the roots), CANCELLED.
MUST_CHECK Fail request_root(Request *request, Str asked, Str *out);
// Those of the client, or none.
StrList request_roots(Request *request);
size_t mcp_session_root_count(McpSession *session); // that are known; does not wait
// Tells the client, if it wants to know: notifications/message.
void request_log(Request *request, LogLevel level, Str text);

// An answer came from a published index: what that makes possible is listed from now on.
void request_saw_index(Request *request);
void request_was_cold(Request *request); // ... from none, and one is built behind it
void mcp_index_poll(Request *request);   // looks whether there is one
bool mcp_session_indexed(McpSession *session);

// Methods. Each writes one JSON value, or sets the error.
void mcp_tools_list(Request *request);
void mcp_tools_call(Request *request);
void mcp_resources_list(Request *request);
void mcp_resources_templates(Request *request);
void mcp_resources_read(Request *request);
void mcp_prompts_list(Request *request);
void mcp_prompts_get(Request *request);
void mcp_complete(Request *request);

#endif
