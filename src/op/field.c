// op/field.c - fields as people write them: values from text, defaults, choices, ranges, names.
#include "op/field.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "op/field_check.h"

enum { MOST_LISTED = 12, LONGEST_CHOICES = 32 };

bool field_is_list(const Field *field)
{
    return field->type == FIELD_STRS || field->type == FIELD_PATHS;
}

bool field_takes_value(const Field *field)
{
    return field->type != FIELD_BOOL;
}

bool field_is_path(const Field *field)
{
    return field->type == FIELD_PATH || field->type == FIELD_PATHS;
}

Str field_option(Arena *arena, const Field *field)
{
    Str name = str_from(field->name);
    char *option = arena_alloc_raw(arena, name.len + 1);
    for (size_t i = 0; i <= name.len; i++)
        option[i] = name.ptr[i] == '_' ? '-' : name.ptr[i]; // the NUL byte too
    return (Str){option, name.len};
}

static Str join_choices(Arena *arena, const char *const *choices, const char *between,
                        const char *before_last)
{
    Buf buf = buf_on(arena);
    for (size_t i = 0; choices[i]; i++) {
        if (i) buf_add(&buf, str_from(choices[i + 1] ? between : before_last));
        buf_add(&buf, str_from(choices[i]));
    }
    return buf_str(&buf);
}

Str field_value_name(Arena *arena, const Field *field)
{
    if (field->value_name) return str_from(field->value_name);
    if (field->choices) {
        Str all = join_choices(arena, field->choices, "|", "|");
        return all.len <= LONGEST_CHOICES ? all : STR("WHICH");
    }
    switch (field->type) {
    case FIELD_INT:
    case FIELD_U32: return STR("N");
    case FIELD_SIZE: return STR("SIZE");
    case FIELD_REAL: return STR("NUMBER");
    case FIELD_PATH:
    case FIELD_PATHS: return STR("PATH");
    case FIELD_JSON: return STR("JSON");
    default: return STR("TEXT");
    }
}

Str field_label(Arena *arena, const Field *field)
{
    if (!(field->flags & FIELD_POSITIONAL))
        return str_format(arena, "--%s", field_option(arena, field).ptr);
    if (field->value_name) return str_from(field->value_name);
    Str option = field_option(arena, field);
    char *label = arena_alloc_raw(arena, option.len + 1);
    for (size_t i = 0; i <= option.len; i++)
        label[i] = option.ptr[i] >= 'a' && option.ptr[i] <= 'z' ? (char)(option.ptr[i] - 32)
                                                                : option.ptr[i];
    return (Str){label, option.len};
}

Str field_wanted(Arena *arena, const Field *field)
{
    if (!field->choices) return str_from(field->help);
    return str_format(arena, "%s (%s)", field->help,
                      join_choices(arena, field->choices, ", ", " or ").ptr);
}

Fail check_choice(Arena *arena, const Field *field, Str label, Str value)
{
    if (!field->choices) return NULL;
    Nearest nearest = nearest_to(value);
    size_t count = 0;
    for (; field->choices[count]; count++) {
        Str choice = str_from(field->choices[count]);
        if (str_eq(choice, value)) return NULL;
        nearest_offer(&nearest, choice);
    }
    const char *guess = nearest_phrase(arena, &nearest, "");
    if (count > MOST_LISTED)
        return FAIL(arena, BAD_REQUEST, STR_FMT " does not know \"" STR_FMT "\"%s", STR_ARG(label),
                    STR_ARG(value), guess);
    return FAIL(arena, BAD_REQUEST, STR_FMT " must be %s, not \"" STR_FMT "\"%s", STR_ARG(label),
                join_choices(arena, field->choices, ", ", " or ").ptr, STR_ARG(value), guess);
}

Fail check_range(Arena *arena, const Field *field, Str label, double value)
{
    if (field->least >= field->most) return NULL;
    if (value >= (double)field->least && value <= (double)field->most) return NULL;
    return FAIL(arena, BAD_REQUEST, STR_FMT " must be %lld to %lld, not %.15g", STR_ARG(label),
                (long long)field->least, (long long)field->most, value);
}

// The room is the next power of two, so a list of N grows log N times and needs no `cap`.
void list_add(Arena *arena, StrList *list, Str item)
{
    Str *items = (Str *)(uintptr_t)list->items; // made here, hence writable
    if ((list->count & (list->count - 1)) == 0) {
        size_t cap = list->count ? list->count * 2 : 1;
        items = arena_alloc_raw(arena, cap * sizeof *items);
        if (list->count) memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
    }
    items[list->count++] = item;
}

static Fail wrong(Arena *arena, Str label, const char *wanted, Str text)
{
    return FAIL(arena, BAD_REQUEST, STR_FMT " must be %s, not \"" STR_FMT "\"", STR_ARG(label),
                wanted, STR_ARG(text));
}

// A plain decimal number: no "nan", "inf" or hexadecimal, which strtod takes too.
static bool real_from_text(Arena *arena, Str text, double *out)
{
    if (!text.len || text.len > 64) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789+-.eE", text.ptr[i]) || !text.ptr[i]) return false;
    const char *start = str_cstr(arena, text);
    char *end = NULL;
    double value = strtod(start, &end);
    if (*end || !isfinite(value)) return false;
    *out = value;
    return true;
}

static Fail set_number(Arena *arena, const Field *field, Str label, Str text, void *at)
{
    int64_t whole = 0;
    double real = 0;
    uint64_t size = 0;
    switch (field->type) {
    case FIELD_SIZE:
        if (!str_to_size(text, &size))
            return wrong(arena, label, "a size such as 4096, 64K or 1M", text);
        TRY(check_range(arena, field, label, (double)size));
        *(uint64_t *)at = size;
        return NULL;
    case FIELD_REAL:
        if (!real_from_text(arena, text, &real)) return wrong(arena, label, "a number", text);
        TRY(check_range(arena, field, label, real));
        *(double *)at = real;
        return NULL;
    default: break;
    }
    if (!str_to_int(text, &whole)) return wrong(arena, label, "a whole number", text);
    TRY(check_range(arena, field, label, (double)whole));
    if (field->type == FIELD_INT) {
        *(int64_t *)at = whole;
        return NULL;
    }
    if (whole < 0 || whole > UINT32_MAX)
        return wrong(arena, label, "a whole number from 0 to 4294967295", text);
    *(uint32_t *)at = (uint32_t)whole;
    return NULL;
}

static Fail set_bool(Arena *arena, Str label, Str text, bool *out)
{
    bool yes = str_eq(text, STR("true"));
    if (!yes && !str_eq(text, STR("false"))) return wrong(arena, label, "true or false", text);
    *out = yes;
    return NULL;
}

Fail field_set_text(Arena *arena, const Field *field, Str text, void *record)
{
    void *at = field_at(field, record);
    Str label = field_label(arena, field);
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PATH:
        TRY(check_choice(arena, field, label, text));
        *(Str *)at = str_copy(arena, text);
        return NULL;
    case FIELD_STRS:
    case FIELD_PATHS:
        TRY(check_choice(arena, field, label, text));
        list_add(arena, at, str_copy(arena, text));
        return NULL;
    case FIELD_INT:
    case FIELD_U32:
    case FIELD_SIZE:
    case FIELD_REAL: return set_number(arena, field, label, text, at);
    case FIELD_BOOL: return set_bool(arena, label, text, at);
    case FIELD_JSON: return json_parse(arena, text, at);
    case FIELD_COUNTS:
    case FIELD_RECORD:
    case FIELD_RECORDS: break;
    }
    return FAIL(arena, BAD_REQUEST, STR_FMT " cannot be given as text; use JSON", STR_ARG(label));
}

void record_set_defaults(Arena *arena, const Field *fields, void *record)
{
    for (const Field *field = fields; field->name; field++) {
        if (field->type == FIELD_RECORD)
            record_set_defaults(arena, field->sub, field_at(field, record));
        if (!field->fallback) continue;
        Fail fail = field_set_text(arena, field, str_from(field->fallback), record);
        assert(!fail && "a field's fallback is not valid");
        (void)fail;
    }
}

static bool is_absent(const Field *field, const void *record)
{
    const void *at = field_in(field, record);
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PATH: return ((const Str *)at)->ptr == NULL;
    case FIELD_STRS:
    case FIELD_PATHS: return ((const StrList *)at)->count == 0;
    case FIELD_JSON: return *(const Json *const *)at == NULL;
    case FIELD_RECORDS: return ((const RecordList *)at)->count == 0;
    default: return false; // every value of a number is an answer
    }
}

Fail record_check(Arena *arena, const Field *fields, const void *record)
{
    for (const Field *field = fields; field->name; field++)
        if ((field->flags & FIELD_REQUIRED) && is_absent(field, record))
            return FAIL(arena, BAD_REQUEST, "%s is missing: " STR_FMT,
                        field_label(arena, field).ptr, STR_ARG(field_wanted(arena, field)));
    return NULL;
}
