// door/http/openapi.c - /openapi.json, made from the tables of operations and routes.
#include "base/json.h"
#include "base/vec.h"
#include "base/version.h"
#include "door/http/routes.h"

static void member_object(JsonWriter *w, const char *key)
{
    json_key(w, key);
    json_begin_object(w);
}

static void write_ref(JsonWriter *w, const char *where, const char *name)
{
    json_begin_object(w);
    json_member_str(w, "$ref", str_format(w->out->arena, "#/components/%s/%s", where, name));
    json_end(w);
}

static void write_content(JsonWriter *w, const char *type, const char *schema)
{
    member_object(w, "content");
    member_object(w, type);
    json_key(w, "schema");
    if (schema) write_ref(w, "schemas", schema);
    else {
        json_begin_object(w);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void write_response(JsonWriter *w, const char *status, const char *says, const char *type,
                           const char *schema)
{
    member_object(w, status);
    json_member_str(w, "description", str_from(says));
    if (type) write_content(w, type, schema);
    json_end(w);
}

static void write_default(JsonWriter *w)
{
    json_key(w, "default");
    write_ref(w, "responses", "problem");
}

// ---- operations

// What clients may send: all but names of files of the server's machine.
static const Field *served_fields(Arena *arena, const OpSpec *op)
{
    VEC(Field) fields = {0};
    for (const Field *field = op->args; field->name; field++)
        if (!(field->flags & FIELD_LOCAL)) VEC_PUSH(arena, &fields, *field);
    VEC_PUSH(arena, &fields, (Field){0});
    return fields.items;
}

bool openapi_has_op(const OpSpec *op)
{
    for (const Field *field = op->args; field->name; field++)
        if ((field->flags & FIELD_LOCAL) && (field->flags & FIELD_REQUIRED)) return false;
    return true;
}

static void write_parameter(JsonWriter *w, const Field *field)
{
    Arena *arena = w->out->arena;
    const Field only[] = {*field, {0}};
    Buf text = buf_on(arena);
    JsonWriter own = {.out = &text};
    const Json *schema = NULL;
    record_schema(&own, only, false);
    if (json_parse(arena, buf_str(&text), &schema)) return;
    json_begin_object(w);
    json_member_str(w, "name", str_from(field->name));
    json_member_str(w, "in", STR("query"));
    json_member_bool(w, "required", field->flags & FIELD_REQUIRED);
    json_key(w, "schema");
    json_write(w, json_get(json_get(schema, STR("properties")), str_from(field->name)));
    json_end(w);
}

static void write_common_parameters(JsonWriter *w)
{
    write_ref(w, "parameters", "workspace");
    write_ref(w, "parameters", "session");
}

static void write_op_answers(JsonWriter *w, const OpSpec *op, bool get)
{
    member_object(w, "responses");
    write_response(w, "200", "The answer", "application/json", op->name);
    if (get) write_response(w, "304", "The answer is that of If-None-Match", NULL, NULL);
    write_default(w);
    json_end(w);
}

static void write_op_get(JsonWriter *w, const OpSpec *op)
{
    member_object(w, "get");
    json_member_str(w, "operationId", str_format(w->out->arena, "get_%s", op->name));
    json_member_str(w, "summary", str_from(op->summary));
    json_key(w, "parameters");
    json_begin_array(w);
    write_common_parameters(w);
    for (const Field *field = served_fields(w->out->arena, op); field->name; field++)
        write_parameter(w, field);
    json_end(w);
    write_op_answers(w, op, true);
    json_end(w);
}

static void write_op_post(JsonWriter *w, const OpSpec *op)
{
    Arena *arena = w->out->arena;
    member_object(w, "post");
    json_member_str(w, "operationId", str_from(op->name));
    json_member_str(w, "summary", str_from(op->summary));
    json_key(w, "parameters");
    json_begin_array(w);
    write_common_parameters(w);
    json_end(w);
    member_object(w, "requestBody");
    json_member_bool(w, "required", true);
    write_content(w, "application/json", str_format(arena, "%s_args", op->name).ptr);
    json_end(w);
    write_op_answers(w, op, false);
    json_end(w);
}

static void write_op(JsonWriter *w, const OpSpec *op)
{
    if (!openapi_has_op(op)) return;
    json_key_str(w, str_format(w->out->arena, "/v1/op/%s", op->name));
    json_begin_object(w);
    write_op_post(w, op);
    if (route_op_is_harmless(op)) write_op_get(w, op);
    json_end(w);
}

static void write_op_schemas(JsonWriter *w, const OpSpec *op)
{
    Arena *arena = w->out->arena;
    if (!openapi_has_op(op)) return;
    json_key(w, op->name);
    op_result_schema(w, op);
    json_key_str(w, str_format(arena, "%s_args", op->name));
    record_schema(w, served_fields(arena, op), false);
}

// ---- routes

static const struct {
    HttpVerb verb;
    const char *name;
} verbs[] = {{HTTP_GET_, "get"}, {HTTP_POST_, "post"}, {HTTP_DELETE_, "delete"}};

static void write_text_parameter(JsonWriter *w, Str name, const char *where, bool required)
{
    json_begin_object(w);
    json_member_str(w, "name", name);
    json_member_str(w, "in", str_from(where));
    json_member_bool(w, "required", required);
    member_object(w, "schema");
    json_member_str(w, "type", STR("string"));
    json_end(w);
    json_end(w);
}

static void write_route_parameters(JsonWriter *w, const HttpRoute *route)
{
    Str path = str_from(route->path), part;
    json_key(w, "parameters");
    json_begin_array(w);
    while (str_next(&path, '/', &part))
        if (part.len && part.ptr[0] == '{')
            write_text_parameter(w, str_sub(part, 1, part.len - 1), "path", true);
    for (const char *const *name = route->headers; *name; name++)
        write_text_parameter(w, str_from(*name), "header", false);
    json_end(w);
}

// Of a route: "/runtime/runs/{id}" is "server_get_runtime_runs_id".
static Str route_id(Arena *arena, const HttpRoute *route, const char *verb)
{
    Buf id = buf_on(arena);
    buf_addf(&id, "server_%s", verb);
    for (const char *at = route->path; *at; at++)
        if (*at != '{' && *at != '}') buf_byte(&id, *at == '/' || *at == '.' ? '_' : *at);
    return buf_str(&id);
}

static void write_route_verb(JsonWriter *w, const HttpRoute *route, const char *verb)
{
    json_key(w, verb);
    json_begin_object(w);
    json_member_str(w, "operationId", route_id(w->out->arena, route, verb));
    json_member_str(w, "summary", str_from(route->summary));
    write_route_parameters(w, route);
    if (route->verbs == HTTP_POST_ && route->takes) {
        member_object(w, "requestBody");
        json_member_bool(w, "required", true);
        write_content(w, "application/json", NULL);
        json_end(w);
    }
    member_object(w, "responses");
    const char *status = route->status ? route->status : "200";
    write_response(w, status, "As the summary says", route->gives, NULL);
    if (route->access != HTTP_OPEN || str_eq(str_from(route->path), STR("/readyz")))
        write_default(w);
    json_end(w);
    json_end(w);
}

// All rows of one path are one object, written when the first of them comes.
static void write_route(JsonWriter *w, const HttpRoute *route)
{
    Str path = str_from(route->path);
    if (!route->summary) return;
    for (const HttpRoute *before = http_routes; before < route; before++)
        if (str_eq(str_from(before->path), path)) return;
    json_key_str(w, path);
    json_begin_object(w);
    for (const HttpRoute *row = route; row->path; row++) {
        if (!str_eq(str_from(row->path), path) || !row->summary) continue;
        for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
            if (row->verbs & (int)verbs[i].verb) write_route_verb(w, row, verbs[i].name);
    }
    json_end(w);
}

// ---- the rest

static void write_problem(JsonWriter *w)
{
    static const char *const texts[] = {"type", "title", "detail", "instance"};
    member_object(w, "problem");
    json_member_str(w, "description", STR("Problem Details (RFC 9457); more members may follow"));
    json_member_str(w, "type", STR("object"));
    json_key(w, "required");
    json_begin_array(w);
    json_write_str(w, STR("type"));
    json_write_str(w, STR("title"));
    json_write_str(w, STR("status"));
    json_end(w);
    member_object(w, "properties");
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        member_object(w, texts[i]);
        json_member_str(w, "type", STR("string"));
        json_end(w);
    }
    member_object(w, "status");
    json_member_str(w, "type", STR("integer"));
    json_end(w);
    json_end(w);
    json_end(w);
}

static void write_components(JsonWriter *w)
{
    member_object(w, "components");
    member_object(w, "schemas");
    write_problem(w);
    for (const OpSpec *const *op = op_all(); *op; op++) write_op_schemas(w, *op);
    json_end(w);
    member_object(w, "responses");
    write_response(w, "problem", "What went wrong", "application/problem+json", "problem");
    json_end(w);
    member_object(w, "parameters");
    member_object(w, "workspace");
    json_member_str(w, "name", STR("workspace"));
    json_member_str(w, "in", STR("query"));
    json_member_str(w, "description", STR("a workspace of this server; without it, the first"));
    member_object(w, "schema");
    json_member_str(w, "type", STR("string"));
    json_end(w);
    json_end(w);
    member_object(w, "session");
    json_member_str(w, "name", STR("X-Session-ID"));
    json_member_str(w, "in", STR("header"));
    json_member_str(w, "description",
                    STR("the session whose scope applies; see the operation scope"));
    member_object(w, "schema");
    json_member_str(w, "type", STR("string"));
    json_member_str(w, "pattern", STR("^[A-Za-z0-9._:-]{1,128}$"));
    json_end(w);
    json_end(w);
    json_end(w);
    member_object(w, "securitySchemes");
    member_object(w, "token");
    json_member_str(w, "type", STR("http"));
    json_member_str(w, "scheme", STR("bearer"));
    json_end(w);
    json_end(w);
    json_end(w);
}

void openapi_write(JsonWriter *w)
{
    json_begin_object(w);
    json_member_str(w, "openapi", STR("3.1.0"));
    member_object(w, "info");
    json_member_str(w, "title", STR("cq"));
    json_member_str(w, "version", STR(CQ_VERSION));
    json_member_str(w, "description", STR("Questions about code. See docs/http.md."));
    json_end(w);
    json_key(w, "servers");
    json_begin_array(w);
    json_begin_object(w);
    json_member_str(w, "url", STR("/"));
    json_end(w);
    json_end(w);
    member_object(w, "paths");
    for (const HttpRoute *route = http_routes; route->path; route++) write_route(w, route);
    for (const OpSpec *const *op = op_all(); *op; op++) write_op(w, *op);
    json_end(w);
    write_components(w);
    json_key(w, "security"); // none on this machine; the token elsewhere
    json_begin_array(w);
    json_begin_object(w);
    json_end(w);
    json_begin_object(w);
    json_key(w, "token");
    json_begin_array(w);
    json_end(w);
    json_end(w);
    json_end(w);
    json_end(w);
}

void route_openapi(HttpCall *call)
{
    Buf buf = buf_on(call_arena(call));
    JsonWriter w = {.out = &buf};
    openapi_write(&w);
    call_reply(call, 200, STR("application/json"), buf_str(&buf));
}
