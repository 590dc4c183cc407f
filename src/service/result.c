// service/result.c
#include "service/result.h"

#include "index/universe.h"

void result_array_finding(const Result *result, size_t index, Finding *out)
{
    *out = ((const Finding *)result->data)[index];
}

Fail env_workspace(Ctx *cx, const Env *env, bool to_top, Workspace *out)
{
    bool as_search = to_top == !env->root.len;
    if (!env->workspace || !as_search) return workspace_open(cx, env->root, to_top, out);
    OsFile dir = OS_FILE_NONE;
    TRY(os_open(cx, OS_CWD, env->workspace->root.ptr, OS_FOLLOW, &dir));
    *out = *env->workspace;
    out->dir = dir;
    return NULL;
}

Fail env_places(Ctx *cx, const Env *env, Selection *selection)
{
    Str working_dir;
    OsStat info;
    if (env->root.len || !selection->in_count) return NULL;
    TRY(os_working_dir(cx, &working_dir));
    Str *in = ARENA_ARRAY(cx->arena, Str, selection->in_count);
    for (size_t i = 0; i < selection->in_count; i++) {
        Str path = selection->in[i];
        in[i] = path;
        if (!path.len || path.ptr[0] == '/') continue;
        if (!os_stat(cx, OS_CWD, str_cstr(cx->arena, path), OS_NOFOLLOW, &info))
            in[i] = str_format(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(working_dir), STR_ARG(path));
    }
    selection->in = in;
    return NULL;
}
