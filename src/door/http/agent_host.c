// door/http/agent_host.c - what a session asks of the server: its workspaces, each leased for as
// long as a request uses it, and operations on them, so many at once.
#include "base/clock.h"
#include "door/http/agents_.h"
#include "door/http/routes.h"

#define LOOK_NS (NS_PER_S / 20) // at the cancel flag, while others work

typedef struct Place {
    HttpAgents *agents;
    Live live;
} Place;

static Str root_of(const Live *live)
{
    return context_env(live_context(live))->root;
}

static Fail open_place(Ctx *cx, void *self, Str root, void **out)
{
    HttpAgents *agents = self;
    Sites *sites = agents->spec.sites;
    for (size_t i = 0; i < sites_count(sites); i++) {
        Live live;
        if (!sites_lease(sites, sites_name(sites, i), &live)) continue;
        if (str_eq(root_of(&live), root)) {
            Place *place = ARENA_NEW(cx->arena, Place);
            *place = (Place){agents, live};
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

static Fail begin_work(Ctx *cx, HttpAgents *agents)
{
    Fail fail = NULL;
    mutex_lock(&agents->mutex);
    while (agents->working >= agents->spec.most_working && !fail) {
        cond_wait_until(&agents->left, &agents->mutex, clock_now_ns() + LOOK_NS);
        fail = ctx_check(cx);
    }
    if (!fail) agents->working++;
    mutex_unlock(&agents->mutex);
    return fail;
}

static void end_work(HttpAgents *agents)
{
    mutex_lock(&agents->mutex);
    agents->working--;
    cond_signal(&agents->left);
    mutex_unlock(&agents->mutex);
}

static Fail ask_place(Ctx *cx, void *self, Str op, const Json *arguments, Asked *out)
{
    const Place *place = self;
    const Context *context = live_context(&place->live);
    Ctx inside = context_request(context, cx->arena, cx->cancel);
    inside.progress = cx->progress;
    inside.request_id = cx->request_id;
    inside.session = cx->session;
    TRY(begin_work(&inside, place->agents));
    Fail fail = ask(&inside, context, op, arguments, out);
    end_work(place->agents);
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
static Fail find_roots(Ctx *cx, HttpAgent *agent, Str workspace, StrList *out)
{
    Sites *sites = agent->agents->spec.sites;
    Str *roots = ARENA_ARRAY(&agent->arena, Str, sites_count(sites));
    size_t count = 0;
    for (size_t i = 0; i < sites_count(sites); i++) {
        Str name = sites_name(sites, i);
        if (workspace.len && !str_eq(workspace, name)) continue;
        Live live;
        if (!sites_lease(sites, name, &live)) continue;
        roots[count++] = str_copy(&agent->arena, root_of(&live));
        live_release(&live);
    }
    *out = (StrList){roots, count};
    if (count) return NULL;
    return FAIL(cx->arena, NOT_FOUND, "no workspace \"" STR_FMT "\" here; /capz lists them",
                STR_ARG(workspace));
}

Fail agent_host(Ctx *cx, HttpAgent *agent, const AgentWish *wish, McpHost *out)
{
    Str id = str_from(agent->id);
    *out = (McpHost){.self = agent->agents,
                     .pool = agent->agents->spec.pool,
                     .open = open_place,
                     .close = close_place,
                     .ask = wish->trusted ? ask_place : ask_harmless,
                     .where = where,
                     .fixed_root = true,
                     .session = wish->scope.len ? str_copy(&agent->arena, wish->scope) : id,
                     .in_place = true};
    return find_roots(cx, agent, wish->workspace, &out->roots);
}
