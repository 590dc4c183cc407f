// index/git_dir.c
#include "index/git_dir.h"

enum { MOST_BYTES = 64 << 10 };

static const char *join(Ctx *cx, Str folder, const char *name)
{
    return str_format(cx->arena, STR_FMT "/%s", STR_ARG(folder), name).ptr;
}

// GIT_DIR_NONE when the file is not there, GIT_DIR_BROKEN when nobody can tell.
static GitDirState state_of(Fail fail)
{
    if (!fail) return GIT_DIR_FOUND;
    return fail->kind == PROBLEM_NOT_FOUND ? GIT_DIR_NONE : GIT_DIR_BROKEN;
}

static GitDirState find_dir(Ctx *cx, const char *path)
{
    OsStat info = {0};
    GitDirState state = state_of(os_stat(cx, OS_CWD, path, OS_FOLLOW, &info));
    return state == GIT_DIR_FOUND && info.type != OS_DIR ? GIT_DIR_NONE : state;
}

static bool is_hex(Str text, size_t least)
{
    size_t len = 0;
    while (len < text.len && strchr("0123456789abcdefABCDEF", text.ptr[len]) && text.ptr[len])
        len++;
    return len >= least;
}

static GitDirState find_head(Ctx *cx, Str git_dir)
{
    const char *path = join(cx, git_dir, "HEAD");
    OsStat info;
    Str text = STR_NONE;
    GitDirState state = state_of(os_stat(cx, OS_CWD, path, OS_NOFOLLOW, &info));
    if (state != GIT_DIR_FOUND) return state;
    if (info.type == OS_SYMLINK) return state; // as git made them once; the branch may be unborn
    state = state_of(os_read_file(cx, OS_CWD, path, MOST_BYTES, &text));
    if (state != GIT_DIR_FOUND) return state;
    Str branch = str_trim(str_sub(text, 4, text.len));
    bool valid =
        str_starts(text, STR("ref:")) ? str_starts(branch, STR("refs/")) : is_hex(text, 40);
    return valid ? state : GIT_DIR_NONE;
}

// The folder that a file such as "commondir" names, relative to `base`.
static Fail follow(Ctx *cx, Str base, Str text, Str *out)
{
    while (text.len && strchr("\r\n", text.ptr[text.len - 1])) text.len--;
    bool absolute = text.len && text.ptr[0] == '/';
    const char *path =
        absolute ? str_cstr(cx->arena, text) : join(cx, base, str_cstr(cx->arena, text));
    return os_real_path(cx, path, out);
}

// Is `git_dir` (absolute) a git folder? Fills `out`.
static GitDirState examine(Ctx *cx, Str git_dir, GitDir *out)
{
    Str text = STR_NONE, objects = os_env("GIT_OBJECT_DIRECTORY");
    *out = (GitDir){git_dir, git_dir};
    GitDirState state = find_head(cx, git_dir);
    if (state != GIT_DIR_FOUND) return state;
    state = state_of(os_read_file(cx, OS_CWD, join(cx, git_dir, "commondir"), MOST_BYTES, &text));
    if (state == GIT_DIR_FOUND) state = state_of(follow(cx, git_dir, text, &out->common));
    else if (state == GIT_DIR_NONE) state = GIT_DIR_FOUND;
    if (state == GIT_DIR_FOUND)
        state = find_dir(cx, objects.ptr ? objects.ptr : join(cx, out->common, "objects"));
    if (state == GIT_DIR_FOUND) state = find_dir(cx, join(cx, out->common, "refs"));
    return state;
}

static GitDirState broken(Ctx *cx, const char *path, const char *what, Str *why)
{
    *why = str_format(cx->arena, "%s %s", path, what);
    return GIT_DIR_BROKEN;
}

// ".git" is a file that names the git folder.
static GitDirState follow_file(Ctx *cx, Str folder, const char *path, GitDir *out, Str *why)
{
    Str text = STR_NONE, target = STR_NONE;
    Fail fail = os_read_file(cx, OS_CWD, path, MOST_BYTES, &text);
    if (fail) return broken(cx, path, "cannot be read", why);
    if (!str_starts(text, STR("gitdir: "))) return broken(cx, path, "names no git folder", why);
    GitDirState state = state_of(follow(cx, folder, str_sub(text, 8, text.len), &target));
    if (state == GIT_DIR_FOUND) state = examine(cx, target, out);
    if (state == GIT_DIR_FOUND) return state;
    return broken(cx, path, "names a git folder that is not there", why);
}

GitDirState git_dir_at(Ctx *cx, Str folder, GitDir *out, Str *why)
{
    const char *path = join(cx, folder, ".git");
    OsStat info = {0};
    Str target = STR_NONE;
    GitDirState state = state_of(os_stat(cx, OS_CWD, path, OS_FOLLOW, &info));
    if (state == GIT_DIR_FOUND && info.type == OS_REGULAR)
        return follow_file(cx, folder, path, out, why);
    if (state == GIT_DIR_FOUND && info.type != OS_DIR) return GIT_DIR_NONE;
    if (state == GIT_DIR_FOUND) state = state_of(os_real_path(cx, path, &target));
    if (state == GIT_DIR_FOUND) state = examine(cx, target, out);
    return state == GIT_DIR_BROKEN ? broken(cx, path, "cannot be examined", why) : state;
}

GitDirState git_dir_is(Ctx *cx, Str folder, Str *why)
{
    GitDir found;
    GitDirState state = examine(cx, folder, &found);
    const char *path = str_cstr(cx->arena, folder);
    return state == GIT_DIR_BROKEN ? broken(cx, path, "cannot be examined", why) : state;
}
