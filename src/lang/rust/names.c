// lang/rust/names.c - what binds and uses names in Rust.
//
// `mod x;` is an import with IMPORT_PACKAGE. Box, Arc, Rc and Pin are looked through, and so are
// references; x? is an element of x, as Some(y) in a pattern is. A name bound twice in a block
// means the binding in front of it: see ResolveLang.ordered.
#include "lang/rust/rust.h"

// --- types

static bool is_text(const Naming *n, Span span, const char *text)
{
    return str_eq(extract_text(n->x, span), str_from(text));
}

static bool is_one_of(Str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_from(*list))) return true;
    return false;
}

static uint32_t leave_type_name(Naming *n, TSNode node, uint32_t value)
{
    Span span = extract_span(node);
    if (is_text(n, span, "Self") || is_text(n, span, "_")) {
        naming_unuse(n, value);
        return is_text(n, span, "_") ? 0 : naming_expr(n, EXPR_OWNER, span, 0, 0);
    }
    naming_role(n, value, ROLE_TYPE);
    return value;
}

static uint32_t leave_identifier(Naming *n, TSNode node, uint32_t value)
{
    Span span = extract_span(node);
    if (!is_text(n, span, "Self")) return value;
    naming_unuse(n, value);
    return naming_expr(n, EXPR_OWNER, span, 0, 0);
}

// a::b. `self` in front of :: is a module, and not the object; ::b is the crate b.
static uint32_t leave_path(Naming *n, TSNode node, uint32_t value)
{
    uint32_t base = naming_value(n, RUST_FIELD_PATH);
    TSNode name = extract_child(n->x, node, RUST_FIELD_NAME);
    if (ts_node_is_null(name)) return value;
    bool is_type = extract_is(n->x, node, RUST_SCOPED_TYPE_IDENTIFIER);
    if (!base) {
        naming_unuse(n, value);
        if (!ts_node_is_null(extract_child(n->x, node, RUST_FIELD_PATH))) return 0;
        value = naming_expr(n, EXPR_NAME, extract_span(name), 0, 0);
    } else if (naming_get(n, base)->op == EXPR_SELF) {
        naming_unuse(n, value);
        base = naming_expr(n, EXPR_NAME, naming_get(n, base)->span, 0, 0);
        value = naming_expr(n, EXPR_MEMBER, extract_span(name), base, 0);
    }
    if (is_type) naming_role(n, value, ROLE_TYPE);
    return value;
}

// <T as Trait>::f
static uint32_t leave_qualified(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, RUST_FIELD_TYPE), trait = naming_value(n, RUST_FIELD_ALIAS);
    if (!type || !trait) return type + trait + (value & 0);
    return naming_expr(n, EXPR_EITHER, extract_span(node), type, trait);
}

// Without type arguments: what a name stands for.
static uint32_t plain(const Naming *n, uint32_t type)
{
    while (type && naming_get(n, type)->op == EXPR_ITEM) type = naming_get(n, type)->base;
    return type;
}

static bool is_pointer(Str name)
{
    static const char *const names[] = {"Box", "Arc", "Rc", "Pin", NULL};
    return is_one_of(name, names);
}

static uint32_t leave_generic(Naming *n, TSNode node, uint32_t value)
{
    uint32_t base = naming_value(n, RUST_FIELD_TYPE);
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    uint32_t inner = count > 1 ? kids[count - 1].value : 0;
    if (!base || !inner) return base + (value & 0);
    if (is_pointer(extract_text(n->x, naming_get(n, base)->span))) return inner;
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, inner);
}

static uint32_t leave_first(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    return count ? kids[0].value : value;
}

// Of Map<K, V>, V; of Result<T, E> and others, T.
static uint32_t leave_type_arguments(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    TSNode base = extract_child(n->x, naming_around(n, 1), RUST_FIELD_TYPE);
    bool is_map = !ts_node_is_null(base) && str_ends(naming_text(n, base), STR("Map"));
    (void)node;
    return count ? kids[is_map ? count - 1 : 0].value : value;
}

static uint32_t leave_list_type(Naming *n, TSNode node, uint32_t value)
{
    uint32_t element = naming_first(n);
    if (!element) return value & 0;
    uint32_t base = naming_expr(n, EXPR_LITERAL, extract_span(node), 0, 0);
    return naming_expr(n, EXPR_ITEM, extract_span(node), base, element);
}

static bool is_sizedness(const Naming *n, uint32_t type)
{
    static const char *const names[] = {"Send", "Sync", "Sized", "Unpin", "Copy", NULL};
    return is_one_of(extract_text(n->x, naming_get(n, type)->span), names);
}

// A + B
static uint32_t leave_bounds(Naming *n, TSNode node, uint32_t value)
{
    size_t count;
    value = 0;
    for (size_t i = 0; i < (naming_kids(n, &count), count); i++) {
        uint32_t one = naming_kids(n, &count)[i].value;
        if (!one || is_sizedness(n, one)) continue;
        value = value ? naming_expr(n, EXPR_EITHER, extract_span(node), value, one) : one;
    }
    return value;
}

static uint32_t leave_type_parameter(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, RUST_FIELD_NAME);
    if (ts_node_is_null(name)) return value & 0;
    uint32_t bounds = naming_value(n, RUST_FIELD_BOUNDS);
    naming_bind(n, BIND_TYPE_PARAM, n->scope, extract_span(name))->type = bounds;
    return 0;
}

// where T: Bound
static uint32_t leave_where(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, RUST_FIELD_LEFT), bounds = naming_value(n, RUST_FIELD_BOUNDS);
    (void)node;
    if (!type || !bounds || naming_get(n, type)->op != EXPR_NAME) return value & 0;
    naming_bind(n, BIND_TYPE_PARAM, n->scope, naming_get(n, type)->span)->type = bounds;
    return 0;
}

// --- definitions

static uint32_t leave_function(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t type = naming_value(n, RUST_FIELD_RETURN_TYPE);
    uint32_t def = naming_scope(n, n->scope)->def;
    if (type && def) naming_note(n, NOTE_RETURNS, def, type);
    return value & 0;
}

static uint32_t leave_declared(Naming *n, TSNode node, uint32_t value)
{
    uint32_t def = naming_scope(n, n->scope)->def;
    if (def) naming_note(n, NOTE_ABSTRACT, def, 0);
    return leave_function(n, node, value);
}

static bool enter_impl(Naming *n, TSNode node)
{
    TSNode type = extract_child(n->x, node, RUST_FIELD_TYPE);
    if (ts_node_is_null(type)) return true;
    type = rust_type_name(n->x, type);
    naming_open(n, SCOPE_TYPE, node, naming_def(n, ts_node_start_byte(type)));
    return true;
}

static uint32_t leave_impl(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t def = naming_scope(n, n->scope)->def;
    uint32_t type = plain(n, naming_value(n, RUST_FIELD_TYPE));
    uint32_t trait = plain(n, naming_value(n, RUST_FIELD_TRAIT));
    if (def && type) naming_note(n, NOTE_RECEIVER, def, type);
    if (trait) naming_role(n, trait, ROLE_BASE);
    if (def && trait) naming_note(n, NOTE_TRAIT, def, trait);
    return value & 0;
}

static void note_bases(Naming *n, uint32_t def, uint32_t bounds)
{
    if (!bounds) return;
    const NameExpr *expr = naming_get(n, bounds);
    if (expr->op == EXPR_EITHER) {
        uint32_t other = expr->other;
        note_bases(n, def, expr->base);
        bounds = other;
    }
    bounds = plain(n, bounds);
    naming_role(n, bounds, ROLE_BASE);
    naming_note(n, NOTE_BASE, def, bounds);
}

static uint32_t leave_trait(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t def = naming_scope(n, n->scope)->def;
    if (def) note_bases(n, def, naming_value(n, RUST_FIELD_BOUNDS));
    return value & 0;
}

static uint32_t leave_type(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    uint32_t type = naming_value(n, RUST_FIELD_TYPE), def = naming_scope(n, n->scope)->def;
    if (type && def) naming_note(n, NOTE_STANDS, def, type);
    return value & 0;
}

// A constant or field: name and type.
static uint32_t leave_typed(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, RUST_FIELD_NAME);
    if (ts_node_is_null(name)) return value & 0;
    uint32_t def = naming_def(n, ts_node_start_byte(name));
    NameBinding *binding =
        naming_bind(n, def ? BIND_DEF : BIND_LOCAL, n->scope, extract_span(name));
    binding->target = def;
    // static X: T; in a macro is something around a T.
    bool bare = extract_is(n->x, node, RUST_STATIC_ITEM) &&
                ts_node_is_null(extract_child(n->x, node, RUST_FIELD_VALUE));
    if (!bare) binding->type = naming_value(n, RUST_FIELD_TYPE);
    return 0;
}

// struct Pair(A, B): its fields are 0 and 1.
static uint32_t leave_ordered(Naming *n, TSNode node, uint32_t value)
{
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    uint32_t at = 0;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (each.field != extract_field_id(n->x, RUST_FIELD_TYPE) || at == ARRAY_LEN(names))
            continue;
        size_t count;
        const NameKid *kids = naming_kids(n, &count);
        NameBinding *binding = naming_bind(n, BIND_FIELD, n->scope, extract_span(each.node));
        binding->name = str_from(names[at++]);
        for (size_t i = 0; i < count; i++)
            if (ts_node_eq(kids[i].node, each.node)) binding->type = kids[i].value;
    }
    return value & 0;
}

// --- imports

static Str last_part(Str path)
{
    size_t at = str_find_last(path, ':');
    return at < path.len ? str_sub(path, at + 1, path.len) : path;
}

static bool enter_use(Naming *n, TSNode node)
{
    size_t count;
    const Import *rows = naming_imports(n, node, &count);
    TSNode first = ts_node_named_child(node, 0);
    bool exported = extract_is(n->x, first, RUST_VISIBILITY);
    for (size_t i = 0; i < count; i++) {
        NameImport *import = naming_import(n, n->scope, rows[i].name_span);
        import->module = rows[i].module;
        import->name = rows[i].name;
        import->alias = rows[i].alias;
        if (exported) import->flags = IMPORT_EXPORTED;
        NameBinding *binding = naming_last(n);
        if (str_eq(rows[i].name, STR("*"))) binding->kind = BIND_STAR;
        binding->name = rows[i].alias.len  ? rows[i].alias
                        : rows[i].name.len ? rows[i].name
                                           : last_part(rows[i].module);
    }
    return false;
}

// mod x; - what is in the file x.rs or x/mod.rs.
static bool enter_module(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, RUST_FIELD_NAME);
    if (ts_node_is_null(name)) return true;
    Span span = extract_span(name);
    uint32_t def = naming_def(n, span.start);
    bool body = !ts_node_is_null(extract_child(n->x, node, RUST_FIELD_BODY));
    if (body) {
        if (def) naming_bind(n, BIND_DEF, n->scope, span)->target = def;
        naming_open(n, SCOPE_MODULE, node, def);
        return true;
    }
    NameImport *import = naming_import(n, n->scope, span);
    import->module = extract_text(n->x, span);
    import->flags = IMPORT_PACKAGE | IMPORT_EXPORTED;
    return false;
}

// --- patterns

static uint32_t item_of(Naming *n, TSNode node, uint32_t value)
{
    return value ? naming_expr(n, EXPR_ITEM, extract_span(node), value, 0) : 0;
}

typedef struct Bound { // what a pattern is matched with
    BindKind kind;
    uint32_t value, type;
} Bound;

static void bind_name(Naming *n, TSNode name, Bound bound)
{
    Str text = naming_text(n, name);
    bool variable = text.len && !(text.ptr[0] >= 'A' && text.ptr[0] <= 'Z');
    if (!variable) return; // a constant, or a variant without fields
    NameBinding *binding = naming_bind(n, bound.kind, n->scope, extract_span(name));
    binding->value = bound.value;
    binding->type = bound.type;
}

static void bind_pattern(Naming *n, TSNode node, Bound bound, int depth);

static void bind_inside(Naming *n, TSNode node, Bound bound, int depth)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (ts_node_is_named(each.node) && each.field != extract_field_id(n->x, RUST_FIELD_TYPE))
            bind_pattern(n, each.node, bound, depth + 1);
}

// The names that a pattern binds, but for those in struct patterns, which bind their own.
static void bind_pattern(Naming *n, TSNode node, Bound bound, int depth)
{
    enum { PATTERN_MAX_DEPTH = 32 };
    if (ts_node_is_null(node) || depth > PATTERN_MAX_DEPTH) return;
    Bound nothing = {.kind = bound.kind};
    switch (extract_symbol(n->x, node)) {
    case RUST_IDENTIFIER: bind_name(n, node, bound); break;
    case RUST_TUPLE_STRUCT_PATTERN: {
        TSNode type = extract_child(n->x, node, RUST_FIELD_TYPE);
        Str name = ts_node_is_null(type) ? STR_NONE : naming_text(n, type);
        bool is_item = str_eq(name, STR("Some")) || str_eq(name, STR("Ok"));
        if (is_item) nothing.value = item_of(n, node, bound.value);
        bind_inside(n, node, nothing, depth);
        break;
    }
    case RUST_MATCH_PATTERN: bind_pattern(n, ts_node_named_child(node, 0), bound, depth + 1); break;
    case RUST_REF_PATTERN:
    case RUST_MUT_PATTERN:
    case RUST_REFERENCE_PATTERN:
    case RUST_CAPTURED_PATTERN:
    case RUST_OR_PATTERN: bind_inside(n, node, bound, depth); break;
    case RUST_TUPLE_PATTERN:
    case RUST_SLICE_PATTERN: bind_inside(n, node, nothing, depth); break;
    default: break;
    }
}

// T { a, b: c }: fields of T.
static uint32_t leave_struct_pattern(Naming *n, TSNode node, uint32_t value)
{
    uint32_t type = naming_value(n, RUST_FIELD_TYPE);
    uint32_t whole = type ? naming_expr(n, EXPR_TYPED, extract_span(node), type, 0) : 0;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (!extract_is(n->x, each.node, RUST_FIELD_PATTERN_NODE)) continue;
        TSNode name = extract_child(n->x, each.node, RUST_FIELD_NAME);
        TSNode inner = extract_child(n->x, each.node, RUST_FIELD_PATTERN);
        if (ts_node_is_null(name)) continue;
        uint32_t field = whole ? naming_expr(n, EXPR_MEMBER, extract_span(name), whole, 0) : 0;
        Bound bound = {.kind = BIND_LOCAL, .value = field};
        if (ts_node_is_null(inner)) bind_name(n, name, bound);
        else bind_pattern(n, inner, bound, 0);
    }
    return value & 0;
}

static uint32_t leave_let(Naming *n, TSNode node, uint32_t value)
{
    Bound bound = {BIND_LOCAL, naming_value(n, RUST_FIELD_VALUE), naming_value(n, RUST_FIELD_TYPE)};
    bind_pattern(n, extract_child(n->x, node, RUST_FIELD_PATTERN), bound, 0);
    return value & 0;
}

static uint32_t leave_for(Naming *n, TSNode node, uint32_t value)
{
    Bound bound = {.kind = BIND_LOCAL};
    TSNode all = extract_child(n->x, node, RUST_FIELD_VALUE);
    if (!ts_node_is_null(all)) bound.value = item_of(n, all, naming_value(n, RUST_FIELD_VALUE));
    bind_pattern(n, extract_child(n->x, node, RUST_FIELD_PATTERN), bound, 0);
    return value & 0;
}

static uint32_t leave_arm(Naming *n, TSNode node, uint32_t value)
{
    Bound bound = {.kind = BIND_LOCAL};
    bound.value = naming_around_value(n, 1, RUST_FIELD_VALUE);
    bind_pattern(n, extract_child(n->x, node, RUST_FIELD_PATTERN), bound, 0);
    return value & 0;
}

static uint32_t leave_parameter(Naming *n, TSNode node, uint32_t value)
{
    Bound bound = {.kind = BIND_PARAM, .type = naming_value(n, RUST_FIELD_TYPE)};
    bind_pattern(n, extract_child(n->x, node, RUST_FIELD_PATTERN), bound, 0);
    return value & 0;
}

static uint32_t leave_closure_parameters(Naming *n, TSNode node, uint32_t value)
{
    Bound bound = {.kind = BIND_PARAM};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (ts_node_is_named(each.node)) bind_pattern(n, each.node, bound, 0);
    return value & 0;
}

// --- expressions

static bool enter_block(Naming *n, TSNode node)
{
    const NameScope *around = naming_scope(n, n->scope);
    bool body = around->span.end == ts_node_end_byte(node) && around->kind != SCOPE_FILE;
    if (!body) naming_open(n, SCOPE_BLOCK, node, 0);
    return true;
}

// Box::new(x), Arc::clone(&x) give x.
static uint32_t leave_call(Naming *n, TSNode node, uint32_t value)
{
    static const char *const makers[] = {"new", "pin", "clone", "from", NULL};
    uint32_t callee = naming_value(n, RUST_FIELD_FUNCTION);
    uint32_t first = naming_value(n, RUST_FIELD_ARGUMENTS);
    if (callee && naming_get(n, callee)->op == EXPR_OWNER) { // Self(...)
        callee = naming_expr(n, EXPR_NAME, naming_get(n, callee)->span, 0, 0);
        naming_role(n, callee, ROLE_CALLED);
        return naming_expr(n, EXPR_CALL, extract_span(node), callee, 0);
    }
    if (!callee || !first || naming_get(n, callee)->op != EXPR_MEMBER) return value;
    uint32_t base = plain(n, naming_get(n, callee)->base);
    if (!base || naming_get(n, base)->op > EXPR_MEMBER) return value;
    bool looks_through = is_pointer(extract_text(n->x, naming_get(n, base)->span)) &&
                         is_one_of(extract_text(n->x, naming_get(n, callee)->span), makers);
    return looks_through ? first : value;
}

static uint32_t leave_unary(Naming *n, TSNode node, uint32_t value)
{
    (void)value;
    return n->text.ptr[ts_node_start_byte(node)] == '*' ? naming_first(n) : 0;
}

// x? is what is in x.
static uint32_t leave_try(Naming *n, TSNode node, uint32_t value)
{
    return item_of(n, node, naming_first(n)) + (value & 0);
}

// T { field: value }
static uint32_t leave_initializer(Naming *n, TSNode node, uint32_t value)
{
    TSNode name = extract_child(n->x, node, RUST_FIELD_FIELD);
    uint32_t type = naming_around_value(n, 1, RUST_FIELD_NAME);
    if (ts_node_is_null(name) || !type) return value & 0;
    uint32_t whole = naming_expr(n, EXPR_TYPED, extract_span(node), type, 0);
    uint32_t field = naming_expr(n, EXPR_MEMBER, extract_span(name), whole, 0);
    naming_role(n, field, ROLE_WRITTEN);
    return 0;
}

static uint32_t leave_assignment(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, naming_value(n, RUST_FIELD_LEFT), ROLE_WRITTEN);
    return value & 0;
}

static uint32_t leave_invocation(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    naming_role(n, naming_value(n, RUST_FIELD_MACRO), ROLE_CALLED | ROLE_MACRO);
    return value & 0;
}

static bool enter_tokens(Naming *n, TSNode node)
{
    TSNode around = naming_around(n, 1); // none in what a broken file leaves
    if (!ts_node_is_null(around) && !strcmp(ts_node_type(around), "attribute")) return false;
    if (rust_looks_like_items(n->x, node) && naming_reparse(n, node)) return false;
    rust_scan_tokens(n, extract_span(node));
    return false;
}

// #[a::b(...)]: those with a plain name are the language's own, for the most part.
static uint32_t leave_attribute(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    value = naming_first(n);
    if (!value) return 0;
    if (naming_get(n, value)->op == EXPR_MEMBER) naming_role(n, value, ROLE_DECORATOR);
    else naming_unuse(n, value);
    return 0;
}

static bool enter_attribute(Naming *n, TSNode node)
{
    return ts_node_is_null(extract_child(n->x, node, RUST_FIELD_VALUE)) || n->scope == UINT32_MAX;
}

const NameRule rust_name_rules[] = {
    {"use_declaration", .enter = enter_use},
    {"extern_crate_declaration", .enter = enter_use},
    {"mod_item", .name = "name", .enter = enter_module},
    {"function_item", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION, .leave = leave_function},
    {"function_signature_item", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION,
     .leave = leave_declared},
    {"impl_item", .enter = enter_impl, .leave = leave_impl},
    {"struct_item", NR_DECL, .name = "name", .scope = SCOPE_TYPE},
    {"union_item", NR_DECL, .name = "name", .scope = SCOPE_TYPE},
    {"enum_item", NR_DECL, .name = "name", .scope = SCOPE_TYPE},
    {"enum_variant", NR_DECL, .name = "name", .scope = SCOPE_TYPE},
    {"trait_item", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_trait},
    {"type_item", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_type},
    {"associated_type", NR_DECL, .name = "name", .scope = SCOPE_TYPE, .leave = leave_trait},
    {"field_declaration", .name = "name", .leave = leave_typed},
    {"ordered_field_declaration_list", .leave = leave_ordered},
    {"const_item", .name = "name", .leave = leave_typed},
    {"static_item", .name = "name", .leave = leave_typed},
    {"macro_definition", NR_DECL, .name = "name", .scope = SCOPE_FUNCTION},
    {"token_tree_pattern", .kind = NR_SKIP},
    {"type_parameter", .name = "name", .leave = leave_type_parameter},
    {"const_parameter", .name = "name", .leave = leave_typed},
    {"where_predicate", .leave = leave_where},
    {"parameter", .leave = leave_parameter},
    {"closure_parameters", .leave = leave_closure_parameters},
    {"self_parameter", .kind = NR_SKIP},

    {"block", .enter = enter_block},
    {"closure_expression", NR_SCOPE, .scope = SCOPE_FUNCTION},
    {"if_expression", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"while_expression", NR_SCOPE, .scope = SCOPE_BLOCK},
    {"for_expression", NR_SCOPE, .scope = SCOPE_BLOCK, .leave = leave_for},
    {"match_expression", .kind = NR_NONE},
    {"match_arm", NR_SCOPE, .scope = SCOPE_BLOCK, .leave = leave_arm},
    {"let_declaration", .leave = leave_let},
    {"let_condition", .leave = leave_let},
    {"struct_pattern", .leave = leave_struct_pattern},

    {"identifier", NR_NAME, .leave = leave_identifier},
    {"self", .kind = NR_SELF},
    {"super", .kind = NR_NAME},
    {"crate", .kind = NR_ROOT},
    {"scoped_identifier", NR_MEMBER, .base = "path", .name = "name", .leave = leave_path},
    {"field_expression", NR_MEMBER, .base = "value", .name = "field"},
    {"call_expression", NR_CALL, .base = "function", .leave = leave_call},
    {"arguments", NR_ARGS, .leave = leave_first},
    {"generic_function", NR_PASS, .base = "function"},
    {"parenthesized_expression", .kind = NR_PASS},
    {"reference_expression", NR_PASS, .base = "value"},
    {"unary_expression", .leave = leave_unary},
    {"try_expression", .leave = leave_try},
    {"await_expression", .kind = NR_AWAIT},
    {"index_expression", .kind = NR_ITEM},
    {"type_cast_expression", NR_TYPED, .base = "type"},
    {"struct_expression", NR_TYPED, .base = "name"},
    {"field_initializer", .name = "field", .leave = leave_initializer},
    {"assignment_expression", .leave = leave_assignment},
    {"compound_assignment_expr", .leave = leave_assignment},
    {"macro_invocation", .leave = leave_invocation},
    {"token_tree", .enter = enter_tokens},
    {"string_literal", .kind = NR_LITERAL},
    {"integer_literal", .kind = NR_LITERAL},
    {"float_literal", .kind = NR_LITERAL},
    {"char_literal", .kind = NR_LITERAL},
    {"boolean_literal", .kind = NR_LITERAL},

    {"type_identifier", NR_NAME, .leave = leave_type_name},
    {"primitive_type", .kind = NR_LITERAL},
    {"scoped_type_identifier", NR_MEMBER, .base = "path", .name = "name", .leave = leave_path},
    {"bracketed_type", .kind = NR_PASS},
    {"qualified_type", .leave = leave_qualified},
    {"generic_type", .leave = leave_generic},
    {"generic_type_with_turbofish", .leave = leave_generic},
    {"type_arguments", .leave = leave_type_arguments},
    {"type_binding", NR_PASS, .base = "type", .name = "name"},
    {"trait_bounds", .leave = leave_bounds},
    {"bounded_type", .leave = leave_bounds},
    {"higher_ranked_trait_bound", NR_PASS, .base = "type"},
    {"reference_type", NR_PASS, .base = "type"},
    {"pointer_type", NR_PASS, .base = "type"},
    {"dynamic_type", NR_PASS, .base = "trait"},
    {"abstract_type", NR_PASS, .base = "trait"},
    {"array_type", .leave = leave_list_type},
    {"function_type", NR_SCOPE, .scope = SCOPE_FUNCTION},
    {"lifetime", .kind = NR_SKIP},
    {"lifetime_parameter", .kind = NR_SKIP},
    {"label", .kind = NR_SKIP},
    {"visibility_modifier", .kind = NR_SKIP},
    {"extern_modifier", .kind = NR_SKIP},
    {"attribute", .enter = enter_attribute, .leave = leave_attribute},
    {"line_comment", .kind = NR_SKIP},
    {"block_comment", .kind = NR_SKIP},
    {0},
};
