// op/find.h - private to op/find*.c: the records behind the tables.
#ifndef CQ_OP_FIND_H
#define CQ_OP_FIND_H

#include "op/op.h"
#include "service/find.h"

typedef struct FindArgs {
    Str question, only, like;
    StrList in, lang;
    int64_t limit, per_file;
    uint64_t max_filesize;
    bool explain, stale_ok;
    Str index_dir;
} FindArgs;

typedef struct FindFileRow {
    Str path, language, form;
    double score;
    uint32_t places;
    StrList siblings;
    uint64_t more_siblings;
    RecordList explain, terms, fused;
} FindFileRow;

typedef struct FindIndexRow {
    uint64_t generation, changed_files, parsed, of_files;
    bool stale, cold;
    Str build, trouble;
} FindIndexRow;

typedef struct FindSummary {
    Str query, kind, universe;
    StrList terms, names, unknown;
    uint64_t indexed, indexed_bytes, chunks, candidates, shown;
    bool stale;
    FindIndexRow index;
    CountList skipped;
    RecordList files, channels;
    Str fusion;
    double rrf_k, deadline_ms;
    bool truncated, timed_out, interrupted;
} FindSummary;

typedef struct FindData { // Result.data
    const Finding *findings;
    const FindAnswer *answer;
} FindData;

// The answer for people: find_text.c.
void find_text(Buf *out, const void *args, const Result *result, const TextStyle *style);

#endif
