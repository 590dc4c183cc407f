// resolve/kin.h - what belongs together beyond one definition: types and their subtypes, methods
// and what overrides them, files and who imports them.
//
// Threads, memory: as Resolver. Blocks: reading files; a list may be cut, which is told.
#ifndef CQ_RESOLVE_KIN_H
#define CQ_RESOLVE_KIN_H

#include "resolve/edges.h"

typedef struct Kin {
    const DefRef *items;
    size_t count;
    bool cut; // there may be more: the work was stopped, or there are too many
} Kin;

// Whether the note, of a definition, says what that is derived from.
static inline bool kin_is_base(const NameNote *note)
{
    return (note->kind == NOTE_BASE || note->kind == NOTE_TRAIT) && note->def && note->expr;
}

// The type that a method belongs to; false when there is none in the workspace.
bool kin_owner(Resolver *resolver, DefRef method, DefRef *type);
// Types that name `type` as their base; `all`: and types derived from those. By path and place, the
// direct ones first.
void kin_subtypes(Resolver *resolver, DefRef type, bool all, Kin *out);
// Members of the same name: in types derived from the owner, and in its bases, nearest first.
void kin_overriding(Resolver *resolver, DefRef method, Kin *out);
void kin_overridden(Resolver *resolver, DefRef method, Kin *out);

typedef struct ImportTo {
    uint32_t import; // index into names.imports
    uint32_t file;   // that it names, or where what it names is defined; WORLD_NONE: none here
    Certainty certainty;
    Reason reason;
} ImportTo;
// Imports of a file, in order.
const ImportTo *kin_imports(Resolver *resolver, WorldFile *file, size_t *count);
// Imports of `file` in other files, by path and place.
void kin_importers(Resolver *resolver, uint32_t file, Edges *out);

#endif
