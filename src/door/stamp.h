// door/stamp.h - what two processes of cq must have in common for their answers to be the same:
// the build, the options that choose settings, and the environment.
//
// Threads: any. Memory: cx->arena. Blocks: for looking at a few files.
#ifndef CQ_DOOR_STAMP_H
#define CQ_DOOR_STAMP_H

#include "app/config.h"

// Of this process with these options, whose file is read from cx->folder on. Equal in two processes
// when the same program file runs with the same options and with the same values of the variables
// that cq, git or the loader of libraries look at; and when they find the same git.
// Fails: NOT_FOUND, IO - the program or the file of --config cannot be looked at.
MUST_CHECK Fail stamp_make(Ctx *cx, const ConfigOptions *options, Str *out);

// In what a client's stamp differs from that of this server, in words; NULL: in nothing.
const char *stamp_differs(Str server, Str client);

#endif
