// lang/cpp/cpp.h - shared by the files of C++.
#ifndef CQ_LANG_CPP_CPP_H
#define CQ_LANG_CPP_CPP_H

#include "lang/c/c.h"

enum { F_SCOPE = C_FIELDS, F_FIELD };

enum {
    S_QUALIFIED_IDENTIFIER = C_SYMBOLS,
    S_OPERATOR_NAME,
    S_OPERATOR_CAST,
    S_DESTRUCTOR_NAME,
    S_TEMPLATE_FUNCTION,
    S_TEMPLATE_METHOD,
    S_TEMPLATE_TYPE,
    S_REFERENCE_DECLARATOR,
    S_STRUCTURED_BINDING,
    S_TEMPLATE_DECLARATION,
    S_FRIEND_DECLARATION,
    S_FIELD_INITIALIZER_LIST,
    S_PURE_VIRTUAL_CLAUSE,
    S_NUMBER_LITERAL,
    S_CLASS_SPECIFIER,
    S_NESTED_NAMESPACE,
    S_PARAMETER_DECLARATION,
    S_LINKAGE_SPECIFICATION,
    S_CATCH_CLAUSE,
    S_NAMESPACE_DEFINITION,
};

typedef struct Declared { // what a declarator declares
    TSNode name;          // null when there is no name
    uint32_t scope;       // where its qualified name starts, or that of `name`
    bool is_function, is_pointer;
} Declared;
Declared cpp_declared(const Extract *x, TSNode declarator);
extern const NameRule cpp_name_rules[]; // cpp/names.c

// LangSpec.mask: hides macros that the grammar would take for names (mask.c).
Str cpp_mask(Arena *arena, Str text);

// HOOK ERROR: classes and namespaces that the grammar lost (loose.c).
RuleHook cpp_error;

// For a class without a body: when an #if stands between its head and its brace, takes the body
// from the text. False when there is none.
bool cpp_loose_body(Extract *x, DefDraft *draft);

#endif
