// lang/javascript/names_modules.c - what files of JavaScript take from and give to each other.
//
// An export is BIND_EXPORT; what a file exports as a whole (module.exports = x, export = x) is
// called "export=". require("m") and import("m") are NAMEs whose text is "m", with the quotes,
// bound in the file to an import of it.
#include "lang/javascript/names.h"

static void bind_export(Naming *n, Span span, Str name, uint32_t def, uint32_t value)
{
    NameBinding *binding = naming_bind(n, BIND_EXPORT, 0, span);
    if (name.len) binding->name = name;
    binding->target = def;
    binding->value = def ? 0 : value;
}

// All that is bound in `scope` inside `node`, the last things walked.
static void export_inside(Naming *n, TSNode node, uint32_t scope)
{
    size_t count;
    naming_bindings(n, &count);
    for (size_t i = count; i-- > 0;) {
        NameBinding binding = naming_bindings(n, &count)[i];
        if (binding.span.start < ts_node_start_byte(node)) break;
        if (binding.scope != scope || binding.kind == BIND_EXPORT) continue;
        uint32_t def = binding.kind == BIND_DEF ? binding.target : 0, value = binding.value;
        if (!def && !scope) { // a variable that Facts do not have
            value = naming_expr(n, EXPR_NAME, binding.span, 0, 0);
            naming_unuse(n, value);
        }
        bind_export(n, binding.span, binding.name, def, value);
    }
}

// module.exports = { a, b: c, d() {} }
static void export_members(Naming *n, TSNode object)
{
    size_t count;
    const NameBinding *all = naming_bindings(n, &count);
    Span span = extract_span(object);
    for (size_t i = count; i-- > 0 && all[i].span.start > span.start;) {
        const NameScope *scope = naming_scope(n, all[i].scope);
        if (scope->kind != SCOPE_TYPE || scope->span.start != span.start) continue;
        export_inside(n, object, all[i].scope);
        return;
    }
}

static bool is_exports(Str object)
{
    return str_eq(object, STR("exports")) || str_eq(object, STR("module.exports"));
}

// Whether an assignment to a member is an export.
bool js_assign_export(Naming *n, TSNode left, TSNode right, uint32_t value)
{
    TSNode property = js_child(n, left, JS_F_PROPERTY);
    if (ts_node_is_null(property)) return false;
    Span span = extract_span(property);
    Str object = js_text(n, js_child(n, left, JS_F_OBJECT));
    uint32_t def = naming_def(n, span.start);
    if (is_exports(object)) {
        bind_export(n, span, STR_NONE, def, value);
        return true;
    }
    if (!str_eq(js_text(n, left), STR("module.exports"))) return false;
    TSNode own = js_child(n, right, JS_F_NAME);
    if (!def) def = js_def_named(n, own);
    if (js_is(right, "object")) export_members(n, right);
    if (def || !js_is(right, "object")) bind_export(n, span, STR("export="), def, value);
    return true;
}

static TSNode default_word(TSNode statement)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(statement);
    while (extract_each(&each))
        if (js_is(each.node, "default")) found = each.node;
    return found;
}

// export default x
static void export_default(Naming *n, TSNode statement, TSNode word)
{
    TSNode declared = js_child(n, statement, JS_F_DECLARATION);
    TSNode value = js_child(n, statement, JS_F_VALUE);
    uint32_t def = js_def_named(n, js_child(n, declared, JS_F_NAME));
    if (!def && !ts_node_is_null(value)) def = js_def_named(n, js_child(n, value, JS_F_NAME));
    if (!def) def = js_def_named(n, word);
    bind_export(n, extract_span(word), STR("default"), def, naming_value(n, JS_F_VALUE));
}

static void decorate_exported(Naming *n, TSNode statement)
{
    TSNode declared = js_child(n, statement, JS_F_DECLARATION);
    js_note_decorators(n, js_def_named(n, js_child(n, declared, JS_F_NAME)));
}

uint32_t js_leave_export(Naming *n, TSNode node, uint32_t value)
{
    TSNode word = default_word(node), declared = js_child(n, node, JS_F_DECLARATION);
    decorate_exported(n, node);
    if (n->scope) return value & 0; // in a namespace: its members
    if (!ts_node_is_null(word)) {
        export_default(n, node, word);
    } else if (!ts_node_is_null(declared)) {
        export_inside(n, declared, 0);
    } else if (str_starts(str_trim(str_sub(js_text(n, node), 6, SIZE_MAX)), STR("="))) {
        bind_export(n, (Span){ts_node_start_byte(node), ts_node_start_byte(node) + 6},
                    STR("export="), 0, naming_first(n));
    }
    return value & 0;
}

// a as b, of what the file itself binds.
uint32_t js_leave_export_name(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = js_child(n, node, JS_F_NAME), alias = js_child(n, node, JS_F_ALIAS);
    naming_unuse(n, naming_value(n, JS_F_ALIAS));
    if (ts_node_is_null(name) || n->scope) return value & 0;
    uint32_t meant = naming_expr(n, EXPR_NAME, extract_span(name), 0, 0);
    Span span = js_bare_span(ts_node_is_null(alias) ? name : alias);
    bind_export(n, span, STR_NONE, 0, meant);
    return value & 0;
}

// --- imports

static void add_import(Naming *n, const Import *row, uint32_t flags)
{
    NameImport *import = naming_import(n, n->scope, row->name_span);
    import->module = row->module;
    import->name = row->name;
    import->alias = row->alias;
    import->flags = flags;
    NameBinding *binding = naming_last(n);
    binding->name = row->alias.len ? row->alias : row->name.len ? row->name : row->module;
    if (str_eq(row->name, STR("*")) && !row->alias.len) binding->kind = BIND_STAR;
}

bool js_enter_import(Naming *n, TSNode node)
{
    size_t count;
    const Import *rows = naming_imports(n, node, &count);
    for (size_t i = 0; i < count; i++) add_import(n, &rows[i], 0);
    return false;
}

bool js_enter_export(Naming *n, TSNode node)
{
    if (ts_node_is_null(js_child(n, node, JS_F_SOURCE))) return true;
    size_t count;
    const Import *rows = naming_imports(n, node, &count);
    for (size_t i = 0; i < count; i++) add_import(n, &rows[i], IMPORT_EXPORTED);
    return false;
}

// require("m"), import("m"): a name for the module.
uint32_t js_module_value(Naming *n, TSNode call)
{
    TSNode callee = js_child(n, call, JS_F_FUNCTION), arguments = js_child(n, call, JS_F_ARGUMENTS);
    TSNode source = ts_node_is_null(arguments) ? arguments : ts_node_named_child(arguments, 0);
    if (!js_is(source, "string")) return 0;
    if (!js_is(callee, "import") && !str_eq(js_text(n, callee), STR("require"))) return 0;
    Span span = extract_span(source); // with its quotes, so that it is no other name
    naming_import(n, 0, span)->module = extract_text(n->x, js_bare_span(source));
    uint32_t module = naming_expr(n, EXPR_NAME, span, 0, 0);
    naming_unuse(n, module);
    return module;
}
