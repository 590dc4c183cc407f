// door/http/routes_admin.c - what only an operator may do: reload, replace or evict a runtime cell,
// cancel all runs. Each leaves a line in the log, whether it was allowed to or not.
#include "base/clock.h"
#include "base/json.h"
#include "door/http/routes.h"
#include "door/http/runs.h"
#include "op/cell_row.h"
#include "runtime/cells.h"

enum { LONGEST_DRAIN_S = 60 };

// At a level that is shown unless somebody asked for less.
void route_audit(HttpCall *call, const char *action, Str target)
{
    const ServeApp *app = call_app(call);
    Ctx cx = *call_cx(call);
    cx.log = app->log;
    log_event(&cx, LOG_WARN, "audit", LOG_STR("action", str_from(action)),
              LOG_STR("target", target), LOG_STR("client", call_client(call)),
              LOG_INT("status", call_status(call)));
}

// ---- reload

static void write_reloaded(HttpCall *call, const Reloaded *reloaded)
{
    Buf buf = buf_on(call_arena(call));
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_int(&w, "generation", (int64_t)reloaded->generation);
    json_member_bool(&w, "drained", reloaded->drained);
    json_member_int(&w, "leased", (int64_t)reloaded->leased);
    json_key(&w, "open_ms");
    json_write_real(&w, (double)(reloaded->open_ns / 1000) / 1000);
    json_end(&w);
    call_reply(call, 200, STR("application/json"), buf_str(&buf));
}

void route_reload(HttpCall *call)
{
    const ServeApp *app = call_app(call);
    int64_t seconds = 0;
    Str wait = call_query(call, STR("wait"));
    Reloaded reloaded;
    if (wait.ptr && (!str_to_int(wait, &seconds) || seconds < 0 || seconds > LONGEST_DRAIN_S)) {
        call_refuse(call, 400, "wait must be 0 to %d seconds", LONGEST_DRAIN_S);
        return;
    }
    // This request uses an old context itself.
    call_let_go(call);
    Fail fail = sites_reload(call_cx(call), app->sites, seconds * NS_PER_S, &reloaded);
    if (fail) call_fail(call, fail);
    else write_reloaded(call, &reloaded);
    route_audit(call, "reload", STR("settings"));
}

// ---- one runtime cell

static void show_cell(HttpCall *call, Cell *cell)
{
    Arena *arena = call_arena(call);
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    CellRow row = cell_row(arena, cell);
    record_write(&w, cell_row_fields, &row);
    call_reply(call, 200, STR("application/json"), buf_str(&buf));
}

static Fail replace(Ctx *cx, Cell *cell)
{
    return cell_swap(cx, cell, NULL);
}

static Fail evict(Ctx *cx, Cell *cell)
{
    cell_invalidate(cx, cell);
    return NULL;
}

static void change_cell(HttpCall *call, const char *action, Fail (*change)(Ctx *cx, Cell *cell))
{
    Cell *cell = NULL;
    Str name = call_part(call, 0);
    const Env *env = context_env(call_context(call));
    Fail fail = cells_find(call_arena(call), env->cells, name, &cell);
    if (!fail) fail = change(call_cx(call), cell);
    if (fail) call_fail(call, fail);
    else show_cell(call, cell);
    route_audit(call, action, name);
}

void route_cell_swap(HttpCall *call)
{
    change_cell(call, "cell.swap", replace);
}

void route_cell_evict(HttpCall *call)
{
    change_cell(call, "cell.evict", evict);
}

// ---- all runs

void route_run_cancel_all(HttpCall *call)
{
    HttpRuns *runs = ((const ServeApp *)call_app(call))->runs;
    size_t running = runs_running(runs);
    runs_stop_all(runs, STR("cancelled by the operator"));
    call_reply(call, 202, STR("application/json"),
               str_format(call_arena(call), "{\"cancelled\":%zu}", running));
    route_audit(call, "runs.cancel", STR("all"));
}
