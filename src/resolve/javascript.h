// resolve/javascript.h - modules of JavaScript and TypeScript. Private to resolve/.
//
// Threads, memory, blocks: as resolve.h.
#ifndef CQ_RESOLVE_JAVASCRIPT_H
#define CQ_RESOLVE_JAVASCRIPT_H

#include "resolve/langs.h"

// The file that `module` is, as imported by `file`; WORLD_NONE: it is outside of the workspace.
// *sure: it is where the language looks for it, not only where it is likely to be built from.
uint32_t js_module(Resolver *r, const WorldFile *file, Str module, bool *sure);

// JSON with comments and trailing commas as JSON.
Str js_without_comments(Arena *arena, Str text);

#endif
