// door/through.c
#include "door/through.h"

#include "base/clock.h"
#include "base/os_disk.h"
#include "base/os_socket.h"
#include "base/os_stream.h"
#include "door/away.h"
#include "door/http/message.h"
#include "door/stamp.h"
#include "service/server_place.h"

enum {
    FIRST_MS = 500, // for a server to say that it has begun
    WAIT_MS = 100,  // between two looks at what cannot wake us up
    READ_BYTES = 64 << 10,
};

typedef enum Use { USE_AUTO, USE_OFF, USE_ONLY } Use;

typedef struct Through {
    Cli *cli;
    Ctx cx; // of what is said to the server: a signal is no reason to stop
    Log log;
    AwayAsk ask;
    OsFile socket;
    Buf in;
    bool told; // that the work should stop
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

// Whether nothing that was asked for is of this process: its measures, its input, its files, its
// session. What a session is told lives in the process that was told.
static bool may_go(Cli *cli)
{
    const ParsedArgs *parsed = &cli->parsed;
    const GlobalArgs *global = &parsed->global;
    if (!parsed->command.op->resident || global->no_server) return false;
    if (global->trace.len || global->trace_endpoint.len || global->metrics.len) return false;
    if (cli_session(cli).len) return false;
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

static Fail find_socket(Through *through, Str *out)
{
    Ctx *cx = &through->cx;
    Str root = through->cli->parsed.global.root;
    OsStat stat;
    Workspace workspace;
    // Where no server ever ran, no time is lost.
    TRY(os_stat(cx, OS_CWD, server_folder(cx->arena).ptr, OS_FOLLOW, &stat));
    TRY(workspace_open(cx, root, !root.len, &workspace));
    workspace_close(&workspace);
    through->ask.root = workspace.root;
    *out = server_socket(cx->arena, workspace.root);
    return NULL;
}

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

static Fail connect_to(Through *through, Str path)
{
    Ctx *cx = &through->cx;
    uint32_t user = 0;
    TRY(os_connect_path(cx, path, &through->socket));
    if (os_peer_user(through->socket.fd, &user) && user == os_user()) return NULL;
    return FAIL(cx->arena, IO, "the server at " STR_FMT " is not this user's", STR_ARG(path));
}

// The last part of the root, as servers name their workspaces.
static void add_name(Buf *out, Str root)
{
    Str name = str_sub(root, str_find_last(root, '/') + 1, root.len);
    for (size_t i = 0; i < name.len; i++) buf_addf(out, "%%%02X", (unsigned char)name.ptr[i]);
}

static Fail send_ask(Through *through)
{
    Buf body = buf_on(through->cx.arena), head = buf_on(through->cx.arena);
    away_write(&body, &through->ask);
    buf_add(&head, STR("POST " AWAY_PATH "?workspace="));
    add_name(&head, through->ask.root);
    buf_addf(&head, " HTTP/1.0\r\nContent-Length: %zu\r\n\r\n", body.len);
    buf_add(&head, buf_str(&body));
    return os_stream_write(&through->cx, through->socket, buf_str(&head));
}

// ---- the answer

static Fail read_more(Through *through, OsArrival *arrival)
{
    size_t got = 0;
    char *room = buf_room(&through->in, READ_BYTES);
    TRY(os_stream_read(&through->cx, through->socket, room, READ_BYTES, WAIT_MS, &got, arrival));
    through->in.len += got;
    return NULL;
}

// What stands behind "detail" in the problem that a server answers with.
static Str detail_of(Arena *arena, Str body)
{
    const Json *document = NULL, *detail = NULL;
    if (!json_parse(arena, body, &document)) detail = json_get(document, STR("detail"));
    return detail ? detail->string : STR("the server refused");
}

// Takes the head of the answer. Fails: UNAVAILABLE when it is not the one hoped for.
static Fail take_head(Through *through)
{
    Arena *arena = through->cx.arena;
    OsArrival arrival = OS_BYTES;
    Str text = STR_NONE;
    size_t end = 0, looked = 0;
    for (bool whole = false; !whole && arrival != OS_END && through->in.len < MESSAGE_MOST_HEAD;) {
        TRY(read_more(through, &arrival));
        text = (Str){through->in.ptr, through->in.len};
        whole = (end = message_head_end(text, &looked));
    }
    through->cx.deadline_ns = 0;
    if (str_starts(text, STR("HTTP/1.1 200 ")) && end) {
        Str rest = str_copy(arena, str_sub(text, end, text.len));
        through->in.len = 0;
        buf_add(&through->in, rest);
        return NULL;
    }
    Str body = end ? str_sub(text, end, text.len) : STR_NONE;
    return FAIL(arena, UNAVAILABLE, STR_FMT, STR_ARG(detail_of(arena, body)));
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

static void print_frames(Through *through)
{
    Str rest = {through->in.ptr, through->in.len}, bytes;
    AwayKind kind;
    while (!through->ended && away_take_frame(&rest, &kind, &bytes)) {
        through->begun = true;
        print(through, kind, bytes);
    }
    if (rest.len) memmove(through->in.ptr, rest.ptr, rest.len);
    through->in.len = rest.len;
}

static void pass_signal(Through *through)
{
    if (through->told || !flag_get(&through->cli->stop)) return;
    through->told = true;
    os_end_sending(through->socket.fd);
}

// Fails: UNAVAILABLE when the server went away in the middle.
static Fail take_answer(Through *through)
{
    OsArrival arrival = OS_BYTES;
    print_frames(through);
    while (!through->ended && arrival != OS_END) {
        pass_signal(through);
        Fail fail = read_more(through, &arrival);
        if (fail) break;
        print_frames(through);
    }
    if (through->ended) return NULL;
    return FAIL(through->cx.arena, UNAVAILABLE,
                "the server went away in the middle of its answer; --no-server does without it");
}

static Fail ask_server(Through *through)
{
    Str path;
    TRY(find_socket(through, &path));
    TRY(make_ask(through));
    TRY(connect_to(through, path));
    through->cx.deadline_ns = clock_now_ns() + (int64_t)FIRST_MS * 1000000;
    TRY(send_ask(through));
    TRY(take_head(through));
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
    log_event(&through->cx, at, "server.not_used", LOG_STR("why", fail->detail));
    log_fini(&through->log);
}

bool through_server(Cli *cli, Fail *out)
{
    Use use = USE_AUTO;
    Through through = {.cli = cli,
                       .cx = {.arena = &cli->arena},
                       .socket = OS_FILE_NONE,
                       .in = buf_on(&cli->arena)};
    *out = read_use(&cli->arena, &use);
    if (*out) return true;
    if (use == USE_OFF || !may_go(cli) || !are_open(&through.cx)) return false;
    Fail fail = ask_server(&through);
    os_close(&through.socket);
    bool done = !fail || through.begun;
    if (done) *out = fail ? fail : through.fail;
    else if (use == USE_ONLY)
        *out = FAIL(&cli->arena, UNAVAILABLE,
                    "no server can answer, and CQ_SERVER is only: " STR_FMT, STR_ARG(fail->detail));
    else tell_why(&through, fail);
    return done || use == USE_ONLY;
}
