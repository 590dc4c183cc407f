// door/http/agents.h - sessions of the Model Context Protocol over HTTP, each with its streams.
//
//   agents_open --> agents_find ... agents_let_go --> agent_end, or idle for too long --> gone
//   agent_answer: one message. Its answer comes in one piece, or, when something else is to be said
//                 before it or it takes long, as the last of a stream of events
//   agent_listen: what the session has to say by itself; or, with Last-Event-ID, the rest of a
//                 stream whose connection broke
//
// An answer in one piece is cancelled when its client goes. A stream goes on for `resume_s`, so
// that the client can come back for the rest.
// Threads: any. Memory: heap; a session keeps AGENT_MOST_KEPT bytes of events at most.
// Blocks:  agent_answer, agent_listen; agents_let_go and agents_free for requests that run.
#ifndef CQ_DOOR_HTTP_AGENTS_H
#define CQ_DOOR_HTTP_AGENTS_H

#include "door/http/call.h"
#include "door/mcp/host.h"

enum { AGENT_MOST_KEPT = 1 << 20, AGENT_MOST_STREAMS = 128, AGENT_ID_LEN = 32 };

typedef struct HttpAgents HttpAgents;
typedef struct HttpAgent HttpAgent; // a session

typedef struct AgentWish {
    Str workspace; // of the server's; empty: all of them, the first by default
    bool trusted;  // who opens it may do what needs the token; and only such a one uses it then
    Str scope;     // name of the session whose scope applies; empty: its own
} AgentWish;
// Makes the host of one session. `out` lives as long as `arena`.
typedef Fail (*AgentHost)(Ctx *cx, void *self, const AgentWish *wish, Arena *arena, McpHost *out);

typedef struct AgentsSpec {
    AgentHost host;
    void *self; // for it
    Pool *pool;
    int64_t most;    // sessions; beyond, the one that is idle for longest goes
    double idle_s;   // without a request or an open stream, until a session ends
    double resume_s; // that a stream without a connection goes on
} AgentsSpec;

HttpAgents *agents_new(const AgentsSpec *spec);
void agents_free(HttpAgents *agents); // all let go of before; NULL is fine

// Fails: as spec.host; UNAVAILABLE (all sessions there may be are in use), IO.
MUST_CHECK Fail agents_open(Ctx *cx, HttpAgents *agents, const AgentWish *wish, HttpAgent **out);
HttpAgent *agents_find(HttpAgents *agents, Str id); // to be let go of; NULL: there is none
void agents_let_go(HttpAgent *agent);               // NULL is fine
void agent_end(HttpAgent *agent);                   // nobody finds it any more; all it does ends
void agents_stop(HttpAgents *agents, bool at_once); // streams of sessions end; or everything
bool agents_any(HttpAgents *agents);
size_t agents_count(HttpAgents *agents);
size_t agents_streams(HttpAgents *agents); // that a client reads now
// Ends what is idle, begins streams, cancels what nobody waits for: about once a second.
void agents_tend(HttpAgents *agents);

Str agent_id(const HttpAgent *agent);
bool agent_trusted(const HttpAgent *agent);
bool agent_begun(HttpAgent *agent); // initialize was answered; to be asked once it was taken
// One POST: what the session says to its body. Answers the call.
void agent_answer(HttpAgent *agent, HttpCall *call);
// One GET; `behind` is its Last-Event-ID. Answers the call, and returns when the stream ends.
void agent_listen(HttpAgent *agent, HttpCall *call, Str behind);

#endif
