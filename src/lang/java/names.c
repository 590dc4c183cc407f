// lang/java/names.c - what binds and uses names in Java.
//
// Constructors are not bound: their name means the class. super(...) and this(...) are uses of the
// names "super" and "this".
#include "lang/java/java.h"

// --- types

static uint32_t plain(const Naming *n, uint32_t type)
{
    while (type && naming_get(n, type)->op == EXPR_ITEM) type = naming_get(n, type)->base;
    return type;
}

static uint32_t leave_type_name(Naming *n, TSNode node, uint32_t value)
{
    if (str_eq(naming_text(n, node), STR("var"))) {
        naming_unuse(n, value);
        return 0;
    }
    naming_role(n, value, ROLE_TYPE);
    return value;
}

// Map.Entry: the names stand side by side.
static uint32_t leave_scoped_type(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    value = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t one = naming_kids(n, &count)[i].value;
        if (!one) continue;
        if (value && extract_is(n->x, kids[i].node, S_TYPE_IDENTIFIER)) {
            naming_unuse(n, one);
            value = naming_expr(n, EXPR_MEMBER, naming_get(n, one)->span, value, 0);
            naming_role(n, value, ROLE_TYPE);
        } else {
            value = one;
        }
    }
    return value;
}

// List<T>, Map<K, V>: what is in it comes last.
static uint32_t leave_generic(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t base = count ? kids[0].value : 0, inner = count > 1 ? kids[count - 1].value : 0;
    if (!base || !inner) return base + (value & 0);
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, inner);
}

static uint32_t leave_last(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    return count ? kids[count - 1].value : value;
}

static uint32_t list_of(Naming *n, TSNode node, uint32_t element)
{
    if (!element) return 0;
    uint32_t base = naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, element);
}

static uint32_t leave_array(Naming *n, TSNode node, uint32_t value)
{
    return list_of(n, node, naming_value(n, F_ELEMENT)) + (value & 0);
}

// new T[3]
static uint32_t leave_new_array(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = list_of(n, node, naming_value(n, F_TYPE));
    return type ? naming_expr(n, EXPR_TYPED, extract_span(node), type, 0) : value & 0;
}

static uint32_t leave_type_parameter(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t bound = 0;
    TSNode name = {0};
    for (size_t i = 0; i < count; i++) {
        if (extract_is(n->x, kids[i].node, S_TYPE_BOUND)) bound = kids[i].value;
        else if (extract_is(n->x, kids[i].node, S_TYPE_IDENTIFIER)) {
            name = kids[i].node;
            naming_unuse(n, kids[i].value);
        }
    }
    if (ts_node_is_null(name)) return value & 0;
    naming_bind(n, BIND_TYPE_PARAM, n->scope, extract_span(name))->type = bound;
    return 0;
}

// --- packages

static bool enter_package(Naming *n, TSNode node)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (!extract_is(n->x, each.node, S_IDENTIFIER) &&
            !extract_is(n->x, each.node, S_SCOPED_IDENTIFIER))
            continue;
        Span span = extract_span(each.node);
        naming_note(n, NOTE_PACKAGE, 0, naming_expr(n, EXPR_LITERAL, span, 0, 0));
    }
    return false;
}

static bool enter_import(Naming *n, TSNode node)
{
    size_t count;
    const Import *rows = naming_imports(n, node, &count);
    Str rest = str_trim(str_sub(naming_text(n, node), 6, SIZE_MAX)); // behind "import"
    for (size_t i = 0; i < count; i++) {
        NameImport *import = naming_import(n, n->scope, rows[i].name_span);
        import->module = rows[i].module;
        import->name = rows[i].name;
        if (str_starts(rest, STR("static"))) import->flags = IMPORT_STATIC;
        NameBinding *binding = naming_last(n);
        if (str_eq(rows[i].name, STR("*"))) binding->kind = BIND_STAR;
        binding->name = rows[i].name.len ? rows[i].name : rows[i].module;
    }
    return false;
}

// --- definitions

static void note_bases(Naming *n, uint32_t bases)
{
    uint32_t def = naming_scope(n, n->scope)->def;
    if (!bases || !def) return;
    const NameExpr *expr = naming_get(n, bases);
    if (expr->op == EXPR_EITHER) {
        uint32_t other = expr->other;
        note_bases(n, expr->base);
        bases = other;
    }
    naming_role(n, plain(n, bases), ROLE_BASE);
    naming_note(n, NOTE_BASE, def, bases);
}

static uint32_t leave_type(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    note_bases(n, naming_value(n, F_SUPERCLASS));
    note_bases(n, naming_value(n, F_INTERFACES));
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        const NameKid *kid = &naming_kids(n, &count)[i];
        if (extract_is(n->x, kid->node, S_EXTENDS_INTERFACES)) note_bases(n, kid->value);
    }
    return value & 0;
}

// A, B
static uint32_t leave_types(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    value = 0;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        uint32_t one = naming_kids(n, &count)[i].value;
        if (!one) continue;
        value = value ? naming_expr(n, EXPR_EITHER, extract_span(node), value, one) : one;
    }
    return value;
}

static bool has_modifier(const Naming *n, TSNode node, const char *word)
{
    TSNode modifiers = ts_node_named_child(node, 0);
    if (!extract_is(n->x, modifiers, S_MODIFIERS)) return false;
    ExtractChildren each = extract_children(modifiers);
    bool found = false;
    while (extract_each(&each))
        found |= !ts_node_is_named(each.node) && str_eq(naming_text(n, each.node), str_from(word));
    return found;
}

static uint32_t leave_method(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def, type = naming_value(n, F_TYPE);
    if (!def) return value & 0;
    if (type) naming_note(n, NOTE_RETURNS, def, type);
    if (has_modifier(n, node, "abstract")) naming_note(n, NOTE_ABSTRACT, def, 0);
    if (has_modifier(n, node, "static")) naming_note(n, NOTE_STATIC, def, 0);
    return 0;
}

static bool enter_constructor(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, F_NAME);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(n, ts_node_start_byte(name));
    naming_open(n, SCOPE_FUNCTION, node, def);
    return true;
}

// The body of a class has no scope of its own, but for those of enum constants and new T() {...}.
static bool enter_body(Naming *n, TSNode node)
{
    TSNode around = extract_ancestor(n->x, 1);
    unsigned kind = extract_symbol(n->x, around);
    if (kind == S_OBJECT_CREATION) {
        uint32_t type = naming_around_value(n, 1, F_TYPE), start = ts_node_start_byte(node);
        naming_open(n, SCOPE_TYPE, node, 0);
        if (!type) return true;
        NameBinding *base = naming_bind(n, BIND_FIELD, n->scope, (Span){start, start});
        base->name = STR("super");
        base->type = type;
    }
    if (kind != S_ENUM_CONSTANT) return true;
    TSNode name = extract_child(n->x, around, F_NAME);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(n, ts_node_start_byte(name));
    naming_open(n, SCOPE_TYPE, node, def);
    return true;
}

static void bind_named(Naming *n, TSNode node, BindKind kind, uint32_t type, uint32_t value)
{
    TSNode name = extract_child(n->x, node, F_NAME);
    if (ts_node_is_null(name)) return;
    uint32_t def = naming_def(n, ts_node_start_byte(name));
    NameBinding *binding = naming_bind(n, def ? BIND_DEF : kind, n->scope, extract_span(name));
    binding->target = def;
    binding->type = type;
    binding->value = value;
}

static uint32_t leave_constant(Naming *n, TSNode node, uint32_t value)
{
    bind_named(n, node, BIND_LOCAL, 0, 0);
    return value & 0;
}

static uint32_t leave_parameter(Naming *n, TSNode node, uint32_t value)
{
    bind_named(n, node, BIND_PARAM, naming_value(n, F_TYPE), value & 0);
    return 0;
}

static uint32_t leave_spread(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = list_of(n, node, naming_first(n));
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(n->x, each.node, S_VARIABLE_DECLARATOR))
            bind_named(n, each.node, BIND_PARAM, type, value & 0);
    return 0;
}

static uint32_t leave_declarator(Naming *n, TSNode node, uint32_t value)
{
    if (extract_is(n->x, naming_around(n, 1), S_SPREAD_PARAMETER)) return value & 0;
    bind_named(n, node, BIND_LOCAL, naming_around_value(n, 1, F_TYPE), naming_value(n, F_VALUE));
    return 0;
}

// --- statements

static bool enter_block(Naming *n, TSNode node)
{
    if (naming_scope(n, n->scope)->span.end != ts_node_end_byte(node))
        naming_open(n, SCOPE_BLOCK, node, 0);
    return true;
}

static uint32_t leave_for(Naming *n, TSNode node, uint32_t value)
{
    uint32_t all = naming_value(n, F_VALUE);
    Span span = extract_span(extract_child(n->x, node, F_VALUE));
    uint32_t item = all ? naming_expr(n, EXPR_ITEM, span, all, 0) : 0;
    bind_named(n, node, BIND_LOCAL, naming_value(n, F_TYPE), item);
    return value & 0;
}

static uint32_t leave_resource(Naming *n, TSNode node, uint32_t value)
{
    bind_named(n, node, BIND_LOCAL, naming_value(n, F_TYPE), naming_value(n, F_VALUE));
    return value & 0;
}

static uint32_t leave_catch(Naming *n, TSNode node, uint32_t value)
{
    bind_named(n, node, BIND_LOCAL, naming_first(n), value & 0);
    return 0;
}

static uint32_t leave_instanceof(Naming *n, TSNode node, uint32_t value)
{
    bind_named(n, node, BIND_LOCAL, naming_value(n, F_RIGHT), value & 0);
    return 0;
}

// case T name: the name stands behind the type.
static uint32_t leave_pattern(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (!count || !extract_is(n->x, kids[count - 1].node, S_IDENTIFIER)) return value & 0;
    TSNode name = kids[count - 1].node;
    uint32_t type = count > 1 ? kids[0].value : 0;
    naming_unuse(n, kids[count - 1].value);
    naming_bind(n, BIND_LOCAL, n->scope, extract_span(name))->type = type;
    return 0;
}

static uint32_t leave_label(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (count && extract_is(n->x, kids[0].node, S_IDENTIFIER)) naming_unuse(n, kids[0].value);
    return value & 0;
}

// --- expressions

static bool enter_lambda(Naming *n, TSNode node)
{
    TSNode parameters = extract_child(n->x, node, F_PARAMETERS);
    if (ts_node_is_null(parameters)) return true;
    if (extract_is(n->x, parameters, S_IDENTIFIER))
        naming_bind(n, BIND_PARAM, n->scope, extract_span(parameters));
    if (!extract_is(n->x, parameters, S_INFERRED_PARAMETERS)) return true;
    ExtractChildren each = extract_children(parameters);
    while (extract_each(&each))
        if (extract_is(n->x, each.node, S_IDENTIFIER))
            naming_bind(n, BIND_PARAM, n->scope, extract_span(each.node));
    return true;
}

static uint32_t leave_invocation(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, F_NAME), object = extract_child(n->x, node, F_OBJECT);
    if (ts_node_is_null(name)) return value & 0;
    ExprOp op = ts_node_is_null(object) ? EXPR_NAME : EXPR_MEMBER;
    uint32_t base = op == EXPR_MEMBER ? naming_value(n, F_OBJECT) : 0;
    uint32_t callee = naming_expr(n, op, extract_span(name), base, 0);
    naming_role(n, callee, ROLE_CALLED);
    return naming_expr(n, EXPR_CALL, extract_span(node), callee, 0);
}

static uint32_t leave_creation(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, plain(n, naming_value(n, F_TYPE)), ROLE_CALLED);
    return value;
}

// super(...), this(...)
static uint32_t leave_constructor_call(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, F_CONSTRUCTOR);
    if (ts_node_is_null(name)) return value & 0;
    naming_role(n, naming_expr(n, EXPR_NAME, extract_span(name), 0, 0), ROLE_CALLED);
    return 0;
}

// Outer.this
static uint32_t leave_access(Naming *n, TSNode node, uint32_t value)
{
    TSNode field = extract_child(n->x, node, F_FIELD);
    uint32_t object = naming_value(n, F_OBJECT);
    if (!value || ts_node_is_null(field) || !str_eq(naming_text(n, field), STR("this")))
        return value;
    naming_unuse(n, value);
    return object ? naming_expr(n, EXPR_TYPED, extract_span(node), object, 0) : 0;
}

// T::name, x::name; T::new is the type.
static uint32_t leave_reference(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    (void)node;
    if (!count) return value & 0;
    uint32_t base = kids[0].value;
    if (count < 2 || !extract_is(n->x, kids[count - 1].node, S_IDENTIFIER)) return base;
    naming_unuse(n, kids[count - 1].value);
    return naming_expr(n, EXPR_MEMBER, extract_span(kids[count - 1].node), base, 0);
}

static uint32_t leave_assignment(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, naming_value(n, F_LEFT), ROLE_WRITTEN);
    return naming_value(n, F_RIGHT) + (value & 0);
}

static uint32_t leave_annotation(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t name = naming_value(n, F_NAME);
    naming_role(n, name, ROLE_DECORATOR);
    const NameScope *around = naming_scope(n, n->scope);
    TSNode modifiers = extract_ancestor(n->x, 1);
    bool own = around->def && around->span.start == ts_node_start_byte(modifiers) &&
               extract_is(n->x, modifiers, S_MODIFIERS);
    if (own && name) naming_note(n, NOTE_DECORATOR, around->def, name);
    return value & 0;
}

const NameRule java_name_rules[] = {
    {"package_declaration", .enter = enter_package},
    {"import_declaration", .enter = enter_import},
    {"module_declaration", .kind = NR_SKIP},
    {"class_declaration", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"record_declaration", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"interface_declaration", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"enum_declaration", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"annotation_type_declaration", NR_DECL, .name = "name", .scope = SCOPE_TYPE},
    {"enum_constant", .name = "name", .leave = leave_constant},
    {"class_body", .enter = enter_body},
    {"superclass", .kind = NR_PASS},
    {"super_interfaces", .kind = NR_PASS},
    {"extends_interfaces", .kind = NR_PASS},
    {"type_list", .leave = leave_types},
    {"method_declaration", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION, .leave = leave_method},
    {"annotation_type_element_declaration", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION,
     .leave = leave_method},
    {"constructor_declaration", .name = "name", .enter = enter_constructor},
    {"compact_constructor_declaration", .name = "name", .enter = enter_constructor},
    {"field_declaration", .kind = NR_NONE},
    {"constant_declaration", .kind = NR_NONE},
    {"local_variable_declaration", .kind = NR_NONE},
    {"variable_declarator", .name = "name", .leave = leave_declarator},
    {"formal_parameter", .name = "name", .leave = leave_parameter},
    {"spread_parameter", .leave = leave_spread},
    {"receiver_parameter", .kind = NR_SKIP},
    {"type_parameter", .leave = leave_type_parameter},

    {"block", .enter = enter_block},
    {"static_initializer", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"if_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"while_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"for_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"enhanced_for_statement", NR_SCOPE, .name = "name", .scope = SCOPE_BLOCK, .leave = leave_for},
    {"try_with_resources_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"resource", .name = "name", .leave = leave_resource},
    {"catch_clause", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"catch_formal_parameter", .name = "name", .leave = leave_catch},
    {"catch_type", .leave = leave_types},
    {"switch_rule", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"switch_block_statement_group", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"instanceof_expression", .name = "name", .leave = leave_instanceof},
    {"type_pattern", .leave = leave_pattern},
    {"record_pattern_component", .leave = leave_pattern},
    {"labeled_statement", .leave = leave_label},
    {"break_statement", .kind = NR_SKIP},
    {"continue_statement", .kind = NR_SKIP},

    {"identifier", .kind = NR_NAME},
    {"this", .kind = NR_SELF},
    {"super", .kind = NR_SUPER},
    {"field_access", NR_MEMBER, .base = "object", .name = "field", .leave = leave_access},
    {"scoped_identifier", NR_MEMBER, .base = "scope", .name = "name"},
    {"method_invocation", .name = "name", .leave = leave_invocation},
    {"object_creation_expression", NR_TYPED, .base = "type", .leave = leave_creation},
    {"explicit_constructor_invocation", .name = "constructor", .leave = leave_constructor_call},
    {"argument_list", .kind = NR_ARGS},
    {"method_reference", .leave = leave_reference},
    {"lambda_expression", NR_SCOPE, .name = "parameters", .scope = SCOPE_FUNCTION,
     .enter = enter_lambda},
    {"inferred_parameters", .kind = NR_SKIP},
    {"parenthesized_expression", .kind = NR_PASS},
    {"cast_expression", NR_TYPED, .base = "type"},
    {"ternary_expression", NR_EITHER, .base = "consequence", .name = "alternative"},
    {"array_access", NR_ITEM, .base = "array"},
    {"array_creation_expression", .leave = leave_new_array},
    {"assignment_expression", .leave = leave_assignment},
    {"class_literal", .kind = NR_NONE},
    {"string_literal", .kind = NR_LITERAL},
    {"character_literal", .kind = NR_LITERAL},
    {"decimal_integer_literal", .kind = NR_LITERAL},
    {"decimal_floating_point_literal", .kind = NR_LITERAL},
    {"true", .kind = NR_LITERAL},
    {"false", .kind = NR_LITERAL},

    {"type_identifier", NR_NAME, .leave = leave_type_name},
    {"integral_type", .kind = NR_LITERAL},
    {"floating_point_type", .kind = NR_LITERAL},
    {"boolean_type", .kind = NR_LITERAL},
    {"scoped_type_identifier", .leave = leave_scoped_type},
    {"generic_type", .leave = leave_generic},
    {"type_arguments", .leave = leave_last},
    {"type_bound", .leave = leave_types},
    {"wildcard", .kind = NR_PASS},
    {"annotated_type", .leave = leave_last},
    {"array_type", .leave = leave_array},

    {"annotation", .leave = leave_annotation},
    {"marker_annotation", .leave = leave_annotation},
    {"element_value_pair", NR_PASS, .base = "value", .name = "key"},
    {"line_comment", .kind = NR_SKIP},
    {"block_comment", .kind = NR_SKIP},
    {0},
};
