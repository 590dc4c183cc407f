// lang/go/go.c - Go.
#include "lang/go/go.h"

const TSLanguage *tree_sitter_go(void);

static const char *const fields[] = {
    [F_NAME] = "name",         [F_TYPE] = "type",       [F_RESULT] = "result",
    [F_VALUE] = "value",       [F_PATH] = "path",       [F_RECEIVER] = "receiver",
    [F_FUNCTION] = "function", [F_LEFT] = "left",       [F_RIGHT] = "right",
    [F_ALIAS] = "alias",       [F_KEY] = "key",         [F_ARGUMENTS] = "arguments",
    [F_ELEMENT] = "element",   [F_OPERAND] = "operand", NULL};

static const char *const symbols[] = {[S_STRUCT_TYPE] = "struct_type",
                                      [S_INTERFACE_TYPE] = "interface_type",
                                      [S_PARAMETER_LIST] = "parameter_list",
                                      [S_PARAMETER_DECLARATION] = "parameter_declaration",
                                      [S_POINTER_TYPE] = "pointer_type",
                                      [S_PARENTHESIZED_TYPE] = "parenthesized_type",
                                      [S_GENERIC_TYPE] = "generic_type",
                                      [S_QUALIFIED_TYPE] = "qualified_type",
                                      [S_CONST_SPEC] = "const_spec",
                                      [S_VAR_SPEC_LIST] = "var_spec_list",
                                      [S_IMPORT_DECLARATION] = "import_declaration",
                                      [S_PARENTHESIZED_EXPRESSION] = "parenthesized_expression",
                                      [S_UNARY_EXPRESSION] = "unary_expression",
                                      [S_INDEX_EXPRESSION] = "index_expression",
                                      [S_SHORT_VAR_DECLARATION] = "short_var_declaration",
                                      [S_RANGE_CLAUSE] = "range_clause",
                                      [S_RECEIVE_STATEMENT] = "receive_statement",
                                      [S_TYPE_SWITCH_STATEMENT] = "type_switch_statement",
                                      [S_COMPOSITE_LITERAL] = "composite_literal",
                                      [S_LITERAL_VALUE] = "literal_value",
                                      [S_IDENTIFIER] = "identifier",
                                      [S_COMMENT] = "comment",
                                      [S_TYPE_IDENTIFIER] = "type_identifier",
                                      NULL};

// --- types

// The node that names a type: T of *pkg.T[K].
static TSNode type_name(const Extract *x, TSNode type)
{
    enum { TYPE_MAX_DEPTH = 16 };
    for (int i = 0; i < TYPE_MAX_DEPTH && !ts_node_is_null(type); i++) {
        if (extract_is(x, type, S_POINTER_TYPE) || extract_is(x, type, S_PARENTHESIZED_TYPE))
            type = ts_node_named_child(type, 0);
        else if (extract_is(x, type, S_GENERIC_TYPE)) type = extract_child(x, type, F_TYPE);
        else if (extract_is(x, type, S_QUALIFIED_TYPE)) type = extract_child(x, type, F_NAME);
        else break;
    }
    return type;
}

// Whether the spec being visited stands alone behind its keyword, not in `type (...)`.
static bool is_alone(const Extract *x, TSNode declaration)
{
    uint32_t at = ts_node_start_byte(declaration), end = ts_node_end_byte(declaration);
    while (at < end && x->text.ptr[at] >= 'a' && x->text.ptr[at] <= 'z') at++; // type, const, var
    while (at < end && strchr(" \t\r\n", x->text.ptr[at])) at++;
    return at < end && x->text.ptr[at] != '(';
}

static bool define_type(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode parent = extract_ancestor(x, 1), type = extract_child(x, node, F_TYPE);
    if (is_alone(x, parent))
        draft->def.full.start = draft->signature.start = ts_node_start_byte(parent);
    bool is_struct = extract_is(x, type, S_STRUCT_TYPE);
    if (!is_struct && !extract_is(x, type, S_INTERFACE_TYPE)) return true;
    draft->def.kind = is_struct ? DEF_STRUCT : DEF_INTERFACE;
    Str text = extract_text(x, extract_span(type)); // the signature ends before the brace
    draft->signature.end = ts_node_start_byte(type) + (uint32_t)str_find(text, '{');
    return true;
}

// --- functions

// One result type is an annotation; a list of results is one of parameters.
static void annotate_result(Extract *x, TSNode node)
{
    TSNode result = extract_child(x, node, F_RESULT);
    if (ts_node_is_null(result) || extract_is(x, result, S_PARAMETER_LIST)) return;
    extract_text_span(x, (TextSpan){.kind = SPAN_ANNOTATION, .span = extract_span(result)});
}

static bool define_function(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    annotate_result(x, node);
    return true;
}

static bool define_method(Extract *x, TSNode node, DefDraft *draft)
{
    annotate_result(x, node);
    TSNode receiver = ts_node_named_child(extract_child(x, node, F_RECEIVER), 0);
    if (ts_node_is_null(receiver)) return true;
    TSNode type = type_name(x, extract_child(x, receiver, F_TYPE));
    if (ts_node_is_null(type)) return true;
    Str owner = extract_text(x, extract_span(type));
    draft->def.qualified = str_join(x->cx->arena, owner, STR("."), draft->def.name);
    return true;
}

static bool declare_method(Extract *x, TSNode node, DefDraft *draft)
{
    if (x->scope.in_function) return false; // of a type without a name
    annotate_result(x, node);
    draft->def.declaration = true;
    return true;
}

static bool open_function(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (!x->scope.in_type) annotate_result(x, node);
    x->scope.in_function = true;
    return true;
}

// --- constants, variables, fields

// Records each name of `a, b T = 1, 2`. Only a lone name stands for the whole statement.
static bool define_names(Extract *x, TSNode node, TSNode whole, DefKind kind)
{
    uint32_t count = 0;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        count += each.field == extract_field_id(x, F_NAME) && ts_node_is_named(each.node);
    each = extract_children(node);
    while (extract_each(&each)) {
        if (each.field != extract_field_id(x, F_NAME) || !ts_node_is_named(each.node)) continue;
        DefDraft draft = extract_draft(x, kind, whole, each.node);
        if (count > 1) draft.def.full = draft.def.name_span;
        extract_cut_value(&draft, extract_child(x, node, F_VALUE));
        if (!str_eq(draft.def.name, STR("_"))) extract_def(x, &draft);
    }
    return count > 0;
}

static bool define_values(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true;
    TSNode parent = extract_ancestor(x, 1);
    bool alone = !extract_is(x, parent, S_VAR_SPEC_LIST) && is_alone(x, parent);
    DefKind kind = extract_is(x, node, S_CONST_SPEC) ? DEF_CONSTANT : DEF_VARIABLE;
    define_names(x, node, alone ? parent : node, kind);
    return true;
}

static bool define_fields(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true; // of a type without a name
    if (define_names(x, node, node, DEF_FIELD)) return true;
    TSNode name = type_name(x, extract_child(x, node, F_TYPE));
    if (ts_node_is_null(name)) return true;
    DefDraft own = extract_draft(x, DEF_FIELD, node, name);
    own.def.declaration = true; // embedded: the type that is named here is defined elsewhere
    extract_def(x, &own);
    return true;
}

// --- calls

bool go_is_builtin_type(Str name)
{
    static const char *const types[] = {
        "int",        "int8",   "int16",  "int32",   "int64",   "uint",    "uint8",
        "uint16",     "uint32", "uint64", "uintptr", "float32", "float64", "complex64",
        "complex128", "string", "bool",   "byte",    "rune",    "any",     "error"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_eq(name, str_from(types[i]))) return true;
    return false;
}

// int(x) and (*T)(x) convert. max[int](a, b) reads as a call of an element; a type tells them
// apart.
static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    if (go_is_builtin_type(call->name) && !call->receiver.len) call->full = (Span){0};
    if (call->name.len) return true;
    TSNode callee = extract_child(x, node, F_FUNCTION);
    if (extract_is(x, callee, S_PARENTHESIZED_EXPRESSION) &&
        extract_is(x, ts_node_named_child(callee, 0), S_UNARY_EXPRESSION))
        call->full = (Span){0};
    if (!extract_is(x, callee, S_INDEX_EXPRESSION)) return true;
    TSNode index = ts_node_named_child(callee, 1);
    if (!go_is_builtin_type(extract_text(x, extract_span(index)))) return true;
    Call named = {0};
    extract_callee(x, node, ts_node_named_child(callee, 0), &named);
    named.callee = call->callee;
    *call = named;
    return true;
}

// Max[int](a) reads as a conversion to the type Max[int]; []byte(s) is one.
static bool convert(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode type = extract_child(x, node, F_TYPE);
    if (!extract_is(x, type, S_GENERIC_TYPE)) return true;
    Call call = {.arg_count = 1};
    extract_callee(x, node, type, &call);
    extract_call(x, &call);
    return true;
}

// --- packages

static bool define_package(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = ts_node_named_child(node, 0);
    if (ts_node_is_null(name)) return false;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
    return true;
}

static bool find_import(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode path = extract_child(x, node, F_PATH), name = extract_child(x, node, F_NAME);
    TSNode parent = extract_ancestor(x, 1);
    if (ts_node_is_null(path)) return true;
    Span span = extract_span(path);
    if (span.end - span.start >= 2) span = (Span){span.start + 1, span.end - 1}; // the quotes
    bool alone = extract_is(x, parent, S_IMPORT_DECLARATION);
    Import import = {.full = extract_span(alone ? parent : node), .name_span = span};
    import.module = extract_text(x, span);
    if (!ts_node_is_null(name)) import.alias = extract_text(x, extract_span(name));
    if (str_eq(import.alias, STR("."))) {
        import.alias = STR_NONE;
        import.name = STR("*");
    }
    extract_import(x, &import);
    return true;
}

// --- comments

// //go:noinline is no documentation: it belongs to the definition, and the doc stands above it.
static bool find_comment(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Span span = extract_span(node);
    if (!str_starts(extract_text(x, span), STR("//go:"))) return true;
    extract_prefix(x, node);
    extract_text_span(x, (TextSpan){.kind = SPAN_COMMENT, .span = span});
    return false;
}

static const Rule rules[] = {
    {"package_clause", RULE_DEF, DEF_MODULE, .hook = define_package},
    {"function_declaration", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .hook = define_function},
    {"method_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .hook = define_method},
    {"method_elem", RULE_DEF, DEF_METHOD, .name = "name", .hook = declare_method},
    {"func_literal", .kind = RULE_HOOK, .hook = open_function},
    {"function_type", .kind = RULE_HOOK, .hook = define_function},
    {"type_spec", RULE_DEF, DEF_TYPE, .name = "name", .hook = define_type},
    {"type_alias", RULE_DEF, DEF_TYPE, .name = "name", .hook = define_type},
    {"field_declaration", .kind = RULE_HOOK, .type = "type", .hook = define_fields},
    {"const_spec", .kind = RULE_HOOK, .type = "type", .hook = define_values},
    {"var_spec", .kind = RULE_HOOK, .type = "type", .hook = define_values},
    {"parameter_declaration", .kind = RULE_NONE, .type = "type"},
    {"variadic_parameter_declaration", .kind = RULE_NONE, .type = "type"},

    {"call_expression", .kind = RULE_CALL, .name = "function", .hook = find_call},
    {"type_conversion_expression", .kind = RULE_HOOK, .hook = convert},
    {"argument_list", .kind = RULE_ARGS},
    {"variadic_argument", .kind = RULE_SPREAD},
    {"selector_expression", .kind = RULE_MEMBER, .name = "field"},
    {"qualified_type", .kind = RULE_MEMBER, .name = "name"},
    {"generic_type", .kind = RULE_UNWRAP, .name = "type"},
    {"type_instantiation_expression", .kind = RULE_UNWRAP, .name = "type"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"import_spec", .kind = RULE_IMPORT, .hook = find_import},
    {"comment", .kind = RULE_COMMENT, .hook = find_comment},
    {"interpreted_string_literal", .kind = RULE_STRING},
    {"raw_string_literal", .kind = RULE_STRING},
    {"rune_literal", .kind = RULE_STRING},
    {0},
};

static const char *const aliases[] = {"golang", NULL};
static const char *const extensions[] = {"go", NULL};

const LangSpec lang_go_spec = {
    .name = "go",
    .aliases = aliases,
    .extensions = extensions,
    .grammar = tree_sitter_go,
    .sigil = "µ",
    .separator = ".",
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = go_name_rules,
};
