// lang/c/names.c - what binds and uses names in C.
//
// Scopes: files, functions, blocks; structs hold their members, but tags and enumerators inside
// them belong to what is around. Pointers and arrays are taken for what they lead to: p, *p, p[i]
// and &p have the same type. Macros know no scopes: they are bound in the file.
#include "lang/c/names.h"

// --- declarators

bool c_has_specifier(const Naming *n, const char *word)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++)
        if (extract_is(n->x, kids[i].node, C_STORAGE_CLASS_SPECIFIER) &&
            str_eq(naming_text(n, kids[i].node), str_from(word)))
            return true;
    return false;
}

static uint32_t scope_outside_types(const Naming *n, uint32_t scope)
{
    while (naming_scope(n, scope)->kind == SCOPE_TYPE) scope = naming_scope(n, scope)->outer;
    return scope;
}

NameBinding *c_bind_name(Naming *n, BindKind kind, uint32_t scope, uint32_t name)
{
    Span span = naming_get(n, name)->span;
    naming_unuse(n, name);
    uint32_t def = naming_def(n, span.start);
    NameBinding *binding = naming_bind(n, def ? BIND_DEF : kind, scope, span);
    binding->target = def;
    return binding;
}

void c_set_type(Naming *n, NameBinding *binding, TSNode declarator, uint32_t type)
{
    if (!c_declared(n->x, declarator).is_callable) binding->type = type;
    else if (type && binding->kind == BIND_DEF) naming_note(n, NOTE_RETURNS, binding->target, type);
}

// NAME(x); and NAME(x) { } look as if they declared x with the type NAME.
static bool is_macro_call(Naming *n, TSNode declarator, uint32_t type)
{
    if (!extract_is(n->x, declarator, C_PARENTHESIZED_DECLARATOR) || !type) return false;
    naming_role(n, type, ROLE_CALLED);
    return true;
}

// --- functions

static uint32_t function_named(const Naming *n, TSNode node, Span *name)
{
    *name = c_declared(n->x, extract_child(n->x, node, C_DECLARATOR)).name;
    uint32_t def = name->end ? naming_def(n, name->start) : 0;
    TSNode body = extract_child(n->x, node, C_BODY);
    CHead head;
    if (def || ts_node_is_null(body) || !c_head_before(n->text, ts_node_start_byte(body), &head))
        return def;
    *name = head.name;
    return naming_def(n, head.name.start);
}

static bool enter_function(Naming *n, TSNode node)
{
    Span name;
    uint32_t def = function_named(n, node, &name);
    if (def) naming_bind(n, BIND_DEF, 0, name)->target = def;
    naming_open(n, def ? SCOPE_FUNCTION : SCOPE_BLOCK, node, def);
    return true;
}

static uint32_t leave_function(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def, type = naming_value(n, C_TYPE);
    uint32_t name = naming_value(n, C_DECLARATOR);
    bool is_macro = is_macro_call(n, extract_child(n->x, node, C_DECLARATOR), type);
    if (!def) return value & 0;
    if (name && naming_get(n, name)->span.start == n->facts->defs[def - 1].name_span.start)
        naming_unuse(n, name);
    if (type && !is_macro) naming_note(n, NOTE_RETURNS, def, type);
    if (c_has_specifier(n, "static")) naming_note(n, NOTE_HIDDEN, def, 0);
    return value & 0;
}

// A block in a file is the body of a function that the grammar did not recognise.
static bool enter_block(Naming *n, TSNode node)
{
    CHead head;
    uint32_t def = 0;
    if (!n->scope && c_head_before(n->text, ts_node_start_byte(node), &head))
        def = naming_def(n, head.name.start);
    if (def) naming_bind(n, BIND_DEF, 0, head.name)->target = def;
    naming_open(n, def ? SCOPE_FUNCTION : SCOPE_BLOCK, node, def);
    return true;
}

// The parameters of a definition; those of prototypes and function pointers mean nothing.
uint32_t c_leave_parameter(Naming *n, TSNode node, uint32_t value)
{
    uint32_t name = naming_value(n, C_DECLARATOR);
    if (!name) return value & 0;
    naming_unuse(n, name);
    if (naming_scope(n, n->scope)->kind != SCOPE_FUNCTION) return value & 0;
    NameBinding *binding = naming_bind(n, BIND_PARAM, n->scope, naming_get(n, name)->span);
    c_set_type(n, binding, extract_child(n->x, node, C_DECLARATOR), naming_value(n, C_TYPE));
    return value & 0;
}

// f(a, b) int a; { }: the names of an old definition.
uint32_t c_leave_parameters(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    bool own = naming_scope(n, n->scope)->kind == SCOPE_FUNCTION;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        uint32_t name = naming_kids(n, &count)[i].value;
        if (!name) continue;
        naming_unuse(n, name);
        if (own) naming_bind(n, BIND_PARAM, n->scope, naming_get(n, name)->span);
    }
    return value & 0;
}

// --- declarations

bool c_says_more(const Naming *n, uint32_t value, uint32_t type)
{
    if (!value || !type) return value != 0;
    ExprOp op = naming_get(n, value)->op;
    return op == EXPR_NAME || op == EXPR_MEMBER;
}

uint32_t c_leave_initialized(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t name = naming_value(n, C_DECLARATOR);
    if (!name || naming_get(n, name)->op != EXPR_NAME) return name + (value & 0);
    c_bind_name(n, BIND_LOCAL, n->scope, name)->value = naming_value(n, C_VALUE);
    return name;
}

static void declare(Naming *n, TSNode declarator, uint32_t name, bool is_extern, bool is_static)
{
    uint32_t type = naming_value(n, C_TYPE);
    Span span = naming_get(n, name)->span;
    bool set = extract_is(n->x, declarator, C_INIT_DECLARATOR);
    if (!set && is_macro_call(n, declarator, type)) {
        uint32_t def = naming_def(n, span.start);
        if (def) naming_bind(n, BIND_DEF, n->scope, span)->target = def;
        return;
    }
    CDeclared what = c_declared(n->x, declarator);
    bool outer = is_extern || what.is_function;
    bool old = naming_scope(n, n->scope)->kind == SCOPE_FUNCTION; // f(a) int a; { }
    BindKind kind = outer ? BIND_OUTER : old ? BIND_PARAM : BIND_LOCAL;
    NameBinding *binding =
        set ? naming_bound_at(n, span.start) : c_bind_name(n, kind, n->scope, name);
    if (!binding) return;
    if (!c_says_more(n, binding->value, type)) binding->value = 0;
    uint32_t def = binding->kind == BIND_DEF ? binding->target : 0;
    if (!what.is_callable) binding->type = type;
    else if (type && def) naming_note(n, NOTE_RETURNS, def, type);
    if (def && is_static) naming_note(n, NOTE_HIDDEN, def, 0);
}

static uint32_t leave_declaration(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    bool is_extern = c_has_specifier(n, "extern"), is_static = c_has_specifier(n, "static");
    TSFieldId declarator = extract_field_id(n->x, C_DECLARATOR);
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        NameKid kid = naming_kids(n, &count)[i];
        if (kid.field != declarator || !kid.value) continue;
        if (naming_get(n, kid.value)->op == EXPR_NAME)
            declare(n, kid.node, kid.value, is_extern, is_static);
    }
    return value & 0;
}

uint32_t c_leave_field(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t type = naming_value(n, C_TYPE);
    TSFieldId declarator = extract_field_id(n->x, C_DECLARATOR);
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        NameKid kid = naming_kids(n, &count)[i];
        if (kid.field != declarator || !kid.value) continue;
        c_set_type(n, c_bind_name(n, BIND_LOCAL, n->scope, kid.value), kid.node, type);
    }
    return value & 0;
}

uint32_t c_leave_typedef(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t type = naming_value(n, C_TYPE), scope = scope_outside_types(n, n->scope);
    TSFieldId declarator = extract_field_id(n->x, C_DECLARATOR);
    size_t count;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        NameKid kid = naming_kids(n, &count)[i];
        if (kid.field != declarator || !kid.value) continue;
        uint32_t def = c_bind_name(n, BIND_LOCAL, scope, kid.value)->target;
        bool callable = c_declared(n->x, kid.node).is_callable;
        if (type && def) naming_note(n, callable ? NOTE_RETURNS : NOTE_STANDS, def, type);
        if (!type) type = kid.value; // typedef struct { } a, *b: b stands for a
    }
    return value & 0;
}

// --- struct, union, enum

uint32_t c_unnamed_def(const Naming *n, bool *member)
{
    TSNode around = naming_around(n, 1);
    *member = false;
    if (ts_node_is_null(around)) return 0; // in what the grammar did not understand
    TSNode declarator = extract_child(n->x, around, C_DECLARATOR);
    *member = ts_node_is_null(declarator) && extract_is(n->x, around, C_FIELD_DECLARATION);
    if (ts_node_is_null(declarator)) return 0;
    Span name = c_declared(n->x, declarator).name;
    return name.end ? naming_def(n, name.start) : 0;
}

static void bind_tag(Naming *n, TSNode name, uint32_t def)
{
    uint32_t scope = scope_outside_types(n, n->scope);
    naming_bind(n, def ? BIND_DEF : BIND_LOCAL, scope, extract_span(name))->target = def;
}

static bool enter_tag(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    TSNode body = extract_child(n->x, node, C_BODY);
    bool has_name = !ts_node_is_null(name), has_body = !ts_node_is_null(body);
    bool is_member = false;
    uint32_t def =
        has_name ? naming_def(n, ts_node_start_byte(name)) : c_unnamed_def(n, &is_member);
    if (has_name && (def || has_body)) bind_tag(n, name, def);
    bool opens = has_body && !is_member && !extract_is(n->x, node, C_ENUM_SPECIFIER);
    if (opens) naming_open(n, SCOPE_TYPE, node, def);
    return true;
}

static uint32_t leave_tag(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    if (ts_node_is_null(name)) return value & 0;
    value = naming_expr(n, EXPR_NAME, extract_span(name), 0, 0);
    naming_role(n, value, ROLE_TYPE);
    if (!ts_node_is_null(extract_child(n->x, node, C_BODY)) ||
        naming_def(n, ts_node_start_byte(name)))
        naming_unuse(n, value);
    return value;
}

static bool enter_enumerator(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, C_NAME);
    if (ts_node_is_null(name)) return true;
    uint32_t def = naming_def(n, ts_node_start_byte(name));
    bind_tag(n, name, def);
    return true;
}

// --- expressions

uint32_t c_leave_type_name(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, value, ROLE_TYPE);
    return value;
}

// (type)(value) reads as a call of "(type)".
static uint32_t leave_call(Naming *n, TSNode node, uint32_t value)
{
    (void)value;
    uint32_t callee = naming_value(n, C_FUNCTION);
    if (!callee) return 0;
    TSNode function = extract_child(n->x, node, C_FUNCTION);
    bool cast = extract_is(n->x, function, C_PARENTHESIZED_EXPRESSION) &&
                extract_is(n->x, ts_node_named_child(function, 0), C_IDENTIFIER);
    if (!cast) naming_role(n, callee, ROLE_CALLED);
    return naming_expr(n, cast ? EXPR_TYPED : EXPR_CALL, extract_span(node), callee, 0);
}

// (T *)value: a function in it escapes. Behind a cast to void or char it is still the same one.
uint32_t c_leave_cast(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, C_TYPE);
    value = naming_value(n, C_VALUE);
    if (!type) return value;
    if (value && naming_get(n, value)->op == EXPR_NAME) naming_role(n, value, ROLE_ARGUMENT);
    return naming_expr(n, EXPR_TYPED, extract_span(node), type, 0);
}

static uint32_t leave_literal(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, C_TYPE);
    return type ? naming_expr(n, EXPR_TYPED, extract_span(node), type, 0) : value & 0;
}

// a.b = function: what is kept in the member.
static uint32_t set_member(Naming *n, uint32_t member, uint32_t value)
{
    NameExpr expr = *naming_get(n, member);
    naming_unuse(n, member);
    uint32_t set = naming_expr(n, EXPR_MEMBER, expr.span, expr.base, value);
    naming_role(n, set, expr.role | ROLE_WRITTEN);
    return set;
}

static bool may_be_function(const Naming *n, uint32_t value)
{
    if (!value) return false;
    ExprOp op = naming_get(n, value)->op;
    return op == EXPR_NAME || op == EXPR_MEMBER;
}

uint32_t c_leave_assignment(Naming *n, TSNode node, uint32_t value)
{
    (void)node, (void)value;
    uint32_t left = naming_value(n, C_LEFT), right = naming_value(n, C_RIGHT);
    if (!left) return right;
    if (naming_get(n, left)->op == EXPR_MEMBER && may_be_function(n, right))
        return set_member(n, left, right);
    naming_role(n, left, ROLE_WRITTEN);
    return left;
}

// The type of the object that an initialiser list stands for, when it is written right there.
static uint32_t initialized_type(const Naming *n)
{
    unsigned level = 1;
    while (extract_is(n->x, naming_around(n, level), C_INITIALIZER_LIST)) level++;
    TSNode around = naming_around(n, level);
    if (extract_is(n->x, around, C_COMPOUND_LITERAL)) return naming_around_value(n, level, C_TYPE);
    if (!extract_is(n->x, around, C_INIT_DECLARATOR)) return 0;
    return naming_around_value(n, level + 1, C_TYPE);
}

// .name = value in { }
uint32_t c_leave_pair(Naming *n, TSNode node, uint32_t value)
{
    uint32_t name = 0, set = naming_value(n, C_VALUE), steps = 0;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_name = extract_is(n->x, kids[i].node, C_FIELD_DESIGNATOR) ||
                       extract_is(n->x, kids[i].node, C_FIELD_IDENTIFIER);
        if (!is_name || !kids[i].value) continue;
        naming_unuse(n, kids[i].value);
        name = kids[i].value;
        steps++;
    }
    if (!name) return value & 0;
    uint32_t type = steps == 1 ? initialized_type(n) : 0;
    uint32_t base = type ? naming_expr(n, EXPR_TYPED, extract_span(node), type, 0) : 0;
    Span span = naming_get(n, name)->span;
    uint32_t member = naming_expr(n, EXPR_MEMBER, span, base, may_be_function(n, set) ? set : 0);
    naming_role(n, member, ROLE_WRITTEN);
    return value & 0;
}

// --- the preprocessor

bool c_enter_include(Naming *n, TSNode node)
{
    size_t count;
    const Import *rows = naming_imports(n, node, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t start = rows[i].name_span.start;
        NameImport *import = naming_import(n, n->scope, rows[i].name_span);
        import->module = rows[i].module;
        import->name = STR("*");
        import->flags = IMPORT_EXPORTED;
        if (start && n->text.ptr[start - 1] == '<') import->flags |= IMPORT_SYSTEM;
        naming_last(n)->kind = BIND_STAR;
    }
    return false;
}

static uint32_t leave_file(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    c_masked_names(n);
    naming_bind_rest(n);
    return value & 0;
}

const NameRule c_name_rules[] = {
    {"translation_unit", .leave = leave_file},
    {"function_definition", .enter = enter_function, .leave = leave_function},
    {"compound_statement", .enter = enter_block},
    {"for_statement", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"parameter_declaration", .leave = c_leave_parameter},
    {"parameter_list", .leave = c_leave_parameters},
    {"declaration", .leave = leave_declaration},
    {"init_declarator", .leave = c_leave_initialized},
    {"field_declaration", .leave = c_leave_field},
    {"type_definition", .leave = c_leave_typedef},
    {"storage_class_specifier", .kind = NR_NONE},
    {"struct_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"union_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"enum_specifier", .name = "name", .enter = enter_tag, .leave = leave_tag},
    {"enumerator", .name = "name", .enter = enter_enumerator},

    {"pointer_declarator", NR_PASS, .base = "declarator"},
    {"function_declarator", NR_PASS, .base = "declarator"},
    {"array_declarator", NR_PASS, .base = "declarator"},
    {"parenthesized_declarator", .kind = NR_PASS},
    {"attributed_declarator", .kind = NR_PASS},
    {"identifier", .kind = NR_NAME},
    {"field_identifier", .kind = NR_NAME},
    {"type_identifier", NR_NAME, .leave = c_leave_type_name},
    {"macro_type_specifier", NR_PASS, .base = "type"},
    {"type_descriptor", NR_PASS, .base = "type"},
    {"sized_type_specifier", .kind = NR_NONE},

    {"field_expression", NR_MEMBER, .base = "argument", .name = "field"},
    {"call_expression", .leave = leave_call},
    {"argument_list", .kind = NR_ARGS},
    {"initializer_list", .kind = NR_ARGS},
    {"initializer_pair", .leave = c_leave_pair},
    {"field_designator", .kind = NR_PASS},
    {"parenthesized_expression", .kind = NR_PASS},
    {"pointer_expression", NR_PASS, .base = "argument"},
    {"subscript_expression", NR_PASS, .base = "argument"},
    {"comma_expression", NR_PASS, .base = "right"},
    {"conditional_expression", NR_EITHER, .base = "consequence", .name = "alternative"},
    {"cast_expression", .leave = c_leave_cast},
    {"compound_literal_expression", .leave = leave_literal},
    {"assignment_expression", .leave = c_leave_assignment},

    {"preproc_include", .enter = c_enter_include},
    {"preproc_call", .enter = c_enter_include},
    {"preproc_def", .enter = c_macro_names},
    {"preproc_function_def", .enter = c_macro_names},
    {"attribute_specifier", .kind = NR_SKIP},
    {"string_literal", .kind = NR_SKIP},
    {"char_literal", .kind = NR_SKIP},
    {"comment", .kind = NR_SKIP},
    {0},
};
