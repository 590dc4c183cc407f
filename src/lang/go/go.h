// lang/go/go.h - shared by the files of Go.
#ifndef CQ_LANG_GO_GO_H
#define CQ_LANG_GO_GO_H

#include "lang/naming.h"

enum { // go.c: fields
    F_NAME,
    F_TYPE,
    F_RESULT,
    F_VALUE,
    F_PATH,
    F_RECEIVER,
    F_FUNCTION,
    F_LEFT,
    F_RIGHT,
    F_ALIAS,
    F_KEY,
    F_ARGUMENTS,
    F_ELEMENT,
    F_OPERAND,
};
enum { // go.c: symbols
    S_STRUCT_TYPE,
    S_INTERFACE_TYPE,
    S_PARAMETER_LIST,
    S_PARAMETER_DECLARATION,
    S_POINTER_TYPE,
    S_PARENTHESIZED_TYPE,
    S_GENERIC_TYPE,
    S_QUALIFIED_TYPE,
    S_CONST_SPEC,
    S_VAR_SPEC_LIST,
    S_IMPORT_DECLARATION,
    S_PARENTHESIZED_EXPRESSION,
    S_UNARY_EXPRESSION,
    S_INDEX_EXPRESSION,
    S_SHORT_VAR_DECLARATION,
    S_RANGE_CLAUSE,
    S_RECEIVE_STATEMENT,
    S_TYPE_SWITCH_STATEMENT,
    S_COMPOSITE_LITERAL,
    S_LITERAL_VALUE,
    S_IDENTIFIER,
    S_COMMENT,
    S_TYPE_IDENTIFIER,
};

bool go_is_builtin_type(Str name);

extern const NameRule go_name_rules[]; // names.c

#endif
