// door/http/site_host.c
#include "door/http/site_host.h"

#include "base/clock.h"
#include "door/http/routes.h"

#define LOOK_NS (NS_PER_S / 20) // at the cancel flag, while others work

struct SiteHost {
    Sites *sites; // frozen
    Pool *pool;
    int64_t most_working;
    Mutex mutex;
    Cond left;       // an operation has ended
    int64_t working; // guarded by mutex
};

typedef struct Place {
    SiteHost *host;
    Live live;
} Place;

static Str root_of(const Live *live)
{
    return context_env(live_context(live))->root;
}

static Fail open_place(Ctx *cx, void *self, Str root, void **out)
{
    SiteHost *host = self;
    Sites *sites = host->sites;
    for (size_t i = 0; i < sites_count(sites); i++) {
        Live live;
        if (!sites_lease(sites, sites_name(sites, i), &live)) continue;
        if (str_eq(root_of(&live), root)) {
            Place *place = ARENA_NEW(cx->arena, Place);
            *place = (Place){host, live};
            *out = place;
            return NULL;
        }
        live_release(&live);
    }
    return FAIL(cx->arena, NOT_FOUND, STR_FMT " is no workspace of this server", STR_ARG(root));
}

static void close_place(void *self)
{
    Place *place = self;
    live_release(&place->live);
}

static Fail begin_work(Ctx *cx, SiteHost *host)
{
    Fail fail = NULL;
    mutex_lock(&host->mutex);
    while (host->working >= host->most_working && !fail) {
        cond_wait_until(&host->left, &host->mutex, clock_now_ns() + LOOK_NS);
        fail = ctx_check(cx);
    }
    if (!fail) host->working++;
    mutex_unlock(&host->mutex);
    return fail;
}

static void end_work(SiteHost *host)
{
    mutex_lock(&host->mutex);
    host->working--;
    cond_signal(&host->left);
    mutex_unlock(&host->mutex);
}

static Fail ask_place(Ctx *cx, void *self, Str op, const Json *arguments, Asked *out)
{
    const Place *place = self;
    const Context *context = live_context(&place->live);
    Ctx inside = context_request(context, cx->arena, cx->cancel);
    inside.progress = cx->progress;
    inside.request_id = cx->request_id;
    inside.session = cx->session;
    TRY(begin_work(&inside, place->host));
    Fail fail = ask(&inside, context, op, arguments, out);
    end_work(place->host);
    return fail;
}

static Fail check_harmless(Ctx *cx, Str name, const Json *arguments)
{
    const OpSpec *op = NULL;
    TRY(ask_find(cx, name, &op));
    void *args = arena_alloc(cx->arena, op->args_size);
    TRY(record_from_json(cx->arena, op->args, arguments, args));
    if (!route_op_is_admin(op, args)) return NULL;
    return FAIL(cx->arena, BAD_REQUEST,
                "this takes something from others: it needs the token of the server");
}

static Fail ask_harmless(Ctx *cx, void *place, Str op, const Json *arguments, Asked *out)
{
    TRY(check_harmless(cx, op, arguments));
    return ask_place(cx, place, op, arguments, out);
}

static void where(Ctx *cx, void *self, McpWhere *out)
{
    const Place *place = self;
    mcp_where(cx, root_of(&place->live), out);
}

// The roots of all workspaces, or of the one that was asked for.
static Fail find_roots(Ctx *cx, Sites *sites, Str workspace, Arena *arena, StrList *out)
{
    Str *roots = ARENA_ARRAY(arena, Str, sites_count(sites));
    size_t count = 0;
    for (size_t i = 0; i < sites_count(sites); i++) {
        Live live;
        Str name = sites_name(sites, i);
        if (workspace.len && !str_eq(workspace, name)) continue;
        if (!sites_lease(sites, name, &live)) continue;
        roots[count++] = str_copy(arena, root_of(&live));
        live_release(&live);
    }
    *out = (StrList){roots, count};
    if (count) return NULL;
    return FAIL(cx->arena, NOT_FOUND, "no workspace \"" STR_FMT "\" here; /capz lists them",
                STR_ARG(workspace));
}

Fail site_host_get(Ctx *cx, SiteHost *host, const SiteWish *wish, Arena *arena, McpHost *out)
{
    *out = (McpHost){.self = host,
                     .pool = host->pool,
                     .open = open_place,
                     .close = close_place,
                     .ask = wish->trusted ? ask_place : ask_harmless,
                     .where = where,
                     .fixed_root = wish->workspace.len > 0,
                     .roots_wait_ns = 2 * NS_PER_S};
    return find_roots(cx, host->sites, wish->workspace, arena, &out->roots);
}

SiteHost *site_host_new(Sites *sites, Pool *pool, int64_t most_working)
{
    SiteHost *host = mem_alloc(sizeof *host);
    host->sites = sites;
    host->pool = pool;
    host->most_working = most_working;
    mutex_init(&host->mutex, RANK_SERVICE);
    cond_init(&host->left);
    return host;
}

void site_host_free(SiteHost *host)
{
    if (!host) return;
    cond_fini(&host->left);
    mutex_fini(&host->mutex);
    mem_free(host);
}
