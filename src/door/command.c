// door/command.c
#include "door/command.h"

#include "base/nearest.h"

static const char *const formats[] = {"md", "json", "lines", "dot", "mermaid", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

const Field global_fields[] = {
    FIELD(GlobalArgs, root, PATH,
          "workspace to look at; default: the git working tree around the working folder",
          .value_name = "DIR"),
    FIELD(GlobalArgs, config, PATH, "read the settings from this file, not from the workspace's",
          .value_name = "FILE"),
    FIELD(GlobalArgs, no_config, BOOL, "read no file of settings; default: .cq.yaml in the root"),
    FIELD(GlobalArgs, no_server, BOOL,
          "answer in this process though a server for the workspace runs; default: $CQ_SERVER"),
    FIELD(GlobalArgs, session, STR, "look at what this session's scope takes; default: $CQ_SESSION",
          .value_name = "NAME"),
    FIELD(GlobalArgs, format, STR,
          "md: text for people and agents; json: one document; lines: path:line:col:text; dot and "
          "mermaid: a picture, of answers that are a graph",
          .choices = formats, .fallback = "md"),
    FIELD(GlobalArgs, budget, INT,
          "most tokens of the text, counted as 4 bytes each; the first line and what was left out "
          "are told always; 0 for no limit",
          .least = 0, .most = 100000000, .value_name = "TOKENS"),
    FIELD(GlobalArgs, color, STR, "colour the answer; auto: on a terminal unless NO_COLOR is set",
          .choices = colors, .fallback = "auto"),
    FIELD(GlobalArgs, timeout, REAL, "stop after this time with what was found; 0 for no limit",
          .value_name = "SECONDS", .least = 0, .most = 31536000),
    FIELD(GlobalArgs, threads, INT, "threads to use; 0: one a core, at most 16", .least = 0,
          .most = 1024),
    FIELD(GlobalArgs, log_level, STR, "what to log on stderr; default: $CQ_LOG, or warn",
          .choices = levels, .value_name = "LEVEL"),
    FIELD(GlobalArgs, trace, PATH, "write spans of what took how long, as OTLP/JSON lines",
          .value_name = "FILE"),
    FIELD(GlobalArgs, trace_endpoint, STR,
          "send spans to this OTLP/HTTP collector; default: $OTEL_EXPORTER_OTLP_ENDPOINT",
          .value_name = "URL"),
    FIELD(GlobalArgs, metrics, PATH,
          "at the end, write the metrics as Prometheus text; - for standard error",
          .value_name = "FILE"),
    FIELD(GlobalArgs, help, BOOL, "show help for the command", .letter = 'h'),
    FIELD(GlobalArgs, version, BOOL, "show the version", .letter = 'V'),
    {0},
};

const EnvVar env_vars[] = {
    {"CQ_CONFIG", "file to read the settings from when --config is not given"},
    {"CQ_USE_CONFIG", "0: read no file of settings, like --no-config"},
    {"CQ_RUNTIME_*", "one setting each, before the file's: threads, limits, cache, tracing. "
                     "`cq config show` and `cq config docs` name them"},
    {"CQ_CACHE_*", "other names for settings of the cache, such as CQ_CACHE_DIR"},
    {"CQ_SERVER", "off: answer in this process, like --no-server; only: fail where no server can "
                  "answer what one could; auto, or unset: either"},
    {"CQ_TOKEN", "the token of cq serve when --token-file is not given"},
    {"CQ_SESSION", "the session of a request when --session is not given"},
    {"CQ_REDIS_PASSWORD", "the password of the server at redis.url"},
    {"CQ_LOG", "what to log on stderr when --log-level is not given: debug, info, warn or error"},
    {"OTEL_EXPORTER_OTLP_ENDPOINT",
     "where spans go when --trace-endpoint is not given: the URL of an OTLP/HTTP collector that "
     "takes "
     "JSON, such as http://localhost:4318. OTEL_SDK_DISABLED=true and "
     "OTEL_EXPORTER_OTLP_PROTOCOL=grpc turn it off"},
    {"NO_COLOR", "when set and not empty, --color auto means never"},
    {0},
};

static size_t op_count(void)
{
    size_t count = 0;
    while (op_all()[count]) count++;
    return count;
}

size_t command_count(void)
{
    size_t count = op_count();
    for (const Command *const *command = door_commands; *command; command++) count++;
    return count;
}

Command command_at(size_t index)
{
    size_t ops = op_count();
    if (index >= ops) return *door_commands[index - ops];
    const OpSpec *op = op_all()[index];
    return (Command){.name = op->name,
                     .summary = op->summary,
                     .details = op->details,
                     .examples = op->examples,
                     .args = op->args,
                     .args_size = op->args_size,
                     .op = op};
}

bool command_find(Str name, Command *out)
{
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        bool alias = command.op && command.op->alias && str_eq(str_from(command.op->alias), name);
        if (!alias && !str_eq(str_from(command.name), name)) continue;
        *out = command;
        return true;
    }
    return false;
}

Str command_nearest(Str name)
{
    Nearest nearest = nearest_to(name);
    for (size_t i = 0; i < command_count(); i++)
        nearest_offer(&nearest, str_from(command_at(i).name));
    return nearest.name;
}
