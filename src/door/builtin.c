// door/builtin.c - the commands of the door itself: serve, help, completion, schema, version.
#include "base/nearest.h"
#include "base/vec.h"
#include "base/version.h"
#include "door/cli.h"
#include "door/complete.h"
#include "door/help.h"
#include "door/mcp/command.h"
#include "door/serve.h"
#include "op/answer.h"

static const Field no_args[] = {{0}};

const char *const *command_names(void)
{
    static const char *const names[] = {
#define OP(name) #name,
#include "op/ops.def"
#undef OP
        "serve", "mcp", "help", "completion", "schema", "version", NULL,
    };
    return names;
}

typedef struct HelpArgs {
    Str command;
    bool man, markdown;
} HelpArgs;

static const Field help_args[] = {
    FIELD(HelpArgs, command, STR, "the command to explain; without it, all of them in short",
          .flags = FIELD_POSITIONAL, .values = command_names),
    FIELD(HelpArgs, man, BOOL, "print the whole manual page, for man -l"),
    FIELD(HelpArgs, markdown, BOOL, "print the whole manual as Markdown"),
    {0},
};

static Fail find_command(Cli *cli, Str name)
{
    ParsedArgs *parsed = &cli->parsed;
    parsed->has_command = command_find(name, &parsed->command);
    if (parsed->has_command) return NULL;
    Str near = command_nearest(name);
    if (!near.len)
        return FAIL(&cli->arena, BAD_REQUEST, "unknown command \"" STR_FMT "\"", STR_ARG(name));
    return FAIL(&cli->arena, BAD_REQUEST,
                "unknown command \"" STR_FMT "\"; did you mean " STR_FMT "?", STR_ARG(name),
                STR_ARG(near));
}

static Fail run_help(Cli *cli, const void *arguments)
{
    const HelpArgs *args = arguments;
    if (args->man) help_man(&cli->out.buf);
    else if (args->markdown) help_markdown(&cli->out.buf);
    if (args->man || args->markdown) return NULL;
    cli->parsed.has_command = false;
    if (args->command.ptr) TRY(find_command(cli, args->command));
    return cli_show_help(cli);
}

typedef struct CompletionArgs {
    Str shell;
} CompletionArgs;

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static const Field completion_args[] = {
    FIELD(CompletionArgs, shell, STR, "the shell to write it for",
          .flags = FIELD_POSITIONAL | FIELD_REQUIRED, .choices = shells),
    {0},
};

static Fail run_completion(Cli *cli, const void *arguments)
{
    const CompletionArgs *args = arguments;
    Buf *out = &cli->out.buf;
    if (str_eq(args->shell, STR("bash"))) complete_bash(out);
    else if (str_eq(args->shell, STR("zsh"))) complete_zsh(out);
    else complete_fish(out);
    return NULL;
}

typedef struct SchemaArgs {
    Str operation;
    bool args;
} SchemaArgs;

static const Field schema_args[] = {
    FIELD(SchemaArgs, operation, STR, "the operation", .flags = FIELD_POSITIONAL | FIELD_REQUIRED,
          .values = op_names),
    FIELD(SchemaArgs, args, BOOL, "of its arguments instead of its answer"),
    {0},
};

static Fail run_schema(Cli *cli, const void *arguments)
{
    const SchemaArgs *args = arguments;
    const OpSpec *op = op_named(args->operation);
    if (!op) {
        Str near = op_nearest(args->operation);
        return FAIL(&cli->arena, BAD_REQUEST, "no operation \"" STR_FMT "\"%s" STR_FMT "%s",
                    STR_ARG(args->operation), near.len ? "; did you mean " : "", STR_ARG(near),
                    near.len ? "?" : "");
    }
    JsonWriter w = {.out = &cli->out.buf, .indent = 2};
    if (args->args) op_args_schema(&w, op);
    else op_result_schema(&w, op);
    buf_byte(&cli->out.buf, '\n');
    return NULL;
}

static Fail run_version(Cli *cli, const void *arguments)
{
    (void)arguments;
    Buf *out = &cli->out.buf;
    if (!str_eq(cli->parsed.global.format, STR("json"))) {
        buf_add(out, STR("cq " CQ_VERSION "\n"));
        return NULL;
    }
    JsonWriter w = {.out = out};
    json_begin_object(&w);
    json_member_str(&w, "cq_version", STR(CQ_VERSION));
    json_member_int(&w, "schema_version", SCHEMA_VERSION);
    json_end(&w);
    buf_byte(out, '\n');
    return NULL;
}

static const OpExample help_examples[] = {
    {"cq help search", "the same as cq search --help"},
    {"cq help --man | man -l -", "read the manual page"},
    {0},
};

static const OpExample completion_examples[] = {
    {"source <(cq completion bash)", "in ~/.bashrc"},
    {"cq completion zsh > ~/.zfunc/_cq", "a folder of $fpath"},
    {"cq completion fish > ~/.config/fish/completions/cq.fish", "read when a shell starts"},
    {0},
};

static const OpExample schema_examples[] = {
    {"cq schema search", "of what cq search --format json prints"},
    {"cq schema search --args", "of the arguments, for callers of the library"},
    {0},
};

static const OpExample version_examples[] = {
    {"cq version --format json", "the versions of cq and of its documents"},
    {0},
};

static const Command serve_row = {
    .name = "serve",
    .summary = "Answer over HTTP, staying ready",
    .details = serve_details,
    .examples = serve_examples,
    .args = serve_fields,
    .args_size = sizeof(ServeArgs),
    .run = serve_run,
};

static const Command help_row = {
    .name = "help",
    .summary = "Explain a command, or print the whole manual",
    .details = "All help is made from the same tables that the argument parser reads.",
    .examples = help_examples,
    .args = help_args,
    .args_size = sizeof(HelpArgs),
    .run = run_help,
};

static const Command completion_row = {
    .name = "completion",
    .summary = "Print the script that completes cq's arguments in a shell",
    .details = "It completes commands, options, their choices, and files.",
    .examples = completion_examples,
    .args = completion_args,
    .args_size = sizeof(CompletionArgs),
    .run = run_completion,
};

static const Command schema_row = {
    .name = "schema",
    .summary = "Print the JSON Schema of an operation's answer or arguments",
    .details = "Draft 2020-12. Every answer in JSON conforms to it.",
    .examples = schema_examples,
    .args = schema_args,
    .args_size = sizeof(SchemaArgs),
    .run = run_schema,
};

static const Command version_row = {
    .name = "version",
    .summary = "Print the version",
    .details = "The same as cq --version.",
    .examples = version_examples,
    .args = no_args,
    .args_size = 0,
    .run = run_version,
};

const Command *const door_commands[] = {&serve_row,  &mcp_command, &help_row, &completion_row,
                                        &schema_row, &version_row, NULL};
