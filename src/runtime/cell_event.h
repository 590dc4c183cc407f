// runtime/cell_event.h - what cells tell of themselves: records of builds, seeds, swaps and closes.
//
// Threads: an event is told by the thread that caused it, outside every lock, after the cell has
//          settled: a slow observer costs that caller time and nobody else, and it may call any
//          function of the cell. A crash in an observer is a crash of the process: C cannot catch
//          it.
// Memory:  everything in an event is borrowed for the call.
#ifndef CQ_RUNTIME_CELL_EVENT_H
#define CQ_RUNTIME_CELL_EVENT_H

#include "base/ctx.h"

typedef enum CellEventKind {
    CELL_INIT_START, // told together with INIT_END; `at_ns` is when it was
    CELL_INIT_END,   // OK, ERROR; STALE: closed or replaced meanwhile, the result was disposed
    CELL_SEEDED,
    CELL_SWAPPED,   // OK, ERROR (the old value stays), STALE
    CELL_CLOSE_END, // OK, ERROR (of dispose), NOOP (nothing was there), DEFERRED (still leased)
    CELL_EVENT_KINDS
} CellEventKind;

typedef enum CellStatus {
    CELL_OK,
    CELL_ERROR,
    CELL_NOOP,
    CELL_STALE,
    CELL_DEFERRED, // its last lease will dispose it, and a second CLOSE_END will tell
    CELL_STATUSES
} CellStatus;

typedef enum CellReason { // why a value went
    CELL_CLOSED,
    CELL_INVALIDATED,
    CELL_REPLACED,    // by a swap, a seed, or the build after record_failure
    CELL_UNPUBLISHED, // stale, or it failed verification or adjustment
    CELL_REASONS
} CellReason;

typedef struct CellContext { // of the caller that built
    Str session_id, capability_stamp, trace_id;
} CellContext;

typedef struct CellEvent {
    CellEventKind kind;
    CellStatus status;
    CellReason reason; // of CLOSE_END
    const char *cell;
    uint64_t generation; // 0 when there was no value
    int64_t at_ns;       // on the host's clock
    int64_t duration_ns; // of the build, or of the disposal
    bool had_payload, close_called;
    Fail error;                 // NULL unless something failed
    const CellContext *context; // of INIT_*; else NULL
} CellEvent;

typedef struct CellObserver {
    void (*tell)(void *arg, const CellEvent *event); // NULL: nobody listens
    void *arg;                                       // lives until the cell is freed
} CellObserver;

const char *cell_event_name(CellEventKind kind);
const char *cell_status_name(CellStatus status);
const char *cell_reason_name(CellReason reason);

#endif
