// door/mcp/tools.h - the tools: few, each one operation with the arguments that matter.
//
// A tool is listed when its operation is in ops.def. Arguments of the operation that are not listed
// are taken too; every other operation is reached through "run".
// Threads: constant data, pure functions. Memory: the arena given.
#ifndef CQ_DOOR_MCP_TOOLS_H
#define CQ_DOOR_MCP_TOOLS_H

#include "app/ask.h"
#include "door/mcp/rpc.h"
#include "op/op.h"

typedef struct ToolArg {
    const char *name; // of the operation's argument
    const char *says; // NULL: the name says it
} ToolArg;

typedef struct ToolSpec {
    const char *name, *says;
    const char *op; // NULL: named by the argument "op"
    const ToolArg *args;
    // With the argument `flag`, the operation `flag` on [`flag_from`] as `flag_to` instead.
    const char *flag, *flag_from, *flag_to;
} ToolSpec;

extern const ToolSpec mcp_tools[]; // ends with {0}
bool mcp_tool_offered(const ToolSpec *tool);
const ToolSpec *mcp_tool_named(Str name); // NULL: none that is offered
Str mcp_tool_nearest(Str name);

typedef struct ToolListing {
    bool structured; // output schemas, titles
    bool roots;      // there are several workspaces to choose from
} ToolListing;
// The answer of tools/list.
void mcp_tools_write(JsonWriter *w, const ToolListing *listing);

// What a call asks for, besides its operation's own arguments.
typedef struct ToolCall {
    Str op;
    const Json *args; // of the operation
    Str root;         // empty: the default
    size_t budget_bytes, from;
    bool help; // run: describe operations
} ToolCall;
// Scalars where lists are wanted become lists of one; numbers and truths in text become what they
// say. Fails: BAD_REQUEST with ext "pointer".
MUST_CHECK Fail mcp_tool_read(Arena *arena, const ToolSpec *tool, const Json *from, ToolCall *out);

#endif
