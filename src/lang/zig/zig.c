// lang/zig/zig.c - Zig. Types are values: `const A = struct { ... };` defines one.
#include "lang/spec.h"

const TSLanguage *tree_sitter_zig(void);

enum {
    S_IDENTIFIER,
    S_STRUCT,
    S_ENUM,
    S_UNION,
    S_OPAQUE,
    S_ERROR_SET,
    S_STRING,
    S_BUILTIN_IDENTIFIER,
    S_ARGUMENTS,
};
static const char *const symbols[] = {"identifier",
                                      "struct_declaration",
                                      "enum_declaration",
                                      "union_declaration",
                                      "opaque_declaration",
                                      "error_set_declaration",
                                      "string",
                                      "builtin_identifier",
                                      "arguments",
                                      NULL};

// --- definitions

static Span string_content(TSNode node)
{
    Span span = extract_span(node);
    return span.end - span.start < 3 ? (Span){0} : (Span){span.start + 1, span.end - 1};
}

// error{ A, B }
static void define_errors(Extract *x, TSNode set)
{
    ExtractChildren each = extract_children(set);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_IDENTIFIER)) continue;
        DefDraft own = extract_draft(x, DEF_ENUM_MEMBER, each.node, each.node);
        extract_def(x, &own);
    }
}

static DefKind kind_of(const Extract *x, TSNode value, DefKind other)
{
    switch (extract_symbol(x, value)) {
    case S_STRUCT: return DEF_STRUCT;
    case S_OPAQUE: return DEF_STRUCT;
    case S_UNION: return DEF_UNION;
    case S_ENUM: return DEF_ENUM;
    case S_ERROR_SET: return DEF_ENUM;
    default: return other;
    }
}

// const and var; in functions only those that are types.
static bool define_variable(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = {0}, value = {0};
    bool is_const = false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        is_const |= strcmp(ts_node_type(each.node), "const") == 0;
        if (ts_node_is_null(name) && extract_is(x, each.node, S_IDENTIFIER)) name = each.node;
        else if (ts_node_is_named(each.node)) value = each.node;
    }
    if (ts_node_is_null(name)) return false;
    DefKind kind = kind_of(x, value, is_const ? DEF_CONSTANT : DEF_VARIABLE);
    bool is_type = kind != DEF_CONSTANT && kind != DEF_VARIABLE;
    if (x->scope.in_function && !is_type) return false;
    draft->def.kind = kind;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
    if (!is_type) {
        extract_cut_value(draft, value);
    } else { // the signature ends before the brace
        Str text = extract_text(x, extract_span(value));
        draft->signature.end = ts_node_start_byte(value) + (uint32_t)str_find(text, '{');
    }
    if (extract_is(x, value, S_ERROR_SET)) define_errors(x, value);
    return true;
}

static bool define_field(Extract *x, TSNode node, DefDraft *draft)
{
    (void)node;
    if (x->scope.kind == DEF_ENUM) draft->def.kind = DEF_ENUM_MEMBER;
    return true;
}

// test "name" { ... }, test name { ... }
static bool define_test(Extract *x, TSNode node, DefDraft *draft)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        bool is_string = extract_is(x, each.node, S_STRING);
        if (draft->def.name.len || (!is_string && !extract_is(x, each.node, S_IDENTIFIER)))
            continue;
        draft->def.name_span = is_string ? string_content(each.node) : extract_span(each.node);
        draft->def.name = extract_text(x, draft->def.name_span);
        draft->signature.end = ts_node_end_byte(each.node);
    }
    return true;
}

// --- calls

// The arguments stand in the call itself, behind the callee.
static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    uint32_t count = 0;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        count += ts_node_is_named(each.node) && extract_rule(x, each.node) != RULE_COMMENT;
    call->arg_count = count ? count - 1 : 0;
    return true;
}

static TSNode child_of(const Extract *x, TSNode node, unsigned symbol)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(x, each.node, symbol)) found = each.node;
    return found;
}

// @memcpy(a, b); @import("x") imports.
static bool find_builtin(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    extract_callee(x, node, child_of(x, node, S_BUILTIN_IDENTIFIER), call);
    bool import = str_eq(call->name, STR("@import")) || str_eq(call->name, STR("@cImport"));
    TSNode arguments = child_of(x, node, S_ARGUMENTS);
    if (!import || ts_node_is_null(arguments)) return true;
    TSNode path = ts_node_named_child(arguments, 0);
    if (!extract_is(x, path, S_STRING)) return true;
    Import row = {.full = extract_span(node), .name_span = string_content(path)};
    row.module = extract_text(x, row.name_span);
    if (row.module.len) extract_import(x, &row);
    x->scope.in_import = true;
    call->full.end = call->full.start; // imports, calls nothing
    return true;
}

// --- comments

// `//!` documents what it stands in, not what follows.
static bool find_comment(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Span span = extract_span(node);
    if (!str_starts(extract_text(x, span), STR("//!"))) return true;
    extract_text_span(x, (TextSpan){.kind = SPAN_DOCSTRING, .span = span});
    return false;
}

static const Rule rules[] = {
    {"variable_declaration", RULE_DEF, DEF_CONSTANT, .type = "type", .hook = define_variable},
    {"function_declaration", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .type = "type"},
    {"container_field", RULE_DEF, DEF_FIELD, .name = "name", .type = "type", .hook = define_field},
    {"test_declaration", RULE_DEF, DEF_FUNCTION, .hook = define_test},

    {"call_expression", RULE_CALL, .name = "function", .hook = find_call},
    {"builtin_function", RULE_CALL, .hook = find_builtin},
    {"arguments", .kind = RULE_ARGS},
    {"field_expression", RULE_MEMBER, .name = "member"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"comment", RULE_COMMENT, .hook = find_comment},
    {"string", .kind = RULE_STRING},
    {"multiline_string", .kind = RULE_STRING},
    {"character", .kind = RULE_STRING},

    {"parameter", RULE_NONE, .type = "type"},
    {0},
};

static const char *const extensions[] = {"zig", "zon", NULL};
static const char *const doc_markers[] = {"///", "//!", NULL};

const LangSpec lang_zig_spec = {
    .name = "zig",
    .extensions = extensions,
    .grammar = tree_sitter_zig,
    .sigil = "cq_0_",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .symbols = symbols,
};
