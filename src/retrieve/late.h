// retrieve/late.h - late interaction: how well each word of a question is met by some word of a
// chunk.
//
//   score(q, c) = sum over the question's tokens t of  w_t max over tokens j of c  cos(t, j)
//                 divided by the sum of w_t;      0 .. 1, as a token without a like counts 0
//
// MaxSim is from Khattab and Zaharia, "ColBERT" (SIGIR 2020). With a table of token vectors
// (model.h) a chunk's tokens are those that the index has kept, and each is compared with the
// question's once, however many chunks have it. Models that give a row a token go through
// late_rows.
//
// Threads: one request's. Memory: arena.
#ifndef CQ_RETRIEVE_LATE_H
#define CQ_RETRIEVE_LATE_H

#include "index/corpus.h"
#include "retrieve/embed.h"

typedef struct Late Late;

// NULL when no word of the question is in the table.
Late *late_begin(Arena *arena, const Model *model, const Corpus *corpus, Str question);
float late_score(Late *late, uint32_t chunk); // of the corpus

// Texts `query` and `text` of two calls of embed_texts, whose rows have length 1.
float late_rows(const EmbedRows *queries, size_t query, const EmbedRows *texts, size_t text);

#endif
