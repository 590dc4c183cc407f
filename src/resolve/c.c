// resolve/c.c - C and C++: one name space for all files that are linked, seen through headers.
//
//   own file, then what it includes   definitions there are meant; of one that is only declared
//                                     there, the definition in another file
//   nothing declares it               the definitions that another file could see: likely
//
// What is static in another .c file is never meant. In C++ the namespaces around a use are asked
// from the inside out; a namespace is the same one in all files.
#include "lang/c/condition.h"
#include "resolve/includes.h"
#include "resolve/langs.h"

enum { MOST_CANDIDATES = 4096, FEW = 8 };

typedef struct Candidate { // a definition of that name in a file scope
    DefRef ref;
    uint32_t binding;
    bool declaration;
    bool hidden;  // only seen through #include
    bool visible; // ... and it is, here
    bool sure;
    bool self; // typedef struct x x
    int rank;  // of its namespace: the one that is nearest around the use is highest
} Candidate;

typedef VEC(Candidate) Candidates;

typedef struct Asking {
    Resolver *r;
    WorldFile *file;
    Str name;
    uint8_t role;
    Str path;   // of the namespaces around the use: "a::b::"
    bool using; // a using directive may bring in any other
    Candidates all, chosen;
    Candidate few[2][FEW]; // room of both until they are more
    Arena more;            // their room then
} Asking;

static bool is_c(LangId lang)
{
    return lang == LANG_c || lang == LANG_cpp;
}

static bool is_tag(DefKind kind)
{
    return kind == DEF_STRUCT || kind == DEF_UNION || kind == DEF_ENUM || kind == DEF_CLASS;
}

// Whether a use of this role can mean that kind. In C++ a type is called, too.
static bool fits(DefKind kind, uint8_t role, LangId lang)
{
    bool type = is_tag(kind) || kind == DEF_TYPE;
    if (kind == DEF_MACRO) return true;
    if (role & ROLE_TYPE && !(role & ROLE_CALLED)) return type;
    return !(role & ROLE_CALLED) || !type || lang == LANG_cpp;
}

// The binding of a definition in `scope` or around it, as an index into file->bound.
static bool find_binding(const WorldFile *file, uint32_t scope, uint32_t def, uint32_t *binding)
{
    for (;; scope = file->names.scopes[scope].outer) {
        uint32_t end, at = world_bound(file, scope, file->facts.defs[def].name, &end);
        for (; at < end; at++) {
            *binding = file->bound[at];
            if (file->names.bindings[*binding].target == def + 1) return true;
        }
        if (!scope) return false;
    }
}

// Whether it stands in the file itself or in a namespace. An enumerator does when its enum does,
// and in C a struct wherever it is.
static bool is_open(const WorldFile *file, uint32_t def, uint32_t *binding)
{
    int32_t parent = file->facts.defs[def].parent;
    if (file->lang == LANG_c || file->facts.defs[def].kind == DEF_MACRO)
        return find_binding(file, 0, def, binding);
    bool in_enum = parent >= 0 && file->facts.defs[parent].kind == DEF_ENUM;
    if (in_enum) parent = file->facts.defs[parent].parent;
    uint32_t scope = WORLD_NONE;
    for (int32_t i = parent; i >= 0 && scope == WORLD_NONE; i = file->facts.defs[i].parent)
        scope = file->scope_of_def[i];
    if (scope == WORLD_NONE) scope = 0;
    for (; parent >= 0; parent = file->facts.defs[parent].parent)
        if (file->facts.defs[parent].kind != DEF_MODULE) return false;
    return find_binding(file, scope, def, binding);
}

// The namespaces around a definition: "a::b::".
static Str namespaces_of(Resolver *r, const WorldFile *file, int32_t def)
{
    Str path = STR_NONE;
    while (def >= 0 && (def = file->facts.defs[def].parent) >= 0) {
        const Def *around = &file->facts.defs[def];
        if (around->kind == DEF_MODULE)
            path = str_format(r->arena, STR_FMT "::" STR_FMT, STR_ARG(around->name), STR_ARG(path));
    }
    return path;
}

// Those around a place. Facts know of some whose head the grammar did not understand.
static Str namespaces_at(Resolver *r, const WorldFile *file, uint32_t offset)
{
    int32_t def = facts_enclosing(&file->facts, offset);
    if (def < 0) return STR_NONE;
    Str path = namespaces_of(r, file, def);
    const Def *around = &file->facts.defs[def];
    if (around->kind != DEF_MODULE) return path;
    return str_format(r->arena, STR_FMT STR_FMT "::", STR_ARG(path), STR_ARG(around->name));
}

// using a::b; in the file or a namespace around.
static bool is_brought(Resolver *r, WorldFile *file, uint32_t offset, Str name, Values *out)
{
    for (uint32_t scope = names_scope_at(&file->names, offset);;
         scope = file->names.scopes[scope].outer) {
        ScopeKind kind = file->names.scopes[scope].kind;
        uint32_t end, at = world_bound(file, scope, name, &end);
        for (; at < end && (kind == SCOPE_FILE || kind == SCOPE_MODULE); at++) {
            const NameBinding *binding = &file->names.bindings[file->bound[at]];
            if (binding->kind != BIND_LOCAL || !binding->value) continue;
            *out = evaluate_binding(r, file, file->bound[at]);
            if (out->count) return true;
        }
        if (!scope) return false;
    }
}

static bool has_using(const WorldFile *file)
{
    for (uint32_t i = 0; i < file->names.binding_count; i++)
        if (file->names.bindings[i].kind == BIND_STAR && file->names.bindings[i].value) return true;
    return false;
}

static bool is_self_typedef(Resolver *r, WorldFile *file, uint32_t def)
{
    const NameNote *stands = file_note(r, file, def, NOTE_STANDS);
    return stands && stands->expr &&
           str_eq(world_expr_text(file, stands->expr), file->facts.defs[def].name);
}

// A definition that other files could mean, whoever asks.
typedef struct OpenDef {
    DefRef ref;
    WorldFile *file;
    Str path; // of the namespaces around it; in C, and for a macro, none
    DefKind kind;
    uint32_t binding;                               // of an open one
    enum { OPEN_UNKNOWN, OPEN_NOT, OPEN_YES } open; // in a file scope: told by the file's names
    bool declaration, hidden, self;                 // as in Candidate
} OpenDef;

typedef struct OpenDefs {
    OpenDef *items;
    size_t count;
} OpenDefs;

// What the names of its file tell.
static bool learn_open(Resolver *r, OpenDef *out)
{
    if (out->open != OPEN_UNKNOWN) return out->open == OPEN_YES;
    out->open = OPEN_NOT;
    out->file = world_file(r->world, out->ref.file);
    if (!out->file || !is_open(out->file, out->ref.def, &out->binding)) return false;
    bool linked =
        out->kind == DEF_FUNCTION || out->kind == DEF_VARIABLE || out->kind == DEF_CONSTANT;
    out->hidden = !linked || file_note(r, out->file, out->ref.def, NOTE_HIDDEN);
    out->self = out->kind == DEF_TYPE && is_self_typedef(r, out->file, out->ref.def);
    if (out->file->lang != LANG_c && out->kind != DEF_MACRO)
        out->path = namespaces_of(r, out->file, (int32_t)out->ref.def);
    out->open = OPEN_YES;
    return true;
}

// The definitions of that name, found once: most names are used often. Files are taken apart no
// further than to tell their kinds.
static OpenDefs *open_defs(Resolver *r, Str name)
{
    uint64_t known;
    if (map_get(&r->open, name, &known)) return (OpenDefs *)(uintptr_t)known;
    size_t count;
    VEC(OpenDef) found = {0};
    const DefRef *defs = world_defs(r->world, name, &count);
    for (size_t i = 0; i < count && i < MOST_CANDIDATES; i++) {
        bool ours = is_c(world_lang(r->world, defs[i].file));
        WorldFile *file = ours ? world_brief(r->world, defs[i].file) : NULL;
        if (!file) continue;
        const Def *def = &file->facts.defs[defs[i].def];
        VEC_PUSH(
            r->arena, &found,
            (OpenDef){
                .ref = defs[i], .file = file, .kind = def->kind, .declaration = def->declaration});
    }
    OpenDefs *open = ARENA_NEW(r->arena, OpenDefs);
    *open = (OpenDefs){found.items, found.len};
    map_put(r->arena, &r->open, str_copy(r->arena, name), (uintptr_t)open);
    return open;
}

// False when its namespace is not seen.
static bool rank_namespace(const Asking *a, const OpenDef *def, Candidate *one)
{
    if (def->file->lang == LANG_c || def->kind == DEF_MACRO) return true;
    one->rank = str_starts(a->path, def->path) ? (int)def->path.len : -1;
    return one->rank >= 0 || a->using;
}

// Of several namespaces the nearest one with a visible definition counts.
static void keep_nearest(Asking *a)
{
    int best = -2, best_visible = -2;
    size_t kept = 0;
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        best = MAX(best, one->rank);
        if (one->visible) best_visible = MAX(best_visible, one->rank);
    }
    if (best_visible > -2) best = best_visible;
    for (size_t i = 0; i < a->all.len; i++)
        if (a->all.items[i].rank == best) a->all.items[kept++] = a->all.items[i];
    a->all.len = kept;
}

static void gather(Asking *a)
{
    OpenDefs *defs = open_defs(a->r, a->name);
    a->all = (Candidates){.items = a->few[0], .cap = FEW};
    a->chosen = (Candidates){.items = a->few[1], .cap = FEW};
    for (size_t i = 0; i < defs->count; i++) {
        OpenDef *def = &defs->items[i];
        if (!fits(def->kind, a->role, def->file->lang) || !learn_open(a->r, def)) continue;
        Candidate one = {.ref = def->ref,
                         .binding = def->binding,
                         .declaration = def->declaration,
                         .hidden = def->hidden,
                         .self = def->self};
        if (!rank_namespace(a, def, &one)) continue;
        one.visible = a->file && includes_sees(a->r, a->file, def->ref.file, &one.sure);
        VEC_PUSH(&a->more, &a->all, one);
    }
    if (a->all.len > 1) keep_nearest(a);
}

static void choose(Asking *a, Candidate one)
{
    VEC_PUSH(&a->more, &a->chosen, one);
}

// --- the steps

static bool choose_own(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        if (one->ref.file == a->file->number && !one->declaration && !one->self) choose(a, *one);
    }
    return a->chosen.len > 0;
}

static bool choose_visible(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        if (one->visible && !one->declaration && !one->self) choose(a, *one);
    }
    return a->chosen.len > 0;
}

static bool is_declared(const Asking *a, bool *sure)
{
    bool found = false;
    *sure = false;
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        if (!one->visible || !(one->declaration || one->self)) continue;
        found = true;
        *sure |= one->sure;
    }
    return found;
}

static bool is_header(Str path)
{
    return !str_ends(path, STR(".c")) && !str_ends(path, STR(".cc")) &&
           !str_ends(path, STR(".cpp")) && !str_ends(path, STR(".cxx"));
}

// Whether the file of a definition sees one of the declarations that are seen here.
static bool shares_declaration(const Asking *a, const Candidate *definition)
{
    WorldFile *file = world_file(a->r->world, definition->ref.file);
    for (size_t i = 0; file && i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        bool sure;
        if (one->visible && (one->declaration || one->self) &&
            includes_sees(a->r, file, one->ref.file, &sure))
            return true;
    }
    return false;
}

// Keeps those of the chosen ones that see the same declaration, when there are any.
static void keep_sharing(Asking *a)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->chosen.len; i++) {
        Candidate one = a->chosen.items[i];
        if (shares_declaration(a, &one)) a->chosen.items[kept++] = one;
    }
    if (kept) a->chosen.len = kept;
}

static bool is_tag_of(const Asking *a, const Candidate *one)
{
    const WorldFile *file = world_file(a->r->world, one->ref.file);
    return is_tag(file->facts.defs[one->ref.def].kind);
}

// The definitions elsewhere of what is only declared here.
static bool choose_declared(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        if (one->declaration || one->self) continue;
        if (!one->hidden || is_tag_of(a, one)) choose(a, *one);
    }
    if (a->chosen.len > 1) keep_sharing(a);
    return a->chosen.len > 0;
}

static bool choose_defined(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++)
        if (!a->all.items[i].declaration && !a->all.items[i].self) choose(a, a->all.items[i]);
    return a->chosen.len > 0;
}

static bool choose_any(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++) choose(a, a->all.items[i]);
    return a->chosen.len > 0;
}

static bool choose_declarations(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++)
        if (a->all.items[i].visible) choose(a, a->all.items[i]);
    return a->chosen.len > 0;
}

// What no #include tells of, but another file could see: when not all is known of what this file
// sees, because it is included itself, or includes what is made by the build.
static bool choose_unseen(Asking *a)
{
    if (!a->all.len) return false;
    bool open = is_header(a->file->path) || includes_lost(a->r, a->file) ||
                includes_is_included(a->r, a->file);
    if (!open || includes_is_standard(a->name)) return false;
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        bool reach = !one->hidden || is_header(world_path(a->r->world, one->ref.file));
        if (!one->declaration && !one->self && reach) choose(a, *one);
    }
    return a->chosen.len > 0;
}

// --- their values

static void add_namespace(Asking *a, WorldFile *file, DefRef ref, Values *out)
{
    const NameNote *stands = file_note(a->r, file, ref.def, NOTE_STANDS);
    if (stands && stands->expr) {
        Values other = evaluate(a->r, file, stands->expr);
        values_join(a->r, out, &other);
        return;
    }
    Str path = namespaces_of(a->r, file, (int32_t)ref.def);
    path = str_format(a->r->arena, STR_FMT STR_FMT "::", STR_ARG(path), STR_ARG(a->name));
    values_add(a->r, out, (Value){.kind = VALUE_FOLDER, .name = path});
    values_name(a->r, out, ref);
}

static void add_values(Asking *a, const Candidate *one, Values *out)
{
    WorldFile *file = world_file(a->r->world, one->ref.file);
    if (file->facts.defs[one->ref.def].kind == DEF_MODULE) {
        add_namespace(a, file, one->ref, out);
    } else {
        Values value = evaluate_binding(a->r, file, one->binding);
        values_join(a->r, out, &value);
    }
}

static bool all_namespaces(const Asking *a)
{
    for (size_t i = 0; i < a->chosen.len; i++) {
        const WorldFile *file = world_file(a->r->world, a->chosen.items[i].ref.file);
        if (file->facts.defs[a->chosen.items[i].ref.def].kind != DEF_MODULE) return false;
    }
    return true;
}

static bool in_one_file(const Asking *a)
{
    for (size_t i = 1; i < a->chosen.len; i++)
        if (a->chosen.items[i].ref.file != a->chosen.items[0].ref.file) return false;
    return true;
}

static bool all_sure(const Asking *a)
{
    for (size_t i = 0; i < a->chosen.len; i++)
        if (!a->chosen.items[i].sure) return false;
    return true;
}

// The nearest ones first: a use lists only so many.
static void sort_near(Asking *a)
{
    for (size_t i = 1; i < a->chosen.len; i++) {
        Candidate one = a->chosen.items[i];
        size_t near = includes_nearness(a->file->path, world_path(a->r->world, one.ref.file)), k;
        for (k = i; k > 0; k--) {
            Str before = world_path(a->r->world, a->chosen.items[k - 1].ref.file);
            if (includes_nearness(a->file->path, before) >= near) break;
            a->chosen.items[k] = a->chosen.items[k - 1];
        }
        a->chosen.items[k] = one;
    }
}

static void answer(Asking *a, bool sure, Reason reason, Values *out)
{
    if (a->file) sort_near(a);
    *out = values_none(reason);
    for (size_t i = 0; i < a->chosen.len; i++) add_values(a, &a->chosen.items[i], out);
    if (all_namespaces(a)) return;
    if (!sure) values_weaken(out, CERTAINTY_LIKELY, reason);
    if (!in_one_file(a)) values_weaken(out, CERTAINTY_LIKELY, REASON_SEVERAL);
}

// A macro named like one of the standard's that an #if defines, where another system's headers or
// an earlier one may have it already: #ifndef assert, #if defined(__sun).
static bool stands_in(Asking *a)
{
    if (!includes_is_standard(a->name)) return false;
    for (size_t i = 0; i < a->chosen.len; i++) {
        DefRef ref = a->chosen.items[i].ref;
        const WorldFile *file = world_file(a->r->world, ref.file);
        const Def *def = &file->facts.defs[ref.def];
        if (def->kind != DEF_MACRO || !c_condition(&a->more, file->text, def->full.start).len)
            return false;
    }
    return true;
}

// Whether what is seen has a definition of that name that no scope gives: a member, what a template
// or a head that was not understood hides. Then nothing proves that another one is meant.
static bool is_hidden_here(Asking *a)
{
    OpenDefs *defs = open_defs(a->r, a->name);
    for (size_t i = 0; a->file->lang == LANG_cpp && i < defs->count; i++) {
        bool sure, own = defs->items[i].ref.file == a->file->number;
        if (own || includes_sees(a->r, a->file, defs->items[i].ref.file, &sure)) return true;
    }
    return false;
}

static void find_names(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    const NameExpr *use = &file->names.exprs[expr];
    Asking a = {.r = r, .file = file, .name = name, .role = use->role};
    bool declared_sure;
    if (file->lang == LANG_cpp) {
        a.path = namespaces_at(r, file, use->span.start);
        a.using = has_using(file);
        if (is_brought(r, file, use->span.start, name, out)) return;
    }
    gather(&a);
    if (choose_own(&a)) {
        answer(&a, true, REASON_SCOPE, out);
    } else if (choose_visible(&a)) {
        answer(&a, all_sure(&a), REASON_INCLUDED, out);
        if (stands_in(&a)) values_weaken(out, CERTAINTY_LIKELY, REASON_SEVERAL);
    } else if (is_declared(&a, &declared_sure)) {
        if (choose_declared(&a) || choose_declarations(&a))
            answer(&a, declared_sure, REASON_INCLUDED, out);
    } else if (choose_unseen(&a)) {
        answer(&a, false, REASON_ONLY, out);
    } else if (!is_hidden_here(&a)) {
        values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
    }
    arena_fini(&a.more);
}

// In C only the file, the name and its role count. What was found out apart from all else, and met
// nothing that was being looked at, holds for all uses.
static void file_names(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    uint8_t role = file->names.exprs[expr].role;
    bool apart = file->lang == LANG_c && r->depth == 1;
    Map *meant = &file_work(r, file)->meant[role & ROLE_TYPE ? 2 : role & ROLE_CALLED ? 1 : 0];
    uint32_t circles = r->circles;
    uint64_t known;
    if (apart && map_get(meant, name, &known)) {
        *out = *(const Values *)(uintptr_t)known;
        return;
    }
    find_names(r, file, expr, name, out);
    if (!apart || r->circles != circles) return;
    Values *kept = ARENA_NEW(r->arena, Values);
    *kept = *out;
    map_put(r->arena, meant, name, (uintptr_t)kept);
}

// The number of a member among those of its name in its class.
static uint32_t overload_of(const WorldFile *file, DefRef def)
{
    uint32_t count = 0;
    const Def *it = &file->facts.defs[def.def];
    for (uint32_t i = 0; i < def.def; i++)
        count +=
            file->facts.defs[i].parent == it->parent && str_eq(file->facts.defs[i].name, it->name);
    return count;
}

// void A::f() { }: the definition of a member that its class only declares. Of overloads the one
// at the same place in their order.
static DefRef canonical_member(Resolver *r, const WorldFile *file, DefRef def)
{
    const Def *it = &file->facts.defs[def.def];
    DefRef found = def;
    uint32_t wanted = overload_of(file, def), seen = 0;
    if (it->parent < 0) return def;
    size_t count;
    const DefRef *defs = world_defs(r->world, it->name, &count);
    for (size_t i = 0; i < count && seen <= wanted; i++) {
        WorldFile *other =
            is_c(world_lang(r->world, defs[i].file)) ? world_file(r->world, defs[i].file) : NULL;
        const NameNote *receiver = other ? file_note(r, other, defs[i].def, NOTE_RECEIVER) : NULL;
        if (!receiver || !receiver->expr || other->facts.defs[defs[i].def].declaration) continue;
        Values types = evaluate(r, other, receiver->expr);
        for (uint32_t k = 0; k < types.count; k++) {
            DefRef type = types.items[k].ref;
            bool same = types.items[k].kind == VALUE_DEF && type.file == def.file &&
                        type.def == (uint32_t)it->parent;
            if (same) found = defs[i], seen++;
        }
    }
    return found;
}

// The definition of what is declared.
static DefRef canonical(Resolver *r, DefRef def)
{
    WorldFile *file = world_brief(r->world, def.file);
    uint32_t binding;
    if (!file || !file->facts.defs[def.def].declaration) return def;
    file = world_file(r->world, def.file);
    if (!file) return def;
    if (!is_open(file, def.def, &binding)) return canonical_member(r, file, def);
    Asking a = {.r = r, .file = file, .name = file->facts.defs[def.def].name};
    bool tag = is_tag(file->facts.defs[def.def].kind);
    a.role = tag ? ROLE_TYPE : 0;
    if (file->lang == LANG_cpp) a.path = namespaces_of(r, file, (int32_t)def.def);
    gather(&a);
    bool found = choose_own(&a) || choose_visible(&a) || choose_declared(&a);
    bool one = found && in_one_file(&a);
    DefRef ref = one ? a.chosen.items[0].ref : def;
    arena_fini(&a.more);
    if (!one) return def;
    const WorldFile *other = world_file(r->world, ref.file);
    bool same = is_tag(other->facts.defs[ref.def].kind) == tag;
    return same ? ref : def;
}

static void import(Resolver *r, WorldFile *file, const NameImport *row, Values *out)
{
    uint32_t number = includes_file(r, file, row);
    if (number == WORLD_NONE)
        values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = row->module});
    else values_add(r, out, (Value){.kind = VALUE_FILE, .file = number});
}

// a::b of C++: the namespace `module` is "a::".
static void submodule(Resolver *r, const Value *module, Str name, Values *out)
{
    if (module->kind != VALUE_FOLDER) return;
    Asking a = {.r = r, .name = name, .path = module->name};
    gather(&a);
    size_t kept = 0;
    for (size_t i = 0; i < a.all.len; i++)
        if ((size_t)a.all.items[i].rank == module->name.len) a.all.items[kept++] = a.all.items[i];
    a.all.len = kept;
    if (choose_defined(&a) || choose_any(&a)) answer(&a, true, REASON_MEMBER, out);
    arena_fini(&a.more);
}

static void root(Resolver *r, WorldFile *file, Values *out)
{
    (void)file;
    values_add(r, out, (Value){.kind = VALUE_FOLDER, .name = STR("")});
}

const ResolveLang resolve_cpp = {
    .outside_members = true,
    .bare_members = true,
    .function_pointers = true,
    .overloads = true,
    .import = import,
    .file_names = file_names,
    .submodule = submodule,
    .root = root,
    .canonical = canonical,
};

const ResolveLang resolve_c = {
    .function_pointers = true,
    .import = import,
    .file_names = file_names,
    .canonical = canonical,
};
