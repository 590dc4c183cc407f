// lang/python/python.h - shared by the files of Python.
#ifndef CQ_LANG_PYTHON_PYTHON_H
#define CQ_LANG_PYTHON_PYTHON_H

#include "lang/naming.h"

enum { // python.c: fields
    F_LEFT,
    F_RIGHT,
    F_TYPE,
    F_NAME,
    F_ALIAS,
    F_MODULE_NAME,
    F_PARAMETERS,
    F_RETURN_TYPE,
    F_VALUE,
    F_DEFINITION,
};
enum { // python.c: symbols
    S_IDENTIFIER,
    S_EXPRESSION_STATEMENT,
    S_STRING,
    S_CONCATENATED_STRING,
    S_ASSIGNMENT,
    S_ATTRIBUTE,
    S_SUBSCRIPT,
    S_ALIASED_IMPORT,
    S_WILDCARD_IMPORT,
    S_DOTTED_NAME,
    S_COMMENT,
    S_GENERIC_TYPE,
    S_TYPE,
    S_KEYWORD_ARGUMENT,
    S_CLASS_DEFINITION,
    S_DECORATOR,
    S_DECORATED_DEFINITION,
};

// `text`, or a copy with blanks over brackets and quotes that are never closed (mask.c).
Str python_mask(Arena *arena, Str text);

extern const NameRule python_name_rules[]; // names.c

#endif
