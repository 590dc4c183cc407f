// service/provenance.c
#include "service/provenance.h"

// --- PATH, PATH:LINE, PATH:FIRST-LAST

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

static Fail read_ref(Ctx *cx, const Env *env, const Workspace *workspace, Str what, LineRef *out)
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
    if (out->first_line && !out->is_file)
        return FAIL(cx->arena, NOT_FOUND, "there is no file " STR_FMT, STR_ARG(out->path));
    return NULL;
}

// --- answers

// git speaks of paths below the top of the working tree.
static Str as_shown(const Workspace *workspace, Str path)
{
    Str prefix = workspace->prefix;
    return str_starts(path, prefix) ? str_sub(path, prefix.len, path.len) : path;
}

static Fail blame_in(Ctx *cx, const Env *env, const Workspace *workspace, Str what,
                     BlameAnswer *out)
{
    TRY(read_ref(cx, env, workspace, what, &out->where));
    const LineRef *where = &out->where;
    if (!where->is_file)
        return FAIL(cx->arena, NOT_FOUND, "there is no file " STR_FMT, STR_ARG(what));
    return git_blame(cx, workspace, where->path, MAX(where->first_line, 1u), where->last_line,
                     &out->blame);
}

Fail provenance_blame(Ctx *cx, const Env *env, Str what, BlameAnswer *out)
{
    Workspace workspace;
    TRY(env_workspace(cx, env, !env->root.len, &workspace));
    Fail fail = blame_in(cx, env, &workspace, what, out);
    workspace_close(&workspace);
    return fail;
}

static Fail history_in(Ctx *cx, const Env *env, const Workspace *workspace, Str what, uint32_t most,
                       HistoryAnswer *out)
{
    TRY(read_ref(cx, env, workspace, what, &out->where));
    const LineRef *where = &out->where;
    HistoryQuery query = {.path = where->path,
                          .file = where->is_file,
                          .first_line = where->first_line,
                          .last_line = where->last_line,
                          .most = most};
    TRY(git_history(cx, workspace, &query, &out->history));
    for (size_t i = 0; i < out->history.count; i++) {
        const HistoryEntry *entry = &out->history.entries[i];
        HistoryChange *changes = ARENA_ARRAY(cx->arena, HistoryChange, entry->change_count);
        for (size_t k = 0; k < entry->change_count; k++) {
            changes[k] = entry->changes[k];
            changes[k].path = as_shown(workspace, changes[k].path);
            changes[k].was_path = as_shown(workspace, changes[k].was_path);
        }
        ((HistoryEntry *)(uintptr_t)entry)->changes = changes; // in our arena
    }
    return NULL;
}

Fail provenance_history(Ctx *cx, const Env *env, Str what, uint32_t most, HistoryAnswer *out)
{
    Workspace workspace;
    TRY(env_workspace(cx, env, !env->root.len, &workspace));
    Fail fail = history_in(cx, env, &workspace, what, most, out);
    workspace_close(&workspace);
    return fail;
}
