// lang/lua/lua.c - Lua. Modules and classes are tables, so `function M.f`, `M.f = function` and
// `f = function` in a table constructor all define functions; M.f is the qualified name.
#include "lang/spec.h"

const TSLanguage *tree_sitter_lua(void);

enum { PATH_MAX_BYTES = 200 };

enum { F_NAME, F_BODY, F_PARAMETERS, F_VALUE, F_FIELD, F_METHOD, F_ARGUMENTS };
static const char *const fields[] = {"name",  "body",   "parameters", "value",
                                     "field", "method", "arguments",  NULL};

enum {
    S_IDENTIFIER,
    S_DOT_INDEX,
    S_METHOD_INDEX,
    S_FUNCTION_DEFINITION,
    S_VARIABLE_DECLARATION,
    S_VARIABLE_LIST,
    S_EXPRESSION_LIST,
    S_STRING,
};
static const char *const symbols[] = {"identifier",
                                      "dot_index_expression",
                                      "method_index_expression",
                                      "function_definition",
                                      "variable_declaration",
                                      "variable_list",
                                      "expression_list",
                                      "string",
                                      NULL};

// --- definitions

// f, M.a.f or M:f; false for t[1] and the like.
static bool name_by(const Extract *x, TSNode path, DefDraft *draft)
{
    TSNode name = path;
    if (extract_is(x, path, S_DOT_INDEX)) name = extract_child(x, path, F_FIELD);
    if (extract_is(x, path, S_METHOD_INDEX)) name = extract_child(x, path, F_METHOD);
    if (!extract_is(x, name, S_IDENTIFIER)) return false;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
    if (ts_node_eq(name, path)) return true;
    Span span = {ts_node_start_byte(path), draft->def.name_span.start - 1};
    Str table = str_trim(extract_text(x, span)); // without the "." or ":" that joins them
    draft->def.qualified = str_join(x->cx->arena, table, STR("."), draft->def.name);
    return true;
}

static void end_signature(const Extract *x, TSNode function, DefDraft *draft)
{
    TSNode parameters = extract_child(x, function, F_PARAMETERS);
    if (!ts_node_is_null(parameters)) draft->signature.end = ts_node_end_byte(parameters);
}

static bool define_function(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode path = extract_child(x, node, F_NAME);
    draft->def.declaration = false; // no body, but no mere declaration either
    if (extract_is(x, path, S_METHOD_INDEX)) draft->def.kind = DEF_METHOD;
    end_signature(x, node, draft);
    return name_by(x, path, draft);
}

static TSNode child_of(const Extract *x, TSNode node, unsigned symbol)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(x, each.node, symbol) && ts_node_is_null(found)) found = each.node;
    return found;
}

// local a, b = 1, 2: all but the first name.
static void define_more(Extract *x, TSNode names)
{
    uint32_t count = 0;
    ExtractChildren each = extract_children(names);
    while (extract_each(&each)) {
        if (!ts_node_is_named(each.node) || !count++) continue;
        DefDraft own = extract_draft(x, DEF_VARIABLE, each.node, each.node);
        if (name_by(x, each.node, &own)) extract_def(x, &own);
    }
}

// Variables outside of functions; a function that is a value is a function wherever it stands.
static bool define_variable(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode names = child_of(x, node, S_VARIABLE_LIST),
           values = child_of(x, node, S_EXPRESSION_LIST);
    if (ts_node_is_null(names) || ts_node_is_null(values)) return false;
    TSNode name = ts_node_named_child(names, 0), value = ts_node_named_child(values, 0);
    bool is_function = extract_is(x, value, S_FUNCTION_DEFINITION);
    if ((x->scope.in_function && !is_function) || !name_by(x, name, draft)) return false;
    TSNode around = extract_ancestor(x, 1); // local
    if (extract_is(x, around, S_VARIABLE_DECLARATION))
        draft->def.full.start = draft->signature.start = ts_node_start_byte(around);
    if (is_function) {
        draft->def.kind = DEF_FUNCTION;
        end_signature(x, value, draft);
        return true;
    }
    if (extract_is(x, name, S_DOT_INDEX)) draft->def.kind = DEF_FIELD;
    if (ts_node_named_child_count(names) > 1) {
        draft->def.full.end = draft->signature.end = ts_node_end_byte(name);
        define_more(x, names);
    }
    extract_cut_value(draft, values);
    return true;
}

// { key = function() end }
static bool define_field(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode value = extract_child(x, node, F_VALUE);
    if (!extract_is(x, value, S_FUNCTION_DEFINITION)) return false;
    end_signature(x, value, draft);
    return name_by(x, extract_child(x, node, F_NAME), draft);
}

// --- calls and imports

// require "a.b" and require("a.b")
static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode arguments = extract_child(x, node, F_ARGUMENTS);
    if (!str_eq(call->callee, STR("require")) || ts_node_is_null(arguments)) return true;
    TSNode module = ts_node_named_child(arguments, 0);
    Span span = extract_span(module);
    if (!extract_is(x, module, S_STRING) || span.end - span.start < 3) return true;
    Import row = {.full = extract_span(node), .name_span = {span.start + 1, span.end - 1}};
    row.module = extract_text(x, row.name_span);
    extract_import(x, &row);
    x->scope.in_import = true;
    call->full.end = call->full.start; // imports, calls nothing
    return true;
}

// "#!": a comment, but no documentation of what follows.
static bool find_shebang(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    extract_text_span(x, (TextSpan){.kind = SPAN_COMMENT, .span = extract_span(node)});
    return false;
}

static const Rule rules[] = {
    {"function_declaration", RULE_DEF, DEF_FUNCTION, .body = "body", .hook = define_function},
    {"assignment_statement", RULE_DEF, DEF_VARIABLE, .hook = define_variable},
    {"field", RULE_DEF, DEF_FUNCTION, .hook = define_field},
    {"function_definition", RULE_HOOK, .hook = extract_local},

    {"function_call", RULE_CALL, .name = "name", .hook = find_call},
    {"arguments", .kind = RULE_ARGS},
    {"vararg_expression", .kind = RULE_SPREAD},
    {"dot_index_expression", RULE_MEMBER, .name = "field"},
    {"method_index_expression", RULE_MEMBER, .name = "method"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"comment", .kind = RULE_COMMENT},
    {"hash_bang_line", RULE_HOOK, .hook = find_shebang},
    {"string", .kind = RULE_STRING},
    {0},
};

static const char *const extensions[] = {"lua", "rockspec", NULL};
static const char *const interpreters[] = {"lua", "luajit", NULL};
static const char *const doc_markers[] = {"---", NULL};

const LangSpec lang_lua_spec = {
    .name = "lua",
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_lua,
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
