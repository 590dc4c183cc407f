// service/find.h - which files answer a question best, and where in them.
//
//   question -> query_analyse -> index of the workspace -> rank_files -> places: the lines to show
//
// The index is what is published, with the files that changed since (index/refresh.h); where there
// is none, and the workspace is large, only the most promising files are parsed
// (service/find_cold.h). When there is something worth publishing, it is done behind the answer
// (find_publish.c).
//
// One result a file, best first; each has its best places inside.
#ifndef CQ_SERVICE_FIND_H
#define CQ_SERVICE_FIND_H

#include "index/universe.h"
#include "retrieve/explain.h"
#include "service/find_channels.h"

typedef enum FindOnly { FIND_ALL, FIND_CODE, FIND_DOCS } FindOnly;

typedef struct FindQuery {
    Str text;      // empty: what is like `like`
    Str like;      // PATH:LINE, or empty
    const Str *in; // files or folders; empty: everywhere
    size_t in_count;
    const LangId *langs; // empty: all
    size_t lang_count;
    FindOnly only;
    size_t limit, per_file; // most files; most places of each
    bool explain;
    uint64_t max_file_bytes; // larger files are not indexed
    bool stale_ok;           // answer from what is published, without a look at the files
    Str index_dir;           // empty: as configured
} FindQuery;

typedef struct FindLine {
    uint32_t number;
    Str text;
} FindLine;

typedef struct FindPlace {
    uint32_t first_line, last_line;
    uint32_t col, end_col;     // bytes in these lines; the end is behind it
    Str kind, name, qualified; // of the definition that it is; empty otherwise
    Str stable_id;             // likewise; empty for headings, and where no facts are stored
    Str enclosing;             // qualified name of the definition around it
    uint32_t depth;            // definitions around it
    Str head;                  // its first line
    const FindLine *lines;     // those that say most, ascending
    size_t line_count;
} FindPlace;

typedef struct FindFile {
    Str path;
    LangId lang;
    PathForm form;
    double score;
    const FindPlace *places; // best first
    size_t place_count;
    const Str *siblings; // old versions, and the same for other platforms, that would follow
    size_t sibling_count, more_siblings; // listed; not listed
    Explanation explanation;             // when asked for
} FindFile;

typedef enum FindBuild { // of the index, behind the answer
    BUILD_NONE,          // nothing to be done, or it cannot be kept
    BUILD_STARTED,
    BUILD_ELSEWHERE, // another process is at it
} FindBuild;

typedef struct FindAnswer {
    Str root, universe_source;
    Query query; // as understood
    const FindFile *files;
    size_t file_count, candidates; // candidates: files that were scored
    size_t more;                   // of them that are not in the answer
    uint64_t indexed_files, indexed_bytes, chunks;
    uint64_t skipped[SKIP_REASONS];
    const Str *unknown; // words of the question that stand nowhere
    size_t unknown_count;
    bool stale;             // nobody looked whether files changed since `generation`
    uint64_t generation;    // of the snapshot that was used; 0: none
    uint64_t changed_files; // read since: that many are not in it
    FindCold cold;          // there was no index: only so many files were parsed
    FindBuild build;
    Str index_trouble; // why what is published was not used, or empty
    ChannelsReport channels;
    bool timed_out, interrupted;
} FindAnswer;

// Fails: BAD_REQUEST (nothing to look for, --in outside the workspace), NOT_FOUND (an --in that
// does not exist), what workspace_open and universe_list fail with.
MUST_CHECK Fail find_run(Ctx *cx, const Env *env, const FindQuery *query, FindAnswer *out);

#endif
