// resolve/resolve.h - which definition a name means, and how sure that is.
//
//   use (a NameExpr) --value.c: scopes, imports, types, inheritance--> Resolved: targets, certainty
//
// Certainties are never mixed: each use is in one bucket.
//   exact      one definition is proven by scopes, imports and types that are written
//   likely     there is evidence for these definitions (`reason`), but something is not known
//   name_only  nothing is known of what it is a member of: any definition of that name may be meant
//   dynamic    reached by a value that is looked up while the program runs
//   external   it is proven to be defined outside of the workspace
//   unknown    no definition of that name is in the workspace
// Alternatives of one definition in one scope (#ifdef, property and its setter) are one object: all
// of them are targets of an exact use. Overloads of Java and C++ are told apart (overload.h).
//
// The evaluation is a fixed interpretation of what is written: flow is not followed, so a name has
// every value that it is given in its scope; an unannotated parameter has none.
//
// Threads: a Resolver belongs to one thread. Memory: the cx->arena of its World. Blocks: as World.
#ifndef CQ_RESOLVE_RESOLVE_H
#define CQ_RESOLVE_RESOLVE_H

#include "resolve/world.h"

typedef enum Certainty {
#define CERTAINTY(id, name) CERTAINTY_##id,
#include "resolve/certainties.def"
#undef CERTAINTY
    CERTAINTIES
} Certainty;
const char *certainty_name(Certainty certainty); // "name_only"

typedef enum Reason {
#define REASON(id, text) REASON_##id,
#include "resolve/reasons.def"
#undef REASON
    REASONS
} Reason;
const char *reason_text(Reason reason); // "inherited from a base class"

typedef struct Resolved {
    Certainty certainty;
    Reason reason; // the weakest step
    const DefRef *targets;
    uint32_t count;
    Str external; // "os.path.join", for external ones, as far as it is known
} Resolved;

typedef struct Resolver Resolver;
Resolver *resolver_new(World *world, Ctx *cx);
World *resolver_world(const Resolver *resolver);

// What expression `expr` (an index, of a NAME or MEMBER) means: called, when it is; else named.
// Targets of name_only uses are not listed: world_defs of the name are.
void resolve_use(Resolver *resolver, WorldFile *file, uint32_t expr, Resolved *out);
// What `file` shows others as `name`: its own definition, or one that it imports.
void resolve_export(Resolver *resolver, WorldFile *file, Str name, Resolved *out);
// What a binding of kind BIND_IMPORT means.
void resolve_import(Resolver *resolver, WorldFile *file, uint32_t binding, Resolved *out);
// The same definition, however it is reached: with a body, where there is one.
DefRef resolve_canonical(Resolver *resolver, DefRef def);
// Languages that see each other's definitions are one: TypeScript and TSX are JavaScript.
LangId resolve_family(LangId lang);
bool resolve_is_callable(DefKind kind); // can stand in front of (...)

// Types of the workspace that `type` is derived from, nearest first; *outside: there are others.
const DefRef *resolve_bases(Resolver *resolver, DefRef type, size_t *count, bool *outside);
// Members of a type by name, nearest class first.
void resolve_member(Resolver *resolver, DefRef type, Str name, Resolved *out);

#endif
