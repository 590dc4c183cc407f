// base/nearest.h - the name a user probably meant.
//
//   Nearest nearest = nearest_to(word);
//   for (...) nearest_offer(&nearest, name);
//   if (nearest.name.len) ... "did you mean"
//
// Threads: a Nearest belongs to one thread. Memory: names are borrowed.
#ifndef CQ_BASE_NEAREST_H
#define CQ_BASE_NEAREST_H

#include "base/str.h"

typedef struct Nearest {
    Str word;
    Str name;     // the best name so far; empty when none is near enough
    size_t score; // of it; smaller is nearer
} Nearest;

Nearest nearest_to(Str word);
// Near are: at most a third of the letters wrong, or one a beginning of the other (3 letters or
// more). The first of equals wins.
void nearest_offer(Nearest *nearest, Str name);
// "; did you mean PREFIXNAME?" or "", to be put behind a message.
const char *nearest_phrase(Arena *arena, const Nearest *nearest, const char *prefix);

#endif
