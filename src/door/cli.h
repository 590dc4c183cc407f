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
    Out out;
    Flag stop;  // the number of the signal that asks to stop
    int status; // of a run that did not fail: 0 found, 1 nothing
};

// The exit code. May not return: a process that a signal stopped ends by that signal.
int cli_main(int argc, char **argv);

// What the command line says of the context of one request, and of the log. Fails: BAD_REQUEST.
MUST_CHECK Fail cli_context_spec(Cli *cli, ContextSpec *out);
MUST_CHECK Fail cli_log_level(Cli *cli, LogLevel *level);

// Help for cli->parsed.command, or for all when it has none.
Fail cli_show_help(Cli *cli);

// What the options say about a context; for one request, that may read standard input. Fails:
// BAD_REQUEST.
MUST_CHECK Fail cli_context_spec(Cli *cli, ContextSpec *out);

#endif
