// resolve/go.c - Go: packages are folders; go.mod says what their paths begin with.
#include "resolve/langs.h"

static Str up(Str folder)
{
    size_t at = str_find_last(folder, '/');
    return at < folder.len ? str_sub(folder, 0, at) : STR("");
}

static Str joined(Resolver *r, Str folder, Str name)
{
    if (!folder.len) return name;
    if (!name.len) return folder;
    return str_format(r->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));
}

// --- packages

static Str package_of(Resolver *r, WorldFile *file)
{
    const NameNote *note = file_note(r, file, WORLD_NONE, NOTE_PACKAGE);
    return note && note->expr ? world_expr_text(file, note->expr) : STR_NONE;
}

// What the files of a folder bind a name to at the top. `package`: only those of that name; empty:
// any but the tests that import it.
static void in_folder(Resolver *r, Str folder, Str package, Str name, Values *out)
{
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    uint32_t last = WORLD_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = defs[i].file;
        if (number == last || world_lang(r->world, number) != LANG_go) continue;
        if (!str_eq(up(world_path(r->world, number)), folder)) continue;
        WorldFile *file = world_file(r->world, number);
        if (!file) continue;
        last = number;
        Str own = package_of(r, file);
        if (package.len ? !str_eq(own, package) : str_ends(own, STR("_test"))) continue;
        Values one = lookup_scope(r, file, 0, name);
        values_join(r, out, &one);
    }
}

static void unbound(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    (void)expr;
    *out = values_none(REASON_PACKAGE);
    in_folder(r, file->folder, package_of(r, file), name, out);
}

static void submodule(Resolver *r, const Value *module, Str name, Values *out)
{
    if (module->kind == VALUE_FOLDER) in_folder(r, module->name, STR_NONE, name, out);
}

// --- go.mod

// The path behind "module" in a go.mod.
static Str module_path(Str text)
{
    Str line;
    while (str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("module")) || line.len < 8) continue;
        Str path = str_trim(str_sub(line, 6, line.len));
        path = str_trim(str_sub(path, 0, str_find(path, '/') == 0 ? 0 : path.len));
        size_t end = 0;
        while (end < path.len && !strchr(" \t\r", path.ptr[end])) end++;
        path = str_sub(path, 0, end);
        if (path.len > 1 && path.ptr[0] == '"') path = str_sub(path, 1, path.len - 1);
        return path;
    }
    return STR_NONE;
}

// What is left of an import path behind the module's; false: it is not in that module.
static bool inside(Str path, Str module, Str *rest)
{
    if (!module.len || !str_starts(path, module)) return false;
    *rest = str_sub(path, module.len, path.len);
    if (!rest->len) return true;
    if (rest->ptr[0] != '/') return false;
    *rest = str_sub(*rest, 1, rest->len);
    return true;
}

// The folder of a package, by the go.mod with the longest path that is the beginning of its own.
static bool find_package(Resolver *r, const WorldFile *file, Str path, Str *folder)
{
    size_t count, longest = 0;
    const uint32_t *files = world_named(r->world, STR("go.mod"), &count);
    for (size_t i = 0; i < count; i++) {
        Str module = module_path(world_text(r->world, files[i])), rest;
        if (module.len <= longest || !inside(path, module, &rest)) continue;
        Str found = joined(r, up(world_path(r->world, files[i])), rest);
        if (found.len && !world_has_folder(r->world, found)) continue;
        *folder = found;
        longest = module.len;
    }
    if (longest) return true;
    for (Str at = file->folder;; at = up(at)) {
        *folder = joined(r, at, str_format(r->arena, "vendor/" STR_FMT, STR_ARG(path)));
        if (world_has_folder(r->world, *folder)) return true;
        if (!at.len) return false;
    }
}

static void import_package(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    Str folder;
    if (find_package(r, file, import->module, &folder))
        values_add(r, out, (Value){.kind = VALUE_FOLDER, .name = folder});
    else values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = import->module});
}

static const char *const builtins[] = {
    "any",   "append", "bool",   "byte",    "cap",     "clear",   "close", "comparable", "complex",
    "copy",  "delete", "error",  "false",   "float32", "float64", "imag",  "int",        "int16",
    "int32", "int64",  "int8",   "iota",    "len",     "make",    "max",   "min",        "new",
    "nil",   "panic",  "print",  "println", "real",    "recover", "rune",  "string",     "true",
    "uint",  "uint16", "uint32", "uint64",  "uint8",   "uintptr", NULL,
};

const ResolveLang resolve_go = {
    .outside_members = true,
    .order = ORDER_FIRST,
    .sealed_types = true,
    .static_types = true,
    .import = import_package,
    .unbound = unbound,
    .submodule = submodule,
    .builtins = builtins,
};
