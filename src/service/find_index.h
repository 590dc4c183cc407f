// service/find_index.h - what find and eval look things up in: the index of one workspace.
//
// Threads: frozen once built; built on the pool. Memory: the arena of the Ctx it was built with.
// Blocks: find_index_build, on the disk and the parser.
#ifndef CQ_SERVICE_FIND_INDEX_H
#define CQ_SERVICE_FIND_INDEX_H

#include "index/corpus.h"
#include "index/harvest.h"
#include "service/result.h"

typedef struct FindIndex {
    Corpus corpus;
    const Lexicon *lexicons; // the corpus's parts
    Harvest harvest;         // what it was made of
    Str universe_source;     // as Universe.source
    uint64_t index_bytes;
    int64_t build_ns, pack_ns; // of which packing
} FindIndex;

// Reads and parses every file of the workspace.
// Fails: as universe_list.
MUST_CHECK Fail find_index_build(Ctx *cx, const Env *env, const Workspace *workspace,
                                 uint64_t max_file_bytes, FindIndex *out);

#endif
