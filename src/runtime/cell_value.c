// runtime/cell_value.c - values: counting their leases, retiring and disposing them.
// The DESIGN note is in cell_parts.h.
#include <assert.h>

#include "runtime/cell_parts.h"

#define COLD __attribute__((noinline, cold)) // keeps its registers out of the hot path

static inline Tally *tally_of(CellValue *value, int slot)
{
    unsigned at = (unsigned)slot;
    Tally *chunk = atomic_load_explicit(&value->chunks[at / TALLY_CHUNK], memory_order_acquire);
    return chunk ? &chunk[at % TALLY_CHUNK] : NULL;
}

// The common case, which the hot path serves: the thread has a slot of its own, and fences are
// light.
static inline bool is_common(int slot)
{
    return (unsigned)slot < THREAD_SLOTS && fence_is_light();
}

// How a lease of the uncommon kind keeps its slot: no thread's number, and not the -1 of a thread
// that has none. Its own inverse.
static inline int hidden(int slot)
{
    return -2 - slot;
}

// One more of `count`, which is of this thread's slot; then a fence.
static inline void count_up(atomic_uint_fast64_t *count, int slot, bool common)
{
    if (common || slot < THREAD_SLOTS) {
        uint64_t before = atomic_load_explicit(count, memory_order_relaxed);
        atomic_store_explicit(count, before + 1, memory_order_release);
    } else { // a slot with several writers
        atomic_fetch_add_explicit(count, 1, memory_order_acq_rel);
    }
    if (common) fence_compiler();
    else fence_light();
}

static uint64_t sum_of(CellValue *value, bool ended)
{
    uint64_t sum = 0;
    for (int i = 0; i < TALLY_CHUNKS; i++) {
        Tally *chunk = atomic_load_explicit(&value->chunks[i], memory_order_acquire);
        for (int j = 0; chunk && j < TALLY_CHUNK; j++)
            sum += atomic_load_explicit(ended ? &chunk[j].ended : &chunk[j].begun,
                                        memory_order_acquire);
    }
    return sum;
}

int cell_value_leases(CellValue *value)
{
    uint64_t ended = atomic_load_explicit(&value->ended_elsewhere, memory_order_acquire);
    ended += sum_of(value, true);
    return (int)(sum_of(value, false) - ended);
}

// True when the caller has to dispose the value.
static bool settle_locked(CellValue *value)
{
    if (value->state != VALUE_RETIRED || cell_value_leases(value) != 0) return false;
    CellValue **at = &value->cell->retired;
    while (*at != value) at = &(*at)->next;
    *at = value->next;
    value->state = VALUE_DISPOSING;
    value->cell->disposing++;
    return true;
}

// After a lease of a retired value was counted ended.
COLD static void settle(CellValue *value)
{
    Cell *cell = value->cell;
    mutex_lock(&cell->mutex);
    bool mine = settle_locked(value);
    mutex_unlock(&cell->mutex);
    if (!mine) return;
    value->next = NULL;
    cell_dispose_all(value);
}

static inline void end_here(CellValue *value, Tally *tally, int slot, bool common)
{
    count_up(&tally->ended, slot, common);
    CELL_POINT();
    if (atomic_load_explicit(&value->retired, memory_order_acquire)) settle(value);
}

typedef enum Taken { TAKEN, NOTHING_THERE, LOST } Taken;

// LOST: it was counted, but the cell has another value by now; the caller undoes that.
static inline Taken take(Cell *cell, int slot, bool common, Lease *out)
{
    CellValue *value = atomic_load_explicit(&cell->hot, memory_order_acquire);
    if (!value) return NOTHING_THERE;
    Tally *tally = tally_of(value, slot);
    if (!tally) return NOTHING_THERE;
    CELL_POINT();
    count_up(&tally->begun, slot, common);
    CELL_POINT();
    out->held = value;
    out->tally = tally;
    out->slot = common ? slot : hidden(slot);
    if (!common) out->gated = false;
    if (atomic_load_explicit(&cell->hot, memory_order_acquire) != value) return LOST;
    out->value = value->payload; // not before: the head may have got another value meanwhile
    return TAKEN;
}

static void undo(Lease *lost)
{
    Lease lease = *lost;
    *lost = (Lease){0};
    end_here(lease.held, lease.tally, thread_slot(), false);
}

// The whole of cell_lease, for any slot and fence.
COLD static Fail lease_any(Ctx *cx, Cell *cell, Lease *out)
{
    Taken taken = take(cell, thread_slot(), false, out);
    if (taken == TAKEN) return NULL;
    if (taken == LOST) undo(out);
    return cell_lease_slow(cx, cell, true, out);
}

COLD static Fail lease_again(Ctx *cx, Cell *cell, Lease *out)
{
    undo(out);
    return cell_lease_slow(cx, cell, true, out);
}

// Only tail calls leave the hot path, so it saves no registers.
Fail cell_lease(Ctx *cx, Cell *cell, Lease *out)
{
    int slot = thread_slot_held - 1;
    if (!is_common(slot)) return lease_any(cx, cell, out);
    Taken taken = take(cell, slot, true, out);
    if (taken == TAKEN) return NULL;
    if (taken == LOST) return lease_again(cx, cell, out);
    return cell_lease_slow(cx, cell, true, out);
}

bool cell_peek(Cell *cell, Lease *out)
{
    Taken taken = take(cell, thread_slot(), false, out);
    if (taken == TAKEN) return true;
    if (taken == LOST) undo(out);
    mutex_lock(&cell->mutex);
    CellValue *value = cell->value ? cell->value : cell->stale;
    if (value) cell_value_take(value, out);
    mutex_unlock(&cell->mutex);
    return value != NULL;
}

// Ends any lease: of a gated cell, begun by another thread, or without a slot of its own.
COLD static void release_any(CellValue *value, Tally *tally, int slot, bool gated)
{
    if (gated) {
        mutex_lock(&value->cell->mutex);
        cell_gate_leave(value->cell);
        mutex_unlock(&value->cell->mutex);
    }
    CELL_POINT();
    if (slot == thread_slot()) {
        end_here(value, tally, slot, false);
        return;
    }
    atomic_fetch_add_explicit(&value->ended_elsewhere, 1, memory_order_acq_rel);
    fence_light();
    CELL_POINT();
    if (atomic_load_explicit(&value->retired, memory_order_acquire)) settle(value);
}

void lease_release(Lease *lease)
{
    CellValue *value = lease->held;
    if (!value) return;
    lease->held = NULL;
    lease->value = NULL;
    CELL_POINT();
    if (lease->slot == thread_slot_held - 1) end_here(value, lease->tally, lease->slot, true);
    else if (lease->slot < 0) release_any(value, lease->tally, hidden(lease->slot), lease->gated);
    else release_any(value, lease->tally, lease->slot, false);
}

uint64_t lease_generation(const Lease *lease)
{
    return lease->held ? lease->held->generation : 0;
}

static void make_chunk(CellValue *value, int chunk)
{
    char *raw = mem_alloc(CACHE_LINE + TALLY_CHUNK * sizeof(Tally));
    value->chunk_memory[chunk] = raw;
    size_t off = (CACHE_LINE - (uintptr_t)raw % CACHE_LINE) % CACHE_LINE;
    atomic_store_explicit(&value->chunks[chunk], (Tally *)(void *)(raw + off),
                          memory_order_release);
}

static void take_locked(CellValue *value, Lease *out)
{
    int slot = thread_slot();
    if (!tally_of(value, slot)) make_chunk(value, slot / TALLY_CHUNK);
    Tally *tally = tally_of(value, slot);
    count_up(&tally->begun, slot, false);
    *out = (Lease){.value = value->payload, .held = value, .tally = tally, .slot = slot};
    if (!is_common(slot)) out->slot = hidden(slot);
}

void cell_value_take(CellValue *value, Lease *out)
{
    assert(value->state == VALUE_LIVE);
    take_locked(value, out);
}

// The lease given keeps the value from being disposed, retired or not.
void lease_copy(const Lease *lease, Lease *out)
{
    Mutex *mutex = &lease->held->cell->mutex;
    assert(lease->slot >= -1 || !lease->gated);
    mutex_lock(mutex);
    take_locked(lease->held, out);
    mutex_unlock(mutex);
}

void cell_lease_gate(Lease *lease)
{
    if (lease->slot >= 0) lease->slot = hidden(lease->slot);
    lease->gated = true;
}

CellValue *cell_value_new(Cell *cell)
{
    CellValue *value = cell->free;
    if (value) {
        cell->free = value->next;
    } else {
        value = mem_alloc(sizeof *value);
        value->cell = cell; // once: who comes late to a head reads it without the mutex
    }
    value->generation = ++cell->generation;
    value->state = VALUE_NEW;
    value->next = NULL;
    atomic_store_explicit(&value->retired, false, memory_order_relaxed);
    return value;
}

void cell_value_free(CellValue *value)
{
    for (int i = 0; i < TALLY_CHUNKS; i++) mem_free(value->chunk_memory[i]);
    mem_free(value);
}

void cell_put(Cell *cell, CellValue *value, CellReason reason, CellValue **dead)
{
    CellValue *old = cell->value ? cell->value : cell->stale;
    if (value) value->state = VALUE_LIVE;
    cell->value = value;
    cell->stale = NULL;
    if (!cell->spec->max_concurrency)
        atomic_store_explicit(&cell->hot, value, memory_order_release);
    if (!old) return;
    old->state = VALUE_RETIRED;
    old->reason = reason;
    old->next = cell->retired;
    cell->retired = old;
    atomic_store_explicit(&old->retired, true, memory_order_release);
    fence_heavy();
    if (!settle_locked(old)) return;
    old->next = *dead;
    *dead = old;
}

void cell_give_up(CellValue *value, CellValue **dead)
{
    value->state = VALUE_DISPOSING;
    value->reason = CELL_UNPUBLISHED;
    value->cell->disposing++;
    value->next = *dead;
    *dead = value;
}

// Calls dispose and tells of it; then the head is free for another value.
static void dispose(CellValue *value)
{
    Cell *cell = value->cell;
    const CellSpec *spec = cell->spec;
    Arena scratch = {0};
    Ctx cx = {.arena = &scratch, .log = cell->host->spec.log};
    CellEvent event = {.kind = CELL_CLOSE_END,
                       .reason = value->reason,
                       .cell = spec->name,
                       .generation = value->generation,
                       .at_ns = cell_now(cell),
                       .had_payload = value->payload != NULL};
    event.close_called = value->payload && spec->dispose;
    if (event.close_called)
        event.error = spec->dispose(&cx, cell->host->spec.owner, value->payload);
    event.status = event.error ? CELL_ERROR : CELL_OK;
    event.duration_ns = cell_now(cell) - event.at_ns;
    for (size_t i = value->need_count; i-- > 0;) lease_release(&value->needs[i]);
    if (event.error) event.error = problem_copy(&scratch, event.error);
    arena_fini(&value->arena);
    if (event.error)
        log_event(&cx, LOG_WARN, "runtime.cell.dispose_failed",
                  LOG_STR("cell", str_from(spec->name)), LOG_STR("error", event.error->detail));

    mutex_lock(&cell->mutex);
    CellObserver observer = cell_observer(cell);
    for (CellWatch *watch = cell->watches; watch; watch = watch->next) {
        if (watch->generation != value->generation) continue;
        watch->done = true;
        watch->status = event.status;
        watch->error = problem_copy(watch->arena, event.error);
    }
    if (event.had_payload) cell->counts.disposals++;
    value->state = VALUE_FREE;
    value->payload = NULL;
    value->needs = NULL;
    value->need_count = 0;
    value->next = cell->free;
    cell->free = value;
    cell->disposing--;
    cond_broadcast(&cell->changed);
    mutex_unlock(&cell->mutex);
    if (event.had_payload) cell_tell(observer, &event); // the cell may be gone by now
    arena_fini(&scratch);
}

void cell_dispose_all(CellValue *dead)
{
    while (dead) {
        CellValue *next = dead->next;
        dispose(dead);
        dead = next;
    }
}

CellObserver cell_observer(Cell *cell)
{
    return cell->has_observer ? cell->observer : cell->host->spec.observer;
}

void cell_tell(CellObserver observer, const CellEvent *event)
{
    if (observer.tell) observer.tell(observer.arg, event);
}
