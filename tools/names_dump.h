// tools/names_dump.h - the Names of a file as text, for goldens and people.
#ifndef CQ_TOOLS_NAMES_DUMP_H
#define CQ_TOOLS_NAMES_DUMP_H

#include "lang/names.h"

// Scopes, bindings, imports and notes, then uses; LINE:COL, expressions as code.
Str names_dump(Arena *arena, const Facts *facts, const Names *names, Str text);

#endif
