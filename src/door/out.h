// door/out.h - where output goes, and standard output in pieces.
//
// Threads: one. Memory: the buffer lives in cx->arena and stays small.
// A reader that went away is no failure: what follows is dropped (out_finish says nothing).
#ifndef CQ_DOOR_OUT_H
#define CQ_DOOR_OUT_H

#include "base/os.h"

// Where a command's output goes: this process's, or that of somebody who asked a server.
typedef struct Terminal {
    // Of standard output or standard error. Fails: IO.
    Fail (*write)(void *arg, Ctx *cx, OsFile stream, Str text);
    void *arg;
    bool out_is_terminal, err_is_terminal;
    int out_width, err_width; // columns; 0 when unknown
    bool is_dumb, no_color;   // TERM, NO_COLOR
} Terminal;
Terminal terminal_here(void);

typedef struct Out {
    Ctx *cx;
    const Terminal *terminal;
    Buf buf;     // add to it, then call out_piece now and then
    bool closed; // nobody reads on, or writing failed
    Fail fail;   // the first failure that is worth telling
} Out;

void out_init(Out *out, Ctx *cx, const Terminal *terminal);
// Writes the buffer when it has grown large. False when nobody reads on.
bool out_piece(Out *out);
// Writes the rest. Fails: IO.
MUST_CHECK Fail out_finish(Out *out);

#endif
