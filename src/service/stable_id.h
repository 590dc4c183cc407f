// service/stable_id.h - names of findings that outlive edits elsewhere in the file.
//
// Threads: pure. Memory: arena.
#ifndef CQ_SERVICE_STABLE_ID_H
#define CQ_SERVICE_STABLE_ID_H

#include "lang/brief.h"

// 24 hex digits over path, qualified name, category, and which one it is (from 0) among those of
// the file that have all that in common.
Str stable_id(Arena *arena, Str path, Str qualified, Str category, uint32_t ordinal);

// The ordinal of a definition among those of its file with the same qualified name; `qualified` is
// by definition, all of them.
uint32_t stable_ordinal(const Facts *facts, const Str *qualified, uint32_t def);

#endif
