// base/json.c - values and the streaming writer; the reader is json_read.c.
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

static Json *make(Arena *arena, JsonKind kind)
{
    Json *value = ARENA_NEW(arena, Json);
    value->kind = kind;
    return value;
}

Json *json_new_null(Arena *arena)
{
    return make(arena, JK_NULL);
}

Json *json_new_bool(Arena *arena, bool value)
{
    Json *json = make(arena, JK_BOOL);
    json->boolean = value;
    return json;
}

Json *json_new_int(Arena *arena, int64_t value)
{
    Json *json = make(arena, JK_INT);
    json->integer = value;
    return json;
}

Json *json_new_real(Arena *arena, double value)
{
    Json *json = make(arena, JK_REAL);
    json->real = value;
    return json;
}

Json *json_new_str(Arena *arena, Str value)
{
    Json *json = make(arena, JK_STR);
    json->string = value;
    return json;
}

Json *json_new_array(Arena *arena)
{
    return make(arena, JK_ARRAY);
}

Json *json_new_object(Arena *arena)
{
    return make(arena, JK_OBJECT);
}

static void *grow(Arena *arena, void *items, Json *owner, size_t item_size)
{
    size_t cap = owner->cap ? owner->cap * 2 : 4;
    void *moved = arena_grow(arena, items, owner->cap * item_size, cap * item_size);
    owner->cap = cap;
    return moved;
}

void json_push(Arena *arena, Json *array, const Json *item)
{
    assert(array->kind == JK_ARRAY);
    if (array->len == array->cap) array->items = grow(arena, array->items, array, sizeof item);
    array->items[array->len++] = item;
}

void json_set(Arena *arena, Json *object, Str key, const Json *value)
{
    assert(object->kind == JK_OBJECT);
    if (object->len == object->cap)
        object->members = grow(arena, object->members, object, sizeof *object->members);
    object->members[object->len++] = (JsonMember){key, value};
}

const Json *json_get(const Json *object, Str key)
{
    if (!object || object->kind != JK_OBJECT) return NULL;
    for (size_t i = 0; i < object->len; i++)
        if (str_eq(object->members[i].key, key)) return object->members[i].value;
    return NULL;
}

const Json *json_clone(Arena *arena, const Json *value)
{
    if (!value) return NULL;
    Json *copy = make(arena, value->kind);
    copy->boolean = value->boolean;
    copy->integer = value->integer;
    copy->real = value->real;
    copy->string = str_copy(arena, value->string);
    for (size_t i = 0; i < value->len; i++) {
        if (value->kind == JK_ARRAY) json_push(arena, copy, json_clone(arena, value->items[i]));
        else
            json_set(arena, copy, str_copy(arena, value->members[i].key),
                     json_clone(arena, value->members[i].value));
    }
    return copy;
}

static void newline(JsonWriter *w)
{
    if (!w->indent) return;
    buf_byte(w->out, '\n');
    buf_repeat(w->out, ' ', (size_t)(w->indent * w->depth));
}

static void before_value(JsonWriter *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (!w->depth) return;
    uint64_t bit = 1ULL << (w->depth - 1);
    if (w->filled & bit) buf_byte(w->out, ',');
    w->filled |= bit;
    newline(w);
}

static void begin(JsonWriter *w, char open, bool array)
{
    before_value(w);
    buf_byte(w->out, open);
    assert(w->depth < 64);
    uint64_t bit = 1ULL << w->depth++;
    w->filled &= ~bit;
    w->arrays = array ? w->arrays | bit : w->arrays & ~bit;
}

void json_begin_object(JsonWriter *w)
{
    begin(w, '{', false);
}

void json_begin_array(JsonWriter *w)
{
    begin(w, '[', true);
}

void json_end(JsonWriter *w)
{
    assert(w->depth > 0);
    uint64_t bit = 1ULL << --w->depth;
    if (w->filled & bit) newline(w);
    buf_byte(w->out, w->arrays & bit ? ']' : '}');
}

static const char hex_digits[] = "0123456789abcdef";

// How many bytes at `p` form one valid UTF-8 sequence; 0 for none.
static size_t valid_step(const char *p, size_t left)
{
    unsigned char c = (unsigned char)*p;
    size_t need = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return need <= left && utf8_valid(p, need) ? need : 0;
}

static void write_escaped(Buf *out, char c)
{
    switch (c) {
    case '"': buf_add(out, STR("\\\"")); break;
    case '\\': buf_add(out, STR("\\\\")); break;
    case '\n': buf_add(out, STR("\\n")); break;
    case '\r': buf_add(out, STR("\\r")); break;
    case '\t': buf_add(out, STR("\\t")); break;
    default: {
        char code[6] = {'\\', 'u', '0', '0', hex_digits[(unsigned char)c >> 4], hex_digits[c & 15]};
        buf_add(out, (Str){code, sizeof code});
    }
    }
}

static void write_quoted(Buf *out, Str s)
{
    buf_byte(out, '"');
    size_t plain = 0; // start of the run not written yet
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
            i++;
            continue;
        }
        size_t step = c >= 0x80 ? valid_step(s.ptr + i, s.len - i) : 0;
        if (step) {
            i += step;
            continue;
        }
        buf_add(out, str_sub(s, plain, i));
        if (c >= 0x80) buf_add(out, STR("\xEF\xBF\xBD"));
        else write_escaped(out, (char)c);
        plain = ++i;
    }
    buf_add(out, str_sub(s, plain, s.len));
    buf_byte(out, '"');
}

void json_key_str(JsonWriter *w, Str key)
{
    before_value(w);
    write_quoted(w->out, key);
    buf_byte(w->out, ':');
    if (w->indent) buf_byte(w->out, ' ');
    w->after_key = true;
}

void json_key(JsonWriter *w, const char *key)
{
    json_key_str(w, str_from(key));
}

void json_write_null(JsonWriter *w)
{
    before_value(w);
    buf_add(w->out, STR("null"));
}

void json_write_bool(JsonWriter *w, bool value)
{
    before_value(w);
    buf_add(w->out, value ? STR("true") : STR("false"));
}

void json_write_int(JsonWriter *w, int64_t value)
{
    before_value(w);
    buf_int(w->out, value);
}

void json_write_real(JsonWriter *w, double value)
{
    if (!isfinite(value)) {
        json_write_null(w); // JSON has no infinities
        return;
    }
    before_value(w);
    char text[32];
    snprintf(text, sizeof text, "%.17g", value);
    double back = 0;
    char shorter[32];
    snprintf(shorter, sizeof shorter, "%.15g", value);
    if (sscanf(shorter, "%lf", &back) == 1 && back == value) memcpy(text, shorter, sizeof text);
    buf_add(w->out, str_from(text));
    if (!strpbrk(text, ".e")) buf_add(w->out, STR(".0"));
}

void json_write_str(JsonWriter *w, Str value)
{
    before_value(w);
    write_quoted(w->out, value);
}

void json_write(JsonWriter *w, const Json *value)
{
    switch (value->kind) {
    case JK_NULL: json_write_null(w); break;
    case JK_BOOL: json_write_bool(w, value->boolean); break;
    case JK_INT: json_write_int(w, value->integer); break;
    case JK_REAL: json_write_real(w, value->real); break;
    case JK_STR: json_write_str(w, value->string); break;
    case JK_ARRAY:
        json_begin_array(w);
        for (size_t i = 0; i < value->len; i++) json_write(w, value->items[i]);
        json_end(w);
        break;
    case JK_OBJECT:
        json_begin_object(w);
        for (size_t i = 0; i < value->len; i++) {
            json_key_str(w, value->members[i].key);
            json_write(w, value->members[i].value);
        }
        json_end(w);
        break;
    }
}

void json_member_str(JsonWriter *w, const char *key, Str value)
{
    json_key(w, key);
    json_write_str(w, value);
}

void json_member_int(JsonWriter *w, const char *key, int64_t value)
{
    json_key(w, key);
    json_write_int(w, value);
}

void json_member_bool(JsonWriter *w, const char *key, bool value)
{
    json_key(w, key);
    json_write_bool(w, value);
}
