// door/help_markdown.c - all commands as one Markdown page.
#include "door/help.h"

// Characters that Markdown would take for its own are escaped.
static void text(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c && strchr("\\`*_<[]|", c)) buf_byte(out, '\\');
        buf_byte(out, c);
    }
}

static void paragraphs(Buf *out, const char *from)
{
    Str rest = str_from(from), paragraph;
    while (help_paragraph(&rest, &paragraph)) {
        buf_byte(out, '\n');
        text(out, paragraph);
        buf_byte(out, '\n');
    }
}

static void field_row(Buf *out, const Field *field)
{
    Arena *arena = out->arena;
    buf_add(out, STR("- "));
    if (field->letter) buf_addf(out, "`-%c`, ", field->letter);
    buf_addf(out, "`%s", field_label(arena, field).ptr);
    bool positional = (field->flags & FIELD_POSITIONAL) != 0;
    if (!positional && field_takes_value(field))
        buf_addf(out, " %s", field_value_name(arena, field).ptr);
    buf_add(out, STR("`: "));
    text(out, str_from(field->help));
    Str notes = help_notes(arena, field);
    if (notes.len) text(out, str_format(arena, " (" STR_FMT ")", STR_ARG(notes)));
    buf_byte(out, '\n');
}

static void fields(Buf *out, const Field *table, bool positional)
{
    for (const Field *field = table; field->name; field++)
        if (((field->flags & FIELD_POSITIONAL) != 0) == positional) field_row(out, field);
}

static void command_section(Buf *out, const Command *command)
{
    buf_addf(out, "\n## cq %s\n\n", command->name);
    text(out, str_from(command->summary));
    buf_addf(out, ".\n\n```\n%s\n```\n", help_synopsis(out->arena, command).ptr);
    if (command->args->name) buf_byte(out, '\n');
    fields(out, command->args, true);
    fields(out, command->args, false);
    paragraphs(out, command->details);
    if (command->examples) buf_add(out, STR("\nExamples:\n\n```sh\n"));
    for (const OpExample *example = command->examples; example && example->command; example++)
        buf_addf(out, "%s  # %s\n", example->command, example->says);
    if (command->examples) buf_add(out, STR("```\n"));
}

void help_markdown(Buf *out)
{
    buf_add(out, STR("# cq: commands\n\n"
                     "This page is written by `cq help --markdown`; a test keeps it true.\n\n"
                     "```\ncq [GLOBAL OPTIONS] COMMAND [ARGUMENTS]\n```\n\n"));
    text(out, str_from(help_about));
    buf_byte(out, '\n');
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        command_section(out, &command);
    }
    buf_add(out, STR("\n## Global options\n\nThey may stand before the command or after it.\n\n"));
    fields(out, global_fields, false);
    buf_add(out, STR("\n## Environment\n\n"));
    for (const EnvVar *var = env_vars; var->name; var++) {
        buf_addf(out, "- `%s`: ", var->name);
        text(out, str_from(var->says));
        buf_byte(out, '\n');
    }
    buf_add(out, STR("\n## Exit status\n\n"));
    const ExitRow *rows;
    size_t count = help_exit_rows(out->arena, &rows);
    for (size_t i = 0; i < count; i++)
        buf_addf(out, "- %d: " STR_FMT "\n", rows[i].code, STR_ARG(rows[i].says));
}
