// door/mcp/roots.h - the roots that a client tells, and which workspaces they stand for.
//
// Threads: any. Memory: the arena given. Blocks: for looking at folders.
#ifndef CQ_DOOR_MCP_ROOTS_H
#define CQ_DOOR_MCP_ROOTS_H

#include "door/mcp/host.h"

enum { MCP_MOST_ROOTS = 32 };

// What the client's list chooses, each once: workspaces of the host, or where it leaves them to the
// client, the folders of the list. *given: these folders.
StrList mcp_choose_roots(Arena *arena, const McpHost *host, const Json *list, StrList *given);
Str mcp_root_names(Arena *arena, const StrList *roots); // "/a, /b"

#endif
