// door/mcp/host.c
//
// DESIGN. A place is made under the lock, opened by the first request that needs it, outside of the
// lock, while others that want the same wait for it; then it is frozen. What failed to open is
// tried again by the next request: settings may have been corrected. Places go when the host does.
#include "door/mcp/host.h"

#include "index/git_head.h"

enum { MOST_PLACES = 32 };

typedef enum PlaceState { PLACE_CLOSED, PLACE_OPENING, PLACE_OPEN } PlaceState;

typedef struct Place {
    McpWorkspaces *all;
    Str root; // as asked for; empty: the default
    // guarded by all->mutex
    PlaceState state;
    // frozen once open
    Context *context;
} Place;

struct McpWorkspaces {
    const ContextSpec *spec;
    Arena arena; // guarded by mutex
    Mutex mutex;
    Cond opened;
    // guarded by mutex
    Place *places[MOST_PLACES];
    size_t count;
};

McpWorkspaces *mcp_workspaces_new(const ContextSpec *spec)
{
    McpWorkspaces *all = mem_alloc(sizeof *all);
    all->spec = spec;
    mutex_init(&all->mutex, RANK_APP);
    cond_init(&all->opened);
    return all;
}

void mcp_workspaces_free(McpWorkspaces *all)
{
    if (!all) return;
    for (size_t i = 0; i < all->count; i++) context_free(all->places[i]->context);
    arena_fini(&all->arena);
    cond_fini(&all->opened);
    mutex_fini(&all->mutex);
    mem_free(all);
}

static Place *find_locked(McpWorkspaces *all, Str root)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->places[i]->root, root)) return all->places[i];
    if (all->count == MOST_PLACES) return NULL;
    Place *place = ARENA_NEW(&all->arena, Place);
    *place = (Place){.all = all, .root = str_copy(&all->arena, root)};
    all->places[all->count++] = place;
    return place;
}

// The whole disk, or all that somebody has, is hardly what was meant: clients that start servers
// for no folder in particular do so in one of these.
static Fail check_default_root(Ctx *cx)
{
    Str here;
    TRY(os_working_dir(cx, &here));
    if (!str_eq(here, STR("/")) && !str_eq(here, os_env("HOME"))) return NULL;
    return FAIL(cx->arena, BAD_REQUEST,
                "no workspace is chosen, and the working folder is " STR_FMT
                "; start cq mcp with --root DIR, or in the folder of the project",
                STR_ARG(here));
}

static Fail open_context(Ctx *cx, const McpWorkspaces *all, Str root, Context **out)
{
    ContextSpec spec = *all->spec;
    if (root.len) spec.root = root;
    if (!spec.root.len) TRY(check_default_root(cx));
    return context_open(cx, &spec, out);
}

// Waits while another request opens it. False: this one is to open it.
static bool wait_locked(Place *place)
{
    while (place->state == PLACE_OPENING) cond_wait(&place->all->opened, &place->all->mutex);
    if (place->state == PLACE_OPEN) return true;
    place->state = PLACE_OPENING;
    return false;
}

static Fail open_place(Ctx *cx, void *self, Str root, void **out)
{
    McpWorkspaces *all = self;
    mutex_lock(&all->mutex);
    Place *place = find_locked(all, root);
    bool open = place && wait_locked(place);
    mutex_unlock(&all->mutex);
    *out = place;
    if (open) return NULL;
    if (!place)
        return FAIL(cx->arena, TOO_LARGE, "a server holds %d workspaces at most", MOST_PLACES);
    Context *context = NULL;
    Fail fail = open_context(cx, all, root, &context);
    mutex_lock(&all->mutex);
    place->context = context;
    place->state = fail ? PLACE_CLOSED : PLACE_OPEN;
    cond_broadcast(&all->opened);
    mutex_unlock(&all->mutex);
    return fail;
}

static Fail ask_place(Ctx *cx, void *self, Str op, const Json *arguments, Asked *out)
{
    const Place *place = self;
    Ctx inside = context_request(place->context, cx->arena, cx->cancel);
    inside.progress = cx->progress;
    inside.request_id = cx->request_id;
    inside.session = cx->session;
    return ask(&inside, place->context, op, arguments, out);
}

void mcp_where(Ctx *cx, Str root, bool dirty, McpWhere *out)
{
    Workspace workspace;
    GitHead head = {0};
    GitDirty counts = {0};
    *out = (McpWhere){.root = root};
    if (workspace_open(cx, root, !root.len, &workspace)) return;
    out->root = workspace.root;
    if (workspace.git && !git_head(cx, &workspace, &head)) {
        out->commit = head.commit;
        out->branch = head.branch;
        out->dirty_known = dirty && !git_dirty(cx, &workspace, &counts);
        out->changed = counts.changed;
        out->untracked = counts.untracked;
    }
    workspace_close(&workspace);
}

static void where(Ctx *cx, void *self, bool dirty, McpWhere *out)
{
    const Place *place = self;
    mcp_where(cx, place->root.len ? place->root : place->all->spec->root, dirty, out);
}

McpHost mcp_workspaces_host(McpWorkspaces *all, Pool *pool)
{
    return (McpHost){.self = all,
                     .pool = pool,
                     .open = open_place,
                     .ask = ask_place,
                     .where = where,
                     .fixed_root = all->spec->root.len > 0,
                     .roots_wait_ns = 2 * NS_PER_S};
}
