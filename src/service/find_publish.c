// service/find_publish.c - what a find read is published, behind its answer.
//
// DESIGN. A job has memory of its own: copies of the Docs that were made, so that nothing is parsed
// twice. It is handed to the pool once and ends there; context_free waits for it. It fails
// silently but for the log: the next find tries again.
#include "base/log.h"
#include "service/find_.h"
#include "service/index_plan.h"

typedef struct Job {
    Arena arena;
    Ctx cx;
    const Env *env; // context_free waits for the job first
    RefreshSpec spec;
    Harvest known;
    bool full;
} Job;

static void copy_docs(Job *job, const Harvest *from)
{
    HarvestFile *files = ARENA_ARRAY(&job->arena, HarvestFile, from->count);
    for (size_t i = 0; i < from->count; i++) {
        const HarvestFile *file = &from->files[i];
        if (!file->doc.ptr || file->was_kept) continue;
        HarvestFile *to = &files[job->known.count++];
        *to = *file;
        to->path = str_copy(&job->arena, file->path);
        to->doc = str_copy(&job->arena, file->doc);
    }
    job->known.files = files;
}

static void publish(void *arg, int slot)
{
    (void)slot;
    Job *job = arg;
    Ctx *cx = &job->cx;
    Workspace workspace;
    IndexRun run;
    IndexPlanSpec plan = {.env = job->env, .refresh = &job->spec, .alone = true};
    RefreshOptions options = {.known = &job->known, .full = job->full};
    Fail fail = workspace_open(cx, job->spec.workspace->root, false, &workspace);
    if (!fail) {
        job->spec.workspace = &workspace;
        plan.options = &options;
        fail = index_plan_run(cx, &plan, &run);
        workspace_close(&workspace);
    }
    if (fail) log_event(cx, LOG_WARN, "index.unpublished", LOG_STR("why", fail->detail));
    else
        log_event(cx, LOG_INFO, "index.published",
                  LOG_INT("generation", (int64_t)run.report.generation));
    arena_fini(&job->arena);
    mem_free(job);
}

void find_publish(Ctx *cx, const Env *env, const RefreshSpec *spec, const RefreshView *view,
                  bool full)
{
    Job *job = mem_alloc(sizeof *job);
    Workspace *workspace = ARENA_NEW(&job->arena, Workspace);
    job->cx = (Ctx){.arena = &job->arena, .log = cx->log};
    job->env = env;
    job->spec = *spec;
    job->spec.cache_dir = str_copy(&job->arena, spec->cache_dir);
    workspace->root = str_copy(&job->arena, spec->workspace->root);
    job->spec.workspace = workspace;
    job->full = full;
    copy_docs(job, &view->delta);
    pool_detach_io(spec->pool, publish, job);
}
