// op/calls.h - private to op/calls*.c: the records behind the tables.
#ifndef CQ_OP_CALLS_H
#define CQ_OP_CALLS_H

#include "op/code_rows.h"

typedef struct CallsArgs {
    Str target;
    StrList in, lang, include, exclude, certainty;
    int64_t limit, tables, depth;
    bool callees, stale_ok;
    Str index_dir;
} CallsArgs;

typedef struct CallsTableRow {
    TargetRow target;
    uint64_t calls, kept, through_base, files, functions, test_calls, star_calls;
    CountList by_certainty, kept_by_certainty, uses, shapes, keywords;
    RecordList overriding, overridden;
    uint64_t hazards, reach, callers, callees;
    RiskRow risk;
    bool complete;
} CallsTableRow;

typedef struct CallsSummary {
    Str target, how, certainty, reason, external;
    uint64_t definitions, other_kind;
    RecordList tables, others;
    InsightRow insight;
    StrList nearest, notes;
    IndexRow index;
    bool truncated, timed_out, interrupted;
} CallsSummary;

typedef struct CallsData { // Result.data
    const CensusAnswer *answer;
    const Finding *findings;
} CallsData;

void calls_text(Buf *out, const void *args, const Result *result, const TextStyle *style);
void calls_draw(Buf *out, const void *args, const Result *result, GraphFormat how);

#endif
