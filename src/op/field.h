// op/field.h - records described as data: one table is read by the argument parsers, the JSON
// reader and writer, the schema generator, help, man page and completions.
//
//   static const Field args[] = {
//       FIELD(SearchArgs, pattern, STR, "what to look for",
//             .flags = FIELD_REQUIRED | FIELD_POSITIONAL),
//       FIELD(SearchArgs, word, BOOL, "whole words only", .letter = 'w'),
//       {0},
//   };
//
// Memory: arena. Threads: tables are constant.
#ifndef CQ_OP_FIELD_H
#define CQ_OP_FIELD_H

#include "base/json.h"

typedef enum FieldType {
    FIELD_STR,     // Str
    FIELD_INT,     // int64_t
    FIELD_U32,     // uint32_t
    FIELD_SIZE,    // uint64_t; arguments accept 64K, 1M, 2G
    FIELD_BOOL,    // bool; as an option it takes no value
    FIELD_REAL,    // double
    FIELD_PATH,    // Str: a file or folder, completed as such
    FIELD_STRS,    // StrList; as an option it may be repeated
    FIELD_PATHS,   // StrList of paths
    FIELD_COUNTS,  // CountList: an object of name -> integer, in the given order
    FIELD_RECORD,  // nested struct, described by `sub`
    FIELD_RECORDS, // RecordList of structs described by `sub`
    FIELD_JSON,    // const Json *, any value; NULL is null
} FieldType;

typedef enum FieldFlags {
    FIELD_REQUIRED = 1,     // argument must be given; result member is always present
    FIELD_POSITIONAL = 2,   // a bare word on the command line; a list takes all that follow
    FIELD_OPTIONAL_OUT = 4, // result member left out when empty, zero or false
    FIELD_WORDS = 8,  // of FIELD_STRS: the bare words behind the option are lines of the same item
    FIELD_LOCAL = 16, // names a file of whoever types it: not to be given by a server's clients
} FieldFlags;

typedef struct StrList {
    const Str *items;
    size_t count;
} StrList;

typedef struct Count {
    Str name;
    uint64_t count;
} Count;

typedef struct CountList {
    const Count *items;
    size_t count;
} CountList;

typedef struct RecordList {
    const void *items;
    size_t count;
} RecordList;

typedef struct Field {
    const char *name; // JSON member; the option is the same with '-' for '_'
    FieldType type;
    int flags;
    size_t offset; // in the struct
    const char *help;
    char letter;                // short option, 0 for none
    const char *value_name;     // in help: "N", "DIR"; NULL derives it from the type
    const char *const *choices; // NULL-terminated; the only values allowed (of a list: each)
    const char *fallback;       // default as the user would write it; NULL for empty/0/false
    int64_t least, most;        // range of a number, checked when least < most
    const struct Field *sub;    // FIELD_RECORD(S)
    size_t sub_size;            // sizeof one item of FIELD_RECORDS
    // Values to complete and to show, NULL-terminated (languages). Not the only ones allowed: the
    // operation judges them, because it may know other names for them. May be NULL.
    const char *const *(*values)(void);
} Field;

#define OFFSET(T, member) offsetof(T, member)
// The field of struct T named like its member; help and, if any, further members follow.
#define FIELD(T, member, kind, ...)                                                                \
    {                                                                                              \
        .name = #member, .type = FIELD_##kind, .offset = OFFSET(T, member), .help = __VA_ARGS__    \
    }

// Fills `record` (zeroed, as large as the table's struct) from a JSON object, defaults included.
// NULL is an empty object.
// Fails: BAD_REQUEST with ext "pointer" (JSON pointer) - unknown member (with the nearest name),
// wrong type, value out of range, missing required member.
MUST_CHECK Fail record_from_json(Arena *arena, const Field *fields, const Json *from, void *record);
// Sets one field from text, as the command line does; a list grows by one. Fails: BAD_REQUEST.
MUST_CHECK Fail field_set_text(Arena *arena, const Field *field, Str text, void *record);
void record_set_defaults(Arena *arena, const Field *fields, void *record);
// Required ones: a text is missing when its pointer is NULL (empty text is an answer), a list when
// it is empty. Fails: BAD_REQUEST.
MUST_CHECK Fail record_check(Arena *arena, const Field *fields, const void *record);

void record_write(JsonWriter *w, const Field *fields, const void *record); // one object
// The JSON Schema (draft 2020-12) of the object; additionalProperties is false.
void record_schema(JsonWriter *w, const Field *fields, bool is_result);
void record_schema_members(JsonWriter *w, const Field *fields, bool is_result); // without braces

// Fails: BAD_REQUEST, with ext "pointer": a member of the object `from` is FIELD_LOCAL.
MUST_CHECK Fail fields_refuse_local(Arena *arena, const Field *fields, const Json *from);

bool field_is_list(const Field *field);
bool field_takes_value(const Field *field);
bool field_is_path(const Field *field);
// How people write it. "max_bytes" gives the option "max-bytes"; a positional is its value name.
Str field_option(Arena *arena, const Field *field);     // "max-bytes", without dashes
Str field_label(Arena *arena, const Field *field);      // "--max-bytes" or "PATTERN"
Str field_value_name(Arena *arena, const Field *field); // "N", "PATH", "a|b|c"

#endif
