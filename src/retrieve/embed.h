// retrieve/embed.h - vectors for texts: one port, several backends.
//
//   embed_open (from the policy) --> embed_texts, as often as wanted --> embed_free
//
// Backends: `hash` (always there: hashed parts of words), `static` (sums of trained token vectors:
// model.h), both with the same numbers on every machine, and `http` (an OpenAI-compatible server:
// embed_http.h). A further one is an EmbedBackend and a line in embed_open. docs/embeddings.md.
//
// No backend, or one that does not answer, is a limit of the answer (EmbedRows.limit) and never a
// failure of the request.
//
// Threads: an Embedder may be used from any number of threads. Memory: an Embedder is heap; rows
//          and texts of a call live in cx->arena.
// Blocks:  embed_texts computes, or waits for the server until cx ends it.
#ifndef CQ_RETRIEVE_EMBED_H
#define CQ_RETRIEVE_EMBED_H

#include "base/digest.h"
#include "retrieve/model.h"
#include "runtime/http.h"
#include "runtime/policy.h"
#include "runtime/pool.h"

typedef struct Embedder Embedder;

// Some models turn a question and what answers it into vectors in different ways.
typedef enum EmbedKind { EMBED_DOCUMENT, EMBED_QUERY } EmbedKind;

typedef struct EmbedModel {
    Str backend, model; // "http", "nomic-embed-code"
    Str variant;   // whatever else changes the numbers: prefixes, version, dimensions asked for
    Str dtype;     // of the numbers as the backend makes them: "float32"
    uint32_t dims; // 0: not known before the first answer
    uint32_t max_tokens; // of one text; longer ones are cut. 0: no limit
    bool many_rows;      // a row a token rather than a row a text
    bool is_local;       // computed here, at once
} EmbedModel;

typedef struct EmbedRows {
    const float *rows; // `dims` numbers a row, each row of length 1 or (for nothing to say) zero
    uint32_t dims;
    size_t count;           // texts
    const uint32_t *starts; // text i has rows starts[i] .. starts[i + 1]; NULL: row i
    const bool *missing;    // texts without a row, which is zero then; NULL: none
    size_t missing_count;
    Str limit;     // why some or all are missing; empty: none is
    size_t cut;    // texts of which only the beginning was looked at
    size_t tokens; // by our estimate
    size_t requests, retries;
    size_t known; // texts whose rows were kept from an earlier call (embed_kept.h)
} EmbedRows;

typedef struct EmbedBackend { // constant
    const char *name;
    void (*model)(void *self, EmbedModel *out);
    // Fills `out`, which is zero but for count. Fails: CANCELLED (cx->cancel).
    Fail (*embed)(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                  EmbedRows *out);
    void (*free)(void *self);
} EmbedBackend;

// The one that the policy asks for. `http` and the policy's texts outlive it.
Embedder *embed_open(const EmbedPolicy *policy, HttpClient *http);
Embedder *embed_new(const EmbedBackend *backend, void *self); // takes self
void embed_free(Embedder *embedder);                          // NULL is fine

EmbedModel embed_model(const Embedder *embedder); // its texts live as long as the embedder
// What vectors must have in common to be compared: backend, model, variant. Never what is only
// known after the first answer: it is the name under which vectors are kept.
Digest embed_fingerprint(const Embedder *embedder);

// `pool` may be NULL; its I/O threads help with many texts.
// Fails: CANCELLED (cx->cancel; a deadline that has passed is a limit).
MUST_CHECK Fail embed_texts(Ctx *cx, Embedder *embedder, Pool *pool, EmbedKind kind,
                            const Str *texts, size_t count, EmbedRows *out);

// Scales to length 1; a row of zeros stays. False for a number that is not finite.
bool embed_normalise(float *row, size_t dims);

// The table behind the static backend, for whoever has a text's terms already; NULL for others.
const Model *embed_table(const Embedder *embedder);
// The static backend over the policy's table; over hashed parts where none comes with cq. One that
// was asked for and cannot be used is a limit of every answer. embed_static_new takes the model.
Embedder *embed_static_open(const EmbedPolicy *policy);
Embedder *embed_static_new(Model *model);
const Model *embed_static_model(const void *self); // of its `self`; NULL when it cannot be used

extern const EmbedBackend embed_none, embed_hash, embed_static;
enum { EMBED_HASH_DIMS = 256 };

#endif
