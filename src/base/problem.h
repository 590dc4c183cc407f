// base/problem.h - the one error type: a Problem Details value (RFC 9457).
//
// Threads: immutable once returned.
// Memory:  lives in the arena it was made in; copy it (problem_copy) before that arena is reset.
#ifndef CQ_BASE_PROBLEM_H
#define CQ_BASE_PROBLEM_H

#include "base/str.h"

typedef struct Json Json;

typedef enum ProblemKind {
#define PROBLEM(kind, slug, title, status, exit) PROBLEM_##kind,
#include "base/problem.def"
#undef PROBLEM
    PROBLEM_KINDS
} ProblemKind;

typedef struct ProblemSpec {
    const char *name, *slug, *title;
    int status;    // HTTP
    int exit_code; // process
} ProblemSpec;

typedef struct Problem {         // NULL means success
    ProblemKind kind;            // -> type URI, title, status, exit code
    Str detail;                  // this occurrence; tells the caller what to change
    Str instance;                // request id, set by the door
    const Json *ext;             // object of machine-readable members, or NULL
    const struct Problem *cause; // logged, never sent
    const char *where;           // "cell.c:120"; logged, never sent
} Problem;

typedef const Problem *Fail;

#define TRY(call)                                                                                  \
    do {                                                                                           \
        Fail fail_ = (call);                                                                       \
        if (fail_) return fail_;                                                                   \
    } while (0)

#define CQ_LINE_TEXT_(line) #line
#define CQ_LINE_TEXT(line) CQ_LINE_TEXT_(line)
#define CQ_WHERE __FILE_NAME__ ":" CQ_LINE_TEXT(__LINE__)
#ifndef __FILE_NAME__
#define __FILE_NAME__ __FILE__
#endif

// FAIL(arena, BAD_REQUEST, "no option --%s", name)
#define FAIL(arena, kind, ...) problem_new((arena), PROBLEM_##kind, CQ_WHERE, __VA_ARGS__)

Fail problem_new(Arena *arena, ProblemKind kind, const char *where, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
// Copies of `fail` with one more extension member.
Fail problem_with_str(Arena *arena, Fail fail, const char *key, Str value);
Fail problem_with_int(Arena *arena, Fail fail, const char *key, int64_t value);
Fail problem_with_cause(Arena *arena, Fail fail, Fail cause);
Fail problem_copy(Arena *arena, Fail fail); // deep; NULL gives NULL

const ProblemSpec *problem_spec(ProblemKind kind);
// The application/problem+json document: type, title, status, detail, instance, extensions.
Str problem_to_json(Arena *arena, Fail fail);

#endif
