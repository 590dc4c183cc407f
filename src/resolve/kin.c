// resolve/kin.c
#include "resolve/kin.h"

#include <stdlib.h>

#include "base/vec.h"
#include "index/path_class.h"
#include "resolve/value.h"

enum { MOST_KIN = 512 };

typedef struct KinList {
    Resolver *r;
    VEC(DefRef) refs;
    bool cut;
} KinList;

static bool same_ref(DefRef a, DefRef b)
{
    return a.file == b.file && a.def == b.def;
}

static void add_kin(KinList *list, DefRef ref)
{
    for (size_t i = 0; i < list->refs.len; i++)
        if (same_ref(list->refs.items[i], ref)) return;
    if (list->refs.len == MOST_KIN) list->cut = true;
    else VEC_PUSH(list->r->arena, &list->refs, ref);
}

static const Def *def_of(Resolver *r, DefRef ref)
{
    const WorldFile *file = world_brief(r->world, ref.file);
    return file && ref.def < file->facts.def_count ? &file->facts.defs[ref.def] : NULL;
}

// The type that an expression names.
static bool named_type(Resolver *r, WorldFile *file, uint32_t expr, DefRef *type)
{
    Values values = evaluate(r, file, expr);
    for (uint32_t i = 0; i < values.count; i++) {
        if (values.items[i].kind != VALUE_DEF) continue;
        const Def *def = def_of(r, values.items[i].ref);
        if (!def || !is_type_kind(def->kind)) continue;
        *type = resolve_canonical(r, values.items[i].ref);
        return true;
    }
    return false;
}

bool kin_owner(Resolver *resolver, DefRef method, DefRef *type)
{
    WorldFile *file = world_file(resolver->world, method.file);
    if (!file) return false;
    int32_t parent = file->facts.defs[method.def].parent;
    const NameNote *note = file_note(resolver, file, method.def, NOTE_RECEIVER);
    if (!note && parent >= 0) note = file_note(resolver, file, (uint32_t)parent, NOTE_RECEIVER);
    if (note && note->expr) return named_type(resolver, file, note->expr, type);
    if (parent < 0 || !is_type_kind(file->facts.defs[parent].kind)) return false;
    *type = (DefRef){method.file, (uint32_t)parent};
    return true;
}

// --- subtypes ---

// The type that a note of a base is about: of an impl, what it is for.
static DefRef noted_type(Resolver *r, WorldFile *file, uint32_t def)
{
    DefRef type = {file->number, def};
    const NameNote *note = file_note(r, file, def, NOTE_RECEIVER);
    if (note && note->expr) named_type(r, file, note->expr, &type);
    return type;
}

static void add_subtypes_in(KinList *list, WorldFile *file, DefRef type)
{
    for (uint32_t i = 0; i < file->names.note_count; i++) {
        const NameNote *note = &file->names.notes[i];
        if (!kin_is_base(note)) continue;
        Values values = evaluate(list->r, file, note->expr);
        for (uint32_t k = 0; k < values.count; k++) {
            if (values.items[k].kind != VALUE_DEF) continue;
            if (same_ref(resolve_canonical(list->r, values.items[k].ref), type))
                add_kin(list, noted_type(list->r, file, note->def - 1));
        }
    }
}

// Those of one file that are stored, from *at on.
static void add_derived(KinList *list, const Derived *derived, uint32_t file, size_t *at)
{
    for (; *at < derived->count && derived->items[*at].file <= file; ++*at) {
        DefRef ref = derived->items[*at];
        if (ref.file < file) continue;
        WorldFile *in = derived->noted[*at] ? world_file(list->r->world, file) : NULL;
        if (!in) add_kin(list, ref);
        else if (ref.def < in->facts.def_count) add_kin(list, noted_type(list->r, in, ref.def));
    }
}

// Who is derived from it names it.
static void add_subtypes(KinList *list, DefRef type)
{
    const Def *def = def_of(list->r, type);
    size_t count = 0, at = 0;
    Derived derived;
    if (!def) return;
    const uint32_t *users = world_users(list->r->world, def->name, &count);
    edges_derived(list->r, type, &derived);
    for (size_t i = 0; i < count; i++) {
        if (ctx_stopped(list->r->cx) != STOP_NONE) list->cut = true;
        if (list->cut) return;
        bool stored = derived.covered && derived.covered[users[i]] &&
                      world_is_as_stored(list->r->world, users[i]);
        if (stored) {
            add_derived(list, &derived, users[i], &at);
            continue;
        }
        WorldFile *file = world_file(list->r->world, users[i]);
        if (file) add_subtypes_in(list, file, type);
    }
}

typedef struct Placed {
    Str path;
    DefRef ref;
} Placed;

static int compare_placed(const void *left, const void *right)
{
    const Placed *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    return order ? order : (a->ref.def > b->ref.def) - (a->ref.def < b->ref.def);
}

// Refs from `from` on, by path and place.
static void sort_kin(KinList *list, size_t from)
{
    Arena scratch = {0};
    size_t count = list->refs.len - from;
    Placed *placed = ARENA_ARRAY(&scratch, Placed, count);
    for (size_t i = 0; i < count; i++) {
        DefRef ref = list->refs.items[from + i];
        placed[i] = (Placed){world_path(list->r->world, ref.file), ref};
    }
    if (count) qsort(placed, count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < count; i++) list->refs.items[from + i] = placed[i].ref;
    arena_fini(&scratch);
}

// Their files were not looked at when they come from what is stored.
static void list_subtypes(Resolver *resolver, DefRef type, bool all, Kin *out)
{
    KinList list = {.r = resolver};
    type = resolve_canonical(resolver, type);
    add_subtypes(&list, type);
    sort_kin(&list, 0);
    for (size_t from = 0, end = list.refs.len; all && from < end; from = end, end = list.refs.len) {
        for (size_t i = from; i < end && !list.cut; i++) {
            DefRef next = list.refs.items[i];
            if (!same_ref(next, type)) add_subtypes(&list, next);
        }
        sort_kin(&list, end);
    }
    *out = (Kin){list.refs.items, list.refs.len, list.cut};
}

void kin_subtypes(Resolver *resolver, DefRef type, bool all, Kin *out)
{
    Kin list;
    list_subtypes(resolver, type, all, &list);
    DefRef *items = ARENA_ARRAY(resolver->arena, DefRef, list.count);
    *out = (Kin){.items = items, .cut = list.cut};
    for (size_t i = 0; i < list.count; i++)
        if (def_of(resolver, list.items[i])) items[out->count++] = list.items[i];
}

// --- methods ---

// What the type itself defines under this name.
static void add_own_members(KinList *list, DefRef type, Str name)
{
    Resolved to;
    resolve_member(list->r, type, name, &to);
    for (uint32_t i = 0; i < to.count; i++) {
        DefRef owner;
        bool own = kin_owner(list->r, to.targets[i], &owner) && same_ref(owner, type);
        if (own) add_kin(list, to.targets[i]);
    }
}

// Where members stand in their type, the name stands in its file.
static bool may_have(Resolver *r, DefRef type, Str name)
{
    size_t low = 0, high;
    if (resolve_lang(world_lang(r->world, type.file))->outside_members) return true;
    const uint32_t *users = world_users(r->world, name, &high);
    size_t count = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (users[middle] < type.file) low = middle + 1;
        else high = middle;
    }
    return low < count && users[low] == type.file;
}

// Go: a type has an interface when it has all its methods; nobody says so.
static bool is_unsaid(Resolver *r, DefRef method)
{
    return world_lang(r->world, method.file) == LANG_go;
}

static bool has_all_methods(Resolver *r, DefRef type, DefRef interface)
{
    const WorldFile *file = world_file(r->world, interface.file);
    size_t methods = 0;
    for (uint32_t i = interface.def + 1; i < file->facts.def_count; i++) {
        const Def *def = &file->facts.defs[i];
        if (def->full.start >= file->facts.defs[interface.def].full.end) break;
        if (def->parent != (int32_t)interface.def || def->kind != DEF_METHOD) continue;
        Resolved to;
        resolve_member(r, type, def->name, &to);
        if (!to.count) return false;
        methods++;
    }
    return methods > 0;
}

// Methods of that name, of types that have the interface, or of interfaces that the type has.
static void add_unsaid(KinList *list, DefRef method, DefRef owner)
{
    size_t count;
    bool interface = def_of(list->r, owner)->kind == DEF_INTERFACE;
    const DefRef *defs = world_defs(list->r->world, def_of(list->r, method)->name, &count);
    for (size_t i = 0; i < count; i++) {
        DefRef other;
        if (!is_unsaid(list->r, defs[i]) || !kin_owner(list->r, defs[i], &other)) continue;
        if ((def_of(list->r, other)->kind == DEF_INTERFACE) == interface) continue;
        bool has = interface ? has_all_methods(list->r, other, owner)
                             : has_all_methods(list->r, owner, other);
        if (has) add_kin(list, resolve_canonical(list->r, defs[i]));
    }
}

void kin_overriding(Resolver *resolver, DefRef method, Kin *out)
{
    KinList list = {.r = resolver};
    DefRef owner;
    Kin types = {0};
    *out = (Kin){0};
    if (!kin_owner(resolver, method, &owner)) return;
    list_subtypes(resolver, owner, true, &types);
    Str name = def_of(resolver, method)->name;
    for (size_t i = 0; i < types.count; i++) {
        DefRef type = types.items[i];
        if (may_have(resolver, type, name) && def_of(resolver, type))
            add_own_members(&list, type, name);
    }
    bool interface = def_of(resolver, owner)->kind == DEF_INTERFACE;
    if (is_unsaid(resolver, method) && interface) add_unsaid(&list, method, owner);
    *out = (Kin){list.refs.items, list.refs.len, list.cut || types.cut};
}

void kin_overridden(Resolver *resolver, DefRef method, Kin *out)
{
    KinList list = {.r = resolver};
    DefRef owner;
    size_t count;
    bool outside;
    *out = (Kin){0};
    if (!kin_owner(resolver, method, &owner)) return;
    const DefRef *bases = resolve_bases(resolver, owner, &count, &outside);
    Str name = def_of(resolver, method)->name;
    for (size_t i = 0; i < count; i++)
        if (!same_ref(bases[i], owner)) add_own_members(&list, bases[i], name);
    bool interface = def_of(resolver, owner)->kind == DEF_INTERFACE;
    if (is_unsaid(resolver, method) && !interface) add_unsaid(&list, method, owner);
    *out = (Kin){list.refs.items, list.refs.len, list.cut};
}

// --- imports ---

// What an import gives, as a file: the module that it names (`whole`: not what is taken from it).
static bool import_gives(Resolver *r, WorldFile *file, NameImport import, bool whole,
                         ValueKind kind, ImportTo *to)
{
    Values values = values_none(REASON_IMPORT);
    if (whole) import.name = STR_NONE;
    if (whole) import.flags &= ~(uint32_t)IMPORT_PACKAGE; // import a.b: b is meant
    if (whole && !import.module.len) return false;
    resolve_lang(file->lang)->import(r, file, &import, &values);
    for (uint32_t i = 0; i < values.count; i++) {
        const Value *value = &values.items[i];
        if (value->kind != kind) continue;
        to->file = kind == VALUE_FILE ? value->file : resolve_canonical(r, value->ref).file;
        to->certainty = values.certainty;
        to->reason = values.reason;
        return true;
    }
    return false;
}

// A module that is taken from a package; else the module itself; else where the name is defined.
static ImportTo follow_import(Resolver *r, WorldFile *file, uint32_t index)
{
    ImportTo to = {index, WORLD_NONE, CERTAINTY_EXTERNAL, REASON_OUTSIDE};
    const NameImport *import = &file->names.imports[index];
    if (!resolve_lang(file->lang)->import) return to;
    if (import->name.len && import_gives(r, file, *import, false, VALUE_FILE, &to)) return to;
    if (import_gives(r, file, *import, true, VALUE_FILE, &to)) return to;
    import_gives(r, file, *import, false, VALUE_DEF, &to);
    return to;
}

const ImportTo *kin_imports(Resolver *resolver, WorldFile *file, size_t *count)
{
    *count = file->names.import_count;
    ImportTo *out = ARENA_ARRAY(resolver->arena, ImportTo, *count);
    for (uint32_t i = 0; i < file->names.import_count; i++)
        out[i] = follow_import(resolver, file, i);
    return out;
}

typedef VEC(Edge) EdgeVec;

static void add_importer(Resolver *r, WorldFile *from, uint32_t file, Map *seen, EdgeVec *edges)
{
    Str key = str_copy(r->arena, (Str){(const char *)&from->number, sizeof from->number});
    if (from->number == file || map_get(seen, key, NULL)) return;
    map_put(r->arena, seen, key, 1);
    for (uint32_t i = 0; i < from->names.import_count; i++) {
        ImportTo to = follow_import(r, from, i);
        Edge edge = {.file = from->number,
                     .expr = i,
                     .start = from->names.imports[i].span.start,
                     .kind = EDGE_IMPORT,
                     .certainty = to.certainty,
                     .reason = to.reason};
        if (to.file == file) VEC_PUSH(r->arena, edges, edge);
    }
}

typedef struct ImportPlace {
    Str path;
    Edge edge;
} ImportPlace;

static int compare_imports(const void *left, const void *right)
{
    const ImportPlace *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    return order ? order : (a->edge.expr > b->edge.expr) - (a->edge.expr < b->edge.expr);
}

static void order_imports(Resolver *r, const EdgeVec *found, Edges *out)
{
    ImportPlace *places = ARENA_ARRAY(r->arena, ImportPlace, found->len);
    Edge *edges = ARENA_ARRAY(r->arena, Edge, found->len);
    for (size_t i = 0; i < found->len; i++)
        places[i] = (ImportPlace){world_path(r->world, found->items[i].file), found->items[i]};
    if (found->len) qsort(places, found->len, sizeof *places, compare_imports);
    for (size_t i = 0; i < found->len; i++) {
        edges[i] = places[i].edge;
        out->by_certainty[edges[i].certainty]++;
    }
    out->items = edges;
    out->count = found->len;
}

// Who imports a file names it, or its folder, or lies near it (from . import x).
void kin_importers(Resolver *resolver, uint32_t file, Edges *out)
{
    Map seen = {0};
    EdgeVec edges = {0};
    World *world = resolver->world;
    Str path = world_path(world, file), folder = path_folder(path);
    Str names[] = {path_stem(path), path_file_name(folder)};
    *out = (Edges){.complete = true};
    for (size_t n = 0; n < ARRAY_LEN(names); n++) {
        size_t count = 0;
        const uint32_t *users = names[n].len ? world_users(world, names[n], &count) : NULL;
        for (size_t i = 0; i < count && out->complete; i++) {
            WorldFile *from = world_file(world, users[i]);
            if (from) add_importer(resolver, from, file, &seen, &edges);
            if (ctx_stopped(resolver->cx) != STOP_NONE) out->complete = false;
        }
    }
    for (uint32_t i = 0; i < world_file_count(world) && out->complete; i++) {
        if (!world_is_live(world, i) || !str_starts(world_path(world, i), folder)) continue;
        WorldFile *from =
            path_folder(world_path(world, i)).len >= folder.len ? world_file(world, i) : NULL;
        if (from) add_importer(resolver, from, file, &seen, &edges);
        if (ctx_stopped(resolver->cx) != STOP_NONE) out->complete = false;
    }
    order_imports(resolver, &edges, out);
}
