// door/mcp/session.h - one client of the Model Context Protocol, whatever carries its messages.
//
//   mcp_session_new --> mcp_session_take(bytes), as often as wanted --> mcp_session_free
//                                |
//                                `--> sink.send: answers, progress, notifications, in any order
//
// Revisions 2024-11-05 to 2025-11-25; the client's is taken when it is one of these.
// Threads: mcp_session_take and mcp_session_tick from any, also from several at once, until
//          mcp_session_close is called; the sink likewise.
// Memory:  heap. What the sink is given lives until it returns.
// Blocks:  mcp_session_close, until all requests that run have seen that they are cancelled.
#ifndef CQ_DOOR_MCP_SESSION_H
#define CQ_DOOR_MCP_SESSION_H

#include "door/mcp/host.h"

enum {
    MCP_MOST_MESSAGE = 4 << 20,  // bytes
    MCP_MOST_REQUESTS = 64,      // waiting or running, of one session
    MCP_MOST_KEPT = 128,         // ... and those whose answer is not taken yet
    MCP_MOST_BATCH = 64,         // messages
    MCP_DEFAULT_BUDGET = 2000,   // tokens of an answer
    MCP_LARGEST_BUDGET = 100000, // ... that can be asked for
    MCP_TOKEN_BYTES = 4,
};

// Where messages for the client go. `origin` is what mcp_session_take was given with the request
// that the message belongs to (its answer, or its progress); NULL for what belongs to none. `last`:
// the origin is not used any more; then `message` is empty for a request that was cancelled.
typedef struct McpSink {
    void *self;
    void (*send)(void *self, void *origin, Str message, bool last);
} McpSink;

typedef enum McpTaken {
    MCP_ANSWERS,  // what was taken gets an answer with `last`, now or later
    MCP_ACCEPTED, // nothing to answer: notifications and responses only
    MCP_REFUSED,  // no message of the protocol; the error was sent, with `last`
} McpTaken;

typedef struct McpSession McpSession;

// `host` is copied; what it points to must outlive the session, and all tasks of its pool.
McpSession *mcp_session_new(const McpHost *host, McpSink sink);
// One message, or a batch where the revision has them.
McpTaken mcp_session_take(McpSession *session, Str message, void *origin);
// Cancels what runs for this origin, as the client could; NULL: everything.
void mcp_session_cancel(McpSession *session, const void *origin);
Str mcp_session_revision(McpSession *session); // "2025-11-25"; empty before initialize
bool mcp_revision_is_known(Str name);
// Looks whether there is something to tell the client; call it about once a second.
void mcp_session_tick(McpSession *session);
bool mcp_session_busy(McpSession *session);  // requests run
void mcp_session_close(McpSession *session); // cancels all and waits; nothing is sent afterwards
void mcp_session_free(McpSession *session);  // closes first; NULL is fine

#endif
