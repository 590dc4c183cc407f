// index/harvest.h - reads and parses the files of a workspace into Docs, on all workers.
//
//   universe --read, doc_make, doc_encode (in parallel)--> bytes of Docs, by path --> lexicon_add
//
// Threads: runs on the pool. Memory: cx->arena. Blocks: on the disk; stops when cx says so.
#ifndef CQ_INDEX_HARVEST_H
#define CQ_INDEX_HARVEST_H

#include "index/lexicon.h"
#include "index/universe.h"

typedef struct HarvestFile {
    Str path;
    Str doc; // bytes of a Doc; STR_NONE when the file was skipped, or not reached
} HarvestFile;

typedef struct Harvest {
    const HarvestFile *files; // as in the universe
    size_t count, taken;
    uint64_t bytes;             // of the files taken
    const SkippedFile *skipped; // by path
    size_t skipped_count;
    bool stopped; // cancelled or past the deadline: some files are missing
} Harvest;

typedef struct HarvestSpec {
    const Workspace *workspace;
    const Universe *universe;
    Pool *pool;
    const Grammars *grammars; // may be NULL
    uint64_t max_file_bytes;  // larger ones are skipped
} HarvestSpec;

void harvest(Ctx *cx, const HarvestSpec *spec, Harvest *out);

// Adds files[from ...) to the builder until it has LEXICON_MOST_TEXT of text; returns the first one
// that is left, for the next segment.
size_t harvest_pack(const Harvest *harvest, size_t from, LexiconBuilder *builder);

#endif
