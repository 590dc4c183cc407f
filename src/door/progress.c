// door/progress.c
#include "door/progress.h"

#define FIRST_NS (NS_PER_S / 4)
#define EVERY_NS (NS_PER_S / 10)

static void write_line(ProgressLine *line, Str text)
{
    Arena arena = {0};
    Ctx cx = ctx_child(line->cx, &arena);
    const Terminal *terminal = line->terminal;
    size_t most = terminal->err_width > 1 ? (size_t)terminal->err_width - 1 : 79;
    Str cut = str_sub(text, 0, utf8_cut(text, most));
    Fail lost = terminal->write(terminal->arg, &cx, OS_STDERR,
                                str_format(&arena, "\r\x1b[K" STR_FMT, STR_ARG(cut)));
    (void)lost; // it is only progress
    arena_fini(&arena);
}

static void show(void *arg, Str text)
{
    ProgressLine *line = arg;
    int64_t now_ns = os_monotonic_ns();
    if (now_ns < line->next_ns) return;
    line->next_ns = now_ns + EVERY_NS;
    line->shown = true;
    write_line(line, text);
}

const Progress *progress_begin(ProgressLine *line, Ctx *cx, const Terminal *terminal)
{
    *line = (ProgressLine){.sink = {show, line},
                           .cx = cx,
                           .terminal = terminal,
                           .next_ns = os_monotonic_ns() + FIRST_NS};
    return terminal->err_is_terminal && !terminal->is_dumb ? &line->sink : NULL;
}

void progress_end(ProgressLine *line)
{
    if (line->shown) write_line(line, STR(""));
}
