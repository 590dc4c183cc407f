// lang/cpp/names.c - what binds and uses names in C++; what C has as well is done by c/names.c.
//
// Namespaces and classes are scopes; a template's parameters are in a block around what it makes.
// A function that is defined outside of its class is not bound: NOTE_RECEIVER tells the class.
// Constructors, destructors and operators are not bound: T(...) means T. Operators that are used
// are no calls.
#include "lang/c/names.h"
#include "lang/cpp/cpp.h"

// The scope in which a definition is bound: a template's own block is none.
static uint32_t definition_scope(const Naming *n)
{
    uint32_t scope = n->scope;
    while (naming_scope(n, scope)->kind == SCOPE_BLOCK) scope = naming_scope(n, scope)->outer;
    return naming_scope(n, scope)->kind == SCOPE_FUNCTION ? n->scope : scope;
}

static bool in_type(const Naming *n)
{
    return naming_scope(n, definition_scope(n))->kind == SCOPE_TYPE;
}

static bool is_name(const Naming *n, uint32_t value)
{
    return value && naming_get(n, value)->op == EXPR_NAME;
}

static TSNode child_of_kind(const Naming *n, TSNode node, unsigned symbol)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(n->x, each.node, symbol)) found = each.node;
    return found;
}

// --- namespaces

static bool enter_namespace(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    uint32_t def = 0;
    for (int i = 0; !ts_node_is_null(name) && extract_is(n->x, name, S_NESTED_NAMESPACE) && i < 32;
         i++)
        name = ts_node_named_child(name, ts_node_named_child_count(name) - 1);
    if (!ts_node_is_null(name)) def = naming_def(n, ts_node_start_byte(name));
    if (def) naming_bind(n, BIND_DEF, n->scope, extract_span(name))->target = def;
    if (!ts_node_is_null(name)) naming_open(n, SCOPE_MODULE, node, def);
    return true; // without a name: what is in it belongs to what is around
}

static uint32_t leave_namespace_alias(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(n, ts_node_start_byte(name));
    if (!def) return value & 0;
    naming_bind(n, BIND_DEF, n->scope, extract_span(name))->target = def;
    uint32_t stands = naming_first(n);
    if (stands) naming_note(n, NOTE_STANDS, def, stands);
    return value & 0;
}

static bool enter_nested(Naming *n, TSNode node)
{
    (void)n, (void)node;
    return false;
}

// a::b, where no expression can stand.
static uint32_t leave_nested(Naming *n, TSNode node, uint32_t value)
{
    if (extract_is(n->x, naming_around(n, 1), S_NAMESPACE_DEFINITION)) return value & 0;
    Span span = extract_span(node);
    uint32_t start = span.start;
    value = 0;
    for (uint32_t i = span.start; i <= span.end; i++) {
        if (i < span.end && !strchr(": \t\r\n", n->text.ptr[i])) continue;
        Span part = {start, i};
        if (i > start) value = naming_expr(n, value ? EXPR_MEMBER : EXPR_NAME, part, value, 0);
        start = i + 1;
    }
    return value;
}

// using namespace a; using a::b;
static uint32_t leave_using(Naming *n, TSNode node, uint32_t value)
{
    value = naming_first(n);
    if (!value) return 0;
    Str text = naming_text(n, node);
    text = str_trim(str_sub(text, sizeof "using" - 1, text.len));
    Span span = naming_get(n, value)->span;
    if (str_starts(text, STR("namespace"))) {
        NameImport *import = naming_import(n, n->scope, span);
        text = str_trim(str_sub(text, sizeof "namespace" - 1, text.len));
        if (str_ends(text, STR(";"))) text.len--;
        import->module = str_trim(text);
        import->name = STR("*");
        naming_last(n)->kind = BIND_STAR;
        naming_last(n)->value = value;
    } else if (!is_name(n, value)) {
        naming_bind(n, BIND_LOCAL, definition_scope(n), span)->value = value;
    }
    return 0;
}

static uint32_t leave_alias(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    uint32_t type = naming_value(n, C_TYPE);
    if (ts_node_is_null(name)) return value & 0;
    uint32_t def = naming_def(n, ts_node_start_byte(name));
    NameBinding *binding =
        naming_bind(n, def ? BIND_DEF : BIND_LOCAL, definition_scope(n), extract_span(name));
    binding->target = def;
    if (!def) binding->value = type;
    else if (type) naming_note(n, NOTE_STANDS, def, type);
    return value & 0;
}

// --- functions

// TEST(Suite, Name) { }: what Facts call it by.
static uint32_t macro_def(const Naming *n, TSNode declarator)
{
    TSNode last = {0}, parameters = extract_child(n->x, declarator, C_PARAMETERS);
    if (ts_node_is_null(parameters)) return 0;
    ExtractChildren each = extract_children(parameters);
    while (extract_each(&each))
        if (extract_is(n->x, each.node, S_PARAMETER_DECLARATION)) last = each.node;
    TSNode type = ts_node_is_null(last) ? last : extract_child(n->x, last, C_TYPE);
    return ts_node_is_null(type) ? 0 : naming_def(n, ts_node_start_byte(type));
}

static bool is_constructor(const Naming *n, Str name)
{
    uint32_t def = naming_scope(n, definition_scope(n))->def;
    return in_type(n) && def && str_eq(n->facts->defs[def - 1].name, name);
}

static bool is_plain(const Naming *n, TSNode name)
{
    unsigned symbol = extract_symbol(n->x, name);
    return symbol == C_IDENTIFIER || symbol == C_FIELD_IDENTIFIER || symbol == C_TYPE_IDENTIFIER;
}

// TEST_F(Suite, Name) { }: a member of Suite, or of what is derived from it.
static void note_fixture(Naming *n, TSNode node, uint32_t def)
{
    TSNode declarator = extract_child(n->x, node, C_DECLARATOR), first = {0};
    TSNode parameters = extract_child(n->x, declarator, C_PARAMETERS);
    if (ts_node_is_null(parameters) || ts_node_named_child_count(parameters) < 2) return;
    first = extract_child(n->x, ts_node_named_child(parameters, 0), C_TYPE);
    if (ts_node_is_null(first) || !extract_is(n->x, first, C_TYPE_IDENTIFIER)) return;
    uint32_t suite = naming_expr(n, EXPR_NAME, extract_span(first), 0, 0);
    naming_role(n, suite, ROLE_TYPE);
    naming_unuse(n, suite);
    naming_note(n, NOTE_RECEIVER, def, suite);
}

static bool enter_function(Naming *n, TSNode node)
{
    TSNode declarator = extract_child(n->x, node, C_DECLARATOR);
    Declared what = cpp_declared(n->x, declarator);
    bool named = !ts_node_is_null(what.name);
    uint32_t start = named ? ts_node_start_byte(what.name) : 0;
    uint32_t def = named ? naming_def(n, start) : 0;
    bool bare = named && what.scope >= start && is_plain(n, what.name);
    Span name = named ? extract_span(what.name) : (Span){0};
    bool by_macro = !def && named; // TEST(Suite, Name): no function goes by that name
    if (by_macro) def = macro_def(n, declarator);
    if (def && bare && !by_macro && !is_constructor(n, extract_text(n->x, name)))
        naming_bind(n, BIND_DEF, definition_scope(n), name)->target = def;
    naming_open(n, named ? SCOPE_FUNCTION : SCOPE_BLOCK, node, def);
    return true;
}

static uint32_t leave_function(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def, name = naming_value(n, C_DECLARATOR);
    uint32_t type = naming_value(n, C_TYPE);
    if (!def) return value & 0;
    const Def *it = &n->facts->defs[def - 1];
    bool own = name && naming_get(n, name)->span.start == it->name_span.start;
    if (own) naming_unuse(n, name);
    else naming_role(n, name, ROLE_CALLED); // TEST_F(Suite, Name)
    if (name && !own) note_fixture(n, node, def);
    if (own && naming_get(n, name)->op == EXPR_MEMBER && naming_get(n, name)->base)
        naming_note(n, NOTE_RECEIVER, def, naming_get(n, name)->base);
    if (type) naming_note(n, NOTE_RETURNS, def, type);
    bool is_static = c_has_specifier(n, "static");
    bool member = naming_scope(n, naming_scope(n, n->scope)->outer)->kind == SCOPE_TYPE;
    if (is_static) naming_note(n, member ? NOTE_STATIC : NOTE_HIDDEN, def, 0);
    if (!ts_node_is_null(child_of_kind(n, node, S_PURE_VIRTUAL_CLAUSE)))
        naming_note(n, NOTE_ABSTRACT, def, 0);
    return value & 0;
}

static bool enter_lambda(Naming *n, TSNode node)
{
    naming_open(n, SCOPE_FUNCTION, node, 0);
    return true;
}

// [name = value]
static uint32_t leave_capture(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t left = naming_value(n, C_LEFT), right = naming_value(n, C_RIGHT);
    if (is_name(n, left)) c_bind_name(n, BIND_LOCAL, n->scope, left)->value = right;
    return value & 0;
}

static uint32_t leave_parameter(Naming *n, TSNode node, uint32_t value)
{
    bool caught = naming_scope(n, n->scope)->kind == SCOPE_BLOCK &&
                  extract_is(n->x, naming_around(n, 2), S_CATCH_CLAUSE);
    uint32_t name = naming_value(n, C_DECLARATOR);
    if (!caught || !is_name(n, name)) return c_leave_parameter(n, node, value);
    c_bind_name(n, BIND_LOCAL, n->scope, name)->type = naming_value(n, C_TYPE);
    return value & 0;
}

// --- declarations

static void declare(Naming *n, TSNode declarator, uint32_t name, uint32_t given)
{
    uint32_t type = naming_value(n, C_TYPE), scope = definition_scope(n);
    Span span = naming_get(n, name)->span;
    uint32_t def = naming_def(n, span.start);
    bool set = extract_is(n->x, declarator, C_INIT_DECLARATOR), local = !def;
    if (!set && is_constructor(n, extract_text(n->x, span))) {
        naming_unuse(n, name);
        return;
    }
    if (!set && extract_is(n->x, declarator, C_PARENTHESIZED_DECLARATOR) && type) {
        naming_role(n, type, ROLE_CALLED); // NAME(x);
        return;
    }
    bool is_call = !set && !given && !type && !def && in_type(n);
    if (is_call && cpp_declared(n->x, declarator).is_function) { // DECLARE(x); in a class
        naming_role(n, name, ROLE_CALLED);
        return;
    }
    NameBinding *binding = set ? naming_bound_at(n, span.start)
                               : c_bind_name(n, BIND_LOCAL, local ? n->scope : scope, name);
    if (!binding) return;
    binding->scope = local ? n->scope : scope;
    if (given) binding->value = given;
    if (!c_says_more(n, binding->value, type)) binding->value = 0;
    // T x(a, b); in a function looks like a function's declaration.
    if (local && cpp_declared(n->x, declarator).is_function) binding->type = type;
    else c_set_type(n, binding, declarator, type);
    if (!def || !c_has_specifier(n, "static")) return;
    naming_note(n, in_type(n) ? NOTE_STATIC : NOTE_HIDDEN, def, 0);
}

static uint32_t leave_declaration(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    TSFieldId declarator = extract_field_id(n->x, C_DECLARATOR);
    uint32_t given = naming_value(n, C_VALUE); // if (T x = value)
    bool is_extern = c_has_specifier(n, "extern");
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        NameKid kid = naming_kids(n, &count)[i];
        if (kid.field != declarator || !kid.value) continue;
        uint32_t def = naming_def(n, naming_get(n, kid.value)->span.start);
        bool outside = naming_get(n, kid.value)->op == EXPR_MEMBER;
        if (outside) naming_unuse(n, kid.value); // T A::x = value;
        if (outside && def && naming_get(n, kid.value)->base)
            naming_note(n, NOTE_RECEIVER, def, naming_get(n, kid.value)->base);
        if (!is_name(n, kid.value)) continue;
        if (is_extern && !def) c_bind_name(n, BIND_OUTER, n->scope, kid.value);
        else declare(n, kid.node, kid.value, given);
    }
    return value & 0;
}

// for (T x : all)
static uint32_t leave_range(Naming *n, TSNode node, uint32_t value)
{
    uint32_t name = naming_value(n, C_DECLARATOR), type = naming_value(n, C_TYPE);
    uint32_t all = naming_value(n, C_RIGHT);
    if (!is_name(n, name)) return value & 0;
    uint32_t item = all && !type ? naming_expr(n, EXPR_ITEM, extract_span(node), all, 0) : 0;
    NameBinding *binding = c_bind_name(n, BIND_LOCAL, n->scope, name);
    binding->type = type;
    binding->value = item;
    return value & 0;
}

// auto [a, b] = value;
static uint32_t leave_structured(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        uint32_t name = naming_kids(n, &count)[i].value;
        if (is_name(n, name)) c_bind_name(n, BIND_LOCAL, n->scope, name);
    }
    return value & 0;
}

// --- types

static bool enter_tag(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    bool has_body = !ts_node_is_null(extract_child(n->x, node, C_BODY)), member = false;
    bool has_name = !ts_node_is_null(name), plain = has_name && is_plain(n, name);
    TSNode last = has_name ? cpp_declared(n->x, name).name : name;
    uint32_t def = 0;
    if (!has_name) def = c_unnamed_def(n, &member);
    else if (!ts_node_is_null(last)) def = naming_def(n, ts_node_start_byte(last));
    if (plain && (def || has_body))
        naming_bind(n, def ? BIND_DEF : BIND_LOCAL, definition_scope(n), extract_span(name))
            ->target = def;
    if (has_body && !member) naming_open(n, SCOPE_TYPE, node, def);
    return true;
}

static uint32_t leave_tag(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    bool has_body = !ts_node_is_null(extract_child(n->x, node, C_BODY));
    if (ts_node_is_null(name)) return value & 0;
    value = naming_value(n, C_NAME);
    if (!value) value = naming_expr(n, EXPR_NAME, extract_span(name), 0, 0);
    naming_role(n, value, ROLE_TYPE);
    if (has_body || naming_def(n, naming_get(n, value)->span.start)) naming_unuse(n, value);
    return value;
}

static uint32_t leave_bases(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        uint32_t base = naming_kids(n, &count)[i].value;
        uint32_t name =
            base && naming_get(n, base)->op == EXPR_ITEM ? naming_get(n, base)->base : base;
        if (!base) continue;
        naming_role(n, name, ROLE_BASE | ROLE_TYPE);
        naming_note(n, NOTE_BASE, naming_scope_def(n), base);
    }
    return value & 0;
}

// An enumerator is seen in the enum, and around it when that is no class.
static bool enter_enumerator(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    if (ts_node_is_null(name)) return true;
    uint32_t def = naming_def(n, ts_node_start_byte(name));
    const NameScope *type = naming_scope(n, n->scope);
    Str head = str_sub(n->text, type->span.start, type->span.end);
    head = str_trim(str_sub(head, sizeof "enum" - 1, head.len));
    bool is_class = str_starts(head, STR("class")) || str_starts(head, STR("struct"));
    uint32_t outer = type->outer;
    naming_bind(n, def ? BIND_DEF : BIND_LOCAL, n->scope, extract_span(name))->target = def;
    if (!is_class && type->kind == SCOPE_TYPE)
        naming_bind(n, def ? BIND_DEF : BIND_LOCAL, outer, extract_span(name))->target = def;
    return true;
}

static uint32_t leave_type_parameter(Naming *n, TSNode node, uint32_t value)
{
    TSNode named = extract_child(n->x, node, C_NAME);
    if (!ts_node_is_null(named)) {
        naming_bind(n, BIND_TYPE_PARAM, n->scope, extract_span(named));
        return value & 0;
    }
    uint32_t name = naming_first(n);
    if (is_name(n, name)) c_bind_name(n, BIND_TYPE_PARAM, n->scope, name);
    return value & 0;
}

// --- generics

// Pointers that own: what they point to is what counts.
static bool is_pointer_like(Str name)
{
    static const char *const names[] = {"unique_ptr", "shared_ptr",        "weak_ptr",
                                        "optional",   "reference_wrapper", "atomic"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_from(names[i]))) return true;
    return false;
}

static uint32_t pointed(const Naming *n, uint32_t type)
{
    if (!type || naming_get(n, type)->op != EXPR_ITEM) return type;
    const NameExpr *item = naming_get(n, type);
    return is_pointer_like(extract_text(n->x, naming_get(n, item->base)->span)) ? item->other
                                                                                : type;
}

static uint32_t leave_template_arguments(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    TSNode around = naming_around(n, 1);
    TSNode name = ts_node_is_null(around) ? around : extract_child(n->x, around, C_NAME);
    bool first = !ts_node_is_null(name) && is_pointer_like(naming_text(n, name));
    value = 0;
    for (size_t i = 0; i < count && !(first && value); i++)
        if (kids[i].value) value = kids[i].value;
    return value;
}

// Functions that give an object of the type in their <>.
static bool is_maker(Str name)
{
    static const char *const names[] = {"make_unique",  "make_shared",      "static_cast",
                                        "dynamic_cast", "reinterpret_cast", "const_cast"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_from(names[i]))) return true;
    return false;
}

// name<argument>
static uint32_t leave_template(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t name = naming_value(n, C_NAME), argument = 0;
    (void)value;
    if (count > 1) argument = kids[count - 1].value;
    if (!name || !argument) return name;
    Str text = extract_text(n->x, naming_get(n, name)->span);
    if (!extract_is(n->x, node, S_TEMPLATE_TYPE) && !is_maker(text)) return name;
    uint32_t item = naming_expr(n, EXPR_ITEM, extract_span(node), name, argument);
    bool part = extract_is(n->x, naming_around(n, 1), S_QUALIFIED_IDENTIFIER);
    return part ? item : pointed(n, item);
}

// --- expressions

// The name that stands at the end of a path, which is recorded as a member instead.
static uint32_t as_member(Naming *n, uint32_t name, uint32_t base)
{
    if (!name) return 0;
    NameExpr expr = *naming_get(n, name);
    if (expr.op == EXPR_ITEM && expr.base) { // A::B<T>
        uint32_t member = as_member(n, expr.base, base);
        return member ? naming_expr(n, EXPR_ITEM, expr.span, member, expr.other) : 0;
    }
    if (expr.op != EXPR_NAME) return 0;
    naming_unuse(n, name);
    uint32_t member = naming_expr(n, EXPR_MEMBER, expr.span, base, 0);
    naming_role(n, member, expr.role);
    return member;
}

// ~A, operator=, operator T: the last part of what is defined outside of its class.
static uint32_t leave_special(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_def(n, ts_node_start_byte(node));
    bool part = extract_is(n->x, naming_around(n, 1), S_QUALIFIED_IDENTIFIER);
    if (!def || !part) return value & 0;
    return naming_expr(n, EXPR_NAME, n->facts->defs[def - 1].name_span, 0, 0);
}

// a::b::c is a node for a with one for b::c inside: the innermost makes the whole path.
static uint32_t leave_qualified(Naming *n, TSNode node, uint32_t value)
{
    enum { MOST_PARTS = 16 };
    uint32_t name = naming_value(n, C_NAME), parts[MOST_PARTS];
    unsigned count = 0;
    (void)value;
    if (extract_is(n->x, extract_child(n->x, node, C_NAME), S_QUALIFIED_IDENTIFIER)) return name;
    TSNode around = node;
    uint32_t part = naming_value(n, F_SCOPE);
    Span first = extract_span(node);
    while (extract_is(n->x, around, S_QUALIFIED_IDENTIFIER) && count < MOST_PARTS) {
        parts[count++] = part;
        first = extract_span(around);
        around = naming_around(n, count);
        part = naming_around_value(n, count, F_SCOPE);
    }
    uint32_t base = 0;
    while (count-- > 0) {
        if (base) base = as_member(n, parts[count], base);
        else if (parts[count]) base = parts[count];
        else base = naming_expr(n, EXPR_ROOT, (Span){first.start, first.start}, 0, 0);
        if (base && naming_get(n, base)->op == EXPR_ITEM) base = naming_get(n, base)->base;
    }
    return pointed(n, as_member(n, name, base));
}

static uint32_t leave_member(Naming *n, TSNode node, uint32_t value)
{
    TSNode field = extract_child(n->x, node, F_FIELD);
    uint32_t base = naming_value(n, C_ARGUMENT), name = naming_value(n, F_FIELD);
    (void)value;
    if (!ts_node_is_null(field) && extract_is(n->x, field, C_FIELD_IDENTIFIER)) {
        naming_unuse(n, name);
        return naming_expr(n, EXPR_MEMBER, extract_span(field), base, 0);
    }
    if (name && naming_get(n, name)->op == EXPR_MEMBER) return name; // p->Base::f
    return as_member(n, name, base);
}

static uint32_t leave_call(Naming *n, TSNode node, uint32_t value)
{
    uint32_t callee = naming_value(n, C_FUNCTION), type = 0;
    (void)value;
    if (!callee) return 0;
    NameExpr expr = *naming_get(n, callee);
    if (expr.op == EXPR_ITEM) callee = expr.base, type = expr.other; // make_unique<T>(...)
    bool cast = str_ends(extract_text(n->x, naming_get(n, callee)->span), STR("_cast"));
    if (cast) naming_unuse(n, callee);
    else naming_role(n, callee, ROLE_CALLED);
    if (type) return naming_expr(n, EXPR_TYPED, extract_span(node), type, 0);
    return naming_expr(n, EXPR_CALL, extract_span(node), callee, 0);
}

static uint32_t leave_new(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, C_TYPE), name = type;
    if (!type) return value & 0;
    if (naming_get(n, type)->op == EXPR_ITEM) name = naming_get(n, type)->base;
    naming_role(n, name, ROLE_CALLED);
    return naming_expr(n, EXPR_TYPED, extract_span(node), type, 0);
}

// T{...} makes an object; so does the C way, (T){...}, but that names no function.
static uint32_t leave_literal(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, C_TYPE);
    if (!type) return value & 0;
    if (n->text.ptr[ts_node_start_byte(node)] != '(') return leave_new(n, node, value);
    return naming_expr(n, EXPR_TYPED, extract_span(node), type, 0);
}

// member(value) and Base(value) in front of a constructor's body
static uint32_t leave_initializer(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (count) naming_role(n, kids[0].value, ROLE_CALLED);
    return value & 0;
}

static uint32_t leave_return(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t scope = n->scope, given = naming_first(n);
    while (scope && naming_scope(n, scope)->kind != SCOPE_FUNCTION)
        scope = naming_scope(n, scope)->outer;
    uint32_t def = naming_scope(n, scope)->def;
    if (given && def) naming_note(n, NOTE_GIVES, def, given);
    return value & 0;
}

static uint32_t leave_file(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_bind_rest(n);
    return value & 0;
}

const NameRule cpp_name_rules[] = {
    {"translation_unit", .leave = leave_file},
    {"namespace_definition", .name = "name", .enter = enter_namespace},
    {"namespace_alias_definition", .name = "name", .leave = leave_namespace_alias},
    {"nested_namespace_specifier", .enter = enter_nested, .leave = leave_nested},
    {"using_declaration", .leave = leave_using},
    {"alias_declaration", .name = "name", .leave = leave_alias},
    {"concept_definition", .name = "name", .leave = leave_alias},
    {"template_declaration", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"type_parameter_declaration", .leave = leave_type_parameter},
    {"variadic_type_parameter_declaration", .leave = leave_type_parameter},
    {"optional_type_parameter_declaration", .name = "name", .leave = leave_type_parameter},
    {"function_definition", .enter = enter_function, .leave = leave_function},
    {"lambda_expression", .enter = enter_lambda},
    {"lambda_capture_initializer", .leave = leave_capture},
    {"compound_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"for_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"for_range_loop", NR_SCOPE, .scope = SCOPE_BLOCK, .leave = leave_range},
    {"catch_clause", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"if_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"parameter_declaration", .leave = leave_parameter},
    {"optional_parameter_declaration", .leave = leave_parameter},
    {"variadic_parameter_declaration", .leave = leave_parameter},
    {"parameter_list", .leave = c_leave_parameters},
    {"declaration", .leave = leave_declaration},
    {"init_declarator", .leave = c_leave_initialized},
    {"field_declaration", .leave = leave_declaration},
    {"type_definition", .leave = c_leave_typedef},
    {"storage_class_specifier", .kind = NR_NONE},
    {"class_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"struct_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"union_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"enum_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"enumerator", .name = "name", .enter = enter_enumerator},
    {"base_class_clause", .leave = leave_bases},

    {"pointer_declarator", NR_PASS, .base = "declarator"},
    {"reference_declarator", .kind = NR_PASS},
    {"function_declarator", NR_PASS, .base = "declarator"},
    {"array_declarator", NR_PASS, .base = "declarator"},
    {"parenthesized_declarator", .kind = NR_PASS},
    {"attributed_declarator", .kind = NR_PASS},
    {"variadic_declarator", .kind = NR_PASS},
    {"structured_binding_declarator", .leave = leave_structured},
    {"trailing_return_type", .kind = NR_NONE},
    {"identifier", .kind = NR_NAME},
    {"field_identifier", .kind = NR_NAME},
    {"namespace_identifier", .kind = NR_NAME},
    {"type_identifier", NR_NAME, .leave = c_leave_type_name},
    {"type_descriptor", NR_PASS, .base = "type"},
    {"dependent_type", .kind = NR_PASS},
    {"dependent_name", .kind = NR_PASS},
    {"qualified_identifier", .leave = leave_qualified},
    {"template_type", .leave = leave_template},
    {"template_function", .leave = leave_template},
    {"template_method", .leave = leave_template},
    {"template_argument_list", .leave = leave_template_arguments},

    {"this", .kind = NR_SELF},
    {"field_expression", .leave = leave_member},
    {"call_expression", .leave = leave_call},
    {"new_expression", .leave = leave_new},
    {"argument_list", .kind = NR_ARGS},
    {"initializer_list", .kind = NR_ARGS},
    {"initializer_pair", .leave = c_leave_pair},
    {"field_designator", .kind = NR_PASS},
    {"destructor_name", .enter = enter_nested, .leave = leave_special},
    {"operator_name", .enter = enter_nested, .leave = leave_special},
    {"operator_cast", .leave = leave_special},
    {"field_initializer", .leave = leave_initializer},
    {"parenthesized_expression", .kind = NR_PASS},
    {"pointer_expression", NR_PASS, .base = "argument"},
    {"subscript_expression", NR_ITEM, .base = "argument"},
    {"comma_expression", NR_PASS, .base = "right"},
    {"conditional_expression", NR_EITHER, .base = "consequence", .name = "alternative"},
    {"co_await_expression", NR_AWAIT, .base = "argument"},
    {"cast_expression", .leave = c_leave_cast},
    {"compound_literal_expression", .leave = leave_literal},
    {"assignment_expression", .leave = c_leave_assignment},
    {"return_statement", .leave = leave_return},

    {"preproc_include", .enter = c_enter_include},
    {"preproc_call", .enter = c_enter_include},
    {"preproc_def", .enter = c_macro_names},
    {"preproc_function_def", .enter = c_macro_names},
    {"attribute_specifier", .kind = NR_SKIP},
    {"attribute_declaration", .kind = NR_SKIP},
    {"string_literal", .kind = NR_SKIP},
    {"raw_string_literal", .kind = NR_SKIP},
    {"char_literal", .kind = NR_SKIP},
    {"comment", .kind = NR_SKIP},
    {0},
};
