// door/mcp/command.h - the command "cq mcp".
#ifndef CQ_DOOR_MCP_COMMAND_H
#define CQ_DOOR_MCP_COMMAND_H

#include "door/command.h"

extern const Command mcp_command;

#endif
