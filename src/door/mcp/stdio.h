// door/mcp/stdio.h - a session over standard input and output: a message a line.
//
// Memory: freed when it returns. Blocks: until the end of input, a signal, or a client that is
// gone.
#ifndef CQ_DOOR_MCP_STDIO_H
#define CQ_DOOR_MCP_STDIO_H

#include "door/mcp/relay.h"

// Serves one client. What runs at the end of input may end within a second when the client still
// reads; it is cancelled then. Fails: IO (standard input cannot be read).
// `relay` tells of the server to ask first, without here, self and send; NULL: there is none.
MUST_CHECK Fail mcp_stdio_serve(Ctx *cx, const McpHost *host, const RelaySpec *relay);

#endif
