// resolve/includes.c - which files an #include brings in.
//
// Where the compiler looks (-I) is not known: a file is looked for next to the one that includes
// it, then by the end of its path anywhere in the workspace. The first is sure, and so is the only
// one; of several the nearest is taken, and then it is not.
#include "resolve/includes.h"

#include <stdlib.h>

enum { PATH_MOST_BYTES = 1024 };

typedef struct Include {
    uint32_t file;
    bool sure;
} Include;

typedef struct FileIncludes { // what FileWork.own keeps
    const Include *direct;
    uint32_t direct_count;
    bool knows_direct, knows_all, lost;
    const uint32_t *all; // ascending; file * 2 + sure
    uint32_t all_count;
} FileIncludes;

static FileIncludes *includes_of(Resolver *r, WorldFile *file)
{
    FileWork *work = file_work(r, file);
    if (!work->own) work->own = ARENA_NEW(r->arena, FileIncludes);
    return work->own;
}

// Headers of the C and C++ standards and of POSIX: files of these names in a workspace stand in
// for them on other systems.
static bool is_standard(Str path)
{
    static const char *const names[] = {
        // in order
        "assert.h",  "ctype.h",  "dirent.h", "dlfcn.h",     "errno.h",   "fcntl.h",     "float.h",
        "fnmatch.h", "getopt.h", "glob.h",   "grp.h",       "iconv.h",   "inttypes.h",  "libgen.h",
        "limits.h",  "locale.h", "malloc.h", "math.h",      "memory.h",  "netdb.h",     "poll.h",
        "pthread.h", "pwd.h",    "regex.h",  "sched.h",     "search.h",  "semaphore.h", "setjmp.h",
        "signal.h",  "spawn.h",  "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h",    "stdint.h",
        "stdio.h",   "stdlib.h", "string.h", "strings.h",   "syslog.h",  "termios.h",   "time.h",
        "unistd.h",  "utime.h",  "wchar.h",  "wctype.h"};
    for (size_t low = 0, high = ARRAY_LEN(names); low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(str_from(names[middle]), path);
        if (!order) return true;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return str_starts(path, STR("sys/")) || !str_contains(path, STR("."));
}

// folder/path without "." and ".."; false when that leads out of the workspace.
static bool joined(Str folder, Str path, char *room, Str *out)
{
    size_t len = 0;
    if (folder.len + path.len + 2 > PATH_MOST_BYTES) return false;
    if (folder.len) memcpy(room, folder.ptr, folder.len);
    len = folder.len;
    while (path.len) {
        size_t end = MIN(str_find(path, '/'), path.len);
        Str part = str_sub(path, 0, end);
        path = str_sub(path, end + 1, path.len);
        if (!part.len || str_eq(part, STR("."))) continue;
        if (str_eq(part, STR(".."))) {
            if (!len) return false;
            size_t at = str_find_last((Str){room, len}, '/');
            len = at < len ? at : 0;
            continue;
        }
        if (len) room[len++] = '/';
        memcpy(room + len, part.ptr, part.len);
        len += part.len;
    }
    *out = (Str){room, len};
    return len > 0;
}

static size_t common_folders(Str a, Str b)
{
    size_t count = 0;
    for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
        count += a.ptr[i] == '/';
    return count;
}

size_t includes_nearness(Str a, Str b)
{
    return common_folders(a, b);
}

static bool ends_path(Str path, Str end)
{
    if (!str_ends(path, end)) return false;
    return path.len == end.len || path.ptr[path.len - end.len - 1] == '/';
}

static Include found_by_end(Resolver *r, const WorldFile *file, Str module)
{
    while (str_starts(module, STR("../")) || str_starts(module, STR("./")))
        module = str_sub(module, str_find(module, '/') + 1, module.len);
    size_t slash = str_find_last(module, '/'), count;
    Str base = slash < module.len ? str_sub(module, slash + 1, module.len) : module;
    const uint32_t *files = world_named(r->world, base, &count);
    Include best = {.file = WORLD_NONE};
    size_t best_near = 0, found = 0;
    for (size_t i = 0; i < count; i++) {
        Str path = world_path(r->world, files[i]);
        if (!ends_path(path, module)) continue;
        size_t near = common_folders(file->path, path);
        bool better = !found || near > best_near ||
                      (near == best_near && path.len < world_path(r->world, best.file).len);
        found++;
        if (better) best.file = files[i], best_near = near;
    }
    best.sure = found == 1;
    return best;
}

static Include find_include(Resolver *r, const WorldFile *file, const NameImport *import)
{
    char room[PATH_MOST_BYTES];
    Str path;
    bool system = import->flags & IMPORT_SYSTEM;
    if (!system && joined(file->folder, import->module, room, &path)) {
        uint32_t there = world_find(r->world, path);
        if (there != WORLD_NONE) return (Include){.file = there, .sure = true};
    }
    if (system && is_standard(import->module)) return (Include){.file = WORLD_NONE};
    return found_by_end(r, file, import->module);
}

static const FileIncludes *direct_includes(Resolver *r, WorldFile *file)
{
    FileIncludes *own = includes_of(r, file);
    if (own->knows_direct) return own;
    own->knows_direct = true;
    VEC(Include) found = {0};
    for (uint32_t i = 0; i < file->names.import_count; i++) {
        Include include = find_include(r, file, &file->names.imports[i]);
        bool system = file->names.imports[i].flags & IMPORT_SYSTEM;
        if (include.file == WORLD_NONE) own->lost |= !system;
        else VEC_PUSH(r->arena, &found, include);
    }
    own->direct = found.items;
    own->direct_count = (uint32_t)found.len;
    return own;
}

uint32_t includes_file(Resolver *r, const WorldFile *file, const NameImport *import)
{
    return find_include(r, file, import).file;
}

// --- all of them, and what they include

typedef struct Spread {
    Resolver *r;
    Arena scratch;
    VEC(uint32_t) rows; // file * 2 + sure
    bool lost;
} Spread;

static void reach(Spread *s, uint32_t file, bool sure)
{
    Resolver *r = s->r;
    if (r->reached[file] == r->reach_round) return;
    r->reached[file] = r->reach_round;
    VEC_PUSH(&s->scratch, &s->rows, file * 2 + sure);
}

// What is reached by sure steps comes first, so that no doubt is left on it.
static void spread(Spread *s, bool sure)
{
    for (size_t i = 0; i < s->rows.len; i++) {
        WorldFile *file = world_file(s->r->world, s->rows.items[i] / 2);
        if (!file) continue;
        const FileIncludes *own = direct_includes(s->r, file);
        s->lost |= own->lost;
        for (uint32_t k = 0; k < own->direct_count; k++) {
            bool step = own->direct[k].sure && s->rows.items[i] % 2;
            if (step || !sure) reach(s, own->direct[k].file, step);
        }
    }
}

static int compare_rows(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static const FileIncludes *all_includes(Resolver *r, WorldFile *file)
{
    FileIncludes *own = includes_of(r, file);
    if (own->knows_all) return own;
    own->knows_all = true;
    Spread s = {.r = r};
    if (!r->reached) r->reached = ARENA_ARRAY(r->arena, uint32_t, world_file_count(r->world));
    r->reach_round++;
    reach(&s, file->number, true);
    spread(&s, true);
    spread(&s, false);
    qsort(s.rows.items, s.rows.len, sizeof *s.rows.items, compare_rows);
    Str rows = {(const char *)s.rows.items, s.rows.len * sizeof *s.rows.items};
    own->all = (const uint32_t *)(const void *)str_copy(r->arena, rows).ptr;
    own->all_count = (uint32_t)s.rows.len;
    own->lost |= s.lost;
    arena_fini(&s.scratch);
    return own;
}

bool includes_lost(Resolver *r, WorldFile *file)
{
    return all_includes(r, file)->lost;
}

static bool includes_directly(Resolver *r, WorldFile *file, uint32_t other)
{
    const FileIncludes *own = direct_includes(r, file);
    for (uint32_t i = 0; i < own->direct_count; i++)
        if (own->direct[i].file == other) return true;
    return false;
}

bool includes_is_included(Resolver *r, const WorldFile *file)
{
    size_t slash = str_find_last(file->path, '/'), count;
    Str base = slash < file->path.len ? str_sub(file->path, slash + 1, SIZE_MAX) : file->path;
    Str stem = str_sub(base, 0, str_find(base, '.'));
    const uint32_t *users = world_users(r->world, stem, &count);
    for (size_t i = 0; i < count; i++) {
        WorldFile *user = world_file(r->world, users[i]);
        if (user && user != file && includes_directly(r, user, file->number)) return true;
    }
    return false;
}

bool includes_sees(Resolver *r, WorldFile *file, uint32_t other, bool *sure)
{
    const FileIncludes *own = all_includes(r, file);
    uint32_t low = 0, high = own->all_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (own->all[middle] / 2 < other) low = middle + 1;
        else high = middle;
    }
    bool sees = low < own->all_count && own->all[low] / 2 == other;
    *sure = sees && own->all[low] % 2;
    return sees;
}
