// resolve/edge_site.h - how a use is written: where, in what, what stands before it, how it is
// called.
//
//   a stored edge:  EdgeTold, the file's text and definitions --> EdgeSite
//   any other one:  the names of its file                     --> EdgeSite
//
// Both ways give the same. What the text shows by itself is not stored: where a name ends, how a
// call reads (lang/shown_call.h).
//
// Threads, memory: as Resolver.
#ifndef CQ_RESOLVE_EDGE_SITE_H
#define CQ_RESOLVE_EDGE_SITE_H

#include "resolve/edges.h"

typedef struct EdgeSite {
    const WorldFile *file; // world_brief of it, at least
    Span span;             // of the name
    Str name;              // as written there; of an import: what is imported
    uint32_t receiver;     // where what it is a member of begins; else span.start
    uint32_t in;           // the definition around it, or WORLD_NONE
    uint32_t ordinal;      // among uses of this name (or calls, when it is one) in that definition
    uint8_t role;          // of NameExpr.role: EDGE_ROLES
    bool called;           // `call` is set, as far as names_decode sets it
    Call call;
} EdgeSite;

// The file of the edge can be read (edges_of lists no others).
void edge_site(Resolver *resolver, const Edge *edge, EdgeSite *out);

// --- for edge_store.c

typedef struct TellSites { // of one file
    const WorldFile *file;
    const uint32_t *ordinals; // by call
    Buf shape;
} TellSites;
TellSites tell_sites(Arena *arena, const WorldFile *file);
// What is told of a use: the flags (EDGE_TELLS_...; 0: nothing), and in `out` what follows them.
uint8_t tell_site(TellSites *sites, uint32_t expr, EdgeKind kind, Buf *out);
// The other way; *at is left behind what was read.
void told_site(uint8_t flags, const uint8_t **at, const uint8_t *end, EdgeTold *out);
bool told_fits(const Edge *edge, Str text);

#endif
