// lang/c/c.h - what C and C++ share: the C++ grammar extends the one of C, so node types, fields
// and these hooks are the same. A spec that uses the hooks begins its `fields` and `symbols` with
// C_FIELD_NAMES and C_SYMBOL_NAMES.
#ifndef CQ_LANG_C_C_H
#define CQ_LANG_C_C_H

#include "lang/naming.h"

enum {
    C_DECLARATOR,
    C_TYPE,
    C_NAME,
    C_BODY,
    C_VALUE,
    C_PATH,
    C_ARGUMENT,
    C_PARAMETERS,
    C_FUNCTION,
    C_LEFT,
    C_RIGHT,
    C_FIELDS
};
#define C_FIELD_NAMES                                                                              \
    "declarator", "type", "name", "body", "value", "path", "argument", "parameters", "function",   \
        "left", "right"

enum {
    C_IDENTIFIER,
    C_FIELD_IDENTIFIER,
    C_TYPE_IDENTIFIER,
    C_POINTER_DECLARATOR,
    C_FUNCTION_DECLARATOR,
    C_ARRAY_DECLARATOR,
    C_INIT_DECLARATOR,
    C_PARENTHESIZED_DECLARATOR,
    C_ATTRIBUTED_DECLARATOR,
    C_STORAGE_CLASS_SPECIFIER,
    C_TYPE_QUALIFIER,
    C_PRIMITIVE_TYPE,
    C_SIZED_TYPE_SPECIFIER,
    C_STRUCT_SPECIFIER,
    C_UNION_SPECIFIER,
    C_ENUM_SPECIFIER,
    C_ATTRIBUTE_SPECIFIER,
    C_TYPE_DEFINITION,
    C_FIELD_DECLARATION,
    C_CALL_EXPRESSION,
    C_COMPOUND_STATEMENT,
    C_FUNCTION_DEFINITION,
    C_PREPROC_DIRECTIVE,
    C_STRING_LITERAL,
    C_SYSTEM_LIB_STRING,
    C_PARENTHESIZED_EXPRESSION,
    C_DECLARATION,
    C_INITIALIZER_LIST,
    C_FIELD_DESIGNATOR,
    C_COMPOUND_LITERAL,
    C_SYMBOLS
};
#define C_SYMBOL_NAMES                                                                             \
    "identifier", "field_identifier", "type_identifier", "pointer_declarator",                     \
        "function_declarator", "array_declarator", "init_declarator", "parenthesized_declarator",  \
        "attributed_declarator", "storage_class_specifier", "type_qualifier", "primitive_type",    \
        "sized_type_specifier", "struct_specifier", "union_specifier", "enum_specifier",           \
        "attribute_specifier", "type_definition", "field_declaration", "call_expression",          \
        "compound_statement", "function_definition", "preproc_directive", "string_literal",        \
        "system_lib_string", "parenthesized_expression", "declaration", "initializer_list",        \
        "field_designator", "compound_literal_expression"

typedef struct CDeclared { // what a declarator declares
    Span name;             // empty when there is none
    bool is_function;      // int f(int); not int (*f)(int)
    bool is_pointer;
    bool is_callable; // f(...) is meant somewhere: a function, or a pointer to one
} CDeclared;
CDeclared c_declared(const Extract *x, TSNode declarator);

bool c_function(Extract *x, TSNode node, DefDraft *draft); // DEF function_definition
bool c_tag(Extract *x, TSNode node, DefDraft *draft);      // DEF struct, union, enum_specifier
bool c_declaration(Extract *x, TSNode node,
                   DefDraft *draft);                        // HOOK declaration, field_declaration,
                                                            //      type_definition
bool c_statement(Extract *x, TSNode node, DefDraft *draft); // HOOK expression_statement
bool c_block(Extract *x, TSNode node, DefDraft *draft);     // HOOK compound_statement
bool c_error(Extract *x, TSNode node, DefDraft *draft);     // HOOK ERROR
bool c_call(Extract *x, TSNode node, DefDraft *draft);      // CALL call_expression
bool c_include(Extract *x, TSNode node, DefDraft *draft);   // IMPORT preproc_include
bool c_directive(Extract *x, TSNode node, DefDraft *draft); // HOOK preproc_call
bool c_macro(Extract *x, TSNode node, DefDraft *draft);     // HOOK preproc_def, ..._function_def

// Calls, strings and comments in text that no grammar reads: the body of a macro (c/macro.c).
void c_lex(Extract *x, Span text);
void c_define(Extract *x, uint32_t start); // the #define whose "#" is at `start`
bool c_is_keyword(Str name);               // a word that names nothing, also "int" and "void"

// Where the directive at `start` ends, its name, and where its body begins.
typedef struct CMacro {
    Span full, name;
    uint32_t parameters, body; // equal: it has no parameters
} CMacro;
CMacro c_macro_at(Str text, uint32_t start);
// NameEnter of preproc_def and preproc_function_def: what the body uses (c/macro_names.c).
bool c_macro_names(Naming *n, TSNode node);
void c_masked_names(Naming *n);       // what is hidden by LangSpec.mask uses
extern const NameRule c_name_rules[]; // c/names.c

// A function head as text, for where the grammar lost it (c/head.c).
typedef struct CHead {
    Span name;
    uint32_t start; // of the first line of the head
} CHead;
// The head that ends before the opening brace at `brace`; its first line must not be indented.
bool c_head_before(Str text, uint32_t brace, CHead *out);
// The end of the body that opens there: the first line that begins with "}", at most `limit`.
uint32_t c_body_end(Str text, uint32_t brace, uint32_t limit);
// The name right before the parameter list at `params`; empty when there is none.
Span c_name_before(Str text, uint32_t params);
// LangSpec.mask: hides attribute macros that the grammar would take for names (c/mask.c).
Str c_mask(Arena *arena, Str text);
Str c_mask_branches(Arena *arena, Str text); // directives within statements (c/mask_branch.c)

#endif
