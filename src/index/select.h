// index/select.h - a Selection made ready: its globs compiled, its --in paths resolved.
//
// Threads: frozen once made. Memory: cx->arena. Blocks: select_targets, on the disk.
#ifndef CQ_INDEX_SELECT_H
#define CQ_INDEX_SELECT_H

#include "index/universe.h"

typedef struct Filter { // --glob and --lang
    GlobSet globs;
    bool any_plain; // globs list what to take
    const LangId *langs;
    size_t lang_count;
} Filter;

// Fails: BAD_REQUEST.
MUST_CHECK Fail filter_init(Ctx *cx, const Selection *selection, Filter *out);
// `taken`: has a glob taken the folder above? Updated for this folder. False when nothing at or
// below it can be wanted.
bool filter_folder(const Filter *filter, Str path, Str name, bool *taken);
bool filter_file(const Filter *filter, bool taken, Str path, Str name);

// What universe_list would give for a selection without --in, hidden and no_ignore, taken from a
// list of all files (a selection of zeros). Fails: BAD_REQUEST.
MUST_CHECK Fail select_among(Ctx *cx, const Selection *selection, const Universe *all,
                             Universe *out);

typedef struct Target {
    Str path;    // relative to the root, "" for the root itself
    OsType type; // OS_DIR, or what else it is
    bool named;  // by the user, so it counts though it is ignored
} Target;

// The failure for a path (absolute, in the workspace) that is not there, `named` so by the user:
// NOT_FOUND, with the nearest name that is.
MUST_CHECK Fail select_missing(Ctx *cx, const Workspace *workspace, Str named, Str path);

// The places where the walk begins, sorted by path: the root, or what --in names.
// Fails: BAD_REQUEST, NOT_FOUND, IO.
MUST_CHECK Fail select_targets(Ctx *cx, const Workspace *workspace, const Selection *selection,
                               const Target **out, size_t *count);

#endif
