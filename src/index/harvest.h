// index/harvest.h - reads and parses files of a workspace into Docs, on all workers.
//
//   paths --file_look--> text, digest --facts in the disk cache? else a parse--> facts, bytes of a
//                                                                                Doc
//         --harvest_pack--> sections of a segment; the number of a file there is its ordinal
//
// With HarvestSpec.pack files are packed while others are read, each when all before it are.
//
// Threads: runs on the pool. Memory: cx->arena. Blocks: on the disk; stops when cx says so.
#ifndef CQ_INDEX_HARVEST_H
#define CQ_INDEX_HARVEST_H

#include "index/doc_cache.h"
#include "index/filetable.h"
#include "index/lexicon.h"
#include "index/namestore.h"
#include "index/ngram.h"
#include "runtime/cell.h"

typedef struct HarvestFile {
    Str path;       // NUL-terminated
    FileRow row;    // as it was looked at; `skip` says why it has no Doc
    Digest digest;  // of its bytes, when row.has_digest
    Str doc;        // bytes of a Doc; STR_NONE of a file that was not taken, or is packed
    DocFacts facts; // of what is not parsed only the face
    LangId lang;
    bool reached, taken; // taken: it was not skipped
    bool was_kept;       // the facts are from the disk cache
} HarvestFile;

typedef struct Harvest {
    HarvestFile *files; // in the order given
    size_t count, taken;
    size_t found;   // of those taken, the ones that did not have to be parsed
    uint64_t bytes; // of the texts taken
    bool stopped;   // cancelled or past the deadline: some files are missing
} Harvest;

// What the files that are taken go into, in their order.
typedef struct HarvestPack {
    LexiconBuilder *lexicon;
    NgramBuilder *ngrams;
} HarvestPack;

typedef struct HarvestSpec {
    const Workspace *workspace;
    const Str *paths; // sorted, NUL-terminated
    size_t count;
    const uint32_t *order; // of paths, in which files are begun; NULL: as they stand
    Pool *pool;
    const Grammars *grammars; // may be NULL
    uint64_t max_file_bytes;  // larger ones are skipped
    Cell *docs;               // of a Cache, to look facts up in; NULL: none
    const Harvest *known;     // Docs of it are used for files with the same path and content
    const HarvestPack *pack;  // may be NULL
} HarvestSpec;

void harvest(Ctx *cx, const HarvestSpec *spec, Harvest *out);
// Puts the facts that were made into the disk cache.
void harvest_keep(Ctx *cx, const HarvestSpec *spec, const Harvest *harvest);

// The facts and names of all that was taken, in `arena`.
enum { HARVEST_FACTS = FACTS_SECTIONS + NAMES_SECTIONS };
void harvest_facts(Arena *arena, const Harvest *harvest, SegmentSection out[HARVEST_FACTS]);

NameRow harvest_names(const HarvestFile *file); // of one that was taken; borrows

// All that was taken as one segment's sections; they live until the builder is freed.
const SegmentSection *harvest_pack(const Harvest *harvest, LexiconBuilder *builder);
// The same of what HarvestSpec.pack holds, with the trigrams of its files, in cx->arena.
// Fails: CANCELLED.
MUST_CHECK Fail harvest_packed(Ctx *cx, const HarvestSpec *spec, const Harvest *harvest,
                               const SegmentSection **lexicon,
                               SegmentSection ngrams[NGRAM_SECTIONS]);

#endif
