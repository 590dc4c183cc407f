// service/index_plan.h - a refresh of the index, as a plan that the engine runs.
//
//   git.scan --> chunk.text[i] --> embed.vectors[i] --> vectors.add[i] --> faiss.add ---.
//      |                                 `--> duckdb.upsert ---------------> snapshot.publish
//      `--> git.log ------------------------------^
//
// How many cells chunk.text there are is known when it is known what changed: the scan is done
// first, the plan is made from what it found, and the cell git.scan says so. What is not set up
// ends as skipped, with the reason; it never fails. Stopped at any time, what was parsed is in the
// disk cache, and the next refresh begins there.
//
// Threads: one a call; cells run on the pool's I/O threads and in the calling one, which is none of
//          them unless `alone`.
// Memory:  cx->arena. Blocks: as refresh_index.
#ifndef CQ_SERVICE_INDEX_PLAN_H
#define CQ_SERVICE_INDEX_PLAN_H

#include "index/refresh_stage.h"
#include "runtime/event.h"
#include "service/result.h"

typedef enum IndexDrawing { INDEX_UNDRAWN, INDEX_DOT, INDEX_MERMAID } IndexDrawing;

typedef struct IndexPlanSpec {
    const Env *env;
    const RefreshSpec *refresh;
    const RefreshOptions *options;
    bool tables; // make the tables of cq sql though there are none yet
    bool look;   // only plan: no lock, no write
    bool alone;  // the calling thread runs all cells: for an I/O thread, which must not wait for
                 // others of its kind
    IndexDrawing drawing;
    // Called by the calling thread with each event, in order; NULL: nobody looks.
    void (*event)(void *arg, Ctx *cx, const RuntimeEvent *event);
    void *arg;
} IndexPlanSpec;

typedef struct IndexCell {
    Str id, op, state; // "planned", "success", "failed", "skipped", "canceled"
    Str reason;        // why skipped or canceled
    double started_ms, duration_ms;
    uint64_t files, bytes, cached; // chunk.text; cached: files of which the disk cache had the Doc
} IndexCell;

typedef struct IndexRun {
    RefreshReport report;
    const IndexCell *cells; // in the order of the plan; none when busy
    size_t cell_count;
    Str graph;         // when drawing
    const Str *limits; // what was not done, and why
    size_t limit_count;
} IndexRun;

// Fails: as refresh_index. report.busy: another process writes; nothing was done.
MUST_CHECK Fail index_plan_run(Ctx *cx, const IndexPlanSpec *spec, IndexRun *out);

#endif
