// service/result.h - the one result shape: what every operation answers with.
//
// Memory: all of it lives in the request's arena. Threads: frozen once returned.
#ifndef CQ_SERVICE_RESULT_H
#define CQ_SERVICE_RESULT_H

#include "base/json.h"
#include "lang/facts.h"

// One place in one file. Lines count from 1, columns are bytes from 0; ends are exclusive.
typedef struct Finding {
    Str path; // relative to the root
    uint32_t line, col, end_line, end_col;
    Str category;  // category_name()
    Str text;      // the first line it stands on, without its line end; cut at 400 bytes
    Str enclosing; // qualified name of the definition around it; empty at the top of a file
    // definitions only; empty otherwise
    Str kind; // def_kind_name(); "declaration" for a prototype or forward declaration
    Str name;
    Str qualified;
    Str signature;
    uint32_t depth; // nesting, 0 at the top
    // where an operation knows them; empty and NULL otherwise
    Str stable_id;       // service/stable_id.h
    const Json *details; // an object: what the operation knows besides
} Finding;

// Findings that belong together, in the order they should be read.
typedef struct Section {
    Str title;
    const uint32_t *findings; // indexes into Result.findings
    size_t count;
} Section;

typedef struct Result Result;
struct Result {
    const void *summary; // the operation's own record, described by OpSpec.result
    // Findings are made one at a time when they are read (result_finding), so that a million hits
    // need no million records. `data` is what the maker reads.
    size_t finding_count;
    void (*make_finding)(const Result *result, size_t index, Finding *out);
    const void *data;
    const Section *sections;
    size_t section_count;
    bool found;       // false: nothing was found, exit code 1
    bool interrupted; // SIGINT or cancel: the answer holds what was found until then
    bool stale;       // not what the files would give at leisure: nobody looked whether they
                      // changed, or not all were parsed; not kept by a plan
    Fail problem;     // the answer stands, but something failed on the way: printed after it on
                      // stderr, and its exit code is the command's; NULL for none
    const Fail *more_problems; // further ones, printed after `problem`
    size_t more_count;
    Str root; // absolute path of the workspace, which paths are relative to
};

static inline Finding result_finding(const Result *result, size_t index)
{
    Finding finding = {0};
    result->make_finding(result, index, &finding);
    return finding;
}
// A make_finding for results whose `data` is an array of Finding.
void result_array_finding(const Result *result, size_t index, Finding *out);

// What an operation may use besides its arguments and Ctx. Built once by app/, frozen.
typedef struct Env {
    struct Pool *pool;
    struct CellSet *cells;           // runtime cells, for those who look after them
    const struct Grammars *grammars; // lang/grammars.h
    struct Cell *cache;              // of a Cache: runtime/cache.h
    struct Cell *opened;             // of an Opened: index/opened.h
    struct Follow *follow;           // of a process of many requests: index/follow.h; NULL: none
    struct Cell *embedder;           // of an Embedder: retrieve/embed.h
    struct Cell *ann;                // of an AnnSet: retrieve/ann_set.h
    struct Cell *redis;              // of a Redis: runtime/redis.h
    struct ScopeStore *scopes;       // of sessions: service/scope.h
    struct Engine *engine;           // runs plans
    struct MetricSet *metrics;       // runtime/measure.h; NULL measures nothing
    const struct Policy *policy;     // how much to use of what: runtime/policy.h
    // The program that serves as worker process, for pools of one's own; NULL: there is none.
    const char *const *worker_argv;
    // This program with the options that chose the settings, to which a command can be added;
    // NULL: it is not cq, or not known.
    const char *const *own_argv;
    struct WorkerPool *workers; // for what is asked to be isolated; starts when first used
    Str root; // --root as given; empty: the top of the git working tree around the working folder
    bool stdin_allowed; // "-" may be read: the command line, not a library or a server
    bool confined;      // requests are others': they may name no file outside the workspace
    // What search makes of `root`, when app/ had to find it anyway and the process answers one
    // request only; else NULL. Its folder is closed.
    const struct Workspace *workspace;
    Str config_file; // that the policy was read from, or empty
    Str server_why;  // why commands do not go to the server that is there; empty: they do, or none
                     // is
} Env;

struct Selection; // index/universe.h
// workspace_open for `env->root`, without a second search where env->workspace knows.
MUST_CHECK Fail env_workspace(Ctx *cx, const Env *env, bool to_top, struct Workspace *out);
// Without --root, --in names a path as the shell would: from the working folder, if it is there.
// Fails: IO.
MUST_CHECK Fail env_places(Ctx *cx, const Env *env, struct Selection *selection);

#endif
