// lang/rust/rust.c - Rust. Inside macro arguments there is no syntax, only tokens: see tokens.h.
#include "lang/rust/rust.h"

const TSLanguage *tree_sitter_rust(void);

enum { USE_MAX_DEPTH = 64, PATH_MAX_BYTES = 200 };

static const char *const aliases[] = {"rs", NULL};
static const char *const extensions[] = {"rs", NULL};
static const char *const doc_markers[] = {"///", "//!", "/**", "/*!", NULL};

static const char *const fields[] = {[RUST_FIELD_NAME] = "name",
                                     [RUST_FIELD_BODY] = "body",
                                     [RUST_FIELD_TYPE] = "type",
                                     [RUST_FIELD_VALUE] = "value",
                                     [RUST_FIELD_ALIAS] = "alias",
                                     [RUST_FIELD_PATH] = "path",
                                     [RUST_FIELD_TRAIT] = "trait",
                                     [RUST_FIELD_LIST] = "list",
                                     [RUST_FIELD_ARGUMENT] = "argument",
                                     [RUST_FIELD_PATTERN] = "pattern",
                                     [RUST_FIELD_RETURN_TYPE] = "return_type",
                                     [RUST_FIELD_FUNCTION] = "function",
                                     [RUST_FIELD_BOUNDS] = "bounds",
                                     [RUST_FIELD_LEFT] = "left",
                                     [RUST_FIELD_FIELD] = "field",
                                     [RUST_FIELD_MACRO] = "macro",
                                     [RUST_FIELD_ARGUMENTS] = "arguments",
                                     NULL};

static const char *const symbols[] = {[RUST_IDENTIFIER] = "identifier",
                                      [RUST_PRIMITIVE_TYPE] = "primitive_type",
                                      [RUST_STRING_LITERAL] = "string_literal",
                                      [RUST_TOKEN_TREE] = "token_tree",
                                      [RUST_GENERIC_TYPE] = "generic_type",
                                      [RUST_SCOPED_TYPE_IDENTIFIER] = "scoped_type_identifier",
                                      [RUST_REFERENCE_TYPE] = "reference_type",
                                      [RUST_POINTER_TYPE] = "pointer_type",
                                      [RUST_DYNAMIC_TYPE] = "dynamic_type",
                                      [RUST_ORDERED_FIELDS] = "ordered_field_declaration_list",
                                      [RUST_SCOPED_USE_LIST] = "scoped_use_list",
                                      [RUST_USE_LIST] = "use_list",
                                      [RUST_USE_AS_CLAUSE] = "use_as_clause",
                                      [RUST_USE_WILDCARD] = "use_wildcard",
                                      [RUST_SCOPED_IDENTIFIER] = "scoped_identifier",
                                      [RUST_SELF] = "self",
                                      [RUST_STRUCT_PATTERN] = "struct_pattern",
                                      [RUST_TUPLE_STRUCT_PATTERN] = "tuple_struct_pattern",
                                      [RUST_FIELD_PATTERN_NODE] = "field_pattern",
                                      [RUST_MATCH_PATTERN] = "match_pattern",
                                      [RUST_REF_PATTERN] = "ref_pattern",
                                      [RUST_MUT_PATTERN] = "mut_pattern",
                                      [RUST_REFERENCE_PATTERN] = "reference_pattern",
                                      [RUST_CAPTURED_PATTERN] = "captured_pattern",
                                      [RUST_TUPLE_PATTERN] = "tuple_pattern",
                                      [RUST_SLICE_PATTERN] = "slice_pattern",
                                      [RUST_OR_PATTERN] = "or_pattern",
                                      [RUST_SHORTHAND_FIELD] = "shorthand_field_identifier",
                                      [RUST_VISIBILITY] = "visibility_modifier",
                                      [RUST_PARAMETER] = "parameter",
                                      [RUST_STRUCT_EXPRESSION] = "struct_expression",
                                      [RUST_STATIC_ITEM] = "static_item",
                                      NULL};

// --- definitions

static bool declared(Extract *x, TSNode node, DefDraft *draft)
{
    (void)x, (void)node;
    draft->def.declaration = true;
    return true;
}

static bool module(Extract *x, TSNode node, DefDraft *draft)
{
    draft->def.declaration = ts_node_is_null(extract_child(x, node, RUST_FIELD_BODY));
    return true;
}

static bool with_value(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode value = extract_child(x, node, RUST_FIELD_VALUE);
    if (!ts_node_is_null(value)) extract_cut_value(draft, value);
    return true;
}

// The fields of `struct Pair(u32, String);` are part of its signature.
static bool with_fields(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode body = extract_child(x, node, RUST_FIELD_BODY);
    if (!ts_node_is_null(body) && extract_is(x, body, RUST_ORDERED_FIELDS))
        draft->signature.end = ts_node_end_byte(node);
    return true;
}

static bool macro(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = extract_child(x, node, RUST_FIELD_NAME);
    if (ts_node_is_null(name)) return false;
    draft->signature = (Span){ts_node_start_byte(node), ts_node_end_byte(name)};
    return true;
}

TSNode rust_type_name(const Extract *x, TSNode type)
{
    for (;;) {
        TSNode inner = {0};
        if (extract_is(x, type, RUST_GENERIC_TYPE) || extract_is(x, type, RUST_REFERENCE_TYPE) ||
            extract_is(x, type, RUST_POINTER_TYPE))
            inner = extract_child(x, type, RUST_FIELD_TYPE);
        else if (extract_is(x, type, RUST_SCOPED_TYPE_IDENTIFIER))
            inner = extract_child(x, type, RUST_FIELD_NAME);
        else if (extract_is(x, type, RUST_DYNAMIC_TYPE))
            inner = extract_child(x, type, RUST_FIELD_TRAIT);
        if (ts_node_is_null(inner)) return type;
        type = inner;
    }
}

static bool implementation(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode type = extract_child(x, node, RUST_FIELD_TYPE);
    if (ts_node_is_null(type)) return false;
    draft->def.name_span = extract_span(rust_type_name(x, type));
    draft->def.name = extract_fold(x, draft->def.name_span, 80);
    return true;
}

// --- imports

typedef struct UseTree {
    Extract *x;
    Span full; // of the statement
    int depth;
} UseTree;

static void add_use(UseTree *tree, Str prefix, TSNode path, TSNode alias)
{
    Extract *x = tree->x;
    Import row = {.full = tree->full, .module = prefix, .name_span = extract_span(path)};
    if (extract_is(x, path, RUST_SCOPED_IDENTIFIER)) {
        TSNode head = extract_child(x, path, RUST_FIELD_PATH);
        Str module = STR_NONE;
        if (!ts_node_is_null(head)) module = extract_fold(x, extract_span(head), PATH_MAX_BYTES);
        row.module = str_join(x->cx->arena, prefix, STR("::"), module);
        row.name_span = extract_span(extract_child(x, path, RUST_FIELD_NAME));
    }
    Str name = extract_text(x, row.name_span);
    if (!row.module.len) row.module = name;   // use fmt;
    else if (!extract_is(x, path, RUST_SELF)) // use std::io::{self}: the module
        row.name = name;
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, extract_span(alias));
    extract_import(x, &row);
}

static void add_glob(UseTree *tree, Str prefix, TSNode node)
{
    Extract *x = tree->x;
    Span span = extract_span(node); // a::b::*
    Str path = str_trim(extract_text(x, (Span){span.start, span.end - 1}));
    if (str_ends(path, STR("::"))) path = str_trim(str_sub(path, 0, path.len - 2));
    extract_import(x, &(Import){.full = tree->full,
                                .name_span = {span.end - 1, span.end},
                                .module = str_join(x->cx->arena, prefix, STR("::"), path),
                                .name = STR("*")});
}

// One row for each leaf in `node`; `prefix` is the path that leads to it.
static void add_uses(UseTree *tree, Str prefix, TSNode node)
{
    Extract *x = tree->x;
    bool is_scoped = extract_is(x, node, RUST_SCOPED_USE_LIST);
    TSNode path = {0};
    if (is_scoped || extract_is(x, node, RUST_USE_AS_CLAUSE))
        path = extract_child(x, node, RUST_FIELD_PATH);
    if (is_scoped && !ts_node_is_null(path))
        prefix = str_join(x->cx->arena, prefix, STR("::"),
                          extract_fold(x, extract_span(path), PATH_MAX_BYTES));
    if (is_scoped) node = extract_child(x, node, RUST_FIELD_LIST);

    if (extract_is(x, node, RUST_USE_LIST)) {
        if (++tree->depth <= USE_MAX_DEPTH) {
            ExtractChildren each = extract_children(node);
            while (extract_each(&each)) add_uses(tree, prefix, each.node);
        }
        tree->depth--;
    } else if (extract_is(x, node, RUST_USE_WILDCARD)) {
        add_glob(tree, prefix, node);
    } else if (!ts_node_is_null(path)) {
        add_use(tree, prefix, path, extract_child(x, node, RUST_FIELD_ALIAS));
    } else if (ts_node_is_named(node) && extract_rule(x, node) != RULE_COMMENT) {
        add_use(tree, prefix, node, (TSNode){0});
    }
}

static bool use(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    UseTree tree = {.x = x, .full = extract_span(node)};
    TSNode argument = extract_child(x, node, RUST_FIELD_ARGUMENT);
    if (!ts_node_is_null(argument)) add_uses(&tree, STR_NONE, argument);
    return true; // for comments in it
}

static bool extern_crate(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode name = extract_child(x, node, RUST_FIELD_NAME);
    if (ts_node_is_null(name)) return true;
    TSNode alias = extract_child(x, node, RUST_FIELD_ALIAS);
    Import row = {.full = extract_span(node), .name_span = extract_span(name)};
    row.module = extract_text(x, row.name_span);
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, extract_span(alias));
    extract_import(x, &row);
    return true;
}

// --- comments

// `//!` documents what it stands in, not what follows.
static bool comment(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Span span = extract_span(node);
    Str text = extract_text(x, span);
    if (!str_starts(text, STR("//!")) && !str_starts(text, STR("/*!"))) return true;
    span.end = span.start + (uint32_t)str_trim(text).len; // the node takes its line end with it
    extract_text_span(x, (TextSpan){.kind = SPAN_DOCSTRING, .span = span});
    return false;
}

static const Rule rules[] = {
    {"function_item", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .type = "return_type"},
    {"function_signature_item", RULE_DEF, DEF_FUNCTION, .name = "name", .type = "return_type",
     .hook = declared},
    {"struct_item", RULE_DEF, DEF_STRUCT, .name = "name", .body = "body", .hook = with_fields},
    {"union_item", RULE_DEF, DEF_UNION, .name = "name", .body = "body"},
    {"enum_item", RULE_DEF, DEF_ENUM, .name = "name", .body = "body"},
    {"enum_variant", RULE_DEF, DEF_ENUM_MEMBER, .name = "name", .body = "body",
     .hook = with_fields},
    {"field_declaration", RULE_DEF, DEF_FIELD, .name = "name", .type = "type"},
    {"trait_item", RULE_DEF, DEF_TRAIT, .name = "name", .body = "body"},
    {"impl_item", RULE_DEF, DEF_IMPL, .body = "body", .hook = implementation},
    {"mod_item", RULE_DEF, DEF_MODULE, .name = "name", .body = "body", .hook = module},
    {"type_item", RULE_DEF, DEF_TYPE, .name = "name"},
    {"associated_type", RULE_DEF, DEF_TYPE, .name = "name", .hook = declared},
    {"const_item", RULE_DEF, DEF_CONSTANT, .name = "name", .type = "type", .hook = with_value},
    {"static_item", RULE_DEF, DEF_VARIABLE, .name = "name", .type = "type", .hook = with_value},
    {"macro_definition", RULE_DEF, DEF_MACRO, .name = "name", .hook = macro},
    {"attribute_item", .kind = RULE_PREFIX},
    {"attribute", .kind = RULE_ANNOTATION},

    {"call_expression", RULE_CALL, .name = "function"},
    {"arguments", .kind = RULE_ARGS},
    {"field_expression", RULE_MEMBER, .name = "field"},
    {"scoped_identifier", RULE_MEMBER, .name = "name"},
    {"generic_function", RULE_UNWRAP, .name = "function"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},
    {"token_tree", RULE_HOOK, .hook = rust_token_tree},

    {"use_declaration", RULE_IMPORT, .hook = use},
    {"extern_crate_declaration", RULE_IMPORT, .hook = extern_crate},

    {"line_comment", RULE_COMMENT, .hook = comment},
    {"block_comment", RULE_COMMENT, .hook = comment},
    {"string_literal", .kind = RULE_STRING},
    {"raw_string_literal", .kind = RULE_STRING},
    {"char_literal", .kind = RULE_STRING},

    {"parameter", RULE_NONE, .type = "type"},
    {"let_declaration", RULE_NONE, .type = "type"},
    {"closure_expression", RULE_NONE, .type = "return_type"},
    {"const_parameter", RULE_NONE, .type = "type"},
    {"ordered_field_declaration_list", RULE_NONE, .type = "type"},
    {0},
};

const LangSpec lang_rust_spec = {
    .name = "rust",
    .aliases = aliases,
    .extensions = extensions,
    .grammar = tree_sitter_rust,
    .sigil = "µ",
    .separator = "::",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = rust_name_rules,
};
