// service/find_.h - private to service/find*.c.
#ifndef CQ_SERVICE_FIND__H
#define CQ_SERVICE_FIND__H

#include "service/find.h"
#include "service/find_index.h"

typedef struct Find {
    Ctx *cx;
    const Env *env;
    const FindQuery *query;
    Workspace workspace;
    FindIndex index;
    Query analysed;
    Str question; // that vectors are looked up for
    Ranking ranking;
} Find;

// Publishes what the view read, on an I/O thread. `full`: from nothing, as what is there is
// damaged.
void find_publish(Ctx *cx, const RefreshSpec *spec, const RefreshView *view, bool full);

// Makes the chunk at `what` the question; *like is its file. Fails: as line_ref_read; NOT_FOUND (it
// is not indexed), BAD_REQUEST (there is no word).
MUST_CHECK Fail find_like(Find *find, Str what, uint32_t *like);

// The places of a ranked file, with their lines, which are read from the disk.
void find_places(Find *find, const RankedFile *file, FindFile *out);

#endif
