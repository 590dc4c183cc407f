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
