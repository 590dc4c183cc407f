// service/provenance.c
#include "service/provenance.h"

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
    TRY(line_ref_read(cx, env, workspace, what, &out->where));
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
    TRY(line_ref_read(cx, env, workspace, what, &out->where));
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
