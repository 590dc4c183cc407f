// bench/soak.h - one kind of long run of cq-soak.
#ifndef CQ_BENCH_SOAK_H
#define CQ_BENCH_SOAK_H

#include "base/ctx.h"

typedef struct SoakReport { // what a run says of itself, at any time
    uint64_t operations, builds, disposals, live;
    uint64_t faults; // double disposals, uses after disposal, and whatever else must never happen
} SoakReport;

typedef struct SoakMode {
    const char *name, *what;
    void *(*start)(int threads); // begins the work on threads of its own
    void (*look)(void *run, SoakReport *report);
    // Stops the work and frees all; `live` counts what was never given back.
    void (*stop)(void *run, SoakReport *report);
} SoakMode;

extern const SoakMode soak_cells, soak_plans;

#endif
