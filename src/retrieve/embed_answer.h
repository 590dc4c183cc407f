// retrieve/embed_answer.h - reads what an OpenAI-compatible server answers to /v1/embeddings.
//
//   {"data": [{"index": 0, "embedding": [0.1, ...] or "base64 of little-endian floats"}, ...]}
//
// Threads: pure. Memory: rows live in the arena.
#ifndef CQ_RETRIEVE_EMBED_ANSWER_H
#define CQ_RETRIEVE_EMBED_ANSWER_H

#include "base/problem.h"

// `count` rows of *dims numbers, in the order of the texts (by "index", where the items have one),
// each of length 1. `dims` holds what they must have, or 0 and then receives what they have.
// Fails: UNAVAILABLE, with what is wrong: no JSON, another count, an index twice or out of range,
// rows of different or unwanted lengths, a number that is not finite.
MUST_CHECK Fail embed_answer_read(Arena *arena, Str body, size_t count, uint32_t *dims,
                                  const float **rows);

// What the server says is wrong, in one line: its {"error": {"message": ...}} (OpenAI),
// {"message": ...} (vLLM), {"detail": ...}, or the body; at most 200 bytes.
Str embed_answer_error(Arena *arena, Str body);

#endif
