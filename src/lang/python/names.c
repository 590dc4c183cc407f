// lang/python/names.c - what binds and uses names in Python.
//
// Scopes: files, classes, functions, lambdas; comprehensions are blocks. Flow is not followed: a
// name has all the values that it is given in its scope.
#include "lang/python/python.h"

// --- definitions

static uint32_t leave_function(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t type = naming_value(n, F_RETURN_TYPE);
    if (type) naming_note(n, NOTE_RETURNS, naming_scope_def(n), type);
    return value;
}

// Without the @.
static Str decorator_text(const Naming *n, TSNode decorator)
{
    return str_trim(str_sub(naming_text(n, decorator), 1, SIZE_MAX));
}

static bool has_decorator(const Naming *n, TSNode decorated, const char *name)
{
    Str wanted = str_from(name);
    bool found = false;
    ExtractChildren each = extract_children(decorated);
    while (extract_each(&each)) {
        if (!extract_is(n->x, each.node, S_DECORATOR)) continue;
        found |= str_eq(decorator_text(n, each.node), wanted);
    }
    return found;
}

static uint32_t leave_decorated(Naming *n, TSNode node, uint32_t value)
{
    TSNode own = extract_child(n->x, node, F_DEFINITION);
    if (ts_node_is_null(own)) return value;
    TSNode name = extract_child(n->x, own, F_NAME);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(n, ts_node_start_byte(name));
    if (!def) return value;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) {
        if (!extract_is(n->x, kids[i].node, S_DECORATOR)) continue;
        Str text = decorator_text(n, kids[i].node);
        if (kids[i].value) naming_note(n, NOTE_DECORATOR, def, kids[i].value);
        if (str_ends(text, STR("property"))) naming_note(n, NOTE_VALUE, def, 0);
        if (str_ends(text, STR("staticmethod"))) naming_note(n, NOTE_STATIC, def, 0);
        if (str_ends(text, STR("abstractmethod"))) naming_note(n, NOTE_ABSTRACT, def, 0);
    }
    return value;
}

static uint32_t leave_decorator(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, value, ROLE_DECORATOR);
    return value;
}

static uint32_t leave_arguments(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    if (!extract_is(n->x, extract_ancestor(n->x, 1), S_CLASS_DEFINITION)) return value;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) {
        if (!kids[i].value || extract_is(n->x, kids[i].node, S_KEYWORD_ARGUMENT)) continue;
        uint32_t name = kids[i].value; // without its type arguments
        while (naming_get(n, name)->op == EXPR_ITEM) name = naming_get(n, name)->base;
        naming_role(n, name, ROLE_BASE);
        naming_note(n, NOTE_BASE, naming_scope_def(n), kids[i].value);
    }
    return value;
}

// --- parameters

static void bind_parameter(Naming *n, TSNode name, uint32_t value, uint32_t type)
{
    if (ts_node_is_null(name)) return;
    uint32_t scope = naming_scope_up(n, n->scope, SCOPE_FUNCTION);
    NameBinding *binding = naming_bind(n, BIND_PARAM, scope, extract_span(name));
    binding->value = value;
    binding->type = type;
}

static TSNode name_inside(TSNode node)
{
    while (ts_node_named_child_count(node)) node = ts_node_named_child(node, 0);
    return node;
}

static uint32_t leave_default(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, F_NAME);
    bind_parameter(n, name, naming_value(n, F_VALUE), naming_value(n, F_TYPE));
    return value & 0;
}

// (a: T), (*args: T): of the latter, T is the type of what is in it.
static uint32_t leave_typed(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = ts_node_named_child(node, 0);
    uint32_t type = extract_is(n->x, name, S_IDENTIFIER) ? naming_value(n, F_TYPE) : 0;
    naming_unuse(n, naming_first(n));
    bind_parameter(n, name_inside(name), 0, type);
    return value & 0;
}

// The first parameter of a method is its object, or its class.
static void bind_object(Naming *n, TSNode parameters)
{
    uint32_t scope = n->scope;
    if (naming_scope(n, naming_scope(n, scope)->outer)->kind != SCOPE_TYPE) return;
    TSNode first = ts_node_named_child(parameters, 0), function = extract_ancestor(n->x, 1);
    if (ts_node_is_null(first) || !naming_scope(n, scope)->def) return;
    TSNode decorated = extract_ancestor(n->x, 2);
    bool is = extract_is(n->x, decorated, S_DECORATED_DEFINITION);
    if (is && has_decorator(n, decorated, "staticmethod")) return;
    Str name = naming_text(n, extract_child(n->x, function, F_NAME));
    bool owner = (is && has_decorator(n, decorated, "classmethod")) ||
                 str_eq(name, STR("__new__")) || str_eq(name, STR("__init_subclass__")) ||
                 str_eq(name, STR("__class_getitem__"));
    naming_rebind(n, ts_node_start_byte(name_inside(first)), owner ? BIND_OWNER : BIND_SELF);
}

static uint32_t leave_parameters(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) {
        if (!kids[i].value) continue;
        naming_unuse(n, kids[i].value);
        bind_parameter(n, name_inside(kids[i].node), 0, 0);
    }
    bind_object(n, node);
    return value & 0;
}

// --- statements

static uint32_t leave_assignment(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    value = naming_value(n, F_RIGHT);
    naming_assign(n, n->scope, naming_value(n, F_LEFT), value, naming_value(n, F_TYPE));
    return value;
}

static uint32_t leave_named(Naming *n, TSNode node, uint32_t value)
{
    uint32_t scope = n->scope, target;
    while (naming_scope(n, scope)->kind == SCOPE_BLOCK) scope = naming_scope(n, scope)->outer;
    value = naming_value(n, F_VALUE);
    TSNode name = extract_child(n->x, node, F_NAME);
    if (ts_node_is_null(name)) return value;
    target = naming_expr(n, EXPR_NAME, extract_span(name), 0, 0);
    naming_assign(n, scope, target, value, 0);
    return value;
}

static uint32_t leave_augmented(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, naming_value(n, F_LEFT), ROLE_WRITTEN);
    return value & 0;
}

// a, b = ...: what each is set to is not known.
static uint32_t leave_pattern(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++)
        naming_assign(n, n->scope, naming_kids(n, &count)[i].value, 0, 0);
    return value & 0;
}

static uint32_t leave_for(Naming *n, TSNode node, uint32_t value)
{
    uint32_t target = naming_value(n, F_LEFT), all = naming_value(n, F_RIGHT);
    uint32_t item = all ? naming_expr(n, EXPR_ITEM, extract_span(node), all, 0) : 0;
    naming_assign(n, n->scope, target, item, 0);
    return value & 0;
}

// with a as b, except A as b
static uint32_t leave_as(Naming *n, TSNode node, uint32_t value)
{
    value = naming_first(n);
    uint32_t target = naming_value(n, F_ALIAS), set = value == target ? 0 : value;
    bool is_with = str_eq(str_from(ts_node_type(extract_ancestor(n->x, 1))), STR("with_item"));
    if (set && !is_with) set = naming_expr(n, EXPR_TYPED, extract_span(node), set, 0);
    naming_assign(n, n->scope, target, set, 0);
    return value;
}

static bool enter_outer(Naming *n, TSNode node)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(n->x, each.node, S_IDENTIFIER))
            naming_bind(n, BIND_OUTER, n->scope, extract_span(each.node));
    return false;
}

static uint32_t leave_return(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t given = naming_first(n);
    if (given) naming_note(n, NOTE_GIVES, naming_scope_def(n), given);
    return value & 0;
}

static bool enter_import(Naming *n, TSNode node)
{
    size_t count;
    const Import *rows = naming_imports(n, node, &count);
    for (size_t i = 0; i < count; i++) {
        NameImport *import = naming_import(n, n->scope, rows[i].name_span);
        import->module = rows[i].module;
        import->name = rows[i].name;
        import->alias = rows[i].alias;
        NameBinding *binding = naming_last(n);
        if (str_eq(rows[i].name, STR("*"))) binding->kind = BIND_STAR;
        if (!rows[i].name.len && !rows[i].alias.len) {
            import->flags = IMPORT_PACKAGE;
            binding->name = str_sub(rows[i].module, 0, str_find(rows[i].module, '.'));
        } else {
            binding->name = rows[i].alias.len ? rows[i].alias : rows[i].name;
        }
    }
    return false;
}

// --- expressions

static uint32_t leave_call(Naming *n, TSNode node, uint32_t value)
{
    uint32_t callee = naming_first(n);
    if (!callee || naming_get(n, callee)->op != EXPR_NAME) return value;
    if (!str_eq(extract_text(n->x, naming_get(n, callee)->span), STR("super"))) return value;
    // super(X, self): X, which need not be the type around.
    TSNode arguments = ts_node_named_child(node, 1), type = ts_node_named_child(arguments, 0);
    uint32_t of = ts_node_is_null(type) ? 0 : naming_path(n, extract_span(type), '.');
    return naming_expr(n, EXPR_SUPER, extract_span(node), of, 0);
}

// a if b else c
static uint32_t leave_conditional(Naming *n, TSNode node, uint32_t value)
{
    uint32_t found[3] = {0};
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (uint32_t i = 0; i < 3; i++) {
        TSNode part = ts_node_named_child(node, i);
        for (size_t k = 0; k < count; k++)
            if (ts_node_eq(kids[k].node, part)) found[i] = kids[k].value;
    }
    if (!found[0] || !found[2]) return value + found[0] + found[2];
    return naming_expr(n, EXPR_EITHER, extract_span(node), found[0], found[2]);
}

// --- types

// "Foo" where a type is written.
static uint32_t leave_string(Naming *n, TSNode node, uint32_t value)
{
    if (!naming_in_type(n)) return value;
    Span span = extract_span(node);
    Str text = extract_text(n->x, span);
    if (text.len < 3 || (text.ptr[0] != '"' && text.ptr[0] != '\'')) return 0;
    return naming_path(n, (Span){span.start + 1, span.end - 1}, '.');
}

static bool takes_first(Str name)
{
    static const char *const names[] = {"Optional", "Union", "Annotated", "Final", "ClassVar"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_ends(name, str_from(names[i]))) return true;
    return false;
}

// list[T], Optional[T]: the container, with T as `other`.
static uint32_t generic(Naming *n, TSNode node, uint32_t base, uint32_t first, uint32_t last)
{
    if (!base || !last) return base;
    if (takes_first(extract_text(n->x, naming_get(n, base)->span))) return first;
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, last);
}

static uint32_t leave_generic(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (!count) return value;
    uint32_t base = kids[0].value, inner = count > 1 ? kids[count - 1].value : 0;
    return generic(n, node, base, inner, inner);
}

static uint32_t leave_type_parameter(Naming *n, TSNode node, uint32_t value)
{
    TSNode around = extract_ancestor(n->x, 1);
    if (takes_first(naming_text(n, ts_node_named_child(around, 0)))) return naming_first(n);
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    (void)node;
    return count ? kids[count - 1].value : value;
}

static uint32_t leave_subscript(Naming *n, TSNode node, uint32_t value)
{
    if (!naming_in_type(n)) return value;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (count < 2) return naming_value(n, F_VALUE);
    return generic(n, node, naming_value(n, F_VALUE), kids[1].value, kids[count - 1].value);
}

// X | None
static uint32_t leave_union(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    return naming_in_type(n) ? naming_first(n) : value;
}

const NameRule python_name_rules[] = {
    {"function_definition", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION,
     .leave = leave_function},
    {"class_definition", NR_DECL, .name = "name", .scope = SCOPE_TYPE},
    {"decorated_definition", .leave = leave_decorated},
    {"decorator", NR_PASS, .leave = leave_decorator},
    {"lambda", NR_SCOPE, .scope = SCOPE_FUNCTION},
    {"parameters", .leave = leave_parameters},
    {"lambda_parameters", .leave = leave_parameters},
    {"default_parameter", .name = "name", .leave = leave_default},
    {"typed_default_parameter", .name = "name", .leave = leave_default},
    {"typed_parameter", .leave = leave_typed},

    {"import_statement", .enter = enter_import},
    {"import_from_statement", .enter = enter_import},
    {"future_import_statement", .kind = NR_SKIP},
    {"global_statement", .enter = enter_outer},
    {"nonlocal_statement", .enter = enter_outer},
    {"assignment", .leave = leave_assignment},
    {"augmented_assignment", .leave = leave_augmented},
    {"named_expression", .name = "name", .leave = leave_named},
    {"pattern_list", .leave = leave_pattern},
    {"tuple_pattern", .leave = leave_pattern},
    {"list_pattern", .leave = leave_pattern},
    {"list_splat_pattern", .kind = NR_PASS},
    {"dictionary_splat_pattern", .kind = NR_PASS},
    {"for_statement", .leave = leave_for},
    {"for_in_clause", .leave = leave_for},
    {"as_pattern", .leave = leave_as},
    {"as_pattern_target", .kind = NR_PASS},
    {"return_statement", .leave = leave_return},

    {"list_comprehension", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"set_comprehension", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"dictionary_comprehension", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"generator_expression", NR_SCOPE, .scope = SCOPE_BLOCK},

    {"identifier", .kind = NR_NAME},
    {"attribute", NR_MEMBER, .base = "object", .name = "attribute"},
    {"call", NR_CALL, .base = "function", .leave = leave_call},
    {"argument_list", NR_ARGS, .leave = leave_arguments},
    {"keyword_argument", NR_PASS, .base = "value", .name = "name"},
    {"list_splat", .kind = NR_PASS},
    {"dictionary_splat", .kind = NR_PASS},
    {"parenthesized_expression", .kind = NR_PASS},
    {"await", .kind = NR_AWAIT},
    {"boolean_operator", NR_EITHER, .base = "left", .name = "right"},
    {"conditional_expression", .leave = leave_conditional},
    {"subscript", NR_ITEM, .base = "value", .leave = leave_subscript},
    {"binary_operator", .leave = leave_union},
    {"string", NR_LITERAL, .leave = leave_string},
    {"concatenated_string", .kind = NR_LITERAL},
    {"integer", .kind = NR_LITERAL},
    {"float", .kind = NR_LITERAL},
    {"list", .kind = NR_LITERAL},
    {"dictionary", .kind = NR_LITERAL},
    {"set", .kind = NR_LITERAL},
    {"tuple", .kind = NR_LITERAL},

    {"type", .kind = NR_TYPE},
    {"generic_type", .leave = leave_generic},
    {"type_parameter", .leave = leave_type_parameter},
    {"union_type", .leave = leave_union},
    {"comment", .kind = NR_SKIP},
    {0},
};
