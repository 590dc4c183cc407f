// resolve/resolve.c - from the values of a use to its bucket.
#include "resolve/langs.h"

static const char *const certainty_names[] = {
#define CERTAINTY(id, name) name,
#include "resolve/certainties.def"
#undef CERTAINTY
};
static const char *const reason_texts[] = {
#define REASON(id, text) text,
#include "resolve/reasons.def"
#undef REASON
};

const char *certainty_name(Certainty certainty)
{
    return certainty_names[certainty];
}

const char *reason_text(Reason reason)
{
    return reason_texts[reason];
}

const ResolveLang *resolve_lang(LangId lang)
{
    static const ResolveLang none = {0};
    switch (lang) {
    case LANG_python: return &resolve_python;
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx: return &resolve_javascript;
    case LANG_go: return &resolve_go;
    case LANG_rust: return &resolve_rust;
    case LANG_java: return &resolve_java;
    case LANG_bash: return &resolve_bash;
    case LANG_c: return &resolve_c;
    case LANG_cpp: return &resolve_cpp;
    default: return &none;
    }
}

LangId resolve_family(LangId lang)
{
    return lang == LANG_typescript || lang == LANG_tsx ? LANG_javascript : lang;
}

Resolver *resolver_new(World *world, Ctx *cx)
{
    Resolver *r = ARENA_NEW(cx->arena, Resolver);
    *r = (Resolver){.world = world, .cx = cx, .arena = cx->arena};
    return r;
}

World *resolver_world(const Resolver *resolver)
{
    return resolver->world;
}

bool resolve_is_callable(DefKind kind)
{
    return kind == DEF_FUNCTION || kind == DEF_METHOD || kind == DEF_MACRO ||
           kind == DEF_ENUM_MEMBER || is_type_kind(kind);
}

typedef struct Targets {
    Resolver *r;
    VEC(DefRef) refs;
    bool external; // one of the values is outside
    Str name;      // its name
    DefRef few[8]; // room of refs until they are more
} Targets;

static void begin_targets(Targets *t, Resolver *r)
{
    *t = (Targets){.r = r};
    t->refs.items = t->few;
    t->refs.cap = ARRAY_LEN(t->few);
}

static void take_targets(const Targets *t, Resolved *out)
{
    DefRef *refs = ARENA_ARRAY(t->r->arena, DefRef, t->refs.len);
    if (t->refs.len) memcpy(refs, t->refs.items, t->refs.len * sizeof *refs);
    out->targets = refs;
    out->count = (uint32_t)t->refs.len;
}

static void add_target(Targets *t, DefRef ref)
{
    ref = resolve_canonical(t->r, ref);
    for (size_t i = 0; i < t->refs.len; i++)
        if (t->refs.items[i].file == ref.file && t->refs.items[i].def == ref.def) return;
    VEC_PUSH(t->r->arena, &t->refs, ref);
}

// What is called when the values are.
static void add_called(Targets *t, const Values *values, LangId lang)
{
    for (uint32_t i = 0; i < values->count; i++) {
        const Value *value = &values->items[i];
        if (value->kind == VALUE_EXTERNAL) {
            t->external = true;
            t->name = value->name;
        } else if (value->kind == VALUE_DEF) {
            const WorldFile *file = world_file(t->r->world, value->ref.file);
            if (file && resolve_is_callable(file->facts.defs[value->ref.def].kind))
                add_target(t, value->ref);
        } else if (value->kind == VALUE_OBJECT) {
            Values self = {.items = value, .count = 1, .certainty = CERTAINTY_EXACT};
            Values call = member_of(t->r, &self, resolve_call_member(lang), lang);
            for (uint32_t k = 0; k < call.count; k++)
                if (call.items[k].kind == VALUE_DEF) add_target(t, call.items[k].ref);
        }
    }
}

// A variable or field in between is meant, too; a field may hold something else by then.
static void add_holders(Targets *t, const Values *values, Resolved *out)
{
    for (uint32_t i = 0; i < values->named_count && (t->refs.len || t->external); i++) {
        WorldFile *file = world_file(t->r->world, values->named[i].file);
        DefKind kind = file ? file->facts.defs[values->named[i].def].kind : DEF_KINDS;
        bool property =
            kind == DEF_METHOD && file_note(t->r, file, values->named[i].def, NOTE_VALUE);
        if (kind != DEF_VARIABLE && kind != DEF_CONSTANT && kind != DEF_FIELD && !property)
            continue;
        add_target(t, values->named[i]);
        if (kind != DEF_FIELD && !property) continue;
        out->certainty = MAX(out->certainty, CERTAINTY_LIKELY);
        out->reason = MAX(out->reason, REASON_FIELD);
    }
}

static void add_named(Targets *t, const Values *values)
{
    for (uint32_t i = 0; i < values->named_count; i++) add_target(t, values->named[i]);
    for (uint32_t i = 0; i < values->count && !values->named_count; i++) {
        const Value *value = &values->items[i];
        if (value->kind == VALUE_DEF) add_target(t, value->ref);
        if (value->kind != VALUE_EXTERNAL) continue;
        t->external = true;
        t->name = value->name;
    }
}

// Behind fields: what they are set to.
static void add_kept(Targets *t)
{
    for (size_t i = 0, fields = t->refs.len; i < fields; i++) {
        DefRef field = t->refs.items[i];
        const WorldFile *file = world_file(t->r->world, field.file);
        size_t count;
        if (!file || file->facts.defs[field.def].kind != DEF_FIELD) continue;
        const DefRef *functions = kept_functions(t->r, field, &count);
        for (size_t k = 0; k < count; k++) add_target(t, functions[k]);
    }
}

// Whether a name in this file is one of its own parameters or variables.
static bool is_variable(const WorldFile *file, uint32_t expr, Str name)
{
    uint32_t scope = names_scope_at(&file->names, file->names.exprs[expr].span.start);
    for (;; scope = file->names.scopes[scope].outer) {
        uint32_t end, at = world_bound(file, scope, name, &end);
        for (; at < end; at++) {
            BindKind kind = file->names.bindings[file->bound[at]].kind;
            if (kind == BIND_PARAM || kind == BIND_LOCAL || kind == BIND_SELF ||
                kind == BIND_OWNER || kind == BIND_TYPE_PARAM)
                return true;
        }
        if (!scope) return false;
    }
}

static bool is_defined(Resolver *r, const WorldFile *file, Str name, bool called)
{
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        LangId lang = world_lang(r->world, defs[i].file);
        if (resolve_family(lang) != resolve_family(file->lang)) continue;
        const WorldFile *other = called ? world_file(r->world, defs[i].file) : NULL;
        if (!called) return true;
        DefKind kind = other ? other->facts.defs[defs[i].def].kind : DEF_KINDS;
        bool pointer = kind == DEF_FIELD && resolve_lang(file->lang)->function_pointers;
        if (resolve_is_callable(kind) || pointer) return true;
    }
    return false;
}

static void give_up(Resolver *r, WorldFile *file, uint32_t expr, const Values *values, bool called,
                    Resolved *out)
{
    const NameExpr *use = &file->names.exprs[expr];
    Str name = names_text(use, file->text);
    bool variable = use->op == EXPR_NAME && is_variable(file, expr, name);
    bool lacks = reason_is_lack(values->reason) || values->reason == REASON_IMPLEMENTS;
    out->reason = lacks ? values->reason : REASON_UNBOUND;
    if (variable) out->certainty = CERTAINTY_DYNAMIC;
    else if (is_defined(r, file, name, called)) out->certainty = CERTAINTY_NAME_ONLY;
    else out->certainty = CERTAINTY_UNKNOWN;
}

void resolve_use(Resolver *r, WorldFile *file, uint32_t expr, Resolved *out)
{
    bool called = file->names.exprs[expr].role & (ROLE_CALLED | ROLE_DECORATOR);
    Values values = evaluate(r, file, expr + 1);
    Targets targets;
    begin_targets(&targets, r);
    *out = (Resolved){.certainty = values.certainty, .reason = values.reason};
    if (called) {
        add_called(&targets, &values, file->lang);
        add_holders(&targets, &values, out);
    } else {
        add_named(&targets, &values);
    }
    if (called && !targets.refs.len && !targets.external && values.named_count) {
        add_named(&targets, &values); // a variable or field that holds something unknown
        add_kept(&targets);
        out->certainty = CERTAINTY_DYNAMIC;
        out->reason = MAX(out->reason, REASON_FIELD);
    }
    take_targets(&targets, out);
    out->external = targets.name;
    if (targets.external && out->count) {
        out->certainty = MAX(out->certainty, CERTAINTY_LIKELY);
    } else if (targets.external) {
        out->certainty = CERTAINTY_EXTERNAL;
        out->reason = REASON_OUTSIDE;
    } else if (!out->count) {
        give_up(r, file, expr, &values, called, out);
    }
}

void resolve_import(Resolver *r, WorldFile *file, uint32_t binding, Resolved *out)
{
    Values values = evaluate_binding(r, file, binding);
    Targets targets;
    begin_targets(&targets, r);
    add_named(&targets, &values);
    *out = (Resolved){.certainty = values.certainty, .reason = values.reason};
    take_targets(&targets, out);
}

DefRef resolve_canonical(Resolver *resolver, DefRef def)
{
    LangId lang = world_lang(resolver->world, def.file);
    return resolve_lang(lang)->canonical ? resolve_lang(lang)->canonical(resolver, def) : def;
}

const DefRef *resolve_bases(Resolver *resolver, DefRef type, size_t *count, bool *outside)
{
    const TypeOrder *order = type_order(resolver, type);
    *count = order->count;
    *outside = order->outside;
    return order->types;
}

void resolve_export(Resolver *resolver, WorldFile *file, Str name, Resolved *out)
{
    Values values = lookup_export(resolver, file, name);
    Targets targets;
    begin_targets(&targets, resolver);
    add_named(&targets, &values);
    *out = (Resolved){.certainty = values.certainty, .reason = values.reason};
    take_targets(&targets, out);
}

void resolve_member(Resolver *resolver, DefRef type, Str name, Resolved *out)
{
    Values values = member_of_type(resolver, type, name, false);
    Targets targets;
    begin_targets(&targets, resolver);
    add_named(&targets, &values);
    *out = (Resolved){.certainty = values.certainty, .reason = values.reason};
    take_targets(&targets, out);
}
