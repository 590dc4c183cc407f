// lang/naming_.h - private to naming*.c: the state of one walk.
#ifndef CQ_LANG_NAMING__H
#define CQ_LANG_NAMING__H

#include "lang/naming.h"
#include "lang/walk.h"

typedef struct NameFrame { // a node with a rule that is being walked
    TSNode node;
    uint32_t depth;
    const NameBound *bound;
    uint32_t first_kid;
    TSFieldId field; // of the child being walked
    uint32_t outer;  // scope around it
    bool in_type;    // around it
} NameFrame;

typedef struct NamedAt { // where Facts have a definition's name
    uint32_t start, def;
} NamedAt;

typedef struct NameWalk {
    Naming n;
    Arena room; // drafts
    const Grammar *grammar;
    VEC(NameFrame) frames;
    VEC(NameKid) kids;
    VEC(NameScope) scopes;
    VEC(NameExpr) exprs;
    VEC(uint32_t) scope_of; // by expression
    VEC(bool) unused;       // by expression: naming_unuse
    VEC(NameBinding) bindings;
    VEC(NameBinding) reassigned; // .scope: where the assignment stands
    VEC(NameImport) imports;
    VEC(NameNote) notes;
    const NamedAt *named;
    bool in_type;
    uint32_t skip_to; // naming_skip_to
} NameWalk;

static inline NameWalk *naming_state(const Naming *n)
{
    return n->walk;
}

// Leaves out what says nothing, orders the rest, and copies it into n.cx->arena.
void naming_finish(NameWalk *w, Names *out);

#endif
