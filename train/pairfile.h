// train/pairfile.h - training pairs of many repositories in one file: terms as numbers, pairs as
// short lists of them.
//
//   Mined, Mined, ... --pairfile_write--> file --pairfile_open--> PairFile --pair_read--> bags
//
// Terms are numbered by how often they occur, the most frequent first; rare ones are left out.
// A pair that is there already (copied code) is left out too. Pairs lie repository by repository.
//
// Threads: a PairFile is frozen. Memory: heap until pairfile_close. Blocks: on the disk.
#ifndef CQ_TRAIN_PAIRFILE_H
#define CQ_TRAIN_PAIRFILE_H

#include "base/hash.h"
#include "train/mine.h"

enum { PAIRFILE_VERSION = 1, PAIR_MOST_TERMS = 4096 };

typedef struct PairRepo {
    uint32_t name_start, name_len;
    uint32_t first, count; // pairs
} PairRepo;

typedef struct PairFile {
    struct Segment *segment;
    Str about; // JSON: repositories, revisions, parameters
    uint32_t term_count, pair_count, repo_count;
    const uint32_t *term_starts, *frequency; // in how many pairs
    const PairRepo *repos;
    const Pair *pairs; // `start` is a place in `bags`
    Str term_text, names, bags;
} PairFile;

typedef struct PairFileSpec {
    uint32_t least_plain, least_joined; // in fewer pairs: left out
    uint32_t least_repos;               // in fewer repositories: left out
    uint32_t most_terms;
    Str about;
} PairFileSpec;

typedef struct PairFileCounts {
    uint32_t pairs, copies, empty, terms, terms_seen;
    uint64_t bytes;
} PairFileCounts;

// Fails: IO.
MUST_CHECK Fail pairfile_write(Ctx *cx, const char *path, const PairFileSpec *spec,
                               const Mined *mined, size_t count, PairFileCounts *out);
// Reads and checks all of it. Fails: NOT_FOUND, IO, DAMAGED.
MUST_CHECK Fail pairfile_open(Ctx *cx, const char *path, PairFile *out);
void pairfile_close(PairFile *file);
Hash128 pairfile_id(const PairFile *file);

Str pairfile_term(const PairFile *file, uint32_t term);
Str pairfile_repo(const PairFile *file, uint32_t repo);

typedef struct PairBags { // on the stack
    uint32_t query_len, body_len;
    uint32_t query[PAIR_MOST_TERMS];
    BagTerm body[PAIR_MOST_TERMS];
} PairBags;
void pair_read(const PairFile *file, uint32_t pair, PairBags *out);

#endif
