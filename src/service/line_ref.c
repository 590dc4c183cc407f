// service/line_ref.c
#include "service/line_ref.h"

#include "index/select.h"

static bool take_line(Str s, uint32_t *out)
{
    int64_t number;
    if (!str_to_int(s, &number) || number < 1 || number > INT32_MAX) return false;
    *out = (uint32_t)number;
    return true;
}

// Cuts the lines off; text that only looks a little like lines is part of the name.
static void split_lines(Str *path, LineRef *out)
{
    size_t colon = str_find_last(*path, ':');
    if (colon == path->len || !colon) return;
    Str lines = str_sub(*path, colon + 1, path->len);
    size_t dash = str_find(lines, '-');
    uint32_t first = 0, last = 0;
    if (!take_line(str_sub(lines, 0, dash), &first)) return;
    if (dash == lines.len) last = first;
    else if (!take_line(str_sub(lines, dash + 1, lines.len), &last)) return;
    *path = str_sub(*path, 0, colon);
    out->first_line = first;
    out->last_line = last;
}

// --- a path of the workspace

// What is there, by its real path; *found tells.
static Fail settle(Ctx *cx, const Workspace *workspace, Str path, LineRef *out, bool *found)
{
    OsStat info;
    Str real;
    const char *name = str_cstr(cx->arena, path);
    *found = !os_stat(cx, OS_CWD, name, OS_FOLLOW, &info);
    if (!*found) return NULL;
    TRY(os_real_path(cx, name, &real));
    if (!workspace_below(workspace, real, &out->path))
        return FAIL(cx->arena, BAD_REQUEST,
                    STR_FMT " is outside the workspace " STR_FMT "; name that with --root",
                    STR_ARG(real), STR_ARG(workspace->root));
    out->is_there = true;
    out->is_file = info.type == OS_REGULAR;
    return NULL;
}

static Str in_folder(Arena *arena, Str folder, Str path)
{
    if (!folder.len || str_starts(path, STR("/"))) return path;
    return str_format(arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(path));
}

static Fail find_path(Ctx *cx, const Env *env, const Workspace *workspace, Str path, LineRef *out)
{
    bool found = false;
    out->path = path; // gone, perhaps: git may know it
    TRY(settle(cx, workspace, in_folder(cx->arena, env->root, path), out, &found));
    if (!found)
        TRY(settle(cx, workspace, in_folder(cx->arena, workspace->root, path), out, &found));
    return NULL;
}

Fail line_ref_no_file(Ctx *cx, const Env *env, const Workspace *workspace, const LineRef *where)
{
    Str folder = env->root;
    if (where->is_there)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is a folder; name a file",
                    STR_ARG(where->path));
    if (!folder.len) TRY(os_working_dir(cx, &folder));
    return select_missing(cx, workspace, where->path, in_folder(cx->arena, folder, where->path));
}

Fail line_ref_read(Ctx *cx, const Env *env, const Workspace *workspace, Str what, LineRef *out)
{
    *out = (LineRef){.root = workspace->root};
    if (!what.len)
        return FAIL(cx->arena, BAD_REQUEST, "the path is empty; . names the folder here");
    TRY(find_path(cx, env, workspace, what, out)); // the whole of it may be a name
    if (!out->is_file) {
        Str path = what;
        split_lines(&path, out);
        if (path.len < what.len) TRY(find_path(cx, env, workspace, path, out));
    }
    if (out->last_line < out->first_line)
        return FAIL(cx->arena, BAD_REQUEST, "the lines %u-%u end before they begin",
                    out->first_line, out->last_line);
    return out->first_line && !out->is_file ? line_ref_no_file(cx, env, workspace, out) : NULL;
}
