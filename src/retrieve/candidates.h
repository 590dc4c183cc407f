// retrieve/candidates.h - the files of a segment that may hold a match of a pattern.
//
// Threads: pure. Blocks: reading through the segment's map.
#ifndef CQ_RETRIEVE_CANDIDATES_H
#define CQ_RETRIEVE_CANDIDATES_H

#include "index/ngram.h"
#include "retrieve/pattern.h"

// Sets the bits of the files that may have a match, and returns true; false, and the bits mean
// nothing, when any may: the pattern has no literal of three bytes that every match must hold, or
// the index cannot tell. `marked` has room for `ngrams->files` bits, all 0.
bool candidates_mark(const Pattern *pattern, const Ngrams *ngrams, uint64_t *marked);
// Whether the pattern has such literals, so that an index is worth opening.
bool candidates_can_tell(const Pattern *pattern);

#endif
