// base/json.h - JSON values, a reader (jansson behind it) and a streaming writer.
//
// Threads: values are frozen once shared; a writer belongs to one thread.
// Memory:  values live in the arena they were made in; strings given to json_new_str are borrowed.
#ifndef CQ_BASE_JSON_H
#define CQ_BASE_JSON_H

#include "base/problem.h"

typedef enum JsonKind { JK_NULL, JK_BOOL, JK_INT, JK_REAL, JK_STR, JK_ARRAY, JK_OBJECT } JsonKind;

typedef struct JsonMember {
    Str key;
    const Json *value;
} JsonMember;

struct Json {
    JsonKind kind;
    bool boolean;
    int64_t integer;
    double real;
    Str string;
    size_t len, cap;     // of items or members
    const Json **items;  // array
    JsonMember *members; // object, in insertion order
};

// Reads one document (RFC 8259) of at most 256 MiB. Duplicate keys are an error.
// Fails: BAD_REQUEST with ext line, column, offset; TOO_LARGE.
MUST_CHECK Fail json_parse(Arena *arena, Str text, const Json **out);

Json *json_new_null(Arena *arena);
Json *json_new_bool(Arena *arena, bool value);
Json *json_new_int(Arena *arena, int64_t value);
Json *json_new_real(Arena *arena, double value);
Json *json_new_str(Arena *arena, Str value);
Json *json_new_array(Arena *arena);
Json *json_new_object(Arena *arena);
void json_push(Arena *arena, Json *array, const Json *item);
void json_set(Arena *arena, Json *object, Str key, const Json *value); // appends
const Json *json_get(const Json *object, Str key);       // NULL when absent or not an object
const Json *json_clone(Arena *arena, const Json *value); // deep; NULL gives NULL

// Writer: members and items are separated, and keys quoted, by the writer. Strings that are not
// valid UTF-8 are written with U+FFFD for each bad byte. indent 0 writes one line.
typedef struct JsonWriter {
    Buf *out;
    int indent; // spaces per level
    int depth;
    uint64_t arrays, filled; // one bit a level, at most 64 levels: is an array; has an item
    bool after_key;
} JsonWriter;

void json_begin_object(JsonWriter *w);
void json_begin_array(JsonWriter *w);
void json_end(JsonWriter *w); // of the innermost object or array
void json_key(JsonWriter *w, const char *key);
void json_key_str(JsonWriter *w, Str key);
void json_write_null(JsonWriter *w);
void json_write_bool(JsonWriter *w, bool value);
void json_write_int(JsonWriter *w, int64_t value);
void json_write_real(JsonWriter *w, double value);
void json_write_str(JsonWriter *w, Str value);
void json_write(JsonWriter *w, const Json *value);
void json_member_str(JsonWriter *w, const char *key, Str value);
void json_member_int(JsonWriter *w, const char *key, int64_t value);
void json_member_bool(JsonWriter *w, const char *key, bool value);

#endif
