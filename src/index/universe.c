// index/universe.c - one listing: our own reading first, the git command where that is not enough.
#include "index/universe.h"

#include "base/log.h"
#include "index/walk.h"

const char *skip_name(SkipReason reason)
{
    static const char *const names[] = {
#define SKIP(id, name) name,
#include "index/skips.def"
#undef SKIP
    };
    return reason < SKIP_REASONS ? names[reason] : "?";
}

// Something only git knows: lists again by its word. Keeps the first list when git gives none.
static Fail list_again(Ctx *cx, WalkSpec *spec, Pool *pool, Str trouble, Universe *out)
{
    Universe second;
    WalkEnd end;
    log_event(cx, LOG_INFO, "universe.again", LOG_STR("reason", trouble));
    spec->by_command = true;
    TRY(walk_run(cx, spec, pool, &second, &end));
    if (!end.refused) *out = second;
    out->fallback_reason = str_join(cx->arena, trouble, STR("; "), second.fallback_reason);
    return NULL;
}

Fail universe_list(Ctx *cx, const Workspace *workspace, const Selection *selection, Pool *pool,
                   Universe *out)
{
    return universe_list_known(cx, workspace, selection, pool, NULL, false, out);
}

Fail universe_list_known(Ctx *cx, const Workspace *workspace, const Selection *selection,
                         Pool *pool, const FolderTable *known, bool keep, Universe *out)
{
    Filter filter;
    WalkEnd end;
    WalkSpec spec = {.workspace = workspace,
                     .selection = selection,
                     .filter = &filter,
                     .known = known && known->count ? known : NULL,
                     .keep = keep};
    Universe found;
    TRY(filter_init(cx, selection, &filter));
    TRY(select_targets(cx, workspace, selection, &spec.targets, &spec.target_count));
    TRY(walk_run(cx, &spec, pool, &found, &end));
    if (end.trouble.len && !found.stopped) TRY(list_again(cx, &spec, pool, end.trouble, &found));
    if (end.trouble.len) found.list_key = NULL;
    found.fallback_reason =
        str_join(cx->arena, workspace->git_problem, STR("; "), found.fallback_reason);
    *out = found;
    return NULL;
}

bool universe_list_key(Ctx *cx, const Workspace *workspace, Hash128 *out)
{
    return walk_key(cx, workspace, out);
}
