// op/q.h - private to op/q*.c: the records behind the tables.
#ifndef CQ_OP_Q_H
#define CQ_OP_Q_H

#include "op/op.h"
#include "service/entity.h"
#include "service/search.h"

#define Q_VALUE_ENTITY Str
#define Q_VALUE_NAME Str
#define Q_VALUE_TEXT Str
#define Q_VALUE_LIST Str
#define Q_VALUE_PATHS StrList
#define Q_VALUE_LANGS Str
#define Q_VALUE_JOIN Str
#define Q_VALUE_COUNT Str
#define Q_VALUE_BOOL Str
#define Q_VALUE_FLAG bool
#define Q_VALUE_SCOPE Str
#define Q_VALUE_STRICTNESS Str
#define Q_VALUE_PATTERNS Str
#define Q_VALUE_NTH Str
#define Q_VALUE_EXPAND Str
#define Q_VALUE_FIELDS Str

typedef struct QArgs {
    StrList query;
#define ENTITY_KEY(member, key, alias, kind, ...) Q_VALUE_##kind member;
#include "service/entity_keys.def"
#undef ENTITY_KEY
    bool stale_ok;
    Str index_dir;
} QArgs;

typedef struct QSummary {
    Str query, mode, entity, universe, index_trouble, build;
    uint64_t total, shown, files, selected, read, parsed, partial_files;
    CountList by_kind, skipped;
    StrList limits, plan, nearest;
    bool stale, truncated, timed_out, interrupted;
} QSummary;

typedef struct QData { // Result.data
    const Finding *findings;
    size_t shown;         // of the query; the others are of expansions
    size_t file_sections; // the first ones; the others are expansions
    bool limited;         // --limit was given
    uint32_t fields;
} QData;

// The answer for people: q_text.c.
void q_text(Buf *out, const void *args, const Result *result, const TextStyle *style);
// What was listed, and with expand=callers,callees who calls whom: q_draw.c.
void q_draw(Buf *out, const void *args, const Result *result, GraphFormat how);

#endif
