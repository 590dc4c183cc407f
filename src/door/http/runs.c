// door/http/runs.c
//
// DESIGN. A list under one mutex, newest first. Each run counts its users: the list is one, each
// request that looks at it another. The last one hands it to the pool, which releases the engine's
// run (that may have to wait for it) and then the context. runs_tend waits for each run, for no
// time at all, because whoever waits for a run sees to it that cells which do not stop are written
// off.
#include "door/http/runs.h"

#include "base/clock.h"
#include "base/json.h"
#include "op/scoped.h"

enum { MOST_RUNNING = 64, MOST_ENDED = 128, KEEP_S = 900, KEEP_OLD_S = 10 };
enum { MOST_BYTES = 64 << 20 }; // of ended runs together; the newest stays whatever its size

struct HttpRun {
    // frozen
    HttpRuns *runs;
    Run *run;
    Live live;
    int64_t started_ns, started_ms;
    Arena arena; // of the texts
    Str owner, session, scope;
    // guarded by the list's mutex
    HttpRun *next;
    size_t users;
    int64_t ended_ns; // when it was seen to have ended; 0: runs
};

struct HttpRuns {
    Pool *pool; // frozen
    Mutex mutex;
    HttpRun *newest; // guarded by mutex
    Counter started;
};

HttpRuns *runs_new(Pool *pool)
{
    HttpRuns *runs = mem_alloc(sizeof *runs);
    runs->pool = pool;
    mutex_init(&runs->mutex, RANK_SERVICE);
    return runs;
}

static void free_run(void *arg, int slot)
{
    (void)slot;
    HttpRun *run = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    run_forget(&cx, context_env(live_context(&run->live)), run->run);
    arena_fini(&arena);
    run_release(run->run);
    live_release(&run->live);
    arena_fini(&run->arena);
    mem_free(run);
}

void runs_let_go(HttpRun *run)
{
    if (!run) return;
    HttpRuns *runs = run->runs;
    mutex_lock(&runs->mutex);
    bool last = !--run->users;
    mutex_unlock(&runs->mutex);
    if (last) pool_detach_io(runs->pool, free_run, run);
}

void runs_free(HttpRuns *runs)
{
    if (!runs) return;
    while (runs->newest) {
        HttpRun *run = runs->newest;
        runs->newest = run->next;
        runs_let_go(run);
    }
    pool_drain(runs->pool);
    mutex_fini(&runs->mutex);
    mem_free(runs);
}

static void note_end_locked(HttpRun *run)
{
    if (!run->ended_ns && run_ended(run->run)) run->ended_ns = clock_now_ns();
}

size_t runs_running(HttpRuns *runs)
{
    size_t count = 0;
    mutex_lock(&runs->mutex);
    for (HttpRun *run = runs->newest; run; run = run->next) {
        note_end_locked(run);
        count += !run->ended_ns;
    }
    mutex_unlock(&runs->mutex);
    return count;
}

size_t runs_kept(HttpRuns *runs)
{
    size_t count = 0;
    mutex_lock(&runs->mutex);
    for (const HttpRun *run = runs->newest; run; run = run->next) count++;
    mutex_unlock(&runs->mutex);
    return count;
}

uint64_t runs_started(HttpRuns *runs)
{
    return counter_get(&runs->started);
}

// Takes what is to be forgotten off the list.
static HttpRun *take_old(HttpRuns *runs)
{
    HttpRun *old = NULL;
    size_t ended = 0, bytes = 0;
    int64_t now_ns = clock_now_ns();
    mutex_lock(&runs->mutex);
    for (HttpRun **at = &runs->newest; *at;) {
        HttpRun *run = *at;
        note_end_locked(run);
        ended += run->ended_ns > 0;
        bytes += run_bytes(run->run);
        bool room = ended <= MOST_ENDED && (bytes <= MOST_BYTES || ended == 1);
        int64_t keep_s = live_is_old(&run->live) ? KEEP_OLD_S : KEEP_S;
        bool late = run->ended_ns && now_ns - run->ended_ns > keep_s * NS_PER_S;
        if (!late && (!run->ended_ns || room)) {
            at = &run->next;
            continue;
        }
        *at = run->next;
        run->next = old;
        old = run;
    }
    mutex_unlock(&runs->mutex);
    return old;
}

static void forget_old(HttpRuns *runs)
{
    for (HttpRun *run = take_old(runs), *next; run; run = next) {
        next = run->next;
        runs_let_go(run);
    }
}

Fail runs_start(Ctx *cx, HttpRuns *runs, const Live *live, const RunArgs *args, Str owner,
                HttpRun **out)
{
    Run *started = NULL;
    Str scope;
    Ctx lasting = *cx;
    lasting.deadline_ns = 0;
    lasting.cancel = NULL;
    if (runs_running(runs) >= MOST_RUNNING)
        return FAIL(cx->arena, UNAVAILABLE, "%d runs are under way; wait for one to end",
                    MOST_RUNNING);
    const Env *env = context_env(live_context(live));
    TRY(scope_of_plans(cx, env, &scope));
    TRY(run_start(&lasting, env, args, &started));
    HttpRun *run = mem_alloc(sizeof *run);
    *run = (HttpRun){.runs = runs,
                     .run = started,
                     .started_ns = clock_now_ns(),
                     .started_ms = clock_wall_ms(),
                     .users = 2};
    live_copy(live, &run->live);
    run->owner = str_copy(&run->arena, owner);
    run->session = str_copy(&run->arena, cx->session);
    run->scope = str_copy(&run->arena, scope);
    counter_add(&runs->started, 1);
    mutex_lock(&runs->mutex);
    run->next = runs->newest;
    runs->newest = run;
    mutex_unlock(&runs->mutex);
    forget_old(runs);
    *out = run;
    return NULL;
}

HttpRun *runs_find(HttpRuns *runs, Str id)
{
    mutex_lock(&runs->mutex);
    HttpRun *run = runs->newest;
    while (run && !str_eq(run_id(run->run), id)) run = run->next;
    if (run) run->users++;
    mutex_unlock(&runs->mutex);
    return run;
}

void runs_stop_all(HttpRuns *runs, Str reason)
{
    mutex_lock(&runs->mutex);
    for (HttpRun *run = runs->newest; run; run = run->next) run_cancel(run->run, reason);
    mutex_unlock(&runs->mutex);
}

static size_t take_running(HttpRuns *runs, HttpRun **out)
{
    size_t count = 0;
    mutex_lock(&runs->mutex);
    for (HttpRun *run = runs->newest; run && count < MOST_RUNNING; run = run->next) {
        note_end_locked(run);
        if (run->ended_ns) continue;
        run->users++;
        out[count++] = run;
    }
    mutex_unlock(&runs->mutex);
    return count;
}

void runs_tend(HttpRuns *runs)
{
    Arena arena = {0};
    Ctx no_time = {.arena = &arena, .deadline_ns = 1};
    HttpRun *running[MOST_RUNNING];
    size_t count = take_running(runs, running);
    for (size_t i = 0; i < count; i++) {
        Fail late = run_wait(&no_time, running[i]->run);
        (void)late;
        runs_let_go(running[i]);
    }
    arena_fini(&arena);
    forget_old(runs);
}

Run *run_of(HttpRun *run)
{
    return run->run;
}

Str run_workspace(const HttpRun *run)
{
    return live_name(&run->live);
}

Str run_root(const HttpRun *run)
{
    return context_env(live_context(&run->live))->root;
}

bool run_is_of(const HttpRun *run, Str owner)
{
    return str_eq(run->owner, owner);
}

void run_scope(const HttpRun *run, RunInfo *out)
{
    out->session = run->session;
    out->scope = run->scope;
}

int64_t run_lasted_ns(HttpRun *run)
{
    mutex_lock(&run->runs->mutex);
    note_end_locked(run);
    int64_t end_ns = run->ended_ns ? run->ended_ns : clock_now_ns();
    mutex_unlock(&run->runs->mutex);
    return end_ns - run->started_ns;
}

void runs_list(HttpRuns *runs, Str owner, JsonWriter *w)
{
    json_begin_array(w);
    mutex_lock(&runs->mutex);
    for (HttpRun *run = runs->newest; run; run = run->next) {
        json_begin_object(w);
        json_member_str(w, "run_id", run_id(run->run));
        json_member_str(w, "state", str_from(plan_state_name(run_state(run->run))));
        json_member_str(w, "workspace", run_workspace(run));
        json_member_bool(w, "own", run_is_of(run, owner));
        json_member_str(w, "started", clock_rfc3339(w->out->arena, run->started_ms));
        json_end(w);
    }
    mutex_unlock(&runs->mutex);
    json_end(w);
}
