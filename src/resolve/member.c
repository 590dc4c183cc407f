// resolve/member.c - members of modules and types.
//
// Bases are asked in C3 order: what Python does, and with one base the only order there is.
#include "resolve/value.h"

enum { MOST_BASES = 96, DEEPEST_TYPE = 30 };

static bool same_def(DefRef a, DefRef b)
{
    return a.file == b.file && a.def == b.def;
}

// The traits that a type implements: its impls bear its name.
static size_t add_traits(Resolver *r, const WorldFile *file, DefRef type, DefRef *out, size_t count,
                         bool *outside)
{
    size_t found;
    const DefRef *defs = world_defs(r->world, file->facts.defs[type.def].name, &found);
    for (size_t i = 0; i < found; i++) {
        WorldFile *other = world_lang(r->world, defs[i].file) == LANG_rust
                               ? world_file(r->world, defs[i].file)
                               : NULL;
        if (!other || other->facts.defs[defs[i].def].kind != DEF_IMPL) continue;
        const NameNote *trait = file_note(r, other, defs[i].def, NOTE_TRAIT);
        const NameNote *own = file_note(r, other, defs[i].def, NOTE_RECEIVER);
        if (!trait || !own || !trait->expr || !own->expr) continue;
        Values types = evaluate(r, other, own->expr), traits = evaluate(r, other, trait->expr);
        bool same = false;
        for (uint32_t k = 0; k < types.count; k++)
            same |= types.items[k].kind == VALUE_DEF && same_def(types.items[k].ref, type);
        for (uint32_t k = 0; same && k < traits.count; k++) {
            const Value *value = &traits.items[k];
            if (value->kind == VALUE_DEF && !same_def(value->ref, type) && count < MOST_BASES)
                out[count++] = value->ref;
            else *outside |= value->kind != VALUE_DEF;
        }
        *outside |= same && !traits.count;
    }
    return count;
}

// The types that are written as bases, in order.
static size_t direct_bases(Resolver *r, DefRef type, DefRef *out, bool *outside)
{
    WorldFile *file = world_file(r->world, type.file);
    size_t count = 0;
    if (!file) return 0;
    NoteEach each = file_notes(r, file, type.def, NOTE_BASE);
    while (next_note(&each)) {
        const NameExpr *expr = &file->names.exprs[each.note->expr - 1];
        uint32_t base = expr->op == EXPR_ITEM ? expr->base : each.note->expr; // Base[T]
        Values found = evaluate(r, file, base);
        bool known = false;
        for (uint32_t i = 0; i < found.count; i++) {
            const Value *value = &found.items[i];
            if (value->kind != VALUE_DEF || same_def(value->ref, type)) continue;
            known = true;
            if (count < MOST_BASES) out[count++] = value->ref;
        }
        Str name = names_text(&file->names.exprs[base - 1], file->text);
        if (!known && !str_eq(name, STR("object"))) *outside = true;
    }
    if (file->lang == LANG_rust) count = add_traits(r, file, type, out, count, outside);
    return count;
}

typedef struct Line { // an order that is to be merged with others
    const DefRef *types;
    size_t count, at;
} Line;

static bool is_behind(const Line *lines, size_t count, DefRef type)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = lines[i].at + 1; k < lines[i].count; k++)
            if (same_def(lines[i].types[k], type)) return true;
    return false;
}

// The first head that stands behind no other one; where that is impossible, the first head.
static bool next_head(const Line *lines, size_t count, DefRef *out)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].at == lines[i].count) continue;
        DefRef head = lines[i].types[lines[i].at];
        if (!any) *out = head;
        any = true;
        if (is_behind(lines, count, head)) continue;
        *out = head;
        return true;
    }
    return any;
}

static size_t merge_lines(Line *lines, size_t count, DefRef *out)
{
    size_t made = 0;
    DefRef head;
    while (made < MOST_BASES && next_head(lines, count, &head)) {
        out[made++] = head;
        for (size_t i = 0; i < count; i++)
            while (lines[i].at < lines[i].count && same_def(lines[i].types[lines[i].at], head))
                lines[i].at++;
    }
    return made;
}

static Str type_key(Arena *arena, DefRef type)
{
    return str_copy(arena, (Str){(const char *)&type, sizeof type});
}

// A type's own line is itself, then the merge of its bases' lines and of the list of bases: C3
// (Barrett et al. 1996, and Python's since 2.3).
const TypeOrder *type_order(Resolver *r, DefRef type)
{
    static const TypeOrder none = {.outside = true};
    uint64_t known;
    if (map_get(&r->orders, (Str){(const char *)&type, sizeof type}, &known))
        return (const TypeOrder *)(uintptr_t)known; // being made, and so in a circle: as it is
    if (r->depth > DEEPEST_TYPE) return &none;
    TypeOrder *order = ARENA_NEW(r->arena, TypeOrder);
    map_put(r->arena, &r->orders, type_key(r->arena, type), (uint64_t)(uintptr_t)order);
    DefRef bases[MOST_BASES], merged[MOST_BASES];
    r->depth++;
    size_t count = direct_bases(r, type, bases, &order->outside);
    Line *lines = ARENA_ARRAY(r->arena, Line, count + 1);
    for (size_t i = 0; i < count; i++) {
        const TypeOrder *base = type_order(r, bases[i]);
        DefRef *line = ARENA_ARRAY(r->arena, DefRef, base->count + 1);
        line[0] = bases[i];
        if (base->count) memcpy(line + 1, base->types, base->count * sizeof *line);
        lines[i] = (Line){.types = line, .count = base->count + 1};
        order->outside |= base->outside;
    }
    lines[count] = (Line){.types = bases, .count = count};
    r->depth--;
    size_t made = merge_lines(lines, count + 1, merged);
    DefRef *types = ARENA_ARRAY(r->arena, DefRef, made);
    if (made) memcpy(types, merged, made * sizeof *types);
    order->types = types;
    order->count = made;
    return order;
}

static Str folder_of(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash < path.len ? str_sub(path, 0, slash) : STR_NONE;
}

static bool lies_beside(const Resolver *r, uint32_t one, uint32_t two)
{
    return str_eq(folder_of(world_path(r->world, one)), folder_of(world_path(r->world, two)));
}

// A type, or the one object of a type without a name.
static bool holds_members(Resolver *r, const Value *value)
{
    if (value->kind != VALUE_OBJECT) return value->kind == VALUE_DEF;
    const WorldFile *file = world_file(r->world, value->ref.file);
    return file && !is_type_kind(file->facts.defs[value->ref.def].kind);
}

// Members that stand outside of the type's body: Go methods, Rust impls, Foo::bar in C++.
static Values outside_members(Resolver *r, DefRef type, LangId lang, Str name)
{
    Values out = values_none(REASON_MEMBER);
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (resolve_family(world_lang(r->world, defs[i].file)) != resolve_family(lang)) continue;
        if (lang == LANG_go && !lies_beside(r, defs[i].file, type.file)) continue;
        WorldFile *file = world_file(r->world, defs[i].file);
        if (!file) continue;
        uint32_t def = defs[i].def;
        const NameNote *receiver = file_note(r, file, def, NOTE_RECEIVER);
        int32_t parent = file->facts.defs[def].parent;
        if (!receiver && parent >= 0)
            receiver = file_note(r, file, (uint32_t)parent, NOTE_RECEIVER);
        if (!receiver || !receiver->expr) continue;
        Values types = evaluate(r, file, receiver->expr);
        for (uint32_t k = 0; k < types.count; k++) {
            DefRef ref = types.items[k].ref;
            if (!holds_members(r, &types.items[k]) || ref.file != type.file || ref.def != type.def)
                continue;
            values_add(r, &out, (Value){.kind = VALUE_DEF, .ref = defs[i]});
            values_name(r, &out, defs[i]);
        }
    }
    const ResolveLang *own = resolve_lang(lang);
    if (out.count > 1 && own->choose_member) own->choose_member(r, &out);
    return out;
}

static Values own_member(Resolver *r, DefRef type, Str name)
{
    WorldFile *file = world_file(r->world, type.file);
    Values out = values_none(REASON_MEMBER);
    if (!file) return out;
    uint32_t scope = file->scope_of_def[type.def];
    // Locals of a function are no members of it.
    bool open = scope != WORLD_NONE && file->names.scopes[scope].kind != SCOPE_FUNCTION;
    if (open) out = lookup_scope(r, file, scope, name);
    if (!out.count && !out.named_count && resolve_lang(file->lang)->outside_members)
        out = outside_members(r, type, file->lang, name);
    return out;
}

Values member_of_type(Resolver *r, DefRef type, Str name, bool skip_own)
{
    Values out = values_none(REASON_MEMBER);
    if (!skip_own) {
        out = own_member(r, type, name);
        if (out.count || out.named_count) return out;
    }
    const TypeOrder *order = type_order(r, type);
    for (size_t i = 0; i < order->count; i++) {
        out = own_member(r, order->types[i], name);
        if (!out.count && !out.named_count) continue;
        values_because(&out, REASON_INHERITED);
        if (order->outside) values_weaken(&out, CERTAINTY_LIKELY, REASON_OUTSIDE_BASE);
        return out;
    }
    out = values_none(order->outside ? REASON_OUTSIDE_BASE : REASON_UNBOUND);
    const WorldFile *file = world_file(r->world, type.file);
    if (!file) return out;
    const Def *def = &file->facts.defs[type.def];
    if (def->kind == DEF_ENUM_MEMBER && def->parent >= 0) // one of the type around it
        return member_of_type(r, (DefRef){type.file, (uint32_t)def->parent}, name, skip_own);
    const ResolveLang *lang = resolve_lang(file->lang);
    if (lang->static_types && (order->outside || lang->rooted_types))
        values_add(r, &out, (Value){.kind = VALUE_EXTERNAL, .name = name});
    return out;
}

static Str dotted(Resolver *r, Str path, Str name)
{
    return path.len ? str_format(r->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(name))
                    : name;
}

static Values member_of_module(Resolver *r, const Value *module, Str name, LangId lang)
{
    Values out = values_none(REASON_MEMBER);
    WorldFile *file = module->kind == VALUE_FILE ? world_file(r->world, module->file) : NULL;
    if (file) out = lookup_export(r, file, name);
    if (!out.count && !out.named_count && resolve_lang(lang)->submodule)
        resolve_lang(lang)->submodule(r, module, name, &out);
    return out;
}

// Of a type, or of a module in a file.
static Values member_of_def(Resolver *r, const Value *value, Str name, LangId lang)
{
    WorldFile *file = world_file(r->world, value->ref.file);
    uint32_t scope = file ? file->scope_of_def[value->ref.def] : WORLD_NONE;
    if (scope == WORLD_NONE || file->names.scopes[scope].kind != SCOPE_MODULE)
        return member_of_type(r, value->ref, name, false);
    Values out = lookup_module(r, file, scope, name);
    if (!out.count && !out.named_count && resolve_lang(lang)->submodule)
        resolve_lang(lang)->submodule(r, value, name, &out);
    return out;
}

Values member_of(Resolver *r, const Values *base, Str name, LangId lang)
{
    Values out = {.certainty = base->certainty, .reason = base->reason};
    uint32_t missing = 0, modules = 0;
    for (uint32_t i = 0; i < base->count; i++) {
        const Value *value = &base->items[i];
        Values one = values_none(REASON_MEMBER);
        switch (value->kind) {
        case VALUE_EXTERNAL:
            values_add(r, &one,
                       (Value){.kind = VALUE_EXTERNAL, .name = dotted(r, value->name, name)});
            break;
        case VALUE_FILE:
        case VALUE_FOLDER: one = member_of_module(r, value, name, lang); break;
        case VALUE_DEF: one = member_of_def(r, value, name, lang); break;
        case VALUE_OBJECT: one = member_of_type(r, value->ref, name, false); break;
        case VALUE_SUPER: one = member_of_type(r, value->ref, name, true); break;
        }
        missing += !one.count && !one.named_count;
        modules += value->kind == VALUE_FILE;
        values_join(r, &out, &one);
    }
    // A module and what it exports as a whole are one thing.
    if (missing && missing < base->count && !modules)
        values_weaken(&out, CERTAINTY_LIKELY, REASON_SEVERAL);
    return out;
}
