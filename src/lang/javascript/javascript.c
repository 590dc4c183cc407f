// lang/javascript/javascript.c - JavaScript with JSX; most of it serves TypeScript and TSX as well.
//
// A function, class or object has its name from what it is bound to: a variable, a property, a
// field, the target of an assignment or the default export. The hook of what binds it records the
// definition; the hook of the value itself then only has to see that it is bound.
#include "lang/javascript/names.h"

const TSLanguage *tree_sitter_javascript(void);

// --- names and values

static TSNode last_child(TSNode node)
{
    uint32_t count = ts_node_child_count(node);
    return count ? ts_node_child(node, count - 1) : (TSNode){0};
}

static Span name_span(const Extract *x, TSNode name)
{
    Span span = extract_span(name);
    if (extract_is(x, name, JS_S_STRING) && span.end - span.start > 2) span.start++, span.end--;
    return span;
}

void javascript_set_name(const Extract *x, DefDraft *draft, TSNode name)
{
    draft->def.name_span = name_span(x, name);
    draft->def.name = extract_text(x, draft->def.name_span);
}

static Str unquote(const Extract *x, TSNode string)
{
    Span span = extract_span(string);
    return str_sub(x->text, span.start + 1, MAX(span.end, span.start + 1) - 1);
}

static Str text_of(const Extract *x, TSNode node)
{
    return extract_text(x, extract_span(node));
}

// Looks through parentheses, `await` and what TypeScript adds to a value.
static TSNode unwrap(const Extract *x, TSNode node)
{
    enum { DEEPEST = 16 };
    for (int i = 0; i < DEEPEST && extract_rule(x, node) == RULE_UNWRAP; i++)
        node = ts_node_named_child(node, 0);
    return node;
}

typedef enum ValueKind { VALUE_OTHER, VALUE_FUNCTION, VALUE_CLASS, VALUE_OBJECT } ValueKind;

static ValueKind value_kind(const Extract *x, TSNode value)
{
    if (extract_is(x, value, JS_S_ARROW_FUNCTION) ||
        extract_is(x, value, JS_S_FUNCTION_EXPRESSION) ||
        extract_is(x, value, JS_S_GENERATOR_FUNCTION))
        return VALUE_FUNCTION;
    if (extract_is(x, value, JS_S_CLASS)) return VALUE_CLASS;
    return extract_is(x, value, JS_S_OBJECT) ? VALUE_OBJECT : VALUE_OTHER;
}

// Whether an object literal has functions among its own members.
static bool holds_functions(const Extract *x, TSNode object)
{
    TSTreeCursor cursor = ts_tree_cursor_new(object);
    bool found = false;
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    for (; more && !found; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode member = ts_tree_cursor_current_node(&cursor);
        found = extract_is(x, member, JS_S_METHOD_DEFINITION) ||
                (extract_is(x, member, JS_S_PAIR) &&
                 value_kind(x, unwrap(x, last_child(member))) == VALUE_FUNCTION);
    }
    ts_tree_cursor_delete(&cursor);
    return found;
}

// What binds a value gives its kind and where its signature ends. False: nothing worth a name.
static bool bind_value(const Extract *x, DefDraft *draft, TSNode value, DefKind function_kind)
{
    value = unwrap(x, value);
    switch (value_kind(x, value)) {
    case VALUE_FUNCTION: draft->def.kind = function_kind; break;
    case VALUE_CLASS: draft->def.kind = DEF_CLASS; break;
    case VALUE_OBJECT:
        if (!holds_functions(x, value)) return false;
        extract_cut_value(draft, value);
        return true;
    default: return false;
    }
    draft->signature.end = ts_node_start_byte(last_child(value)); // its body
    return true;
}

// --- classes and their members

// Decorators belong to `full`, not to the signature.
static void skip_decorators(const Extract *x, TSNode node, DefDraft *draft)
{
    if (x->text.ptr[draft->signature.start] != '@') return;
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_child(node, i);
        draft->signature.start = ts_node_start_byte(child);
        if (!str_starts(text_of(x, child), STR("@"))) return;
    }
}

// Whether what stands around an expression has recorded a definition for it, by the same name.
static bool is_bound_as(const Extract *x, TSNode value, Str name);

bool javascript_class(Extract *x, TSNode node, DefDraft *draft)
{
    if (!draft->def.name.len) return false;
    skip_decorators(x, node, draft);
    return !extract_is(x, node, JS_S_CLASS) || !is_bound_as(x, node, draft->def.name);
}

bool javascript_method(Extract *x, TSNode node, DefDraft *draft)
{
    char first = draft->def.name.len ? draft->def.name.ptr[0] : ' ';
    Span *name = &draft->def.name_span; // a field's is its `property`, a method's its `name`
    if ((first == '"' || first == '\'') && name->end - name->start > 2) {
        name->start++, name->end--;
        draft->def.name = extract_text(x, *name);
    }
    skip_decorators(x, node, draft);
    return true;
}

bool javascript_field(Extract *x, TSNode node, DefDraft *draft)
{
    javascript_method(x, node, draft);
    TSNode value = extract_child(x, node, JS_F_VALUE);
    if (!ts_node_is_null(value) && !bind_value(x, draft, value, DEF_METHOD))
        extract_cut_value(draft, value);
    return true;
}

bool javascript_static_block(Extract *x, TSNode node, DefDraft *draft)
{
    (void)node, (void)draft;
    x->scope.in_function = true;
    return true;
}

bool javascript_decorator(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    // In front of `export` the export's hook has done it.
    if (!extract_is(x, ts_node_parent(node), JS_S_EXPORT_STATEMENT)) extract_prefix(x, node);
    return true;
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

static void define_variable(Extract *x, TSNode name, bool is_const)
{
    DefDraft draft = extract_draft(x, DEF_VARIABLE, name, name);
    if (is_const && is_constant_name(draft.def.name)) draft.def.kind = DEF_CONSTANT;
    extract_def(x, &draft);
}

// const { a, b: [c], ...d } = ...: each name is a definition of its own.
static void define_pattern(Extract *x, TSNode node, bool is_const)
{
    if (extract_is(x, node, JS_S_IDENTIFIER) || extract_is(x, node, JS_S_SHORTHAND_PATTERN)) {
        define_variable(x, node, is_const);
    } else if (extract_is(x, node, JS_S_PAIR_PATTERN)) {
        define_pattern(x, extract_child(x, node, JS_F_VALUE), is_const);
    } else if (extract_is(x, node, JS_S_DEFAULT_PATTERN) ||
               extract_is(x, node, JS_S_SHORTHAND_DEFAULT_PATTERN)) {
        define_pattern(x, extract_child(x, node, JS_F_LEFT), is_const);
    } else if (extract_is(x, node, JS_S_OBJECT_PATTERN) ||
               extract_is(x, node, JS_S_ARRAY_PATTERN) || extract_is(x, node, JS_S_REST_PATTERN)) {
        uint32_t count = ts_node_named_child_count(node);
        for (uint32_t i = 0; i < count; i++)
            define_pattern(x, ts_node_named_child(node, i), is_const);
    }
}

static bool is_module_call(const Extract *x, TSNode node)
{
    if (!extract_is(x, node, JS_S_CALL)) return false;
    Str callee = text_of(x, ts_node_child(node, 0));
    if (!str_eq(callee, STR("require")) && !str_eq(callee, STR("import"))) return false;
    return extract_is(x, ts_node_named_child(last_child(node), 0), JS_S_STRING);
}

// require("m"), await import("m"), require("m").part: the names are imports, not definitions.
static bool is_module(const Extract *x, TSNode value)
{
    value = unwrap(x, value);
    if (extract_rule(x, value) == RULE_MEMBER) value = unwrap(x, ts_node_child(value, 0));
    return is_module_call(x, value);
}

bool javascript_declarator(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode name = ts_node_child(node, 0), value = last_child(node);
    bool local = x->scope.in_function;
    if (local && value_kind(x, unwrap(x, value)) == VALUE_OTHER) return true;
    if (is_module(x, value)) return true;

    TSNode statement = ts_node_parent(node);
    bool is_const = str_starts(text_of(x, statement), STR("const"));
    DefDraft own = extract_draft(x, DEF_VARIABLE, node, name);
    if (ts_node_eq(ts_node_named_child(statement, 0), node))
        own.def.full.start = own.signature.start = ts_node_start_byte(statement);
    if (is_const && is_constant_name(own.def.name)) own.def.kind = DEF_CONSTANT;
    bool bound = extract_is(x, name, JS_S_IDENTIFIER) && bind_value(x, &own, value, DEF_FUNCTION);
    if (!bound && (local || extract_is(x, ts_node_parent(statement), JS_S_FOR_STATEMENT)))
        return true;
    if (!extract_is(x, name, JS_S_IDENTIFIER)) {
        define_pattern(x, name, is_const);
        return true;
    }
    if (!bound) extract_cut_value(&own, extract_child(x, node, JS_F_VALUE));
    extract_def(x, &own);
    return true;
}

// --- bound by other means

bool javascript_pair(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode value = last_child(node);
    if (value_kind(x, unwrap(x, value)) == VALUE_OTHER) return true;
    DefKind kind = x->scope.in_function ? DEF_VARIABLE : DEF_FIELD; // of an object, if it is one
    DefDraft own = extract_draft(x, kind, node, (TSNode){0});
    if (!bind_value(x, &own, value, DEF_METHOD)) return true;
    javascript_set_name(x, &own, extract_child(x, node, JS_F_KEY));
    extract_def(x, &own);
    return true;
}

static bool is_exports(Str object)
{
    return str_eq(object, STR("exports")) || str_eq(object, STR("module.exports"));
}

static Str without_prototype(Str object)
{
    Str suffix = STR(".prototype");
    return str_ends(object, suffix) ? str_sub(object, 0, object.len - suffix.len) : object;
}

// Whether `object` is a dotted name, so that it can qualify what is assigned to its property.
static bool is_dotted_name(Str object)
{
    for (size_t i = 0; i < object.len; i++) {
        unsigned char c = (unsigned char)object.ptr[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '$' || c == '.' || c >= 0x80;
        if (!ok) return false;
    }
    return object.len > 0;
}

// Names the draft after the target of an assignment; false when that is no fixed name.
static bool name_target(Extract *x, TSNode target, DefDraft *draft)
{
    if (extract_is(x, target, JS_S_IDENTIFIER)) {
        javascript_set_name(x, draft, target);
        return true;
    }
    bool subscript = extract_is(x, target, JS_S_SUBSCRIPT);
    if (!subscript && extract_rule(x, target) != RULE_MEMBER) return false;
    TSNode object = ts_node_child(target, 0);
    TSNode name = ts_node_named_child(target, ts_node_named_child_count(target) - 1);
    if (subscript && !extract_is(x, name, JS_S_STRING)) return false;
    javascript_set_name(x, draft, name);
    Str owner = text_of(x, object);
    if (is_exports(owner)) return true;
    if (draft->def.kind == DEF_FUNCTION) draft->def.kind = DEF_METHOD;
    if (str_starts(owner, STR("module.exports."))) owner = str_sub(owner, 15, owner.len);
    if (str_starts(owner, STR("exports."))) owner = str_sub(owner, 8, owner.len);
    owner = without_prototype(owner);
    if (!is_dotted_name(owner) || str_eq(owner, STR("this"))) return true;
    draft->def.qualified = str_join(x->cx->arena, owner, STR("."), draft->def.name);
    return true;
}

// module.exports = function name() {}: known by its own name, if it has one.
static void name_module(Extract *x, TSNode value, DefDraft *draft)
{
    TSNode own = extract_child(x, unwrap(x, value), JS_F_NAME);
    if (!ts_node_is_null(own)) javascript_set_name(x, draft, own);
}

// Foo.prototype = { ... }: a part of Foo, as an `impl` is in other languages.
static void name_prototype(Extract *x, TSNode target, DefDraft *draft)
{
    TSNode object = ts_node_child(target, 0);
    if (extract_rule(x, object) == RULE_MEMBER) object = last_child(object);
    javascript_set_name(x, draft, object);
    draft->def.qualified = STR_NONE;
    draft->def.kind = DEF_IMPL;
}

// Foo.prototype.bar = baz, exports.VERSION = 1: members that are not written out as functions.
static void define_member(Extract *x, TSNode node, TSNode target, TSNode value)
{
    Str owner = text_of(x, ts_node_child(target, 0));
    bool is_name = extract_is(x, value, JS_S_IDENTIFIER) || extract_is(x, value, JS_S_ASSIGNMENT);
    DefDraft own = extract_draft(x, DEF_FIELD, node, (TSNode){0});
    if (str_ends(owner, STR(".prototype"))) {
        if (is_name) own.def.kind = DEF_METHOD; // of a function defined elsewhere
    } else {
        bool alias = is_name || extract_rule(x, value) == RULE_MEMBER || is_module(x, value);
        if (x->scope.in_function || alias || !is_exports(owner)) return;
        if (extract_is(x, value, JS_S_UNARY)) return; // exports.a = void 0, by compilers
        own.def.kind = DEF_VARIABLE;
    }
    if (!name_target(x, target, &own)) return;
    if (own.def.kind == DEF_VARIABLE && is_constant_name(own.def.name)) own.def.kind = DEF_CONSTANT;
    extract_cut_value(&own, value);
    extract_def(x, &own);
}

bool javascript_assignment(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode value = last_child(node), target = ts_node_child(node, 0);
    DefDraft own = extract_draft(x, DEF_VARIABLE, node, (TSNode){0});
    if (!bind_value(x, &own, value, DEF_FUNCTION)) {
        if (extract_rule(x, target) == RULE_MEMBER) define_member(x, node, target, value);
        return true;
    }
    if (!name_target(x, target, &own)) return true;
    Str written = text_of(x, target);
    if (str_eq(written, STR("module.exports"))) {
        own.def.kind = own.def.kind == DEF_METHOD ? DEF_FUNCTION : own.def.kind;
        own.def.qualified = STR_NONE;
        name_module(x, value, &own);
    } else if (own.def.kind == DEF_VARIABLE && str_ends(written, STR(".prototype"))) {
        name_prototype(x, target, &own);
    }
    extract_def(x, &own);
    return true;
}

// export default function () {}: called "default".
static void define_default(Extract *x, TSNode statement, TSNode value)
{
    DefDraft own = extract_draft(x, DEF_VARIABLE, statement, (TSNode){0});
    if (!bind_value(x, &own, value, DEF_FUNCTION)) return;
    TSNode name = extract_child(x, unwrap(x, value), JS_F_NAME);
    uint32_t count = ts_node_child_count(statement);
    for (uint32_t i = 0; i < count && ts_node_is_null(name); i++) {
        TSNode child = ts_node_child(statement, i);
        if (str_eq(text_of(x, child), STR("default"))) name = child;
        if (ts_node_eq(child, value)) return;
        if (str_eq(text_of(x, child), STR("export")))
            own.signature.start = ts_node_start_byte(child);
    }
    if (ts_node_is_null(name)) return;
    javascript_set_name(x, &own, name);
    extract_def(x, &own);
}

// The node that names a value in what stands around it, or a null node.
static TSNode binding(const Extract *x, TSNode value)
{
    TSNode outer = ts_node_parent(value);
    while (extract_rule(x, outer) == RULE_UNWRAP) {
        value = outer;
        outer = ts_node_parent(outer);
    }
    if (extract_is(x, outer, JS_S_EXPORT_STATEMENT)) return extract_child(x, value, JS_F_NAME);
    if (extract_is(x, outer, JS_S_PAIR)) return extract_child(x, outer, JS_F_KEY);
    if (extract_is(x, outer, JS_S_DECLARATOR)) {
        TSNode name = ts_node_child(outer, 0);
        return extract_is(x, name, JS_S_IDENTIFIER) ? name : (TSNode){0};
    }
    if (extract_is(x, outer, JS_S_ASSIGNMENT)) {
        TSNode target = ts_node_child(outer, 0);
        if (str_eq(text_of(x, target), STR("module.exports")))
            return extract_child(x, value, JS_F_NAME);
        if (extract_is(x, target, JS_S_IDENTIFIER)) return target;
        TSNode name = ts_node_named_child(target, ts_node_named_child_count(target) - 1);
        if (extract_rule(x, target) == RULE_MEMBER) return name;
        bool fixed = extract_is(x, target, JS_S_SUBSCRIPT) && extract_is(x, name, JS_S_STRING);
        return fixed ? name : (TSNode){0};
    }
    if (extract_rule(x, outer) == RULE_DEF && // a field
        ts_node_eq(extract_child(x, outer, JS_F_VALUE), value))
        return ts_node_prev_named_sibling(value);
    return (TSNode){0};
}

static bool is_bound_as(const Extract *x, TSNode value, Str name)
{
    TSNode bound = binding(x, value);
    return !ts_node_is_null(bound) && str_eq(extract_text(x, name_span(x, bound)), name);
}

bool javascript_function(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (!extract_is(x, node, JS_S_ARROW_FUNCTION)) {
        TSNode name = extract_child(x, node, JS_F_NAME);
        if (!ts_node_is_null(name) && !is_bound_as(x, node, text_of(x, name))) {
            DefDraft own = extract_draft(x, DEF_FUNCTION, node, name);
            own.signature.end = ts_node_start_byte(last_child(node));
            extract_def(x, &own);
        }
    }
    x->scope.in_function = true;
    return true;
}

// --- imports and exports

static void add_import(Extract *x, Import row, TSNode name, TSNode alias)
{
    if (!ts_node_is_null(name)) {
        row.name_span = name_span(x, name);
        row.name = extract_text(x, row.name_span);
    }
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, name_span(x, alias));
    if (str_eq(row.alias, row.name.len ? row.name : row.module)) row.alias = STR_NONE;
    extract_import(x, &row);
}

// import local from "m"
static void add_default_import(Extract *x, Import row, TSNode local)
{
    row.name = STR("default");
    row.name_span = extract_span(local);
    row.alias = extract_text(x, row.name_span);
    extract_import(x, &row);
}

// { a, b as c } of an import or export.
static void add_specifiers(Extract *x, Import row, TSNode list)
{
    uint32_t count = ts_node_named_child_count(list);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(list, i);
        TSNode name = extract_child(x, child, JS_F_NAME);
        if (ts_node_is_null(name)) continue; // a comment
        add_import(x, row, name, extract_child(x, child, JS_F_ALIAS));
    }
}

static void add_clause(Extract *x, Import row, TSNode clause)
{
    uint32_t count = ts_node_named_child_count(clause);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(clause, i);
        if (extract_is(x, child, JS_S_IDENTIFIER)) add_default_import(x, row, child);
        else if (extract_is(x, child, JS_S_NAMESPACE_IMPORT))
            add_import(x, row, (TSNode){0}, last_child(child));
        else if (extract_is(x, child, JS_S_NAMED_IMPORTS)) add_specifiers(x, row, child);
    }
}

static Import module_row(const Extract *x, TSNode statement, TSNode source)
{
    return (Import){.full = extract_span(statement),
                    .name_span = name_span(x, source),
                    .module = unquote(x, source)};
}

bool javascript_import(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode source = extract_child(x, node, JS_F_SOURCE), clause = {0};
    uint32_t count = ts_node_named_child_count(node);
    for (uint32_t i = 0; i < count && ts_node_is_null(clause); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (extract_is(x, child, JS_S_IMPORT_CLAUSE)) clause = child;
        if (!ts_node_is_null(source)) continue;
        source = extract_child(x, child, JS_F_SOURCE); // import name = require("m")
        if (ts_node_is_null(source)) continue;
        add_import(x, module_row(x, node, source), (TSNode){0}, ts_node_named_child(child, 0));
        return true;
    }
    if (ts_node_is_null(source)) return true;
    if (ts_node_is_null(clause))
        add_import(x, module_row(x, node, source), (TSNode){0}, (TSNode){0});
    else add_clause(x, module_row(x, node, source), clause);
    return true;
}

static void add_reexports(Extract *x, TSNode node, TSNode source)
{
    Import row = module_row(x, node, source);
    uint32_t count = ts_node_named_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(node, i);
        if (extract_is(x, child, JS_S_EXPORT_CLAUSE)) {
            add_specifiers(x, row, child);
            return;
        }
        if (extract_is(x, child, JS_S_NAMESPACE_EXPORT)) {
            add_import(x, row, (TSNode){0}, last_child(child));
            return;
        }
    }
    row.name = STR("*");
    extract_import(x, &row);
}

// Also TypeScript's ambient declarations: what stands in front of a declaration is part of it.
bool javascript_export(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode source = extract_child(x, node, JS_F_SOURCE);
    if (!ts_node_is_null(source)) {
        x->scope.in_import = true;
        add_reexports(x, node, source);
        return true;
    }
    TSNode value = extract_child(x, node, JS_F_VALUE);
    if (!ts_node_is_null(value)) {
        define_default(x, node, value);
        return true;
    }
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i + 1 < count; i++) {
        TSNode child = ts_node_child(node, i);
        bool modifier = !ts_node_is_named(child) || str_starts(text_of(x, child), STR("@"));
        if (!modifier) break;
        extract_prefix(x, child);
    }
    return true;
}

// The names that a pattern takes out of a module.
static void add_pattern(Extract *x, Import row, TSNode pattern)
{
    uint32_t count = ts_node_named_child_count(pattern);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(pattern, i);
        if (extract_is(x, child, JS_S_SHORTHAND_PATTERN)) {
            add_import(x, row, child, (TSNode){0});
        } else if (extract_is(x, child, JS_S_SHORTHAND_DEFAULT_PATTERN)) {
            add_import(x, row, extract_child(x, child, JS_F_LEFT), (TSNode){0});
        } else if (extract_is(x, child, JS_S_PAIR_PATTERN)) {
            TSNode value = extract_child(x, child, JS_F_VALUE);
            if (extract_is(x, value, JS_S_DEFAULT_PATTERN))
                value = extract_child(x, value, JS_F_LEFT);
            TSNode local = extract_is(x, value, JS_S_IDENTIFIER) ? value : (TSNode){0};
            add_import(x, row, extract_child(x, child, JS_F_KEY), local);
        } else if (extract_is(x, child, JS_S_REST_PATTERN)) {
            Import rest = row;
            rest.name = STR("*");
            add_import(x, rest, (TSNode){0}, last_child(child));
        }
    }
}

// require("m") and import("m"), with the names that the statement around them gives.
static void add_module_call(Extract *x, TSNode call)
{
    TSNode source = ts_node_named_child(last_child(call), 0);
    TSNode part = {0}, outer = ts_node_parent(call);
    while (extract_rule(x, outer) == RULE_UNWRAP) outer = ts_node_parent(outer);
    if (extract_rule(x, outer) == RULE_MEMBER) {
        part = last_child(outer);
        outer = ts_node_parent(outer);
    }
    x->scope.in_import = true; // its string is the module
    bool binds = extract_is(x, outer, JS_S_DECLARATOR) || extract_is(x, outer, JS_S_ASSIGNMENT);
    TSNode target = binds ? ts_node_child(outer, 0) : (TSNode){0};
    bool is_name = extract_is(x, target, JS_S_IDENTIFIER);
    bool is_pattern = extract_is(x, target, JS_S_OBJECT_PATTERN) && ts_node_is_null(part);
    Import row = module_row(x, is_name || is_pattern ? outer : call, source);
    if (is_pattern) add_pattern(x, row, target);
    else add_import(x, row, part, is_name ? target : (TSNode){0});
}

// --- calls and text

// (0, m.f)(x), which compilers write for a call without a receiver: the name is f.
static void name_sequence(const Extract *x, TSNode node, Call *call)
{
    TSNode inner = unwrap(x, extract_child(x, node, JS_F_FUNCTION));
    if (!extract_is(x, inner, JS_S_SEQUENCE)) return;
    Call named = {0};
    extract_callee(x, node, last_child(inner), &named);
    call->name = named.name;
    call->name_span = named.name_span;
    call->receiver = named.receiver;
}

// tag`text ${a}` gets the texts and each value.
static void count_tagged(const Extract *x, TSNode template, Call *call)
{
    call->arg_count = 1;
    uint32_t count = ts_node_named_child_count(template);
    for (uint32_t i = 0; i < count; i++)
        call->arg_count += extract_rule(x, ts_node_named_child(template, i)) == RULE_CODE;
}

bool javascript_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    if (!call->name.len && str_starts(call->callee, STR("(0,"))) name_sequence(x, node, call);
    if (x->text.ptr[call->full.end - 1] == '`') count_tagged(x, last_child(node), call);
    bool module = str_eq(call->callee, STR("require")) || str_eq(call->callee, STR("import"));
    if (module && is_module_call(x, node)) add_module_call(x, node);
    bool is_type = x->scope.in_type || x->scope.kind == DEF_TYPE || x->scope.kind == DEF_INTERFACE;
    if (is_type) call->full.end = call->full.start; // typeof import("m"): imports, calls nothing
    return true;
}

// Strings and regular expressions hold no code, unlike templates: what is inside is not walked.
bool javascript_string(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TextSpan span = {.kind = SPAN_STRING, .span = extract_span(node)};
    if (!x->scope.in_import) extract_text_span(x, span);
    return false;
}

bool javascript_hash_bang(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft; // not extract_comment: it is no part of a doc comment below it
    extract_text_span(x, (TextSpan){.kind = SPAN_COMMENT, .span = extract_span(node)});
    return false;
}

// --- JSX

// <Foo a={b} {...rest}>: a call of Foo with keyword arguments. <div> is only a name.
bool javascript_jsx_element(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode name = extract_child(x, node, JS_F_NAME);
    bool member = extract_rule(x, name) == RULE_MEMBER;
    if (!member && !extract_is(x, name, JS_S_IDENTIFIER)) return true;
    Str written = text_of(x, name);
    if (!written.len) return true;
    if (!member && written.ptr[0] >= 'a' && written.ptr[0] <= 'z') return true;
    Call call = {0};
    extract_callee(x, node, name, &call);
    uint32_t count = ts_node_named_child_count(node);
    Str *keywords = ARENA_ARRAY(x->cx->arena, Str, count);
    for (uint32_t i = 1; i < count; i++) {
        TSNode child = ts_node_named_child(node, i);
        if (str_starts(text_of(x, child), STR("{"))) call.star_star = true;
        else if (!strcmp(ts_node_type(child), "jsx_attribute"))
            keywords[call.keyword_count++] = text_of(x, ts_node_child(child, 0));
    }
    call.keywords = keywords;
    extract_call(x, &call);
    return true;
}

bool javascript_jsx_text(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    return str_trim(text_of(x, node)).len > 0;
}

// --- the language

static const Rule rules[] = {
#include "lang/javascript/jsx.def"
#include "lang/javascript/rules.def"
    {"field_definition", RULE_DEF, DEF_FIELD, .name = "property", .hook = javascript_field},
    {0},
};

static const char *const fields[] = {JS_FIELDS(JS_NAME_OF) NULL};
static const char *const symbols[] = {JS_SYMBOLS(JS_NAME_OF) NULL};
static const char *const doc_markers[] = {"/**", NULL};
static const char *const aliases[] = {"js", "jsx", "mjs", "node", NULL};
static const char *const extensions[] = {"js", "mjs", "cjs", "jsx", NULL};
static const char *const file_names[] = {"Jakefile", NULL};
static const char *const interpreters[] = {"node", "nodejs", "bun", NULL};

const LangSpec lang_javascript_spec = {
    .name = "javascript",
    .aliases = aliases,
    .extensions = extensions,
    .file_names = file_names,
    .interpreters = interpreters,
    .grammar = tree_sitter_javascript,
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = javascript_name_rules,
};
