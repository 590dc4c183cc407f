// index/freshness_.h - private to index/freshness.c and index/glance.c: one look at many files.
#ifndef CQ_INDEX_FRESHNESS__H
#define CQ_INDEX_FRESHNESS__H

#include "base/vec.h"
#include "index/freshness.h"

enum { LOOK_BATCH = 64 }; // files a run

typedef VEC(Str) Paths;

typedef struct LookRun {
    FileChange *items;
    size_t len, cap;
    size_t same, racy, lost;
    Paths doubtful, linked;
} LookRun;

typedef struct Look {
    // frozen
    const Ctx *cx;
    const FreshnessSpec *spec;
    const FileTable *table;
    const Universe *universe;
    // each written by one task
    LookRun *runs;
    bool *seen;    // for each row
    bool *vouched; // likewise
    Arena *arenas; // one a slot
} Look;

// The innermost folder that two paths share, opened: paths between them in order are looked up from
// there, which spares the system the way down. Where there is none, the root stands for it.
typedef struct LookFrom {
    OsFile dir;
    size_t skip; // bytes of each path
    bool opened;
} LookFrom;
LookFrom look_from(OsFile root, Str first, Str last);
void look_leave(LookFrom *from);

// Looks at one file, whose row is FILE_NONE when it has none.
void look_at_file(const Look *look, const LookFrom *from, Str path, uint32_t row, LookRun *run,
                  Arena *arena);
// Puts the runs' changes and the rows nobody has seen together, by path.
void look_collect(Ctx *cx, const Look *look, size_t run_count, Freshness *out);

#endif
