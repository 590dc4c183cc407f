// app/ask.h - one operation by its name, with arguments in JSON: what the library and servers do.
//
// Threads: any; each request brings its own Ctx. Memory: cx->arena. Blocks: as the operation does.
#ifndef CQ_APP_ASK_H
#define CQ_APP_ASK_H

#include "app/context.h"

typedef struct Asked {
    const OpSpec *op;
    const void *args;
    RunInfo info;
    Result result;
} Asked;

// `arguments` may be NULL. Fails: BAD_REQUEST (no such operation, with the nearest name; arguments,
// with ext "pointer"), and whatever the operation does.
MUST_CHECK Fail ask(Ctx *cx, const Context *context, Str name, const Json *arguments, Asked *out);
// Only finds it. Fails: BAD_REQUEST.
MUST_CHECK Fail ask_find(Ctx *cx, Str name, const OpSpec **out);
// The JSON document of the answer.
void ask_write(Buf *out, const Asked *asked);

#endif
