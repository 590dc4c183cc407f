// door/out.h - standard output in pieces.
//
// Threads: one. Memory: the buffer lives in cx->arena and stays small.
// A reader that went away is no failure: what follows is dropped (out_finish says nothing).
#ifndef CQ_DOOR_OUT_H
#define CQ_DOOR_OUT_H

#include "base/os.h"

typedef struct Out {
    Ctx *cx;
    OsFile file;
    Buf buf;     // add to it, then call out_piece now and then
    bool closed; // nobody reads on, or writing failed
    Fail fail;   // the first failure that is worth telling
} Out;

void out_init(Out *out, Ctx *cx, OsFile file);
// Writes the buffer when it has grown large. False when nobody reads on.
bool out_piece(Out *out);
// Writes the rest. Fails: IO.
MUST_CHECK Fail out_finish(Out *out);

#endif
