// base/json_read.c - the reader: jansson parses, the result is copied into the arena.
#include <jansson.h>

#include "base/json.h"

enum { LONGEST_DOCUMENT = 256 << 20 };

static Json *convert(Arena *arena, const json_t *from)
{
    switch (json_typeof(from)) {
    case JSON_TRUE: return json_new_bool(arena, true);
    case JSON_FALSE: return json_new_bool(arena, false);
    case JSON_INTEGER: return json_new_int(arena, json_integer_value(from));
    case JSON_REAL: return json_new_real(arena, json_real_value(from));
    case JSON_STRING: {
        Str text = {json_string_value(from), json_string_length(from)};
        return json_new_str(arena, str_copy(arena, text));
    }
    case JSON_ARRAY: {
        Json *array = json_new_array(arena);
        for (size_t i = 0; i < json_array_size(from); i++)
            json_push(arena, array, convert(arena, json_array_get(from, i)));
        return array;
    }
    case JSON_OBJECT: {
        Json *object = json_new_object(arena);
        json_t *whole = (json_t *)(uintptr_t)from; // the iterator's type wants it, and only reads
        for (void *at = json_object_iter(whole); at; at = json_object_iter_next(whole, at)) {
            Str key = {json_object_iter_key(at), json_object_iter_key_len(at)};
            json_set(arena, object, str_copy(arena, key),
                     convert(arena, json_object_iter_value(at)));
        }
        return object;
    }
    case JSON_NULL: break;
    }
    return json_new_null(arena);
}

Fail json_parse(Arena *arena, Str text, const Json **out)
{
    if (text.len > LONGEST_DOCUMENT)
        return FAIL(arena, TOO_LARGE, "the JSON document has %zu bytes; at most %d are read",
                    text.len, LONGEST_DOCUMENT);
    json_error_t error;
    json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!root) {
        Fail fail = FAIL(arena, BAD_REQUEST, "not valid JSON at line %d, column %d: %s", error.line,
                         error.column, error.text);
        fail = problem_with_int(arena, fail, "line", error.line);
        fail = problem_with_int(arena, fail, "column", error.column);
        return problem_with_int(arena, fail, "offset", error.position);
    }
    *out = convert(arena, root);
    json_decref(root);
    return NULL;
}
