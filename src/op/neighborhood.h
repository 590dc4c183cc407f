// op/neighborhood.h - private to op/neighborhood*.c: the records behind the tables.
#ifndef CQ_OP_NEIGHBORHOOD_H
#define CQ_OP_NEIGHBORHOOD_H

#include "op/code_rows.h"
#include "service/neighborhood.h"

typedef struct NearArgs {
    Str target;
    StrList slice, in, lang, include, exclude, certainty;
    int64_t top_k, offset;
    bool stale_ok;
    Str index_dir;
} NearArgs;

typedef struct NearSliceRow {
    Str slice;
    uint64_t total, offset, shown;
    CountList by_certainty;
    bool cut;
} NearSliceRow;

typedef struct NearSummary {
    Str target, how, certainty, reason, external;
    RecordList slices, others;
    InsightRow insight;
    StrList nearest, notes;
    IndexRow index;
    bool truncated, timed_out, interrupted;
} NearSummary;

typedef struct NearData { // Result.data
    const NearAnswer *answer;
    const Finding *findings;
} NearData;

void near_text(Buf *out, const void *args, const Result *result, const TextStyle *style);
void near_draw(Buf *out, const void *args, const Result *result, GraphFormat how);

#endif
