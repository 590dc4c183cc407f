// index/workspace.c - where the workspace begins and which git working tree it is in.
#include "index/git_command.h"
#include "index/git_config.h"
#include "index/git_dir.h"
#include "index/universe.h"

static Str parent_of(Str path)
{
    return str_sub(path, 0, MAX(str_find_last(path, '/'), (size_t)1));
}

// "dir" below "top" gives "sub/dir/"; false when it is not below.
static bool relative_to(Arena *arena, Str top, Str dir, Str *out)
{
    *out = STR_NONE;
    if (str_eq(top, dir)) return true;
    bool slash = str_ends(top, STR("/"));
    if (!str_starts(dir, top) || (!slash && dir.ptr[top.len] != '/')) return false;
    Str rest = str_sub(dir, top.len + (slash ? 0 : 1), dir.len);
    *out = str_format(arena, STR_FMT "/", STR_ARG(rest));
    return true;
}

// Is `dir` one of GIT_CEILING_DIRECTORIES? Those after an empty entry are not resolved, as in git.
static bool is_ceiling(Ctx *cx, Str dir)
{
    bool resolve = true;
    Str list = os_env("GIT_CEILING_DIRECTORIES");
    for (Str item; str_next(&list, ':', &item);) {
        Str real = item;
        if (!item.len) resolve = false;
        if (!item.len || item.ptr[0] != '/') continue;
        if (resolve) {
            Fail fail = os_real_path(cx, str_cstr(cx->arena, item), &real);
            if (fail) real = item;
        }
        while (real.len > 1 && real.ptr[real.len - 1] == '/') real.len--;
        if (str_eq(real, dir)) return true;
    }
    return false;
}

// May discovery go on above `dir`? *why is set when nobody can tell.
static bool may_leave(Ctx *cx, Str dir, Str *why)
{
    if (dir.len <= 1) return false;
    OsStat here, there;
    Str parent = parent_of(dir), across = os_env("GIT_DISCOVERY_ACROSS_FILESYSTEM");
    if (is_ceiling(cx, parent)) return false;
    if (across.len && !str_eq(across, STR("0")) && !str_eq_nocase(across, STR("false")))
        return true;
    Fail fail = os_stat(cx, OS_CWD, str_cstr(cx->arena, dir), OS_FOLLOW, &here);
    if (!fail) fail = os_stat(cx, OS_CWD, str_cstr(cx->arena, parent), OS_FOLLOW, &there);
    if (fail) *why = fail->detail;
    return !fail && here.device == there.device;
}

static void use(Workspace *out, Str top, Str git_dir, Str common_dir)
{
    out->git = true;
    out->top = top;
    out->git_dir = git_dir;
    out->common_dir = common_dir;
}

// The repository found at `top` may say that its working tree is elsewhere, or that it has none.
static void use_found(Ctx *cx, Str top, const GitDir *found, Workspace *out)
{
    GitFormat format;
    git_format_read(cx, found->own, found->common, &format);
    out->git_problem = format.doubt;
    if (format.bare) return;
    if (format.worktree.len) {
        bool absolute = format.worktree.ptr[0] == '/';
        Str path = absolute ? format.worktree
                            : str_format(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(found->own),
                                         STR_ARG(format.worktree));
        Fail fail = os_real_path(cx, str_cstr(cx->arena, path), &top);
        if (fail) {
            out->git_problem = fail->detail;
            return;
        }
    }
    use(out, top, found->own, found->common);
}

// What git itself says of the folder; for its environment variables, and for a .git that we
// cannot make sense of.
static void ask_git(Ctx *cx, Str start, Workspace *out)
{
    GitPlace place;
    Fail fail = git_command_place(cx, str_cstr(cx->arena, start), &place);
    if (!fail) {
        use(out, place.top, place.git_dir, place.common_dir);
        out->git_problem = STR_NONE;
    } else if (!out->git_problem.len) out->git_problem = fail->detail;
}

static void find_git(Ctx *cx, Str start, Workspace *out)
{
    if (os_env("GIT_DIR").ptr || os_env("GIT_WORK_TREE").ptr || os_env("GIT_COMMON_DIR").ptr) {
        ask_git(cx, start, out);
        return;
    }
    Str *why = &out->git_problem;
    for (Str dir = start;; dir = parent_of(dir)) {
        GitDir found;
        GitDirState state = git_dir_at(cx, dir, &found, why);
        if (state == GIT_DIR_FOUND) {
            use_found(cx, dir, &found, out);
            return;
        }
        if (state == GIT_DIR_NONE) state = git_dir_is(cx, dir, why);
        if (state == GIT_DIR_NONE && may_leave(cx, dir, why)) continue;
        if (why->len) ask_git(cx, start, out);
        return;
    }
}

static Fail start_folder(Ctx *cx, Str path, Str *out)
{
    OsStat info;
    const char *given = path.len ? str_cstr(cx->arena, path) : ".";
    if (path.len && memchr(path.ptr, '\0', path.len))
        return FAIL(cx->arena, BAD_REQUEST, "a path cannot hold a NUL byte");
    TRY(os_real_path(cx, given, out));
    TRY(os_stat(cx, OS_CWD, str_cstr(cx->arena, *out), OS_FOLLOW, &info));
    if (info.type != OS_DIR) *out = parent_of(*out);
    return NULL;
}

Fail workspace_open(Ctx *cx, Str path, bool to_top, Workspace *out)
{
    Workspace found = {.dir = OS_FILE_NONE};
    Str start = STR_NONE;
    TRY(start_folder(cx, path, &start));
    find_git(cx, start, &found);
    if (found.git && !relative_to(cx->arena, found.top, start, &found.prefix)) {
        found = (Workspace){.dir = OS_FILE_NONE};
        found.git_problem = STR("the git repository here has its working tree elsewhere");
    }
    Str index_file = os_env("GIT_INDEX_FILE");
    if (found.git && index_file.len && index_file.ptr[0] == '/') found.index_file = index_file;
    else if (found.git && index_file.len)
        found.index_file =
            str_format(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(found.top), STR_ARG(index_file));
    if (!found.git) found.top = start;
    if (to_top) found.prefix = STR_NONE;
    found.root = str_copy(cx->arena, to_top ? found.top : start);
    TRY(os_open(cx, OS_CWD, found.root.ptr, OS_FOLLOW, &found.dir));
    *out = found;
    return NULL;
}

void workspace_close(Workspace *workspace)
{
    if (workspace) os_close(&workspace->dir);
}

bool workspace_below(const Workspace *workspace, Str real, Str *out)
{
    Str root = workspace->root;
    *out = STR(".");
    if (str_eq(real, root)) return true;
    if (!str_starts(real, root)) return false;
    size_t slash = str_ends(root, STR("/")) ? root.len - 1 : root.len;
    if (real.ptr[slash] != '/') return false;
    *out = str_sub(real, slash + 1, real.len);
    return true;
}
