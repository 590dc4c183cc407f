// door/help.c - help for the terminal, and what the other shapes share.
#include "door/help.h"

#include "base/vec.h"
#include "base/version.h"

const char help_about[] =
    "cq answers questions about code: where a thing is, what it is there, and how a file is "
    "built. It reads the files as they are now and needs no index, network or server.";

enum { WIDEST_LEFT = 22, SHORTEST_LINE = 30 };

bool help_paragraph(Str *text, Str *paragraph)
{
    while (str_next(text, '\n', paragraph))
        if (str_trim(*paragraph).len) return true;
    return false;
}

bool help_has_options(const Command *command)
{
    for (const Field *field = command->args; field->name; field++)
        if (!(field->flags & FIELD_POSITIONAL)) return true;
    return false;
}

Str help_synopsis(Arena *arena, const Command *command)
{
    Buf buf = buf_on(arena);
    buf_addf(&buf, "cq %s", command->name);
    if (help_has_options(command)) buf_add(&buf, STR(" [OPTIONS]"));
    for (const Field *field = command->args; field->name; field++) {
        bool required = (field->flags & FIELD_REQUIRED) != 0;
        Str label = field_label(arena, field);
        const char *dots = field_is_list(field) ? "..." : "";
        if (field->flags & FIELD_POSITIONAL)
            buf_addf(&buf, required ? " %s%s" : " [%s%s]", label.ptr, dots);
        else if (required) buf_addf(&buf, " %s %s", label.ptr, field_value_name(arena, field).ptr);
    }
    return buf_str(&buf);
}

Str help_usage(Arena *arena, const Command *command)
{
    return str_format(arena, "usage: %s", help_synopsis(arena, command).ptr);
}

static void add_names(Buf *out, const char *title, const char *const *names)
{
    buf_addf(out, "%s: ", title);
    for (size_t i = 0; names[i]; i++) buf_addf(out, "%s%s", i ? ", " : "", names[i]);
}

Str help_notes(Arena *arena, const Field *field)
{
    Buf buf = buf_on(arena);
    bool shown_as_value = !field->value_name && !(field->flags & FIELD_POSITIONAL);
    if (field->choices && !shown_as_value) add_names(&buf, "one of", field->choices);
    else if (field->values) add_names(&buf, "one of", field->values());
    if (field->fallback && !str_eq(str_from(field->fallback), STR("0")))
        buf_addf(&buf, "%sdefault: %s", buf.len ? "; " : "", field->fallback);
    return buf_str(&buf);
}

static void heading(Buf *out, const char *text, const HelpStyle *style)
{
    buf_addf(out, style->color ? "\n\x1b[1m%s:\x1b[0m\n" : "\n%s:\n", text);
}

// Words of `text` in lines that begin at `indent`; the first one is at `column` already.
static void wrap(Buf *out, Str text, size_t indent, size_t column, const HelpStyle *style)
{
    size_t width = MAX((size_t)style->width, indent + SHORTEST_LINE);
    Str word;
    bool first = true;
    while (str_next(&text, ' ', &word)) {
        if (!word.len) continue;
        size_t needs = utf8_count(word) + (first ? 0 : 1);
        if (!first && column + needs > width) {
            buf_byte(out, '\n');
            buf_repeat(out, ' ', indent);
            column = indent;
        } else if (!first) {
            buf_byte(out, ' ');
        }
        column += needs;
        first = false;
        buf_add(out, word);
    }
    buf_byte(out, '\n');
}

typedef struct Row {
    Str left, text;
} Row;
typedef VEC(Row) Rows;

static void add_row(Arena *arena, Rows *rows, Str left, Str text)
{
    VEC_PUSH(arena, rows, (Row){left, text});
}

// "  LEFT      text of several lines", the text below when LEFT is long.
static void write_rows(Buf *out, const Rows *rows, const HelpStyle *style)
{
    size_t widest = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (rows->items[i].left.len <= WIDEST_LEFT) widest = MAX(widest, rows->items[i].left.len);
    size_t indent = 2 + widest + 2;
    for (size_t i = 0; i < rows->len; i++) {
        Str left = rows->items[i].left;
        buf_addf(out, "  " STR_FMT, STR_ARG(left));
        if (left.len > widest) buf_byte(out, '\n');
        buf_repeat(out, ' ', left.len > widest ? indent : indent - 2 - left.len);
        wrap(out, rows->items[i].text, indent, indent, style);
    }
}

static Str with_notes(Arena *arena, const Field *field)
{
    Str notes = help_notes(arena, field);
    if (!notes.len) return str_from(field->help);
    return str_format(arena, "%s [" STR_FMT "]", field->help, STR_ARG(notes));
}

static Str option_left(Arena *arena, const Field *field)
{
    Buf buf = buf_on(arena);
    if (field->letter) buf_addf(&buf, "-%c, ", field->letter);
    else buf_add(&buf, STR("    "));
    buf_add(&buf, field_label(arena, field));
    if (field_takes_value(field)) buf_addf(&buf, " %s", field_value_name(arena, field).ptr);
    return buf_str(&buf);
}

static void fields(Buf *out, const char *title, const Field *table, bool positional,
                   const HelpStyle *style)
{
    Arena *arena = out->arena;
    Rows rows = {0};
    for (const Field *field = table; field->name; field++) {
        if (((field->flags & FIELD_POSITIONAL) != 0) != positional) continue;
        Str left = positional ? field_label(arena, field) : option_left(arena, field);
        add_row(arena, &rows, left, with_notes(arena, field));
    }
    if (rows.len) heading(out, title, style);
    write_rows(out, &rows, style);
}

static void paragraphs(Buf *out, const char *text, const HelpStyle *style)
{
    Str rest = str_from(text), paragraph;
    while (help_paragraph(&rest, &paragraph)) {
        buf_byte(out, '\n');
        wrap(out, paragraph, 0, 0, style);
    }
}

static void examples(Buf *out, const OpExample *list, const HelpStyle *style)
{
    if (!list || !list->command) return;
    heading(out, "Examples", style);
    for (; list->command; list++) {
        buf_addf(out, "  %s\n      ", list->command);
        wrap(out, str_from(list->says), 6, 6, style);
    }
}

void help_command(Buf *out, const Command *command, const HelpStyle *style)
{
    wrap(out, str_format(out->arena, "%s.", command->summary), 0, 0, style);
    heading(out, "Usage", style);
    buf_add(out, STR("  "));
    wrap(out, help_synopsis(out->arena, command), 6, 2, style);
    fields(out, "Arguments", command->args, true, style);
    fields(out, "Options", command->args, false, style);
    fields(out, "Global options", global_fields, false, style);
    examples(out, command->examples, style);
    paragraphs(out, command->details, style);
}

static void commands(Buf *out, const HelpStyle *style)
{
    heading(out, "Commands", style);
    Rows rows = {0};
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        add_row(out->arena, &rows, str_from(command.name), str_from(command.summary));
    }
    write_rows(out, &rows, style);
}

static int by_code(const ExitRow *a, const ExitRow *b)
{
    return a->code - b->code;
}

static void sort_rows(ExitRow *rows, size_t count) // a handful; kinds of one code stay in order
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j && by_code(&rows[j - 1], &rows[j]) > 0; j--) {
            ExitRow swap = rows[j];
            rows[j] = rows[j - 1];
            rows[j - 1] = swap;
        }
}

size_t help_exit_rows(Arena *arena, const ExitRow **out)
{
    VEC(ExitRow) rows = {0};
    VEC_PUSH(arena, &rows, (ExitRow){0, STR("Something was found")});
    VEC_PUSH(arena, &rows, (ExitRow){1, STR("Nothing was found")});
    for (int kind = 0; kind < PROBLEM_KINDS; kind++) {
        const ProblemSpec *spec = problem_spec((ProblemKind)kind);
        ExitRow *same = NULL;
        for (size_t i = 0; i < rows.len; i++)
            if (rows.items[i].code == spec->exit_code) same = &rows.items[i];
        Str title = str_from(spec->title);
        if (same) same->says = str_join(arena, same->says, STR("; "), title);
        else VEC_PUSH(arena, &rows, (ExitRow){spec->exit_code, title});
    }
    VEC_PUSH(arena, &rows, (ExitRow){130, STR("Interrupted (128 and the signal's number)")});
    sort_rows(rows.items, rows.len);
    *out = rows.items;
    return rows.len;
}

static void exit_codes(Buf *out, const HelpStyle *style)
{
    heading(out, "Exit status", style);
    const ExitRow *codes;
    Rows rows = {0};
    size_t count = help_exit_rows(out->arena, &codes);
    for (size_t i = 0; i < count; i++)
        add_row(out->arena, &rows, str_format(out->arena, "%d", codes[i].code), codes[i].says);
    write_rows(out, &rows, style);
}

static void environment(Buf *out, const HelpStyle *style)
{
    heading(out, "Environment", style);
    Rows rows = {0};
    for (const EnvVar *var = env_vars; var->name; var++)
        add_row(out->arena, &rows, str_from(var->name), str_from(var->says));
    write_rows(out, &rows, style);
}

void help_short(Buf *out)
{
    HelpStyle style = {.width = 80};
    buf_add(out, STR("usage: cq [GLOBAL OPTIONS] COMMAND [ARGUMENTS]\n"));
    commands(out, &style);
    buf_add(out, STR("\ncq help COMMAND tells more.\n"));
}

void help_all(Buf *out, const HelpStyle *style)
{
    wrap(out, str_from(help_about), 0, 0, style);
    heading(out, "Usage", style);
    buf_add(out, STR("  cq [GLOBAL OPTIONS] COMMAND [ARGUMENTS]\n"));
    commands(out, style);
    fields(out, "Global options", global_fields, false, style);
    environment(out, style);
    exit_codes(out, style);
    buf_add(out, STR("\ncq help COMMAND tells more about one.\n"));
}
