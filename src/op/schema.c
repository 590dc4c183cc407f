// op/schema.c - the JSON Schemas of an operation: its arguments and its whole answer.
#include "op/answer.h"

static void write_head(JsonWriter *w, const OpSpec *op, const char *part)
{
    Arena *arena = w->out->arena;
    json_member_str(w, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
    json_member_str(w, "$id",
                    str_format(arena, "urn:cq:schema:%s%s:%d", op->name, part, SCHEMA_VERSION));
    json_member_str(w, "title", str_format(arena, "cq %s", op->name));
    json_member_str(w, "description", str_from(op->summary));
}

static void write_const(JsonWriter *w, const char *name, Str value)
{
    json_key(w, name);
    json_begin_object(w);
    json_member_str(w, "const", value);
    json_end(w);
}

static void begin_array_of(JsonWriter *w, const char *name, const char *description)
{
    json_key(w, name);
    json_begin_object(w);
    json_member_str(w, "description", str_from(description));
    json_member_str(w, "type", STR("array"));
    json_key(w, "items");
}

static void write_section_schema(JsonWriter *w)
{
    begin_array_of(w, "sections", "findings that belong together, in reading order");
    json_begin_object(w);
    json_member_str(w, "type", STR("object"));
    json_key(w, "properties");
    json_begin_object(w);
    json_key(w, "title");
    json_begin_object(w);
    json_member_str(w, "type", STR("string"));
    json_end(w);
    begin_array_of(w, "findings", "indexes into findings");
    json_begin_object(w);
    json_member_str(w, "type", STR("integer"));
    json_member_int(w, "minimum", 0);
    json_end(w);
    json_end(w);
    json_end(w);
    json_key(w, "required");
    json_begin_array(w);
    json_write_str(w, STR("title"));
    json_write_str(w, STR("findings"));
    json_end(w);
    json_member_bool(w, "additionalProperties", false);
    json_end(w);
    json_end(w);
}

// Problem Details (RFC 9457): more members may follow.
static void write_problem_schema(JsonWriter *w)
{
    static const char *const texts[] = {"type", "title", "detail"};
    begin_array_of(w, "problems", "what failed while the answer was made; left out when nothing");
    json_begin_object(w);
    json_member_str(w, "type", STR("object"));
    json_key(w, "properties");
    json_begin_object(w);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        json_key(w, texts[i]);
        json_begin_object(w);
        json_member_str(w, "type", STR("string"));
        json_end(w);
    }
    json_key(w, "status");
    json_begin_object(w);
    json_member_str(w, "type", STR("integer"));
    json_end(w);
    json_end(w);
    json_key(w, "required");
    json_begin_array(w);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) json_write_str(w, str_from(texts[i]));
    json_end(w);
    json_end(w);
    json_end(w);
}

static void write_properties(JsonWriter *w, const OpSpec *op)
{
    json_key(w, "properties");
    json_begin_object(w);
    write_const(w, "schema", str_format(w->out->arena, "cq.%s.v%d", op->name, SCHEMA_VERSION));
    json_key(w, "run");
    record_schema(w, run_fields, true);
    json_key(w, "summary");
    record_schema(w, op->result, true);
    begin_array_of(w, "findings", "places in files");
    record_schema(w, finding_fields, true);
    json_end(w);
    write_section_schema(w);
    write_problem_schema(w);
    json_end(w);
}

void op_result_schema(JsonWriter *w, const OpSpec *op)
{
    static const char *const always[] = {"schema", "run", "summary", "findings", "sections"};
    json_begin_object(w);
    write_head(w, op, "");
    json_member_str(w, "type", STR("object"));
    write_properties(w, op);
    json_key(w, "required");
    json_begin_array(w);
    for (size_t i = 0; i < ARRAY_LEN(always); i++) json_write_str(w, str_from(always[i]));
    json_end(w);
    json_member_bool(w, "additionalProperties", false);
    json_end(w);
}

void op_args_schema(JsonWriter *w, const OpSpec *op)
{
    json_begin_object(w);
    write_head(w, op, ":arguments");
    record_schema_members(w, op->args, false);
    json_end(w);
}
