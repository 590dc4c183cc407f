// resolve/python.c - Python: packages, modules, and what needs no import.
//
// A file sees modules from the folder above its outermost package, as the interpreter would with
// that folder on sys.path; then from the root, src/ and lib/ of the workspace.
#include "resolve/langs.h"

static Str joined(Resolver *r, Str folder, Str name)
{
    if (!folder.len) return name;
    if (!name.len) return folder;
    return str_format(r->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));
}

static uint32_t find_with(Resolver *r, Str path, const char *end)
{
    return world_find(r->world, str_format(r->arena, STR_FMT "%s", STR_ARG(path), end));
}

static uint32_t package_file(Resolver *r, Str path)
{
    uint32_t file = find_with(r, path, path.len ? "/__init__.py" : "__init__.py");
    return file == WORLD_NONE ? find_with(r, path, "/__init__.pyi") : file;
}

// The module that lies at this path without an ending. `loose`: a plain folder is one, too.
static bool module_at(Resolver *r, Str path, bool loose, Value *out)
{
    uint32_t file = package_file(r, path);
    if (file == WORLD_NONE) file = find_with(r, path, ".py");
    if (file == WORLD_NONE) file = find_with(r, path, ".pyi");
    if (file != WORLD_NONE) {
        *out = (Value){.kind = VALUE_FILE, .file = file};
        return true;
    }
    if (!loose || !world_has_folder(r->world, path)) return false;
    *out = (Value){.kind = VALUE_FOLDER, .name = path};
    return true;
}

static Str up(Str folder)
{
    size_t at = str_find_last(folder, '/');
    return at < folder.len ? str_sub(folder, 0, at) : STR("");
}

static Str slashes(Resolver *r, Str dotted)
{
    char *out = arena_alloc(r->arena, dotted.len + 1);
    for (size_t i = 0; i < dotted.len; i++) out[i] = dotted.ptr[i] == '.' ? '/' : dotted.ptr[i];
    return (Str){out, dotted.len};
}

// The folder from which `first` (the first part of a module's name) is seen.
static bool find_root(Resolver *r, const WorldFile *file, Str first, bool loose, Str *root)
{
    Value value;
    Str top = file->folder;
    while (top.len && package_file(r, top) != WORLD_NONE) top = up(top);
    Str places[] = {top, STR(""), STR("src"), STR("lib")};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        *root = places[i];
        if (module_at(r, joined(r, places[i], first), loose, &value)) return true;
    }
    for (Str folder = file->folder; folder.len; folder = up(folder)) {
        *root = folder;
        if (package_file(r, folder) != WORLD_NONE) continue;
        if (module_at(r, joined(r, folder, first), loose, &value)) return true;
    }
    return false;
}

// A package of this name that lies somewhere else, when there is only one.
static bool find_elsewhere(Resolver *r, Str first, Str *root)
{
    size_t count, found = 0;
    const uint32_t *files = world_named(r->world, STR("__init__.py"), &count);
    for (size_t i = 0; i < count; i++) {
        Str folder = up(world_path(r->world, files[i]));
        size_t at = str_find_last(folder, '/');
        Str name = at < folder.len ? str_sub(folder, at + 1, SIZE_MAX) : folder;
        if (!str_eq(name, first) || package_file(r, up(folder)) != WORLD_NONE) continue;
        *root = up(folder);
        found++;
    }
    return found == 1;
}

// The path of a module without its ending. *sure: it is where the interpreter would look.
static bool module_path(Resolver *r, const WorldFile *file, Str module, Str *root, Str *path,
                        bool *sure)
{
    size_t dots = 0;
    while (dots < module.len && module.ptr[dots] == '.') dots++;
    Str rest = slashes(r, str_sub(module, dots, SIZE_MAX));
    *sure = true;
    *root = file->folder;
    if (dots) {
        for (size_t i = 1; i < dots; i++) *root = up(*root);
        *path = joined(r, *root, rest);
        return true;
    }
    Str first = str_sub(rest, 0, str_find(rest, '/'));
    if (!find_root(r, file, first, false, root) && !find_root(r, file, first, true, root)) {
        if (!find_elsewhere(r, first, root)) return false;
        *sure = false;
    }
    *path = joined(r, *root, rest);
    return true;
}

static void add_external(Resolver *r, const NameImport *import, Values *out)
{
    Str name = import->module;
    if (import->flags & IMPORT_PACKAGE) name = str_sub(name, 0, str_find(name, '.'));
    if (import->name.len)
        name = str_format(r->arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(import->name));
    values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
}

static void submodule(Resolver *r, const Value *module, Str name, Values *out)
{
    Str folder = module->name;
    if (module->kind == VALUE_FILE) {
        Str path = world_path(r->world, module->file);
        if (!str_ends(path, STR("__init__.py")) && !str_ends(path, STR("__init__.pyi"))) return;
        folder = up(path);
    }
    Value value;
    if (module_at(r, joined(r, folder, name), true, &value)) values_add(r, out, value);
}

static void import_module(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    Str root, path;
    bool sure;
    Value module;
    if (!module_path(r, file, import->module, &root, &path, &sure)) {
        add_external(r, import, out);
        return;
    }
    if (!sure) values_weaken(out, CERTAINTY_LIKELY, REASON_LAYOUT);
    if (import->flags & IMPORT_PACKAGE) {
        Str first = str_sub(import->module, 0, str_find(import->module, '.'));
        path = joined(r, root, first);
    }
    if (!module_at(r, path, true, &module)) return;
    if (!import->name.len) {
        values_add(r, out, module);
        return;
    }
    Values found = values_none(REASON_IMPORT);
    if (module.kind == VALUE_FILE && module.file != file->number) {
        WorldFile *other = world_file(r->world, module.file);
        if (other) found = lookup_export(r, other, import->name);
    }
    if (!found.count && !found.named_count) submodule(r, &module, import->name, &found);
    values_join(r, out, &found);
}

static const char *const builtins[] = {
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EncodingWarning",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "False",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "None",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "True",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__build_class__",
    "__debug__",
    "__doc__",
    "__file__",
    "__import__",
    "__loader__",
    "__name__",
    "__package__",
    "__path__",
    "__spec__",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "basestring",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "raw_input",
    "reload",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "unichr",
    "unicode",
    "vars",
    "xrange",
    "zip",
    NULL,
};

// d.get(k), xs.pop(): what an outside container holds.
static void outside_call(Resolver *r, const Values *base, Str name, Values *out)
{
    static const char *const items[] = {"get", "pop", "setdefault", "popleft"};
    for (uint32_t i = 0; i < base->count; i++)
        if (base->items[i].kind != VALUE_EXTERNAL || !base->items[i].item) return;
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        if (str_eq(name, str_from(items[i]))) *out = evaluate_items(r, base, LANG_python);
    if (str_eq(name, STR("values")) || str_eq(name, STR("copy"))) values_join(r, out, base);
}

const ResolveLang resolve_python = {
    .closed_types = true,
    .import = import_module,
    .submodule = submodule,
    .outside_call = outside_call,
    .builtins = builtins,
};
