// service/find_publish.c - the index that a find missed is made behind its answer.
//
// DESIGN. Where this program can be started again, a process of its own makes it (`cq index build
// --background`), and ours ends when the answer is printed; what we parsed it finds in the disk
// cache. It alone decides, under the store's lock, whether anything is to be done: so several finds
// at once start several, of which one builds. Otherwise a job is handed to the pool, with copies of
// the Docs that were made, so that nothing is parsed twice; it ends there, and context_free waits
// for it. Either way it fails silently but for the log: the next find tries again.
#include "base/log.h"
#include "base/os_process.h"
#include "runtime/policy.h"
#include "service/find_publish.h"
#include "service/index_behind.h"

enum { MOST_WORDS = 20 };

typedef struct Job {
    Arena arena;
    Ctx cx;
    Env env; // a plan's ends with its cell; context_free waits for the job before what it names
             // goes
    RefreshSpec spec;
    Harvest known;
    bool full;
} Job;

static void copy_docs(Job *job, const Harvest *from)
{
    HarvestFile *files = ARENA_ARRAY(&job->arena, HarvestFile, from->count);
    for (size_t i = 0; i < from->count; i++) {
        const HarvestFile *file = &from->files[i];
        if (!file->taken || file->was_kept) continue;
        HarvestFile *to = &files[job->known.count++];
        *to = *file;
        to->path = str_copy(&job->arena, file->path);
        to->doc = str_copy(&job->arena, file->doc);
        to->facts = doc_facts_copy(&job->arena, &file->facts);
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
    IndexPlanSpec plan = {.env = &job->env, .refresh = &job->spec, .alone = true};
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

static void start_thread(Ctx *cx, const Env *env, const RefreshSpec *spec, const RefreshView *view,
                         bool full)
{
    Job *job = mem_alloc(sizeof *job);
    Workspace *workspace = ARENA_NEW(&job->arena, Workspace);
    job->cx = (Ctx){.arena = &job->arena, .log = log_lasting(cx->log)};
    job->env = *env;
    job->env.workspace = NULL;                                    // the request's
    job->env.root = str_copy(&job->arena, spec->workspace->root); // the folder was the request's
    job->spec = *spec;
    job->spec.cache_dir = str_copy(&job->arena, spec->cache_dir);
    workspace->root = str_copy(&job->arena, spec->workspace->root);
    job->spec.workspace = workspace;
    job->full = full;
    copy_docs(job, &view->delta);
    pool_detach_io(spec->pool, publish, job);
}

static Fail start_process(Ctx *cx, const Env *env, const RefreshView *view, const RefreshSpec *spec,
                          bool full)
{
    const char *argv[MOST_WORDS] = {0};
    size_t count = 0;
    Arena *arena = cx->arena;
    HarvestSpec kept = {.workspace = spec->workspace, .pool = spec->pool, .docs = spec->docs};
    for (; env->own_argv[count]; count++) argv[count] = env->own_argv[count];
    argv[count++] = "--root";
    argv[count++] = str_cstr(arena, spec->workspace->root);
    argv[count++] = BEHIND_TIMEOUT;
    argv[count++] = "index";
    argv[count++] = "build";
    argv[count++] = "--background";
    argv[count++] = "--index-dir";
    argv[count++] = str_cstr(arena, spec->cache_dir);
    if (full) argv[count++] = "--full";
    harvest_keep(cx, &kept, &view->delta);
    return os_start_detached(cx, argv);
}

// Whether a writer could begin. Fails: IO.
static Fail probe(Ctx *cx, const RefreshSpec *spec, bool *busy)
{
    Store *store;
    int holder;
    OpenedSpec opened = {spec->cache_dir, spec->workspace->root, spec->max_file_bytes};
    TRY(opened_store(cx, &opened, &store));
    Fail fail = store_probe(cx, store, 0, busy, &holder);
    store_close(store);
    return fail;
}

FindBuild find_publish(Ctx *cx, const Env *env, const RefreshView *view, const RefreshSpec *spec,
                       bool full, Fail *why)
{
    bool busy = false;
    *why = NULL;
    if (!spec->cache_dir.len || env->policy->index.background == BACKGROUND_OFF) return BUILD_NONE;
    *why = probe(cx, spec, &busy);
    if (*why) log_event(cx, LOG_WARN, "index.unpublished", LOG_STR("why", (*why)->detail));
    if (*why) return BUILD_NONE;
    if (busy) return BUILD_ELSEWHERE;
    if (env->own_argv && env->policy->index.background == BACKGROUND_PROCESS) {
        Fail fail = start_process(cx, env, view, spec, full);
        if (!fail) return BUILD_STARTED;
        log_event(cx, LOG_WARN, "index.process", LOG_STR("why", fail->detail));
    }
    start_thread(cx, env, spec, view, full);
    return BUILD_STARTED;
}
