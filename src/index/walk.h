// index/walk.h - walks the folders of a workspace in parallel and lists their files.
//
// Threads: one at a time calls it; it runs on the pool. Memory: cx->arena. Blocks: on the disk.
#ifndef CQ_INDEX_WALK_H
#define CQ_INDEX_WALK_H

#include "index/select.h"

typedef struct WalkSpec {
    const Workspace *workspace;
    const Selection *selection;
    const Filter *filter;
    const Target *targets;
    size_t target_count;
    const FolderTable *known; // folders that need not be listed again; NULL: none
    bool keep;                // sets Universe.listings
    bool by_command;          // let git say which files there are, instead of reading its files
} WalkSpec;

typedef struct WalkEnd {
    Str trouble;  // why only git can tell; walk again by_command. Or empty
    bool refused; // by_command, but git gave no list
} WalkEnd;

// Fails: IO (the root cannot be read).
// With `keep`, out->list_key is that of the whole universe: right if nothing else was selected.
MUST_CHECK Fail walk_run(Ctx *cx, const WalkSpec *spec, Pool *pool, Universe *out, WalkEnd *end);
// universe_list_key
bool walk_key(Ctx *cx, const Workspace *workspace, Hash128 *out);

#endif
