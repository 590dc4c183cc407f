// retrieve/fuse.h - one ranking out of several: weighted reciprocal ranks, or a weighted sum of
// scores.
//
//   FUSE_RRF     sum over channels of weight / (k + rank), ranks from 1
//   FUSE_SCORES  sum over channels of weight * score / (the channel's highest score)
//
// What a channel added to a hit is kept, and the parts of a hit add up to its score.
//
// Threads: pure. Memory: results live in the arena.
#ifndef CQ_RETRIEVE_FUSE_H
#define CQ_RETRIEVE_FUSE_H

#include "base/arena.h"

typedef enum FuseMethod { FUSE_SCORES, FUSE_RRF } FuseMethod;

typedef struct FuseItem {
    uint32_t doc;
    double score; // only its order counts for FUSE_RRF. Below 0, or not finite: as 0
} FuseItem;

typedef struct FuseChannel {
    const FuseItem *items; // best first; of a document that comes twice the first one counts
    size_t len;
    double weight; // 0 or more
} FuseChannel;

typedef struct FuseSpec {
    FuseMethod method;
    double k;     // of FUSE_RRF; 0: 60
    size_t limit; // most hits; 0: all
} FuseSpec;

typedef struct FuseHit {
    uint32_t doc;
    double score;
    const double *parts; // one a channel; 0 where the channel does not have it
} FuseHit;

typedef struct Fused {
    const FuseHit *items; // best first; equal scores by document
    size_t len;
} Fused;

Fused fuse(Arena *arena, const FuseChannel *channels, size_t count, const FuseSpec *spec);

#endif
