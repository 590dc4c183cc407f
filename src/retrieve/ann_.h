// retrieve/ann_.h - inside of ann.c and ann_file.c.
#ifndef CQ_RETRIEVE_ANN__H
#define CQ_RETRIEVE_ANN__H

#include "retrieve/ann.h"

struct Ann {
    const CqFaissApi *api; // NULL without an index
    CqFaissIndex *index;   // NULL for ANN_EXACT
    AnnReport report;
    Arena arena; // of report.limit
};

Ann *ann_new(const Faiss *faiss, AnnFamily family, VectorShape shape);
bool ann_is_ivf(AnnFamily family);
Fail ann_faiss_fail(Arena *arena, const char *doing, const char *error);

#endif
