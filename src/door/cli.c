// door/cli.c
//
// DESIGN. One process answers one command. Everything it needs is made in cli_main, in this order:
// arena, output, arguments, then (for an operation only) context and signal set-up; and closed in
// reverse. A signal raises `stop`, which the operation sees as a cancel; what it has found until
// then is printed, and the process then ends by that signal so that its parent sees it.
#include "door/cli.h"

#include "base/version.h"
#include "door/help.h"
#include "door/progress.h"
#include "door/render.h"

static StrList words_of(Arena *arena, int argc, char **argv)
{
    size_t count = argc > 0 ? (size_t)argc : 0;
    Str *items = ARENA_ARRAY(arena, Str, count);
    for (size_t i = 0; i < count; i++) items[i] = str_from(argv[i]);
    return (StrList){items, count};
}

// One line: a file name may hold anything.
static void add_line(Buf *out, const char *prefix, Str text)
{
    buf_add(out, str_from(prefix));
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        buf_byte(out, (unsigned char)c < ' ' || c == 0x7F ? ' ' : c);
    }
    buf_byte(out, '\n');
}

static void tell_problem(Cli *cli, Fail fail)
{
    Buf buf = buf_on(&cli->arena);
    if (args_want_json(cli->argv)) {
        buf_add(&buf, problem_to_json(&cli->arena, fail));
        buf_byte(&buf, '\n');
    } else {
        const Json *hint = json_get(fail->ext, STR("hint"));
        add_line(&buf, "cq: ", fail->detail);
        if (hint) add_line(&buf, "    ", hint->string);
    }
    Fail lost = os_write(&cli->cx, OS_STDERR, buf_str(&buf));
    (void)lost; // nowhere left to say it
}

static void log_problem(const Ctx *cx, Fail fail)
{
    for (; fail; fail = fail->cause)
        log_event(cx, LOG_DEBUG, "problem", LOG_STR("where", str_from(fail->where)),
                  LOG_STR("kind", str_from(problem_spec(fail->kind)->name)),
                  LOG_STR("detail", fail->detail));
}

static bool wants_color(const GlobalArgs *global)
{
    if (str_eq(global->color, STR("always"))) return true;
    if (str_eq(global->color, STR("never")) || os_env("NO_COLOR").len) return false;
    return os_is_terminal(OS_STDOUT) && !str_eq(os_env("TERM"), STR("dumb"));
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

static ConfigOptions config_options(const ParsedArgs *parsed)
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
    ContextSpec spec = {.config = config_options(parsed),
                        .root = parsed->global.root,
                        .command = str_from(parsed->command.name),
                        .one_request = true,
                        .reads_stdin = true,
                        .logs = true,
                        .worker_program = "/proc/self/exe",
                        .own_program = "/proc/self/exe"};
    TRY(cli_log_level(cli, &spec.log_level));
    spec.log_json = !os_is_terminal(OS_STDERR);
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

static void render(Cli *cli, const RunInfo *info, const Result *result)
{
    const GlobalArgs *global = &cli->parsed.global;
    bool terminal = os_is_terminal(OS_STDOUT);
    RenderStyle style = {
        .format = global->format,
        .text = {.color = wants_color(global),
                 .width = os_terminal_width(OS_STDOUT),
                 .budget_bytes = (size_t)global->budget * RENDER_TOKEN_BYTES},
        .indent_json = terminal,
    };
    render_answer(&cli->out, cli->parsed.command.op, cli->parsed.args, info, result, &style);
}

static void tell_shortfalls(Cli *cli, const Ctx *cx, const Result *result)
{
    if (result->problem) {
        log_problem(cx, result->problem);
        tell_problem(cli, result->problem);
    }
    for (size_t i = 0; i < result->more_count; i++) tell_problem(cli, result->more_problems[i]);
    if (result->interrupted)
        tell_problem(cli, FAIL(&cli->arena, CANCELLED,
                               "interrupted; the answer holds what was found until then"));
}

// Fails: BAD_REQUEST when the answer is no graph, and a picture of it is asked for.
static Fail check_format(Cli *cli)
{
    const ParsedArgs *parsed = &cli->parsed;
    Str format = parsed->global.format;
    bool picture = str_eq(format, STR("dot")) || str_eq(format, STR("mermaid"));
    Buf names = buf_on(&cli->arena);
    if (!picture || parsed->command.op->draw) return NULL;
    for (const OpSpec *const *op = op_all(); *op; op++)
        if ((*op)->draw) buf_addf(&names, "%s%s", names.len ? ", " : "", (*op)->name);
    return FAIL(&cli->arena, BAD_REQUEST,
                "what %s answers is no graph: --format " STR_FMT " goes with " STR_FMT,
                parsed->command.name, STR_ARG(format), STR_ARG(buf_str(&names)));
}

static Fail run_op(Cli *cli, const Context *context)
{
    const ParsedArgs *parsed = &cli->parsed;
    Ctx cx = context_request(context, &cli->arena, &cli->stop);
    RunInfo info = {.argv = cli->argv};
    Result result = {0};
    ProgressLine line;
    cx.progress = progress_begin(&line, &cli->cx);
    Fail fail = context_run(&cx, context, parsed->command.op, parsed->args, &info, &result);
    progress_end(&line);
    if (fail) {
        log_problem(&cx, fail);
        return fail;
    }
    render(cli, &info, &result);
    TRY(out_finish(&cli->out));
    tell_shortfalls(cli, &cx, &result);
    cli->status = cli->out.closed ? 0 : answer_status(&result);
    return NULL;
}

Fail cli_show_help(Cli *cli)
{
    HelpStyle style = {.color = wants_color(&cli->parsed.global)};
    int width = os_terminal_width(OS_STDOUT);
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
    TRY(check_format(cli));
    Context *context = NULL;
    os_stop_signals(&cli->stop);
    Fail fail = make_context(cli, &context);
    if (fail) return fail;
    fail = run_op(cli, context);
    Fail unwritten = write_metrics(cli, context);
    context_free(context);
    if (fail && unwritten) tell_problem(cli, unwritten);
    return fail ? fail : unwritten;
}

static int finish(Cli *cli, Fail fail)
{
    Fail unwritten = out_finish(&cli->out);
    if (!fail) fail = unwritten;
    if (fail) {
        cli->status = problem_spec(fail->kind)->exit_code;
        tell_problem(cli, fail);
    }
    int signal = flag_get(&cli->stop), status = cli->status;
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
    out_init(&cli.out, &cli.cx, OS_STDOUT);
    Fail fail = args_parse(&cli.arena, cli.argv, &cli.parsed);
    if (!fail) fail = run_command(&cli);
    return finish(&cli, fail);
}
