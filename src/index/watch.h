// index/watch.h - told by the system what changed in a workspace, instead of looking at each file.
//
//   watch_new --> watch_next: "look at everything" --> freshness_check, watch_follow --.
//                     ^     : these paths changed  --> freshness_check_paths  --.      |
//                     `--------------------------------------------------------'-------'
//
// "Everything" is said at first, after lost events (a full queue), when folders came, went or
// moved, when ignore files or git's index, HEAD, config or exclude file changed, when the folders
// watched had to be set up again (something may have changed before), and above MOST names at once.
// What the system does not tell: writes through shared memory maps, changes made by another machine
// on a network file system, in the user's global ignore file, or in the git folders of submodules.
// Whoever must be sure looks at everything now and then.
//
// Threads: one at a time. Memory: heap until watch_close. Blocks: watch_next; others on the disk.
#ifndef CQ_INDEX_WATCH_H
#define CQ_INDEX_WATCH_H

#include "index/universe.h"

typedef struct Watch Watch;

typedef struct WatchChange {
    bool everything;  // look at all files; `paths` says nothing then
    const Str *paths; // relative to the root, sorted, each once; files or what was one
    size_t count;     // 0, and not everything: nothing happened
} WatchChange;

// Watches no folder yet: watch_follow begins. The workspace must stay open. Fails: IO.
MUST_CHECK Fail watch_new(Ctx *cx, const Workspace *workspace, Watch **out);
void watch_close(Watch *watch); // NULL is fine

// Watches the folders that a look at everything went through (Universe.folders).
// Fails: TOO_LARGE (more folders than the system allows: look at everything instead), IO.
MUST_CHECK Fail watch_follow(Ctx *cx, Watch *watch, const Universe *universe);

// Waits for changes, for patience_ns at most, and gives all there are by then, in cx->arena.
// "Everything" is said again until watch_follow was called. Fails: CANCELLED, IO.
MUST_CHECK Fail watch_next(Ctx *cx, Watch *watch, int64_t patience_ns, WatchChange *out);

size_t watch_folder_count(const Watch *watch);
// Whether all that happens from now on will be told: watch_follow found what was watched already.
bool watch_is_whole(const Watch *watch);
// A watched folder on a file system that is not known to tell everything (base/os_watch.h), or
// empty.
Str watch_untold(const Watch *watch);
typedef struct WatchCounts {
    uint64_t events, lost; // lost: how often the queue was full
} WatchCounts;
WatchCounts watch_counts(const Watch *watch); // so far

#endif
