// runtime/event.c - the log of a run and its readers.
//
// DESIGN. run->mutex guards all. States are appended to chunks that never move; messages go to a
// ring whose oldest is overwritten. Both draw their numbers from one counter, so a reader merges
// them by number, and a hole in front of the next is exactly what was overwritten.
// A reader keeps nothing here: its cursor is the last number it saw.
#include "runtime/event.h"

#include <stdio.h>

#include "base/clock.h"
#include "runtime/engine_.h"

enum {
    CHUNK = 1024, // entries
    LONGEST_MESSAGE = 4096,
    NUMBERS_FOR_STATES = 1 << 26, // of the 2^32, messages leave so many
};

static uint32_t next_seq(Run *run)
{
    if (run->readers) cond_broadcast(&run->changed);
    return ++run->events.last_seq;
}

void events_state(Run *run, uint32_t cell, PlanCellState state, int64_t now_ns)
{
    EventLog *log = &run->events;
    if (log->len == log->chunk_count * CHUNK) {
        size_t bytes = (log->chunk_count + 1) * sizeof *log->chunks;
        log->chunks = mem_resize(log->chunks, bytes);
        log->chunks[log->chunk_count++] = mem_alloc(CHUNK * sizeof **log->chunks);
    }
    log->chunks[log->len / CHUNK][log->len % CHUNK] =
        (LogEntry){.cell = cell,
                   .seq = next_seq(run),
                   .stamp = (uint64_t)(now_ns - run->start_ns) << 8 | (uint64_t)state};
    log->len++;
}

static void push_message(Run *run, uint32_t cell, Str text)
{
    EventLog *log = &run->events;
    if (log->last_seq >= UINT32_MAX - NUMBERS_FOR_STATES) {
        log->refused++;
        return;
    }
    if (!log->ring) {
        log->ring_cap = run->spec.messages;
        log->ring = mem_alloc(log->ring_cap * sizeof *log->ring);
    }
    Message *message = &log->ring[log->pushed++ % log->ring_cap];
    mem_free((void *)(uintptr_t)message->text.ptr);
    char *copy = mem_alloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    *message = (Message){.cell = cell,
                         .seq = next_seq(run),
                         .ns = clock_now_ns() - run->start_ns,
                         .text = {copy, text.len}};
}

void plan_say(PlanCall *call, const char *fmt, ...)
{
    Run *run = call->run;
    if (!run->spec.events) return;
    char text[LONGEST_MESSAGE];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    Str whole = {text, MIN((size_t)MAX(len, 0), sizeof text - 1)};
    if ((size_t)MAX(len, 0) >= sizeof text) whole.len = utf8_cut(whole, whole.len);
    mutex_lock(&run->mutex);
    if (!run->ended) push_message(run, call->cell, whole);
    mutex_unlock(&run->mutex);
}

void events_free(EventLog *log)
{
    for (size_t i = 0; i < log->chunk_count; i++) mem_free(log->chunks[i]);
    for (size_t i = 0; i < log->ring_cap; i++) mem_free((void *)(uintptr_t)log->ring[i].text.ptr);
    mem_free(log->chunks);
    mem_free(log->ring);
}

// ---- reading; run->mutex held

static const LogEntry *state_after(const EventLog *log, uint64_t after)
{
    size_t low = 0, high = log->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (log->chunks[middle / CHUNK][middle % CHUNK].seq <= after) low = middle + 1;
        else high = middle;
    }
    return low < log->len ? &log->chunks[low / CHUNK][low % CHUNK] : NULL;
}

static const Message *message_after(const EventLog *log, uint64_t after)
{
    size_t low = log->pushed - MIN(log->pushed, log->ring_cap), high = log->pushed;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (log->ring[middle % log->ring_cap].seq <= after) low = middle + 1;
        else high = middle;
    }
    return low < log->pushed ? &log->ring[low % log->ring_cap] : NULL;
}

static void name_cell(const Run *run, uint32_t cell, RuntimeEvent *event)
{
    event->cell_id = plan_id(run->plan, cell);
    event->op = str_from(plan_op(run->plan, cell)->name);
}

static void read_run_state(Ctx *cx, const Run *run, RuntimeEvent *event)
{
    event->kind = EVENT_RUN;
    if (event->state == PLAN_RUNNING) return;
    RunCounts *counts = ARENA_NEW(cx->arena, RunCounts);
    *counts = run_count(run);
    event->counts = counts;
    event->state = run_end_state(counts);
    event->duration_ns = event->ns;
    if (event->state == PLAN_CANCELED) event->message = str_copy(cx->arena, run->stop_reason);
}

static void read_state(Ctx *cx, const Run *run, const LogEntry *entry, RuntimeEvent *event)
{
    event->seq = entry->seq;
    event->ns = (int64_t)(entry->stamp >> 8);
    event->state = (PlanCellState)(entry->stamp & 255);
    if (entry->cell == EVENT_OF_RUN) {
        read_run_state(cx, run, event);
        return;
    }
    const RunCell *cell = &run->cells[entry->cell];
    event->kind = EVENT_CELL;
    name_cell(run, entry->cell, event);
    if (event->state < PLAN_SUCCESS) return;
    event->duration_ns = cell->started_ns ? cell->ended_ns - cell->started_ns : 0;
    event->cached = cell->cached;
    if (event->state == PLAN_FAILED) event->error = cell->error;
    event->message = run_reason(cx->arena, run, cell);
}

static void read_message(Ctx *cx, const Run *run, const Message *message, RuntimeEvent *event)
{
    event->kind = EVENT_MESSAGE;
    event->seq = message->seq;
    event->ns = message->ns;
    event->state = PLAN_RUNNING;
    event->message = str_copy(cx->arena, message->text);
    name_cell(run, message->cell, event);
}

// False when nothing is there yet.
static bool read_next(Ctx *cx, const Run *run, EventCursor *cursor, RuntimeEvent *out)
{
    const LogEntry *entry = state_after(&run->events, cursor->after);
    const Message *message = message_after(&run->events, cursor->after);
    if (!entry && !message) return false;
    bool state_first = entry && (!message || entry->seq < message->seq);
    uint64_t seq = state_first ? entry->seq : message->seq;
    RuntimeEvent event = {.run_id = run->spec.run_id};
    if (seq > cursor->after + 1) {
        event.kind = EVENT_DROPPED;
        event.seq = seq - 1;
        event.dropped = seq - 1 - cursor->after;
        event.ns = state_first ? (int64_t)(entry->stamp >> 8) : message->ns;
    } else if (state_first) {
        read_state(cx, run, entry, &event);
    } else {
        read_message(cx, run, message, &event);
    }
    event.time = clock_rfc3339(cx->arena, run->start_wall_ms + event.ns / NS_PER_MS);
    cursor->after = event.seq;
    *out = event;
    return true;
}

Fail event_next(Ctx *cx, Run *run, EventCursor *cursor, RuntimeEvent *event, bool *more)
{
    if (!run->spec.events)
        return FAIL(cx->arena, BAD_REQUEST, "the run was started without events");
    Fail fail = NULL;
    mutex_lock(&run->mutex);
    bool found = false;
    while (!(found = read_next(cx, run, cursor, event)) && !run->ended && !fail)
        fail = run_tend(cx, run, true);
    mutex_unlock(&run->mutex);
    if (!fail) *more = found;
    return fail;
}

// ---- writing

static const char *const kind_names[] = {"run", "cell", "message", "dropped"};

const char *event_kind_name(EventKind kind)
{
    return kind_names[kind];
}

static void write_optional(JsonWriter *w, const char *key, Str value)
{
    if (value.len) json_member_str(w, key, value);
}

static void write_counts(JsonWriter *w, const RunCounts *counts)
{
    json_key(w, "counts");
    json_begin_object(w);
    json_member_int(w, "cells", (int64_t)counts->cells);
    for (int state = PLAN_SUCCESS; state < PLAN_STATES; state++)
        json_member_int(w, plan_state_name((PlanCellState)state), (int64_t)counts->states[state]);
    json_member_int(w, "from_memory", (int64_t)counts->from_memory);
    json_member_int(w, "from_store", (int64_t)counts->from_store);
    json_member_int(w, "messages_dropped", (int64_t)counts->messages_dropped);
    json_end(w);
}

static void write_error(JsonWriter *w, Fail error)
{
    Arena scratch = {0};
    const Json *value = NULL;
    json_key(w, "error");
    if (json_parse(&scratch, problem_to_json(&scratch, error), &value)) json_write_null(w);
    else json_write(w, value);
    arena_fini(&scratch);
}

void event_write(JsonWriter *w, const RuntimeEvent *event)
{
    bool final = event->state >= PLAN_SUCCESS;
    bool state = event->kind == EVENT_RUN || event->kind == EVENT_CELL;
    json_begin_object(w);
    json_member_int(w, "seq", (int64_t)event->seq);
    json_member_str(w, "kind", str_from(event_kind_name(event->kind)));
    json_member_str(w, "run_id", event->run_id);
    write_optional(w, "cell_id", event->cell_id);
    write_optional(w, "op", event->op);
    if (state) json_member_str(w, "state", str_from(plan_state_name(event->state)));
    json_member_str(w, "ts", event->time);
    json_member_int(w, "ns", event->ns);
    if (state && final) json_member_int(w, "duration_ns", event->duration_ns);
    if (event->kind == EVENT_CELL && event->state == PLAN_SUCCESS)
        json_member_str(w, "from", str_from(result_source_name(event->cached)));
    write_optional(w, "message", event->message);
    if (event->kind == EVENT_DROPPED) json_member_int(w, "dropped", (int64_t)event->dropped);
    if (event->error) write_error(w, event->error);
    if (event->counts) write_counts(w, event->counts);
    json_end(w);
}
