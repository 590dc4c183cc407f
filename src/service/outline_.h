// service/outline_.h - private to service/outline*.c.
#ifndef CQ_SERVICE_OUTLINE__H
#define CQ_SERVICE_OUTLINE__H

#include "base/vec.h"
#include "index/universe.h"
#include "service/outline.h"

// One file to look at.
typedef struct Place {
    Str shown;  // relative to the root, absolute outside of it, or "<stdin>"
    OsFile dir; // what `shown` is relative to; OS_FILE_NONE for standard input
    bool named; // by the caller, not found in a folder: says why when it cannot be outlined
    Fail fail;  // it was not found
} Place;

typedef VEC(Place) PlaceVec;

typedef struct Places {
    Ctx *cx;
    const Env *env;
    Workspace workspace;
    PlaceVec items;
    bool stopped;   // a folder was not listed to its end
    uint64_t other; // found in folders, but no regular files
} Places;

// The files that `path` stands for are added to places->items; a failure is added as a Place.
void places_add(Places *places, Str path);

#endif
