// service/provenance.h - where lines come from: who wrote them, and what changed a path.
//
// Memory: cx->arena. Blocks: until git ends.
#ifndef CQ_SERVICE_PROVENANCE_H
#define CQ_SERVICE_PROVENANCE_H

#include "index/git_log.h"
#include "service/line_ref.h"

typedef struct BlameAnswer {
    LineRef where;
    Blame blame;
} BlameAnswer;

typedef struct HistoryAnswer {
    LineRef where;
    History history;
} HistoryAnswer;

// `what`: as line_ref_read. Fails: as that; UNAVAILABLE (no git).
MUST_CHECK Fail provenance_blame(Ctx *cx, const Env *env, Str what, BlameAnswer *out);
// `most` commits, newest first. The path may be a folder, or gone.
MUST_CHECK Fail provenance_history(Ctx *cx, const Env *env, Str what, uint32_t most,
                                   HistoryAnswer *out);

#endif
