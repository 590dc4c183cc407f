// lang/javascript/javascript.h - what JavaScript, TypeScript and TSX share: hooks, symbols.
//
// The rules that use the hooks are in rules.def and jsx.def; each language includes them into its
// own table, because the three grammars number their nodes differently.
// Threads, memory: as spec.h says.
#ifndef CQ_LANG_JAVASCRIPT_JAVASCRIPT_H
#define CQ_LANG_JAVASCRIPT_JAVASCRIPT_H

#include "lang/spec.h"

// X(id, name in the grammar). Each language's lists begin with these.
#define JS_FIELDS(X)                                                                               \
    X(NAME, "name")                                                                                \
    X(ALIAS, "alias")                                                                              \
    X(VALUE, "value")                                                                              \
    X(SOURCE, "source")                                                                            \
    X(DECLARATION, "declaration")                                                                  \
    X(FUNCTION, "function")                                                                        \
    X(KEY, "key")                                                                                  \
    X(LEFT, "left")                                                                                \
    X(RIGHT, "right")                                                                              \
    X(PROPERTY, "property")                                                                        \
    X(OBJECT, "object")                                                                            \
    X(INDEX, "index")                                                                              \
    X(BODY, "body")                                                                                \
    X(PARAMETER, "parameter")                                                                      \
    X(OPERATOR, "operator")                                                                        \
    X(ARGUMENTS, "arguments")

#define JS_SYMBOLS(X)                                                                              \
    X(IDENTIFIER, "identifier")                                                                    \
    X(STRING, "string")                                                                            \
    X(FUNCTION_EXPRESSION, "function_expression")                                                  \
    X(GENERATOR_FUNCTION, "generator_function")                                                    \
    X(ARROW_FUNCTION, "arrow_function")                                                            \
    X(CLASS, "class")                                                                              \
    X(OBJECT, "object")                                                                            \
    X(PAIR, "pair")                                                                                \
    X(METHOD_DEFINITION, "method_definition")                                                      \
    X(SUBSCRIPT, "subscript_expression")                                                           \
    X(SEQUENCE, "sequence_expression")                                                             \
    X(UNARY, "unary_expression")                                                                   \
    X(CALL, "call_expression")                                                                     \
    X(ASSIGNMENT, "assignment_expression")                                                         \
    X(DECLARATOR, "variable_declarator")                                                           \
    X(FOR_STATEMENT, "for_statement")                                                              \
    X(OBJECT_PATTERN, "object_pattern")                                                            \
    X(ARRAY_PATTERN, "array_pattern")                                                              \
    X(PAIR_PATTERN, "pair_pattern")                                                                \
    X(REST_PATTERN, "rest_pattern")                                                                \
    X(DEFAULT_PATTERN, "assignment_pattern")                                                       \
    X(SHORTHAND_DEFAULT_PATTERN, "object_assignment_pattern")                                      \
    X(SHORTHAND_PATTERN, "shorthand_property_identifier_pattern")                                  \
    X(NAMED_IMPORTS, "named_imports")                                                              \
    X(NAMESPACE_IMPORT, "namespace_import")                                                        \
    X(IMPORT_CLAUSE, "import_clause")                                                              \
    X(EXPORT_STATEMENT, "export_statement")                                                        \
    X(EXPORT_CLAUSE, "export_clause")                                                              \
    X(NAMESPACE_EXPORT, "namespace_export")

enum {
#define X(id, name) JS_F_##id,
    JS_FIELDS(X)
#undef X
        JS_FIELD_COUNT
};
enum {
#define X(id, name) JS_S_##id,
    JS_SYMBOLS(X)
#undef X
        JS_SYMBOL_COUNT
};
#define JS_NAME_OF(id, name) name,

// Definitions that are statements or members of classes.
RuleHook javascript_class; // declared or an expression, which may be bound to another name
RuleHook javascript_method;
RuleHook javascript_field;
// Definitions by a value: functions, classes and objects that get a name.
RuleHook javascript_declarator;
RuleHook javascript_assignment;
RuleHook javascript_pair;
RuleHook javascript_function; // an expression
RuleHook javascript_static_block;
// Other.
RuleHook javascript_call;
RuleHook javascript_import;
RuleHook javascript_export;
RuleHook javascript_decorator;
RuleHook javascript_string;
RuleHook javascript_hash_bang;
RuleHook javascript_jsx_element;
RuleHook javascript_jsx_text;

// For the hooks of TypeScript: names the draft, without the quotes of a string.
void javascript_set_name(const Extract *x, DefDraft *draft, TSNode name);

#endif
