// door/http/agents_.h - the inside of sessions over HTTP: agents.c (their life), agent_streams.c
// (what is sent).
#ifndef CQ_DOOR_HTTP_AGENTS__H
#define CQ_DOOR_HTTP_AGENTS__H

#include "door/http/agents.h"
#include "door/mcp/session.h"

typedef struct AgentEvent {
    struct AgentEvent *next;
    uint64_t number; // within its stream, from 1
    uint64_t order;  // within its session
    size_t len;
    char text[];
} AgentEvent;

typedef struct AgentStream { // of one POST, or of a session itself
    HttpAgent *agent;        // frozen
    uint64_t number;         // frozen; an event's id is NUMBER-EVENT
    HttpCall *asked;         // frozen: the POST; NULL: it is of the session itself
    // guarded by the agent's mutex
    struct AgentStream *next;
    size_t users;   // handlers, and who looks after it
    HttpCall *call; // whose handler sends what comes; NULL: nobody is connected
    bool begun;     // it is a stream; else an answer in one piece
    bool ended;     // nothing will come any more
    bool sending;   // a thread is at it
    Str answer;     // in one piece; in the arena of `asked`
    AgentEvent *first, *last;
    uint64_t count, sent, lost; // events: that came; up to which they were sent; that are gone
    int64_t since_ns;           // when it was asked, or its connection was lost
} AgentStream;

struct HttpAgent {
    // frozen
    HttpAgents *agents;
    Arena arena;
    McpSession *session;
    char id[AGENT_ID_LEN + 1];
    bool trusted;
    // guarded by the mutex of all
    HttpAgent *next;
    size_t users; // the list, and whoever found it
    int64_t used_ns;
    // its own
    Mutex mutex;
    Cond changed;
    // guarded by mutex
    bool closing; // streams end
    bool primed;  // streams begin with an empty event: from revision 2025-11-25 on
    AgentStream *streams;
    size_t stream_count, kept_bytes;
    uint64_t last_stream, last_order;
};

struct HttpAgents {
    AgentsSpec spec; // frozen
    Mutex mutex;
    // guarded by mutex
    HttpAgent *first;
    size_t count;
    bool stopping;
};

// agent_streams.c
void agent_send(void *agent, void *origin, Str message, bool last); // a McpSink
size_t agent_streams_read(HttpAgent *agent);                        // that a client reads now
void agent_close_streams(HttpAgent *agent);
void agent_tend_streams(HttpAgent *agent, int64_t now_ns);
void agent_free_streams(HttpAgent *agent);

#endif
