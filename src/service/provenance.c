// service/provenance.c
#include "service/provenance.h"

// --- answers

// git speaks of paths below the top of the working tree.
static Str as_shown(const Workspace *workspace, Str path)
{
    Str prefix = workspace->prefix;
    return str_starts(path, prefix) ? str_sub(path, prefix.len, path.len) : path;
}

// The folder of a repository within this one (a submodule, say) that the file is of; empty: none.
static Str inner_repository(Ctx *cx, const Workspace *workspace, Str path)
{
    OsStat info;
    size_t slash;
    while ((slash = str_find_last(path, '/')) < path.len) {
        path = str_sub(path, 0, slash);
        Str git = str_join(cx->arena, path, STR("/"), STR(".git"));
        if (!os_try_stat(workspace->dir, git.ptr, OS_NOFOLLOW, &info)) return path;
    }
    return STR_NONE;
}

// git says only that it finds nothing: why?
static Fail no_blame(Ctx *cx, const Workspace *workspace, const LineRef *where, Fail fail)
{
    enum { MOST_BYTES = 64 << 20 };
    Str text, inner = inner_repository(cx, workspace, where->path);
    if (inner.len)
        return FAIL(cx->arena, NOT_FOUND,
                    STR_FMT " is of another repository; name that: --root " STR_FMT,
                    STR_ARG(where->path), STR_ARG(inner));
    if (!where->first_line ||
        os_read_file(cx, workspace->dir, str_cstr(cx->arena, where->path), MOST_BYTES, &text))
        return fail;
    uint64_t lines = text.len && text.ptr[text.len - 1] != '\n';
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    if (where->first_line <= lines) return fail;
    return FAIL(cx->arena, NOT_FOUND, STR_FMT " has no line %u; its last one is %llu",
                STR_ARG(where->path), where->first_line, (unsigned long long)lines);
}

static Fail blame_in(Ctx *cx, const Env *env, const Workspace *workspace, Str what,
                     BlameAnswer *out)
{
    TRY(line_ref_read(cx, env, workspace, what, &out->where));
    const LineRef *where = &out->where;
    if (!where->is_file) return line_ref_no_file(cx, env, workspace, where);
    Fail fail = git_blame(cx, workspace, where->path, MAX(where->first_line, 1u), where->last_line,
                          &out->blame);
    bool nothing = fail && fail->kind == PROBLEM_NOT_FOUND;
    return nothing ? no_blame(cx, workspace, where, fail) : fail;
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
    if (!out->history.count && !where->is_there) return line_ref_no_file(cx, env, workspace, where);
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
