// service/outline_places.c - from what the caller wrote to files.
#include "base/nearest.h"
#include "service/outline_.h"

static Str join(Arena *arena, Str folder, Str path)
{
    if (path.len && path.ptr[0] == '/') return path;
    const char *slash = str_ends(folder, STR("/")) ? "" : "/";
    return str_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(folder), slash, STR_ARG(path));
}

static Str folder_of(Str path)
{
    size_t slash = str_find_last(path, '/');
    if (slash == path.len) return STR(".");
    return slash ? str_sub(path, 0, slash) : STR("/");
}

static Str name_of(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash == path.len ? path : str_sub(path, slash + 1, path.len);
}

static void add_place(Places *places, Str real)
{
    Place place = {.shown = real, .dir = OS_CWD, .named = true};
    Str relative;
    if (workspace_below(&places->workspace, real, &relative)) {
        place.shown = str_copy(places->cx->arena, relative);
        place.dir = places->workspace.dir;
    }
    VEC_PUSH(places->cx->arena, &places->items, place);
}

static void add_failure(Places *places, Str shown, Fail fail)
{
    Place place = {.shown = shown, .dir = OS_FILE_NONE, .named = true, .fail = fail};
    VEC_PUSH(places->cx->arena, &places->items, place);
}

static void add_skipped(Places *places, const Universe *universe)
{
    for (size_t i = 0; i < universe->skipped_count; i++) {
        const SkippedFile *file = &universe->skipped[i];
        if (file->reason != SKIP_UNREADABLE) places->other++;
        else
            add_failure(places, file->path,
                        FAIL(places->cx->arena, IO, "cannot read " STR_FMT, STR_ARG(file->path)));
    }
}

static Fail add_folder(Places *places, Str real)
{
    Ctx *cx = places->cx;
    Universe universe;
    Str relative;
    if (!workspace_below(&places->workspace, real, &relative))
        return FAIL(cx->arena, BAD_REQUEST,
                    STR_FMT " is outside the workspace " STR_FMT "; name it with --root",
                    STR_ARG(real), STR_ARG(places->workspace.root));
    Selection selection = {.in = &relative, .in_count = str_eq(relative, STR(".")) ? 0 : 1};
    TRY(universe_list(cx, &places->workspace, &selection, places->env->pool, &universe));
    places->stopped = places->stopped || universe.stopped;
    add_skipped(places, &universe);
    for (size_t i = 0; i < universe.count; i++) {
        Place place = {.shown = universe.files[i].path, .dir = places->workspace.dir};
        VEC_PUSH(cx->arena, &places->items, place);
    }
    return NULL;
}

// The real path, but for a symlink as the last part of a file's name: that name is what is shown.
static Fail settle(Ctx *cx, Str path, OsType type, Str *real)
{
    if (type == OS_DIR) return os_real_path(cx, str_cstr(cx->arena, path), real);
    Str folder;
    TRY(os_real_path(cx, str_cstr(cx->arena, folder_of(path)), &folder));
    *real = join(cx->arena, folder, name_of(path));
    return NULL;
}

// Fails: BAD_REQUEST for a file that lies, or leads, outside the workspace.
static Fail check_confined(Places *places, Str path)
{
    Ctx *cx = places->cx;
    Str real, relative;
    TRY(os_real_path(cx, str_cstr(cx->arena, path), &real));
    if (workspace_below(&places->workspace, real, &relative)) return NULL;
    return FAIL(cx->arena, BAD_REQUEST, "\"" STR_FMT "\" is outside the workspace", STR_ARG(path));
}

static Fail add_existing(Places *places, Str path)
{
    Ctx *cx = places->cx;
    OsStat info;
    Str real;
    TRY(os_stat(cx, OS_CWD, str_cstr(cx->arena, path), OS_FOLLOW, &info));
    TRY(settle(cx, path, info.type, &real));
    if (info.type == OS_DIR) return add_folder(places, real);
    if (places->env->confined) TRY(check_confined(places, path));
    add_place(places, real);
    return NULL;
}

static Str nearest_sibling(Ctx *cx, Str path)
{
    OsFile dir = OS_FILE_NONE;
    OsEntry *entries = NULL;
    size_t count = 0;
    if (os_try_open(OS_CWD, str_cstr(cx->arena, folder_of(path)), OS_FOLLOW, &dir)) return STR_NONE;
    Fail fail = os_list(cx, dir, &entries, &count);
    os_close(&dir);
    Nearest nearest = nearest_to(name_of(path));
    for (size_t i = 0; !fail && i < count; i++) nearest_offer(&nearest, str_from(entries[i].name));
    return nearest.name;
}

// A file of that very name elsewhere in the workspace.
static Str namesake(Places *places, Str path)
{
    Universe universe;
    Selection all = {0};
    Fail fail = universe_list(places->cx, &places->workspace, &all, places->env->pool, &universe);
    for (size_t i = 0; !fail && i < universe.count; i++)
        if (str_eq(name_of(universe.files[i].path), name_of(path))) return universe.files[i].path;
    return STR_NONE;
}

// A server's clients are not told what lies outside the workspace.
static bool may_list(Places *places, Str folder)
{
    Str real, relative;
    if (!places->env->confined) return true;
    return !os_real_path(places->cx, str_cstr(places->cx->arena, folder), &real) &&
           workspace_below(&places->workspace, real, &relative);
}

static Fail not_found(Places *places, Str given, Str path)
{
    Arena *arena = places->cx->arena;
    Str near = STR_NONE, folder = folder_of(given);
    bool bare = str_eq(folder, STR(".")) && !str_starts(given, STR("./"));
    if (may_list(places, folder_of(path))) near = nearest_sibling(places->cx, path);
    if (!near.len) near = namesake(places, given);
    else if (!bare) near = join(arena, folder, near);
    if (!near.len)
        return FAIL(arena, NOT_FOUND, "no file or folder \"" STR_FMT "\"", STR_ARG(given));
    Fail fail =
        FAIL(arena, NOT_FOUND, "no file or folder \"" STR_FMT "\"; did you mean " STR_FMT "?",
             STR_ARG(given), STR_ARG(near));
    return problem_with_str(arena, fail, "nearest", near);
}

static Fail base_folder(Places *places, Str *out)
{
    Ctx *cx = places->cx;
    Str root = places->env->root;
    OsStat info;
    if (!root.len) return os_working_dir(cx, out);
    TRY(os_real_path(cx, str_cstr(cx->arena, root), out));
    TRY(os_stat(cx, OS_CWD, str_cstr(cx->arena, *out), OS_FOLLOW, &info));
    if (info.type != OS_DIR) *out = folder_of(*out);
    return NULL;
}

static Fail add_standard_input(Places *places)
{
    if (!places->env->stdin_allowed)
        return FAIL(places->cx->arena, BAD_REQUEST, "standard input cannot be read here");
    Place place = {.shown = STR("<stdin>"), .dir = OS_FILE_NONE, .named = true};
    VEC_PUSH(places->cx->arena, &places->items, place);
    return NULL;
}

static Fail add_path(Places *places, Str given)
{
    Ctx *cx = places->cx;
    Str base;
    if (!given.len) return FAIL(cx->arena, BAD_REQUEST, "a file name is empty");
    if (str_eq(given, STR("-"))) return add_standard_input(places);
    TRY(base_folder(places, &base));
    Str path = join(cx->arena, base, given);
    Fail fail = add_existing(places, path);
    if (!fail || fail->kind != PROBLEM_NOT_FOUND) return fail;
    Str other = join(cx->arena, places->workspace.root, given);
    if (!str_eq(other, path) && !add_existing(places, other)) return NULL;
    return not_found(places, given, path);
}

void places_add(Places *places, Str given)
{
    Fail fail = add_path(places, given);
    if (fail) add_failure(places, given, fail);
}
