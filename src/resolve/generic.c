// resolve/generic.c
#include "resolve/generic.h"

typedef struct Argument { // a type expression
    WorldFile *file;
    uint32_t item; // 1 + index
} Argument;

// Whether the type's scope binds `name` as its one parameter.
static bool is_only_parameter(const WorldFile *file, uint32_t scope, Str name)
{
    uint32_t count = 0, same = 0;
    for (uint32_t i = file->bound_starts[scope]; i < file->bound_starts[scope + 1]; i++) {
        const NameBinding *binding = &file->names.bindings[file->bound[i]];
        if (binding->kind != BIND_TYPE_PARAM) continue;
        count++, same += str_eq(binding->name, name);
    }
    return count == 1 && same == 1;
}

// Python: class Box(Generic[T]).
static bool is_listed_parameter(Resolver *r, WorldFile *file, uint32_t type, Str name)
{
    if (file->lang != LANG_python) return false;
    NoteEach each = file_notes(r, file, type, NOTE_BASE);
    while (next_note(&each)) {
        Str base = names_text(&file->names.exprs[each.note->expr - 1], file->text);
        Str head = str_sub(base, 0, str_find(base, '['));
        bool generic = str_ends(head, STR("Generic")) || str_ends(head, STR("Protocol"));
        Str rest = generic ? str_sub(base, head.len + 1, base.len) : STR_NONE;
        if (rest.len && str_eq(str_sub(rest, 0, rest.len - 1), name)) return true;
    }
    return false;
}

// The type or impl whose parameter the name at `expr` is.
static bool owner_of(Resolver *r, WorldFile *file, const NameExpr *expr, DefRef *owner)
{
    Str name = names_text(expr, file->text);
    uint32_t scope = names_scope_at(&file->names, expr->span.start), end;
    for (; scope; scope = file->names.scopes[scope].outer) {
        const NameScope *around = &file->names.scopes[scope];
        if (around->kind == SCOPE_TYPE && around->def) break;
        if (world_bound(file, scope, name, &end) != end) return false; // of the method
    }
    uint32_t def = file->names.scopes[scope].def;
    if (!scope || !def) return false;
    *owner = (DefRef){file->number, def - 1};
    return is_only_parameter(file, scope, name) || is_listed_parameter(r, file, def - 1, name);
}

static bool same_def(DefRef a, DefRef b)
{
    return a.file == b.file && a.def == b.def;
}

// class Foos extends Box<Foo>
static bool argument_of_base(Resolver *r, DefRef type, DefRef owner, Argument *out)
{
    WorldFile *file = world_file(r->world, type.file);
    if (!file) return false;
    NoteEach each = file_notes(r, file, type.def, NOTE_BASE);
    while (next_note(&each)) {
        const NameExpr *base = &file->names.exprs[each.note->expr - 1];
        if (base->op != EXPR_ITEM || !base->other) continue;
        Values found = evaluate(r, file, base->base);
        bool same = found.count == 1 && found.items[0].kind == VALUE_DEF &&
                    same_def(found.items[0].ref, owner);
        if (!same) continue;
        *out = (Argument){file, base->other};
        return true;
    }
    return false;
}

static bool argument_for(Resolver *r, const Value *object, DefRef owner, Argument *out)
{
    const WorldFile *file = world_file(r->world, owner.file);
    bool impl = file && file->facts.defs[owner.def].kind == DEF_IMPL;
    if (!impl && !same_def(object->ref, owner)) return argument_of_base(r, object->ref, owner, out);
    *out = (Argument){object->item ? world_file(r->world, object->item_file) : NULL, object->item};
    return out->file;
}

// What `type`, written in `file`, is for `object`: T itself, or a container of T, of which `plain`
// is what it gives otherwise.
static bool put_in(Resolver *r, const Values *objects, WorldFile *file, uint32_t type,
                   const Values *plain, Values *out)
{
    if (!type || objects->count != 1 || objects->items[0].kind != VALUE_OBJECT || r->depth > 30)
        return false;
    const NameExpr *expr = &file->names.exprs[type - 1];
    bool container = expr->op == EXPR_ITEM && expr->other;
    if (container) expr = &file->names.exprs[expr->other - 1];
    DefRef owner;
    Argument argument;
    if (expr->op != EXPR_NAME || !owner_of(r, file, expr, &owner)) return false;
    if (!argument_for(r, &objects->items[0], owner, &argument)) return false;
    *out = values_none(REASON_TYPE);
    if (container) {
        for (uint32_t i = 0; i < plain->count; i++) {
            Value value = plain->items[i];
            value.item_file = argument.file->number, value.item = argument.item;
            values_add(r, out, value);
        }
        values_weaken(out, plain->certainty, plain->reason);
    } else {
        *out = evaluate_typed(r, argument.file, argument.item);
    }
    values_weaken(out, objects->certainty, objects->reason);
    return out->count > 0;
}

bool generic_call(Resolver *r, const Values *object, const Values *callee, Values *out)
{
    if (callee->count != 1 || callee->items[0].kind != VALUE_DEF) return false;
    DefRef method = callee->items[0].ref;
    WorldFile *file = world_file(r->world, method.file);
    const NameNote *returns = file ? file_note(r, file, method.def, NOTE_RETURNS) : NULL;
    if (!returns) return false;
    Values plain = evaluate_typed(r, file, returns->expr);
    return put_in(r, object, file, returns->expr, &plain, out);
}

bool generic_field(Resolver *r, const Values *object, const Values *field, Values *out)
{
    if (field->named_count != 1) return false;
    DefRef def = field->named[0];
    WorldFile *file = world_file(r->world, def.file);
    uint32_t scope = 0, type = 0, end = 0;
    if (!file || file->facts.defs[def.def].kind != DEF_FIELD) return false;
    int32_t parent = file->facts.defs[def.def].parent;
    if (parent >= 0) scope = file->scope_of_def[parent];
    if (!scope || scope == WORLD_NONE) return false;
    uint32_t at = world_bound(file, scope, file->facts.defs[def.def].name, &end);
    for (; at < end && !type; at++) type = file->names.bindings[file->bound[at]].type;
    if (!put_in(r, object, file, type, field, out)) return false;
    out->named = field->named, out->named_count = field->named_count;
    return true;
}
