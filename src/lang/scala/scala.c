// lang/scala/scala.c - Scala 2 and 3.
#include "lang/spec.h"

const TSLanguage *tree_sitter_scala(void);

enum { PATH_MAX_BYTES = 200 };

enum {
    F_NAME,
    F_PATTERN,
    F_VALUE,
    F_RETURN_TYPE,
    F_FUNCTION,
    F_OPERATOR,
    F_LEFT,
    F_PATH,
    F_ALIAS,
    F_BODY
};
static const char *const fields[] = {"name",     "pattern",  "value", "return_type",
                                     "function", "operator", "left",  "path",
                                     "alias",    "body",     NULL};

enum {
    S_IDENTIFIER,
    S_ANNOTATION,
    S_CALL_EXPRESSION,
    S_CLASS_PARAMETER,
    S_TYPE_IDENTIFIER,
    S_STABLE_TYPE_IDENTIFIER,
    S_GENERIC_TYPE,
    S_NAMESPACE_SELECTORS,
    S_NAMESPACE_WILDCARD,
    S_ARROW_RENAMED,
    S_AS_RENAMED,
    S_OPERATOR_IDENTIFIER,
    S_WITH_TEMPLATE_BODY,
};
static const char *const symbols[] = {"identifier",
                                      "annotation",
                                      "call_expression",
                                      "class_parameter",
                                      "type_identifier",
                                      "stable_type_identifier",
                                      "generic_type",
                                      "namespace_selectors",
                                      "namespace_wildcard",
                                      "arrow_renamed_identifier",
                                      "as_renamed_identifier",
                                      "operator_identifier",
                                      "with_template_body",
                                      NULL};

// --- definitions

static bool define(Extract *x, TSNode node, DefDraft *draft)
{
    draft->signature.start = extract_behind(x, node, S_ANNOTATION);
    return true;
}

// def f: Int without a body, in a trait or class.
static bool declare(Extract *x, TSNode node, DefDraft *draft)
{
    draft->def.declaration = true;
    return define(x, node, draft);
}

// val and var outside of functions; val (a, b) = ... names nothing that can be found by one name.
static bool define_value(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = extract_child(x, node, F_PATTERN);
    if (x->scope.in_function) return false;
    if (!extract_is(x, name, S_IDENTIFIER) && !extract_is(x, name, S_OPERATOR_IDENTIFIER))
        return false;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
    if (x->scope.draft < 0 || x->scope.kind == DEF_MODULE) draft->def.kind = DEF_VARIABLE;
    extract_cut_value(draft, extract_child(x, node, F_VALUE));
    return define(x, node, draft);
}

static bool declare_value(Extract *x, TSNode node, DefDraft *draft)
{
    return !x->scope.in_function && declare(x, node, draft);
}

// A given without a name is found by its type. One with members is an implementation.
static bool define_given(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode type = extract_child(x, node, F_RETURN_TYPE), body = extract_child(x, node, F_BODY);
    if (extract_is(x, body, S_WITH_TEMPLATE_BODY)) draft->def.kind = DEF_IMPL;
    if (!draft->def.name.len && !ts_node_is_null(type)) {
        draft->def.name_span = extract_span(type);
        draft->def.name = extract_fold(x, draft->def.name_span, PATH_MAX_BYTES);
    }
    return define(x, node, draft);
}

// Parameters of a case class, and those with val or var, are fields.
static bool define_parameter(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode type = extract_ancestor(x, 2);
    bool is_field = false;
    ExtractChildren each = extract_children(type);
    while (extract_each(&each)) is_field |= strcmp(ts_node_type(each.node), "case") == 0;
    each = extract_children(node);
    while (extract_each(&each))
        is_field |= strcmp(ts_node_type(each.node), "val") == 0 ||
                    strcmp(ts_node_type(each.node), "var") == 0;
    return is_field && define(x, node, draft);
}

// --- calls

// f(a)(b): the inner call is the one that has a name.
static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    bool curried = extract_is(x, extract_child(x, node, F_FUNCTION), S_CALL_EXPRESSION);
    if (curried) call->full.end = call->full.start;
    return true;
}

// new a.B[C](...)
static bool find_created(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode type = ts_node_named_child(node, 0);
    if (extract_is(x, type, S_GENERIC_TYPE)) type = ts_node_named_child(type, 0);
    TSNode name = type;
    uint32_t parts = ts_node_named_child_count(type);
    if (extract_is(x, type, S_STABLE_TYPE_IDENTIFIER) && parts)
        name = ts_node_named_child(type, parts - 1);
    bool named = extract_is(x, name, S_TYPE_IDENTIFIER);
    if (!named) {
        call->full.end = call->full.start; // new { ... }
        return true;
    }
    call->callee = extract_text(x, extract_span(type));
    call->name_span = extract_span(name);
    call->name = extract_text(x, call->name_span);
    extract_receiver(x, ts_node_start_byte(type));
    return true;
}

// a combine b
static bool find_infix(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode left = extract_child(x, node, F_LEFT), name = extract_child(x, node, F_OPERATOR);
    if (!extract_is(x, name, S_IDENTIFIER)) return true;
    Call call = {.full = extract_span(node), .name_span = extract_span(name), .arg_count = 1};
    call.name = call.callee = extract_text(x, call.name_span);
    call.receiver = extract_fold(x, extract_span(left), PATH_MAX_BYTES);
    extract_call(x, &call);
    return true;
}

// --- imports

// One of the names behind a path: C, C => D, C as D, _, *.
static void add_name(Extract *x, TSNode statement, Str path, TSNode node)
{
    TSNode name = node, alias = {0};
    if (extract_is(x, node, S_ARROW_RENAMED) || extract_is(x, node, S_AS_RENAMED)) {
        name = extract_child(x, node, F_NAME);
        alias = extract_child(x, node, F_ALIAS);
    }
    if (ts_node_is_null(name)) return;
    Import row = {.full = extract_span(statement), .module = path, .name_span = extract_span(name)};
    row.name = extract_text(x, row.name_span);
    if (extract_is(x, name, S_NAMESPACE_WILDCARD) || str_eq(row.name, STR("_")))
        row.name = STR("*");
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, extract_span(alias));
    if (!row.module.len) row.module = row.name, row.name = STR_NONE;
    extract_import(x, &row);
}

typedef struct ImportPath { // a.b.c as read so far
    Str module;             // a.b
    TSNode last;            // c
} ImportPath;

static void extend_path(Extract *x, ImportPath *path, TSNode node)
{
    if (!ts_node_is_null(path->last))
        path->module = str_join(x->cx->arena, path->module, STR("."),
                                extract_text(x, extract_span(path->last)));
    path->last = node;
}

static void end_path(Extract *x, TSNode statement, ImportPath *path)
{
    if (!ts_node_is_null(path->last)) add_name(x, statement, path->module, path->last);
    *path = (ImportPath){0};
}

// import a.b.C, d.{E, F => G}, h._
static bool find_import(Extract *x, TSNode statement, DefDraft *draft)
{
    (void)draft;
    ImportPath path = {0};
    TSFieldId path_field = extract_field_id(x, F_PATH);
    ExtractChildren each = extract_children(statement);
    while (extract_each(&each)) {
        bool is_list = extract_is(x, each.node, S_NAMESPACE_SELECTORS);
        bool is_tail = extract_is(x, each.node, S_NAMESPACE_WILDCARD) ||
                       extract_is(x, each.node, S_AS_RENAMED);
        if (each.field == path_field && ts_node_is_named(each.node)) {
            extend_path(x, &path, each.node);
        } else if (is_list) {
            extend_path(x, &path, (TSNode){0});
            ExtractChildren names = extract_children(each.node);
            while (extract_each(&names))
                if (ts_node_is_named(names.node) && extract_rule(x, names.node) != RULE_COMMENT)
                    add_name(x, statement, path.module, names.node);
        } else if (is_tail) {
            extend_path(x, &path, (TSNode){0});
            add_name(x, statement, path.module, each.node);
        } else if (strcmp(ts_node_type(each.node), ",") == 0) {
            end_path(x, statement, &path);
        }
    }
    end_path(x, statement, &path);
    return true;
}

static const Rule rules[] = {
    {"package_clause", RULE_DEF, DEF_MODULE, .name = "name", .body = "body"},
    {"package_object", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define},
    {"class_definition", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define},
    {"object_definition", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define},
    {"trait_definition", RULE_DEF, DEF_TRAIT, .name = "name", .body = "body", .hook = define},
    {"enum_definition", RULE_DEF, DEF_ENUM, .name = "name", .body = "body", .hook = define},
    {"simple_enum_case", RULE_DEF, DEF_ENUM_MEMBER, .name = "name"},
    {"full_enum_case", RULE_DEF, DEF_ENUM_MEMBER, .name = "name"},
    {"function_definition", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .type = "return_type", .hook = define},
    {"function_declaration", RULE_DEF, DEF_FUNCTION, .name = "name", .type = "return_type",
     .hook = declare},
    {"given_definition", RULE_DEF, DEF_VARIABLE, .name = "name", .body = "body",
     .hook = define_given},
    {"val_definition", RULE_DEF, DEF_FIELD, .type = "type", .hook = define_value},
    {"var_definition", RULE_DEF, DEF_FIELD, .type = "type", .hook = define_value},
    {"val_declaration", RULE_DEF, DEF_FIELD, .name = "name", .type = "type", .hook = declare_value},
    {"var_declaration", RULE_DEF, DEF_FIELD, .name = "name", .type = "type", .hook = declare_value},
    {"type_definition", RULE_DEF, DEF_TYPE, .name = "name", .hook = define},
    {"class_parameter", RULE_DEF, DEF_FIELD, .name = "name", .type = "type",
     .hook = define_parameter},
    {"block", RULE_HOOK, .hook = extract_local},
    {"indented_block", RULE_HOOK, .hook = extract_local},
    {"case_block", RULE_HOOK, .hook = extract_local},

    {"call_expression", RULE_CALL, .name = "function", .body = "arguments", .hook = find_call},
    {"instance_expression", RULE_CALL, .hook = find_created},
    {"infix_expression", RULE_HOOK, .hook = find_infix},
    {"arguments", .kind = RULE_ARGS},
    {"assignment_expression", RULE_KEYWORD, .name = "left"},
    {"field_expression", RULE_MEMBER, .name = "field"},
    {"generic_function", RULE_UNWRAP, .name = "function"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"import_declaration", RULE_IMPORT, .hook = find_import},
    {"export_declaration", RULE_IMPORT, .hook = find_import},
    {"comment", .kind = RULE_COMMENT},
    {"block_comment", .kind = RULE_COMMENT},
    {"string", .kind = RULE_STRING},
    {"interpolated_string", .kind = RULE_STRING},
    {"interpolation", .kind = RULE_CODE},
    {"character_literal", .kind = RULE_STRING},

    {"annotation", .kind = RULE_ANNOTATION},
    {"parameter", RULE_NONE, .type = "type"},
    {"binding", RULE_NONE, .type = "type"},
    {0},
};

static const char *const extensions[] = {"scala", "sbt", "sc", NULL};
static const char *const interpreters[] = {"scala", "amm", NULL};
static const char *const doc_markers[] = {"/**", NULL};

const LangSpec lang_scala_spec = {
    .name = "scala",
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_scala,
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
