// resolve/includes.h - which files an #include brings in. Private to resolve/.
//
// Threads, memory: as Resolver.
#ifndef CQ_RESOLVE_INCLUDES_H
#define CQ_RESOLVE_INCLUDES_H

#include "resolve/value.h"

// The file that it means, or WORLD_NONE when it is not in the workspace.
uint32_t includes_file(Resolver *r, const WorldFile *file, const NameImport *import);
// Whether `file` is `other` or includes it, over any number of steps. *sure: no step is a guess.
bool includes_sees(Resolver *r, WorldFile *file, uint32_t other, bool *sure);
// Whether a file in "" that it or what it includes asks for is not in the workspace.
bool includes_lost(Resolver *r, WorldFile *file);
// Whether another file includes it, so that names can come from there.
bool includes_is_included(Resolver *r, const WorldFile *file);
bool includes_is_standard(Str name);    // a function or macro of the C library
size_t includes_nearness(Str a, Str b); // folders that two paths have in common

#endif
