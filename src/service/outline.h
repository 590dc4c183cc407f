// service/outline.h - the definitions of files, nested, in document order.
//
//   paths -> places (a folder gives every file of the universe in it) -> parse, in parallel
//
// A file that cannot be outlined does not cost the others: it is listed in `failed`.
#ifndef CQ_SERVICE_OUTLINE_H
#define CQ_SERVICE_OUTLINE_H

#include "service/result.h"

typedef struct OutlineQuery {
    const Str *paths; // files, folders, or "-" for standard input; relative to env->root, or to the
                      // working folder without one; if there is no such file, to the workspace
    size_t path_count;
    LangId lang;    // LANG_NONE: decided by name and content
    uint32_t depth; // leave out definitions nested deeper; 0 for no limit
    bool isolate;   // parse in worker processes
} OutlineQuery;

typedef struct OutlineFile {
    Str path; // relative to the root; absolute outside of it; "<stdin>"
    LangId lang;
    uint32_t lines, definitions; // definitions: all of them
    uint32_t first, shown;       // in OutlineAnswer.findings
    uint32_t syntax_errors;
    bool partial; // the facts come from the parts without errors
} OutlineFile;

typedef struct OutlineMiss {
    Str path;
    Fail fail;
} OutlineMiss;

typedef struct OutlineAnswer {
    Str root;
    const OutlineFile *files; // in the order asked for; a folder's by path
    size_t file_count;
    const Finding *findings; // of all files, one after the other
    size_t finding_count;
    const OutlineMiss *failed;
    size_t failed_count;
    uint64_t other_files;        // in folders asked for: binary, no known language, no regular file
    bool timed_out, interrupted; // not all files were looked at
} OutlineAnswer;

// Fails: NOT_FOUND and IO for the workspace. What is wrong with one of several paths is in
// `failed`; with the only one, it is the failure: NOT_FOUND (with the nearest name), BAD_REQUEST
// (unknown language, binary), TOO_LARGE, IO, CANCELLED, and UNAVAILABLE when isolated. UNAVAILABLE
// too when isolated and no worker process starts.
MUST_CHECK Fail outline_run(Ctx *cx, const Env *env, const OutlineQuery *query, OutlineAnswer *out);

#endif
