// door/http/runs.h - runs of plans that clients started and look at: kept for a while after their
// end.
//
//   runs_start --> running --> ended --kept for KEEP_S (KEEP_OLD_S once its context was replaced,
//                     |                 which it keeps), or until newer ones fill their room-->
//                     gone
//                     `--runs_cancel, runs_stop_all
//
// Threads: any. Memory: heap; each run keeps its context alive.
// Blocks:  runs_free, for cells that do not stop.
#ifndef CQ_DOOR_HTTP_RUNS_H
#define CQ_DOOR_HTTP_RUNS_H

#include "door/http/sites.h"
#include "op/answer.h"
#include "op/run.h"

typedef struct HttpRuns HttpRuns;
typedef struct HttpRun HttpRun;

HttpRuns *runs_new(Pool *pool);
void runs_free(HttpRuns *runs); // all let go of before; NULL is fine

// *out is to be let go of. `owner` is who may cancel it.
// Fails: as run_start; UNAVAILABLE when too many run.
MUST_CHECK Fail runs_start(Ctx *cx, HttpRuns *runs, const Live *live, const RunArgs *args,
                           Str owner, HttpRun **out);
HttpRun *runs_find(HttpRuns *runs, Str id); // to be let go of; NULL: there is none
void runs_let_go(HttpRun *run);             // NULL is fine; never blocks
void runs_stop_all(HttpRuns *runs, Str reason);
size_t runs_running(HttpRuns *runs);
size_t runs_kept(HttpRuns *runs); // running or ended
uint64_t runs_started(HttpRuns *runs);
// Writes off cells that do not stop, and forgets old runs: to be called now and then.
void runs_tend(HttpRuns *runs);

Run *run_of(HttpRun *run);
Str run_workspace(const HttpRun *run);
Str run_root(const HttpRun *run);
bool run_is_of(const HttpRun *run, Str owner);
void run_scope(const HttpRun *run, RunInfo *out); // sets session and scope: what its cells took
int64_t run_lasted_ns(HttpRun *run);              // until its end, or now
// The runs there are, newest first: an array of {run_id, state, workspace, own, started} in `w`.
void runs_list(HttpRuns *runs, Str owner, JsonWriter *w);

#endif
