// app/observe.h - what the plan engine, the runtime cells, the pools, the cache, scopes of
// sessions and Redis tell, as metrics and log events.
//
// Threads: any. Memory: the Observer outlives whatever tells it something. Blocks: never.
#ifndef CQ_APP_OBSERVE_H
#define CQ_APP_OBSERVE_H

#include "index/follow.h"
#include "runtime/cache.h"
#include "runtime/cell.h"
#include "runtime/engine.h"
#include "runtime/measure.h"
#include "runtime/redis.h"
#include "runtime/worker.h"
#include "service/scope.h"

typedef struct Observer { // frozen
    MetricSet *metrics;
    EngineMeasure runs; // children of `metrics`
    Log *log;           // may be NULL
    Pool *pool;         // the rest is sampled when metrics are read; each may be NULL
    Engine *engine;
    WorkerPool *workers;
    Cell *cache; // of a Cache
    Cell *redis; // of a Redis
    ScopeStore *scopes;
    Follow *follow;
} Observer;

EngineHooks observe_engine(Observer *observer);
CellObserver observe_cells(Observer *observer);
void observe_begin(Observer *observer); // from now on metrics are sampled
void observe_end(Observer *observer);

#endif
