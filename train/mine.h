// train/mine.h - training pairs from one repository: something short that a person might ask, and
// the code that answers it.
//
//   A  first paragraph of a doc comment      body of the definition, without comments
//   B  name of a definition                  its body, with most of the name taken out
//   C  subject of a commit                   path and names of definitions of a file it changed
//   D  stem and folder of a file             some lines of it
//
// Bodies carry the words of their file's stem and nearest two folders. Tests, vendored copies and
// generated files are left out.
//
// Threads: one call a thread. Memory: as said. Blocks: on git.
#ifndef CQ_TRAIN_MINE_H
#define CQ_TRAIN_MINE_H

#include "base/ctx.h"
#include "train/bag.h"

typedef enum PairKind { PAIR_DOC, PAIR_NAME, PAIR_COMMIT, PAIR_FILE, PAIR_KINDS } PairKind;

typedef struct Pair {
    uint32_t start;  // in `bags`
    uint32_t target; // pairs with the same one have the same answer
    uint32_t folder; // of the file, by number
    uint32_t kind;   // a PairKind
} Pair;

typedef struct MineSpec { // constant
    uint32_t most[PAIR_KINDS];
    uint64_t seed;
    const Str *forbidden; // names of repositories: folders called so are copies of them
    size_t forbidden_count;
    const Map *known; // hex digests of files that must not be used
} MineSpec;

typedef struct Mined {
    Arena arena; // of all below
    Str name, revision;
    Terms terms;
    VEC(Pair) pairs;
    VEC(uint32_t) bags; // of a pair: n, n terms; m, m times term and count
    uint32_t files, forbidden_files, counts[PAIR_KINDS];
    uint64_t bytes;
    Fail fail; // the repository could not be read; all else is as it was
} Mined;

// `out` has name and revision (empty: HEAD; becomes the full one). Undo with arena_fini.
void mine(const MineSpec *spec, const char *git_dir, Mined *out);

#endif
