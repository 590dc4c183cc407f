// retrieve/embed_http.h - vectors from an OpenAI-compatible server (POST url/embeddings): vLLM,
// text-embeddings-inference, llama.cpp, OpenAI.
//
// Texts go in batches of at most batch_tokens and batch_texts; the first batch of the first call
// goes alone and tells the dimensions, which every later answer must have. Then up to `concurrency`
// requests run at once, over all calls together. A request is sent again, after a wait with jitter,
// only for status 408, 429, 5xx, or when no answer came in time; Retry-After is honoured. Any other
// failure, or one too many, ends the call: what came until then is kept, the limit says why the
// rest is missing. Empty texts are not sent; their rows are zero.
//
// The key is the variable CQ_EMBED_API_KEY, read when the embedder is made; nothing shows it.
#ifndef CQ_RETRIEVE_EMBED_HTTP_H
#define CQ_RETRIEVE_EMBED_HTTP_H

#include "retrieve/embed.h"

extern const EmbedBackend embed_http;

// The `self` of embed_http. The policy's texts and `http` outlive it.
void *embed_http_new(const EmbedPolicy *policy, HttpClient *http);

#endif
