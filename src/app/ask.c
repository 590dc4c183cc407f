// app/ask.c
#include "app/ask.h"

Fail ask_find(Ctx *cx, Str name, const OpSpec **out)
{
    *out = op_named(name);
    if (*out) return NULL;
    Str near = op_nearest(name);
    if (!near.len)
        return FAIL(cx->arena, BAD_REQUEST, "no operation \"" STR_FMT "\"", STR_ARG(name));
    return FAIL(cx->arena, BAD_REQUEST, "no operation \"" STR_FMT "\"; did you mean " STR_FMT "?",
                STR_ARG(name), STR_ARG(near));
}

Fail ask(Ctx *cx, const Context *context, Str name, const Json *arguments, Asked *out)
{
    *out = (Asked){0};
    TRY(ask_find(cx, name, &out->op));
    if (context_env(context)->confined)
        TRY(fields_refuse_local(cx->arena, out->op->args, arguments));
    void *args = arena_alloc(cx->arena, out->op->args_size);
    TRY(record_from_json(cx->arena, out->op->args, arguments, args));
    out->args = args;
    return context_run(cx, context, out->op, args, &out->info, &out->result);
}

void ask_write(Buf *out, const Asked *asked)
{
    JsonWriter w = {.out = out};
    answer_write(&w, asked->op, &asked->info, &asked->result, NULL);
}
