// lang/typescript/names.c - what TypeScript adds to the names of JavaScript: types.
#include "lang/javascript/names.h"

static NameLeave ts_leave_extends, ts_leave_construct, ts_leave_enum, ts_leave_alias;
static NameLeave ts_leave_parameter, ts_leave_import_alias, ts_leave_type_name, ts_leave_generic;
static NameLeave ts_leave_arguments, ts_leave_array, ts_leave_union, ts_leave_intersection;
static NameLeave ts_leave_predefined, ts_leave_literal, ts_leave_nothing, ts_leave_infer;
static NameLeave ts_leave_type_parameter, ts_leave_as, ts_leave_assertion;
static NameEnter ts_enter_object;

static uint32_t last_value(const Naming *n)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        if (kids[i].value) value = kids[i].value;
    return value;
}

// --- definitions

// class A extends B<C>: C is no base.
static uint32_t ts_leave_extends(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t arguments = 0;
    for (size_t i = 0; i < count; i++)
        if (js_is(kids[i].node, "type_arguments")) arguments = kids[i].value;
    js_note_bases(n, naming_scope(n, n->scope)->def, arguments);
    return value & 0;
}

static uint32_t ts_leave_enum(Naming *n, TSNode node, uint32_t value)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        TSNode name = each.node;
        if (js_is(name, "enum_assignment")) name = extract_child(n->x, name, JS_F_NAME);
        uint32_t def = ts_node_is_named(name) ? js_def_named(n, name) : 0;
        if (def)
            naming_bind(n, BIND_DEF, n->scope, n->facts->defs[def - 1].name_span)->target = def;
    }
    return value & 0;
}

static uint32_t ts_leave_alias(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t def = naming_scope(n, n->scope)->def, stands = naming_value(n, JS_F_VALUE);
    if (def && stands) naming_note(n, NOTE_STANDS, def, stands);
    return value & 0;
}

static uint32_t ts_leave_parameter(Naming *n, TSNode node, uint32_t value)
{
    if (!js_is(naming_around(n, 1), "formal_parameters")) return value & 0; // of a tuple
    TSNode pattern = extract_child(n->x, node, TS_F_PATTERN);
    if (ts_node_is_null(pattern)) return value & 0;
    uint32_t type = naming_value(n, TS_F_TYPE), def = js_def_named(n, pattern);
    JsTarget target = {.kind = BIND_PARAM, .scope = n->scope};
    bool plain = js_is(pattern, "identifier"); // else a default is not what its parts come from
    js_bind(n, &target, pattern, plain ? naming_value(n, JS_F_VALUE) : 0, type);
    if (!def) return value & 0;
    // constructor(private a: A): a field, too.
    uint32_t outer = naming_scope(n, n->scope)->outer;
    NameBinding *field = naming_bind(n, BIND_DEF, outer, extract_span(pattern));
    field->target = def;
    field->type = type;
    return value & 0;
}

// new (a: A): B, called "new".
static uint32_t ts_leave_construct(Naming *n, TSNode node, uint32_t value)
{
    uint32_t start = ts_node_start_byte(node), def = naming_def(n, start);
    if (!def) return value & 0;
    uint32_t type = naming_value(n, TS_F_TYPE), outer = naming_scope(n, n->scope)->outer;
    if (type) naming_note(n, NOTE_RETURNS, def, type);
    naming_bind(n, BIND_DEF, outer, (Span){start, start + 3})->target = def;
    return value & 0;
}

// import A = B.C
static uint32_t ts_leave_import_alias(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (count > 1) naming_assign(n, n->scope, kids[0].value, kids[1].value, 0);
    return value & 0;
}

static uint32_t ts_leave_type_parameter(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, JS_F_NAME);
    if (!ts_node_is_null(name)) naming_bind(n, BIND_TYPE_PARAM, n->scope, extract_span(name));
    return value & 0;
}

static uint32_t ts_leave_infer(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = ts_node_named_child(node, 0);
    naming_unuse(n, naming_first(n));
    naming_bind(n, BIND_TYPE_PARAM, n->scope, extract_span(name));
    return value & 0;
}

// --- types

static uint32_t ts_leave_type_name(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, value, ROLE_TYPE);
    return value;
}

// What a type says about its first argument alone.
static bool takes_first(Str name)
{
    static const char *const names[] = {"Promise",  "PromiseLike", "Readonly", "Partial",
                                        "Required", "NonNullable", "Awaited",  "Pick",
                                        "Omit",     "NoInfer",     "Ref",      "DeepPartial"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_from(names[i]))) return true;
    return false;
}

// Map<K, V>, Record<K, V>: V; of others the first one.
static uint32_t ts_leave_arguments(Naming *n, TSNode node, uint32_t value)
{
    (void)node, (void)value;
    Str of = js_text(n, naming_around(n, 1));
    of = str_trim(str_sub(of, 0, str_find(of, '<')));
    bool last = str_ends(of, STR("Map")) || str_eq(of, STR("Record"));
    return last ? last_value(n) : naming_first(n);
}

// Array<T>, Box<T>: the type, with T as `other`.
static uint32_t ts_leave_generic(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    if (!count || !kids[0].value) return value & 0;
    uint32_t base = kids[0].value, inner = count > 1 ? kids[1].value : 0;
    Str name = extract_text(n->x, naming_get(n, base)->span);
    if (takes_first(name)) return inner;
    if (!inner) return base;
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, inner);
}

static uint32_t ts_leave_array(Naming *n, TSNode node, uint32_t value)
{
    (void)value;
    uint32_t item = naming_first(n), array = naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
    return item ? naming_expr(n, EXPR_ITEM, extract_span(node), array, item) : array;
}

static uint32_t ts_leave_union(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    value = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t one = kids[i].value;
        if (!one || one == value) continue;
        value = value ? naming_expr(n, EXPR_EITHER, extract_span(node), value, one) : one;
        kids = naming_kids(n, &count);
    }
    return value;
}

// A & B has the members of both.
static uint32_t ts_leave_intersection(Naming *n, TSNode node, uint32_t value)
{
    TSNode outer = naming_around(n, 1);
    if (!js_is(outer, "type_alias_declaration")) return ts_leave_union(n, node, value);
    js_note_bases(n, naming_scope(n, n->scope)->def, 0);
    return value & 0;
}

// The members of an object type that an alias names are those of the alias.
static bool ts_enter_object(Naming *n, TSNode node)
{
    unsigned up = 1;
    TSNode outer = naming_around(n, up);
    while (js_is(outer, "union_type") || js_is(outer, "intersection_type") ||
           js_is(outer, "parenthesized_type") || js_is(outer, "readonly_type"))
        outer = naming_around(n, ++up);
    if (!js_is(outer, "type_alias_declaration")) naming_open(n, SCOPE_TYPE, node, 0);
    return true;
}

// string, number ...; of any, unknown, void and object nothing is known.
static uint32_t ts_leave_predefined(Naming *n, TSNode node, uint32_t value)
{
    static const char *const known[] = {"string", "number", "boolean", "symbol", "bigint"};
    Str text = naming_text(n, node);
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(text, str_from(known[i])))
            return naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
    return value & 0;
}

static uint32_t ts_leave_literal(Naming *n, TSNode node, uint32_t value)
{
    Str text = naming_text(n, node);
    if (str_eq(text, STR("null")) || str_eq(text, STR("undefined"))) return value & 0;
    return naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
}

// typeof x, keyof T, T["a"]: not followed.
static uint32_t ts_leave_nothing(Naming *n, TSNode node, uint32_t value)
{
    (void)n, (void)node;
    return value & 0;
}

// --- expressions

static uint32_t typed(Naming *n, TSNode node, uint32_t type)
{
    return type ? naming_expr(n, EXPR_TYPED, extract_span(node), type, 0) : 0;
}

// x as T; x as const is x.
static uint32_t ts_leave_as(Naming *n, TSNode node, uint32_t value)
{
    (void)value;
    TSNode type = ts_node_named_child(node, 1);
    if (ts_node_is_null(type)) return naming_first(n);
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    bool has = count && ts_node_eq(kids[count - 1].node, type);
    return typed(n, node, has ? kids[count - 1].value : 0);
}

// <T>x
static uint32_t ts_leave_assertion(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    return count ? typed(n, node, kids[0].value) : value & 0;
}

const NameRule typescript_name_rules[] = {
#include "lang/javascript/names.def"
#include "lang/typescript/names.def"
    {"type_assertion", .leave = ts_leave_assertion}, // JSX in TSX
    {0},
};

const NameRule tsx_name_rules[] = {
#include "lang/javascript/names.def"
#include "lang/javascript/names_jsx.def"
#include "lang/typescript/names.def"
    {0},
};
