// op/field_schema.c - the JSON Schema (draft 2020-12) of a record.
#include "op/field.h"

#include "op/field_check.h"

static void write_names(JsonWriter *w, const char *keyword, const char *const *names)
{
    json_key(w, keyword);
    json_begin_array(w);
    for (size_t i = 0; names[i]; i++) json_write_str(w, str_from(names[i]));
    json_end(w);
}

static void write_type(JsonWriter *w, const char *type)
{
    json_member_str(w, "type", str_from(type));
}

static void write_range(JsonWriter *w, const Field *field)
{
    bool limited = field->least < field->most;
    bool is_unsigned = field->type == FIELD_U32 || field->type == FIELD_SIZE;
    if (limited || is_unsigned) json_member_int(w, "minimum", limited ? field->least : 0);
    if (limited) json_member_int(w, "maximum", field->most);
    else if (field->type == FIELD_U32) json_member_int(w, "maximum", UINT32_MAX);
}

static void write_string(JsonWriter *w, const Field *field)
{
    write_type(w, "string");
    if (field->choices) write_names(w, "enum", field->choices);
    else if (field->values) write_names(w, "examples", field->values());
}

static void write_list(JsonWriter *w, const Field *field)
{
    write_type(w, "array");
    if (field->flags & FIELD_REQUIRED) json_member_int(w, "minItems", 1);
    json_key(w, "items");
    json_begin_object(w);
    write_string(w, field);
    json_end(w);
}

static void write_counts(JsonWriter *w)
{
    write_type(w, "object");
    json_key(w, "additionalProperties");
    json_begin_object(w);
    write_type(w, "integer");
    json_member_int(w, "minimum", 0);
    json_end(w);
}

static void write_default(JsonWriter *w, const Field *field)
{
    if (!field->fallback) return;
    Arena *arena = w->out->arena;
    void *record = arena_alloc(arena, field->offset + 64); // no member is larger
    Field only[2] = {*field, {0}};
    only[0].flags = 0;
    record_set_defaults(arena, only, record);
    Buf text = buf_on(arena);
    JsonWriter own = {.out = &text};
    record_write(&own, only, record);
    const Json *value = NULL;
    if (json_parse(arena, buf_str(&text), &value)) return;
    json_key(w, "default");
    json_write(w, json_get(value, str_from(field->name)));
}

static void write_shape(JsonWriter *w, const Field *field, bool is_result)
{
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PATH: write_string(w, field); break;
    case FIELD_INT:
    case FIELD_U32:
    case FIELD_SIZE:
        write_type(w, "integer");
        write_range(w, field);
        break;
    case FIELD_REAL:
        write_type(w, "number");
        write_range(w, field);
        break;
    case FIELD_BOOL: write_type(w, "boolean"); break;
    case FIELD_STRS:
    case FIELD_PATHS: write_list(w, field); break;
    case FIELD_COUNTS: write_counts(w); break;
    case FIELD_JSON: break; // any value
    case FIELD_RECORD: record_schema_members(w, field->sub, is_result); break;
    case FIELD_RECORDS:
        write_type(w, "array");
        json_key(w, "items");
        record_schema(w, field->sub, is_result);
        break;
    }
}

static bool always_there(const Field *field, bool is_result)
{
    return is_result ? !(field->flags & FIELD_OPTIONAL_OUT) : (field->flags & FIELD_REQUIRED) != 0;
}

void record_schema_members(JsonWriter *w, const Field *fields, bool is_result)
{
    write_type(w, "object");
    json_key(w, "properties");
    json_begin_object(w);
    for (const Field *field = fields; field->name; field++) {
        json_key(w, field->name);
        json_begin_object(w);
        if (field->help) json_member_str(w, "description", str_from(field->help));
        write_shape(w, field, is_result);
        if (!is_result) write_default(w, field);
        json_end(w);
    }
    json_end(w);
    json_key(w, "required");
    json_begin_array(w);
    for (const Field *field = fields; field->name; field++)
        if (always_there(field, is_result)) json_write_str(w, str_from(field->name));
    json_end(w);
    json_member_bool(w, "additionalProperties", false);
}

void record_schema(JsonWriter *w, const Field *fields, bool is_result)
{
    json_begin_object(w);
    record_schema_members(w, fields, is_result);
    json_end(w);
}
