// service/search.h - smart text search: every place where a pattern stands, what it is there, and
// which places matter most.
//
//   workspace -> universe -> scan (all files, in parallel) -> classify (files with hits) -> rank
//
// Hits are exact and complete. Their categories come from the facts that an index has of a file as
// it is now, or else from a parse of the parts around the hits: of all that are shown, and the rest
// until a deadline; the number left over is stated. Where the two differ (about a hit in 1000, in
// code with syntax errors), the stored facts are right: they come from a parse of the whole file.
#ifndef CQ_SERVICE_SEARCH_H
#define CQ_SERVICE_SEARCH_H

#include "index/universe.h"
#include "retrieve/pattern.h"
#include "service/result.h"

typedef enum ClassifyMode {
    CLASSIFY_AUTO,  // what is shown, then the rest until classify_ms
    CLASSIFY_ALL,   // everything, however long it takes
    CLASSIFY_SHOWN, // only what is shown
    CLASSIFY_NONE,
} ClassifyMode;

typedef struct SearchQuery {
    PatternSpec pattern;
    Selection selection;
    uint64_t max_file_bytes; // larger files are skipped and counted; 0 for no limit
    ClassifyMode classify;
    int64_t classify_ms;
    size_t shown;     // how many ranked hits will be shown, and so must be classified
    bool isolate;     // parse in worker processes
    bool counts_only; // no text, no categories: for --count and --files
} SearchQuery;

// What kind of file a hit is in; source matters most.
typedef enum Role { ROLE_SOURCE, ROLE_TEST, ROLE_DOCS, ROLE_GENERATED, ROLE_VENDORED, ROLES } Role;
const char *role_name(Role role);
Role role_of_path(Str path);

typedef struct SearchDef { // what a definition hit names
    Str kind, name, qualified, signature, stable_id;
    uint32_t end_line, depth;
    uint32_t start_line;
} SearchDef;

typedef struct SearchPlace { // what the parse says about a hit
    Str enclosing;           // qualified name of the definition around it
    const SearchDef *def;    // when it names one, else NULL
} SearchPlace;

typedef struct SearchHit {    // there may be millions: kept small
    const char *text;         // the line, or 400 bytes of it around the hit
    const SearchPlace *place; // NULL while unclassified, or when there is nothing to say
    uint32_t file;            // index into SearchAnswer.files
    uint32_t line, col;       // from 1; bytes from 0
    uint32_t len;             // bytes
    uint32_t start;           // byte offset in the file
    uint16_t text_len;
    uint8_t category; // Category
    uint8_t guess;    // Category, from the line alone: orders the work before the parse
} SearchHit;

static inline const SearchDef *hit_def(const SearchHit *hit)
{
    return hit->place ? hit->place->def : NULL;
}

static inline Str hit_enclosing(const SearchHit *hit)
{
    return hit->place ? hit->place->enclosing : STR_NONE;
}

typedef struct SearchFile {
    Str path;
    LangId lang;
    Role role;
    bool partial;    // classified from a file with syntax errors
    bool classified; // from stored facts
    SearchHit *hits; // in the order they stand; NULL when only counts are wanted
    uint32_t count;
    Str text; // kept from the scan, or empty: read again to classify
    uint64_t size_bytes;
    size_t listed; // index into the universe
    Fail fail;     // its parse was given up: a worker process was lost with it
} SearchFile;

typedef struct SearchAnswer {
    PatternMode mode; // as decided
    bool word, ignore_case;
    Str fallback;            // why the mode is not the one the shape says, or empty
    const SearchFile *files; // those with hits, by path
    size_t file_count;
    SearchHit *const *hits; // ranked
    size_t hit_count;
    uint64_t by_category[CATEGORIES];
    uint64_t scanned_files, scanned_bytes, partial_files;
    uint64_t ruled_out_files; // of those scanned: the index tells that they cannot match
    uint64_t skipped[SKIP_REASONS];
    const SkippedFile *skipped_files; // by path
    size_t skipped_count;
    uint64_t matched_lines;
    Str universe_source, root;
    Str snippet; // source of the first definition, for the head of the answer
    uint32_t snippet_line;
    const Str *nearest; // on a miss: names in the workspace that look alike
    size_t nearest_count;
    bool nearest_partial; // ... and not all files were looked at
    bool timed_out, interrupted;
    size_t costly_files;
} SearchAnswer;

// Fails: what pattern_compile, workspace_open and universe_list fail with; UNAVAILABLE when
// isolated and no worker process starts.
MUST_CHECK Fail search_run(Ctx *cx, const Env *env, const SearchQuery *query, SearchAnswer *out);

#endif
