// retrieve/expand.h - learned-sparse retrieval without a network: a question's words bring along
// the words that a trained table (model.h) has nearest to them, with small weights.
//
//   "evict"  ->  evict, and: expir .6, purg .5 ...     as optional terms of the query
//
// After Formal et al., "SPLADE" (SIGIR 2021), where a network gives the weights.
//
// Threads: pure. Memory: arena.
#ifndef CQ_RETRIEVE_EXPAND_H
#define CQ_RETRIEVE_EXPAND_H

#include "retrieve/model.h"
#include "retrieve/query.h"

typedef struct ExpandSpec {
    double least;  // cosine of a word that is brought along; 0: 0.6
    double weight; // of it, times its cosine; 0: 0.3
    uint32_t most; // for each word; 0: 3
} ExpandSpec;

// The query with further terms behind its own; returns how many.
size_t expand_query(Arena *arena, const Model *model, const ExpandSpec *spec, Query *query);

#endif
