// service/code.h - a workspace as questions about code see it: its files as they are now, their
// names, and a resolver.
//
//   code_ask: workspace --published index, changed files--> World, Resolver --answer()--> values
//
// What an answer keeps must be copied (code_keep): paths and names lie in the index, which is
// closed when code_ask returns. Texts of files, and what resolve/ gives, outlive it.
//
// Threads: one a question. Memory: cx->arena. Blocks: on the disk and the parser.
#ifndef CQ_SERVICE_CODE_H
#define CQ_SERVICE_CODE_H

#include "index/select.h"
#include "resolve/edges.h"
#include "service/find_index.h"
#include "service/find_publish.h"

typedef struct CodeOptions {
    bool stale_ok; // from what is published, without a look at the files
    Str index_dir; // empty: as configured
} CodeOptions;

typedef struct Code {
    Ctx *cx;
    const Env *env;
    Workspace workspace;
    RefreshView view;
    Corpus corpus;
    World *world;
    Resolver *resolver;
} Code;

typedef struct CodeState { // what an answer is from
    Str root, universe_source;
    Str trouble;                    // why what is published was not used, or empty
    uint64_t files;                 // of the workspace that are indexed
    uint64_t unnamed_files;         // of these: code in a language without names
    uint64_t lost_files;            // that could not be read or parsed
    uint64_t skipped[SKIP_REASONS]; // files that are not indexed
    uint64_t changed_files;         // read since the index was published
    uint64_t generation;            // of it; 0: none
    FindBuild build;                // of the index, behind the answer
    bool stale, timed_out, interrupted;
} CodeState;

// `answer` is called once, and again, from memory, when what is published turns out to be damaged.
// Fails: what workspace_open, refresh_view and `answer` fail with.
MUST_CHECK Fail code_ask(Ctx *cx, const Env *env, const CodeOptions *options,
                         Fail (*answer)(Code *code, void *arg), void *arg, CodeState *state);

static inline Str code_keep(const Code *code, Str s)
{
    return str_copy(code->cx->arena, s);
}
// Where each use or definition stands.
typedef struct CodePlace {
    uint32_t line, col, end_line, end_col;
} CodePlace;
CodePlace code_place(const WorldFile *file, Span span);
// The line that holds an offset, without its end; cut at 400 bytes.
Str code_line(const WorldFile *file, uint32_t offset);
// The same in a text that is no file of the World, such as a template's.
CodePlace code_place_in(Str text, Span span);
Str code_line_in(Str text, uint32_t offset);
// What stands in [start, end), white space folded; cut at `most` bytes.
Str code_folded(Arena *arena, const WorldFile *file, uint32_t start, uint32_t end, size_t most);

// Which files count: --in, --include, --exclude, --lang. All zero takes everything.
typedef struct CodeFilter {
    const Target *targets;
    size_t target_count;
    GlobSet include, exclude;
    const LangId *langs;
    size_t lang_count;
} CodeFilter;
typedef struct CodeFilterSpec {
    const Str *in, *include, *exclude;
    size_t in_count, include_count, exclude_count;
    const LangId *langs;
    size_t lang_count;
} CodeFilterSpec;
// Fails: BAD_REQUEST, NOT_FOUND, IO.
MUST_CHECK Fail code_filter(const Code *code, const CodeFilterSpec *spec, CodeFilter *out);
bool code_filter_takes(const CodeFilter *filter, Str path, LangId lang);

#endif
