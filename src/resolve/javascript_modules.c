// resolve/javascript_modules.c - which file a module of JavaScript or TypeScript is.
//
//   "./a", "../a"   beside the file: as written, with an ending, or its index
//   "name/part"     `paths` and `baseUrl` of the nearest tsconfig.json; then the packages of the
//                   workspace by the name in their package.json: `exports`, `main`, or their src/
//   all others      outside: node_modules, built-in modules
//
// What is found is kept for each folder and module.
#include "base/json.h"
#include "resolve/javascript.h"

enum { MOST_EXTENDS = 5, DEEPEST_CONDITION = 6 };

static Str joined(Resolver *r, Str folder, Str path)
{
    Str all = folder.len ? str_join(r->arena, folder, STR("/"), path) : path;
    char *out = arena_alloc(r->arena, all.len + 1);
    size_t len = 0;
    Str rest = all, part;
    while (str_next(&rest, '/', &part)) {
        if (!part.len || str_eq(part, STR("."))) continue;
        if (str_eq(part, STR(".."))) {
            size_t at = str_find_last((Str){out, len}, '/');
            len = at < len ? at : 0;
            continue;
        }
        if (len) out[len++] = '/';
        memcpy(out + len, part.ptr, part.len);
        len += part.len;
    }
    return (Str){out, len};
}

static Str up(Str folder)
{
    size_t at = str_find_last(folder, '/');
    return at < folder.len ? str_sub(folder, 0, at) : STR("");
}

static uint32_t find_with(Resolver *r, Str path, const char *end)
{
    return world_find(r->world, str_format(r->arena, STR_FMT "%s", STR_ARG(path), end));
}

static const char *const endings[] = {".ts",  ".tsx", ".d.ts", ".js", ".jsx",
                                      ".mjs", ".cjs", ".mts",  ".cts"};

// "./a.js" may be written for a.ts, which it is made from.
static uint32_t find_source(Resolver *r, Str path)
{
    static const char *const pairs[][2] = {{".js", ".ts"},   {".js", ".tsx"},  {".js", ".d.ts"},
                                           {".jsx", ".tsx"}, {".mjs", ".mts"}, {".cjs", ".cts"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        Str end = str_from(pairs[i][0]);
        if (!str_ends(path, end)) continue;
        uint32_t file = find_with(r, str_sub(path, 0, path.len - end.len), pairs[i][1]);
        if (file != WORLD_NONE) return file;
    }
    return WORLD_NONE;
}

static uint32_t find_main(Resolver *r, Str folder);

static uint32_t find_file(Resolver *r, Str path)
{
    uint32_t file = find_source(r, path);
    if (file == WORLD_NONE) file = world_find(r->world, path);
    for (size_t i = 0; i < ARRAY_LEN(endings) && file == WORLD_NONE; i++)
        file = find_with(r, path, endings[i]);
    return file;
}

static uint32_t find_index(Resolver *r, Str folder)
{
    return find_file(r, joined(r, folder, STR("index")));
}

static uint32_t find_path(Resolver *r, Str path)
{
    uint32_t file = find_file(r, path);
    if (file == WORLD_NONE) file = find_main(r, path);
    return file == WORLD_NONE ? find_index(r, path) : file;
}

// --- package.json

static Str json_text(const Json *object, const char *key)
{
    const Json *value = object ? json_get(object, str_from(key)) : NULL;
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

static const Json *read_json(Resolver *r, Str path)
{
    const Json *json = NULL;
    uint32_t file = world_find(r->world, path);
    if (file == WORLD_NONE) return NULL;
    Fail fail =
        json_parse(r->arena, js_without_comments(r->arena, world_text(r->world, file)), &json);
    return fail ? NULL : json;
}

static uint32_t find_target(Resolver *r, Str folder, Str target)
{
    if (!target.len) return WORLD_NONE;
    return find_file(r, joined(r, folder, target));
}

static uint32_t find_main(Resolver *r, Str folder)
{
    static const char *const keys[] = {"source", "main", "module", "types"};
    const Json *package = read_json(r, joined(r, folder, STR("package.json")));
    uint32_t file = WORLD_NONE;
    for (size_t i = 0; i < ARRAY_LEN(keys) && package && file == WORLD_NONE; i++)
        file = find_target(r, folder, json_text(package, keys[i]));
    return file;
}

// The first place under `exports`' conditions that there is.
static uint32_t find_condition(Resolver *r, Str folder, const Json *value, int depth)
{
    if (!value || depth > DEEPEST_CONDITION) return WORLD_NONE;
    if (value->kind == JK_STR) return find_target(r, folder, value->string);
    uint32_t file = WORLD_NONE;
    for (size_t i = 0; value->kind == JK_OBJECT && i < value->len && file == WORLD_NONE; i++)
        file = find_condition(r, folder, value->members[i].value, depth + 1);
    return file;
}

static uint32_t find_exported(Resolver *r, Str folder, const Json *package, Str part)
{
    const Json *exports = json_get(package, STR("exports"));
    if (!exports) return WORLD_NONE;
    Str key = part.len ? str_format(r->arena, "./" STR_FMT, STR_ARG(part)) : STR(".");
    const Json *own = json_get(exports, key);
    if (!own && !part.len) own = exports;
    return find_condition(r, folder, own, 0);
}

// Of what is built into another folder, what it is built from.
static uint32_t find_unbuilt(Resolver *r, Str folder, Str part)
{
    static const char *const sources[] = {"src", "lib", "source", ""};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        Str inner = joined(r, folder, str_from(sources[i]));
        uint32_t file = part.len ? find_path(r, joined(r, inner, part)) : find_index(r, inner);
        if (file != WORLD_NONE) return file;
    }
    return WORLD_NONE;
}

static bool splits_package(Str module, Str *name, Str *part)
{
    size_t end = str_find(module, '/');
    if (str_starts(module, STR("@")) && end < module.len)
        end += 1 + str_find(str_sub(module, end + 1, SIZE_MAX), '/');
    *name = str_sub(module, 0, end);
    *part = str_sub(module, end + 1, SIZE_MAX);
    return name->len > 0;
}

static uint32_t find_package(Resolver *r, Str module, bool *sure)
{
    Str name, part;
    size_t count;
    if (!splits_package(module, &name, &part)) return WORLD_NONE;
    const uint32_t *files = world_named(r->world, STR("package.json"), &count);
    for (size_t i = 0; i < count; i++) {
        Str path = world_path(r->world, files[i]), folder = up(path);
        if (!str_contains(world_text(r->world, files[i]), name)) continue;
        const Json *package = read_json(r, path);
        if (!package || !str_eq(json_text(package, "name"), name)) continue;
        uint32_t file = find_exported(r, folder, package, part);
        if (file == WORLD_NONE)
            file = part.len ? find_path(r, joined(r, folder, part)) : find_main(r, folder);
        if (file != WORLD_NONE) return file;
        *sure = false;
        return find_unbuilt(r, folder, part);
    }
    return WORLD_NONE;
}

// --- tsconfig.json

// `pattern` has at most one *; what stands for it goes into `target`.
static bool fits(Resolver *r, Str pattern, Str module, Str target, Str *out)
{
    size_t star = str_find(pattern, '*');
    Str head = str_sub(pattern, 0, star), tail = str_sub(pattern, star + 1, SIZE_MAX);
    if (star == pattern.len) {
        *out = target;
        return str_eq(pattern, module);
    }
    if (module.len < head.len + tail.len || !str_starts(module, head) || !str_ends(module, tail))
        return false;
    Str middle = str_sub(module, head.len, module.len - tail.len);
    size_t at = str_find(target, '*');
    *out = str_format(r->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_sub(target, 0, at)),
                      STR_ARG(middle), STR_ARG(str_sub(target, at + 1, SIZE_MAX)));
    return true;
}

static uint32_t find_in_paths(Resolver *r, const Json *paths, Str base, Str module)
{
    for (size_t i = 0; paths && paths->kind == JK_OBJECT && i < paths->len; i++) {
        const Json *targets = paths->members[i].value;
        for (size_t k = 0; targets->kind == JK_ARRAY && k < targets->len; k++) {
            Str place;
            if (targets->items[k]->kind != JK_STR) continue;
            if (!fits(r, paths->members[i].key, module, targets->items[k]->string, &place))
                continue;
            uint32_t file = find_path(r, joined(r, base, place));
            if (file != WORLD_NONE) return file;
        }
    }
    return WORLD_NONE;
}

static uint32_t find_configured(Resolver *r, Str folder, Str module)
{
    static const char *const names[] = {"tsconfig.json", "jsconfig.json"};
    Str path = STR_NONE;
    for (;; folder = up(folder)) {
        for (size_t i = 0; i < ARRAY_LEN(names) && !path.len; i++) {
            Str at = joined(r, folder, str_from(names[i]));
            if (world_find(r->world, at) != WORLD_NONE) path = at;
        }
        if (path.len || !folder.len) break;
    }
    for (int i = 0; i < MOST_EXTENDS && path.len; i++) {
        const Json *config = read_json(r, path);
        const Json *options = config ? json_get(config, STR("compilerOptions")) : NULL;
        Str base = json_text(options, "baseUrl"), from = joined(r, up(path), base);
        const Json *paths = options ? json_get(options, STR("paths")) : NULL;
        uint32_t file = find_in_paths(r, paths, from, module);
        if (file == WORLD_NONE && base.ptr) file = find_path(r, joined(r, from, module));
        if (file != WORLD_NONE) return file;
        Str more = json_text(config, "extends");
        if (!str_starts(more, STR("."))) break;
        path = joined(r, up(path), more);
        if (!str_ends(path, STR(".json")))
            path = str_format(r->arena, STR_FMT ".json", STR_ARG(path));
    }
    return WORLD_NONE;
}

// --- all of it

static uint32_t find_module(Resolver *r, const WorldFile *file, Str module, bool *sure)
{
    if (str_starts(module, STR("./")) || str_starts(module, STR("../")) ||
        str_eq(module, STR(".")) || str_eq(module, STR("..")))
        return find_path(r, joined(r, file->folder, module));
    if (str_starts(module, STR("node:")) || str_starts(module, STR("/"))) return WORLD_NONE;
    uint32_t found = find_configured(r, file->folder, module);
    return found == WORLD_NONE ? find_package(r, module, sure) : found;
}

uint32_t js_module(Resolver *r, const WorldFile *file, Str module, bool *sure)
{
    Str key = str_format(r->arena, STR_FMT "\n" STR_FMT, STR_ARG(file->folder), STR_ARG(module));
    uint64_t kept;
    if (!map_get(&r->modules, key, &kept)) {
        bool certain = true;
        uint32_t found = find_module(r, file, module, &certain);
        kept = (uint64_t)found << 1 | certain;
        map_put(r->arena, &r->modules, key, kept);
    }
    *sure = kept & 1;
    return (uint32_t)(kept >> 1);
}

// tsconfig.json has comments and commas behind the last member.
Str js_without_comments(Arena *arena, Str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        if (quoted && c == '\\' && next) {
            out[len++] = c;
            out[len++] = text.ptr[++i];
            continue;
        }
        if (c == '"') quoted = !quoted;
        if (!quoted && c == '/' && next == '/') {
            i += str_find(str_sub(text, i, SIZE_MAX), '\n');
        } else if (!quoted && c == '/' && next == '*') {
            i += 3;
            while (i < text.len && !(text.ptr[i - 1] == '*' && text.ptr[i] == '/')) i++;
        } else if (!quoted && (c == '}' || c == ']')) {
            size_t end = len;
            while (end && strchr(" \t\r\n", out[end - 1])) end--;
            if (end && out[end - 1] == ',') len = end - 1;
            out[len++] = c;
        } else {
            out[len++] = c;
        }
    }
    return (Str){out, len};
}
