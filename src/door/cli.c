// door/cli.c
//
// DESIGN. One process answers one command. Everything it needs is made in cli_main, in this order:
// arena, output, arguments, then (for an operation only) context and signal set-up; and closed in
// reverse. A signal raises `stop`, which the operation sees as a cancel; what it has found until
// then is printed, and the process then ends by that signal so that its parent sees it.
#include "door/cli.h"

#include "base/version.h"
#include "door/help.h"
#include "door/through.h"

static StrList words_of(Arena *arena, int argc, char **argv)
{
    size_t count = argc > 0 ? (size_t)argc : 0;
    Str *items = ARENA_ARRAY(arena, Str, count);
    for (size_t i = 0; i < count; i++) items[i] = str_from(argv[i]);
    return (StrList){items, count};
}

Fail cli_log_level(Cli *cli, LogLevel *level)
{
    *level = LOG_WARN;
    Str asked = cli->parsed.global.log_level, variable = os_env("CQ_LOG");
    if (asked.len) {
        (void)log_level_parse(asked, level); // one of the choices
        return NULL;
    }
    if (!variable.len || log_level_parse(variable, level)) return NULL;
    return FAIL(&cli->arena, BAD_REQUEST,
                "CQ_LOG must be debug, info, warn or error, not \"" STR_FMT "\"",
                STR_ARG(variable));
}

// OTEL_EXPORTER_OTLP_ENDPOINT is not ours alone: what we cannot use is no fault of the command.
static Str endpoint_of_environment(void)
{
    Str url = os_env("OTEL_EXPORTER_OTLP_ENDPOINT");
    bool ours = str_starts(url, STR("http://")) || str_starts(url, STR("https://"));
    if (str_eq_nocase(os_env("OTEL_SDK_DISABLED"), STR("true"))) ours = false;
    if (str_eq_nocase(os_env("OTEL_EXPORTER_OTLP_PROTOCOL"), STR("grpc"))) ours = false;
    return ours ? url : STR_NONE;
}

Str cli_session(const Cli *cli)
{
    Str given = cli->parsed.global.session;
    return given.len ? given : os_env("CQ_SESSION");
}

ConfigOptions cli_config_options(const ParsedArgs *parsed)
{
    const GlobalArgs *global = &parsed->global;
    ConfigOptions options = {.file = global->config,
                             .no_file = global->no_config,
                             .cpu_workers = CONFIG_WORKERS_UNSET,
                             .timeout_s = -1};
    if (args_given(parsed, "timeout")) options.timeout_s = global->timeout;
    if (args_given(parsed, "threads"))
        options.cpu_workers = global->threads ? global->threads - 1 : CONFIG_DEFAULT_WORKERS;
    return options;
}

Fail cli_context_spec(Cli *cli, ContextSpec *out)
{
    const ParsedArgs *parsed = &cli->parsed;
    ContextSpec spec = {.config = cli_config_options(parsed),
                        .root = parsed->global.root,
                        .command = str_from(parsed->command.name),
                        .one_request = true,
                        .reads_stdin = true,
                        .logs = true,
                        .worker_program = "/proc/self/exe",
                        .own_program = "/proc/self/exe"};
    TRY(cli_log_level(cli, &spec.log_level));
    spec.log_json = !cli->terminal.err_is_terminal;
    spec.trace_file = parsed->global.trace;
    spec.trace_endpoint = parsed->global.trace_endpoint;
    spec.default_endpoint = endpoint_of_environment();
    *out = spec;
    return NULL;
}

static Fail make_context(Cli *cli, Context **out)
{
    Ctx cx = {.arena = &cli->arena, .cancel = &cli->stop};
    ContextSpec spec;
    TRY(cli_context_spec(cli, &spec));
    if (cli->parsed.command.op->tells_server) spec.server_why = through_why_not(cli);
    return context_open(&cx, &spec, out);
}

// --metrics, whatever became of the operation.
static Fail write_metrics(Cli *cli, const Context *context)
{
    Str path = cli->parsed.global.metrics;
    if (!path.len) return NULL;
    Ctx *cx = &cli->cx;
    Str text = context_metrics(cx, context);
    if (str_eq(path, STR("-"))) return os_write(cx, OS_STDERR, text);
    return os_replace_file(cx, OS_CWD, str_cstr(cx->arena, path), text);
}

static Fail run_here(Cli *cli)
{
    Context *context = NULL;
    TRY(make_context(cli, &context));
    Ctx cx = context_request(context, &cli->arena, &cli->stop);
    cx.session = cli_session(cli);
    Fail fail = cli_answer(cli, &cx, context);
    Fail unwritten = write_metrics(cli, context);
    context_free(context);
    if (fail && unwritten) cli_tell(cli, unwritten);
    return fail ? fail : unwritten;
}

static Fail run_op(Cli *cli)
{
    Fail fail = NULL;
    os_stop_signals(&cli->stop);
    return through_server(cli, &fail) ? fail : run_here(cli);
}

Fail cli_show_help(Cli *cli)
{
    HelpStyle style = {.color = cli_wants_color(cli)};
    int width = cli->terminal.out_width;
    style.width = width ? MIN(width, 100) : 80;
    if (cli->parsed.has_command) help_command(&cli->out.buf, &cli->parsed.command, &style);
    else help_all(&cli->out.buf, &style);
    return NULL;
}

static Fail run_command(Cli *cli)
{
    const ParsedArgs *parsed = &cli->parsed;
    if (parsed->global.help) return cli_show_help(cli);
    if (parsed->global.version) {
        buf_add(&cli->out.buf, STR("cq " CQ_VERSION "\n"));
        return NULL;
    }
    if (!parsed->has_command) {
        Buf buf = buf_on(&cli->arena);
        help_short(&buf);
        cli->status = problem_spec(PROBLEM_BAD_REQUEST)->exit_code;
        return os_write(&cli->cx, OS_STDERR, buf_str(&buf));
    }
    if (!parsed->command.op) return parsed->command.run(cli, parsed->args);
    TRY(cli_check_format(cli));
    return run_op(cli);
}

static int finish(Cli *cli, Fail fail)
{
    int status = cli_end(cli, fail), signal = flag_get(&cli->stop);
    arena_fini(&cli->arena);
    if (signal) os_die_of_signal(signal);
    return status;
}

int cli_main(int argc, char **argv)
{
    Cli cli = {0};
    os_ignore_broken_pipe();
    cli.cx.arena = &cli.arena;
    cli.argv = words_of(&cli.arena, argc, argv);
    cli.terminal = terminal_here();
    out_init(&cli.out, &cli.cx, &cli.terminal);
    Fail fail = args_parse(&cli.arena, cli.argv, &cli.parsed);
    if (!fail) fail = run_command(&cli);
    return finish(&cli, fail);
}
