// door/out.c
#include "door/out.h"

#include "base/json.h"

enum { PIECE_BYTES = 64 << 10 };

static Fail write_here(void *arg, Ctx *cx, OsFile stream, Str text)
{
    (void)arg;
    return os_write(cx, stream, text);
}

Terminal terminal_here(void)
{
    return (Terminal){.write = write_here,
                      .out_is_terminal = os_is_terminal(OS_STDOUT),
                      .err_is_terminal = os_is_terminal(OS_STDERR),
                      .out_width = os_terminal_width(OS_STDOUT),
                      .err_width = os_terminal_width(OS_STDERR),
                      .is_dumb = str_eq(os_env("TERM"), STR("dumb")),
                      .no_color = os_env("NO_COLOR").len > 0};
}

void out_init(Out *out, Ctx *cx, const Terminal *terminal)
{
    *out = (Out){.cx = cx, .terminal = terminal, .buf = buf_on(cx->arena)};
}

static bool is_broken_pipe(Fail fail)
{
    const Json *name = json_get(fail->ext, STR("errno"));
    return name && str_eq(name->string, STR("EPIPE"));
}

static void flush(Out *out)
{
    Str text = {out->buf.ptr, out->buf.len};
    out->buf.len = 0;
    if (out->closed || !text.len) return;
    Fail fail = out->terminal->write(out->terminal->arg, out->cx, OS_STDOUT, text);
    if (!fail) return;
    out->closed = true;
    if (!is_broken_pipe(fail)) out->fail = fail;
}

bool out_piece(Out *out)
{
    if (out->buf.len >= PIECE_BYTES) flush(out);
    return !out->closed;
}

Fail out_finish(Out *out)
{
    flush(out);
    return out->fail;
}
