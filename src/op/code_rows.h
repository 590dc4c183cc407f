// op/code_rows.h - what answers about code have in common: targets, risk, insight as records.
//
// Threads: values. Memory: arena.
#ifndef CQ_OP_CODE_ROWS_H
#define CQ_OP_CODE_ROWS_H

#include "op/op.h"
#include "service/census.h"

typedef struct TargetRow {
    Str name, qualified, kind, signature, path, language, role, condition;
    uint32_t line, col, end_line, end_col;
} TargetRow;
extern const Field target_fields[];
TargetRow target_row(const Subject *subject);
RecordList target_rows(Arena *arena, const Subject *subjects, size_t count);
Str subject_kind(const Subject *subject); // "method", "declaration", "file"

typedef struct RiskRow {
    Str level;
    StrList reasons;
} RiskRow;
extern const Field risk_fields[];

typedef struct IndexRow {
    uint64_t files, changed_files, generation, unnamed_files, lost_files;
    Str universe, build, trouble;
    bool stale;
} IndexRow;
extern const Field index_row_fields[];
IndexRow index_row(const CodeState *state);

// What stands at the head of an answer's JSON: the first target, and what is around it.
typedef struct InsightRow {
    TargetRow target;
    CountList calls, neighbourhood;
    RiskRow risk;
    StrList degradation;
} InsightRow;
extern const Field insight_fields[];

CountList certainty_counts(Arena *arena, const uint64_t *by); // those that are not 0
CountList census_counts(Arena *arena, const CensusCounts *from);

// The answer but for its findings. What to do when its time was over is said as `advice`.
Result code_result(Arena *arena, const CodeState *state, const void *summary, bool found,
                   const char *advice);

// A definition as a finding; `details` may be NULL.
Finding subject_finding(Arena *arena, const Subject *subject, const Json *details);
// A site; its details say all that is known of it.
Finding site_finding(Arena *arena, const CallSite *site);

// --certainty exact,likely as bits. Fails: BAD_REQUEST.
MUST_CHECK Fail certainties_read(Arena *arena, StrList names, uint32_t *out);
MUST_CHECK Fail langs_read(Arena *arena, StrList names, const LangId **out);

// What a shell takes as one word: quoted where it must be.
Str shell_word(Arena *arena, Str text);

#endif
