// door/progress.c
#include "door/progress.h"

#define FIRST_NS (NS_PER_S / 4)
#define EVERY_NS (NS_PER_S / 10)

static void write_line(ProgressLine *line, Str text)
{
    Arena arena = {0};
    Ctx cx = ctx_child(line->cx, &arena);
    size_t most = line->width > 1 ? (size_t)line->width - 1 : 79;
    Str cut = str_sub(text, 0, utf8_cut(text, most));
    Fail lost = os_write(&cx, OS_STDERR, str_format(&arena, "\r\x1b[K" STR_FMT, STR_ARG(cut)));
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

const Progress *progress_begin(ProgressLine *line, Ctx *cx)
{
    *line = (ProgressLine){.sink = {show, line}, .cx = cx, .next_ns = os_monotonic_ns() + FIRST_NS};
    if (!os_is_terminal(OS_STDERR) || str_eq(os_env("TERM"), STR("dumb"))) return NULL;
    line->width = os_terminal_width(OS_STDERR);
    return &line->sink;
}

void progress_end(ProgressLine *line)
{
    if (line->shown) write_line(line, STR(""));
}
