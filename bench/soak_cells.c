// bench/soak_cells.c - cq-soak cells: several threads lease, hold, hand on, swap, close,
// invalidate, fail and seed five cells, some of which stand on others.
#include <stdlib.h>

#include "base/clock.h"
#include "runtime/cells.h"
#include "soak.h"

enum { HELD = 6, ALIVE = 0x600DF00D, DEAD = 0x0DEADBAD, QUARANTINE = 1024 };

typedef struct Soak Soak;

typedef struct Body { // what a payload is; kept a while after its disposal, to notice late uses
    atomic_uint state;
    const struct Body *base; // of the cell it needs
} Body;

typedef struct Worker {
    Soak *soak;
    uint64_t random;
    Thread thread;
    Lease held[HELD];
    Counter operations;
    Arena arena;
} Worker;

struct Soak {
    CellSet *set;
    Worker *workers;
    int threads;
    Flag stop;
    Counter builds, disposals, faults;
    Mutex mutex;
    // guarded by mutex
    Body *dead[QUARANTINE];
    size_t dead_at;
    Lease post; // a lease on its way to another thread
};

static uint64_t next_random(Worker *worker, uint64_t below)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random % below;
}

static void fault(Soak *soak, bool bad)
{
    if (bad) counter_add(&soak->faults, 1);
}

static bool is_alive(const Body *body)
{
    return atomic_load(&body->state) == ALIVE;
}

static Body *new_body(Soak *soak, const void *base)
{
    Body *body = mem_alloc(sizeof *body);
    atomic_store(&body->state, ALIVE);
    body->base = base;
    counter_add(&soak->builds, 1);
    return body;
}

static Fail build_body(Ctx *cx, CellBuild *build, void **out)
{
    Soak *soak = build->owner;
    const char *name = cell_spec(build->cell)->name;
    if (strcmp(name, "flaky") == 0 && build->generation % 3 == 0)
        return FAIL(cx->arena, IO, "it is one of three that fail");
    if (build->generation % 16 == 0) thread_yield();
    arena_alloc(build->arena, 1000);
    const void *base = cell_spec(build->cell)->needs ? build->needs[0] : NULL;
    fault(soak, base && !is_alive(base));
    *out = new_body(soak, base);
    return NULL;
}

static Fail dispose_body(Ctx *cx, void *owner, void *value)
{
    (void)cx;
    Soak *soak = owner;
    Body *body = value;
    fault(soak, body->base && !is_alive(body->base));
    fault(soak, atomic_exchange(&body->state, DEAD) != ALIVE); // twice
    counter_add(&soak->disposals, 1);
    mutex_lock(&soak->mutex);
    Body **place = &soak->dead[soak->dead_at++ % QUARANTINE];
    Body *old = *place;
    *place = body;
    mutex_unlock(&soak->mutex);
    mem_free(old);
    return NULL;
}

static const char *const to_base[] = {"base", NULL}, *const to_index[] = {"index", "base", NULL};
static const CellSpec specs[] = {
    {.name = "engine",
     .needs = to_index,
     .build = build_body,
     .dispose = dispose_body,
     .drain_ms = 5000},
    {.name = "base", .build = build_body, .dispose = dispose_body, .drain_ms = 5000},
    {.name = "index",
     .needs = to_base,
     .build = build_body,
     .dispose = dispose_body,
     .drain_ms = 5000},
    {.name = "narrow",
     .build = build_body,
     .dispose = dispose_body,
     .max_concurrency = 4,
     .max_waiters = 3,
     .wait_timeout_ms = 2,
     .drain_ms = 5000},
    {.name = "flaky",
     .needs = to_base,
     .build = build_body,
     .dispose = dispose_body,
     .cooldown_ms = 1,
     .drain_ms = 5000},
};

static void use(Soak *soak, const Lease *lease)
{
    const Body *body = lease->value;
    fault(soak, !is_alive(body));
    fault(soak, body->base && !is_alive(body->base));
}

static void drop(Soak *soak, Lease *lease)
{
    if (lease->held) use(soak, lease);
    lease_release(lease);
}

// Leaves a lease for another thread, and ends the one that lay there.
static void post(Soak *soak, Lease *lease)
{
    mutex_lock(&soak->mutex);
    Lease other = soak->post;
    soak->post = *lease;
    mutex_unlock(&soak->mutex);
    *lease = (Lease){0};
    drop(soak, &other);
}

static void change(Worker *worker, Ctx *cx, Cell *cell)
{
    Soak *soak = worker->soak;
    Body *body = NULL;
    switch (next_random(worker, 6)) {
    case 0: cell_invalidate(cx, cell); break;
    case 1: cell_close(cx, cell, next_random(worker, 16) ? 0 : NS_PER_MS, NULL); break;
    case 2:
        if (cell_swap(cx, cell, NULL)) break; // busy or flaky
        break;
    case 3: cell_record_failure(cell, FAIL(cx->arena, IO, "found bad"), 100000); break;
    case 4:
        body = new_body(soak, NULL);
        if (cell_seed(cx, cell, body)) { // full
            counter_add(&soak->disposals, 1);
            mem_free(body);
        }
        break;
    default: {
        CellSnapshot snapshot;
        cell_snapshot(cx->arena, cell, &snapshot);
    }
    }
}

static void work(void *arg)
{
    Worker *worker = arg;
    Soak *soak = worker->soak;
    while (!flag_get(&soak->stop)) {
        Ctx cx = {.arena = &worker->arena, .deadline_ns = clock_now_ns() + 5 * NS_PER_MS};
        Cell *cell = cells_at(soak->set, next_random(worker, ARRAY_LEN(specs)));
        Lease *lease = &worker->held[next_random(worker, HELD)];
        uint64_t what = next_random(worker, 256);
        const void *value = NULL;
        if (what < 4) change(worker, &cx, cell);
        else if (what < 8) post(soak, lease);
        else if (what < 16 && !cell_get(&cx, cell, &value)) fault(soak, !is_alive(value));
        drop(soak, lease);
        if (what & 1 && !cell_lease(&cx, cell, lease)) use(soak, lease);
        if (lease->held && cell_spec(cell)->max_concurrency && what & 30) drop(soak, lease);
        counter_add(&worker->operations, 1);
        arena_reset(&worker->arena);
    }
    for (int i = 0; i < HELD; i++) drop(soak, &worker->held[i]);
    arena_fini(&worker->arena);
}

static void *start(int threads)
{
    Soak *soak = mem_alloc(sizeof *soak);
    Arena errors = {0};
    const CellSpec *table[ARRAY_LEN(specs)];
    CellHostSpec host = {.owner = soak, .allow_seed = true, .allow_swap = true};
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) table[i] = &specs[i];
    if (cells_new(&errors, &host, table, ARRAY_LEN(specs), &soak->set)) abort();
    arena_fini(&errors);
    mutex_init(&soak->mutex, RANK_LOG);
    soak->workers = mem_alloc((size_t)threads * sizeof *soak->workers);
    soak->threads = threads;
    for (int i = 0; i < threads; i++) {
        Worker *worker = &soak->workers[i];
        worker->soak = soak;
        worker->random = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(i + 1);
        if (!thread_start(&worker->thread, work, worker, "soak")) abort();
    }
    return soak;
}

static void look(void *run, SoakReport *report)
{
    Soak *soak = run;
    *report = (SoakReport){.disposals = counter_get(&soak->disposals),
                           .builds = counter_get(&soak->builds),
                           .faults = counter_get(&soak->faults)};
    report->live = report->builds - report->disposals;
    for (int i = 0; i < soak->threads; i++)
        report->operations += counter_get(&soak->workers[i].operations);
}

static void stop(void *run, SoakReport *report)
{
    Soak *soak = run;
    flag_set(&soak->stop, 1);
    for (int i = 0; i < soak->threads; i++) thread_join(&soak->workers[i].thread);
    drop(soak, &soak->post);
    bool freed = cells_free(soak->set);
    look(soak, report);
    if (!freed) report->faults++;
    for (size_t i = 0; i < QUARANTINE; i++) mem_free(soak->dead[i]);
    mutex_fini(&soak->mutex);
    mem_free(soak->workers);
    mem_free(soak);
}

const SoakMode soak_cells = {"cells", "leases, swaps, closes, failures and seeds on five cells",
                             start, look, stop};
