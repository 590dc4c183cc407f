// lang/go/names.c - what binds and uses names in Go.
//
// Everything has a type that is written or follows from one expression, so assignments (=) bind
// nothing. Of several results or return types the first one counts. A body shares its scope with
// the parameters or the clause in front of it, as far as names go.
#include "lang/go/go.h"

// --- types

static uint32_t leave_type_name(Naming *n, TSNode node, uint32_t value)
{
    if (go_is_builtin_type(naming_text(n, node))) {
        naming_unuse(n, value);
        return naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
    }
    naming_role(n, value, ROLE_TYPE);
    return value;
}

static uint32_t leave_qualified(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, value, ROLE_TYPE);
    return value;
}

// []T, map[K]T, chan T, ...T
static uint32_t container(Naming *n, TSNode node, uint32_t element)
{
    if (!element) return 0;
    uint32_t base = naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, element);
}

static uint32_t leave_array(Naming *n, TSNode node, uint32_t value)
{
    return container(n, node, naming_value(n, F_ELEMENT)) + (value & 0);
}

static uint32_t leave_map(Naming *n, TSNode node, uint32_t value)
{
    return container(n, node, naming_value(n, F_VALUE)) + (value & 0);
}

static uint32_t leave_generic(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t base = naming_value(n, F_TYPE), inner = count > 1 ? kids[count - 1].value : 0;
    if (!base || !inner) return base + (value & 0);
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, inner);
}

// Without type arguments: what a name stands for.
static uint32_t plain(const Naming *n, uint32_t type)
{
    while (type && naming_get(n, type)->op == EXPR_ITEM) type = naming_get(n, type)->base;
    return type;
}

// --- definitions

static bool enter_package(Naming *n, TSNode node)
{
    TSNode name = ts_node_named_child(node, 0);
    if (ts_node_is_null(name)) return false;
    naming_note(n, NOTE_PACKAGE, 0, naming_expr(n, EXPR_LITERAL, extract_span(name), 0, 0));
    return false;
}

// The last element of the path, without the version: what a package is called by custom.
static Str package_name(Str path)
{
    size_t slash = str_find_last(path, '/');
    Str name = slash < path.len ? str_sub(path, slash + 1, path.len) : path;
    bool version = slash < path.len && name.len > 1 && name.ptr[0] == 'v';
    for (size_t i = 1; i < name.len; i++) version &= name.ptr[i] >= '0' && name.ptr[i] <= '9';
    if (version) return package_name(str_sub(path, 0, slash));
    size_t dot = str_find(name, '.'); // yaml.v3
    return str_sub(name, 0, dot ? dot : name.len);
}

static bool enter_import(Naming *n, TSNode node)
{
    TSNode parent = extract_ancestor(n->x, 1);
    bool alone = extract_is(n->x, parent, S_IMPORT_DECLARATION);
    size_t count;
    const Import *rows = naming_imports(n, alone ? parent : node, &count);
    for (size_t i = 0; i < count; i++) {
        NameImport *import = naming_import(n, n->scope, rows[i].name_span);
        import->module = rows[i].module;
        import->name = rows[i].name;
        import->alias = rows[i].alias;
        NameBinding *binding = naming_last(n);
        if (rows[i].name.len) binding->kind = BIND_STAR;
        binding->name = rows[i].alias.len ? rows[i].alias : package_name(rows[i].module);
    }
    return false;
}

static uint32_t leave_function(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t type = naming_value(n, F_RESULT), def = naming_scope_def(n);
    if (type && def) naming_note(n, NOTE_RETURNS, def, type);
    return value & 0;
}

static bool enter_method(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, F_NAME);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(n, ts_node_start_byte(name));
    naming_open(n, SCOPE_FUNCTION, node, def);
    return true;
}

// Of (s *Set[K, V]), K and V are named here.
static void bind_type_arguments(Naming *n, uint32_t type)
{
    for (; type && naming_get(n, type)->op == EXPR_ITEM; type = naming_get(n, type)->base) {
        uint32_t inner = naming_get(n, type)->other;
        if (inner && naming_get(n, inner)->op == EXPR_NAME)
            naming_bind(n, BIND_TYPE_PARAM, n->scope, naming_get(n, inner)->span);
    }
}

static uint32_t leave_method(Naming *n, TSNode node, uint32_t value)
{
    uint32_t receiver = naming_value(n, F_RECEIVER), def = naming_scope(n, n->scope)->def;
    if (receiver && def) {
        bind_type_arguments(n, receiver);
        naming_note(n, NOTE_RECEIVER, def, plain(n, receiver));
    }
    return def ? leave_function(n, node, value) : 0;
}

static uint32_t leave_declared(Naming *n, TSNode node, uint32_t value)
{
    naming_note(n, NOTE_ABSTRACT, naming_scope_def(n), 0);
    return leave_function(n, node, value);
}

// type T struct: its fields stand in the scope of T. Other structs have one of their own.
static bool enter_body(Naming *n, TSNode node)
{
    const NameScope *around = naming_scope(n, n->scope);
    bool own =
        around->kind == SCOPE_TYPE && around->def && around->span.end == ts_node_end_byte(node);
    if (!own) naming_open(n, SCOPE_TYPE, node, 0);
    return true;
}

static uint32_t leave_type(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def;
    uint32_t type = naming_value(n, F_TYPE);
    if (!type || !def) return value & 0;
    bool alias = str_eq(str_from(ts_node_type(node)), STR("type_alias"));
    naming_note(n, alias ? NOTE_STANDS : NOTE_BASE, def, type);
    return 0;
}

static void note_base(Naming *n, uint32_t type)
{
    uint32_t def = naming_scope(n, n->scope)->def;
    type = plain(n, type);
    if (!def || !type) return;
    naming_role(n, type, ROLE_BASE);
    naming_note(n, NOTE_BASE, def, type);
}

// Each name of the declaration, with its type; the first one with `value`.
static uint32_t bind_names(Naming *n, TSNode node, BindKind kind, uint32_t type, uint32_t value)
{
    uint32_t count = 0;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (each.field != extract_field_id(n->x, F_NAME) || !ts_node_is_named(each.node)) continue;
        Span span = extract_span(each.node);
        uint32_t def = naming_def(n, span.start);
        NameBinding *binding = naming_bind(n, def ? BIND_DEF : kind, n->scope, span);
        binding->target = def;
        binding->type = type;
        if (!count++) binding->value = value;
    }
    return count;
}

// An embedded type is a field and a base.
static uint32_t leave_field(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, F_TYPE);
    if (bind_names(n, node, BIND_FIELD, type, 0)) return value & 0;
    uint32_t named = plain(n, type);
    if (!named) return 0;
    Span span = naming_get(n, named)->span;
    uint32_t def = naming_def(n, span.start);
    NameBinding *binding = naming_bind(n, def ? BIND_DEF : BIND_FIELD, n->scope, span);
    binding->target = def;
    binding->type = type;
    note_base(n, type);
    return 0;
}

// interface { io.Reader; A | B }
static uint32_t leave_element(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    naming_kids(n, &count);
    value = naming_first(n);
    if (count == 1 && ts_node_named_child_count(node) == 1 &&
        extract_is(n->x, extract_ancestor(n->x, 1), S_INTERFACE_TYPE))
        note_base(n, value);
    return value;
}

static uint32_t leave_parameter(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, F_TYPE);
    bind_names(n, node, BIND_PARAM, type, value & 0);
    return type;
}

static uint32_t leave_rest(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = container(n, node, naming_value(n, F_TYPE));
    bind_names(n, node, BIND_PARAM, type, value & 0);
    return type;
}

static uint32_t leave_type_parameter(Naming *n, TSNode node, uint32_t value)
{
    bind_names(n, node, BIND_TYPE_PARAM, naming_value(n, F_TYPE), value & 0);
    return 0;
}

static uint32_t leave_first(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    return count ? kids[0].value : value;
}

static uint32_t leave_values(Naming *n, TSNode node, uint32_t value)
{
    bind_names(n, node, BIND_LOCAL, naming_value(n, F_TYPE), naming_value(n, F_VALUE));
    return value & 0;
}

// A constant without type and value has those of the one in front of it.
static uint32_t leave_constants(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, F_TYPE), set = naming_value(n, F_VALUE);
    uint32_t start = ts_node_start_byte(extract_ancestor(n->x, 1));
    if (ts_node_is_null(extract_child(n->x, node, F_VALUE)) && naming_last(n)) {
        const NameBinding *last = naming_last(n);
        if (last->span.start > start) type = last->type, set = last->value;
    }
    bind_names(n, node, BIND_LOCAL, type, set);
    return value & 0;
}

// --- statements

static bool enter_block(Naming *n, TSNode node)
{
    if (naming_scope(n, n->scope)->span.end != ts_node_end_byte(node))
        naming_open(n, SCOPE_BLOCK, node, 0);
    return true;
}

static bool declares(const Naming *n, TSNode statement)
{
    TSNode left = extract_child(n->x, statement, F_LEFT);
    if (ts_node_is_null(left)) return false;
    Str rest = str_sub(n->text, ts_node_end_byte(left), ts_node_end_byte(statement));
    return str_starts(str_trim(rest), STR(":="));
}

// The names on the left of := and of a type switch are bound by what stands around them.
static bool enter_list(Naming *n, TSNode node)
{
    TSNode parent = extract_ancestor(n->x, 1);
    unsigned kind = extract_symbol(n->x, parent);
    bool binds = kind == S_SHORT_VAR_DECLARATION || kind == S_TYPE_SWITCH_STATEMENT ||
                 ((kind == S_RANGE_CLAUSE || kind == S_RECEIVE_STATEMENT) && declares(n, parent));
    if (!binds) return true;
    TSNode names = extract_child(n->x, parent, kind == S_TYPE_SWITCH_STATEMENT ? F_ALIAS : F_LEFT);
    return !ts_node_eq(names, node);
}

static void bind_local(Naming *n, TSNode name, uint32_t value, uint32_t type)
{
    if (!extract_is(n->x, name, S_IDENTIFIER) || str_eq(naming_text(n, name), STR("_"))) return;
    NameBinding *binding = naming_bind(n, BIND_LOCAL, n->scope, extract_span(name));
    binding->value = value;
    binding->type = type;
}

static uint32_t kid_at(const Naming *n, uint32_t start)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++)
        if (ts_node_start_byte(kids[i].node) == start) return kids[i].value;
    return 0;
}

// a, b := x, y; or a, b := f(), which says something of a only.
static uint32_t leave_list(Naming *n, TSNode node, uint32_t value)
{
    value = leave_first(n, node, value);
    TSNode parent = extract_ancestor(n->x, 1);
    if (!extract_is(n->x, parent, S_SHORT_VAR_DECLARATION)) return value;
    TSNode left = extract_child(n->x, parent, F_LEFT);
    if (ts_node_is_null(left) || ts_node_eq(left, node)) return value;
    ExtractChildren names = extract_children(left), values = extract_children(node);
    while (extract_each(&names)) {
        if (!ts_node_is_named(names.node) || extract_is(n->x, names.node, S_COMMENT)) continue;
        bool found = false;
        while (!found && extract_each(&values))
            found = ts_node_is_named(values.node) && !extract_is(n->x, values.node, S_COMMENT);
        bind_local(n, names.node, found ? kid_at(n, ts_node_start_byte(values.node)) : 0, 0);
    }
    if (!values.ended) extract_end(&values);
    return value;
}

static uint32_t leave_assignment(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, naming_value(n, F_LEFT), ROLE_WRITTEN);
    return value & 0;
}

// for i, v := range all
static uint32_t leave_range(Naming *n, TSNode node, uint32_t value)
{
    uint32_t all = naming_value(n, F_RIGHT), at = 0;
    if (!declares(n, node)) return value & 0;
    ExtractChildren each = extract_children(extract_child(n->x, node, F_LEFT));
    while (extract_each(&each)) {
        if (!extract_is(n->x, each.node, S_IDENTIFIER)) continue;
        bool is_item = at++ == 1 && all;
        uint32_t item = is_item ? naming_expr(n, EXPR_ITEM, extract_span(node), all, 0) : 0;
        bind_local(n, each.node, item, 0);
    }
    return 0;
}

// case v, ok := <-c
static uint32_t leave_receive(Naming *n, TSNode node, uint32_t value)
{
    if (!declares(n, node)) return value & 0;
    uint32_t given = naming_value(n, F_RIGHT);
    ExtractChildren each = extract_children(extract_child(n->x, node, F_LEFT));
    for (; extract_each(&each); given = 0) bind_local(n, each.node, given, 0);
    return 0;
}

static TSNode switch_name(const Naming *n)
{
    TSNode around = extract_ancestor(n->x, 1);
    if (!extract_is(n->x, around, S_TYPE_SWITCH_STATEMENT)) return (TSNode){0};
    TSNode names = extract_child(n->x, around, F_ALIAS);
    return ts_node_is_null(names) ? names : ts_node_named_child(names, 0);
}

// In each case of a type switch the variable is one of its own: of the type, if there is just one.
static uint32_t leave_case(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    TSNode name = switch_name(n);
    if (ts_node_is_null(name)) return value & 0;
    size_t count, types = 0;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) types += kids[i].field == extract_field_id(n->x, F_TYPE);
    bool typed = types == 1;
    bind_local(n, name, typed ? 0 : naming_around_value(n, 1, F_VALUE),
               typed ? naming_value(n, F_TYPE) : 0);
    return 0;
}

// --- expressions

static uint32_t leave_identifier(Naming *n, TSNode node, uint32_t value)
{
    if (!str_eq(naming_text(n, node), STR("_"))) return value;
    naming_unuse(n, value);
    return 0;
}

// new(T), make([]T, n) give the type; append(list, x) gives the list.
static uint32_t leave_call(Naming *n, TSNode node, uint32_t value)
{
    uint32_t callee = naming_value(n, F_FUNCTION), first = naming_value(n, F_ARGUMENTS);
    if (!callee) return value;
    const NameExpr *expr = naming_get(n, callee);
    if (expr->op == EXPR_ITEM) naming_role(n, plain(n, callee), ROLE_CALLED);
    if (expr->op != EXPR_NAME || !first) return value;
    Str name = extract_text(n->x, expr->span);
    if (str_eq(name, STR("append"))) return first;
    bool makes = str_eq(name, STR("new")) || str_eq(name, STR("make"));
    return makes ? naming_expr(n, EXPR_TYPED, extract_span(node), first, 0) : value;
}

static uint32_t leave_arguments(Naming *n, TSNode node, uint32_t value)
{
    return leave_first(n, node, value);
}

// []byte(s) gives a value of the type; Max[int](a) reads the same, and may be a call.
static uint32_t leave_conversion(Naming *n, TSNode node, uint32_t value)
{
    TSNode type = extract_child(n->x, node, F_TYPE);
    uint32_t base = naming_value(n, F_TYPE);
    if (!base || !extract_is(n->x, type, S_GENERIC_TYPE))
        return base ? naming_expr(n, EXPR_TYPED, extract_span(node), base, 0) : value & 0;
    naming_role(n, base, ROLE_CALLED);
    naming_role(n, plain(n, base), ROLE_CALLED);
    return naming_expr(n, EXPR_CALL, extract_span(node), base, 0);
}

// &x and *x are x to us; <-c is what comes out of c.
static uint32_t leave_unary(Naming *n, TSNode node, uint32_t value)
{
    (void)value;
    uint32_t operand = naming_value(n, F_OPERAND);
    char first = n->text.ptr[ts_node_start_byte(node)];
    if (first == '&' || first == '*') return operand;
    if (first != '<' || !operand) return 0;
    return naming_expr(n, EXPR_ITEM, extract_span(node), operand, 0);
}

// Whether what has keys in it is a list or map, as far as its text says.
static bool is_list(const Naming *n, TSNode type)
{
    unsigned kind = extract_symbol(n->x, type);
    return kind != S_STRUCT_TYPE && kind != S_TYPE_IDENTIFIER && kind != S_QUALIFIED_TYPE &&
           kind != S_GENERIC_TYPE;
}

// T{name: value}: a field, unless T is a map or list of which we see that it is one.
static uint32_t leave_keyed(Naming *n, TSNode node, uint32_t value)
{
    enum { LITERAL_MAX_DEPTH = 16 };
    uint32_t key = naming_value(n, F_KEY);
    if (!key || naming_get(n, key)->op != EXPR_NAME) return value & 0;
    unsigned level = 1, nested = 0; // literals that lie around the key
    while (level < LITERAL_MAX_DEPTH && !ts_node_is_null(naming_around(n, level)) &&
           !extract_is(n->x, naming_around(n, level), S_COMPOSITE_LITERAL))
        nested += extract_is(n->x, naming_around(n, level++), S_LITERAL_VALUE);
    TSNode around = naming_around(n, level);
    if (ts_node_is_null(around) || !extract_is(n->x, around, S_COMPOSITE_LITERAL)) return 0;
    if (nested < 2 && is_list(n, extract_child(n->x, around, F_TYPE))) return 0;
    uint32_t type = naming_around_value(n, level, F_TYPE);
    for (; nested > 1 && type; nested--)
        type = naming_get(n, type)->op == EXPR_ITEM ? naming_get(n, type)->other : 0;
    naming_unuse(n, key);
    if (!type || naming_get(n, plain(n, type))->op == EXPR_LITERAL) return 0;
    uint32_t whole = naming_expr(n, EXPR_TYPED, extract_span(node), type, 0);
    uint32_t field = naming_expr(n, EXPR_MEMBER, naming_get(n, key)->span, whole, 0);
    naming_role(n, field, ROLE_WRITTEN);
    return 0;
}

const NameRule go_name_rules[] = {
    {"package_clause", .enter = enter_package},
    {"import_spec", .enter = enter_import},
    {"function_declaration", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION,
     .leave = leave_function},
    {"method_declaration", .name = "name", .enter = enter_method, .leave = leave_method},
    {"func_literal", NR_SCOPE, .scope = SCOPE_FUNCTION},
    {"function_type", NR_SCOPE, .scope = SCOPE_FUNCTION},
    {"type_spec", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"type_alias", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"struct_type", .enter = enter_body},
    {"interface_type", .enter = enter_body},
    {"method_elem", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION, .leave = leave_declared},
    {"type_elem", .leave = leave_element},
    {"field_declaration", .name = "name", .leave = leave_field},
    {"var_spec", .name = "name", .leave = leave_values},
    {"const_spec", .name = "name", .leave = leave_constants},
    {"parameter_list", .leave = leave_first},
    {"parameter_declaration", .name = "name", .leave = leave_parameter},
    {"variadic_parameter_declaration", .name = "name", .leave = leave_rest},
    {"type_parameter_declaration", .name = "name", .leave = leave_type_parameter},

    {"block", .enter = enter_block},
    {"if_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"for_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"expression_switch_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"type_switch_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"expression_case", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"type_case", NR_SCOPE, .scope = SCOPE_BLOCK, .leave = leave_case},
    {"default_case", NR_SCOPE, .scope = SCOPE_BLOCK, .leave = leave_case},
    {"communication_case", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"short_var_declaration", .kind = NR_NONE},
    {"assignment_statement", .leave = leave_assignment},
    {"range_clause", .leave = leave_range},
    {"receive_statement", .leave = leave_receive},
    {"expression_list", .enter = enter_list, .leave = leave_list},

    {"identifier", NR_NAME, .leave = leave_identifier},
    {"package_identifier", .kind = NR_NAME},
    {"selector_expression", NR_MEMBER, .base = "operand", .name = "field"},
    {"call_expression", NR_CALL, .base = "function", .leave = leave_call},
    {"argument_list", NR_ARGS, .leave = leave_arguments},
    {"variadic_argument", .kind = NR_PASS},
    {"index_expression", NR_ITEM, .base = "operand"},
    {"slice_expression", NR_PASS, .base = "operand"},
    {"parenthesized_expression", .kind = NR_PASS},
    {"unary_expression", .leave = leave_unary},
    {"type_assertion_expression", NR_TYPED, .base = "type"},
    {"type_conversion_expression", .leave = leave_conversion},
    {"composite_literal", NR_TYPED, .base = "type"},
    {"literal_value", .kind = NR_NONE},
    {"literal_element", .kind = NR_PASS},
    {"keyed_element", .leave = leave_keyed},
    {"interpreted_string_literal", .kind = NR_LITERAL},
    {"raw_string_literal", .kind = NR_LITERAL},
    {"int_literal", .kind = NR_LITERAL},
    {"float_literal", .kind = NR_LITERAL},
    {"rune_literal", .kind = NR_LITERAL},

    {"type_identifier", NR_NAME, .leave = leave_type_name},
    {"qualified_type", NR_MEMBER, .base = "package", .name = "name", .leave = leave_qualified},
    {"generic_type", .leave = leave_generic},
    {"type_instantiation_expression", .leave = leave_generic},
    {"type_arguments", .leave = leave_first},
    {"type_constraint", .kind = NR_PASS},
    {"pointer_type", .kind = NR_PASS},
    {"parenthesized_type", .kind = NR_PASS},
    {"slice_type", .leave = leave_array},
    {"array_type", .leave = leave_array},
    {"implicit_length_array_type", .leave = leave_array},
    {"map_type", .leave = leave_map},
    {"channel_type", .leave = leave_map},
    {"comment", .kind = NR_SKIP},
    {0},
};
