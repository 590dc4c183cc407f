// service/index_behind.h - building the index behind an answer, in a process that nobody watches.
//
//   find --os_start_detached--> cq index build --background
//     the store's lock is taken? ends       else writes the file `background` beside the index:
//     "running ..." --built--> removed      --failed--> why    --killed--> left as it is
//
// Threads: one a call. Memory: cx->arena. Blocks: on the disk and the parser, no longer than
// BEHIND_MOST_S.
#ifndef CQ_SERVICE_INDEX_BEHIND_H
#define CQ_SERVICE_INDEX_BEHIND_H

#include "service/index.h"

#define BEHIND_TIMEOUT "--timeout=1800" // it stops by itself then
enum { BEHIND_MOST_S = 1860 };          // and is ended after this, whatever it waits for

// As index_plan_run; what goes wrong is left for index_behind_trouble too. Another process that
// builds is no failure: run->report.busy.
MUST_CHECK Fail index_build_behind(Ctx *cx, const IndexPlanSpec *spec, const Store *store,
                                   IndexRun *run);
// What became of the last one: empty when it did what it was to do, or there was none.
Str index_behind_trouble(Ctx *cx, const Store *store);

#endif
