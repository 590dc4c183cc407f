// base/plugin.h - opens a shared library that comes with cq, when it is first needed.
//
// It is looked for in the folder that CQ_PLUGIN_DIR names; without that variable in ../lib/cq
// beside the program (where `make install` puts it), then in the program's own folder (where the
// build puts it). One that is there and broken ends the search.
//
// Threads: any. Memory: `path` lives in the arena; the library stays loaded.
// Blocks:  loading takes some 10 ms.
#ifndef CQ_BASE_PLUGIN_H
#define CQ_BASE_PLUGIN_H

#include "base/ctx.h"

// NULL when it cannot be had; *why, in cx->arena, is then the reason.
void *plugin_open(Ctx *cx, Arena *arena, const char *file_name, Str *path, Str *why);

// Where plugin_open would find it, without opening it; STR_NONE when it is nowhere. In cx->arena.
Str plugin_find(Ctx *cx, const char *file_name);

// A data file that comes with cq: in the folder that CQ_DATA_DIR names; without that variable in
// ../share/cq beside the program, then in the program's own folder. Its path, in cx->arena;
// STR_NONE when it is in none of them.
Str plugin_find_data(Ctx *cx, const char *file_name);

#endif
