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
    Ranking ranking;
} Find;

// Publishes what the view read, on an I/O thread. `full`: from nothing, as what is there is
// damaged.
void find_publish(Ctx *cx, const Env *env, const RefreshSpec *spec, const RefreshView *view,
                  bool full);

// The places of a ranked file, with their lines, which are read from the disk.
void find_places(Find *find, const RankedFile *file, FindFile *out);

#endif
