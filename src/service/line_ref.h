// service/line_ref.h - PATH, PATH:LINE or PATH:FIRST-LAST, as a user names a place.
//
// Memory: cx->arena. Blocks: on the disk.
#ifndef CQ_SERVICE_LINE_REF_H
#define CQ_SERVICE_LINE_REF_H

#include "index/universe.h"
#include "service/result.h"

// A path in the workspace, and perhaps lines of it.
typedef struct LineRef {
    Str root;                       // of the workspace
    Str path;                       // relative to it; "." for the root
    uint32_t first_line, last_line; // 0: all of it
    bool is_there, is_file;         // now
} LineRef;

// The path is relative to the working folder (or --root), or, when there is no such file, to the
// workspace. What has a ':' in its name is found, too. What is not there is no failure without
// lines. Fails: BAD_REQUEST (outside of the workspace, no such range), NOT_FOUND (lines of no
// file).
MUST_CHECK Fail line_ref_read(Ctx *cx, const Env *env, const Workspace *workspace, Str what,
                              LineRef *out);

// There is no file there, and one is wanted. BAD_REQUEST (a folder), NOT_FOUND with the nearest
// name.
MUST_CHECK Fail line_ref_no_file(Ctx *cx, const Env *env, const Workspace *workspace,
                                 const LineRef *where);

#endif
