// door/mcp/command.c - "cq mcp".
#include "door/mcp/command.h"

#include "base/os_process.h"
#include "door/cli.h"
#include "door/mcp/install.h"
#include "door/mcp/stdio.h"
#include "door/peer.h"
#include "door/stamp.h"
#include "door/through.h"

enum {
    THREADS_KEPT = 1,
    THREADS_MOST = 16, // requests that run at once; each finds its state of git on another
    END_WITHIN_S = 10, // whatever an operation does
};

// --session, or one of this process alone.
static Fail name_session(Cli *cli, Str *out)
{
    uint64_t number = 0;
    TRY(os_random(&cli->cx, &number, sizeof number));
    *out = cli->cx.session;
    if (!out->len) *out = str_format(&cli->arena, "mcp-%016llx", (unsigned long long)number);
    return NULL;
}

// Where a server is or may come. Whoever wants traces or another log of this process, does
// not want one.
static bool find_server(Cli *cli, Pool *pool, RelaySpec *out)
{
    const GlobalArgs *global = &cli->parsed.global;
    ConfigOptions options = cli_config_options(&cli->parsed);
    *out = (RelaySpec){.pool = pool, .fixed_root = global->root.len, .session = cli->cx.session};
    if (!cli_may_go_away(cli)) return false;
    return !peer_place(&cli->cx, global->root, &out->workspace, &out->socket) &&
           !stamp_make(&cli->cx, &options, &out->stamp);
}

static Fail serve(Cli *cli)
{
    ContextSpec spec;
    Str session;
    TRY(name_session(cli, &session));
    TRY(cli_context_spec(cli, &spec));
    spec.one_request = false;
    spec.reads_stdin = false;
    spec.follows = true;
    os_stop_signals(&cli->stop);
    Pool *pool = pool_new((PoolSpec){.io_workers = THREADS_KEPT, .io_ceiling = THREADS_MOST});
    McpWorkspaces *workspaces = mcp_workspaces_new(&spec);
    McpHost host = mcp_workspaces_host(workspaces, pool);
    host.session = session;
    Ctx cx = {.arena = &cli->arena, .cancel = &cli->stop};
    Pool *waiting = pool_new((PoolSpec){.io_workers = THREADS_KEPT, .io_ceiling = RELAY_THREADS});
    RelaySpec relay;
    bool relayed = find_server(cli, waiting, &relay);
    Fail fail = mcp_stdio_serve(&cx, &host, relayed ? &relay : NULL);
    os_end_after(END_WITHIN_S);
    pool_free(waiting);
    pool_free(pool);
    mcp_workspaces_free(workspaces);
    os_end_after(0);
    return fail;
}

typedef struct McpArgs {
    Str action, client, command;
    bool write;
} McpArgs;

static const char *const actions[] = {"serve", "install", NULL};

static const Field args[] = {
    FIELD(McpArgs, action, STR, "serve, or install: put cq into the configuration of a client",
          .flags = FIELD_POSITIONAL, .choices = actions, .fallback = "serve"),
    FIELD(McpArgs, client, STR, "install: whose configuration; without it, all are listed",
          .flags = FIELD_POSITIONAL, .choices = mcp_client_names),
    FIELD(McpArgs, write, BOOL, "install: write the file; without it, it is only shown"),
    FIELD(McpArgs, command, STR, "install: how the client starts cq; default: this program's path",
          .value_name = "PROGRAM"),
    {0},
};

static Fail install(Cli *cli, const McpArgs *from)
{
    InstallSpec spec = {.client = from->client,
                        .command = from->command,
                        .root = cli->parsed.global.root,
                        .write = from->write};
    if (spec.write && !spec.client.len)
        return FAIL(&cli->arena, BAD_REQUEST, "--write needs the name of a client");
    if (!spec.command.len) TRY(os_real_path(&cli->cx, "/proc/self/exe", &spec.command));
    return mcp_install(&cli->cx, &spec, &cli->out.buf);
}

static Fail run(Cli *cli, const void *arguments)
{
    const McpArgs *from = arguments;
    if (str_eq(from->action, STR("install"))) return install(cli, from);
    if (from->client.len || from->write || from->command.len)
        return FAIL(&cli->arena, BAD_REQUEST, "a client, --write and --command are for install");
    return serve(cli);
}

static const OpExample examples[] = {
    {"cq mcp --root ~/project", "serve one project, whatever the client says"},
    {"cq mcp install", "the clients that are known, and whether they have cq"},
    {"cq mcp install cursor --write", "add cq to a client's configuration"},
    {0},
};

const Command mcp_command = {
    .name = "mcp",
    .summary = "Serve coding agents over the Model Context Protocol",
    .details =
        "Reads JSON-RPC messages from standard input, one a line, and answers on standard output, "
        "until the input ends. The workspace is --root, or the roots that the client names, or "
        "the git working tree around the working folder. While cq serve runs for it, that answers, "
        "so "
        "that several agents share it. At most six tools are offered; all other "
        "operations are reached through the tool run.\n"
        "install shows the entry for a client's configuration; with --write it is added to the "
        "file, whose old text is kept beside it. An entry named cq is left as it is.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(McpArgs),
    .run = run,
};
