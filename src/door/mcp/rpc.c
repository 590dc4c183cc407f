// door/mcp/rpc.c
#include "door/mcp/rpc.h"

static bool is_id(const Json *value)
{
    return value->kind == JK_STR || value->kind == JK_INT;
}

static size_t depth_of(const Json *value, size_t most)
{
    size_t deepest = 0;
    if (!most) return 1;
    for (size_t i = 0; i < value->len; i++) {
        bool array = value->kind == JK_ARRAY;
        size_t depth = depth_of(array ? value->items[i] : value->members[i].value, most - 1);
        deepest = MAX(deepest, depth);
    }
    return deepest + 1;
}

static RpcMessage bad(const Json *id, const char *why)
{
    return (RpcMessage){.kind = RPC_BAD, .id = id, .why = why};
}

static RpcMessage read_response(const Json *value, const Json *id)
{
    const Json *result = json_get(value, STR("result")), *error = json_get(value, STR("error"));
    if (!result == !error) return bad(NULL, "a message has a method, a result or an error");
    if (!id && result) return bad(NULL, "a response needs the id of its request");
    return (RpcMessage){.kind = RPC_RESPONSE, .id = id, .result = result};
}

RpcMessage rpc_read(const Json *value)
{
    if (value->kind != JK_OBJECT) return bad(NULL, "a message is a JSON object");
    if (depth_of(value, RPC_DEEPEST + 1) > RPC_DEEPEST)
        return bad(NULL, "the message is nested too deep");
    const Json *version = json_get(value, STR("jsonrpc")), *id = json_get(value, STR("id"));
    const Json *method = json_get(value, STR("method")), *params = json_get(value, STR("params"));
    if (id && !is_id(id)) {
        if (id->kind != JK_NULL || method) return bad(NULL, "id must be a string or an integer");
        id = NULL;
    }
    if (!version || version->kind != JK_STR || !str_eq(version->string, STR("2.0")))
        return bad(id, "jsonrpc must be \"2.0\"");
    if (!method) return read_response(value, id);
    if (method->kind != JK_STR) return bad(id, "method must be a string");
    if (params && params->kind != JK_OBJECT) return bad(id, "params must be an object");
    return (RpcMessage){.kind = id ? RPC_REQUEST : RPC_NOTIFICATION,
                        .id = id,
                        .method = method->string,
                        .params = params};
}

static void begin(JsonWriter *w, const Json *id)
{
    json_begin_object(w);
    json_member_str(w, "jsonrpc", STR("2.0"));
    json_key(w, "id");
    if (id) json_write(w, id);
    else json_write_null(w);
}

void rpc_begin_result(JsonWriter *w, const Json *id)
{
    begin(w, id);
    json_key(w, "result");
}

void rpc_write_error(JsonWriter *w, const Json *id, const RpcError *error)
{
    begin(w, id);
    json_key(w, "error");
    json_begin_object(w);
    json_member_int(w, "code", error->code);
    json_member_str(w, "message", error->message);
    if (error->data) {
        json_key(w, "data");
        json_write(w, error->data);
    }
    json_end(w);
    json_end(w);
}

void rpc_begin_notification(JsonWriter *w, const char *method)
{
    json_begin_object(w);
    json_member_str(w, "jsonrpc", STR("2.0"));
    json_member_str(w, "method", str_from(method));
    json_key(w, "params");
    json_begin_object(w);
}

bool rpc_same_id(const Json *a, const Json *b)
{
    if (a->kind != b->kind) return false;
    return a->kind == JK_INT ? a->integer == b->integer : str_eq(a->string, b->string);
}
