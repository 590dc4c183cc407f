// index/select.c
#include "index/select.h"

#include <stdlib.h>

#include "base/nearest.h"
#include "base/vec.h"

Fail filter_init(Ctx *cx, const Selection *selection, Filter *out)
{
    *out = (Filter){.langs = selection->langs, .lang_count = selection->lang_count};
    for (size_t i = 0; i < selection->glob_count; i++)
        TRY(glob_add(cx->arena, &out->globs, selection->globs[i]));
    out->any_plain = glob_has_plain(&out->globs);
    return NULL;
}

bool filter_folder(const Filter *filter, Str path, Str name, bool *taken)
{
    if (!filter->globs.len) return true;
    GlobVerdict verdict = glob_match(&filter->globs, path, name, true);
    if (verdict == GLOB_NEGATED) return false;
    if (verdict == GLOB_MATCH) *taken = true;
    return *taken || glob_may_match_below(&filter->globs, path);
}

// Keeps what only the text can decide: files without an extension, and .h, C or C++.
static bool has_lang(const Filter *filter, Str path, Str name)
{
    size_t dot = str_find_last(name, '.');
    LangId lang = lang_detect(path, STR_NONE);
    bool header = lang == LANG_c && str_ends(name, STR(".h"));
    if (lang == LANG_NONE && (dot == 0 || dot == name.len)) return true;
    for (size_t i = 0; i < filter->lang_count; i++)
        if (filter->langs[i] == lang || (header && filter->langs[i] == LANG_cpp)) return true;
    return false;
}

bool filter_file(const Filter *filter, bool taken, Str path, Str name)
{
    if (filter->globs.len) {
        GlobVerdict verdict = glob_match(&filter->globs, path, name, false);
        if (verdict == GLOB_NEGATED || (verdict == GLOB_NONE && !taken)) return false;
    }
    return !filter->lang_count || has_lang(filter, path, name);
}

// --- from a list ---

typedef struct Above { // a folder on the way to the file at hand
    size_t len;        // of its path
    bool wanted, taken;
} Above;

typedef struct Chain { // the folders above a file, outermost first
    VEC(Above) folders;
    Str path; // of the file they are of
} Chain;

// Whether a walk would come to the file's folder, and with what taken. Files come sorted, so that
// most have the folders of the one before.
static Above above_of(Arena *arena, const Filter *filter, Chain *chain, Str path)
{
    size_t same = 0, at;
    while (same < path.len && same < chain->path.len && path.ptr[same] == chain->path.ptr[same])
        same++;
    size_t kept = 1;
    while (kept < chain->folders.len && chain->folders.items[kept].len < same) kept++;
    chain->folders.len = kept;
    for (at = chain->folders.items[kept - 1].len; at < path.len; at++) {
        Above up = chain->folders.items[chain->folders.len - 1];
        if (path.ptr[at] != '/' || at == up.len) continue;
        Str folder = str_sub(path, 0, at);
        Str name = up.len ? str_sub(folder, up.len + 1, at) : folder;
        up.len = at;
        up.wanted = up.wanted && filter_folder(filter, folder, name, &up.taken);
        VEC_PUSH(arena, &chain->folders, up);
    }
    chain->path = path;
    return chain->folders.items[chain->folders.len - 1];
}

static bool takes(Arena *arena, const Filter *filter, Chain *chain, Str path)
{
    Above above = above_of(arena, filter, chain, path);
    Str name = above.len ? str_sub(path, above.len + 1, path.len) : path;
    return above.wanted && filter_file(filter, above.taken, path, name);
}

// A folder that could not be read counts when a walk would come to it.
static bool takes_skipped(Arena *arena, const Filter *filter, Chain *chain, const SkippedFile *file)
{
    if (file->reason != SKIP_UNREADABLE) return takes(arena, filter, chain, file->path);
    Above above = above_of(arena, filter, chain, file->path);
    bool taken = above.taken;
    Str name = above.len ? str_sub(file->path, above.len + 1, file->path.len) : file->path;
    return above.wanted && (!file->path.len || filter_folder(filter, file->path, name, &taken));
}

static void chain_begin(Arena *arena, const Filter *filter, Chain *chain)
{
    *chain = (Chain){.path = STR("")};
    Above root = {.wanted = true, .taken = !filter->any_plain};
    VEC_PUSH(arena, &chain->folders, root);
}

Fail select_among(Ctx *cx, const Selection *selection, const Universe *all, Universe *out)
{
    Filter filter;
    Chain chain;
    *out = *all;
    if (!selection->glob_count && !selection->lang_count) return NULL;
    TRY(filter_init(cx, selection, &filter));
    UniverseFile *files = arena_alloc_raw(cx->arena, (all->count + 1) * sizeof *files);
    SkippedFile *skipped = ARENA_ARRAY(cx->arena, SkippedFile, all->skipped_count);
    out->files = files;
    out->skipped = skipped;
    out->count = out->skipped_count = 0;
    chain_begin(cx->arena, &filter, &chain);
    for (size_t i = 0; i < all->count; i++)
        if (takes(cx->arena, &filter, &chain, all->files[i].path))
            files[out->count++] = all->files[i];
    chain_begin(cx->arena, &filter, &chain);
    for (size_t i = 0; i < all->skipped_count; i++)
        if (takes_skipped(cx->arena, &filter, &chain, &all->skipped[i]))
            skipped[out->skipped_count++] = all->skipped[i];
    return NULL;
}

// --- where to begin ---

static int by_entry(const void *left, const void *right)
{
    return strcmp(((const OsEntry *)left)->name, ((const OsEntry *)right)->name);
}

// The name in the folder `path` that is nearest to `name`.
static Nearest nearest_in(Ctx *cx, const char *path, Str name)
{
    OsFile dir = OS_FILE_NONE;
    OsEntry *entries = NULL;
    size_t count = 0;
    Nearest nearest = nearest_to(name);
    Fail fail = os_open(cx, OS_CWD, path, OS_FOLLOW, &dir);
    if (!fail) fail = os_list(cx, dir, &entries, &count);
    os_close(&dir);
    if (fail || !count) return nearest;
    qsort(entries, count, sizeof *entries, by_entry);
    for (size_t i = 0; i < count; i++) nearest_offer(&nearest, str_from(entries[i].name));
    return nearest;
}

// Which part of `given` does not exist, and what is there instead?
Fail select_missing(Ctx *cx, const Workspace *workspace, Str in, Str given)
{
    Str real = STR_NONE, name = STR_NONE, root = workspace->root;
    while (given.len > 1) {
        while (given.len > 1 && given.ptr[given.len - 1] == '/') given.len--;
        size_t slash = str_find_last(given, '/');
        name = str_sub(given, slash + 1, given.len);
        given = str_sub(given, 0, MAX(slash, (size_t)1));
        if (!os_real_path(cx, str_cstr(cx->arena, given), &real)) break;
    }
    Nearest nearest = {0};
    Str folder = str_sub(real, root.len, real.len); // "" or "/sub", seen from the root
    if (real.len && str_starts(real, root)) nearest = nearest_in(cx, real.ptr, name);
    if (str_starts(folder, STR("/"))) folder = str_sub(folder, 1, folder.len);
    const char *prefix = folder.len ? str_format(cx->arena, STR_FMT "/", STR_ARG(folder)).ptr : "";
    Fail fail = FAIL(cx->arena, NOT_FOUND, "no file or folder \"" STR_FMT "\" in the workspace%s",
                     STR_ARG(in), nearest_phrase(cx->arena, &nearest, prefix));
    if (!nearest.name.len) return fail;
    Str path = str_format(cx->arena, "%s" STR_FMT, prefix, STR_ARG(nearest.name));
    return problem_with_str(cx->arena, fail, "nearest", path);
}

static bool names_git_folder(Str path)
{
    for (Str part; str_next(&path, '/', &part);)
        if (str_eq(part, STR(".git"))) return true;
    return false;
}

static Fail resolve(Ctx *cx, const Workspace *workspace, Str in, Target *out)
{
    Str root = workspace->root, real = STR_NONE;
    OsStat info;
    if (in.len && memchr(in.ptr, '\0', in.len))
        return FAIL(cx->arena, BAD_REQUEST, "a path cannot hold a NUL byte");
    bool absolute = in.len && in.ptr[0] == '/';
    Str given = absolute ? str_copy(cx->arena, in)
                         : str_format(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(root), STR_ARG(in));
    Fail fail = os_real_path(cx, given.ptr, &real);
    if (fail && fail->kind == PROBLEM_NOT_FOUND) return select_missing(cx, workspace, in, given);
    if (!fail) fail = os_stat(cx, OS_CWD, real.ptr, OS_NOFOLLOW, &info);
    if (fail) return fail;
    size_t skip = root.len > 1 ? root.len : 0;
    bool inside =
        str_starts(real, str_sub(root, 0, skip)) && (real.len == skip || real.ptr[skip] == '/');
    if (!inside)
        return FAIL(cx->arena, BAD_REQUEST,
                    "\"" STR_FMT "\" is outside the workspace " STR_FMT "; name a path inside it",
                    STR_ARG(in), STR_ARG(root));
    Str path = str_sub(real, MIN(skip + 1, real.len), real.len);
    if (names_git_folder(path))
        return FAIL(cx->arena, BAD_REQUEST,
                    "\"" STR_FMT "\" is inside git's own folder; it is never "
                    "searched",
                    STR_ARG(in));
    *out = (Target){.path = path, .type = info.type, .named = path.len > 0};
    return NULL;
}

static int by_path(const void *left, const void *right)
{
    return str_cmp(((const Target *)left)->path, ((const Target *)right)->path);
}

Fail select_targets(Ctx *cx, const Workspace *workspace, const Selection *selection,
                    const Target **out, size_t *count)
{
    size_t asked = MAX(selection->in_count, (size_t)1), kept = 0;
    Target *targets = ARENA_ARRAY(cx->arena, Target, asked);
    targets[0].type = OS_DIR;
    for (size_t i = 0; i < selection->in_count; i++)
        TRY(resolve(cx, workspace, selection->in[i], &targets[i]));
    qsort(targets, asked, sizeof *targets, by_path);
    for (size_t i = 0; i < asked; i++)
        if (!kept || !str_eq(targets[kept - 1].path, targets[i].path)) targets[kept++] = targets[i];
    *out = targets;
    *count = kept;
    return NULL;
}
