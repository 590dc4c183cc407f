// op/search.h - private to op/search*.c: the records behind the tables.
#ifndef CQ_OP_SEARCH_H
#define CQ_OP_SEARCH_H

#include "op/op.h"
#include "service/search.h"

typedef struct SearchArgs {
    Str pattern, classify;
    bool word, literal, regex, ignore_case, case_sensitive, hidden, no_ignore;
    bool count, files, skipped, isolate;
    StrList paths, in, lang, glob;
    uint64_t max_filesize;
    int64_t classify_ms, limit;
} SearchArgs;

typedef struct SkippedRow {
    Str path, reason;
} SkippedRow;

typedef struct FileRow {
    Str path, language, role;
    uint64_t hits;
    bool partial;
} FileRow;

typedef struct SearchSummary {
    Str query, mode, fallback, universe;
    bool word, case_sensitive, truncated, timed_out, interrupted;
    uint64_t scanned, scanned_bytes, ruled_out, matched_files, matched_lines, hits, unclassified;
    uint64_t partial_files;
    CountList skipped, hits_by_category;
    RecordList skipped_files, files;
    StrList nearest;
} SearchSummary;

// The answer for people: search_text.c.
void search_text(Buf *out, const void *args, const Result *result, const TextStyle *style);

#endif
