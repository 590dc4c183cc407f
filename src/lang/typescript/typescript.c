// lang/typescript/typescript.c - TypeScript; what it has in common with JavaScript is there.
#include "lang/javascript/names.h"

const TSLanguage *tree_sitter_typescript(void);

// --- definitions

// namespace A.B {}, declare module "m" {}
bool typescript_module(Extract *x, TSNode node, DefDraft *draft)
{
    javascript_set_name(x, draft, extract_child(x, node, JS_F_NAME));
    draft->def.declaration = draft->signature.end == draft->def.full.end; // no body
    return true;
}

// Whether a member belongs to the alias that names its object type: type A = { a: B } | C.
static bool is_alias_member(const Extract *x, TSNode member)
{
    TSNode node = ts_node_parent(member);
    while (extract_is(x, node, TS_S_OBJECT_TYPE) || extract_is(x, node, TS_S_UNION_TYPE) ||
           extract_is(x, node, TS_S_INTERSECTION_TYPE) ||
           extract_is(x, node, TS_S_PARENTHESIZED_TYPE) || extract_is(x, node, TS_S_READONLY_TYPE))
        node = ts_node_parent(node);
    return extract_is(x, node, TS_S_TYPE_ALIAS);
}

bool typescript_member(Extract *x, TSNode node, DefDraft *draft)
{
    if (x->scope.in_type) return false; // of a type without a name
    if (x->scope.kind == DEF_TYPE && !is_alias_member(x, node)) return false;
    if (x->scope.kind != DEF_TYPE && x->scope.kind != DEF_INTERFACE) return false;
    return javascript_method(x, node, draft);
}

bool typescript_method_signature(Extract *x, TSNode node, DefDraft *draft)
{
    if (x->scope.in_type) return false;
    if (x->scope.kind == DEF_TYPE && !is_alias_member(x, node)) return false;
    return javascript_method(x, node, draft);
}

// new (a: A): B
bool typescript_construct_signature(Extract *x, TSNode node, DefDraft *draft)
{
    if (x->scope.in_type) return false;
    if (x->scope.kind != DEF_INTERFACE && !is_alias_member(x, node)) return false;
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count && !draft->def.name.len; i++) {
        TSNode child = ts_node_child(node, i);
        if (str_eq(extract_text(x, extract_span(child)), STR("new")))
            javascript_set_name(x, draft, child);
    }
    return true;
}

// constructor(private readonly a: A): a is a field too.
bool typescript_parameter(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.kind != DEF_METHOD || x->scope.in_type) return true;
    char first = x->text.ptr[MIN(ts_node_start_byte(node), x->text.len - 1)];
    if (!strchr("@pro", first)) return true; // a decorator or the first letter of a modifier
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_child(node, i);
        Str text = extract_text(x, extract_span(child));
        if (str_starts(text, STR("@"))) continue;
        bool modifier = extract_is(x, child, TS_S_ACCESSIBILITY) ||
                        extract_is(x, child, TS_S_OVERRIDE) || str_eq(text, STR("readonly"));
        if (!modifier) return true;
        DefDraft own = extract_draft(x, DEF_FIELD, node, extract_child(x, node, TS_F_PATTERN));
        own.signature.start = ts_node_start_byte(child);
        extract_def(x, &own);
        return true;
    }
    return true;
}

bool typescript_enum_body(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    uint32_t count = ts_node_named_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(node, i), name = child;
        if (extract_rule(x, child) == RULE_COMMENT || ts_node_is_error(child)) continue;
        if (extract_is(x, child, TS_S_ENUM_ASSIGNMENT)) name = extract_child(x, child, JS_F_NAME);
        DefDraft own = extract_draft(x, DEF_ENUM_MEMBER, child, name);
        javascript_set_name(x, &own, name);
        extract_def(x, &own);
    }
    return true;
}

// --- imports

// import Local = Other.Name
bool typescript_import_alias(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode local = ts_node_named_child(node, 0), target = ts_node_named_child(node, 1);
    if (ts_node_is_null(target)) return true;
    Span span = extract_span(target);
    Import row = {.full = extract_span(node), .name_span = span};
    row.module = extract_text(x, span);
    row.alias = extract_text(x, extract_span(local));
    size_t dot = str_find_last(row.module, '.');
    if (extract_is(x, target, TS_S_NESTED_IDENTIFIER) && dot < row.module.len) {
        row.name = str_sub(row.module, dot + 1, row.module.len);
        row.name_span.start = span.start + (uint32_t)dot + 1;
        row.module = str_sub(row.module, 0, dot);
    }
    if (str_eq(row.alias, row.name)) row.alias = STR_NONE;
    extract_import(x, &row);
    return true;
}

static const Rule rules[] = {
#include "lang/javascript/rules.def"
#include "lang/typescript/rules.def"
    {0},
};

static const char *const fields[] = {JS_FIELDS(JS_NAME_OF) TS_FIELDS(JS_NAME_OF) NULL};
static const char *const symbols[] = {JS_SYMBOLS(JS_NAME_OF) TS_SYMBOLS(JS_NAME_OF) NULL};
static const char *const doc_markers[] = {"/**", NULL};
static const char *const aliases[] = {"ts", NULL};
static const char *const extensions[] = {"ts", "mts", "cts", NULL};
static const char *const interpreters[] = {"ts-node", "tsx", "deno", NULL};

const LangSpec lang_typescript_spec = {
    .name = "typescript",
    .aliases = aliases,
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_typescript,
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = typescript_name_rules,
};
