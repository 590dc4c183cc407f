// resolve/rust.c - Rust: crates, modules, and paths through them.
//
// A module is a file (VALUE_FILE) or, inline, a definition (VALUE_DEF of DEF_MODULE). Crates of the
// workspace are found by the names in their Cargo.toml; what begins with another name is outside.
#include "resolve/langs.h"

enum { PATH_MOST_PARTS = 24 };

static Str up(Str folder)
{
    size_t at = str_find_last(folder, '/');
    return at < folder.len ? str_sub(folder, 0, at) : STR("");
}

static Str base_name(Str path)
{
    size_t at = str_find_last(path, '/');
    return at < path.len ? str_sub(path, at + 1, path.len) : path;
}

static Str joined(Resolver *r, Str folder, Str name)
{
    if (!folder.len) return name;
    return str_format(r->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));
}

// --- crates

// The value of `key` in section `section` of a Cargo.toml, without quotes.
static Str toml_value(Str text, const char *section, const char *key)
{
    Str line, wanted = str_from(section), name = str_from(key);
    bool inside = false;
    while (str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("["))) inside = str_eq(line, wanted);
        if (!inside || !str_starts(line, name)) continue;
        Str rest = str_trim(str_sub(line, name.len, line.len));
        if (!str_starts(rest, STR("="))) continue;
        rest = str_trim(str_sub(rest, 1, rest.len));
        if (rest.len < 2 || rest.ptr[0] != '"') return STR_NONE;
        rest = str_sub(rest, 1, rest.len);
        return str_sub(rest, 0, str_find(rest, '"'));
    }
    return STR_NONE;
}

// The folder of the crate that a file is in; false: of none.
static bool crate_folder(Resolver *r, const WorldFile *file, Str *folder)
{
    for (Str at = file->folder;; at = up(at)) {
        uint32_t toml = world_find(r->world, joined(r, at, STR("Cargo.toml")));
        if (toml != WORLD_NONE && toml_value(world_text(r->world, toml), "[package]", "name").len) {
            *folder = at;
            return true;
        }
        if (!at.len) return false;
    }
}

static uint32_t library_of(Resolver *r, Str folder, Str toml)
{
    Str path = toml_value(toml, "[lib]", "path");
    return world_find(r->world, joined(r, folder, path.len ? path : STR("src/lib.rs")));
}

// The file that `crate` means in this file; WORLD_NONE: not known.
static uint32_t crate_root(Resolver *r, const WorldFile *file)
{
    Str folder;
    if (!crate_folder(r, file, &folder)) return WORLD_NONE;
    Str rest = folder.len ? str_sub(file->path, folder.len + 1, SIZE_MAX) : file->path;
    Str place = str_sub(rest, 0, str_find(rest, '/'));
    bool own = str_eq(rest, STR("src/main.rs")) || str_starts(rest, STR("src/bin/")) ||
               str_eq(place, rest);
    if (own) return file->number;
    if (!str_eq(place, STR("src"))) { // tests/x.rs, tests/x/main.rs
        Str inner = str_sub(rest, place.len + 1, rest.len);
        if (str_find(inner, '/') == inner.len) return file->number;
        Str sub = joined(r, joined(r, folder, place), str_sub(inner, 0, str_find(inner, '/')));
        uint32_t main = world_find(r->world, joined(r, sub, STR("main.rs")));
        return main == WORLD_NONE ? file->number : main;
    }
    Str toml = world_text(r->world, world_find(r->world, joined(r, folder, STR("Cargo.toml"))));
    uint32_t root = library_of(r, folder, toml);
    return root == WORLD_NONE ? world_find(r->world, joined(r, folder, STR("src/main.rs"))) : root;
}

static Str crate_key(Resolver *r, Str name)
{
    return str_join(r->arena, STR("rust"), STR(":"), name);
}

static void read_crates(Resolver *r)
{
    size_t count;
    const uint32_t *files = world_named(r->world, STR("Cargo.toml"), &count);
    map_put(r->arena, &r->modules, STR("rust read"), 1);
    for (size_t i = 0; i < count; i++) {
        Str toml = world_text(r->world, files[i]);
        Str package = toml_value(toml, "[package]", "name");
        Str library = toml_value(toml, "[lib]", "name");
        uint32_t root = library_of(r, up(world_path(r->world, files[i])), toml);
        if (!package.len || root == WORLD_NONE) continue;
        Str name = str_copy(r->arena, library.len ? library : package);
        for (size_t k = 0; k < name.len; k++)
            if (name.ptr[k] == '-') ((char *)name.ptr)[k] = '_';
        map_put(r->arena, &r->modules, crate_key(r, name), (uint64_t)root + 1);
    }
}

// The library of the workspace that is called so.
static bool find_crate(Resolver *r, Str name, Value *out)
{
    uint64_t found;
    if (!map_get(&r->modules, STR("rust read"), NULL)) read_crates(r);
    if (!map_get(&r->modules, crate_key(r, name), &found)) return false;
    *out = (Value){.kind = VALUE_FILE, .file = (uint32_t)found - 1};
    return true;
}

// --- modules

static uint32_t module_scope(const WorldFile *file, uint32_t offset)
{
    uint32_t scope = names_scope_at(&file->names, offset);
    while (scope && file->names.scopes[scope].kind != SCOPE_MODULE)
        scope = file->names.scopes[scope].outer;
    return scope;
}

static uint32_t scope_around(const WorldFile *file, uint32_t scope)
{
    do scope = file->names.scopes[scope].outer;
    while (scope && file->names.scopes[scope].kind != SCOPE_MODULE);
    return scope;
}

static Value module_value(const WorldFile *file, uint32_t scope)
{
    uint32_t def = file->names.scopes[scope].def;
    if (!scope || !def) return (Value){.kind = VALUE_FILE, .file = file->number};
    return (Value){.kind = VALUE_DEF, .ref = {file->number, def - 1}};
}

// The folder that the modules declared in a file lie in.
static Str children_folder(Resolver *r, const WorldFile *file)
{
    Str name = base_name(file->path);
    bool top = str_eq(name, STR("mod.rs")) || str_eq(name, STR("lib.rs")) ||
               str_eq(name, STR("main.rs")) || crate_root(r, file) == file->number;
    if (top) return file->folder;
    return joined(r, file->folder, str_sub(name, 0, name.len - 3));
}

// The module that the file is, seen from outside: the one that declares it.
static bool parent_of_file(Resolver *r, const WorldFile *file, Value *out)
{
    Str name = base_name(file->path), folder = file->folder;
    bool top = str_eq(name, STR("mod.rs"));
    if (crate_root(r, file) == file->number) return false;
    Str places[4];
    size_t count = 0;
    if (top) {
        places[count++] = str_format(r->arena, STR_FMT ".rs", STR_ARG(up(folder)));
        folder = up(folder);
    }
    places[count++] = joined(r, folder, STR("mod.rs"));
    places[count++] = joined(r, folder, STR("lib.rs"));
    places[count++] = joined(r, folder, STR("main.rs"));
    if (!top || folder.len) {
        uint32_t beside =
            world_find(r->world, str_format(r->arena, STR_FMT ".rs", STR_ARG(folder)));
        if (beside != WORLD_NONE && beside != file->number) {
            *out = (Value){.kind = VALUE_FILE, .file = beside};
            return true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t found = world_find(r->world, places[i]);
        if (found == WORLD_NONE || found == file->number) continue;
        *out = (Value){.kind = VALUE_FILE, .file = found};
        return true;
    }
    return false;
}

static bool parent_of(Resolver *r, const Value *module, Value *out)
{
    if (module->kind == VALUE_FILE) {
        WorldFile *file = world_file(r->world, module->file);
        return file && parent_of_file(r, file, out);
    }
    if (module->kind != VALUE_DEF) return false;
    WorldFile *file = world_file(r->world, module->ref.file);
    uint32_t scope = file ? file->scope_of_def[module->ref.def] : WORLD_NONE;
    if (scope == WORLD_NONE) return false;
    *out = module_value(file, scope_around(file, scope));
    return true;
}

// #[path = "x.rs"] in front of `mod`.
static Str written_path(const WorldFile *file, uint32_t offset)
{
    enum { LOOK_BACK = 200 };
    uint32_t start = offset > LOOK_BACK ? offset - LOOK_BACK : 0;
    Str before = str_sub(file->text, start, offset);
    size_t from = before.len;
    while (from && !strchr(";}", before.ptr[from - 1])) from--;
    before = str_sub(before, from, before.len);
    for (size_t i = 0; i + 8 < before.len; i++) {
        Str rest = str_sub(before, i, before.len);
        if (!str_starts(rest, STR("path = \""))) continue;
        rest = str_sub(rest, 8, rest.len);
        return str_sub(rest, 0, str_find(rest, '"'));
    }
    return STR_NONE;
}

// mod x;
static void declared_module(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    Str folder = children_folder(r, file), written = written_path(file, import->span.start);
    Str inner[PATH_MOST_PARTS];
    size_t count = 0;
    for (uint32_t scope = module_scope(file, import->span.start); scope && count < PATH_MOST_PARTS;
         scope = scope_around(file, scope)) {
        uint32_t def = file->names.scopes[scope].def;
        if (def) inner[count++] = file->facts.defs[def - 1].name;
    }
    if (written.len && !count) folder = file->folder;
    while (count) folder = joined(r, folder, inner[--count]);
    Str path = joined(r, folder, written.len ? written : import->module);
    uint32_t found = world_find(r->world, path);
    if (found == WORLD_NONE)
        found = world_find(r->world, str_format(r->arena, STR_FMT ".rs", STR_ARG(path)));
    if (found == WORLD_NONE) found = world_find(r->world, joined(r, path, STR("mod.rs")));
    if (found != WORLD_NONE) values_add(r, out, (Value){.kind = VALUE_FILE, .file = found});
}

// --- paths

static Values one_value(Resolver *r, Value value)
{
    Values out = values_none(REASON_IMPORT);
    values_add(r, &out, value);
    return out;
}

// What the first part of a path in `use` means; `import` itself does not count.
static Values first_part(Resolver *r, WorldFile *file, uint32_t scope, const NameImport *import,
                         Str name)
{
    Value module = module_value(file, scope), value;
    if (str_eq(name, STR("self"))) return one_value(r, module);
    if (str_eq(name, STR("super")))
        return parent_of(r, &module, &value) ? one_value(r, value) : values_none(REASON_UNBOUND);
    if (str_eq(name, STR("crate"))) {
        uint32_t root = crate_root(r, file);
        return root == WORLD_NONE ? values_none(REASON_UNBOUND)
                                  : one_value(r, (Value){.kind = VALUE_FILE, .file = root});
    }
    uint32_t end, at = world_bound(file, scope, name, &end);
    for (; at < end; at++) {
        const NameBinding *binding = &file->names.bindings[file->bound[at]];
        bool itself = (binding->kind == BIND_IMPORT || binding->kind == BIND_STAR) &&
                      binding->target && &file->names.imports[binding->target - 1] == import;
        if (itself) continue;
        Values found = evaluate_binding(r, file, file->bound[at]);
        if (found.count) return found;
    }
    if (find_crate(r, name, &value)) return one_value(r, value);
    return one_value(r, (Value){.kind = VALUE_EXTERNAL, .name = name});
}

static const NameImport *original(const WorldFile *file, const NameImport *import)
{
    for (uint32_t i = 0; i < file->names.import_count; i++)
        if (file->names.imports[i].span.start == import->span.start) return &file->names.imports[i];
    return import;
}

static Str next_part(Str *path)
{
    size_t at = 0;
    while (at + 1 < path->len && !(path->ptr[at] == ':' && path->ptr[at + 1] == ':')) at++;
    bool last = at + 1 >= path->len;
    Str part = last ? *path : str_sub(*path, 0, at);
    *path = last ? STR_NONE : str_sub(*path, at + 2, path->len);
    return str_trim(part);
}

static void import_path(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    if (import->flags & IMPORT_PACKAGE) {
        declared_module(r, file, import, out);
        return;
    }
    uint32_t scope = module_scope(file, import->span.start);
    Str path = import->module;
    bool outside = str_starts(path, STR("::"));
    if (outside) path = str_sub(path, 2, path.len);
    Str first = next_part(&path);
    Value crate;
    Values found;
    if (outside && find_crate(r, first, &crate)) found = one_value(r, crate);
    else found = first_part(r, file, scope, original(file, import), first);
    while (path.len && found.count) found = member_of(r, &found, next_part(&path), LANG_rust);
    Str name = import->name;
    if (name.len && !str_eq(name, STR("*")) && found.count)
        found = member_of(r, &found, name, LANG_rust);
    values_join(r, out, &found);
}

static void submodule(Resolver *r, const Value *module, Str name, Values *out)
{
    Value parent;
    if (str_eq(name, STR("self"))) values_add(r, out, *module);
    else if (str_eq(name, STR("super")) && parent_of(r, module, &parent))
        values_add(r, out, parent);
}

static void root(Resolver *r, WorldFile *file, Values *out)
{
    uint32_t found = crate_root(r, file);
    if (found != WORLD_NONE) values_add(r, out, (Value){.kind = VALUE_FILE, .file = found});
}

// --- names that nothing in the file binds

static char behind(const WorldFile *file, uint32_t expr)
{
    uint32_t at = file->names.exprs[expr].span.end;
    while (at < file->text.len && strchr(" \t\r\n", file->text.ptr[at])) at++;
    return at < file->text.len ? file->text.ptr[at] : 0;
}

// macro_rules are seen in the whole crate, where they stand in front or are exported.
static void find_macro(Resolver *r, WorldFile *file, Str name, Values *out)
{
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    Values elsewhere = values_none(REASON_ONLY);
    uint32_t root_file = crate_root(r, file);
    for (size_t i = 0; i < count; i++) {
        WorldFile *other = world_lang(r->world, defs[i].file) == LANG_rust
                               ? world_file(r->world, defs[i].file)
                               : NULL;
        if (!other || other->facts.defs[defs[i].def].kind != DEF_MACRO) continue;
        bool own = crate_root(r, other) == root_file;
        Values *to = own ? out : &elsewhere;
        values_add(r, to, (Value){.kind = VALUE_DEF, .ref = defs[i]});
        values_name(r, to, defs[i]);
    }
    if (!out->count && elsewhere.count) {
        values_weaken(&elsewhere, CERTAINTY_LIKELY, REASON_ONLY);
        *out = elsewhere;
    }
}

static bool is_language_macro(Str name)
{
    static const char *const names[] = {"assert",
                                        "assert_eq",
                                        "assert_ne",
                                        "cfg",
                                        "column",
                                        "compile_error",
                                        "concat",
                                        "dbg",
                                        "debug_assert",
                                        "debug_assert_eq",
                                        "debug_assert_ne",
                                        "env",
                                        "eprint",
                                        "eprintln",
                                        "file",
                                        "format",
                                        "format_args",
                                        "include",
                                        "include_bytes",
                                        "include_str",
                                        "line",
                                        "matches",
                                        "module_path",
                                        "option_env",
                                        "panic",
                                        "print",
                                        "println",
                                        "stringify",
                                        "thread_local",
                                        "todo",
                                        "unimplemented",
                                        "unreachable",
                                        "vec",
                                        "write",
                                        "writeln",
                                        NULL};
    for (size_t i = 0; names[i]; i++)
        if (str_eq(name, str_from(names[i]))) return true;
    return false;
}

static void unbound(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    uint32_t scope = module_scope(file, file->names.exprs[expr].span.start);
    Value module = module_value(file, scope), value;
    *out = values_none(REASON_PACKAGE);
    char next = behind(file, expr);
    if (str_eq(name, STR("self"))) values_add(r, out, module);
    else if (str_eq(name, STR("Self"))) {
        *out =
            lookup_owner(r, file, names_scope_at(&file->names, file->names.exprs[expr].span.start));
    } else if (str_eq(name, STR("super"))) {
        if (parent_of(r, &module, &value)) values_add(r, out, value);
    } else if (next == '!') {
        if (is_language_macro(name))
            values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
        else find_macro(r, file, name, out);
    } else if (next == ':') {
        if (find_crate(r, name, &value)) values_add(r, out, value);
        else if (name.ptr[0] >= 'a' && name.ptr[0] <= 'z')
            values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
    }
}

// --- methods of several impls

// The impl that a method is in; -1: of none.
static int32_t impl_of(Resolver *r, DefRef method, WorldFile **file)
{
    *file = world_file(r->world, method.file);
    int32_t parent = *file ? (*file)->facts.defs[method.def].parent : -1;
    return parent >= 0 && (*file)->facts.defs[parent].kind == DEF_IMPL ? parent : -1;
}

static bool is_of_trait(Resolver *r, DefRef method)
{
    WorldFile *file;
    int32_t impl = impl_of(r, method, &file);
    return impl >= 0 && file_note(r, file, (uint32_t)impl, NOTE_TRAIT);
}

static Str impl_head(Resolver *r, DefRef method)
{
    WorldFile *file;
    int32_t impl = impl_of(r, method, &file);
    return impl < 0 ? STR_NONE : world_signature(r->world, file, (uint32_t)impl);
}

// A type's own methods hide those of its traits. What is left is one object where the heads of the
// impls are the same (#[cfg]); else the types of arguments tell, which are not looked at.
static void choose_method(Resolver *r, Values *found)
{
    Values own = values_none(found->reason);
    for (uint32_t i = 0; i < found->count; i++) {
        if (is_of_trait(r, found->items[i].ref)) continue;
        values_add(r, &own, found->items[i]);
        values_name(r, &own, found->items[i].ref);
    }
    if (own.count) *found = own;
    Str first = impl_head(r, found->items[0].ref);
    for (uint32_t i = 1; i < found->count; i++)
        if (!str_eq(impl_head(r, found->items[i].ref), first))
            values_weaken(found, CERTAINTY_LIKELY, REASON_SEVERAL);
}

// --- what calls of well-known methods give

static bool is_one_of(Str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_from(*list))) return true;
    return false;
}

static bool is_collection(Str name)
{
    static const char *const names[] = {"Vec",     "Option",   "Result",    "HashMap", "BTreeMap",
                                        "HashSet", "BTreeSet", "VecDeque",  "Poll",    "Iterator",
                                        "Stream",  "Future",   "(literal)", NULL};
    size_t at = str_find_last(name, '.');
    return is_one_of(at < name.len ? str_sub(name, at + 1, name.len) : name, names);
}

// A trait of the workspace that adds methods to types of others: StreamExt.
static bool is_extension(Resolver *r, Str name)
{
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (world_lang(r->world, defs[i].file) != LANG_rust) continue;
        const WorldFile *file = world_file(r->world, defs[i].file);
        int32_t parent = file ? file->facts.defs[defs[i].def].parent : -1;
        if (parent < 0 || file->facts.defs[parent].kind != DEF_TRAIT) continue;
        if (str_ends(file->facts.defs[parent].name, STR("Ext"))) return true;
    }
    return false;
}

// x.f of an outside type: that type may be a pointer or guard, and f be of what it holds; or f is
// of a trait that is implemented for all.
static void outside_member(Resolver *r, WorldFile *file, uint32_t expr, const Values *base,
                           Values *out)
{
    const NameExpr *use = &file->names.exprs[expr];
    if (!use->span.start || file->text.ptr[use->span.start - 1] == ':') return;
    Str name = names_text(use, file->text);
    for (uint32_t i = 0; i < base->count; i++) {
        const Value *value = &base->items[i];
        if (value->kind != VALUE_EXTERNAL || !value->item || is_collection(value->name)) continue;
        Values one = {.items = value, .count = 1, .certainty = base->certainty};
        Values held = evaluate_items(r, &one, LANG_rust);
        Values found = member_of(r, &held, name, LANG_rust);
        bool ours = found.named_count || (found.count && found.items[0].kind != VALUE_EXTERNAL);
        if (!ours) continue;
        *out = found;
        values_weaken(out, CERTAINTY_LIKELY, REASON_FIELD);
        return;
    }
    if (out->count && is_extension(r, name)) *out = values_none(REASON_IMPLEMENTS);
}

static void outside_call(Resolver *r, const Values *base, Str name, Values *out)
{
    static const char *const same[] = {
        "clone",      "to_owned", "as_ref",     "as_mut",   "as_deref", "as_deref_mut", "by_ref",
        "iter",       "iter_mut", "into_iter",  "drain",    "take",     "replace",      "borrow",
        "borrow_mut", "cloned",   "copied",     "ok",       "rev",      "skip",         "filter",
        "peekable",   "lock",     "read",       "write",    "get",      "get_mut",      "first",
        "last",       "pop",      "pop_front",  "pop_back", "next",     "peek",         "front",
        "back",       "values",   "values_mut", "chain",    "step_by",  "as_pin_mut",   "project",
        "load",       "ok_or",    "ok_or_else", "map_err",  "or",       "upgrade",      "downgrade",
        "try_lock",   "remove",   "find",       "nth",      NULL};
    static const char *const own[] = {"clone",  "to_owned",   "as_ref", "as_mut",
                                      "borrow", "borrow_mut", "by_ref", NULL};
    static const char *const item[] = {"unwrap",
                                       "expect",
                                       "unwrap_or",
                                       "unwrap_or_else",
                                       "unwrap_or_default",
                                       "unwrap_unchecked",
                                       "get_or_insert_with",
                                       NULL};
    bool known = false;
    if (is_one_of(name, item)) {
        *out = evaluate_items(r, base, LANG_rust);
        return;
    }
    known = is_one_of(name, same);
    for (uint32_t i = 0; known && i < base->count; i++) {
        bool ours = base->items[i].kind == VALUE_OBJECT;
        if (ours ? is_one_of(name, own) : base->items[i].item > 0)
            values_add(r, out, base->items[i]);
    }
    if (out->count) values_weaken(out, base->certainty, base->reason);
}

static const char *const builtins[] = {
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    "drop",
    NULL,
};

const ResolveLang resolve_rust = {
    .order = ORDER_LAST,
    .sealed_types = true,
    .members_apart = true,
    .macros_apart = true,
    .modules_apart = true,
    .outside_members = true,
    .choose_member = choose_method,
    .import = import_path,
    .outside_member = outside_member,
    .unbound = unbound,
    .submodule = submodule,
    .root = root,
    .outside_call = outside_call,
    .builtins = builtins,
};
