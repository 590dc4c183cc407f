// service/tables_.h - between tables.c (which files, which database) and tables_rows.c (their
// rows).
#ifndef CQ_SERVICE_TABLES__H
#define CQ_SERVICE_TABLES__H

#include "base/digest.h"
#include "base/vec.h"
#include "index/git_last.h"
#include "retrieve/embed.h"
#include "service/tables.h"

typedef VEC(Str) StrVec;

typedef struct TableFile {
    Str path;
    Str state; // digest in hex, or why it is skipped; empty: not known yet
    bool skipped, changed;
    int listed_as; // 1 + SkipReason of what the universe leaves out; 0: a file
} TableFile;

typedef struct Refresh {
    Ctx *cx;
    const Env *env;
    const TablesSpec *spec;
    Tables *out;
    TableFile *files; // by path
    size_t count;
    Str made_by;          // what rows depend on besides the file
    Embedder *embedder;   // NULL: none
    uint32_t dims;        // of the table `vectors`; 0: not known yet
    GitLast *commits;     // what the index knows; NULL: nothing
    Str commit;           // which state of that
    bool looked;          // states are those of now
    bool vectors_skipped; // why is in out->limits[1]
} Refresh;

// Reads the file as it is now: fills state and skipped; *text is in cx->arena, empty when skipped.
void tables_look(Ctx *cx, const Refresh *refresh, TableFile *file, Str *text);

// Parses the changed files and appends their rows (none are there), batch by batch.
MUST_CHECK Fail tables_write_rows(Refresh *refresh, DuckDb *db);

// All that is known of commits, in place of what the table has.
MUST_CHECK Fail tables_write_commits(Refresh *refresh, DuckDb *db);

#endif
