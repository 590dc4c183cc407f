// lang/names_face.c
//
// Every expression and definition has a hash made of what it says and of the hashes of what it is
// built from, which stand before it. The face is a hash over those that others can get at.
#include "lang/names_face.h"

#include "base/map.h"
#include "base/vec.h"

enum { FACE_VERSION = 2 };

typedef struct Face {
    const Facts *facts;
    const Names *names;
    Str text;
    Arena arena;
    uint64_t *defs, *exprs; // hashes
    bool *is_outside;       // by expr: others can get at it
    VEC(uint32_t) todo;     // such exprs whose operands were not looked at
    Map locals;             // name -> 1 + the last binding of it in a function
    uint32_t *next_local;   // by binding: 1 + the one before of that name
    bool *is_taken;         // by binding: it is in `out`
    Buf out;
} Face;

static void add(Face *face, uint64_t value)
{
    buf_add(&face->out, (Str){(const char *)&value, sizeof value});
}

static void add_str(Face *face, Str s)
{
    add(face, s.len);
    buf_add(&face->out, s);
}

// --- hashes ---

static bool is_callable(const Facts *facts, int32_t def)
{
    return def >= 0 &&
           (facts->defs[def].kind == DEF_FUNCTION || facts->defs[def].kind == DEF_METHOD);
}

// A variable of a function's body.
static bool is_local_def(const Facts *facts, uint32_t def)
{
    DefKind kind = facts->defs[def].kind;
    return (kind == DEF_VARIABLE || kind == DEF_CONSTANT) &&
           is_callable(facts, facts->defs[def].parent);
}

static void hash_defs(Face *face)
{
    const Facts *facts = face->facts;
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        uint64_t parts[4] = {(uint64_t)def->kind, def->declaration, hash_str(def->name),
                             def->parent < 0 ? 0 : face->defs[def->parent]};
        face->defs[i] = hash_64(parts, sizeof parts);
    }
}

static bool has_own_text(ExprOp op)
{
    return op == EXPR_NAME || op == EXPR_MEMBER || op == EXPR_LITERAL;
}

static uint64_t expr_hash(const Face *face, uint32_t expr) // 1 + index
{
    return expr ? face->exprs[expr - 1] : 0;
}

static void hash_exprs(Face *face)
{
    for (uint32_t i = 0; i < face->names->expr_count; i++) {
        const NameExpr *expr = &face->names->exprs[i];
        uint64_t text = has_own_text(expr->op) ? hash_str(names_text(expr, face->text)) : 0;
        uint64_t parts[4] = {(uint64_t)expr->op, text, expr_hash(face, expr->base),
                             expr_hash(face, expr->other)};
        face->exprs[i] = hash_64(parts, sizeof parts);
    }
}

static uint64_t def_hash(const Face *face, uint32_t def) // 1 + index
{
    return def ? face->defs[def - 1] : 0;
}

// --- what others can get at ---

static void reach(Face *face, uint32_t expr)
{
    if (!expr || face->is_outside[expr - 1]) return;
    face->is_outside[expr - 1] = true;
    VEC_PUSH(&face->arena, &face->todo, expr - 1);
}

static void take_binding(Face *face, uint32_t index)
{
    const NameBinding *bind = &face->names->bindings[index];
    if (face->is_taken[index]) return;
    face->is_taken[index] = true;
    reach(face, bind->value);
    reach(face, bind->type);
}

static bool is_in_body(const Names *names, const NameBinding *bind)
{
    ScopeKind kind = names->scopes[bind->scope].kind;
    return kind == SCOPE_FUNCTION || kind == SCOPE_BLOCK;
}

// Where names of function bodies come from, for those that get out.
static void list_locals(Face *face)
{
    const Names *names = face->names;
    for (uint32_t i = 0; i < names->binding_count; i++) {
        const NameBinding *bind = &names->bindings[i];
        if (!is_in_body(names, bind)) continue;
        uint64_t *last = map_at(&face->arena, &face->locals, bind->name, 0);
        face->next_local[i] = (uint32_t)*last;
        *last = i + 1;
    }
}

static void take_locals(Face *face, Str name)
{
    uint64_t at;
    if (!map_get(&face->locals, name, &at)) return;
    for (; at; at = face->next_local[at - 1]) take_binding(face, (uint32_t)at - 1);
}

static void follow(Face *face)
{
    while (face->todo.len) {
        const NameExpr *expr = &face->names->exprs[face->todo.items[--face->todo.len]];
        reach(face, expr->base);
        reach(face, expr->other);
        if (expr->op == EXPR_NAME) take_locals(face, names_text(expr, face->text));
    }
}

// a.field = function: whoever calls through the field may reach it.
static bool is_kept(const NameExpr *expr)
{
    return expr->op == EXPR_MEMBER && expr->other;
}

static void take_outside(Face *face)
{
    const Names *names = face->names;
    for (uint32_t i = 0; i < names->binding_count; i++) {
        const NameBinding *bind = &names->bindings[i];
        bool seen = !is_in_body(names, bind) || bind->kind == BIND_PARAM ||
                    bind->kind == BIND_EXPORT || bind->kind == BIND_STAR;
        if (seen) take_binding(face, i);
    }
    for (uint32_t i = 0; i < names->note_count; i++) reach(face, names->notes[i].expr);
    for (uint32_t i = 0; i < names->expr_count; i++)
        if (is_kept(&names->exprs[i])) reach(face, i + 1);
    follow(face);
}

// --- writing it out ---

static void add_bindings(Face *face)
{
    const Names *names = face->names;
    for (uint32_t i = 0; i < names->binding_count; i++) {
        const NameBinding *bind = &names->bindings[i];
        if (!face->is_taken[i]) continue;
        bool import = bind->kind == BIND_IMPORT || bind->kind == BIND_STAR;
        add(face, (uint64_t)bind->kind);
        add(face, def_hash(face, names->scopes[bind->scope].def));
        add_str(face, bind->name);
        add(face, import ? bind->target : def_hash(face, bind->target));
        add(face, expr_hash(face, bind->value));
        add(face, expr_hash(face, bind->type));
    }
}

static void add_kept(Face *face)
{
    for (uint32_t i = 0; i < face->names->expr_count; i++)
        if (is_kept(&face->names->exprs[i])) add(face, face->exprs[i]);
}

static void add_imports(Face *face)
{
    for (uint32_t i = 0; i < face->names->import_count; i++) {
        const NameImport *import = &face->names->imports[i];
        add_str(face, import->module);
        add_str(face, import->name);
        add_str(face, import->alias);
        add(face, import->flags);
    }
}

static void add_notes(Face *face)
{
    for (uint32_t i = 0; i < face->names->note_count; i++) {
        const NameNote *note = &face->names->notes[i];
        add(face, (uint64_t)note->kind);
        add(face, def_hash(face, note->def));
        add(face, expr_hash(face, note->expr));
    }
}

Hash128 names_face(const Facts *facts, const Names *names, Str text)
{
    Face face = {.facts = facts, .names = names, .text = text};
    Arena *arena = &face.arena;
    face.out = buf_on(arena);
    face.defs = ARENA_ARRAY(arena, uint64_t, facts->def_count);
    face.exprs = ARENA_ARRAY(arena, uint64_t, names->expr_count);
    face.is_outside = ARENA_ARRAY(arena, bool, names->expr_count);
    face.next_local = ARENA_ARRAY(arena, uint32_t, names->binding_count);
    face.is_taken = ARENA_ARRAY(arena, bool, names->binding_count);
    hash_defs(&face);
    hash_exprs(&face);
    list_locals(&face);
    take_outside(&face);
    add(&face, FACE_VERSION);
    add_str(&face, str_from(lang_name(facts->lang)));
    for (uint32_t i = 0; i < facts->def_count; i++)
        if (!is_local_def(facts, i)) add(&face, face.defs[i]);
    add(&face, names->import_count);
    add_bindings(&face);
    add_imports(&face);
    add_notes(&face);
    add_kept(&face);
    Hash128 hash = hash_128(face.out.ptr, face.out.len, FACE_VERSION);
    arena_fini(arena);
    return hash;
}

Hash128 names_face_of_text(Str text)
{
    return hash_128(text.ptr, text.len, 0);
}
