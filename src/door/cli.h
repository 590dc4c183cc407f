// door/cli.h - the command line door: argv in, answer on stdout, problems on stderr, exit code out.
#ifndef CQ_DOOR_CLI_H
#define CQ_DOOR_CLI_H

#include "app/context.h"
#include "base/os.h"
#include "door/args.h"
#include "door/out.h"

struct Cli { // one process
    Arena arena;
    Ctx cx; // of the door itself; an operation gets its own from app/
    StrList argv;
    ParsedArgs parsed;
    Terminal terminal;
    Out out;
    Flag stop;    // the number of the signal that asks to stop
    int status;   // of a run that did not fail: 0 found, 1 nothing
    bool is_away; // asked for in another process: in its folder, at its terminal
};

// The exit code. May not return: a process that a signal stopped ends by that signal.
int cli_main(int argc, char **argv);

// What the command line says of the context of one request, and of the log. Fails: BAD_REQUEST.
MUST_CHECK Fail cli_context_spec(Cli *cli, ContextSpec *out);
MUST_CHECK Fail cli_log_level(Cli *cli, LogLevel *level);

ConfigOptions cli_config_options(const ParsedArgs *parsed);
Str cli_session(const Cli *cli); // --session, or the environment's; empty: none

// cli_answer.c: an operation. `cx` is that of its request.
MUST_CHECK Fail cli_answer(Cli *cli, Ctx *cx, const Context *context);
int cli_end(Cli *cli, Fail fail); // tells what failed; the exit code
// Fails: BAD_REQUEST when the answer is no graph, and a picture of it is asked for.
MUST_CHECK Fail cli_check_format(Cli *cli);
void cli_tell(Cli *cli, Fail fail); // on standard error
void cli_say(Cli *cli, Str text);   // likewise
bool cli_wants_color(const Cli *cli);

// Help for cli->parsed.command, or for all when it has none.
Fail cli_show_help(Cli *cli);

#endif
