// resolve/member.c - members of modules and types.
//
// Bases are followed depth first, from left to right, each once: the order that Python and most
// languages have but for diamonds.
#include "resolve/value.h"

enum { MOST_BASES = 64 };

typedef struct Order {
    Resolver *r;
    DefRef types[MOST_BASES];
    size_t count;
    bool outside;
} Order;

static void add_bases(Order *order, DefRef type, int depth)
{
    WorldFile *file = world_file(order->r->world, type.file);
    if (!file || depth > MOST_BASES) return;
    NoteEach each = file_notes(order->r, file, type.def, NOTE_BASE);
    while (next_note(&each)) {
        const NameExpr *expr = &file->names.exprs[each.note->expr - 1];
        // Base[T]
        uint32_t base = expr->op == EXPR_ITEM ? expr->base : each.note->expr;
        Values found = evaluate(order->r, file, base);
        bool known = false;
        for (uint32_t i = 0; i < found.count; i++) {
            const Value *value = &found.items[i];
            if (value->kind != VALUE_DEF) continue;
            known = true;
            bool seen = value->ref.file == type.file && value->ref.def == type.def;
            for (size_t k = 0; k < order->count; k++)
                seen |= order->types[k].file == value->ref.file &&
                        order->types[k].def == value->ref.def;
            if (seen || order->count == MOST_BASES) continue;
            order->types[order->count++] = value->ref;
            add_bases(order, value->ref, depth + 1);
        }
        Str name = names_text(&file->names.exprs[base - 1], file->text);
        if (!known && !str_eq(name, STR("object"))) order->outside = true;
    }
}

const DefRef *type_order(Resolver *r, DefRef type, size_t *count, bool *outside)
{
    Order order = {.r = r};
    if (r->depth < 30) {
        r->depth++;
        add_bases(&order, type, 0);
        r->depth--;
    }
    DefRef *types = ARENA_ARRAY(r->arena, DefRef, order.count);
    if (order.count) memcpy(types, order.types, order.count * sizeof *types);
    *count = order.count;
    *outside = order.outside;
    return types;
}

// Members that stand outside of the type's body: Go methods, Rust impls, Foo::bar in C++.
static Values outside_members(Resolver *r, DefRef type, LangId lang, Str name)
{
    Values out = values_none(REASON_MEMBER);
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (world_lang(r->world, defs[i].file) != lang) continue;
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
            if (types.items[k].kind != VALUE_DEF || ref.file != type.file || ref.def != type.def)
                continue;
            values_add(r, &out, (Value){.kind = VALUE_DEF, .ref = defs[i]});
            values_name(r, &out, defs[i]);
        }
    }
    return out;
}

static bool has_outside_members(LangId lang)
{
    return lang == LANG_go || lang == LANG_rust || lang == LANG_cpp;
}

static Values own_member(Resolver *r, DefRef type, Str name)
{
    WorldFile *file = world_file(r->world, type.file);
    Values out = values_none(REASON_MEMBER);
    if (!file) return out;
    uint32_t scope = file->scope_of_def[type.def];
    if (scope != WORLD_NONE) out = lookup_scope(r, file, scope, name);
    if (!out.count && !out.named_count && has_outside_members(file->lang))
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
    size_t count;
    bool outside;
    const DefRef *types = type_order(r, type, &count, &outside);
    for (size_t i = 0; i < count; i++) {
        out = own_member(r, types[i], name);
        if (!out.count && !out.named_count) continue;
        values_because(&out, REASON_INHERITED);
        if (outside) values_weaken(&out, CERTAINTY_LIKELY, REASON_OUTSIDE_BASE);
        return out;
    }
    out = values_none(outside ? REASON_OUTSIDE_BASE : REASON_UNBOUND);
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

Values member_of(Resolver *r, const Values *base, Str name, LangId lang)
{
    Values out = {.certainty = base->certainty, .reason = base->reason};
    uint32_t missing = 0;
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
        case VALUE_DEF:
        case VALUE_OBJECT: one = member_of_type(r, value->ref, name, false); break;
        case VALUE_SUPER: one = member_of_type(r, value->ref, name, true); break;
        }
        missing += !one.count && !one.named_count;
        values_join(r, &out, &one);
    }
    if (missing && missing < base->count) values_weaken(&out, CERTAINTY_LIKELY, REASON_SEVERAL);
    return out;
}
