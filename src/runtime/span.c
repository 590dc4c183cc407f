// runtime/span.c
//
// DESIGN. span_end makes the span's JSON and appends it to each destination's `pending` text, under
// that destination's mutex; the destination's thread takes the whole text at once, when BATCH spans
// are there or interval_ns after the first, and exports it. A slow destination delays no other, and
// no caller: when `pending` is full, the span is counted as lost instead.
// Exactly once: a span is in `pending`, or in the batch that the thread took; a batch is exported,
// or lost, once. An endpoint may receive a batch twice if its answer to the first was lost; the
// span ids tell.
// Stop: tracer_free raises `stopping` and waits for `ended` until the flush deadline; then it
// raises `cancel`, which ends a POST or a back-off, and joins. What was not exported is lost and
// counted.
#include "runtime/span.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/version.h"

enum { BATCH = 512, MOST_PENDING_BYTES = 4 << 20, MOST_TRIES = 4, MOST_RETRY_AFTER_S = 5 };
enum { FIRST_BACKOFF_MS = 100 };

typedef struct Destination Destination;
struct Destination {
    // frozen
    const char *name; // NULL: not in use
    Tracer *tracer;
    OsFile file;
    Str url;
    // False when the spans are lost. In the destination's thread, without `mutex`.
    bool (*export)(Ctx *cx, Destination *to, Str request);
    Thread thread;
    Flag cancel;

    // the thread's own
    bool broken; // the file: a line is cut off, so nothing may follow it

    Mutex mutex;
    Cond wake; // there is something to take, or stop
    Cond done; // `ended` was set
    // guarded by mutex
    Arena arena; // of `pending`
    Buf pending; // spans, with commas between
    uint64_t count, lost;
    char why[240]; // of the first failure
    bool stopping, ended;
};

enum { TO_FILE, TO_ENDPOINT, DESTINATIONS };

struct Tracer {
    // frozen
    Trace root;
    HttpClient *http;
    Log *log;
    int64_t interval_ns, timeout_ns;
    int64_t wall_offset_ns; // wall clock minus monotonic clock, at the start
    uint64_t seeds[2];      // random: of span ids and the lower, and of the upper half of trace ids
    Destination to[DESTINATIONS];
    Counter ids;
    Arena arena; // of the URL
};

// A bijection, so that ids of one tracer are distinct (splitmix64, public domain).
static uint64_t scramble(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return x ^ x >> 31;
}

static uint64_t new_id(Tracer *tracer)
{
    uint64_t id = 0;
    while (!id) id = scramble(tracer->seeds[0] + counter_add(&tracer->ids, 1));
    return id;
}

static void begin_trace(Trace *self)
{
    self->trace_low = new_id(self->tracer);
    self->trace_high = scramble(self->tracer->seeds[1] ^ self->trace_low);
}

void span_begin_traced(Ctx *cx, TraceSpan *span, const char *name)
{
    const Trace *parent = cx->trace;
    *span = (TraceSpan){.self = *parent, .parent = parent, .name = name};
    if (!parent->span_id) begin_trace(&span->self);
    span->self.span_id = new_id(parent->tracer);
    span->start_ns = clock_now_ns();
    cx->trace = &span->self;
}

void span_put_traced(TraceSpan *span, LogField field)
{
    if (span->attribute_count == SPAN_MOST_ATTRIBUTES) span->dropped_count++;
    else span->attributes[span->attribute_count++] = field;
}

static void member_hex(JsonWriter *w, const char *key, uint64_t high, uint64_t low, bool both)
{
    char text[40];
    int len = both ? snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)high,
                              (unsigned long long)low)
                   : snprintf(text, sizeof text, "%016llx", (unsigned long long)low);
    json_member_str(w, key, (Str){text, (size_t)len});
}

static void member_decimal(JsonWriter *w, const char *key, int64_t value) // 64 bits go as text
{
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", (long long)value);
    json_member_str(w, key, (Str){text, (size_t)len});
}

static void write_attribute(JsonWriter *w, const LogField *field)
{
    json_begin_object(w);
    json_member_str(w, "key", str_from(field->key));
    json_key(w, "value");
    json_begin_object(w);
    if (field->is_text) json_member_str(w, "stringValue", field->text);
    else member_decimal(w, "intValue", field->number);
    json_end(w);
    json_end(w);
}

static void write_status(JsonWriter *w, Fail fail)
{
    json_key(w, "status");
    json_begin_object(w);
    if (fail) {
        json_member_int(w, "code", 2); // STATUS_CODE_ERROR
        json_member_str(w, "message", fail->detail);
    }
    json_end(w);
}

static void write_span(JsonWriter *w, const TraceSpan *span, int64_t end_ns, Fail fail)
{
    const Trace *self = &span->self;
    int64_t offset_ns = self->tracer->wall_offset_ns;
    json_begin_object(w);
    member_hex(w, "traceId", self->trace_high, self->trace_low, true);
    member_hex(w, "spanId", 0, self->span_id, false);
    if (span->parent->span_id) member_hex(w, "parentSpanId", 0, span->parent->span_id, false);
    json_member_str(w, "name", str_from(span->name));
    json_member_int(w, "kind", span->is_request ? 2 : 1); // SERVER, INTERNAL
    member_decimal(w, "startTimeUnixNano", span->start_ns + offset_ns);
    member_decimal(w, "endTimeUnixNano", end_ns + offset_ns);
    json_key(w, "attributes");
    json_begin_array(w);
    for (size_t i = 0; i < span->attribute_count; i++) write_attribute(w, &span->attributes[i]);
    LogField type = LOG_STR("error.type", str_from(fail ? problem_spec(fail->kind)->slug : NULL));
    if (fail) write_attribute(w, &type);
    json_end(w);
    if (span->dropped_count) json_member_int(w, "droppedAttributesCount", span->dropped_count);
    write_status(w, fail);
    json_end(w);
}

static void append(Destination *to, Str span)
{
    mutex_lock(&to->mutex);
    bool room = !to->ended && to->pending.len + span.len < MOST_PENDING_BYTES;
    if (!room) to->lost++;
    if (room) {
        if (to->count++) buf_byte(&to->pending, ',');
        buf_add(&to->pending, span);
        if (to->count == 1 || to->count == BATCH) cond_signal(&to->wake);
    }
    mutex_unlock(&to->mutex);
}

void span_end_traced(Ctx *cx, const TraceSpan *span, Fail fail)
{
    assert(cx->trace == &span->self); // the innermost span ends first
    cx->trace = span->parent;
    Tracer *tracer = span->self.tracer;
    Arena scratch = {0};
    Buf buf = buf_on(&scratch);
    JsonWriter w = {.out = &buf};
    write_span(&w, span, clock_now_ns(), fail);
    for (int i = 0; i < DESTINATIONS; i++)
        if (tracer->to[i].name) append(&tracer->to[i], buf_str(&buf));
    arena_fini(&scratch);
}

// ExportTraceServiceRequest around the spans of one batch.
static Str request_of(Arena *arena, Str spans)
{
    LogField service = LOG_STR("service.name", STR("cq"));
    LogField version = LOG_STR("service.version", STR(CQ_VERSION));
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    buf_add(&buf, STR("{\"resourceSpans\":[{\"resource\":{\"attributes\":"));
    json_begin_array(&w);
    write_attribute(&w, &service);
    write_attribute(&w, &version);
    json_end(&w);
    buf_add(&buf, STR("},\"scopeSpans\":[{\"scope\":{\"name\":\"cq\"},\"spans\":["));
    buf_add(&buf, spans);
    buf_add(&buf, STR("]}]}]}\n"));
    return buf_str(&buf);
}

static void note_trouble(Ctx *cx, Destination *to, Str why)
{
    mutex_lock(&to->mutex);
    bool first = !to->why[0];
    if (first) snprintf(to->why, sizeof to->why, STR_FMT, STR_ARG(why));
    mutex_unlock(&to->mutex);
    if (first)
        log_event(cx, LOG_INFO, "trace.failing", LOG_STR("to", str_from(to->name)),
                  LOG_STR("why", why));
}

static bool export_file(Ctx *cx, Destination *to, Str request)
{
    Fail fail = to->broken ? NULL : os_write(cx, to->file, request);
    if (fail) note_trouble(cx, to, fail->detail);
    to->broken = to->broken || fail;
    return !to->broken;
}

// One POST. Returns true when it need not be tried again; *done tells whether it was taken.
static bool post(Ctx *cx, Destination *to, Str body, bool *done, int64_t *retry_after_s)
{
    Str header = STR("Content-Type: application/json");
    HttpRequest request = {.method = HTTP_POST,
                           .url = to->url,
                           .headers = &header,
                           .header_count = 1,
                           .body = body,
                           .timeout_ns = to->tracer->timeout_ns,
                           .max_bytes = 1 << 20};
    HttpReply reply = {0};
    Fail fail = http_send(cx, to->tracer->http, &request, &reply);
    *retry_after_s = MIN(reply.retry_after_s, (int64_t)MOST_RETRY_AFTER_S);
    *done = !fail && reply.status / 100 == 2;
    if (*done) return true;
    Str why = fail ? fail->detail : str_format(cx->arena, "HTTP status %d", reply.status);
    if (fail && fail->kind == PROBLEM_CANCELLED) why = STR("no answer before the end");
    note_trouble(cx, to, why);
    if (fail) // what names no URL did not get as far: there is no libcurl
        return fail->kind != PROBLEM_UNAVAILABLE || !json_get(fail->ext, STR("url"));
    return reply.status != 429 && reply.status != 502 && reply.status != 503 && reply.status != 504;
}

// Waits before the next try; false when there is no time for one.
static bool back_off(Destination *to, int try, int64_t retry_after_s)
{
    int64_t wait_ns = MAX(retry_after_s * NS_PER_S, (FIRST_BACKOFF_MS * NS_PER_MS) << try);
    int64_t until_ns = clock_now_ns() + wait_ns;
    mutex_lock(&to->mutex);
    while (!flag_get(&to->cancel) && clock_now_ns() < until_ns)
        cond_wait_until(&to->wake, &to->mutex, until_ns);
    mutex_unlock(&to->mutex);
    return !flag_get(&to->cancel);
}

static bool export_endpoint(Ctx *cx, Destination *to, Str request)
{
    bool done = false;
    int64_t retry_after_s = 0;
    for (int try = 0; try < MOST_TRIES; try++) {
        if (post(cx, to, request, &done, &retry_after_s)) return done;
        if (try + 1 < MOST_TRIES && !back_off(to, try, retry_after_s)) break;
    }
    return false;
}

static bool should_wait_locked(const Destination *to)
{
    return !to->stopping && to->count < BATCH;
}

// Waits for spans and takes them; false when the tracer stops and none are left.
static bool take_batch(Destination *to, Arena *arena, Str *spans, uint64_t *count)
{
    mutex_lock(&to->mutex);
    while (!to->stopping && !to->count) cond_wait(&to->wake, &to->mutex);
    int64_t until_ns = clock_now_ns() + to->tracer->interval_ns;
    while (should_wait_locked(to) && cond_wait_until(&to->wake, &to->mutex, until_ns)) {}
    *spans = buf_str(&to->pending);
    *arena = to->arena;
    *count = to->count;
    to->arena = (Arena){0};
    to->pending = buf_on(&to->arena);
    to->count = 0;
    to->ended = !*count; // only when stopping
    if (to->ended) cond_broadcast(&to->done);
    mutex_unlock(&to->mutex);
    return *count > 0;
}

static void destination_main(void *arg)
{
    Destination *to = arg;
    Arena spans_arena = {0}, scratch = {0};
    Str spans = {0};
    uint64_t count = 0;
    while (take_batch(to, &spans_arena, &spans, &count)) {
        Ctx cx = {.arena = &scratch, .cancel = &to->cancel, .log = to->tracer->log};
        bool taken = to->export(&cx, to, request_of(&scratch, spans));
        arena_fini(&spans_arena);
        arena_reset(&scratch);
        mutex_lock(&to->mutex);
        if (!taken) to->lost += count;
        mutex_unlock(&to->mutex);
    }
    arena_fini(&spans_arena);
    arena_fini(&scratch);
}

// Fails: UNAVAILABLE.
static Fail start(Ctx *cx, Destination *to, const char *name)
{
    mutex_init(&to->mutex, RANK_TRACE);
    cond_init(&to->wake);
    cond_init(&to->done);
    to->pending = buf_on(&to->arena);
    if (!thread_start(&to->thread, destination_main, to, "cq-trace")) {
        cond_fini(&to->wake);
        cond_fini(&to->done);
        mutex_fini(&to->mutex);
        return FAIL(cx->arena, UNAVAILABLE, "the system gives no thread to write the trace with");
    }
    to->name = name;
    return NULL;
}

static Fail start_file(Ctx *cx, Tracer *tracer, Str path)
{
    Destination *to = &tracer->to[TO_FILE];
    to->export = export_file;
    TRY(os_create(cx, OS_CWD, str_cstr(cx->arena, path), &to->file));
    return start(cx, to, "file");
}

static Fail start_endpoint(Ctx *cx, Tracer *tracer, Str url)
{
    Destination *to = &tracer->to[TO_ENDPOINT];
    to->export = export_endpoint;
    if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://")))
        return FAIL(cx->arena, BAD_REQUEST,
                    "the trace endpoint must be an http:// or https:// URL, not \"" STR_FMT "\"",
                    STR_ARG(url));
    while (str_ends(url, STR("/"))) url.len--;
    const char *path = str_ends(url, STR("/v1/traces")) ? "" : "/v1/traces";
    to->url = str_format(&tracer->arena, STR_FMT "%s", STR_ARG(url), path);
    return start(cx, to, "endpoint");
}

Fail tracer_new(Ctx *cx, const TracerSpec *spec, Tracer **out)
{
    Tracer *tracer = mem_alloc(sizeof *tracer);
    tracer->root.tracer = tracer;
    tracer->http = spec->http;
    tracer->log = spec->log;
    tracer->interval_ns = spec->interval_ns ? spec->interval_ns : NS_PER_S;
    tracer->timeout_ns = spec->timeout_ns ? spec->timeout_ns : 5 * NS_PER_S;
    tracer->wall_offset_ns = os_wall_ns() - clock_now_ns();
    for (int i = 0; i < DESTINATIONS; i++) {
        tracer->to[i].tracer = tracer;
        tracer->to[i].file = OS_FILE_NONE;
    }
    Fail fail = os_random(cx, tracer->seeds, sizeof tracer->seeds);
    if (!fail && spec->file.len) fail = start_file(cx, tracer, spec->file);
    if (!fail && spec->endpoint.len) fail = start_endpoint(cx, tracer, spec->endpoint);
    if (fail) tracer_free(tracer, 0);
    else *out = tracer;
    return fail;
}

const Trace *tracer_root(const Tracer *tracer)
{
    return tracer ? &tracer->root : NULL;
}

static void ask_to_stop(Destination *to)
{
    mutex_lock(&to->mutex);
    to->stopping = true;
    cond_signal(&to->wake);
    mutex_unlock(&to->mutex);
}

static void stop(Destination *to, int64_t until_ns)
{
    mutex_lock(&to->mutex);
    while (!to->ended && cond_wait_until(&to->done, &to->mutex, until_ns)) {}
    flag_set(&to->cancel, 1);
    cond_signal(&to->wake); // out of a back-off
    mutex_unlock(&to->mutex);
    thread_join(&to->thread);
}

static void tell_loss(const Destination *to)
{
    Arena scratch = {0};
    Ctx cx = {.arena = &scratch, .log = to->tracer->log};
    if (to->lost)
        log_event(&cx, LOG_WARN, "trace.lost", LOG_STR("to", str_from(to->name)),
                  LOG_INT("spans", (int64_t)to->lost),
                  LOG_STR("why", str_from(to->why[0] ? to->why : "more came than it could take")));
    arena_fini(&scratch);
}

static void finish(Destination *to, int64_t until_ns)
{
    stop(to, until_ns);
    tell_loss(to);
    cond_fini(&to->wake);
    cond_fini(&to->done);
    mutex_fini(&to->mutex);
    arena_fini(&to->arena);
}

void tracer_free(Tracer *tracer, int64_t flush_ns)
{
    if (!tracer) return;
    int64_t until_ns = clock_now_ns() + flush_ns;
    for (int i = 0; i < DESTINATIONS; i++)
        if (tracer->to[i].name) ask_to_stop(&tracer->to[i]);
    for (int i = 0; i < DESTINATIONS; i++) {
        Destination *to = &tracer->to[i];
        if (to->name) finish(to, until_ns);
        os_close(&to->file);
    }
    arena_fini(&tracer->arena);
    mem_free(tracer);
}

static uint64_t loss_of(Destination *to)
{
    if (!to->name) return 0;
    mutex_lock(&to->mutex);
    uint64_t lost = to->lost;
    mutex_unlock(&to->mutex);
    return lost;
}

TracerLoss tracer_loss(Tracer *tracer)
{
    if (!tracer) return (TracerLoss){0};
    return (TracerLoss){loss_of(&tracer->to[TO_FILE]), loss_of(&tracer->to[TO_ENDPOINT])};
}
