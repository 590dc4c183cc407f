// runtime/cell_value.c - values: counting their leases, retiring and disposing them.
// The DESIGN note is in cell_parts.h.
#include <assert.h>

#include "runtime/cell_parts.h"

static Tally *tally_of(CellValue *value, int slot)
{
    Tally *chunk = atomic_load_explicit(&value->chunks[slot / TALLY_CHUNK], memory_order_acquire);
    return chunk ? &chunk[slot % TALLY_CHUNK] : NULL;
}

// `by` is 1 or -1. Only the last slot is written by several threads.
static inline void tally_add(Tally *tally, int slot, uint64_t by)
{
    if (slot == THREAD_SLOTS) {
        atomic_fetch_add_explicit(&tally->held, by, memory_order_acq_rel);
    } else {
        uint64_t held = atomic_load_explicit(&tally->held, memory_order_relaxed);
        atomic_store_explicit(&tally->held, held + by, memory_order_release);
    }
}

int cell_value_leases(CellValue *value)
{
    uint64_t sum = 0;
    for (int i = 0; i < TALLY_CHUNKS; i++) {
        Tally *chunk = atomic_load_explicit(&value->chunks[i], memory_order_acquire);
        for (int j = 0; chunk && j < TALLY_CHUNK; j++)
            sum += atomic_load_explicit(&chunk[j].held, memory_order_acquire);
    }
    return (int)(sum - atomic_load_explicit(&value->ended_elsewhere, memory_order_acquire));
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

// After a count went down.
static inline void look_if_retired(CellValue *value)
{
    fence_light();
    CELL_POINT();
    if (!atomic_load_explicit(&value->retired, memory_order_acquire)) return;
    Cell *cell = value->cell;
    mutex_lock(&cell->mutex);
    bool mine = settle_locked(value);
    mutex_unlock(&cell->mutex);
    if (!mine) return;
    value->next = NULL;
    cell_dispose_all(value);
}

static inline bool take_hot(Cell *cell, Lease *out)
{
    CellValue *value = atomic_load_explicit(&cell->hot, memory_order_acquire);
    if (!value) return false;
    int slot = thread_slot();
    Tally *tally = tally_of(value, slot);
    if (!tally) return false;
    CELL_POINT();
    tally_add(tally, slot, 1);
    fence_light();
    CELL_POINT();
    if (atomic_load_explicit(&cell->hot, memory_order_acquire) != value) {
        tally_add(tally, slot, (uint64_t)-1);
        look_if_retired(value);
        return false;
    }
    *out = (Lease){.value = value->payload, .held = value, .slot = slot};
    return true;
}

bool cell_peek(Cell *cell, Lease *out)
{
    if (take_hot(cell, out)) return true;
    mutex_lock(&cell->mutex);
    CellValue *value = cell->value ? cell->value : cell->stale;
    if (value) cell_value_take(value, out);
    mutex_unlock(&cell->mutex);
    return value != NULL;
}

Fail cell_lease(Ctx *cx, Cell *cell, Lease *out)
{
    if (take_hot(cell, out)) return NULL;
    return cell_lease_slow(cx, cell, true, out);
}

void lease_release(Lease *lease)
{
    CellValue *value = lease->held;
    if (!value) return;
    int slot = lease->slot;
    if (lease->gated) {
        mutex_lock(&value->cell->mutex);
        cell_gate_leave(value->cell);
        mutex_unlock(&value->cell->mutex);
    }
    *lease = (Lease){0};
    CELL_POINT();
    if (slot == thread_slot()) tally_add(tally_of(value, slot), slot, (uint64_t)-1);
    else atomic_fetch_add_explicit(&value->ended_elsewhere, 1, memory_order_acq_rel);
    look_if_retired(value);
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

void cell_value_take(CellValue *value, Lease *out)
{
    assert(value->state == VALUE_LIVE);
    int slot = thread_slot();
    if (!tally_of(value, slot)) make_chunk(value, slot / TALLY_CHUNK);
    tally_add(tally_of(value, slot), slot, 1);
    *out = (Lease){.value = value->payload, .held = value, .slot = slot};
}

CellValue *cell_value_new(Cell *cell)
{
    CellValue *value = cell->free;
    if (value) cell->free = value->next;
    else value = mem_alloc(sizeof *value);
    value->cell = cell;
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
