// retrieve/embed_kept.h - an embedder that asks another one only for what the disk cache does not
// have: servers are slow, and texts come again.
//
//   texts --known, by model and text--> rows from the cache
//         `-unknown--> the other embedder --> rows, kept
//
// A row is kept as int8 codes and a scale (retrieve/vectors.h) and given as what these stand for,
// whether it is new or known: an answer does not depend on what was kept. Rows by token
// (EmbedModel.many_rows) are not kept.
//
// Threads, memory, blocking: as retrieve/embed.h says.
#ifndef CQ_RETRIEVE_EMBED_KEPT_H
#define CQ_RETRIEVE_EMBED_KEPT_H

#include "retrieve/embed.h"
#include "runtime/cell.h"

#define EMBED_CACHE_SPACE "embed"

// Takes the embedder. `cache` is of a Cache; while it cannot be had, everything is unknown.
Embedder *embed_kept_new(Embedder *embedder, Cell *cache);

#endif
