// op/field_json.c - records from JSON and to JSON.
#include "op/field.h"

#include "base/nearest.h"
#include "op/field_check.h"

static const char *kind_name(const Json *value)
{
    switch (value->kind) {
    case JK_NULL: return "null";
    case JK_BOOL: return "true or false";
    case JK_INT: return "a whole number";
    case JK_REAL: return "a number";
    case JK_STR: return "a string";
    case JK_ARRAY: return "an array";
    case JK_OBJECT: break;
    }
    return "an object";
}

// RFC 6901: "~" is "~0" and "/" is "~1".
static Str pointer_to(Arena *arena, Str base, Str name)
{
    Buf buf = buf_on(arena);
    buf_add(&buf, base);
    buf_byte(&buf, '/');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~') buf_add(&buf, STR("~0"));
        else if (name.ptr[i] == '/') buf_add(&buf, STR("~1"));
        else buf_byte(&buf, name.ptr[i]);
    }
    return buf_str(&buf);
}

static Fail at_pointer(Arena *arena, Str pointer, Fail fail)
{
    if (!fail || json_get(fail->ext, STR("pointer"))) return fail;
    return problem_with_str(arena, fail, "pointer", pointer);
}

static Fail wrong_kind(Arena *arena, Str pointer, const char *wanted, const Json *value)
{
    return FAIL(arena, BAD_REQUEST, STR_FMT " must be %s, not %s", STR_ARG(pointer), wanted,
                kind_name(value));
}

static Fail read_record(Arena *arena, const Field *fields, const Json *from, Str base,
                        void *record);

static Fail read_str(Arena *arena, const Field *field, const Json *value, Str pointer, Str *out)
{
    if (value->kind != JK_STR) return wrong_kind(arena, pointer, "a string", value);
    TRY(check_choice(arena, field, pointer, value->string));
    if (field_is_path(field) && str_find(value->string, '\0') < value->string.len)
        return FAIL(arena, BAD_REQUEST, STR_FMT " holds a NUL byte", STR_ARG(pointer));
    *out = value->string.ptr ? value->string : STR("");
    return NULL;
}

static Fail read_strs(Arena *arena, const Field *field, const Json *value, Str pointer,
                      StrList *out)
{
    if (value->kind != JK_ARRAY) return wrong_kind(arena, pointer, "an array of strings", value);
    if (!value->len && (field->flags & FIELD_REQUIRED))
        return FAIL(arena, BAD_REQUEST, STR_FMT " needs one item at least: %s", STR_ARG(pointer),
                    field->help);
    *out = (StrList){0};
    for (size_t i = 0; i < value->len; i++) {
        Str at = str_format(arena, STR_FMT "/%zu", STR_ARG(pointer), i), text;
        TRY(at_pointer(arena, at, read_str(arena, field, value->items[i], at, &text)));
        list_add(arena, out, text);
    }
    return NULL;
}

static Fail read_whole(Arena *arena, const Field *field, const Json *value, Str pointer, void *out)
{
    if (value->kind != JK_INT) return wrong_kind(arena, pointer, "a whole number", value);
    int64_t number = value->integer;
    TRY(check_range(arena, field, pointer, (double)number));
    if (field->type == FIELD_INT) {
        *(int64_t *)out = number;
        return NULL;
    }
    int64_t most = field->type == FIELD_U32 ? UINT32_MAX : INT64_MAX;
    if (number < 0 || number > most)
        return FAIL(arena, BAD_REQUEST, STR_FMT " must be 0 to %lld, not %lld", STR_ARG(pointer),
                    (long long)most, (long long)number);
    if (field->type == FIELD_U32) *(uint32_t *)out = (uint32_t)number;
    else *(uint64_t *)out = (uint64_t)number;
    return NULL;
}

static Fail read_real(Arena *arena, const Field *field, const Json *value, Str pointer, double *out)
{
    if (value->kind != JK_REAL && value->kind != JK_INT)
        return wrong_kind(arena, pointer, "a number", value);
    double number = value->kind == JK_INT ? (double)value->integer : value->real;
    TRY(check_range(arena, field, pointer, number));
    *out = number;
    return NULL;
}

static Fail read_counts(Arena *arena, const Json *value, Str pointer, CountList *out)
{
    if (value->kind != JK_OBJECT) return wrong_kind(arena, pointer, "an object of counts", value);
    Count *items = ARENA_ARRAY(arena, Count, value->len);
    for (size_t i = 0; i < value->len; i++) {
        const JsonMember *member = &value->members[i];
        Str at = pointer_to(arena, pointer, member->key);
        if (member->value->kind != JK_INT || member->value->integer < 0)
            return at_pointer(arena, at, wrong_kind(arena, at, "a count", member->value));
        items[i] = (Count){member->key, (uint64_t)member->value->integer};
    }
    *out = (CountList){items, value->len};
    return NULL;
}

static Fail read_records(Arena *arena, const Field *field, const Json *value, Str pointer,
                         RecordList *out)
{
    if (value->kind != JK_ARRAY) return wrong_kind(arena, pointer, "an array of objects", value);
    char *items = arena_alloc_array(arena, value->len, field->sub_size);
    for (size_t i = 0; i < value->len; i++) {
        Str at = str_format(arena, STR_FMT "/%zu", STR_ARG(pointer), i);
        TRY(read_record(arena, field->sub, value->items[i], at, items + i * field->sub_size));
    }
    *out = (RecordList){items, value->len};
    return NULL;
}

static Fail read_field(Arena *arena, const Field *field, const Json *value, Str pointer,
                       void *record)
{
    void *at = field_at(field, record);
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PATH: return read_str(arena, field, value, pointer, at);
    case FIELD_STRS:
    case FIELD_PATHS: return read_strs(arena, field, value, pointer, at);
    case FIELD_INT:
    case FIELD_U32:
    case FIELD_SIZE: return read_whole(arena, field, value, pointer, at);
    case FIELD_REAL: return read_real(arena, field, value, pointer, at);
    case FIELD_BOOL:
        if (value->kind != JK_BOOL) return wrong_kind(arena, pointer, "true or false", value);
        *(bool *)at = value->boolean;
        return NULL;
    case FIELD_COUNTS: return read_counts(arena, value, pointer, at);
    case FIELD_JSON: *(const Json **)at = value; return NULL;
    case FIELD_RECORD: return read_record(arena, field->sub, value, pointer, at);
    case FIELD_RECORDS: break;
    }
    return read_records(arena, field, value, pointer, at);
}

static const Field *find_field(const Field *fields, Str name)
{
    for (const Field *field = fields; field->name; field++)
        if (str_eq(str_from(field->name), name)) return field;
    return NULL;
}

static Fail unknown_member(Arena *arena, const Field *fields, Str name)
{
    Nearest nearest = nearest_to(name);
    for (const Field *field = fields; field->name; field++)
        nearest_offer(&nearest, str_from(field->name));
    return FAIL(arena, BAD_REQUEST, "unknown member \"" STR_FMT "\"%s", STR_ARG(name),
                nearest_phrase(arena, &nearest, ""));
}

static Fail read_record(Arena *arena, const Field *fields, const Json *from, Str base, void *record)
{
    if (from->kind != JK_OBJECT) {
        Str what = base.len ? base : STR("the arguments");
        return at_pointer(arena, base, wrong_kind(arena, what, "an object", from));
    }
    record_set_defaults(arena, fields, record);
    for (size_t i = 0; i < from->len; i++) {
        const JsonMember *member = &from->members[i];
        Str pointer = pointer_to(arena, base, member->key);
        const Field *field = find_field(fields, member->key);
        if (!field) return at_pointer(arena, pointer, unknown_member(arena, fields, member->key));
        TRY(at_pointer(arena, pointer, read_field(arena, field, member->value, pointer, record)));
    }
    for (const Field *field = fields; field->name; field++) {
        if (!(field->flags & FIELD_REQUIRED) || json_get(from, str_from(field->name))) continue;
        Str pointer = pointer_to(arena, base, str_from(field->name));
        return at_pointer(arena, pointer,
                          FAIL(arena, BAD_REQUEST, "\"%s\" is missing: " STR_FMT, field->name,
                               STR_ARG(field_wanted(arena, field))));
    }
    return NULL;
}

Fail record_from_json(Arena *arena, const Field *fields, const Json *from, void *record)
{
    Json *empty = json_new_object(arena);
    return read_record(arena, fields, from ? from : empty, STR(""), record);
}

static bool is_empty(const Field *field, const void *record)
{
    const void *at = field_in(field, record);
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PATH: return ((const Str *)at)->len == 0;
    case FIELD_INT: return *(const int64_t *)at == 0;
    case FIELD_U32: return *(const uint32_t *)at == 0;
    case FIELD_SIZE: return *(const uint64_t *)at == 0;
    case FIELD_BOOL: return !*(const bool *)at;
    case FIELD_REAL: return *(const double *)at == 0;
    case FIELD_STRS:
    case FIELD_PATHS: return ((const StrList *)at)->count == 0;
    case FIELD_COUNTS: return ((const CountList *)at)->count == 0;
    case FIELD_JSON: return *(const Json *const *)at == NULL;
    case FIELD_RECORDS: return ((const RecordList *)at)->count == 0;
    case FIELD_RECORD: break;
    }
    for (const Field *sub = field->sub; sub->name; sub++)
        if (!is_empty(sub, at)) return false;
    return true;
}

static void write_strs(JsonWriter *w, const StrList *list)
{
    json_begin_array(w);
    for (size_t i = 0; i < list->count; i++) json_write_str(w, list->items[i]);
    json_end(w);
}

static void write_counts(JsonWriter *w, const CountList *list)
{
    json_begin_object(w);
    for (size_t i = 0; i < list->count; i++) {
        json_key_str(w, list->items[i].name);
        json_write_int(w, (int64_t)list->items[i].count);
    }
    json_end(w);
}

static void write_records(JsonWriter *w, const Field *field, const RecordList *list)
{
    json_begin_array(w);
    for (size_t i = 0; i < list->count; i++)
        record_write(w, field->sub, (const char *)list->items + i * field->sub_size);
    json_end(w);
}

static void write_json(JsonWriter *w, const Json *value)
{
    if (value) json_write(w, value);
    else json_write_null(w);
}

static void write_field(JsonWriter *w, const Field *field, const void *record)
{
    const void *at = field_in(field, record);
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PATH: json_write_str(w, *(const Str *)at); break;
    case FIELD_INT: json_write_int(w, *(const int64_t *)at); break;
    case FIELD_U32: json_write_int(w, *(const uint32_t *)at); break;
    case FIELD_SIZE: json_write_int(w, (int64_t) * (const uint64_t *)at); break;
    case FIELD_BOOL: json_write_bool(w, *(const bool *)at); break;
    case FIELD_REAL: json_write_real(w, *(const double *)at); break;
    case FIELD_STRS:
    case FIELD_PATHS: write_strs(w, at); break;
    case FIELD_COUNTS: write_counts(w, at); break;
    case FIELD_JSON: write_json(w, *(const Json *const *)at); break;
    case FIELD_RECORD: record_write(w, field->sub, at); break;
    case FIELD_RECORDS: write_records(w, field, at); break;
    }
}

void record_write(JsonWriter *w, const Field *fields, const void *record)
{
    json_begin_object(w);
    for (const Field *field = fields; field->name; field++) {
        if ((field->flags & FIELD_OPTIONAL_OUT) && is_empty(field, record)) continue;
        json_key(w, field->name);
        write_field(w, field, record);
    }
    json_end(w);
}

Fail fields_refuse_local(Arena *arena, const Field *fields, const Json *from)
{
    for (const Field *field = fields; field->name; field++) {
        if (!(field->flags & FIELD_LOCAL) || !json_get(from, str_from(field->name))) continue;
        Fail fail = FAIL(arena, BAD_REQUEST,
                         "\"%s\" names a file of the machine that runs cq; requests to a server "
                         "cannot do that",
                         field->name);
        return problem_with_str(arena, fail, "pointer", str_format(arena, "/%s", field->name));
    }
    return NULL;
}
