// door/out.c
#include "door/out.h"

#include "base/json.h"

enum { PIECE_BYTES = 64 << 10 };

void out_init(Out *out, Ctx *cx, OsFile file)
{
    *out = (Out){.cx = cx, .file = file, .buf = buf_on(cx->arena)};
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
    Fail fail = os_write(out->cx, out->file, text);
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
