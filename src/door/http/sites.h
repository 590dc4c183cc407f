// door/http/sites.h - the workspaces that a server answers for, each behind a context that can be
// replaced while requests use it (app/holder.h).
//
//   sites_new --> sites_lease --> live_context ... --> live_release
//                 sites_reload: opens new contexts beside the old ones, then puts them in place; an
//                 old one is freed on the pool once its last lease has ended
//
// Threads: any; a lease may end on another thread than it began. Memory: heap.
// Blocks:  sites_new, sites_reload, sites_free (they open and close contexts); leases never.
#ifndef CQ_DOOR_HTTP_SITES_H
#define CQ_DOOR_HTTP_SITES_H

#include "app/holder.h"
#include "runtime/pool.h"

typedef struct Sites Sites;
typedef struct Site Site;

typedef struct Live { // a lease on the context that a site had then; all zero: none
    const Site *site;
    Held held;
} Live;

// A context for each root (the one of `spec` when there is none); named after its folder.
// Fails: as context_open; BAD_REQUEST for two of one name.
MUST_CHECK Fail sites_new(Ctx *cx, const ContextSpec *spec, const StrList *roots, Pool *pool,
                          Sites **out);
void sites_free(Sites *sites); // every lease released before; NULL is fine

// All or nothing, one at a time. Waits up to drain_ns for those who use the old contexts; `out`
// (may be NULL) is of all sites together. Fails: as holder_reload; then the old ones stay.
MUST_CHECK Fail sites_reload(Ctx *cx, Sites *sites, int64_t drain_ns, Reloaded *out);
uint64_t sites_generation(Sites *sites); // 1, and one more with each reload that succeeded
uint64_t sites_failed(Sites *sites);     // reloads that did not
size_t sites_leased(Sites *sites);       // old contexts that are still in use

size_t sites_count(const Sites *sites);
Str sites_name(const Sites *sites, size_t index);
// The site's present context; false when the name is none. Empty: the first.
bool sites_lease(Sites *sites, Str name, Live *out);
void live_copy(const Live *live, Live *out); // one more on the same context
void live_release(Live *live);               // then it is all zero; all zero is fine
const Context *live_context(const Live *live);
bool live_is_old(const Live *live); // a reload has replaced it
Str live_name(const Live *live);

#endif
