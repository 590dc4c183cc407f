// door/cli_answer.c - an operation that was asked for at a terminal: run it, and say all there is
// to say. The same whether it is asked for here or reaches a server (door/http/routes_cli.c), so
// that both print the same bytes.
#include "door/cli.h"

#include "door/progress.h"
#include "door/render.h"

void cli_say(Cli *cli, Str text)
{
    if (!text.len) return;
    Fail lost = cli->terminal.write(cli->terminal.arg, &cli->cx, OS_STDERR, text);
    (void)lost; // nowhere left to say it
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

void cli_tell(Cli *cli, Fail fail)
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
    cli_say(cli, buf_str(&buf));
}

static void log_problem(const Ctx *cx, Fail fail)
{
    for (; fail; fail = fail->cause)
        log_event(cx, LOG_DEBUG, "problem", LOG_STR("where", str_from(fail->where)),
                  LOG_STR("kind", str_from(problem_spec(fail->kind)->name)),
                  LOG_STR("detail", fail->detail));
}

bool cli_wants_color(const Cli *cli)
{
    const GlobalArgs *global = &cli->parsed.global;
    if (str_eq(global->color, STR("always"))) return true;
    if (str_eq(global->color, STR("never")) || cli->terminal.no_color) return false;
    return cli->terminal.out_is_terminal && !cli->terminal.is_dumb;
}

static void render(Cli *cli, const RunInfo *info, const Result *result)
{
    const GlobalArgs *global = &cli->parsed.global;
    RenderStyle style = {
        .format = global->format,
        .text = {.color = cli_wants_color(cli),
                 .width = cli->terminal.out_width,
                 .budget_bytes = (size_t)global->budget * RENDER_TOKEN_BYTES},
        .indent_json = cli->terminal.out_is_terminal,
    };
    render_answer(&cli->out, cli->parsed.command.op, cli->parsed.args, info, result, &style);
}

// What a log kept that is not written as it comes.
static void say_log(Cli *cli, const Ctx *cx)
{
    if (cx->log && cx->log->kept) cli_say(cli, log_take(cx->log, &cli->arena));
}

// What a scope left out must not go unsaid; JSON has it as run.scope.
static void tell_scope(Cli *cli, const RunInfo *info)
{
    if (!info->scope.len || str_eq(cli->parsed.global.format, STR("json"))) return;
    Str line = str_format(&cli->arena, "cq: scope of " STR_FMT ": " STR_FMT "\n",
                          STR_ARG(info->session), STR_ARG(info->scope));
    cli_say(cli, line);
}

static void tell_shortfalls(Cli *cli, const Ctx *cx, const Result *result)
{
    if (result->problem) {
        log_problem(cx, result->problem);
        cli_tell(cli, result->problem);
    }
    for (size_t i = 0; i < result->more_count; i++) cli_tell(cli, result->more_problems[i]);
    if (result->interrupted)
        cli_tell(cli, FAIL(&cli->arena, CANCELLED,
                           "interrupted; the answer holds what was found until then"));
}

// Fails: BAD_REQUEST when the answer is no graph, and a picture of it is asked for.
Fail cli_check_format(Cli *cli)
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

static Fail run_it(Cli *cli, Ctx *cx, const Context *context, RunInfo *info, Result *result)
{
    const ParsedArgs *parsed = &cli->parsed;
    const OpSpec *op = parsed->command.op;
    if (!cli->is_away) return context_run(cx, context, op, parsed->args, info, result);
    bool rooted = parsed->global.root.len;
    return context_run_owner(cx, context, rooted, op, parsed->args, info, result);
}

Fail cli_answer(Cli *cli, Ctx *cx, const Context *context)
{
    RunInfo info = {.argv = cli->argv};
    Result result = {0};
    ProgressLine line;
    cx->progress = progress_begin(&line, &cli->cx, &cli->terminal);
    Fail fail = run_it(cli, cx, context, &info, &result);
    progress_end(&line);
    if (fail) log_problem(cx, fail);
    say_log(cli, cx);
    TRY(fail);
    render(cli, &info, &result);
    TRY(out_finish(&cli->out));
    tell_scope(cli, &info);
    tell_shortfalls(cli, cx, &result);
    cli->status = cli->out.closed ? 0 : answer_status(&result);
    return NULL;
}

int cli_end(Cli *cli, Fail fail)
{
    Fail unwritten = out_finish(&cli->out);
    if (!fail) fail = unwritten;
    if (fail) {
        cli->status = problem_spec(fail->kind)->exit_code;
        cli_tell(cli, fail);
    }
    return cli->status;
}
