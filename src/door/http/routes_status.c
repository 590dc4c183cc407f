// door/http/routes_status.c - /readyz, /capz, /metrics: what the server is and whether it is well.
#include "app/ask.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/vec.h"
#include "base/version.h"
#include "door/http/agents.h"
#include "door/http/routes.h"
#include "door/http/runs.h"
#include "index/follow.h"
#include "runtime/cells.h"
#include "runtime/policy.h"

static const ServeApp *app_of(const HttpCall *call)
{
    return call_app(call);
}

// ---- readiness

// Cells that preload names must be ready; the others are built when they are needed.
static bool is_required(const Policy *policy, Str name)
{
    Str rest = policy->server.preload, item;
    while (str_next(&rest, ',', &item))
        if (str_eq(str_trim(item), name)) return true;
    return false;
}

static void write_error(JsonWriter *w, const char *key, Fail error)
{
    Arena *arena = w->out->arena;
    const Json *value = NULL;
    json_key(w, key);
    if (!error || json_parse(arena, problem_to_json(arena, error), &value)) json_write_null(w);
    else json_write(w, value);
}

static void write_cell(JsonWriter *w, const CellSnapshot *cell, bool required)
{
    const CellSpec *spec = cell->spec;
    json_begin_object(w);
    json_member_str(w, "name", str_from(spec->name));
    json_member_str(w, "init_state", str_from(cell_state_name(cell->state)));
    json_member_bool(w, "required", required);
    json_member_int(w, "generation", (int64_t)cell->generation);
    json_member_int(w, "leases", cell->leases);
    json_member_int(w, "waiters", cell->waiters);
    json_key(w, "limits");
    json_begin_object(w);
    json_member_int(w, "max_waiters", spec->max_waiters);
    json_member_int(w, "wait_timeout_ms", spec->wait_timeout_ms);
    json_member_int(w, "max_concurrency", spec->max_concurrency);
    json_member_int(w, "cooldown_ms", spec->cooldown_ms);
    json_member_int(w, "drain_ms", spec->drain_ms);
    json_end(w);
    json_key(w, "last_init_ms");
    json_write_real(w, (double)(cell->last_init_ns / 1000) / 1000);
    write_error(w, "last_error", cell->last_error);
    json_end(w);
}

// True when all that is required is ready.
static bool write_site(JsonWriter *w, const Live *live)
{
    const Env *env = context_env(live_context(live));
    CellSnapshot *cells = NULL;
    size_t count = 0;
    bool ready = true;
    cells_snapshot(w->out->arena, env->cells, &cells, &count);
    json_begin_array(w);
    for (size_t i = 0; i < count; i++) {
        bool required = is_required(env->policy, str_from(cells[i].spec->name));
        ready = ready && (!required || cells[i].state == CELL_READY);
        write_cell(w, &cells[i], required);
    }
    json_end(w);
    return ready;
}

// How changes of the files are noticed. Nothing here keeps a server from being ready.
static void write_watch(JsonWriter *w, const Live *live)
{
    FollowState state = follow_state(w->out->arena, context_env(live_context(live))->follow);
    json_begin_object(w);
    json_member_bool(w, "following", state.following);
    json_member_str(w, "why_not", state.why_not);
    json_member_int(w, "folders", (int64_t)state.folders);
    json_end(w);
}

static void write_each(JsonWriter *w, Sites *sites, const char *key,
                       void (*add)(JsonWriter *w, const Live *live))
{
    json_key(w, key);
    json_begin_object(w);
    for (size_t i = 0; i < sites_count(sites); i++) {
        Live live;
        if (!sites_lease(sites, sites_name(sites, i), &live)) continue;
        json_key_str(w, sites_name(sites, i));
        add(w, &live);
        live_release(&live);
    }
    json_end(w);
}

void route_readyz(HttpCall *call)
{
    Sites *sites = app_of(call)->sites;
    Buf buf = buf_on(call_arena(call));
    JsonWriter w = {.out = &buf};
    bool ready = !call_draining(call);
    json_begin_object(&w);
    json_key(&w, "workspaces");
    json_begin_object(&w);
    for (size_t i = 0; i < sites_count(sites); i++) {
        Live live;
        if (!sites_lease(sites, sites_name(sites, i), &live)) continue;
        json_key_str(&w, sites_name(sites, i));
        ready = write_site(&w, &live) && ready;
        live_release(&live);
    }
    json_end(&w);
    write_each(&w, sites, "watch", write_watch);
    json_member_bool(&w, "draining", call_draining(call));
    json_member_bool(&w, "ready", ready);
    json_end(&w);
    call_add_header(call, "Cache-Control", STR("no-store"));
    call_reply(call, ready ? 200 : 503, STR("application/json"), buf_str(&buf));
}

// ---- capabilities

static void write_ops(JsonWriter *w)
{
    json_begin_array(w);
    for (const OpSpec *const *op = op_all(); *op; op++) {
        json_begin_object(w);
        json_member_str(w, "name", str_from((*op)->name));
        json_member_str(w, "summary", str_from((*op)->summary));
        json_member_bool(w, "get", route_op_is_harmless(*op));
        json_member_bool(w, "in_plans", (*op)->cell != NULL);
        json_end(w);
    }
    json_end(w);
}

// A capability is a cell that could be built, or has not been tried; else the reason is its error.
static void write_capabilities(JsonWriter *w, const Live *live)
{
    CellSnapshot *cells = NULL;
    size_t count = 0;
    cells_snapshot(w->out->arena, context_env(live_context(live))->cells, &cells, &count);
    json_begin_object(w);
    for (size_t i = 0; i < count; i++) {
        const CellSnapshot *cell = &cells[i];
        const char *state = cell->state == CELL_READY    ? "available"
                            : cell->state == CELL_FAILED ? "unavailable"
                                                         : "untried";
        json_key(w, cell->spec->name);
        json_begin_object(w);
        json_member_str(w, "state", str_from(state));
        if (cell->state == CELL_FAILED && cell->last_error)
            json_member_str(w, "reason", cell->last_error->detail);
        json_end(w);
    }
    json_end(w);
}

static void write_workspace(JsonWriter *w, const Live *live)
{
    json_begin_object(w);
    json_member_str(w, "root", context_env(live_context(live))->root);
    json_key(w, "capabilities");
    write_capabilities(w, live);
    json_end(w);
}

// The stamp is that of all members before it: it changes when they do.
void route_capz(HttpCall *call)
{
    Arena *arena = call_arena(call);
    Sites *sites = app_of(call)->sites;
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_str(&w, "cq_version", STR(CQ_VERSION));
    json_member_int(&w, "schema_version", SCHEMA_VERSION);
    json_key(&w, "operations");
    write_ops(&w);
    write_each(&w, sites, "workspaces", write_workspace);
    Digest digest = digest_of(buf_str(&buf));
    json_member_int(&w, "generation", (int64_t)sites_generation(sites));
    json_member_str(&w, "stamp", digest_hex(arena, &digest));
    json_end(&w);
    call_add_header(call, "Cache-Control", STR("no-store"));
    call_reply(call, 200, STR("application/json"), buf_str(&buf));
}

// ---- metrics

static void add_metric(Buf *out, const char *name, const char *kind, const char *help, double value)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, kind, name, value);
}

static void add_server_metrics(Buf *out, const ServeApp *app)
{
    HttpStats stats = server_stats(app->server);
    add_metric(out, "cq_http_connections", "gauge", "Open connections.", (double)stats.connections);
    add_metric(out, "cq_http_connections_total", "counter", "Connections accepted.",
               (double)stats.connections_total);
    add_metric(out, "cq_http_in_work", "gauge", "Requests in work or queued for it.",
               (double)stats.in_work);
    add_metric(out, "cq_http_streams", "gauge", "Event streams and long polls.",
               (double)stats.streams);
    add_metric(out, "cq_http_mcp_sessions", "gauge", "Sessions of the Model Context Protocol.",
               (double)agents_count(app->agents));
    add_metric(out, "cq_http_mcp_streams", "gauge", "Streams of these that a client reads.",
               (double)agents_streams(app->agents));
    add_metric(out, "cq_http_refused_total", "counter", "Requests answered with 429.",
               (double)stats.refused);
    add_metric(out, "cq_http_runs_running", "gauge", "Runs of plans under way.",
               (double)runs_running(app->runs));
    add_metric(out, "cq_http_runs_kept", "gauge", "Runs of plans that can be looked at.",
               (double)runs_kept(app->runs));
    add_metric(out, "cq_http_runs_started_total", "counter", "Runs of plans that clients started.",
               (double)runs_started(app->runs));
    add_metric(out, "cq_http_reload_generation", "gauge", "1, and one more with each reload.",
               (double)sites_generation(app->sites));
    buf_addf(out,
             "# HELP cq_http_reloads_total Reloads of the settings, by outcome.\n"
             "# TYPE cq_http_reloads_total counter\n"
             "cq_http_reloads_total{outcome=\"ok\"} %llu\n"
             "cq_http_reloads_total{outcome=\"failed\"} %llu\n",
             (unsigned long long)sites_generation(app->sites) - 1,
             (unsigned long long)sites_failed(app->sites));
    add_metric(out, "cq_http_old_contexts", "gauge",
               "Contexts that were replaced and are still in use.",
               (double)sites_leased(app->sites));
    buf_add(out, STR("# HELP cq_http_responses_total Answers, by class of status.\n"
                     "# TYPE cq_http_responses_total counter\n"));
    for (size_t i = 2; i < ARRAY_LEN(stats.by_class); i++)
        buf_addf(out, "cq_http_responses_total{class=\"%zuxx\"} %llu\n", i,
                 (unsigned long long)stats.by_class[i]);
}

void route_metrics(HttpCall *call)
{
    Buf buf = buf_on(call_arena(call));
    buf_add(&buf, context_metrics(call_cx(call), call_context(call)));
    add_server_metrics(&buf, app_of(call));
    call_add_header(call, "Cache-Control", STR("no-store"));
    call_reply(call, 200, STR("text/plain; version=0.0.4; charset=utf-8"), buf_str(&buf));
}
