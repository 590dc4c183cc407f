// service/code_map.h - the definitions of a workspace that most others lean on, ranked.
//
//   uses between files (resolve/edges.h) --PageRank--> weight of each file
//   weight of its users, shared out among what they use --> score of each definition
//
// A use counts as its certainty does (exact 1, likely 1/2, only the name nothing), a file's uses of
// one definition as their root, and what tests use as a quarter. The order is the same with an
// index and without, and with any number of threads.
//
// Threads, memory, blocks: as service/code.h.
#ifndef CQ_SERVICE_CODE_MAP_H
#define CQ_SERVICE_CODE_MAP_H

#include "service/target.h"

typedef struct MapQuery {
    CodeOptions options;
    CodeFilterSpec filter; // which definitions are listed; all count for the ranking
    bool roles;            // list tests, docs, generated and vendored files, too
    size_t limit;          // most definitions; 0: all
    size_t line_most;      // bytes of a line
} MapQuery;

typedef struct MapDef {
    Subject subject;
    double score;
    uint64_t users; // files that use it
    uint32_t depth; // definitions around it that are listed, too
    size_t need;    // bytes that the lines of all that goes before it have, and its own
} MapDef;

typedef struct MapFile {
    Str path;
    double rank;
    uint32_t first, shown, definitions; // in MapAnswer.defs; all that could be listed
} MapFile;

typedef struct MapLink { // between files of the answer
    uint32_t from, to;   // uses; is used
    double weight;
} MapLink;

typedef struct MapAnswer {
    CodeState state;
    const MapFile *files; // those with the highest scores first
    size_t file_count;
    const MapDef *defs; // by file, then by place
    size_t def_count;
    uint64_t candidates, candidate_files; // that could be listed
    const MapLink *links;                 // heaviest first
    size_t link_count;
    bool by_names; // edges are not stored and there are too many files to find them: names decide
    const Str *notes;
    size_t note_count;
} MapAnswer;

// Fails: as census_run.
MUST_CHECK Fail code_map_run(Ctx *cx, const Env *env, const MapQuery *query, MapAnswer *out);

// What one line of the answer is: signature, or kind and name; cut, without place and indentation.
Str code_map_line(Arena *arena, const Subject *subject, size_t most);

#endif
