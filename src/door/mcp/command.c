// door/mcp/command.c - "cq mcp".
#include "door/mcp/command.h"

#include "base/os_process.h"
#include "door/cli.h"
#include "door/mcp/stdio.h"

enum {
    THREADS_KEPT = 1,
    THREADS_MOST = 16, // requests that run at once; each finds its state of git on another
    END_WITHIN_S = 10, // whatever an operation does
};

static Fail serve(Cli *cli)
{
    ContextSpec spec;
    TRY(cli_context_spec(cli, &spec));
    spec.one_request = false;
    spec.reads_stdin = false;
    os_stop_signals(&cli->stop);
    Pool *pool = pool_new((PoolSpec){.io_workers = THREADS_KEPT, .io_ceiling = THREADS_MOST});
    McpWorkspaces *workspaces = mcp_workspaces_new(&spec);
    McpHost host = mcp_workspaces_host(workspaces, pool);
    Ctx cx = {.arena = &cli->arena, .cancel = &cli->stop};
    Fail fail = mcp_stdio_serve(&cx, &host);
    os_end_after(END_WITHIN_S);
    pool_free(pool);
    mcp_workspaces_free(workspaces);
    os_end_after(0);
    return fail;
}

static Fail run(Cli *cli, const void *arguments)
{
    (void)arguments;
    return serve(cli);
}

static const Field args[] = {{0}};

static const OpExample examples[] = {
    {"cq mcp --root ~/project", "serve one project, whatever the client says"},
    {0},
};

const Command mcp_command = {
    .name = "mcp",
    .summary = "Serve coding agents over the Model Context Protocol",
    .details = "Reads JSON-RPC messages from standard input, a line each, and answers on standard "
               "output, until the input ends. The workspace is --root, or the roots that the "
               "client names, or the git working tree around the working folder.",
    .examples = examples,
    .args = args,
    .args_size = 0,
    .run = run,
};
