// resolve/lookup.c - what a plain name means: scopes from the inside out, then what the file's
// package or its imports of all names give, then what the language itself has.
#include "resolve/value.h"

enum { MOST_STARS = 64 };

static bool is_builtin(const ResolveLang *lang, Str name)
{
    if (!lang->builtins) return false;
    size_t low = 0, high = 0;
    while (lang->builtins[high]) high++;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(str_from(lang->builtins[middle]), name);
        if (!order) return true;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return false;
}

static bool is_ordered(const WorldFile *file, const NameBinding *binding)
{
    ScopeKind scope = file->names.scopes[binding->scope].kind;
    return (scope == SCOPE_FUNCTION || scope == SCOPE_BLOCK) &&
           (binding->kind == BIND_LOCAL || binding->kind == BIND_PARAM);
}

// A variable is seen behind what it is set to.
static bool is_seen(const WorldFile *file, const NameBinding *binding, uint32_t offset)
{
    uint32_t from = binding->span.end;
    if (binding->value && binding->kind == BIND_LOCAL)
        from = MAX(from, file->names.exprs[binding->value - 1].span.end);
    return offset >= from || offset == binding->span.start;
}

// Of file->bound[at, end), the variable that the order of bindings chooses; 0: none.
static uint32_t chosen(const WorldFile *file, uint32_t at, uint32_t end, uint32_t offset)
{
    bool first = resolve_lang(file->lang)->order == ORDER_FIRST, says = false;
    uint32_t found = 0;
    for (; at < end; at++) {
        const NameBinding *binding = &file->names.bindings[file->bound[at]];
        if (!is_ordered(file, binding) || !is_seen(file, binding, offset)) continue;
        if (first && says) break;
        if (!found || !first || binding->type || binding->value) found = at + 1;
        says = binding->type || binding->value;
    }
    return found;
}

static bool is_wanted(const Resolver *r, const WorldFile *file, const NameBinding *binding)
{
    if (r->want == WANT_ANY || binding->kind == BIND_IMPORT || binding->kind == BIND_OUTER)
        return true;
    if (r->want == WANT_MACRO)
        return binding->kind == BIND_DEF && binding->target &&
               file->facts.defs[binding->target - 1].kind == DEF_MACRO;
    bool callable = binding->kind == BIND_DEF && binding->target &&
                    resolve_is_callable(file->facts.defs[binding->target - 1].kind);
    bool type = callable && is_type_kind(file->facts.defs[binding->target - 1].kind);
    return type || callable == (r->want == WANT_CALLABLE);
}

static bool is_module(Resolver *r, const Value *value)
{
    if (value->kind == VALUE_FILE || value->kind == VALUE_FOLDER) return true;
    const WorldFile *file = value->kind == VALUE_DEF ? world_file(r->world, value->ref.file) : NULL;
    return file && file->facts.defs[value->ref.def].kind == DEF_MODULE;
}

// The one module among values of which others are none, where these have name spaces of their own:
// it leaves no choice. 0 or 1.
static uint32_t module_apart(Resolver *r, const WorldFile *file, const Values *values)
{
    uint32_t modules = 0;
    if (!resolve_lang(file->lang)->modules_apart) return 0;
    for (uint32_t i = 0; i < values->count; i++) modules += is_module(r, &values->items[i]);
    return modules == 1 && values->count > 1;
}

// All that a scope binds a name to. A name bound further out leaves `outer` set. `offset` is where
// it is used; UINT32_MAX: the order of bindings does not matter.
static Values bound_values(Resolver *r, WorldFile *file, uint32_t scope, Str name, uint32_t offset,
                           bool *bound, bool *outer)
{
    Values out = values_none(REASON_SCOPE);
    uint32_t end, at = world_bound(file, scope, name, &end), defs = 0, others = 0, empty = 0;
    uint32_t given = 0;
    bool ordered = offset != UINT32_MAX && resolve_lang(file->lang)->order != ORDER_NONE;
    uint32_t choice = ordered ? chosen(file, at, end, offset) : 0;
    for (; at < end; at++) {
        uint32_t index = file->bound[at];
        const NameBinding *binding = &file->names.bindings[index];
        if (binding->kind == BIND_EXPORT || binding->kind == BIND_STAR) continue;
        if (ordered && is_ordered(file, binding) && at + 1 != choice) continue;
        if (!is_wanted(r, file, binding)) continue;
        *bound = true;
        if (binding->kind == BIND_OUTER) {
            *outer = true;
            continue;
        }
        Values one = evaluate_binding(r, file, index);
        values_join(r, &out, &one);
        if (binding->kind == BIND_DEF) defs++;
        else others++;
        empty += !one.count && !one.named_count;
        given += one.count;
    }
    // Alternatives of one definition are one object; anything else that differs is a choice. What
    // all bindings agree on has been judged where it was found.
    uint32_t apart = module_apart(r, file, &out), count = out.count - apart;
    bool differs = given - apart != (defs + others - apart) * count;
    if (count > 1 && differs && (others || defs - apart != count))
        values_weaken(&out, CERTAINTY_LIKELY, REASON_SEVERAL);
    if (empty && out.count) values_weaken(&out, CERTAINTY_LIKELY, REASON_SEVERAL);
    return out;
}

Values lookup_scope(Resolver *r, WorldFile *file, uint32_t scope, Str name)
{
    bool bound = false, outer = false;
    return bound_values(r, file, scope, name, UINT32_MAX, &bound, &outer);
}

// Through imports of all names in a scope.
static Values lookup_stars(Resolver *r, WorldFile *file, uint32_t scope, Str name)
{
    Values out = values_none(REASON_STAR);
    const ResolveLang *lang = resolve_lang(file->lang);
    uint32_t end, at = world_bound(file, scope, STR("*"), &end);
    for (uint32_t n = 0; at < end && n < MOST_STARS && !out.count && lang->import; at++, n++) {
        const NameBinding *binding = &file->names.bindings[file->bound[at]];
        if (binding->kind != BIND_STAR || !binding->target) continue;
        Values modules = values_none(REASON_STAR);
        NameImport import = file->names.imports[binding->target - 1];
        import.name = STR_NONE;
        lang->import(r, file, &import, &modules);
        Values found = member_of(r, &modules, name, file->lang);
        bool outside = found.count && found.items[0].kind == VALUE_EXTERNAL;
        if (!outside) values_join(r, &out, &found);
        else values_because(&out, REASON_OUTSIDE);
    }
    return out;
}

// The file scope, with what is one with it.
static Values lookup_file(Resolver *r, WorldFile *file, Str name, bool *bound)
{
    bool outer = false;
    Values out = bound_values(r, file, 0, name, UINT32_MAX, bound, &outer);
    if (*bound) return out;
    const ResolveLang *lang = resolve_lang(file->lang);
    size_t count = 0;
    const uint32_t *shared = lang->shared ? lang->shared(r, file, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        WorldFile *other = shared[i] == file->number ? NULL : world_file(r->world, shared[i]);
        if (!other || other->lang != file->lang) continue;
        bool there = false;
        Values one = bound_values(r, other, 0, name, UINT32_MAX, &there, &outer);
        if (!there) continue;
        values_join(r, &out, &one);
        values_because(&out, REASON_PACKAGE);
        *bound = true;
    }
    return out;
}

// Of what a type's scope binds, the type's own parameters.
static Values type_parameter(Resolver *r, WorldFile *file, uint32_t scope, Str name, bool *bound)
{
    Values out = values_none(REASON_TYPE);
    uint32_t end, at = world_bound(file, scope, name, &end);
    for (; at < end; at++) {
        if (file->names.bindings[file->bound[at]].kind != BIND_TYPE_PARAM) continue;
        Values one = evaluate_binding(r, file, file->bound[at]);
        values_join(r, &out, &one);
        *bound = true;
    }
    return out;
}

// Types, and functions that belong to one that they stand outside of.
static bool has_members(Resolver *r, WorldFile *file, const NameScope *scope)
{
    if (scope->kind == SCOPE_TYPE) return true;
    return scope->def && file_note(r, file, scope->def - 1, NOTE_RECEIVER);
}

Values lookup(Resolver *r, WorldFile *file, uint32_t scope, uint32_t expr, Str name)
{
    const ResolveLang *lang = resolve_lang(file->lang);
    Values inherited = {0};
    uint32_t start = scope, offset = file->names.exprs[expr].span.start;
    for (;; scope = file->names.scopes[scope].outer) {
        const NameScope *around = &file->names.scopes[scope];
        bool bound = false, outer = false;
        Values out = {0};
        if ((!scope || around->kind == SCOPE_MODULE) && lang->file_names) {
            out = values_none(REASON_UNBOUND);
            lang->file_names(r, file, expr, name, &out);
            return out;
        }
        if (!scope) out = lookup_file(r, file, name, &bound);
        else if (around->kind == SCOPE_TYPE && scope != start && lang->closed_types) continue;
        else if (around->kind == SCOPE_TYPE && lang->sealed_types)
            out = type_parameter(r, file, scope, name, &bound);
        else out = bound_values(r, file, scope, name, offset, &bound, &outer);
        if (bound && !outer) return out;
        if (lang->bare_members && has_members(r, file, around)) {
            Values types = lookup_owner(r, file, scope);
            Values found = member_of(r, &types, name, file->lang);
            bool outside = found.count && found.items[0].kind == VALUE_EXTERNAL &&
                           !found.named_count; // else a member of ours that holds such a value
            if (outside && !inherited.count) inherited = found; // a type further out may have it
            else if (!outside && (found.count || found.named_count)) return found;
        }
        if (!lang->strict_exports) out = lookup_stars(r, file, scope, name);
        if (out.count || out.named_count) return out;
        if (!scope) break;
    }
    Values out = values_none(REASON_UNBOUND);
    if (lang->unbound) lang->unbound(r, file, expr, name, &out);
    if (!out.count && !out.named_count && is_builtin(lang, name))
        values_add(r, &out, (Value){.kind = VALUE_EXTERNAL, .name = name});
    return out.count || out.named_count ? out : inherited.count ? inherited : out;
}

// Exports, and what is imported for others.
static bool is_shown(const WorldFile *file, const NameBinding *binding)
{
    if (binding->kind == BIND_EXPORT) return true;
    return binding->kind == BIND_IMPORT && binding->target &&
           file->names.imports[binding->target - 1].flags & IMPORT_EXPORTED;
}

static Values lookup_shown(Resolver *r, WorldFile *file, Str name, bool *shown)
{
    Values out = values_none(REASON_MEMBER);
    uint32_t end, at = world_bound(file, 0, name, &end);
    for (; at < end; at++) {
        if (!is_shown(file, &file->names.bindings[file->bound[at]])) continue;
        Values one = evaluate_binding(r, file, file->bound[at]);
        values_join(r, &out, &one);
        *shown = true;
    }
    return out;
}

Values lookup_export(Resolver *r, WorldFile *file, Str name)
{
    bool bound = false, outer = false;
    Values out = lookup_shown(r, file, name, &bound);
    if (bound) return out;
    if (!resolve_lang(file->lang)->strict_exports)
        out = bound_values(r, file, 0, name, UINT32_MAX, &bound, &outer);
    if (bound) {
        values_because(&out, REASON_MEMBER);
        return out;
    }
    if (r->depth > 20) return values_none(REASON_UNBOUND); // a circle of imports of all names
    r->depth++;
    out = lookup_stars(r, file, 0, name);
    r->depth--;
    return out;
}

Values lookup_module(Resolver *r, WorldFile *file, uint32_t scope, Str name)
{
    bool bound = false, outer = false;
    Values out = bound_values(r, file, scope, name, UINT32_MAX, &bound, &outer);
    if (bound || r->depth > 20) return out;
    r->depth++;
    out = lookup_stars(r, file, scope, name);
    r->depth--;
    return out;
}

// What a type without a name is derived from: new T() {...}.
static Values nameless(Resolver *r, WorldFile *file, uint32_t scope)
{
    Values out = values_none(REASON_INHERITED);
    uint32_t end, at = world_bound(file, scope, STR("super"), &end);
    if (at == end) return out;
    Values objects = evaluate_binding(r, file, file->bound[at]);
    for (uint32_t i = 0; i < objects.count; i++) {
        Value value = objects.items[i];
        if (value.kind == VALUE_OBJECT) value.kind = VALUE_DEF, values_add(r, &out, value);
    }
    values_weaken(&out, CERTAINTY_LIKELY, REASON_INHERITED);
    return out;
}

Values lookup_owner(Resolver *r, WorldFile *file, uint32_t scope)
{
    Values out = values_none(REASON_OBJECT);
    for (;; scope = file->names.scopes[scope].outer) {
        const NameScope *around = &file->names.scopes[scope];
        if (around->def) {
            const NameNote *receiver = file_note(r, file, around->def - 1, NOTE_RECEIVER);
            if (receiver) return evaluate(r, file, receiver->expr);
        }
        if (around->kind == SCOPE_TYPE && around->def) {
            DefRef type = {file->number, around->def - 1};
            values_add(r, &out, (Value){.kind = VALUE_DEF, .ref = type});
            return out;
        }
        if (around->kind == SCOPE_TYPE && scope) return nameless(r, file, scope);
        if (!scope) return out;
    }
}
