// lang/javascript/names.c - what binds and uses names in JavaScript; most of it serves TypeScript.
//
// Scopes: files, classes and object literals (both: type), functions, blocks that declare
// something. Flow is not followed. Imports and exports are in names_modules.c.
#include "lang/javascript/names.h"

bool js_is(TSNode node, const char *type)
{
    return !ts_node_is_null(node) && !strcmp(ts_node_type(node), type);
}

TSNode js_child(const Naming *n, TSNode node, unsigned field)
{
    return ts_node_is_null(node) ? node : extract_child(n->x, node, field);
}

Str js_text(const Naming *n, TSNode node)
{
    return ts_node_is_null(node) ? STR_NONE : naming_text(n, node);
}

Span js_bare_span(TSNode name)
{
    Span span = extract_span(name);
    if (js_is(name, "string") && span.end - span.start > 2) span.start++, span.end--;
    return span;
}

uint32_t js_def_named(const Naming *n, TSNode name)
{
    return ts_node_is_null(name) ? 0 : naming_def(n, js_bare_span(name).start);
}

// --- values that get their names from what they are bound to

// The node that names the value being visited, looking through parentheses and the like.
static TSNode naming_node(const Naming *n)
{
    unsigned up = 1;
    TSNode outer = naming_around(n, up);
    while (extract_rule(n->x, outer) == RULE_UNWRAP) outer = naming_around(n, ++up);
    if (js_is(outer, "variable_declarator")) return js_child(n, outer, JS_F_NAME);
    if (js_is(outer, "pair")) return js_child(n, outer, JS_F_KEY);
    if (js_is(outer, "field_definition")) return js_child(n, outer, JS_F_PROPERTY);
    if (js_is(outer, "public_field_definition")) return js_child(n, outer, JS_F_NAME);
    if (js_is(outer, "export_statement")) { // export default: by that word
        ExtractChildren each = extract_children(outer);
        TSNode found = {0};
        while (extract_each(&each))
            if (js_is(each.node, "default")) found = each.node;
        return found;
    }
    if (!js_is(outer, "assignment_expression")) return (TSNode){0};
    TSNode left = js_child(n, outer, JS_F_LEFT);
    if (js_is(left, "subscript_expression")) return js_child(n, left, JS_F_INDEX);
    if (!js_is(left, "member_expression")) return left;
    TSNode name = js_child(n, left, JS_F_PROPERTY), object = js_child(n, left, JS_F_OBJECT);
    if (!str_eq(js_text(n, name), STR("prototype"))) return name;
    return js_is(object, "member_expression") ? js_child(n, object, JS_F_PROPERTY) : object;
}

// The definition that Facts have for a function, class or object that is a value; 0: none.
static uint32_t value_def(const Naming *n, TSNode value)
{
    uint32_t def = js_def_named(n, js_child(n, value, JS_F_NAME));
    if (!def) def = js_def_named(n, naming_node(n));
    if (!def) return 0;
    Span full = n->facts->defs[def - 1].full, own = extract_span(value);
    return full.start <= own.start && own.end <= full.end ? def : 0;
}

static bool is_kind(const Naming *n, uint32_t def, DefKind one, DefKind other)
{
    DefKind kind = def ? n->facts->defs[def - 1].kind : DEF_KINDS;
    return kind == one || kind == other;
}

bool js_enter_function(Naming *n, TSNode node)
{
    uint32_t def = value_def(n, node);
    if (!is_kind(n, def, DEF_FUNCTION, DEF_METHOD)) def = 0;
    TSNode own = js_child(n, node, JS_F_NAME), parameter = js_child(n, node, JS_F_PARAMETER);
    naming_open(n, SCOPE_FUNCTION, node, def);
    if (def && !ts_node_is_null(own))
        naming_bind(n, BIND_DEF, n->scope, extract_span(own))->target = def;
    if (!ts_node_is_null(parameter)) naming_bind(n, BIND_PARAM, n->scope, extract_span(parameter));
    return true;
}

bool js_enter_class(Naming *n, TSNode node)
{
    uint32_t def = value_def(n, node);
    naming_open(n, SCOPE_TYPE, node, is_kind(n, def, DEF_CLASS, DEF_CLASS) ? def : 0);
    return true;
}

static bool is_plain(TSNode value)
{
    static const char *const types[] = {"string",    "number",          "true",  "false", "null",
                                        "undefined", "template_string", "regex", "array"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (js_is(value, types[i])) return true;
    return false;
}

// Whether an object literal holds more than data.
static bool has_members(const Naming *n, TSNode object)
{
    bool found = false;
    ExtractChildren each = extract_children(object);
    while (extract_each(&each)) {
        if (!ts_node_is_named(each.node)) continue;
        if (js_is(each.node, "pair")) found |= !is_plain(js_child(n, each.node, JS_F_VALUE));
        else if (!js_is(each.node, "comment")) found = true;
        if (!found) continue;
        extract_end(&each);
        break;
    }
    return found;
}

bool js_enter_object(Naming *n, TSNode node)
{
    if (!has_members(n, node)) return true;
    uint32_t def = value_def(n, node);
    if (is_kind(n, def, DEF_FUNCTION, DEF_METHOD)) def = 0;
    naming_open(n, SCOPE_TYPE, node, def);
    return true;
}

static bool is_scope_of(const Naming *n, TSNode node)
{
    if (ts_node_is_null(node)) return false; // nothing is around it, in a broken file
    Span own = extract_span(node), span = naming_scope(n, n->scope)->span;
    return n->scope && own.start == span.start && own.end == span.end;
}

uint32_t js_leave_object(Naming *n, TSNode node, uint32_t value)
{
    bool filled_later = !ts_node_named_child_count(node); // x = {}; x.f = function () {}
    if (filled_later || is_scope_of(n, node)) return value & 0;
    return naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
}

uint32_t js_leave_pair(Naming *n, TSNode node, uint32_t value)
{
    TSNode key = js_child(n, node, JS_F_KEY);
    if (!is_scope_of(n, naming_around(n, 1)) || js_is(key, "computed_property_name"))
        return value & 0;
    uint32_t def = js_def_named(n, key), set = naming_value(n, JS_F_VALUE);
    NameBinding *binding = naming_bind(n, def ? BIND_DEF : BIND_FIELD, n->scope, js_bare_span(key));
    binding->target = def;
    binding->value = set;
    return value & 0;
}

// { name }
uint32_t js_leave_shorthand(Naming *n, TSNode node, uint32_t value)
{
    if (!is_scope_of(n, naming_around(n, 1))) return value;
    naming_bind(n, BIND_FIELD, n->scope, extract_span(node))->value = value;
    return value;
}

// { ...other, own: 1 } has what the other has; in a call it hands on what is in it.
uint32_t js_leave_spread(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t def = is_scope_of(n, naming_around(n, 1)) ? naming_scope(n, n->scope)->def : 0;
    if (def && naming_first(n) && js_is(naming_around(n, 1), "object"))
        naming_note(n, NOTE_BASE, def, naming_first(n));
    return value & 0;
}

static bool declares(const Naming *n, TSNode block)
{
    bool found = false;
    ExtractChildren each = extract_children(block);
    while (extract_each(&each)) {
        found =
            extract_rule(n->x, each.node) == RULE_DEF || js_is(each.node, "lexical_declaration");
        if (!found) continue;
        extract_end(&each);
        break;
    }
    return found;
}

// The body of what opens a scope is that scope.
bool js_enter_block(Naming *n, TSNode node)
{
    TSNode outer = naming_around(n, 1);
    bool own = !ts_node_is_null(outer) && is_scope_of(n, outer);
    if (!own && declares(n, node)) naming_open(n, SCOPE_BLOCK, node, 0);
    return true;
}

// --- functions

static uint32_t function_scope(const Naming *n)
{
    uint32_t scope = n->scope;
    while (scope && naming_scope(n, scope)->kind == SCOPE_BLOCK)
        scope = naming_scope(n, scope)->outer;
    return scope;
}

static void note_given(Naming *n, uint32_t def, TSNode node, uint32_t value)
{
    bool nothing = ts_node_is_null(node) || js_is(node, "null") || js_is(node, "undefined") ||
                   str_eq(js_text(n, node), STR("undefined"));
    if (def && !nothing) naming_note(n, NOTE_GIVES, def, value);
}

uint32_t js_leave_return(Naming *n, TSNode node, uint32_t value)
{
    const NameScope *scope = naming_scope(n, function_scope(n));
    TSNode given = ts_node_named_child(node, 0);
    if (scope->kind == SCOPE_FUNCTION) note_given(n, scope->def, given, naming_first(n));
    return value & 0;
}

uint32_t js_leave_function(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def, type = naming_value(n, TS_F_RETURN_TYPE);
    TSNode body = js_child(n, node, JS_F_BODY);
    if (def && type) naming_note(n, NOTE_RETURNS, def, type);
    else if (!js_is(body, "statement_block")) note_given(n, def, body, naming_value(n, JS_F_BODY));
    return value & 0;
}

enum { WORD_STATIC = 1, WORD_ACCESSOR = 2, WORD_ABSTRACT = 4 };

// The words in front of a member's name.
static unsigned words_of(const Naming *n, TSNode member)
{
    static const char *const words[] = {"static", "get", "set", "abstract"};
    static const unsigned bits[] = {WORD_STATIC, WORD_ACCESSOR, WORD_ACCESSOR, WORD_ABSTRACT};
    unsigned found = 0;
    TSFieldId name = extract_field_id(n->x, JS_F_NAME);
    TSFieldId property = extract_field_id(n->x, JS_F_PROPERTY);
    ExtractChildren each = extract_children(member);
    while (extract_each(&each)) {
        if (each.field == name || each.field == property) {
            extract_end(&each);
            break;
        }
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (js_is(each.node, words[i])) found |= bits[i];
    }
    return found;
}

static void note_words(Naming *n, uint32_t def, unsigned words)
{
    if (def && words & WORD_STATIC) naming_note(n, NOTE_STATIC, def, 0);
    if (def && words & WORD_ACCESSOR) naming_note(n, NOTE_VALUE, def, 0);
    if (def && words & WORD_ABSTRACT) naming_note(n, NOTE_ABSTRACT, def, 0);
}

// JavaScript's decorators stand inside of what they decorate, TypeScript's in front of members.
void js_note_decorators(Naming *n, uint32_t def)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++)
        if (def && kids[i].value && js_is(kids[i].node, "decorator"))
            naming_note(n, NOTE_DECORATOR, def, kids[i].value);
}

uint32_t js_leave_method(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def;
    js_leave_function(n, node, 0);
    note_words(n, def, words_of(n, node));
    js_note_decorators(n, def);
    return value & 0;
}

uint32_t js_leave_class(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    js_note_decorators(n, naming_scope(n, n->scope)->def);
    return value & 0;
}

uint32_t js_leave_class_body(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count, pending = 0;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) {
        if (js_is(kids[i].node, "decorator")) continue;
        uint32_t def = js_def_named(n, js_child(n, kids[i].node, JS_F_NAME));
        for (; pending < i; pending++)
            if (def && kids[pending].value && js_is(kids[pending].node, "decorator"))
                naming_note(n, NOTE_DECORATOR, def, kids[pending].value);
        pending = i;
    }
    return value & 0;
}

uint32_t js_leave_decorator(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, value, ROLE_DECORATOR);
    return value;
}

void js_note_bases(Naming *n, uint32_t def, uint32_t except_value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++) {
        if (!kids[i].value || kids[i].value == except_value) continue;
        uint32_t name = kids[i].value; // without its type arguments
        while (!js_is(kids[i].node, "subscript_expression") && naming_get(n, name)->op == EXPR_ITEM)
            name = naming_get(n, name)->base;
        naming_role(n, name, ROLE_BASE);
        if (def) naming_note(n, NOTE_BASE, def, kids[i].value);
    }
}

uint32_t js_leave_heritage(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    js_note_bases(n, naming_scope(n, n->scope)->def, 0);
    return value & 0;
}

uint32_t js_leave_field(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = js_child(n, node, JS_F_PROPERTY);
    if (ts_node_is_null(name)) name = js_child(n, node, JS_F_NAME);
    if (ts_node_is_null(name) || js_is(name, "computed_property_name")) return value & 0;
    uint32_t def = js_def_named(n, name);
    NameBinding *binding =
        naming_bind(n, def ? BIND_DEF : BIND_FIELD, n->scope, js_bare_span(name));
    binding->target = def;
    binding->value = naming_value(n, JS_F_VALUE);
    binding->type = naming_value(n, TS_F_TYPE);
    note_words(n, def, words_of(n, node));
    js_note_decorators(n, def);
    return value & 0;
}

// --- patterns

static uint32_t part_of(Naming *n, TSNode key, uint32_t value)
{
    if (!value || js_is(key, "computed_property_name")) return 0;
    uint32_t part = naming_expr(n, EXPR_MEMBER, js_bare_span(key), value, 0);
    naming_unuse(n, part);
    return part;
}

static void bind_name(Naming *n, const JsTarget *target, TSNode name, uint32_t value, uint32_t type)
{
    Span span = extract_span(name);
    if (target->again) {
        naming_reassign(n, naming_expr(n, EXPR_NAME, span, 0, 0), value);
        return;
    }
    uint32_t def = target->kind == BIND_LOCAL ? naming_def(n, span.start) : 0;
    NameBinding *binding = naming_bind(n, def ? BIND_DEF : target->kind, target->scope, span);
    binding->target = def;
    binding->value = value;
    binding->type = type;
}

static void bind_object(Naming *n, const JsTarget *target, TSNode pattern, uint32_t value)
{
    ExtractChildren each = extract_children(pattern);
    while (extract_each(&each)) {
        TSNode part = each.node, name = part;
        if (!ts_node_is_named(part)) continue;
        if (js_is(part, "object_assignment_pattern")) part = name = js_child(n, part, JS_F_LEFT);
        if (js_is(part, "shorthand_property_identifier_pattern")) {
            bind_name(n, target, name, part_of(n, name, value), 0);
        } else if (js_is(part, "pair_pattern")) {
            uint32_t set = part_of(n, js_child(n, part, JS_F_KEY), value);
            js_bind(n, target, js_child(n, part, JS_F_VALUE), set, 0);
        } else {
            js_bind(n, target, part, 0, 0);
        }
    }
}

void js_bind(Naming *n, const JsTarget *target, TSNode pattern, uint32_t value, uint32_t type)
{
    if (js_is(pattern, "identifier") || js_is(pattern, "this")) {
        bind_name(n, target, pattern, value, type);
        return;
    }
    if (type) value = naming_expr(n, EXPR_TYPED, extract_span(pattern), type, 0);
    JsTarget part = *target;
    if (value) part.kind = BIND_LOCAL, target = &part; // a variable set to a part of the parameter
    if (js_is(pattern, "assignment_pattern")) {
        js_bind(n, target, js_child(n, pattern, JS_F_LEFT), value, 0);
    } else if (js_is(pattern, "object_pattern")) {
        bind_object(n, target, pattern, value);
    } else if (js_is(pattern, "array_pattern")) {
        Span span = extract_span(pattern);
        uint32_t item = value ? naming_expr(n, EXPR_ITEM, span, value, 0) : 0;
        ExtractChildren each = extract_children(pattern);
        while (extract_each(&each)) js_bind(n, target, each.node, item, 0);
    } else if (js_is(pattern, "rest_pattern")) {
        js_bind(n, target, ts_node_named_child(pattern, 0), 0, 0);
    }
}

// [a, b], ...rest: the names are bound by what is around.
uint32_t js_leave_unbound(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++)
        if (js_is(kids[i].node, "identifier")) naming_unuse(n, kids[i].value);
    return value & 0;
}

uint32_t js_leave_parameters(Naming *n, TSNode node, uint32_t value)
{
    JsTarget target = {.kind = BIND_PARAM, .scope = n->scope};
    js_leave_unbound(n, node, 0);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) js_bind(n, &target, each.node, 0, 0);
    return value & 0;
}

// --- variables

uint32_t js_leave_declarator(Naming *n, TSNode node, uint32_t value)
{
    bool var = js_is(naming_around(n, 1), "variable_declaration");
    JsTarget target = {.kind = BIND_LOCAL, .scope = var ? function_scope(n) : n->scope};
    js_bind(n, &target, js_child(n, node, JS_F_NAME), naming_value(n, JS_F_VALUE),
            naming_value(n, TS_F_TYPE));
    return value & 0;
}

uint32_t js_leave_for(Naming *n, TSNode node, uint32_t value)
{
    uint32_t all = naming_value(n, JS_F_RIGHT);
    uint32_t item = all ? naming_expr(n, EXPR_ITEM, extract_span(node), all, 0) : 0;
    JsTarget target = {.kind = BIND_LOCAL, .scope = n->scope, .again = true};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (js_is(each.node, "in")) item = 0;
        if (js_is(each.node, "var")) target.scope = function_scope(n);
        if (js_is(each.node, "var") || js_is(each.node, "let") || js_is(each.node, "const"))
            target.again = false;
    }
    js_bind(n, &target, js_child(n, node, JS_F_LEFT), item, 0);
    return value & 0;
}

uint32_t js_leave_catch(Naming *n, TSNode node, uint32_t value)
{
    JsTarget target = {.kind = BIND_LOCAL, .scope = n->scope};
    js_bind(n, &target, js_child(n, node, JS_F_PARAMETER), 0, 0);
    return value & 0;
}

// --- expressions

uint32_t js_leave_call(Naming *n, TSNode node, uint32_t value)
{
    uint32_t module = js_module_value(n, node), callee = naming_value(n, JS_F_FUNCTION);
    if (module) return module;
    if (!callee || naming_get(n, callee)->op != EXPR_SUPER) return value;
    // super(...) is a call of the base's constructor; the name of the call is that word.
    callee = naming_expr(n, EXPR_NAME, naming_get(n, callee)->span, 0, 0);
    naming_role(n, callee, ROLE_CALLED);
    return value & 0;
}

uint32_t js_leave_new(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    if (value) naming_role(n, naming_get(n, value)->base, ROLE_CALLED);
    return value;
}

typedef enum ThisKind { THIS_UNKNOWN, THIS_OBJECT, THIS_CLASS } ThisKind;

// Of a function that is a value: it has an object when it is a member of one.
static ThisKind this_of_value(const Naming *n, unsigned up)
{
    TSNode outer = naming_around(n, up);
    while (extract_rule(n->x, outer) == RULE_UNWRAP) outer = naming_around(n, ++up);
    if (js_is(outer, "pair")) return THIS_OBJECT;
    if (js_is(outer, "field_definition") || js_is(outer, "public_field_definition"))
        return words_of(n, outer) & WORD_STATIC ? THIS_CLASS : THIS_OBJECT;
    TSNode left =
        js_is(outer, "assignment_expression") ? js_child(n, outer, JS_F_LEFT) : (TSNode){0};
    return js_is(left, "member_expression") ? THIS_OBJECT : THIS_UNKNOWN;
}

// By the nearest function around that is no arrow function.
static ThisKind this_kind(const Naming *n)
{
    for (unsigned up = 1;; up++) {
        TSNode node = naming_around(n, up);
        if (ts_node_is_null(node)) return THIS_UNKNOWN;
        if (js_is(node, "method_definition") || js_is(node, "field_definition") ||
            js_is(node, "public_field_definition"))
            return words_of(n, node) & WORD_STATIC ? THIS_CLASS : THIS_OBJECT;
        if (js_is(node, "class_static_block")) return THIS_CLASS;
        if (js_is(node, "function_expression") || js_is(node, "generator_function"))
            return this_of_value(n, up + 1);
        if (js_is(node, "function_declaration") || js_is(node, "generator_function_declaration"))
            return THIS_UNKNOWN;
    }
}

// Whether the nearest type around, or a method that stands outside of its type, has a name.
static bool is_in_known_type(const Naming *n)
{
    for (uint32_t scope = n->scope; scope; scope = naming_scope(n, scope)->outer) {
        const NameScope *around = naming_scope(n, scope);
        if (around->kind == SCOPE_TYPE) return around->def;
        bool method = is_kind(n, around->def, DEF_METHOD, DEF_METHOD);
        if (method && naming_scope(n, around->outer)->kind != SCOPE_TYPE) return true;
    }
    return false;
}

// A `this` of which nothing is known is a plain name: it may be a parameter of that name.
uint32_t js_leave_this(Naming *n, TSNode node, uint32_t value)
{
    ThisKind kind = is_in_known_type(n) ? this_kind(n) : THIS_UNKNOWN;
    if (kind == THIS_OBJECT) return value;
    Span span = extract_span(node);
    if (kind == THIS_CLASS) return naming_expr(n, EXPR_OWNER, span, 0, 0);
    value = naming_expr(n, EXPR_NAME, span, 0, 0);
    naming_unuse(n, value);
    return value;
}

// a || b, a ?? b, a && b
uint32_t js_leave_binary(Naming *n, TSNode node, uint32_t value)
{
    Str sign = js_text(n, js_child(n, node, JS_F_OPERATOR));
    uint32_t left = naming_value(n, JS_F_LEFT), right = naming_value(n, JS_F_RIGHT);
    if (str_eq(sign, STR("&&"))) return right;
    if (!str_eq(sign, STR("||")) && !str_eq(sign, STR("??"))) return value & 0;
    if (!left || !right) return left + right;
    return naming_expr(n, EXPR_EITHER, extract_span(node), left, right);
}

uint32_t js_leave_sequence(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    TSNode last = ts_node_named_child(node, ts_node_named_child_count(node) - 1);
    bool is_last = count && ts_node_eq(kids[count - 1].node, last);
    return is_last ? kids[count - 1].value : value & 0;
}

// Foo.prototype.bar = function () {}: a method of Foo.
static void note_receiver(Naming *n, TSNode left, uint32_t target, TSNode right)
{
    const NameExpr *member = target ? naming_get(n, target) : NULL;
    if (!member || member->op != EXPR_MEMBER || !member->base) return;
    uint32_t object = member->base, def = naming_def(n, member->span.start);
    TSNode property = js_child(n, left, JS_F_PROPERTY);
    bool whole = str_eq(js_text(n, property), STR("prototype")); // Foo.prototype = {}
    if (whole) def = js_def_named(n, js_child(n, left, JS_F_OBJECT));
    if (!def || (whole && !js_is(right, "object"))) return;
    const NameExpr *owner = naming_get(n, object);
    bool prototype = owner->op == EXPR_MEMBER && owner->base &&
                     str_eq(extract_text(n->x, owner->span), STR("prototype"));
    naming_note(n, NOTE_RECEIVER, def, prototype ? owner->base : object);
}

static void assign(Naming *n, TSNode left, TSNode right, uint32_t value)
{
    uint32_t target = naming_value(n, JS_F_LEFT);
    naming_role(n, target, ROLE_WRITTEN);
    if (js_is(left, "object_pattern") || js_is(left, "array_pattern")) {
        JsTarget again = {.kind = BIND_LOCAL, .scope = n->scope, .again = true};
        js_bind(n, &again, left, value, 0);
    } else if (js_is(left, "identifier")) {
        bool data = value && naming_get(n, value)->op == EXPR_LITERAL;
        bool callable = js_def_named(n, left) || extract_rule(n->x, right) == RULE_HOOK;
        bool exports = str_eq(js_text(n, left), STR("exports"));
        if (!exports && ((value && !data) || callable)) naming_reassign(n, target, value);
    } else if (!js_assign_export(n, left, right, value)) {
        note_receiver(n, left, target, right);
        naming_assign(n, n->scope, target, value, 0);
    }
}

uint32_t js_leave_assignment(Naming *n, TSNode node, uint32_t value)
{
    value = naming_value(n, JS_F_RIGHT);
    assign(n, js_child(n, node, JS_F_LEFT), js_child(n, node, JS_F_RIGHT), value);
    return value;
}

// a ||= b
uint32_t js_leave_augmented(Naming *n, TSNode node, uint32_t value)
{
    uint32_t target = naming_value(n, JS_F_LEFT);
    value = naming_value(n, JS_F_RIGHT);
    naming_role(n, target, ROLE_WRITTEN);
    Str sign = js_text(n, js_child(n, node, JS_F_OPERATOR));
    bool logical = str_eq(sign, STR("||=")) ||
                   str_eq(sign, STR("?"
                                    "?=")) ||
                   str_eq(sign, STR("&&="));
    if (!logical || !target || !value) return 0;
    if (naming_get(n, target)->op == EXPR_NAME) naming_reassign(n, target, value);
    else naming_assign(n, n->scope, target, value, 0);
    return value;
}

// <Foo/> is a call of Foo; <div/> only has a name.
uint32_t js_leave_jsx(Naming *n, TSNode node, uint32_t value)
{
    uint32_t name = naming_value(n, JS_F_NAME);
    Str text = js_text(n, js_child(n, node, JS_F_NAME));
    bool tag = text.len && text.ptr[0] >= 'a' && text.ptr[0] <= 'z';
    if (name && tag && naming_get(n, name)->op == EXPR_NAME) naming_unuse(n, name);
    else naming_role(n, name, ROLE_CALLED);
    return value & 0;
}

const NameRule javascript_name_rules[] = {
#include "lang/javascript/names.def"
#include "lang/javascript/names_jsx.def"
    {"class_declaration", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = js_leave_class},
    {"class_heritage", .leave = js_leave_heritage},
    {"field_definition", .name = "property", .leave = js_leave_field},
    {"formal_parameters", .leave = js_leave_parameters},
    {"export_statement", .enter = js_enter_export, .leave = js_leave_export},
    {0},
};
