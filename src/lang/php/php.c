// lang/php/php.c - PHP, with the text around it.
#include "lang/spec.h"

const TSLanguage *tree_sitter_php(void);

enum { PATH_MAX_BYTES = 200 };

enum { F_NAME, F_ATTRIBUTES, F_ALIAS, F_BODY, F_FUNCTION, F_ARGUMENTS, F_RIGHT };
static const char *const fields[] = {"name",     "attributes", "alias", "body",
                                     "function", "arguments",  "right", NULL};

enum {
    S_NAME,
    S_QUALIFIED_NAME,
    S_RELATIVE_NAME,
    S_NAMESPACE_NAME,
    S_USE_CLAUSE,
    S_CONST_ELEMENT,
    S_PROPERTY_ELEMENT,
    S_ARGUMENT,
    S_STRING,
    S_ENCAPSED_STRING,
    S_BINARY_EXPRESSION,
    S_PARENTHESIZED_EXPRESSION,
    S_CONST_DECLARATION,
    S_VARIABLE_NAME,
    S_ANONYMOUS_CLASS,
};
static const char *const symbols[] = {"name",
                                      "qualified_name",
                                      "relative_name",
                                      "namespace_name",
                                      "namespace_use_clause",
                                      "const_element",
                                      "property_element",
                                      "argument",
                                      "string",
                                      "encapsed_string",
                                      "binary_expression",
                                      "parenthesized_expression",
                                      "const_declaration",
                                      "variable_name",
                                      "anonymous_class",
                                      NULL};

// --- definitions

static uint32_t behind_attributes(const Extract *x, TSNode node)
{
    TSNode attributes = extract_child(x, node, F_ATTRIBUTES);
    return ts_node_is_null(attributes) ? ts_node_start_byte(node) : ts_node_end_byte(attributes);
}

static bool define(Extract *x, TSNode node, DefDraft *draft)
{
    draft->signature.start = behind_attributes(x, node);
    return true;
}

// const A = 1, B = 2; and public int $a = 1, $b;
static bool define_members(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    bool is_const = extract_is(x, node, S_CONST_DECLARATION);
    DefDraft model = extract_draft(x, is_const ? DEF_CONSTANT : DEF_FIELD, node, (TSNode){0});
    define(x, node, &model);
    extract_declarators(x, model, node, is_const ? S_CONST_ELEMENT : S_PROPERTY_ELEMENT);
    return true;
}

// __construct(private int $a): the parameter is a field.
static bool define_promoted(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = extract_child(x, node, F_NAME);
    while (ts_node_named_child_count(name)) name = ts_node_named_child(name, 0);
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
    return define(x, node, draft);
}

// --- calls

static Span string_content(const Extract *x, TSNode node)
{
    bool is_string = extract_is(x, node, S_STRING) || extract_is(x, node, S_ENCAPSED_STRING);
    Span span = extract_span(node);
    if (!is_string || span.end - span.start < 3) return (Span){0};
    return (Span){span.start + 1, span.end - 1};
}

// define('NAME', 1)
static void define_constant(Extract *x, TSNode node)
{
    TSNode arguments = extract_child(x, node, F_ARGUMENTS);
    TSNode argument = ts_node_named_child(arguments, 0);
    DefDraft own = extract_draft(x, DEF_CONSTANT, node, (TSNode){0});
    own.def.name_span = string_content(x, ts_node_named_child(argument, 0));
    own.def.name = extract_text(x, own.def.name_span);
    if (ts_node_named_child_count(arguments) > 1)
        extract_cut_value(&own, ts_node_named_child(arguments, 1));
    if (own.def.name.len) extract_def(x, &own);
}

// The name of a call is `name` or the last part of a\b\name.
static void name_call(Extract *x, TSNode callee)
{
    Call *call = extract_open_call(x);
    TSNode name = callee;
    if (!extract_is(x, callee, S_NAME))
        name = ts_node_named_child(callee, ts_node_named_child_count(callee) - 1);
    call->callee = extract_fold(x, extract_span(callee), PATH_MAX_BYTES);
    call->name_span = extract_span(name);
    call->name = extract_text(x, call->name_span);
    if (!extract_is(x, callee, S_VARIABLE_NAME)) extract_receiver(x, ts_node_start_byte(callee));
}

static bool is_path(const Extract *x, TSNode node)
{
    return extract_is(x, node, S_QUALIFIED_NAME) || extract_is(x, node, S_RELATIVE_NAME);
}

static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode function = extract_child(x, node, F_FUNCTION);
    if (is_path(x, function) || extract_is(x, function, S_VARIABLE_NAME)) name_call(x, function);
    if (str_eq(extract_open_call(x)->callee, STR("define"))) define_constant(x, node);
    return true;
}

// $a->name(), $a?->name(), A::name(): the engine has found the name.
static bool find_member_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    extract_receiver(x, ts_node_start_byte(node));
    return true;
}

// new A\B(...): the grammar has no field for the class.
static bool find_created(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode type = ts_node_named_child(node, 0);
    Call *call = extract_open_call(x);
    if (extract_is(x, type, S_ANONYMOUS_CLASS)) call->full.end = call->full.start;
    if (extract_is(x, type, S_NAME) || is_path(x, type)) name_call(x, type);
    return true;
}

// --- imports

// use A\B\C as D; `prefix` is that of a group.
static void add_use(Extract *x, TSNode statement, Str prefix, TSNode clause)
{
    TSNode alias = extract_child(x, clause, F_ALIAS), path = {0};
    ExtractChildren each = extract_children(clause);
    while (extract_each(&each)) // an alias comes behind
        if (ts_node_is_null(path) && (extract_is(x, each.node, S_NAME) || is_path(x, each.node)))
            path = each.node;
    if (ts_node_is_null(path)) return;
    Span span = extract_span(path);
    Str text = extract_text(x, span);
    if (str_starts(text, STR("\\"))) text = str_sub(text, 1, text.len), span.start++;
    size_t slash = str_find_last(text, '\\');
    Import row = {.full = extract_span(statement), .name_span = span, .module = prefix};
    if (slash < text.len) {
        row.module = str_join(x->cx->arena, prefix, STR("\\"), str_sub(text, 0, slash));
        row.name_span.start += (uint32_t)slash + 1;
    }
    row.name = extract_text(x, row.name_span);
    if (!row.module.len) row.module = row.name, row.name = STR_NONE; // use Closure;
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, extract_span(alias));
    extract_import(x, &row);
}

static bool find_uses(Extract *x, TSNode statement, DefDraft *draft)
{
    (void)draft;
    Str prefix = STR_NONE;
    TSNode group = extract_child(x, statement, F_BODY);
    ExtractChildren each = extract_children(statement);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, S_NAMESPACE_NAME))
            prefix = extract_fold(x, extract_span(each.node), PATH_MAX_BYTES);
        if (extract_is(x, each.node, S_USE_CLAUSE)) add_use(x, statement, prefix, each.node);
    }
    if (ts_node_is_null(group)) return true;
    each = extract_children(group);
    while (extract_each(&each))
        if (extract_is(x, each.node, S_USE_CLAUSE)) add_use(x, statement, prefix, each.node);
    return true;
}

// require 'a.php'; require_once __DIR__ . '/a.php'; include $x; is no import of a known file.
static bool find_include(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode path = ts_node_named_child(node, 0);
    if (extract_is(x, path, S_PARENTHESIZED_EXPRESSION)) path = ts_node_named_child(path, 0);
    if (extract_is(x, path, S_BINARY_EXPRESSION)) path = extract_child(x, path, F_RIGHT);
    Import row = {.full = extract_span(node), .name_span = string_content(x, path)};
    row.module = extract_text(x, row.name_span);
    if (row.module.len) extract_import(x, &row);
    return true;
}

static const Rule rules[] = {
    {"namespace_definition", RULE_DEF, DEF_MODULE, .name = "name", .body = "body"},
    {"class_declaration", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define},
    {"interface_declaration", RULE_DEF, DEF_INTERFACE, .name = "name", .body = "body",
     .hook = define},
    {"trait_declaration", RULE_DEF, DEF_TRAIT, .name = "name", .body = "body", .hook = define},
    {"enum_declaration", RULE_DEF, DEF_ENUM, .name = "name", .body = "body", .hook = define},
    {"enum_case", RULE_DEF, DEF_ENUM_MEMBER, .name = "name", .hook = define},
    {"method_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .type = "return_type", .hook = define},
    {"function_definition", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .type = "return_type", .hook = define},
    {"property_promotion_parameter", RULE_DEF, DEF_FIELD, .name = "name", .type = "type",
     .hook = define_promoted},
    {"const_declaration", RULE_HOOK, .type = "type", .hook = define_members},
    {"property_declaration", RULE_HOOK, .type = "type", .hook = define_members},

    {"function_call_expression", RULE_CALL, .name = "function", .hook = find_call},
    {"member_call_expression", RULE_CALL, .name = "name", .hook = find_member_call},
    {"nullsafe_member_call_expression", RULE_CALL, .name = "name", .hook = find_member_call},
    {"scoped_call_expression", RULE_CALL, .name = "name", .hook = find_member_call},
    {"object_creation_expression", RULE_CALL, .hook = find_created},
    {"arguments", .kind = RULE_ARGS},
    {"argument", RULE_KEYWORD, .name = "name"},
    {"variadic_unpacking", .kind = RULE_SPREAD},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"namespace_use_declaration", RULE_IMPORT, .hook = find_uses},
    {"include_expression", RULE_IMPORT, .hook = find_include},
    {"include_once_expression", RULE_IMPORT, .hook = find_include},
    {"require_expression", RULE_IMPORT, .hook = find_include},
    {"require_once_expression", RULE_IMPORT, .hook = find_include},

    {"comment", .kind = RULE_COMMENT},
    {"text", .kind = RULE_STRING}, // outside <?php ... ?>
    {"string", .kind = RULE_STRING},
    {"encapsed_string", .kind = RULE_STRING},
    {"heredoc", .kind = RULE_STRING},
    {"nowdoc", .kind = RULE_STRING},
    {"shell_command_expression", .kind = RULE_STRING},
    {"variable_name", .kind = RULE_CODE},
    {"member_access_expression", .kind = RULE_CODE},
    {"subscript_expression", .kind = RULE_CODE},

    {"attribute", .kind = RULE_ANNOTATION},
    {"simple_parameter", RULE_NONE, .type = "type"},
    {"variadic_parameter", RULE_NONE, .type = "type"},
    {"catch_clause", RULE_NONE, .type = "type"},
    {"anonymous_function", RULE_NONE, .type = "return_type"},
    {"arrow_function", RULE_NONE, .type = "return_type"},
    {0},
};

static const char *const extensions[] = {"php", "phtml", "php8", "inc", NULL};
static const char *const interpreters[] = {"php", NULL};
static const char *const doc_markers[] = {"/**", NULL};

const LangSpec lang_php_spec = {
    .name = "php",
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_php,
    .sigil = "µ",
    .opening = "<?php ",
    .any_case = true,
    .separator = "::",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
