// service/find_publish.h - the index that a request missed is made behind its answer.
//
// Threads: one a call. Memory: cx->arena. Blocks: on the disk, for a moment.
#ifndef CQ_SERVICE_FIND_PUBLISH_H
#define CQ_SERVICE_FIND_PUBLISH_H

#include "index/refresh.h"
#include "service/find.h"

// Has the index made or brought up to date. `full`: from nothing, as what is there is damaged.
// *why: the reason that none can be kept, or NULL.
FindBuild find_publish(Ctx *cx, const Env *env, const RefreshView *view, const RefreshSpec *spec,
                       bool full, Fail *why);

#endif
