// lang/naming_draft.c - what rules and hooks record while names are looked for.
#include "lang/naming_.h"

const NameKid *naming_kids(const Naming *n, size_t *count)
{
    const NameWalk *w = naming_state(n);
    uint32_t first = w->frames.items[w->frames.len - 1].first_kid;
    *count = w->kids.len - first;
    return w->kids.items + first;
}

uint32_t naming_value(const Naming *n, unsigned field)
{
    return naming_around_value(n, 0, field);
}

void naming_skip_to(Naming *n, uint32_t offset)
{
    naming_state(n)->skip_to = offset;
}

uint32_t naming_first(const Naming *n)
{
    size_t count;
    const NameKid *kids = naming_kids(n, &count);
    for (size_t i = 0; i < count; i++)
        if (kids[i].value) return kids[i].value;
    return 0;
}

TSNode naming_around(const Naming *n, unsigned levels)
{
    const NameWalk *w = naming_state(n);
    return levels < w->frames.len ? w->frames.items[w->frames.len - 1 - levels].node : (TSNode){0};
}

uint32_t naming_around_value(const Naming *n, unsigned levels, unsigned field)
{
    const NameWalk *w = naming_state(n);
    if (levels >= w->frames.len) return 0;
    size_t frame = w->frames.len - 1 - levels, end = w->kids.len;
    if (levels) end = w->frames.items[frame + 1].first_kid;
    TSFieldId id = extract_field_id(n->x, field);
    if (!id) return 0; // a field that this grammar does not have
    for (size_t i = w->frames.items[frame].first_kid; i < end; i++)
        if (w->kids.items[i].field == id && w->kids.items[i].value) return w->kids.items[i].value;
    return 0;
}

uint32_t naming_expr(Naming *n, ExprOp op, Span span, uint32_t base, uint32_t other)
{
    NameWalk *w = naming_state(n);
    NameExpr expr = {.op = op, .span = span, .base = base, .other = other};
    if (w->in_type && (op == EXPR_NAME || op == EXPR_MEMBER)) expr.role = ROLE_TYPE;
    VEC_PUSH(&w->room, &w->exprs, expr);
    VEC_PUSH(&w->room, &w->scope_of, n->scope);
    VEC_PUSH(&w->room, &w->unused, false);
    return (uint32_t)w->exprs.len;
}

void naming_role(Naming *n, uint32_t value, uint8_t role)
{
    if (value) naming_state(n)->exprs.items[value - 1].role |= role;
}

const NameExpr *naming_get(const Naming *n, uint32_t value)
{
    return &naming_state(n)->exprs.items[value - 1];
}

void naming_unuse(Naming *n, uint32_t value)
{
    if (value) naming_state(n)->unused.items[value - 1] = true;
}

bool naming_in_type(const Naming *n)
{
    return naming_state(n)->in_type;
}

// --- scopes

const NameScope *naming_scope(const Naming *n, uint32_t scope)
{
    return &naming_state(n)->scopes.items[scope];
}

uint32_t naming_scope_up(const Naming *n, uint32_t scope, ScopeKind kind)
{
    while (scope && naming_scope(n, scope)->kind != kind) scope = naming_scope(n, scope)->outer;
    return scope;
}

uint32_t naming_scope_def(const Naming *n)
{
    uint32_t scope = n->scope;
    while (scope && !naming_scope(n, scope)->def) scope = naming_scope(n, scope)->outer;
    return naming_scope(n, scope)->def;
}

void naming_open(Naming *n, ScopeKind kind, TSNode node, uint32_t def)
{
    NameWalk *w = naming_state(n);
    NameScope scope = {.span = extract_span(node), .outer = n->scope, .def = def, .kind = kind};
    n->scope = (uint32_t)w->scopes.len;
    VEC_PUSH(&w->room, &w->scopes, scope);
}

// --- bindings

NameBinding *naming_bind(Naming *n, BindKind kind, uint32_t scope, Span span)
{
    NameWalk *w = naming_state(n);
    NameBinding binding = {
        .kind = kind, .scope = scope, .span = span, .name = extract_text(n->x, span)};
    VEC_PUSH(&w->room, &w->bindings, binding);
    return &w->bindings.items[w->bindings.len - 1];
}

NameImport *naming_import(Naming *n, uint32_t scope, Span span)
{
    NameWalk *w = naming_state(n);
    VEC_PUSH(&w->room, &w->imports, (NameImport){.span = span});
    naming_bind(n, BIND_IMPORT, scope, span)->target = (uint32_t)w->imports.len;
    return &w->imports.items[w->imports.len - 1];
}

const Import *naming_imports(const Naming *n, TSNode statement, size_t *count)
{
    const Facts *facts = n->facts;
    uint32_t start = ts_node_start_byte(statement), low = 0, high = facts->import_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->imports[middle].full.start < start) low = middle + 1;
        else high = middle;
    }
    *count = 0;
    while (low + *count < facts->import_count && facts->imports[low + *count].full.start == start)
        ++*count;
    return facts->imports + low;
}

NameBinding *naming_last(Naming *n)
{
    NameWalk *w = naming_state(n);
    return &w->bindings.items[w->bindings.len - 1];
}

NameBinding *naming_bound_at(const Naming *n, uint32_t name_start)
{
    const NameWalk *w = naming_state(n);
    for (size_t i = w->bindings.len; i-- > 0;)
        if (w->bindings.items[i].span.start == name_start) return &w->bindings.items[i];
    return NULL;
}

const NameBinding *naming_bindings(const Naming *n, size_t *count)
{
    const NameWalk *w = naming_state(n);
    *count = w->bindings.len;
    return w->bindings.items;
}

void naming_rebind(Naming *n, uint32_t name_start, BindKind kind)
{
    NameBinding *binding = naming_bound_at(n, name_start);
    if (binding) binding->kind = kind;
}

static void bind_lost(Naming *n, uint32_t def, const uint32_t *scope_of)
{
    const Def *it = &n->facts->defs[def];
    if (it->name_span.start == it->name_span.end) return;
    const Def *parent = it->parent < 0 ? NULL : &n->facts->defs[it->parent];
    bool in_type = parent && parent->kind != DEF_MODULE;
    if (it->kind == DEF_METHOD && !in_type) return;        // it stands outside of its type
    if (in_type && str_eq(it->name, parent->name)) return; // a constructor goes by its type
    int32_t around = it->parent;
    while (around >= 0 && !scope_of[around]) around = n->facts->defs[around].parent;
    uint32_t scope = around < 0 ? 0 : scope_of[around];
    naming_bind(n, BIND_DEF, scope, it->name_span)->target = def + 1;
}

void naming_bind_rest(Naming *n)
{
    NameWalk *w = naming_state(n);
    uint32_t count = n->facts->def_count;
    bool *bound = ARENA_ARRAY(&w->room, bool, count);
    uint32_t *scope_of = ARENA_ARRAY(&w->room, uint32_t, count);
    for (size_t i = 0; i < w->bindings.len; i++)
        if (w->bindings.items[i].kind == BIND_DEF && w->bindings.items[i].target)
            bound[w->bindings.items[i].target - 1] = true;
    for (uint32_t i = 0; i < w->scopes.len; i++)
        if (w->scopes.items[i].def) scope_of[w->scopes.items[i].def - 1] = i;
    for (uint32_t i = 0; i < count; i++)
        if (!bound[i] && !scope_of[i]) bind_lost(n, i, scope_of);
}

static bool is_object(const Naming *n, uint32_t value)
{
    const NameExpr *expr = naming_get(n, value);
    if (expr->op == EXPR_SELF || expr->op == EXPR_OWNER) return true;
    if (expr->op != EXPR_NAME) return false;
    // The parameter that is the object: bound in a function around here.
    const NameWalk *w = naming_state(n);
    Str name = extract_text(n->x, expr->span);
    for (size_t i = w->bindings.len; i-- > 0;) {
        const NameBinding *binding = &w->bindings.items[i];
        if (binding->kind != BIND_SELF && binding->kind != BIND_OWNER) continue;
        Span span = naming_scope(n, binding->scope)->span;
        if (span.start > expr->span.start || span.end < expr->span.end) return false;
        return str_eq(binding->name, name);
    }
    return false;
}

void naming_assign(Naming *n, uint32_t scope, uint32_t target, uint32_t value, uint32_t type)
{
    if (!target) return;
    const NameExpr *expr = naming_get(n, target);
    Span span = expr->span;
    naming_role(n, target, ROLE_WRITTEN);
    NameBinding *binding = NULL;
    if (expr->op == EXPR_NAME) {
        uint32_t def = naming_def(n, span.start);
        naming_unuse(n, target);
        binding = naming_bind(n, def ? BIND_DEF : BIND_LOCAL, scope, span);
        binding->target = def;
    } else if (expr->op == EXPR_MEMBER && expr->base && is_object(n, expr->base)) {
        uint32_t type_scope = naming_scope_up(n, scope, SCOPE_TYPE);
        if (!type_scope) return;
        naming_role(n, target, ROLE_BORN);
        binding = naming_bind(n, BIND_FIELD, type_scope, span);
    } else {
        return;
    }
    binding->value = value;
    binding->type = type;
}

void naming_reassign(Naming *n, uint32_t target, uint32_t value)
{
    NameWalk *w = naming_state(n);
    Span span = naming_get(n, target)->span;
    uint32_t def = naming_def(n, span.start);
    NameBinding binding = {.kind = def ? BIND_DEF : BIND_LOCAL,
                           .scope = n->scope,
                           .span = span,
                           .name = extract_text(n->x, span),
                           .target = def,
                           .value = value};
    naming_role(n, target, ROLE_WRITTEN);
    naming_unuse(n, target);
    VEC_PUSH(&w->room, &w->reassigned, binding);
}

uint32_t naming_def(const Naming *n, uint32_t name_start)
{
    const NamedAt *named = naming_state(n)->named;
    uint32_t low = 0, high = n->facts->def_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (named[middle].start < name_start) low = middle + 1;
        else high = middle;
    }
    bool there = low < n->facts->def_count && named[low].start == name_start;
    return there ? named[low].def : 0;
}

void naming_note(Naming *n, NoteKind kind, uint32_t def, uint32_t expr)
{
    NameWalk *w = naming_state(n);
    NameNote note = {.kind = kind, .def = def, .expr = expr};
    VEC_PUSH(&w->room, &w->notes, note);
}

static bool is_name(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && c != '_' && c < 128 && !(i && c >= '0' && c <= '9')) return false;
    }
    return text.len > 0;
}

uint32_t naming_path(Naming *n, Span span, char separator)
{
    uint32_t value = 0, start = span.start;
    while (start <= span.end) {
        Str rest = str_sub(n->text, start, span.end);
        uint32_t end = start + (uint32_t)MIN(str_find(rest, separator), rest.len);
        if (!is_name(str_sub(n->text, start, end))) return 0;
        value = naming_expr(n, value ? EXPR_MEMBER : EXPR_NAME, (Span){start, end}, value, 0);
        start = end + 1;
    }
    return value;
}
