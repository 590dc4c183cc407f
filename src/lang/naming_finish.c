// lang/naming_finish.c - what the walk collected, without what says nothing.
//
// A variable of a function that is only read needs no entry: it is found where it is bound, and no
// question is asked about it. What hangs on it (a member, a call, a value) keeps it.
#include "base/map.h"
#include "lang/naming_.h"

typedef struct Finish {
    NameWalk *w;
    Map bound;       // "scope name" -> kinds that bind it, as bits
    bool *kept;      // by expression
    uint32_t *moved; // by expression: 1 + its new index
} Finish;

static Str bound_key(Arena *arena, uint32_t scope, Str name)
{
    Buf key = buf_on(arena);
    buf_add(&key, (Str){(const char *)&scope, sizeof scope});
    buf_add(&key, name);
    return buf_str(&key);
}

static void index_binding(Finish *f, const NameBinding *binding)
{
    Str key = bound_key(&f->w->room, binding->scope, binding->name);
    *map_at(&f->w->room, &f->bound, key, 0) |= UINT64_C(1) << binding->kind;
}

static void index_bindings(Finish *f)
{
    NameWalk *w = f->w;
    for (size_t i = 0; i < w->bindings.len; i++) index_binding(f, &w->bindings.items[i]);
    for (size_t i = 0; i < w->reassigned.len; i++) {
        NameBinding binding = w->reassigned.items[i];
        while (binding.scope) {
            Str key = bound_key(&w->room, binding.scope, binding.name);
            bool members = w->scopes.items[binding.scope].kind == SCOPE_TYPE;
            if (!members && map_get(&f->bound, key, NULL)) break;
            binding.scope = w->scopes.items[binding.scope].outer;
        }
        index_binding(f, &binding);
        VEC_PUSH(&w->room, &w->bindings, binding);
    }
}

// Whether a name means a parameter or local variable of a function.
static bool is_local(Finish *f, uint32_t expr)
{
    enum {
        LOCALS = 1 << BIND_PARAM | 1 << BIND_SELF | 1 << BIND_OWNER | 1 << BIND_LOCAL |
                 1 << BIND_TYPE_PARAM
    };
    NameWalk *w = f->w;
    char room[256];
    Str name = extract_text(w->n.x, w->exprs.items[expr].span);
    if (name.len + sizeof(uint32_t) > sizeof room) return false;
    uint32_t scope = w->scope_of.items[expr];
    for (;; scope = w->scopes.items[scope].outer) {
        if (!scope) return false;
        memcpy(room, &scope, sizeof scope);
        memcpy(room + sizeof scope, name.ptr, name.len);
        uint64_t kinds;
        if (map_get(&f->bound, (Str){room, name.len + sizeof scope}, &kinds))
            return w->scopes.items[scope].kind != SCOPE_TYPE && !(kinds & ~(uint64_t)LOCALS);
    }
}

static void keep(Finish *f, uint32_t value)
{
    if (value) f->kept[value - 1] = true;
}

// A local variable that a member is set to says nothing of the member.
static void drop_local(Finish *f, NameExpr *expr)
{
    if (expr->op != EXPR_MEMBER || !expr->other) return;
    const NameExpr *set = &f->w->exprs.items[expr->other - 1];
    if (set->op == EXPR_NAME && is_local(f, expr->other - 1)) expr->other = 0;
}

static void choose(Finish *f)
{
    NameWalk *w = f->w;
    for (size_t i = 0; i < w->exprs.len; i++) drop_local(f, &w->exprs.items[i]);
    for (size_t i = 0; i < w->bindings.len; i++) {
        keep(f, w->bindings.items[i].value);
        keep(f, w->bindings.items[i].type);
    }
    for (size_t i = 0; i < w->notes.len; i++) keep(f, w->notes.items[i].expr);
    for (uint32_t i = (uint32_t)w->exprs.len; i-- > 0;) {
        const NameExpr *expr = &w->exprs.items[i];
        bool named = expr->op == EXPR_NAME || expr->op == EXPR_MEMBER;
        if (!f->kept[i] && named && !w->unused.items[i])
            f->kept[i] = expr->op == EXPR_MEMBER || expr->role & (ROLE_CALLED | ROLE_DECORATOR) ||
                         !is_local(f, i);
        if (!f->kept[i]) continue;
        keep(f, expr->base);
        keep(f, expr->other);
    }
}

static uint32_t moved(const Finish *f, uint32_t value)
{
    return value ? f->moved[value - 1] : 0;
}

static void copy_exprs(Finish *f, Names *out)
{
    NameWalk *w = f->w;
    uint32_t count = 0;
    for (size_t i = 0; i < w->exprs.len; i++) count += f->kept[i];
    NameExpr *exprs = ARENA_ARRAY(w->n.cx->arena, NameExpr, count);
    out->exprs = exprs;
    for (size_t i = 0; i < w->exprs.len; i++) {
        if (!f->kept[i]) continue;
        NameExpr expr = w->exprs.items[i];
        expr.base = moved(f, expr.base);
        expr.other = moved(f, expr.other);
        exprs[out->expr_count] = expr;
        f->moved[i] = ++out->expr_count;
    }
}

static int compare_bindings(const void *left, const void *right)
{
    const NameBinding *a = left, *b = right;
    if (a->span.start != b->span.start) return a->span.start < b->span.start ? -1 : 1;
    if (a->scope != b->scope) return a->scope < b->scope ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static void copy_rest(Finish *f, Names *out)
{
    NameWalk *w = f->w;
    Arena *arena = w->n.cx->arena;
    NameScope *scopes = ARENA_ARRAY(arena, NameScope, w->scopes.len);
    NameBinding *bindings = ARENA_ARRAY(arena, NameBinding, w->bindings.len);
    NameImport *imports = ARENA_ARRAY(arena, NameImport, w->imports.len);
    NameNote *notes = ARENA_ARRAY(arena, NameNote, w->notes.len);
    for (size_t i = 0; i < w->scopes.len; i++) scopes[i] = w->scopes.items[i];
    for (size_t i = 0; i < w->imports.len; i++) imports[i] = w->imports.items[i];
    for (size_t i = 0; i < w->bindings.len; i++) {
        bindings[i] = w->bindings.items[i];
        bindings[i].value = moved(f, bindings[i].value);
        bindings[i].type = moved(f, bindings[i].type);
    }
    for (size_t i = 0; i < w->notes.len; i++) {
        notes[i] = w->notes.items[i];
        notes[i].expr = moved(f, notes[i].expr);
    }
    qsort(bindings, w->bindings.len, sizeof *bindings, compare_bindings);
    out->scopes = scopes, out->scope_count = (uint32_t)w->scopes.len;
    out->bindings = bindings, out->binding_count = (uint32_t)w->bindings.len;
    out->imports = imports, out->import_count = (uint32_t)w->imports.len;
    out->notes = notes, out->note_count = (uint32_t)w->notes.len;
}

void naming_finish(NameWalk *w, Names *out)
{
    Finish f = {.w = w,
                .kept = ARENA_ARRAY(&w->room, bool, w->exprs.len),
                .moved = ARENA_ARRAY(&w->room, uint32_t, w->exprs.len)};
    *out = (Names){0};
    index_bindings(&f);
    choose(&f);
    copy_exprs(&f, out);
    copy_rest(&f, out);
}
