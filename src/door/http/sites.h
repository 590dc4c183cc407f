// door/http/sites.h - the workspaces that a server answers for, each behind a context that can be
// replaced while requests use it.
//
//   sites_new --> sites_lease --> live_context ... --> live_release
//                 sites_reload: builds new contexts beside the old ones, then puts them in place;
//                 an old one is freed by whoever lets go of it last
//
// Threads: any. Memory: heap.
// Blocks:  sites_new, sites_reload, sites_free (they open and close contexts); live_release never:
//          a context that it lets go of is freed on the pool.
#ifndef CQ_DOOR_HTTP_SITES_H
#define CQ_DOOR_HTTP_SITES_H

#include "app/context.h"
#include "runtime/pool.h"

typedef struct Sites Sites;
typedef struct Live Live; // a context in use

// A context for each root (the one of `spec` when there is none); named after its folder.
// Fails: as context_open; BAD_REQUEST for two of one name.
MUST_CHECK Fail sites_new(Ctx *cx, const ContextSpec *spec, const StrList *roots, Pool *pool,
                          Sites **out);
void sites_free(Sites *sites); // every lease released before; NULL is fine

// All or nothing. Fails: as context_open; then the old ones stay.
MUST_CHECK Fail sites_reload(Ctx *cx, Sites *sites);
uint64_t sites_generation(Sites *sites); // 1, and one more with each reload

size_t sites_count(const Sites *sites);
Str sites_name(const Sites *sites, size_t index);
// The site's present context; NULL when the name is none. Empty: the first.
Live *sites_lease(Sites *sites, Str name);
Live *live_retain(Live *live);
void live_release(Live *live); // NULL is fine
const Context *live_context(const Live *live);
Str live_name(const Live *live);

#endif
