// support/cell_world.h - one runtime cell with a fake clock, and what happened to its payloads.
//
// Threads: counters and `things` may be used by any thread; the rest belongs to the test's thread.
#ifndef CQ_SUPPORT_CELL_WORLD_H
#define CQ_SUPPORT_CELL_WORLD_H

#include "runtime/cell.h"

enum { MOST_THINGS = 4096, MOST_EVENTS = 4096 };

typedef struct World World;

typedef struct Thing { // a payload
    World *world;
    int number; // from 1; the order of builds
    Counter disposed;
} Thing;

struct World {
    CellSpec spec; // change before world_start
    CellHostSpec host_spec;
    CellHost *host;
    Cell *cell;
    Arena arena;
    Ctx cx;
    Counter now_ns;
    Counter builds, disposals;
    Thing things[MOST_THINGS];
    // What the next builds do: called first, in the build, when set.
    Fail (*on_build)(Ctx *cx, World *world, CellBuild *build);
    void (*on_dispose)(World *world, Thing *thing);
    bool build_null;
    const char *dispose_fails; // detail of the problem
    // Told events, in order. guarded by mutex
    Mutex mutex;
    CellEvent events[MOST_EVENTS];
    size_t event_count;
    char last_session[32]; // of the last INIT_END
    void (*on_event)(World *world, const CellEvent *event);
};

World *world_make(void);        // seeds and swaps allowed; name "thing"
void world_start(World *world); // makes host and cell
// Closes, checks that every payload was disposed exactly once, frees.
void world_end(World *world);
void world_pass(World *world, int64_t ms); // the clock goes on
size_t world_count(World *world, CellEventKind kind, CellStatus status);
const CellEvent *world_last(World *world, CellEventKind kind); // or NULL
// A lease that must succeed; checks that the payload is alive.
Lease world_lease(World *world);
int thing_number(const Lease *lease);
bool thing_is_disposed(const Thing *thing);
Fail thing_build(Ctx *cx, CellBuild *build, void **out); // the spec's build; usable for swaps
Thing *thing_make(World *world);                         // for seeds

#endif
