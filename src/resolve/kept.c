// resolve/kept.c - which functions a field holds: a.field = f, { .field = f }. They are what a call
// through the field may reach.
#include "resolve/value.h"

typedef struct Kept {
    DefRef items[VALUES_MOST + 1];
    size_t count; // more than VALUES_MOST: any function
} Kept;

static bool names_field(const Values *values, DefRef field)
{
    for (uint32_t i = 0; i < values->named_count; i++)
        if (values->named[i].file == field.file && values->named[i].def == field.def) return true;
    return false;
}

static void keep(Resolver *r, Kept *kept, DefRef def)
{
    const WorldFile *file = world_file(r->world, def.file);
    DefKind kind = file ? file->facts.defs[def.def].kind : DEF_KINDS;
    if (kind != DEF_FUNCTION && kind != DEF_METHOD) return;
    def = resolve_canonical(r, def);
    for (size_t i = 0; i < kept->count; i++)
        if (kept->items[i].file == def.file && kept->items[i].def == def.def) return;
    if (kept->count <= VALUES_MOST) kept->items[kept->count++] = def;
}

// The file's members that are set to something here.
static void list_sets(Resolver *r, const WorldFile *file, FileWork *work)
{
    VEC(uint32_t) sets = {0};
    for (uint32_t i = 0; i < file->names.expr_count; i++) {
        const NameExpr *expr = &file->names.exprs[i];
        if (expr->op == EXPR_MEMBER && expr->other) VEC_PUSH(r->arena, &sets, i);
    }
    work->sets = sets.items;
    work->set_count = (uint32_t)sets.len;
    work->knows_sets = true;
}

static void look_at(Resolver *r, WorldFile *file, DefRef field, Str name, Kept *kept)
{
    FileWork *work = file_work(r, file);
    if (!work->knows_sets) list_sets(r, file, work);
    for (uint32_t at = 0; at < work->set_count; at++) {
        uint32_t i = work->sets[at];
        const NameExpr *expr = &file->names.exprs[i];
        if (!str_eq(names_text(expr, file->text), name)) continue;
        Values member = evaluate(r, file, i + 1);
        if (!names_field(&member, field)) continue;
        Values values = evaluate(r, file, expr->other);
        for (uint32_t k = 0; k < values.count; k++)
            if (values.items[k].kind == VALUE_DEF) keep(r, kept, values.items[k].ref);
    }
}

static const Kept *kept_in(Resolver *r, DefRef field)
{
    Str key = {(const char *)&field, sizeof field};
    uint64_t known;
    if (map_get(&r->kept, key, &known)) return (const Kept *)(uintptr_t)known;
    Kept *kept = ARENA_NEW(r->arena, Kept);
    map_put(r->arena, &r->kept, str_copy(r->arena, key), (uint64_t)(uintptr_t)kept);
    const WorldFile *home = world_file(r->world, field.file);
    if (!home) return kept;
    Str name = home->facts.defs[field.def].name;
    size_t count;
    const uint32_t *users = world_users(r->world, name, &count);
    for (size_t i = 0; i < count && kept->count <= VALUES_MOST; i++) {
        WorldFile *file = world_file(r->world, users[i]);
        if (file && file->lang == home->lang) look_at(r, file, field, name, kept);
    }
    return kept;
}

const DefRef *kept_functions(Resolver *r, DefRef field, size_t *count)
{
    const Kept *kept = kept_in(r, field);
    *count = kept->count <= VALUES_MOST ? kept->count : 0;
    return kept->items;
}
