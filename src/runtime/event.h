// runtime/event.h - what happened in a run, in one order that every reader sees alike.
//
// Changes of state are kept for as long as the run: a reader can start after any number and loses
// none. Messages (plan_say) are kept in a ring of RunSpec.messages; a reader who comes too late for
// some gets one event of kind "dropped" in their place, which says how many. No reader can hold up
// a run.
// Threads: any number of readers, each with a cursor of its own.
// Memory:  an event's strings live in cx->arena, in the plan, or in the run.
#ifndef CQ_RUNTIME_EVENT_H
#define CQ_RUNTIME_EVENT_H

#include "runtime/engine.h"

typedef enum EventKind {
    EVENT_RUN,     // the run started (state running) or ended (its final state)
    EVENT_CELL,    // a cell changed its state
    EVENT_MESSAGE, // a cell said something
    EVENT_DROPPED, // messages up to `seq` are gone
} EventKind;

typedef struct RuntimeEvent {
    uint64_t seq; // 1, 2, 3 ... without gaps but for what EVENT_DROPPED stands for
    EventKind kind;
    Str run_id, cell_id, op; // the last two are empty for EVENT_RUN and EVENT_DROPPED
    PlanCellState state;     // EVENT_RUN, EVENT_CELL
    Str message;             // EVENT_MESSAGE; why, when skipped or canceled
    Str time;                // RFC 3339
    int64_t ns;              // since the start of the run
    ResultSource cached;     // EVENT_CELL, success
    int64_t duration_ns;     // EVENT_CELL and EVENT_RUN, ended
    Fail error;              // EVENT_CELL, failed
    uint64_t dropped;        // EVENT_DROPPED
    const RunCounts *counts; // EVENT_RUN, ended; else NULL
} RuntimeEvent;

typedef struct EventCursor {
    uint64_t after; // the last event seen; 0 starts at the beginning
} EventCursor;

// The next event after the cursor, which moves on. Waits for one; *more is false when the run has
// ended and all was read (then *event is untouched).
// Fails: CANCELLED (cx asks to stop; the run goes on unless cx is the one it was started with).
//        BAD_REQUEST: the run was started without events.
MUST_CHECK Fail event_next(Ctx *cx, Run *run, EventCursor *cursor, RuntimeEvent *event, bool *more);

// One JSON object as docs/plans.md describes it. The caller adds the line end.
void event_write(JsonWriter *w, const RuntimeEvent *event);
const char *event_kind_name(EventKind kind); // "run", "cell", "message", "dropped"

#endif
