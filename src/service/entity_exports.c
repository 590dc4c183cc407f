// service/entity_exports.c - exports=: what a module offers to others.
//
//   its own definitions    by what is written at them, and __all__: known when the file is read
//   what it passes on      export {a}, export * from, pub use, an __init__.py's imports: names that
//                          src/resolve follows, when all files are done
//
// A file whose own definitions do not do and that may pass something on is taken with
// `exports_open`; entity_keep_exports decides.
#include "resolve/resolve.h"
#include "service/entity_.h"

bool entity_lang_exports(LangId lang)
{
    switch (lang) {
    case LANG_python:
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx:
    case LANG_go:
    case LANG_rust:
    case LANG_java:
    case LANG_c:
    case LANG_cpp: return true;
    default: return false;
    }
}

// --- __all__ ---

// The next list that is set as, or added to __all__: the text up to its closing bracket.
static bool next_all(Str *rest, Str *out)
{
    Str line;
    while (str_next(rest, '\n', &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("__all__"))) continue;
        size_t square = str_find(line, '['), round = str_find(line, '(');
        if (square == round) continue; // neither
        Str whole = {line.ptr, (size_t)(rest->ptr + rest->len - line.ptr)};
        *out = str_sub(whole, 0, str_find(whole, square < round ? ']' : ')'));
        return true;
    }
    return false;
}

typedef enum Listed { NO_LIST, NOT_LISTED, LISTED } Listed;

static Listed python_lists(Arena *arena, Str text, Str name)
{
    Listed listed = NO_LIST;
    Str list, twice = str_format(arena, "\"" STR_FMT "\"", STR_ARG(name));
    Str once = str_format(arena, "'" STR_FMT "'", STR_ARG(name));
    while (listed != LISTED && next_all(&text, &list)) {
        listed = NOT_LISTED;
        if (str_contains(list, twice) || str_contains(list, once)) listed = LISTED;
    }
    return listed;
}

// --- own definitions ---

static bool has_word(Str head, const char *word)
{
    Str part;
    while (str_next(&head, ' ', &part))
        if (str_eq(part, str_from(word))) return true;
    return false;
}

static bool is_exported(FileFacts *file, const Def *def)
{
    Str head = str_sub(file->text, def->full.start, def->name_span.start);
    switch (file->facts.lang) {
    case LANG_python: {
        Listed listed = python_lists(file->cx->arena, file->text, def->name);
        return listed == NO_LIST ? !str_starts(def->name, STR("_")) : listed == LISTED;
    }
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx: return str_starts(head, STR("export"));
    case LANG_go: return def->name.len && def->name.ptr[0] >= 'A' && def->name.ptr[0] <= 'Z';
    case LANG_rust: return has_word(head, "pub") || str_contains(head, STR("pub("));
    case LANG_java: return has_word(head, "public");
    default: return !has_word(head, "static");
    }
}

static bool own_fit(FileFacts *file, const Join *join, int32_t parent)
{
    for (uint32_t i = 0; i < file->facts.def_count; i++) {
        const Def *def = &file->facts.defs[i];
        if (def->parent != parent || !entity_has_kind(file, join->kind, i)) continue;
        if (join->name.len && !name_takes(join->name, def->name)) continue;
        if (is_exported(file, def)) return true;
    }
    return false;
}

// --- what is passed on ---

static bool is_package(Str path)
{
    return str_ends(path, STR("__init__.py")) || str_ends(path, STR("__init__.pyi"));
}

// import *, export *, ::*, ::{a, *}; a few too many, none too few.
static bool is_star(LangId lang, Str before)
{
    while (before.len && strchr(" \t\r\n\\", before.ptr[before.len - 1])) before.len--;
    if (!before.len) return false;
    char last = before.ptr[before.len - 1];
    if (lang == LANG_python) return str_ends(before, STR("import"));
    if (lang == LANG_rust) return strchr(":{,/", last);
    return last == '/' || str_ends(before, STR("export"));
}

static bool has_star(LangId lang, Str text)
{
    for (size_t at = 0; at < text.len; at++) {
        const char *star = memchr(text.ptr + at, '*', text.len - at);
        if (!star) return false;
        at = (size_t)(star - text.ptr);
        if (is_star(lang, str_sub(text, 0, at))) return true;
    }
    return false;
}

bool entity_may_export(const FileFacts *file)
{
    const Join *join = &file->entity->query->exports;
    LangId lang = file->file->lang;
    if (!join->asked || !join->name.len || name_is_glob(join->name)) return true;
    if (str_contains(file->text, join->name)) return true;
    bool stars = lang == LANG_python || lang == LANG_rust || lang == LANG_javascript ||
                 lang == LANG_typescript || lang == LANG_tsx;
    return stars && has_star(lang, file->text);
}

static bool may_pass_on(const FileFacts *file)
{
    Str text = file->text;
    switch (file->facts.lang) {
    case LANG_python:
        return is_package(file->file->path) || str_contains(text, STR("__all__")) ||
               str_contains(text, STR(" as "));
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx: return str_contains(text, STR("export"));
    case LANG_rust: return str_contains(text, STR("pub")) && str_contains(text, STR("use"));
    default: return false;
    }
}

bool entity_exports_fit(FileFacts *file, int32_t parent)
{
    const Join *join = &file->entity->query->exports;
    if (!join->asked || own_fit(file, join, parent)) return true;
    if (parent >= 0 || !may_pass_on(file)) return false;
    file->out->exports_open = true;
    return true;
}

static void remove_first(FileWork *work)
{
    size_t kept = 0;
    for (size_t i = 0; i < work->expansion_count; i++) {
        if (!work->expansions[i].owner) continue;
        work->expansions[kept] = work->expansions[i];
        work->expansions[kept++].owner--;
    }
    work->expansion_count = kept;
    work->findings++;
    work->defs++;
    work->total = --work->count;
}

static bool is_written_twice(const NameImport *import)
{
    return import->alias.len && str_eq(import->alias, import->name);
}

// Whether others are meant to take this name from the file. A package offers what it imports,
// unless it has __all__.
static bool passes_on(Arena *arena, const WorldFile *file, const NameBinding *binding)
{
    if (binding->scope) return false;
    if (binding->kind == BIND_EXPORT) return true;
    if (binding->kind != BIND_IMPORT && binding->kind != BIND_STAR) return false;
    const NameImport *import = &file->names.imports[binding->target - 1];
    if (file->lang != LANG_python) return import->flags & IMPORT_EXPORTED;
    Listed listed = python_lists(arena, file->text, binding->name);
    if (listed == NO_LIST) return is_package(file->path) || is_written_twice(import);
    return listed == LISTED || binding->kind == BIND_STAR; // which of its names are listed is asked
}

typedef struct Offers { // one run
    Entity *entity;
    World *world;
    Resolver *resolver;
    Arena *arena;
    size_t stars; // modules whose import * was not followed
} Offers;

// What is exported as a whole is known by its own name: module.exports = a, export default a.
static bool is_unnamed(Str name)
{
    return str_eq(name, STR("export=")) || str_eq(name, STR("default"));
}

// Whether `name` stands for such a definition; unless it is that name, by its own one.
static bool means_it(Offers *offers, WorldFile *file, Str name, bool named)
{
    const Join *join = &offers->entity->query->exports;
    Resolved found;
    resolve_export(offers->resolver, file, name, &found);
    if (found.certainty != CERTAINTY_EXACT && found.certainty != CERTAINTY_LIKELY) return false;
    for (uint32_t i = 0; i < found.count; i++) {
        const WorldFile *of = world_file(offers->world, found.targets[i].file);
        if (!of) continue;
        const Def *def = &of->facts.defs[found.targets[i].def];
        if (!(entity_kind_mask(join->kind) >> def->kind & 1)) continue;
        if (named || name_takes(join->name, def->name)) return true;
    }
    return false;
}

static bool offers_it(Offers *offers, WorldFile *file)
{
    Str wanted = offers->entity->query->exports.name;
    bool star = false;
    for (uint32_t i = 0; i < file->names.binding_count; i++) {
        const NameBinding *binding = &file->names.bindings[i];
        bool all = binding->kind == BIND_STAR;
        bool named = !wanted.len || name_takes(wanted, binding->name);
        if (!all && !named && !is_unnamed(binding->name)) continue;
        if (!passes_on(offers->arena, file, binding)) continue;
        star = star || all;
        if (!all && means_it(offers, file, binding->name, named)) return true;
    }
    if (!star) return false;
    bool exact = wanted.len && !name_is_glob(wanted);
    bool listed = file->lang != LANG_python || !exact ||
                  python_lists(offers->arena, file->text, wanted) != NOT_LISTED;
    offers->stars += !exact;
    return exact && listed && means_it(offers, file, wanted, true);
}

static void tell_stars(const Offers *offers)
{
    if (!offers->stars) return;
    Str limit = str_format(offers->arena,
                           "%zu modules offer all names of others (import *): followed when "
                           "exports= has an exact name",
                           offers->stars);
    VEC_PUSH(offers->arena, &offers->entity->limits, limit);
}

void entity_keep_exports(Entity *entity, FileWork *work)
{
    Arena *arena = entity->cx->arena;
    Offers offers = {.entity = entity, .arena = arena};
    Corpus corpus;
    for (size_t i = 0; i < entity->files.len; i++) {
        if (!work[i].exports_open || !work[i].count) continue;
        if (!offers.world) {
            refresh_corpus(entity->cx, &entity->view, &corpus);
            offers.world = world_new(entity->cx, &entity->workspace, &entity->view, &corpus,
                                     entity->env->grammars);
            offers.resolver = resolver_new(offers.world, entity->cx);
        }
        uint32_t number = world_find(offers.world, entity->files.items[i].path);
        WorldFile *file = number == WORLD_NONE ? NULL : world_file(offers.world, number);
        if (file && offers_it(&offers, file)) continue;
        // The file's own finding is the first; namespaces in it are behind it.
        remove_first(&work[i]);
    }
    tell_stars(&offers);
    world_free(offers.world);
}
