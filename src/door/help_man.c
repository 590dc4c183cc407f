// door/help_man.c - the manual page cq(1), in the man macros.
#include "base/version.h"
#include "door/help.h"

// Text in which nothing is a request or an escape, and '-' stays the character people type.
static void text(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool starts_line = i == 0 && (!out->len || out->ptr[out->len - 1] == '\n');
        if (starts_line && (c == '.' || c == '\'')) buf_add(out, STR("\\&"));
        if (c == '\\') buf_add(out, STR("\\e"));
        else if (c == '-') buf_add(out, STR("\\-"));
        else if (c == '\'') buf_add(out, STR("\\(aq"));
        else if (c == '`') buf_add(out, STR("\\(ga"));
        else if (c == '^') buf_add(out, STR("\\(ha"));
        else if (c == '~') buf_add(out, STR("\\(ti"));
        else buf_byte(out, c);
    }
}

static void line(Buf *out, Str s)
{
    text(out, s);
    buf_byte(out, '\n');
}

static void in_font(Buf *out, char font, Str s)
{
    buf_addf(out, "\\f%c", font);
    text(out, s);
    buf_add(out, STR("\\fR"));
}

static void paragraphs(Buf *out, const char *from)
{
    Str rest = str_from(from), paragraph;
    while (help_paragraph(&rest, &paragraph)) {
        buf_add(out, STR(".PP\n"));
        line(out, paragraph);
    }
}

static void field_head(Buf *out, const Field *field)
{
    buf_add(out, STR(".TP\n"));
    if (field->flags & FIELD_POSITIONAL) {
        in_font(out, 'I', field_label(out->arena, field));
        buf_byte(out, '\n');
        return;
    }
    if (field->letter) {
        in_font(out, 'B', str_format(out->arena, "-%c", field->letter));
        buf_add(out, STR(", "));
    }
    in_font(out, 'B', field_label(out->arena, field));
    if (field_takes_value(field)) {
        buf_byte(out, ' ');
        in_font(out, 'I', field_value_name(out->arena, field));
    }
    buf_byte(out, '\n');
}

static void fields(Buf *out, const Field *table, bool positional)
{
    for (const Field *field = table; field->name; field++) {
        if (((field->flags & FIELD_POSITIONAL) != 0) != positional) continue;
        field_head(out, field);
        Str notes = help_notes(out->arena, field);
        text(out, str_from(field->help));
        if (notes.len) text(out, str_format(out->arena, " (" STR_FMT ")", STR_ARG(notes)));
        buf_add(out, STR(".\n"));
    }
}

static void examples(Buf *out, const OpExample *list)
{
    for (; list && list->command; list++) {
        buf_add(out, STR(".TP\n"));
        in_font(out, 'B', str_from(list->command));
        buf_byte(out, '\n');
        text(out, str_from(list->says));
        buf_add(out, STR(".\n"));
    }
}

static void command_section(Buf *out, const Command *command)
{
    buf_add(out, STR(".SS "));
    text(out, help_synopsis(out->arena, command));
    buf_byte(out, '\n');
    text(out, str_from(command->summary));
    buf_add(out, STR(".\n"));
    paragraphs(out, command->details);
    fields(out, command->args, true);
    fields(out, command->args, false);
    if (!command->examples) return;
    buf_add(out, STR(".PP\nExamples:\n"));
    examples(out, command->examples);
}

static void exit_codes(Buf *out)
{
    const ExitRow *rows;
    size_t count = help_exit_rows(out->arena, &rows);
    buf_add(out, STR(".SH EXIT STATUS\n"));
    for (size_t i = 0; i < count; i++) {
        buf_addf(out, ".TP\n%d\n", rows[i].code);
        text(out, rows[i].says);
        buf_add(out, STR(".\n"));
    }
}

void help_man(Buf *out)
{
    buf_add(out, STR(".\\\" Made by: cq help --man\n"
                     ".TH CQ 1 \"" CQ_RELEASE_DATE "\" \"cq " CQ_VERSION "\" \"User Commands\"\n"
                     ".SH NAME\ncq \\- answer questions about code\n"
                     ".SH SYNOPSIS\n\\fBcq\\fR [\\fIGLOBAL OPTIONS\\fR] \\fICOMMAND\\fR "
                     "[\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\n"));
    line(out, str_from(help_about));
    buf_add(out, STR(".SH COMMANDS\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        command_section(out, &command);
    }
    buf_add(out, STR(".SH GLOBAL OPTIONS\nThey may stand before the command or after it.\n"));
    fields(out, global_fields, false);
    buf_add(out, STR(".SH ENVIRONMENT\n"));
    for (const EnvVar *var = env_vars; var->name; var++) {
        buf_addf(out, ".TP\n\\fB%s\\fR\n", var->name);
        text(out, str_from(var->says));
        buf_add(out, STR(".\n"));
    }
    exit_codes(out);
    buf_add(out, STR(".SH SEE ALSO\n.BR git (1),\n.BR rg (1)\n"));
}
