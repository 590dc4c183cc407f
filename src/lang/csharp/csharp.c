// lang/csharp/csharp.c - C#.
#include "lang/spec.h"

const TSLanguage *tree_sitter_c_sharp(void);

enum { PATH_MAX_BYTES = 200 };

enum { F_NAME, F_TYPE, F_OPERATOR, F_VALUE, F_FUNCTION };
static const char *const fields[] = {"name", "type", "operator", "value", "function", NULL};

enum {
    S_ATTRIBUTE_LIST,
    S_PARAMETER_LIST,
    S_PARAMETER,
    S_VARIABLE_DECLARATION,
    S_VARIABLE_DECLARATOR,
    S_MODIFIER,
    S_GENERIC_NAME,
    S_CONDITIONAL,
};
static const char *const symbols[] = {"attribute_list",
                                      "parameter_list",
                                      "parameter",
                                      "variable_declaration",
                                      "variable_declarator",
                                      "modifier",
                                      "generic_name",
                                      "conditional_access_expression",
                                      NULL};

// --- definitions

static bool define(Extract *x, TSNode node, DefDraft *draft)
{
    draft->signature.start = extract_behind(x, node, S_ATTRIBUTE_LIST);
    return true;
}

// The parameters of a record are its properties.
static bool define_record(Extract *x, TSNode node, DefDraft *draft)
{
    define(x, node, draft);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_PARAMETER_LIST)) continue;
        ExtractChildren parameters = extract_children(each.node);
        while (extract_each(&parameters)) {
            if (!extract_is(x, parameters.node, S_PARAMETER)) continue;
            DefDraft own = extract_draft(x, DEF_FIELD, parameters.node,
                                         extract_child(x, parameters.node, F_NAME));
            own.signature.start = extract_behind(x, parameters.node, S_ATTRIBUTE_LIST);
            extract_def(x, &own);
        }
    }
    return true;
}

// public static Money operator +(...), implicit operator int(...), this[int i]
static bool define_operator(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = extract_child(x, node, F_OPERATOR);
    if (ts_node_is_null(name)) name = extract_child(x, node, F_TYPE);
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_fold(x, draft->def.name_span, PATH_MAX_BYTES);
    draft->def.declaration = false;
    return define(x, node, draft);
}

static bool define_indexer(Extract *x, TSNode node, DefDraft *draft)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (strcmp(ts_node_type(each.node), "this") != 0) continue;
        draft->def.name_span = extract_span(each.node);
        draft->def.name = extract_text(x, draft->def.name_span);
    }
    return define(x, node, draft);
}

// The signature ends before the accessors, and before a value that is long.
static bool define_property(Extract *x, TSNode node, DefDraft *draft)
{
    extract_cut_value(draft, extract_child(x, node, F_VALUE));
    return define(x, node, draft);
}

// Fields and events without accessors: const, or static and readonly, are constants.
static bool define_fields(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    bool is_const = false, is_static = false, is_readonly = false;
    TSNode list = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, S_VARIABLE_DECLARATION)) list = each.node;
        if (!extract_is(x, each.node, S_MODIFIER)) continue;
        Str word = extract_text(x, extract_span(each.node));
        is_const |= str_eq(word, STR("const"));
        is_static |= str_eq(word, STR("static"));
        is_readonly |= str_eq(word, STR("readonly"));
    }
    bool constant = is_const || (is_static && is_readonly);
    if (ts_node_is_null(list)) return true;
    DefDraft model = extract_draft(x, constant ? DEF_CONSTANT : DEF_FIELD, node, (TSNode){0});
    define(x, node, &model);
    extract_declarators(x, model, list, S_VARIABLE_DECLARATOR);
    return true;
}

// --- calls

// a?.B<int>(): the node around both names has no fields.
static void name_conditional(Extract *x, TSNode callee)
{
    uint32_t count = ts_node_named_child_count(callee);
    if (!count) return;
    TSNode name = extract_child(x, ts_node_named_child(callee, count - 1), F_NAME);
    if (extract_is(x, name, S_GENERIC_NAME)) name = ts_node_named_child(name, 0);
    if (ts_node_is_null(name)) return;
    Call *call = extract_open_call(x);
    call->name_span = extract_span(name);
    call->name = extract_text(x, call->name_span);
    extract_receiver(x, ts_node_start_byte(callee));
}

static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode callee = extract_child(x, node, F_FUNCTION);
    if (extract_is(x, callee, S_CONDITIONAL)) name_conditional(x, callee);
    if (str_eq(call->callee, STR("nameof"))) call->full.end = call->full.start; // no call
    return true;
}

// --- imports

// using A.B; using static A.B; using X = A.B<int>;
static bool find_using(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode alias = extract_child(x, node, F_NAME), path = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) // the last one: the alias stands in front
        if (ts_node_is_named(each.node) && extract_rule(x, each.node) != RULE_COMMENT)
            path = each.node;
    if (ts_node_is_null(path)) return true;
    Import row = {.full = extract_span(node), .name_span = extract_span(path)};
    row.module = extract_fold(x, row.name_span, PATH_MAX_BYTES);
    if (!ts_node_is_null(alias) && !ts_node_eq(alias, path))
        row.alias = extract_text(x, extract_span(alias));
    extract_import(x, &row);
    return true;
}

static const Rule rules[] = {
    {"namespace_declaration", RULE_DEF, DEF_MODULE, .name = "name", .body = "body"},
    {"file_scoped_namespace_declaration", RULE_DEF, DEF_MODULE, .name = "name"},
    {"class_declaration", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define},
    {"struct_declaration", RULE_DEF, DEF_STRUCT, .name = "name", .body = "body", .hook = define},
    {"record_declaration", RULE_DEF, DEF_CLASS, .name = "name", .body = "body",
     .hook = define_record},
    {"interface_declaration", RULE_DEF, DEF_INTERFACE, .name = "name", .body = "body",
     .hook = define},
    {"enum_declaration", RULE_DEF, DEF_ENUM, .name = "name", .body = "body", .hook = define},
    {"enum_member_declaration", RULE_DEF, DEF_ENUM_MEMBER, .name = "name", .hook = define},
    {"delegate_declaration", RULE_DEF, DEF_TYPE, .name = "name", .type = "type", .hook = define},
    {"method_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body", .type = "returns",
     .hook = define},
    {"constructor_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .hook = define},
    {"destructor_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .hook = define},
    {"operator_declaration", RULE_DEF, DEF_METHOD, .body = "body", .type = "type",
     .hook = define_operator},
    {"conversion_operator_declaration", RULE_DEF, DEF_METHOD, .body = "body",
     .hook = define_operator},
    {"local_function_statement", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .type = "type", .hook = define},
    {"property_declaration", RULE_DEF, DEF_FIELD, .name = "name", .body = "accessors",
     .type = "type", .hook = define_property},
    {"indexer_declaration", RULE_DEF, DEF_FIELD, .body = "accessors", .type = "type",
     .hook = define_indexer},
    {"event_declaration", RULE_DEF, DEF_FIELD, .name = "name", .body = "accessors", .type = "type",
     .hook = define},
    {"event_field_declaration", RULE_HOOK, .hook = define_fields},
    {"field_declaration", RULE_HOOK, .hook = define_fields},

    {"invocation_expression", RULE_CALL, .name = "function", .hook = find_call},
    {"object_creation_expression", RULE_CALL, .name = "type"},
    {"primary_constructor_base_type", RULE_CALL, .name = "type"},
    {"argument_list", .kind = RULE_ARGS},
    {"argument", RULE_KEYWORD, .name = "name"},
    {"member_access_expression", RULE_MEMBER, .name = "name"},
    {"member_binding_expression", RULE_MEMBER, .name = "name"},
    {"qualified_name", RULE_MEMBER, .name = "name"},
    {"alias_qualified_name", RULE_MEMBER, .name = "name"},
    {"generic_name", .kind = RULE_UNWRAP},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"using_directive", RULE_IMPORT, .hook = find_using},
    {"comment", .kind = RULE_COMMENT},
    {"string_literal", .kind = RULE_STRING},
    {"verbatim_string_literal", .kind = RULE_STRING},
    {"raw_string_literal", .kind = RULE_STRING},
    {"interpolated_string_expression", .kind = RULE_STRING},
    {"interpolation", .kind = RULE_CODE},
    {"character_literal", .kind = RULE_STRING},

    {"attribute", .kind = RULE_ANNOTATION},
    {"parameter", RULE_NONE, .type = "type"},
    {"variable_declaration", RULE_NONE, .type = "type"},
    {"foreach_statement", RULE_NONE, .type = "type"},
    {"catch_declaration", RULE_NONE, .type = "type"},
    {"declaration_expression", RULE_NONE, .type = "type"},
    {"declaration_pattern", RULE_NONE, .type = "type"},
    {0},
};

static const char *const aliases[] = {"cs", "c#", "c-sharp", NULL};
static const char *const extensions[] = {"cs", "csx", NULL};
static const char *const doc_markers[] = {"///", "/**", NULL};

const LangSpec lang_csharp_spec = {
    .name = "csharp",
    .aliases = aliases,
    .extensions = extensions,
    .grammar = tree_sitter_c_sharp,
    .sigil = "µ",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
