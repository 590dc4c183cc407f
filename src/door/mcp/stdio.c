// door/mcp/stdio.c
//
// DESIGN. The calling thread reads; answers are written by whoever has them, whole lines under
// `mutex`. A client that is gone (EPIPE) or has not read for PATIENCE_NS closes the output: what
// follows is dropped, and the reader, which looks every TICK_MS, ends. Nothing is written after
// mcp_session_close has returned.
#include "door/mcp/stdio.h"

#include "base/clock.h"
#include "base/os_stream.h"

#define PATIENCE_NS (30 * NS_PER_S)

enum {
    TICK_MS = 500,
    READ_BYTES = 64 << 10,
    GRACE_MS = 1000, // for what runs at the end of input
    GRACE_STEP_MS = 10,
};

typedef struct Stdio {
    const Ctx *cx;
    Mutex mutex;
    Flag closed; // nobody reads on
} Stdio;

static void send_line(void *self, Str message)
{
    Stdio *to = self;
    if (!message.len || flag_get(&to->closed)) return;
    Arena arena = {0};
    Buf line = buf_on(&arena);
    buf_add(&line, message);
    buf_byte(&line, '\n');
    Ctx cx = ctx_child(to->cx, &arena);
    cx.cancel_too = &to->closed;
    mutex_lock(&to->mutex);
    cx.deadline_ns = clock_now_ns() + PATIENCE_NS;
    if (os_stream_write(&cx, OS_STDOUT, buf_str(&line))) flag_set(&to->closed, 1);
    mutex_unlock(&to->mutex);
    arena_fini(&arena);
}

static void send_own(void *self, void *origin, Str message, bool last)
{
    (void)last;
    if (origin != relay_silent) send_line(self, message);
}

// What came in, cut into lines.
typedef struct Lines {
    McpSession *session;
    Relay *relay; // NULL: no server was found
    Arena arena;
    Buf rest;     // a line that has not ended
    bool skipped; // it is too long: all of it is thrown away
} Lines;

static void take_message(const Lines *lines, Str message)
{
    if (lines->relay) relay_take(lines->relay, message);
    else (void)mcp_session_take(lines->session, message, NULL);
}

static void take_line(const Lines *lines, Str line)
{
    Str text = str_trim(line);
    if (text.len) take_message(lines, text);
}

static void end_line(Lines *lines)
{
    // Too long: the session refuses it by its length, without a look.
    size_t len = lines->skipped ? MCP_MOST_MESSAGE + 1 : lines->rest.len;
    if (lines->skipped) take_message(lines, (Str){lines->rest.ptr, len});
    else take_line(lines, (Str){lines->rest.ptr, len});
    lines->skipped = false;
    lines->rest = buf_on(&lines->arena);
    arena_reset(&lines->arena);
}

static void take_bytes(Lines *lines, Str bytes)
{
    while (bytes.len) {
        size_t end = str_find(bytes, '\n');
        Str part = str_sub(bytes, 0, end);
        if (lines->rest.len + part.len > MCP_MOST_MESSAGE) lines->skipped = true;
        if (!lines->skipped) buf_add(&lines->rest, part);
        if (end < bytes.len) end_line(lines);
        bytes = str_sub(bytes, end + 1, bytes.len);
    }
}

// Until the end. Fails: CANCELLED, IO.
static Fail read_lines(Ctx *cx, Stdio *stdio, Lines *lines)
{
    char *buf = arena_alloc_raw(cx->arena, READ_BYTES);
    while (!flag_get(&stdio->closed) && !os_stream_broken(OS_STDOUT)) {
        size_t got = 0;
        OsArrival arrival;
        TRY(os_stream_read(cx, OS_STDIN, buf, READ_BYTES, TICK_MS, &got, &arrival));
        if (arrival == OS_END) break;
        take_bytes(lines, (Str){buf, got});
        mcp_session_tick(lines->session);
        if (lines->relay) relay_tick(lines->relay);
    }
    if (lines->rest.len && !lines->skipped) end_line(lines);
    return NULL;
}

static bool is_busy(const Lines *lines)
{
    return mcp_session_busy(lines->session) || (lines->relay && relay_busy(lines->relay));
}

static void let_end(Ctx *cx, const Stdio *stdio, const Lines *lines)
{
    for (int waited = 0; waited < GRACE_MS; waited += GRACE_STEP_MS) {
        if (!is_busy(lines) || flag_get(&stdio->closed)) return;
        if (os_stream_broken(OS_STDOUT)) return;
        if (ctx_sleep(cx, (int64_t)GRACE_STEP_MS * NS_PER_S / 1000)) return;
    }
}

Fail mcp_stdio_serve(Ctx *cx, const McpHost *host, const RelaySpec *relay)
{
    Stdio stdio = {.cx = cx};
    mem_give_back();
    mutex_init(&stdio.mutex, RANK_OUT);
    McpSession *session = mcp_session_new(host, (McpSink){&stdio, send_own});
    Lines lines = {.session = session};
    if (relay) {
        RelaySpec spec = *relay;
        spec.here = session;
        spec.self = &stdio;
        spec.send = send_line;
        lines.relay = relay_new(&spec);
    }
    lines.rest = buf_on(&lines.arena);
    Fail fail = read_lines(cx, &stdio, &lines);
    if (!fail) let_end(cx, &stdio, &lines);
    flag_set(&stdio.closed, 1);
    relay_free(lines.relay);
    mcp_session_free(session);
    arena_fini(&lines.arena);
    mutex_fini(&stdio.mutex);
    if (fail && fail->kind == PROBLEM_CANCELLED) return NULL; // a signal: the caller sees it
    return fail;
}
