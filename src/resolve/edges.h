// resolve/edges.h - who uses a definition, and what a definition uses.
//
//   edges_of(def):   stored with the index (edge_store.h), where they are right for this World;
//                    else files that may use its name (world_users) --resolve_use-->
//   edges_from(def): what stands inside it --resolve_use--> targets
//
// A name_only edge is a use of that name of which nothing else is known: it belongs to every
// definition of the name alike.
//
// Threads, memory: as Resolver.
#ifndef CQ_RESOLVE_EDGES_H
#define CQ_RESOLVE_EDGES_H

#include "resolve/resolve.h"

typedef enum EdgeKind {
    EDGE_CALL,      // also: an object made of a type, a macro used, a decorator applied
    EDGE_REFERENCE, // read, written, handed on
    EDGE_TYPE,      // where a type is written
    EDGE_BASE,      // derived from it
    EDGE_IMPORT,
    EDGE_KINDS
} EdgeKind;
const char *edge_kind_name(EdgeKind kind); // "call"

enum { EDGE_ROLES = ROLE_WRITTEN | ROLE_DECORATOR | ROLE_MACRO };
enum { // EdgeTold.flags: what is stored
    EDGE_TELLS = 1,
    EDGE_TELLS_LENGTH = 2, // of the name; else what the text shows
    EDGE_TELLS_RECEIVER = 4,
    EDGE_TELLS_CALL = 8, // it is a call
    EDGE_TELLS_ORDINAL = 16,
    EDGE_TELLS_SHAPE = 32 // it is not what the text shows
};
typedef struct EdgeTold { // for edge_site.h
    uint8_t flags, role;
    uint32_t length, receiver, ordinal; // receiver: how far before the name it begins
    const uint8_t *shape, *shape_end;
} EdgeTold;

typedef struct Edge {
    uint32_t file;  // where the use stands
    uint32_t expr;  // index into its names.exprs; of IMPORT: into names.imports
    uint32_t start; // where its name begins
    EdgeKind kind;
    Certainty certainty; // EXACT, LIKELY, NAME_ONLY or DYNAMIC
    Reason reason;
    uint32_t others; // further definitions that the same use may mean
    EdgeTold told;   // of a stored edge; its file need not be taken apart
} Edge;

// By path and place. Blocks: reading files; stops early when cx is stopped (`complete` is false).
typedef struct Edges {
    const Edge *items;
    size_t count;
    uint64_t by_certainty[CERTAINTIES];
    bool complete;
} Edges;
void edges_of(Resolver *resolver, DefRef def, Edges *out);

// What is stored of who is derived from `type`, by file; `covered`: by file, whether it is. Then
// *noted says of each whether its notes tell which type it is.
typedef struct Derived {
    const DefRef *items;
    const bool *noted, *covered; // covered: NULL when nothing is stored
    size_t count;
} Derived;
void edges_derived(Resolver *resolver, DefRef type, Derived *out);

typedef struct EdgeUser { // a use, without its place
    uint32_t file;
    EdgeKind kind;
    Certainty certainty;
} EdgeUser;
// Whether the edges of all files are stored for this World.
bool edges_are_stored(Resolver *resolver);
// Uses that mean the definition (name_only ones are left out), from what is stored: no file that
// uses it is read. By file.
const EdgeUser *edges_users(Resolver *resolver, DefRef def, size_t *count);

typedef struct EdgeOut {
    Edge edge; // of the use, inside the definition
    Resolved to;
} EdgeOut;
// What the definition's own code uses, in order; `inner`: also that of definitions inside it.
// def.def WORLD_NONE: the file's code.
const EdgeOut *edges_from(Resolver *resolver, DefRef def, bool inner, size_t *count);

EdgeKind edge_kind_of(const NameExpr *use);
// The use itself, of a file that was taken apart; NULL when it is not there.
const NameExpr *edge_expr(const WorldFile *file, const Edge *edge);
// The definition whose code holds this use, or WORLD_NONE at the top of the file.
uint32_t edge_enclosing(const WorldFile *file, uint32_t offset);
// What is known of the call at this use; NULL when it is none.
const Call *edge_call(const WorldFile *file, uint32_t expr);

#endif
