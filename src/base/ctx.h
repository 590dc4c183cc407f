// base/ctx.h - what one request carries: memory, deadline, cancel flag, identity, log.
//
// A function that takes a Ctx may do I/O, wait, and be cancelled. Allocate what is returned to the
// caller in cx->arena. A worker thread makes its own Ctx (own arena) with ctx_child.
#ifndef CQ_BASE_CTX_H
#define CQ_BASE_CTX_H

#include "base/problem.h"
#include "base/sync.h"

typedef struct Log Log;
typedef struct Trace Trace; // runtime/span.h

typedef enum StopReason { STOP_NONE, STOP_CANCEL, STOP_DEADLINE } StopReason;

// Where long work says how far it is, in one short line that replaces the one before.
typedef struct Progress {
    void (*show)(void *arg, Str line);
    void *arg;
} Progress;

// What the work is for: members of every log line about it. Empty ones are left out.
typedef struct CtxWork {
    Str op, run_id, cell_id;
} CtxWork;

typedef struct Ctx {
    Arena *arena;
    int64_t deadline_ns; // on clock_now_ns; 0 for none
    Flag *cancel;        // non-zero asks to stop; NULL for never
    Flag *cancel_too;    // a second one, of a run of which this is a part
    Str folder; // absolute: where relative paths begin; empty: the process's working folder
    Str request_id;
    Str session;              // whose scope applies (service/scope.h); empty: nobody's
    const Progress *progress; // NULL: nobody looks
    Log *log;                 // NULL drops events
    const CtxWork *work;      // may be NULL; whoever sets it keeps it alive until the work is done
    const Trace *trace;       // the span around the work; NULL: nothing is traced
} Ctx;

Ctx ctx_child(const Ctx *cx, Arena *arena); // same limits, other memory
// Why the work should end now. Reads the clock: call it between files, not between bytes.
StopReason ctx_stopped(const Ctx *cx);
// Fails: CANCELLED.
MUST_CHECK Fail ctx_check(const Ctx *cx);
// Waits for so long; a cancel is seen within 20 ms. Fails: CANCELLED.
MUST_CHECK Fail ctx_sleep(const Ctx *cx, int64_t ns);

#endif
