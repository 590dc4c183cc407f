// lang/rust/rust.h - shared by the two files of Rust.
#ifndef CQ_LANG_RUST_RUST_H
#define CQ_LANG_RUST_RUST_H

#include "lang/naming.h"

enum { // LangSpec.fields
    RUST_FIELD_NAME,
    RUST_FIELD_BODY,
    RUST_FIELD_TYPE,
    RUST_FIELD_VALUE,
    RUST_FIELD_ALIAS,
    RUST_FIELD_PATH,
    RUST_FIELD_TRAIT,
    RUST_FIELD_LIST,
    RUST_FIELD_ARGUMENT,
    RUST_FIELD_PATTERN,
    RUST_FIELD_RETURN_TYPE,
    RUST_FIELD_FUNCTION,
    RUST_FIELD_BOUNDS,
    RUST_FIELD_LEFT,
    RUST_FIELD_FIELD,
    RUST_FIELD_MACRO,
    RUST_FIELD_ARGUMENTS,
};

enum { // LangSpec.symbols
    RUST_IDENTIFIER,
    RUST_PRIMITIVE_TYPE,
    RUST_STRING_LITERAL,
    RUST_TOKEN_TREE,
    RUST_GENERIC_TYPE,
    RUST_SCOPED_TYPE_IDENTIFIER,
    RUST_REFERENCE_TYPE,
    RUST_POINTER_TYPE,
    RUST_DYNAMIC_TYPE,
    RUST_ORDERED_FIELDS,
    RUST_SCOPED_USE_LIST,
    RUST_USE_LIST,
    RUST_USE_AS_CLAUSE,
    RUST_USE_WILDCARD,
    RUST_SCOPED_IDENTIFIER,
    RUST_SELF,
    RUST_STRUCT_PATTERN,
    RUST_TUPLE_STRUCT_PATTERN,
    RUST_FIELD_PATTERN_NODE,
    RUST_MATCH_PATTERN,
    RUST_REF_PATTERN,
    RUST_MUT_PATTERN,
    RUST_REFERENCE_PATTERN,
    RUST_CAPTURED_PATTERN,
    RUST_TUPLE_PATTERN,
    RUST_SLICE_PATTERN,
    RUST_OR_PATTERN,
    RUST_SHORTHAND_FIELD,
    RUST_VISIBILITY,
    RUST_PARAMETER,
    RUST_STRUCT_EXPRESSION,
    RUST_STATIC_ITEM,
};

// The hook for token_tree: macro arguments and macro_rules bodies (tokens.c).
RuleHook rust_token_tree;
// Whether the first token behind attributes and comments begins an item.
bool rust_looks_like_items(Extract *x, TSNode tree);
// The node that names a type: P of `&'a inner::P<T>`. The type itself when it has no one name.
TSNode rust_type_name(const Extract *x, TSNode type);

extern const NameRule rust_name_rules[]; // names.c
// What the text of a token tree uses (scan.c).
void rust_scan_tokens(Naming *n, Span span);

#endif
