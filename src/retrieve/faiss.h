// retrieve/faiss.h - opens the FAISS plug-in and sees that it works.
//
// The plug-in is the file cq-faiss.so, found as base/plugin.h says.
//
// Threads: any. Memory: `out` lives in the arena; the library stays loaded.
// Blocks:  loading takes some 10 ms.
#ifndef CQ_RETRIEVE_FAISS_H
#define CQ_RETRIEVE_FAISS_H

#include "base/ctx.h"
#include "retrieve/faiss_abi.h"

typedef struct Faiss {
    const CqFaissApi *api;
    Str path, version;
    Str no_gpu; // why the GPU cannot be used; empty: it can
} Faiss;

// Loads, and runs a small index of each family. Fails: UNAVAILABLE, with ext "hint".
MUST_CHECK Fail faiss_open(Ctx *cx, Arena *arena, Faiss **out);

#endif
