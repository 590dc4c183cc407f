// runtime/span.h - what took how long: spans, and the trace that collects them.
//
//   tracer_new --> cx.trace = tracer_root(t) --> span_begin .. span_end, nested --> tracer_free
//
//   TraceSpan span;                                   // on the stack
//   span_begin(cx, &span, "cell.init");          // cx now works inside the span
//   span_str(&span, "cell", name);
//   Fail fail = ...;
//   span_end(cx, &span, fail);                   // cx works where it did before
//
// A span without one around it begins a new trace. Without a tracer (cx->trace NULL) all of this is
// one test for NULL. Spans are written as OTLP/JSON: to a file, one ExportTraceServiceRequest a
// line (the OTLP file exporter's format), and to an OTLP/HTTP endpoint.
//
// Threads: any. A TraceSpan is used by one thread at a time; a worker gets a copy of the Ctx
// (ctx_child)
//          and may begin spans of its own while its parent's span has not ended.
// Memory:  a finished span waits as text, at most 4 MiB a destination; what comes then is dropped
//          and counted. Attribute names and values are borrowed until span_end.
// Blocks:  never, but tracer_free: until all is written or its time is over (a file that cannot be
//          written to, such as a FIFO that nobody reads, blocks without end).
#ifndef CQ_RUNTIME_SPAN_H
#define CQ_RUNTIME_SPAN_H

#include "base/log.h"
#include "runtime/http.h"

typedef struct Tracer Tracer;

struct Trace { // where new spans belong: what Ctx.trace points to
    Tracer *tracer;
    uint64_t trace_high, trace_low, span_id; // 0 outside every span
};

enum { SPAN_MOST_ATTRIBUTES = 8 }; // further ones are counted in the span

typedef struct TraceSpan {
    Trace self; // tracer NULL: nothing is traced
    const Trace *parent;
    const char *name;
    int64_t start_ns;
    LogField attributes[SPAN_MOST_ATTRIBUTES];
    uint32_t attribute_count, dropped_count;
    bool is_request; // came from outside: SPAN_KIND_SERVER
} TraceSpan;

typedef struct TracerSpec {
    Str file;            // path, or empty
    Str endpoint;        // URL of an OTLP/HTTP collector, without /v1/traces; or empty
    HttpClient *http;    // for the endpoint
    Log *log;            // one warning for a destination that fails; may be NULL
    int64_t interval_ns; // between two batches; 0: 1 s
    int64_t timeout_ns;  // of one POST; 0: 5 s
} TracerSpec;

// Opens the file and starts a thread for each destination. Fails: IO, NOT_FOUND (the file);
// BAD_REQUEST (the URL); UNAVAILABLE (no thread).
MUST_CHECK Fail tracer_new(Ctx *cx, const TracerSpec *spec, Tracer **out);
// Writes what is left; gives up flush_ns from now. NULL is fine.
void tracer_free(Tracer *tracer, int64_t flush_ns);
const Trace *tracer_root(const Tracer *tracer); // NULL gives NULL

typedef struct TracerLoss { // spans not written, by destination
    uint64_t file, endpoint;
} TracerLoss;
TracerLoss tracer_loss(Tracer *tracer);

void span_begin_traced(Ctx *cx, TraceSpan *span, const char *name);
void span_end_traced(Ctx *cx, const TraceSpan *span, Fail fail);
void span_put_traced(TraceSpan *span, LogField field);

static inline void span_begin(Ctx *cx, TraceSpan *span, const char *name)
{
    span->self.tracer = NULL;
    if (cx->trace) span_begin_traced(cx, span, name);
}
// `fail` becomes the span's status and message; NULL is a success.
static inline void span_end(Ctx *cx, const TraceSpan *span, Fail fail)
{
    if (span->self.tracer) span_end_traced(cx, span, fail);
}
static inline void span_str(TraceSpan *span, const char *key, Str value)
{
    if (span->self.tracer) span_put_traced(span, LOG_STR(key, value));
}
static inline void span_int(TraceSpan *span, const char *key, int64_t value)
{
    if (span->self.tracer) span_put_traced(span, LOG_INT(key, value));
}

#endif
