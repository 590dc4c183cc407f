// service/find_index.c
#include "service/find_index.h"

#include "base/clock.h"
#include "runtime/policy.h"

void find_index_spec(const Env *env, const Workspace *workspace, uint64_t max_file_bytes,
                     Str folder, RefreshSpec *out)
{
    *out = (RefreshSpec){.workspace = workspace,
                         .pool = env->pool,
                         .grammars = env->grammars,
                         .max_file_bytes = max_file_bytes};
    bool fits = max_file_bytes == FIND_INDEXED_FILE_BYTES;
    if (!fits || !env->policy->index.enabled) return;
    out->docs = env->cache;
    out->opened = env->opened;
    out->follow = env->follow;
    out->cache_dir = folder.len ? folder : env->policy->index.directory;
}

Fail find_index_build(Ctx *cx, const Env *env, const Workspace *workspace, uint64_t max_file_bytes,
                      FindIndex *out)
{
    RefreshSpec spec = {.workspace = workspace,
                        .pool = env->pool,
                        .grammars = env->grammars,
                        .max_file_bytes = max_file_bytes};
    int64_t start_ns = clock_now_ns();
    *out = (FindIndex){0};
    TRY(refresh_view(cx, &spec, REFRESH_MEMORY, &out->view));
    refresh_corpus(cx, &out->view, &out->corpus);
    for (size_t i = 0; i < out->view.part_count; i++)
        out->index_bytes += lexicon_bytes(out->view.parts[i].lexicon);
    out->build_ns = clock_now_ns() - start_ns;
    return NULL;
}
