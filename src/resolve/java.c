// resolve/java.c - Java: packages are what files say they are in; the folders do not matter.
//
// A package is VALUE_FOLDER with its dotted name. A type that is found nowhere is outside: the
// source is taken to compile.
#include "resolve/langs.h"

static Str package_of(Resolver *r, WorldFile *file)
{
    const NameNote *note = file_note(r, file, WORLD_NONE, NOTE_PACKAGE);
    return note && note->expr ? world_expr_text(file, note->expr) : STR_NONE;
}

// The top type of that name in a package.
static void find_type(Resolver *r, Str package, Str name, Values *out)
{
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (world_lang(r->world, defs[i].file) != LANG_java) continue;
        WorldFile *file = world_file(r->world, defs[i].file);
        if (!file) continue;
        const Def *def = &file->facts.defs[defs[i].def];
        if (def->parent >= 0 || !is_type_kind(def->kind)) continue;
        if (!str_eq(package_of(r, file), package)) continue;
        values_add(r, out, (Value){.kind = VALUE_DEF, .ref = defs[i]});
        values_name(r, out, defs[i]);
    }
}

// a.b.C.D: the longest package in front that has the type which follows.
static Values find_path(Resolver *r, Str path)
{
    Values out = values_none(REASON_IMPORT);
    size_t end = path.len;
    for (;;) {
        Str head = str_sub(path, 0, end);
        size_t dot = str_find_last(head, '.');
        bool top = dot == head.len;
        find_type(r, top ? STR_NONE : str_sub(head, 0, dot),
                  top ? head : str_sub(head, dot + 1, head.len), &out);
        if (out.count || top) break;
        end = dot;
    }
    while (end < path.len && out.count) {
        Str rest = str_sub(path, end + 1, path.len);
        Str name = str_sub(rest, 0, str_find(rest, '.'));
        out = member_of(r, &out, name, LANG_java);
        end += 1 + name.len;
    }
    return out;
}

static Str package_key(Resolver *r, Str name)
{
    return str_join(r->arena, STR("java"), STR(":"), name);
}

// The packages of the workspace and those around them: a.b.c, a.b, a.
static void read_packages(Resolver *r)
{
    map_put(r->arena, &r->modules, STR("java read"), 1);
    for (uint32_t i = 0; i < world_file_count(r->world); i++) {
        if (!world_is_live(r->world, i) || world_lang(r->world, i) != LANG_java) continue;
        WorldFile *file = world_file(r->world, i);
        Str package = file ? package_of(r, file) : STR_NONE;
        while (package.len && !map_get(&r->modules, package_key(r, package), NULL)) {
            map_put(r->arena, &r->modules, package_key(r, package), 1);
            size_t dot = str_find_last(package, '.');
            package = str_sub(package, 0, dot < package.len ? dot : 0);
        }
    }
}

static bool is_package(Resolver *r, Str name)
{
    if (!map_get(&r->modules, STR("java read"), NULL)) read_packages(r);
    return map_get(&r->modules, package_key(r, name), NULL);
}

static void add_outside(Resolver *r, Str module, Str name, Values *out)
{
    Str whole = module;
    if (name.len) whole = str_format(r->arena, STR_FMT "." STR_FMT, STR_ARG(module), STR_ARG(name));
    values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = whole});
}

static void import_type(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    (void)file;
    Str name = str_eq(import->name, STR("*")) ? STR_NONE : import->name;
    Values found = values_none(REASON_IMPORT);
    if (import->flags & IMPORT_STATIC) {
        found = find_path(r, import->module);
        if (name.len && found.count) found = member_of(r, &found, name, LANG_java);
    } else if (name.len) {
        found = find_path(
            r, str_format(r->arena, STR_FMT "." STR_FMT, STR_ARG(import->module), STR_ARG(name)));
    } else {
        found = find_path(r, import->module);
        if (!found.count && is_package(r, import->module))
            values_add(r, &found, (Value){.kind = VALUE_FOLDER, .name = import->module});
    }
    if (found.count || found.named_count) values_join(r, out, &found);
    else add_outside(r, import->module, name, out);
}

static void submodule(Resolver *r, const Value *module, Str name, Values *out)
{
    if (module->kind != VALUE_FOLDER) return;
    find_type(r, module->name, name, out);
    if (out->count) return;
    Str inner = str_format(r->arena, STR_FMT "." STR_FMT, STR_ARG(module->name), STR_ARG(name));
    if (is_package(r, inner)) values_add(r, out, (Value){.kind = VALUE_FOLDER, .name = inner});
}

// this(...) and super(...): the type's own constructors, and those of its first base.
static void constructors(Resolver *r, WorldFile *file, uint32_t expr, bool super, Values *out)
{
    uint32_t scope = names_scope_at(&file->names, file->names.exprs[expr].span.start);
    Values types = lookup_owner(r, file, scope);
    for (uint32_t i = 0; i < types.count; i++) {
        DefRef type = types.items[i].ref;
        if (types.items[i].kind != VALUE_DEF) continue;
        if (super) {
            WorldFile *own = world_file(r->world, type.file);
            const NameNote *base = own ? file_note(r, own, type.def, NOTE_BASE) : NULL;
            if (!base) continue;
            const NameExpr *written = &own->names.exprs[base->expr - 1];
            Values bases = evaluate(r, own, written->op == EXPR_ITEM ? written->base : base->expr);
            values_join(r, out, &bases);
        } else {
            values_add(r, out, (Value){.kind = VALUE_DEF, .ref = type});
        }
    }
}

static void unbound(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    *out = values_none(REASON_PACKAGE);
    bool this = str_eq(name, STR("this")), super = str_eq(name, STR("super"));
    if (this || super) {
        constructors(r, file, expr, super, out);
        if (!out->count) add_outside(r, name, STR_NONE, out);
        return;
    }
    find_type(r, package_of(r, file), name, out);
    if (out->count) return;
    uint32_t end = file->names.exprs[expr].span.end;
    bool dotted = end < file->text.len && file->text.ptr[end] == '.';
    if (dotted && is_package(r, name)) {
        values_add(r, out, (Value){.kind = VALUE_FOLDER, .name = name});
        return;
    }
    if (name.ptr[0] >= 'A' && name.ptr[0] <= 'Z') add_outside(r, name, STR_NONE, out);
}

// list.get(0), map.values(): what an outside container holds.
static void outside_call(Resolver *r, const Values *base, Str name, Values *out)
{
    static const char *const items[] = {
        "get",   "next", "getValue", "orElse",  "orElseThrow", "poll",      "peek", "remove",
        "first", "last", "getFirst", "getLast", "pop",         "orElseGet", NULL};
    static const char *const same[] = {"stream",   "iterator",  "values",  "filter",
                                       "sorted",   "findFirst", "findAny", "subList",
                                       "distinct", "limit",     "skip",    NULL};
    for (uint32_t i = 0; i < base->count; i++)
        if (base->items[i].kind != VALUE_EXTERNAL || !base->items[i].item) return;
    for (size_t i = 0; items[i]; i++) {
        if (!str_eq(name, str_from(items[i]))) continue;
        *out = evaluate_items(r, base, LANG_java);
        return;
    }
    for (size_t i = 0; same[i]; i++)
        if (str_eq(name, str_from(same[i]))) values_join(r, out, base);
}

const ResolveLang resolve_java = {
    .order = ORDER_LAST,
    .bare_members = true,
    .calls_apart = true,
    .overloads = true,
    .static_types = true,
    .rooted_types = true,
    .import = import_type,
    .unbound = unbound,
    .submodule = submodule,
    .outside_call = outside_call,
};
