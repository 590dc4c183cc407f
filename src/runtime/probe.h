// runtime/probe.h - what a run of a plan would do: order, critical path, which results are there.
//
// Threads: any. Memory: cx->arena and the plan. Blocks: on EngineSpec.read and the
// store.
#ifndef CQ_RUNTIME_PROBE_H
#define CQ_RUNTIME_PROBE_H

#include "runtime/engine.h"

typedef enum ProbeCache { PROBE_NOT_CACHED, PROBE_HIT, PROBE_MISS, PROBE_UNKNOWN } ProbeCache;
typedef struct ProbeCell {
    uint32_t wave;    // longest chain of inputs before it
    bool critical;    // on the critical path
    ProbeCache cache; // unknown: depends on the output of a cell that would run
} ProbeCell;
typedef struct Probe {
    const uint32_t *order;              // as plan_order
    const uint32_t *critical;           // as plan_critical_path
    size_t critical_len, waves, widest; // cells in the widest wave
    uint64_t critical_cost, total_cost;
    const ProbeCell *cells; // by cell number
} Probe;
// Fails: CANCELLED.
MUST_CHECK Fail engine_probe(Ctx *cx, Engine *engine, const Plan *plan, const RunSpec *spec,
                             Probe *out);
const char *probe_cache_name(ProbeCache cache); // "not cached", "hit", "miss", "unknown"

#endif
