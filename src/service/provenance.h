// service/provenance.h - where lines come from: who wrote them, and what changed a path.
//
// Memory: cx->arena. Blocks: until git ends.
#ifndef CQ_SERVICE_PROVENANCE_H
#define CQ_SERVICE_PROVENANCE_H

#include "index/git_log.h"
#include "service/result.h"

// A path in the workspace, and perhaps lines of it.
typedef struct LineRef {
    Str root;                       // of the workspace
    Str path;                       // relative to it; "." for the root
    uint32_t first_line, last_line; // 0: all of it
    bool is_file;                   // now; false for what is gone, too
} LineRef;

typedef struct BlameAnswer {
    LineRef where;
    Blame blame;
} BlameAnswer;

typedef struct HistoryAnswer {
    LineRef where;
    History history;
} HistoryAnswer;

// `what`: PATH, PATH:LINE or PATH:FIRST-LAST, the path relative to the working folder (or --root),
// or, when there is no such file, to the workspace.
// Fails: BAD_REQUEST (outside of the workspace, no such range), NOT_FOUND, UNAVAILABLE (no git).
MUST_CHECK Fail provenance_blame(Ctx *cx, const Env *env, Str what, BlameAnswer *out);
// `most` commits, newest first. The path may be a folder, or gone.
MUST_CHECK Fail provenance_history(Ctx *cx, const Env *env, Str what, uint32_t most,
                                   HistoryAnswer *out);

#endif
