// door/http/routes_cli.c - a command line that another process of this user leaves to the server.
//
// What it may print is produced by the very functions that the command line uses for itself
// (door/cli_answer.c), with its folder, its terminal and its arguments; only where the bytes go
// differs. Whatever would make the answer another one is refused here or not sent at all
// (door/through.c): the client then answers by itself.
#include "base/clock.h"
#include "door/away.h"
#include "door/cli.h"
#include "door/http/routes.h"
#include "door/stamp.h"

enum { ENOUGH_BYTES = 32 << 10 }; // are worth sending before the end

typedef struct Frames { // what goes to the client
    HttpCall *call;
    Arena arena;
    Buf buf;
    bool gone;
} Frames;

static void send_frames(Frames *frames)
{
    if (!frames->gone && frames->buf.len)
        frames->gone = !call_write(frames->call, (Str){frames->buf.ptr, frames->buf.len});
    frames->buf.len = 0;
}

// What goes to standard error is sent at once: it may be progress. A client that is gone is no
// failure: nobody would hear of it.
static Fail write_frame(void *arg, Ctx *cx, OsFile stream, Str text)
{
    Frames *frames = arg;
    bool is_out = stream.fd == OS_STDOUT.fd;
    (void)cx;
    away_add(&frames->buf, is_out ? AWAY_OUT : AWAY_ERR, text);
    if (!is_out || frames->buf.len >= ENOUGH_BYTES) send_frames(frames);
    return NULL;
}

// Why the client should answer by itself; NULL when this process may.
static const char *judge(HttpCall *call, const AwayAsk *ask)
{
    const ServeApp *app = call_app(call);
    const Context *context = call_context(call);
    const char *differs = stamp_differs(app->stamp, ask->stamp);
    if (differs) return differs;
    if (!str_eq(context_env(context)->root, ask->root))
        return "the server answers for another workspace of that name";
    if (!context_is_current(context))
        return "the settings have changed since the server read them; send it SIGHUP";
    return NULL;
}

// The request's own log: its lines go to the client, with those of its answer.
static void answer(HttpCall *call, const AwayAsk *ask, Cli *cli)
{
    Frames frames = {.call = call};
    Arena log_arena = {0};
    Buf lines = buf_on(&log_arena);
    Log log;
    Ctx cx = *call_cx(call);
    const GlobalArgs *global = &cli->parsed.global;
    frames.buf = buf_on(&frames.arena);
    cli->terminal = ask->terminal;
    cli->terminal.write = write_frame;
    cli->terminal.arg = &frames;
    cli->is_away = true;
    log_init(&log, OS_FILE_NONE, ask->log_level, !ask->terminal.err_is_terminal);
    log.kept = &lines;
    log.lasting = cx.log;
    cx.arena = &cli->arena;
    cx.log = &log;
    cx.folder = ask->folder;
    cx.request_id = STR_NONE;
    if (args_given(&cli->parsed, "timeout"))
        cx.deadline_ns = global->timeout > 0
                             ? clock_now_ns() + (int64_t)(global->timeout * (double)NS_PER_S)
                             : 0;
    call_stream(call, STR("application/octet-stream"));
    char status = (char)cli_end(cli, cli_answer(cli, &cx, call_context(call)));
    send_frames(&frames);
    context_settle(&cx, call_context(call));
    away_add(&frames.buf, AWAY_STATUS, (Str){&status, 1});
    send_frames(&frames);
    log_fini(&log);
    arena_fini(&log_arena);
    arena_fini(&frames.arena);
}

void route_cli(HttpCall *call)
{
    AwayAsk ask;
    Cli cli = {.cx = {.arena = &cli.arena}};
    if (!away_read(call_arena(call), call_body(call), &ask)) {
        call_refuse(call, 400, "this is no command line");
        return;
    }
    cli.argv = ask.argv;
    out_init(&cli.out, &cli.cx, &cli.terminal);
    Fail fail = args_parse(&cli.arena, ask.argv, &cli.parsed);
    const char *why = fail ? "the command line is not understood" : judge(call, &ask);
    const OpSpec *op = cli.parsed.command.op;
    if (why) call_refuse(call, 409, "%s", why);
    else if (!op || !op->resident)
        call_refuse(call, AWAY_NOT_OFFERED, "a server does not answer this command");
    else answer(call, &ask, &cli);
    arena_fini(&cli.arena);
}
