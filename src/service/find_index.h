// service/find_index.h - what find and eval look things up in: the index of one workspace.
//
// Threads: frozen once built; built on the pool. Memory: the arena of the Ctx it was built with.
// Blocks: find_index_build, on the disk and the parser.
#ifndef CQ_SERVICE_FIND_INDEX_H
#define CQ_SERVICE_FIND_INDEX_H

#include "index/refresh.h"
#include "service/result.h"

enum { FIND_INDEXED_FILE_BYTES = 1 << 20 }; // the limit of what is published

typedef struct FindCold { // service/find_cold.h
    bool is;              // the rest is zero without
    uint64_t files;       // texts that were skimmed
    uint64_t parsed;      // of these: what is in the corpus
    int64_t skim_ns, parse_ns;
} FindCold;

typedef struct FindIndex {
    RefreshView view;
    Corpus corpus;
    FindCold cold;
    uint64_t index_bytes;
    int64_t build_ns;
} FindIndex;

// What is published for the workspace. With another limit for files, none is: all is in memory.
// `folder`: --index-dir; empty: as configured.
void find_index_spec(const Env *env, const Workspace *workspace, uint64_t max_file_bytes,
                     Str folder, RefreshSpec *out);

// Reads and parses every file of the workspace, and uses nothing that is on the disk.
// Fails: as universe_list.
MUST_CHECK Fail find_index_build(Ctx *cx, const Env *env, const Workspace *workspace,
                                 uint64_t max_file_bytes, FindIndex *out);

#endif
