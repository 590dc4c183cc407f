// door/http/agents.c
//
// DESIGN. A list of sessions under one mutex. Each counts its users: the list is one, each request
// another; the last one frees it, after what runs in it has ended. A session ends (agent_end) by
// leaving the list: then nobody finds it, its streams end, and its requests are cancelled, which
// their own handlers see. The requests of a session run within the handlers that brought them, so
// the server's lane bounds them; site_host.c lets only so many operations work at once, while the
// others wait where a cancellation reaches them.
// Locks: the mutex of all, or that of one session; both only to count streams, and the former
// first. None is held while the session of the protocol is called, which calls agent_send.
#include "door/http/agents_.h"

#include "base/clock.h"

enum { MOST_TENDED = 64 };

HttpAgents *agents_new(const AgentsSpec *spec)
{
    HttpAgents *agents = mem_alloc(sizeof *agents);
    agents->spec = *spec;
    mutex_init(&agents->mutex, RANK_SERVICE);
    return agents;
}

static void free_agent(HttpAgent *agent)
{
    mcp_session_free(agent->session);
    agent_free_streams(agent);
    cond_fini(&agent->changed);
    mutex_fini(&agent->mutex);
    arena_fini(&agent->arena);
    mem_free(agent);
}

static void release(HttpAgent *agent, bool used)
{
    HttpAgents *agents = agent->agents;
    mutex_lock(&agents->mutex);
    bool last = !--agent->users;
    if (used) agent->used_ns = clock_now_ns();
    mutex_unlock(&agents->mutex);
    if (last) free_agent(agent);
}

void agents_let_go(HttpAgent *agent)
{
    if (agent) release(agent, true);
}

void agents_free(HttpAgents *agents)
{
    if (!agents) return;
    while (agents->first) agent_end(agents->first);
    pool_drain(agents->spec.pool); // tasks of the sessions may go on for a moment
    mutex_fini(&agents->mutex);
    mem_free(agents);
}

// ---- their life

static Fail make_id(Ctx *cx, char *id)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[AGENT_ID_LEN / 2];
    TRY(os_random(cx, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++) {
        id[2 * i] = digits[bytes[i] >> 4];
        id[2 * i + 1] = digits[bytes[i] & 15];
    }
    return NULL;
}

static Fail build(Ctx *cx, HttpAgent *agent, const AgentWish *wish)
{
    McpHost host;
    agent->trusted = wish->trusted;
    TRY(make_id(cx, agent->id));
    const AgentsSpec *spec = &agent->agents->spec;
    Str scope = wish->scope.len ? str_copy(&agent->arena, wish->scope) : str_from(agent->id);
    TRY(spec->host(cx, spec->self, wish, &agent->arena, &host));
    host.session = scope;
    host.in_place = true;
    agent->session = mcp_session_new(&host, (McpSink){agent, agent_send});
    return NULL;
}

// The one that nobody has used for longest; NULL when all are in use.
static HttpAgent *idlest_locked(const HttpAgents *agents)
{
    HttpAgent *idlest = NULL;
    for (HttpAgent *at = agents->first; at; at = at->next)
        if (at->users == 1 && (!idlest || at->used_ns < idlest->used_ns)) idlest = at;
    return idlest;
}

// Takes it off the list; false when it was off already.
static bool unlink_locked(HttpAgents *agents, HttpAgent *agent)
{
    HttpAgent **at = &agents->first;
    while (*at && *at != agent) at = &(*at)->next;
    if (!*at) return false;
    *at = agent->next;
    agents->count--;
    return true;
}

static void end_unlinked(HttpAgent *agent)
{
    agent_close_streams(agent);
    mcp_session_cancel(agent->session, NULL);
    release(agent, false); // the list's
}

void agent_end(HttpAgent *agent)
{
    HttpAgents *agents = agent->agents;
    mutex_lock(&agents->mutex);
    bool listed = unlink_locked(agents, agent);
    mutex_unlock(&agents->mutex);
    if (listed) end_unlinked(agent);
}

// Puts it on the list. False when there is no room.
static bool enlist(HttpAgents *agents, HttpAgent *agent)
{
    HttpAgent *leaves = NULL;
    mutex_lock(&agents->mutex);
    if ((int64_t)agents->count >= agents->spec.most) leaves = idlest_locked(agents);
    if (leaves) unlink_locked(agents, leaves);
    bool room = (int64_t)agents->count < agents->spec.most && !agents->stopping;
    if (room) {
        agent->users = 2;
        agent->used_ns = clock_now_ns();
        agent->next = agents->first;
        agents->first = agent;
        agents->count++;
    }
    mutex_unlock(&agents->mutex);
    if (leaves) end_unlinked(leaves);
    return room;
}

Fail agents_open(Ctx *cx, HttpAgents *agents, const AgentWish *wish, HttpAgent **out)
{
    HttpAgent *agent = mem_alloc(sizeof *agent);
    agent->agents = agents;
    mutex_init(&agent->mutex, RANK_HTTP - 1);
    cond_init(&agent->changed);
    Fail fail = build(cx, agent, wish);
    if (!fail && !enlist(agents, agent))
        fail = FAIL(cx->arena, UNAVAILABLE, "all %lld sessions are in use",
                    (long long)agents->spec.most);
    if (fail) free_agent(agent);
    else *out = agent;
    return fail;
}

HttpAgent *agents_find(HttpAgents *agents, Str id)
{
    mutex_lock(&agents->mutex);
    HttpAgent *agent = agents->first;
    while (agent && !str_eq(str_from(agent->id), id)) agent = agent->next;
    if (agent) agent->users++;
    mutex_unlock(&agents->mutex);
    return agent;
}

bool agents_any(HttpAgents *agents)
{
    return agents_count(agents) > 0;
}

size_t agents_count(HttpAgents *agents)
{
    mutex_lock(&agents->mutex);
    size_t count = agents->count;
    mutex_unlock(&agents->mutex);
    return count;
}

size_t agents_streams(HttpAgents *agents)
{
    size_t count = 0;
    mutex_lock(&agents->mutex);
    for (HttpAgent *at = agents->first; at; at = at->next) count += agent_streams_read(at);
    mutex_unlock(&agents->mutex);
    return count;
}

Str agent_id(const HttpAgent *agent)
{
    return str_from(agent->id);
}

bool agent_trusted(const HttpAgent *agent)
{
    return agent->trusted;
}

bool agent_begun(HttpAgent *agent)
{
    Str revision = mcp_session_revision(agent->session);
    mutex_lock(&agent->mutex);
    agent->primed = str_cmp(revision, STR("2025-11-25")) >= 0;
    mutex_unlock(&agent->mutex);
    return revision.len > 0;
}

// ---- looking after them

// Some of the list, without the first `from`, each with one more user.
static size_t take_some(HttpAgents *agents, size_t from, HttpAgent **out)
{
    size_t count = 0, index = 0;
    mutex_lock(&agents->mutex);
    for (HttpAgent *at = agents->first; at && count < MOST_TENDED; at = at->next) {
        if (index++ < from) continue;
        at->users++;
        out[count++] = at;
    }
    mutex_unlock(&agents->mutex);
    return count;
}

static bool is_idle(HttpAgent *agent, int64_t now_ns)
{
    HttpAgents *agents = agent->agents;
    int64_t idle_ns = (int64_t)(agents->spec.idle_s * (double)NS_PER_S);
    mutex_lock(&agents->mutex);
    bool idle = agent->users == 2 && now_ns - agent->used_ns > idle_ns; // the list, and who asks
    mutex_unlock(&agents->mutex);
    return idle;
}

void agents_tend(HttpAgents *agents)
{
    HttpAgent *some[MOST_TENDED];
    int64_t now_ns = clock_now_ns();
    size_t from = 0, count;
    while ((count = take_some(agents, from, some))) {
        for (size_t i = 0; i < count; i++) {
            agent_tend_streams(some[i], now_ns);
            mcp_session_tick(some[i]->session);
            if (is_idle(some[i], now_ns)) agent_end(some[i]);
            release(some[i], false);
        }
        from += count;
    }
}

void agents_stop(HttpAgents *agents, bool at_once)
{
    HttpAgent *some[MOST_TENDED];
    size_t from = 0, count;
    mutex_lock(&agents->mutex);
    agents->stopping = true;
    mutex_unlock(&agents->mutex);
    while ((count = take_some(agents, from, some))) {
        for (size_t i = 0; i < count; i++) {
            agent_close_streams(some[i]);
            if (at_once) mcp_session_cancel(some[i]->session, NULL);
            release(some[i], false);
        }
        from += count;
    }
}
