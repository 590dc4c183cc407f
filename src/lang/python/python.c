// lang/python/python.c - Python 2 and 3, as tree-sitter-python reads it.
#include "lang/python/python.h"

const TSLanguage *tree_sitter_python(void);

static const char *const fields[] = {"left",  "right",       "type",       "name",
                                     "alias", "module_name", "parameters", "return_type",
                                     "value", "definition",  NULL};
static const char *const symbols[] = {"identifier",
                                      "expression_statement",
                                      "string",
                                      "concatenated_string",
                                      "assignment",
                                      "attribute",
                                      "subscript",
                                      "aliased_import",
                                      "wildcard_import",
                                      "dotted_name",
                                      "comment",
                                      "generic_type",
                                      "type",
                                      "keyword_argument",
                                      "class_definition",
                                      "decorator",
                                      "decorated_definition",
                                      NULL};

// --- strings

// The letters before the quote of a string that is documentation: none, r, u.
static bool is_plain_string(const Extract *x, TSNode string)
{
    Str text = extract_text(x, extract_span(string));
    for (size_t i = 0; i < text.len && text.ptr[i] != '"' && text.ptr[i] != '\''; i++)
        if (!strchr("rRuU", text.ptr[i])) return false;
    return true;
}

static TSNode first_statement(const Extract *x, TSNode block)
{
    TSNode first = {0};
    ExtractChildren each = extract_children(block);
    while (extract_each(&each)) {
        if (!ts_node_is_named(each.node) || extract_is(x, each.node, S_COMMENT)) continue;
        first = each.node;
        extract_end(&each);
    }
    return first;
}

// module and block: a string that is the first statement of a file, class or function.
static bool find_docstring(Extract *x, TSNode block, DefDraft *draft)
{
    (void)draft;
    TSNode first = first_statement(x, block);
    if (!extract_is(x, first, S_EXPRESSION_STATEMENT)) return true;
    TSNode string = ts_node_named_child(first, 0), parent = extract_ancestor(x, 1);
    bool is_string =
        extract_is(x, string, S_STRING) || extract_is(x, string, S_CONCATENATED_STRING);
    bool is_body = ts_node_is_null(parent) || extract_rule(x, parent) == RULE_DEF;
    if (is_string && is_body && ts_node_named_child_count(first) == 1 && is_plain_string(x, string))
        extract_docstring(x, extract_span(string));
    return true;
}

// A string where a type is expected is an annotation ("Foo"), except in Literal["r"] and behind
// the first argument of Annotated[int, "doc"].
static bool is_text(Extract *x, TSNode string, DefDraft *draft)
{
    (void)string, (void)draft;
    if (!x->scope.in_type) return true;
    TSNode type = extract_ancestor(x, 1), list = extract_ancestor(x, 2);
    TSNode generic = extract_is(x, type, S_TYPE) ? extract_ancestor(x, 3) : list;
    if (!extract_is(x, generic, S_GENERIC_TYPE) && !extract_is(x, generic, S_SUBSCRIPT))
        return false;
    Str text = extract_text(x, extract_span(generic));
    Str name = str_trim(str_sub(text, 0, str_find(text, '[')));
    if (str_ends(name, STR("Literal"))) return true;
    return str_ends(name, STR("Annotated")) && !ts_node_eq(ts_node_named_child(list, 0), type);
}

// --- variables

static bool is_constant_name(Str name)
{
    bool upper = false;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return false;
        upper |= name.ptr[i] >= 'A' && name.ptr[i] <= 'Z';
    }
    return upper;
}

static DefKind variable_kind(const Extract *x, Str name, TSNode type)
{
    Str written = ts_node_is_null(type) ? STR_NONE : extract_text(x, extract_span(type));
    if (str_ends(written, STR("TypeAlias"))) return DEF_TYPE;
    if (x->scope.kind == DEF_CLASS) return DEF_FIELD;
    return is_constant_name(name) ? DEF_CONSTANT : DEF_VARIABLE;
}

// a, (b, *c) = ...: each name is a definition of its own.
static void define_targets(Extract *x, TSNode target, int depth)
{
    enum { TARGETS_MAX_DEPTH = 16 };
    if (extract_is(x, target, S_ATTRIBUTE) || extract_is(x, target, S_SUBSCRIPT)) return;
    if (extract_is(x, target, S_IDENTIFIER)) {
        DefDraft draft = extract_draft(x, DEF_VARIABLE, target, target);
        draft.def.kind = variable_kind(x, draft.def.name, (TSNode){0});
        extract_def(x, &draft);
        return;
    }
    if (depth == TARGETS_MAX_DEPTH) return;
    ExtractChildren each = extract_children(target);
    while (extract_each(&each)) define_targets(x, each.node, depth + 1);
}

// Assignments in a file or class, also under if and try; not in functions.
static bool find_variables(Extract *x, TSNode assignment, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true;
    TSNode left = extract_child(x, assignment, F_LEFT);
    TSNode right = extract_child(x, assignment, F_RIGHT);
    if (!extract_is(x, left, S_IDENTIFIER) || extract_is(x, right, S_ASSIGNMENT)) {
        define_targets(x, left, 0);
        return true;
    }
    DefDraft own = extract_draft(x, DEF_VARIABLE, assignment, left);
    own.def.kind = variable_kind(x, own.def.name, extract_child(x, assignment, F_TYPE));
    extract_cut_value(&own, right);
    extract_def(x, &own);
    return true;
}

// type Name[T] = ...
static bool name_type_alias(Extract *x, TSNode node, DefDraft *draft)
{
    (void)node;
    TSNode name = ts_node_descendant_for_byte_range(node, draft->def.name_span.start,
                                                    draft->def.name_span.start + 1);
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
    return extract_is(x, name, S_IDENTIFIER);
}

// --- imports

// A dotted name without the blanks that "a . b" may have.
static Str dotted(const Extract *x, TSNode node)
{
    Str text = extract_text(x, extract_span(node));
    Buf out = buf_on(x->cx->arena);
    if (!memchr(text.ptr, ' ', text.len) && !memchr(text.ptr, '\\', text.len)) return text;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r\n\\", text.ptr[i])) buf_byte(&out, text.ptr[i]);
    return buf_str(&out);
}

static void add_import(Extract *x, TSNode statement, TSNode named, Str module)
{
    TSNode name = named, alias = {0};
    if (extract_is(x, named, S_ALIASED_IMPORT)) {
        name = extract_child(x, named, F_NAME);
        alias = extract_child(x, named, F_ALIAS);
    }
    Import import = {.full = extract_span(statement), .name_span = extract_span(name)};
    Str written = dotted(x, name);
    import.module = module.len ? module : written;
    if (module.len) import.name = written;
    if (!ts_node_is_null(alias)) import.alias = extract_text(x, extract_span(alias));
    extract_import(x, &import);
}

// All three statements: import a.b, c as d; from m import n as o, *; from __future__ import p.
static bool find_imports(Extract *x, TSNode statement, DefDraft *draft)
{
    (void)draft;
    Str module = STR_NONE;
    TSNode from = extract_child(x, statement, F_MODULE_NAME);
    if (!ts_node_is_null(from)) module = dotted(x, from);
    else if (str_starts(extract_text(x, extract_span(statement)), STR("from")))
        module = STR("__future__");
    ExtractChildren each = extract_children(statement);
    while (extract_each(&each)) {
        bool is_name = extract_is(x, each.node, S_DOTTED_NAME) ||
                       extract_is(x, each.node, S_ALIASED_IMPORT) ||
                       extract_is(x, each.node, S_WILDCARD_IMPORT);
        if (is_name && !ts_node_eq(each.node, from)) add_import(x, statement, each.node, module);
    }
    return true;
}

static const Rule rules[] = {
    {"function_definition", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body"},
    {"class_definition", RULE_DEF, DEF_CLASS, .name = "name", .body = "body"},
    {"type_alias_statement", RULE_DEF, DEF_TYPE, .name = "left", .hook = name_type_alias},
    {"decorated_definition", .kind = RULE_WRAP},
    {"assignment", RULE_HOOK, .hook = find_variables},
    {"module", RULE_HOOK, .hook = find_docstring},
    {"block", RULE_HOOK, .hook = find_docstring},

    {"call", RULE_CALL, .name = "function", .body = "arguments"},
    {"argument_list", .kind = RULE_ARGS},
    {"keyword_argument", RULE_KEYWORD, .name = "name"},
    {"list_splat", .kind = RULE_SPREAD},
    {"dictionary_splat", .kind = RULE_SPREAD_MAP},
    {"attribute", RULE_MEMBER, .name = "attribute"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},

    {"import_statement", RULE_IMPORT, .hook = find_imports},
    {"import_from_statement", RULE_IMPORT, .hook = find_imports},
    {"future_import_statement", RULE_IMPORT, .hook = find_imports},

    {"comment", .kind = RULE_COMMENT},
    {"string", RULE_STRING, .hook = is_text},
    {"string_content", .kind = RULE_SKIP},
    {"interpolation", .kind = RULE_CODE},
    {"format_specifier", .kind = RULE_STRING},
    {"format_expression", .kind = RULE_CODE},
    {"type", .kind = RULE_ANNOTATION},
    {0},
};

static const char *const aliases[] = {"py", "python3", NULL};
static const char *const extensions[] = {"py", "pyi", "pyw", NULL};
static const char *const file_names[] = {"SConstruct", "SConscript", "wscript", NULL};
static const char *const interpreters[] = {"python", "pypy", NULL};

const LangSpec lang_python_spec = {
    .name = "python",
    .aliases = aliases,
    .extensions = extensions,
    .file_names = file_names,
    .interpreters = interpreters,
    .grammar = tree_sitter_python,
    .sigil = "µ",
    .separator = ".",
    .mask = python_mask,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = python_name_rules,
};
