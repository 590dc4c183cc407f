// index/refresh_write.c - the stages of index/refresh_stage.h, one after the other: one range is
// read by all workers; several are read side by side, each by one worker.
#include "index/refresh_stage.h"

typedef struct Writing {
    Ctx *cx;
    RefreshStage *stage;
    Mutex mutex;
    Fail fail; // the first one, in cx->arena; guarded by mutex
} Writing;

static void range_task(void *arg, size_t index, int slot)
{
    (void)slot;
    Writing *w = arg;
    Arena arena = {0};
    Ctx cx = ctx_child(w->cx, &arena);
    Pool *inline_pool = pool_new((PoolSpec){0});
    Fail fail = stage_range(&cx, w->stage, index, inline_pool);
    pool_free(inline_pool);
    mutex_lock(&w->mutex);
    if (fail && !w->fail) w->fail = problem_copy(w->cx->arena, fail);
    mutex_unlock(&w->mutex);
    arena_fini(&arena);
}

static Fail read_ranges(Ctx *cx, const RefreshSpec *spec, RefreshStage *stage)
{
    Writing w = {.cx = cx, .stage = stage};
    size_t count;
    stage_ranges(stage, &count);
    if (count == 1) return stage_range(cx, stage, 0, spec->pool);
    mutex_init(&w.mutex, RANK_SERVICE);
    size_t done = pool_each(spec->pool, cx, count, 1, range_task, &w);
    mutex_fini(&w.mutex);
    if (w.fail) return w.fail;
    return done == count ? NULL : ctx_check(cx);
}

static Fail write_index(Ctx *cx, const RefreshSpec *spec, RefreshStage *stage)
{
    TRY(stage_scan(cx, stage));
    TRY(read_ranges(cx, spec, stage));
    return stage_publish(cx, stage);
}

Fail refresh_index(Ctx *cx, const RefreshSpec *spec, const RefreshOptions *options,
                   RefreshReport *out)
{
    RefreshStage *stage;
    *out = (RefreshReport){0};
    TRY(stage_begin(cx, spec, options, false, &stage));
    if (!stage) {
        out->busy = true;
        return NULL;
    }
    Fail fail = write_index(cx, spec, stage);
    *out = *stage_report(stage);
    if (out->trouble) out->trouble = problem_copy(cx->arena, out->trouble);
    stage_end(cx, stage);
    if (!fail && !out->unchanged && spec->opened)
        cell_invalidate(cx, spec->opened); // the next one leases what was published
    return fail;
}
