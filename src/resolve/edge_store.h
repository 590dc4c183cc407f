// resolve/edge_store.h - the edges of a part of the index: for each definition, the uses in the
// part's files that mean it. An attachment of the part (index/snapshot.h).
//
//   World of the next snapshot --resolve_use of every use--> (key, file, use) --sorted--> sections
//
// A definition's key is made of its path, the kinds and names of what it stands in, and its place
// among equals: it stays the same through edits elsewhere, and through merges of segments. What a
// use means depends on other files, so the head says for which World (world_digest) the edges are
// right; in another one they are not used, and the next build makes them anew. So what is found
// here is what a clean build finds.
// name_only uses stand under the key of their name and language. What is derived from a type stands
// under a key of its own: a list of definitions, so that nobody reads their files to find them.
//
// Threads: frozen once open; made by one thread. Memory: borrows the segment.
#ifndef CQ_RESOLVE_EDGE_STORE_H
#define CQ_RESOLVE_EDGE_STORE_H

#include "index/lists.h"
#include "resolve/edges.h"

enum { // section ids
    EDGES_HEAD = 0x500,
    EDGES_KEYS,   // u64, ascending
    EDGES_STARTS, // a list a key, as Lists
    EDGES_BYTES,
    EDGES_WAYS, // EdgeWay
    EDGES_SECTIONS = 5,
};
enum { EDGES_VERSION = 7 };
typedef struct EdgeWay { // what many edges have in common
    uint8_t kind, certainty, reason, role, flags;
    uint8_t reserved[3];
    uint32_t others;
} EdgeWay;
// An edge in its list, which is in the order of files and uses: number * 4 | 2 if a way follows |
// 1 if the number is how many files further it is; then its use follows, and else the number is how
// many uses further it is. The way, as an index. How far behind the one before it begins (signed;
// in another file: from its begin). Last what the way's flags say that is told of it
// (edge_site.h).

// Text of a workspace of which edges are kept; of larger ones they are found when asked for.
#define EDGES_MOST_TEXT (UINT64_C(256) << 20)

uint64_t edge_key(Resolver *resolver, DefRef def); // of a definition, canonical
uint64_t edge_name_key(LangId lang, Str name);
// Of what is derived from it: an edge whose `expr` is the definition; `others` is 1 when its notes
// say which type it is.
uint64_t edge_derived_key(Resolver *resolver, DefRef type);

// The edges from `files` files of the World, from number `first` on, in cx->arena.
// Fails: CANCELLED.
MUST_CHECK Fail edge_store_make(Ctx *cx, Resolver *resolver, uint32_t first, uint32_t files,
                                SegmentSection out[EDGES_SECTIONS]);

typedef struct EdgeStore {
    const Segment *segment;
    Hash128 world;
    uint32_t files, way_count;
    const uint64_t *keys; // of lists
    const EdgeWay *ways;
    Lists lists;
} EdgeStore;

// False when there is none, it is of another version, or it is damaged (segment_intact tells).
bool edge_store_open(const Segment *segment, EdgeStore *out);

typedef struct EdgeList { // the uses under one key; Edge.file is a number of the part
    const EdgeStore *store;
    const uint8_t *at, *end;
    uint32_t way;
    Edge edge;
} EdgeList;
EdgeList edge_store_find(const EdgeStore *store, uint64_t key);
bool edge_list_next(EdgeList *list); // false at the end

#endif
