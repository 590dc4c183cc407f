// door/mcp/uri.h - file URIs.
#ifndef CQ_DOOR_MCP_URI_H
#define CQ_DOOR_MCP_URI_H

#include "base/str.h"

// The absolute path of a file URI of this machine, percent-decoded; empty when it is none.
Str mcp_uri_path(Arena *arena, Str uri);

#endif
