// door/mcp/rpc.h - JSON-RPC 2.0 messages: what one is, and how answers are written.
//
// Threads: values. Memory: what is read borrows the document.
#ifndef CQ_DOOR_MCP_RPC_H
#define CQ_DOOR_MCP_RPC_H

#include "base/json.h"

enum {
    RPC_PARSE_ERROR = -32700,
    RPC_INVALID_REQUEST = -32600,
    RPC_NO_METHOD = -32601,
    RPC_INVALID_PARAMS = -32602,
    RPC_INTERNAL = -32603,
    RPC_BUSY = -32000,        // MCP leaves -32000 .. -32099 to servers
    RPC_NO_RESOURCE = -32002, // MCP: resources/read
    RPC_DEEPEST = 60,         // levels of a message; the writer's own limit is 64
};

typedef enum RpcKind { RPC_REQUEST, RPC_NOTIFICATION, RPC_RESPONSE, RPC_BAD } RpcKind;

typedef struct RpcMessage {
    RpcKind kind;
    const Json *id;     // a string or an integer; NULL: none, or not known
    Str method;         // request, notification
    const Json *params; // an object, or NULL
    const Json *result; // response; NULL: it is an error
    const char *why;    // RPC_BAD: what is wrong
} RpcMessage;

typedef struct RpcError {
    int code; // 0: none
    Str message;
    const Json *data; // or NULL
} RpcError;

// What one value (no batch) is.
RpcMessage rpc_read(const Json *value);

// {"jsonrpc":"2.0","id":ID,"result": ; the caller writes the value, then json_end.
void rpc_begin_result(JsonWriter *w, const Json *id);
void rpc_write_error(JsonWriter *w, const Json *id, const RpcError *error); // id NULL: null
// {"jsonrpc":"2.0","method":METHOD,"params":{ ; the caller writes members, then json_end twice.
void rpc_begin_notification(JsonWriter *w, const char *method);
bool rpc_same_id(const Json *a, const Json *b);

#endif
