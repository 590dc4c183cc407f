// service/find_channels.h - what find looks at besides words: vectors of chunks, late interaction.
//
//   channels_begin: the embedder, the vectors of each part of the index; a server is asked for the
//        |          question's vector by an I/O thread, while words are looked up
//        v
//   rank_files asks channels_dense, channels_late --> channels_end: what was used, what was not
//
// All of it has one deadline (find.deadline_ms). A channel that is late, or has nothing to work
// with, is left out and named in the answer; the find itself never fails for it.
//
// Threads: one request's. Memory: cx->arena, until channels_end. Blocks: channels_begin computes
// the vectors of changed files; channels_dense waits for the question's, until the deadline.
#ifndef CQ_SERVICE_FIND_CHANNELS_H
#define CQ_SERVICE_FIND_CHANNELS_H

#include "retrieve/rank.h"
#include "service/find_index.h"

typedef enum ChannelState {
    CHANNEL_UNUSED, // off, or nothing to do
    CHANNEL_USED,
    CHANNEL_PARTLY,  // some chunks have no vector
    CHANNEL_MISSING, // it should have been there
} ChannelState;
const char *channel_state_name(ChannelState state);

typedef struct ChannelReport {
    ChannelState state;
    Str why;       // it is not CHANNEL_USED
    double weight; // in the fusion of ranks
} ChannelReport;

typedef struct ChannelsReport { // part of an answer
    FuseMethod fusion;
    double rrf_k;
    int64_t deadline_ns;
    Str backend, model;
    ChannelReport of[CHANNELS];
    bool vectors_due; // the index should be built for vectors that are not there
} ChannelsReport;

typedef struct ChannelsSpec {
    const Env *env;
    const Workspace *workspace;
    const FindIndex *index;
    Str question;
    const bool *allowed_files; // by file of the corpus; NULL: all
    uint64_t max_file_bytes;
} ChannelsSpec;

// Why find looks at no vectors of this embedder; empty when it does. *is_limit: it was asked to.
Str channels_why_no_vectors(const struct Policy *policy, const Embedder *embedder, bool *is_limit);

typedef struct Channels Channels;

// Fails: CANCELLED.
MUST_CHECK Fail channels_begin(Ctx *cx, const ChannelsSpec *spec, Channels **out);
// Adds words to the question, where find.sparse says so; before rank_files.
void channels_expand(Ctx *cx, Channels *channels, Query *query);
// Fills in what rank_files needs.
void channels_join(Channels *channels, RankSpec *rank);
// The same for another question to the same index (cq eval).
void channels_ask(Ctx *cx, Channels *channels, Str question);
// Waits for what still runs. NULL is fine.
void channels_end(Channels *channels, ChannelsReport *out);

#endif
