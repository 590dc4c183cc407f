// runtime/worker_test.c - workers that answer, crash, hang, are killed: each costs its task only.
//
// The workers are this program again, told by CQ_TEST_CHILD to serve.
#include "runtime/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/os_process.h"
#include "runtime/pool.h"
#include "support/check.h"

// --- the worker's side ---

static Fail echo(Ctx *cx, void *state, Str request, Buf *reply)
{
    (void)cx;
    (void)state;
    buf_add(reply, request);
    return NULL;
}

static Fail pid_of_worker(Ctx *cx, void *state, Str request, Buf *reply)
{
    (void)cx;
    (void)state;
    (void)request;
    buf_int(reply, os_pid());
    return NULL;
}

static Fail problem(Ctx *cx, void *state, Str request, Buf *reply)
{
    (void)state;
    (void)reply;
    return FAIL(cx->arena, TOO_COSTLY, "no: " STR_FMT, STR_ARG(request));
}

static void misbehave(Str how)
{
    if (str_eq(how, STR("abort"))) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    if (str_eq(how, STR("segv"))) os_die_of_signal(SIGSEGV);
    if (str_eq(how, STR("exit"))) _exit(5);
    if (str_eq(how, STR("garbage"))) {
        char junk[200];
        memset(junk, 'x', sizeof junk);
        send(0, junk, sizeof junk, MSG_NOSIGNAL);
        pause();
    }
    if (str_eq(how, STR("hang"))) pause();
    if (str_eq(how, STR("mute"))) {
        shutdown(0, SHUT_RDWR);
        pause();
    }
    while (str_eq(how, STR("spin"))) {}
    volatile size_t size = (size_t)64 << 30;
    if (str_eq(how, STR("allocate"))) mem_free(mem_alloc(size));
}

static Fail bad(Ctx *cx, void *state, Str request, Buf *reply)
{
    (void)cx;
    (void)state;
    (void)reply;
    misbehave(request);
    return NULL;
}

// "HOW FILE": misbehaves unless the file is there, and makes it.
static Fail bad_once(Ctx *cx, void *state, Str request, Buf *reply)
{
    (void)state;
    Str path = request, how = STR_NONE;
    str_next(&path, ' ', &how);
    int fd = open(str_cstr(cx->arena, path), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) misbehave(how);
    buf_add(reply, STR("second time"));
    return NULL;
}

static int serve(void)
{
    static const WorkHandler handlers[] = {
        {"echo", echo, NULL}, {"pid", pid_of_worker, NULL}, {"problem", problem, NULL},
        {"bad", bad, NULL},   {"bad_once", bad_once, NULL},
    };
    return worker_serve(handlers, ARRAY_LEN(handlers));
}

// --- the pool's side ---

static const char *const program[] = {"/proc/self/exe", "runtime_worker_test", NULL};

static Fail run(Ctx *cx, WorkerPool *pool, const char *kind, const char *request, Str *reply)
{
    WorkerTask task = {str_from(kind), STR("doing it"), str_from(request)};
    return worker_pool_run(cx, pool, &task, reply);
}

static int worker_pid(Ctx *cx, WorkerPool *pool)
{
    Str reply;
    int64_t pid = 0;
    assert_null(run(cx, pool, "pid", "", &reply));
    assert_true(str_to_int(reply, &pid));
    return (int)pid;
}

static bool is_gone(int pid)
{
    return kill(pid, 0) != 0 && errno == ESRCH;
}

static void tasks_are_answered(void **state)
{
    (void)state;
    enum { BIG = 3 << 20 };
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    WorkerPool *pool = worker_pool_new(&(WorkerSpec){.argv = program, .workers = 1});
    Str reply;
    assert_int_equal(worker_pool_stats(pool).started, 0); // nothing before the first task
    assert_null(worker_pool_ready(&cx, pool));
    assert_null(run(&cx, pool, "echo", "hello", &reply));
    CHECK_STR(reply, STR("hello"));
    assert_null(run(&cx, pool, "echo", "", &reply));
    CHECK_STR(reply, STR(""));
    char *big = arena_alloc(&arena, BIG + 1); // more than a socket holds
    memset(big, 'b', BIG);
    assert_null(run(&cx, pool, "echo", big, &reply));
    assert_int_equal(reply.len, BIG);
    Fail fail = run(&cx, pool, "problem", "why", &reply);
    assert_int_equal(fail->kind, PROBLEM_TOO_COSTLY);
    CHECK_STR(fail->detail, STR("no: why"));
    fail = run(&cx, pool, "what", "", &reply);
    assert_int_equal(fail->kind, PROBLEM_INTERNAL);
    int pid = worker_pid(&cx, pool);
    assert_int_equal(worker_pid(&cx, pool), pid);
    WorkerStats stats = worker_pool_stats(pool);
    assert_int_equal(stats.started, 1);
    assert_int_equal(stats.workers, 1);
    assert_int_equal(stats.lost, 0);
    worker_pool_free(pool);
    assert_true(is_gone(pid));
    arena_fini(&arena);
}

static void a_lost_worker_costs_its_task_only(void **state)
{
    (void)state;
    static const struct {
        const char *how, *detail, *signal;
        int64_t task_ms;
        int cpu_seconds;
        int64_t code;
    } cases[] = {
        {"abort", "died of SIGABRT (signal 6)", "SIGABRT", 0, 0, 0},
        {"segv", "died of SIGSEGV (signal 11)", "SIGSEGV", 0, 0, 0},
        {"exit", "left with exit code 5", NULL, 0, 0, 5},
        {"garbage", "sent bytes that are no message", "SIGKILL", 0, 0, 0},
        {"hang", "gave no answer in 30 ms", "SIGKILL", 30, 0, 0},
        {"spin", "used more than 1 s of processor time", "SIGXCPU", 0, 1, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        WorkerSpec spec = {.argv = program,
                           .workers = 2,
                           .task_ms = cases[i].task_ms,
                           .cpu_seconds = cases[i].cpu_seconds};
        WorkerPool *pool = worker_pool_new(&spec);
        Str reply, detail;
        Fail fail = run(&cx, pool, "bad", cases[i].how, &reply);
        assert_non_null(fail);
        assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
        detail =
            str_format(&arena, "doing it: the worker process %s; tried 2 times", cases[i].detail);
        CHECK_STR(fail->detail, detail);
        if (cases[i].signal)
            CHECK_STR(json_get(fail->ext, STR("signal"))->string, str_from(cases[i].signal));
        else assert_int_equal(json_get(fail->ext, STR("exit_code"))->integer, cases[i].code);
        WorkerStats stats = worker_pool_stats(pool);
        assert_int_equal(stats.lost, 2);
        assert_int_equal(stats.retried, 1);
        assert_int_equal(stats.failed, 1);
        assert_int_equal(stats.workers, 0);
        worker_pool_free(pool);
        arena_fini(&arena);
    }
}

static void too_much_memory_ends_the_worker(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); // they reserve more than any limit
#endif
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    WorkerSpec spec = {.argv = program, .workers = 1, .memory_bytes = (uint64_t)1 << 30};
    WorkerPool *pool = worker_pool_new(&spec);
    Str reply;
    Fail fail = run(&cx, pool, "bad", "allocate", &reply);
    assert_non_null(fail);
    CHECK_STR(json_get(fail->ext, STR("signal"))->string, STR("SIGABRT"));
    assert_null(run(&cx, pool, "echo", "still here", &reply));
    worker_pool_free(pool);
    arena_fini(&arena);
}

static void a_task_is_tried_once_more(void **state)
{
    (void)state;
    static const char *const hows[] = {"segv", "exit", "mute"};
    char folder[] = "/tmp/cq-worker.XXXXXX";
    assert_non_null(mkdtemp(folder));
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    WorkerPool *pool = worker_pool_new(&(WorkerSpec){.argv = program, .workers = 1});
    for (size_t i = 0; i < ARRAY_LEN(hows); i++) {
        Str reply, marker = str_format(&arena, "%s/%zu", folder, i);
        Str request = str_format(&arena, "%s " STR_FMT, hows[i], STR_ARG(marker));
        assert_null(run(&cx, pool, "bad_once", request.ptr, &reply));
        CHECK_STR(reply, STR("second time"));
        assert_int_equal(worker_pool_stats(pool).retried, i + 1);
        unlink(marker.ptr);
    }
    assert_int_equal(worker_pool_stats(pool).failed, 0);
    worker_pool_free(pool);
    rmdir(folder);
    arena_fini(&arena);
}

static void a_worker_killed_from_outside_is_replaced(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    WorkerPool *pool = worker_pool_new(&(WorkerSpec){.argv = program, .workers = 1});
    Str reply;
    for (int i = 0; i < 3; i++) { // idle ones: no task is lost, whatever their number
        int pid = worker_pid(&cx, pool);
        kill(pid, SIGKILL);
        while (!is_gone(pid) && !worker_pool_stats(pool).lost) {
            assert_null(run(&cx, pool, "echo", "x", &reply));
            thread_yield();
        }
        assert_null(run(&cx, pool, "echo", "after", &reply));
        CHECK_STR(reply, STR("after"));
    }
    assert_int_equal(worker_pool_stats(pool).failed, 0);
    worker_pool_free(pool);
    arena_fini(&arena);
}

typedef struct Cancel {
    WorkerPool *pool;
    Flag flag;
} Cancel;

static void cancel_when_busy(void *arg)
{
    Cancel *cancel = arg;
    while (!worker_pool_stats(cancel->pool).busy) thread_yield();
    flag_set(&cancel->flag, 1);
}

static void a_request_can_be_ended(void **state)
{
    (void)state;
    Arena arena = {0};
    WorkerPool *pool = worker_pool_new(&(WorkerSpec){.argv = program, .workers = 1});
    Ctx late = {.arena = &arena, .deadline_ns = clock_now_ns() + 50 * NS_PER_MS};
    Str reply;
    Fail fail = run(&late, pool, "bad", "hang", &reply);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    Cancel cancel = {.pool = pool};
    Ctx cx = {.arena = &arena, .cancel = &cancel.flag};
    Thread thread;
    assert_true(thread_start(&thread, cancel_when_busy, &cancel, "cancel"));
    fail = run(&cx, pool, "bad", "hang", &reply);
    thread_join(&thread);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    assert_int_equal(worker_pool_stats(pool).retried, 0);
    cx.cancel = NULL;
    assert_null(run(&cx, pool, "echo", "next", &reply));
    worker_pool_free(pool);
    arena_fini(&arena);
}

typedef struct Many {
    WorkerPool *pool;
    Counter answers, failures;
} Many;

static void one_of_many(void *arg, size_t index, int slot)
{
    (void)slot;
    Many *many = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Str reply, request = str_format(&arena, "task %zu", index);
    bool crash = index % 16 == 5;
    Fail fail = run(&cx, many->pool, crash ? "bad" : "echo", crash ? "abort" : request.ptr, &reply);
    if (fail) counter_add(&many->failures, 1);
    else if (str_eq(reply, request)) counter_add(&many->answers, 1);
    arena_fini(&arena);
}

static void many_threads_share_few_workers(void **state)
{
    (void)state;
    enum { TASKS = 160, CRASHES = 10 };
    Ctx cx = {0};
    Pool *threads = pool_new((PoolSpec){.cpu_workers = 5});
    WorkerSpec spec = {.argv = program, .workers = 3, .backoff_ms = 1, .backoff_most_ms = 2};
    Many many = {.pool = worker_pool_new(&spec)};
    pool_each(threads, &cx, TASKS, 1, one_of_many, &many);
    assert_int_equal(counter_get(&many.answers), TASKS - CRASHES);
    assert_int_equal(counter_get(&many.failures), CRASHES);
    WorkerStats stats = worker_pool_stats(many.pool);
    assert_int_equal(stats.lost, 2 * CRASHES);
    assert_true(stats.workers <= 3);
    worker_pool_free(many.pool);
    pool_free(threads);
}

// A clock that stands still until it is moved.
typedef struct FakeClock {
    Counter ns;
} FakeClock;

static int64_t fake_now(void *clock)
{
    return (int64_t)counter_get(&((FakeClock *)clock)->ns);
}

static void workers_that_do_not_start_are_told_of(void **state)
{
    (void)state;
    static const char *const absent[] = {"/does/not/exist", NULL};
    static const char *const wrong[] = {"/bin/true", NULL};
    static const char *const *const programs[] = {absent, wrong, NULL};
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        WorkerSpec spec = {.argv = programs[i], .workers = 1, .backoff_ms = 1};
        WorkerPool *pool = worker_pool_new(&spec);
        Str reply;
        Fail fail = run(&cx, pool, "echo", "x", &reply);
        assert_non_null(fail);
        assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
        assert_non_null(worker_pool_ready(&cx, pool));
        assert_int_equal(worker_pool_stats(pool).retried, 0);
        worker_pool_free(pool);
        arena_fini(&arena);
    }
}

static void crash_crash_and_echo(void *arg)
{
    WorkerPool *pool = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Str reply;
    assert_non_null(run(&cx, pool, "bad", "exit", &reply));
    assert_non_null(run(&cx, pool, "bad", "exit", &reply));
    assert_null(run(&cx, pool, "echo", "x", &reply));
    arena_fini(&arena);
}

// After a loss the next start waits for the pause: nothing starts while the clock stands still.
static void a_restart_waits_for_its_pause(void **state)
{
    (void)state;
    static const int64_t pauses_ms[] = {1000, 2000, 4000, 4000};
    FakeClock clock = {0};
    WorkerSpec spec = {.argv = program,
                       .workers = 1,
                       .backoff_ms = 1000,
                       .backoff_most_ms = 4000,
                       .now = fake_now,
                       .clock = &clock};
    WorkerPool *pool = worker_pool_new(&spec);
    Thread thread;
    assert_true(thread_start(&thread, crash_crash_and_echo, pool, "tasks"));
    for (size_t i = 0; i < ARRAY_LEN(pauses_ms); i++) {
        while (worker_pool_stats(pool).lost <= i) thread_yield();
        counter_add(&clock.ns, (uint64_t)(pauses_ms[i] * NS_PER_MS) - 1);
        worker_pool_look(pool);
        for (int yields = 0; yields < 50; yields++) thread_yield();
        assert_int_equal(worker_pool_stats(pool).started, i + 1);
        counter_add(&clock.ns, 1);
        worker_pool_look(pool);
        while (worker_pool_stats(pool).started <= i + 1) thread_yield();
    }
    thread_join(&thread);
    worker_pool_free(pool);
}

int runtime_worker_test(void);
int runtime_worker_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_are_answered),
        cmocka_unit_test(a_lost_worker_costs_its_task_only),
        cmocka_unit_test(too_much_memory_ends_the_worker),
        cmocka_unit_test(a_task_is_tried_once_more),
        cmocka_unit_test(a_worker_killed_from_outside_is_replaced),
        cmocka_unit_test(a_request_can_be_ended),
        cmocka_unit_test(many_threads_share_few_workers),
        cmocka_unit_test(workers_that_do_not_start_are_told_of),
        cmocka_unit_test(a_restart_waits_for_its_pause),
    };
    if (getenv("CQ_TEST_CHILD")) return serve();
    setenv("CQ_TEST_CHILD", "1", 1);
    int failed = RUN_TESTS(tests);
    unsetenv("CQ_TEST_CHILD");
    return failed;
}
