// service/neighborhood.h - what is around a definition: slices of nodes, each with its place.
//
//   TARGET --target_find--> subject --scopes, edges_of, edges_from, kin--> slices --paging--> nodes
//
// Totals are exact; a page is nodes [offset, offset + top_k) of each slice that is asked for. Nodes
// of a slice are in one order: surest first, source before tests, then by path and place.
// A file in a language without name rules has its own definitions and the files beside it only.
//
// Threads, memory, blocks: as service/code.h.
#ifndef CQ_SERVICE_NEIGHBORHOOD_H
#define CQ_SERVICE_NEIGHBORHOOD_H

#include "service/census.h"

typedef enum NearSlice {
#define SLICE(id, name, says) NEAR_##id,
#include "service/near_slices.def"
#undef SLICE
    NEAR_SLICES
} NearSlice;
const char *near_slice_name(NearSlice slice);
const char *near_slice_says(NearSlice slice);

typedef struct NearQuery {
    CodeOptions options;
    Str target;
    CodeFilterSpec filter; // of what is around it, where that can be anywhere
    uint32_t certainties;  // bits by Certainty; 0: all
    uint32_t slices;       // bits by NearSlice; 0: all
    size_t top_k, offset;
} NearQuery;

typedef struct NearNode {
    Str path, name, kind, text; // kind: of a definition, or "import", "use", "file"
    Str enclosing;
    CodePlace place; // of a definition: its name; of a use: the (first) use
    Role role;
    Certainty certainty;
    Reason reason;
    uint64_t sites;   // how many uses stand behind it
    uint32_t ordinal; // for stable ids
    EdgeKind edge;
    bool is_def, has_certainty;
} NearNode;

typedef struct NearList {               // one slice
    const NearNode *nodes;              // the page
    size_t count, total;                // of the page; of the slice, after filters
    uint64_t by_certainty[CERTAINTIES]; // sums up to total, where nodes have one
    bool wanted, cut;                   // asked for; there may be more, for lack of time
} NearList;

typedef struct NearAnswer {
    CodeState state;
    Subjects subjects;
    Subject subject; // the first of them
    NearList lists[NEAR_SLICES];
    bool unnamed; // a file without names
    bool weighed; // what follows is known: the same as in `calls` (census_weigh)
    int risk;
    const Str *reasons;
    size_t reason_count;
    const Str *notes;
    size_t note_count;
} NearAnswer;

// Fails: as census_run.
MUST_CHECK Fail near_run(Ctx *cx, const Env *env, const NearQuery *query, NearAnswer *out);

#endif
