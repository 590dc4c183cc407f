// runtime/probe.c - a run without its work.
#include "runtime/probe.h"

#include "runtime/engine_.h"

const char *probe_cache_name(ProbeCache cache)
{
    static const char *const names[] = {"not cached", "hit", "miss", "unknown"};
    return names[cache];
}

typedef struct Outputs { // what is known without running anything
    Digest *digests;
    bool *known;
} Outputs;

static const Digest *digest_of_output(const void *arg, uint32_t cell)
{
    return &((const Outputs *)arg)->digests[cell];
}

static ProbeCache look(Ctx *cx, Engine *engine, const FingerprintSpec *spec, Outputs *outputs)
{
    const PlanCell *cell = &spec->plan->cells[spec->cell];
    if (!(cell->flags & CELL_CACHEABLE) || !spec->reads[cell->op].known) return PROBE_NOT_CACHED;
    for (uint32_t e = cell[0].inputs_from; e < cell[1].inputs_from; e++)
        if (!outputs->known[spec->plan->inputs[e]]) return PROBE_UNKNOWN;
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    Digest key = exec_fingerprint(&scratch, spec);
    Blob *blob = cache_peek(engine, &key);
    if (!blob) blob = cache_load(&own, engine, &key);
    bool hit = blob != NULL;
    if (hit) {
        outputs->digests[spec->cell] = blob->digest;
        outputs->known[spec->cell] = true;
    }
    blob_drop(blob);
    arena_fini(&scratch);
    return hit ? PROBE_HIT : PROBE_MISS;
}

static Fail look_at_all(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec,
                        ProbeCell *cells)
{
    bool off = engine->spec.cache_off || spec->cache != RUN_CACHE_USE;
    if (off) return NULL;
    OpReads *reads = ARENA_ARRAY(cx->arena, OpReads, plan->op_count);
    exec_reads(cx, engine, plan, spec->env ? spec->env : engine->spec.env, reads);
    Outputs outputs = {ARENA_ARRAY(cx->arena, Digest, plan->len),
                       ARENA_ARRAY(cx->arena, bool, plan->len)};
    for (uint32_t i = 0; i < plan->len; i++) {
        TRY(ctx_check(cx));
        uint32_t cell = plan->order[i];
        FingerprintSpec what = {.plan = plan,
                                .cell = cell,
                                .scope = spec->scope.len ? spec->scope : plan->spec.scope,
                                .reads = reads,
                                .digest_of_input = digest_of_output,
                                .arg = &outputs};
        cells[cell].cache = look(cx, engine, &what, &outputs);
    }
    return NULL;
}

static void find_waves(Arena *arena, const Plan *plan, ProbeCell *cells, Probe *probe)
{
    uint32_t *widths = ARENA_ARRAY(arena, uint32_t, plan->len + 1ULL);
    for (uint32_t i = 0; i < plan->len; i++) {
        uint32_t number = plan->order[i], wave = 0;
        const PlanCell *cell = &plan->cells[number];
        for (uint32_t e = cell[0].inputs_from; e < cell[1].inputs_from; e++)
            wave = MAX(wave, cells[plan->inputs[e]].wave + 1);
        cells[number].wave = wave;
        widths[wave]++;
        probe->widest = MAX(probe->widest, (size_t)widths[wave]);
        probe->waves = MAX(probe->waves, (size_t)wave + 1);
        probe->total_cost += MAX(plan->ops[cell->op]->cost, 1U);
    }
}

Fail engine_probe(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec, Probe *out)
{
    static const RunSpec nothing = {0};
    ProbeCell *cells = ARENA_ARRAY(cx->arena, ProbeCell, plan->len);
    Probe probe = {.order = plan->order, .cells = cells};
    TRY(look_at_all(cx, engine, plan, spec ? spec : &nothing, cells));
    find_waves(cx->arena, plan, cells, &probe);
    probe.critical_len = plan_critical_path(cx->arena, plan, &probe.critical, &probe.critical_cost);
    for (size_t i = 0; i < probe.critical_len; i++) cells[probe.critical[i]].critical = true;
    *out = probe;
    return NULL;
}
