// door/serve.c
//
// DESIGN. Made in this order and closed in reverse: log, lock of the workspaces, pool, contexts,
// event loop, addresses. The line on stdout is written when all of it is there. A reload builds new
// contexts on a thread of the pool and swaps them in (http/sites.c); when it fails, the old ones
// stay and the log says why.
#include "door/serve.h"

#include <assert.h>

#include "base/clock.h"
#include "base/os_disk.h"
#include "base/os_socket.h"
#include "base/vec.h"
#include "base/version.h"
#include "door/http/agents.h"
#include "door/http/known.h"
#include "door/http/routes.h"
#include "door/http/runs.h"
#include "door/http/site_host.h"
#include "door/stamp.h"
#include "service/server_place.h"

enum { MOST_SECONDS = 86400, MOST_TOKEN_BYTES = 4096, LEAST_TOKEN_BYTES = 16 };

const Field serve_fields[] = {
    FIELD(ServeArgs, roots, PATHS,
          "workspaces to answer for, each named after its folder; without one, --root or the "
          "workspace around the working folder",
          .flags = FIELD_POSITIONAL, .value_name = "ROOT"),
    FIELD(ServeArgs, listen, STRS,
          "127.0.0.1:PORT, [::1]:PORT or unix:PATH, where port 0 is any free one; besides the "
          "sockets in the runtime directory where the command line finds the server",
          .value_name = "ADDRESS"),
    FIELD(ServeArgs, token_file, PATH,
          "file with the token that admin requests need, and all from other machines; default: "
          "$CQ_TOKEN"),
    FIELD(ServeArgs, allow_host, STRS,
          "name that a Host header may have, besides localhost and addresses",
          .value_name = "NAME"),
    FIELD(ServeArgs, allow_origin, STRS, "site whose pages may ask, such as http://localhost:3000",
          .value_name = "ORIGIN"),
    FIELD(ServeArgs, work_threads, INT, "requests in work at once", .fallback = "8", .least = 1,
          .most = 256),
    FIELD(ServeArgs, queue, INT, "requests that may wait for that; more get 429", .fallback = "256",
          .least = 0, .most = 65536),
    FIELD(ServeArgs, per_client, INT, "requests at once of one client; more get 429",
          .fallback = "128", .least = 1, .most = 65536),
    FIELD(ServeArgs, streams, INT, "event streams and long polls at once", .fallback = "64",
          .least = 1, .most = 1024),
    FIELD(ServeArgs, connections, INT, "open at once; then the longest idle one is closed",
          .fallback = "1024", .least = 1, .most = 65536),
    FIELD(ServeArgs, body_bytes, SIZE, "of a request's body", .fallback = "4M"),
    FIELD(ServeArgs, answer_bytes, SIZE, "of an answer", .fallback = "64M"),
    FIELD(ServeArgs, held_bytes, SIZE, "of all bodies and answers together; beyond it, 429",
          .fallback = "256M"),
    FIELD(ServeArgs, head_timeout, REAL, "seconds for the headers of a request to arrive",
          .fallback = "10", .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    FIELD(ServeArgs, body_timeout, REAL, "seconds for its body", .fallback = "30",
          .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    FIELD(ServeArgs, idle_timeout, REAL, "seconds between two requests of a connection",
          .fallback = "75", .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    FIELD(ServeArgs, write_timeout, REAL, "seconds without the client reading on", .fallback = "30",
          .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    FIELD(ServeArgs, mcp_sessions, INT,
          "sessions of /mcp at once; then the one that is idle for longest ends", .fallback = "256",
          .least = 1, .most = 65536),
    FIELD(ServeArgs, mcp_idle, REAL, "seconds without a request or an open stream of a session",
          .fallback = "1800", .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    FIELD(ServeArgs, mcp_resume, REAL,
          "seconds that a request whose stream lost its client goes on", .fallback = "30",
          .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    FIELD(ServeArgs, drain, REAL, "seconds that work may go on after SIGTERM", .fallback = "10",
          .value_name = "SECONDS", .least = 0, .most = MOST_SECONDS),
    {0},
};

typedef struct Serve {
    Cli *cli;
    const ServeArgs *args;
    StrList roots; // real paths
    Str runtime_dir;
    Str token;
    OsFile lock;   // of the set of workspaces
    OsFile *locks; // of each of several
    Str *sockets;  // where the command line asks for each; empty: at another server
    Log log;
    ServeApp app;
} Serve;

// ---- what is needed first

static Fail read_token(Ctx *cx, Serve *serve)
{
    Str token = os_env("CQ_TOKEN");
    if (serve->args->token_file.len)
        TRY(os_read_file(cx, OS_CWD, str_cstr(cx->arena, serve->args->token_file), MOST_TOKEN_BYTES,
                         &token));
    serve->token = str_trim(token);
    if (!serve->args->token_file.len && !serve->token.len) return NULL;
    if (serve->token.len < LEAST_TOKEN_BYTES)
        return FAIL(cx->arena, BAD_REQUEST, "a token has at least %d characters",
                    LEAST_TOKEN_BYTES);
    return NULL;
}

static Fail find_root(Ctx *cx, Str root, Str *out)
{
    Workspace workspace;
    TRY(workspace_open(cx, root, !root.len, &workspace));
    *out = str_copy(cx->arena, workspace.root);
    workspace_close(&workspace);
    return NULL;
}

static Fail find_roots(Ctx *cx, Serve *serve)
{
    const StrList *given = &serve->args->roots;
    VEC(Str) roots = {0};
    Str root;
    for (size_t i = 0; i < given->count; i++) {
        TRY(find_root(cx, given->items[i], &root));
        VEC_PUSH(cx->arena, &roots, root);
    }
    if (!given->count) {
        TRY(find_root(cx, serve->cli->parsed.global.root, &root));
        VEC_PUSH(cx->arena, &roots, root);
    }
    serve->roots = (StrList){roots.items, roots.len};
    return NULL;
}

// $XDG_RUNTIME_DIR/cq, or a folder of the temporary directory that is only this user's.
static Fail make_runtime_dir(Ctx *cx, Serve *serve)
{
    OsStat info;
    Str dir = server_folder(cx->arena);
    TRY(os_make_dirs(cx, dir.ptr, 0700));
    TRY(os_stat(cx, OS_CWD, dir.ptr, OS_NOFOLLOW, &info));
    if (info.type != OS_DIR || (info.mode & 077))
        return FAIL(cx->arena, IO, STR_FMT " can be used by others; make it a folder of mode 0700",
                    STR_ARG(dir));
    serve->runtime_dir = dir;
    return NULL;
}

static Fail try_lock(Ctx *cx, Str path, OsFile *lock, bool *got)
{
    TRY(os_open_lock(cx, OS_CWD, path.ptr, lock));
    TRY(os_lock(cx, *lock, 0, got));
    if (*got) os_lock_sign(*lock);
    return NULL;
}

static Fail take_lock(Ctx *cx, Serve *serve)
{
    bool got = false;
    Str name = server_name(cx->arena, serve->roots.items, serve->roots.count);
    Str path = str_format(cx->arena, STR_FMT "/" STR_FMT ".lock", STR_ARG(serve->runtime_dir),
                          STR_ARG(name));
    TRY(try_lock(cx, path, &serve->lock, &got));
    if (got) return NULL;
    int holder = os_lock_holder(serve->lock);
    Fail fail = FAIL(cx->arena, UNAVAILABLE, "process %d serves these workspaces already", holder);
    return problem_with_int(cx->arena, fail, "pid", holder);
}

// The sockets where a command line looks for a server of its workspace. One that another server has
// stays with it.
static Fail take_sockets(Ctx *cx, Serve *serve)
{
    size_t count = serve->roots.count;
    serve->sockets = ARENA_ARRAY(cx->arena, Str, count);
    serve->locks = ARENA_ARRAY(cx->arena, OsFile, count);
    for (size_t i = 0; i < count; i++) serve->locks[i] = OS_FILE_NONE;
    for (size_t i = 0; i < count; i++) {
        bool got = count == 1; // it has the lock of the set, which is this one
        Str root = serve->roots.items[i];
        if (!got) TRY(try_lock(cx, server_lock(cx->arena, root), &serve->locks[i], &got));
        if (got) serve->sockets[i] = server_socket(cx->arena, root);
    }
    return NULL;
}

static Fail make_stamp(Ctx *cx, Serve *serve)
{
    ConfigOptions options = cli_config_options(&serve->cli->parsed);
    return stamp_make(cx, &options, &serve->app.stamp);
}

// ---- the server

static void reload(void *arg)
{
    ServeApp *app = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena, .log = app->log};
    int64_t start_ns = clock_now_ns();
    Fail fail = sites_reload(&cx, app->sites, 0, NULL);
    if (fail) log_event(&cx, LOG_ERROR, "serve.reload_failed", LOG_STR("detail", fail->detail));
    else
        log_event(&cx, LOG_INFO, "serve.reloaded",
                  LOG_INT("generation", (int64_t)sites_generation(app->sites)),
                  LOG_INT("us", (clock_now_ns() - start_ns) / 1000));
    arena_fini(&arena);
}

// What runs may go on until the drain's time is over.
static void stopping(void *arg, bool at_once)
{
    const ServeApp *app = arg;
    agents_stop(app->agents, at_once);
    if (at_once) runs_stop_all(app->runs, STR("the server ends"));
}

static bool is_idle(void *arg)
{
    const ServeApp *app = arg;
    return !runs_running(app->runs);
}

static void tend(void *arg, int slot)
{
    (void)slot;
    ServeApp *app = arg;
    runs_tend(app->runs);
    agents_tend(app->agents);
    flag_set(&app->tending, 0);
}

static void tick(void *arg)
{
    ServeApp *app = arg;
    if (flag_get(&app->tending) || !(runs_kept(app->runs) || agents_any(app->agents))) return;
    flag_set(&app->tending, 1);
    pool_detach_io(app->pool, tend, app);
}

static HttpLimits limits_of(const ServeArgs *args)
{
    return (HttpLimits){.connections = args->connections,
                        .per_client = args->per_client,
                        .work_threads = args->work_threads,
                        .queue = args->queue,
                        .streams = args->streams,
                        .body_bytes = args->body_bytes,
                        .answer_bytes = args->answer_bytes,
                        .held_bytes = args->held_bytes,
                        .head_s = args->head_timeout,
                        .body_s = args->body_timeout,
                        .idle_s = args->idle_timeout,
                        .write_s = args->write_timeout,
                        .drain_s = args->drain};
}

static Fail make_sites(Ctx *cx, Serve *serve)
{
    ContextSpec spec;
    TRY(cli_context_spec(serve->cli, &spec));
    spec.command = STR("serve");
    spec.one_request = spec.reads_stdin = false;
    spec.confined = spec.follows = true;
    return sites_new(cx, &spec, &serve->roots, serve->app.pool, &serve->app.sites);
}

// Those given, then the sockets for the command line.
static void list_addresses(Ctx *cx, const Serve *serve, StrList *out)
{
    const StrList *given = &serve->args->listen;
    VEC(Str) texts = {0};
    for (size_t i = 0; i < given->count; i++) VEC_PUSH(cx->arena, &texts, given->items[i]);
    for (size_t i = 0; i < serve->roots.count; i++)
        if (serve->sockets[i].len)
            VEC_PUSH(cx->arena, &texts,
                     str_format(cx->arena, "unix:" STR_FMT, STR_ARG(serve->sockets[i])));
    *out = (StrList){texts.items, texts.len};
}

static Fail listen_all(Ctx *cx, Serve *serve, const StrList *texts, HttpAddress *addresses)
{
    for (size_t i = 0; i < texts->count; i++) {
        TRY(text_read_address(cx->arena, texts->items[i], &addresses[i]));
        TRY(server_listen(cx, serve->app.server, &addresses[i]));
    }
    return NULL;
}

// The one line on stdout.
static Fail announce(Ctx *cx, Serve *serve, const HttpAddress *addresses, size_t count)
{
    Buf buf = buf_on(cx->arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_key(&w, "listening");
    json_begin_array(&w);
    for (size_t i = 0; i < count; i++)
        json_write_str(&w, text_show_address(cx->arena, &addresses[i]));
    json_end(&w);
    json_key(&w, "workspaces");
    json_begin_object(&w);
    for (size_t i = 0; i < serve->roots.count; i++) {
        json_key_str(&w, sites_name(serve->app.sites, i));
        json_write_str(&w, serve->roots.items[i]);
    }
    json_end(&w);
    json_member_int(&w, "pid", os_pid());
    json_member_str(&w, "cq_version", STR(CQ_VERSION));
    json_end(&w);
    buf_byte(&buf, '\n');
    return os_write(cx, OS_STDOUT, buf_str(&buf));
}

static Fail serve_sites(Ctx *cx, Serve *serve)
{
    HttpServerSpec spec = {.limits = limits_of(serve->args),
                           .routes = http_routes,
                           .sites = serve->app.sites,
                           .pool = serve->app.pool,
                           .token = serve->token,
                           .stamp = serve->app.stamp,
                           .hosts = serve->args->allow_host,
                           .origins = serve->args->allow_origin,
                           .app = &serve->app,
                           .log = serve->app.log,
                           .stopping = stopping,
                           .idle = is_idle,
                           .tick = tick,
                           .reload = reload};
    StrList texts;
    list_addresses(cx, serve, &texts);
    HttpAddress *addresses = ARENA_ARRAY(cx->arena, HttpAddress, texts.count);
    TRY(server_new(cx, &spec, &serve->app.server));
    Fail fail = listen_all(cx, serve, &texts, addresses);
    if (!fail) fail = announce(cx, serve, addresses, texts.count);
    if (!fail) server_run(serve->app.server);
    agents_stop(serve->app.agents, true); // what goes on for clients that are gone
    pool_drain(serve->app.pool);          // a reload may be under way
    server_free(serve->app.server);
    for (size_t i = 0; i < texts.count; i++) {
        if (!addresses[i].path.len) continue;
        Fail gone = os_remove(cx, OS_CWD, str_cstr(cx->arena, addresses[i].path));
        (void)gone;
    }
    return fail;
}

static Fail host_agent(Ctx *cx, void *self, const AgentWish *wish, Arena *arena, McpHost *out)
{
    SiteWish of = {.workspace = wish->workspace, .trusted = wish->trusted};
    return site_host_get(cx, self, &of, arena, out);
}

static Fail serve_with_pool(Ctx *cx, Serve *serve)
{
    const ServeArgs *args = serve->args;
    mem_give_back();
    int threads = (int)(args->work_threads + 2 * args->streams) + SERVER_OTHER_THREADS;
    serve->app.pool = pool_new((PoolSpec){.io_workers = 1, .io_ceiling = threads});
    Fail fail = make_sites(cx, serve);
    serve->app.runs = runs_new(serve->app.pool);
    serve->app.known = known_new();
    SiteHost *host = site_host_new(serve->app.sites, serve->app.pool, args->work_threads);
    serve->app.agents = agents_new(&(AgentsSpec){.host = host_agent,
                                                 .self = host,
                                                 .pool = serve->app.pool,
                                                 .most = args->mcp_sessions,
                                                 .idle_s = args->mcp_idle,
                                                 .resume_s = args->mcp_resume});
    if (!fail) fail = serve_sites(cx, serve);
    agents_free(serve->app.agents);
    site_host_free(host);
    runs_free(serve->app.runs);
    known_free(serve->app.known);
    pool_drain(serve->app.pool);
    sites_free(serve->app.sites);
    pool_free(serve->app.pool);
    return fail;
}

Fail serve_run(Cli *cli, const void *args)
{
    Serve serve = {.cli = cli, .args = args, .lock = OS_FILE_NONE};
    Ctx *cx = &cli->cx;
    LogLevel level;
    TRY(cli_log_level(cli, &level));
    TRY(read_token(cx, &serve));
    TRY(find_roots(cx, &serve));
    TRY(make_runtime_dir(cx, &serve));
    TRY(take_lock(cx, &serve));
    TRY(take_sockets(cx, &serve));
    TRY(make_stamp(cx, &serve));
    log_init(&serve.log, OS_STDERR, level, !os_is_terminal(OS_STDERR));
    serve.app.log = &serve.log;
    Fail fail = serve_with_pool(cx, &serve);
    log_fini(&serve.log);
    for (size_t i = 0; i < serve.roots.count; i++) os_close(&serve.locks[i]);
    os_close(&serve.lock);
    return fail;
}

const char serve_details[] =
    "Answers HTTP/1.1 until SIGTERM or SIGINT: POST /v1/op/NAME with an operation's arguments in "
    "JSON; /runtime/runs for plans; /mcp for coding agents; /healthz, /readyz, /capz, /metrics, "
    "/openapi.json. When it is "
    "ready it prints one line of JSON with its addresses. SIGHUP reads the settings again without "
    "a request failing or waiting.\n"
    "Only this user can open the socket it listens on by default. On an address of this machine, "
    "pages of other sites are turned away by their Host and Origin headers, and admin requests "
    "need the token. An address that other machines can reach is refused without a token, which "
    "all requests then need. Encryption is left to a proxy.";

const OpExample serve_examples[] = {
    {"cq serve --listen 127.0.0.1:8080", "this workspace, to programs on this machine"},
    {"cq serve ~/a ~/b --listen unix:/run/user/1000/cq.sock", "two of them, to this user"},
    {"cq serve --listen 0.0.0.0:8080 --token-file ~/.cq-token", "to others who have the token"},
    {0},
};
