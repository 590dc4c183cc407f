// service/compat.h - whether the parts of a process fit together: settings, embedder, the published
// index with its vectors and its index of candidates, the tables of cq sql.
//
// What does not fit is a Violation with a Problem. Fatal is what no build can mend (settings that
// contradict each other): a server does not start with it. Everything else makes answers leaner
// until the part is made anew, which the Problem's ext "hint" tells how.
//
// Threads: any. Memory: cx->arena. Blocks: opens what it looks at (runtime cells; DuckDB, if there
// are tables).
#ifndef CQ_SERVICE_COMPAT_H
#define CQ_SERVICE_COMPAT_H

#include "service/result.h"

typedef struct Violation {
    const char *part; // "fusion", "index", "vectors", "ann", "tables"
    Fail problem;     // ext: expected, found, hint
    bool is_fatal;
} Violation;

typedef struct Compat {
    const Violation *items;
    size_t count, fatal;
    const Str *unchecked; // what could not be looked at, and why
    size_t unchecked_count;
} Compat;

// Fails: CANCELLED; the workspace cannot be opened (NOT_FOUND, IO).
MUST_CHECK Fail compat_check(Ctx *cx, const Env *env, Compat *out);
// The same for settings alone: opens nothing.
void compat_check_settings(Arena *arena, const struct Policy *policy, Compat *out);

#endif
