// service/find_cold.h - answers where there is no index: all files are read, the most promising
// ones parsed.
//
//   universe --each file, on all workers--> its bytes skimmed for the question (retrieve/skim.h)
//     --skim_score--> the best FILES of them, BYTES at most --harvest--> one part in memory
//     --> a corpus whose statistics are of all files (CorpusWhole), ranked as any other
//
// Threads: one a call; runs on the pool. Memory: cx->arena. Blocks: on the disk and the parser.
#ifndef CQ_SERVICE_FIND_COLD_H
#define CQ_SERVICE_FIND_COLD_H

#include "index/path_class.h"
#include "retrieve/query.h"
#include "service/find_index.h"

typedef struct ColdSpec {
    const RefreshSpec *refresh;
    const Query *query;
    // Whether a file is asked for; NULL: all are.
    bool (*wanted)(const void *arg, Str path, LangId lang, PathForm form);
    const void *arg;
    const Harvest *known; // Docs that are here already; may be NULL
    bool always;          // even of a workspace so small that all of it can as well be parsed
} ColdSpec;

// *made is false, and nothing else is set, when the workspace is small: refresh_view is as good.
// Fails: as universe_list; CANCELLED (before the files were listed).
MUST_CHECK Fail cold_index(Ctx *cx, const ColdSpec *spec, FindIndex *out, bool *made);

#endif
