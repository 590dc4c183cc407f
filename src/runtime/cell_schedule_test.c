// runtime/cell_schedule_test.c - every interleaving of operations on one cell.
//
// The cell's sources are compiled here a second time, under other names, over locks and threads
// that are coroutines of one thread. Each lock, each CELL_POINT and each build and disposal is a
// place where another may go on; which one does is a choice, and all sequences of choices are
// tried. After each, the invariants are checked. Deliberate faults in the layer below show that a
// broken protocol is noticed. (Weak memory is for tests/models/cell.pml; data races are for tsan.)
#include "base/clock.h"
#include "base/ctx.h"

static void sim_point(void);
static void sim_lock(Mutex *mutex);
static void sim_unlock(Mutex *mutex);
static void sim_wait(Mutex *mutex);
static bool sim_wait_until(Mutex *mutex);
static void sim_broadcast(void);
static int sim_slot(void);
static const void *sim_self(void);
static bool sim_bool(const atomic_bool *at);
static int64_t sim_now(void);
struct CellValue;
static struct CellValue *sim_hot(const void *at);

#define CELL_POINT sim_point
#define mutex_init(mutex, of_rank) ((mutex)->rank = 0) // here, the one who holds it
#define mutex_fini(mutex) ((void)(mutex))
#define mutex_lock sim_lock
#define mutex_unlock sim_unlock
#define cond_init(cond) ((void)(cond))
#define cond_fini(cond) ((void)(cond))
#define cond_wait(cond, mutex) sim_wait(mutex)
#define cond_wait_until(cond, mutex, until) ((void)(until), sim_wait_until(mutex))
#define cond_broadcast(cond) sim_broadcast()
#define thread_slot sim_slot
#define thread_slot_held (sim_slot() + 1)
#define thread_self sim_self
#define fence_is_light() true
#define fence_heavy() ((void)0)
#define fence_setup() ((void)0)
#define clock_now_ns sim_now
#undef atomic_load_explicit
#define atomic_load_explicit(at, order)                                                            \
    _Generic((at), atomic_bool *                                                                   \
             : sim_bool((const void *)(at)), const atomic_bool *                                   \
             : sim_bool((const void *)(at)), _Atomic(CellValue *) *                                \
             : sim_hot((const void *)(at)), default                                                \
             : __atomic_load_n(at, __ATOMIC_SEQ_CST))

#define cell_build_default sim_cell_build_default
#define cell_build_stopped sim_cell_build_stopped
#define cell_close sim_cell_close
#define cell_configure_adjuster sim_cell_configure_adjuster
#define cell_configure_observer sim_cell_configure_observer
#define cell_context sim_cell_context
#define cell_cooling sim_cell_cooling
#define cell_dispose_all sim_cell_dispose_all
#define cell_event_name sim_cell_event_name
#define cell_free sim_cell_free
#define cell_gate_enter sim_cell_gate_enter
#define cell_gate_leave sim_cell_gate_leave
#define cell_get sim_cell_get
#define cell_give_up sim_cell_give_up
#define cell_guard_is_on sim_cell_guard_is_on
#define cell_host_free sim_cell_host_free
#define cell_host_new sim_cell_host_new
#define cell_invalidate sim_cell_invalidate
#define cell_lease sim_cell_lease
#define cell_lease_gate sim_cell_lease_gate
#define cell_lease_slow sim_cell_lease_slow
#define cell_make sim_cell_make
#define cell_name_in sim_cell_name_in
#define cell_new sim_cell_new
#define cell_now sim_cell_now
#define cell_observer sim_cell_observer
#define cell_peek sim_cell_peek
#define cell_put sim_cell_put
#define cell_reason_name sim_cell_reason_name
#define cell_record_failure sim_cell_record_failure
#define cell_reset sim_cell_reset
#define cell_run_begin sim_cell_run_begin
#define cell_run_end sim_cell_run_end
#define cell_runs_elsewhere sim_cell_runs_elsewhere
#define cell_seed sim_cell_seed
#define cell_set_failure sim_cell_set_failure
#define cell_snapshot sim_cell_snapshot
#define cell_spec sim_cell_spec
#define cell_state_name sim_cell_state_name
#define cell_status_name sim_cell_status_name
#define cell_supersede sim_cell_supersede
#define cell_swap sim_cell_swap
#define cell_tell sim_cell_tell
#define cell_value_free sim_cell_value_free
#define cell_value_leases sim_cell_value_leases
#define cell_value_new sim_cell_value_new
#define cell_value_take sim_cell_value_take
#define cell_wait_begin sim_cell_wait_begin
#define cell_wait_change sim_cell_wait_change
#define cell_wait_end sim_cell_wait_end
#define cell_wait_for_build sim_cell_wait_for_build
#define lease_generation sim_lease_generation
#define lease_copy sim_lease_copy
#define lease_release sim_lease_release
#define stored_fail_set sim_stored_fail_set

#include "runtime/cell.c"
#include "runtime/cell_change.c"
#include "runtime/cell_value.c"
#include "runtime/cell_wait.c"

#include <stdlib.h>

#include "support/check.h"
#include "support/coroutine.h"

enum { MOST_THREADS = 3, MOST_STEPS = 400, MOST_PAYLOADS = 16, MOST_OPS = 3 };

typedef enum Op { NONE, GET, PEEK, CLOSE, DRAIN, SWAP, INVALIDATE, FAIL_NOW, SEED, OPS } Op;
static const char *const op_names[] = {"-",    "get",        "peek",           "close", "drain",
                                       "swap", "invalidate", "record_failure", "seed"};

typedef enum Start { EMPTY, READY, BROKEN, GATED, STARTS } Start; // BROKEN: the first build fails
static const char *const start_names[] = {"empty", "ready", "broken", "gated"};

typedef enum Fault { NO_FAULT, NO_SECOND_LOOK, RETIRED_UNSEEN, NO_WAKE, FAULTS } Fault;

typedef enum Mode { RUNNABLE, WANTS_LOCK, WAITS } Mode;

typedef struct SimThread {
    Coroutine co;
    Mode mode;
    const Mutex *lock; // that it wants
    bool timed_out;
    const Op *ops;
    Arena arena;
    struct CellValue *seen; // by its last first look at `hot`
} SimThread;

typedef struct Payload {
    int users, disposals;
    bool owned; // handed over to the cell
} Payload;

typedef struct Choice {
    unsigned char taken, options;
} Choice;

static struct {
    CoroutineHome home;
    SimThread threads[MOST_THREADS];
    int count, current; // current: -1 outside of coroutines
    Choice choices[MOST_STEPS];
    int steps, preemptions, most_preemptions;
    Payload payloads[MOST_PAYLOADS];
    int payload_count;
    bool fail_next_build;
    Fault fault;
    int64_t now_ns;
    uint64_t floor; // no get that begins now may give this generation or one before it
    const char *violation;
    CellHost *host;
    Cell *cell;
    uint64_t schedules;
    int cut; // explorations that did not try all
} sim;

static void check(bool good, const char *what)
{
    if (!good && !sim.violation) sim.violation = what;
}

// --- the layer below ---

static bool is_runnable(const SimThread *thread)
{
    if (!thread->ops || thread->co.ended) return false;
    return thread->mode == RUNNABLE || (thread->mode == WANTS_LOCK && !thread->lock->rank);
}

// The next choice among `options`: as in the schedule that is replayed, else the first.
static int choose(int options)
{
    if (options == 1) return 0;
    assert_true(sim.steps < MOST_STEPS);
    Choice *choice = &sim.choices[sim.steps++];
    if (!choice->options) *choice = (Choice){.taken = 0, .options = (unsigned char)options};
    assert_int_equal(choice->options, options); // a replay is the same again
    return choice->taken;
}

// Who goes on; -1 when nobody can. The current one, when it can, is option 0.
static int pick(void)
{
    int options[MOST_THREADS], count = 0;
    bool stays = sim.current >= 0 && is_runnable(&sim.threads[sim.current]);
    if (stays) options[count++] = sim.current;
    if (!stays || sim.preemptions < sim.most_preemptions)
        for (int i = 0; i < sim.count; i++)
            if (i != sim.current && is_runnable(&sim.threads[i])) options[count++] = i;
    if (!count) return -1;
    int taken = choose(count);
    if (stays && taken) sim.preemptions++;
    return options[taken];
}

static void sim_point(void)
{
    if (sim.current >= 0) coroutine_yield(&sim.home);
}

static void sim_lock(Mutex *mutex)
{
    if (mutex == &sim.host->graph) return; // only taken with the cell's mutex held
    sim_point();
    while (mutex->rank) {
        SimThread *me = &sim.threads[sim.current];
        me->mode = WANTS_LOCK;
        me->lock = mutex;
        coroutine_yield(&sim.home);
        me->mode = RUNNABLE;
    }
    mutex->rank = (LockRank)(sim.current + 2);
}

static void sim_unlock(Mutex *mutex)
{
    if (mutex == &sim.host->graph) return;
    check(mutex->rank == (LockRank)(sim.current + 2), "unlocked what another holds");
    mutex->rank = 0;
}

static void sim_wait(Mutex *mutex)
{
    SimThread *me = &sim.threads[sim.current];
    sim_unlock(mutex);
    me->mode = WAITS;
    coroutine_yield(&sim.home);
    me->mode = RUNNABLE;
    while (mutex->rank) {
        me->mode = WANTS_LOCK;
        me->lock = mutex;
        coroutine_yield(&sim.home);
        me->mode = RUNNABLE;
    }
    mutex->rank = (LockRank)(sim.current + 2);
}

static bool sim_wait_until(Mutex *mutex)
{
    SimThread *me = &sim.threads[sim.current];
    me->timed_out = false;
    sim_wait(mutex);
    return !me->timed_out;
}

static void wake_all(void)
{
    for (int i = 0; i < sim.count; i++)
        if (sim.threads[i].mode == WAITS) {
            sim.threads[i].mode = WANTS_LOCK;
            sim.threads[i].lock = &sim.cell->mutex;
        }
}

static void sim_broadcast(void)
{
    if (sim.fault != NO_WAKE) wake_all();
}

static int sim_slot(void)
{
    return sim.current + 1;
}

static const void *sim_self(void)
{
    return &sim.threads[sim.current + 1 > 0 ? sim.current : 0];
}

static int64_t sim_now(void)
{
    return sim.now_ns;
}

static int64_t sim_host_now(void *clock)
{
    (void)clock;
    return sim.now_ns;
}

static bool sim_bool(const atomic_bool *at)
{
    if (sim.fault == RETIRED_UNSEEN) return false;
    return *(const volatile bool *)at;
}

// With NO_SECOND_LOOK, each second look of a thread at `hot` sees what the first one saw.
static struct CellValue *sim_hot(const void *at)
{
    struct CellValue *now = *(struct CellValue *const volatile *)at;
    if (sim.fault != NO_SECOND_LOOK || sim.current < 0) return now;
    SimThread *me = &sim.threads[sim.current];
    struct CellValue *seen = me->seen;
    me->seen = seen ? NULL : now;
    return seen ? seen : now;
}

// --- what is built ---

static Payload *make_payload(void)
{
    assert_true(sim.payload_count < MOST_PAYLOADS);
    Payload *payload = &sim.payloads[sim.payload_count++];
    *payload = (Payload){0};
    return payload;
}

static Fail sim_build(Ctx *cx, CellBuild *build, void **out)
{
    (void)build;
    sim_point();
    if (sim.fail_next_build) {
        sim.fail_next_build = false;
        return FAIL(cx->arena, IO, "broken");
    }
    Payload *payload = make_payload();
    payload->owned = true;
    sim_point();
    *out = payload;
    return NULL;
}

static Fail sim_dispose(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    Payload *payload = value;
    check(payload->users == 0, "disposed while leased");
    check(payload->disposals++ == 0, "disposed twice");
    sim_point();
    return NULL;
}

static const CellSpec sim_spec = {.name = "sim", .build = sim_build, .dispose = sim_dispose};
static const CellSpec gated_spec = {
    .name = "sim", .build = sim_build, .dispose = sim_dispose, .max_concurrency = 1};

// --- operations ---

static void use(Lease *lease, uint64_t floor)
{
    Payload *payload = (Payload *)(uintptr_t)lease->value;
    check(payload != NULL, "a lease of nothing");
    if (payload) {
        check(!payload->disposals, "a lease of something disposed");
        check(lease_generation(lease) > floor, "a value from before a close that had ended");
        payload->users++;
        sim_point();
        payload->users--;
        check(!payload->disposals, "disposed under a lease");
    }
    lease_release(lease);
}

static void do_detach(Ctx *cx, Op op)
{
    uint64_t floor = sim.cell->generation; // all begun before it are over when it ends
    CellClosed closed = {0};
    if (op == INVALIDATE) cell_invalidate(cx, sim.cell);
    else cell_close(cx, sim.cell, op == DRAIN ? 1000 * NS_PER_S : 0, &closed);
    if (op == DRAIN) check(!closed.leases && !closed.builds, "not drained");
    sim.floor = MAX(sim.floor, floor);
}

static void do_op(Ctx *cx, Op op)
{
    Lease lease = {0};
    uint64_t floor = sim.floor;
    Payload *payload = NULL;
    Fail fail = NULL;
    switch (op) {
    case GET:
        fail = cell_lease(cx, sim.cell, &lease);
        check(!fail == (lease.held != NULL), "a result without a lease, or the other way round");
        if (!fail) use(&lease, floor);
        break;
    case PEEK:
        if (cell_peek(sim.cell, &lease)) use(&lease, floor);
        break;
    case CLOSE:
    case DRAIN:
    case INVALIDATE: do_detach(cx, op); break;
    case SWAP: fail = cell_swap(cx, sim.cell, NULL); break;
    case FAIL_NOW: cell_record_failure(sim.cell, FAIL(cx->arena, IO, "bad"), NS_PER_S); break;
    case SEED:
        payload = make_payload();
        payload->owned = true;
        if (cell_seed(cx, sim.cell, payload)) payload->owned = false;
        break;
    case NONE:
    case OPS: break;
    }
}

static void thread_main_of_sim(void *arg)
{
    SimThread *me = arg;
    Ctx cx = {.arena = &me->arena};
    for (int i = 0; i < MOST_OPS && me->ops[i]; i++) do_op(&cx, me->ops[i]);
}

// --- one schedule ---

static void run_threads(void)
{
    for (;;) {
        int next = pick();
        if (next < 0) {
            bool all_ended = true, waiting = false;
            for (int i = 0; i < sim.count; i++) {
                SimThread *thread = &sim.threads[i];
                all_ended = all_ended && thread->co.ended;
                if (thread->co.ended || thread->mode != WAITS) continue;
                waiting = true;
                thread->timed_out = true;
            }
            if (all_ended) break;
            check(false, "nobody can go on");
            if (!waiting) break;
            sim.fault = NO_FAULT; // let them end
            wake_all();
            continue;
        }
        sim.current = next;
        coroutine_resume(&sim.home, &sim.threads[next].co);
    }
    sim.current = -1;
}

// Nobody holds a lease now.
static void check_quiet(void)
{
    Cell *cell = sim.cell;
    int kept = (cell->value != NULL) + (cell->stale != NULL), live = 0;
    for (int i = 0; i < sim.payload_count; i++)
        live += sim.payloads[i].owned && !sim.payloads[i].disposals;
    check(live == kept, "a payload that nobody will dispose");
    check(!cell->retired && !cell->disposing, "retired for ever");
    check(!cell->building && !cell->swapping && !sim.host->runs && !sim.host->edges, "still busy");
    check(!cell->waiters && !cell->gate_used && !cell->gate_first, "still waited for");
    check(!(cell->value && cell->stale), "two values");
    sim.fault = NO_FAULT;
    while (cell->retired) settle(cell->retired); // after a deliberate fault
    check(cell_free(cell), "cannot be freed");
    for (int i = 0; i < sim.payload_count; i++)
        check(sim.payloads[i].disposals == sim.payloads[i].owned, "not disposed exactly once");
}

static void set_up(Start start)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Lease lease = {0};
    sim.payload_count = 0;
    sim.floor = 0;
    sim.now_ns = NS_PER_S;
    sim.fail_next_build = start == BROKEN;
    sim.current = -1;
    sim.cell = cell_new(sim.host, start == GATED ? &gated_spec : &sim_spec, NULL);
    if (start == READY || start == GATED) {
        assert_null(cell_lease(&cx, sim.cell, &lease));
        lease_release(&lease);
    }
    arena_fini(&arena);
}

static void run_schedule(Start start, Fault fault)
{
    set_up(start);
    sim.fault = fault;
    sim.steps = sim.preemptions = 0;
    for (int i = 0; i < sim.count; i++) {
        SimThread *thread = &sim.threads[i];
        thread->mode = RUNNABLE;
        thread->seen = NULL;
        coroutine_start(&thread->co, thread_main_of_sim, thread);
    }
    run_threads();
    check_quiet();
    for (int i = 0; i < sim.count; i++) arena_reset(&sim.threads[i].arena);
    sim.schedules++;
}

// Prepares the next schedule; false when all were tried.
static bool next_schedule(void)
{
    while (sim.steps > 0) {
        Choice *last = &sim.choices[sim.steps - 1];
        if (last->taken + 1 < last->options) {
            last->taken++;
            for (int i = sim.steps; i < MOST_STEPS; i++) sim.choices[i].options = 0;
            return true;
        }
        sim.steps--;
    }
    return false;
}

// All schedules of these scripts, or `most`; stops at a violation.
static void explore(Start start, Fault fault, const Op *const *scripts, int count, int preemptions,
                    uint64_t most)
{
    sim.count = count;
    sim.most_preemptions = preemptions;
    sim.violation = NULL;
    for (int i = 0; i < count; i++) sim.threads[i].ops = scripts[i];
    for (int i = 0; i < MOST_STEPS; i++) sim.choices[i].options = 0;
    uint64_t before = sim.schedules;
    do run_schedule(start, fault);
    while (!sim.violation && sim.schedules - before < most && next_schedule());
    sim.cut += !sim.violation && sim.schedules - before >= most;
}

static void fail_with_schedule(Start start, const Op *const *scripts, int count)
{
    Arena arena = {0};
    Buf text = buf_on(&arena);
    buf_addf(&text, "%s; start %s;", sim.violation, start_names[start]);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < MOST_OPS && scripts[i][j]; j++)
            buf_addf(&text, " %d:%s", i, op_names[scripts[i][j]]);
    buf_addf(&text, "; choices ");
    for (int i = 0; i < sim.steps; i++) buf_addf(&text, "%d", sim.choices[i].taken);
    char message[1024];
    snprintf(message, sizeof message, STR_FMT, STR_ARG(buf_str(&text)));
    arena_fini(&arena);
    fail_msg("%s", message);
}

static bool is_long(void)
{
    return getenv("CQ_LONG") != NULL;
}

#ifdef __SANITIZE_ADDRESS__
static const uint64_t most = 200; // the switches are slow there
#else
static const uint64_t most = UINT64_MAX;
#endif

static int sim_start(void **state)
{
    (void)state;
    CellHostSpec spec = {.allow_seed = true, .allow_swap = true, .now_ns = sim_host_now};
    sim.host = cell_host_new(&spec);
    sim.schedules = 0;
    sim.cut = 0;
    return 0;
}

static int sim_stop(void **state)
{
    (void)state;
    printf("             %llu schedules, %d explorations cut short\n",
           (unsigned long long)sim.schedules, sim.cut);
    for (int i = 0; i < MOST_THREADS; i++) {
        coroutine_free(&sim.threads[i].co);
        arena_fini(&sim.threads[i].arena);
        sim.threads[i].ops = NULL;
    }
    cell_host_free(sim.host);
    return 0;
}

static Op ops_of[OPS][MOST_OPS]; // one operation each, then NONE

static void make_ops(void)
{
    for (int op = 0; op < OPS; op++) ops_of[op][0] = (Op)op;
}

static void two_threads_one_operation_each(void **state)
{
    (void)state;
    make_ops();
    for (int start = 0; start < STARTS; start++)
        for (int a = GET; a < OPS; a++)
            for (int b = a; b < OPS; b++) {
                const Op *const scripts[] = {ops_of[a], ops_of[b]};
                explore((Start)start, NO_FAULT, scripts, 2, 1000, UINT64_MAX);
                if (sim.violation) fail_with_schedule((Start)start, scripts, 2);
            }
}

static void two_threads_a_reader_and_two_changes(void **state)
{
    (void)state;
    static const Op reader[MOST_OPS] = {GET, GET};
    for (int start = 0; start < STARTS; start++)
        for (int a = CLOSE; a < OPS; a++)
            for (int b = CLOSE; b < OPS; b++) {
                const Op changes[MOST_OPS] = {(Op)a, (Op)b};
                const Op *const scripts[] = {reader, changes};
                explore((Start)start, NO_FAULT, scripts, 2, is_long() ? 5 : 3, most);
                if (sim.violation) fail_with_schedule((Start)start, scripts, 2);
            }
}

static void three_threads_few_preemptions(void **state)
{
    (void)state;
    make_ops();
    for (int start = 0; start < STARTS; start++)
        for (int a = GET; a < OPS; a++)
            for (int b = a; b < OPS; b++) {
                const Op *const scripts[] = {ops_of[GET], ops_of[a], ops_of[b]};
                explore((Start)start, NO_FAULT, scripts, 3, is_long() ? 3 : 2, most);
                if (sim.violation) fail_with_schedule((Start)start, scripts, 3);
            }
}

// A protocol broken on purpose must be caught, each time in some schedule.
static void faults_are_noticed(void **state)
{
    (void)state;
    make_ops();
    for (int fault = NO_SECOND_LOOK; fault < FAULTS; fault++) {
        bool noticed = false;
        for (int a = CLOSE; a < OPS && !noticed; a++) {
            static const Op reader[MOST_OPS] = {GET, GET};
            const Op changes[MOST_OPS] = {(Op)a, GET, (Op)a};
            const Op *const scripts[] = {reader, changes};
            explore(fault == NO_WAKE ? EMPTY : READY, (Fault)fault, scripts, 2, 4, 20000);
            noticed = sim.violation != NULL;
        }
        if (!noticed) fail_msg("fault %d goes unnoticed", fault);
    }
}

#ifdef __SANITIZE_THREAD__
enum { SKIPPED = true }; // one thread: nothing for it to see, and it cannot follow the jumps
#else
enum { SKIPPED = false };
#endif

int runtime_cell_schedule_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_threads_one_operation_each, sim_start, sim_stop),
        cmocka_unit_test_setup_teardown(two_threads_a_reader_and_two_changes, sim_start, sim_stop),
        cmocka_unit_test_setup_teardown(three_threads_few_preemptions, sim_start, sim_stop),
        cmocka_unit_test_setup_teardown(faults_are_noticed, sim_start, sim_stop),
    };
    return SKIPPED ? 0 : RUN_TESTS(tests);
}
