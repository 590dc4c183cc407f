// runtime/worker.c - the pool's side; worker_serve.c is the worker's.
//
// DESIGN. A seat is a place for one worker process. A thread with a task takes an idle seat under
// `mutex`, owns it alone while it is busy (talking never holds the mutex), and puts it back idle or
// empty. Who owns a seat ends its process: os_child_end is called exactly once for each.
// The keeper, one thread, starts processes while tasks wait for a seat; a process dies with the
// thread that started it (the kernel sees to it), so the keeper lives as long as the pool and no
// worker outlives the program, however it ends.
// A fresh process is idle at once but not greeted: the thread that takes it first sends the limits
// and waits for its answer. A process that does not come up is no loss of the task: the thread
// takes another seat. After START_TRIES of those in a row, and nobody greeted, tasks fail at once
// until the pause is over, then one more start is tried.
// Alive: the pool outlives all runs (worker_pool_free asserts it). Stop: no more starts, all
// sockets are shut, all processes waited for, then the keeper leaves.
#include "runtime/worker.h"

#include <assert.h>
#include <errno.h>

#include "base/clock.h"
#include "runtime/channel.h"

enum {
    START_TRIES = 3,
    TASK_TRIES = 2,
    DEATH_MS = 500,  // a socket has ended: its process soon will
    LEAVE_MS = 1000, // to leave when told to
    WATCH_MS = 20,   // how often a waiting thread looks at its cancel flag
    REASON_BYTES = 200,
};

typedef enum SeatState { SEAT_EMPTY, SEAT_STARTING, SEAT_IDLE, SEAT_BUSY } SeatState;

typedef struct Seat {
    SeatState state;     // guarded by mutex
    OsChild child;       // owner thread while STARTING and BUSY, else guarded by mutex
    bool greeted;        // the same
    int failures;        // in a row; guarded by mutex
    int64_t start_at_ns; // earliest next start, on the pool's clock; guarded by mutex
} Seat;

struct WorkerPool {
    // frozen
    WorkerSpec spec;
    Seat *seats;
    Counter next_id;

    Mutex mutex;
    Cond wanted;  // for the keeper: somebody waits for a seat, or the end
    Cond changed; // a seat changed its state, or no worker starts
    // guarded by mutex
    Thread keeper;
    bool keeps, closing, ended;
    int waiting;        // threads in need of a seat
    int runs;           // calls in progress
    int start_failures; // in a row
    int64_t broken_until_ns;
    char reason[REASON_BYTES]; // of the last start that failed
    WorkerStats stats;
};

static int64_t pool_now(const WorkerPool *pool)
{
    return pool->spec.now ? pool->spec.now(pool->spec.clock) : clock_now_ns();
}

WorkerPool *worker_pool_new(const WorkerSpec *spec)
{
    assert(spec->workers > 0);
    WorkerPool *pool = mem_alloc(sizeof *pool);
    pool->spec = *spec;
    if (!pool->spec.start_ms) pool->spec.start_ms = 10000;
    if (!pool->spec.message_bytes) pool->spec.message_bytes = (size_t)256 << 20;
    if (!pool->spec.backoff_ms) pool->spec.backoff_ms = 10;
    if (!pool->spec.backoff_most_ms) pool->spec.backoff_most_ms = 2000;
    pool->seats = mem_alloc((size_t)spec->workers * sizeof *pool->seats);
    for (int i = 0; i < spec->workers; i++) pool->seats[i].child.socket = OS_FILE_NONE;
    mutex_init(&pool->mutex, RANK_POOL);
    cond_init(&pool->wanted);
    cond_init(&pool->changed);
    return pool;
}

static int count_locked(const WorkerPool *pool, SeatState state)
{
    int count = 0;
    for (int i = 0; i < pool->spec.workers; i++) count += pool->seats[i].state == state;
    return count;
}

static bool any_greeted_locked(const WorkerPool *pool)
{
    for (int i = 0; i < pool->spec.workers; i++)
        if (pool->seats[i].greeted) return true;
    return false;
}

// The seat is empty now and stays so for a while, twice as long each time.
static void vacate_locked(WorkerPool *pool, Seat *seat, bool failed)
{
    int64_t pause_ms = pool->spec.backoff_ms;
    for (int i = 0; i < seat->failures && pause_ms < pool->spec.backoff_most_ms; i++) pause_ms *= 2;
    pause_ms = MIN(pause_ms, pool->spec.backoff_most_ms);
    seat->state = SEAT_EMPTY;
    seat->greeted = false;
    seat->start_at_ns = failed ? pool_now(pool) + pause_ms * NS_PER_MS : 0;
    if (failed) seat->failures++;
}

static void note_start_failure_locked(WorkerPool *pool, Seat *seat, Str reason)
{
    size_t len = MIN(reason.len, sizeof pool->reason - 1);
    memcpy(pool->reason, reason.ptr, len);
    pool->reason[len] = '\0';
    vacate_locked(pool, seat, true);
    pool->start_failures++;
    pool->stats.start_failures++;
    pool->broken_until_ns = seat->start_at_ns;
    cond_broadcast(&pool->changed);
}

// --- the keeper ---

// NULL when nothing is to be started before *next_ns (0: before something changes).
static Seat *seat_to_start_locked(WorkerPool *pool, int64_t *next_ns)
{
    *next_ns = 0;
    if (pool->closing || pool->waiting <= count_locked(pool, SEAT_IDLE)) return NULL;
    int64_t now = pool_now(pool);
    for (int i = 0; i < pool->spec.workers; i++) {
        Seat *seat = &pool->seats[i];
        if (seat->state != SEAT_EMPTY) continue;
        if (seat->start_at_ns <= now) return seat;
        if (!*next_ns || seat->start_at_ns < *next_ns) *next_ns = seat->start_at_ns;
    }
    return NULL;
}

static void start_worker(WorkerPool *pool, Seat *seat)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    seat->state = SEAT_STARTING;
    mutex_unlock(&pool->mutex);
    Fail fail = os_spawn(&cx, pool->spec.argv, &seat->child);
    mutex_lock(&pool->mutex);
    if (fail) {
        note_start_failure_locked(pool, seat, fail->detail);
    } else {
        seat->state = SEAT_IDLE;
        pool->stats.started++;
        cond_broadcast(&pool->changed);
    }
    arena_fini(&arena);
}

static void keeper_main(void *arg)
{
    WorkerPool *pool = arg;
    mutex_lock(&pool->mutex);
    while (!pool->ended) {
        int64_t next_ns;
        Seat *seat = seat_to_start_locked(pool, &next_ns);
        if (seat) start_worker(pool, seat);
        else if (next_ns && !pool->spec.now) cond_wait_until(&pool->wanted, &pool->mutex, next_ns);
        else cond_wait(&pool->wanted, &pool->mutex);
    }
    mutex_unlock(&pool->mutex);
}

void worker_pool_look(WorkerPool *pool)
{
    mutex_lock(&pool->mutex);
    cond_signal(&pool->wanted);
    cond_broadcast(&pool->changed);
    mutex_unlock(&pool->mutex);
}

void worker_pool_free(WorkerPool *pool)
{
    if (!pool) return;
    mutex_lock(&pool->mutex);
    assert(!pool->runs);
    pool->closing = true;
    while (count_locked(pool, SEAT_STARTING)) cond_wait(&pool->changed, &pool->mutex);
    mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->spec.workers; i++) os_hang_up(&pool->seats[i].child);
    for (int i = 0; i < pool->spec.workers; i++) os_child_end(&pool->seats[i].child, LEAVE_MS);
    mutex_lock(&pool->mutex);
    pool->ended = true;
    cond_signal(&pool->wanted);
    mutex_unlock(&pool->mutex);
    if (pool->keeps) thread_join(&pool->keeper);
    cond_fini(&pool->wanted);
    cond_fini(&pool->changed);
    mutex_fini(&pool->mutex);
    mem_free(pool->seats);
    mem_free(pool);
}

WorkerStats worker_pool_stats(WorkerPool *pool)
{
    mutex_lock(&pool->mutex);
    WorkerStats stats = pool->stats;
    stats.busy = count_locked(pool, SEAT_BUSY);
    stats.workers = stats.busy + count_locked(pool, SEAT_IDLE);
    mutex_unlock(&pool->mutex);
    return stats;
}

// --- talking to the worker of a seat that this thread owns ---

typedef struct Loss { // why a worker is gone
    bool lost;
    Str how; // "died of SIGSEGV"
    OsExit exit;
} Loss;

static Str tell_exit(Arena *arena, const WorkerPool *pool, OsExit how)
{
    if (how.signal == 0) return str_format(arena, "left with exit code %d", how.code);
    if (str_eq(str_from(os_signal_name(how.signal)), STR("SIGXCPU")))
        return str_format(arena, "used more than %d s of processor time", pool->spec.cpu_seconds);
    return str_format(arena, "died of %s (signal %d)", os_signal_name(how.signal), how.signal);
}

// Ends the worker after `error` (of channel_send or channel_receive), and says what became of it.
static Loss lose(Ctx *cx, WorkerPool *pool, Seat *seat, int error, int64_t limit_ms,
                 const char *why)
{
    Loss loss = {.lost = true};
    loss.exit = os_child_end(&seat->child, error == EPIPE ? DEATH_MS : 0);
    if (error == EPIPE && !loss.exit.killed) loss.how = tell_exit(cx->arena, pool, loss.exit);
    else if (error == EPIPE) loss.how = STR("closed its socket");
    else if (error == ETIMEDOUT)
        loss.how = str_format(cx->arena, "gave no answer in %lld ms", (long long)limit_ms);
    else if (error == EPROTO) loss.how = str_format(cx->arena, "sent %s", why);
    else loss.how = str_format(cx->arena, "could not be talked to: %s", os_error_text(error));
    return loss;
}

// Sends `out` and takes the answer. `limit_ms` is the time for both, 0 for none.
static int exchange(const Ctx *cx, const WorkerPool *pool, const Seat *seat, const Frame *out,
                    int64_t limit_ms, Frame *in, const char **why)
{
    Ctx limits = *cx;
    int64_t end_ns = clock_now_ns() + limit_ms * NS_PER_MS;
    if (limit_ms && (!cx->deadline_ns || end_ns < cx->deadline_ns)) limits.deadline_ns = end_ns;
    int error = channel_send(&limits, seat->child.socket, out);
    // When the worker died while it was sent to, what it said before does not matter.
    if (!error)
        error = channel_receive(&limits, seat->child.socket, pool->spec.message_bytes, in, why);
    if (error) return error;
    *why = "an answer to something else";
    return in->id == out->id ? 0 : EPROTO;
}

// Sends the limits to a fresh worker. False: it is gone; *fail is set when cx ended the wait.
static bool greet(Ctx *cx, WorkerPool *pool, Seat *seat, Fail *fail)
{
    const char *why;
    Frame in = {0};
    Str limits = str_format(cx->arena, "%llu %d", (unsigned long long)pool->spec.memory_bytes,
                            pool->spec.cpu_seconds);
    Frame hello = {.type = FRAME_HELLO, .payload = limits};
    int error = exchange(cx, pool, seat, &hello, pool->spec.start_ms, &in, &why);
    if (!error && in.type != FRAME_READY) error = EPROTO;
    *fail = error ? ctx_check(cx) : NULL;
    Loss loss = {0};
    if (error) loss = lose(cx, pool, seat, error, pool->spec.start_ms, why);
    mutex_lock(&pool->mutex);
    if (!error) {
        seat->greeted = true;
        pool->start_failures = 0;
    } else if (*fail) {
        pool->stats.cancelled++;
        vacate_locked(pool, seat, false);
    } else {
        Str reason = str_format(cx->arena, "%s " STR_FMT, pool->spec.argv[0], STR_ARG(loss.how));
        note_start_failure_locked(pool, seat, reason);
    }
    cond_broadcast(&pool->changed);
    mutex_unlock(&pool->mutex);
    return !error;
}

static Seat *idle_seat_locked(WorkerPool *pool)
{
    Seat *fresh = NULL;
    for (int i = 0; i < pool->spec.workers; i++) {
        Seat *seat = &pool->seats[i];
        if (seat->state != SEAT_IDLE) continue;
        if (seat->greeted) return seat;
        fresh = seat;
    }
    return fresh;
}

static Fail no_worker_locked(Ctx *cx, WorkerPool *pool)
{
    if (!pool->spec.argv)
        return FAIL(cx->arena, UNAVAILABLE, "no program is named that could be a worker process");
    if (!pool->keeps) pool->keeps = thread_start(&pool->keeper, keeper_main, pool, "cq-keeper");
    if (!pool->keeps)
        return FAIL(cx->arena, UNAVAILABLE, "the system refuses a thread to start workers with");
    bool broken = pool->start_failures >= START_TRIES && !any_greeted_locked(pool);
    if (!broken || pool_now(pool) >= pool->broken_until_ns) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "no worker process can be started: %s", pool->reason);
}

// Takes a seat with a process, greeted or not.
static Fail take_seat(Ctx *cx, WorkerPool *pool, Seat **out)
{
    Fail fail = NULL;
    mutex_lock(&pool->mutex);
    pool->waiting++;
    while (!(*out = idle_seat_locked(pool))) {
        fail = no_worker_locked(cx, pool);
        if (!fail) fail = ctx_check(cx);
        if (fail) break;
        cond_signal(&pool->wanted);
        int64_t look_ns = clock_now_ns() + WATCH_MS * NS_PER_MS;
        if (cx->deadline_ns || cx->cancel) cond_wait_until(&pool->changed, &pool->mutex, look_ns);
        else cond_wait(&pool->changed, &pool->mutex);
    }
    pool->waiting--;
    if (!fail) (*out)->state = SEAT_BUSY;
    mutex_unlock(&pool->mutex);
    return fail;
}

static void give_seat(WorkerPool *pool, Seat *seat, const Loss *loss, bool cancelled)
{
    mutex_lock(&pool->mutex);
    pool->stats.cancelled += cancelled;
    pool->stats.lost += loss->lost && !cancelled;
    if (loss->lost) {
        vacate_locked(pool, seat, !cancelled);
    } else {
        seat->failures = 0;
        seat->state = SEAT_IDLE;
    }
    cond_broadcast(&pool->changed);
    mutex_unlock(&pool->mutex);
}

// Takes a seat with a process that has answered and lives.
static Fail take_greeted(Ctx *cx, WorkerPool *pool, Seat **out)
{
    for (;;) {
        Fail fail = NULL;
        TRY(take_seat(cx, pool, out));
        if ((*out)->greeted &&
            os_child_gone(&(*out)->child)) { // while it was idle: no task's fault
            Loss loss = lose(cx, pool, *out, EPIPE, 0, NULL);
            give_seat(pool, *out, &loss, false);
            continue;
        }
        if ((*out)->greeted || greet(cx, pool, *out, &fail)) return NULL;
        if (fail) return fail;
    }
}

static Fail problem_from(Arena *arena, const Frame *frame)
{
    for (int kind = 0; kind < PROBLEM_KINDS; kind++)
        if (str_eq(frame->name, str_from(problem_spec((ProblemKind)kind)->name)))
            return problem_new(arena, (ProblemKind)kind, CQ_WHERE, STR_FMT,
                               STR_ARG(frame->payload));
    return FAIL(arena, INTERNAL, "a worker failed without saying how");
}

// One try. When the worker is lost, *loss says how and the result does not count.
static Fail try_task(Ctx *cx, WorkerPool *pool, const WorkerTask *task, Loss *loss, Str *reply)
{
    Seat *seat;
    Frame in = {0};
    const char *why;
    TRY(take_greeted(cx, pool, &seat));
    Frame out = {FRAME_TASK, counter_add(&pool->next_id, 1) + 1, task->kind, task->request};
    int error = exchange(cx, pool, seat, &out, pool->spec.task_ms, &in, &why);
    if (!error && in.type != FRAME_REPLY && in.type != FRAME_PROBLEM) error = EPROTO;
    Fail stopped = error ? ctx_check(cx) : NULL;
    if (error) *loss = lose(cx, pool, seat, error, pool->spec.task_ms, why);
    give_seat(pool, seat, loss, stopped != NULL);
    if (stopped) {
        *loss = (Loss){0};
        return stopped;
    }
    if (error) return NULL;
    if (in.type == FRAME_PROBLEM) return problem_from(cx->arena, &in);
    *reply = in.payload;
    return NULL;
}

static Fail given_up(Ctx *cx, const WorkerTask *task, const Loss *loss)
{
    Fail fail =
        FAIL(cx->arena, UNAVAILABLE, STR_FMT ": the worker process " STR_FMT "; tried %d times",
             STR_ARG(task->what), STR_ARG(loss->how), TASK_TRIES);
    fail = problem_with_int(cx->arena, fail, "tries", TASK_TRIES);
    if (loss->exit.signal)
        return problem_with_str(cx->arena, fail, "signal",
                                str_from(os_signal_name(loss->exit.signal)));
    return problem_with_int(cx->arena, fail, "exit_code", loss->exit.code);
}

static Fail run_tries(Ctx *cx, WorkerPool *pool, const WorkerTask *task, Str *reply)
{
    Loss loss = {0};
    for (int i = 0; i < TASK_TRIES; i++) {
        loss = (Loss){0};
        Fail fail = try_task(cx, pool, task, &loss, reply);
        if (fail || !loss.lost) return fail;
        mutex_lock(&pool->mutex);
        if (i + 1 < TASK_TRIES) pool->stats.retried++;
        else pool->stats.failed++;
        mutex_unlock(&pool->mutex);
    }
    return given_up(cx, task, &loss);
}

static void count_run(WorkerPool *pool, int step, uint64_t tasks)
{
    mutex_lock(&pool->mutex);
    assert(!pool->closing);
    pool->runs += step;
    pool->stats.tasks += tasks;
    mutex_unlock(&pool->mutex);
}

Fail worker_pool_run(Ctx *cx, WorkerPool *pool, const WorkerTask *task, Str *reply)
{
    if (task->request.len > MIN(pool->spec.message_bytes, (size_t)FRAME_LARGEST_PAYLOAD))
        return FAIL(cx->arena, TOO_LARGE,
                    STR_FMT ": %zu bytes are too many to send to a worker process",
                    STR_ARG(task->what), task->request.len);
    count_run(pool, 1, 1);
    Fail fail = run_tries(cx, pool, task, reply);
    count_run(pool, -1, 0);
    return fail;
}

Fail worker_pool_ready(Ctx *cx, WorkerPool *pool)
{
    Seat *seat;
    Loss none = {0};
    count_run(pool, 1, 0);
    Fail fail = take_greeted(cx, pool, &seat);
    if (!fail) give_seat(pool, seat, &none, false);
    count_run(pool, -1, 0);
    return fail;
}
