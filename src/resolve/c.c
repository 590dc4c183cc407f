// resolve/c.c - C: one name space for all files that are linked, seen through headers.
//
//   own file, then what it includes   definitions there are meant; of one that is only declared
//                                     there, the definition in another file
//   nothing declares it               the definitions that another file could see: likely
//
// What is static in another .c file is never meant.
#include "resolve/includes.h"
#include "resolve/langs.h"

enum { MOST_CANDIDATES = 4096 };

typedef struct Candidate { // a definition of that name in a file scope
    DefRef ref;
    bool declaration;
    bool hidden;  // only seen through #include
    bool visible; // ... and it is, here
    bool sure;
    bool self; // typedef struct x x
} Candidate;

typedef VEC(Candidate) Candidates;

typedef struct Asking {
    Resolver *r;
    WorldFile *file;
    Str name;
    uint8_t role;
    Candidates all, chosen;
} Asking;

static bool is_c(LangId lang)
{
    return lang == LANG_c || lang == LANG_cpp;
}

static bool is_tag(DefKind kind)
{
    return kind == DEF_STRUCT || kind == DEF_UNION || kind == DEF_ENUM || kind == DEF_CLASS;
}

// Whether a use of this role can mean that kind.
static bool fits(DefKind kind, uint8_t role)
{
    bool type = is_tag(kind) || kind == DEF_TYPE;
    if (kind == DEF_MACRO) return true;
    if (role & ROLE_TYPE) return type;
    return !(role & ROLE_CALLED) || !type;
}

static bool in_file_scope(const WorldFile *file, uint32_t def)
{
    uint32_t end, at = world_bound(file, 0, file->facts.defs[def].name, &end);
    for (; at < end; at++)
        if (file->names.bindings[file->bound[at]].target == def + 1) return true;
    return false;
}

static bool is_self_typedef(Resolver *r, WorldFile *file, uint32_t def)
{
    const NameNote *stands = file_note(r, file, def, NOTE_STANDS);
    return stands && stands->expr &&
           str_eq(world_expr_text(file, stands->expr), file->facts.defs[def].name);
}

static void gather(Asking *a)
{
    size_t count;
    const DefRef *defs = world_defs(a->r->world, a->name, &count);
    for (size_t i = 0; i < count && i < MOST_CANDIDATES; i++) {
        if (!is_c(world_lang(a->r->world, defs[i].file))) continue;
        WorldFile *file = world_file(a->r->world, defs[i].file);
        if (!file) continue;
        const Def *def = &file->facts.defs[defs[i].def];
        if (!fits(def->kind, a->role) || !in_file_scope(file, defs[i].def)) continue;
        Candidate one = {.ref = defs[i], .declaration = def->declaration};
        bool linked =
            def->kind == DEF_FUNCTION || def->kind == DEF_VARIABLE || def->kind == DEF_CONSTANT;
        one.hidden = !linked || file_note(a->r, file, defs[i].def, NOTE_HIDDEN);
        one.visible = includes_sees(a->r, a->file, defs[i].file, &one.sure);
        one.self = def->kind == DEF_TYPE && is_self_typedef(a->r, file, defs[i].def);
        VEC_PUSH(a->r->arena, &a->all, one);
    }
}

static void choose(Asking *a, Candidate one)
{
    VEC_PUSH(a->r->arena, &a->chosen, one);
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

static bool choose_declarations(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++)
        if (a->all.items[i].visible) choose(a, a->all.items[i]);
    return a->chosen.len > 0;
}

// What no #include tells of, but another file could see.
static bool choose_unseen(Asking *a)
{
    for (size_t i = 0; i < a->all.len; i++) {
        const Candidate *one = &a->all.items[i];
        bool open = !one->hidden || is_header(world_path(a->r->world, one->ref.file));
        if (!one->declaration && !one->self && open) choose(a, *one);
    }
    return a->chosen.len > 0;
}

// --- their values

static void add_values(Asking *a, const Candidate *one, Values *out)
{
    WorldFile *file = world_file(a->r->world, one->ref.file);
    uint32_t end, at = world_bound(file, 0, a->name, &end);
    for (; at < end; at++) {
        if (file->names.bindings[file->bound[at]].target != one->ref.def + 1) continue;
        Values value = evaluate_binding(a->r, file, file->bound[at]);
        values_join(a->r, out, &value);
        return;
    }
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
    sort_near(a);
    *out = values_none(reason);
    for (size_t i = 0; i < a->chosen.len; i++) add_values(a, &a->chosen.items[i], out);
    if (!sure) values_weaken(out, CERTAINTY_LIKELY, reason);
    if (!in_one_file(a)) values_weaken(out, CERTAINTY_LIKELY, REASON_SEVERAL);
}

static void file_names(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    Asking a = {.r = r, .file = file, .name = name, .role = file->names.exprs[expr].role};
    bool declared_sure;
    gather(&a);
    if (choose_own(&a)) {
        answer(&a, true, REASON_SCOPE, out);
    } else if (choose_visible(&a)) {
        answer(&a, all_sure(&a), REASON_INCLUDED, out);
    } else if (is_declared(&a, &declared_sure)) {
        if (choose_declared(&a) || choose_declarations(&a))
            answer(&a, declared_sure, REASON_INCLUDED, out);
    } else if (choose_unseen(&a)) {
        answer(&a, false, REASON_ONLY, out);
    } else {
        values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
    }
}

// The definition of what is declared.
static DefRef canonical(Resolver *r, DefRef def)
{
    WorldFile *file = world_file(r->world, def.file);
    if (!file || !file->facts.defs[def.def].declaration || !in_file_scope(file, def.def))
        return def;
    Asking a = {.r = r, .file = file, .name = file->facts.defs[def.def].name};
    bool tag = is_tag(file->facts.defs[def.def].kind);
    a.role = tag ? ROLE_TYPE : 0;
    gather(&a);
    bool found = choose_own(&a) || choose_visible(&a) || choose_declared(&a);
    if (!found || !in_one_file(&a)) return def;
    const WorldFile *other = world_file(r->world, a.chosen.items[0].ref.file);
    bool same = is_tag(other->facts.defs[a.chosen.items[0].ref.def].kind) == tag;
    return same ? a.chosen.items[0].ref : def;
}

static void import(Resolver *r, WorldFile *file, const NameImport *row, Values *out)
{
    uint32_t number = includes_file(r, file, row);
    if (number == WORLD_NONE)
        values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = row->module});
    else values_add(r, out, (Value){.kind = VALUE_FILE, .file = number});
}

const ResolveLang resolve_c = {
    .function_pointers = true,
    .import = import,
    .file_names = file_names,
    .canonical = canonical,
};
