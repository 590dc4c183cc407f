// index/watch.c
//
// DESIGN. The set of watched folders is only ever made whole: when the folders of a new look differ
// from those watched, or one of them moved, a new queue replaces the old one and `everything` is
// raised, because what happened between that look and the new watches nobody saw. The look that
// follows finds the same folders, and calm returns. So no event is ever matched with a wrong path.
#include "index/watch.h"

#include <stdlib.h>

#include "base/os_watch.h"
#include "base/vec.h"

enum { MOST = 4096 }; // names at once

typedef struct Watched {
    Str path; // relative to the root; in a git folder: the kind alone counts
    bool git;
} Watched;

struct Watch {
    const Workspace *workspace;
    Arena arena; // of what follows
    OsFile queue;
    Str *folders; // sorted
    size_t folder_count;
    Watched *by_number; // the system's numbers: small, rising from 1
    size_t number_count;
    Str untold; // absolute; a folder whose file system may not tell
    WatchCounts counts;
    bool everything, stale; // stale: folders moved, so paths may be wrong
};

Fail watch_new(Ctx *cx, const Workspace *workspace, Watch **out)
{
    OsFile queue = OS_FILE_NONE;
    TRY(os_watch_open(cx, &queue));
    Watch *watch = mem_alloc(sizeof *watch);
    watch->workspace = workspace;
    watch->queue = queue;
    watch->everything = watch->stale = true;
    *out = watch;
    return NULL;
}

void watch_close(Watch *watch)
{
    if (!watch) return;
    os_close(&watch->queue);
    arena_fini(&watch->arena);
    mem_free(watch);
}

size_t watch_folder_count(const Watch *watch)
{
    return watch->folder_count;
}

bool watch_is_whole(const Watch *watch)
{
    return !watch->everything;
}

Str watch_untold(const Watch *watch)
{
    return watch->untold;
}

WatchCounts watch_counts(const Watch *watch)
{
    return watch->counts;
}

// ---- setting up

static int by_path(const void *left, const void *right)
{
    return str_cmp(*(const Str *)left, *(const Str *)right);
}

static bool is_same(const Watch *watch, const Str *folders, size_t count)
{
    if (watch->stale || watch->folder_count != count) return false;
    for (size_t i = 0; i < count; i++)
        if (!str_eq(watch->folders[i], folders[i])) return false;
    return true;
}

// A folder that went meanwhile is no failure: the look to come finds out.
static Fail watch_one(Ctx *cx, Watch *watch, Str absolute, Watched what)
{
    int number;
    Fail fail = os_watch_add(cx, watch->queue, str_cstr(cx->arena, absolute), &number);
    if (fail) return fail->kind == PROBLEM_NOT_FOUND ? NULL : fail;
    if (!watch->untold.len && !os_watch_tells(str_cstr(cx->arena, absolute)))
        watch->untold = str_copy(&watch->arena, absolute);
    while ((size_t)number >= watch->number_count) {
        size_t old = watch->number_count * sizeof(Watched);
        size_t count = MAX((size_t)number + 1, watch->number_count * 2);
        watch->by_number =
            arena_grow(&watch->arena, watch->by_number, old, count * sizeof(Watched));
        memset(watch->by_number + watch->number_count, 0, count * sizeof(Watched) - old);
        watch->number_count = count;
    }
    watch->by_number[number] = what;
    return NULL;
}

static Fail watch_git(Ctx *cx, Watch *watch)
{
    const Workspace *workspace = watch->workspace;
    if (!workspace->git) return NULL;
    Watched git = {.git = true};
    TRY(watch_one(cx, watch, workspace->git_dir, git));
    if (!str_eq(workspace->common_dir, workspace->git_dir))
        TRY(watch_one(cx, watch, workspace->common_dir, git));
    return watch_one(cx, watch, str_join(cx->arena, workspace->common_dir, STR("/"), STR("info")),
                     git);
}

static Fail set_up(Ctx *cx, Watch *watch, const Str *folders, size_t count)
{
    os_close(&watch->queue);
    arena_reset(&watch->arena);
    watch->by_number = NULL;
    watch->number_count = watch->folder_count = 0;
    watch->untold = STR_NONE;
    watch->everything = watch->stale = true; // until all is watched
    TRY(os_watch_open(cx, &watch->queue));
    watch->folders = ARENA_ARRAY(&watch->arena, Str, count);
    TRY(watch_git(cx, watch));
    for (size_t i = 0; i < count; i++) {
        Str path = watch->folders[i] = str_copy(&watch->arena, folders[i]);
        Str absolute = str_join(cx->arena, watch->workspace->root, STR("/"), path);
        TRY(watch_one(cx, watch, absolute, (Watched){.path = path}));
    }
    watch->folder_count = count;
    watch->stale = false;
    return NULL;
}

Fail watch_follow(Ctx *cx, Watch *watch, const Universe *universe)
{
    size_t count = universe->folder_count;
    Str *folders = ARENA_ARRAY(cx->arena, Str, count);
    if (count) memcpy(folders, universe->folders, count * sizeof *folders);
    if (count) qsort(folders, count, sizeof *folders, by_path);
    if (!is_same(watch, folders, count)) return set_up(cx, watch, folders, count);
    watch->everything = false;
    return NULL;
}

// ---- events

typedef VEC(Str) Names;

static bool is_among(Str name, const Str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(name, list[i])) return true;
    return false;
}

static bool decides_much(const Watched *folder, Str name)
{
    static const Str git[] = {{"index", 5}, {"HEAD", 4}, {"config", 6}, {"exclude", 7}};
    static const Str tree[] = {{".gitignore", 10}, {".ignore", 7}, {".git", 4}};
    return folder->git ? is_among(name, git, ARRAY_LEN(git))
                       : is_among(name, tree, ARRAY_LEN(tree));
}

static void take_event(Ctx *cx, Watch *watch, const OsWatchEvent *event, Names *names)
{
    bool known = event->folder > 0 && (size_t)event->folder < watch->number_count;
    const Watched *folder = known ? &watch->by_number[event->folder] : NULL;
    watch->counts.events++;
    if (event->lost) {
        watch->counts.lost++;
        watch->everything = true;
        return;
    }
    if (!folder || (folder->git && event->is_folder && event->name.len)) return; // .git/objects/ab
    if (event->is_folder) watch->stale = watch->everything = true;
    if (decides_much(folder, event->name)) watch->everything = true;
    if (folder->git || watch->everything) return;
    Str path = str_join(cx->arena, folder->path, STR("/"), event->name);
    bool again = names->len && str_eq(names->items[names->len - 1], path);
    if (!again) VEC_PUSH(cx->arena, names, str_copy(cx->arena, path));
    if (names->len > MOST) watch->everything = true;
}

static size_t sort_once(Names *names)
{
    size_t kept = 0;
    if (names->len) qsort(names->items, names->len, sizeof *names->items, by_path);
    for (size_t i = 0; i < names->len; i++)
        if (!kept || !str_eq(names->items[kept - 1], names->items[i]))
            names->items[kept++] = names->items[i];
    return kept;
}

Fail watch_next(Ctx *cx, Watch *watch, int64_t patience_ns, WatchChange *out)
{
    Names names = {0};
    Buf buf = buf_on(cx->arena);
    if (watch->everything) patience_ns = 0;
    for (;;) { // all that is there: waits only for the first
        OsWatchEvent event;
        size_t at = 0;
        TRY(os_watch_read(cx, watch->queue, patience_ns, &buf));
        if (!buf.len) break;
        while (os_watch_next(&buf, &at, &event)) take_event(cx, watch, &event, &names);
        patience_ns = 0;
    }
    *out = (WatchChange){.everything = watch->everything};
    if (watch->everything) return NULL;
    out->count = sort_once(&names);
    out->paths = names.items;
    return NULL;
}
