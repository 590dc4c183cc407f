// service/stable_id.h - names of findings that outlive edits elsewhere in the file.
//
// Threads: pure. Memory: arena.
#ifndef CQ_SERVICE_STABLE_ID_H
#define CQ_SERVICE_STABLE_ID_H

#include "base/str.h"

// 24 hex digits over path, qualified name, category, and which one it is (from 0, by place) among
// all those of the file that have these in common, shown or not. A definition's qualified name is
// its own; that of a call or import is that of the definition around it, a '/' and what it names.
Str stable_id(Arena *arena, Str path, Str qualified, Str category, uint32_t ordinal);

#endif
