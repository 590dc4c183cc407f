// door/http/routes_run.c - /runtime/runs: plans that run while clients look on.
#include "app/ask.h"
#include "base/clock.h"
#include "base/json.h"
#include "door/http/routes.h"
#include "door/http/runs.h"
#include "door/http/text.h"
#include "runtime/event.h"

enum { LONGEST_WAIT_S = 600, KEEP_ALIVE_S = 15, MOST_SESSION = 128 };

static HttpRuns *runs_of(HttpCall *call)
{
    return ((ServeApp *)call_app(call))->runs;
}

// Of the path; NULL when it was refused.
static HttpRun *find(HttpCall *call)
{
    HttpRun *run = runs_find(runs_of(call), call_part(call, 0));
    if (!run)
        call_refuse(call, 404, "no run \"" STR_FMT "\"; it may have been forgotten",
                    STR_ARG(call_part(call, 0)));
    return run;
}

// Who asks, as runs are owned: whoever shows the token or opened the socket is one; else an
// address, and the session that the request names.
static Str owner_of(HttpCall *call)
{
    Str session = call_cx(call)->session;
    Str who = call_trusted(call) ? STR("operator") : call_client(call);
    if (!session.len) return who;
    return str_format(call_arena(call), STR_FMT " " STR_FMT, STR_ARG(who),
                      STR_ARG(str_sub(session, 0, MOST_SESSION)));
}

static Str path_of(HttpCall *call, HttpRun *run)
{
    return str_format(call_arena(call), "/runtime/runs/" STR_FMT, STR_ARG(run_id(run_of(run))));
}

// The run as `cq run` would answer, for what there is of it now.
static void show(HttpCall *call, HttpRun *run, int status)
{
    Arena *arena = call_arena(call);
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    int64_t lasted_ns = run_lasted_ns(run);
    const OpSpec *op = op_named(STR("run"));
    RunInfo info = {.command = STR("run"),
                    .started = clock_rfc3339(arena, clock_wall_ms() - lasted_ns / NS_PER_MS),
                    .elapsed_ms = (double)(lasted_ns / 1000) / 1000};
    run_scope(run, &info);
    Result result;
    run_result(call_cx(call), run_of(run), lasted_ns, &result);
    result.root = run_root(run);
    answer_write(&w, op, &info, &result, NULL);
    call_add_header(call, "Cache-Control", STR("no-store"));
    call_reply(call, status, STR("application/json"), buf_str(&buf));
}

// ---- starting

// ?wait=SECONDS; 0 without. False when it is no such number.
static bool wait_of(HttpCall *call, int64_t *seconds)
{
    Str text = call_query(call, STR("wait"));
    *seconds = 0;
    if (!text.ptr || (str_to_int(text, seconds) && *seconds >= 0 && *seconds <= LONGEST_WAIT_S))
        return true;
    call_refuse(call, 400, "wait must be 0 to %d seconds", LONGEST_WAIT_S);
    return false;
}

static bool read_args(HttpCall *call, RunArgs *out)
{
    Str cache = call_query(call, STR("cache")), fail_fast = call_query(call, STR("fail_fast"));
    Fail fail = call_json(call, &out->document);
    if (fail) call_fail(call, fail);
    else if (!out->document) call_refuse(call, 400, "the body must be a plan: docs/plans.md");
    else if (cache.ptr && !str_eq(cache, STR("use")) && !str_eq(cache, STR("refresh")) &&
             !str_eq(cache, STR("off")))
        call_refuse(call, 400, "cache must be use, refresh or off");
    else {
        out->cache = cache;
        out->fail_fast = str_eq(fail_fast, STR("true"));
        return true;
    }
    return false;
}

static void wait_for(HttpCall *call, HttpRun *run, int64_t seconds)
{
    Ctx waiting = *call_cx(call);
    waiting.deadline_ns = clock_now_ns() + seconds * NS_PER_S;
    Fail late = run_wait(&waiting, run_of(run));
    (void)late; // the state tells
}

void route_run_start(HttpCall *call)
{
    RunArgs args = {0};
    HttpRun *run = NULL;
    int64_t seconds = 0;
    if (!wait_of(call, &seconds) || !read_args(call, &args)) return;
    Fail fail =
        runs_start(call_cx(call), runs_of(call), call_live(call), &args, owner_of(call), &run);
    if (fail) {
        call_fail(call, fail);
        return;
    }
    call_add_header(call, "Location", path_of(call, run));
    if (seconds) wait_for(call, run, seconds);
    show(call, run, run_ended(run_of(run)) ? 200 : 202);
    runs_let_go(run);
}

// ---- looking at them

void route_run_show(HttpCall *call)
{
    HttpRun *run = find(call);
    int64_t seconds = 0;
    if (!run) return;
    if (wait_of(call, &seconds)) {
        if (seconds) wait_for(call, run, seconds);
        show(call, run, 200);
    }
    runs_let_go(run);
}

void route_run_list(HttpCall *call)
{
    Buf buf = buf_on(call_arena(call));
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_key(&w, "runs");
    runs_list(runs_of(call), owner_of(call), &w);
    json_end(&w);
    call_reply(call, 200, STR("application/json"), buf_str(&buf));
}

void route_run_cancel(HttpCall *call)
{
    HttpRun *run = find(call);
    if (!run) return;
    bool own = run_is_of(run, owner_of(call));
    if (own || call_trusted(call)) {
        run_cancel(run_of(run), STR("cancelled by a client"));
        show(call, run, 202);
    } else call_refuse(call, 403, "another client started this run: cancelling it needs the token");
    if (!own) route_audit(call, "run.cancel", run_id(run_of(run)));
    runs_let_go(run);
}

// ---- events

static void write_event(Buf *out, const RuntimeEvent *event, bool sse)
{
    JsonWriter w = {.out = out};
    if (sse)
        buf_addf(out, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event->seq,
                 event_kind_name(event->kind));
    event_write(&w, event);
    buf_add(out, sse ? STR("\n\n") : STR("\n"));
}

// Sends all events that come, until the run ends or the client goes.
static void send_events(HttpCall *call, Run *run, EventCursor *cursor, bool sse)
{
    bool more = true, reads = true;
    Arena arena = {0};
    while (more && reads) {
        RuntimeEvent event;
        Ctx cx = ctx_child(call_cx(call), &arena);
        cx.deadline_ns = clock_now_ns() + KEEP_ALIVE_S * NS_PER_S;
        Buf buf = buf_on(&arena);
        if (!event_next(&cx, run, cursor, &event, &more)) {
            if (more) write_event(&buf, &event, sse);
        } else if (ctx_stopped(&cx) == STOP_CANCEL) reads = false;
        else buf_add(&buf, sse ? STR(": keep-alive\n\n") : STR("\n"));
        reads = reads && call_write(call, buf_str(&buf));
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

// Where to begin: behind Last-Event-ID, or ?after=.
static bool cursor_of(HttpCall *call, EventCursor *out)
{
    int64_t after = 0;
    Str text = call_header(call, STR("last-event-id"));
    if (!text.ptr) text = call_query(call, STR("after"));
    if (text.ptr && (!str_to_int(text, &after) || after < 0)) {
        call_refuse(call, 400, "Last-Event-ID must be the number of an event");
        return false;
    }
    *out = (EventCursor){(uint64_t)after};
    return true;
}

void route_run_events(HttpCall *call)
{
    Str accept = call_header(call, STR("accept"));
    EventCursor cursor;
    HttpRun *run = find(call);
    if (!run) return;
    if (cursor_of(call, &cursor)) {
        int lines = text_quality(accept, STR("application/x-ndjson"));
        bool sse = text_quality(accept, STR("text/event-stream")) >= lines;
        call_add_header(call, "Cache-Control", STR("no-store"));
        call_stream(call, sse ? STR("text/event-stream") : STR("application/x-ndjson"));
        send_events(call, run_of(run), &cursor, sse);
    }
    runs_let_go(run);
}
