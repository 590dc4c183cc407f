// app/holder.h - the context of now: leased by those who answer requests, replaced while they do.
//
//   holder_new --> holder_acquire --> context_run ... --> holder_release
//   holder_reload: opens a context beside the old one, verifies it, puts it in its place; requests
//                  that began with the old one end with it; then it is freed
//   holder_prepare: the first half of it, for several holders that are to be replaced together
//   holder_close --> nothing can be acquired any more --> holder_free
//
// Threads: any; a lease may end on another thread than it began.
// Memory:  heap. Texts of HolderSpec.context outlive the holder.
// Blocks:  holder_acquire, _copy and _release never: the last lease of an old context only puts it
//          aside. The others as contexts are opened and freed.
#ifndef CQ_APP_HOLDER_H
#define CQ_APP_HOLDER_H

#include "app/context.h"

typedef struct Holder Holder;

typedef struct HolderSpec {
    ContextSpec context; // preloads_later counts for the first one only
    // Whether a context may serve, before it does; NULL: it may.
    Fail (*verify)(Ctx *cx, void *arg, const Context *context);
    // An old context has lost its last lease, on the thread that ended it: have holder_sweep called
    // soon, on a thread that may wait. NULL: the reload that waits for it does, or the next one.
    void (*retired)(void *arg);
    void *arg; // of both
} HolderSpec;

// Fails: as context_open; what `verify` says.
MUST_CHECK Fail holder_new(Ctx *cx, const HolderSpec *spec, Holder **out);
// Frees it and what is left; nothing is retired from then on. False, and the memory is left alone,
// when a context is still leased. NULL is fine.
bool holder_free(Holder *holder);

typedef struct Held { // all zero: nothing
    const Context *context;
    uint64_t generation; // 1, and one more with each reload that succeeded or failed
    Lease lease;
} Held;

bool holder_acquire(Holder *holder, Held *out); // false after holder_close
void holder_copy(const Held *held, Held *out);  // one more lease on the same context
void holder_release(Held *held);                // then it is all zero

typedef struct Reloaded {
    uint64_t generation; // of the context that serves now
    bool drained;        // the old one is gone; else holder_sweep frees it when it is let go
    size_t leased;       // old contexts that are still in use
    int64_t open_ns, drain_ns;
} Reloaded;
// Reads the configuration anew. One at a time: a second call waits for the first. Waits up to
// drain_ns for those who use the old context. Fails: as holder_new, and then the old one goes on
// serving; CANCELLED; UNAVAILABLE after holder_close.
MUST_CHECK Fail holder_reload(Ctx *cx, Holder *holder, int64_t drain_ns, Reloaded *out);
// Opens and verifies what the next holder_reload puts in place, and can only fail to when the
// holder was closed. Fails: as holder_reload.
MUST_CHECK Fail holder_prepare(Ctx *cx, Holder *holder);
void holder_forget(Holder *holder); // what was prepared
// Waits up to drain_ns for those who use old contexts, and frees what is not used. How many still
// are.
size_t holder_drain(Holder *holder, int64_t drain_ns);
size_t holder_sweep(Holder *holder);  // frees old contexts that nobody uses; how many
size_t holder_leased(Holder *holder); // old contexts that are still in use

// Nothing can be acquired from now on. Waits up to drain_ns for those who use a context, then frees
// it. Returns how many contexts are still in use. May be called again.
size_t holder_close(Ctx *cx, Holder *holder, int64_t drain_ns);

#endif
