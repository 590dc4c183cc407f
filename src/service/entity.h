// service/entity.h - entity queries carried out: definitions, calls, imports that pass all filters.
//
//   EntityQuery --index--> files that may hold some --stored facts, or a parse--> definitions
//              --filters--> findings, by file and place --limit--> EntityAnswer
//
// The index only leaves out files; what is answered comes from the files as they are now. All
// filters apply before the limit, and all counts are exact. A filter that cannot be told for a
// language takes none of its files; that is said in `limits`, with how many.
//
// Threads: runs on the pool. Memory: cx->arena. Blocks: on the disk and the parser.
#ifndef CQ_SERVICE_ENTITY_H
#define CQ_SERVICE_ENTITY_H

#include "index/universe.h"
#include "service/entity_query.h"
#include "service/find.h"

typedef struct EntityOptions {
    bool stale_ok; // from what is published, without a look at the files
    Str index_dir; // empty: as configured
} EntityOptions;

typedef struct EntityCount {
    Str name;
    uint64_t count;
} EntityCount;

typedef struct EntityGroup { // findings [from, to) of an expansion
    Str title;
    size_t from, to;
} EntityGroup;

typedef struct EntityAnswer {
    Str root, universe_source;
    const Finding *findings; // of the query: the first `shown`; then those of `groups`
    size_t finding_count, shown;
    uint64_t total, files; // before the limit: how many, in how many files
    const EntityCount *by_kind;
    size_t kind_count;
    const EntityGroup *groups;
    size_t group_count;
    uint64_t selected_files; // of the selection, in a language that has entities
    uint64_t read_files;     // of these: may have had some, by the index
    uint64_t parsed_files;   // of these
    uint64_t partial_files;  // of these: with syntax errors
    uint64_t skipped[SKIP_REASONS];
    const Str *limits; // what the answer cannot tell
    size_t limit_count;
    const Str *plan; // explain: how it was carried out
    size_t plan_count;
    const Str *nearest; // on a miss: names that look alike
    size_t nearest_count;
    const Fail *failed; // files that could not be looked at
    size_t failed_count;
    bool stale, timed_out, interrupted;
    FindBuild build; // of the index, behind the answer
    Str index_trouble;
} EntityAnswer;

// Fails: BAD_REQUEST (paths, globs, patterns), NOT_FOUND (an in= that does not exist), what
// workspace_open and universe_list fail with.
MUST_CHECK Fail entity_run(Ctx *cx, const Env *env, const EntityQuery *query,
                           const EntityOptions *options, EntityAnswer *out);

#endif
