// lang/rust/rust.h - shared by the two files of Rust.
#ifndef CQ_LANG_RUST_RUST_H
#define CQ_LANG_RUST_RUST_H

#include "lang/spec.h"

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
};

// The hook for token_tree: macro arguments and macro_rules bodies (tokens.c).
RuleHook rust_token_tree;

#endif
