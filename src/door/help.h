// door/help.h - help in four shapes, all made from the command table.
//
// Threads: pure. Memory: the arena given, or the buffer's.
#ifndef CQ_DOOR_HELP_H
#define CQ_DOOR_HELP_H

#include "door/command.h"

typedef struct HelpStyle {
    int width; // columns
    bool color;
} HelpStyle;

Str help_usage(Arena *arena, const Command *command); // "usage: cq search [OPTIONS] PATTERN ..."
void help_short(Buf *out);                            // for a command line without a command
void help_all(Buf *out, const HelpStyle *style);
void help_command(Buf *out, const Command *command, const HelpStyle *style);
void help_man(Buf *out);      // help_man.c: one page in the man macros
void help_markdown(Buf *out); // help_markdown.c

// Shared by the shapes.
extern const char help_about[];                          // what cq is, in a sentence or two
Str help_synopsis(Arena *arena, const Command *command); // "cq search [OPTIONS] PATTERN [PATHS...]"
// What stands behind an option's text: "one of: a, b", "default: x", or nothing.
Str help_notes(Arena *arena, const Field *field);
bool help_has_options(const Command *command);
// The next paragraph of `text` (one a line, empty lines do not count); false when it is used up.
bool help_paragraph(Str *text, Str *paragraph);

typedef struct ExitRow {
    int code;
    Str says;
} ExitRow;
size_t help_exit_rows(Arena *arena, const ExitRow **rows); // ordered by code

#endif
