// lang/typescript/typescript.h - what TypeScript adds to JavaScript, for .ts and .tsx.
//
// The rules are in rules.def, as in lang/javascript.
// Threads, memory: as spec.h says.
#ifndef CQ_LANG_TYPESCRIPT_TYPESCRIPT_H
#define CQ_LANG_TYPESCRIPT_TYPESCRIPT_H

#include "lang/javascript/javascript.h"

#define TS_SYMBOLS(X)                                                                              \
    X(ACCESSIBILITY, "accessibility_modifier")                                                     \
    X(OVERRIDE, "override_modifier")                                                               \
    X(ENUM_ASSIGNMENT, "enum_assignment")                                                          \
    X(TYPE_ALIAS, "type_alias_declaration")                                                        \
    X(OBJECT_TYPE, "object_type")                                                                  \
    X(UNION_TYPE, "union_type")                                                                    \
    X(INTERSECTION_TYPE, "intersection_type")                                                      \
    X(PARENTHESIZED_TYPE, "parenthesized_type")                                                    \
    X(READONLY_TYPE, "readonly_type")                                                              \
    X(NESTED_IDENTIFIER, "nested_identifier")

enum {
    TS_S_BEFORE_FIRST = JS_SYMBOL_COUNT - 1,
#define X(id, name) TS_S_##id,
    TS_SYMBOLS(X)
#undef X
};

#define TS_FIELDS(X)                                                                               \
    X(PATTERN, "pattern")                                                                          \
    X(TYPE, "type")                                                                                \
    X(RETURN_TYPE, "return_type")

enum {
    TS_F_BEFORE_FIRST = JS_FIELD_COUNT - 1,
#define X(id, name) TS_F_##id,
    TS_FIELDS(X)
#undef X
};

RuleHook typescript_module;
RuleHook typescript_member; // of an interface or of an object type that is an alias
RuleHook typescript_method_signature;
RuleHook typescript_construct_signature;
RuleHook typescript_parameter;
RuleHook typescript_enum_body;
RuleHook typescript_import_alias;

#endif
