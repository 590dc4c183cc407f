// door/mcp/relay.h - a session over standard input and output, answered by the resident server of
// the workspace for as long as there is one: several agents then share what it holds.
//
//   asking --initialize answered by the server--> away --server gone, or not right--> here
//       `--no server, or another build or settings-----------------------------------'  |
//                                                  ^--a server came, and took the session'
//
// "Here" is a session of this process. It is told what the client said to begin with (initialize,
// initialized, the level of the log; of its roots the client is asked again), and gets what the
// server did not answer, so that the client notices nothing but the time. The same is said to a
// server that comes, or comes back. The scope of a session that has no name stays where it was set.
//
// Threads: relay_take, _tick, _busy, _free one; the sink any. Memory: heap.
// Blocks:  relay_take, for a server to take the message, SAY_MS at most, then the server is done
//          with; relay_free, until nothing of it runs.
#ifndef CQ_DOOR_MCP_RELAY_H
#define CQ_DOOR_MCP_RELAY_H

#include "door/mcp/session.h"

// So many threads wait for answers, at most: a server refuses what goes beyond MCP_MOST_REQUESTS at
// once, which must be heard, too.
enum { RELAY_THREADS = 2 * MCP_MOST_REQUESTS };

typedef struct RelaySpec {
    Str workspace, socket; // peer_find
    Str stamp;             // of this process (door/stamp.h)
    Str session;           // whose scope applies; empty: one of its own
    bool fixed_root;       // else a client whose roots are not this workspace gets an answer here
    Pool *pool;            // its I/O threads wait for answers
    McpSession *here;
    void *self; // of the session's sink
    void (*send)(void *self, Str message);
} RelaySpec;

typedef struct Relay Relay;
Relay *relay_new(const RelaySpec *spec); // what it names outlives it
// One message of the client.
void relay_take(Relay *relay, Str message);
bool relay_busy(Relay *relay); // answers are waited for
// Looks for a server, if there was none; call it about once a second, on the thread of relay_take.
void relay_tick(Relay *relay);
void relay_free(Relay *relay); // ends the session at the server; NULL is fine

// For the sink of `here`: messages with this origin answer what the client did not ask.
extern const char relay_silent[];

#endif
