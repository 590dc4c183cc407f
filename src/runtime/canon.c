// runtime/canon.c - canonical JSON: no white space, members sorted by the bytes of their keys, a
// number in its shortest form (1.0 is 1), strings with the fewest escapes and all else as it is.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/plan_.h"

static const double largest_exact = 9007199254740992.0; // 2^53

static void write_real(Buf *out, double value)
{
    if (!isfinite(value)) {
        buf_add(out, STR("null"));
        return;
    }
    if (trunc(value) == value && fabs(value) < largest_exact) {
        buf_int(out, (int64_t)value); // -0.0 too becomes 0
        return;
    }
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    buf_add(out, str_from(text));
}

static void write_str(Buf *out, Str s)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\') buf_byte(out, '\\');
        if (c < 0x20) buf_addf(out, "\\u%04x", (unsigned)c);
        else buf_byte(out, (char)c);
    }
    buf_byte(out, '"');
}

static int by_key(const void *a, const void *b)
{
    return str_cmp((*(const JsonMember *const *)a)->key, (*(const JsonMember *const *)b)->key);
}

static void write_object(Buf *out, const Json *object)
{
    const JsonMember **sorted = ARENA_ARRAY(out->arena, const JsonMember *, object->len);
    for (size_t i = 0; i < object->len; i++) sorted[i] = &object->members[i];
    qsort(sorted, object->len, sizeof(const JsonMember *), by_key);
    buf_byte(out, '{');
    for (size_t i = 0; i < object->len; i++) {
        if (i) buf_byte(out, ',');
        write_str(out, sorted[i]->key);
        buf_byte(out, ':');
        canon_write(out, sorted[i]->value);
    }
    buf_byte(out, '}');
}

void canon_write(Buf *out, const Json *value)
{
    switch (value ? value->kind : JK_OBJECT) {
    case JK_NULL: buf_add(out, STR("null")); break;
    case JK_BOOL: buf_add(out, value->boolean ? STR("true") : STR("false")); break;
    case JK_INT: buf_int(out, value->integer); break;
    case JK_REAL: write_real(out, value->real); break;
    case JK_STR: write_str(out, value->string); break;
    case JK_ARRAY:
        buf_byte(out, '[');
        for (size_t i = 0; i < value->len; i++) {
            if (i) buf_byte(out, ',');
            canon_write(out, value->items[i]);
        }
        buf_byte(out, ']');
        break;
    case JK_OBJECT:
        if (value) write_object(out, value);
        else buf_add(out, STR("{}"));
        break;
    }
}
