// door/through.c
#include "door/through.h"

#include "base/clock.h"
#include "base/os_socket.h"
#include "door/away.h"
#include "door/peer.h"
#include "door/stamp.h"

enum {
    FIRST_MS = 500,  // for a server to say that it has begun
    ONLY_MS = 60000, // ... where nobody else may answer
    WAIT_MS = 100,   // between two looks at what cannot wake us up
    STOP_MS = 1000,  // for a server to send what it found until a signal
    MOST_PROBLEM = 64 << 10,
};

typedef enum Use { USE_AUTO, USE_OFF, USE_ONLY } Use;

typedef struct Through {
    Cli *cli;
    Use use;
    Ctx cx; // of what is said to the server: a signal is no reason to stop
    Log log;
    AwayAsk ask;
    Peer peer;
    bool told; // that the work should stop
    bool hung; // it began to answer, and does not live any more
    bool begun, ended;
    bool closed; // nobody reads our standard output on
    Fail fail;   // of writing to it
} Through;

// ---- whether to ask

static Fail read_use(Arena *arena, Use *out)
{
    Str text = os_env("CQ_SERVER");
    *out = USE_AUTO;
    if (!text.len || str_eq(text, STR("auto"))) return NULL;
    if (str_eq(text, STR("off"))) *out = USE_OFF;
    else if (str_eq(text, STR("only"))) *out = USE_ONLY;
    else
        return FAIL(arena, BAD_REQUEST, "CQ_SERVER must be auto, off or only, not \"" STR_FMT "\"",
                    STR_ARG(text));
    return NULL;
}

static bool is_local(const Field *field, const void *record)
{
    const void *at = (const char *)record + field->offset;
    if (!(field->flags & FIELD_LOCAL)) return false;
    return field_is_list(field) ? ((const StrList *)at)->count : ((const Str *)at)->len;
}

static bool reads_stdin(const Field *field, const void *record)
{
    const void *at = (const char *)record + field->offset;
    if (field->type == FIELD_STR || field->type == FIELD_PATH)
        return str_eq(*(const Str *)at, STR("-"));
    const StrList *list = at;
    for (size_t i = 0; field->type == FIELD_PATHS && i < list->count; i++)
        if (str_eq(list->items[i], STR("-"))) return true;
    return false;
}

bool cli_may_go_away(const Cli *cli)
{
    const GlobalArgs *global = &cli->parsed.global;
    return !global->no_server && !str_eq(os_env("CQ_SERVER"), STR("off")) && !global->trace.len &&
           !global->trace_endpoint.len && !global->metrics.len;
}

// Whether nothing that was asked for is of this process: its measures, its input, its files, its
// session. What a session is told lives in the process that was told.
static bool may_go(const Cli *cli)
{
    const ParsedArgs *parsed = &cli->parsed;
    if (!cli_may_go_away(cli)) return false;
    if (!parsed->command.op->resident || cli_session(cli).len) return false;
    for (const Field *field = parsed->command.args; field->name; field++)
        if (is_local(field, parsed->args) || reads_stdin(field, parsed->args)) return false;
    return true;
}

// A descriptor of ours must not take the place of one of the three, which would then be read or
// written for it.
static bool are_open(Ctx *cx)
{
    OsStat stat;
    return !os_fstat(cx, OS_STDIN, &stat) && !os_fstat(cx, OS_STDOUT, &stat) &&
           !os_fstat(cx, OS_STDERR, &stat);
}

// ---- asking

static Fail make_ask(Through *through)
{
    Cli *cli = through->cli;
    AwayAsk *ask = &through->ask;
    ConfigOptions options = cli_config_options(&cli->parsed);
    options.timeout_s = -1; // goes with the arguments
    TRY(cli_log_level(cli, &ask->log_level));
    TRY(os_working_dir(&through->cx, &ask->folder));
    TRY(stamp_make(&through->cx, &options, &ask->stamp));
    ask->terminal = cli->terminal;
    ask->argv = cli->argv;
    return NULL;
}

static Fail send_ask(Through *through)
{
    Buf body = buf_on(through->cx.arena);
    away_write(&body, &through->ask);
    return peer_ask(&through->cx, &through->peer, "POST", AWAY_PATH, through->ask.root, STR_NONE,
                    buf_str(&body));
}

// ---- the answer

// Fails: UNAVAILABLE when the server had rather not answer.
static Fail take_head(Through *through)
{
    PeerHead head;
    Str problem;
    Ctx *cx = &through->cx;
    TRY(peer_head(cx, &through->peer, &head));
    if (head.status == 200) return NULL;
    TRY(peer_rest(cx, &through->peer, MOST_PROBLEM, &problem));
    return FAIL(cx->arena, UNAVAILABLE, STR_FMT, STR_ARG(peer_why(cx->arena, problem)));
}

static bool is_broken_pipe(Fail fail)
{
    const Json *name = json_get(fail->ext, STR("errno"));
    return name && str_eq(name->string, STR("EPIPE"));
}

// As Out and cli_answer do it: a reader that went away is no failure; after another failure nothing
// but that is told.
static void print(Through *through, AwayKind kind, Str bytes)
{
    Cli *cli = through->cli;
    if (kind == AWAY_STATUS) {
        through->ended = true;
        cli->status = through->closed ? 0 : (unsigned char)bytes.ptr[0];
    }
    if (through->fail || kind == AWAY_STATUS) return;
    if (kind == AWAY_ERR) {
        cli_say(cli, bytes);
        return;
    }
    if (through->closed) return;
    Fail fail = cli->terminal.write(cli->terminal.arg, &cli->cx, OS_STDOUT, bytes);
    through->closed = fail;
    if (fail && !is_broken_pipe(fail)) through->fail = fail;
}

// Fails: UNAVAILABLE when it is nothing that our server says.
static Fail print_frames(Through *through)
{
    Buf *in = &through->peer.in;
    Str rest = {in->ptr, in->len}, bytes;
    AwayKind kind;
    AwayTaken taken = AWAY_TAKEN;
    while (!through->ended && (taken = away_take_frame(&rest, &kind, &bytes)) == AWAY_TAKEN) {
        through->begun = true;
        print(through, kind, bytes);
    }
    if (rest.len) memmove(in->ptr, rest.ptr, rest.len);
    in->len = rest.len;
    if (taken != AWAY_WRONG) return NULL;
    return FAIL(through->cx.arena, UNAVAILABLE, "what the server says is no answer");
}

static void pass_signal(Through *through)
{
    if (through->told || !flag_get(&through->cli->stop)) return;
    through->told = true;
    os_end_sending(through->peer.socket.fd);
    through->cx.deadline_ns = clock_now_ns() + STOP_MS * NS_PER_MS;
}

static Fail watch(Through *through)
{
    Ctx cx = through->cx;
    cx.cancel = &through->cli->stop;
    Fail fail = peer_watch(&cx, &through->peer);
    if (flag_get(&through->cli->stop)) return NULL; // it is told next
    through->hung = fail;
    return fail;
}

static Fail take_frames(Through *through)
{
    OsArrival arrival = OS_BYTES;
    TRY(print_frames(through));
    while (!through->ended && arrival != OS_END) {
        pass_signal(through);
        TRY(peer_more(&through->cx, &through->peer, WAIT_MS, &arrival));
        if (arrival == OS_NOTHING && !through->told) TRY(watch(through));
        TRY(print_frames(through));
    }
    if (through->ended) return NULL;
    return FAIL(through->cx.arena, UNAVAILABLE, "the server went away in the middle of its answer");
}

// Fails: UNAVAILABLE when the server went away in the middle, or says what is no answer; CANCELLED
// when it did not stop in time after a signal.
static Fail take_answer(Through *through)
{
    Fail fail = take_frames(through);
    if (!fail) return NULL;
    Arena *arena = through->cx.arena;
    if (through->told) return FAIL(arena, CANCELLED, "interrupted; the server had not ended yet");
    if (!through->begun) return fail;
    return FAIL(arena, UNAVAILABLE, STR_FMT "; --no-server does without it", STR_ARG(fail->detail));
}

static Fail ask_server(Through *through)
{
    Ctx *cx = &through->cx;
    Str socket;
    TRY(peer_find(cx, through->cli->parsed.global.root, &through->ask.root, &socket));
    TRY(make_ask(through));
    TRY(peer_open(cx, socket, &through->peer));
    int64_t patience_ms = through->use == USE_ONLY ? ONLY_MS : FIRST_MS;
    cx->deadline_ns = clock_now_ns() + patience_ms * NS_PER_MS;
    cx->cancel = &through->cli->stop; // until it has begun: then it is told, and ends by itself
    TRY(send_ask(through));
    TRY(take_head(through));
    cx->deadline_ns = 0;
    cx->cancel = NULL;
    return take_answer(through);
}

static void tell_why(Through *through, Fail fail)
{
    Cli *cli = through->cli;
    LogLevel level;
    if (cli_log_level(cli, &level)) return; // it is told when this process answers
    log_init(&through->log, OS_STDERR, level, !cli->terminal.err_is_terminal);
    through->cx.log = &through->log;
    LogLevel at = fail->kind == PROBLEM_NOT_FOUND ? LOG_DEBUG : LOG_INFO; // there is none: as usual
    if (through->hung) at = LOG_WARN;                                     // time was lost
    log_event(&through->cx, at, "server.not_used", LOG_STR("why", fail->detail));
    log_fini(&through->log);
}

Str through_why_not(Cli *cli)
{
    Ctx cx = {.arena = &cli->arena,
              .cancel = &cli->stop,
              .deadline_ns = clock_now_ns() + FIRST_MS * NS_PER_MS};
    Through through = {.cli = cli, .cx = cx, .peer = {.socket = OS_FILE_NONE}};
    PeerHead head;
    Str socket, problem;
    Fail fail = peer_find(&cx, cli->parsed.global.root, &through.ask.root, &socket);
    if (!fail) fail = peer_open(&cx, socket, &through.peer);
    if (fail) return STR_NONE; // nobody is there
    if (!cli_may_go_away(cli)) {
        peer_close(&through.peer);
        return STR("--no-server, CQ_SERVER=off, or a measure of this process was asked for");
    }
    fail = make_ask(&through);
    if (!fail) fail = send_ask(&through);
    if (!fail) fail = peer_head(&through.cx, &through.peer, &head);
    if (!fail && head.status != AWAY_NOT_OFFERED)
        fail = peer_rest(&through.cx, &through.peer, MOST_PROBLEM, &problem);
    bool fits = !fail && head.status == AWAY_NOT_OFFERED;
    peer_close(&through.peer);
    if (fits) return STR_NONE;
    return fail ? STR("it does not answer") : peer_why(&cli->arena, problem);
}

bool through_server(Cli *cli, Fail *out)
{
    Through through = {.cli = cli, .cx = {.arena = &cli->arena}, .peer = {.socket = OS_FILE_NONE}};
    *out = read_use(&cli->arena, &through.use);
    if (*out) return true;
    if (through.use == USE_OFF || !may_go(cli) || !are_open(&through.cx)) return false;
    Fail fail = ask_server(&through);
    peer_close(&through.peer);
    bool done = !fail || through.begun || through.told;
    if (done) *out = fail ? fail : through.fail;
    else if (through.use == USE_ONLY)
        *out = FAIL(&cli->arena, UNAVAILABLE,
                    "no server can answer, and CQ_SERVER is only: " STR_FMT, STR_ARG(fail->detail));
    else tell_why(&through, fail);
    return done || through.use == USE_ONLY;
}
